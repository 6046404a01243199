"""Overviews: what waits for a person, and the matrix of units by areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, Sum

from parindex.criteria.model import Area
from parindex.criteria.rules import Source
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Change,
    Exemption,
    Group,
    ItemLine,
    Phase,
    Question,
    Round,
    Sheet,
)
from parindex.web.assessment.queries.appraisal import disputed
from parindex.web.assessment.queries.queue import queue
from parindex.web.assessment.queries.rounds import (
    ENTERED,
    extended_until,
    groups_of,
    phase_at,
    phases_of,
    rounds_for,
    unassigned,
)
from parindex.web.assessment.queries.sheets import place_of
from parindex.web.assessment.states import PRIVATE, PhaseKind, RoundState, SheetState
from parindex.web.people.actor import Actor
from parindex.web.people.states import COUNCIL, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One thing that waits for a person: ``kind`` names its words, ``n`` how many.

    kinds: claim, hand_over (empty draft complete), sign, answer, appraise, decide, exempt,
    approve_change, assign, open_next.
    """

    kind: str
    round: Round
    n: int
    until: datetime | None
    sheet: Sheet | None = None


def waits_for(actor: Actor) -> list[Waits]:
    """What waits for the person in every round that goes on, the nearest deadline first."""
    found: list[Waits] = []
    for round_ in rounds_for(actor):
        if round_.state in {RoundState.APPROVED, RoundState.CLOSED}:
            continue
        found += _in_round(actor, round_)
    return sorted(found, key=lambda one: (one.until is None, one.until and one.until.timestamp()))


def _in_round(actor: Actor, round_: Round) -> list[Waits]:
    phase = phase_at(phases_of(round_))
    until = phase.closes_at if phase is not None else None
    kind = phase.kind if phase is not None else ""
    found: list[Waits] = []

    def add(what: str, n: int, sheet: Sheet | None = None, late: datetime | None = None) -> None:
        if n:
            found.append(Waits(kind=what, round=round_, n=n, until=late or until, sheet=sheet))

    if phase is not None and kind in {PhaseKind.SELF_SCORING, PhaseKind.EXPLANATION}:
        for sheet, codes in _to_fill(actor, round_):
            late = max([phase.closes_at, *extended_until(phase, sheet.id)])
            if kind == PhaseKind.SELF_SCORING:
                for what, n in _self_scoring(actor, sheet, codes):
                    add(what, n, sheet, late)
            else:
                open_ = Question.objects.filter(
                    sheet=sheet, item__in=codes, number=phase.number, answers=None
                )
                add("answer", open_.count(), sheet, late)
    if kind == PhaseKind.APPRAISAL:
        add("appraise", sum(one.counts["todo"] for one in queue(actor, round_).parts_of_list()))
    if kind == PhaseKind.COUNCIL and actor.standing(
        COUNCIL, issuer=round_.issuer_id, round_=round_.id
    ):
        add("decide", len(disputed(actor, round_)))
    if permissions.can_run_round(actor, issuer=round_.issuer_id):
        add("exempt", Exemption.objects.filter(sheet__round=round_, granted=None).count())
        add("assign", sum(len(one.items) for one in unassigned(round_)))
        add("open_next", int(phase is None))
    may_approve = permissions.can_run_round(actor, issuer=round_.issuer_id) or actor.standing(
        Role.COUNCIL_CHAIR, issuer=round_.issuer_id, round_=round_.id
    )
    if may_approve:
        changes = Change.objects.filter(sheet__round=round_, approved=None)
        add("approve_change", changes.exclude(proposed_by=actor.person).count())
    return found


def _to_fill(actor: Actor, round_: Round) -> list[tuple[Sheet, list[str]]]:
    """The sheets that the person fills, each with the items that are theirs to fill.

    Those of their units, without what is entrusted to others; and of others what is entrusted
    to them.
    """
    mine = _fills_for(actor, round_)
    sheets = (
        round_.sheets.filter(Q(unit__in=mine) | Q(entrusted__unit__in=mine))
        .distinct()
        .select_related("group__rulebook", "unit", "round")
        .prefetch_related("entrusted")
        .order_by("unit__sort_key")
    )
    found = []
    for sheet in sheets:
        lent = {one.item: one.unit_id for one in sheet.entrusted.all()}
        items = items_of(sheet.group.rulebook)
        codes = [code for code in items if lent.get(code, sheet.unit_id) in mine]
        found.append((sheet, codes))
    return found


def _fills_for(actor: Actor, round_: Round) -> frozenset[UUID]:
    return actor.units(Role.OFFICER, issuer=round_.issuer_id, round_=round_.id) | actor.units(
        Role.HEAD, issuer=round_.issuer_id, round_=round_.id
    )


def _self_scoring(actor: Actor, sheet: Sheet, codes: Sequence[str]) -> Iterator[tuple[str, int]]:
    place = place_of(sheet)
    if sheet.state == SheetState.IN_UNIT_REVIEW and permissions.signing_standing(actor, place):
        yield "sign", 1
    elif sheet.state == SheetState.DRAFTING:
        items = items_of(sheet.group.rulebook)
        due = [code for code in codes if items[code][1].source is Source.APPRAISAL]
        done = (
            ItemLine.objects.filter(sheet=sheet, item__in=due)
            .filter(Q(claim__isnull=False) | Q(not_applicable=True))
            .count()
        )
        if len(due) > done:
            yield "claim", len(due) - done
        elif permissions.handing_in_standing(actor, place) and not _lacks(sheet):
            yield "hand_over", 1


