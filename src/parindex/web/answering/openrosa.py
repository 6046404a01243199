"""OpenRosa: the forms of a wave for ODK Collect, and the interviews that come back from it.

After https://docs.getodk.org/openrosa/; a server's address is /openrosa/<wave>, its user the
interviewer's, its password an app token for fieldwork.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from parindex.errors import ParindexError
from parindex.forms import openrosa
from parindex.forms.submission import MAX_BYTES, Submission, read_submission
from parindex.web.answering.saying import Refusal, not_allowed, refusal, refusal_of
from parindex.web.answering.taking import moment_of
from parindex.web.answering.tries import Tries, address_of
from parindex.web.fieldwork.actions import intake
from parindex.web.fieldwork.queries.telephones import PERSON, TelephoneForm, form_for
from parindex.web.fieldwork.queries.waves import wave_for
from parindex.web.fieldwork.states import Mode
from parindex.web.journal import clock
from parindex.web.people import queries as people
from parindex.web.people.actions import token_digest
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import UnknownError
from parindex.web.people.states import Scope

_AROUND: Final = 65_536
_LONGEST: Final = 300
_ASK: Final = {"WWW-Authenticate": 'Basic realm="parindex", charset="UTF-8"'}
# Passwords that were none, by address.
tries: Final = Tries()

View = Callable[[HttpRequest, UUID, Actor], HttpResponse]


def form_list(request: HttpRequest, wave: UUID) -> HttpResponse:
    """GET formList: the form of the wave, where the interviewer goes to somebody in it."""
    return _known(request, wave, _form_list, ("GET", "HEAD"))


def form(request: HttpRequest, wave: UUID) -> HttpResponse:
    """GET form.xml: the form itself."""
    return _known(request, wave, _form, ("GET", "HEAD"))


def manifest(request: HttpRequest, wave: UUID) -> HttpResponse:
    """GET manifest: the form's other files, of which there are none."""
    return _known(request, wave, _manifest, ("GET", "HEAD"))


def submission(request: HttpRequest, wave: UUID) -> HttpResponse:
    """HEAD submission: 204; POST: an interview: 201, or 4xx with why the telephone keeps it."""
    return _known(request, wave, _submission, ("HEAD", "POST"))


def _known(request: HttpRequest, wave: UUID, view: View, methods: tuple[str, ...]) -> HttpResponse:
    wrong = not_allowed(request, methods)
    if wrong is not None:
        return wrong
    address = address_of(request)
    wait = tries.wait(address)
    if wait:
        response = _told(refusal("answering.too_many", seconds=wait))
        response["Retry-After"] = str(wait)
        return response
    actor = _actor(request)
    if actor is None:
        if "HTTP_AUTHORIZATION" in request.META:
            tries.failed(address)
        words = _words(refusal("answering.no_token"))
        return _answer(openrosa.receipt(words, accepted=False), 401, _ASK)
    if wave_for(actor, wave) is None:
        return _told(refusal("answering.not_assigned"))
    return view(request, wave, actor)


def _actor(request: HttpRequest) -> Actor | None:
    """Whose user name and app token are sent with the request, where they are good."""
    kind, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "basic" or len(text) > _LONGEST:
        return None
    try:
        username, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    found = people.token_by_digest(token_digest(secret))
    if found is None or found.ended_at is not None or clock.now() >= found.expires_at:
        return None
    person = found.person
    if not person.is_active or person.username != username or Scope.FIELDWORK not in found.scopes:
        return None
    return people.actor_for(
        person, on=clock.today(), second_factor=False, scopes=frozenset(found.scopes)
    )


def _answer(text: str, status: int = 200, more: dict[str, str] | None = None) -> HttpResponse:
    headers = {**openrosa.HEADERS, **(more or {})}
    return HttpResponse(text, status=status, content_type=openrosa.CONTENT_TYPE, headers=headers)


def _told(found: Refusal) -> HttpResponse:
    return _answer(openrosa.receipt(_words(found), accepted=False), found.status)


def _words(found: Refusal) -> str:
    """What is wrong, in Vietnamese: the telephone shows it to the interviewer."""
    said = found.said("vi")[:5]
    return " ".join(part for one in said for part in (one["what"], one["fix"]) if part)


def _form_list(request: HttpRequest, wave: UUID, actor: Actor) -> HttpResponse:
    found = form_for(actor, wave)
    address = request.build_absolute_uri(reverse("openrosa_form", args=[wave]))
    return _answer(openrosa.form_list([_listed(found, address)] if found else []))


def _listed(found: TelephoneForm, address: str) -> openrosa.ListedForm:
    return openrosa.ListedForm(
        form_id=found.form_id,
        version=found.version,
        name=found.title,
        hash=openrosa.form_hash(found.xform),
        download_url=address,
    )


def _form(request: HttpRequest, wave: UUID, actor: Actor) -> HttpResponse:
    del request
    found = form_for(actor, wave)
    return _answer(found.xform) if found else _told(refusal("answering.not_assigned"))


def _manifest(request: HttpRequest, wave: UUID, actor: Actor) -> HttpResponse:
    del request, wave, actor
    return _answer(openrosa.manifest())


def _submission(request: HttpRequest, wave: UUID, actor: Actor) -> HttpResponse:
    if request.method == "HEAD":
        place = request.build_absolute_uri(reverse("openrosa_submission", args=[wave]))
        limit = {"X-OpenRosa-Accept-Content-Length": str(MAX_BYTES)}
        return _answer("", 204, {"Location": place, **limit})
    try:
        found = _received(request, wave, actor)
    except UnknownError:
        found = refusal("answering.not_assigned")
    except ParindexError as error:
        found = refusal_of(error)
    if found is not None:
        return _told(found)
    return _answer(openrosa.receipt(gettext("Đã nhận phiếu."), accepted=True), 201)


def _received(request: HttpRequest, wave: UUID, actor: Actor) -> Refusal | None:
    """Keep an interview; why it was not kept, or None. Sent again it is kept once."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or int(length) > MAX_BYTES + _AROUND:
        return refusal("answering.too_large", limit=MAX_BYTES // 1000)
    part = request.FILES.get(openrosa.SUBMISSION_PART)
    if part is None:
        return refusal("answering.unreadable")
    sent = read_submission(part.read())
    known = wave_for(actor, wave)
    if known is None or sent.form_id != known.slug:
        return refusal("answering.other_form")
    answers = dict(sent.answers)
    try:
        invitation = UUID(answers.pop(PERSON, ""))
    except ValueError:
        return refusal("answering.nobody_named")
    intake.submit_assigned(
        actor,
        invitation,
        sent.instance_id,
        answers,
        mode=Mode.ODK,
        seconds=_seconds(sent),
        ended_at=moment_of(sent.ended),
        wave=wave,
    )
    return None


def _seconds(sent: Submission) -> int | None:
    """How long it took by the telephone's own clock, where that can be."""
    try:
        taken = datetime.fromisoformat(sent.ended) - datetime.fromisoformat(sent.started)
    except (ValueError, TypeError):
        return None
    return max(0, int(taken.total_seconds()))
