"""Reads of appraisal: the queue, what waits for the council, the register of changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from parindex.criteria.model import Item
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Change,
    Entrusted,
    ItemLine,
    Phase,
    Question,
    Round,
    ScoreEntry,
    Sheet,
)
from parindex.web.assessment.queries.rounds import Bodies, bodies_of, groups_of, phase_at, phases_of
from parindex.web.assessment.queries.sheets import place_of, sheets_for
from parindex.web.assessment.states import PRIVATE, PhaseKind
from parindex.web.journal.queries import lines_about
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Where an item stands, as a list shows it: the columns of its line that lists need."""

    claimed: Decimal | None
    found: Decimal | None
    found_stage: str
    n_evidence: int
    not_applicable: bool
    asked: bool
    disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of one sheet in an appraiser's queue; ``done``: appraised in this phase."""

    sheet: Sheet
    item: Item
    line: Glance | None
    done: bool
    answered: bool

    @property
    def key(self) -> str:
        """What it is named by in an address."""
        return f"{self.sheet.id}/{self.item.code}"


def is_appraiser(actor: Actor, round_: Round) -> bool:
    """Whether the person has a queue in a round."""
    return bool(actor.units(Role.APPRAISER, issuer=round_.issuer_id, round_=round_.id))


def queue(actor: Actor, round_: Round, *, by: str = "item") -> list[Waiting]:
    """Every item that the person may appraise in the phase that is open, by item or by unit.

    From the second appraisal on it holds what was explained, is disputed or was not found yet;
    and what was found in it, as done.
    """
    phase = phase_at(phases_of(round_))
    if phase is None or phase.kind != PhaseKind.APPRAISAL:
        return []
    mine = actor.units(Role.APPRAISER, issuer=round_.issuer_id, round_=round_.id)
    if not mine or not actor.second_factor:
        return []
    pairs = list(_pairs(_others(actor, round_), bodies_of(round_), mine))
    codes = {item.code for _, item in pairs}
    lines = _standings(round_, codes)
    done = _done(actor, round_, phase.stage, codes)
    answered = _answered(round_, phase.number - 1)
    found = []
    for sheet, item in pairs:
        key = sheet.id, item.code
        line, explained = lines.get(key), key in answered
        if _belongs(line, phase, explained):
            found.append(
                Waiting(sheet=sheet, item=item, line=line, done=key in done, answered=explained)
            )
    if by == "item":
        found.sort(key=_by_item(found))
    return found


def _pairs(
    sheets: Sequence[Sheet], bodies: Bodies, mine: frozenset[UUID]
) -> Iterator[tuple[Sheet, Item]]:
    """Each sheet with each item of it that these bodies appraise."""
    special = {sheet for sheet, _ in bodies.of_sheet}
    usual: dict[UUID, list[Item]] = {}
    for sheet in sheets:
        if sheet.id in special or sheet.unit_id in mine:
            found = _appraised(sheet, bodies, mine)
        else:
            # Sheets of one group without bodies of their own have the same items: looked up once.
            if sheet.group_id not in usual:
                usual[sheet.group_id] = _appraised(sheet, bodies, mine)
            found = usual[sheet.group_id]
        yield from ((sheet, item) for item in found)


def _appraised(sheet: Sheet, bodies: Bodies, mine: frozenset[UUID]) -> list[Item]:
    items = items_of(sheet.group.rulebook).values()
    return [item for _, item in items if bodies.body(item, sheet) in mine]


def _by_item(found: Sequence[Waiting]) -> Callable[[Waiting], tuple[int, int]]:
    order: dict[tuple[int, str], int] = {}
    for group in {one.sheet.group_id: one.sheet.group for one in found}.values():
        for at, code in enumerate(items_of(group.rulebook)):
            order[group.position, code] = at
    return lambda one: (
        one.sheet.group.position,
        order[one.sheet.group.position, one.item.code],
    )


def _others(actor: Actor, round_: Round) -> list[Sheet]:
    """The sheets that were handed in and are not of the person's own, in Vietnamese order."""
    groups = {one.id: one for one in groups_of(round_)}
    entrusted: dict[UUID, list[UUID]] = {}
    for sheet_id, unit in Entrusted.objects.filter(sheet__round=round_).values_list(
        "sheet_id", "unit_id"
    ):
        entrusted.setdefault(sheet_id, []).append(unit)
    found = []
    for sheet in round_.sheets.select_related("unit").order_by("group__position", "unit__sort_key"):
        # One criteria set a group: rows share it instead of carrying its text each.
        sheet.group, sheet.round = groups[sheet.group_id], round_
        place = place_of(sheet, entrusted.get(sheet.id, ()))
        if sheet.state not in PRIVATE and not permissions.is_own(actor, place):
            found.append(sheet)
    return found


