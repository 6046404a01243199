"""Lists as workbooks: typed cells, texts that stay texts, nothing dropped without a word."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from parindex.errors import UnusableInputError
from parindex.workbooks import tables_book
from parindex.workbooks.tables_book import (
    Cell,
    TableColumn,
    TablePage,
    write_table,
    write_tables,
)

COLUMNS = (TableColumn(heading="Đơn vị", width=30), TableColumn(heading="Điểm", decimals=2),
           TableColumn(heading="Ngày", align="center"))  # fmt: skip
DAY = date(2025, 12, 1)


def written(*rows: tuple[Cell, ...]) -> list[list[object]]:
    stream = io.BytesIO()
    write_table("Danh sách đơn vị", COLUMNS, rows, stream, made_on=DAY, about="Kỳ 2025")
    with CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue())) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def test_cells_keep_their_kinds() -> None:
    rows = written(
        ("=HYPERLINK(1)", Decimal("92.43"), DAY),
        (True, 7, datetime(2025, 12, 1, 8, 30)),  # noqa: DTZ001 - a cell has no time zone
        (None, Decimal("1234567890.1234567"), date(1802, 6, 1)),
    )
    assert rows[0][0] == "Danh sách đơn vị"
    assert rows[1][0] == "Kỳ 2025"
    assert rows[2] == ["Đơn vị", "Điểm", "Ngày"]
    assert rows[3] == ["=HYPERLINK(1)", 92.43, DAY]
    assert rows[4] == ["có", 7, datetime(2025, 12, 1, 8, 30)]  # noqa: DTZ001 - a cell has no time zone
    assert rows[5] == ["", "1234567890,1234567", "01/06/1802"]


def test_long_text_is_cut_with_a_word() -> None:
    text = written(("a" * 40_000, None, None))[3][0]
    assert isinstance(text, str)
    assert text.endswith(" ký tự]")
    assert int(text.split()[-3]) + text.count("a") == 40_000


def test_list_longer_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_book, "MOST_ROWS", 2)
    with pytest.raises(UnusableInputError) as caught:
        written(*[("a", 1, None)] * 3)
    assert [one.code for one in caught.value.problems] == ["sheet.too_many_rows"]


def test_list_is_written_to_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_table("Rỗng", COLUMNS, [], path, made_on=DAY)
    assert path.read_bytes().startswith(b"PK")


def test_several_lists_are_sheets_of_one_book() -> None:
    pages = [
        TablePage(sheet_name=name, title=f"Bảng {name}", columns=COLUMNS, rows=[(name, at, DAY)])
        for at, name in enumerate(("Chung", "Theo đơn vị"))
    ]
    stream = io.BytesIO()
    write_tables("Kết quả", pages, stream, made_on=DAY)
    with CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue())) as workbook:
        assert workbook.sheet_names == ["Chung", "Theo đơn vị"]
        last = workbook.get_sheet_by_index(1).to_python(skip_empty_area=False)
    assert (last[0][0], last[3]) == ("Bảng Theo đơn vị", ["Theo đơn vị", 1, DAY])
