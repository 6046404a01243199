"""Means, shares, totals, ratios and population variances, with their variances, by part.

Each is a smooth function of weighted totals, so that one pass over the responses serves every
part of the population, and one rule gives the variance by linearisation or from replicates.
Missing values leave the statistic that they are missing from, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from parindex.survey.estimation.columns import Categories
from parindex.survey.estimation.linearised import NOISE
from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.estimation.parted import Estimated, PartedDesign, Totals

_FEW: Final = 1001


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Estimates of one statistic: arrays of shape (parts, estimates), NaN where there is none.

    ``srs`` is the variance that a simple random sample without replacement of the same size
    would have, ``n`` the number of responses behind the estimates of each part.
    """

    estimated: Estimated
    srs: FloatArray
    n: FloatArray

    @property
    def values(self) -> FloatArray:
        """The estimates."""
        return self.estimated.values


def mean(parted: PartedDesign, numbers: FloatArray) -> Found:
    """The mean of numbers, NaN where missing."""
    return ratio(parted, numbers, None)


def ratio(parted: PartedDesign, above: FloatArray, below: FloatArray | None) -> Found:
    """The total of ``above`` over the total of ``below``, which is 1 where it is None."""
    weights = parted.design.weights
    is_missing = np.isnan(above) if below is None else np.isnan(above) | np.isnan(below)
    missing = np.flatnonzero(is_missing)
    # About a ratio that is near the middle totals stay small, and their differences exact.
    centre = _typical(above, below)
    apart = above - (centre if below is None else centre * below)
    apart[missing] = 0.0
    moved = weights * apart
    population = parted.weight_totals(missing)
    if below is None:
        weighed = population
    else:
        below = np.where(is_missing, 0.0, below)
        weighed = parted.totals([weights * below])
    totals = weighed.beside(parted.totals([moved]))
    size, gap = totals.by_part[:, 0], _over(totals.by_part[:, 1], totals.by_part[:, 0])
    estimated = parted.estimated(
        totals,
        lambda sums: centre + _over(sums[..., 1:], sums[..., :1]),
        np.stack([_over(-gap, size), _over(1.0, size)], axis=1)[:, :, None],
        rounded=np.stack([_over(centre, size), 0 * size], axis=1)[:, :, None],
    )
    # The squares of above - ratio * below, from those about the centre.
    apart *= moved
    squares, square_size, people = parted.by_part(apart), size, population.by_part[:, 0]
    cross = gap * size
    if below is not None:
        square_size = parted.by_part(weights * below * below)
        cross = parted.by_part(moved * below)
    squares = squares - 2 * gap * cross + gap * gap * square_size
    squares = np.where(squares <= NOISE * centre * centre * square_size, np.nan, squares)
    n = parted.sizes(missing)
    srs = _srs(_over(squares, people), n, people) * _over(people, size) ** 2
    return Found(estimated, srs[:, None], n)


def total(parted: PartedDesign, numbers: FloatArray) -> Found:
    """The population total of numbers, NaN where missing."""
    missing = np.flatnonzero(np.isnan(numbers))
    centre = _typical(numbers, None)
    apart = numbers - centre
    apart[missing] = 0.0
    moved = parted.design.weights * apart
    totals = parted.weight_totals(missing).beside(parted.totals([moved]))
    n = parted.sizes(missing)
    there = np.where(n > 0, 1.0, np.nan)
    estimated = parted.estimated(
        totals,
        lambda sums: (sums[..., 1:] + centre * sums[..., :1]) * there[:, None],
        np.stack([centre * there, there], axis=1)[:, :, None],
    )
    people = totals.by_part[:, 0]
    gap = _over(totals.by_part[:, 1], people)
    squares = parted.by_part(moved * apart) - gap * gap * people
    squares = np.where(squares <= NOISE * centre * centre * people, np.nan, squares)
    srs = _srs(_over(squares, people), n, people) * people**2
    return Found(estimated, srs[:, None], n)


def share(parted: PartedDesign, numbers: FloatArray) -> Found:
    """The share of 1 among numbers of 0 and 1, NaN where missing."""
    missing = np.flatnonzero(np.isnan(numbers))
    yes = parted.design.weights * numbers
    yes[missing] = 0.0
    totals = parted.totals([yes])
    no = parted.weight_totals(missing).but(totals, parted.crossing)
    found = _shares(parted, no.beside(totals), parted.sizes(missing))
    return Found(found.estimated.only(1), found.srs[:, 1:], found.n)


