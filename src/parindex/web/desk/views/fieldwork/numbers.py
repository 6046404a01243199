"""Whole numbers as they are typed: blank, unreadable and a number are three different things."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

_WHOLE: Final = re.compile(r"[0-9]{1,7}")


def read_whole(text: str, *, least: int) -> tuple[int | None, str]:
    """The number that a text says, and what is wrong with it; neither for a blank.

    A dot between digits is thousands to some and decimals to others, so none is guessed.

    >>> read_whole(" 12 ", least=1), read_whole("", least=1)
    ((12, ''), (None, ''))
    """
    text = text.strip()
    if not text:
        return None, ""
    if not _WHOLE.fullmatch(text):
        wrong = _("“%(got)s” không phải số nguyên viết liền, ví dụ 1200.")
        return None, wrong % {"got": text[:20]}
    number = int(text)
    if number < least:
        return None, _("Ghi số từ %(least)s trở lên.") % {"least": least}
    return number, ""
