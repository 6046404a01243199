"""One plain table of an uploaded workbook as rows of text, as a CSV file would hold it."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook

from parindex.errors import Problems
from parindex.workbooks.cells import Fault, cell_text, number_text
from parindex.workbooks.unpack import open_content
from parindex.workbooks.uploads import MAX_UNPACKED, Grid, address, open_upload


def read_plain_table(content: bytes, *, name: str, file_name: str) -> list[list[str]]:
    """The rows of the sheet called ``name``, or of the only one; row n is line n.

    Numbers are written with a point. Raises UnusableInputError for what is no harmless workbook,
    and for cells that say nothing: formulas, errors, days.
    """
    problems = Problems(file=file_name)
    grids = open_upload(content, [name], file_name=file_name)
    if not grids:
        only = _only(content, problems)
        if len(only) != 1:
            problems.add("table.two_sheets", count=len(only), name=name)
        problems.raise_if_any()
        grids = open_upload(content, only, file_name=file_name)
    rows = [_row(grid, row, problems) for grid in grids.values() for row in range(len(grid.rows))]
    problems.raise_if_any()
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _only(content: bytes, problems: Problems) -> list[str]:
    package = open_content(content, problems, limit=MAX_UNPACKED)
    problems.raise_if_any()
    assert package is not None  # noqa: S101 - without a package there was a problem
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(package.content)) as workbook:
            return list(workbook.sheet_names)
    except CalamineError:
        problems.add("workbook.not_a_workbook")
    return []


def _row(grid: Grid, row: int, problems: Problems) -> list[str]:
    texts = []
    for column, value in enumerate(grid.rows[row]):
        spot = row, column
        said: str | Fault = cell_text(value, percent=spot in grid.percents)
        if spot in grid.formulas:
            said = Fault("sheet.formula")
        elif spot in grid.errors:
            said = Fault("sheet.error_cell")
        if isinstance(said, Fault):
            detail = _WHY.get(said.code, said.code)
            problems.add("table.cell", line=row + 1, cell=address(row, column), detail=detail)
            said = ""
        if "," in said:
            # Typed as text with a decimal comma; a table has one decimal mark throughout.
            number = number_text(said)
            said = number if isinstance(number, str) else said
        texts.append(said)
    while texts and not texts[-1]:
        texts.pop()
    return texts


_WHY = {
    "sheet.formula": "công thức",
    "sheet.error_cell": "ô báo lỗi",
    "sheet.date_cell": "ngày hoặc giờ",
    "sheet.truth_cell": "giá trị đúng/sai",
}
