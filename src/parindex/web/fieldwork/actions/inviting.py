"""Inviting people: letters and slips with codes, interviewers, and reserves that step in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, QuerySet

from parindex.vietnamese import has_words
from parindex.web.fieldwork import codes, permissions
from parindex.web.fieldwork.actions import places
from parindex.web.fieldwork.actions.gate import note, run_by
from parindex.web.fieldwork.bridge import letters as paper
from parindex.web.fieldwork.bridge.questionnaires import clean
from parindex.web.fieldwork.models import (
    COUNTER,
    Assigned,
    Cell,
    Interviewer,
    Invitation,
    Wave,
)
from parindex.web.fieldwork.queries.waves import wave_for
from parindex.web.fieldwork.states import GIVEN_UP, PREPARING, InvitationState, WaveState
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.models import Unit
from parindex.web.people.permissions import RefusedError, UnknownError

# A batch takes some ten seconds to write.
AT_ONCE: Final = 500
PAGE: Final = "/phieu/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch of letters as a PDF, how many it holds, and how many people wait for theirs."""

    pdf: bytes
    count: int
    left: int


@action
def print_letters(
    actor: Actor,
    wave: UUID,
    *,
    stratum: str | None = None,
    limit: int = AT_ONCE,
    again: Sequence[UUID] = (),
) -> Batch:
    """Letters for those drawn who have none yet, in the order of the draw, as one PDF.

    ``again`` names invitations whose letters went astray: they get a fresh code, and the one
    before counts no more. Codes stand in the PDF and nowhere else; only their digests are kept.
    """
    held = _preparing(actor, wave)
    waiting = Invitation.objects.filter(wave=held, used=False)
    if again:
        waiting = waiting.filter(id__in=list(again), state__in=_MAY_HAVE_CODES)
    else:
        waiting = waiting.filter(token_hash=None, state=InvitationState.DRAWN).exclude(name="")
        if stratum is not None:
            waiting = waiting.filter(cell__stratum=stratum)
    return _printed(actor, held, waiting, kind="letters", limit=limit)


@action
def print_slips(
    actor: Actor,
    wave: UUID,
    *,
    unit: UUID,
    service: str = "",
    respondents: str = "",
    count: int,
) -> Batch:
    """Slips for a counter: invitations of nobody by name, each good for one answer there."""
    held = _preparing(actor, wave)
    served = Unit.objects.filter(id=unit, issuer=held.issuer_id).first()
    if served is None:
        raise UnknownError
    if not 0 < count <= AT_ONCE:
        raise RefusedError("fieldwork.batch", limit=AT_ONCE)
    cell = _counter(held, served, service.strip(), respondents.strip())
    start = (cell.invitations.aggregate(last=Max("order"))["last"] or 0) + 1
    Invitation.objects.bulk_create(
        Invitation(wave=held, cell=cell, order=start + at) for at in range(count)
    )
    cell.n_drawn = F("n_drawn") + count
    cell.save(update_fields=["n_drawn"])
    waiting = cell.invitations.filter(token_hash=None)
    return _printed(actor, held, waiting, kind="slips", limit=count)


_MAY_HAVE_CODES: Final = frozenset(
    {InvitationState.DRAWN, InvitationState.INVITED, InvitationState.UNREACHABLE}
)


def _counter(wave: Wave, unit: Unit, service: str, respondents: str) -> Cell:
    """The cell of a counter: whoever comes there; every answer weighs the same."""
    draw = f"{COUNTER}{unit.slug}"
    last = wave.cells.aggregate(last=Max("position"))["last"]
    cell, _ = Cell.objects.get_or_create(
        wave=wave,
        draw=draw,
        unit=unit,
        service=service,
        respondents=respondents,
        defaults={
            "position": 0 if last is None else last + 1,
            "stratum": unit.name,
            "quota": wave.quotas.filter(label=unit.name).first(),
            "design": {
                "strata": [draw], "units": [], "fpc": [""], "weight": "1",
                "stratum": draw, "psu": "",
            },
        },
    )  # fmt: skip
    return cell


def _preparing(actor: Actor, wave: UUID) -> Wave:
    held = run_by(actor, wave)
    if held.state not in PREPARING:
        raise RefusedError("fieldwork.move", state=held.state, move="print")
    return held


def _printed(
    actor: Actor, wave: Wave, waiting: QuerySet[Invitation], *, kind: paper.Kind, limit: int
) -> Batch:
    """Give the first of those who wait a code each, and write them all to."""
    rows = waiting.select_for_update(of=("self",), no_key=True).select_related("cell__unit")
    batch = list(rows.order_by("cell__position", "reserve", "order")[: min(limit, AT_ONCE)])
    if not batch:
        raise RefusedError("fieldwork.nobody_waits")
    coded = [(one, codes.new_code()) for one in batch]
    for one, code in coded:
        one.token_hash = codes.hash_of(code)
        one.state = InvitationState.INVITED
    Invitation.objects.bulk_update(batch, ["token_hash", "state"], batch_size=AT_ONCE)
    pdf = paper.written(
        wave,
        coded,
        page=f"{settings.ADDRESS}{PAGE}",
        closes_at=wave.closes_at.astimezone(clock.VIETNAM),
        kind=kind,
    )
    left = waiting.exclude(id__in=[one.id for one in batch]).count()
    note(f"{kind}.printed", actor, wave, after={"count": len(batch)})
    return Batch(pdf=pdf, count=len(batch), left=left)


