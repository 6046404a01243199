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

_FIND: Final = """
SELECT i.id, i.cell_id, i.state, i.used, i.receipt,
       w.id, w.issuer_id, w.instrument_id, w.bodies, w.typed_twice, w.public_key, w.sealed_size,
       w.opens_at, w.closes_at
  FROM fieldwork_invitation i JOIN fieldwork_wave w ON w.id = i.wave_id
"""
_WINDOW: Final = """
SELECT w.state, w.opens_at, w.closes_at, w.syncs_until, c.quota_id
  FROM fieldwork_cell c JOIN fieldwork_wave w ON w.id = c.wave_id WHERE c.id = %s
"""


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


def by_id(invitation: UUID) -> Sending | None:
    """The invitation of an id."""
    return _found("WHERE i.id = %s", [invitation])


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


def window_of(cell: UUID) -> tuple[Window, UUID | None]:
    """When the wave of a cell takes answers, as it stands now, and the cell's quota."""
    with connection.cursor() as cursor:
        cursor.execute(_WINDOW, [cell])
        state, opens_at, closes_at, syncs_until, quota = cursor.fetchone()
    window = Window(
        state=WaveState(state), opens_at=opens_at, closes_at=closes_at, syncs_until=syncs_until
    )
    return window, quota
