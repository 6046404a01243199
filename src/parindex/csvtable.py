"""Strict reading of CSV files: bytes, header, rows, and the numbers in their cells.

A file is UTF-8 with or without a BOM, separated by ``,`` or ``;`` (told by the header), with
decimals written throughout with a dot or throughout with a comma. Whatever could be read in two
ways is refused (contract, section 1).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import BinaryIO, Final

from parindex.errors import Problems
from parindex.points import Number

MAX_BYTES: Final = 1 << 30
MAX_COLUMNS: Final = 64
MAX_FREE_COLUMNS: Final = 1_000
MAX_DIGITS: Final = 15

Row = tuple[str, ...]

_BLOCK: Final = 1 << 20
_QUOTED: Final = re.compile(r'"[^"]*"?')
_VOWELS: Final = frozenset(b"aeiouyAEIOUY\xf4\xf6\xd4\xd6")
_NEGATIVE: Final = re.compile(r"-[0-9]{1,15}")
_DOT: Final = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,20}")
_COMMA: Final = re.compile(r"-?[0-9]{1,15},[0-9]{1,20}")
_THOUSANDS: Final = re.compile(
    r"-?[0-9]{1,3}([., \u00a0\u202f][0-9]{3})+[.,][0-9]+"
    r"|-?[0-9]{1,3}([., \u00a0\u202f][0-9]{3}){2,}"
    r"|-?[0-9]{1,3}[ \u00a0\u202f][0-9]{3}"
)
_COULD_BE_THOUSANDS: Final = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


# Signs that begin a formula in some spreadsheet, their full-width forms, and what is cut off
# before them; and the apostrophe that is put before these.
_FORMULA: Final = frozenset("=+-@＝＋－＠﹢﹣−'\t\r\n\0")


class CsvFile:
    """One CSV file as rows of cells in the order the caller asks for.

    ``required`` columns must stand in the header, ``optional`` ones may (an absent one reads as
    empty), any other is refused; ``free`` takes any other behind them, in the order written.
    ``columns`` are those of the rows. Problems go onto ``problems``; when the header is unusable
    :meth:`rows` yields nothing.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        required: Sequence[str],
        optional: Sequence[str] = (),
        free: bool = False,
        problems: Problems,
    ) -> None:
        self.problems = problems
        self.separator = ","
        self.columns = (*required, *optional)
        self._free = free
        self._lines = self._decoded(stream)
        self._reader = csv.reader(())
        self._arrange: Callable[[list[str]], Row] | None = None
        self._width = 0
        before = len(problems.found)
        header = next(self._lines, None)
        if header is not None:
            self._read_header(header, frozenset(required))
        elif len(problems.found) == before:
            problems.add("csv.empty", columns=",".join(self.columns))

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Each row with the line it ends on; wholly empty rows are passed over."""
        arrange, width, reader = self._arrange, self._width, self._reader
        if arrange is None:
            return
        try:
            for cells in reader:
                line = reader.line_num
                if len(cells) == width:
                    if cells[0] or any(cells):
                        yield line, arrange(cells)
                elif cells:
                    self.problems.add("csv.ragged", line=line, expected=width, got=len(cells))
        except csv.Error as error:
            self.problems.add("csv.quotes", line=reader.line_num, detail=error)

    def _decoded(self, stream: BinaryIO) -> Iterator[str]:
        lines_before = size = 0
        for block in _blocks(stream):
            size += len(block)
            if size > MAX_BYTES:
                self.problems.add("csv.too_large", limit=MAX_BYTES)
                return
            try:
                text = block.decode("utf-8-sig" if not lines_before else "utf-8")
            except UnicodeDecodeError as error:
                line = block.count(b"\n", 0, error.start)
                got = name_encoding(block.split(b"\n")[line])
                self.problems.add("csv.encoding", line=lines_before + line + 1, got=got)
                return
            if "\0" in text:
                line = text.count("\n", 0, text.index("\0"))
                self.problems.add("csv.nul", line=lines_before + line + 1)
                return
            if not text.isascii():
                # Excel on a Mac and some typing tools write decomposed letters.
                text = unicodedata.normalize("NFC", text)
            lines_before += block.count(b"\n")
            yield from io.StringIO(text, newline="\n")

    def _read_header(self, line: str, required: frozenset[str]) -> None:
        # A separator inside of quotes is a letter of a name.
        bare = _QUOTED.sub("", line)
        if bare.count(";") > bare.count(","):
            self.separator = ";"
        self._reader = csv.reader(chain([line], self._lines), delimiter=self.separator, strict=True)
        try:
            cells = next(self._reader) or [""]
        except csv.Error as error:
            self.problems.add("csv.quotes", line=1, detail=error)
            return
        width = len(cells)
        limit = MAX_FREE_COLUMNS if self._free else MAX_COLUMNS
        if width > limit:
            self.problems.add("csv.too_many_columns", line=1, limit=limit, got=width)
            return
        names = [name.strip().strip('"') for name in cells]
        sound = True
        if self._free:
            named = dict.fromkeys(name for name in names if name)
            self.columns = tuple(dict.fromkeys((*self.columns, *named)))
        for name in dict.fromkeys(names):
            if name not in self.columns or names.count(name) > 1:
                code = "csv.unknown_column" if name not in self.columns else "csv.repeated_column"
                self.problems.add(code, line=1, got=name, columns=", ".join(self.columns))
                sound = False
        for name in sorted(required - set(names)):
            self.problems.add("csv.missing_column", line=1, column=name)
            sound = False
        if sound:
            self._arrange, self._width = _arranger(names, self.columns), width


def _arranger(names: list[str], wanted: Sequence[str]) -> Callable[[list[str]], Row]:
    if names == list(wanted):
        return tuple
    # An absent optional column reads the empty cell that is put behind the row.
    pick = itemgetter(*[names.index(name) if name in names else -1 for name in wanted])

    def arrange(cells: list[str]) -> Row:
        cells.append("")
        picked: Row = pick(cells)
        return picked

    return arrange


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes in blocks of whole lines, so that a file of any size takes little memory."""
    rest = b""
    while block := stream.read(_BLOCK):
        whole, feed, begun = (rest + block).rpartition(b"\n")
        rest = begun
        if feed:
            yield whole + feed
    if rest:
        yield rest