# ---- interviewers


@action
def assign(
    actor: Actor, wave: UUID, *, interviewer: UUID, invitations: Iterable[UUID]
) -> list[Assigned]:
    """Send an interviewer to people; whoever went there before does so no more.

    Where there are quotas, their places are held for them until the last answer may come in.
    """
    held = _preparing(actor, wave)
    walks = Interviewer.objects.filter(id=interviewer, wave=held).first()
    if walks is None:
        raise UnknownError
    people = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "cell", "wave"
    )
    rows = list(
        people.filter(
            wave=held, id__in=list(invitations), used=False, state__in=_MAY_HAVE_CODES
        ).order_by("id")
    )
    if not rows:
        raise UnknownError
    made = [_send(one, walks) for one in rows]
    note("people.assigned", actor, held, after={"interviewer": walks.code, "count": len(made)})
    return made


def _send(one: Invitation, walks: Interviewer) -> Assigned:
    made, _ = Assigned.objects.update_or_create(invitation=one, defaults={"interviewer": walks})
    if one.cell.quota_id is not None:
        places.hold_a_place(one.id, one.cell.quota_id, until=one.wave.syncs_until)
    if one.state == InvitationState.DRAWN:
        one.state = InvitationState.INVITED
        one.save(update_fields=["state"])
    return made


# ---- who cannot be reached, and who steps in


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Somebody who will not answer, and the reserve that was invited instead, if any was left."""

    invitation: Invitation
    reserve: Invitation | None


@action
def give_up(actor: Actor, invitation: UUID, *, state: InvitationState, reason: str) -> GivenUp:
    """Note that somebody refused or cannot be reached; the next reserve steps in, in drawn order.

    Done by those who run the wave and by the interviewer who went there. The reserve takes over
    the weight, the interviewer and the place; both are recorded, by number and not by name. The
    reason may name people: it is kept with the invitation, and forgotten with it.
    """
    if state not in GIVEN_UP:
        raise RefusedError("fieldwork.not_given_up", state=state)
    one = Invitation.objects.filter(id=invitation).select_related("wave").first()
    known = wave_for(actor, one.wave_id) if one is not None else None
    if one is None or known is None:
        raise UnknownError
    _may_give_up(actor, one)
    words = clean(reason)
    if not has_words(words):
        raise RefusedError("refused.no_reason")
    wave = (
        Wave.objects.select_for_update(no_key=True)
        .select_related("issuer", "instrument")
        .get(id=known.id)
    )
    if wave.state not in {WaveState.DRAWN, WaveState.OPEN}:
        raise RefusedError("fieldwork.move", state=wave.state, move="give_up")
    held = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cell")
        .get(id=one.id)
    )
    if held.used:
        raise RefusedError("fieldwork.used_code")
    if held.state not in _MAY_HAVE_CODES:
        raise RefusedError("refused.decided")
    reserve = _next_reserve(held)
    held.state = state if reserve is None else InvitationState.REPLACED
    held.reason = f"{state}: {words}"[:500]
    held.save(update_fields=["state", "reason"])
    if reserve is not None:
        _step_in(held, reserve)
    note(
        "invitation.given_up", actor, wave,
        after={
            "invitation": str(held.id),
            "state": state,
            "reserve": str(reserve.id) if reserve else "",
        },
    )  # fmt: skip
    return GivenUp(invitation=held, reserve=reserve)


def _may_give_up(actor: Actor, one: Invitation) -> None:
    issuer = one.wave.issuer_id
    if permissions.can_run_waves(actor, issuer=issuer):
        return
    mine = Assigned.objects.filter(invitation=one, interviewer__person=actor.person)
    if not permissions.can_interview(actor, issuer=issuer) or not mine.exists():
        raise RefusedError("fieldwork.not_assigned")


def _next_reserve(one: Invitation) -> Invitation | None:
    """The first reserve of the same cell of the frame that has not stepped in yet."""
    reserves = _held_rows().filter(
        wave=one.wave_id, cell__draw=one.cell.draw, state=InvitationState.RESERVE
    )
    return reserves.order_by("order").first()


def _held_rows() -> QuerySet[Invitation]:
    """Invitations with what they belong to, held to the end of the transaction."""
    held = Invitation.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("cell", "wave")


def _step_in(one: Invitation, reserve: Invitation) -> None:
    reserve.state, reserve.replaces = InvitationState.DRAWN, one
    reserve.save(update_fields=["state", "replaces"])
    if reserve.cell_id != one.cell_id:
        Cell.objects.filter(id=one.cell_id).update(n_drawn=F("n_drawn") - 1)
        Cell.objects.filter(id=reserve.cell_id).update(n_drawn=F("n_drawn") + 1)
    places.give_back_place(one.id)
    walks = Assigned.objects.filter(invitation=one).select_related("interviewer").first()
    if walks is not None:
        _send(reserve, walks.interviewer)
        walks.delete()
