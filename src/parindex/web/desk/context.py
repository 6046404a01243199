"""What every page knows: product, language, theme and, once set, the desk one works at."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES: Final = ("auto", "light", "dark")
_VERSION: Final = version("parindex")


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; ``request.desk``, where a middleware sets it, names body and round.

    Its attributes: ``body``, ``acting``, ``choices``, ``unread``, ``round``, ``phase`` and, where
    given, ``places`` (the navigation, at most six), ``as_of`` and ``journal_head``.
    """
    theme = request.COOKIES.get("theme", "auto")
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "product": "parindex",
        "version": _VERSION,
        "language": language,
        "other_languages": [one for one in settings.LANGUAGES if one[0] != language],
        "theme": theme if theme in THEMES else "auto",
        "desk": getattr(request, "desk", None),
    }
