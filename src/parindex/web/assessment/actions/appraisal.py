"""Appraisal: what a specialist body finds of an item, alone or by two who are blind; questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from parindex.criteria.rules import Source
from parindex.vietnamese import has_words
from parindex.web.assessment import bridge, permissions
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
from parindex.web.assessment.bridge import Marker, Scored, Written
from parindex.web.assessment.models import ItemLine, Question, ScoreEntry
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import COUNCIL, SELF, PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import RefusedError, UnknownError


@action
def save_finding(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: Mapping[str, str],
    *,
    reason: str = "",
    comment: str = "",
    base: int,
    written: Written = "typed",
) -> ScoreEntry:
    """What the appraiser finds of an item; points follow by the rule.

    A reason is asked for when they are below the claim, or below what was found before. In a
    double appraisal the opinion takes a seat of its own, and the score stands when both agree;
    where they differ the item is disputed and goes to the council. Raises as
    :func:`claims.save_claim` does.
    """
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    _, rule = opened.items[item]
    standing = permissions.appraising_standing(actor, opened.place, body=opened.body(item))
    if standing is None:
        refuse(actor, opened, own=True)
    if rule.source not in {Source.APPRAISAL, Source.EXTERNAL}:
        raise RefusedError("refused.not_appraised", item=item)
    at = clock.written_at()
    number, stage = in_time(opened, PhaseKind.APPRAISAL, at)
    if opened.place.state is not SheetState.APPRAISING:
        raise RefusedError("refused.not_appraising")
    line = line_to_score(opened, item, fields)
    seat = _seat(actor, opened, item, stage)
    before = latest(opened, item, stage, seat)
    unless_changed(before, base)
    said = {key: value for key, value in fields.items() if value.strip()}
    scored = bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
    _ask_reason(opened, item, number, scored, reason)
    entry = write_entry(opened, item, stage, seat, scored, actor, standing, reason, comment, at)
    note(
        "finding.saved", actor, standing, opened, item=item,
        before=plain(before), after=plain(entry), reason=reason,
    )  # fmt: skip
    if seat:
        _settle(actor, standing, opened, line, item, stage, at)
    else:
        stands(line, entry)
    return entry


def _seat(actor: Actor, opened: OpenSheet, item: str, stage: str) -> int:
    """The seat that the person's opinion takes: 0 where one appraiser is enough."""
    if not opened.sheet.round.double_appraisal:
        return 0
    taken = dict(
        ScoreEntry.objects.filter(sheet=opened.sheet, item=item, stage=stage, seat__gt=0)
        .order_by("version")
        .values_list("seat", "person_id")
    )
    for seat, person in taken.items():
        if person == actor.person:
            if latest(opened, item, stage) is not None or len(taken) == 2:
                raise RefusedError("refused.settled", item=item)
            return seat
    free = [seat for seat in (1, 2) if seat not in taken]
    if not free:
        raise RefusedError("refused.seats_taken", item=item)
    return free[0]


def _ask_reason(opened: OpenSheet, item: str, number: int, scored: Scored, reason: str) -> None:
    claim = latest(opened, item, SELF)
    below = claim is not None and bool(claim.quantity) and scored.points < claim.points
    earlier = latest(opened, item, f"appraised-{number - 1}") if number > 1 else None
    below = below or (earlier is not None and scored.points < earlier.points)
    if below and not has_words(reason):
        raise RefusedError("refused.reason_below", item=item)


def write_entry(
    opened: OpenSheet,
    item: str,
    stage: str,
    seat: int,
    scored: Scored,
    actor: Actor,
    standing: Standing,
    reason: str,
    comment: str,
    at: datetime,
) -> ScoreEntry:
    """A further version of an opinion, as the person's; points are those scored.

    ``at`` is the moment that was found in time.
    """
    before = latest(opened, item, stage, seat)
    return ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=item,
        stage=stage,
        seat=seat,
        version=(before.version if before else 0) + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        reason=reason,
        note=comment,
        person_id=actor.person,
        acting_for=standing.unit,
        at=at,
    )


def stands(line: ItemLine, entry: ScoreEntry) -> None:
    """From now on this is the score of the item.

    What the unit did not accept stays before the council while an appraisal is below the claim.
    """
    line.finding, line.found, line.found_stage = entry, entry.points, entry.stage
    line.not_applicable = entry.marker == Marker.NOT_APPLICABLE
    below = line.claimed is not None and entry.points < line.claimed
    line.disputed = line.disputed and below and not line.not_applicable and entry.stage != COUNCIL
    line.save(update_fields=["finding", "found", "found_stage", "not_applicable", "disputed"])


def differs(opened: OpenSheet, item: str, stage: str) -> bool:
    """Whether both blind opinions of a stage are in and none of them stands."""
    return (
        latest(opened, item, stage, 1) is not None
        and latest(opened, item, stage, 2) is not None
        and latest(opened, item, stage) is None
    )


def _settle(
    actor: Actor,
    standing: Standing,
    opened: OpenSheet,
    line: ItemLine,
    item: str,
    stage: str,
    at: datetime,
) -> None:
    """When both opinions are in: the score stands if they give the same points, or is disputed."""
    first, second = latest(opened, item, stage, 1), latest(opened, item, stage, 2)
    if first is None or second is None:
        return
    if (first.points, first.marker) != (second.points, second.marker):
        line.disputed = True
        line.save(update_fields=["disputed"])
        note("finding.disputed", actor, standing, opened, item=item, after={"stage": stage})
        return
    agreed = Scored(
        said=second.quantity,
        points=second.points,
        maximum=second.maximum,
        marker=Marker(second.marker),
    )
    reason = "; ".join(dict.fromkeys(one.reason for one in (first, second) if one.reason))
    entry = write_entry(opened, item, stage, 0, agreed, actor, standing, reason, "", at)
    note("finding.agreed", actor, standing, opened, item=item, after=plain(entry))
    stands(line, entry)


@action
def ask(actor: Actor, sheet: UUID, item: str, *, text: str) -> Question:
    """Ask the unit to explain one item in the coming round of explanation; once an appraisal."""
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    standing = permissions.appraising_standing(actor, opened.place, body=opened.body(item))
    if standing is None:
        refuse(actor, opened, own=True)
    if not has_words(text):
        raise RefusedError("refused.no_reason")
    number, _ = in_time(opened, PhaseKind.APPRAISAL)
    if opened.place.state is not SheetState.APPRAISING:
        raise RefusedError("refused.not_appraising")
    if Question.objects.filter(sheet=opened.sheet, item=item, number=number).exists():
        raise RefusedError("refused.asked", item=item)
    made = Question.objects.create(
        sheet=opened.sheet,
        item=item,
        number=number,
        text=text.strip(),
        person_id=actor.person,
        at=clock.written_at(),
    )
    line = line_of(opened, item)
    line.asked = True
    line.save(update_fields=["asked"])
    note(
        "explanation.asked", actor, standing, opened, item=item,
        after={"question": str(made.id), "number": number, "text": made.text},
    )  # fmt: skip
    return made
