"""The sheets of a workbook as rows of text: strict about formulas, dates, joined cells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from parindex.errors import Problems
from parindex.validity import parse_date
from parindex.workbooks.notation import decimal_text, is_doubtful
from parindex.workbooks.texts import clean, key_of, letters, shown
from parindex.workbooks.unpack import Marks, Package, open_package
from parindex.workbooks.wording import Choices

Value = int | float | str | bool | date | datetime | time | timedelta

MOST_DIGITS: Final = 12
_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def open_pages(path: Path, wanted: Sequence[str], problems: Problems) -> dict[str, Page] | None:
    """The wanted sheets of a workbook by name, or None with the reasons noted."""
    package = open_package(path, problems)
    if package is None:
        return None
    before = len(problems.found)
    pages = _pages(package, wanted, problems)
    return pages if len(problems.found) == before else None


def _pages(package: Package, wanted: Sequence[str], problems: Problems) -> dict[str, Page]:
    found: dict[str, Page] = {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(package.content)) as workbook:
            names = {key_of(name): name for name in workbook.sheet_names}
            for title in wanted:
                name = names.get(key_of(title))
                if name is None:
                    problems.add("workbook.missing_sheet", sheet=title)
                    continue
                sheet = workbook.get_sheet_by_name(name)
                found[title] = Page(
                    title=title,
                    rows=sheet.to_python(skip_empty_area=False),
                    marks=package.marks.get(name, Marks()),
                    joined=sheet.merged_cell_ranges or [],
                    problems=problems,
                )
    except CalamineError:
        problems.add("workbook.not_a_workbook")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell as text, with the names by which a problem tells of it.

    A ``broken`` cell could not be read as text, which is told already; nothing more is said.
    """

    page: Page
    row: int
    column: str
    text: str
    broken: bool = False

    def problem(self, code: str, **values: object) -> None:
        """Note a problem at this cell."""
        self.page.problem(code, self.row, column=self.column, **{"got": shown(self.text), **values})

    def filled(self) -> str:
        """The text, which may not be empty."""
        if not self.text and not self.broken:
            self.problem("workbook.empty_cell")
        return self.text

    def decimal(self, *, positive: bool = False) -> str:
        """A number of zero or more, or above zero, with a dot."""
        if not self.filled():
            return "1"
        value = decimal_text(self.text)
        if value is None:
            doubtful = is_doubtful(self.text)
            self.problem("workbook.ambiguous_number" if doubtful else "workbook.not_a_number")
        elif positive and Decimal(value) == 0:
            self.problem("workbook.not_positive")
        return value or "1"

    def whole(self) -> str:
        """A whole number of zero or more."""
        text = self.filled()
        if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
            self.problem("workbook.not_whole")
        return text

    def day(self) -> str:
        """A day as YYYY-MM-DD; written so, or as day/month/year."""
        text = self.filled()
        found = _DAY.fullmatch(text)
        iso = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text
        if text and parse_date(iso) is None:
            self.problem("workbook.not_a_date")
        return iso

    def choice(self, choices: Choices) -> str:
        """The code of one of a list."""
        text = self.filled()
        code = choices.code(text) if text else None
        if text and code is None:
            self.problem("workbook.not_a_choice", choices=" | ".join(choices.labels.values()))
        return code or next(iter(choices.labels))


class Page:
    """One sheet; rows and columns count from 0 here, rows from 1 in what is told."""

    def __init__(
        self,
        *,
        title: str,
        rows: list[list[Value]],
        marks: Marks,
        joined: Sequence[tuple[tuple[int, int], tuple[int, int]]],
        problems: Problems,
    ) -> None:
        self.title = title
        self.rows = rows
        self.problems = problems
        self._marks = marks
        self._joined = joined

    def problem(self, code: str, row: int, **values: object) -> None:
        """Note a problem of a row."""
        self.problems.add(code, line=row + 1, file=None, sheet=self.title, **values)

    def raw(self, row: int, column: int) -> str:
        """A cell's text for looking around, without complaint; empty for what is no text."""
        value = self._value(row, column)
        return clean(value) if isinstance(value, str) else ""

    def is_empty(self, row: int, columns: Sequence[int]) -> bool:
        """Whether a row has nothing in these columns, not even a formula."""
        return all(
            self._value(row, column) == "" and (row, column) not in self._marks.formulas
            for column in columns
        )

    def filled_columns(self, first_row: int) -> dict[int, int]:
        """The columns that hold anything from a row on, with the first row in which."""
        found: dict[int, int] = {}
        for row in range(first_row, len(self.rows)):
            for column, value in enumerate(self.rows[row]):
                if value != "" and column not in found:
                    found[column] = row
        return found

    def joined_from(self, first_row: int, columns: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Joined cells that touch these columns from a row on: row and name."""
        for (top, left), (bottom, right) in self._joined:
            if bottom >= first_row and any(left <= column <= right for column in columns):
                yield top, f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"

    def cell(
        self, row: int, column: int, name: str, *, exact: bool = False, day: bool = False
    ) -> Cell:
        """A cell to read; ``exact`` where 1.1 and 1.10 differ, as in codes; ``day`` for dates."""
        text = self._text(row, column, name, exact=exact, day=day)
        return Cell(page=self, row=row, column=name, text=text or "", broken=text is None)

    def _value(self, row: int, column: int) -> Value:
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def _text(self, row: int, column: int, name: str, *, exact: bool, day: bool) -> str | None:
        if (row, column) in self._marks.formulas:
            self.problem("workbook.formula", row, column=name, cell=f"{letters(column)}{row + 1}")
            return None
        value = self._value(row, column)
        if isinstance(value, str) and (row, column) not in self._marks.errors:
            return clean(value)
        text = _day_text(value) if day else None
        if text is None:
            text = _number_text(value, exact=exact)
        if text is None:
            self.problem("workbook.not_text", row, column=name, got=shown(str(value) or "#"))
        return text


def _day_text(value: Value) -> str | None:
    """A cell that holds a day, without an hour."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else None
    return value.isoformat() if isinstance(value, date) else None


def _number_text(value: Value, *, exact: bool) -> str | None:
    """A number as it was typed where that is beyond doubt, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    if value == int(value):
        return str(int(value)) if abs(value) < 10**MOST_DIGITS else None
    short = Decimal(repr(value))
    if exact or len(short.as_tuple().digits) > MOST_DIGITS:
        return None
    return format(short, "f")
