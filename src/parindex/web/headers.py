"""What every answer carries, in which language, and when a session ends: small middlewares."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language_from_request, override

Answer = Callable[[HttpRequest], HttpResponseBase]
# Pages of people at work: kept by no browser, proxy or neighbour at the same computer.
_PRIVATE: Final = ("/desk/", "/api/", "/accounts/")
_BEGAN: Final = "began"
_SEEN: Final = "seen"
# Whose moment it is: a new log-in gives the session a new key.
_OF: Final = "seen_of"
_SELDOM: Final = 60


class Headers:
    """Private pages are not kept; no page may use what it does not need of a device."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and put the headers on."""
        response = self.answer(request)
        if request.path.startswith(_PRIVATE):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class VietnameseFirst:
    """Pages are Vietnamese until somebody chooses otherwise, whatever their browser came with.

    A program asks by its Accept-Language.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language that was chosen."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.path.startswith("/api/"):
            chosen = get_language_from_request(request)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with override(language):
            response = self.answer(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SessionEnds:
    """A session ends half an hour after its last request, and half a day after it began.

    The moment of the last request, and from where it came, is written once a minute and for each
    new session, not at every request: reading a page then waits for no commit.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """End a session that is too old; note that a living one is used."""
        session, now = request.session, int(time.time())
        if request.user.is_authenticated:
            if now - session.get(_BEGAN, now) > settings.SESSION_LONGEST:
                logout(request)
            elif now - session.get(_SEEN, 0) >= _SELDOM or session.get(_OF) != session.session_key:
                session[_SEEN], session[_OF] = now, session.session_key
                UserSession.objects.create_from_request(request)
        response = self.answer(request)
        if request.user.is_authenticated and _BEGAN not in session:
            session[_BEGAN] = now
        return response
