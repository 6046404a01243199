"""A workbook that somebody sends us, as grids of cells; refused whole where it is not harmless.

Beyond the guard of :mod:`parindex.workbooks.unpack`: less may be unpacked, nothing may run or
point elsewhere, and short references may not stand for more text than fits into memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from parindex.errors import Problems, UnusableInputError
from parindex.workbooks.texts import key_of, letters
from parindex.workbooks.unpack import Package, open_content

Value = int | float | str | bool | date | datetime | time | timedelta
Spot = tuple[int, int]
Area = tuple[tuple[int, int], tuple[int, int]]

MAX_UNPACKED: Final = 16 << 20
MAX_CELLS: Final = 200_000
# The most that Excel lets into one cell, and the most text that we read from one workbook.
MAX_TEXT: Final = 32_767
MAX_ALL_TEXT: Final = 16 << 20

_STRINGS: Final = "xl/sharedstrings.xml"
_STYLES: Final = "xl/styles.xml"
_SHEETS: Final = "xl/worksheets/"
_TYPES: Final = "[Content_Types].xml"
# Parts that run, fetch, or hold other files; by the beginnings of their names.
_ACTIVE: Final = (
    "xl/vbaproject", "xl/externallinks/", "xl/embeddings/", "xl/activex/", "xl/connections",
    "xl/querytables/", "xl/macrosheets/", "xl/dialogsheets/", "customui/", "xl/model/",
)  # fmt: skip
_MACROS: Final = re.compile(rb"macroEnabled|vnd\.ms-office\.vbaProject|sheet\.binary")
# Names that no program gives to a part, and that lead out of a folder.
_ASTRAY: Final = re.compile(r"\.\.|^[/\\]|[\\\x00]")
_PERCENT_FORMATS: Final = frozenset({9, 10})
_QUOTED: Final = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one sheet; rows and columns count from 0."""

    title: str
    rows: Sequence[Sequence[Value]]
    formulas: frozenset[Spot]
    errors: frozenset[Spot]
    percents: frozenset[Spot]
    joined: tuple[Area, ...]

    def value(self, row: int, column: int) -> Value:
        """What a cell holds; an empty text where there is none."""
        if row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def is_empty(self, row: int, columns: Sequence[int]) -> bool:
        """Whether a row has nothing in these columns, not even a formula."""
        return all(
            _is_blank(self.value(row, column)) and (row, column) not in self.formulas
            for column in columns
        )


def address(row: int, column: int) -> str:
    """The name of a cell, both counted from 0.

    >>> address(16, 4)
    'E17'
    """
    return f"{letters(column)}{row + 1}"


def spot_of(cell: str) -> Spot:
    """The row and column, from 0, that a cell's name stands for.

    >>> spot_of("E17")
    (16, 4)
    """
    name = cell.rstrip("0123456789")
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(cell[len(name) :]) - 1, column - 1


def open_upload(content: bytes, wanted: Sequence[str], *, file_name: str) -> dict[str, Grid]:
    """The wanted sheets by their names; any that is missing is not in the answer.

    Raises UnusableInputError with the one reason why the file goes no further.
    """
    problems = Problems(file=file_name)
    package = open_content(content, problems, limit=MAX_UNPACKED)
    problems.raise_if_any()
    assert package is not None  # noqa: S101 - without a package there was a problem
    try:
        looks = _look(package.content)
        return _grids(package, wanted, looks)
    except _RefusedError as refused:
        problems.add(refused.code, limit=refused.limit)
    except (CalamineError, expat.ExpatError, zipfile.BadZipFile, ValueError, LookupError):
        problems.add("workbook.not_a_workbook")
    raise UnusableInputError(problems.found)


