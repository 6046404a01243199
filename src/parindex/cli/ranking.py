"""Rankings on a terminal, with bars and arrows; and the terminal as a picture."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from parindex.cli.output import language
from parindex.points import show, show_fraction
from parindex.scoring.change import Change, Direction
from parindex.scoring.run import GroupRun, IndexRun

WHOLE_UP_TO: Final = 20
HEAD, TAIL = 10, 3
QUIET = "#7a7668"
_ACCENT, _UP, _DOWN = "#0b5c6b", "#1f7a4d", "#b3261e"
_SAID: Final = {
    "vi": {
        "unit": "Đơn vị", "index": "Chỉ số", "class": "Xếp loại", "change": "So với năm trước",
        "rank": "Hạng", "unchanged": "– không đổi", "none": "không so sánh",
        "figures": "{n} đơn vị xếp hạng · trung bình {mean} · thấp nhất {least} · cao nhất {most}",
        "more": "… {n} đơn vị nữa",
        "sealed": "niêm phong {file}, tính lại khớp từng byte · {digest}",
        "excerpt": "Đắk Lắk 2022 (trích): chỉ những số đã công bố, không phải bảng đầy đủ",
        "done": "Kết quả, tệp Excel và gói niêm phong ở {out}",
    },
    "en": {
        "unit": "Unit", "index": "Index", "class": "Class", "change": "Against last year",
        "rank": "Rank", "unchanged": "– unchanged", "none": "not comparable",
        "figures": "{n} units ranked · mean {mean} · least {least} · greatest {most}",
        "more": "… {n} more units",
        "sealed": "sealed {file}, recomputed to the last byte · {digest}",
        "excerpt": "Đắk Lắk 2022 (excerpt): only figures that were published, not a whole table",
        "done": "Results, workbooks and bundles are in {out}",
    },
}  # fmt: skip


def say_in(key: str, **values: object) -> str:
    """A phrase in the reader's language."""
    return _SAID[language()][key].format_map(values)


def number(text: str) -> str:
    """A number as the reader's language writes it."""
    return text.replace(".", ",") if language() == "vi" else text


def ranking(run: IndexRun, group: GroupRun) -> Table:
    """The ranking of a group with bars from zero and arrows; a long one in its head and tail."""
    table = Table(box=None, padding=(0, 1), header_style=QUIET)
    table.add_column(say_in("rank"), justify="right")
    table.add_column(say_in("unit"), max_width=44)
    table.add_column(say_in("index"), justify="right")
    table.add_column("", width=24)
    if group.criteria.classes:
        table.add_column(say_in("class"))
    if run.round.previous:
        table.add_column(say_in("change"), no_wrap=True)
    order = group.in_order()
    shown = order if len(order) <= WHOLE_UP_TO else [*order[:HEAD], None, *order[-TAIL:]]
    for at in shown:
        if at is None:
            table.add_row("", Text(say_in("more", n=len(order) - HEAD - TAIL), QUIET))
        else:
            table.add_row(*_cells(run, group, at))
    return table


def _cells(run: IndexRun, group: GroupRun, at: int) -> Iterator[str | Text | Bar]:
    result, decimals = group.results[at], group.criteria.policies.index_decimals
    rank = group.ranks[at]
    yield "–" if rank is None else str(rank)
    yield group.units[at].name
    yield "" if result.index is None else number(show(result.index, decimals))
    yield Bar(100, 0, float(group.index(at) or 0), width=24, color=_ACCENT)
    if group.criteria.classes:
        names = {one.id: one.name.say(language()) for one in group.criteria.classes}
        yield names.get(result.classification, "")
    if run.round.previous:
        yield _arrow(run.change(group, at), decimals)


def _arrow(change: Change, decimals: int) -> Text:
    if change.index is None:
        return Text(say_in("none"), QUIET)
    if change.direction is Direction.UNCHANGED:
        return Text(say_in("unchanged"), QUIET)
    up = change.direction is Direction.UP
    size = number(show_fraction(abs(change.index), decimals))
    text = f"{'▲' if up else '▼'} {size}"
    if change.rank:
        text += f" ({change.rank:+d})"
    return Text(text, _UP if up else _DOWN)


def fragments(file: Path) -> Iterator[Table]:
    """Published figures that are no whole table, one table a level; nothing is ranked anew."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for level, group in groupby(rows, key=lambda row: row["level"]):
        table = Table(box=None, padding=(0, 1), header_style=QUIET, title_justify="left")
        table.add_column(say_in("rank"), justify="right")
        table.add_column(level, min_width=44)
        table.add_column(say_in("index"), justify="right")
        table.add_column("", width=24)
        for row in group:
            bar = Bar(100, 0, float(row["index"]), width=24, color=_ACCENT)
            table.add_row(row["rank"] or "–", row["unit"], number(row["index"]), bar)
        yield table


# Rich's own frame loads a font from another host; a picture in a README must not.
_FRAME: Final = """\
<svg class="rich-terminal" viewBox="0 50 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
<rect width="{width}" height="{height}" fill="#ffffff" rx="6" />
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def svg(console: Console) -> str:
    """What a recording console printed, as a picture that needs no other host."""
    paper = TerminalTheme((255, 255, 255), (27, 39, 51), [(27, 39, 51)] * 8)
    return console.export_svg(
        title="parindex", theme=paper, code_format=_FRAME, unique_id="parindex"
    )
