"""The council's decision on an item, with its vote and its minutes; and changes after the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from parindex.vietnamese import has_words
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions.appraisal import stands, write_entry
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import (
    in_time,
    latest,
    line_of,
    line_to_score,
    locked_sheet,
    note,
    plain,
    unless_changed,
)
from parindex.web.assessment.bridge import Written
from parindex.web.assessment.models import Change, ScoreEntry, Vote
from parindex.web.assessment.queries.appraisal import change_for, proposed_for
from parindex.web.assessment.queries.rounds import ENTERED
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import CORRECTED, COUNCIL, PhaseKind, RoundState, SheetState
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """How the council voted, when, and in which minutes it stands."""

    in_favour: int
    against: int
    abstained: int
    minutes: str
    held_on: date
    chair_decided: bool = False

    @property
    def carried(self) -> bool:
        """Whether the decision stands: more for than against, or a tie that the chair decided."""
        tie = self.in_favour == self.against
        return self.in_favour > self.against or (tie and self.chair_decided)


@action
def decide(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: Mapping[str, str],
    *,
    reason: str,
    ballot: Ballot,
    base: int,
    written: Written = "typed",
) -> ScoreEntry:
    """The council's score of an item; it stands above every appraisal.

    Recorded by a member or the chair, never on a sheet of the person's own unit, while the
    council's phase is open. A vote that did not carry is refused.
    """
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    standing = permissions.deciding_standing(actor, opened.place)
    if standing is None:
        refuse(actor, opened, own=True)
    _, rule = opened.items[item]
    if rule.source not in ENTERED:
        raise RefusedError("refused.not_appraised", item=item)
    at = clock.written_at()
    _, stage = in_time(opened, PhaseKind.COUNCIL, at)
    if opened.place.state is not SheetState.BEFORE_COUNCIL:
        raise RefusedError("refused.not_before_council")
    line = line_to_score(opened, item, fields)
    if not has_words(reason) or not ballot.minutes.strip():
        raise RefusedError("refused.no_minutes")
    if min(ballot.in_favour, ballot.against, ballot.abstained) < 0 or not ballot.carried:
        raise RefusedError("refused.not_carried")
    before = latest(opened, item, COUNCIL)
    unless_changed(before, base)
    said = {key: value for key, value in fields.items() if value.strip()}
    scored = bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
    entry = write_entry(opened, item, stage, 0, scored, actor, standing, reason, "", at)
    Vote.objects.create(
        entry=entry,
        in_favour=ballot.in_favour,
        against=ballot.against,
        abstained=ballot.abstained,
        chair_decided=ballot.chair_decided,
        minutes=ballot.minutes.strip(),
        held_on=ballot.held_on,
    )
    note(
        "council.decided", actor, standing, opened, item=item, before=plain(before),
        after=(plain(entry) or {})
        | {
            "in_favour": ballot.in_favour,
            "against": ballot.against,
            "abstained": ballot.abstained,
            "chair_decided": ballot.chair_decided,
            "minutes": ballot.minutes,
            "held_on": ballot.held_on.isoformat(),
        },
        reason=reason,
    )  # fmt: skip
    stands(line, entry)
    return entry


# ---- after the lock


def is_locked(opened: OpenSheet) -> bool:
    """Whether appraisal is over: scores change only by two persons, in public.

    It is over once a round is approved, and from the close of the last appraisal on; not for a
    sheet that was given more time in it, as long as that lasts.
    """
    state = opened.sheet.round.state
    if state in {RoundState.APPROVED, RoundState.DECIDING}:
        return True
    appraisals = [one for one in opened.phases if one.kind == PhaseKind.APPRAISAL]
    closed = bool(appraisals) and all(one.closed_at is not None for one in appraisals)
    return closed and opened.in_time(PhaseKind.APPRAISAL, clock.written_at()) is None


@action
def propose_change(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: Mapping[str, str],
    *,
    reason: str,
    written: Written = "typed",
) -> Change:
    """Propose a change after the appraisal lock, with a reason: it waits for a second person."""
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    standing = permissions.proposing_standing(actor, opened.place, body=opened.body(item))
    if standing is None:
        refuse(actor, opened, own=True)
    if opened.sheet.round.state == RoundState.CLOSED or not is_locked(opened):
        raise RefusedError("refused.not_locked")
    _, rule = opened.items[item]
    if rule.source not in ENTERED:
        raise RefusedError("refused.not_appraised", item=item)
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    if Change.objects.filter(sheet=opened.sheet, item=item, approved=None).exists():
        raise RefusedError("refused.change_waits", item=item)
    said = {key: value for key, value in fields.items() if value.strip()}
    scored = bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
    made = Change.objects.create(
        sheet=opened.sheet,
        item=item,
        quantity=scored.said,
        points=scored.points,
        reason=reason.strip(),
        proposed_by_id=actor.person,
        proposed_at=clock.written_at(),
    )
    line = line_of(opened, item)
    note(
        "change.proposed", actor, standing, opened, item=item,
        before=plain(line.finding),
        after={"change": str(made.id), "quantity": dict(scored.said), "points": str(made.points)},
        reason=reason,
    )  # fmt: skip
    return made


@action
def decide_change(actor: Actor, change: UUID, *, approve: bool, why: str = "") -> Change:
    """The second person approves a proposed change, or refuses it; both appear in the register."""
    one = Change.objects.filter(id=change).first()
    if one is None:
        raise UnknownError
    opened = locked_sheet(actor, one.sheet_id)
    one = Change.objects.select_for_update().get(id=change)
    standing = permissions.approving_standing(
        actor, opened.place, proposed_by=one.proposed_by_id, proposed_for=proposed_for(one)
    )
    if standing is None:
        if actor.person == one.proposed_by_id:
            raise RefusedError("refused.two_persons")
        if change_for(actor, change) is None:
            raise UnknownError
        # The register is public: whoever knows of the round knows of the change.
        own = permissions.is_own(actor, opened.place)
        raise RefusedError("refused.own_unit" if own else "refused.not_yours")
    if one.approved is not None:
        raise RefusedError("refused.decided")
    if opened.sheet.round.state == RoundState.CLOSED:
        raise RefusedError("refused.not_locked")
    one.approved = approve
    one.decided_by_id = actor.person
    one.decided_at = clock.written_at()
    one.decided_why = why
    one.save(update_fields=["approved", "decided_by", "decided_at", "decided_why"])
    line = line_of(opened, one.item)
    before = plain(line.finding)
    entry = None
    if approve:
        _, rule = opened.items[one.item]
        scored = bridge.read_said(opened.sheet.group.rulebook, rule, one.quantity, written="plain")
        entry = write_entry(
            opened,
            one.item,
            CORRECTED,
            0,
            scored,
            actor,
            standing,
            one.reason,
            why,
            one.decided_at,
        )
        stands(line, entry)
    note(
        "change.approved" if approve else "change.refused",
        actor, standing, opened, item=one.item, before=before,
        after=(plain(entry) or {})
        | {"change": str(one.id), "proposed_by": str(one.proposed_by_id)},
        reason=one.reason if approve else why,
    )  # fmt: skip
    return one
