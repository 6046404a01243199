"""What a .docx or .xlsx package holds: counted, looked through and read, part by part."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from parindex.errors import Problem
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits
from parindex.evidence.markup import look_through
from parindex.evidence.refusals import Plain, refused, to_plain
from parindex.inflating import DamagedMemberError, member_size, member_start

_MEMBER: Final = b"PK\x01\x02"
_END: Final = struct.Struct("<4s4H2LH")
_PIECE: Final = 1 << 16
_TYPES: Final = "[Content_Types].xml"
_DAMAGED: Final = (
    zipfile.BadZipFile, ValueError, LookupError, EOFError, NotImplementedError, OSError,
    struct.error, zlib.error,
)  # fmt: skip
_MAIN: Final = {
    "wordprocessingml.document.main+xml": (Kind.DOCX, "wordprocessingml", "document"),
    "spreadsheetml.sheet.main+xml": (Kind.XLSX, "spreadsheetml", "workbook"),
}
_MACROS: Final = re.compile(
    r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|/activex/|/customui/.*\.bin", re.IGNORECASE
)
_MACRO_TYPES: Final = re.compile(r"macroenabled|vbaproject|activex|macrosheet", re.IGNORECASE)
_PROGRAMS: Final = re.compile(
    r"\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|msi|sh|py|php)$",
    re.IGNORECASE,
)
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
_EMBEDDED: Final = re.compile(r"^(?:word|xl)/embeddings/", re.IGNORECASE)
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
# What a program fetches or starts by itself when the file is opened.
_FETCHED: Final = frozenset({
    "attachedTemplate", "oleObject", "frame", "subDocument", "aFChunk", "control", "package",
    "mailMergeSource",
})  # fmt: skip
_REMOTE: Final = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]+:(?!///?[a-z]:)|//|\\\\)", re.IGNORECASE)
# The parts whose elements may start something.
_ACTIVE_PARTS: Final = re.compile(r"(?:word|xl/externalLinks)/", re.IGNORECASE)
_DDE: Final = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Found:
    """What is noted while the parts are looked through."""

    main: tuple[str, Kind, str, str] | None = None
    outside: set[str] = field(default_factory=set)
    sheets: int = 0


def examine(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:  # noqa: ARG001 - tasks have one signature
    """The kind of a package and what to be wary of in it; refused if anything is wrong with it."""
    content = source.read_bytes()
    members = _members(content, limits)
    _check_names(members)
    _inflate_all(content, members, limits)
    found = _Found()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _look_at_types(archive, members, found)
        if found.main is None:
            raise refused("evidence.other_office", got=_other_office(members))
        _look_at_parts(archive, members, found, limits)
    _check_contents(content, members)
    embedded = sum(bool(_EMBEDDED.match(name)) for name in members)
    warnings = []
    if embedded:
        warnings.append(Problem(code="evidence.embedded", values={"got": embedded}))
    if found.outside:
        shown = ", ".join(sorted(found.outside)[:3])[:200]
        warnings.append(Problem(code="evidence.links_outside", values={"got": shown}))
    pages = found.sheets if found.main[1] is Kind.XLSX else None
    return {"kind": found.main[1], "pages": pages, "warnings": to_plain(warnings)}


# ---- the archive


def _members(content: bytes, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    # Counted before the directory is read, since reading it takes memory for each member.
    if content.count(_MEMBER) > limits.members:
        raise refused("evidence.bomb")
    _check_end(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
    except _DAMAGED as error:
        raise refused("evidence.damaged") from error
    if any(member.flag_bits & 0x1 for member in listed):
        raise refused("evidence.encrypted", got="ZIP")
    # Two members of one name, in any case, may be read as one by us and the other by others.
    if len({member.filename.lower() for member in listed}) < len(listed):
        raise refused("evidence.damaged")
    first = min((member.header_offset for member in listed), default=-1)
    if first < 0:
        raise refused("evidence.damaged")
    # What is before the first member is not of the package: it may be of another kind of file.
    if first:
        raise refused("evidence.two_in_one")
    return {member.filename: member for member in listed}


def _check_end(content: bytes) -> None:
    """The archive must end where the file ends, or something else follows it."""
    at = content.rfind(b"PK\x05\x06")
    if at < 0 or len(content) < at + _END.size:
        raise refused("evidence.damaged")
    if len(content) > at + _END.size:
        raise refused("evidence.two_in_one")


def _check_names(members: Mapping[str, zipfile.ZipInfo]) -> None:
    for name, member in members.items():
        raw = member.orig_filename
        wild = any(unicodedata.category(one).startswith("C") for one in raw)
        steps = raw.replace("\\", "/").split("/")
        if wild or "\\" in raw or ".." in steps or raw.startswith("/") or _DRIVE.match(raw):
            raise refused("evidence.climbing_name")
        if member.external_attr >> 28 == 0xA:
            raise refused("evidence.climbing_name")
        if _MACROS.search(f"/{name}"):
            raise refused("evidence.macros")
        if _PROGRAMS.search(name):
            raise refused("evidence.program_inside", got=name[-80:])


def _inflate_all(content: bytes, members: Mapping[str, zipfile.ZipInfo], limits: Limits) -> None:
    """Really inflate everything, in pieces thrown away; the headers' sizes are not believed."""
    allowed = min(limits.unpacked_bytes, max(limits.ratio_from, limits.ratio * len(content)))
    left = allowed
    markup = limits.markup_bytes
    for name, member in members.items():
        try:
            size = member_size(content, member, most=left)
        except DamagedMemberError as error:
            raise refused("evidence.damaged") from error
        left -= size
        markup -= size if _is_markup(name) else 0
        if left < 0 or markup < 0 or size != member.file_size:
            over = left < 0 or markup < 0
            raise refused("evidence.bomb" if over else "evidence.damaged")


