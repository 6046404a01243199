"""What every write of a wave checks first: is it there, may they, where does it stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.models import Wave
from parindex.web.fieldwork.queries.sending import lock_of
from parindex.web.fieldwork.queries.waves import wave_for
from parindex.web.fieldwork.states import NoSuchMoveError, WaveMove, after
from parindex.web.journal.actions import record
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


def hold_wave(wave: UUID) -> None:
    """Hold a wave alone to the end of the transaction: answers that are coming in are waited for,
    and later ones wait; see :func:`sending.held`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_of(wave)])


def run_by(actor: Actor, wave: UUID) -> Wave:
    """The wave, its row held to the end of the transaction, for those who run it.

    Raises UnknownError and RefusedError.
    """
    known = wave_for(actor, wave)
    if known is None:
        raise UnknownError
    if not permissions.can_run_waves(actor, issuer=known.issuer_id):
        raise RefusedError("fieldwork.not_run_by_you")
    return (
        Wave.objects.select_for_update(of=("self",), no_key=True)
        .select_related("issuer", "instrument")
        .get(id=wave)
    )


def move(wave: Wave, step: WaveMove) -> None:
    """Move a wave on. Raises RefusedError where it does not stand where the step begins."""
    try:
        wave.state = after(step, wave.state)
    except NoSuchMoveError as error:
        raise RefusedError("fieldwork.move", state=error.state, move=step) from error


def note(
    verb: str,
    actor: Actor | None,
    wave: Wave,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record what was done to a wave; nobody's name where a clock did it."""
    standing = None
    if actor is not None:
        standing = permissions.running_standing(actor, issuer=wave.issuer_id)
    record(
        verb,
        person=str(actor.person) if actor is not None else "",
        acting_for=str(standing.unit) if standing and standing.unit else "",
        issuer=wave.issuer_id,
        about=About(kind="wave", id=str(wave.id), words=wave.title[:300]),
        before=before,
        after=after,
        reason=reason,
    )
