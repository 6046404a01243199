"""Reads for those who run a round: what opens next, what waits, what is missing, its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from parindex.errors import ParindexError, Problem
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.models import (
    Change,
    Entrusted,
    Exemption,
    ItemLine,
    Phase,
    Question,
    Round,
    Sheet,
)
from parindex.web.assessment.queries.calculation import files_of
from parindex.web.assessment.queries.rounds import (
    ENTERED,
    groups_of,
    phase_at,
    phases_of,
    unassigned,
)
from parindex.web.assessment.states import (
    MOVES,
    PRIVATE,
    Direction,
    PhaseKind,
    RoundState,
    SheetMove,
)
from parindex.web.journal import queries as journal
from parindex.web.people.actor import Actor
from parindex.web.people.queries import names_of

_MOVE = {
    PhaseKind.APPRAISAL: SheetMove.TAKE_UP,
    PhaseKind.EXPLANATION: SheetMove.ASK,
    PhaseKind.COUNCIL: SheetMove.CONCLUDE,
}


def runs(actor: Actor, round_: Round) -> bool:
    """Whether the person runs this round."""
    return permissions.can_run_round(actor, issuer=round_.issuer_id)


def sees_all(actor: Actor, round_: Round) -> bool:
    """Whether the person sees every sheet of this round."""
    return permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a round is: its sheets by state, and what waits for those who run it."""

    sheets: int
    by_state: Mapping[str, int]
    late: int
    exemptions: int
    unassigned: int
    changes: int

    @property
    def submitted(self) -> int:
        """How many sheets are no longer their units' own."""
        return sum(n for state, n in self.by_state.items() if state not in PRIVATE)


def counts_of(round_: Round) -> Counts:
    """The numbers of a round's overview; they say how many, never of whom."""
    sheets = list(round_.sheets.values_list("state", "late"))
    return Counts(
        sheets=len(sheets),
        by_state=Counter(state for state, _ in sheets),
        late=sum(late for _, late in sheets),
        exemptions=Exemption.objects.filter(sheet__round=round_, granted=None).count(),
        unassigned=sum(len(one.items) for one in unassigned(round_)),
        changes=Change.objects.filter(sheet__round=round_, approved=None).count(),
    )


def phase_of(round_: Round, id_: UUID) -> Phase | None:
    """A phase of this round, or None."""
    return round_.phases.filter(id=id_).first()