def _check_contents(content: bytes, members: Mapping[str, zipfile.ZipInfo]) -> None:
    """Refuse programs and archives under whatever name; embedded objects are only warned of."""
    for name, member in members.items():
        start = member_start(content, member)
        if member.compress_type == zipfile.ZIP_DEFLATED:
            packed = content[start : start + _PIECE]
            head = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, 16)
        else:
            head = content[start : start + min(16, member.compress_size)]
        if head.startswith((b"MZ", b"\x7fELF")):
            raise refused("evidence.program_inside", got=name[-80:])
        if head.startswith(_ARCHIVES) and not _EMBEDDED.match(name):
            raise refused("evidence.nested", got=name[-80:])


# ---- the parts


def _is_markup(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _look_at_types(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], found: _Found
) -> None:
    if _TYPES not in members:
        raise refused("evidence.archive", got="ZIP")

    def start(_: str, name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "")
        if _MACRO_TYPES.search(kind):
            raise refused("evidence.macros")
        main = _MAIN.get(kind.rpartition("officedocument.")[2].strip())
        if main is not None:
            # A part may take its type from its ending; then it is where every program puts it.
            usual = "word/document.xml" if main[0] is Kind.DOCX else "xl/workbook.xml"
            part = attributes.get("PartName", "").removeprefix("/") if name == "Override" else usual
            if found.main is not None:
                raise refused("evidence.two_in_one")
            found.main = (part, *main)

    look_through(_part(archive, _TYPES), start=start)


