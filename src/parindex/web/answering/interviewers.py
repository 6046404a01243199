"""The interviewer's addresses: the page for a day without a network, its work, what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from parindex.errors import ParindexError
from parindex.web.answering import shell
from parindex.web.answering.saying import (
    Refusal,
    json_answer,
    json_refusal,
    language_of,
    not_allowed,
    refusal,
    refusal_of,
)
from parindex.web.answering.taking import sent_of
from parindex.web.fieldwork.actions import intake, inviting
from parindex.web.fieldwork.queries import waves
from parindex.web.fieldwork.queries.visits import is_over
from parindex.web.fieldwork.states import GIVEN_UP
from parindex.web.journal import clock
from parindex.web.people import queries as people
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError

_LONGEST_REASON: Final = 300
_GIVEN_UP: Final = {str(one): one for one in GIVEN_UP}


def page(request: HttpRequest) -> HttpResponse:
    """The page itself, without anybody's work; a device keeps it."""
    return not_allowed(request, ("GET", "HEAD")) or _fresh(shell.page(), "text/html")


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, which keeps the page on the device."""
    return not_allowed(request, ("GET", "HEAD")) or _fresh(shell.worker(), "text/javascript")


def manifest(request: HttpRequest) -> HttpResponse:
    """How the page is installed."""
    return not_allowed(request, ("GET", "HEAD")) or _fresh(
        shell.manifest(), "application/manifest+json"
    )


def _fresh(content: str, kind: str) -> HttpResponse:
    # Asked about every time there is a network; the device has its own copy for when there is none.
    return HttpResponse(
        content, content_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


def work(request: HttpRequest) -> HttpResponse:
    """Whom the interviewer goes to, with the forms; and the token that sending needs."""
    return not_allowed(request, ("GET", "HEAD")) or _for_interviewer(request, _work)


def send(request: HttpRequest) -> HttpResponse:
    """One interview: POST {invitation, submission, answers, seconds, ended}, once or again."""
    return not_allowed(request, ("POST",)) or _for_interviewer(request, _send)


def outcome(request: HttpRequest) -> HttpResponse:
    """A visit that came to nothing: POST {invitation, outcome, reason}."""
    return not_allowed(request, ("POST",)) or _for_interviewer(request, _outcome)


def _for_interviewer(
    request: HttpRequest, act: Callable[[HttpRequest, Actor], object]
) -> HttpResponse:
    """Do something as whoever is logged in; nobody is told where to log in."""
    language = language_of(request.headers.get("Accept-Language", "")[:2])
    user = request.user
    if not user.is_authenticated or user.must_change_password:
        place = settings.LOGIN_URL if not user.is_authenticated else "/accounts/password/change/"
        said = refusal("answering.log_in").said(language)
        answer = {"problems": said, "login": f"{place}?next={shell.PAGE}"}
        return _private(json_answer(answer, 401))
    actor = people.actor_for(user, on=clock.today(), second_factor=False)
    try:
        found = act(request, actor)
    except UnknownError:
        found = refusal("answering.not_assigned")
    except ParindexError as error:
        found = refusal_of(error)
    if isinstance(found, Refusal):
        return _private(json_refusal(found, language))
    return _private(json_answer(found))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _work(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    found: dict[str, Any] = {
        "me": {"id": str(actor.person), "name": actor.name},
        "csrf": get_token(request),
        "waves": [],
        "people": [],
    }
    for wave in waves.waves_for(actor):
        visits = waves.assigned_to(actor, wave.id)
        if not visits:
            continue
        begun = intake.start_assigned(actor, visits[0].invitation)
        found["waves"].append(
            {
                "id": str(wave.id),
                "title": begun.wave_title,
                "body": begun.body_name,
                "closes_at": begun.closes_at.isoformat(),
                "questionnaire": begun.form,
            }
        )
        found["people"] += [_person(one, str(wave.id), at) for at, one in enumerate(visits)]
    return found


def _person(one: waves.Visit, wave: str, order: int) -> dict[str, Any]:
    return {
        "id": str(one.invitation),
        "wave": wave,
        "order": order,
        "name": one.name,
        "phone": one.phone,
        "address": one.address,
        "dossier": one.dossier,
        "unit": one.unit_name,
        "service": one.service,
        "state": str(one.state),
        "used": one.used,
    }


def _read(request: HttpRequest) -> Mapping[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _invitation(said: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(said["invitation"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _send(request: HttpRequest, actor: Actor) -> object:
    said = _read(request)
    invitation, sent = _invitation(said), sent_of(said)
    if invitation is None or sent is None or not sent.submission:
        return refusal("answering.unreadable")
    intake.submit_assigned(
        actor, invitation, sent.submission, sent.answers, seconds=sent.seconds, ended_at=sent.ended
    )
    return {"received": True}


def _outcome(request: HttpRequest, actor: Actor) -> object:
    said = _read(request)
    invitation, reason = _invitation(said), said.get("reason")
    state = _GIVEN_UP.get(str(said.get("outcome")))
    sound = isinstance(reason, str) and len(reason) <= _LONGEST_REASON
    if invitation is None or state is None or not sound:
        return refusal("answering.unreadable")
    try:
        inviting.give_up(actor, invitation, state=state, reason=str(reason))
    except (RefusedError, UnknownError):
        # Said before by this device, or settled by somebody else meanwhile.
        if not is_over(actor, invitation):
            raise
    return {"received": True}
