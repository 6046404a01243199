"""The open data of a published round as one workbook: a page of terms, then every table typed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from parindex.publication.open_data import (
    Field,
    Published,
    Table,
    Terms,
    citation,
    data_tables,
    title,
)
from parindex.workbooks.tables_book import Cell, TableColumn, TablePage, write_tables

TERMS_SHEET: Final = "Thông tin"
_WIDTHS: Final = {"string": 24, "integer": 10, "decimal": 13, "boolean": 10, "date": 13}
_NAMES: Final = frozenset({"name", "name_vi", "name_en", "title_vi", "title_en", "criterion_vi"})
_WIDE: Final = 44


def open_data_book(of: Published, terms: Terms) -> bytes:
    """The workbook: the same bundle and terms give the same bytes.

    Texts are typed as text whatever they look like, numbers as numbers with the decimals that
    are published, truth as có and không. Raises UnusableInputError for a table with more rows
    than a sheet has.
    """
    named, made = title(of.run), io.BytesIO()
    pages = [_terms(of, terms), *(_page(table) for table in data_tables(of))]
    write_tables(named.vi, pages, made, made_on=of.run.round.spec.reference_date)
    return made.getvalue()


def _terms(of: Published, terms: Terms) -> TablePage:
    named, cited, licence = title(of.run), citation(of, terms), terms.licence
    rows: list[Sequence[Cell]] = [
        ("Bộ dữ liệu (Data set)", f"{named.vi} ({named.say('en')})"),
        ("Giấy phép (Licence)", f"{licence.id}: {licence.title.vi} ({licence.title.say('en')})"),
        ("Văn bản giấy phép (Its text)", licence.url),
        ("Trích dẫn", cited.vi),
        ("Citation", cited.say("en")),
        ("Gói niêm phong (Sealed bundle)", of.digest),
    ]
    columns = [TableColumn(heading="", width=32), TableColumn(heading="", width=110)]
    return TablePage(sheet_name=TERMS_SHEET, title=named.vi, columns=columns, rows=rows)


def _page(table: Table) -> TablePage:
    return TablePage(
        sheet_name=table.name,
        title=table.title.vi,
        about=table.title.say("en"),
        columns=[_column(table, at) for at in range(len(table.fields))],
        rows=_typed(table),
    )


def _column(table: Table, at: int) -> TableColumn:
    field = table.fields[at]
    decimals = 0
    if field.type == "decimal":
        decimals = max((len(row[at].partition(".")[2]) for row in table.rows), default=0)
    return TableColumn(
        heading=f"{field.about.vi}\n{field.name}",
        width=_WIDE if field.name in _NAMES else _WIDTHS[field.type],
        decimals=decimals,
    )


def _typed(table: Table) -> Iterator[Sequence[Cell]]:
    for row in table.rows:
        yield tuple(_cells(table.fields, row))


def _cells(fields: Iterable[Field], row: Iterable[str]) -> Iterator[Cell]:
    for field, cell in zip(fields, row, strict=True):
        if not cell:
            yield None
        elif field.type == "integer":
            yield int(cell)
        elif field.type == "decimal":
            yield Decimal(cell)
        elif field.type == "boolean":
            yield cell == "yes"
        elif field.type == "date":
            yield date.fromisoformat(cell)
        else:
            yield cell
