"""How the order has moved: ranks over the years, mergers as joining lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from parindex.criteria.model import Text
from parindex.documents.charts.canvas import (
    ACCENT,
    INK,
    QUIET,
    Canvas,
    Chart,
    fitted,
)
from parindex.documents.wording import NOTHING, listed

_WIDTH: Final = 720
_PLOT: Final = (200, 520)
_TOP: Final = 36
_UNIT: Final = {"vi": "Đơn vị", "en": "Unit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A unit's ranks by year; a year that is not there was not ranked, and the line breaks."""

    name: str
    ranks: Mapping[int, int]
    focus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A merger: the course of ``before`` runs into that of ``after``, by position."""

    before: int
    after: int


def bump(
    courses: Sequence[Course],
    *,
    title: str,
    joins: Sequence[Join] = (),
    row: float = 18,
    language: str = "vi",
    key: str = "years",
) -> Chart:
    """The bump chart of courses; those in focus stand in ink before the grey of the rest.

    Names stand at the ends of a course: of all where there is room, of those in focus anyway.
    """
    years = sorted({year for one in courses for year in one.ranks})
    worst = max((rank for one in courses for rank in one.ranks.values()), default=1)
    canvas = Canvas(_WIDTH)
    grid = _Grid(years, row)
    bottom = _TOP + row * worst
    for year in years:
        canvas.line(grid.x(year), _TOP - 8, grid.x(year), bottom, kind="chart-line")
        canvas.text(grid.x(year), 18, str(year), anchor="middle", bold=True)
    any_focus = any(one.focus for one in courses)
    for join in joins:
        _join(canvas, courses[join.before], courses[join.after], grid)
    for one in sorted(courses, key=lambda course: course.focus):
        _course(canvas, one, grid, strong=one.focus or not any_focus)
    _names(canvas, courses, grid)
    alt = Text(vi=_finding(courses, years, "vi"), en=_finding(courses, years, "en"))
    height = round(bottom + 10)
    return Chart(
        svg=canvas.finish(height, key=key, title=title, alt=alt.say(language), language=language),
        title=title,
        alt=alt,
        columns=(_UNIT[language], *(str(year) for year in years)),
        rows=tuple(
            (one.name, *(str(one.ranks.get(year, NOTHING)) for year in years)) for one in courses
        ),
        width=_WIDTH,
        height=height,
    )


class _Grid:
    def __init__(self, years: Sequence[int], row: float) -> None:
        self.years = years
        self.row = row

    def x(self, year: int) -> float:
        """Where a year stands; the only one stands at the right."""
        if len(self.years) == 1:
            return _PLOT[1]
        part = self.years.index(year) / (len(self.years) - 1)
        return _PLOT[0] + part * (_PLOT[1] - _PLOT[0])

    def at(self, year: int, rank: int) -> tuple[float, float]:
        """Where a rank of a year stands."""
        return self.x(year), _TOP + self.row * (rank - 0.5)


def _colours(*, strong: bool, focus: bool) -> str:
    return INK if focus else ACCENT if strong else "#b9bfc4"


def _course(canvas: Canvas, course: Course, grid: _Grid, *, strong: bool) -> None:
    colour = _colours(strong=strong, focus=course.focus)
    stretch: list[tuple[float, float]] = []
    for year in grid.years:
        if year in course.ranks:
            stretch.append(grid.at(year, course.ranks[year]))
            continue
        if len(stretch) > 1:
            canvas.path(stretch, stroke=colour, width=3 if course.focus else 1.5)
        stretch = []
    if len(stretch) > 1:
        canvas.path(stretch, stroke=colour, width=3 if course.focus else 1.5)
    for year, rank in sorted(course.ranks.items()):
        canvas.dot(*grid.at(year, rank), 5 if course.focus else 3.5, fill=colour)


def _join(canvas: Canvas, before: Course, after: Course, grid: _Grid) -> None:
    if not before.ranks or not after.ranks:
        return
    ended, begun = max(before.ranks), min(after.ranks)
    if ended < begun:
        (x1, y1), (x2, y2) = (
            grid.at(ended, before.ranks[ended]), grid.at(begun, after.ranks[begun])
        )  # fmt: skip
        canvas.line(x1, y1, x2, y2, stroke=QUIET, width=1.5, dashes="4 3")


def _names(canvas: Canvas, courses: Sequence[Course], grid: _Grid) -> None:
    """Names at both ends; units that share a rank share its line."""
    if not grid.years:
        return
    ends = ((grid.years[0], 4, "start"), (grid.years[-1], _PLOT[1], "end"))
    for year, left, side in ends if len(grid.years) > 1 else ends[1:]:
        here: dict[int, list[Course]] = {}
        for one in courses:
            if year in one.ranks:
                here.setdefault(one.ranks[year], []).append(one)
        for rank, ones in here.items():
            focus = any(one.focus for one in ones)
            if grid.row < 11 and not focus:
                continue
            y = grid.at(year, rank)[1] + 4
            size = min(12.0, grid.row * 0.75) if not focus else 12.0
            said = ", ".join(one.name for one in ones)
            fill = INK if focus else QUIET
            if side == "start":
                shown = fitted(said, _PLOT[0] - 44, size)
                canvas.text(_PLOT[0] - 34, y, shown, size=size, anchor="end", fill=fill, bold=focus)
                canvas.text(
                    _PLOT[0] - 10, y, str(rank), size=size, anchor="end", fill=fill, bold=focus
                )
            else:
                shown = fitted(said, _WIDTH - left - 38, size)
                canvas.text(left + 10, y, str(rank), size=size, fill=fill, bold=focus)
                canvas.text(left + 32, y, shown, size=size, fill=fill, bold=focus)


def _finding(courses: Sequence[Course], years: Sequence[int], language: str) -> str:
    vi = language == "vi"
    if len(years) < 2:
        return "Chỉ có một năm, chưa so sánh được." if vi else "One year alone: nothing to compare."
    first, last = years[0], years[-1]
    moved = [
        (one.name, one.ranks[first] - one.ranks[last])
        for one in courses
        if first in one.ranks and last in one.ranks
    ]
    if not moved:
        return (
            f"Không đơn vị nào có hạng cả năm {first} và năm {last}."
            if vi
            else f"No unit has a rank in both {first} and {last}."
        )
    up, down = max(by for _, by in moved), min(by for _, by in moved)
    said = []
    if up > 0:
        names = listed([name for name, by in moved if by == up], language, most=3)
        said.append(f"tăng nhiều nhất: {names} ({up} bậc)" if vi else f"most risen: {names} ({up})")
    if down < 0:
        names = listed([name for name, by in moved if by == down], language, most=3)
        said.append(
            f"giảm nhiều nhất: {names} ({-down} bậc)" if vi else f"most fallen: {names} ({-down})"
        )
    if not said:
        said.append("không đơn vị nào đổi hạng" if vi else "no unit changed its rank")
    return (
        (f"Từ {first} đến {last}: " if vi else f"From {first} to {last}: ") + "; ".join(said) + "."
    )
