"""The change from one wave to the next: only where both asked with the same instrument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from parindex.survey.estimation.intervals import t_quantile
from parindex.survey.satisfaction.indices import SatisfactionIndex
from parindex.survey.satisfaction.instrument import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Đợt khảo sát: the indices of one wave, and the version of the instrument that it used."""

    wave: str
    instrument: str
    version: int
    indices: tuple[SatisfactionIndex, ...]


class Why(StrEnum):
    """Why two waves are not compared."""

    OTHER_INSTRUMENT = "other_instrument"
    NO_INDEX_BEFORE = "no_index_before"
    NO_INDEX_NOW = "no_index_now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of an index in percentage points, with its precision."""

    measure: Measure
    of: str
    domain: str
    points: float
    se: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComparable:
    """An index that is not compared, and why."""

    measure: Measure
    of: str
    domain: str
    why: Why


def changes(before: Wave, now: Wave, *, confidence: float) -> tuple[Change | NotComparable, ...]:
    """The change of every index of a wave against the wave before, in its order.

    The waves are samples of their own: variances add up, with the degrees of freedom of
    Satterthwaite (Biometrics Bulletin 2, 1946).
    """
    same = (before.instrument, before.version) == (now.instrument, now.version)
    known = _by_key(before.indices)
    return tuple(
        _change(known.get(key), one, same=same, confidence=confidence)
        for key, one in _by_key(now.indices).items()
    )


def _by_key(
    indices: Iterable[SatisfactionIndex],
) -> dict[tuple[Measure, str, str], SatisfactionIndex]:
    return {(one.measure, one.of, one.domain): one for one in indices}


def _change(
    before: SatisfactionIndex | None, now: SatisfactionIndex, *, same: bool, confidence: float
) -> Change | NotComparable:
    why = None
    if not same:
        why = Why.OTHER_INSTRUMENT
    elif now.index is None:
        why = Why.NO_INDEX_NOW
    elif before is None or before.index is None:
        why = Why.NO_INDEX_BEFORE
    if why is not None:
        return NotComparable(measure=now.measure, of=now.of, domain=now.domain, why=why)
    assert before is not None  # noqa: S101 - told above
    assert before.index is not None  # noqa: S101
    assert now.index is not None  # noqa: S101
    points = now.index - before.index
    se, half = _precision(before, now, confidence)
    return Change(
        measure=now.measure,
        of=now.of,
        domain=now.domain,
        points=points,
        se=se,
        ci_low=None if half is None else points - half,
        ci_high=None if half is None else points + half,
    )


def _precision(
    before: SatisfactionIndex, now: SatisfactionIndex, confidence: float
) -> tuple[float | None, float | None]:
    """The standard error of a change and half the width of its interval."""
    if before.se is None or now.se is None or not before.df or not now.df:
        return None, None
    variance = before.se**2 + now.se**2
    if not variance:
        return 0.0, 0.0
    df = variance**2 / (before.se**4 / before.df + now.se**4 / now.df)
    return sqrt(variance), t_quantile(df, confidence) * sqrt(variance)
