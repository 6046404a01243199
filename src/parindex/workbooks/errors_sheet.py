"""What is wrong with an uploaded workbook, in the workbook: a list with links, and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from parindex.errors import Problem
from parindex.workbooks.layout import FONT, LINE, Book, Sheet
from parindex.workbooks.measure import lines, row_height

ERRORS_SHEET: Final = "Lỗi cần sửa"
WRONG: Final = "#F8CBAD"
_RED: Final = "#C00000"
_COLUMNS: Final = (
    ("STT", 6), ("Ô (bấm để tới)", 13), ("Mục", 9), ("Điều chưa đúng", 48), ("Cần ghi", 34),
    ("Đang ghi", 24), ("Cách sửa", 48),
)  # fmt: skip
_LABELS: Final = {"expected": "Cần: ", "got": "Đang ghi: ", "fix": "Cách sửa: "}
_COMMENT_WIDTH: Final = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Problems in their order, and those of each cell by the cell's name."""

    sheet: str
    problems: tuple[Problem, ...]
    cells: Mapping[str, tuple[Problem, ...]]

    @classmethod
    def of(cls, problems: Sequence[Problem], *, sheet: str) -> Marked:
        """The problems as marks on one sheet."""
        cells: dict[str, tuple[Problem, ...]] = {}
        for problem in problems:
            cell = str(problem.values.get("cell", ""))
            if cell and problem.values.get("sheet", sheet) == sheet:
                cells[cell] = (*cells.get(cell, ()), problem)
        return cls(sheet=sheet, problems=tuple(problems), cells=cells)


def add_errors(book: Book, problems: Sequence[Problem], *, sheet: str) -> None:
    """Add the list of every problem; to be called before other sheets, so that it comes first."""
    page = book.add(ERRORS_SHEET, colour=_RED)
    box = {"border": 1, "border_color": LINE, "text_wrap": True}
    head = book.style(**box, bold=True, align="center", valign="vcenter", bg_color=WRONG)
    plain, middle = book.style(**box), book.style(**box, align="center")
    link = book.style(**box, align="center", font_color="#0563C1", underline=1)
    title = f"Có {len(problems)} chỗ cần sửa" if problems else "Không còn lỗi"
    page.write_string(0, 0, title, book.style(bold=True, font_size=14, font_color=_RED))
    page.set_row(0, 22)
    about = (
        "Bấm tên ô để tới chỗ cần sửa. Ô sai có nền cam; đưa chuột lên ô để đọc cách sửa. "
        "Sửa xong lưu tệp và tải lên lại; trang này không cần xóa."
    )
    page.write_string(1, 0, about, book.style(italic=True))
    for column, (heading, width) in enumerate(_COLUMNS):
        page.set_column(column, column, width)
        page.write_string(2, column, heading, head)
    page.set_row(2, 24)
    for at, problem in enumerate(problems, 1):
        parts = problem.parts("vi")
        cell = str(problem.values.get("cell", ""))
        there = str(problem.values.get("sheet", sheet))
        texts = ("", "", str(problem.values.get("of", "")), *_parts(parts))
        row = at + 2
        page.write_string(row, 0, str(at), middle)
        if cell:
            place = "internal:'" + there.replace("'", "''") + f"'!{cell}"
            shown = cell if there == sheet else f"{there}!{cell}"
            page.write_url(row, 1, place, link, shown)
        else:
            page.write_blank(row, 1, None, middle)
        for column, text in enumerate(texts[2:], 2):
            page.write_string(row, column, text, middle if column == 2 else plain)
        widths = [width for _, width in _COLUMNS]
        page.set_row(row, row_height((text, widths[i], False) for i, text in enumerate(texts)))
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    page.fit_to_pages(1, 0)
    page.ignore_errors({"number_stored_as_text": f"A1:G{len(problems) + 3}"})


def comment(sheet: Sheet, at: tuple[int, int], problems: Sequence[Problem]) -> None:
    """Tell at a cell what is wrong with it and how it is mended."""
    said = []
    for problem in problems:
        parts = problem.parts("vi")
        said += [_capital(parts["what"]) + "."]
        said += [f"{label}{parts[part]}." for part, label in _LABELS.items() if part in parts]
    text = "\n".join(said)
    n_lines = lines(text, _COMMENT_WIDTH / 7.5)
    sheet.write_comment(
        *at,
        text,
        {
            "font_name": FONT, "font_size": 11, "width": _COMMENT_WIDTH,
            "height": 20 * n_lines + 14, "author": "",
        },
    )  # fmt: skip


def _parts(parts: Mapping[str, str]) -> tuple[str, str, str, str]:
    # What is expected may be the very text to write, so its letters stay as they are.
    expected, got = parts.get("expected", ""), parts.get("got", "")
    return _capital(parts["what"]), expected, got, _capital(parts.get("fix", ""))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
