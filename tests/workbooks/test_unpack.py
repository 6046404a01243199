"""A file that is no workbook, or one made to hurt, goes no further than the guard."""

from __future__ import annotations

import os
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from parindex.criteria.plain import digest
from parindex.errors import Problems
from parindex.workbooks import unpack
from parindex.workbooks.rulebook_reading import read_rulebook_workbook
from parindex.workbooks.unpack import MAX_MEMBERS, MAX_UNPACKED, open_package
from workbooks.books import exported, refused, small

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
MEGABYTE = 1 << 20


class Unread:
    """Stands in for the reader and fails the test when it is asked to read."""

    @staticmethod
    def from_filelike(_: object) -> None:
        pytest.fail("the file went past the guard")


def refused_by_guard(path: Path) -> str:
    """The one reason for which the guard refuses a file, before anything reads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parindex.workbooks.pages.CalamineWorkbook", Unread)
        (found,) = refused(path)
    assert found[1] == 0
    return found[0].removeprefix("workbook.")


def members(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(exported(folder)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def changed(folder: Path, part: str, change: Callable[[str], str]) -> Path:
    """The small workbook with the mark-up of one part changed."""
    parts = members(folder)
    before = parts[part].decode()
    assert change(before) != before
    parts[part] = change(before).encode()
    return packed(folder / "b.xlsx", parts)


def bomb(path: Path, parts: Mapping[str, bytes], name: str, megabytes: int) -> Path:
    """A workbook with one part that is nothing but spaces."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, content in parts.items():
            if part != name:
                archive.writestr(part, content)
        with archive.open(name, "w") as stream:
            for _ in range(megabytes):
                stream.write(b" " * MEGABYTE)
    return path


# ---- size


@pytest.mark.parametrize("name", [SHEET, "xl/media/image1.png"])
def test_bomb_of_300_megabytes_is_refused(name: str, tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.xlsx", members(tmp_path), name, 300)
    assert path.stat().st_size < 4 * MEGABYTE
    assert refused_by_guard(path) == "too_large"


def test_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.xlsx", members(tmp_path), SHEET, 300)
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", content, content.rindex(signature) + at, 10)
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[-1].file_size == 10
    assert refused_by_guard(path) == "too_large"


def test_members_count_together(tmp_path: Path) -> None:
    parts = members(tmp_path)
    parts |= {f"xl/media/image{number}.png": bytes(30 * MEGABYTE) for number in range(4)}
    assert refused_by_guard(packed(tmp_path / "b.xlsx", parts)) == "too_large"


def test_stored_members_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = members(tmp_path)
    path = packed(tmp_path / "b.xlsx", parts, zipfile.ZIP_STORED)
    total = sum(map(len, parts.values()))
    monkeypatch.setattr(unpack, "MAX_UNPACKED", path.stat().st_size)
    assert digest(read_rulebook_workbook(path).criteria) == digest(small())
    monkeypatch.setattr(unpack, "_read", Path.read_bytes)
    monkeypatch.setattr(unpack, "MAX_UNPACKED", total - 1)
    assert refused_by_guard(path) == "too_large"


@pytest.mark.parametrize(("over", "code"), [(0, ""), (1, "too_large")])
def test_limit_is_the_sum_of_what_is_unpacked(
    over: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = members(tmp_path)
    monkeypatch.setattr(unpack, "MAX_UNPACKED", sum(map(len, parts.values())) - over)
    problems = Problems()
    package = open_package(
        exported(tmp_path) if not over else tmp_path / "bo-tieu-chi.xlsx", problems
    )
    assert (package is None) == bool(code)
    assert [one.code for one in problems.found] == ([f"workbook.{code}"] if code else [])


def test_file_larger_than_the_limit_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.touch()
    os.truncate(path, MAX_UNPACKED + 1)
    assert refused_by_guard(path) == "too_large"


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    parts = members(tmp_path)
    parts |= {f"xl/media/{number}": b"" for number in range(MAX_MEMBERS + 1 - len(parts))}
    assert refused_by_guard(packed(tmp_path / "b.xlsx", parts)) == "too_many_parts"


# ---- what is no workbook


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_workbook"),
        (b"1,2,3\n", "not_a_workbook"),
        (b"PK\x03\x04 and nothing behind it", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
    ],
    ids=["empty", "text", "torn", "ole"],
)
def test_other_files_are_refused(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    assert refused_by_guard(path) == code


def test_other_archives_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.xlsx", {"content.xml": b"<a/>"})
    assert refused_by_guard(path) == "not_a_workbook"
    path = packed(tmp_path / "c.xlsx", members(tmp_path), zipfile.ZIP_BZIP2)
    assert refused_by_guard(path) == "not_a_workbook"


def test_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path)
    content = path.read_bytes()
    for length in (len(content) - 1, len(content) - 30, len(content) // 2, 100):
        path.write_bytes(content[:length])
        assert refused_by_guard(path) == "not_a_workbook"


def test_damaged_member_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    content[at : at + 40] = bytes([0xFF]) * 40
    path.write_bytes(content)
    assert refused_by_guard(path) == "not_a_workbook"


def test_member_whose_own_header_is_elsewhere_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path)
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b"PK\x03\x04", b"PK\x03\x05", 2).replace(b"PK\x03\x05", b"PK\x03\x04", 1)
    )
    assert refused_by_guard(path) == "not_a_workbook"


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = exported(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert refused_by_guard(path) == "encrypted"


@pytest.mark.parametrize("name", [SHEET, SHEET.upper()])
def test_two_members_of_one_name_are_refused(name: str, tmp_path: Path) -> None:
    path = exported(tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "_writecheck", lambda *_: None)
        archive.writestr(name, b"<worksheet/>")
    assert refused_by_guard(path) == "not_a_workbook"


# ---- mark-up made to hurt


@pytest.mark.parametrize("name", ["XFD2", "CW2", "A1048576", "A50001"])
def test_cell_far_out_is_refused(name: str, tmp_path: Path) -> None:
    path = changed(
        tmp_path, SHEET, lambda text: text.replace("</sheetData>", _row(name) + "</sheetData>")
    )
    assert refused_by_guard(path) == "too_far"


def test_empty_cell_far_out_is_nothing(tmp_path: Path) -> None:
    row = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    path = changed(tmp_path, SHEET, lambda text: text.replace("</sheetData>", row))
    assert digest(read_rulebook_workbook(path).criteria) == digest(small())


def _row(name: str) -> str:
    number = re.sub("[A-Z]", "", name)
    return f'<row r="{number}"><c r="{name}"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "row",
    [
        '<row r="90"><c r="A99999999"><v>1</v></c></row>',
        '<row r="90"><c r="4"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="99999999999999999999"><c><v>1</v></c></row>',
        '<row r="90"><c><v>1</c></row>',
        '<row r="90"><c><v>&bomb;</v></c></row>',
    ],
)
def test_mark_up_that_is_not_sound_is_refused(row: str, tmp_path: Path) -> None:
    path = changed(tmp_path, SHEET, lambda text: text.replace("</sheetData>", row + "</sheetData>"))
    assert refused_by_guard(path) == "not_a_workbook"


