"""The files of a round: their names and columns, and where they come from: a folder, or memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from parindex.criteria.catalogue import Catalogue
from parindex.csvtable import MAX_BYTES, CsvFile, Numbers, Row
from parindex.errors import Problems
from parindex.scoring.entries import KEY_COLUMNS, QUANTITY_COLUMNS

ROUND_FILE: Final = "round.yaml"
UNITS: Final = "units.csv"
ENTRIES: Final = "entries.csv"
FINDINGS: Final = "findings.csv"
FACTS: Final = "facts.csv"
ADJUSTMENTS: Final = "adjustments.csv"
PREVIOUS: Final = "previous.csv"

# The columns of every table: those that must stand in the header, then those that may.
COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    UNITS: (("unit", "name", "group", "ranked"), ()),
    ENTRIES: (KEY_COLUMNS, QUANTITY_COLUMNS),
    FINDINGS: (("unit", "item", "share"), ("se", "n")),
    FACTS: (("unit", "item"), ("numerator", "denominator", "value", "basis", "digest")),
    ADJUSTMENTS: (("unit", "kind", "code", "points"), ("reason",)),
    PREVIOUS: (("unit", "index", "rank"), ("group", "comparable")),
}
_REQUIRED: Final = frozenset({ROUND_FILE, UNITS, ENTRIES})

Each = Callable[[int, Row, Numbers], None]


class Files(Protocol):
    """Where a round's files come from: a folder, or the inside of a bundle."""

    @property
    def label(self) -> str:
        """How messages name the folder."""

    def open(self, name: str) -> BinaryIO | None:
        """The file of a name as a stream of bytes, or None where there is none."""

    def size(self, name: str) -> int:
        """The bytes of a file that there is."""

    def names(self) -> list[str]:
        """The names of the files that lie at the top."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a folder on disk, and of the rulebook path."""

    folder: Path
    catalogue: Catalogue

    @property
    def label(self) -> str:
        """How messages name the folder: as the user did."""
        return str(self.folder)

    def inputs(self, names: Iterable[str]) -> list[Path]:
        """The files behind names, those that there are."""
        return [path for name in names if (path := self.path(name)) is not None]

    def path(self, name: str) -> Path | None:
        """The file of a name; one that would lead out of the folder is not found."""
        inside = self.folder / name
        if inside.is_file() and inside.resolve().is_relative_to(self.folder.resolve()):
            return inside
        return self.catalogue.find(name)

    def open(self, name: str) -> BinaryIO | None:
        """See Files."""
        path = self.path(name)
        return None if path is None else path.open("rb")

    def size(self, name: str) -> int:
        """See Files."""
        path = self.path(name)
        return path.stat().st_size if path else 0

    def names(self) -> list[str]:
        """See Files."""
        return [path.name for path in self.folder.iterdir()]


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Files held in memory, by name."""

    label: str
    contents: Mapping[str, bytes]

    def open(self, name: str) -> BinaryIO | None:
        """See Files."""
        return io.BytesIO(self.contents[name]) if name in self.contents else None

    def size(self, name: str) -> int:
        """See Files."""
        return len(self.contents[name])

    def names(self) -> list[str]:
        """See Files."""
        return [name for name in self.contents if "/" not in name]


def at(problems: Problems, files: Files, name: str) -> Problems:
    """The same list of problems, speaking of one file."""
    here = Problems(file=f"{files.label}/{name}")
    here.found = problems.found
    return here


def open_file(files: Files, name: str, problems: Problems) -> BinaryIO | None:
    """A file as a stream; None where it may be absent, or with a problem noted."""
    stream = files.open(name)
    if stream is None:
        if name in _REQUIRED:
            at(problems, files, name).add("round.missing_file", name=name)
        return None
    if files.size(name) > MAX_BYTES:
        stream.close()
        at(problems, files, name).add("round.too_large", limit=MAX_BYTES, got=files.size(name))
        return None
    return stream


def each_row(files: Files, name: str, put: Each, problems: Problems) -> None:
    """Give each row of a table to ``put``; a table that is not there has none."""
    stream = open_file(files, name, problems)
    if stream is None:
        return
    with stream:
        here = at(problems, files, name)
        required, optional = COLUMNS[name]
        file = CsvFile(stream, required=required, optional=optional, problems=here)
        numbers = Numbers(separator=file.separator, problems=here)
        for line, row in file.rows():
            put(line, row, numbers)
        numbers.finish()
