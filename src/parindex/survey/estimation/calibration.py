"""Calibration: weights that reproduce known totals of the population, and what that explains.

The calibrated weight of a response is its base weight d times F(x'λ), where x are its auxiliary
values, F the method's function, and λ such that the weighted totals of x are the known ones
(Deville and Särndal 1992). Post-stratification and the linear method have F(u) = 1 + u, raking
has exp(u), and the logit method keeps F between two bounds.

An estimate from calibrated weights varies only by what the auxiliaries do not explain: each
influence, per unit of weight, is replaced by its residual from a regression on x. The regression
is weighted by d. After raking on categories it is that of R survey's ``rake``: by nothing, and
margin after margin, ten times over, which comes close to the regression on all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np

from parindex.survey.estimation.numbering import FloatArray, IntArray, summed

MAX_STEPS: Final = 200
MAX_HALVINGS: Final = 40
# Totals met to this share of themselves are met; better is not to be had in floats.
CLOSE: Final = 1e-14
ACCEPTED: Final = 1e-9
RAKING_ROUNDS: Final = 10
# The least and the greatest factor of the logit method, where a design does not say.
BOUNDS: Final = (0.1, 10.0)
_Link = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


class CalibrationMethod(StrEnum):
    """How weights are moved to meet known totals."""

    RAKING = "raking"
    LINEAR = "linear"
    LOGIT = "logit"
    POSTSTRATIFY = "poststratify"


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Known totals of one variable: of each of its categories, or of its values.

    ``code_of_row`` is a row's category (0 for all rows of a numeric variable), ``values`` its
    value (None for categories), ``totals`` one number a category, ``names`` their names.
    """

    name: str
    code_of_row: IntArray
    totals: FloatArray
    names: tuple[str, ...]
    values: FloatArray | None = None

    @property
    def n(self) -> int:
        """How many totals the margin has."""
        return len(self.totals)

    def times(self, weights: FloatArray) -> FloatArray:
        """Weights times the margin's values."""
        return weights if self.values is None else weights * self.values

    def totals_of(self, weights: FloatArray) -> FloatArray:
        """The weighted totals that the margin's known ones are held against."""
        return summed(self.code_of_row, self.times(weights), self.n)


class NotCalibratedError(Exception):
    """No weights meet the totals: the margin and category that are missed most, and by what."""

    def __init__(self, margin: Margin, at: int, reached: float) -> None:
        self.margin = margin
        self.at = at
        self.reached = reached
        super().__init__(margin.name)


@dataclass(frozen=True, eq=False)
class Explained:
    """What calibration explains of influences, given calibrated and regression weights.

    ``rounds`` is how often margins are gone through one after the other; 0 takes all at once.
    """

    margins: tuple[Margin, ...]
    weights: FloatArray
    regression: FloatArray
    rounds: int = 0

    @cached_property
    def _products(self) -> FloatArray:
        return _crossed(self.margins, self.regression)

    @cached_property
    def _inverse(self) -> FloatArray:
        return _inverse(self._products)

    @cached_property
    def _per_influence(self) -> FloatArray:
        share: FloatArray = self.regression / self.weights
        return share

    def moments(self, influences: FloatArray, part_of_row: IntArray, n_parts: int) -> FloatArray:
        """The regression's moments of influences a row, by part: shape (totals, parts).

        ``part_of_row`` is ``n_parts`` for rows of no part. Moments are linear in influences.
        """
        scaled = influences * self._per_influence
        tables = []
        for margin in self.margins:
            keys = margin.code_of_row * (n_parts + 1) + part_of_row
            table = summed(keys, margin.times(scaled), margin.n * (n_parts + 1))
            tables.append(table.reshape(margin.n, n_parts + 1)[:, :n_parts])
        return np.concatenate(tables)

    def by_unit(self, unit_of_row: IntArray, n_units: int) -> FloatArray:
        """The calibrated totals of the auxiliaries in each unit: shape (units, totals)."""
        tables = []
        for margin in self.margins:
            keys = unit_of_row * margin.n + margin.code_of_row
            table = summed(keys, margin.times(self.weights), n_units * margin.n)
            tables.append(table.reshape(n_units, margin.n))
        return np.concatenate(tables, axis=1)

    def coefficients(self, moments: FloatArray) -> FloatArray:
        """The regression coefficients that moments give, of the same shape."""
        if not self.rounds:
            exact: FloatArray = self._inverse @ moments
            return exact
        found = np.zeros_like(moments)
        size = np.maximum(np.diag(self._products), 1)[:, None]
        ends = np.cumsum([margin.n for margin in self.margins])
        for _ in range(self.rounds):
            for margin, end in zip(self.margins, ends, strict=True):
                own = slice(end - margin.n, end)
                found[own] += (moments[own] - self._products[own] @ found) / size[own]
        return found


