"""Pure: what a sealed answer holds, read again when the box is opened.

Whoever has the public key can seal anything: what is no answer must not stop the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parindex.web.fieldwork.pooling import Opened
from parindex.web.fieldwork.states import Mode

# As the table has it.
_LONGEST_CODE: Final = 20
_MOST_SECONDS: Final = 1 << 31


class UnreadableError(Exception):
    """What was sealed opens, and is no answer."""


def opened_of(content: bytes) -> Opened:
    """The answer that was sealed. Raises UnreadableError."""
    try:
        said = json.loads(content)
        opened = Opened(**{**said, "cell": UUID(said["cell"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableError from error
    if not _is_sound(opened):
        raise UnreadableError
    return opened


def _is_sound(one: Opened) -> bool:
    return (
        isinstance(one.answers, Mapping)
        and all(_reads(_stored, text) for pair in one.answers.items() for text in pair)
        and isinstance(one.mode, str)
        and one.mode in set(Mode)
        and isinstance(one.interviewer, str)
        and len(one.interviewer) <= _LONGEST_CODE
        and _reads(date.fromisoformat, one.week)
        and _reads(_moment, one.ended_at)
        and (one.seconds is None or (type(one.seconds) is int and 0 < one.seconds < _MOST_SECONDS))
    )


def _reads(how: Callable[[str], object], text: object) -> bool:
    """Whether a text is empty or can be read so."""
    try:
        return text == "" or (isinstance(text, str) and how(text) is not None)
    except (ValueError, OverflowError):
        return False


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _stored(text: str) -> bytes:
    """What a column of JSON takes: no zero, no half of a letter."""
    if "\0" in text:
        raise ValueError
    return text.encode()
