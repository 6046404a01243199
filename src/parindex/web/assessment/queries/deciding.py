"""Reads of the council and of changes after the lock: what is disputed, and the public register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from parindex.criteria.model import Area, Item
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Change,
    Entrusted,
    Extension,
    ItemLine,
    Question,
    Round,
    ScoreEntry,
    Sheet,
)
from parindex.web.assessment.queries.appraisal import changes_of, decided, disputed, proposed_for
from parindex.web.assessment.queries.rounds import ENTERED, extensions_of, groups_of
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet, place_of
from parindex.web.assessment.states import SELF, PhaseKind, RoundState, SheetState
from parindex.web.journal import clock
from parindex.web.journal.queries import lines_about
from parindex.web.people.actor import Actor

if TYPE_CHECKING:
    from parindex.scoring.explain import Why

_Key = tuple[UUID, str]


def why_of(opened: OpenSheet, entry: ScoreEntry | Change, *, language: str) -> Why | None:
    """What an entry says in words, and how its points follow; None where it says nothing."""
    if not entry.quantity:
        return None
    item = opened.items[entry.item][1]
    return bridge.why(opened.sheet.group.rulebook, item, entry.quantity, language=language)


# ---- the council


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """An item before the council: the claim, what was found at each stage, what was explained."""

    sheet: Sheet
    area: Area
    item: Item
    line: ItemLine
    claim: ScoreEntry | None
    findings: Sequence[ScoreEntry]
    blind: Sequence[ScoreEntry]
    questions: Sequence[Question]
    decides: bool


def sits(actor: Actor, round_: Round) -> bool:
    """Whether the person may read what is before the council."""
    return permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id)


def disputes(actor: Actor, round_: Round) -> list[Dispute]:
    """Every item before the council with all that was said of it, in a few queries."""
    lines = disputed(actor, round_)
    sheets = _shared([one.sheet for one in lines], round_)
    keys = {(one.sheet_id, one.item) for one in lines}
    entries = _entries(keys)
    questions = _questions(keys)
    found = []
    for line in lines:
        sheet = sheets[line.sheet_id]
        area, item = items_of(sheet.group.rulebook)[line.item]
        said = _latest(entries.get((sheet.id, line.item), ()))
        place = place_of(sheet)
        found.append(
            Dispute(
                sheet=sheet,
                area=area,
                item=item,
                line=line,
                claim=next((one for one in said if one.stage == SELF), None),
                findings=[one for one in said if one.seat == 0 and one.stage != SELF],
                blind=_paired(said),
                questions=questions.get((sheet.id, line.item), ()),
                decides=permissions.deciding_standing(actor, place) is not None,
            )
        )
    return found


def _shared(sheets: Iterable[Sheet], round_: Round) -> dict[UUID, Sheet]:
    """The sheets with the round's own groups, whose criteria sets are read once."""
    groups = {one.id: one for one in groups_of(round_)}
    found = {}
    for sheet in sheets:
        sheet.group, sheet.round = groups[sheet.group_id], round_
        found[sheet.id] = sheet
    return found


def _entries(keys: Collection[_Key]) -> dict[_Key, list[ScoreEntry]]:
    rows = ScoreEntry.objects.filter(
        sheet__in={one for one, _ in keys}, item__in={two for _, two in keys}
    ).select_related("person")
    found: dict[_Key, list[ScoreEntry]] = {}
    for one in rows.order_by("stage", "seat", "version"):
        key = one.sheet_id, one.item
        if key in keys:
            found.setdefault(key, []).append(one)
    return found


def _latest(entries: Iterable[ScoreEntry]) -> list[ScoreEntry]:
    return list({(one.stage, one.seat): one for one in entries}.values())


def _paired(said: Sequence[ScoreEntry]) -> list[ScoreEntry]:
    """The blind opinions of stages where both are in; one alone stays unread."""
    both = {one.stage for one in said if one.seat == 1} & {
        one.stage for one in said if one.seat == 2
    }
    return [one for one in said if one.seat and one.stage in both]