def shares(parted: PartedDesign, categories: Categories) -> Found:
    """The share of each category among the responses that have one."""
    k = len(categories.names)
    totals = parted.totals_of_categories(categories.codes, k, parted.design.weights)
    return _shares(parted, totals, _sizes(parted, categories))


def _shares(parted: PartedDesign, totals: Totals, n: FloatArray) -> Found:
    people = totals.by_part.sum(axis=1, keepdims=True)
    values = _over(totals.by_part, people)
    k = values.shape[1]
    gradient = _over((np.eye(k)[None] - values[:, None, :]), people[:, :, None])
    estimated = parted.estimated(
        totals, lambda sums: _over(sums, sums.sum(axis=-1, keepdims=True)), gradient
    )
    srs = _srs(_spread(values), n[:, None], people)
    return Found(estimated, srs, n)


def category_totals(parted: PartedDesign, categories: Categories) -> Found:
    """How many members of the population each category has."""
    k = len(categories.names)
    totals = parted.totals_of_categories(categories.codes, k, parted.design.weights)
    n = _sizes(parted, categories)
    empty = np.where(n > 0, 1.0, np.nan)[:, None]
    estimated = parted.estimated(
        totals, lambda sums: sums * empty, np.eye(k)[None] * empty[:, :, None]
    )
    population = totals.by_part.sum(axis=1, keepdims=True)
    values = _over(totals.by_part, population)
    srs = _srs(_spread(values), n[:, None], population) * population**2
    return Found(estimated, srs, n)


def variance(parted: PartedDesign, numbers: FloatArray) -> Found:
    """The variance in the population of numbers, NaN where missing, with n/(n-1)."""
    missing = np.flatnonzero(np.isnan(numbers))
    apart = numbers - _typical(numbers, None)
    apart[missing] = 0.0
    moved = parted.design.weights * apart
    totals = parted.weight_totals(missing).beside(parted.totals([moved, moved * apart]))
    n = parted.sizes(missing)
    correction = _over(n, n - 1)
    size = totals.by_part[:, 0]
    gap, square = _over(totals.by_part[:, 1], size), _over(totals.by_part[:, 2], size)

    def value(sums: FloatArray) -> FloatArray:
        mean_of = _over(sums[..., 1], sums[..., 0])
        squares = _over(sums[..., 2], sums[..., 0]) - mean_of * mean_of
        return (correction * squares)[..., None]

    by_quantity = [2 * gap * gap - square, -2 * gap, np.ones_like(gap)]
    gradient = np.stack([_over(correction * one, size) for one in by_quantity], axis=1)
    estimated = parted.estimated(totals, value, gradient[:, :, None])
    return Found(estimated, np.full((parted.parts.n, 1), np.nan), n)


def _sizes(parted: PartedDesign, categories: Categories) -> FloatArray:
    return parted.sizes(np.flatnonzero(categories.codes < 0))


def _typical(above: FloatArray, below: FloatArray | None) -> float:
    """A number or quotient that occurs, from the middle of a few; 0 where there is none."""
    few = above[:: max(1, len(above) // _FEW)]
    if below is not None:
        few = _over(few, below[:: max(1, len(below) // _FEW)])
    few = np.sort(few[np.isfinite(few)])
    return float(few[len(few) // 2]) if len(few) else 0.0


def _spread(shares_of: FloatArray) -> FloatArray:
    """p(1-p), and NaN where everybody or nobody is of a category."""
    spread = shares_of * (1 - shares_of)
    return np.where(spread > 0, spread, np.nan)


def _srs(squares: FloatArray, n: FloatArray, population: FloatArray) -> FloatArray:
    """The variance of a mean from a simple random sample of n, from the mean of squares.

    NaN where the sample is the population or, by its weights, more than that.
    """
    rest = np.where(population > n, population - n, np.nan)
    return _over(squares * rest, (n - 1) * population)


def _over(above: FloatArray | float, below: FloatArray | float) -> FloatArray:
    """A quotient, NaN over 0."""
    return np.asarray(np.divide(above, np.where(np.equal(below, 0), np.nan, below)))