def _lacks(sheet: Sheet) -> bool:
    """Whether anybody still has an item of the sheet to claim."""
    items = items_of(sheet.group.rulebook)
    due = sum(item.source is Source.APPRAISAL for _, item in items.values())
    claimed = Q(claim__isnull=False) | Q(not_applicable=True)
    return ItemLine.objects.filter(claimed, sheet=sheet).count() < due


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A round that the person is anything in: its phases, and the sheets that they fill."""

    round: Round
    phases: Sequence[Phase]
    sheets: Sequence[Sheet]

    @property
    def phase(self) -> Phase | None:
        """The phase that it is in."""
        return phase_at(self.phases)


def watched(actor: Actor) -> list[Watched]:
    """The rounds that the person may know of, the newest first; three queries however many."""
    rounds = rounds_for(actor)
    phases: dict[UUID, list[Phase]] = {}
    for phase in Phase.objects.filter(round__in=rounds).order_by("position"):
        phases.setdefault(phase.round_id, []).append(phase)
    mine = {one.id: _fills_for(actor, one) for one in rounds}
    units = frozenset().union(*mine.values())
    sheets: dict[UUID, list[Sheet]] = {}
    found = (
        Sheet.objects.filter(Q(unit__in=units) | Q(entrusted__unit__in=units), round__in=rounds)
        .distinct()
        .select_related("unit")
        .prefetch_related("entrusted")
        .order_by("unit__sort_key")
    )
    for sheet in found:
        theirs = {sheet.unit_id} | {one.unit_id for one in sheet.entrusted.all()}
        if theirs & mine[sheet.round_id]:
            sheets.setdefault(sheet.round_id, []).append(sheet)
    return [
        Watched(round=one, phases=phases.get(one.id, []), sheets=sheets.get(one.id, []))
        for one in rounds
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One unit and area: items done of due, points claimed and found of the maximum."""

    done: int
    due: int
    appraised: int
    to_appraise: int
    claimed: Decimal
    found: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One unit across the areas."""

    sheet: Sheet
    cells: Mapping[str, Cell]
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The units of a peer group by the areas of its set; ``total`` counts all its sheets."""

    group: Group
    areas: Sequence[Area]
    rows: Sequence[MatrixRow]
    total: int


def matrix_for(
    actor: Actor, round_: Round, group: str | None = None, *, start: int = 0, size: int = 100
) -> Matrix | None:
    """Progress and points of a group's units, a page of them; None for whom it does not concern.

    Points of sheets that are not handed in are their units' own and count as nothing here.
    """
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return None
    groups = groups_of(round_)
    chosen = next((one for one in groups if one.name == group), groups[0] if groups else None)
    if chosen is None:
        return None
    found = round_.sheets.filter(group=chosen).select_related("unit").order_by("unit__sort_key")
    total = found.count()
    sheets = list(found[start : start + size])
    items = items_of(chosen.rulebook)
    areas = list(dict.fromkeys(area.code for area, _ in items.values()))
    by_code = {area.code: area for area, _ in items.values()}
    due: dict[str, int] = dict.fromkeys(areas, 0)
    entered: dict[str, int] = dict.fromkeys(areas, 0)
    most: dict[str, Decimal] = dict.fromkeys(areas, Decimal(0))
    for area, item in items.values():
        due[area.code] += item.source is Source.APPRAISAL
        entered[area.code] += item.source in ENTERED
        most[area.code] += item.max_points
    sums = _sums(sheets)
    now = phase_at(phases_of(round_))
    scoring_over = now is None or now.kind != PhaseKind.SELF_SCORING
    rows = [
        MatrixRow(
            sheet=sheet,
            cells={
                code: _cell(sheet, sums.get((sheet.id, code)), due[code], entered[code], most[code])
                for code in areas
            },
            late=sheet.late
            or (
                sheet.submitted_at is None
                and scoring_over
                and round_.state not in {RoundState.PLANNED, RoundState.OPEN}
            ),
        )
        for sheet in sheets
    ]
    return Matrix(group=chosen, areas=[by_code[code] for code in areas], rows=rows, total=total)


_Sums = tuple[int, int, Decimal, Decimal]


def _sums(sheets: Sequence[Sheet]) -> dict[tuple[UUID, str], _Sums]:
    found = (
        ItemLine.objects.filter(sheet__in=[one.id for one in sheets])
        .values("sheet_id", "area")
        .annotate(
            done=Count("id", filter=Q(claim__isnull=False) | Q(not_applicable=True)),
            appraised=Count("id", filter=Q(finding__isnull=False)),
            claimed_sum=Sum("claimed"),
            found_sum=Sum("found"),
        )
    )
    return {
        (row["sheet_id"], row["area"]): (
            row["done"],
            row["appraised"],
            row["claimed_sum"] or Decimal(0),
            row["found_sum"] or Decimal(0),
        )
        for row in found
    }


def _cell(sheet: Sheet, sums: _Sums | None, due: int, entered: int, most: Decimal) -> Cell:
    done, appraised, claimed, found = sums or (0, 0, Decimal(0), Decimal(0))
    private = sheet.state in PRIVATE
    return Cell(
        done=min(done, due),
        due=due,
        appraised=appraised,
        to_appraise=entered,
        claimed=Decimal(0) if private else claimed,
        found=found,
        maximum=most,
    )
