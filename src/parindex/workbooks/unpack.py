"""What an .xlsx file is before anything reads it: a zip, how much it unpacks to, its cells.

A small file can unpack to gigabytes, and two cells at far corners make a reader lay out a table
of billions. So every member is really inflated here, in small pieces that are thrown away, and
the mark-up of every sheet is looked through; only what keeps to the limits goes further. The
headers of the archive are not believed: what they say of sizes is not used.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from parindex.errors import Problems
from parindex.inflating import DamagedMemberError, member_size

MAX_UNPACKED: Final = 100 << 20
MAX_MEMBERS: Final = 10_000
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 100

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MEMBER: Final = b"PK\x01\x02"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
# What the standard library raises over archives that are not what they say.
_DAMAGED: Final = (
    zipfile.BadZipFile, ValueError, LookupError, EOFError, NotImplementedError, OSError,
    struct.error, zlib.error,
)  # fmt: skip
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The cells of one sheet that hold a formula or an error, by row and column from 0."""

    formulas: frozenset[Spot] = field(default_factory=frozenset)
    errors: frozenset[Spot] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The bytes of a workbook that keeps to the limits, and the marks of its sheets by name."""

    content: bytes
    marks: Mapping[str, Marks]


class _RefusedError(Exception):
    """The reason for which a file goes no further, as the code of its message."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def open_package(path: Path, problems: Problems) -> Package | None:
    """The package of a file, or None with the one reason noted why it is not read."""
    return _guarded(lambda: _read(path), MAX_UNPACKED, problems)


def open_content(content: bytes, problems: Problems, *, limit: int) -> Package | None:
    """The package of bytes that unpack to at most ``limit``, or None with the reason noted."""
    return _guarded(lambda: content, limit, problems)


def _guarded(read: Callable[[], bytes], limit: int, problems: Problems) -> Package | None:
    try:
        content = read()
        members = _members(content)
        _inflate_all(content, members, limit)
        return Package(content=content, marks=_marks(content, members))
    except _RefusedError as refused:
        problems.add(refused.code, line=0, file=None, **refused.values)
        return None


def _read(path: Path) -> bytes:
    # What is larger packed than it may be unpacked need not be looked into.
    if path.stat().st_size > MAX_UNPACKED:
        raise _RefusedError("workbook.too_large", limit=MAX_UNPACKED >> 20)
    return path.read_bytes()


def _members(content: bytes) -> dict[str, zipfile.ZipInfo]:
    if content.startswith(_OLE):
        raise _RefusedError("workbook.encrypted")
    # Counted before the directory is read, since reading it takes memory for each member.
    if content.count(_MEMBER) > MAX_MEMBERS:
        raise _RefusedError("workbook.too_many_parts", limit=MAX_MEMBERS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
    except _DAMAGED as error:
        raise _RefusedError("workbook.not_a_workbook") from error
    members = {member.filename: member for member in listed}
    # Two members of one name, in any case, may be read as one by us and the other by others.
    if len({name.lower() for name in members}) < len(listed) or _WORKBOOK not in members:
        raise _RefusedError("workbook.not_a_workbook")
    if any(member.flag_bits & 0x1 for member in listed):
        raise _RefusedError("workbook.encrypted")
    return members


def _inflate_all(content: bytes, members: Mapping[str, zipfile.ZipInfo], limit: int) -> None:
    left = limit
    for member in members.values():
        try:
            left -= member_size(content, member, most=left)
        except DamagedMemberError as error:
            raise _RefusedError("workbook.not_a_workbook") from error
        if left < 0:
            raise _RefusedError("workbook.too_large", limit=limit >> 20)


# ---- the mark-up


def _marks(content: bytes, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, Marks]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _sheet_names(archive)
            scans = [
                _Scan(archive.read(part), names.get(part, part))
                for part in members
                if part in names or part.lower().endswith((".xml", ".rels"))
            ]
    except (*_DAMAGED, expat.ExpatError) as error:
        raise _RefusedError("workbook.not_a_workbook") from error
    return {scan.sheet: scan.marks() for scan in scans}


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name that staff see for each part that holds a sheet."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            for key, value in attributes.items():
                if _local(key) == "id":
                    sheets[value] = attributes.get("name", "")

    def relationship(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            inside = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = inside

    _parse(archive.read(_WORKBOOK), sheet)
    _parse(archive.read(_RELATIONS), relationship)
    # A sheet whose part is not where it must be is a KeyError here.
    found = {targets[key]: name for key, name in sheets.items()}
    return {part: name for part, name in found.items() if archive.getinfo(part)}


class _Scan:
    """One look through the mark-up of a part; only sheets have cells."""

    def __init__(self, markup: bytes, sheet: str) -> None:
        self.sheet = sheet
        self._row = self._column = -1
        self._is_error = False
        self._formulas: set[Spot] = set()
        self._errors: set[Spot] = set()
        _parse(markup, self._element)

    def marks(self) -> Marks:
        """What was found."""
        return Marks(formulas=frozenset(self._formulas), errors=frozenset(self._errors))

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            number = attributes.get("r")
            self._row = self._row + 1 if number is None else _whole(number) - 1
            self._column = -1
        elif name == "c":
            reference = attributes.get("r")
            if reference is None:
                self._column += 1
            else:
                self._row, self._column = _spot(reference)
            self._is_error = attributes.get("t") == "e"
        elif name in {"v", "f", "is"}:
            self._filled(name)

    def _filled(self, name: str) -> None:
        spot = self._row, self._column
        if spot[0] >= MAX_ROWS or spot[1] >= MAX_COLUMNS:
            raise _RefusedError(
                "workbook.too_far", sheet=self.sheet, rows=MAX_ROWS, columns=MAX_COLUMNS
            )
        if name == "f":
            self._formulas.add(spot)
        elif self._is_error:
            self._errors.add(spot)


def _parse(markup: bytes, element: Callable[[str, Mapping[str, str]], None]) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: Mapping[str, str]) -> None:
        for count in ("count", "uniqueCount"):
            # Readers make room for so many beforehand, and the shortest of them is <si/>.
            if count in attributes and 5 * _whole(attributes[count]) > len(markup):
                raise _RefusedError("workbook.not_a_workbook")
        element(_local(name), attributes)

    def doctype(*_: object) -> None:
        # No program that writes workbooks declares entities, and entities can explode.
        raise _RefusedError("workbook.not_a_workbook")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(markup, True)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise _RefusedError("workbook.not_a_workbook")
    return int(text)


def _spot(reference: str) -> Spot:
    """The row and column, from 0, that a name such as B12 stands for."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise _RefusedError("workbook.not_a_workbook")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
