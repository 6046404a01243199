"""The frame of every page at the desk: who acts, for whom, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext

from parindex.errors import ParindexError, UnusableInputError
from parindex.web.assessment.actions.telling import phase_words
from parindex.web.assessment.queries.rounds import phase_at, phases_of, rounds_for
from parindex.web.journal import clock
from parindex.web.journal.queries import head
from parindex.web.people import queries as people
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.states import COUNCIL, NEED_SECOND_FACTOR, ROLE_WORDS, Role

if TYPE_CHECKING:
    from parindex.web.assessment.models import Round

# Who works in surveys, and who only watches them.
IN_SURVEYS = frozenset({Role.SURVEY_MANAGER, Role.INTERVIEWER})
_WATCH_SURVEYS = frozenset({Role.ROUND_ADMIN, Role.LEADER, Role.OBSERVER})
# The session's key of the unit that the person chose to act for; absent: all of their own.
ACTING = "acting_for"


class DeskRequest(HttpRequest):
    """A request with who acts; what views of the desk are given."""

    actor: Actor
    desk: Desk
    htmx: Any


@dataclass(frozen=True)
class Phase:
    """The phase that the header names."""

    name: str
    ends_at: datetime


@dataclass
class Desk:
    """What the header shows; each part is looked up when a page asks for it."""

    whole: Actor
    chosen: str = ""
    path: str = ""

    @cached_property
    def actor(self) -> Actor:
        """The person acting for whom they chose."""
        return narrowed(self.whole, self.chosen)

    @cached_property
    def body(self) -> str:
        """The public body whose desk it is."""
        issuers = people.issuers_of(self.whole)
        return " · ".join(one.name for one in issuers)

    @property
    def acting(self) -> str:
        """For whom the person acts now."""
        found = [one for one in self.choices if one["current"]]
        return str(found[0]["label"]) if found else ""

    @cached_property
    def choices(self) -> list[dict[str, Any]]:
        """For whom the person could act; with several standings, for all of them at once too."""
        single = len(self.whole.standings) == 1
        found: list[dict[str, Any]] = [
            {
                "label": _says(one),
                "value": _value(one),
                "current": _value(one) == self.chosen or single,
                "note": one.of_name if one.delegated else "",
            }
            for one in self.whole.standings
        ]
        if len(found) > 1:
            label = gettext("Tất cả vai trò của tôi")
            found.append({"label": label, "value": "", "current": not self.chosen, "note": ""})
        return found

    def takes(self, chosen: str) -> bool:
        """Whether it is one of the standings that the person has, or all of them."""
        return any(one["value"] == chosen for one in self.choices)

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        """Where the person works, at most six; by what they are in the round that goes on."""
        round_ = self._now[2]
        base = f"/desk/rounds/{round_.id}/" if round_ is not None else ""
        own = {one.role for one in self.actor.standings}
        found = [
            (gettext("Việc của tôi"), "/desk/"),
            (gettext("Các kỳ đánh giá"), "/desk/rounds/"),
        ]
        if base and Role.APPRAISER in own:
            found.append((gettext("Hàng đợi thẩm định"), f"{base}appraisal/"))
        if base and own & COUNCIL:
            found.append((gettext("Hội đồng"), f"{base}council/"))
        if base and own & {Role.ROUND_ADMIN, Role.LEADER, Role.OBSERVER}:
            found.append((gettext("Tổng hợp"), f"{base}matrix/"))
        if own & {Role.OFFICER, Role.HEAD}:
            found.append((gettext("Tài liệu"), "/desk/documents/"))
        surveys = (gettext("Khảo sát"), "/desk/waves/")
        if own & IN_SURVEYS:
            found.append(surveys)
        if Role.ROUND_ADMIN in own:
            found.append((gettext("Người dùng"), "/desk/people/"))
        if own & _WATCH_SURVEYS and surveys not in found:
            found.append(surveys)
        here = max((url for _, url in found if self._is_at(url)), key=len, default="")
        return [{"label": label, "url": url, "current": url == here} for label, url in found[:6]]

    def _is_at(self, url: str) -> bool:
        if url == "/desk/":
            return self.path == url or self.path.startswith("/desk/sheets/")
        return self.path.startswith(url)

    @cached_property
    def unread(self) -> int:
        """How many messages wait."""
        return people.unread(self.whole)

    @cached_property
    def _now(self) -> tuple[str, Phase | None, Round | None]:
        """The newest round in a phase; without one, the newest of all to go to."""
        rounds = rounds_for(self.actor)
        for round_ in rounds:
            phase = phase_at(phases_of(round_))
            if phase is not None:
                return round_.title, Phase(phase_words(phase), phase.closes_at), round_
        return "", None, rounds[0] if rounds else None

    @property
    def round(self) -> str:
        """The round that goes on."""
        return self._now[0]

    @property
    def phase(self) -> Phase | None:
        """Its phase, with the deadline."""
        return self._now[1]

    @property
    def as_of(self) -> datetime:
        """The moment that the page shows."""
        return clock.now()

    @cached_property
    def journal_head(self) -> str:
        """The head of the journal, short."""
        return head()[1][:12]


def _value(one: Standing) -> str:
    return f"{one.role}:{one.unit or one.issuer}:{one.of}"


def _says(one: Standing) -> str:
    words = gettext(ROLE_WORDS[one.role])
    return f"{words}, {one.unit_name}" if one.unit_name else words


class DeskMiddleware:
    """Gives every request its actor, and turns refusals into pages that say what to do next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only the desk needs an account; a role that needs a second factor is sent to set one."""
        if not request.path.startswith("/desk/"):
            return self._get_response(request)
        user = request.user
        if not user.is_authenticated:
            return sent_to(request, f"{settings.LOGIN_URL}?next={request.path}")
        whole = people.actor_for(
            user,
            on=clock.today(),
            second_factor=has_second_factor(request),
        )
        chosen = request.session.get(ACTING, "")
        if chosen and chosen not in {_value(one) for one in whole.standings}:
            chosen = ""
        request.actor = narrowed(whole, chosen)  # type: ignore[attr-defined]
        request.desk = Desk(whole=whole, chosen=chosen, path=request.path)  # type: ignore[attr-defined]
        if user.must_change_password and not request.path.startswith("/desk/acting"):
            return sent_to(request, "/accounts/password/change/")
        needs = any(one.role in NEED_SECOND_FACTOR for one in whole.standings)
        if needs and not whole.second_factor:
            # Once it is set up, this session still has to show it.
            if is_mfa_enabled(user):
                to = urlencode({"next": request.path})
                return sent_to(request, f"/accounts/2fa/reauthenticate/?{to}")
            return sent_to(request, "/accounts/2fa/")
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refusals as pages: 404 for what one may not know of, 403 and 422 with the words."""
        if isinstance(error, UnknownError):
            raise Http404 from error
        if isinstance(error, RefusedError):
            return told(request, error, status=403)
        if isinstance(error, UnusableInputError):
            return told(request, error, status=422)
        return None


def sent_to(request: HttpRequest, url: str) -> HttpResponse:
    """To a page of accounts; htmx is told 401 instead, since it would take that page for an answer.

    What an autosave sent is then not saved, and the form says so and keeps it.
    """
    if getattr(request, "htmx", False):
        return HttpResponse(status=401)
    return redirect(url)


def told(request: HttpRequest, error: ParindexError, *, status: int) -> HttpResponse:
    """A refusal in words: a whole page, or a notice for htmx to put in place."""
    lines = error.say(get_language() or "vi")
    partial = bool(getattr(request, "htmx", False))
    template = "components/notice.html" if partial else "refused.html"
    context = {"tone": "error", "title": lines[0], "lines": lines[1:], "alert": True}
    return render(request, template, context, status=status)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(one.get("method") == "mfa" for one in records)


def narrowed(whole: Actor, chosen: str) -> Actor:
    """The actor acting for one unit only; conflicts remain those of the whole person."""
    if not chosen:
        return whole
    return replace(whole, standings=tuple(one for one in whole.standings if _value(one) == chosen))


def id_or_404(text: str | UUID) -> UUID:
    """An id from an address."""
    try:
        return text if isinstance(text, UUID) else UUID(text)
    except ValueError as error:
        raise Http404 from error
