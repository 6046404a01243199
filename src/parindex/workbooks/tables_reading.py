"""A table of an uploaded sheet: its header found by names, its cells asked for by their column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from parindex.errors import Problem, Problems
from parindex.workbooks.cells import Fault, cell_text, shown_value, tidy
from parindex.workbooks.texts import key_of, letters, shown
from parindex.workbooks.uploads import Grid, Value, address

_HEADER_WITHIN: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the header of a table stands, and the columns that it names."""

    header: int
    columns: Mapping[str, int]


def find(
    grid: Grid,
    names: Mapping[str, Collection[str]],
    required: Collection[str],
    problems: Problems,
) -> Found | None:
    """The header of a table; a required column that is missing or named twice is told.

    ``names`` gives the headings of each key, the first being the one to tell of.
    """
    known = {key_of(name): key for key, all_of in names.items() for name in all_of}
    for row in range(min(_HEADER_WITHIN, len(grid.rows))):
        texts = [_heading(one) for one in grid.rows[row]]
        if sum(text in known for text in texts) < min(3, len(names)):
            continue
        columns: dict[str, int] = {}
        before = len(problems.found)
        for at, text in enumerate(texts):
            key = known.get(text)
            if key is None:
                continue
            if key in columns:
                _tell(problems, "sheet.repeated_column", grid, row, at, next(iter(names[key])))
            columns.setdefault(key, at)
        for key in required:
            if key not in columns:
                _tell(problems, "sheet.missing_column", grid, row, 0, next(iter(names[key])))
        sound = len(problems.found) == before
        return Found(header=row, columns=columns) if sound else None
    wanted = ", ".join(next(iter(names[key])) for key in list(required)[:3])
    problems.add("sheet.no_header", sheet=grid.title, columns=wanted)
    return None


def _heading(value: Value) -> str:
    """A heading as it is compared; a star behind it says only that it must be filled in."""
    return key_of(tidy(value).removesuffix("*")) if isinstance(value, str) else ""


def _tell(problems: Problems, code: str, grid: Grid, row: int, column: int, heading: str) -> None:
    problems.add(code, line=row + 1, sheet=grid.title, cell=address(row, column), column=heading)


class Table:
    """The rows below a header."""

    def __init__(
        self, grid: Grid, found: Found, headings: Mapping[str, str], problems: Problems
    ) -> None:
        self.grid = grid
        self.header = found.header
        self.columns = found.columns
        self.headings = headings
        self.problems = problems

    def rows(self) -> Iterable[int]:
        """The rows that have anything in the table's columns."""
        places = list(self.columns.values())
        for row in range(self.header + 1, len(self.grid.rows)):
            if not self.grid.is_empty(row, places):
                yield row

    def value(self, row: int, key: str) -> Value:
        """What a cell holds; an empty text where there is no such column."""
        return self.grid.value(row, self.columns.get(key, -1))

    def text(self, row: int, key: str) -> str | None:
        """What a cell says, or None with the problem noted."""
        if key not in self.columns:
            return ""
        said = self.plain(row, key)
        if isinstance(said, Fault):
            self.note(said.code, row, key)
            return None
        return said

    def plain(self, row: int, key: str) -> str | Fault:
        """What a cell says, or why it says nothing, without a word."""
        spot = row, self.columns[key]
        if spot in self.grid.formulas:
            return Fault("sheet.formula")
        if spot in self.grid.errors:
            return Fault("sheet.error_cell")
        return cell_text(self.grid.value(*spot), percent=spot in self.grid.percents)

    def note(self, code: str, row: int, key: str, **values: object) -> None:
        """Note a problem at a cell."""
        self.problems.found.append(self.problem(code, row, key, **values))

    def problem(self, code: str, row: int, key: str, **values: object) -> Problem:
        """A problem at a cell: its name, its column and what stands in it are values."""
        column = self.columns.get(key, 0)
        spot = row, column
        got = shown_value(self.grid.value(*spot), percent=spot in self.grid.percents)
        known: dict[str, object] = {
            "sheet": self.grid.title,
            "cell": address(row, column),
            "letter": letters(column),
            "row": row + 1,
            "column": self.headings.get(key, key),
            "got": shown(got),
        }
        return Problem(code=code, file=self.problems.file, line=row + 1, values={**known, **values})

    def refuse_strays(self) -> None:
        """Refuse what would be overlooked: cells beside the table, and joined ones in it."""
        inside = set(self.columns.values())
        for row in range(self.header + 1, len(self.grid.rows)):
            for column, value in enumerate(self.grid.rows[row]):
                if column not in inside and shown_value(value).strip():
                    self._stray(row, column, value)
        for (top, left), (bottom, right) in self.grid.joined:
            if bottom > self.header and any(left <= column <= right for column in inside):
                self.problems.add(
                    "sheet.joined",
                    line=top + 1,
                    sheet=self.grid.title,
                    cell=address(top, left),
                    cells=f"{address(top, left)}:{address(bottom, right)}",
                )

    def _stray(self, row: int, column: int, value: Value) -> None:
        self.problems.add(
            "sheet.stray_cell",
            line=row + 1,
            sheet=self.grid.title,
            cell=address(row, column),
            got=shown(shown_value(value)),
        )
