"""Replicate weights: jackknife, balanced half-samples and bootstrap.

A replicate is the sample with some first-stage units left out and others counted for them; the
spread of an estimate over replicates is its variance. Population sizes after the first stage
play no part (Wolter 2007; Rao and Wu 1988 for the bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from parindex.survey.estimation.design import CERTAIN, LonelyPsu, Sample, Stage
from parindex.survey.estimation.hadamard import least_hadamard
from parindex.survey.estimation.numbering import FloatArray, IntArray, first_rows

# A table of this many factors takes about three gigabytes.
MAX_FACTORS: Final = 400_000_000
_MANTISSA: Final = 53


class ReplicateMethod(StrEnum):
    """How replicates are made; ``none`` is the variance by linearisation."""

    NONE = "none"
    JK1 = "jk1"
    JKN = "jkn"
    BRR = "brr"
    BOOTSTRAP = "bootstrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicatePlan:
    """A method of replication; ``seed`` and ``number`` of replicates are the bootstrap's."""

    method: ReplicateMethod = ReplicateMethod.NONE
    seed: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replicates:
    """What the weight of each unit is multiplied by in each replicate: shape (units, replicates).

    The variance of an estimate is ``scale`` times the sum over replicates of ``rscales`` times
    the squared distance from the mean of all replicates.
    """

    unit_of_row: IntArray
    factors: FloatArray
    scale: float
    rscales: FloatArray
    df: int

    def variance(self, estimates: FloatArray) -> FloatArray:
        """The variance of estimates whose first dimension is the replicates.

        A replicate in which an estimate does not exist is left out for that estimate. Without
        replicates, as of a sample that is the whole population, nothing varies.
        """
        if not len(self.rscales):
            return np.zeros(estimates.shape[1:])
        there = ~np.isnan(estimates)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(there, estimates, 0.0).sum(axis=0) / there.sum(axis=0)
        apart = np.where(there, estimates - mean, 0.0)
        found: FloatArray = self.scale * np.tensordot(self.rscales, apart * apart, axes=1)
        return np.where(there.any(axis=0), found, np.nan)

    def covariance(self, estimates: FloatArray) -> FloatArray:
        """The covariance of estimates of shape (replicates, estimates)."""
        apart = estimates - estimates.mean(axis=0)
        found: FloatArray = self.scale * apart.T @ (self.rscales[:, None] * apart)
        return found


class NoReplicatesError(Exception):
    """A method that does not fit a design: the message code and the stratum it fails in."""

    def __init__(self, code: str, row: int = 0, **values: object) -> None:
        self.code = code
        self.row = row
        self.values = values
        super().__init__(code)


def replicates(plan: ReplicatePlan, sample: Sample, stratum_names: tuple[str, ...]) -> Replicates:
    """The replicates of a sample by a method other than ``none``.

    ``stratum_names`` order the strata of half-samples. Raises NoReplicatesError where the method
    does not fit: jk1 with strata, jkn where no stratum has what single units could be given the
    average of, brr where a stratum has an odd number of units, the bootstrap with a policy for
    single units that it has no rule for, or too many factors to hold.
    """
    stage = sample.stages[0]
    made: Callable[[], Replicates] = {
        ReplicateMethod.JK1: lambda: _jackknife_one(stage),
        ReplicateMethod.JKN: lambda: _jackknife(stage, sample.lonely_psu),
        ReplicateMethod.BRR: lambda: _half_samples(stage, stratum_names),
        ReplicateMethod.BOOTSTRAP: lambda: _bootstrap(stage, plan, sample.lonely_psu),
    }[plan.method]
    n_columns = plan.number if plan.method is ReplicateMethod.BOOTSTRAP else stage.n_units
    if plan.method is not ReplicateMethod.BRR and stage.n_units * n_columns > MAX_FACTORS:
        raise NoReplicatesError("replicates.too_many", units=stage.n_units, number=n_columns)
    return made()


def by_row(made: Replicates, weights: Callable[[FloatArray], FloatArray]) -> Replicates:
    """Replicates whose weights were worked on row by row, as calibration does.

    ``weights`` gives from the factors of the rows of one replicate what each row's weight is
    multiplied by in it. Raises NoReplicatesError where the factors are too many to hold.
    """
    n_rows, number = len(made.unit_of_row), made.factors.shape[1]
    if n_rows * number > MAX_FACTORS:
        raise NoReplicatesError("replicates.too_many", units=n_rows, number=number)
    factors = np.empty((n_rows, number))
    for at in range(number):
        factors[:, at] = weights(made.factors[made.unit_of_row, at])
    return replace(made, unit_of_row=np.arange(n_rows), factors=factors)


def _df(stage: Stage) -> int:
    return stage.n_units - stage.n_strata


def _jackknife_one(stage: Stage) -> Replicates:
    if stage.n_strata > 1:
        raise NoReplicatesError("replicates.strata", int(stage.row[1]), n=stage.n_strata)
    return _jackknife(stage, LonelyPsu.REMOVE)


