"""Whether two categories go together: tests of independence that know of the design.

The Pearson statistic of the weighted table is held against the distribution that it has under
the design (Rao and Scott 1984), or the departures from independence against their own covariance
(Koch, Freeman and Freeman 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr

from parindex.survey.estimation.columns import Categories
from parindex.survey.estimation.numbering import FloatArray, IntArray
from parindex.survey.estimation.parted import PartedDesign
from parindex.survey.estimation.statistics import category_totals, shares

_HALVINGS: Final = 200
# Nearer to the mean than this the saddlepoint formula loses all its digits.
_FLAT: Final = 1e-4


class AssociationTest(StrEnum):
    """Which test: Pearson's with a Rao-Scott correction of F, χ² or saddlepoint, or Wald's."""

    F = "f"
    CHISQ = "chisq"
    SADDLEPOINT = "saddlepoint"
    WALD = "wald"
    ADJUSTED_WALD = "adjusted_wald"


@dataclass(frozen=True, slots=True)
class TestResult:
    """A statistic with the degrees of freedom of its distribution and its p-value.

    ``df`` are those of the numerator, ``ddf`` those of the denominator (infinite for χ²).
    """

    statistic: float
    df: float
    ddf: float
    p: float


def independence(
    parted: PartedDesign,
    rows: Categories,
    columns: Categories,
    test: AssociationTest = AssociationTest.F,
) -> TestResult:
    """Whether the categories of rows and columns are independent in the whole population.

    Responses that lack one of the two count nowhere. Raises ValueError where one of them has
    fewer than two categories, or a category that nobody has who has one of the other, or where
    nothing varies under the design.
    """
    crossed, shape = _crossed(rows, columns)
    seen = np.bincount(crossed.codes[crossed.codes >= 0], minlength=shape[0] * shape[1])
    table = seen.reshape(shape)
    if min(shape) < 2 or not (table.any(axis=0).all() and table.any(axis=1).all()):
        raise ValueError(shape)
    if test in {AssociationTest.WALD, AssociationTest.ADJUSTED_WALD}:
        return _wald(parted, crossed, shape, adjusted=test is AssociationTest.ADJUSTED_WALD)
    found = shares(parted, crossed)
    cells = found.values[0]
    delta = _generalised_effects(cells, found.estimated.covariance(), shape, float(found.n[0]))
    pearson = _pearson(cells.reshape(shape), float(found.n[0]))
    trace = float(np.trace(delta))
    if not trace > 0:
        raise ValueError(shape)
    df = trace**2 / float(np.trace(delta @ delta))
    ddf = df * parted.design.df
    if test is AssociationTest.F:
        statistic = pearson / trace
        return TestResult(statistic, df, ddf, float(fdtrc(df, ddf, statistic)))
    n = len(delta)
    if test is AssociationTest.CHISQ:
        return TestResult(pearson, n, np.inf, float(chdtrc(n, pearson * n / trace)))
    effects = np.linalg.eigvals(delta).real.astype(float)
    return TestResult(pearson, n, ddf, _saddlepoint(pearson, effects, ddf))


def _crossed(rows: Categories, columns: Categories) -> tuple[Categories, tuple[int, int]]:
    n_rows, n_columns = len(rows.names), len(columns.names)
    there = (rows.codes >= 0) & (columns.codes >= 0)
    codes: IntArray = np.where(there, rows.codes * n_columns + columns.codes, -1)
    names = tuple(f"{one}|{other}" for one in rows.names for other in columns.names)
    return Categories(codes, names), (n_rows, n_columns)


def _pearson(cells: FloatArray, n: float) -> float:
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0))
    return n * float(np.sum((cells - expected) ** 2 / expected))


def _generalised_effects(
    cells: FloatArray, covariance: FloatArray, shape: tuple[int, int], n: float
) -> FloatArray:
    """The matrix whose eigenvalues are the generalised design effects of the interaction."""
    contrasts = np.kron(_centred(shape[0]), _centred(shape[1]))
    inverse = np.divide(1.0, cells, out=np.zeros_like(cells), where=cells > 0)
    scaled = inverse[:, None] * contrasts
    found: FloatArray = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    return found


def _centred(n: int) -> FloatArray:
    """Contrasts of n categories: n - 1 columns that each add up to 0."""
    return np.vstack([-np.ones(n - 1), np.eye(n - 1)])


def _wald(
    parted: PartedDesign, crossed: Categories, shape: tuple[int, int], *, adjusted: bool
) -> TestResult:
    found = category_totals(parted, crossed)
    cells = found.values[0].reshape(shape)
    of_rows, of_columns, whole = cells.sum(axis=1), cells.sum(axis=0), cells.sum()
    apart = cells - np.outer(of_rows, of_columns) / whole
    # How each departure from independence moves with each cell.
    slopes = np.eye(cells.size).reshape(*shape, *shape)
    same_row, same_column = np.eye(shape[0]), np.eye(shape[1])
    slopes -= np.einsum("ik,j->ijk", same_row, of_columns / whole)[..., None]
    slopes -= np.einsum("jl,i->ijl", same_column, of_rows / whole)[:, :, None, :]
    slopes += (np.outer(of_rows, of_columns) / whole**2)[..., None, None]
    inner = slopes[1:, 1:].reshape(-1, cells.size)
    covariance = inner @ found.estimated.covariance() @ inner.T
    departures = apart[1:, 1:].ravel()
    chi = float(departures @ np.linalg.solve(covariance, departures))
    df, ddf = len(departures), float(parted.design.df)
    if adjusted:
        chi, ddf = chi * (ddf - df + 1) / ddf, ddf - df + 1
    return TestResult(chi / df, df, ddf, float(fdtrc(df, ddf, chi / df)))


def _saddlepoint(statistic: float, effects: FloatArray, ddf: float) -> float:
    """The chance that Σ λ χ²₁ passes the statistic times χ²_ddf / ddf (Kuonen 1999)."""
    weights = np.append(effects, -statistic / ddf)
    times = np.append(np.ones(len(effects)), ddf)
    weights = weights / weights.max()

    def slope(at: float) -> float:
        return float(np.sum(times * weights / (1 - 2 * at * weights)))

    low, high = 1 / (2 * weights.min()), 1 / (2 * weights.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    at = (low + high) / 2
    generating = -np.sum(times * np.log(1 - 2 * at * weights)) / 2
    curve = 2 * np.sum(times * (weights / (1 - 2 * at * weights)) ** 2)
    root = np.sign(at) * np.sqrt(-2 * generating)
    if abs(at) < _FLAT:
        # The formula is 0 over 0 at the mean; this is what it comes to there.
        third = 8 * np.sum(times * weights**3)
        correction = third / (6 * curve**1.5)
    else:
        correction = np.log(at * np.sqrt(curve) / root) / root
    return float(ndtr(-(root + correction)))
