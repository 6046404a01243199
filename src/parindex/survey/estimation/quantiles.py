"""Quantiles of the population, with Woodruff's intervals.

A quantile is the smallest value at which the weighted share of values up to it reaches p; where
the share is p exactly, that value itself. Its limits are the quantiles at the limits of that
share (Woodruff 1952), and its standard error is the interval's length over twice the quantile of
t, as in R survey's ``svyquantile`` with ``qrule = "math"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from parindex.survey.estimation.intervals import (
    CONFIDENCE,
    IntervalMethod,
    share_limits,
    t_quantile,
)
from parindex.survey.estimation.numbering import FloatArray, IntArray
from parindex.survey.estimation.parted import PartedDesign
from parindex.survey.estimation.statistics import mean

# Shares closer than this are the same share, summed in another order.
_SAME: Final = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles by part: arrays of shape (parts, quantiles), NaN where there is none."""

    values: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    n: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """The distinct values of a part in order, with the weighted share up to each."""

    values: FloatArray
    up_to: FloatArray

    def at(self, share: float) -> float:
        """The quantile at a share; NaN for what is none, or outside 0 to 1."""
        if not 0 <= share <= 1 or not len(self.values):
            return float("nan")
        place = int(np.searchsorted(self.up_to, share - _SAME))
        return float(self.values[min(place, len(self.values) - 1)])


def quantiles(
    parted: PartedDesign,
    numbers: FloatArray,
    at: tuple[float, ...],
    method: IntervalMethod = IntervalMethod.T,
    confidence: float = CONFIDENCE,
) -> Quantiles:
    """The quantiles of numbers, NaN where missing, at shares between 0 and 1."""
    df = np.inf if method is IntervalMethod.NORMAL else float(parted.design.df)
    quantile = t_quantile(df, confidence)
    part = np.where(np.isnan(numbers), parted.parts.n, parted.part_of_row)
    ordered = _ordered(part, parted.parts.n, numbers, parted.design.weights)
    n_parts = parted.parts.n
    values = np.array([[one.at(share) for share in at] for one in ordered])
    values = values.reshape(n_parts, len(at))
    low, high = np.full_like(values, np.nan), np.full_like(values, np.nan)
    for column in range(len(at)):
        reached = np.append(values[:, column], np.nan)[part]
        up_to = np.where(np.isnan(reached), np.nan, (numbers <= reached).astype(float))
        found = mean(parted, up_to)
        share, se = found.values[:, 0], np.sqrt(found.estimated.variances()[:, 0])
        limits = share_limits(method, share, se, found.n, quantile)
        low[:, column] = [one.at(limit) for one, limit in zip(ordered, limits[0], strict=True)]
        high[:, column] = [one.at(limit) for one, limit in zip(ordered, limits[1], strict=True)]
    n = parted.sizes(np.flatnonzero(np.isnan(numbers)))
    return Quantiles(values, (high - low) / (2 * quantile), low, high, n)


def _ordered(
    part: IntArray,
    n_parts: int,
    numbers: FloatArray,
    weights: FloatArray,
) -> list[_Ordered]:
    order = np.lexsort((numbers, part))
    ends = np.searchsorted(part[order], np.arange(n_parts + 1))
    found = []
    for start, end in pairwise(ends):
        rows = order[start:end]
        values = numbers[rows]
        # Sums of many weights are kept in as many digits as the machine has.
        up_to = np.cumsum(weights[rows].astype(np.longdouble))
        last = np.append(values[1:] != values[:-1], np.ones(min(len(values), 1), dtype=bool))
        share = (up_to[last] / up_to[-1]).astype(float) if len(values) else up_to.astype(float)
        found.append(_Ordered(values[last], share))
    return found
