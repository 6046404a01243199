"""What is told of a code or an answer that cannot be taken: plain words, in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.web.people.permissions import RefusedError

UNKNOWN: Final = "fieldwork.unknown_code"
UNKNOWN_KIOSK: Final = "answering.unknown_kiosk"
# A code that was withdrawn is told as one that never was.
_AS_UNKNOWN: Final = frozenset({UNKNOWN, "fieldwork.withdrawn_code"})
_STATUS: Final = {
    UNKNOWN: 404,
    "fieldwork.used_code": 409,
    "answering.too_many": 429,
    "answering.too_large": 413,
    "answering.unreadable": 400,
    "answering.not_assigned": 404,
    "fieldwork.not_assigned": 404,
    "answering.other_form": 400,
    "answering.nobody_named": 400,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was not taken, and how HTTP says so."""

    problems: Sequence[Problem]
    status: int
    wait: int = 0

    @property
    def code(self) -> str:
        """What the first problem is."""
        return self.problems[0].code

    def said(self, language: str) -> list[dict[str, str]]:
        """Each problem in words; those of an answer name their question."""
        return [_said(one, language) for one in self.problems]


def _said(one: Problem, language: str) -> dict[str, str]:
    parts = one.parts(language)
    return {
        "code": one.code,
        "question": str(one.values.get("question", "")),
        **{part: sentence(parts.get(part, "")) for part in ("what", "expected", "fix")},
    }


def refusal(code: str, **values: object) -> Refusal:
    """A refusal of our own."""
    wait = values.get("seconds", 0)
    return Refusal(
        problems=[Problem(code=code, values=values)],
        status=_STATUS.get(code, 403),
        wait=wait if isinstance(wait, int) else 0,
    )


def refusal_of(error: ParindexError) -> Refusal:
    """What an action's error comes to."""
    if isinstance(error, UnusableInputError):
        return Refusal(problems=error.problems, status=422)
    if isinstance(error, RefusedError) and error.code in _AS_UNKNOWN:
        return refusal(UNKNOWN)
    code = error.problems[0].code
    return Refusal(problems=error.problems, status=_STATUS.get(code, 403))


def sentence(text: str) -> str:
    """A text of the catalogue as a sentence.

    >>> sentence("mã này đã được dùng"), sentence("")
    ('Mã này đã được dùng.', '')
    """
    if not text:
        return ""
    end = "" if text.endswith((".", "?", "!", "…")) else "."
    return text[0].upper() + text[1:] + end


def json_answer(content: object, status: int = 200) -> HttpResponse:
    """Content as JSON."""
    return JsonResponse(
        content, safe=False, status=status, json_dumps_params={"ensure_ascii": False}
    )


def json_refusal(found: Refusal, language: str) -> HttpResponse:
    """A refusal as JSON."""
    response = json_answer({"problems": found.said(language)}, found.status)
    if found.wait:
        response["Retry-After"] = str(found.wait)
    return response


def language_of(said: object) -> str:
    """Vietnamese, unless English is asked for."""
    return "en" if said == "en" else "vi"


def not_allowed(request: HttpRequest, methods: Iterable[str]) -> HttpResponse | None:
    """The answer to a method that an address does not take, or None."""
    allowed = list(methods)
    if request.method in allowed:
        return None
    return HttpResponse(status=405, headers={"Allow": ", ".join(allowed)})
