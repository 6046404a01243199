"""Figures and words as people read them: decimal commas, changes with arrows, names in one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.points import show_fraction

NOTHING: Final = "–"
_SPACE: Final = re.compile(r"\s+")
_RISE: Final = {True: "▲", False: "▼"}
_SAME: Final = {"vi": "không đổi", "en": "unchanged"}
_AND: Final = {"vi": "và", "en": "and"}


def figure(value: Decimal | Fraction | None, decimals: int, language: str = "vi") -> str:
    """A number with so many decimals and the language's decimal mark; a dash for none.

    >>> figure(Decimal("92.4"), 2), figure(Decimal("92.4"), 2, "en"), figure(None, 2)
    ('92,40', '92.40', '–')
    """
    return NOTHING if value is None else comma(show_fraction(value, decimals), language)


def comma(text: str, language: str = "vi") -> str:
    """A number written with a dot, as the language writes it.

    >>> comma("1.50")
    '1,50'
    """
    return text.replace(".", ",") if language == "vi" else text


def change(value: Decimal | Fraction | int | None, decimals: int, language: str = "vi") -> str:
    """A change with its arrow, unsigned: the arrow says the sign; a dash where none is known.

    >>> change(Decimal("4.16"), 2), change(Decimal("-0.21"), 2), change(0, 0), change(None, 0)
    ('▲ 4,16', '▼ 0,21', 'không đổi', '–')
    """
    if value is None:
        return NOTHING
    if not value:
        return _SAME[language]
    return f"{_RISE[value > 0]} {figure(abs(Fraction(value)), decimals, language)}"


def moved(value: Decimal | Fraction | int, decimals: int, unit: str) -> str:
    """A change in words.

    >>> moved(Decimal("-0.21"), 2, "điểm phần trăm"), moved(0, 0, "bậc")
    ('giảm 0,21 điểm phần trăm', 'không đổi')
    """
    if not value:
        return _SAME["vi"]
    verb = "tăng" if value > 0 else "giảm"
    return f"{verb} {figure(abs(Fraction(value)), decimals)} {unit}"


def line(text: str) -> str:
    r"""Text as one line in NFC: what a letter must be to stand in a picture or a cell.

    >>> line("Sở  Nội\nvụ\x00")
    'Sở Nội vụ'
    """
    kept = "".join(one for one in text if one.isspace() or unicodedata.category(one)[0] != "C")
    return _SPACE.sub(" ", unicodedata.normalize("NFC", kept)).strip()


def listed(names: Sequence[str], language: str = "vi", *, most: int = 0) -> str:
    """Names in a sentence; beyond ``most`` of them the rest is counted, 0 for all.

    >>> listed(["A", "B", "C"]), listed(["A", "B", "C", "D"], most=2)
    ('A, B và C', 'A, B và 2 đơn vị khác')
    """
    shown = list(names)
    if most and len(shown) > most:
        rest = len(shown) - most
        shown = [*shown[:most], f"{rest} đơn vị khác" if language == "vi" else f"{rest} others"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {_AND[language]} {shown[-1]}"
