"""How the texts of cells are cleaned, compared and quoted, and what cells are called."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    """Text as every cell is read: composed letters (NFC), no spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def key_of(text: str) -> str:
    r"""Text as labels are compared: in any case, with any number of spaces.

    >>> key_of("  Điểm\n tối đa ")
    'điểm tối đa'
    """
    return " ".join(clean(text).casefold().split())


def letters(column: int) -> str:
    """The name of a column counted from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def shown(text: str) -> str:
    """A text as a message quotes it."""
    return text if len(text) <= 60 else text[:59] + "…"
