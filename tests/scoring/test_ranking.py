from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.criteria.model import Caps, Ties
from parindex.scoring.adjustments import NONE, adjust
from parindex.scoring.change import Change, Direction, change_since
from parindex.scoring.inputs import Adjustment, AdjustmentKind, Previous
from parindex.scoring.ranking import comparable_keys, rank

_RATIO = st.tuples(st.integers(0, 10**6), st.integers(1, 10**5))


@given(st.lists(st.none() | _RATIO, max_size=30))
def test_keys_order_as_the_exact_ratios_do(values: list[tuple[int, int] | None]):
    keys = comparable_keys(values)
    for one, key in zip(values, keys, strict=True):
        assert (key is None) == (one is None)
        for other, other_key in zip(values, keys, strict=True):
            if one is None or other is None or key is None or other_key is None:
                continue
            assert (Fraction(*one) < Fraction(*other)) == (key < other_key)


@pytest.mark.parametrize("bits", [1, 2, 3, 10, 61])
def test_the_closest_two_ratios_are_told_apart(bits: int):
    # 1/(2^b - 2) and 1/(2^b - 1) are the closest that denominators of b bits allow.
    top = 2**bits
    one, other = (1, top), (1, top - 1)
    keys = comparable_keys([one, other])
    assert keys[0] is not None
    assert keys[1] is not None
    assert keys[0] < keys[1]
    assert comparable_keys([]) == []


@given(st.lists(st.none() | st.integers(0, 8), max_size=40), st.sampled_from(list(Ties)))
def test_a_rank_counts_what_stands_above(keys: list[int | None], ties: Ties):
    ranked = [key for key in keys if key is not None]
    for key, place in zip(keys, rank(keys, ties), strict=True):
        if key is None:
            assert place is None
            continue
        above = [one for one in ranked if one > key]
        assert place == 1 + len(above if ties is Ties.SHARE_BEST else set(above))


def test_published_ties_share_their_rank():
    # Hà Nội 2023: Nam Từ Liêm and Hoàn Kiếm both 95.7 (domain.md 1.2).
    keys: list[int | None] = [963, 957, 957, 952]
    assert rank(keys, Ties.SHARE_BEST) == [1, 2, 2, 4]
    assert rank(keys, Ties.DENSE) == [1, 2, 2, 3]


def adjustment(kind: str, points: str) -> Adjustment:
    return Adjustment(unit="u", kind=AdjustmentKind(kind), code="c", points=Decimal(points))


def test_adjustments_are_summed_and_then_capped():
    caps = Caps(bonus_cap=Decimal(2), deduction_cap=Decimal("1.5"))
    found = [
        adjustment("bonus", "1.25"),
        adjustment("bonus", "0.5"),
        adjustment("deduction", "1"),
        adjustment("deduction", "0.75"),
    ]
    counted = adjust(found, caps)
    assert (counted.bonus, counted.deduction) == (Fraction(7, 4), Fraction(3, 2))
    assert adjust([], caps) == NONE
    assert NONE.bonus == NONE.deduction == 0


D = Decimal


@pytest.mark.parametrize(
    ("previous", "change", "direction"),
    [
        (None, Change(), Direction.NOT_COMPARABLE),
        (Previous(unit="u", index=D("80.00"), rank=5), Change(index=D("4.16"), rank=3), "up"),
        (Previous(unit="u", index=D("84.37"), rank=1), Change(index=D("-0.21"), rank=-1), "down"),
        (Previous(unit="u", index=D("84.16"), rank=2), Change(index=D(0), rank=0), "unchanged"),
        (Previous(unit="u", index=D(80), rank=None), Change(index=D("4.16")), "up"),
        (Previous(unit="u", index=None, rank=3), Change(rank=1), "not_comparable"),
        (Previous(unit="u", index=D(80), rank=5, group="g"), Change(index=D("4.16"), rank=3), "up"),
        (Previous(unit="u", index=D(80), rank=5, group="h"), Change(), "not_comparable"),
        (Previous(unit="u", index=D(80), rank=5, comparable=False), Change(), "not_comparable"),
    ],
)
def test_a_change_has_three_states_or_none(
    previous: Previous | None, change: Change, direction: str
):
    found = change_since(previous, group="g", index=D("84.16"), rank=2)
    assert found == change
    assert found.direction == direction


def test_what_has_no_index_or_rank_now_has_no_change():
    before = Previous(unit="u", index=D(80), rank=5)
    assert change_since(before, group="g", index=None, rank=None) == Change()
    assert change_since(before, group="g", index=D(81), rank=None) == Change(index=D(1))
