"""Bonus and deduction points of a sheet, with their caps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from parindex.criteria.model import Caps
from parindex.scoring.inputs import Adjustment, AdjustmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """What counts of a sheet's bonus and deduction after the caps, in points, exact."""

    bonus: Fraction = Fraction(0)
    deduction: Fraction = Fraction(0)


NONE = Adjusted()


def adjust(adjustments: Iterable[Adjustment], caps: Caps) -> Adjusted:
    """The sums of a sheet's bonus and deduction, each at most its cap."""
    sums = {kind: Fraction(0) for kind in AdjustmentKind}
    for one in adjustments:
        sums[one.kind] += Fraction(one.points)
    return Adjusted(
        bonus=min(sums[AdjustmentKind.BONUS], Fraction(caps.bonus_cap)),
        deduction=min(sums[AdjustmentKind.DEDUCTION], Fraction(caps.deduction_cap)),
    )
