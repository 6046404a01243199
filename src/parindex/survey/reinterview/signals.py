"""Signals that an interview may not have taken place as it should: one number a row each.

The greater a number, the more it speaks for asking again; NaN where it cannot be told. A signal
is never a proof: people do answer in straight lines, and neighbours do think alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parindex.survey.estimation.numbering import FloatArray, IntArray
from parindex.survey.reinterview.interviews import Interviews

# How many rows are compared with all of their group at a time.
_BLOCK: Final = 512
# Sums of whole milliseconds are exact, so that no overlap is exactly none.
_MILLISECONDS: Final = 60_000


class Signal(StrEnum):
    """What may be wrong with an interview."""

    NEAR_DUPLICATE = "near_duplicate"
    STRAIGHT_LINE = "straight_line"
    BURST = "burst"
    OVERLAP = "overlap"
    SHORT = "short"
    INTERVIEWER = "interviewer"


def near_duplicate(interviews: Interviews) -> tuple[FloatArray, IntArray]:
    """The greatest share of equal answers with another interview that it is compared with.

    Also gives the row of that interview, -1 where there is none. Shares are of the questions
    that both answered (Kuriakose and Robbins, "Don't get duped", Statistical Journal of the IAOS
    32, 2016), held against what is usual in the survey and not against a fixed limit.
    """
    shares = np.full(len(interviews.ids), np.nan)
    twins = np.full(len(interviews.ids), -1, dtype=np.intp)
    equal = _indicators(interviews)
    there = np.zeros((len(interviews.ids), len(interviews.choices)), dtype=np.float32)
    for column, choice in enumerate(interviews.choices.values()):
        there[:, column] = choice >= 0
    for rows in _groups(interviews.compared):
        for start in range(0, len(rows), _BLOCK):
            some = rows[start : start + _BLOCK]
            both = there[some] @ there[rows].T
            with np.errstate(invalid="ignore"):
                share = (equal[some] @ equal[rows].T) / both
            share[np.arange(len(some)), np.arange(start, start + len(some))] = np.nan
            known = ~np.isnan(share).all(axis=1)
            best = np.nanargmax(share[known], axis=1)
            shares[some[known]] = share[known][np.arange(len(best)), best]
            twins[some[known]] = rows[best]
    return shares, twins


def _indicators(interviews: Interviews) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A column for each choice of each question: 1 where it was made."""
    nothing = np.zeros((len(interviews.ids), 0), dtype=np.float32)
    columns = [
        (one[:, None] == np.arange(one.max(initial=-1) + 1)).astype(np.float32)
        for one in interviews.choices.values()
    ]
    return np.concatenate([nothing, *columns], axis=1)


def straight_line(interviews: Interviews) -> FloatArray:
    """How much of the grids was answered without a change: 0 never twice alike, 1 all alike.

    In every grid the longest run of one answer counts, less one, of the most that it can be.
    """
    runs = np.zeros(len(interviews.ids))
    most = np.zeros(len(interviews.ids))
    for grid in interviews.grids:
        run, longest = np.zeros(len(runs)), np.zeros(len(runs))
        answered, before = np.zeros(len(runs)), np.full(len(runs), -1)
        for name in grid:
            choice = interviews.choices[name]
            # A question left out neither breaks a run nor goes on with it.
            there = choice >= 0
            run = np.where(there, np.where(choice == before, run + 1, 1), run)
            before = np.where(there, choice, before)
            longest = np.maximum(longest, run)
            answered += there
        runs += np.maximum(longest - 1, 0)
        most += np.maximum(answered - 1, 0)
    with np.errstate(invalid="ignore"):
        return runs / np.where(most > 0, most, np.nan)


def burst(interviews: Interviews, *, minutes: float) -> FloatArray:
    """How many other interviews the same interviewer began within so many minutes.

    NaN where nobody is known to have asked: people who fill in a form for themselves may do so
    at one time.
    """
    counts = np.full(len(interviews.ids), np.nan)
    for rows in _groups(interviews.interviewer):
        began = interviews.started_at[rows]
        known = np.sort(began[~np.isnan(began)])
        near = np.searchsorted(known, began + minutes, side="right")
        near -= np.searchsorted(known, began - minutes, side="left")
        counts[rows] = np.where(np.isnan(began), np.nan, near - 1)
    return counts


def overlap(interviews: Interviews) -> FloatArray:
    """For how many minutes the same interviewer was in another interview at the same time.

    Other interviews add up; NaN where times are not known, or nobody is known to have asked.
    """
    minutes = np.full(len(interviews.ids), np.nan)
    for rows in _groups(interviews.interviewer):
        began, ended = interviews.started_at[rows], interviews.ended_at[rows]
        known = ~(np.isnan(began) | np.isnan(ended))
        first = began[known].min(initial=np.inf)
        start, end = (
            np.rint((one[known] - first) * _MILLISECONDS).astype(np.int64) for one in (began, ended)
        )
        # What ended before it began was at no time.
        end = np.maximum(start, end)
        together = _spent(end, start, end) - _spent(start, start, end) - (end - start)
        minutes[rows[known]] = together / _MILLISECONDS
    return minutes


