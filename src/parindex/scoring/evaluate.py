"""One pure function a rule shape: what was found of an item -> its points.

Exact values are pairs of whole numbers (numerator, denominator above 0), not yet reduced: as
exact as a fraction, and made for hundreds of thousands of entries.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
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


class NoneDueError(ValueError):
    """An empty denominator under an item that does not say what that means."""


def percent(quantity: Quantity) -> Exact:
    """The ratio in percent: ``100 × numerator / denominator``, or the value given.

    >>> percent(Quantity(numerator=Decimal(97), denominator=Decimal(98)))
    (9700, 98)
    """
    if quantity.value is not None:
        return quantity.value.as_integer_ratio()
    assert quantity.numerator is not None  # noqa: S101 - the reader takes both or neither
    assert quantity.denominator is not None  # noqa: S101
    above, above_under = quantity.numerator.as_integer_ratio()
    below, below_under = quantity.denominator.as_integer_ratio()
    return 100 * above * below_under, above_under * below


def _options(rule: Options, maximum: Decimal, quantity: Quantity) -> Exact:
    return dict(rule.points)[quantity.option].as_integer_ratio()


def _bands(rule: Bands, maximum: Decimal, quantity: Quantity) -> Exact:
    if rule.on is BandsOn.RATIO:
        above, below = percent(quantity)
    else:
        found = quantity.count if rule.on is BandsOn.COUNT else quantity.value
        assert found is not None  # noqa: S101 - the reader demands what the rule reads
        above, below = found.as_integer_ratio()
    for start, start_under, points in _steps(rule):
        if above * start_under >= start * below:
            return points
    return 0, 1


@lru_cache(maxsize=4096)
def _steps(rule: Bands) -> tuple[tuple[int, int, Exact], ...]:
    return tuple(
        (*step.start.as_integer_ratio(), step.points.as_integer_ratio()) for step in rule.steps
    )


def _ratio(rule: Ratio, maximum: Decimal, quantity: Quantity) -> Exact:
    above, below = percent(quantity)
    if rule.zero_below is not None:
        zero, zero_under = rule.zero_below.as_integer_ratio()
        if above * zero_under < zero * below:
            return 0, 1
    full, full_under = rule.full_at.as_integer_ratio()
    most, most_under = maximum.as_integer_ratio()
    if above * full_under >= full * below:
        return most, most_under
    return most * above * full_under, most_under * below * full


def _deduction(rule: Deduction, maximum: Decimal, quantity: Quantity) -> Exact:
    assert quantity.count is not None  # noqa: S101 - the reader demands what the rule reads
    # Exact rationals, since a Decimal product is rounded to the context's precision.
    most, most_under = maximum.as_integer_ratio()
    each, each_under = rule.each.as_integer_ratio()
    left = most * each_under - each * most_under * quantity.count
    floor, floor_under = rule.floor.as_integer_ratio()
    if left * floor_under < floor * most_under * each_under:
        return floor, floor_under
    return left, most_under * each_under


def _given(rule: Given, maximum: Decimal, quantity: Quantity) -> Exact:
    assert quantity.points is not None  # noqa: S101 - the reader demands what the rule reads
    return quantity.points.as_integer_ratio()


_SHAPES: Final[dict[type[ScoringRule], Callable[[Any, Decimal, Quantity], Exact]]] = {
    Options: _options,
    Bands: _bands,
    Ratio: _ratio,
    Deduction: _deduction,
    Given: _given,
}


def exact_points(item: Item, quantity: Quantity) -> Exact:
    """The points of an item's shape, before they are rounded."""
    return _SHAPES[type(item.rule)](item.rule, item.max_points, quantity)


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
        if quantity.denominator is not None and not quantity.denominator:
            if self.item.if_none_due is None:
                raise NoneDueError(self.item.code)
            return self._none_due[self.item.if_none_due]
        numerator, denominator = exact_points(self.item, quantity)
        steps = half_up(numerator * self._one, denominator)
        score = self._scored.get(steps)
        if score is None:
            score = self._scored[steps] = Score(steps, self._maximum, Marker.SCORED)
        return score
