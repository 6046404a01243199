"""One function a rule shape: what was found of an item -> its points.

Each takes the rule and the maximum and gives the function from a quantity to points.

Exact values are pairs of whole numbers (numerator, denominator above 0), not yet reduced: as
exact as a fraction, and made for hundreds of thousands of entries.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from parindex.criteria.model import Item, NotApplicable, Policies
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    NoneDue,
    Options,
    Ratio,
    ScoringRule,
)
from parindex.points import half_up, to_steps
from parindex.scoring.inputs import Quantity
from parindex.scoring.trace import Marker, Score

Exact = tuple[int, int]
Shape = Callable[[Quantity], Exact]

_NOTHING: Final = (0, 1)


class NoneDueError(ValueError):
    """An empty denominator under an item that does not say what that means."""


def percent(quantity: Quantity) -> Exact:
    """The ratio in percent: ``100 × numerator / denominator``, or the value given.

    >>> percent(Quantity(numerator=97, denominator=98))
    (9700, 98)
    """
    if quantity.value is not None:
        return quantity.value.as_integer_ratio()
    assert quantity.numerator is not None  # noqa: S101 - the reader takes both or neither
    assert quantity.denominator is not None  # noqa: S101
    above, above_under = quantity.numerator.as_integer_ratio()
    below, below_under = quantity.denominator.as_integer_ratio()
    return 100 * above * below_under, above_under * below


def _count(quantity: Quantity) -> Exact:
    assert quantity.count is not None  # noqa: S101 - the reader demands what the rule reads
    return quantity.count, 1


def _value(quantity: Quantity) -> Exact:
    assert quantity.value is not None  # noqa: S101 - the reader demands what the rule reads
    return quantity.value.as_integer_ratio()


_READ: Final = {BandsOn.RATIO: percent, BandsOn.VALUE: _value, BandsOn.COUNT: _count}


def _options(rule: Options, maximum: Decimal) -> Shape:
    earned = {option: points.as_integer_ratio() for option, points in rule.points}
    return lambda quantity: earned[quantity.option]


def _bands(rule: Bands, maximum: Decimal) -> Shape:
    read = _READ[rule.on]
    steps = [(*one.start.as_integer_ratio(), one.points.as_integer_ratio()) for one in rule.steps]

    def shape(quantity: Quantity) -> Exact:
        above, below = read(quantity)
        for start, start_under, earned in steps:
            if above * start_under >= start * below:
                return earned
        return _NOTHING

    return shape


def _ratio(rule: Ratio, maximum: Decimal) -> Shape:
    zero, zero_under = (rule.zero_below or Decimal(0)).as_integer_ratio()
    full, full_under = rule.full_at.as_integer_ratio()
    most, most_under = maximum.as_integer_ratio()

    def shape(quantity: Quantity) -> Exact:
        above, below = percent(quantity)
        if above * zero_under < zero * below:
            return _NOTHING
        if above * full_under >= full * below:
            return most, most_under
        return most * above * full_under, most_under * below * full

    return shape


def _deduction(rule: Deduction, maximum: Decimal) -> Shape:
    # Exact rationals, since a product of decimals is rounded to the context's precision.
    most, each, floor = (Fraction(one) for one in (maximum, rule.each, rule.floor))

    def shape(quantity: Quantity) -> Exact:
        count, _ = _count(quantity)
        return max(floor, most - each * count).as_integer_ratio()

    return shape


def _given(rule: Given, maximum: Decimal) -> Shape:
    def shape(quantity: Quantity) -> Exact:
        assert quantity.points is not None  # noqa: S101 - the reader demands what the rule reads
        return quantity.points.as_integer_ratio()

    return shape


_SHAPES: Final[dict[type[ScoringRule], Callable[[Any, Decimal], Shape]]] = {
    Options: _options,
    Bands: _bands,
    Ratio: _ratio,
    Deduction: _deduction,
    Given: _given,
}


def exact_points(item: Item) -> Shape:
    """The function from a quantity to an item's points, before they are rounded."""
    return _SHAPES[type(item.rule)](item.rule, item.max_points)


class Scorer:
    """The scores of one item under the policies of its set.

    The order is the law's (contract, section 2): not applicable, then the guard, then an empty
    denominator, then the shape; the points are rounded half up to ``points_decimals``.
    """

    def __init__(self, item: Item, policies: Policies) -> None:
        self.item = item
        self._one = 10**policies.points_decimals
        maximum = to_steps(item.max_points, policies.points_decimals)
        awarded = policies.not_applicable is NotApplicable.AWARD_MAX
        off_scale = maximum if awarded else 0
        self.missing = Score(0, maximum, Marker.MISSING)
        self._not_applicable = Score(off_scale, off_scale, Marker.NOT_APPLICABLE)
        self._vetoed = Score(0, maximum, Marker.ZERO_IF)
        self._none_due = {
            NoneDue.ZERO: Score(0, maximum, Marker.NONE_DUE_ZERO),
            NoneDue.FULL: Score(maximum, maximum, Marker.NONE_DUE_FULL),
            NoneDue.NOT_APPLICABLE: self._not_applicable,
        }
        self._maximum = maximum
        self._shape = exact_points(item)
        # Few distinct scores stand behind many entries: each is made once.
        self._scored: dict[int, Score] = {}

    def score(self, quantity: Quantity) -> Score:
        """The score of what was found.

        Raises NoneDueError on a denominator of 0 where the item has no ``if_none_due``.
        """
        if quantity.not_applicable:
            return self._not_applicable
        if quantity.veto:
            return self._vetoed
        if quantity.denominator == 0:
            if self.item.if_none_due is None:
                raise NoneDueError(self.item.code)
            return self._none_due[self.item.if_none_due]
        numerator, denominator = self._shape(quantity)
        steps = half_up(numerator * self._one, denominator)
        score = self._scored.get(steps)
        if score is None:
            score = self._scored[steps] = Score(steps, self._maximum, Marker.SCORED)
        return score
