"""The ready log-ins on the log-in page, and the code of the moment: for the demonstration alone."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.http import HttpRequest
from django.utils.translation import gettext

from parindex.web.demonstration.bodies import DEPARTMENTS
from parindex.web.demonstration.people_of import PASSWORD, PEOPLE, TOTP_SECRET
from parindex.web.people.states import ROLE_WORDS


def shown(request: HttpRequest) -> dict[str, Any]:
    """What the pages of logging in show; nothing on any other page."""
    if not request.path.startswith("/accounts/"):
        return {}
    names = {slug: name for slug, name, _ in DEPARTMENTS}
    return {
        "demo_logins": [
            {
                "login": one.username,
                "password": PASSWORD,
                "role": gettext(ROLE_WORDS[one.role]),
                "name": one.name,
                "body": names.get(one.unit or "", "Phường Tân Ninh" if one.unit else ""),
            }
            for one in PEOPLE
            if one.shown
        ],
        "demo_code": code_now(),
    }


def code_now() -> str:
    """The one-time code of the demonstration's common secret."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counter)))
