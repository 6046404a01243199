"""The results of a scored round as a workbook: an overview, then for each group ranks and items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from parindex.criteria.model import Status
from parindex.points import show, show_fraction
from parindex.scoring.run import GroupRun, IndexRun
from parindex.scoring.trace import Marker, Score
from parindex.whole import whole_file
from parindex.workbooks.layout import GREY, LINE, MOST_CHARACTERS, Book, Sheet, Style
from parindex.workbooks.measure import row_height
from parindex.workbooks.texts import letters

_WORDS: Final = {
    "vi": {
        "overview": "Tổng hợp",
        "title": "Kết quả xác định chỉ số {index} năm {year}",
        "round": "Kỳ đánh giá: {round} · Ngày chốt số liệu: {day}",
        "template": "Tính theo bộ tiêu chí mẫu, không phải văn bản pháp luật.",
        "groups": ("Nhóm", "Bộ tiêu chí", "Số đơn vị", "Số đơn vị xếp hạng", "Chỉ số trung bình",
                   "Thấp nhất", "Cao nhất"),
        "ranks": ("Hạng", "Đơn vị", "Mã đơn vị", "Chỉ số (%)", "Xếp loại", "Điểm", "Điểm tối đa",
                  "Điểm thưởng", "Điểm trừ", "Thay đổi chỉ số", "Thay đổi hạng"),
        "figures": "{n_units} đơn vị, {n_ranked} đơn vị xếp hạng · chốt số liệu {day}",
        "area": "{code}. {name} (%)",
        "items": "mục",
        "not_applicable": "KAD",
        "unit": "Đơn vị",
        "unit_id": "Mã đơn vị",
        "maximum": "Điểm tối đa",
        "legend": "KAD: không áp dụng · chữ đỏ: điểm liệt · chữ nghiêng: không phát sinh hoặc cho "
                  "điểm tối đa · nền vàng: chưa có kết quả, tính 0 điểm",
    },
    "en": {
        "overview": "Overview",
        "title": "Results of the index {index}, {year}",
        "round": "Round: {round} · Reference date: {day}",
        "template": "By a template criteria set, which is no law.",
        "groups": ("Group", "Criteria set", "Units", "Ranked units", "Mean index", "Lowest",
                   "Highest"),
        "ranks": ("Rank", "Unit", "Unit id", "Index (%)", "Class", "Points", "Maximum", "Bonus",
                  "Deduction", "Change of index", "Change of rank"),
        "figures": "{n_units} units, {n_ranked} ranked · reference date {day}",
        "area": "{code}. {name} (%)",
        "items": "items",
        "not_applicable": "n/a",
        "unit": "Unit",
        "unit_id": "Unit id",
        "maximum": "Maximum",
        "legend": "n/a: not applicable · red: scored 0 by its guard · italic: none due, or the "
                  "maximum awarded · yellow: missing, counted as 0",
    },
}  # fmt: skip
_RANK_WIDTHS: Final = (7, 34, 17, 9, 12, 10, 10, 9, 9, 9.5, 8)
_AREA_WIDTH: Final = 11.5
_ITEM_WIDTH: Final = 8.5
_HEAD: Final = {
    "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1,
    "border_color": LINE, "bg_color": "#D9E2F3",
}  # fmt: skip
_BOX: Final = {"border": 1, "border_color": LINE}
_LOOKS: Final[Mapping[Marker, Mapping[str, object]]] = {
    Marker.SCORED: {},
    Marker.ZERO_IF: {"font_color": "#C00000"},
    Marker.NONE_DUE_ZERO: {"italic": True},
    Marker.NONE_DUE_FULL: {"italic": True},
    Marker.NOT_APPLICABLE: {"italic": True, "font_color": GREY, "align": "right"},
    Marker.MISSING: {"bg_color": "#FFF2CC"},
}


def write_results(run: IndexRun, path: Path, *, language: str = "vi") -> None:
    """Write the results of a round to ``path``; the same run gives the same bytes.

    Figures are numbers that show as many decimals as are published; names are text, whatever
    they look like.
    """
    content = _Results(run, language).content()
    with whole_file(path) as fresh:
        fresh.write_bytes(content)


class _Results:
    """One workbook in one language."""

    def __init__(self, run: IndexRun, language: str) -> None:
        spec = run.round.spec
        self._run = run
        self._language = language
        self._words = _WORDS[language]
        self._day = f"{spec.reference_date:%d/%m}/{spec.reference_date.year:04}"
        self._heading = self._say("title", index=spec.index, year=spec.year)
        self._book = Book(title=self._heading, made_on=spec.reference_date)
        self._title = self._book.style(bold=True, font_size=14)
        self._small = self._book.style(italic=True, font_color=GREY)
        self._head = self._book.style(**_HEAD)
        self._text = self._book.style(**_BOX, text_wrap=True)

    def content(self) -> bytes:
        """The finished file."""
        self._overview()
        for group in self._run.groups:
            self._ranks(group)
            self._items(group)
        return self._book.content()

    def _say(self, key: str, **values: object) -> str:
        text = self._words[key]
        assert isinstance(text, str)  # noqa: S101 - lists are asked for by themselves
        return text.format_map(values)

    def _number(self, decimals: int, **looks: object) -> Style:
        return self._book.style(**_BOX, num_format=_format(decimals), **looks)

    # ---- the overview

    def _overview(self) -> None:
        spec = self._run.round.spec
        sheet = self._book.add(self._say("overview"), colour="#1F4E79")
        for column, width in enumerate((24, 70, 12, 12, 14, 12, 12)):
            sheet.set_column(column, column, width)
        _put(sheet, 0, 0, self._heading, self._title)
        _put(sheet, 1, 0, self._say("round", round=spec.round, day=self._day), self._small)
        self._header(sheet, 3, self._words["groups"], (24, 70, 12, 12, 14, 12, 12))
        for row, group in enumerate(self._run.groups, 4):
            figures = group.figures()
            decimals = group.criteria.policies.index_decimals
            title = group.criteria.title.say(self._language)
            if group.criteria.status is Status.TEMPLATE:
                title += "\n" + self._say("template")
            _put(sheet, row, 0, group.name, self._text)
            _put(sheet, row, 1, title, self._text)
            sheet.write_number(row, 2, figures.n_units, self._number(0))
            sheet.write_number(row, 3, figures.n_ranked, self._number(0))
            style = self._number(decimals)
            mean = None if figures.mean is None else figures.mean / 10**decimals
            _figure(sheet, row, 4, _rounded(mean, decimals), style)
            _figure(sheet, row, 5, _shown(figures.least, decimals), style)
            _figure(sheet, row, 6, _shown(figures.greatest, decimals), style)
            sheet.set_row(row, row_height([(group.name, 24, False), (title, 70, False)]))
        sheet.fit_to_pages(1, 0)

    # ---- ranks

    def _ranks(self, group: GroupRun) -> None:
        sheet = self._book.add(group.name, colour="#548235")
        areas = [
            self._say("area", code=area.code, name=area.name.say(self._language))
            for area in group.criteria.areas
        ]
        columns = [*self._words["ranks"], *areas]
        widths = [*_RANK_WIDTHS, *[_AREA_WIDTH] * len(areas)]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._top(sheet, group)
        self._header(sheet, 2, columns, widths)
        row = 2
        for row, at in enumerate(group.in_order(), 3):
            self._unit(sheet, row, group, at)
        sheet.freeze_panes(3, 2)
        sheet.autofilter(2, 0, row, len(columns) - 1)
        sheet.repeat_rows(2)
        sheet.repeat_columns(0, 1)
        sheet.fit_to_pages(1, 0)

    def _top(self, sheet: Sheet, group: GroupRun) -> None:
        figures = group.figures()
        title = f"{self._heading} – {group.criteria.title.say(self._language)}"
        said = self._say(
            "figures", n_units=figures.n_units, n_ranked=figures.n_ranked, day=self._day
        )
        if group.criteria.status is Status.TEMPLATE:
            said += " · " + self._say("template")
        _put(sheet, 0, 0, title, self._title)
        _put(sheet, 1, 0, said, self._small)

    def _unit(self, sheet: Sheet, row: int, group: GroupRun, at: int) -> None:
        unit, result, change = group.units[at], group.results[at], self._run.change(group, at)
        policies = group.criteria.policies
        index, points = policies.index_decimals, policies.points_decimals
        named = {one.id: one.name.say(self._language) for one in group.criteria.classes}
        percent, point = self._number(index), self._number(points)
        place = self._number(0, align="center")
        moved = self._book.style(**_BOX, num_format=_signed(index))
        risen = self._book.style(**_BOX, num_format=_signed(0))
        strong = self._number(index, bold=True)
        _figure(sheet, row, 0, _shown(group.ranks[at], 0), place)
        _put(sheet, row, 1, unit.name, self._text)
        _put(sheet, row, 2, unit.id, self._text)
        _figure(sheet, row, 3, _shown(result.index, index), strong)
        classed = self._book.style(**_BOX, text_wrap=True, align="center")
        _put(sheet, row, 4, named.get(result.classification, ""), classed)
        _figure(sheet, row, 5, _steps(result.points, points), point)
        _figure(sheet, row, 6, _steps(result.maximum, points), point)
        _figure(sheet, row, 7, _rounded(result.adjusted.bonus, points), point)
        _figure(sheet, row, 8, _rounded(result.adjusted.deduction, points), point)
        _figure(sheet, row, 9, _rounded(change.index, index), moved)
        _figure(sheet, row, 10, _shown(change.rank, 0), risen)
        for column, area in enumerate(result.areas, len(_RANK_WIDTHS)):
            _figure(sheet, row, column, _shown(area.index, index), percent)
        sheet.set_row(row, row_height([(unit.name, 34, False), (unit.id, 17, False)]))

    # ---- items

    def _items(self, group: GroupRun) -> None:
        sheet = self._book.add(f"{group.name[:20]} - {self._say('items')}", colour="#7F7F7F")
        items = list(group.criteria.items())
        decimals = group.criteria.policies.points_decimals
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 18)
        sheet.set_column(2, 1 + len(items), max(_ITEM_WIDTH, decimals + 4.5))
        self._top(sheet, group)
        _put(sheet, 2, 0, self._say("legend"), self._small)
        upright = self._book.style(**{**_HEAD, "bold": False, "rotation": 90})
        sheet.set_row(3, 190)
        _put(sheet, 3, 0, "", self._head)
        _put(sheet, 3, 1, "", self._head)
        _put(sheet, 4, 0, self._say("maximum"), self._head)
        _put(sheet, 4, 1, "", self._head)
        _put(sheet, 5, 0, self._say("unit"), self._head)
        _put(sheet, 5, 1, self._say("unit_id"), self._head)
        most = self._number(decimals, bg_color="#F2F2F2")
        for column, item in enumerate(items, 2):
            _put(sheet, 3, column, item.name.say(self._language), upright)
            sheet.write_number(4, column, float(item.max_points), most)
            _put(sheet, 5, column, item.code, self._head)
        row = 5
        for row, at in enumerate(group.in_order(), 6):
            _put(sheet, row, 0, group.units[at].name, self._text)
            _put(sheet, row, 1, group.units[at].id, self._text)
            self._scores(sheet, row, group.results[at].scores, decimals)
            sheet.set_row(row, row_height([(group.units[at].name, 40, False)]))
        sheet.freeze_panes(6, 2)
        sheet.autofilter(5, 0, row, 1 + len(items))
        sheet.repeat_rows(3, 5)
        sheet.repeat_columns(0, 1)
        sheet.set_print_scale(60)
        sheet.ignore_errors({"number_stored_as_text": f"A6:{letters(1 + len(items))}{row + 1}"})

    def _scores(self, sheet: Sheet, row: int, scores: Sequence[Score], decimals: int) -> None:
        styles = {marker: self._number(decimals, **looks) for marker, looks in _LOOKS.items()}
        not_applicable, one_point = self._say("not_applicable"), 10**decimals
        for column, score in enumerate(scores, 2):
            style = styles[score.marker]
            if score.marker is Marker.NOT_APPLICABLE and not score.maximum:
                sheet.write_string(row, column, not_applicable, style)
            else:
                # Division rounds to the nearest number, the one that the decimals would read as.
                sheet.write_number(row, column, score.points / one_point, style)

    def _header(self, sheet: Sheet, row: int, columns: object, widths: object) -> None:
        assert isinstance(columns, tuple | list)  # noqa: S101 - of words, by the tables above
        assert isinstance(widths, tuple | list)  # noqa: S101 - likewise
        for column, heading in enumerate(columns):
            _put(sheet, row, column, heading, self._head)
        cells = [(text, width, True) for text, width in zip(columns, widths, strict=True)]
        sheet.set_row(row, row_height(cells) + 6)


def _format(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else "0"


def _signed(decimals: int) -> str:
    plain = _format(decimals)
    return f"+{plain};-{plain};{plain}"


def _shown(steps: int | None, decimals: int) -> str:
    return "" if steps is None else show(steps, decimals)


def _rounded(value: Fraction | Decimal | None, decimals: int) -> str:
    return "" if value is None else show_fraction(value, decimals)


def _steps(steps: int | Fraction, decimals: int) -> str:
    """Points in steps; those that a policy scaled are rounded for print only."""
    if isinstance(steps, int):
        return show(steps, decimals)
    return show_fraction(steps / 10**decimals, decimals)


def _figure(sheet: Sheet, row: int, column: int, shown: str, style: Style) -> None:
    """A figure as a number, the very one that is shown; an empty cell where there is none."""
    if shown:
        sheet.write_number(row, column, float(shown), style)
    else:
        sheet.write_blank(row, column, None, style)


def _put(sheet: Sheet, row: int, column: int, text: str, style: Style) -> None:
    if text:
        sheet.write_string(row, column, text[:MOST_CHARACTERS], style)
    else:
        sheet.write_blank(row, column, None, style)
