"""Where the group loses points: areas by units on one scale, both sorted, the missing hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.criteria.model import Text
from parindex.documents.charts.canvas import (
    QUIET,
    Canvas,
    Chart,
    fitted,
    on,
    shade,
    ticks,
    wrapped,
)
from parindex.documents.wording import figure

_WIDTH: Final = 720
_NAMES: Final = 196
_LEFT: Final = 204
_TOP: Final = 168
_WORDS: Final = {"vi": ("Đơn vị", "thấp", "cao"), "en": ("Unit", "low", "high")}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A unit and its component indices in percent, in the order of the areas; None: no index."""

    name: str
    values: tuple[Decimal | None, ...]


def heat_map(
    areas: Sequence[str],
    rows: Sequence[HeatRow],
    *,
    title: str,
    decimals: int,
    among: Sequence[HeatRow] | None = None,
    row: float = 18,
    language: str = "vi",
    key: str = "heat",
) -> Chart:
    """The heat map of units in the order given; areas from the group's best to its weakest.

    ``among`` is the whole group where only a part of it is drawn, so that every part has the
    same order and the same scale.
    """
    words = _WORDS[language]
    everybody = rows if among is None else among
    order = _by_mean(areas, everybody)
    found = [one for unit in everybody for one in unit.values if one is not None] or [Decimal(0)]
    scale = ticks(min(found), max(found))
    low, high = scale[0], scale[-1]
    canvas = Canvas(_WIDTH)
    missing = canvas.hatch(f"{key}-missing")
    across = (_WIDTH - _LEFT - 4) / max(len(areas), 1)
    _scale(canvas, low, high, language)
    for column, at in enumerate(order):
        x = _LEFT + across * (column + 0.5)
        lines = wrapped(areas[at], _TOP - 50, 11, most=max(1, min(3, int(across // 14))))
        for i, said in enumerate(lines):
            canvas.text(
                x + 4 + 13 * (i - (len(lines) - 1) / 2), _TOP - 8, said, size=11, turned=True
            )
    size = min(11.0, row * 0.62, across / 4.2)
    for down, unit in enumerate(rows):
        y = _TOP + row * down
        canvas.text(4, y + row / 2 + 4, fitted(unit.name, _NAMES, 12), size=min(12.0, row * 0.68))
        for column, at in enumerate(order):
            x, value = _LEFT + across * column, unit.values[at]
            fill = missing if value is None else shade(value, low, high)
            canvas.rectangle(x + 0.5, y + 0.5, across - 1, row - 1, fill=fill)
            if value is not None and size >= 6:
                shown = figure(value, min(decimals, 1), language)
                canvas.text(
                    x + across / 2, y + row / 2 + size * 0.36, shown, size=size, anchor="middle",
                    fill=on(fill),
                )  # fmt: skip
    height = round(_TOP + row * len(rows) + 6)
    named = [areas[at] for at in order]
    alt = Text(
        vi=_finding(named, everybody, order, "vi"), en=_finding(named, everybody, order, "en")
    )
    return Chart(
        svg=canvas.finish(height, key=key, title=title, alt=alt.say(language), language=language),
        title=title,
        alt=alt,
        columns=(words[0], *named),
        rows=tuple(
            (one.name, *(figure(one.values[at], decimals, language) for at in order))
            for one in rows
        ),
        width=_WIDTH,
        height=height,
    )


def _mean(rows: Sequence[HeatRow], at: int) -> Fraction | None:
    known = [Fraction(one) for unit in rows if (one := unit.values[at]) is not None]
    return sum(known, Fraction()) / len(known) if known else None


def _by_mean(areas: Sequence[str], rows: Sequence[HeatRow]) -> list[int]:
    means = [_mean(rows, at) for at in range(len(areas))]
    return sorted(range(len(areas)), key=lambda at: (means[at] is None, -(means[at] or 0), at))


def _scale(canvas: Canvas, low: Decimal, high: Decimal, language: str) -> None:
    for at in range(20):
        value = low + (high - low) * at / 19
        canvas.rectangle(4 + 7 * at, 24, 7.4, 10, fill=shade(value, low, high))
    words = _WORDS[language]
    for x, value, said in ((4, low, words[1]), (144, high, words[2])):
        shown = f"{figure(value, 0, language)}% ({said})"
        canvas.text(x, 16, shown, size=11, anchor="start" if x == 4 else "end", fill=QUIET)


def _finding(
    areas: Sequence[str], rows: Sequence[HeatRow], order: Sequence[int], language: str
) -> str:
    vi = language == "vi"
    known = [
        (mean, name)
        for name, at in zip(areas, order, strict=True)
        if (mean := _mean(rows, at)) is not None
    ]
    if not known:
        return "Không lĩnh vực nào có chỉ số." if vi else "No area has an index."
    (best, strongest), (least, weakest) = known[0], known[-1]
    missing = sum(1 for unit in rows for one in unit.values if one is None)
    top, low = figure(best, 2, language), figure(least, 2, language)
    if vi:
        said = (
            f"Lĩnh vực có chỉ số trung bình cao nhất: {strongest} ({top}%);"
            f" thấp nhất: {weakest} ({low}%)."
        )
        return said + (f" {missing} ô không có chỉ số." if missing else "")
    said = f"Highest mean: {strongest} ({top}%); lowest: {weakest} ({low}%)."
    return said + (f" {missing} cells have no index." if missing else "")
