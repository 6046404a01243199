"""What taking an answer reads, hundreds of times a second: plain SQL, no more than needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from parindex.web.fieldwork.states import WaveState, Window
from parindex.web.journal import clock

_FIND: Final = """
SELECT i.id, i.cell_id, i.state, i.used, i.receipt,
       w.id, w.issuer_id, w.instrument_id, w.bodies, w.typed_twice, w.public_key, w.sealed_size,
       w.opens_at, w.closes_at
  FROM fieldwork_invitation i JOIN fieldwork_wave w ON w.id = i.wave_id
"""
# Two statements at one go, since each way to the database and back counts. The second sees what
# was committed while the first waited.
_HOLD_AND_LOOK: Final = """
SELECT pg_advisory_xact_lock_shared(%s);
SELECT clock_timestamp(), w.state, w.opens_at, w.closes_at, w.syncs_until, c.quota_id
  FROM fieldwork_cell c JOIN fieldwork_wave w ON w.id = c.wave_id WHERE c.id = %s
"""


_SIGNED: Final = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTo:
    """A wave as its answers need it."""

    id: UUID
    issuer_id: str
    instrument_id: UUID
    bodies: Sequence[str]
    typed_twice: Sequence[str]
    public_key: str
    sealed_size: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """An invitation to which an answer comes, and its wave."""

    id: UUID
    cell: UUID
    state: str
    used: bool
    receipt: str
    wave: SealedTo


def by_token_hash(digest: str) -> Sending | None:
    """The invitation of a code's digest."""
    return _found("WHERE i.token_hash = %s", [digest])


def assigned(invitation: UUID, person: UUID) -> Sending | None:
    """The invitation of an id, where the person is the interviewer who goes there."""
    where = (
        "JOIN fieldwork_assigned a ON a.invitation_id = i.id "
        "JOIN fieldwork_interviewer b ON b.id = a.interviewer_id "
        "WHERE i.id = %s AND b.person_id = %s"
    )
    return _found(where, [invitation, person])


def _found(where: str, values: Sequence[Any]) -> Sending | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND + where, values)
        row = cursor.fetchone()
    if row is None:
        return None
    return Sending(
        id=row[0],
        cell=row[1],
        state=row[2],
        used=row[3],
        receipt=row[4],
        wave=SealedTo(
            id=row[5],
            issuer_id=row[6],
            instrument_id=row[7],
            bodies=json.loads(row[8]),
            typed_twice=json.loads(row[9]),
            public_key=row[10],
            sealed_size=row[11],
            opens_at=row[12],
            closes_at=row[13],
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A wave as it stands while nobody can close it: at which moment, and the cell's quota."""

    window: Window
    at: datetime
    quota: UUID | None


def held(wave: UUID, cell: UUID) -> Held:
    """The wave of a cell, held to the end of the transaction; see :func:`lock_of`.

    Answers share it; whoever closes or mixes the wave waits for all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_AND_LOOK, [lock_of(wave), cell])
        cursor.nextset()
        at, state, opens_at, closes_at, syncs_until, quota = cursor.fetchone()
    window = Window(
        state=WaveState(state), opens_at=opens_at, closes_at=closes_at, syncs_until=syncs_until
    )
    return Held(window=window, at=clock.as_written(at), quota=quota)


def lock_of(wave: UUID) -> int:
    """The number of a wave's lock: one of its own and not the row's, which hundreds of answers a
    second would write on.
    """
    return (wave.int & (2 * _SIGNED - 1)) - _SIGNED
