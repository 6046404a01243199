"""The self-scoring workbook as cells: what is drawn where, what is locked, what may be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from parindex.criteria.model import CriteriaSet, Item
from parindex.criteria.rules import Options
from parindex.errors import Problems
from parindex.workbooks.cells import NO, YES
from parindex.workbooks.errors_sheet import WRONG, Marked, add_errors, comment
from parindex.workbooks.layout import (
    FONT,
    GREY,
    LINE,
    MOST_CHARACTERS,
    Book,
    Sheet,
    Style,
)
from parindex.workbooks.measure import LINE_HEIGHT, lines, row_height
from parindex.workbooks.sheet_reading import Key
from parindex.workbooks.sheet_words import (
    COLUMNS,
    ENTRY_KEYS,
    KEY_FACTS,
    KEY_HEADER,
    KEY_SHEET,
    REMEMBERED,
    SCHEMA,
    SHEET,
)
from parindex.workbooks.texts import letters, shown
from parindex.workbooks.uploads import address, spot_of

_FIELD: Final = "#FFF9DB"
_CLOSED: Final = "#EDEDED"
_SHADES: Final = {"area": "#D9E2F3", "criterion": "#F2F2F2"}
_CENTRED: Final = frozenset({"max_points", *ENTRY_KEYS})
_BY_KEY: Final = {column.key: column for column in COLUMNS}
_LISTS: Final = len(KEY_HEADER) + 1
# What may be done to a protected sheet; there is no password, only a hand on the arm.
_ALLOWED: Final = {
    "format_columns": True, "format_rows": True, "select_locked_cells": True,
    "select_unlocked_cells": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its texts by column, which of its cells may be filled in, and what else stands."""

    row: int
    kind: str
    texts: Mapping[str, str]
    item: Item | None = None
    fields: frozenset[str] = frozenset()
    extra: Mapping[int, str] = field(default_factory=dict)

    def at(self, row: int) -> Line:
        """The same on another row."""
        return replace(self, row=row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Everything that is drawn; the same form gives the same bytes."""

    criteria: CriteriaSet
    title: str
    made_on: date
    top: Sequence[str]
    header: int
    columns: Mapping[str, int]
    lines: Sequence[Line]
    key: Key
    marked: Marked | None = None

    def content(self) -> bytes:
        """The finished file; raises UnusableInputError for a text that no cell holds."""
        return _Drawing(self).content()


class _Drawing:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._problems = Problems()
        self._book = Book(title=form.title, made_on=form.made_on)
        self._last = max(form.columns.values())
        self._lists: dict[tuple[str, ...], str] = {}

    def content(self) -> bytes:
        form, marked = self._form, self._form.marked
        if marked is not None:
            add_errors(self._book, marked.problems, sheet=SHEET)
        sheet = self._book.add(SHEET, colour="#1F4E79")
        self._top(sheet)
        self._header(sheet)
        lists = self._key_sheet()
        for line in form.lines:
            self._line(sheet, line)
        for line in form.lines:
            self._choices(sheet, line, lists)
        last = max((line.row for line in form.lines), default=form.header)
        sheet.freeze_panes(form.header + 1, min(2, self._last))
        sheet.repeat_rows(form.header)
        sheet.print_area(0, 0, last, self._last)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{letters(self._last)}{last + 1}"})
        if not self._mended_elsewhere():
            sheet.protect("", _ALLOWED)
        if marked is not None:
            for cell, problems in marked.cells.items():
                comment(sheet, spot_of(cell), problems)
        self._problems.raise_if_any()
        return self._book.content()

    def _mended_elsewhere(self) -> bool:
        """Whether something is to be mended that is no field: then nothing may be in the way."""
        if self._form.marked is None:
            return False
        at = self._form.columns
        fields = {
            address(line.row, at[key])
            for line in self._form.lines
            if line.item is not None
            for key in line.fields & {*ENTRY_KEYS, "note"}
            if key in at
        }
        return not set(self._form.marked.cells) <= fields

    # ---- above the rows

    def _top(self, sheet: Sheet) -> None:
        width = sum(one.width for one in COLUMNS if one.key in self._form.columns)
        looks: list[dict[str, object]] = [
            {"bold": True, "font_size": 14, "align": "center"},
            {"bold": True, "align": "center"},
            {"italic": True, "align": "center"},
            {"font_color": "#7F6000"},
        ]
        for row, text in enumerate(self._form.top):
            look = looks[min(row, len(looks) - 1)]
            style = self._book.style(**look, text_wrap=True, valign="vcenter")
            self._put(sheet, (row, 0), text, style, merge_to=self._last)
            size = 14 if row == 0 else 12
            n_lines = lines(text, width * 12 / size, bold=row < 2)
            sheet.set_row(row, size / 12 * LINE_HEIGHT * n_lines + 4)

    def _header(self, sheet: Sheet) -> None:
        head = self._book.style(
            bold=True, text_wrap=True, align="center", valign="vcenter", border=1,
            border_color=LINE, bg_color="#D9E2F3",
        )  # fmt: skip
        cells = []
        for key, at in self._form.columns.items():
            column = _BY_KEY[key]
            text = self._book.style(num_format="@", text_wrap=True)
            sheet.set_column(at, at, column.width, text)
            sheet.write_string(self._form.header, at, column.heading, head)
            cells.append((column.heading, column.width, True))
            if address(self._form.header, at) not in self._marks():
                note = {"font_name": FONT, "font_size": 11, "width": 260, "height": 80}
                sheet.write_comment(self._form.header, at, column.about, note)
        sheet.set_row(self._form.header, row_height(cells) + 6)

    def _marks(self) -> Collection[str]:
        return self._form.marked.cells if self._form.marked is not None else ()

    # ---- rows

    def _line(self, sheet: Sheet, line: Line) -> None:
        marks = self._marks()
        heights = []
        for key, at in self._form.columns.items():
            text = line.texts.get(key, "")
            wrong = address(line.row, at) in marks
            style = self._style(line, key, wrong=wrong)
            self._put(sheet, (line.row, at), text, style, key=key, of=line.texts.get("code", ""))
            heights.append((text, _BY_KEY[key].width, line.kind == "area"))
        for at, text in line.extra.items():
            wrong = address(line.row, at) in marks
            looks: dict[str, object] = {"bg_color": WRONG} if wrong else {}
            style = self._book.style(**looks, num_format="@", locked=False)
            self._put(sheet, (line.row, at), text, style)
        sheet.set_row(line.row, row_height(heights) + 2)

    def _style(self, line: Line, key: str, *, wrong: bool) -> Style:
        looks: dict[str, object] = {
            "border": 1, "border_color": LINE, "text_wrap": True, "num_format": "@",
        }  # fmt: skip
        if key in _CENTRED:
            looks["align"] = "center"
        if line.item is None:
            looks |= {"bg_color": _SHADES.get(line.kind, "#FFFFFF")}
            if line.kind == "area" or key in {"code", "name"}:
                looks["bold"] = True
        elif key in {*ENTRY_KEYS, "note", "evidence"}:
            is_field = key in line.fields
            looks |= {"bg_color": _FIELD if is_field else _CLOSED, "locked": not is_field}
            if not is_field:
                looks["font_color"] = GREY
        elif key == "sentence":
            looks["font_color"] = "#404040"
        if wrong:
            looks |= {"bg_color": WRONG, "font_color": "#C00000", "locked": False}
        return self._book.style(**looks)

    def _choices(self, sheet: Sheet, line: Line, lists: Mapping[tuple[str, ...], str]) -> None:
        if line.item is None:
            return
        for key in line.fields & {"option", "veto"}:
            if key not in self._form.columns:
                continue
            at = self._form.columns[key]
            source: object = [YES, NO]
            if key == "option":
                if not isinstance(line.item.rule, Options):
                    continue
                source = lists[_codes(line.item.rule)]
            sheet.data_validation(
                line.row, at, line.row, at,
                {
                    "validate": "list",
                    "source": source,
                    "error_title": _BY_KEY[key].heading[:32],
                    "error_message": "Chọn một giá trị trong danh sách của ô.",
                },
            )  # fmt: skip

    def _put(
        self, sheet: Sheet, at: tuple[int, int], text: str, style: Style, *, key: str = "",
        of: str = "", merge_to: int = 0,
    ) -> None:  # fmt: skip
        """Write one text as text, whatever it looks like; one that no cell holds is told."""
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
            column = _BY_KEY[key].heading if key else address(*at)
            self._problems.add(
                "sheet.cannot_hold", of=of, column=column, got=shown(text), limit=MOST_CHARACTERS
            )
        elif merge_to:
            sheet.merge_range(*at, at[0], merge_to, "", style)
            sheet.write_string(*at, text, style)
        elif text:
            sheet.write_string(*at, text, style)
        else:
            sheet.write_blank(*at, None, style)

    # ---- the hidden sheet

    def _key_sheet(self) -> dict[tuple[str, ...], str]:
        """Write what the workbook is based on, and the lists to choose from; where they stand."""
        sheet, key = self._book.add(KEY_SHEET), self._form.key
        text = self._book.style(num_format="@")

        def row_of(row: int, texts: Sequence[str]) -> None:
            for column, one in enumerate(texts):
                self._put(sheet, (row, column), one, text)

        facts = (SCHEMA, key.round_id, key.unit_id, key.digest)
        for row, pair in enumerate(zip(KEY_FACTS, facts, strict=True)):
            row_of(row, pair)
        header = len(KEY_FACTS)
        row_of(header, KEY_HEADER)
        for row, (code, one) in enumerate(key.items.items(), header + 1):
            texts = (one.texts.get(name, "") for name in REMEMBERED)
            row_of(row, (code, str(one.version), one.state, *texts))
        places: dict[tuple[str, ...], str] = {}
        row, column = 0, letters(_LISTS)
        for item in self._form.criteria.items():
            if isinstance(item.rule, Options) and _codes(item.rule) not in places:
                codes = _codes(item.rule)
                last = row + len(codes)
                places[codes] = f"='{KEY_SHEET}'!${column}${row + 1}:${column}${last}"
                for code in codes:
                    sheet.write_string(row, _LISTS, code, text)
                    row += 1
        sheet.protect("")
        sheet.very_hidden()
        return places


def _codes(rule: Options) -> tuple[str, ...]:
    return tuple(code for code, _ in rule.points)
