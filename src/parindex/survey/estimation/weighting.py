"""Weights made ready for estimating: trimmed, calibrated, and replicated with all of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from parindex.survey.estimation.calibration import (
    BOUNDS,
    CalibrationMethod,
    Explained,
    Margin,
    calibrated,
    explained,
)
from parindex.survey.estimation.design import LonelyPsu, Sample, Stage
from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.estimation.replicates import (
    ReplicateMethod,
    ReplicatePlan,
    Replicates,
    by_row,
    replicates,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A method, the known totals, and for the logit method the bounds of what weights times."""

    method: CalibrationMethod
    margins: tuple[Margin, ...]
    bounds: tuple[float, float] = BOUNDS


class NotPositiveError(Exception):
    """Weights of nothing or less: by what (a message code), of how many rows, the first of them."""

    def __init__(self, code: str, weights: FloatArray) -> None:
        rows = np.flatnonzero(weights <= 0)
        self.code = code
        self.count = len(rows)
        self.row = int(rows[0])
        self.weight = float(weights[self.row])
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A sample with its final weights: all that an estimate needs to know of its design.

    ``weights`` hold one number a row; ``explained`` is there where they were calibrated, and
    ``replicates`` where variances come from them; ``df`` are the degrees of freedom.
    """

    stages: tuple[Stage, ...]
    lonely_psu: LonelyPsu
    weights: FloatArray
    explained: Explained | None
    replicates: Replicates | None
    df: int

    @property
    def n_rows(self) -> int:
        """How many responses there are."""
        return len(self.weights)


def weighted(
    sample: Sample,
    *,
    trim: tuple[float, float] | None = None,
    calibration: Calibration | None = None,
    replication: ReplicatePlan | None = None,
    stratum_names: Sequence[str] = (),
) -> Design:
    """The design of a sample whose weights are trimmed first and calibrated then.

    Replicates are calibrated each for itself. ``stratum_names`` name the strata of the first
    stage, which orders half-samples; by number where there are none. Weights stay above 0: a
    person who stands for fewer than nobody is no estimate, though replicates may have such.
    Raises NotCalibratedError, NotPositiveError and NoReplicatesError.
    """
    base = sample.weights
    if trim is not None:
        base = _positive(trimmed(base, *trim), "weights.trimmed")
    weights, known = base, None
    if calibration is not None:
        weights = _positive(_calibrated(base, calibration), "weights.calibrated")
        known = explained(calibration.method, base, weights, calibration.margins)
    made = None
    if replication is not None and replication.method is not ReplicateMethod.NONE:
        names = tuple(stratum_names) or tuple(map(str, range(sample.stages[0].n_strata)))
        made = replicates(replication, sample, names)
        if calibration is not None:
            made = by_row(made, lambda factors: _calibrated(base * factors, calibration) / weights)
    return Design(
        stages=sample.stages,
        lonely_psu=sample.lonely_psu,
        weights=weights,
        explained=known,
        replicates=made,
        df=sample.df if made is None else made.df,
    )


def _positive(weights: FloatArray, code: str) -> FloatArray:
    if (weights <= 0).any():
        raise NotPositiveError(code, weights)
    return weights


def _calibrated(base: FloatArray, calibration: Calibration) -> FloatArray:
    return calibrated(calibration.method, base, calibration.margins, calibration.bounds)


def trimmed(weights: FloatArray, low: float, high: float) -> FloatArray:
    """Weights brought into ``low`` to ``high``; what that takes is shared equally by the others.

    One round, as R survey's ``trimWeights`` does: weights near a limit may pass it again by
    their share, and even 0 where many were raised. The total stays, unless every weight was
    outside.

    >>> trimmed(np.array([1.0, 2.0, 9.0]), 0.0, 5.0).tolist()
    [3.0, 4.0, 5.0]
    """
    kept = np.clip(weights, low, high)
    inside = kept == weights
    if inside.all() or not inside.any():
        return kept
    shared: FloatArray = np.where(
        inside, weights + (weights - kept).sum() / np.count_nonzero(inside), kept
    )
    return shared
