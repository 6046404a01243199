"""Whatever is wrong in a workbook is told: which sheet, which row, which column, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from parindex.workbooks.rulebook_sheets import HEADER
from parindex.workbooks.wording import COLUMNS, HELP_SHEET, ITEMS_SHEET, SETTINGS_SHEET
from workbooks.books import Change, Edited, Value, codes, column, edited, refused

FIRST = HEADER + 1


def cell(code: str, key: str, value: Value) -> Change:
    return lambda book: book.set(code, key, value)


def setting(label: str, at: int, value: Value) -> Change:
    def change(book: Edited) -> None:
        book.settings[book.setting(label)][at] = value

    return change


def heading(key: str) -> str:
    return COLUMNS[column(key)].heading


# Code of the part, column, what is typed there, the code of the one problem, what it says.
CELLS: list[tuple[str, str, Value, str, Mapping[str, object]]] = [
    ("1.1.1", "code", "", "empty_cell", {}),
    ("1.1.1", "code", 1.1, "not_text", {"got": "1.1"}),
    ("1.1.1", "code", datetime(2025, 1, 1), "not_text", {"got": "2025-01-01"}),  # noqa: DTZ001
    ("1.1.1", "code", True, "not_text", {"got": "True"}),
    ("1.1.1", "name", "", "empty_cell", {}),
    ("1.1.1", "name", datetime(2025, 1, 1), "not_text", {"got": "2025-01-01"}),  # noqa: DTZ001
    ("1.1.1", "id", "", "empty_cell", {}),
    ("1.1.1", "max_points", "", "empty_cell", {}),
    ("1.1.1", "max_points", "một", "not_a_number", {"got": "một"}),
    ("1.1.1", "max_points", "-1", "not_a_number", {"got": "-1"}),
    ("1.1.1", "max_points", "1E2", "not_a_number", {"got": "1E2"}),
    ("1.1.1", "max_points", "1.234,5", "not_a_number", {"got": "1.234,5"}),
    ("1.1.1", "max_points", "1,234", "ambiguous_number", {"got": "1,234"}),
    ("1.1.1", "max_points", "0", "not_positive", {"got": "0"}),
    ("1.1.1", "max_points", 0.1234567890123, "not_text", {"got": "0.1234567890123"}),
    ("1.1.1", "max_points", 1e15, "not_text", {}),
    ("1.1.1", "max_points", True, "not_text", {"got": "True"}),
    ("1.1.1", "max_points", datetime(2025, 5, 1), "not_text", {}),  # noqa: DTZ001 - 1.5 in Excel
    ("1", "max_points", "x", "not_a_number", {"got": "x"}),
    ("1.1.1", "source", "", "empty_cell", {}),
    ("1.1.1", "source", "Thẩm tra", "not_a_choice", {"got": "Thẩm tra"}),
    ("1.1.1", "evidence", "Có", "not_a_choice", {}),
    ("1.1.1", "if_none_due", "Một nửa", "not_a_choice", {}),
    ("1.1.1", "kind", "", "empty_cell", {}),
    ("1.1.1", "kind", "Mục", "not_a_choice", {"got": "Mục"}),
    ("1.1.1", "shape", "", "empty_cell", {}),
    ("1.1.1", "shape", "Theo bậc", "not_a_choice", {"got": "Theo bậc"}),
    ("1.1.1", "parameters", "", "not_understood", {"got": ""}),
    ("1.1.1", "parameters", "timely", "not_understood", {"got": "timely"}),
    ("1.1.1", "parameters", "a = 1; a = 2", "not_understood", {"got": "a = 2"}),
    ("1.1.1", "parameters", 'a = 1; "b = 2', "not_understood", {}),
    ("1.1.1", "parameters", "a = 1,000", "not_understood", {"got": "a = 1,000"}),
    ("1.1.2", "parameters", "đủ điểm ở 0", "not_understood", {"got": "đủ điểm ở 0"}),
    ("1.1.2", "parameters", "mỗi lần trừ 1", "not_understood", {"got": "mỗi lần trừ 1"}),
    ("1.2", "parameters", "trên 30 = 1", "not_understood", {"got": "trên 30 = 1"}),
    ("2.2", "parameters", "không dưới = 1", "not_understood", {"got": ""}),
    ("2.3", "parameters", "5", "not_understood", {"got": "5"}),
    ("1.1.1", "examples", "mức = timely", "not_understood", {"got": "mức = timely"}),
    ("1.1.1", "examples", "mứt = timely → 1", "not_understood", {"got": "mứt = timely → 1"}),
    ("1.1.1", "examples", "mức = a, mức = b → 1", "not_understood", {}),
    ("1.1.1", "zero_if", "", "goes_together", {"other": heading("zero_if")}),
    ("1.1.1", "basis", "", "goes_together", {"other": heading("basis")}),
    ("1.1.1", "at", "", "goes_together", {"other": heading("at")}),
    ("1", "source", "Thẩm định", "not_for_row", {"kind": "Lĩnh vực", "got": "Thẩm định"}),
]


@pytest.mark.parametrize(("code", "key", "value", "problem", "values"), CELLS)
def test_cell_is_refused(
    code: str, key: str, value: Value, problem: str, values: Mapping[str, object], tmp_path: Path
) -> None:
    book = Edited(edited(tmp_path))
    row = book.row(code)
    book.items[row][column(key)] = value
    (found,) = refused(book.save(tmp_path / "b.xlsx"))
    assert found[:2] == (f"workbook.{problem}", row + 1)
    assert found[2]["sheet"] == ITEMS_SHEET
    about = {"zero_if": "zero_if_en", "basis": "at", "at": "basis"}.get(key, key)
    told = heading(about if problem == "goes_together" else key)
    assert found[2]["column"] == told
    assert {name: found[2][name] for name in values} == values


# Label of the row, column, what is typed there, the code of the one problem, the column it names.
SETTINGS: list[tuple[str, int, Value, str, str]] = [
    ("Khuôn dạng", 1, "", "empty_cell", "Khuôn dạng"),
    ("Tên bộ tiêu chí", 1, "", "empty_cell", "Tên bộ tiêu chí"),
    ("Cơ quan ban hành", 1, 0.5, "not_text", "Cơ quan ban hành"),
    ("Cấp", 1, "Phường", "not_a_choice", "Cấp"),
    ("Năm", 1, "hai nghìn", "not_whole", "Năm"),
    ("Năm", 1, 2025.5, "not_whole", "Năm"),
    ("Tổng điểm tối đa", 1, "trăm", "not_a_number", "Tổng điểm tối đa"),
    ("Số chữ số thập phân của điểm", 1, "-1", "not_whole", "Số chữ số thập phân của điểm"),
    ("Xếp hạng theo", 1, "", "empty_cell", "Xếp hạng theo"),
    ("Điểm thưởng nhiều nhất", 1, "", "goes_together", "Điểm trừ nhiều nhất"),
    ("a", 0, "", "empty_cell", "Mã căn cứ"),
    ("a", 1, "", "empty_cell", "Tên văn bản"),
    ("a", 3, "", "empty_cell", "Ngày ban hành"),
    ("a", 3, "31/02/2025", "not_a_date", "Ngày ban hành"),
    ("a", 3, "tháng 1", "not_a_date", "Ngày ban hành"),
    ("a", 3, datetime(2025, 1, 1, 8, 30), "not_text", "Ngày ban hành"),  # noqa: DTZ001 - a cell
    ("good", 0, "", "empty_cell", "Mã loại"),
    ("good", 3, "cao", "not_a_number", "Chỉ số từ"),
    ("weak", 3, "", "empty_cell", "Chỉ số từ"),
]


@pytest.mark.parametrize(("label", "at", "value", "problem", "told"), SETTINGS)
def test_setting_is_refused(
    label: str, at: int, value: Value, problem: str, told: str, tmp_path: Path
) -> None:
    book = Edited(edited(tmp_path))
    row = book.setting(label)
    book.settings[row][at] = value
    (found,) = refused(book.save(tmp_path / "b.xlsx"))
    assert found[0] == f"workbook.{problem}"
    assert found[1] == (row + 2 if problem == "goes_together" else row + 1)
    assert (found[2]["sheet"], found[2]["column"]) == (SETTINGS_SHEET, told)


def test_settings_are_refused_as_a_whole(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        rows = book.settings
        rows[book.setting("Năm")][0] = "Năm nay"
        rows[book.setting("Cấp")][0] = "Lần ban hành"
        ceiling = book.setting("6. Khống chế xếp loại") + 2
        rows[ceiling][1:3] = ["50", "1.10"]
        rows[ceiling + 1][1:3] = ["", ""]
        rows[book.setting("Mã loại")][3] = "Điểm từ"

    found = refused(edited(tmp_path, change))
    assert sorted(code for code, _, _ in found) == [
        "workbook.missing_column", "workbook.missing_setting", "workbook.missing_setting",
        "workbook.not_whole", "workbook.one_condition", "workbook.one_condition",
        "workbook.repeated_setting",
        "workbook.unknown_setting",
    ]  # fmt: skip
    assert {values.get("setting") for code, _, values in found if "missing_setting" in code} == {
        "Cấp", "Năm",
    }  # fmt: skip


def test_all_problems_are_told_at_once_in_the_order_of_rows(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        cell("2.4", "source", "?"),
        cell("1.1.1", "max_points", "?"),
        cell("1.1.1", "kind", "?"),
        setting("Năm", 1, "?"),
    )
    found = refused(path)
    assert sorted(code for code, _, _ in found) == [
        "workbook.not_a_choice", "workbook.not_a_choice", "workbook.not_a_number",
        "workbook.not_whole",
    ]  # fmt: skip
    assert [line for _, line, _ in found] == sorted(line for _, line, _ in found)


def test_what_the_schema_itself_refuses_is_told_with_the_row(tmp_path: Path) -> None:
    book = Edited(edited(tmp_path))
    schema, decimals = book.setting("Khuôn dạng"), book.setting("Số chữ số thập phân của chỉ số")
    book.settings[schema][1] = "parindex.rulebook/9"
    book.settings[decimals][1] = "13"
    assert codes(refused(book.save(tmp_path / "b.xlsx"))) == [
        ("rulebook.schema", schema + 1), ("rulebook.too_many_decimals", decimals + 1),
    ]  # fmt: skip


# ---- rows out of place


def test_area_comes_first(tmp_path: Path) -> None:
    found = refused(edited(tmp_path, lambda book: book.items.pop(FIRST)))
    assert codes(found) == [
        ("workbook.out_of_place", FIRST + line) for line in (1, 2, 3, 4, 5, 6)
    ]  # fmt: skip
    assert [found[0][2][key] for key in ("got", "kind", "parent")] == [
        "1.1", "Tiêu chí", "Lĩnh vực",
    ]  # fmt: skip


def test_item_needs_a_criterion_that_is_not_scored_itself(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.set("1.1.2", "kind", "Tiêu chí")
        book.set("1.2", "kind", "Tiêu chí thành phần")

    (found,) = refused(edited(tmp_path, change))
    assert found[0] == "workbook.scored_parent"
    assert (found[2]["got"], found[2]["of"]) == ("1.2", "1.1.2")


def test_parent_without_rows_below_it_is_refused(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        del book.items[book.row("1.1.1") : book.row("1.1.2") + 1]
        book.items.append(["3", "Trống", *[""] * 6, "Lĩnh vực", *[""] * 10])

    found = refused(edited(tmp_path, change))
    assert [(code, values["got"]) for code, _, values in found] == [
        ("workbook.childless", "1.1"), ("workbook.childless", "3"),
    ]  # fmt: skip


def test_sheet_without_rows_is_refused(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        del book.items[FIRST:]

    assert codes(refused(edited(tmp_path, change))) == [("workbook.nothing", 0)]


# ---- sheets, columns, cells that would be overlooked


def test_both_sheets_must_be_there(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        del book.grids[ITEMS_SHEET], book.grids[SETTINGS_SHEET]

    found = refused(edited(tmp_path, change))
    assert [(code, values["sheet"]) for code, _, values in found] == [
        ("workbook.missing_sheet", ITEMS_SHEET), ("workbook.missing_sheet", SETTINGS_SHEET),
    ]  # fmt: skip


def test_header_must_be_there(tmp_path: Path) -> None:
    found = refused(edited(tmp_path, lambda book: book.items.pop(HEADER)))
    assert codes(found) == [("workbook.no_header", 0)]


def test_unknown_repeated_and_missing_columns_are_refused(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.items[HEADER][column("source")] = "Nguồn gốc"
        book.items[HEADER][column("id")] = heading("code")

    found = refused(edited(tmp_path, change))
    told = [one for one in found if "column" in one[0]]
    assert [(code, values.get("column", values.get("got"))) for code, _, values in told] == [
        ("workbook.unknown_column", "Nguồn gốc"),
        ("workbook.repeated_column", heading("code")),
        ("workbook.missing_column", heading("source")),
        ("workbook.missing_column", heading("id")),
    ]
    assert {line for _, line, _ in told} == {HEADER + 1}


def test_cells_beside_the_table_are_refused(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        for row in book.items:
            row.append("")
        book.items[book.row("1.2")][-1] = "hỏi lại"

    (found,) = refused(edited(tmp_path, change))
    assert found[0] == "workbook.stray_cell"
    assert (found[2]["cell"], found[2]["got"]) == (f"T{found[1]}", "hỏi lại")


@pytest.mark.parametrize("sheet", [ITEMS_SHEET, SETTINGS_SHEET])
def test_joined_cells_are_refused(sheet: str, tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.joined.append((sheet, FIRST, 2, FIRST + 1, 3))
        for row in (FIRST, FIRST + 1):
            book.grids[sheet][row][2:4] = ["", ""]

    found = [one for one in refused(edited(tmp_path, change)) if one[0] == "workbook.joined"]
    assert codes(found) == [("workbook.joined", FIRST + 1)]
    assert (found[0][2]["sheet"], found[0][2]["cell"]) == (sheet, f"C{FIRST + 1}:D{FIRST + 2}")


def test_formulas_are_refused_where_something_is_read(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        row = book.row("1.2")
        for key in ("max_points", "sentence", "note"):
            book.formulas[ITEMS_SHEET, row, column(key)] = "=1+0"
        book.formulas[SETTINGS_SHEET, book.setting("Năm"), 1] = "=2025"
        book.formulas[HELP_SHEET, 0, 0] = "=1"
        book.formulas[ITEMS_SHEET, 0, 0] = "=1"

    book = Edited(edited(tmp_path))
    change(book)
    row = book.row("1.2") + 1
    found = refused(book.save(tmp_path / "b.xlsx"))
    year = book.setting("Năm") + 1
    assert sorted(line for _, line, _ in found) == sorted([row, row, year])
    assert {code for code, _, _ in found} == {"workbook.formula"}
    assert {values["cell"] for _, _, values in found} == {f"C{row}", f"P{row}", "B9"}


def test_empty_formula_does_not_make_a_row_empty(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.items.append([""] * len(COLUMNS))
        book.formulas[ITEMS_SHEET, len(book.items) - 1, 0] = '=""'

    found = refused(edited(tmp_path, change))
    assert "workbook.empty_cell" in {code for code, _, _ in found}