_LINE = ("claimed", "found", "found_stage", "n_evidence", "not_applicable", "asked", "disputed")


def _standings(round_: Round, codes: Collection[str]) -> dict[tuple[UUID, str], Glance]:
    found = ItemLine.objects.filter(sheet__round=round_, item__in=codes)
    return {
        (sheet, item): Glance(**dict(zip(_LINE, rest, strict=True)))
        for sheet, item, *rest in found.values_list("sheet_id", "item", *_LINE)
    }


def _belongs(line: Glance | None, phase: Phase, answered: bool) -> bool:
    if line is not None and line.not_applicable:
        return False
    if phase.number == 1:
        return True
    if line is None or line.disputed or line.found is None:
        return True
    return answered or line.found_stage == phase.stage


def _done(actor: Actor, round_: Round, stage: str, codes: Collection[str]) -> set[tuple[UUID, str]]:
    """What is appraised; of a double appraisal, what the person did or two others did."""
    found = ScoreEntry.objects.filter(sheet__round=round_, stage=stage, item__in=codes)
    if not round_.double_appraisal:
        return set(found.values_list("sheet_id", "item"))
    seats: dict[tuple[UUID, str], set[UUID]] = {}
    for sheet, item, person in found.filter(seat__gt=0).values_list("sheet_id", "item", "person"):
        seats.setdefault((sheet, item), set()).add(person)
    return {key for key, people in seats.items() if actor.person in people or len(people) > 1}


def _answered(round_: Round, number: int) -> set[tuple[UUID, str]]:
    found = Question.objects.filter(sheet__round=round_, number=number, answers__accepts=False)
    return set(found.values_list("sheet_id", "item"))


def questions_for(actor: Actor, round_: Round) -> list[tuple[Question, Item]]:
    """What the person's unit was asked in the round of explanation that is open."""
    phase = phase_at(phases_of(round_))
    if phase is None or phase.kind != PhaseKind.EXPLANATION:
        return []
    sheets = [one for one in sheets_for(actor, round_) if permissions.fills(actor, place_of(one))]
    found = (
        Question.objects.filter(sheet__in=sheets, number=phase.number)
        .select_related("sheet__unit", "sheet__group__rulebook")
        .prefetch_related("answers")
        .order_by("sheet__unit__sort_key", "at")
    )
    return [(one, items_of(one.sheet.group.rulebook)[one.item][1]) for one in found]


def disputed(actor: Actor, round_: Round) -> list[ItemLine]:
    """The items before the council: the blind opinions differ, or the unit did not accept."""
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return []
    found = ItemLine.objects.filter(sheet__round=round_, disputed=True).select_related(
        "sheet__unit", "sheet__group__rulebook", "sheet__round", "claim", "finding"
    )
    return list(found.order_by("sheet__group__position", "sheet__unit__sort_key", "item"))


def decided(actor: Actor, round_: Round) -> list[ScoreEntry]:
    """What the council decided, with its votes, the newest first."""
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return []
    found = ScoreEntry.objects.filter(sheet__round=round_, stage="council")
    return list(found.select_related("sheet__unit", "vote", "person").order_by("-at"))


def changes_of(round_: Round) -> list[Change]:
    """Every change after the lock, proposed, approved or refused: a register open to all units."""
    found = Change.objects.filter(sheet__round=round_).select_related(
        "sheet__unit", "proposed_by", "decided_by"
    )
    return list(found.order_by("-proposed_at"))


def proposed_for(change: Change) -> UUID | None:
    """Whose right the proposer of a change used, where it was lent; the journal tells."""
    for line in lines_about("item", f"{change.sheet_id}/{change.item}"):
        said = line.after or {}
        if line.verb == "change.proposed" and said.get("change") == str(change.id):
            return UUID(said["for_person"]) if "for_person" in said else None
    return None


def change_for(actor: Actor, id_: UUID) -> Change | None:
    """One proposed change, for those who may know of its round."""
    found = (
        Change.objects.filter(id=id_)
        .select_related("sheet__round", "sheet__unit", "proposed_by")
        .first()
    )
    if found is None or not permissions.can_know_round(
        actor, issuer=found.sheet.round.issuer_id, round_=found.sheet.round_id
    ):
        return None
    return found
