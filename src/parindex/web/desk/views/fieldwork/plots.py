"""Drawings of estimates: an axis, and where a value and its interval stand on it, in percent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor
from typing import Any, Final

from django.utils.translation import gettext as _

from parindex.web.desk.templatetags.words import number, points
from parindex.web.fieldwork.queries.reporting import IndexRow, published

# Steps between marks that read well; a drawing has at most so many of them.
_STEPS: Final = (1, 2, 5, 10, 20, 25, 50)
_MOST_MARKS: Final = 6


def axis_of(low: float, high: float) -> tuple[float, float, list[dict[str, str]]]:
    """Where an axis begins and ends that holds two values, and its marks with their places.

    >>> axis_of(71.2, 93.9)[:2], [one["text"] for one in axis_of(71.2, 93.9)[2]]
    ((70, 95), ['70', '75', '80', '85', '90', '95'])
    >>> axis_of(80, 80)[:2]
    (79, 81)
    """
    if low == high:
        low, high = low - 1, high + 1
    step = next((one for one in _STEPS if (high - low) / one <= _MOST_MARKS - 1), _STEPS[-1])
    start, end = floor(low / step) * step, ceil(high / step) * step
    marks = [
        {"text": str(value), "at": at(value, start, end)} for value in range(start, end + 1, step)
    ]
    return start, end, marks


def at(value: float, start: float, end: float) -> str:
    """Where a value stands, as a percentage of the width."""
    part = (value - start) / (end - start) if end > start else 0.0
    return f"{min(max(part, 0.0), 1.0) * 100:.2f}%"


def dots_of(rows: Iterable[tuple[str, IndexRow]], *, decimals: int, hidden: str) -> dict[str, Any]:
    """A dot plot of indices with their intervals, in the order given; ``hidden`` says why blank."""
    known = list(rows)
    values = [
        value
        for _label, one in known
        for value in (one.index, one.low, one.high)
        if value is not None
    ]
    if not values:
        return {"marks": [], "rows": [_blank(label, hidden) for label, _one in known]}
    start, end, marks = axis_of(max(min(values), 0), min(max(values), 100))
    return {
        "marks": marks,
        "rows": [
            _dot(label, one, start, end, decimals)
            if one.index is not None
            else _blank(label, hidden if one.hidden else _("không có câu trả lời"))
            for label, one in known
        ],
        "from_zero": start == 0,
    }


def _dot(label: str, one: IndexRow, start: float, end: float, decimals: int) -> dict[str, Any]:
    assert one.index is not None  # noqa: S101 - told by the caller
    drawn = {
        "label": label,
        "value": figure(one.index, decimals),
        "interval": interval(one.low, one.high, decimals),
        "n": number(one.n),
        "flagged": one.flagged,
        "at": at(one.index, start, end),
        "hidden": "",
    }
    if one.low is not None and one.high is not None:
        drawn |= {"low": at(one.low, start, end), "high": at(one.high, start, end)}
    return drawn


def _blank(label: str, why: str) -> dict[str, Any]:
    return {"label": label, "hidden": why, "value": "", "interval": "", "n": "", "flagged": False}


def figure(value: float | None, decimals: int) -> str:
    """A number of the results as it is published, rounded half up."""
    return points(None if value is None else published(value, decimals), decimals)


def interval(low: float | None, high: float | None, decimals: int) -> str:
    """An interval in words; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{figure(low, decimals)} – {figure(high, decimals)}"


def strips_of(rows: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Where each unit stands among all, as a strip from the best rank it may have to the worst."""
    last = max(len(rows), 2)
    return [
        {
            "label": label,
            "rank": one.rank,
            "span": f"{one.best}–{one.worst}" if one.best != one.worst else str(one.best),
            "at": at(one.rank, 1, last),
            "best": at(one.best, 1, last),
            "worst": at(one.worst, 1, last),
            "low": at(one.low, 1, last),
            "high": at(one.high, 1, last),
            "chance": one.of_top,
        }
        for label, one in rows
    ]
