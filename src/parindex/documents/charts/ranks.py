"""Who stands where: a sorted dot plot, classes as quiet bands, intervals as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from parindex.criteria.model import Text
from parindex.documents.charts.canvas import (
    ACCENT,
    BAND,
    INK,
    LINE,
    QUIET,
    SOFT,
    Canvas,
    Chart,
    fitted,
    ticks,
)
from parindex.documents.wording import NOTHING, comma, figure, listed

_WIDTH: Final = 720
_NAMES: Final = (34, 268)
_PLOT: Final = (284, 646)
_VALUES: Final = 712
_TOP: Final = 48
_WORDS: Final = {
    "vi": {"rank": "Hạng", "order": "TT", "unit": "Đơn vị", "from": "Từ", "to": "Đến",
           "axis": "Chỉ số (%)"},
    "en": {"rank": "Rank", "order": "No.", "unit": "Unit", "from": "From", "to": "To",
           "axis": "Index (%)"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one unit stands: its rank, its value in percent, and what the value may be.

    ``low`` and ``high`` bound an interval, None where none is known; a unit without a rank is
    drawn behind the others, one without a value has no dot.
    """

    name: str
    value: Decimal | None
    rank: int | None
    low: Decimal | None = None
    high: Decimal | None = None
    focus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A class and the value it starts at, in percent; the bands given highest first."""

    name: str
    start: Decimal


def rank_dots(
    places: Sequence[Place],
    *,
    title: str,
    decimals: int,
    bands: Sequence[Band] = (),
    among: Sequence[Place] | None = None,
    row: float = 20,
    estimates: bool = False,
    language: str = "vi",
    key: str = "ranks",
) -> Chart:
    """The dot plot of units in the order given, which is that of their ranks.

    ``among`` is the whole group where only a part of it is drawn, so that every part has the
    same axis and says the same of the group. ``row`` is the height of a row in pixels.
    ``estimates`` come from a sample: their order is no ranking,
    and no word says it is.
    """
    words = _WORDS[language]
    of_rank = words["order" if estimates else "rank"]
    everybody = places if among is None else among
    spread = any(one.low is not None for one in everybody)
    axis = _Axis(everybody)
    canvas = Canvas(_WIDTH)
    bottom = _TOP + row * len(places)
    _bands(canvas, bands, axis, bottom)
    for tick in axis.ticks:
        x = axis.x(tick)
        canvas.line(x, _TOP - 4, x, bottom, kind="chart-line")
        shown = comma(str(tick), language)
        canvas.text(x, bottom + 16, shown, size=11, anchor="middle", fill=QUIET)
    canvas.text(_PLOT[1], bottom + 32, words["axis"], size=11, anchor="end", fill=QUIET)
    for at, place in enumerate(places):
        _row(canvas, place, _TOP + row * at + row / 2, axis, decimals, language)
    alt = Text(
        vi=_finding(everybody, bands, decimals, "vi", estimates=estimates),
        en=_finding(everybody, bands, decimals, "en", estimates=estimates),
    )
    columns = [of_rank, words["unit"], words["axis"]]
    if spread:
        columns += [words["from"], words["to"]]
    return Chart(
        svg=canvas.finish(
            bottom + 40, key=key, title=title, alt=alt.say(language), language=language
        ),
        title=title,
        alt=alt,
        columns=tuple(columns),
        rows=tuple(_cells(one, decimals, language, spread=spread) for one in places),
        width=_WIDTH,
        height=round(bottom + 40),
    )


class _Axis:
    """Values to places across the plot."""

    def __init__(self, places: Sequence[Place]) -> None:
        found = [
            value for one in places for value in (one.value, one.low, one.high) if value is not None
        ] or [Decimal(0), Decimal(100)]
        self.ticks = ticks(min(found), max(found))
        self.low, self.high = self.ticks[0], self.ticks[-1]

    def x(self, value: Decimal) -> float:
        """Where a value stands; one beyond the axis stands at its end."""
        part = float((value - self.low) / (self.high - self.low))
        return _PLOT[0] + min(max(part, 0.0), 1.0) * (_PLOT[1] - _PLOT[0])


def _bands(canvas: Canvas, bands: Sequence[Band], axis: _Axis, bottom: float) -> None:
    upto = axis.high
    for at, band in enumerate(bands):
        start = max(band.start, axis.low)
        if start < upto:
            left, right = axis.x(start), axis.x(upto)
            if at % 2 == 0:
                canvas.rectangle(
                    left, _TOP - 22, right - left, bottom - _TOP + 22, fill=BAND, kind="chart-band"
                )
            named = fitted(band.name, right - left - 4, 11)
            canvas.text((left + right) / 2, _TOP - 9, named, size=11, anchor="middle", fill=QUIET)
            canvas.line(left, _TOP - 22, left, bottom, stroke=QUIET, dashes="2 3")
            upto = start


def _row(canvas: Canvas, place: Place, y: float, axis: _Axis, decimals: int, language: str) -> None:
    base = y + 4
    rank = NOTHING if place.rank is None else str(place.rank)
    strong = place.focus
    quiet = INK if place.rank is not None or strong else QUIET
    canvas.text(26, base, rank, anchor="end", bold=strong, fill=quiet)
    name = fitted(place.name, _NAMES[1] - _NAMES[0], 12)
    canvas.text(_NAMES[0], base, name, bold=strong, fill=quiet)
    shown = figure(place.value, decimals, language)
    canvas.text(_VALUES, base, shown, anchor="end", bold=strong, fill=quiet)
    if place.value is None:
        return
    x = axis.x(place.value)
    canvas.line(_PLOT[0], y, x, y, stroke=LINE, dashes="1 3")
    if place.low is not None and place.high is not None:
        canvas.line(axis.x(place.low), y, axis.x(place.high), y, stroke=SOFT, width=3)
    fill = INK if strong else ACCENT if place.rank is not None else SOFT
    canvas.dot(x, y, 6 if strong else 4.5, fill=fill)


def _cells(place: Place, decimals: int, language: str, *, spread: bool) -> tuple[str, ...]:
    cells = [
        NOTHING if place.rank is None else str(place.rank),
        place.name,
        figure(place.value, decimals, language),
    ]
    if spread:
        cells += [figure(one, decimals, language) for one in (place.low, place.high)]
    return tuple(cells)


def _finding(
    places: Sequence[Place], bands: Sequence[Band], decimals: int, language: str, *, estimates: bool
) -> str:
    ranked = [one for one in places if one.rank is not None and one.value is not None]
    if not ranked:
        return "Chưa có đơn vị nào được xếp hạng." if language == "vi" else "No unit is ranked."
    best = min(ranked, key=lambda one: one.rank or 0)
    first = [one.name for one in ranked if one.rank == best.rank]
    values = [one.value for one in ranked if one.value is not None]
    least = min(values)
    last = [one.name for one in ranked if one.value == least]
    greatest = figure(best.value, decimals, language)
    smallest = figure(least, decimals, language)
    counted = _by_band(values, bands, language)
    if language == "vi":
        ones = "đơn vị" if estimates else "đơn vị xếp hạng"
        said = (
            f"{len(ranked)} {ones}; cao nhất là {listed(first, most=3)} với {greatest}%,"
            f" thấp nhất là {listed(last, most=3)} với {smallest}%."
        )
    else:
        ones = "units" if estimates else "units ranked"
        said = (
            f"{len(ranked)} {ones}; highest {listed(first, 'en', most=3)} at {greatest}%,"
            f" lowest {listed(last, 'en', most=3)} at {smallest}%."
        )
    return said + counted


def _by_band(values: Sequence[Decimal], bands: Sequence[Band], language: str) -> str:
    """How many values lie in each band: by value alone, whatever class a ceiling left a unit."""
    if not bands:
        return ""
    upto: Decimal | None = None
    said = []
    for band in bands:
        n = sum(1 for one in values if one >= band.start and (upto is None or one < upto))
        upto = band.start
        if n:
            said.append(f"{band.name}: {n}")
    label = " Theo mức điểm: " if language == "vi" else " By value: "
    return label + "; ".join(said) + "."
