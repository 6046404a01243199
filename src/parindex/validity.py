"""Half-open spans of days [start, end) and the words for a date; all knowledge of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_date(text: str) -> date | None:
    """A day written YYYY-MM-DD, or None when the text is no such day.

    >>> parse_date("2025-07-01")
    datetime.date(2025, 7, 1)
    >>> parse_date("1/7/2025") is None
    True
    """
    if not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """The days from ``start`` up to, not including, ``end``; ``None`` is an open side.

    >>> districts = DateSpan(start=None, end=date(2025, 7, 1))
    >>> districts.on(date(2025, 6, 30)), districts.on(date(2025, 7, 1))
    (True, False)
    """

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            message = f"a span must end after it starts: {self.start} to {self.end}"
            raise ValueError(message)

    def on(self, day: date) -> bool:
        """Whether the span holds on this day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: DateSpan) -> bool:
        """Whether the two spans share a day."""
        starts_in_time = self.start is None or other.end is None or self.start < other.end
        ends_in_time = self.end is None or other.start is None or other.start < self.end
        return starts_in_time and ends_in_time
