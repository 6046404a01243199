"""Means, shares, totals, ratios and population variances, with their variances, by part.

Each is a smooth function of weighted totals, so that one pass over the responses serves every
part of the population, and one rule gives the variance by linearisation or from replicates.
Missing values leave the statistic that they are missing from, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parindex.survey.estimation.columns import Categories
from parindex.survey.estimation.linearised import NOISE
from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.estimation.parted import Estimated, PartedDesign


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
    there = ~np.isnan(above) if below is None else ~(np.isnan(above) | np.isnan(below))
    whole = bool(there.all())
    if not whole:
        weights = np.where(there, weights, 0.0)
        above = np.where(there, above, 0.0)
        below = None if below is None else np.where(there, below, 0.0)
    weighed = weights if below is None else weights * below
    # About the overall ratio the totals stay small, and their differences exact.
    centre = _over(np.dot(weights, above), weighed.sum())
    apart = above - (centre if below is None else centre * below)
    moved = weights * apart
    totals = parted.totals([None if whole and below is None else weighed, moved])
    count = None if whole else there
    n = parted.sizes(count)
    size, gap = totals.by_part[:, 0], _over(totals.by_part[:, 1], totals.by_part[:, 0])
    estimated = parted.estimated(
        totals,
        lambda sums: centre + _over(sums[..., 1:], sums[..., :1]),
        np.stack([_over(-gap, size), _over(1.0, size)], axis=1)[:, :, None],
        rounded=np.stack([_over(centre, size), 0 * size], axis=1)[:, :, None],
    )
    # The squares of above - ratio * below, from those about the overall ratio.
    squares = parted.by_part(moved * apart)
    if below is None:
        square_size, population = size, size
        squares = squares - gap * gap * size
    else:
        square_size = parted.by_part(weighed * below)
        population = parted.by_part(weights)
        cross = parted.by_part(moved * below)
        squares = squares - 2 * gap * cross + gap * gap * square_size
    squares = np.where(squares <= NOISE * centre * centre * square_size, np.nan, squares)
    srs = _srs(_over(squares, population), n, population) * _over(population, size) ** 2
    return Found(estimated, srs[:, None], n)


def total(parted: PartedDesign, numbers: FloatArray) -> Found:
    """The population total of numbers, NaN where missing."""
    weights = parted.design.weights
    there = ~np.isnan(numbers)
    whole = bool(there.all())
    if not whole:
        weights = np.where(there, weights, 0.0)
        numbers = np.where(there, numbers, 0.0)
    centre = _over(np.dot(weights, numbers), weights.sum())
    apart = numbers - centre
    moved = weights * apart
    totals = parted.totals([None if whole else weights, moved])
    n = parted.sizes(None if whole else there)
    empty = np.where(n > 0, 1.0, np.nan)
    estimated = parted.estimated(
        totals,
        lambda sums: (sums[..., 1:] + centre * sums[..., :1]) * empty[:, None],
        np.stack([centre * empty, empty], axis=1)[:, :, None],
    )
    population = totals.by_part[:, 0]
    gap = _over(totals.by_part[:, 1], population)
    squares = parted.by_part(moved * apart) - gap * gap * population
    squares = np.where(squares <= NOISE * centre * centre * population, np.nan, squares)
    srs = _srs(_over(squares, population), n, population) * population**2
    return Found(estimated, srs[:, None], n)


def shares(parted: PartedDesign, categories: Categories) -> Found:
    """The share of each category among the responses that have one."""
    k = len(categories.names)
    weights = parted.design.weights
    totals = parted.totals_of_categories(categories.codes, k, weights)
    population = totals.by_part.sum(axis=1, keepdims=True)
    values = _over(totals.by_part, population)
    gradient = (np.eye(k)[None] - values[:, None, :]) / np.where(
        population > 0, population, np.nan
    )[:, :, None]
    estimated = parted.estimated(
        totals, lambda sums: _over(sums, sums.sum(axis=-1, keepdims=True)), gradient
    )
    n = _sizes(parted, categories)
    srs = _srs(_spread(values), n[:, None], population)
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
    there = ~np.isnan(numbers)
    weights = np.where(there, parted.design.weights, 0.0)
    numbers = np.where(there, numbers, 0.0)
    centre = _over(np.dot(weights, numbers), weights.sum())
    apart = np.where(there, numbers - centre, 0.0)
    moved = weights * apart
    totals = parted.totals([weights, moved, moved * apart])
    n = parted.sizes(there)
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
    there = categories.codes >= 0
    return parted.sizes(None if there.all() else there)


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
    """A quotient, NaN or infinite where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(above, below))
