"""The responses of a survey: the rows of a CSV file, column by column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from parindex.csvtable import CsvFile, Numbers
from parindex.errors import Problems
from parindex.survey.estimation.columns import SCIENTIFIC, Codes, Column, WrittenColumn

# Few enough rows that their cells are still at hand when the last column is read.
_BLOCK: Final = 512
_PLAIN: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")
_TRUTH: Final = frozenset({"FALSE", "TRUE"})


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """The columns of survey data by name, all of ``n_rows`` rows.

    ``lines`` are the lines of the file that rows ended on, for messages; None in memory.
    """

    columns: Mapping[str, Column]
    n_rows: int
    lines: NDArray[np.int32] | None = None

    def line(self, row: int) -> int:
        """The line of a row in its file, counted from 1 behind a header where there is none."""
        return row + 2 if self.lines is None else int(self.lines[row])


def responses_of(columns: Mapping[str, Column]) -> Responses:
    """Responses of columns in memory, which must be of one length.

    Raises ValueError where they are not, or where there is none.
    """
    (n_rows,) = {column.n_rows for column in columns.values()}
    return Responses(dict(columns), n_rows)


class ResponseReader:
    """Reads a CSV file of responses: the header first, then the columns that are wanted."""

    def __init__(self, stream: BinaryIO, problems: Problems) -> None:
        self._problems = problems
        self._csv = CsvFile(stream, required=(), free=True, problems=problems)
        self.names: tuple[str, ...] = self._csv.columns

    def read(self, wanted: Collection[str], numeric: Mapping[str, bool]) -> Responses:
        """The wanted columns, each of which the header has.

        ``numeric`` columns must hold numbers: all of them where it says True, and where it says
        False those of them in which any cell looks like one. What is not one is a problem.
        """
        parts: dict[str, list[NDArray[np.int32]]] = {name: [] for name in wanted}
        memos = {name: Codes() for name in wanted}
        places = {name: self.names.index(name) for name in wanted}
        lines: list[NDArray[np.int32]] = []
        for block in _blocks(self._csv.rows()):
            size = len(block)
            numbers, rows = zip(*block, strict=True)
            lines.append(np.array(numbers, dtype=np.int32))
            cells = list(zip(*rows, strict=True))
            for name, memo in memos.items():
                codes = map(memo.__getitem__, cells[places[name]])
                parts[name].append(np.fromiter(codes, dtype=np.int32, count=size))
        if not lines and not self._problems.found:
            self._problems.add("survey.no_rows", line=1)
        columns = {name: WrittenColumn(memos[name].texts, _joined(parts[name])) for name in wanted}
        made = Responses(columns, len(_joined(lines)), _joined(lines))
        self._check_numbers(made, columns, numeric)
        return made

    def _check_numbers(
        self, made: Responses, columns: Mapping[str, WrittenColumn], numeric: Mapping[str, bool]
    ) -> None:
        """Hold the numeric columns to being so, and all of them to one decimal mark."""
        numbers = Numbers(separator=self._csv.separator, problems=self._problems)
        for name, always in numeric.items():
            column = columns[name]
            if not always and not column.is_numeric:
                continue
            odd = self._odd(column.texts)
            if odd:
                rows = column.first_rows()
                for at in odd:
                    numbers.read(column.texts[at], made.line(rows[at]), name)
        numbers.finish()

    def _odd(self, texts: Sequence[str]) -> list[int]:
        """The texts that need a closer look than that they are plainly numbers.

        Where commas separate cells a dot is a decimal mark; one is looked at for all, since a
        file has one mark.
        """
        plain = _PLAIN if self._csv.separator == "," else SCIENTIFIC
        odd = [at for at, text in enumerate(texts) if not plain.fullmatch(text)]
        dotted = next((at for at, text in enumerate(texts) if "." in text), None)
        looked_at = {*odd, *(() if dotted is None else (dotted,))}
        return sorted(at for at in looked_at if not _is_known(texts[at]))


def _is_known(text: str) -> bool:
    return text in _TRUTH or bool(SCIENTIFIC.fullmatch(text))


def _blocks(
    rows: Iterator[tuple[int, tuple[str, ...]]],
) -> Iterator[list[tuple[int, tuple[str, ...]]]]:
    while block := list(islice(rows, _BLOCK)):
        yield block


def _joined(parts: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)
