"""What time it is: the database's clock where something is written, and one way to set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

# Deadlines are said, and days begin, in Vietnam.
VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present moment, for showing what remains; a deadline is checked by :func:`written_at`."""
    return _set.get() or timezone.now()


def today() -> date:
    """The present day in Vietnam."""
    return now().astimezone(VIETNAM).date()


def written_at() -> datetime:
    """The database's clock, within the writing transaction: neither the client's nor this host's.

    ``clock_timestamp()`` goes on while a transaction waits for a lock, so that a write which
    waited past the deadline is late.
    """
    fixed = _set.get()
    if fixed is not None:
        return fixed
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)  # noqa: S101 - the driver's type of timestamptz
    return moment


def as_written(moment: datetime) -> datetime:
    """The same where the statement at hand asked the database for its moment itself."""
    return _set.get() or moment


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block it is this moment: for building a history, and for tests."""
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
