"""Cases on both sides of every threshold, as an official would read them."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import files, group, item, row, rulebook

from parindex.criteria.model import NotApplicable
from parindex.criteria.parser import read_rulebook
from parindex.points import to_steps
from parindex.scoring.evaluate import NoneDueError, Scorer, exact_points, percent
from parindex.scoring.inputs import Quantity
from parindex.scoring.trace import Marker, Score


def one_item(
    rule: str, maximum: str = "2", *, more: tuple[str, ...] = (), **policies: str
) -> Scorer:
    text = rulebook({"1": [item("1.1.1", maximum, rule, more=more)]}, **policies)
    criteria = read_rulebook(text.encode(), file="f")
    return Scorer(next(criteria.items()), criteria.policies)


def points(rule: str, said: dict[str, Any]) -> int:
    return one_item(rule).score(Quantity(**said)).points


D = Decimal
BANDS = "{shape: bands, on: ratio, steps: [{from: 30, points: 2}, {from: 20, points: 1}]}"
COUNTS = "{shape: bands, on: count, steps: [{from: 2, points: 2}, {from: 1, points: 0.5}]}"
VALUES = "{shape: bands, on: value, steps: [{from: 2.5, points: 2}, {from: 0, points: 0.5}]}"
CAPPED = "{shape: ratio, full_at: 80}"
FLOORED = "{shape: ratio, full_at: 100, zero_below: 80}"
DEDUCTION = "{shape: deduction, each: 0.125, floor: 0.5}"


@pytest.mark.parametrize(
    ("rule", "said", "steps"),
    [
        ("{shape: options, points: {a: 2, b: 0.12345}}", {"option": "a"}, 20000),
        ("{shape: options, points: {a: 2, b: 0.12345}}", {"option": "b"}, 1235),
        (BANDS, {"numerator": 30, "denominator": 100}, 20000),
        (BANDS, {"numerator": 2999, "denominator": 10000}, 10000),
        (BANDS, {"numerator": 20, "denominator": 100}, 10000),
        (BANDS, {"value": D("19.9999")}, 0),
        (BANDS, {"value": D("30")}, 20000),
        (COUNTS, {"count": 3}, 20000),
        (COUNTS, {"count": 2}, 20000),
        (COUNTS, {"count": 1}, 5000),
        (COUNTS, {"count": 0}, 0),
        (VALUES, {"value": D("2.5")}, 20000),
        (VALUES, {"value": D("2.4999")}, 5000),
        (VALUES, {"value": D("0")}, 5000),
        ("{shape: ratio}", {"numerator": 1, "denominator": 3}, 6667),
        ("{shape: ratio}", {"numerator": 2, "denominator": 3}, 13333),
        ("{shape: ratio}", {"numerator": D("0.9427"), "denominator": 1}, 18854),
        ("{shape: ratio}", {"value": D("33.3325")}, 6667),
        ("{shape: ratio}", {"value": D("33.33249")}, 6666),
        ("{shape: ratio}", {"value": 100}, 20000),
        ("{shape: ratio}", {"value": 0}, 0),
        (CAPPED, {"value": 80}, 20000),
        (CAPPED, {"value": 79}, 19750),
        (CAPPED, {"value": 100}, 20000),
        (FLOORED, {"value": 80}, 16000),
        (FLOORED, {"value": D("79.9999")}, 0),
        (FLOORED, {"numerator": 3, "denominator": 4}, 0),
        ("{shape: ratio, over_100: allowed}", {"numerator": 5, "denominator": 4}, 20000),
        (DEDUCTION, {"count": 0}, 20000),
        (DEDUCTION, {"count": 1}, 18750),
        (DEDUCTION, {"count": 12}, 5000),
        (DEDUCTION, {"count": 13}, 5000),
        (DEDUCTION, {"count": 10**9}, 5000),
        ("{shape: given}", {"points": D("1.99995")}, 20000),
        ("{shape: given}", {"points": D("1.99994")}, 19999),
        ("{shape: given}", {"points": 0}, 0),
    ],
)
def test_points_follow_from_the_quantity(rule: str, said: dict[str, Any], steps: int):
    assert points(rule, said) == steps


def test_the_ratio_is_in_percent():
    assert percent(Quantity(numerator=D("1.5"), denominator=D("2.5"))) == (100 * 3 * 2, 2 * 5)
    assert percent(Quantity(value=D("98.5"))) == (197, 2)


@given(
    st.decimals(0, 1000, places=3),
    st.decimals("0.001", 1000, places=3),
    st.decimals("0.25", 9, places=2),
    st.decimals(1, 200, places=1),
    st.decimals(0, 150, places=1),
)
def test_a_ratio_agrees_with_plain_fractions(
    above: Decimal, below: Decimal, maximum: Decimal, full_at: Decimal, zero_below: Decimal
):
    rule = f"{{shape: ratio, full_at: {full_at}, zero_below: {zero_below}, over_100: allowed}}"
    scorer = one_item(rule, str(maximum))
    ratio = 100 * Fraction(above) / Fraction(below)
    expected = Fraction(maximum) * min(Fraction(1), ratio / Fraction(full_at))
    if ratio < Fraction(zero_below):
        expected = Fraction(0)
    quantity = Quantity(numerator=above, denominator=below)
    assert Fraction(*exact_points(scorer.item)(quantity)) == expected
    assert scorer.score(quantity).points == to_steps(expected, 4)


EMPTY = Quantity(numerator=0, denominator=0)


@pytest.mark.parametrize(
    ("more", "score"),
    [
        (("if_none_due: zero",), Score(0, 20000, Marker.NONE_DUE_ZERO)),
        (("if_none_due: full",), Score(20000, 20000, Marker.NONE_DUE_FULL)),
        (("if_none_due: not_applicable",), Score(0, 0, Marker.NOT_APPLICABLE)),
    ],
)
def test_an_empty_denominator_means_what_the_item_says(more: tuple[str, ...], score: Score):
    assert one_item("{shape: ratio}", more=more).score(EMPTY) == score
    assert one_item(BANDS, more=more).score(EMPTY) == score


def test_an_empty_denominator_is_refused_where_nothing_is_said():
    with pytest.raises(NoneDueError, match=r"1\.1\.1"):
        one_item("{shape: ratio}").score(EMPTY)


def test_not_applicable_comes_before_the_guard_and_the_guard_before_the_denominator():
    scorer = one_item("{shape: ratio}", more=('zero_if: {vi: "x"}',))
    assert scorer.score(Quantity(0, 0, veto=True)) == Score(0, 20000, Marker.ZERO_IF)
    assert scorer.score(Quantity(0, 0, veto=True, not_applicable=True, reason="x")) == Score(
        0, 0, Marker.NOT_APPLICABLE
    )
    assert scorer.score(Quantity(veto=True)).marker is Marker.ZERO_IF
    assert scorer.score(Quantity(1, 1, veto=True)).points == 0


@pytest.mark.parametrize("policy", list(NotApplicable))
def test_an_item_that_does_not_apply_leaves_the_scale_or_earns_it(policy: NotApplicable):
    scorer = one_item(
        "{shape: ratio}", more=("if_none_due: not_applicable",), not_applicable=policy
    )
    awarded = 20000 if policy is NotApplicable.AWARD_MAX else 0
    expected = Score(awarded, awarded, Marker.NOT_APPLICABLE)
    assert scorer.score(Quantity(not_applicable=True, reason="x")) == expected
    assert scorer.score(EMPTY) == expected


def test_what_is_missing_keeps_its_maximum():
    assert one_item("{shape: ratio}").missing == Score(0, 20000, Marker.MISSING)


def test_equal_points_are_one_score():
    scorer = one_item("{shape: ratio}")
    assert scorer.score(Quantity(1, 2)) is scorer.score(Quantity(2, 4))
    assert scorer.score(Quantity(1, 2)) == Score(10000, 20000, Marker.SCORED)


def test_points_are_rounded_where_the_set_says():
    made = files(
        {"1": [item("1.1.1", "2", "{shape: ratio}")]},
        entries=[row("u1", "1.1.1", numerator="1", denominator="3")],
        points_decimals="1",
    )
    assert group(made).results[0].points == 7
    assert group(made).results[0].maximum == 20
