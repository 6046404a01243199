"""Units, people and their assignments as a workbook, and the workbook again with errors marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

from parindex.errors import Problem, Problems
from parindex.whole import whole_file
from parindex.workbooks.cells import shown_value
from parindex.workbooks.errors_sheet import WRONG, Marked, add_errors, comment
from parindex.workbooks.layout import LINE, MOST_CHARACTERS, Book, Sheet, offer
from parindex.workbooks.measure import row_height
from parindex.workbooks.people_reading import AssignmentRow, PeopleUpload, PersonRow, UnitRow
from parindex.workbooks.people_words import ASSIGNMENTS, COLUMNS, PEOPLE, SHEETS, UNITS
from parindex.workbooks.texts import letters, shown
from parindex.workbooks.uploads import Spot, address, spot_of
from parindex.workbooks.wording import TIERS

SPARE_ROWS: Final = 500
LISTS_SHEET: Final = "Danh mục"


def write_people(
    units: Sequence[UnitRow],
    people: Sequence[PersonRow],
    assignments: Sequence[AssignmentRow],
    file: Path | BinaryIO,
    *,
    roles: Mapping[str, str],
    made_on: date,
) -> None:
    """Write the three sheets; with nothing in them it is the template.

    ``roles`` gives the Vietnamese word of each role's code; ``made_on`` is the day that stands
    in the file's properties. Raises UnusableInputError for a text that no cell holds.
    """
    rows: dict[str, list[tuple[str, ...]]] = {
        UNITS: [_unit_texts(one) for one in units],
        PEOPLE: [(one.account, one.name, one.email, one.phone) for one in people],
        ASSIGNMENTS: [_assignment_texts(one, roles) for one in assignments],
    }
    pages = [
        _Page(
            name=name,
            header=0,
            columns={one.key: at for at, one in enumerate(COLUMNS[name])},
            texts={
                (row, at): text
                for row, cells in enumerate(rows[name], 1)
                for at, text in enumerate(cells)
            },
        )
        for name in SHEETS
    ]
    content = _Writing(roles, made_on, None).content(pages)
    if isinstance(file, Path):
        with whole_file(file) as fresh:
            fresh.write_bytes(content)
    else:
        file.write(content)


def mark_people(
    upload: PeopleUpload,
    problems: Sequence[Problem] | None = None,
    *,
    roles: Mapping[str, str],
    made_on: date,
) -> bytes:
    """The uploaded workbook written anew, each text in its place, with what is wrong marked.

    ``problems`` are the upload's own unless others are given.
    """
    told = tuple(upload.problems if problems is None else problems)
    pages = [
        _Page(
            name=name,
            header=table.header,
            columns=table.columns,
            texts={
                (row, at): shown_value(value, percent=(row, at) in table.grid.percents)
                for row, cells in enumerate(table.grid.rows)
                for at, value in enumerate(cells)
                if row != table.header and value != ""
            },
        )
        for name, table in upload.tables.items()
    ]
    return _Writing(roles, made_on, told).content(pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One sheet: its header's row, where its columns stand, the texts of its cells."""

    name: str
    header: int
    columns: Mapping[str, int]
    texts: Mapping[Spot, str]

    @property
    def last(self) -> int:
        return max((row for row, _ in self.texts), default=self.header)


class _Writing:
    def __init__(
        self, roles: Mapping[str, str], made_on: date, told: Sequence[Problem] | None
    ) -> None:
        self._book = Book(title="Đơn vị, người dùng, phân công", made_on=made_on)
        self._lists = {"tier": list(TIERS.labels.values()), "role": list(roles.values())}
        self._told = told
        self._problems = Problems()
        box = {"border": 1, "border_color": LINE, "text_wrap": True}
        self._head = self._book.style(
            **box, bold=True, align="center", valign="vcenter", bg_color="#D9E2F3"
        )
        self._plain = self._book.style(**box, num_format="@")
        self._wrong = self._book.style(**box, num_format="@", bg_color=WRONG, font_color="#C00000")

    def content(self, pages: Sequence[_Page]) -> bytes:
        """The finished file."""
        if self._told is not None:
            add_errors(self._book, self._told, sheet="")
        for page in pages:
            self._page(page)
        lists = self._book.add(LISTS_SHEET)
        for column, texts in enumerate(self._lists.values()):
            for row, text in enumerate(texts):
                lists.write_string(row, column, text)
        lists.hide()
        self._problems.raise_if_any()
        return self._book.content()

    def _page(self, page: _Page) -> None:
        sheet = self._book.add(page.name, colour="#1F4E79")
        self._header(sheet, page)
        marked = Marked.of(self._told or (), sheet=page.name)
        widths = {
            page.columns[one.key]: one.width
            for one in COLUMNS[page.name]
            if one.key in page.columns
        }
        heights: dict[int, list[tuple[str, float, bool]]] = {}
        for (row, at), text in page.texts.items():
            style = self._wrong if address(row, at) in marked.cells else self._plain
            if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
                self._problems.add(
                    "sheet.cannot_hold", of=page.name, column=address(row, at), got=shown(text),
                    limit=MOST_CHARACTERS,
                )  # fmt: skip
            elif text:
                sheet.write_string(row, at, text, style)
                heights.setdefault(row, []).append((text, widths.get(at, 10), False))
            else:
                sheet.write_blank(row, at, None, style)
        for cell, found in marked.cells.items():
            spot = spot_of(cell)
            if not page.texts.get(spot):
                sheet.write_blank(*spot, None, self._wrong)
            comment(sheet, spot, found)
        for row, cells in heights.items():
            sheet.set_row(row, row_height(cells) + 2)
        sheet.freeze_panes(page.header + 1, 1)
        sheet.repeat_rows(page.header)
        sheet.fit_to_pages(1, 0)
        end = letters(max(*page.columns.values(), *(at for _, at in page.texts), 0))
        sheet.ignore_errors({"number_stored_as_text": f"A1:{end}{page.last + SPARE_ROWS}"})

    def _header(self, sheet: Sheet, page: _Page) -> None:
        for one in COLUMNS[page.name]:
            if one.key not in page.columns:
                continue
            at = page.columns[one.key]
            text = self._book.style(num_format="@", text_wrap=True)
            sheet.set_column(at, at, one.width, text)
            # The reader passes over the star, which says that the column must be filled in.
            heading = f"{one.heading} *" if one.required else one.heading
            sheet.write_string(page.header, at, heading, self._head)
            among = ""
            if one.key in self._lists:
                column = letters(list(self._lists).index(one.key))
                among = f"='{LISTS_SHEET}'!${column}$1:${column}${len(self._lists[one.key])}"
            cells = (page.header + 1, at, page.last + SPARE_ROWS, at)
            offer(sheet, cells, title=one.heading, about=one.about, among=among)
        sheet.set_row(page.header, 32)


def _unit_texts(unit: UnitRow) -> tuple[str, ...]:
    return (
        unit.id, unit.name, TIERS.labels.get(unit.tier, unit.tier), unit.group, unit.parent,
        _day_text(unit.start_on), _day_text(unit.last_on), "; ".join(unit.predecessors),
    )  # fmt: skip


def _assignment_texts(one: AssignmentRow, roles: Mapping[str, str]) -> tuple[str, ...]:
    return (
        one.account, roles.get(one.role, one.role), one.unit, one.round,
        _day_text(one.start_on), _day_text(one.last_on),
    )  # fmt: skip


def _day_text(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/}{day.year:04}"
