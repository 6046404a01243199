"""Ending a wave: it is closed in time or before, perhaps opened again; its people are forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from parindex.vietnamese import has_words
from parindex.web.fieldwork.actions.burning import vacuum
from parindex.web.fieldwork.actions.gate import hold_wave, move, note, run_by
from parindex.web.fieldwork.models import Invitation, Wave
from parindex.web.fieldwork.states import MIXED, WaveMove, WaveState
from parindex.web.journal import clock
from parindex.web.journal.actions import action, unchanged
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError


@action
def close_wave(actor: Actor, wave: UUID, *, reason: str = "") -> Wave:
    """Close a wave: no answer comes in any more but what was given offline before.

    A reason is needed before its time is over.
    """
    held = run_by(actor, wave)
    if clock.written_at() < held.closes_at and not has_words(reason):
        raise RefusedError("refused.no_reason")
    return _close(actor, held, reason)


def _close(actor: Actor | None, held: Wave, reason: str) -> Wave:
    hold_wave(held.id)
    move(held, WaveMove.CLOSE)
    held.save(update_fields=["state"])
    used = held.invitations.filter(used=True).count()
    note("wave.closed", actor, held, after={"used": used}, reason=reason)
    return held


@action
def reopen_wave(actor: Actor, wave: UUID, *, closes_at: datetime, reason: str) -> Wave:
    """Open a closed wave again, before its answers are mixed, until a later moment."""
    held = run_by(actor, wave)
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    move(held, WaveMove.REOPEN)
    if closes_at <= clock.written_at():
        raise RefusedError("refused.until_past")
    held.closes_at, held.syncs_until = closes_at, max(held.syncs_until, closes_at)
    held.save(update_fields=["state", "closes_at", "syncs_until"])
    note("wave.reopened", actor, held, after={"closes_at": closes_at.isoformat()}, reason=reason)
    return held


def close_due() -> int:
    """Close the waves whose time is over; how many there were."""
    due = Wave.objects.filter(state=WaveState.OPEN, closes_at__lt=clock.now())
    ids = list(due.values_list("id", flat=True))
    for one in ids:
        _close_due(one)
    return len(ids)


@action
def _close_due(wave: UUID) -> None:
    held = Wave.objects.select_for_update(of=("self",), no_key=True).get(id=wave)
    if held.state == WaveState.OPEN and held.closes_at < clock.written_at():
        _close(None, held, "")
    else:
        unchanged()


# ---- and the people


@action
def forget_contacts(actor: Actor, wave: UUID) -> int:
    """Forget the names, telephones and addresses of all who were invited to a mixed wave."""
    held = run_by(actor, wave)
    if held.state not in MIXED:
        raise RefusedError("fieldwork.move", state=held.state, move="forget_contacts")
    return _forget(actor, held)


def forget_due() -> int:
    """The same for the waves whose day has come; how many there were.

    Also of those that were never mixed, once nothing may come in any more.
    """
    over = Q(state__in=MIXED) | Q(syncs_until__lt=clock.now())
    due = Wave.objects.filter(over, contacts_until__lt=clock.today())
    known = due.filter(invitations__in=Invitation.objects.exclude(**_NOBODY)).distinct()
    ids = list(known.values_list("id", flat=True))
    for one in ids:
        _forget_due(one)
    return len(ids)


@action
def _forget_due(wave: UUID) -> None:
    _forget(None, Wave.objects.select_for_update(of=("self",), no_key=True).get(id=wave))


_NOBODY: Final = {"name": "", "phone": "", "address": "", "dossier": "", "reason": ""}


def _forget(actor: Actor | None, wave: Wave) -> int:
    known = wave.invitations.exclude(**_NOBODY)
    count = known.update(**_NOBODY)
    note("contacts.forgotten", actor, wave, after={"count": count})
    transaction.on_commit(lambda: vacuum("fieldwork_invitation"))
    return count
