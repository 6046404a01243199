"""The citizen's addresses: the page, a code for its form, answers for a receipt."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override

from parindex.web.answering import plain
from parindex.web.answering.saying import (
    Refusal,
    json_answer,
    json_refusal,
    language_of,
    not_allowed,
    refusal,
)
from parindex.web.answering.taking import Sent, opened, received, sent_of
from parindex.web.answering.words import WORDS, spoken

# A whole form with every text at its longest would be larger; none that anybody filled in is.
LARGEST: Final = 300_000


def page(request: HttpRequest) -> HttpResponse:
    """Where everything begins: the same page for everybody, which knows nothing yet."""
    wrong = not_allowed(request, ("GET", "HEAD"))
    return wrong or HttpResponse(
        _page("answering/phieu.html", language_of(request.GET.get("lang")))
    )


def kiosk(request: HttpRequest) -> HttpResponse:
    """The page of a tablet at a counter."""
    wrong = not_allowed(request, ("GET", "HEAD"))
    return wrong or HttpResponse(_page("answering/quay.html", language_of(request.GET.get("lang"))))


@cache
def _page(template: str, language: str) -> str:
    with override(language):
        words = {"words": spoken(WORDS), "languages": settings.LANGUAGES}
        return render_to_string(template, {"language": language, **words})


def open_form(request: HttpRequest) -> HttpResponse:
    """A code for its form: POST {code, device?, language}; from a plain form, a page."""
    wrong = not_allowed(request, ("POST",)) or _too_large(request)
    if wrong:
        return wrong
    if request.content_type != "application/json":
        return plain.open_form(request)
    sent, language = _read(request)
    found = refusal("answering.unreadable") if sent is None else opened(request, sent)
    return json_refusal(found, language) if isinstance(found, Refusal) else json_answer(found)


def send(request: HttpRequest) -> HttpResponse:
    """Answers for a receipt: POST {code, submission, answers, seconds?, device?, language}."""
    wrong = not_allowed(request, ("POST",)) or _too_large(request)
    if wrong:
        return wrong
    if request.content_type != "application/json":
        return plain.send(request)
    sent, language = _read(request)
    found = refusal("answering.unreadable") if sent is None else received(request, sent)
    if isinstance(found, Refusal):
        return json_refusal(found, language)
    return json_answer({"received": True})


def _too_large(request: HttpRequest) -> HttpResponse | None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = LARGEST + 1
    if length <= LARGEST:
        return None
    return json_refusal(refusal("answering.too_large", limit=LARGEST // 1000), "vi")


def _read(request: HttpRequest) -> tuple[Sent | None, str]:
    """What was sent, None where it says nothing, and the language to answer in."""
    try:
        said: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return None, "vi"
    language = language_of(said.get("language") if isinstance(said, dict) else None)
    return sent_of(said), language
