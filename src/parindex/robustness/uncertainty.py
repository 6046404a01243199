"""How sure a ranking is: the ranks that its data allow, and the chance of each.

Joint intervals hold all together: with at least the stated confidence every unit's true rank is
in its interval at once. Chances are what a Monte Carlo over the sampling errors finds; they
describe the data, and add up to 1 for a unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata, studentized_range

from parindex.criteria.model import Policies, RankOn, Ties
from parindex.robustness.sampling_error import IndexEstimate
from parindex.survey.estimation.numbering import BoolArray, FloatArray, IntArray

# How many indices are drawn at a time, so that any group fits into memory.
_BLOCK: Final = 1 << 20
_HALF: Final = 0.5 + 1e-9


class Comparison(StrEnum):
    """By which simultaneous comparison one unit counts as truly better than another.

    ``intervals`` compares simultaneous confidence intervals of the indices (Klein, Wright and
    Wieczorek, "A joint confidence region for an overall ranking of populations", Journal of the
    Royal Statistical Society C 69, 2020), whose coverage is Šidák's and holds under any
    dependence. ``pairs`` compares all pairs by Tukey's studentised range (Al Mohamad, van Zwet
    and Goeman, "Simultaneous confidence intervals for ranks with application to ranking
    institutions", Biometrics 78, 2022; for unequal errors after Hayter 1984): narrower, for
    estimates that are independent.
    """

    INTERVALS = "intervals"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankInterval:
    """The ranks from ``best`` to ``worst`` that the data allow a unit; 1 is the first."""

    unit: str
    best: int
    worst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RankChances:
    """How often a unit had each rank in so many draws; ranks that never came are left out."""

    unit: str
    draws: int
    times: Mapping[int, int]

    def of_rank(self, rank: int) -> float:
        """The chance of one rank, 0 to 1."""
        return self.times.get(rank, 0) / self.draws

    def of_top(self, n: int) -> float:
        """The chance to be among the first n, 0 to 1; ties may make them more than n."""
        return sum(times for rank, times in self.times.items() if rank <= n) / self.draws

    def middle(self, level: float) -> tuple[int, int]:
        """The ranks between which a unit was in this share of draws, equal tails left out."""
        ranks = sorted(self.times)
        upto = np.cumsum([self.times[rank] for rank in ranks]) / self.draws
        tail = (1 - level) / 2
        last = len(ranks) - 1
        low = min(int(np.searchsorted(upto, tail, side="right")), last)
        high = min(int(np.searchsorted(upto, 1 - tail, side="left")), last)
        return ranks[low], ranks[high]


def rank_intervals(
    estimates: Sequence[IndexEstimate],
    policies: Policies,
    *,
    comparison: Comparison,
    level: float,
) -> tuple[RankInterval, ...]:
    """The joint rank intervals of a peer group, in the order of its estimates.

    ``level`` is the joint confidence, between 0 and 1. A unit is at best behind all that are
    truly better and at worst before all that are truly worse; where ranks are dense, behind as
    many different indices as these must have. Where the published index is ranked, truly better
    means that rounding cannot make it a tie.
    """
    better = _better(estimates, policies, comparison=comparison, level=level)
    before, behind = better.sum(axis=0), better.sum(axis=1)
    if policies.ties is Ties.DENSE:
        before = _longest(better, [one.index for one in estimates])
    return tuple(
        RankInterval(unit=one.unit, best=1 + int(above), worst=len(estimates) - int(below))
        for one, above, below in zip(estimates, before, behind, strict=True)
    )


def _better(
    estimates: Sequence[IndexEstimate],
    policies: Policies,
    *,
    comparison: Comparison,
    level: float,
) -> BoolArray:
    """Whether the unit of a row is truly better than that of a column, all at once."""
    index = np.array([one.index for one in estimates])
    se = np.array([one.se for one in estimates])
    steps = _steps(policies)
    if comparison is Comparison.INTERVALS:
        # A unit of which nothing was sampled cannot err, and is not one of those that might.
        n_might = max(int(np.count_nonzero(se)), 1)
        margin = float(ndtri((1 + level ** (1 / n_might)) / 2)) * se
        above: BoolArray = steps(index - margin)[:, None] > steps(index + margin)
        return above
    of_range = float(studentized_range.ppf(level, max(len(se), 2), np.inf))
    gap = index[:, None] - index - of_range * np.sqrt((se[:, None] ** 2 + se**2) / 2)
    # Where neither can err, their ranks are known.
    known = (se[:, None] + se == 0) & (steps(index)[:, None] > steps(index))
    apart = gap > 0
    if policies.rank_on is RankOn.PUBLISHED:
        apart = gap >= 10.0**-policies.index_decimals
    truly: BoolArray = known | apart
    return truly


def _steps(policies: Policies) -> Callable[[FloatArray], FloatArray]:
    """What indices are ranked by: whole published steps, rounded half up, or themselves."""
    if policies.rank_on is RankOn.EXACT:
        return lambda index: index
    # An exact half, which is published upwards, may lie just below it in binary.
    return lambda index: np.floor(index * 10.0**policies.index_decimals + _HALF)


def _longest(better: BoolArray, index: Sequence[float]) -> IntArray:
    """For each unit, how many others at least stand before it on different indices."""
    longest = np.zeros(len(index), dtype=np.intp)
    for at in np.argsort(-np.array(index), kind="stable"):
        above = longest[better[:, at]]
        longest[at] = above.max() + 1 if len(above) else 0
    return longest


def rank_chances(
    estimates: Sequence[IndexEstimate], policies: Policies, *, draws: int, seed: str
) -> tuple[RankChances, ...]:
    """How often each unit has each rank when every index is drawn anew from its sampling error.

    Each draw is normal around the estimate, between 0 and 100, independent between units, then
    rounded and ranked as the round's policies say. The same ``seed`` gives the same draws on
    any machine: they are the raw words of Philox under the seed's SHA-256, made normal by the
    inverse of its distribution.
    """
    key = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")
    words = np.random.Philox(key=key)
    index = np.array([one.index for one in estimates])
    se = np.array([one.se for one in estimates])
    steps = _steps(policies)
    n = len(index)
    counts = np.zeros((n, n + 1), dtype=np.int64)
    at_a_time = max(1, _BLOCK // max(n, 1))
    for start in range(0, draws, at_a_time):
        rows = min(at_a_time, draws - start)
        # 53 bits of each word, in the middle of their steps: never 0, never 1.
        uniform = ((words.random_raw(rows * n) >> np.uint64(11)) + 0.5) * 2.0**-53
        drawn = steps(np.clip(index + se * ndtri(uniform).reshape(rows, n), 0, 100))
        ranks = _ranks(drawn, policies.ties)
        flat = (np.arange(n) * (n + 1) + ranks).ravel()
        counts += np.bincount(flat, minlength=n * (n + 1)).reshape(n, n + 1)
    return tuple(
        RankChances(
            unit=one.unit,
            draws=draws,
            times={int(rank): int(of[rank]) for rank in np.flatnonzero(of)},
        )
        for one, of in zip(estimates, counts, strict=True)
    )


def _ranks(drawn: FloatArray, ties: Ties) -> IntArray:
    """The ranks of each row, the greatest first, as :func:`parindex.scoring.ranking.rank`."""
    method = "dense" if ties is Ties.DENSE else "min"
    ranks: IntArray = rankdata(-drawn, method=method, axis=1).astype(np.intp, copy=False)
    return ranks