def _questions(keys: Collection[_Key]) -> dict[_Key, list[Question]]:
    rows = Question.objects.filter(sheet__in={one for one, _ in keys}).prefetch_related("answers")
    found: dict[_Key, list[Question]] = {}
    for one in rows.order_by("number"):
        found.setdefault((one.sheet_id, one.item), []).append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the council decided of an item, with the name of it."""

    entry: ScoreEntry
    item: Item


def decisions(actor: Actor, round_: Round) -> list[Decision]:
    """What the council decided, each item's latest, the newest first."""
    rows = decided(actor, round_)
    sheets = _shared([one.sheet for one in rows], round_)
    latest: dict[_Key, Decision] = {}
    for one in sorted(rows, key=lambda row: row.version):
        item = items_of(sheets[one.sheet_id].group.rulebook)[one.item][1]
        latest[one.sheet_id, one.item] = Decision(entry=one, item=item)
    return sorted(latest.values(), key=lambda one: one.entry.at, reverse=True)


def decision_barred(actor: Actor, opened: OpenSheet, page: ItemPage) -> str:
    """Why the person may not record a decision on an item now, in one word; empty where they may.

    own_unit, not_yours, not_appraised, not_applicable, not_open or not_before_council.
    """
    if permissions.is_own(actor, opened.place):
        return "own_unit"
    if permissions.deciding_standing(actor, opened.place) is None:
        return "not_yours"
    if page.row.item.source not in ENTERED:
        return "not_appraised"
    if page.row.line is not None and page.row.line.not_applicable:
        return "not_applicable"
    if opened.in_time(PhaseKind.COUNCIL, clock.now()) is None:
        return "not_open"
    if opened.place.state is not SheetState.BEFORE_COUNCIL:
        return "not_before_council"
    return ""


# ---- changes after the lock


def proposes(actor: Actor, opened: OpenSheet, code: str) -> bool:
    """Whether the person may propose a change of an item after the lock."""
    standing = permissions.proposing_standing(actor, opened.place, body=opened.body(code))
    return standing is not None and opened.items[code][1].source in ENTERED


def approves(actor: Actor, change: Change) -> bool:
    """Whether the person may decide a proposed change: another than who proposed it."""
    entrusted = Entrusted.objects.filter(sheet=change.sheet_id).values_list("unit_id", flat=True)
    place = place_of(change.sheet, entrusted)
    standing = permissions.approving_standing(
        actor, place, proposed_by=change.proposed_by_id, proposed_for=proposed_for(change)
    )
    return standing is not None and change.sheet.round.state != RoundState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A change in the register, with what stood before it."""

    change: Change
    item: Item
    before: ScoreEntry | None
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The public register of a round, the newest first; ``reopened`` are ids of extensions by
    which a sheet was given back to its unit.
    """

    changes: Sequence[Registered]
    extensions: Sequence[Extension]
    reopened: frozenset[str]


def register_of(actor: Actor, round_: Round) -> Register:
    """Extensions, waivers, reopenings and changes: for everybody who may know of the round."""
    changes = changes_of(round_)
    _shared([one.sheet for one in changes], round_)
    reopened = {
        str(line.after["extension"])
        for line in lines_about("round", str(round_.id))
        if line.verb == "phase.extended" and line.after and line.after.get("reopened")
    }
    return Register(
        changes=_registered(actor, round_, changes),
        extensions=extensions_of(round_),
        reopened=frozenset(reopened),
    )


def registered(actor: Actor, change: Change) -> Registered:
    """One change with what stood before it, for whoever has asked leave."""
    _shared([change.sheet], change.sheet.round)
    return _registered(actor, change.sheet.round, [change])[0]


def _registered(actor: Actor, round_: Round, changes: Sequence[Change]) -> list[Registered]:
    entries = _entries({(one.sheet_id, one.item) for one in changes})
    return [
        Registered(
            change=one,
            item=items_of(one.sheet.group.rulebook)[one.item][1],
            before=_stood(round_, entries.get((one.sheet_id, one.item), ()), one),
            decides=one.approved is None and approves(actor, one),
        )
        for one in changes
    ]


def _stood(round_: Round, entries: Iterable[ScoreEntry], change: Change) -> ScoreEntry | None:
    """What is final of the item until the change is approved, or was when it was decided."""
    at = change.decided_at
    earlier = [one for one in entries if one.seat == 0 and (at is None or one.at < at)]
    for stage in round_.final_from:
        of_stage = [one for one in earlier if one.stage == stage]
        if of_stage:
            return of_stage[-1]
    return None
