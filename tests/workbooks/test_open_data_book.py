"""The workbook of open data, read back by another library."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from rounds import files, item, row

from parindex.publication.open_data import (
    Published,
    Table,
    Terms,
    citation,
    data_tables,
    licence,
    published,
)
from parindex.publication.seal import seal
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index
from parindex.workbooks.open_data_book import TERMS_SHEET, open_data_book

TERMS = Terms(licence=licence("CC-BY-4.0"))
NAMES = (
    "=1+1", "+1", "-2+3", "@SUM(A1)", "＝1+1", "'x", "=cmd|'/c calc'!A1", "http://x.vn", "1.50",
    'Sở Nội vụ, "A"', "2025-07-01", "TRUE",
)  # fmt: skip


@pytest.fixture(scope="module")
def of() -> Published:
    quoted = ['"' + name.replace('"', '""') + '"' for name in NAMES]
    made = files(
        {
            "1": [
                item("1.1.1", "2", "{shape: given}", more=['zero_if: {vi: "=điểm liệt"}']),
                item("1.1.2", "1.5", "{shape: ratio}"),
                item("1.1.3", "1", "{shape: deduction, each: 0.25}"),
                item("1.1.4", "1", "{shape: ratio}", source="survey"),
            ]
        },
        entries=[
            line
            for at in range(len(NAMES))
            for line in (
                row(f"u{at}", "1.1.1", **({"points": "1.5"} if at else {"veto": "yes"})),
                row(f"u{at}", "1.1.2", numerator=str(at), denominator="17"),
                row(f"u{at}", "1.1.3", count="1")
                if at % 2
                else row(f"u{at}", "1.1.3", not_applicable="yes", reason="x"),
            )
        ],
        units=[f"u{at},{name},so,{'yes' if at else 'no'}" for at, name in enumerate(quoted)],
        tables={
            "findings.csv": "unit,item,share,se,n\n"
            + "".join(f"u{at},1.1.4,0.12345678901234567{at},,{at + 20}\n" for at in range(12)),
            "previous.csv": "unit,index,rank\nu1,100.00,1\n",
        },
    )
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return published(seal(opened, run).to_bytes(), file="x.zip")


@pytest.fixture(scope="module")
def book(of: Published) -> bytes:
    return open_data_book(of, TERMS)


def said(table: Table, row_: list[Any]) -> tuple[str, ...]:
    """A row of a sheet as the text of the table."""
    texts = []
    for field, cell in zip(table.fields, row_, strict=True):
        if cell == "":
            texts.append("")
        elif field.type == "string":
            assert isinstance(cell, str), (field, cell)
            texts.append(cell)
        elif field.type == "date":
            assert isinstance(cell, date)
            texts.append(cell.isoformat())
        elif field.type == "boolean":
            texts.append({"có": "yes", "không": "no"}[cell])
        elif isinstance(cell, str):
            # Finer than a cell can count: the digits stand as text, with a comma.
            assert len(cell) > 16
            texts.append(cell.replace(",", "."))
        else:
            texts.append(str(Decimal(repr(cell))))
    return tuple(texts)


def test_every_table_reads_back_equal(of: Published, book: bytes):
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    tables = data_tables(of)
    assert read.sheet_names == [TERMS_SHEET, *(one.name for one in tables)]
    for table in tables:
        rows = read.get_sheet_by_name(table.name).to_python(skip_empty_area=False)
        assert rows[0][0] == table.title.vi
        assert [str(cell).split("\n")[-1] for cell in rows[2]] == [
            field.name for field in table.fields
        ]
        told = [said(table, line) for line in rows[3:]]
        assert len(told) == len(table.rows)
        for one, other in zip(told, table.rows, strict=True):
            for field, mine, theirs in zip(table.fields, one, other, strict=True):
                if field.type in {"decimal", "integer"} and theirs:
                    assert Decimal(mine) == Decimal(theirs), (table.name, field.name)
                else:
                    assert mine == theirs, (table.name, field.name)


def test_the_first_page_tells_licence_and_citation(of: Published, book: bytes):
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    rows = read.get_sheet_by_name(TERMS_SHEET).to_python()[3:]
    told = {name: said for name, said in rows}  # noqa: C416 - rows are lists of two
    assert told["Trích dẫn"] == citation(of, TERMS).vi
    assert told["Citation"] == citation(of, TERMS).en
    assert told["Văn bản giấy phép (Its text)"] == TERMS.licence.url
    assert told["Gói niêm phong (Sealed bundle)"] == of.digest


def test_no_cell_is_a_formula_or_a_link(book: bytes):
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) > 10
        for name in sheets:
            markup = archive.read(name)
            assert b"<f>" not in markup
            assert b"<f " not in markup
            assert b"hyperlink" not in markup


def test_figures_show_the_decimals_that_are_published(book: bytes):
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert 'formatCode="0.0000"' in styles
    assert 'numFmtId="2"' in styles or 'formatCode="0.00"' in styles


def test_equal_bundles_give_equal_bytes(of: Published, book: bytes):
    assert open_data_book(of, TERMS) == book