def csv_cell(text: str) -> str:
    """A cell as it is written: quoted only where it must be.

    >>> csv_cell("Sở Tài chính"), csv_cell('Sở "A", B')
    ('Sở Tài chính', '"Sở ""A"", B"')
    """
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_line(cells: Iterable[str]) -> str:
    """A row of cells as a line, with its line feed."""
    return ",".join(map(csv_cell, cells)) + "\n"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what it could.

    One that begins with an apostrophe gets another, so that :func:`restored` gives it back.

    >>> harmless("=1+1"), harmless("＠SUM(1)"), harmless("'x"), harmless("Sở Tài chính")
    ("'=1+1", "'＠SUM(1)", "''x", 'Sở Tài chính')
    """
    if text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA:
        return "'" + text
    return text


def restored(text: str) -> str:
    """What :func:`harmless` was given."""
    return text.removeprefix("'")


def name_encoding(raw: bytes) -> str:
    r"""A guess at what bytes that are not UTF-8 are: ``TCVN3``, ``VNI``, ``UTF-16`` or ``?``.

    VNI puts a mark *after* an ordinary vowel; TCVN3 (ABC) puts one high byte *instead of* it.

    >>> name_encoding(b"S\xeb N\xe9i v\xf4"), name_encoding(b"So\xfb Noa\xe4i vu\xef")
    ('TCVN3', 'VNI')
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    high = [position for position, byte in enumerate(raw) if byte >= 0x80]
    after_vowel = sum(position > 0 and raw[position - 1] in _VOWELS for position in high)
    if 2 * after_vowel > len(high):
        return "VNI"
    in_tcvn3 = sum(0xA1 <= raw[position] <= 0xAE or raw[position] >= 0xB5 for position in high)
    return "TCVN3" if in_tcvn3 == len(high) else "?"


class Numbers:
    """Reads the decimals of one file and holds the file to one decimal mark.

    ``1,234`` may be a decimal or a thousand: it is read as a decimal only when another cell of
    the file shows a comma that can be nothing else, and so is ``1.234`` in a file separated by
    ``;`` (where Vietnamese and other European spreadsheets write 1.234 for a thousand).
    """

    def __init__(self, *, separator: str, problems: Problems) -> None:
        self._separator = separator
        self._problems = problems
        self._mark = ""
        self._mark_line = 0
        self._doubtful: tuple[int, str] | None = None
        self._sure = False

    def read(self, cell: str, line: int, column: str) -> Number | None:
        """The number in a cell, or None with a problem noted."""
        if cell.isdigit() and cell.isascii() and len(cell) <= MAX_DIGITS:
            return int(cell)
        problems = self._problems
        mark = "." if _DOT.fullmatch(cell) else "," if _COMMA.fullmatch(cell) else ""
        if not mark:
            if _NEGATIVE.fullmatch(cell):
                return int(cell)
            split = _THOUSANDS.fullmatch(cell)
            code = "number.thousands" if split else "number.not_a_number"
            problems.add(code, line=line, column=column, got=cell[:60])
            return None
        if self._mark and mark != self._mark:
            problems.add(
                "number.mixed", line=line, column=column, got=cell, first_line=self._mark_line
            )
            return None
        self._mark, self._mark_line = mark, self._mark_line or line
        if _COULD_BE_THOUSANDS.fullmatch(cell) and (mark == "," or self._separator == ";"):
            self._doubtful = self._doubtful or (line, cell)
        else:
            self._sure = True
        return Decimal(cell.replace(",", "."))

    def finish(self) -> None:
        """Refuse a file whose only decimals could as well be thousands."""
        if self._doubtful and not self._sure:
            line, cell = self._doubtful
            self._problems.add("number.ambiguous", line=line, got=cell)
