"""Exact decimal points and the one place where they are rounded.

Inside the engine points are whole numbers of *steps*: with four ``points_decimals`` one step is
0.0001 point and 1.25 points are 12500 steps. Sums of steps are exact, so nothing is rounded on
the way; a ratio of two exact numbers is rounded once, by :func:`half_up`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

# A whole number or a decimal: exact either way, and whole numbers are the faster.
Number = int | Decimal

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")


def parse_decimal(text: str) -> Decimal | None:
    """A decimal written with a dot, up to 15 digits before it and 20 behind, or None.

    So bounded, the differences that are taken in decimals stay within their 28 digits.

    >>> parse_decimal("1.50"), parse_decimal("1E5"), parse_decimal("1,5")
    (Decimal('1.50'), None, None)
    """
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def decimals_of(value: Decimal) -> int:
    """How many decimals the value needs, trailing zeros aside.

    >>> decimals_of(Decimal("1.50")), decimals_of(Decimal("100"))
    (1, 0)
    """
    return max(0, -int(value.normalize().as_tuple().exponent))


def half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` to the nearest whole number, halves away from zero.

    ``denominator`` is positive.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def to_steps(value: Decimal | Fraction, decimals: int) -> int:
    """``value`` as whole steps of 10^-decimals, rounded half up where it must be.

    >>> to_steps(Decimal("89.995"), 2), to_steps(Fraction(1, 3), 4)
    (9000, 3333)
    """
    numerator, denominator = value.as_integer_ratio()
    return half_up(numerator * 10**decimals, denominator)


def rounded(value: Decimal | Fraction | float, decimals: int) -> Decimal:
    """``value`` rounded half up to so many decimals, all of them written.

    A binary number is taken at twelve decimals: it is sure of no more.

    >>> rounded(Fraction(2, 3), 2), rounded(0.285, 2), rounded(Decimal(1), 1)
    (Decimal('0.67'), Decimal('0.29'), Decimal('1.0'))
    """
    exact = Decimal(f"{value:.12f}") if isinstance(value, float) else value
    return Decimal(to_steps(exact, decimals)).scaleb(-decimals)


def show(steps: int, decimals: int) -> str:
    """Steps as text with a dot and exactly ``decimals`` places.

    >>> show(9000, 2), show(-21, 2), show(7, 0)
    ('90.00', '-0.21', '7')
    """
    sign = "-" if steps < 0 else ""
    digits = str(abs(steps)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def show_fraction(value: Fraction | Decimal, decimals: int) -> str:
    """``value`` rounded half up and written with exactly ``decimals`` places."""
    return show(to_steps(value, decimals), decimals)
