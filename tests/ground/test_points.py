from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.points import (
    decimals_of,
    half_up,
    parse_decimal,
    show,
    show_fraction,
    to_steps,
)


@pytest.mark.parametrize("text", ["0", "007", "1.50", "-0.5", "123456789012345", "0." + "1" * 20])
def test_a_plain_decimal_is_read_as_written(text: str):
    read = parse_decimal(text)
    assert read is not None
    assert read == Decimal(text)
    assert decimals_of(read) <= 20


@pytest.mark.parametrize(
    "text",
    ["", "1,5", "1E5", "+1", ".5", "5.", "1 000", "٣", "NaN", "1" * 16, "0." + "1" * 21, "--1"],
)
def test_anything_else_is_no_decimal(text: str):
    assert parse_decimal(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.50", 1), ("100", 0), ("0", 0), ("0.125", 3), ("1000", 0), ("0.000", 0)],
)
def test_decimals_are_counted_without_trailing_zeros(text: str, expected: int):
    assert decimals_of(Decimal(text)) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 3), (-5, 2, -3), (7, 3, 2), (8, 3, 3), (0, 7, 0), (1, 2, 1), (-1, 3, 0), (4, 2, 2)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, expected: int):
    assert half_up(numerator, denominator) == expected


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_number(numerator: int, denominator: int):
    rounded = half_up(numerator, denominator)
    away = abs(Fraction(numerator, denominator)) - abs(rounded)
    assert Fraction(-1, 2) <= away < Fraction(1, 2)


def test_the_value_of_the_decision_is_classified_after_rounding():
    # domain.md 3.2: 89.995 is published as 90.00.
    assert to_steps(Decimal("89.995"), 2) == 9000
    assert to_steps(Decimal("89.9949"), 2) == 8999
    assert to_steps(Fraction(1, 3), 4) == 3333


@pytest.mark.parametrize(
    ("steps", "decimals", "expected"),
    [
        (9000, 2, "90.00"),
        (5, 2, "0.05"),
        (-21, 2, "-0.21"),
        (7, 0, "7"),
        (0, 4, "0.0000"),
        (-7, 0, "-7"),
        (123456, 1, "12345.6"),
    ],
)
def test_steps_are_written_with_all_their_places(steps: int, decimals: int, expected: str):
    assert show(steps, decimals) == expected


def test_a_fraction_is_rounded_only_when_written():
    assert show_fraction(Fraction(1, 8), 2) == "0.13"
    assert show_fraction(Decimal("-0.125"), 2) == "-0.13"
