"""Interviews as arrays: who asked whom when and where, and which choices were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviews:
    """The responses of a wave, one a row, with what is known of how they came about.

    ``choices`` holds for each closed question, in the order asked, the number of the choice of
    each row, -1 where there is none; ``grids`` names questions that share a scale, so that one
    number is one choice in all of them, and are asked in a row. ``started_at`` and ``ended_at``
    are minutes from any one moment, NaN where unknown. ``place`` is where the interviewer worked,
    such as a commune.
    """

    ids: tuple[str, ...]
    interviewer: IntArray
    place: IntArray
    choices: Mapping[str, IntArray]
    grids: tuple[tuple[str, ...], ...]
    started_at: FloatArray
    ended_at: FloatArray


def interviews_of(
    ids: Sequence[str],
    *,
    interviewer: Sequence[str | None],
    place: Sequence[str | None],
    choices: Mapping[str, Sequence[str | None]],
    grids: Sequence[Sequence[str]],
    started_at: Sequence[float | None],
    ended_at: Sequence[float | None],
) -> Interviews:
    """Interviews of columns in memory; None is missing.

    Raises ValueError where columns differ in length, or a grid names no question.
    """
    columns = [interviewer, place, *choices.values(), started_at, ended_at]
    if any(len(one) != len(ids) for one in columns):
        raise ValueError("columns of different lengths")
    strangers = {name for grid in grids for name in grid} - set(choices)
    if strangers:
        raise ValueError(f"no such question: {', '.join(sorted(strangers))}")
    scale = {name: {one for of in grid for one in choices[of]} for grid in grids for name in grid}
    return Interviews(
        ids=tuple(ids),
        interviewer=_numbered(interviewer, set(interviewer)),
        place=_numbered(place, set(place)),
        choices={name: _numbered(one, scale.get(name, set(one))) for name, one in choices.items()},
        grids=tuple(map(tuple, grids)),
        started_at=_minutes(started_at),
        ended_at=_minutes(ended_at),
    )


def _numbered(texts: Sequence[str | None], known: Collection[str | None]) -> IntArray:
    """Texts as their places 0, 1, … among those known; -1 for None.

    Whole numbers stand in their order, other texts in that of their code points.
    """
    codes = [one for one in known if one is not None]
    if all(one.isascii() and one.isdigit() for one in codes):
        codes.sort(key=int)
    else:
        codes.sort()
    number: dict[str | None, int] = {None: -1, **{text: at for at, text in enumerate(codes)}}
    return np.array([number[one] for one in texts], dtype=np.intp)


def _minutes(moments: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if one is None else one for one in moments], dtype=float)