def calibrated(
    method: CalibrationMethod,
    weights: FloatArray,
    margins: Sequence[Margin],
    bounds: tuple[float, float],
) -> FloatArray:
    """The weights that meet the margins, from base ``weights``.

    ``bounds`` hold for the logit method: the least and greatest factor, around 1. Raises
    NotCalibratedError where no weights meet all totals to within a thousand-millionth.
    """
    link = {
        CalibrationMethod.POSTSTRATIFY: _linear,
        CalibrationMethod.LINEAR: _linear,
        CalibrationMethod.RAKING: _exponential,
        CalibrationMethod.LOGIT: _logit(*bounds),
    }[method]
    wanted = np.concatenate([margin.totals for margin in margins])
    coefficients = np.zeros(len(wanted))
    factors, slopes = link(_linked(margins, coefficients))
    missed = wanted - _totals(margins, weights * factors)
    for _ in range(MAX_STEPS):
        if _worst(missed, wanted) < CLOSE:
            break
        step = _inverse(_crossed(margins, weights * slopes)) @ missed
        for _ in range(MAX_HALVINGS):
            tried = coefficients + step
            factors_tried, slopes_tried = link(_linked(margins, tried))
            missed_tried = wanted - _totals(margins, weights * factors_tried)
            if _worst(missed_tried, wanted) < _worst(missed, wanted):
                break
            step = step / 2
        else:
            break
        coefficients, factors, slopes, missed = tried, factors_tried, slopes_tried, missed_tried
    if not _worst(missed, wanted) < ACCEPTED:
        raise _not_met(margins, weights * factors)
    return weights * factors


def explained(
    method: CalibrationMethod, base: FloatArray, weights: FloatArray, margins: Sequence[Margin]
) -> Explained:
    """What calibration by ``method`` from ``base`` to ``weights`` explains of influences."""
    raked = method is CalibrationMethod.RAKING and all(one.values is None for one in margins)
    if raked:
        return Explained(tuple(margins), weights, np.ones_like(base), RAKING_ROUNDS)
    return Explained(tuple(margins), weights, base)


def _linear(linked: FloatArray) -> tuple[FloatArray, FloatArray]:
    return 1 + linked, np.ones_like(linked)


def _exponential(linked: FloatArray) -> tuple[FloatArray, FloatArray]:
    with np.errstate(over="ignore"):
        factors = np.exp(linked)
    return factors, factors


def _logit(low: float, high: float) -> _Link:
    """F from ``low`` to ``high`` with F(0) = 1 and F'(0) = 1 (Deville and Särndal, case 6)."""
    rate = (high - low) / ((1 - low) * (high - 1))

    def link(linked: FloatArray) -> tuple[FloatArray, FloatArray]:
        with np.errstate(over="ignore"):
            # Written with the exponent below the line, so that a large one ends at a bound.
            shrink = (high - 1) / (1 - low) * np.exp(-rate * linked)
        part = 1 / (1 + shrink)
        factors = low + (high - low) * part
        return factors, rate * (factors - low) * (1 - part)

    return link


def _linked(margins: Sequence[Margin], coefficients: FloatArray) -> FloatArray:
    """x'λ of each row."""
    found = np.zeros(len(margins[0].code_of_row))
    start = 0
    for margin in margins:
        found += margin.times(coefficients[start : start + margin.n][margin.code_of_row])
        start += margin.n
    return found


def _totals(margins: Sequence[Margin], weights: FloatArray) -> FloatArray:
    return np.concatenate([margin.totals_of(weights) for margin in margins])


def _crossed(margins: Sequence[Margin], weights: FloatArray) -> FloatArray:
    """The weighted products of all auxiliaries with one another, X'WX."""
    return np.block(
        [
            [
                summed(
                    one.code_of_row * other.n + other.code_of_row,
                    other.times(one.times(weights)),
                    one.n * other.n,
                ).reshape(one.n, other.n)
                for other in margins
            ]
            for one in margins
        ]
    )


def _inverse(crossed: FloatArray) -> FloatArray:
    """The generalised inverse: margins of categories add up to one another, and have no other.

    The auxiliaries are first brought to one scale, so that millions beside ones lose nothing.
    """
    size = np.sqrt(np.diag(crossed))
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    scaled = scale[:, None] * crossed * scale
    found: FloatArray = scale[:, None] * np.linalg.pinv(scaled, rtol=1e-11, hermitian=True) * scale
    return found


def _worst(missed: FloatArray, wanted: FloatArray) -> float:
    share = np.abs(missed) / (1 + np.abs(wanted))
    return float(np.max(np.where(np.isnan(share), np.inf, share)))


def _not_met(margins: Sequence[Margin], weights: FloatArray) -> NotCalibratedError:
    reached = [margin.totals_of(weights) for margin in margins]
    shares = [
        np.abs(got - margin.totals) / (1 + np.abs(margin.totals))
        for margin, got in zip(margins, reached, strict=True)
    ]
    at = int(np.argmax([share.max() for share in shares]))
    place = int(np.argmax(shares[at]))
    return NotCalibratedError(margins[at], place, float(reached[at][place]))
