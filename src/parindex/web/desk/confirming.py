"""Words that somebody types out before what cannot be undone is done."""

from __future__ import annotations

import unicodedata

from django.http import HttpRequest
from django.utils.translation import gettext as _


def typed_words(request: HttpRequest) -> str:
    """What was typed to confirm, however the keyboard composes its letters and spaces them."""
    return " ".join(unicodedata.normalize("NFC", request.POST.get("confirm", "")).split())


def is_confirmed(request: HttpRequest, words: str) -> bool:
    """Whether the words were typed out; ``words`` are those that the page shows."""
    return typed_words(request).casefold() == words.casefold()


def unconfirmed(words: str) -> str:
    """What is said where they were not."""
    return _("Gõ đúng dòng chữ “%(words)s”.") % {"words": words}
