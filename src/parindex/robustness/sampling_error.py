"""The sampling error of an index: what its survey items, being estimates, leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import sqrt
from statistics import NormalDist, pstdev
from typing import Final

from parindex.scoring.evaluate import Scorer
from parindex.scoring.inputs import Quantity
from parindex.scoring.run import GroupRun
from parindex.scoring.trace import Marker
from parindex.survey.finding import Finding

Findings = Mapping[tuple[str, str], Finding]

# How far from the estimate, in standard errors, a rule is asked for points: equally likely
# places of the normal distribution, spread by exactly 1.
_PLACES: Final = tuple(NormalDist().inv_cdf((turn + 0.5) / 99) for turn in range(99))
_APART: Final = tuple(one / pstdev(_PLACES) for one in _PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEstimate:
    """The index of a unit in percent, not rounded, and its standard error from sampling.

    ``se`` is 0 where nothing of the index was sampled. ``without_se`` counts the items whose
    finding does not tell its error, which ``se`` therefore leaves out.
    """

    unit: str
    index: float
    se: float
    without_se: int = 0


def index_estimates(
    group: GroupRun, findings: Findings, *, correlation: float
) -> tuple[IndexEstimate, ...]:
    """The ranked units of a group with the sampling error of each index, in the group's order.

    The points of an item vary as its rule makes them at shares spread as the finding says; so
    steps, floors and ceilings of a rule count as they are. ``correlation`` (0 to 1) is that
    between the items of one unit, which the same people answered: 1 is on the safe side.
    """
    spreads = _Spreads(group, findings)
    made = []
    for at, unit in enumerate(group.units):
        exact = group.results[at].exact
        if group.ranks[at] is None or exact is None:
            continue
        errors, without_se = spreads.of(at)
        variance = (1 - correlation) * sum(one * one for one in errors)
        variance += correlation * sum(errors) ** 2
        index = float(Fraction(*exact))
        made.append(
            IndexEstimate(unit=unit.id, index=index, se=sqrt(variance), without_se=without_se)
        )
    return tuple(made)


class _Spreads:
    """How far the items of a unit's sheet can move its index, for each of a group's units."""

    def __init__(self, group: GroupRun, findings: Findings) -> None:
        self._group = group
        self._findings = findings
        self._items = list(group.criteria.items())
        self._scorers = [Scorer(item, group.criteria.policies) for item in self._items]
        ends = accumulate(sum(1 for _ in area.items()) for area in group.criteria.areas)
        self._areas = [range(start, end) for start, end in pairwise((0, *ends))]

    def of(self, at: int) -> tuple[list[float], int]:
        """The standard error that each sampled item adds, in percent; and how many do not tell."""
        result, unit = self._group.results[at], self._group.units[at].id
        errors: list[float] = []
        without_se = 0
        for area, places in zip(result.areas, self._areas, strict=True):
            applicable = sum(result.scores[place].maximum for place in places)
            for place in places:
                finding = self._findings.get((unit, self._items[place].code))
                if finding is None or result.scores[place].marker is not Marker.SCORED:
                    continue
                if finding.se is None:
                    without_se += 1
                elif finding.se:
                    spread = _spread(self._scorers[place], finding.share, finding.se)
                    # An area of which something does not apply may count as a whole.
                    errors.append(100 * spread * area.maximum / applicable / result.maximum)
        return errors, without_se


def _spread(scorer: Scorer, share: Decimal, se: Decimal) -> float:
    """The standard deviation of an item's points, in steps, over equally likely shares."""
    points = []
    for apart in _APART:
        drawn = min(max(float(share) + float(se) * apart, 0.0), 1.0)
        quantity = Quantity(numerator=Decimal(f"{drawn:.9f}"), denominator=1)
        points.append(scorer.score(quantity).points)
    return pstdev(points)
