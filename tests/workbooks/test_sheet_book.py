"""The self-scoring workbook: written, filled in, read, marked, corrected, read again."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from parindex.criteria.parser import read_rulebook
from parindex.errors import UnusableInputError
from parindex.workbooks.errors_sheet import ERRORS_SHEET
from parindex.workbooks.sheet_book import Claim, mark_errors
from parindex.workbooks.sheet_reading import SheetUpload, read_sheet
from parindex.workbooks.sheet_words import KEY_SHEET, SHEET, entry_keys
from parindex.workbooks.uploads import Value, spot_of
from workbooks.filled import (
    CLAIMS,
    RULEBOOK,
    Filled,
    cell,
    criteria,
    filled,
    people_content,
    sheet_content,
)


def read(content: bytes) -> SheetUpload:
    return read_sheet(content, criteria(), file_name="phieu.xlsx")


def found(upload: SheetUpload) -> list[tuple[str, str]]:
    for problem in upload.problems:
        assert problem.say("en")
        assert problem.say("vi").startswith(f"phieu.xlsx:{problem.line}: ")
    return [(one.code, str(one.values["cell"])) for one in upload.problems]


def refused(content: bytes, **named: str) -> str:
    with pytest.raises(UnusableInputError) as caught:
        read_sheet(content, criteria(), file_name="phieu.xlsx", **named)
    (problem,) = caught.value.problems
    assert problem.say("vi")
    return problem.code


# ---- there and back


def test_round_trip_gives_what_was_claimed() -> None:
    upload = read(sheet_content())
    assert (upload.round_id, upload.unit_id) == ("thu-2025", "so-noi-vu")
    assert upload.problems == ()
    assert [row.code for row in upload.rows] == [item.code for item in criteria().items()]
    assert not any(row.changed for row in upload.rows)
    assert all(row.sound for row in upload.rows)
    pair, value = upload.row("1.1.2"), upload.row("1.2")
    assert pair is not None
    assert pair.quantity is not None
    assert pair.score is not None
    assert (pair.quantity.numerator, pair.quantity.denominator, pair.version) == (97, 98, 1)
    assert pair.score.points == 19796
    assert value is not None
    assert value.quantity is not None
    assert value.quantity.value == Decimal("98.125")
    assert {row.code: row.version for row in upload.rows if row.version} == {
        code: claim.version for code, claim in CLAIMS.items() if claim.version
    }
    assert upload.row("9.9") is None


def test_closed_rows_claim_nothing() -> None:
    closed = {row.code for row in read(sheet_content()).rows if row.closed}
    assert closed == {"2.1", "2.2", "2.3", "2.4"}
    assert all(not any(row.cells) for row in read(sheet_content()).rows if row.closed)


def test_the_same_call_gives_the_same_bytes(tmp_path: Path) -> None:
    assert sheet_content() == sheet_content()


def test_text_that_looks_like_a_formula_stays_text() -> None:
    content = sheet_content()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
                assert b"<hyperlink" not in archive.read(name)
    row = read(content).row("1.1.1")
    assert row is not None
    assert row.note == '=HYPERLINK("http://x")'
    grid = Filled(content).grids[SHEET]
    assert grid[spot_of(cell("1.1.1", "name"))[0]][1] == "=Ban hành kế hoạch"


def test_only_what_a_unit_may_fill_in_is_open() -> None:
    with zipfile.ZipFile(io.BytesIO(sheet_content())) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<sheetProtection " in markup
        assert "password" not in markup
        assert 'state="veryHidden"' in archive.read("xl/workbook.xml").decode()
        assert "dataValidation " in markup


def test_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(UnusableInputError) as caught:
        sheet_content({"1.2": Claim(note="a" * 40_000)})
    assert {one.code for one in caught.value.problems} == {"sheet.cannot_hold"}


# ---- what is welcome


@pytest.mark.parametrize(
    ("key", "typed", "expected"),
    [
        ("value", "98,7", "98.7"),
        ("value", "98.7", "98.7"),
        ("value", " 98,7% ", "98.7"),
        ("value", "98,7\u00a0%", "98.7"),
        ("value", "９８，７％", "98.7"),
        ("value", 98.7, "98.7"),
        ("value", 98, "98"),
        ("value", 0.1, "0.1"),
        ("value", "98,125", "98.125"),
        ("value", "1.50", "1.50"),
    ],
)
def test_numbers_are_read_as_people_write_them(key: str, typed: Value, expected: str) -> None:
    base = filled((cell("1.1.2", "numerator"), ""), (cell("1.1.2", "denominator"), ""))
    upload = read(filled((cell("1.1.2", key), typed), base=base))
    assert found(upload) == []
    row = upload.row("1.1.2")
    assert row is not None
    assert row.cells[2] == expected
    assert row.changed


def test_number_shown_in_percent_is_what_it_shows() -> None:
    edit = Filled(filled((cell("1.1.2", "numerator"), ""), (cell("1.1.2", "denominator"), "")))
    where = cell("1.1.2", "value")
    edit.set(where, 0.987)
    edit.formats[SHEET, *spot_of(where)] = "0.0%"
    row = read(edit.save()).row("1.1.2")
    assert row is not None
    assert row.cells[2] == "98.7"


@pytest.mark.parametrize(
    "typed", ["trễ, muộn", "  TRỄ,  muộn", unicodedata.normalize("NFD", "trễ, muộn")]
)
def test_options_are_read_in_any_unicode_form(typed: str) -> None:
    row = read(filled((cell("1.1.1", "option"), typed))).row("1.1.1")
    assert row is not None
    assert row.cells[4] == "trễ, muộn"


@pytest.mark.parametrize(
    ("typed", "veto"),
    [
        ("có", True),
        ("X", True),
        (unicodedata.normalize("NFD", "Có"), True),
        ("Không", False),
        ("", False),
    ],
)
def test_yes_and_no_are_vietnamese(typed: str, veto: bool) -> None:
    row = read(filled((cell("1.1.1", "veto"), typed))).row("1.1.1")
    assert row is not None
    assert row.quantity is not None
    assert row.score is not None
    assert row.quantity.veto is veto
    assert row.score.points == (0 if veto else 15000)


def test_notes_are_composed_and_whole() -> None:
    long = "Giải trình rất dài. " * 1500
    typed = unicodedata.normalize("NFD", "Đã làm\u00a0xong")
    row = read(filled((cell("1.10", "note"), typed))).row("1.10")
    assert row is not None
    assert (row.note, row.quantity, row.sound, row.changed) == ("Đã làm xong", None, True, True)
    row = read(filled((cell("1.10", "note"), long))).row("1.10")
    assert row is not None
    assert row.note == long.strip()


def test_rows_may_be_moved_or_left_out() -> None:
    edit = Filled(sheet_content())
    grid = edit.grids[SHEET]
    first, second = spot_of(cell("1.1.1", "code"))[0], spot_of(cell("1.1.2", "code"))[0]
    grid[first], grid[second] = grid[second], grid[first]
    del grid[spot_of(cell("2.5", "code"))[0]]
    upload = read(edit.save())
    assert upload.problems == ()
    assert upload.row("2.5") is None
    moved = upload.row("1.1.2")
    assert moved is not None
    assert (moved.row, moved.cells[0], moved.changed) == (first + 1, "97", False)


# ---- what is refused, at its cell


@pytest.mark.parametrize(
    ("code", "key", "typed", "expected"),
    [
        ("1.1.2", "numerator", "1E5", "sheet.number"),
        ("1.1.2", "numerator", "12 hồ sơ", "sheet.number"),
        ("1.1.2", "numerator", 1e20, "sheet.number"),
        ("1.1.2", "numerator", "-5", "sheet.negative"),
        ("1.1.2", "numerator", -5, "sheet.negative"),
        ("1.1.2", "numerator", "1.234", "sheet.ambiguous"),
        ("1.1.2", "numerator", "1,234", "sheet.ambiguous"),
        ("1.1.2", "numerator", "1.234,5", "sheet.thousands"),
        ("1.1.2", "numerator", "12 345", "sheet.thousands"),
        ("1.1.2", "numerator", date(2025, 12, 10), "sheet.date_cell"),
        ("1.1.2", "numerator", datetime(2025, 12, 10, 8, 30), "sheet.date_cell"),  # noqa: DTZ001 - a cell has no time zone
        ("1.1.2", "numerator", True, "sheet.truth_cell"),
        ("1.1.2", "numerator", "99", "sheet.numerator_above"),
        ("1.1.2", "denominator", "0", "sheet.numerator_above"),
        ("1.1.2", "denominator", "", "sheet.half_a_pair"),
        ("1.1.2", "value", "50", "sheet.pair_and_value"),
        ("1.1.2", "count", "2", "sheet.not_read"),
        ("1.1.2", "veto", "có", "sheet.no_guard"),
        ("1.1.1", "veto", "chắc thế", "sheet.yes_no"),
        ("1.1.1", "option", "sớm", "sheet.option"),
        ("1.10", "count", "1,5", "sheet.not_whole"),
        ("1.10", "count", "98,7%", "sheet.number"),
        ("2.1", "numerator", "5", "sheet.not_claimed"),
        ("2.4", "points", "1", "sheet.not_claimed"),
        ("2.2", "points", "1", "sheet.closed"),
        ("2.3", "value", "91", "sheet.closed"),
        ("1.2", "evidence", "Tờ trình.pdf", "sheet.evidence_here"),
        ("1.1.2", "code", "9.9", "sheet.unknown_code"),
        ("1.1.2", "code", 1.1, "sheet.code_cell"),
        ("1.1.2", "code", "", "sheet.no_code"),
    ],
)  # fmt: skip
def test_refusal_stands_at_its_cell(code: str, key: str, typed: Value, expected: str) -> None:
    upload = read(filled((cell(code, key), typed)))
    where = cell(code, "numerator" if expected == "sheet.numerator_above" else key)
    assert found(upload) == [(expected, where)]
    row = upload.row(code)
    assert row is None or not row.sound


def test_points_and_ratios_have_their_bounds() -> None:
    open_points = sheet_content({}, ())
    upload = read(filled((cell("2.2", "points"), "1,5"), (cell("1.1.2", "value"), "100,5"),
                         (cell("1.2", "value"), "120"), base=open_points))  # fmt: skip
    assert found(upload) == [
        ("sheet.over_100", cell("1.1.2", "value")),
        ("sheet.above_maximum", cell("2.2", "points")),
    ]


def test_nothing_due_must_be_known_to_the_rule() -> None:
    base = sheet_content({}, ())
    changes = [(cell(code, key), "0") for code in ("1.1.2", "1.2")
               for key in ("numerator", "denominator")]  # fmt: skip
    upload = read(filled(*changes, base=base))
    assert found(upload) == [("sheet.none_due", cell("1.1.2", "denominator"))]


def test_message_is_the_kind_an_official_understands() -> None:
    upload = read(filled((cell("1.1.2", "numerator"), "1.234")))
    (problem,) = upload.problems
    assert problem.say("vi") == (
        "phieu.xlsx:9: ô E9 (cột “Tử số”) không rõ là số thập phân hay hàng nghìn; cần số chỉ đọc "
        "được một cách; gặp “1.234”; cách sửa: nếu là hàng nghìn thì viết liền, như 1234; nếu là "
        "số thập phân thì thêm số 0 ở cuối, như 1,2340"
    )


def test_formula_is_refused() -> None:
    edit = Filled(sheet_content())
    where = cell("1.1.2", "numerator")
    edit.set(where, 97)
    edit.formulas[SHEET, *spot_of(where)] = "=90+7"
    assert found(read(edit.save())) == [("sheet.formula", where)]


def test_code_in_two_rows_is_refused_in_both() -> None:
    upload = read(filled((cell("1.2", "code"), "1.1.2")))
    assert found(upload) == [
        ("sheet.repeated_code", cell("1.1.2", "code")),
        ("sheet.repeated_code", cell("1.2", "code")),
    ]
    assert upload.row("1.1.2") is None


def test_nothing_is_passed_over_in_silence() -> None:
    upload = read(filled(("N9", "bên lề"), ("L6", "ở dòng tiêu đề")))
    assert sorted(found(upload)) == [("sheet.heading_filled", "L6"), ("sheet.stray_cell", "N9")]
    edit = Filled(sheet_content())
    edit.joined.append((SHEET, "E18:F18"))
    assert found(read(edit.save())) == [("sheet.joined", "E18")]


# ---- refused whole


def test_workbook_of_another_place_is_refused() -> None:
    content = sheet_content()
    assert refused(content, round_id="thu-2024") == "sheet.other_round"
    assert refused(content, round_id="thu-2025", unit_id="so-y-te") == "sheet.other_unit"
    assert refused(people_content()) == "sheet.not_a_sheet"
    other = read_rulebook(RULEBOOK.replace("revision: 1", "revision: 2").encode(), file="b.yaml")
    with pytest.raises(UnusableInputError) as caught:
        read_sheet(content, other, file_name="phieu.xlsx")
    assert [one.code for one in caught.value.problems] == ["sheet.other_rulebook"]


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [("A1", "khác", "sheet.not_a_sheet"), ("B6", "-1", "sheet.not_a_sheet"),
     ("C6", "lạ", "sheet.not_a_sheet"), ("A7", "1.1.1", "sheet.not_a_sheet")],
)  # fmt: skip
def test_hidden_sheet_that_was_changed_is_refused(where: str, value: str, code: str) -> None:
    edit = Filled(sheet_content()).set(where, value, KEY_SHEET)
    assert refused(edit.save()) == code


def test_missing_columns_are_told() -> None:
    assert refused(filled(("E5", "Lạ"))) == "sheet.missing_column"
    assert refused(filled(("M5", "Tử số"))) == "sheet.repeated_column"
    edit = Filled(sheet_content())
    edit.grids[SHEET][4] = []
    assert refused(edit.save()) == "sheet.no_header"


# ---- marked, corrected, sent again


def test_marked_workbook_can_be_corrected_and_read_again() -> None:
    where = cell("1.1.2", "numerator")
    upload = read(filled((where, "1.234"), (cell("1.10", "count"), "2"),
                         (cell("1.2", "note"), "=A1+1")))  # fmt: skip
    marked = mark_errors(upload)
    again = read(marked)
    assert found(again) == found(upload)
    assert [row.cells for row in again.rows] == [row.cells for row in upload.rows]
    assert [row.changed for row in again.rows] == [row.changed for row in upload.rows]
    grids = Filled(marked).grids
    assert next(iter(grids)) == ERRORS_SHEET
    row, column = spot_of(where)
    assert grids[SHEET][row][column] == "1.234"
    assert grids[ERRORS_SHEET][3][1] == where
    with zipfile.ZipFile(io.BytesIO(marked)) as archive:
        assert f"#'{SHEET}'!{where}" in _hyperlinks(archive)
        comments = archive.read("xl/comments1.xml").decode()
        assert f"Ô {where} (cột “Tử số”)" in comments
        assert "Cách sửa: nếu là hàng nghìn" in comments
    corrected = read(filled((where, "12,5"), base=marked))
    assert corrected.problems == ()
    row_of = corrected.row("1.1.2")
    assert row_of is not None
    assert row_of.cells[0] == "12.5"
    assert mark_errors(upload) == marked


def _hyperlinks(archive: zipfile.ZipFile) -> str:
    return (
        archive.read("xl/worksheets/sheet1.xml")
        .decode()
        .replace('location="', '"#')
        .replace("&apos;", "'")
    )


def test_what_only_the_caller_knows_can_be_marked_too() -> None:
    upload = read(sheet_content())
    problem = upload.problem("sheet.closed", of="1.2", column="value")
    assert problem.values["cell"] == cell("1.2", "value")
    marked = read(mark_errors(upload, [problem]))
    assert marked.problems == ()


def test_columns_are_only_those_that_some_item_needs() -> None:
    assert entry_keys(next(iter(criteria().items()))) == ("option", "veto")