class _RefusedError(Exception):
    """The reason for which a file goes no further, as the code of its message."""

    def __init__(self, code: str, *, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


def _grids(
    package: Package, wanted: Sequence[str], looks: Mapping[str, frozenset[Spot]]
) -> dict[str, Grid]:
    found: dict[str, Grid] = {}
    with CalamineWorkbook.from_filelike(io.BytesIO(package.content)) as workbook:
        names = {key_of(name): name for name in workbook.sheet_names}
        for title in wanted:
            name = names.get(key_of(title))
            if name is None:
                continue
            sheet = workbook.get_sheet_by_name(name)
            marks = package.marks.get(name)
            found[title] = Grid(
                title=title,
                rows=sheet.to_python(skip_empty_area=False),
                formulas=marks.formulas if marks else frozenset(),
                errors=marks.errors if marks else frozenset(),
                percents=looks.get(name, frozenset()),
                joined=tuple(sheet.merged_cell_ranges or ()),
            )
    return found


def _is_blank(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()


# ---- what the guard does not look at


def _look(content: bytes) -> dict[str, frozenset[Spot]]:
    """The cells shown in percent, by sheet; refuses what is active or swells when it is read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        lower = {name.lower(): name for name in names}
        if any(_ASTRAY.search(name) or _ASTRAY.search(_raw(archive, name)) for name in names):
            raise _RefusedError("workbook.not_a_workbook")
        active = [name for name in lower if name.startswith(_ACTIVE)]
        types = archive.read(_TYPES) if _TYPES in names else b""
        if active or _MACROS.search(types):
            raise _RefusedError("sheet.active_content")
        strings = _lengths(archive.read(lower[_STRINGS])) if _STRINGS in lower else []
        percent = _percent_styles(archive.read(lower[_STYLES])) if _STYLES in lower else set()
        sheets = _sheet_parts(archive, lower)
        total, found = 0, {}
        for part, name in sheets.items():
            look = _Look(archive.read(part), strings, percent, total)
            total = look.total
            found[name] = frozenset(look.percents)
        return found


def _raw(archive: zipfile.ZipFile, name: str) -> str:
    # The library cuts names at a NUL; other programs may not.
    return archive.getinfo(name).orig_filename


def _sheet_parts(archive: zipfile.ZipFile, lower: Mapping[str, str]) -> dict[str, str]:
    """Each part that holds a sheet, with the name that staff see."""
    targets: dict[str, str] = {}
    found: dict[str, str] = {}

    def relation(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            if attributes.get("TargetMode", "").lower() == "external":
                raise _RefusedError("sheet.active_content")
            target = attributes.get("Target", "")
            inside = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = inside

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            for key, value in attributes.items():
                if _local(key) == "id":
                    part = targets[value]
                    # Two sheets of one part, or a sheet that is no sheet, end nowhere good.
                    if part in found or not part.lower().startswith(_SHEETS):
                        raise _RefusedError("workbook.not_a_workbook")
                    found[part] = attributes.get("name", "")

    _parse(archive.read(lower["xl/_rels/workbook.xml.rels"]), relation)
    _parse(archive.read(lower["xl/workbook.xml"]), sheet)
    return found


def _lengths(markup: bytes) -> list[int]:
    """How long each shared text is."""
    found: list[int] = []

    def element(name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            found.append(0)

    def text(piece: str) -> None:
        if found:
            found[-1] += len(piece)
            if found[-1] > 2 * MAX_TEXT:
                raise _RefusedError("sheet.too_much_text", limit=MAX_TEXT)

    _parse(markup, element, text)
    return found


def _percent_styles(markup: bytes) -> set[str]:
    """The numbers of the cell styles that show a number in percent."""
    formats: set[int] = set(_PERCENT_FORMATS)
    found: set[str] = set()
    inside, count = False, 0

    def element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, count
        if name == "numFmt":
            if "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
                formats.add(int(attributes.get("numFmtId", "-1")))
        elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            if int(attributes.get("numFmtId", "0")) in formats:
                found.add(str(count))
            count += 1

    _parse(markup, element)
    return found


class _Look:
    """One look through a sheet: how much text it comes to, which cells are shown in percent."""

    def __init__(
        self, markup: bytes, strings: Sequence[int], percent: set[str], total: int
    ) -> None:
        self.total = total
        self.percents: set[Spot] = set()
        self._strings = strings
        self._percent = percent
        self._cells = 0
        self._row = self._column = -1
        self._shared = False
        self._value: list[str] | None = None
        _parse(markup, self._element, self._text)
        self._settle()

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "c":
            self._settle()
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise _RefusedError("sheet.too_many_cells", limit=MAX_CELLS)
            self._column += 1
            self._shared = attributes.get("t") == "s"
            if attributes.get("s") in self._percent:
                cell = attributes.get("r")
                self.percents.add(spot_of(cell) if cell else (self._row, self._column))
        elif name == "v":
            self._value = []
        else:
            self._settle()

    def _text(self, piece: str) -> None:
        if self._value is None:
            self._count(len(piece))
        elif len(self._value) < 64:
            self._value.append(piece)

    def _settle(self) -> None:
        if self._value is not None:
            text = "".join(self._value).strip()
            if self._shared and text.isascii() and text.isdigit() and len(text) < 10:
                at = int(text)
                if at >= len(self._strings):
                    raise _RefusedError("workbook.not_a_workbook")
                self._count(self._strings[at])
            self._value = None

    def _count(self, length: int) -> None:
        self.total += length
        if self.total > MAX_ALL_TEXT:
            raise _RefusedError("sheet.too_much_text", limit=MAX_TEXT)


def _parse(
    markup: bytes,
    element: Callable[[str, Mapping[str, str]], None],
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: Mapping[str, str]) -> None:
        element(_local(name), attributes)

    parser.StartElementHandler = start
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(markup, True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
