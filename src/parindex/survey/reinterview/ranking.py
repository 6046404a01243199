"""The re-interview list: every interview, the one that speaks most for asking again first.

Nothing is deleted and nothing is decided here: the list says where to look first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.reinterview.interviews import Interviews
from parindex.survey.reinterview.signals import Signal, signals


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinterviewPlan:
    """What the survey plan says: how much each signal counts (0 or more), and what a burst is.

    A signal that is not named counts nothing.
    """

    weights: Mapping[Signal, float]
    burst_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What a signal says of one interview: its value, and how surprising that is.

    ``surprise`` is the number of zeros before the share of interviews that show as much or more:
    0 for what all show, 2 for one in a hundred. ``twin`` is the interview that a near-duplicate
    resembles.
    """

    signal: Signal
    value: float
    surprise: float
    twin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An interview on the list, with its reasons, the weightiest first."""

    id: str
    score: float
    reasons: tuple[Reason, ...]


def reinterview_list(interviews: Interviews, plan: ReinterviewPlan) -> tuple[Suspect, ...]:
    """All interviews in the order in which they are worth a second visit.

    The score is the weighted sum of the squares of surprises: only what is rare in this very
    survey counts, on whatever scale a signal has, and one rare thing more than several usual ones.
    """
    found = signals(interviews, burst_minutes=plan.burst_minutes)
    values, twins = found.values, found.twins
    surprises = {signal: surprise(of) for signal, of in values.items()}
    weights = {signal: plan.weights.get(signal, 0.0) for signal in values}
    score = np.sum([weights[signal] * of**2 for signal, of in surprises.items()], axis=0)
    order = sorted(range(len(interviews.ids)), key=lambda row: (-score[row], interviews.ids[row]))
    suspects = []
    for row in order:
        reasons = [
            Reason(
                signal=signal,
                value=float(values[signal][row]),
                surprise=float(of[row]),
                twin=interviews.ids[twins[row]] if signal is Signal.NEAR_DUPLICATE else "",
            )
            for signal, of in surprises.items()
            if weights[signal] * of[row] > 0
        ]
        reasons.sort(key=lambda one: -weights[one.signal] * one.surprise**2)
        suspects.append(
            Suspect(id=interviews.ids[row], score=float(score[row]), reasons=tuple(reasons))
        )
    return tuple(suspects)


def surprise(values: FloatArray) -> FloatArray:
    """For each value the zeros of the share of known values that are as great; 0 if unknown.

    >>> surprise(np.array([1.0, 5.0, 1.0, 1.0, np.nan])).round(3).tolist()
    [0.0, 0.602, 0.0, 0.0, 0.0]
    """
    known = np.sort(values[~np.isnan(values)])
    as_great = len(known) - np.searchsorted(known, values, side="left")
    share = np.where(np.isnan(values), 1.0, as_great / max(len(known), 1))
    # Not minus zero for what all show.
    zeros: FloatArray = np.abs(np.log10(share))
    return zeros