def next_phase(phases: Sequence[Phase]) -> Phase | None:
    """The phase that is opened next."""
    return next((one for one in phases if one.opened_at is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opening a phase would do, and what stands against it."""

    closes: Phase | None
    sheets: int
    moved: int
    not_submitted: int
    questions: int
    blocked_by: Sequence[str]


def opening(round_: Round, phase: Phase) -> Opening:
    """What would happen if the phase were opened now; nothing is changed.

    ``blocked_by``: order, units, unassigned, exemptions, over, opened.
    """
    phases = phases_of(round_)
    kind = PhaseKind(phase.kind)
    states = list(round_.sheets.values_list("id", "state"))
    blocked = []
    if round_.state in {RoundState.APPROVED, RoundState.CLOSED}:
        blocked.append("over")
    if phase.opened_at is not None:
        blocked.append("opened")
    if any(one.position < phase.position and one.opened_at is None for one in phases):
        blocked.append("order")
    if not states:
        blocked.append("units")
    if kind is PhaseKind.APPRAISAL:
        if round_.direction == Direction.DOWNWARD and unassigned(round_):
            blocked.append("unassigned")
        if Exemption.objects.filter(sheet__round=round_, granted=None).exists():
            blocked.append("exemptions")
    below = _below(round_, phase.number) if kind is PhaseKind.EXPLANATION else []
    asked = {sheet for sheet, _ in below} | set(
        ItemLine.objects.filter(sheet__round=round_, asked=True).values_list("sheet_id", flat=True)
    )
    move = _MOVE.get(kind)
    moved = [
        sheet
        for sheet, state in states
        if move is not None
        and state in MOVES[move].sources
        and (move is not SheetMove.ASK or sheet in asked)
    ]
    return Opening(
        closes=phase_at(phases),
        sheets=len(states),
        moved=len(moved),
        not_submitted=sum(state in PRIVATE for _, state in states),
        questions=len(below),
        blocked_by=blocked,
    )


def _below(round_: Round, number: int) -> list[tuple[UUID, str]]:
    """The items found below their claim that were not asked about yet."""
    asked = set(
        Question.objects.filter(sheet__round=round_, number=number).values_list("sheet_id", "item")
    )
    lines = ItemLine.objects.filter(
        sheet__round=round_,
        found_stage=f"appraised-{number}",
        claimed__isnull=False,
        finding__isnull=False,
        not_applicable=False,
    ).values_list("sheet_id", "item", "claimed", "finding__points")
    return [
        (sheet, item)
        for sheet, item, claimed, found in lines
        if claimed is not None and found < claimed and (sheet, item) not in asked
    ]


def exemptions_of(actor: Actor, round_: Round) -> list[Exemption]:
    """Every request that an item do not apply, those that wait first; for who sees all sheets."""
    if not sees_all(actor, round_):
        return []
    found = Exemption.objects.filter(sheet__round=round_).select_related(
        "sheet__unit", "sheet__group__rulebook", "person", "decided_by"
    )
    return sorted(found.order_by("at"), key=lambda one: one.granted is not None)


def is_own(actor: Actor, sheet: Sheet) -> bool:
    """Whether the sheet is of a unit of the person's, in whose matters they decide nothing."""
    return sheet.unit_id in actor.own_units


def entrusted_of(round_: Round) -> list[Entrusted]:
    """Which items of a round other units fill."""
    found = Entrusted.objects.filter(sheet__round=round_).select_related("unit", "sheet__unit")
    return list(found.order_by("sheet__unit__sort_key", "id"))


def sheets_of(actor: Actor, round_: Round) -> list[Sheet]:
    """All the sheets of a round with unit and group, for those who see them all."""
    if not sees_all(actor, round_):
        return []
    found = round_.sheets.select_related("unit", "group__rulebook")
    return list(found.order_by("group__position", "unit__sort_key"))


def items_of_sheet(sheet: Sheet) -> list[tuple[str, str]]:
    """The items that somebody fills on a sheet: code and name."""
    items = bridge.items_of(sheet.group.rulebook).values()
    return [(item.code, item.name.vi) for _, item in items if item.source in ENTERED]


def item_name(sheet: Sheet, item: str) -> str:
    """The name of an item of a sheet."""
    found = bridge.items_of(sheet.group.rulebook).get(item)
    return found[1].name.vi if found else ""


def items_by_key(round_: Round) -> dict[str, list[str]]:
    """The codes of the items of each specialist key, across the round's sets."""
    found: dict[str, list[str]] = {}
    for group in groups_of(round_):
        for code, (_, item) in bridge.items_of(group.rulebook).items():
            if item.source in ENTERED and code not in found.setdefault(item.appraiser, []):
                found[item.appraiser].append(code)
    return found


@dataclass(frozen=True, slots=True)
class Lacking:
    """The items of a unit that have no final score yet."""

    name: str
    items: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What stands between a round and its approval."""

    phases: Sequence[Phase]
    changes: int
    lacking: Sequence[Lacking]
    others: Sequence[Problem]

    @property
    def ready(self) -> bool:
        """Whether nothing does."""
        return not (self.phases or self.changes or self.lacking or self.others)


def gaps_of(round_: Round) -> Gaps:
    """What is missing before the round can be approved, by the calculation itself."""
    problems: Sequence[Problem] = ()
    try:
        bridge.run_of(files_of(round_))
    except ParindexError as error:
        problems = error.problems
    names = dict(round_.sheets.values_list("unit__slug", "unit__name"))
    missing: dict[str, list[str]] = {}
    others = []
    for one in problems:
        if one.code.startswith("round.missing_") and {"unit", "of"} <= set(one.values):
            slug = str(one.values["unit"])
            missing.setdefault(names.get(slug, slug), []).append(str(one.values["of"]))
        else:
            others.append(one)
    return Gaps(
        phases=[one for one in phases_of(round_) if one.opened_at is None],
        changes=Change.objects.filter(sheet__round=round_, approved=None).count(),
        lacking=[Lacking(name, items) for name, items in sorted(missing.items())],
        others=others,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of an uploaded table: header, first rows, how many, and what is wrong."""

    rows: Sequence[Sequence[str]]
    count: int
    problems: Sequence[Problem]
    text: str = ""


def table_reading(round_: Round, name: str, content: bytes, *, file: str) -> Reading:
    """An uploaded table as the engine reads it; nothing is kept."""
    try:
        text = bridge.table_text(content, file=file, name=name)
    except ParindexError as error:
        return Reading(rows=(), count=0, problems=error.problems)
    rows, count = bridge.table_rows(text, most=8)
    problems: Sequence[Problem] = ()
    try:
        bridge.check_table(files_of(round_, tables={name: text}))
    except ParindexError as error:
        problems = [replace(one, file=file) for one in error.problems if one.file.endswith(name)]
    return Reading(rows=rows, count=count, problems=problems, text=text)


# ---- the round's journal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """An entry about a round with its names; ``hidden`` says that its figures are not shown yet."""

    line: journal.Line
    who: str
    hidden: bool


def _things(round_: Round) -> list[str]:
    return [str(round_.id), *(str(one) for one in round_.sheets.values_list("id", flat=True))]


def journal_of(
    actor: Actor,
    round_: Round,
    *,
    verb: str = "",
    before: int | None = None,
    limit: int | None = 50,
) -> list[RoundLine]:
    """What was done in a round, the newest first; for those who see every sheet of it.

    The figures of sheets that are still their units' own are not shown, nor those of blind
    opinions before the two are compared.
    """
    if not sees_all(actor, round_):
        return []
    lines = journal.lines_of_things(
        round_.issuer_id, _things(round_), verb=verb, before=before, limit=limit
    )
    private = {
        str(one) for one in round_.sheets.filter(state__in=PRIVATE).values_list("id", flat=True)
    }
    decided = round_.state in {RoundState.APPROVED, RoundState.CLOSED, RoundState.DECIDING}
    names = names_of(one.person for one in lines)
    return [
        RoundLine(
            line=one,
            who=names.get(one.person, ""),
            hidden=_hidden(one, private) or (_blind(one) and not decided),
        )
        for one in lines
    ]


def _hidden(line: journal.Line, private: Collection[str]) -> bool:
    return line.about_kind in {"item", "sheet"} and line.about_id[:36] in private


def _blind(line: journal.Line) -> bool:
    return bool((line.after or {}).get("seat") or (line.before or {}).get("seat"))
