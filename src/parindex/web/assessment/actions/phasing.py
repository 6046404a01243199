"""Phases: to replan, open and close them, and to give a sheet more time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parindex.errors import Problem, UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment import permissions
from parindex.web.assessment.actions import telling
from parindex.web.assessment.actions.administering import administered, note_round
from parindex.web.assessment.actions.gate import locked_sheet
from parindex.web.assessment.models import (
    Exemption,
    Extension,
    ItemLine,
    Phase,
    Question,
    Round,
    Sheet,
)
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
from parindex.web.journal.actions import action, make_checkpoint
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


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
    note_round(
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
        note_round("phase.closed", actor, held, after={"phase": f"{now.kind} {now.number}"})
    one.opened_at = at
    # A phase opened before its planned beginning begins now.
    one.opens_at = min(one.opens_at, at)
    one.save(update_fields=["opened_at", "opens_at"])
    asked = _ask_what_is_below(held, one.number) if one.kind == PhaseKind.EXPLANATION else []
    moved = _move_sheets(held, sheets, PhaseKind(one.kind))
    held.state = ROUND_STATE_OF[PhaseKind(one.kind)]
    held.save(update_fields=["state"])
    note_round(
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
    note_round("phase.closed", actor, held, after={"phase": f"{one.kind} {one.number}"})
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
    note_round(
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
