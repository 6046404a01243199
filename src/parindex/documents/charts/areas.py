"""Where a unit is strong or weak: its areas as bars against the mean and the best of its group."""

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
    PAPER,
    QUIET,
    Canvas,
    Chart,
    wrapped,
)
from parindex.documents.wording import figure

_WIDTH: Final = 720
_NAMES: Final = 218
_PLOT: Final = (230, 520)
_COLUMNS: Final = (580, 645, 712)
_TOP: Final = 34
_ROW: Final = 40
_WORDS: Final = {
    "vi": ("Lĩnh vực", "Đơn vị", "TB nhóm", "Cao nhất"),
    "en": ("Area", "Unit", "Mean", "Best"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBar:
    """One area of a unit: its component index, the mean and the best of its group, in percent.

    None where nothing of the area applies, to the unit or to anybody.
    """

    name: str
    value: Decimal | None
    mean: Decimal | None
    best: Decimal | None


def area_bars(
    bars: Sequence[AreaBar],
    *,
    title: str,
    decimals: int,
    language: str = "vi",
    key: str = "areas",
) -> Chart:
    """The bullet bars of one unit, from zero to one hundred, in the order given."""
    canvas = Canvas(_WIDTH)
    bottom = _TOP + _ROW * len(bars)
    heads = _WORDS[language]
    for x, head in zip(_COLUMNS, heads[1:], strict=True):
        canvas.text(x, 16, head, size=11, anchor="end", fill=QUIET)
    # The marks stand beside their headings, so that no legend is needed.
    canvas.rectangle(_COLUMNS[0] - 36, 22, 36, 6, fill=ACCENT, kind="chart-accent")
    canvas.line(_COLUMNS[1] - 4, 20, _COLUMNS[1] - 4, 30, stroke=INK, width=2.5)
    _diamond(canvas, _COLUMNS[2] - 6, 25)
    for tick in range(0, 101, 20):
        at_tick = _x(Decimal(tick))
        canvas.line(at_tick, _TOP, at_tick, bottom, stroke=QUIET if tick == 0 else LINE)
        canvas.text(at_tick, bottom + 15, str(tick), size=11, anchor="middle", fill=QUIET)
    canvas.text(_PLOT[1] + 14, bottom + 15, "%", size=11, fill=QUIET)
    for at, bar in enumerate(bars):
        _bar(canvas, bar, _TOP + _ROW * at + _ROW / 2, decimals, language)
    alt = Text(vi=_finding(bars, decimals, "vi"), en=_finding(bars, decimals, "en"))
    height = bottom + 24
    return Chart(
        svg=canvas.finish(height, key=key, title=title, alt=alt.say(language), language=language),
        title=title,
        alt=alt,
        columns=heads,
        rows=tuple(
            (
                bar.name,
                *(figure(one, decimals, language) for one in (bar.value, bar.mean, bar.best)),
            )
            for bar in bars
        ),
        width=_WIDTH,
        height=height,
    )


def _x(value: Decimal) -> float:
    return _PLOT[0] + float(value) / 100 * (_PLOT[1] - _PLOT[0])


def _bar(canvas: Canvas, bar: AreaBar, y: float, decimals: int, language: str) -> None:
    lines = wrapped(bar.name, _NAMES - 4, 12)
    for at, words in enumerate(lines):
        canvas.text(4, y + 4 + 15 * (at - (len(lines) - 1) / 2), words)
    canvas.rectangle(_PLOT[0], y - 10, _PLOT[1] - _PLOT[0], 20, fill=BAND, kind="chart-band")
    if bar.value is not None:
        canvas.rectangle(
            _PLOT[0], y - 5, _x(bar.value) - _PLOT[0], 10, fill=ACCENT, kind="chart-accent"
        )
    if bar.mean is not None:
        x = _x(bar.mean)
        canvas.line(x, y - 10, x, y + 10, stroke=PAPER, width=5)
        canvas.line(x, y - 10, x, y + 10, stroke=INK, width=2.5)
    if bar.best is not None:
        _diamond(canvas, _x(bar.best), y)
    for x, value, bold in zip(
        _COLUMNS, (bar.value, bar.mean, bar.best), (True, False, False), strict=True
    ):
        shown = figure(value, decimals, language)
        canvas.text(x, y + 4, shown, anchor="end", bold=bold)


def _diamond(canvas: Canvas, x: float, y: float) -> None:
    around = [(x, y - 5.5), (x + 5.5, y), (x, y + 5.5), (x - 5.5, y)]
    canvas.polygon(around, fill=PAPER, stroke=INK)


def _finding(bars: Sequence[AreaBar], decimals: int, language: str) -> str:
    vi = language == "vi"
    known = [(bar.value, bar) for bar in bars if bar.value is not None]
    if not known:
        return "Không lĩnh vực nào có chỉ số." if vi else "No area has an index."
    best = max(known, key=lambda one: one[0])
    least = min(known, key=lambda one: one[0])
    below = [bar.name for value, bar in known if bar.mean is not None and value < bar.mean]
    high, low = (figure(one[0], decimals, language) for one in (best, least))
    if vi:
        said = f"Cao nhất: {best[1].name} ({high}%); thấp nhất: {least[1].name} ({low}%)."
        rest = f" Dưới trung bình nhóm: {'; '.join(below)}." if below else ""
        return said + (rest or " Không lĩnh vực nào dưới trung bình nhóm.")
    said = f"Highest: {best[1].name} ({high}%); lowest: {least[1].name} ({low}%)."
    rest = f" Below the group's mean: {'; '.join(below)}." if below else ""
    return said + (rest or " No area is below the group's mean.")
