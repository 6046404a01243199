"""Sheets of plain text, both ways: how a form in Excel (XLSForm) lies in its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from parindex.errors import Problems
from parindex.workbooks.cells import Fault, cell_text, shown_value
from parindex.workbooks.layout import Book, Holder
from parindex.workbooks.texts import clean, shown
from parindex.workbooks.uploads import Grid, address, open_upload

Sheets = Mapping[str, Sequence[Sequence[str]]]

_WIDE: Final = 40
_NARROW: Final = 14


def read_text_sheets(
    content: bytes, wanted: Sequence[str], *, file_name: str
) -> dict[str, list[list[str]]]:
    """The wanted sheets as rows of text from A1 on; one that is missing is not in the answer.

    Truth values are TRUE and FALSE, numbers as the cell shows them. Raises UnusableInputError
    for what is no harmless workbook, and for each cell that holds a formula, a day or an error.
    """
    problems = Problems(file=file_name)
    grids = open_upload(content, wanted, file_name=file_name)
    sheets = {
        title: [_row(grid, row, problems) for row in range(len(grid.rows))]
        for title, grid in grids.items()
    }
    problems.raise_if_any()
    return sheets


def _row(grid: Grid, row: int, problems: Problems) -> list[str]:
    return [_text(grid, row, column, problems) for column in range(len(grid.rows[row]))]


def _text(grid: Grid, row: int, column: int, problems: Problems) -> str:
    spot = row, column
    value = grid.value(row, column)
    said: str | Fault
    if spot in grid.formulas:
        said = Fault("sheet.formula")
    elif spot in grid.errors:
        said = Fault("sheet.error_cell")
    elif isinstance(value, bool):
        said = str(value).upper()
    elif isinstance(value, str):
        said = clean(value)
    else:
        said = cell_text(value, percent=spot in grid.percents)
    if isinstance(said, str):
        return said
    problems.add(
        said.code,
        line=row + 1,
        cell=f"{grid.title}!{address(row, column)}",
        column=shown(shown_value(grid.value(0, column))),
        got=shown(shown_value(value)),
    )
    return ""


def text_sheets_book(sheets: Sheets, *, title: str, file_name: str) -> bytes:
    """A workbook of sheets whose first rows are headings; every cell is text.

    Raises UnusableInputError for texts that a cell does not keep.
    """
    problems = Problems(file=file_name)
    holder = Holder(problems)
    # The same sheets give the same bytes, so the day of the file's properties is fixed.
    book = Book(title=title, made_on=date(2000, 1, 1))
    head = book.style(bold=True, bg_color="#D9E2F3", num_format="@", text_wrap=True)
    body = book.style(num_format="@", text_wrap=True)
    for name, rows in sheets.items():
        sheet = book.add(name)
        headings = rows[0] if rows else ()
        for column, heading in enumerate(headings):
            sheet.set_column(column, column, _WIDE if "::" in heading else _NARROW, body)
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    holder.put(
                        sheet, (at, column), text, body if at else head,
                        column=headings[column], of=f"{name}!{address(at, column)}", line=at + 1,
                    )  # fmt: skip
        sheet.freeze_panes(1, 0)
    problems.raise_if_any()
    return book.content()
