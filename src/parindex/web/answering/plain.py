"""The same without scripts: one page with the whole form, held to its rules by the server alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import override

from parindex.errors import Problem
from parindex.web.answering.plain_form import DECIMAL, TEXT, sections_of, wrong_in
from parindex.web.answering.saying import UNKNOWN, Refusal, language_of, refusal
from parindex.web.answering.taking import Sent, opened, received, sent_of


def open_form(request: HttpRequest) -> HttpResponse:
    """The page with the form that a code opens; with what was typed so far, in another language."""
    sent, language = _read(request.POST)
    with override(language_of(language)):
        found = refusal(UNKNOWN) if sent is None else opened(request, sent)
        if sent is None or isinstance(found, Refusal):
            return _refused(found, request.POST, language)
        return _form(found, sent, language)


def send(request: HttpRequest) -> HttpResponse:
    """The page that thanks; or the form again with what is wrong."""
    sent, language = _read(request.POST)
    with override(language_of(language)):
        found = refusal(UNKNOWN) if sent is None else received(request, sent)
        if not isinstance(found, Refusal):
            return _page("answering/plain_end.html", {}, language)
        if sent is None or found.status != 422:
            return _refused(found, request.POST, language)
        form = opened(request, sent)
        if isinstance(form, Refusal):
            return _refused(form, request.POST, language)
        return _form(form, sent, language, found.problems)


def _read(said: QueryDict) -> tuple[Sent | None, str]:
    """What a plain form sent, None where it is nothing, and the language it is in."""
    answers: dict[str, str] = {}
    for field in said:
        kind, name = field[: len(TEXT)], field[len(TEXT) :]
        if kind in {TEXT, DECIMAL}:
            text = " ".join(said.getlist(field))
            answers[name] = text.replace(",", ".") if kind == DECIMAL else text
    whole = {
        "code": said.get("code", ""),
        "submission": said.get("submission", ""),
        "answers": answers,
    }
    # A button chooses another language than the one the page is in.
    return sent_of(whole), (said.get("language") or said.get("spoken") or "vi")[:20]


def _form(
    found: Mapping[str, Any], sent: Sent, language: str, problems: Sequence[Problem] = ()
) -> HttpResponse:
    content = found["questionnaire"]
    chosen = language if language in content["languages"] else "vi"
    wrong = wrong_in(content, problems, chosen)
    context = {
        "found": found,
        "closes": datetime.fromisoformat(found["closes_at"]),
        "code": sent.code,
        # One number for what is sent from this page, however often it is pressed.
        "submission": sent.submission or str(uuid4()),
        "offered": content["languages"].items(),
        "consent": content["consent"].get(chosen) or content["consent"].get("vi", ""),
        "sections": sections_of(content, sent.answers, wrong, chosen),
        "wrong": wrong,
    }
    return _page("answering/plain_form.html", context, chosen, status=422 if problems else 200)


def _refused(found: Any, typed: QueryDict, language: str) -> HttpResponse:
    """The page for a code once more, with why it does not open; what was typed of a code stays."""
    ours = language_of(language)
    context = {"told": found.said(ours)[0], "code": typed.get("code", "")[:60]}
    response = _page("answering/plain_code.html", context, ours, status=found.status)
    if found.wait:
        response["Retry-After"] = str(found.wait)
    return response


def _page(
    template: str, context: Mapping[str, Any], language: str, *, status: int = 200
) -> HttpResponse:
    return HttpResponse(
        render_to_string(template, {"language": language, **context}), status=status
    )
