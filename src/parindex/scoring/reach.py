"""What points an item can reach, and by which quantity: its rule read backwards."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final, NamedTuple

from parindex.criteria.model import Item, Policies
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    Options,
    Ratio,
    ScoringRule,
    Source,
    allows_over_100,
)
from parindex.points import to_steps
from parindex.scoring.evaluate import Scorer
from parindex.scoring.inputs import Quantity

# From the steps that are needed to the least demanding quantity that earns them, if any does.
Backwards = Callable[[int], Quantity | None]

_SHARES: Final = frozenset({Source.SURVEY, Source.INDEX})
_HUNDRED: Final = Fraction(100)
_HALF: Final = Fraction(1, 2)


class Reached(NamedTuple):
    """Points in steps of 10^-points_decimals, and the least demanding quantity that earns them.

    A ratio stands as a pair or as a value in percent; ``scoring.evaluate.percent`` reads both.
    """

    points: int
    quantity: Quantity


class Reach:
    """The points that one item can earn under the policies of its set.

    ``best`` is the most, in steps. Guards and what does not apply are no matter of quantity and
    are left aside here.
    """

    def __init__(self, item: Item, policies: Policies) -> None:
        self.item = item
        self._scorer = Scorer(item, policies)
        self._decimals = policies.points_decimals
        self._maximum = to_steps(item.max_points, self._decimals)
        over = allows_over_100(item.rule) and item.source not in _SHARES
        self._most = None if over else _HUNDRED
        self._backwards = self._way_back(item.rule)
        self._found: dict[int, Reached | None] = {}
        self.best = self._best()

    def least(self, points: int) -> Reached | None:
        """The fewest points the item can earn that are at least these, or None where none are."""
        if points not in self._found:
            quantity = self._backwards(points)
            self._found[points] = None if quantity is None else self._reached(quantity)
        return self._found[points]

    def _way_back(self, rule: ScoringRule) -> Backwards:
        ways: dict[type[ScoringRule], Callable[[Any], Backwards]] = {
            Options: self._options,
            Bands: self._bands,
            Ratio: self._ratio,
            Deduction: self._deduction,
            Given: self._given,
        }
        return ways[type(rule)](rule)

    def _reached(self, quantity: Quantity) -> Reached:
        return Reached(self._scorer.score(quantity).points, quantity)

    def _best(self) -> int:
        top = self.least(self._maximum)
        # A checked rulebook lets its maximum be reached; only a share stops at 100 percent even
        # where the rule would take more.
        return self._reached(Quantity(value=100)).points if top is None else top.points

    def _discrete(self, quantities: Iterable[Quantity]) -> Backwards:
        """The way back from a list of quantities, the less demanding first of equals."""
        by_points: dict[int, Reached] = {}
        for quantity in quantities:
            reached = self._reached(quantity)
            by_points.setdefault(reached.points, reached)
        ladder = [by_points[points] for points in sorted(by_points)]
        rungs = [one.points for one in ladder]

        def backwards(points: int) -> Quantity | None:
            at = bisect_left(rungs, points)
            return ladder[at].quantity if at < len(ladder) else None

        return backwards

    def _options(self, rule: Options) -> Backwards:
        return self._discrete(Quantity(option=option) for option, _ in rule.points)

    def _bands(self, rule: Bands) -> Backwards:
        starts = [one.start for one in reversed(rule.steps)]
        if rule.on is BandsOn.COUNT:
            return self._discrete(Quantity(count=ceil(start)) for start in starts)
        most = self._most if rule.on is BandsOn.RATIO else None
        return self._discrete(
            Quantity(value=start) for start in starts if most is None or start <= most
        )

    def _ratio(self, rule: Ratio) -> Backwards:
        full = Fraction(rule.full_at)
        least = Fraction(rule.zero_below or 0)
        maximum = self._maximum

        def backwards(points: int) -> Quantity | None:
            if points > maximum:
                return None
            # Rounded half up, half a step short is enough.
            percent = max((points - _HALF) * full / maximum, least, Fraction(0))
            if self._most is not None and percent > self._most:
                return None
            return Quantity(numerator=percent.numerator, denominator=100 * percent.denominator)

        return backwards

    def _deduction(self, rule: Deduction) -> Backwards:
        each, lowest = Fraction(rule.each), Fraction(rule.floor)
        most, one = Fraction(self.item.max_points), 10**self._decimals
        never_below = to_steps(rule.floor, self._decimals)

        def backwards(points: int) -> Quantity | None:
            if points <= never_below:
                return Quantity(count=ceil((most - lowest) / each))
            count = floor((most - (points - _HALF) / one) / each)
            return Quantity(count=count) if count >= 0 else None

        return backwards

    def _given(self, rule: Given) -> Backwards:  # noqa: ARG002 - one signature for every shape
        def backwards(points: int) -> Quantity | None:
            if points > self._maximum:
                return None
            return Quantity(points=Decimal(max(points, 0)).scaleb(-self._decimals))

        return backwards
