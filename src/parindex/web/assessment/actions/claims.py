"""Self-scoring: to claim an item, to hand the sheet in, to send it back, to submit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NoReturn
from uuid import UUID

from parindex.criteria.rules import Source
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions import telling
from parindex.web.assessment.actions.gate import (
    in_time,
    latest,
    line_of,
    locked_sheet,
    note,
    plain,
    unless_changed,
)
from parindex.web.assessment.bridge import Marker, Scored, Written
from parindex.web.assessment.models import ScoreEntry, Sheet
from parindex.web.assessment.queries.sheets import OpenSheet, missing
from parindex.web.assessment.states import (
    SELF,
    NoSuchMoveError,
    PhaseKind,
    SheetMove,
    SheetState,
    after,
)
from parindex.web.journal import clock
from parindex.web.journal.actions import action, unchanged
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError

_NOTHING = Scored(said={}, points=Decimal(0), maximum=Decimal(0), marker=Marker.MISSING)


@action
def save_claim(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: Mapping[str, str],
    *,
    comment: str = "",
    base: int,
    written: Written = "typed",
) -> ScoreEntry:
    """Claim an item of a sheet: a further version of what the unit says; empty fields clear it.

    ``base`` is the version that the writer saw (0 for none). Raises ConflictError when another
    one stands, UnusableInputError for fields that the contract refuses, RefusedError when the
    sheet is locked, the phase closed or the person not of the unit, UnknownError for a stranger.
    """
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    entrusted = opened.entrusted.get(item)
    standing = permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
    if standing is None:
        refuse(actor, opened)
    _, rule = opened.items[item]
    if rule.source is not Source.APPRAISAL:
        raise RefusedError("refused.not_claimed", item=item)
    if opened.place.state is not SheetState.DRAFTING:
        raise RefusedError("refused.locked", item=item)
    at = clock.written_at()
    in_time(opened, PhaseKind.SELF_SCORING, at)
    line = line_of(opened, item)
    if line.not_applicable:
        raise RefusedError("refused.not_applicable", item=item)
    before = latest(opened, item, SELF)
    unless_changed(before, base)
    said = {key: value for key, value in fields.items() if value.strip() and key != "reason"}
    scored = (
        bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
        if said
        else _NOTHING
    )
    if before is not None and dict(before.quantity) == scored.said and before.note == comment:
        unchanged()
        return before
    entry = ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=item,
        stage=SELF,
        version=base + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        note=comment,
        person_id=actor.person,
        acting_for=standing.unit,
        at=at,
    )
    line.claim = entry if scored.said else None
    line.claimed = scored.points if scored.said else None
    line.save(update_fields=["claim", "claimed"])
    note(
        "claim.saved", actor, standing, opened, item=item, before=plain(before), after=plain(entry)
    )
    return entry


def refuse(actor: Actor, opened: OpenSheet, *, own: bool = False) -> NoReturn:
    """Refuse who may know of the sheet; to others it is not there.

    ``own`` says what is refused for a unit of one's own.
    """
    if not permissions.can_see_sheet(actor, opened.place, bodies=opened.bodies.of(opened.sheet)):
        raise UnknownError
    is_own = own and permissions.is_own(actor, opened.place)
    raise RefusedError("refused.own_unit" if is_own else "refused.not_yours")


def _move(opened: OpenSheet, move: SheetMove) -> SheetState:
    try:
        return after(move, opened.sheet.state)
    except NoSuchMoveError as error:
        raise RefusedError("refused.move", state=error.state, move=move) from error


@action
def hand_in(actor: Actor, sheet: UUID) -> Sheet:
    """The officer hands the draft to the head of the unit; from now on it is not edited.

    The head is told. Raises RefusedError when it is not the unit's officer or not time.
    """
    opened = locked_sheet(actor, sheet)
    standing = permissions.handing_in_standing(actor, opened.place)
    if standing is None:
        refuse(actor, opened)
    in_time(opened, PhaseKind.SELF_SCORING)
    opened.sheet.state = _move(opened, SheetMove.HAND_IN)
    opened.sheet.save(update_fields=["state"])
    note("sheet.handed_in", actor, standing, opened, after={"missing": len(missing(opened))})
    telling.handed_in(opened)
    return opened.sheet


@action
def send_back(actor: Actor, sheet: UUID, *, reason: str) -> Sheet:
    """The head of the unit sends the draft back, with a reason; its officers are told."""
    opened = locked_sheet(actor, sheet)
    standing = permissions.signing_standing(actor, opened.place)
    if standing is None:
        refuse(actor, opened)
    if not reason.strip():
        raise RefusedError("refused.no_reason")
    in_time(opened, PhaseKind.SELF_SCORING)
    opened.sheet.state = _move(opened, SheetMove.SEND_BACK)
    opened.sheet.save(update_fields=["state"])
    note("sheet.sent_back", actor, standing, opened, reason=reason)
    telling.sent_back(opened, reason)
    return opened.sheet


@action
def sign(actor: Actor, sheet: UUID, *, although_missing: bool = False) -> Sheet:
    """The head of the unit submits the self-assessment; from now on it is locked.

    What is missing refuses it until the head says that it is submitted all the same. The
    appraisers are told. A sheet that comes under an extension is marked late unless it is waived.
    """
    opened = locked_sheet(actor, sheet)
    standing = permissions.signing_standing(actor, opened.place)
    if standing is None:
        refuse(actor, opened)
    at = clock.written_at()
    in_time(opened, PhaseKind.SELF_SCORING, at)
    target = _move(opened, SheetMove.SIGN)
    lacks = missing(opened)
    if lacks and not although_missing:
        codes = ", ".join(one.item.code for one in lacks[:12])
        raise RefusedError("refused.missing", count=len(lacks), items=codes)
    opened.sheet.state = target
    opened.sheet.submitted_at = at
    opened.sheet.late = _is_late(opened, at)
    opened.sheet.save(update_fields=["state", "submitted_at", "late"])
    claimed = sum(
        (one for one in opened.sheet.lines.values_list("claimed", flat=True) if one is not None),
        Decimal(0),
    )
    note(
        "sheet.submitted",
        actor,
        standing,
        opened,
        after={
            "points": str(claimed.normalize() + 0),
            "missing": [one.item.code for one in lacks],
            "late": opened.sheet.late,
        },
    )
    telling.submitted(opened)
    return opened.sheet


def _is_late(opened: OpenSheet, at: datetime) -> bool:
    phase = opened.phase_of(PhaseKind.SELF_SCORING)
    assert phase is not None  # noqa: S101 - it was in time
    on_time = at <= phase.closes_at and phase.closed_at is None
    waived = phase.extensions.filter(waives_lateness=True, sheet=opened.sheet).exists() or (
        phase.extensions.filter(waives_lateness=True, sheet=None).exists()
    )
    return not on_time and not waived
