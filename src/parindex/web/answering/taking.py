"""Opening a form by a code and taking what is answered: the same by script, plainly, at a kiosk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.http import HttpRequest

from parindex.errors import ParindexError
from parindex.web.answering.saying import (
    UNKNOWN,
    UNKNOWN_KIOSK,
    Refusal,
    refusal,
    refusal_of,
)
from parindex.web.answering.tries import address_of, tries
from parindex.web.fieldwork.actions import intake
from parindex.web.fieldwork.queries.waves import kiosk_by_key
from parindex.web.fieldwork.states import Mode

_Done = TypeVar("_Done")

LONGEST_CODE: Final = 64
MOST_ANSWERS: Final = 2_000
_SUBMISSION: Final = re.compile(r"[0-9A-Za-z:_-]{8,64}")
_LONGEST_NAME: Final = 200
# Longer than any answer may be; how long those of a question may be is said with the answers.
_LONGEST_ANSWER: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a device sends: its code, and answers as texts by the question's name.

    ``submission`` is the device's own number of the answer, ``kiosk`` the key of a tablet at a
    counter, ``seconds`` how long it took, ``ended`` when by the device's clock, where it says so.
    """

    code: str
    kiosk: str = ""
    submission: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    seconds: int | None = None
    ended: datetime | None = None


def moment_of(text: object) -> datetime | None:
    """A moment with its zone as a device writes it; None for anything else."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def sent_of(said: object) -> Sent | None:
    """What some JSON says, or None where it says nothing that could be sent."""
    if not isinstance(said, dict):
        return None
    code, kiosk = said.get("code", ""), said.get("device", "")
    submission, answers = said.get("submission", ""), said.get("answers", {})
    seconds = said.get("seconds")
    sound = (
        _is_short(code)
        and _is_short(kiosk)
        and isinstance(submission, str)
        and (not submission or _SUBMISSION.fullmatch(submission) is not None)
        and _are_answers(answers)
        and (seconds is None or (type(seconds) is int and 0 <= seconds < 1 << 31))
    )
    if not sound:
        return None
    return Sent(
        code=code, kiosk=kiosk, submission=submission, answers=answers, seconds=seconds,
        ended=moment_of(said.get("ended")),
    )  # fmt: skip


def _is_short(text: object) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_CODE


def _are_answers(said: object) -> bool:
    return (
        isinstance(said, dict)
        and len(said) <= MOST_ANSWERS
        and all(len(name) <= _LONGEST_NAME and name.isprintable() for name in said)
        and all(isinstance(one, str) and len(one) <= _LONGEST_ANSWER for one in said.values())
    )


def opened(request: HttpRequest, sent: Sent) -> dict[str, Any] | Refusal:
    """The form that a code opens, with what is said above it; or why it opens none."""
    found = _limited(
        request, sent, lambda mode, wave: intake.start(sent.code, mode=mode, wave=wave)
    )
    if isinstance(found, Refusal):
        return found
    return {
        "questionnaire": found.form,
        "title": found.wave_title,
        "body": found.body_name,
        "unit": found.unit_name,
        "service": found.service,
        "closes_at": found.closes_at.isoformat(),
    }


def received(request: HttpRequest, sent: Sent) -> bool | Refusal:
    """Whether the answers are kept now, or were before (True); or why they are not.

    Both are a success, and told alike.
    """
    if not sent.submission:
        return refusal("answering.unreadable")
    found = _limited(
        request,
        sent,
        lambda mode, wave: intake.submit(
            sent.code, sent.submission, sent.answers, mode=mode, seconds=sent.seconds, wave=wave
        ),
    )
    return found if isinstance(found, Refusal) else found.already


def _limited(
    request: HttpRequest, sent: Sent, act: Callable[[Mode, UUID | None], _Done]
) -> _Done | Refusal:
    """Do something with a code; codes and keys that are none are counted against the address.

    A tablet takes the slips of its own wave; those of another are unknown there.
    """
    address = address_of(request)
    wait = tries.wait(address)
    if wait:
        return refusal("answering.too_many", seconds=wait)
    try:
        if not sent.kiosk:
            return act(Mode.WEB, None)
        kiosk = kiosk_by_key(sent.kiosk)
        if kiosk is not None:
            return act(Mode.KIOSK, kiosk.wave_id)
        found = refusal(UNKNOWN_KIOSK)
    except ParindexError as error:
        found = refusal_of(error)
    if found.code in {UNKNOWN, UNKNOWN_KIOSK}:
        tries.failed(address)
    return found
