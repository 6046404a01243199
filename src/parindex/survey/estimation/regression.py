"""Linear regression, t tests and contrasts with the variances of the design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.estimation.parted import Estimated, PartedDesign
from parindex.survey.estimation.statistics import mean


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An estimate with its standard error, degrees of freedom, t statistic and p-value."""

    name: str
    estimate: float
    se: float
    df: float

    @property
    def t(self) -> float:
        """The estimate over its standard error."""
        return self.estimate / self.se

    @property
    def p(self) -> float:
        """The chance of a t so far from 0, on either side."""
        return 2 * float(stdtr(self.df, -abs(self.t)))


def regression(
    parted: PartedDesign, outcome: FloatArray, terms: Mapping[str, FloatArray]
) -> tuple[Coefficient, ...]:
    """The least-squares regression of an outcome on an intercept and terms, NaN where missing.

    Responses that lack any of them are left out. The degrees of freedom are the design's, plus
    1, less the number of coefficients, as in R survey's ``svyglm``. Raises ValueError where the
    terms do not tell their coefficients apart.
    """
    x = np.column_stack([np.ones_like(outcome), *terms.values()])
    there = ~(np.isnan(outcome) | np.isnan(x).any(axis=1))
    weights = np.where(there, parted.design.weights, 0.0)
    x, outcome = np.where(there[:, None], x, 0.0), np.where(there, outcome, 0.0)
    k = x.shape[1]
    root = np.sqrt(weights)
    first, _, rank, _ = np.linalg.lstsq(root[:, None] * x, root * outcome)
    if rank < k:
        raise ValueError(tuple(terms))
    rest = outcome - x @ first
    products = [weights * x[:, one] * x[:, other] for one in range(k) for other in range(k)]
    totals = parted.totals([*products, *(weights * x[:, one] * rest for one in range(k))])

    def value(sums: FloatArray) -> FloatArray:
        crossed = sums[..., : k * k].reshape(*sums.shape[:-1], k, k)
        moved = np.linalg.solve(crossed, sums[..., k * k :, None])[..., 0]
        return np.asarray(first + moved, dtype=float)

    inverse = np.linalg.inv(totals.by_part[0, : k * k].reshape(k, k))
    # About the fitted values only the second kind of totals moves the coefficients.
    gradient = np.concatenate([np.zeros((k * k, k)), inverse])[None]
    found = parted.estimated(totals, value, gradient)
    se = np.sqrt(found.variances()[0])
    df = parted.design.df + 1 - k
    return tuple(
        Coefficient(name, float(estimate), float(one), df)
        for name, estimate, one in zip(("(Intercept)", *terms), found.values[0], se, strict=True)
    )


def difference(parted: PartedDesign, outcome: FloatArray, second: FloatArray) -> Coefficient:
    """The t test of two means: that of the rows where ``second`` is 1 less that where it is 0."""
    return regression(parted, outcome, {"difference": second})[1]


def one_mean(parted: PartedDesign, outcome: FloatArray) -> Coefficient:
    """The t test of a mean against 0, with one degree of freedom less than the design's."""
    found = mean(parted, outcome)
    se = float(np.sqrt(found.estimated.variances()[0, 0]))
    return Coefficient("mean", float(found.values[0, 0]), se, parted.design.df - 1)


def contrast(estimated: Estimated, coefficients: Sequence[float]) -> tuple[float, float]:
    """A linear combination of estimates, parts varying slowest, and its standard error."""
    combination = np.asarray(coefficients, dtype=float)
    variance = float(combination @ estimated.covariance() @ combination)
    return float(combination @ estimated.values.ravel()), float(np.sqrt(variance))