def test_entities_are_refused(tmp_path: Path) -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<worksheet'
    path = changed(tmp_path, SHEET, lambda text: text.replace("<worksheet", declared, 1))
    assert refused_by_guard(path) == "not_a_workbook"


@pytest.mark.parametrize("count", ["3299999999999", "99999999", "-1", "x"])
def test_count_that_readers_would_make_room_for_is_refused(count: str, tmp_path: Path) -> None:
    path = changed(
        tmp_path, STRINGS, lambda text: re.sub(r'uniqueCount="\d+"', f'uniqueCount="{count}"', text)
    )
    assert refused_by_guard(path) == "not_a_workbook"


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, SHEET, lambda text: text.replace("UTF-8", "UTF-98", 1))
    assert refused_by_guard(path) == "not_a_workbook"


def test_sheet_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    for target in ("worksheets/sheet9.xml", "xl/worksheets/sheet1.xml", "../x.xml"):
        path = changed(
            tmp_path,
            RELATIONS,
            lambda text, to=target: text.replace("worksheets/sheet1.xml", to),  # type: ignore[misc]
        )
        assert refused_by_guard(path) == "not_a_workbook"


def test_target_from_the_root_is_understood(tmp_path: Path) -> None:
    path = changed(
        tmp_path, RELATIONS, lambda text: text.replace('"worksheets/', '"/xl/worksheets/')
    )
    assert digest(read_rulebook_workbook(path).criteria) == digest(small())


def test_cells_may_go_without_their_names(tmp_path: Path) -> None:
    path = changed(tmp_path, SHEET, lambda text: re.sub(r'(<c|<row) r="[A-Z0-9]+"', r"\1", text))
    assert digest(read_rulebook_workbook(path).criteria) == digest(small())


def test_cell_with_an_error_is_told(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        SHEET,
        lambda text: re.sub(
            r'<c r="C6"[^>]*><v>\d+</v></c>', '<c r="C6" t="e"><v>#REF!</v></c>', text
        ),
    )
    (found,) = refused(path)
    assert found[:2] == ("workbook.not_text", 6)


def test_what_the_reader_refuses_is_told(tmp_path: Path) -> None:
    path = changed(tmp_path, SHEET, lambda text: re.sub(r"<v>\d+</v>", "<v>99999</v>", text))
    codes = [code for code, _, _ in refused(path)]
    assert codes == ["workbook.not_a_workbook"]


def test_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_rulebook_workbook(tmp_path / "none.xlsx")


def test_directory_that_lies_about_a_start_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 42, len(content) - 5)
    path.write_bytes(content)
    assert refused_by_guard(path) == "not_a_workbook"
