"""The five kinds of file that are taken, told by their first bytes and never by their names."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from parindex.evidence.refusals import refused

HEAD: Final = 1024
PDF_HEADER: Final = b"%PDF-"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Kind(StrEnum):
    """What a file is; nothing else is taken."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JPEG = "jpeg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        """The media type it is served with."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The ending of its name, with the dot."""
        return ".jpg" if self is Kind.JPEG else f".{self}"

    @property
    def is_image(self) -> bool:
        """True for a picture without pages."""
        return self in {Kind.JPEG, Kind.PNG}


class Family(StrEnum):
    """What the first bytes tell: a package may still be a document, a workbook or neither."""

    PDF = "pdf"
    PACKAGE = "package"
    JPEG = "jpeg"
    PNG = "png"


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES: Final = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    Kind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
}

# Where the sign stands, the sign, the code of the refusal, and the name people know it by.
_OTHERS: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"GIF8", "evidence.other_image", "GIF"),
    (0, b"BM", "evidence.other_image", "BMP"),
    (0, b"II*\x00", "evidence.other_image", "TIFF"),
    (0, b"MM\x00*", "evidence.other_image", "TIFF"),
    (8, b"WEBP", "evidence.other_image", "WebP"),
    (4, b"ftypheic", "evidence.other_image", "HEIC"),
    (4, b"ftypmif1", "evidence.other_image", "HEIC"),
    (4, b"ftypavif", "evidence.other_image", "AVIF"),
    (0, b"PK\x05\x06", "evidence.archive", "ZIP"),
    (0, b"Rar!", "evidence.archive", "RAR"),
    (0, b"7z\xbc\xaf\x27\x1c", "evidence.archive", "7-Zip"),
    (0, b"\x1f\x8b", "evidence.archive", "GZIP"),
    (0, b"BZh", "evidence.archive", "BZIP2"),
    (0, b"\xfd7zXZ\x00", "evidence.archive", "XZ"),
    (257, b"ustar", "evidence.archive", "TAR"),
    (0, b"MZ", "evidence.program", "EXE"),
    (0, b"\x7fELF", "evidence.program", "ELF"),
    (0, b"\xca\xfe\xba\xbe", "evidence.program", "Java"),
    (0, b"#!", "evidence.program", "script"),
    (0, b"{\\rtf", "evidence.other_office", "RTF"),
)
_WEB: Final = re.compile(
    rb"<\s*(?:!doctype\s+html|html|script|svg|body|head|iframe|\?php)\b", re.IGNORECASE
)
_TEXT_STARTS: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def sniff(content: bytes) -> Family:
    """The family of a file by its first bytes.

    Raises UnusableInputError that names what else it is, as far as that can be told.

    >>> sniff(b"%PDF-1.7 ...")
    <Family.PDF: 'pdf'>
    """
    if not content:
        raise refused("evidence.empty")
    head = content[:HEAD]
    family = _family(head)
    if family is None:
        raise _stranger(content, head)
    hidden_pdf = family is Family.PACKAGE and PDF_HEADER in head
    # Pictures are made anew, so what hides in them is not kept; the others are kept as they are.
    if hidden_pdf or (family in {Family.PDF, Family.PACKAGE} and _WEB.search(head)):
        raise refused("evidence.two_in_one")
    return family


def _family(head: bytes) -> Family | None:
    if head.startswith(PDF_HEADER):
        return Family.PDF
    if head.startswith(b"PK\x03\x04"):
        return Family.PACKAGE
    if head.startswith(b"\xff\xd8\xff"):
        return Family.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Family.PNG
    return None


def _stranger(content: bytes, head: bytes) -> Exception:
    if head.startswith(_OLE):
        return _old_office(content)
    for at, sign, code, name in _OTHERS:
        if head.startswith(sign, at):
            return refused(code, got=name)
    if PDF_HEADER in head:
        return refused("evidence.two_in_one")
    stripped = head.lstrip()
    if stripped.startswith(_TEXT_STARTS) or _WEB.search(head):
        return refused("evidence.web_page")
    return refused("evidence.unknown_type")


def _old_office(content: bytes) -> Exception:
    """A compound file holds an old document, or a new one behind a password."""
    for stream, code, name in (
        ("EncryptedPackage", "evidence.encrypted", "Word, Excel"),
        ("WordDocument", "evidence.old_office", ".doc"),
        ("Workbook", "evidence.old_office", ".xls"),
        ("Book", "evidence.old_office", ".xls"),
        ("PowerPoint Document", "evidence.other_office", "PowerPoint"),
    ):
        if stream.encode("utf-16-le") in content:
            return refused(code, got=name)
    return refused("evidence.unknown_type")