def _look_at_parts(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    found: _Found,
    limits: Limits,
) -> None:
    main = found.main
    if main is None or main[0] not in members:
        raise refused("evidence.damaged")
    for name in members:
        if not _is_markup(name):
            continue
        markup = _part(archive, name)
        if name.lower().endswith(".rels"):
            look_through(markup, start=_Relations(found).start)
        elif name.lower().endswith(".vml"):
            # Old drawings are not always well-formed; a document type in them is refused all the
            # same.
            if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", markup, re.IGNORECASE):
                raise refused("evidence.declares_entities")
        elif name != main[0] and not _ACTIVE_PARTS.match(name):
            look_through(markup)
        else:
            fields = _Fields(found if name == main[0] and main[1] is Kind.XLSX else None)
            root = look_through(markup, start=fields.start, end=fields.end, text=fields.text)
            if name == main[0] and not (main[2] in root and root.endswith(f" {main[3]}")):
                raise refused("evidence.damaged")
    if found.sheets > limits.pages:
        raise refused("evidence.too_many_pages", limit=limits.pages, got=found.sheets)


class _Relations:
    """What a package refers to outside itself."""

    def __init__(self, found: _Found) -> None:
        self._found = found

    def start(self, _: str, name: str, attributes: Mapping[str, str]) -> None:
        """Note or refuse one relation."""
        if name != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        if "vbaproject" in kind.lower():
            raise refused("evidence.macros")
        if attributes.get("TargetMode", "").lower() != "external" or kind == "hyperlink":
            return
        # A workbook that quotes another one is everyday; a template from the network is an attack.
        if kind in _FETCHED and _REMOTE.match(target):
            raise refused("evidence.fetches", got=target[:120])
        self._found.outside.add(target[:120])


class _Fields:
    """Fields that start programs, and the number of sheets."""

    def __init__(self, found: _Found | None) -> None:
        self._found = found
        self._inside = False
        self._instruction: list[str] = []

    def start(self, _: str, name: str, attributes: Mapping[str, str]) -> None:
        """Enter an element."""
        if name == "ddeLink":
            raise refused("evidence.starts_programs")
        if name == "fldSimple":
            for key, value in attributes.items():
                if key.endswith("instr") and _DDE.search(value):
                    raise refused("evidence.starts_programs")
        elif name == "instrText":
            self._inside = True
        elif name == "fldChar":
            self._instruction.clear()
        elif name == "sheet" and self._found is not None:
            self._found.sheets += 1

    def end(self, _: str, name: str) -> None:
        """Leave an element."""
        if name == "instrText":
            self._inside = False
            if _DDE.search("".join(self._instruction)):
                raise refused("evidence.starts_programs")

    def text(self, text: str) -> None:
        """Gather the words of a field, which may be cut into many pieces."""
        if self._inside:
            self._instruction.append(text)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except _DAMAGED as error:
        raise refused("evidence.damaged") from error


def _other_office(members: Mapping[str, zipfile.ZipInfo]) -> str:
    for start, name in (("ppt/", "PowerPoint"), ("visio/", "Visio"), ("word/", "Word")):
        if any(member.startswith(start) for member in members):
            return name
    return "Office"


# ---- the text


