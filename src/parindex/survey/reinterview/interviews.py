"""Interviews as arrays: who asked whom when and where, and which choices were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from parindex.survey.estimation.numbering import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviews:
    """The responses of a wave, one a row, with what is known of how they came about.

    ``choices`` holds for each closed question, in the order asked, the number of the choice of
    each row, -1 where there is none; choices that are opinions are numbered below ``opinions``,
    the others (không biết) behind. ``grids`` names questions that share a scale, so that one
    number is one choice in all of them, and are asked in a row. ``started_at`` and ``ended_at``
    are minutes from any one moment, NaN where unknown. ``place`` is where the interviewer worked,
    such as a commune. Answers are held against those of the same ``compared``: the interviewer's,
    or where nobody asked those of one place.
    """

    ids: tuple[str, ...]
    interviewer: IntArray
    place: IntArray
    compared: IntArray
    choices: Mapping[str, IntArray]
    opinions: Mapping[str, int]
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
    compared: Sequence[str | None] | None = None,
    no_opinion: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Interviews:
    """Interviews of columns in memory; None is missing.

    ``compared`` is the interviewer where it is not given; ``no_opinion`` names for a question the
    codes that are no opinion. Raises ValueError where columns differ in length, or a grid names
    no question.
    """
    compared = interviewer if compared is None else compared
    columns = [interviewer, place, compared, *choices.values(), started_at, ended_at]
    if any(len(one) != len(ids) for one in columns):
        raise ValueError("columns of different lengths")
    strangers = {name for grid in grids for name in grid} - set(choices)
    if strangers:
        raise ValueError(f"no such question: {', '.join(sorted(strangers))}")
    scales: dict[str, Sequence[str]] = {name: (name,) for name in choices}
    scales |= {name: grid for grid in grids for name in grid}
    known = {name: {one for of in scale for one in choices[of]} for name, scale in scales.items()}
    aside = {
        name: {one for of in scale for one in no_opinion.get(of, ())}
        for name, scale in scales.items()
    }
    return Interviews(
        ids=tuple(ids),
        interviewer=_numbered(interviewer, set(interviewer)),
        place=_numbered(place, set(place)),
        compared=_numbered(compared, set(compared)),
        choices={name: _numbered(one, known[name], aside[name]) for name, one in choices.items()},
        opinions={name: len(of - aside[name] - {None}) for name, of in known.items()},
        grids=tuple(map(tuple, grids)),
        started_at=_minutes(started_at),
        ended_at=_minutes(ended_at),
    )


def _numbered(
    texts: Sequence[str | None], known: Collection[str | None], last: Collection[str] = ()
) -> IntArray:
    """Texts as their places 0, 1, … among those known; -1 for None.

    Whole numbers stand in their order, other texts in that of their code points; ``last`` ones
    behind all others.
    """
    codes = [one for one in known if one is not None]
    if all(one.isascii() and one.isdigit() for one in codes):
        codes.sort(key=int)
    else:
        codes.sort()
    codes.sort(key=lambda one: one in last)
    number: dict[str | None, int] = {None: -1, **{text: at for at, text in enumerate(codes)}}
    return np.array([number[one] for one in texts], dtype=np.intp)


def _minutes(moments: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if one is None else one for one in moments], dtype=float)
