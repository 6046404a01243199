"""Running a round: to plan it, open and close its phases, give more time, exempt, approve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django.conf import settings
from django.db import transaction

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions import telling
from parindex.web.assessment.actions.appraisal import stands
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import (
    UnknownError,
    in_time,
    latest,
    line_of,
    locked_sheet,
    not_corrected,
    note,
    plain,
    unless_changed,
)
from parindex.web.assessment.bridge import Written
from parindex.web.assessment.models import (
    Appraiser,
    Entrusted,
    Exemption,
    Extension,
    Group,
    ItemLine,
    Phase,
    Question,
    Round,
    ScoreEntry,
    Sheet,
    Table,
)
from parindex.web.assessment.queries.calculation import files_of
from parindex.web.assessment.queries.rounds import phase_at, phases_of, unassigned
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import (
    MOVES,
    ROUND_STATE_OF,
    Direction,
    PhaseKind,
    RoundState,
    SheetMove,
    SheetState,
)
from parindex.web.journal import clock
from parindex.web.journal.actions import action, make_checkpoint, record, unchanged
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor
from parindex.web.people.models import Issuer, Unit
from parindex.web.people.permissions import RefusedError
from parindex.web.people.states import Role
from parindex.web.reference.models import Rulebook
from parindex.whole import whole_file

TABLES = ("findings.csv", "facts.csv", "adjustments.csv", "previous.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePlan:
    """A phase as planned; deadlines are instants, inclusive."""

    kind: PhaseKind
    number: int
    opens_at: datetime
    closes_at: datetime
    units_see_findings: bool = False
    provisional_for: tuple[Role, ...] = ()


def _run(actor: Actor, round_: Round) -> None:
    if not permissions.can_run_round(actor, issuer=round_.issuer_id):
        raise RefusedError("refused.administer")


def administered(actor: Actor, round_: UUID) -> Round:
    """The round, held to the end of the transaction, for those who run it."""
    found = (
        Round.objects.select_for_update(of=("self",))
        .select_related("issuer")
        .filter(id=round_, issuer__in=actor.issuers())
        .first()
    )
    if found is None or not permissions.can_know_round(
        actor, issuer=found.issuer_id, round_=found.id
    ):
        raise UnknownError
    _run(actor, found)
    return found


def _about(round_: Round) -> About:
    return About(kind="round", id=str(round_.id), words=round_.title)


def _note(
    verb: str,
    actor: Actor,
    round_: Round,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    standing = actor.standing(Role.ROUND_ADMIN, issuer=round_.issuer_id)
    record(
        verb,
        person=str(actor.person),
        acting_for=str(standing.unit) if standing and standing.unit else "",
        issuer=round_.issuer_id,
        about=_about(round_),
        before=before,
        after=after,
        reason=reason,
    )


@action
def create_round(
    actor: Actor,
    issuer: Issuer,
    *,
    slug: str,
    title: str,
    year: int,
    index: str,
    reference_date: date,
    groups: Iterable[tuple[str, Rulebook]],
    phases: Iterable[PhasePlan],
    direction: Direction = Direction.DOWNWARD,
    double_appraisal: bool = False,
    missing_is_zero: bool = False,
    previous: Round | None = None,
) -> Round:
    """Plan a round from its criteria sets and phases; the digests of the sets are recorded now,
    before any score is known. Raises UnusableInputError for a plan that cannot be.
    """
    if not permissions.can_run_round(actor, issuer=issuer.slug):
        raise RefusedError("refused.administer")
    planned, sets = list(phases), list(groups)
    _check_plan(year, index, sets, planned)
    round_ = Round.objects.create(
        issuer=issuer,
        slug=slug,
        title=title,
        index=index,
        year=year,
        reference_date=reference_date,
        direction=direction,
        n_appraisals=sum(one.kind is PhaseKind.APPRAISAL for one in planned),
        double_appraisal=double_appraisal,
        missing_is_zero=missing_is_zero,
        previous=previous,
    )
    for position, (name, rulebook) in enumerate(sets):
        Group.objects.create(round=round_, name=name, rulebook=rulebook, position=position)
    for position, plan in enumerate(planned):
        Phase.objects.create(
            round=round_,
            kind=plan.kind,
            number=plan.number,
            position=position,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            units_see_findings=plan.units_see_findings,
            provisional_for=[str(role) for role in plan.provisional_for],
        )
    _note(
        "round.planned",
        actor,
        round_,
        after={
            "year": year,
            "reference_date": reference_date.isoformat(),
            "direction": str(direction),
            "double_appraisal": double_appraisal,
            "missing_is_zero": missing_is_zero,
            "groups": {name: rulebook.digest for name, rulebook in sets},
            "phases": [
                f"{one.kind} {one.number} {one.opens_at.isoformat()} {one.closes_at.isoformat()}"
                for one in planned
            ],
        },
    )
    return round_


def _check_plan(
    year: int, index: str, groups: list[tuple[str, Rulebook]], phases: list[PhasePlan]
) -> None:
    problems: list[Problem] = []
    if not groups:
        problems.append(Problem(code="plan.no_group"))
    for name, rulebook in groups:
        for key, expected, got in (
            ("year", year, rulebook.year),
            ("index", index, rulebook.index),
            ("group", name, rulebook.group),
        ):
            if expected != got:
                values = {"name": name, "key": key, "expected": expected, "got": got}
                problems.append(Problem(code="plan.other_rulebook", values=values))
    if not any(one.kind is PhaseKind.SELF_SCORING for one in phases):
        problems.append(Problem(code="plan.no_self_scoring"))
    if not any(one.kind is PhaseKind.APPRAISAL for one in phases):
        problems.append(Problem(code="plan.no_appraisal"))
    for before, one in pairwise(phases):
        if one.opens_at < before.closes_at:
            values = {
                "phase": f"{one.kind} {one.number}",
                "before": f"{before.kind} {before.number}",
            }
            problems.append(Problem(code="plan.overlap", values=values))
    for one in phases:
        if one.opens_at >= one.closes_at:
            values = {"phase": f"{one.kind} {one.number}"}
            problems.append(Problem(code="plan.backwards", values=values))
    if problems:
        raise UnusableInputError(problems)


@action
def add_units(actor: Actor, round_: UUID, units: Iterable[tuple[Unit, str, bool]]) -> list[Sheet]:
    """Give units their sheets: unit, peer group, whether ranked. Only before the round opens.

    Refused for a unit that does not live on the reference date, or has a sheet already in
    another group.
    """
    held = administered(actor, round_)
    if held.state != RoundState.PLANNED:
        raise RefusedError("refused.round_opened")
    groups = {one.name: one for one in held.groups.all()}
    made = []
    for unit, group, ranked in units:
        if unit.issuer_id != held.issuer_id or group not in groups:
            raise RefusedError("refused.unknown")
        day = held.reference_date
        if (unit.starts_on is not None and unit.starts_on > day) or (
            unit.ends_on is not None and unit.ends_on <= day
        ):
            raise RefusedError("refused.not_alive", unit=unit.name, on=f"{day:%d/%m/%Y}")
        sheet, fresh = Sheet.objects.get_or_create(
            round=held, unit=unit, defaults={"group": groups[group], "ranked": ranked}
        )
        if fresh:
            made.append(sheet)
    if not made:
        unchanged()
        return []
    _note("round.units_added", actor, held, after={"units": [one.unit.slug for one in made]})
    return made


@action
def set_appraiser(
    actor: Actor, round_: UUID, key: str, body: Unit, *, sheet: Sheet | None = None
) -> Appraiser:
    """Name the body that appraises the items of a specialist key, for all or for one sheet."""
    held = administered(actor, round_)
    if body.issuer_id != held.issuer_id or (sheet is not None and sheet.round_id != held.id):
        raise RefusedError("refused.unknown")
    if sheet is not None and sheet.unit_id == body.id:
        raise RefusedError("refused.own_unit")
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    row = Appraiser.objects.filter(round=held, key=key, sheet=sheet).first()
    before = None if row is None else {"body": str(row.body_id)}
    if row is not None and row.body_id == body.id:
        unchanged()
        return row
    row = row or Appraiser(round=held, key=key, sheet=sheet)
    row.body = body
    row.save()
    after = {"key": key, "body": str(body.id), "sheet": str(sheet.id) if sheet else ""}
    _note("round.appraiser_set", actor, held, before=before, after=after)
    return row


@action
def entrust(actor: Actor, sheet: UUID, item: str, unit: Unit) -> Entrusted:
    """Entrust an item of a sheet to the unit that fills it: the upward round."""
    opened = locked_sheet(actor, sheet)
    _run(actor, opened.sheet.round)
    if item not in opened.items or unit.issuer_id != opened.place.issuer:
        raise UnknownError
    claimed = ScoreEntry.objects.filter(sheet=opened.sheet, item=item).exists()
    if claimed or opened.sheet.round.state not in {RoundState.PLANNED, RoundState.OPEN}:
        # Whoever filled an item would no more be of those who may not appraise it.
        raise RefusedError("refused.locked", item=item)
    row, _ = Entrusted.objects.update_or_create(
        sheet=opened.sheet, item=item, defaults={"unit": unit}
    )
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    note("item.entrusted", actor, standing, opened, item=item, after={"unit": str(unit.id)})
    return row


@action
def replan_phase(
    actor: Actor, phase: UUID, *, opens_at: datetime, closes_at: datetime, reason: str = ""
) -> Phase:
    """Change when a phase begins and ends, before it is opened; later there are extensions only."""
    one = Phase.objects.filter(id=phase).first()
    if one is None:
        raise UnknownError
    held = administered(actor, one.round_id)
    if one.opened_at is not None:
        raise RefusedError("refused.phase_opened")
    if opens_at >= closes_at:
        raise UnusableInputError(
            [Problem(code="plan.backwards", values={"phase": f"{one.kind} {one.number}"})]
        )
    before = {"opens_at": one.opens_at.isoformat(), "closes_at": one.closes_at.isoformat()}
    one.opens_at, one.closes_at = opens_at, closes_at
    one.save(update_fields=["opens_at", "closes_at"])
    _note(
        "phase.replanned", actor, held, before=before, reason=reason,
        after={"phase": f"{one.kind} {one.number}", "opens_at": opens_at.isoformat(),
               "closes_at": closes_at.isoformat()},
    )  # fmt: skip
    return one


def open_phase(actor: Actor, phase: UUID) -> Phase:
    """Open a phase, closing the one before; a signed checkpoint of the journal follows.

    Raises RefusedError while items have no appraiser or requests not to apply wait.
    """
    with transaction.atomic():
        opened = _open_phase(actor, phase)
        make_checkpoint(f"phase.opened {opened.kind} {opened.number} {opened.round_id}")
    return opened


def close_phase(actor: Actor, phase: UUID) -> Phase:
    """Close a phase before or after its deadline; a signed checkpoint follows."""
    with transaction.atomic():
        closed = _close_phase(actor, phase)
        make_checkpoint(f"phase.closed {closed.kind} {closed.number} {closed.round_id}")
    return closed


@action
def _open_phase(actor: Actor, phase: UUID) -> Phase:
    one = Phase.objects.filter(id=phase).first()
    if one is None:
        raise UnknownError
    held = administered(actor, one.round_id)
    one.refresh_from_db()
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    if one.opened_at is not None:
        raise RefusedError("refused.phase_opened")
    phases = phases_of(held)
    if any(p.position < one.position and p.opened_at is None for p in phases):
        raise RefusedError("refused.phase_order")
    at = clock.written_at()
    # Every writer of a sheet waits here, and looks again at what is open afterwards.
    sheets = list(Sheet.objects.select_for_update(of=("self",)).filter(round=held))
    if not sheets:
        raise RefusedError("refused.no_units")
    if one.kind == PhaseKind.APPRAISAL:
        _may_appraise(held)
    now = phase_at(phases)
    if now is not None:
        now.closed_at = at
        now.save(update_fields=["closed_at"])
        _note("phase.closed", actor, held, after={"phase": f"{now.kind} {now.number}"})
    one.opened_at = at
    # A phase opened before its planned beginning begins now.
    one.opens_at = min(one.opens_at, at)
    one.save(update_fields=["opened_at", "opens_at"])
    asked = _ask_what_is_below(held, one.number) if one.kind == PhaseKind.EXPLANATION else []
    moved = _move_sheets(held, sheets, PhaseKind(one.kind))
    held.state = ROUND_STATE_OF[PhaseKind(one.kind)]
    held.save(update_fields=["state"])
    _note(
        "phase.opened", actor, held,
        after={"phase": f"{one.kind} {one.number}", "sheets": moved,
               "closes_at": one.closes_at.isoformat()} | ({"asked": asked} if asked else {}),
    )  # fmt: skip
    telling.phase_opened(held, one)
    return one


def _may_appraise(round_: Round) -> None:
    lacking = unassigned(round_)
    if lacking and round_.direction == Direction.DOWNWARD:
        first = lacking[0]
        raise RefusedError(
            "refused.unassigned",
            count=sum(len(one.items) for one in lacking),
            unit=first.sheet.unit.name,
            key=first.key,
        )
    if Exemption.objects.filter(sheet__round=round_, granted=None).exists():
        raise RefusedError("refused.exemptions_wait")


def _ask_what_is_below(round_: Round, number: int) -> list[str]:
    """Ask of every item found below its claim: the appraiser's reason is the question.

    Gives what was asked: sheet and item.
    """
    stage = f"appraised-{number}"
    below = ItemLine.objects.filter(
        sheet__round=round_, found_stage=stage, claimed__isnull=False, not_applicable=False
    ).select_related("finding", "sheet")
    asked = set(
        Question.objects.filter(sheet__round=round_, number=number).values_list("sheet_id", "item")
    )
    fresh = [
        Question(
            sheet=line.sheet,
            item=line.item,
            number=number,
            text=line.finding.reason,
            person_id=line.finding.person_id,
            at=line.finding.at,
        )
        for line in below
        if line.finding is not None
        and line.claimed is not None
        and line.finding.points < line.claimed
        and (line.sheet_id, line.item) not in asked
    ]
    Question.objects.bulk_create(fresh)
    pairs = {(one.sheet_id, one.item) for one in fresh}
    for line in below:
        if (line.sheet_id, line.item) in pairs:
            line.asked = True
            line.save(update_fields=["asked"])
    return sorted(f"{sheet}/{item}" for sheet, item in pairs)


def _move_sheets(round_: Round, sheets: list[Sheet], kind: PhaseKind) -> int:
    move = {
        PhaseKind.APPRAISAL: SheetMove.TAKE_UP,
        PhaseKind.EXPLANATION: SheetMove.ASK,
        PhaseKind.COUNCIL: SheetMove.CONCLUDE,
    }.get(kind)
    if move is None:
        return 0
    asked = set(
        ItemLine.objects.filter(sheet__round=round_, asked=True).values_list("sheet_id", flat=True)
    )
    moved = 0
    for sheet in sheets:
        if move is SheetMove.ASK and sheet.id not in asked:
            continue
        if sheet.state in MOVES[move].sources:
            sheet.state = MOVES[move].target
            sheet.save(update_fields=["state"])
            moved += 1
    return moved


@action
def _close_phase(actor: Actor, phase: UUID) -> Phase:
    one = Phase.objects.filter(id=phase).first()
    if one is None:
        raise UnknownError
    held = administered(actor, one.round_id)
    list(Sheet.objects.select_for_update(of=("self",)).filter(round=held).values_list("id"))
    one.refresh_from_db()
    if one.opened_at is None or one.closed_at is not None:
        raise RefusedError("refused.phase_not_open")
    one.closed_at = clock.written_at()
    one.save(update_fields=["closed_at"])
    _note("phase.closed", actor, held, after={"phase": f"{one.kind} {one.number}"})
    return one


@action
def extend(
    actor: Actor,
    phase: UUID,
    *,
    sheet: UUID | None,
    until: datetime,
    reason: str,
    waives_lateness: bool = False,
    reopen: bool = False,
) -> Extension:
    """Give a sheet, or all, more time in a phase; every unit of the round is told.

    ``reopen`` gives a submitted sheet back to its unit: self-scoring only, and recorded so.
    """
    one = Phase.objects.filter(id=phase).first()
    if one is None:
        raise UnknownError
    held = administered(actor, one.round_id)
    opened: OpenSheet | None = None
    if sheet is not None:
        opened = locked_sheet(actor, sheet)
        if opened.sheet.round_id != held.id:
            raise UnknownError
        if permissions.is_own(actor, opened.place):
            raise RefusedError("refused.own_unit")
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    at = clock.written_at()
    if until <= at:
        raise RefusedError("refused.until_past")
    made = Extension.objects.create(
        phase=one,
        sheet=opened.sheet if opened else None,
        until=until,
        waives_lateness=waives_lateness,
        reason=reason.strip(),
        person_id=actor.person,
        at=at,
    )
    whom = opened.sheet.unit.name if opened else "mọi đơn vị"
    if reopen and opened is not None:
        if one.kind != PhaseKind.SELF_SCORING or opened.sheet.state not in {
            SheetState.SUBMITTED,
            SheetState.IN_UNIT_REVIEW,
            SheetState.DRAFTING,
        }:
            raise RefusedError("refused.reopen")
        opened.sheet.state = MOVES[SheetMove.REOPEN].target
        opened.sheet.submitted_at = None
        opened.sheet.save(update_fields=["state", "submitted_at"])
    _note(
        "phase.extended", actor, held, reason=reason,
        after={
            "extension": str(made.id),
            "phase": f"{one.kind} {one.number}",
            "sheet": str(opened.sheet.id) if opened else "",
            "until": until.isoformat(),
            "waives_lateness": waives_lateness,
            "reopened": reopen,
        },
    )  # fmt: skip
    said = until.astimezone(clock.VIETNAM)
    words = f"Gia hạn {whom} đến {said:%H:%M %d/%m/%Y}: {reason.strip()}"
    telling.extended(held, words, f"extension/{made.id}")
    return made


# ---- items that do not apply


@action
def request_exemption(actor: Actor, sheet: UUID, item: str, *, reason: str) -> Exemption:
    """The unit asks that an item do not apply to it, with a reason, while it scores itself."""
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    entrusted = opened.entrusted.get(item)
    standing = permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
    if standing is None:
        refuse(actor, opened)
    in_time(opened, PhaseKind.SELF_SCORING)
    if opened.place.state is not SheetState.DRAFTING:
        raise RefusedError("refused.locked", item=item)
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    if Exemption.objects.filter(sheet=opened.sheet, item=item, granted=None).exists():
        raise RefusedError("refused.exemption_waits", item=item)
    made = Exemption.objects.create(
        sheet=opened.sheet,
        item=item,
        reason=reason.strip(),
        person_id=actor.person,
        at=clock.written_at(),
    )
    note("exemption.asked", actor, standing, opened, item=item, reason=reason,
         after={"exemption": str(made.id)})  # fmt: skip
    return made


@action
def decide_exemption(actor: Actor, exemption: UUID, *, grant: bool, why: str) -> Exemption:
    """Grant or refuse that an item does not apply, with a reason; the unit is told.

    Decided while the round is planned or self-scoring goes on; never for a unit of one's own.
    """
    found = Exemption.objects.filter(id=exemption).first()
    if found is None:
        raise UnknownError
    opened = locked_sheet(actor, found.sheet_id)
    if not permissions.can_exempt(actor, opened.place):
        refuse(actor, opened, own=True)
    one = Exemption.objects.select_for_update().get(id=exemption)
    if one.granted is not None:
        raise RefusedError("refused.decided")
    if opened.sheet.round.state not in {RoundState.PLANNED, RoundState.OPEN}:
        raise RefusedError("refused.too_late_to_exempt")
    if not has_words(why):
        raise RefusedError("refused.no_reason")
    one.granted, one.decided_why = grant, why.strip()
    one.decided_by_id, one.decided_at = actor.person, clock.written_at()
    one.save(update_fields=["granted", "decided_why", "decided_by", "decided_at"])
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    entry = None
    if grant:
        entry = _exempt(actor, opened, one)
    note(
        "exemption.granted" if grant else "exemption.refused",
        actor, standing, opened, item=one.item, reason=why,
        after=(plain(entry) or {}) | {"exemption": str(one.id)},
    )  # fmt: skip
    verdict = "không áp dụng" if grant else "vẫn áp dụng"
    words = f"Mục {one.item}: {verdict}. {why.strip()}"
    telling.exemption_decided(opened, words, f"exemption/{one.id}")
    return one


def _exempt(actor: Actor, opened: OpenSheet, one: Exemption) -> ScoreEntry:
    """The entry at the first appraisal stage by which an item leaves the scale."""
    _, item = opened.items[one.item]
    reason = f"{one.reason} – {one.decided_why}"
    scored = bridge.not_applicable(opened.sheet.group.rulebook, item, reason)
    before = latest(opened, one.item, "appraised-1")
    entry = ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=one.item,
        stage="appraised-1",
        version=(before.version if before else 0) + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        reason=reason,
        person_id=actor.person,
        at=clock.written_at(),
    )
    line = line_of(opened, one.item)
    line.not_applicable = True
    line.finding, line.found, line.found_stage = entry, entry.points, entry.stage
    line.save(update_fields=["not_applicable", "finding", "found", "found_stage"])
    return entry


# ---- tables, and the end


@action
def upload_table(actor: Actor, round_: UUID, name: str, content: bytes, *, source: str) -> Table:
    """Put a table of findings, facts, adjustments or last year's results, as a file of the
    contract; it is read as the engine reads it, and refused with every problem.
    """
    held = administered(actor, round_)
    if name not in TABLES:
        raise UnknownError
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    if not source.strip():
        raise RefusedError("refused.no_source")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        values = {"got": f"byte {error.start}"}
        raise UnusableInputError(
            [Problem(code="csv.encoding", file=name, values=values)]
        ) from error
    files = files_of(held, tables={name: text})
    try:
        bridge.check_table(files)
    except ParindexError as error:
        mine = [one for one in error.problems if one.file.endswith(name)]
        if mine:
            raise UnusableInputError(mine) from error
    before = Table.objects.filter(round=held, name=name).order_by("-version").first()
    made = Table.objects.create(
        round=held,
        name=name,
        version=(before.version if before else 0) + 1,
        content=text,
        source=source.strip()[:300],
        person_id=actor.person,
        at=clock.written_at(),
    )
    after = {"table": name, "version": made.version, "digest": bridge.digest_of(text)}
    _note("round.table_put", actor, held, reason=source, after=after)
    return made


def approve_round(actor: Actor, round_: UUID) -> str:
    """Approve the results: every sheet is decided, the run is complete, the bundle sealed.

    Gives the bundle's digest. Raises IncompleteError with what is missing.
    """
    with transaction.atomic():
        digest = _approve_round(actor, round_)
        make_checkpoint(f"round.approved {round_}")
    return digest


@action
def _approve_round(actor: Actor, round_: UUID) -> str:
    held = administered(actor, round_)
    sheets = list(Sheet.objects.select_for_update(of=("self",)).filter(round=held))
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    phases = phases_of(held)
    if any(one.opened_at is None for one in phases):
        raise RefusedError("refused.phases_left")
    waiting = held.sheets.filter(changes__approved=None, changes__isnull=False)
    if waiting.exists():
        raise RefusedError("refused.changes_wait")
    content, digest = bridge.sealed(files_of(held))
    folder = settings.DATA / "bundles"
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"{held.id}.zip") as fresh:
        fresh.write_bytes(content)
    at = clock.written_at()
    for one in phases:
        if one.closed_at is None:
            one.closed_at = at
            one.save(update_fields=["closed_at"])
    for sheet in sheets:
        sheet.state = SheetState.DECIDED
        sheet.save(update_fields=["state"])
    held.state, held.approved_at = RoundState.APPROVED, at
    held.save(update_fields=["state", "approved_at"])
    _note("round.approved", actor, held, after={"bundle": digest, "sheets": len(sheets)})
    return digest


@action
def transcribe(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: dict[str, str],
    *,
    document: str,
    base: int,
    written: Written = "typed",
) -> ScoreEntry:
    """Enter what a ministry scored of an upward sheet, naming its document; done by those who
    run the round, at the appraisal that is open. It is a record, not an opinion of theirs.
    """
    opened = locked_sheet(actor, sheet)
    held = opened.sheet.round
    if not permissions.can_run_round(actor, issuer=held.issuer_id):
        refuse(actor, opened)
    if held.direction != Direction.UPWARD:
        raise RefusedError("refused.not_upward")
    if item not in opened.items:
        raise UnknownError
    if not has_words(document):
        raise RefusedError("refused.no_source")
    at = clock.written_at()
    _, stage = in_time(opened, PhaseKind.APPRAISAL, at)
    if opened.place.state is not SheetState.APPRAISING:
        raise RefusedError("refused.not_appraising")
    not_corrected(opened, item)
    before = latest(opened, item, stage)
    unless_changed(before, base)
    _, rule = opened.items[item]
    said = {key: value for key, value in fields.items() if value.strip()}
    scored = bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
    entry = ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=item,
        stage=stage,
        version=base + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        reason=document.strip(),
        person_id=actor.person,
        at=at,
    )
    stands(line_of(opened, item), entry)
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    note("finding.transcribed", actor, standing, opened, item=item,
         before=plain(before), after=plain(entry), reason=document)  # fmt: skip
    return entry


@action
def start_from(actor: Actor, round_: UUID, previous: UUID) -> Round:
    """Begin with last year's units, bodies and entrusted items.

    A unit that ended is followed to all that it became; a body or one that fills an item only
    where it became one. Items are found again by their ids.
    """
    held = administered(actor, round_)
    before = Round.objects.filter(id=previous, issuer=held.issuer).first()
    if before is None:
        raise UnknownError
    if held.state != RoundState.PLANNED:
        raise RefusedError("refused.round_opened")
    groups = {one.name: one for one in held.groups.all()}
    day = held.reference_date
    added = 0
    for sheet in before.sheets.select_related("unit", "group"):
        if sheet.group.name not in groups:
            continue
        group = groups[sheet.group.name]
        for unit in _living(sheet.unit, day):
            made, fresh = Sheet.objects.get_or_create(
                round=held, unit=unit, defaults={"group": group, "ranked": sheet.ranked}
            )
            added += fresh
            _same_hands(sheet, made, day)
    for row in before.appraisers.filter(sheet=None).select_related("body"):
        bodies = _living(row.body, day)
        if len(bodies) == 1:
            Appraiser.objects.get_or_create(
                round=held, key=row.key, sheet=None, defaults={"body": bodies[0]}
            )
    held.previous = before
    held.save(update_fields=["previous"])
    _note("round.started_from", actor, held, after={"previous": str(before.id), "units": added})
    return held


def _same_hands(old: Sheet, new: Sheet, day: date) -> None:
    """The bodies named for last year's sheet, and its entrusted items, for this year's."""
    for row in old.appraiser_set.select_related("body"):
        bodies = [one for one in _living(row.body, day) if one.id != new.unit_id]
        if len(bodies) == 1:
            Appraiser.objects.get_or_create(
                round=new.round, key=row.key, sheet=new, defaults={"body": bodies[0]}
            )
    ids = {code: item.id for code, (_, item) in bridge.items_of(old.group.rulebook).items()}
    codes = {item.id: code for code, (_, item) in bridge.items_of(new.group.rulebook).items()}
    for lent in old.entrusted.select_related("unit"):
        code, units = codes.get(ids.get(lent.item, "")), _living(lent.unit, day)
        if code is not None and len(units) == 1:
            Entrusted.objects.get_or_create(sheet=new, item=code, defaults={"unit": units[0]})


def _living(unit: Unit, day: date) -> list[Unit]:
    """The unit itself where it lives on the day, or those that it became."""
    waiting, seen, found = [unit], {unit.id}, []
    while waiting:
        one = waiting.pop(0)
        if one.ends_on is not None and one.ends_on <= day:
            after = Unit.objects.filter(predecessions__before=one).order_by("slug")
            fresh = [other for other in after if other.id not in seen]
            seen |= {other.id for other in fresh}
            waiting += fresh
        elif one.starts_on is None or one.starts_on <= day:
            found.append(one)
    return found
