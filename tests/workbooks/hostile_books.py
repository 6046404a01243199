"""Three dozen files that call themselves .xlsx and mean harm, or are something else; always the same.

Each is made from a workbook that both readers take, so that what was done to it is the only
reason for which it is refused.
"""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from workbooks.filled import Filled, people_content, sheet_content

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STRINGS = "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
_DATE = (1980, 1, 1, 0, 0, 0)
_MEGABYTE = 1 << 20


@cache
def good_book() -> bytes:
    """One workbook with the sheets of both kinds, which both readers take."""
    book = Filled(sheet_content())
    book.grids |= Filled(people_content()).grids
    return book.save()


@cache
def _parts() -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(good_book())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def hostile_books() -> list[tuple[str, bytes]]:
    """Each file with the name of what is wrong with it."""
    return [(name, make()) for name, make in _MAKERS.items()]


def _packed(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _DATE)
            archive.writestr(member, content, compression, 1)
    return stream.getvalue()


def _plus(name: str, content: bytes) -> bytes:
    return _packed({**_parts(), name: content})


def _changed(part: str, change: Callable[[str], str]) -> bytes:
    before = _parts()[part].decode()
    after = change(before)
    assert after != before
    return _packed({**_parts(), part: after.encode()})


def _rows(rows: str) -> bytes:
    return _changed(SHEET, lambda text: text.replace("</sheetData>", rows + "</sheetData>"))


def _bomb(name: str) -> bytes:
    return _plus(name, b" " * (40 * _MEGABYTE))


def _lying_bomb() -> bytes:
    content = bytearray(_bomb("xl/media/image1.png"))
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", content, content.rindex(signature) + at, 10)
    return bytes(content)


def _long_strings() -> bytes:
    """One short text of the greatest length, and a hundred thousand cells that point to it."""
    text = "<si><t>" + "a" * 32_767 + "</t></si></sst>"
    strings = _parts()[STRINGS].decode().replace("</sst>", text)
    strings = re.sub(r'(count|uniqueCount)="\d+"', "", strings)
    at = strings.count("<si>") - 1
    rows = "".join(
        f'<row r="{row}">' + f'<c t="s"><v>{at}</v></c>' * 50 + "</row>" for row in range(100, 2100)
    )
    sheet = _parts()[SHEET].decode().replace("</sheetData>", rows + "</sheetData>")
    return _packed({**_parts(), STRINGS: strings.encode(), SHEET: sheet.encode()})


def _many_cells() -> bytes:
    row = "".join("<c><v>1</v></c>" for _ in range(90))
    return _rows("".join(f'<row r="{at}">{row}</row>' for at in range(100, 2600)))


def _million_columns() -> bytes:
    return _rows('<row r="90">' + "<c><v>1</v></c>" * 1_000_000 + "</row>")


def _entities() -> bytes:
    steps = "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' if at else '<!ENTITY a0 "ha">'
        for at in range(10)
    )
    declared = f"<!DOCTYPE sst [{steps}]><sst"
    return _changed(STRINGS, lambda text: text.replace("<sst", declared, 1))


def _outside_entity() -> bytes:
    declared = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet'
    return _changed(SHEET, lambda text: text.replace("<worksheet", declared, 1))


def _two_of_one_name() -> bytes:
    content = _plus("xl/worksheets/sheetX.xml", b"<worksheet/>")
    return content.replace(b"xl/worksheets/sheetX.xml", SHEET.encode())


def _encrypted_member() -> bytes:
    content = bytearray(good_book())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _damaged() -> bytes:
    content = bytearray(good_book())
    with zipfile.ZipFile(io.BytesIO(good_book())) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    content[at : at + 40] = bytes([0xFF]) * 40
    return bytes(content)


def _nul_in_name() -> bytes:
    content = _plus("xl/media/imageX.png", b"x")
    return content.replace(b"xl/media/imageX.png", b"xl/media/image\0.png")


def _target(to: str) -> bytes:
    return _changed(RELATIONS, lambda text: text.replace("worksheets/sheet1.xml", to, 1))


def _linked_book() -> bytes:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return _plus("xl/externalLinks/externalLink1.xml", link)


def _outside_sheet() -> bytes:
    return _changed(
        RELATIONS,
        lambda text: text.replace(
            'Target="worksheets/sheet1.xml"',
            'Target="http://127.0.0.1/sheet1.xml" TargetMode="External"',
            1,
        ),
    )


def _macro_type() -> bytes:
    return _changed(
        TYPES,
        lambda text: text.replace(
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            "vnd.ms-excel.sheet.macroEnabled.main",
        ),
    )


def _xlsb() -> bytes:
    return _packed({TYPES: b"<Types/>", "xl/workbook.bin": b"\x83\x01\x00"})


def _ods() -> bytes:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return _packed({"mimetype": kind, "content.xml": b"<a/>"}, zipfile.ZIP_STORED)


def _docx() -> bytes:
    return _packed({TYPES: b"<Types/>", "word/document.xml": b"<document/>"})


def _too_many_parts() -> bytes:
    return _packed({**_parts(), **{f"xl/media/{at}": b"" for at in range(10_001)}})


def _nul_in_markup() -> bytes:
    return _changed(SHEET, lambda text: text.replace("<sheetData>", "<sheetData>\0", 1))


def _greedy_count() -> bytes:
    return _changed(
        STRINGS, lambda text: re.sub(r'uniqueCount="\d+"', 'uniqueCount="4000000000"', text)
    )


def _no_such_string() -> bytes:
    return _changed(SHEET, lambda text: re.sub(r"<v>\d+</v>", "<v>99999</v>", text))


def _one_giant_string() -> bytes:
    giant = "<si><t>" + "a" * (3 * _MEGABYTE) + "</t></si></sst>"
    return _changed(STRINGS, lambda text: text.replace("</sst>", giant))


_MAKERS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"Ma,Ten\n1,2\n",
    "html": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
    "pdf": lambda: b"%PDF-1.7\n" + bytes(64),
    "gzip": lambda: gzip.compress(good_book(), mtime=0),
    "old-xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "ods": _ods,
    "docx": _docx,
    "xlsb": _xlsb,
    "zip-in-zip": lambda: _packed({"a.xlsx": good_book()}),
    "cut-short": lambda: good_book()[: len(good_book()) // 2],
    "damaged-member": _damaged,
    "encrypted-member": _encrypted_member,
    "two-of-one-name": _two_of_one_name,
    "nul-in-name": _nul_in_name,
    "way-out": lambda: _plus("xl/../../../etc/passwd", b"x"),
    "too-many-parts": _too_many_parts,
    "bomb-in-sheet": lambda: _bomb(SHEET),
    "bomb-that-lies": _lying_bomb,
    "million-columns": _million_columns,
    "cell-far-out": lambda: _rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "many-cells": _many_cells,
    "giant-string": _one_giant_string,
    "string-a-hundred-thousand-times": _long_strings,
    "greedy-count": _greedy_count,
    "no-such-string": _no_such_string,
    "billion-laughs": _entities,
    "outside-entity": _outside_entity,
    "nul-in-markup": _nul_in_markup,
    "macro": lambda: _plus("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"),
    "macro-type": _macro_type,
    "linked-book": _linked_book,
    "sheet-on-the-web": _outside_sheet,
    "embedded-object": lambda: _plus("xl/embeddings/oleObject1.bin", b"MZ"),
    "data-connection": lambda: _plus("xl/connections.xml", b"<connections/>"),
    "book-is-its-own-sheet": lambda: _target("workbook.xml"),
    "two-sheets-of-one-part": lambda: _target("worksheets/sheet2.xml"),
}
