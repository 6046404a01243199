"""What people type into cells, as exact text: numbers with a comma, yes and no, days.

Text is welcome in any Unicode form, with odd spaces and full-width signs around it. What could
be read in two ways is refused by the code of its message, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final, NamedTuple

from parindex.csvtable import MAX_DIGITS
from parindex.points import Number
from parindex.validity import parse_date
from parindex.workbooks.texts import key_of
from parindex.workbooks.uploads import Value

YES: Final = "có"
NO: Final = "không"

_YES: Final = frozenset({"có", "co", "x", "yes", "true", "✓", "✔"})
_NO: Final = frozenset({"", "không", "khong", "ko", "no", "false", "-", "–"})
_SPACES: Final = str.maketrans(
    {**dict.fromkeys("\u00a0\u2007\u202f\u3000", " "), **dict.fromkeys("\u200b\u2060\ufeff\r", "")}
)
# The signs of East Asian keyboards stand in the same order as those of ASCII.
_NARROW: Final = {0xFF01 + at: 0x21 + at for at in range(0x7F - 0x21)}
_PLAIN: Final = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}(?:[.,][0-9]{{1,20}})?")
_DOUBTFUL: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:[., ][0-9]{3})+(?:[.,][0-9]+)?")
_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


class Fault(NamedTuple):
    """Why a cell is not read: the code of the message."""

    code: str


def tidy(text: str) -> str:
    r"""A text in composed letters, with ordinary spaces and none around it.

    >>> tidy("\u200bSở\u00a0Nội vụ ")
    'Sở Nội vụ'
    """
    return unicodedata.normalize("NFC", text).translate(_SPACES).strip()


def narrow(text: str) -> str:
    """A text without full-width signs.

    >>> narrow("９８，７％")
    '98,7%'
    """
    return text.translate(_NARROW)


def cell_text(value: Value, *, percent: bool = False) -> str | Fault:
    """What a cell says as text, or why it does not say it.

    A number is written with the fewest digits that stand for it, as the cell shows it; with
    ``percent`` the cell shows 0.987 as 98.7%.
    """
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return Fault("sheet.truth_cell")
    if isinstance(value, date | datetime | time | timedelta):
        return Fault("sheet.date_cell")
    if not isfinite(value):
        return Fault("sheet.error_cell")
    exact = Decimal(repr(value))
    if percent:
        return f"{_plain(exact * 100)}%"
    return _plain(exact)


def shown_value(value: Value, *, percent: bool = False) -> str:
    """Any cell as a message quotes it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%d/%m/}{value.year:04} {value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/}{value.year:04}"
    text = cell_text(value, percent=percent)
    if isinstance(text, Fault):
        return str(value)
    return value if isinstance(value, str) else text.replace(".", ",")


def number_text(text: str, *, most: Number | None = None) -> str | Fault:
    """A number of zero or more with a dot, or why it is none.

    ``1,234`` and ``1.234`` are decimals where a thousand would be above ``most``, and refused
    elsewhere.

    >>> number_text("98,7"), number_text("1.50"), number_text("1,234", most=100)
    ('98.7', '1.50', '1.234')
    >>> number_text("1.234"), number_text("1.234,5"), number_text("1E5")
    (Fault(code='sheet.ambiguous'), Fault(code='sheet.thousands'), Fault(code='sheet.number'))
    """
    wanted = narrow(text).strip()
    if _PLAIN.fullmatch(wanted):
        doubtful = _DOUBTFUL.fullmatch(wanted) is not None
        if doubtful and (most is None or int(re.sub("[.,]", "", wanted)) <= most):
            return Fault("sheet.ambiguous")
        return wanted.replace(",", ".")
    if wanted[:1] in {"-", "−", "–"} and _PLAIN.fullmatch(wanted[1:].strip()):
        return Fault("sheet.negative")
    if _THOUSANDS.fullmatch(wanted):
        return Fault("sheet.thousands")
    return Fault("sheet.number")


def shown_number(text: str, *, most: Number | None = None) -> str:
    """A number with a dot as it is written into a cell, so that it comes back the same.

    >>> shown_number("98.7"), shown_number("98.125"), shown_number("98.125", most=100)
    ('98,7', '98,1250', '98,125')
    """
    comma = text.replace(".", ",")
    doubtful = isinstance(number_text(comma, most=most), Fault) and _DOUBTFUL.fullmatch(comma)
    return f"{comma}0" if doubtful else comma


def yes_or_no(text: str) -> bool | Fault:
    """Whether a cell says yes; an empty one says no.

    >>> yes_or_no("X"), yes_or_no("Không"), yes_or_no("chắc thế")
    (True, False, Fault(code='sheet.yes_no'))
    """
    said = key_of(narrow(text))
    if said in _YES:
        return True
    return False if said in _NO else Fault("sheet.yes_no")


def day_of(value: Value) -> date | Fault:
    """A day, from a cell that holds one or from day/month/year in text.

    >>> day_of("1/7/2025"), day_of("31/02/2025")
    (datetime.date(2025, 7, 1), Fault(code='people.day'))
    """
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else Fault("people.day")
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return Fault("people.day")
    text = narrow(tidy(value))
    found = _DAY.fullmatch(text)
    iso = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text
    return parse_date(iso) or Fault("people.day")


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
