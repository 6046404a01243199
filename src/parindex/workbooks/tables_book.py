"""Any list as a workbook: a title, named columns, typed cells; for lists that are exported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from parindex.errors import Problems
from parindex.whole import whole_file
from parindex.workbooks.cells import NO, YES
from parindex.workbooks.layout import GREY, LINE, MOST_CHARACTERS, Book, Sheet, Style
from parindex.workbooks.measure import row_height
from parindex.workbooks.texts import letters

Cell = str | int | Decimal | bool | date | datetime | None

# Excel has so many rows; three are the title, what is said of the list, and the header.
MOST_ROWS: Final = 1_048_576 - 3
_HEADER: Final = 2
# Beyond this a sheet's numbers are no longer exact.
_MOST_DIGITS: Final = 15
_FIRST_YEAR: Final = 1900
_CUT: Final = "… [còn {more} ký tự]"
# Heights of more rows than these take longer to measure than they are worth.
_MEASURED: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column: its heading, its width in digits, and for numbers how many decimals are shown."""

    heading: str
    width: float = 16
    decimals: int = 0
    align: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """One list of a book: a sheet with its title, what is said of it, its columns and rows."""

    sheet_name: str
    title: str
    columns: Sequence[TableColumn]
    rows: Iterable[Sequence[Cell]]
    about: str = ""


def write_table(
    title: str,
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[Cell]],
    file: Path | BinaryIO,
    *,
    made_on: date,
    about: str = "",
    sheet_name: str = "Danh sách",
) -> None:
    """Write a list: texts as text whatever they look like, numbers, days and moments as such.

    Moments are written as they come, so they are converted to the reader's time before. Truth is
    written as có and không, nothing as an empty cell. A text that is longer than a cell is cut
    with a word that says by how much. Raises UnusableInputError for more rows than a sheet has.
    """
    page = TablePage(sheet_name=sheet_name, title=title, columns=columns, rows=rows, about=about)
    write_tables(title, [page], file, made_on=made_on)


def write_tables(
    title: str, pages: Iterable[TablePage], file: Path | BinaryIO, *, made_on: date
) -> None:
    """Write several lists as :func:`write_table` writes one, each on a sheet of its own."""
    book = Book(title=title, made_on=made_on)
    for page in pages:
        _write_page(book, page)
    content = book.content()
    if isinstance(file, Path):
        with whole_file(file) as fresh:
            fresh.write_bytes(content)
    else:
        file.write(content)


def _write_page(book: Book, page: TablePage) -> None:
    sheet = book.add(page.sheet_name, colour="#1F4E79")
    table = _Table(book, sheet, page.columns)
    table.top(page.title, page.about)
    problems = Problems()
    last = _HEADER
    for last, cells in enumerate(page.rows, _HEADER + 1):
        if last - _HEADER > MOST_ROWS:
            problems.add("sheet.too_many_rows", limit=MOST_ROWS)
            break
        table.row(last, cells)
    problems.raise_if_any()
    end = len(page.columns) - 1
    sheet.freeze_panes(_HEADER + 1, 0)
    sheet.autofilter(_HEADER, 0, last, end)
    sheet.repeat_rows(_HEADER)
    sheet.fit_to_pages(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{letters(end)}{last + 1}"})


class _Table:
    def __init__(self, book: Book, sheet: Sheet, columns: Sequence[TableColumn]) -> None:
        self._book = book
        self._sheet = sheet
        self._columns = columns

    def top(self, title: str, about: str) -> None:
        """The title, what is said of the list, and the names of the columns."""
        book, sheet = self._book, self._sheet
        sheet.write_string(0, 0, title, book.style(bold=True, font_size=14))
        sheet.set_row(0, 22)
        if about:
            sheet.write_string(1, 0, about, book.style(italic=True, font_color=GREY))
        head = book.style(
            bold=True, text_wrap=True, align="center", valign="vcenter", border=1,
            border_color=LINE, bg_color="#D9E2F3",
        )  # fmt: skip
        for at, column in enumerate(self._columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(_HEADER, at, column.heading, head)
        cells = [(one.heading, one.width, True) for one in self._columns]
        sheet.set_row(_HEADER, row_height(cells) + 6)

    def row(self, row: int, cells: Sequence[Cell]) -> None:
        """One row of the list."""
        measured = []
        for at, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            text = self._cell((row, at), cell, column)
            measured.append((text, column.width, False))
        if row < _MEASURED:
            self._sheet.set_row(row, row_height(measured))

    def _cell(self, at: tuple[int, int], cell: Cell, column: TableColumn) -> str:
        """Write one cell; the text in it, for measuring, where it is text."""
        sheet = self._sheet
        if isinstance(cell, bool):
            cell = YES if cell else NO
        if cell is None or cell == "":
            sheet.write_blank(*at, None, self._style(column))
            return ""
        if isinstance(cell, date) and cell.year < _FIRST_YEAR:
            cell = f"{cell:%d/%m/}{cell.year:04}"
        if isinstance(cell, datetime):
            plain = cell.replace(tzinfo=None)
            sheet.write_datetime(*at, plain, self._style(column, "dd/mm/yyyy hh:mm:ss"))
            return ""
        if isinstance(cell, date):
            sheet.write_datetime(*at, cell, self._style(column, "dd/mm/yyyy"))
            return ""
        if not isinstance(cell, str):
            if len(Decimal(cell).normalize().as_tuple().digits) <= _MOST_DIGITS:
                sheet.write_number(*at, cell, self._style(column, _format(column.decimals)))
                return ""
            cell = str(cell).replace(".", ",")
        text = _whole(cell)
        sheet.write_string(*at, text, self._style(column, "@"))
        return text

    def _style(self, column: TableColumn, shown_as: str = "@") -> Style:
        looks: dict[str, object] = {
            "border": 1, "border_color": LINE, "text_wrap": True, "num_format": shown_as,
        }  # fmt: skip
        if column.align:
            looks["align"] = column.align
        return self._book.style(**looks)


def _format(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else "0"


def _whole(text: str) -> str:
    """A text as a cell holds it; what does not fit is counted, never dropped without a word."""
    if len(text.encode("utf-16-le", "replace")) // 2 <= MOST_CHARACTERS:
        return text
    room = MOST_CHARACTERS // 2 - 40
    return text[:room] + _CUT.format(more=len(text) - room)
