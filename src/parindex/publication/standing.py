"""One sheet as its margins see it: what a few more points would make of it.

The same sums, rounding, classes and ceilings as ``scoring.aggregate``, taken one item further
without adding the whole sheet again; the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import Final

from parindex.criteria.model import CriteriaSet, NotApplicable
from parindex.points import half_up
from parindex.scoring.aggregate import SheetResult
from parindex.scoring.trace import Marker

HALF: Final = Fraction(1, 2)


class Scale:
    """What all sheets of a set share: classes and ceilings in steps of the published index."""

    def __init__(self, criteria: CriteriaSet) -> None:
        policies = criteria.policies
        self.one_point: int = 10**policies.points_decimals
        self.one_index: int = 10**policies.index_decimals
        self.highest = 100 * self.one_index
        self.within = policies.not_applicable is NotApplicable.RENORMALISE_WITHIN_AREA
        self.codes = [item.code for item in criteria.items()]
        self.area_of = [at for at, area in enumerate(criteria.areas) for _ in area.items()]
        self.classes = [one.id for one in criteria.classes]
        # The least published index of each class; the least area index that a ceiling asks for.
        self.starts = [ceil(Fraction(one.start) * self.one_index) for one in criteria.classes]
        self.ceilings = criteria.ceilings
        self.bounds = [
            None
            if one.area_index_below is None
            else ceil(Fraction(one.area_index_below) * self.one_index)
            for one in criteria.ceilings
        ]
        self.held_to = [self.classes.index(one.at_most) for one in criteria.ceilings]


class Standing:
    """A sheet with an index: its exact total before clamping, and how each area counts.

    ``total`` and ``maximum`` are in steps of 10^-points_decimals, as the policy counts them;
    ``scales`` hold what a step of an item counts for in each area, None for itself.
    """

    def __init__(self, scale: Scale, result: SheetResult) -> None:
        self.result = result
        self.maximum = result.maximum
        total = result.points + scale.one_point * (
            result.adjusted.bonus - result.adjusted.deduction
        )
        # Whole numbers add many times faster than fractions, and nearly all totals are whole.
        self.total: int | Fraction = total.numerator if total.denominator == 1 else total
        self.scales = [
            Fraction(area.maximum, area.exact[1])
            if scale.within and area.exact is not None and area.maximum != area.exact[1]
            else None
            for area in result.areas
        ]
        self._scale = scale
        self._applying = [at for at in range(len(scale.ceilings)) if self._applies(at)]

    def _applies(self, ceiling: int) -> bool:
        bound = self._scale.bounds[ceiling]
        if bound is not None:
            return bool(self.areas_below(bound))
        score = self.result.scores[self._zero_item(ceiling)]
        return score.points == 0 and score.marker is not Marker.NOT_APPLICABLE

    def _zero_item(self, ceiling: int) -> int:
        return self._scale.codes.index(str(self._scale.ceilings[ceiling].zero_item))

    def areas_below(self, bound: int) -> list[int]:
        """The positions of the areas whose published index is below a bound in steps."""
        return [
            at
            for at, area in enumerate(self.result.areas)
            if area.index is not None and area.index < bound
        ]

    def area_gain(self, area: int, bound: int) -> Fraction:
        """The steps of its own points that bring an area to a published index."""
        exact = self.result.areas[area].exact
        assert exact is not None  # noqa: S101 - only an area with an index is below a bound
        hundredfold, applicable = exact
        return ((bound - HALF) * applicable / self._scale.one_index - hundredfold) / 100

    def ceilings_below(self, position: int) -> list[int]:
        """The ceilings that apply and hold the sheet below the class at a position."""
        return [at for at in self._applying if self._scale.held_to[at] > position]

    def steps_past(self, ceilings: Iterable[int], item: int, steps: int) -> int | None:
        """The steps of an item, at least these, that lift all these ceilings; None if none do."""
        for ceiling in ceilings:
            bound = self._scale.bounds[ceiling]
            if bound is None:
                if self._zero_item(ceiling) != item:
                    return None
                continue
            for area in self.areas_below(bound):
                if area != self._scale.area_of[item]:
                    return None
                steps = max(steps, ceil(self.area_gain(area, bound)))
        return steps

    def after(self, item: int, gained: int) -> tuple[int, int]:
        """The exact index in percent after an item gained so many steps, at most 100.

        The steps are such that the index is above 0.
        """
        scale = self.scales[self._scale.area_of[item]]
        total = self.total + (gained if scale is None else gained * scale)
        numerator, denominator = total.as_integer_ratio()
        if numerator >= self.maximum * denominator:
            return 100, 1
        return 100 * numerator, self.maximum * denominator

    def class_after(self, item: int, gained: int, index: int) -> str:
        """The class after an item gained so many steps, above 0, and made this index."""
        scale = self._scale
        if not scale.classes:
            return ""
        position = next(at for at, start in enumerate(scale.starts) if index >= start)
        for ceiling in self._applying:
            if scale.held_to[ceiling] > position and self._still(ceiling, item, gained):
                position = scale.held_to[ceiling]
        return scale.classes[position]

    def _still(self, ceiling: int, item: int, gained: int) -> bool:
        bound = self._scale.bounds[ceiling]
        if bound is None:
            return self._zero_item(ceiling) != item
        own = self._scale.area_of[item]
        for area in self.areas_below(bound):
            exact = self.result.areas[area].exact
            assert exact is not None  # noqa: S101 - only an area with an index is below a bound
            more = 100 * gained if area == own else 0
            if half_up((exact[0] + more) * self._scale.one_index, exact[1]) < bound:
                return True
        return False
