"""A column of survey data: numbers or categories, missing where a cell is empty, NA or NaN."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from parindex.survey.estimation.numbering import (
    BoolArray,
    FloatArray,
    IntArray,
    first_rows,
    renumbered,
)

MISSING: Final = frozenset({"", "NA", "NaN"})
MISSING_CODE: Final = -1
SCIENTIFIC: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?[eE][+-]?[0-9]{1,3}")
_PLAIN: Final = re.compile(r"-?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]{1,3})?")
_LIKE_A_NUMBER: Final = re.compile(r"-?[0-9]([0-9., \u00a0\u202f]*[0-9])?([eE][+-]?[0-9]+)?")
_DENSE: Final = 100_000
_TRUTH: Final = {"FALSE": "0", "TRUE": "1"}


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A column as categories: ``codes`` of 0 and up into ``names``, -1 where missing."""

    codes: IntArray
    names: tuple[str, ...]


class Column(Protocol):
    """What estimation asks of a column."""

    @property
    def n_rows(self) -> int:
        """How many rows the column has."""

    @property
    def is_missing(self) -> BoolArray:
        """The rows without a value."""

    @property
    def n_distinct(self) -> int:
        """How many different values there are, missing aside."""

    @property
    def is_numeric(self) -> bool:
        """Whether the column is one of numbers rather than of words."""

    @property
    def is_truth(self) -> bool:
        """Whether the column says no or yes: 0 and 1, or FALSE and TRUE, and nothing else."""

    @property
    def numbers(self) -> FloatArray:
        """The numbers, NaN where missing."""

    @property
    def categories(self) -> Categories:
        """The categories in order: of numbers by size, of other texts by code point."""


class WrittenColumn:
    """A column as it was written: its distinct texts, and the code of one a row, -1 if missing.

    Texts stay as they are, so that codes such as ``01`` keep their zero.
    """

    def __init__(self, texts: Sequence[str], codes: NDArray[np.int32]) -> None:
        self.texts = tuple(texts)
        self.codes = codes

    @property
    def n_rows(self) -> int:
        """How many rows the column has."""
        return len(self.codes)

    @property
    def is_missing(self) -> BoolArray:
        """The rows without a value."""
        return self.codes < 0

    @property
    def n_distinct(self) -> int:
        """How many different texts there are, missing aside."""
        return len(self.texts)

    @cached_property
    def is_numeric(self) -> bool:
        """Whether any cell looks like a number: then one that does not is a mistake."""
        return any(_LIKE_A_NUMBER.fullmatch(_TRUTH.get(text, text)) for text in self.texts)

    @property
    def is_truth(self) -> bool:
        """Whether the column says no or yes: 0 and 1, or FALSE and TRUE, and nothing else."""
        return {_TRUTH.get(text, text) for text in self.texts} <= {"0", "1"}

    @property
    def numbers(self) -> FloatArray:
        """The numbers, NaN where missing; FALSE and TRUE are 0 and 1.

        Made anew each time, for a row takes more room as a number than as a code. Raises
        ValueError where a text is no number: reading asks that first.
        """
        return self._values[self.codes]

    @property
    def categories(self) -> Categories:
        """The categories in order: of numbers by size, of other texts by code point."""
        place, names = self._places
        return Categories(place[self.codes], names)

    @cached_property
    def _values(self) -> FloatArray:
        return np.array([*map(_as_number, self.texts), np.nan])

    @cached_property
    def _places(self) -> tuple[IntArray, tuple[str, ...]]:
        by_size = all(map(_PLAIN.fullmatch, self.texts))
        order = sorted(
            range(len(self.texts)),
            key=lambda at: (_as_number(self.texts[at]) if by_size else 0.0, self.texts[at]),
        )
        place = np.empty(len(order) + 1, dtype=np.intp)
        place[order] = np.arange(len(order))
        # A missing cell's code of -1 reads the last place.
        place[-1] = MISSING_CODE
        return place, tuple(self.texts[at] for at in order)

    def first_rows(self) -> IntArray:
        """For each of the distinct texts the first row that has it."""
        rows = np.flatnonzero(self.codes >= 0)
        return rows[first_rows(self.codes[rows], len(self.texts))]


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers in memory, NaN where missing."""

    numbers: FloatArray

    @property
    def n_rows(self) -> int:
        """How many rows the column has."""
        return len(self.numbers)

    @property
    def is_missing(self) -> BoolArray:
        """The rows without a value."""
        return np.isnan(self.numbers)

    @property
    def n_distinct(self) -> int:
        """How many different numbers there are, missing aside."""
        return len(self.categories.names)

    @property
    def is_numeric(self) -> bool:
        """A column of numbers is one."""
        return True

    @property
    def is_truth(self) -> bool:
        """Whether there is no number but 0 and 1."""
        n_truth = np.count_nonzero(self.numbers == (self.numbers > 0))
        return int(n_truth + np.count_nonzero(self.is_missing)) == self.n_rows

    @cached_property
    def categories(self) -> Categories:
        """The distinct numbers by size; whole ones are named without a decimal mark."""
        there = ~self.is_missing
        known = self.numbers[there]
        least = known.min(initial=np.inf)
        codes = np.full(self.n_rows, MISSING_CODE, dtype=np.intp)
        if known.max(initial=-np.inf) - least < _DENSE and bool((known % 1 == 0).all()):
            # Answers on a scale need no sorting to be numbered.
            keys = (known - least).astype(np.intp)
            codes[there], occurring = renumbered(keys, int(keys.max(initial=-1)) + 1)
            values = least + occurring
        else:
            values, codes[there] = np.unique(known, return_inverse=True)
        return Categories(codes, tuple(map(number_text, values)))


class Codes(dict[str, int]):
    """Numbers texts as they come; spaces around a text and missing cells are known."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(MISSING, MISSING_CODE))
        self.texts: list[str] = []

    def __missing__(self, text: str) -> int:
        bare = text.strip()
        if bare in self:
            code = self[bare]
        else:
            code = len(self.texts)
            self.texts.append(bare)
            self[bare] = code
        self[text] = code
        return code


def column_of(cells: Sequence[str | float | None]) -> Column:
    """A column of cells in memory: numbers where all are, else texts; None is missing.

    >>> column_of(["B", None, "A"]).categories.codes.tolist()
    [1, -1, 0]
    >>> column_of([2, None, 1.5]).categories.names
    ('1.5', '2')
    """
    if not any(isinstance(cell, str) for cell in cells):
        return NumberColumn(
            np.array([np.nan if one is None else one for one in cells], dtype=float)
        )
    memo = Codes()
    texts = ("" if cell is None else str(cell) for cell in cells)
    codes = np.fromiter((memo[text] for text in texts), dtype=np.int32)
    return WrittenColumn(memo.texts, codes)


def number_text(value: float) -> str:
    """A number as it is written: whole without a mark, else the shortest that reads the same.

    >>> number_text(3.0), number_text(0.1)
    ('3', '0.1')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _as_number(text: str) -> float:
    return float(_TRUTH.get(text, text).replace(",", "."))
