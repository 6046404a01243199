"""A sheet of an XLSForm by its headings, and the cell that each piece of it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from parindex.errors import Problem, Problems
from parindex.forms.columns import ALIASES, COLUMNS, LEFT_ASIDE, TRANSLATED, read_language
from parindex.yamltree import Tree

_SHOWN: Final = 60


class Places:
    """Numbers that stand for cells, where a tree has room for the number of a line only."""

    def __init__(self) -> None:
        self._cells: list[tuple[str, int]] = []

    def mark(self, sheet: str, row: int, column: int) -> int:
        """A new number for a cell, both counted from 0."""
        self._cells.append((f"{sheet}!{_letters(column)}{row + 1}", row + 1))
        return len(self._cells)

    def find(self, number: int) -> tuple[str, int]:
        """The cell's name and its row in Excel; nothing for what stands nowhere."""
        return self._cells[number - 1] if number else ("", 0)


def _letters(column: int) -> str:
    rest, letter = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + letter)


class _Heading(NamedTuple):
    """What a column holds: its key, and the code of its language where it has one."""

    key: str
    language: str = ""


class Table:
    """One sheet: its headings in the first row, what stands below asked for by them."""

    def __init__(
        self,
        sheet: str,
        cells: Sequence[Sequence[str]],
        places: Places,
        problems: Problems,
        *,
        default: str,
    ) -> None:
        self.sheet = sheet
        self.places = places
        self.problems = problems
        # The languages that headings name, in their order; a code, and the name on its cell.
        self.languages: dict[str, Tree] = {}
        self._cells = cells
        self._default = default
        self.columns: dict[_Heading, int] = {}
        for column, text in enumerate(cells[0] if cells else ()):
            self._head(text, column)
        needed = COLUMNS[sheet][0]
        self._sound = _Heading(needed) in self.columns
        if cells and not self._sound:
            problems.add("xlsform.missing_column", line=1, sheet=sheet, column=needed)

    def _head(self, text: str, column: int) -> None:
        words, _, language = (part.strip() for part in text.partition("::"))
        key = " ".join(words.lower().split())
        key = ALIASES.get(key, key)
        filled = any(len(row) > column and row[column] for row in self._cells[1:])
        if key in LEFT_ASIDE or not (text or filled):
            return
        known = key in COLUMNS[self.sheet] and not (language and key not in TRANSLATED)
        heading = _Heading(key)
        if known and key in TRANSLATED:
            code, name = read_language(language or self._default)
            heading = _Heading(key, code)
            self.languages.setdefault(code, Tree(name, self.places.mark(self.sheet, 0, column)))
        if heading in self.columns:
            self.note("xlsform.repeated_column", 0, column, text)
        elif known:
            self.columns[heading] = column
        elif filled:
            columns = ", ".join(COLUMNS[self.sheet])
            self.note("xlsform.unknown_column", 0, column, text, columns=columns)

    def rows(self) -> list[Row]:
        """The rows below the headings that hold anything in a column that is read."""
        read = set(self.columns.values()) if self._sound else set()
        return [
            Row(self, at, cells)
            for at, cells in enumerate(self._cells)
            if at and any(text for column, text in enumerate(cells) if column in read)
        ]

    def note(self, code: str, row: int, column: int, got: str, **values: object) -> None:
        """Note a problem at a cell."""
        cell, line = self.places.find(self.places.mark(self.sheet, row, column))
        file = f"{self.problems.file}[{cell}]"
        told = {"got": got[:_SHOWN], "column": self._cells[0][column], **values}
        self.problems.found.append(Problem(code=code, file=file, line=line, values=told))


class Row:
    """One row of a table."""

    def __init__(self, table: Table, at: int, cells: Sequence[str]) -> None:
        self._table = table
        self._at = at
        self._cells = cells
        first = next(column for column, text in enumerate(cells) if text)
        self.line = table.places.mark(table.sheet, at, first)

    def text(self, column: str) -> str:
        """What a cell says; empty where it or its column is absent."""
        at = self._table.columns.get(_Heading(column), len(self._cells))
        return self._cells[at] if at < len(self._cells) else ""

    def tree(self, column: str, default: str = "") -> Tree:
        """A cell as a piece of the tree."""
        return self.leaf(column, self.text(column) or default)

    def leaf(self, column: str, text: str) -> Tree:
        """A text that was read from a cell."""
        at = self._table.columns.get(_Heading(column))
        if at is None:
            return Tree(text, self.line)
        return Tree(text, self._table.places.mark(self._table.sheet, self._at, at))

    def given(self, *pairs: tuple[str, str]) -> dict[str, Tree]:
        """The cells that are filled, by the keys that they get in the tree: (key, column)."""
        return {key: self.tree(column) for key, column in pairs if self.text(column)}

    def words(self, column: str) -> dict[str, Tree]:
        """The texts of a translated column, by language."""
        found: dict[str, Tree] = {}
        for heading, at in self._table.columns.items():
            if heading.key == column and heading.language and at < len(self._cells):
                text = self._cells[at]
                if text:
                    mark = self._table.places.mark(self._table.sheet, self._at, at)
                    found[heading.language] = Tree(text, mark)
        return found

    def note(self, code: str, column: str, **values: object) -> None:
        """Note a problem at one of the row's cells."""
        at = self._table.columns.get(_Heading(column), 0)
        self._table.note(code, self._at, at, self.text(column), **values)

    def only(self, *columns: str) -> None:
        """Refuse whatever else is filled: it would be overlooked in a row of this type."""
        for heading, at in self._table.columns.items():
            text = self._cells[at] if at < len(self._cells) else ""
            if text and heading.key not in columns:
                self._table.note("xlsform.out_of_place", self._at, at, text)