def _spent(
    moments: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The time of every interval up to each moment, added up."""
    return _since(moments, start) - _since(moments, end)


def _since(moments: NDArray[np.int64], events: NDArray[np.int64]) -> NDArray[np.int64]:
    """The time that has passed since each event before a moment, added up."""
    ordered = np.sort(events)
    sums = np.append(0, np.cumsum(ordered))
    n_before = np.searchsorted(ordered, moments)
    passed: NDArray[np.int64] = n_before * moments - sums[n_before]
    return passed


def short(interviews: Interviews) -> FloatArray:
    """How short an interview was: 0 the usual time for an answer, 1 half of it, 2 a quarter.

    Less than no time is infinitely short; longer than usual is no sign of anything.
    """
    answered = np.sum([one >= 0 for one in interviews.choices.values()], axis=0)
    lasted = interviews.ended_at - interviews.started_at
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.maximum(lasted, 0) / np.where(answered > 0, answered, np.nan)
        usual = np.nanmedian(each) if not np.isnan(each).all() else np.nan
        halvings = np.log2(usual / each)
    return np.maximum(halvings, 0)


def interviewer_effect(interviews: Interviews) -> FloatArray:
    """How far an interviewer's answers depart from those that colleagues get at the same places.

    Of every grid the mean answer of each person is compared, since what one person says goes
    together: the square of the mean departure over its variance, near 1 by chance, averaged over
    grids. The same for all rows of an interviewer; NaN where no colleague worked at any place.
    """
    who, where = interviews.interviewer, interviews.place
    shape = (int(who.max(initial=-1)) + 1, int(where.max(initial=-1)) + 1)
    squares, grids = np.zeros(shape[0]), np.zeros(shape[0])
    for grid in interviews.grids:
        answer = _mean_answer(interviews, grid)
        known = ~np.isnan(answer) & (who >= 0) & (where >= 0)
        cell = np.ravel_multi_index((who[known], where[known]), shape)
        n, total, square = (
            np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape)
            for weights in (None, answer[known], answer[known] ** 2)
        )
        others, of_others = n.sum(axis=0) - n, total.sum(axis=0) - total
        met = np.where((n > 0) & (others > 0), n, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.where(met > 0, total / n - of_others / others, 0)
            spread = np.where(met > 0, 1 / n + 1 / others, 0)
            # People of one place and one interviewer: what is left is how people differ.
            within = (square - total**2 / n)[n > 0].sum() / (n.sum() - np.count_nonzero(n))
            departure = (met * apart).sum(axis=1) ** 2
            chance = within * (met**2 * spread).sum(axis=1)
            z = departure / chance
        fit = np.isfinite(z)
        squares[fit] += z[fit]
        grids[fit] += 1
    with np.errstate(invalid="ignore"):
        mean = squares / np.where(grids > 0, grids, np.nan)
    # A row of no interviewer, numbered -1, reads the last.
    return np.append(mean, np.nan)[who]


def _mean_answer(interviews: Interviews, grid: tuple[str, ...]) -> FloatArray:
    """The mean choice of each row in a grid, NaN where no opinion was given."""
    choices = np.stack([interviews.choices[name] for name in grid], axis=1)
    there = (choices >= 0) & (choices < interviews.opinions[grid[0]])
    answered = there.sum(axis=1)
    total = np.where(there, choices, 0).sum(axis=1)
    mean: FloatArray = total / np.where(answered > 0, answered, np.nan)
    return mean


def _groups(numbers: IntArray) -> Iterator[IntArray]:
    """The rows of each interviewer; rows of none are in no group."""
    order = np.argsort(numbers, kind="stable")
    order = order[numbers[order] >= 0]
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Every signal of every interview, and the row that each resembles most (-1: none)."""

    values: Mapping[Signal, FloatArray]
    twins: IntArray


def signals(interviews: Interviews, *, burst_minutes: float) -> Signals:
    """Every signal of every interview."""
    shares, twins = near_duplicate(interviews)
    values = {
        Signal.NEAR_DUPLICATE: shares,
        Signal.STRAIGHT_LINE: straight_line(interviews),
        Signal.BURST: burst(interviews, minutes=burst_minutes),
        Signal.OVERLAP: overlap(interviews),
        Signal.SHORT: short(interviews),
        Signal.INTERVIEWER: interviewer_effect(interviews),
    }
    return Signals(values=values, twins=twins)
