"""Search by words, without case and diacritics: sheets by their unit, items by code or name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from parindex.criteria.model import Item
from parindex.vietnamese import folded
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import Entrusted, Group, Round, Sheet
from parindex.web.assessment.queries.overview import Watched, watched
from parindex.web.assessment.queries.rounds import Bodies, bodies_of
from parindex.web.assessment.queries.sheets import place_of
from parindex.web.people.actor import Actor

# More than this many candidates means that another word is needed, not a longer list.
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    """An item whose code or name was searched for; with the sheet of the person's that has it."""

    round: Round
    group: str
    item: Item
    sheet: Sheet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, among what the person may know of."""

    sheets: Sequence[Sheet]
    items: Sequence[FoundItem]


def find(actor: Actor, text: str, *, limit: int = 30) -> Found:
    """The sheets and items that have every word of a text."""
    words = folded(text).split()[:12]
    if not words:
        return Found(sheets=(), items=())
    rounds = watched(actor)
    return Found(
        sheets=_sheets(actor, [one.round for one in rounds], words)[:limit],
        items=_items(rounds, words)[:limit],
    )


def _sheets(actor: Actor, rounds: Sequence[Round], words: Sequence[str]) -> list[Sheet]:
    named = Q()
    for word in words:
        named &= Q(unit__folded__contains=word)
    candidates = list(
        Sheet.objects.filter(named, round__in=rounds)
        .select_related("unit", "round")
        .order_by("-round__year", "unit__sort_key")[:_LOOKED_AT]
    )
    groups = {
        one.id: one
        for one in Group.objects.filter(id__in={one.group_id for one in candidates}).select_related(
            "rulebook"
        )
    }
    lent: dict[UUID, set[UUID]] = {}
    for sheet_id, unit in Entrusted.objects.filter(sheet__in=candidates).values_list(
        "sheet_id", "unit_id"
    ):
        lent.setdefault(sheet_id, set()).add(unit)
    bodies: dict[UUID, Bodies] = {}
    found = []
    for sheet in candidates:
        sheet.group = groups[sheet.group_id]
        if sheet.round_id not in bodies:
            bodies[sheet.round_id] = bodies_of(sheet.round_id)
        place = place_of(sheet, lent.get(sheet.id, set()))
        if permissions.can_see_sheet(actor, place, bodies=bodies[sheet.round_id].of(sheet)):
            found.append(sheet)
    return found


def _items(rounds: Sequence[Watched], words: Sequence[str]) -> list[FoundItem]:
    by_id = {one.round.id: one for one in rounds}
    groups = Group.objects.filter(round__in=by_id).select_related("rulebook").order_by("position")
    found = []
    for group in sorted(groups, key=lambda one: list(by_id).index(one.round_id)):
        own = by_id[group.round_id]
        sheet = next((one for one in own.sheets if one.group_id == group.id), None)
        for code, (_, item) in items_of(group.rulebook).items():
            name = folded(f"{code} {item.name.vi} {item.name.en}")
            if all(word in name for word in words):
                found.append(FoundItem(round=own.round, group=group.name, item=item, sheet=sheet))
    return found