def _jackknife(stage: Stage, lonely_psu: LonelyPsu) -> Replicates:
    """One replicate a unit: it left out, the others of its stratum counted for it."""
    stratum = stage.stratum_of_unit
    rest = 1 - stage.fraction
    alone = stage.is_lonely
    dropped = np.flatnonzero((rest >= CERTAIN) & ~alone)
    adjusted = np.flatnonzero(alone) if lonely_psu is LonelyPsu.ADJUST else dropped[:0]
    units = np.flatnonzero(np.isin(stratum, dropped))
    factors = np.ones((stage.n_units, len(units) + len(adjusted)))
    taken = stage.taken[stratum[units]]
    for at, (unit, n) in enumerate(zip(units, taken, strict=True)):
        factors[stratum == stratum[unit], at] = n / (n - 1)
        factors[unit, at] = 0.0
    others = stage.n_strata / max(stage.n_strata - 1, 1)
    for at, one in enumerate(adjusted, start=len(units)):
        factors[:, at] = np.where(stratum == one, 0.0, others)
    rscales = np.append(
        rest[stratum[units]] * (taken - 1) / taken, np.full(len(adjusted), 1 / others)
    )
    average = lonely_psu is LonelyPsu.AVERAGE and alone.any()
    if average and not len(units):
        raise NoReplicatesError("replicates.average", int(stage.row[np.flatnonzero(alone)[0]]))
    return Replicates(
        unit_of_row=stage.unit_of_row,
        factors=factors,
        scale=stage.n_units / len(units) if average else 1.0,
        rscales=rscales,
        df=_df(stage),
    )


def _half_samples(stage: Stage, names: tuple[str, ...]) -> Replicates:
    """Balanced half-samples: of each pair one unit counts twice, the other not at all.

    Strata of more than two units are split into pairs in the order of the data.
    """
    pairs = _pairs(stage, names)
    matrix = least_hadamard(len(pairs))
    factors = np.zeros((stage.n_units, len(matrix)))
    for first_wins, (first, second) in zip(matrix[1:], pairs, strict=False):
        factors[first] = np.where(first_wins, 2.0, 0.0)
        factors[second] = np.where(first_wins, 0.0, 2.0)
    return Replicates(
        unit_of_row=stage.unit_of_row,
        factors=factors,
        scale=1 / len(matrix),
        rscales=np.ones(len(matrix)),
        df=len(pairs),
    )


def _pairs(stage: Stage, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """The pairs of units: of the large strata first, strata by name, units as they come."""
    met = first_rows(stage.unit_of_row, stage.n_units)
    units = np.lexsort((met, stage.stratum_of_unit))
    by_stratum = np.split(units, np.cumsum(stage.taken.astype(np.intp))[:-1])
    for at, one in enumerate(by_stratum):
        if len(one) % 2:
            raise NoReplicatesError(
                "replicates.odd", int(stage.row[at]), stratum=names[at], n=len(one)
            )
    order = sorted(range(len(names)), key=lambda at: (len(by_stratum[at]) == 2, names[at]))
    return [
        (int(first), int(second)) for at in order for first, second in by_stratum[at].reshape(-1, 2)
    ]


def _bootstrap(stage: Stage, plan: ReplicatePlan, lonely_psu: LonelyPsu) -> Replicates:
    """In each stratum one unit fewer is drawn with replacement than there are (Rao and Wu).

    The factor of a unit drawn m times of n is 1 + sqrt(1 - n/N) (m n/(n-1) - 1). The draws come
    from the raw words of PCG64, which every release of numpy gives alike: of each the first 53
    bits, as a share of the stratum's units; strata by number, and by replicate within a stratum.
    """
    if stage.is_lonely.any() and lonely_psu in {LonelyPsu.ADJUST, LonelyPsu.AVERAGE}:
        row = int(stage.row[np.flatnonzero(stage.is_lonely)[0]])
        raise NoReplicatesError("replicates.lonely", row, policy=lonely_psu)
    words = np.random.PCG64(plan.seed)
    factors = np.ones((stage.n_units, plan.number))
    order = np.argsort(stage.stratum_of_unit, kind="stable")
    start = 0
    for n, rest in zip(stage.taken.astype(int), 1 - stage.fraction, strict=True):
        units = order[start : start + n]
        start += n
        if n == 1 or rest < CERTAIN:
            continue
        raw = words.random_raw(plan.number * (n - 1)) >> np.uint64(64 - _MANTISSA)
        drawn = np.minimum((raw * (n / 2.0**_MANTISSA)).astype(np.intp), n - 1)
        drawn = drawn.reshape(plan.number, n - 1)
        keys = (drawn + n * np.arange(plan.number)[:, None]).ravel()
        times = np.bincount(keys, minlength=n * plan.number).reshape(plan.number, n).T
        factors[units] = 1 + np.sqrt(rest) * (times * (n / (n - 1)) - 1)
    return Replicates(
        unit_of_row=stage.unit_of_row,
        factors=factors,
        scale=1 / (plan.number - 1),
        rscales=np.ones(plan.number),
        df=min(plan.number - 1, _df(stage)),
    )