def read_text(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:  # noqa: ARG001 - tasks have one signature
    """The text of a package that was examined: a document as one page, a workbook by its sheets."""
    with zipfile.ZipFile(source) as archive:
        names = archive.namelist()
        if any(name.startswith("xl/") for name in names):
            pages = _Budget(limits.characters).fill(_sheets(archive))
        else:
            pages = _Budget(limits.characters).fill(_document(archive, names))
    return {"pages": pages[0], "cut": pages[1]}


class _Budget:
    """Gathers pieces of text into pages until there are too many characters."""

    def __init__(self, most: int) -> None:
        self._left = most

    def fill(self, pages: Iterator[Iterator[str]]) -> tuple[list[str], bool]:
        """The pages, and True where the text was cut off."""
        full: list[str] = []
        for page in pages:
            pieces = []
            for piece in page:
                pieces.append(piece[: self._left])
                self._left -= len(piece)
                if self._left < 0:
                    return [*full, "".join(pieces)], True
            full.append("".join(pieces))
        return full, False


def _document(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Iterator[str]]:
    def pieces() -> Iterator[str]:
        beside = re.compile(r"word/(?:header|footnotes|endnotes|footer)\d*\.xml")
        for name in ["word/document.xml", *sorted(filter(beside.fullmatch, names))]:
            paragraphs = _Paragraphs()
            look_through(
                _part(archive, name),
                start=paragraphs.start, end=paragraphs.end, text=paragraphs.text,
            )  # fmt: skip
            yield from paragraphs.pieces

    yield pieces()


class _Paragraphs:
    """The words of a document, without what is deleted or said twice for old programs."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._inside = False
        self._fallbacks = 0

    def start(self, _: str, name: str, __: Mapping[str, str]) -> None:
        """Enter an element."""
        if name == "Fallback":
            self._fallbacks += 1
        elif name == "t":
            self._inside = True
        elif name == "tab":
            self.pieces.append("\t")
        elif name in {"br", "cr"}:
            self.pieces.append("\n")

    def end(self, _: str, name: str) -> None:
        """Leave an element."""
        if name == "Fallback":
            self._fallbacks -= 1
        elif name == "t":
            self._inside = False
        elif name == "p" and not self._fallbacks:
            self.pieces.append("\n")

    def text(self, text: str) -> None:
        """Words, if they are shown."""
        if self._inside and not self._fallbacks:
            self.pieces.append(text)


def _sheets(archive: zipfile.ZipFile) -> Iterator[Iterator[str]]:
    parts: dict[str, str] = {}
    listed: list[tuple[str, str]] = []

    def relation(_: str, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            target = posixpath.join("/xl", attributes.get("Target", ""))
            parts[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    def sheet(_: str, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            listed.append((attributes.get("name", ""), key))

    look_through(_part(archive, "xl/_rels/workbook.xml.rels"), start=relation)
    look_through(_part(archive, "xl/workbook.xml"), start=sheet)
    shared = _Cells([])
    if "xl/sharedStrings.xml" in archive.namelist():
        shared.look(_part(archive, "xl/sharedStrings.xml"))
    for title, key in listed:
        part = parts.get(key, "")
        if part.startswith("xl/worksheets/") and part in archive.namelist():
            yield _sheet(archive, title, part, shared.strings)


def _sheet(archive: zipfile.ZipFile, title: str, part: str, shared: list[str]) -> Iterator[str]:
    cells = _Cells(shared)
    cells.look(_part(archive, part))
    yield title + "\n"
    yield from cells.pieces()


class _Cells:
    """The strings of a workbook, or the cells of one sheet, in the order they stand."""

    def __init__(self, shared: list[str]) -> None:
        self.strings: list[str] = []
        self._shared = shared
        self._cells: list[tuple[str, bool] | None] = []
        self._kind = ""
        self._now: list[str] = []
        self._inside = False
        self._phonetic = 0

    def look(self, markup: bytes) -> None:
        """Look through a part."""
        look_through(markup, start=self._start, end=self._end, text=self._text)

    def pieces(self) -> Iterator[str]:
        """Cells with a tab after each, rows with a line end."""
        for cell in self._cells:
            if cell is None:
                yield "\n"
                continue
            value, is_shared = cell
            if is_shared:
                at = int(value) if value.isascii() and value.isdigit() else -1
                value = self._shared[at] if 0 <= at < len(self._shared) else ""
            yield value + "\t"

    def _start(self, _: str, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._kind = attributes.get("t", "n")
            self._now = []
        elif name == "si":
            self._now = []
        elif name == "rPh":
            self._phonetic += 1
        elif name in {"v", "t"}:
            self._inside = not self._phonetic

    def _end(self, _: str, name: str) -> None:
        if name in {"v", "t"}:
            self._inside = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "si":
            self.strings.append("".join(self._now))
        elif name == "c":
            if self._now:
                self._cells.append(("".join(self._now), self._kind == "s"))
        elif name == "row":
            self._cells.append(None)

    def _text(self, text: str) -> None:
        if self._inside:
            self._now.append(text)
