"""Where on the map: one square a province, of equal weight, with Hoàng Sa and Trường Sa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from parindex.criteria.model import Text
from parindex.documents.charts.canvas import (
    INK,
    PAPER,
    QUIET,
    Canvas,
    Chart,
    on,
    shade,
    ticks,
    wrapped,
)
from parindex.documents.wording import figure, listed
from parindex.errors import Problems
from parindex.yamltree import Fields, tree_of

_SIDE: Final = 58
_TOP: Final = 52
_LEFT: Final = 8
_WORDS: Final = {
    "vi": {"unit": "Tỉnh, thành phố", "value": "Giá trị (%)"},
    "en": {"unit": "Province", "value": "Value (%)"},
}


class Grid(StrEnum):
    """The two arrangements: of the 34 provinces since 1 July 2025, and of the 63 before."""

    SINCE_2025 = "provinces-34"
    UNTIL_2025 = "provinces-63"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A square of the grid: which unit it is, and its column and row, from 0.

    ``of`` is the code of the province that an archipelago belongs to, empty for a province.
    """

    name: str
    column: int
    row: int
    code: str = ""
    unit: str = ""
    of: str = ""


@cache
def tiles(grid: Grid) -> tuple[Tile, ...]:
    """The tiles of a grid, the two archipelagos last."""
    file = f"{grid}.yaml"
    problems = Problems(file=file)
    content = files("parindex.documents").joinpath("charts", "grids", file).read_bytes()
    top = Fields(tree_of(content, problems), problems, about="grid")
    top.text("source")
    found = [
        Tile(
            name=one.text("name"), column=one.whole("column"), row=one.whole("row"),
            code=one.text("code"), unit=one.text("unit"),
        )
        for one in _each(top, "provinces", problems)
    ]  # fmt: skip
    found += [
        Tile(
            name=one.text("name"), column=one.whole("column"), row=one.whole("row"),
            of=one.text("of"),
        )
        for one in _each(top, "archipelagos", problems)
    ]  # fmt: skip
    problems.raise_if_any()
    return tuple(found)


def _each(top: Fields, key: str, problems: Problems) -> list[Fields]:
    return [Fields(one, problems, about=key) for one in top.sequence(key)]


def tile_map(
    values: Mapping[str, Decimal],
    grid: Grid,
    *,
    title: str,
    decimals: int,
    language: str = "vi",
    key: str = "map",
) -> Chart:
    """The tile-grid map of values in percent, by the provinces' codes or unit ids.

    A province without a value is hatched; an archipelago bears the colour of its province.
    """
    squares = tiles(grid)
    known = {one.code: _value(values, one) for one in squares if one.code}
    found = [one for one in known.values() if one is not None] or [Decimal(0), Decimal(100)]
    scale = ticks(min(found), max(found))
    low, high = scale[0], scale[-1]
    canvas = Canvas(2 * _LEFT + _SIDE * (1 + max(one.column for one in squares)))
    missing = canvas.hatch(f"{key}-missing")
    _legend(canvas, low, high, language)
    for one in squares:
        value = known[one.of or one.code]
        fill = missing if value is None else shade(value, low, high)
        _tile(canvas, one, fill, figure(value, min(decimals, 1), language))
    height = _TOP + _SIDE * (1 + max(one.row for one in squares)) + 8
    provinces = [one for one in squares if one.code]
    alt = Text(
        vi=_finding(provinces, known, decimals, "vi"), en=_finding(provinces, known, decimals, "en")
    )
    words = _WORDS[language]
    return Chart(
        svg=canvas.finish(height, key=key, title=title, alt=alt.say(language), language=language),
        title=title,
        alt=alt,
        columns=(words["unit"], words["value"]),
        rows=tuple((one.name, figure(known[one.code], decimals, language)) for one in provinces),
        width=canvas.width,
        height=height,
    )


def _value(values: Mapping[str, Decimal], tile: Tile) -> Decimal | None:
    return values.get(tile.code, values.get(tile.unit))


def _legend(canvas: Canvas, low: Decimal, high: Decimal, language: str) -> None:
    for at in range(20):
        fill = shade(low + (high - low) * at / 19, low, high)
        canvas.rectangle(_LEFT + 7 * at, 24, 7.4, 10, fill=fill)
    canvas.text(_LEFT, 16, f"{figure(low, 0, language)}%", size=11, fill=QUIET)
    canvas.text(_LEFT + 140, 16, f"{figure(high, 0, language)}%", size=11, anchor="end", fill=QUIET)


def _tile(canvas: Canvas, tile: Tile, fill: str, shown: str) -> None:
    x, y = _LEFT + _SIDE * tile.column, _TOP + _SIDE * tile.row
    if tile.of:
        _archipelago(canvas, tile, x, y, fill)
        return
    canvas.rectangle(x + 1, y + 1, _SIDE - 2, _SIDE - 2, fill=fill)
    ink = INK if fill.startswith("url") else on(fill)
    lines = wrapped(tile.name, _SIDE - 4, 9.5, most=2)
    for at, said in enumerate(lines):
        canvas.text(x + _SIDE / 2, y + 17 + 11 * at, said, size=9.5, anchor="middle", fill=ink)
    canvas.text(x + _SIDE / 2, y + _SIDE - 9, shown, size=12, anchor="middle", fill=ink, bold=True)


def _archipelago(canvas: Canvas, tile: Tile, x: float, y: float, fill: str) -> None:
    """Islands in a frame, in the colour of the province they belong to."""
    canvas.rectangle(x + 1, y + 1, _SIDE - 2, _SIDE - 2, fill=PAPER)
    canvas.frame(x + 1.5, y + 1.5, _SIDE - 3, _SIDE - 3, stroke=QUIET)
    for across, down in ((15, 12), (28, 20), (43, 14), (22, 29), (38, 31)):
        canvas.dot(x + across, y + down, 4, fill=fill, stroke=INK)
    canvas.text(x + _SIDE / 2, y + _SIDE - 9, tile.name, size=9.5, anchor="middle")


def _finding(
    provinces: list[Tile], known: Mapping[str, Decimal | None], decimals: int, language: str
) -> str:
    vi = language == "vi"
    with_value = [(one.name, value) for one in provinces if (value := known[one.code]) is not None]
    if not with_value:
        return "Chưa có số liệu của tỉnh nào." if vi else "No province has a figure."
    top, low = max(one[1] for one in with_value), min(one[1] for one in with_value)
    first = listed([name for name, value in with_value if value == top], language, most=3)
    last = listed([name for name, value in with_value if value == low], language, most=3)
    n_missing = len(provinces) - len(with_value)
    high, least = figure(top, decimals, language), figure(low, decimals, language)
    if vi:
        said = f"Cao nhất: {first} ({high}%); thấp nhất: {last} ({least}%)."
        more = f" {n_missing} tỉnh, thành phố không có số liệu." if n_missing else ""
        return said + more + " Hoàng Sa thuộc Đà Nẵng, Trường Sa thuộc Khánh Hòa."
    said = f"Highest: {first} ({high}%); lowest: {last} ({least}%)."
    more = f" {n_missing} of {len(provinces)} provinces have no figure." if n_missing else ""
    return said + more + " Hoàng Sa is part of Đà Nẵng, Trường Sa of Khánh Hòa."
