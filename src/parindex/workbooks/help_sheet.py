"""The help sheet of a rulebook workbook: how rows are added and how rules are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parindex.workbooks.layout import LINE, Book
from parindex.workbooks.measure import row_height
from parindex.workbooks.notation import EACH, FIELDS, FLOOR, FULL_AT, OVER_100, ZERO_BELOW
from parindex.workbooks.wording import COLUMNS, HELP_SHEET, SHAPES

WIDTHS: Final = (30, 34, 90)
# What to do, in one breath each.
_STEPS: Final = {
    "Sửa một mục": "Sửa thẳng trong ô. Ô có danh sách thì chọn trong danh sách. Mọi ô đều là dạng "
    "chữ (Text): 1.50 vẫn là 1.50, mã 1.10 không thành 1.1. Dấu thập phân là chấm hoặc phẩy.",
    "Thêm một mục": "Chèn một dòng đúng chỗ, chọn Loại dòng, điền mã, tên, điểm tối đa, nguồn, "
    "dạng tính điểm, định danh, căn cứ. Tiêu chí không có tiêu chí thành phần thì điền cách tính "
    "ngay ở dòng tiêu chí.",
    "Bỏ một mục": "Xóa cả dòng (Delete Row).",
    "Không dùng": "Công thức, gộp ô trong bảng, cột mới. Việc riêng ghi ở cột Ghi chú, hoặc ở một "
    "trang khác: trang khác không được đọc.",
    "Nhập lại": "parindex rulebook import TỆP.xlsx -o TỆP.yaml, rồi parindex rulebook check "
    "TỆP.yaml để kiểm tra tổng điểm, thứ tự mã, căn cứ và các ví dụ.",
}
_WRITTEN: Final = {
    "options": "timely = 0.5\nlate = 0.25\nnone = 0",
    "bands:ratio": f"100 → 1\n80 → 0.5\n{OVER_100}",
    "bands:value": "90 → 3\n80 → 2",
    "bands:count": "2 → 1\n1 → 0.5",
    "ratio": f"{FULL_AT} = 80\n{ZERO_BELOW} = 50\n{OVER_100}",
    "deduction": f"{EACH} = 0.25\n{FLOOR} = 0",
    "given": "(để trống)",
}
_MEANT: Final = {
    "options": "Mỗi mức một dòng: tên mức = điểm. Tên mức ghi đúng như trong phiếu chấm điểm.",
    "bands:ratio": "Từ mốc này trở lên được số điểm này; xếp từ cao xuống thấp; dưới mọi mốc: 0. "
    "Thêm dòng “được vượt 100” nếu tỷ lệ có thể trên 100%.",
    "bands:value": "Như trên, tính theo một giá trị.",
    "bands:count": "Như trên, tính theo số lượng.",
    "ratio": "Điểm = điểm tối đa × tỷ lệ / mốc đủ điểm. Để trống: đủ điểm ở 100%. Hai dòng sau "
    "chỉ ghi khi có.",
    "deduction": "Điểm tối đa, mỗi lần trừ bấy nhiêu, không dưới mức này (không ghi: 0).",
    "given": "Cơ quan thẩm định cho từ 0 đến điểm tối đa.",
}
_EXAMPLES: Final = "mức = late → 0.25\ntử số = 8, mẫu số = 10 → 0.5\ntỷ lệ = 0.8 → 1.6"
_OF_EXAMPLES: Final = (
    f"Số liệu → điểm phải được. Các số liệu: {', '.join(FIELDS.values())}. "
    "Tỷ lệ của khảo sát và chỉ số ghi từ 0 đến 1."
)


def write_help(book: Book) -> None:
    """Write the sheet; it is never read."""
    sheet = book.add(HELP_SHEET, colour="#7F7F7F")
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    box = {"border": 1, "border_color": LINE, "text_wrap": True}
    styles = book.style(**box, bold=True), book.style(**box), book.style(**box)
    title = book.style(bold=True, font_size=13)
    row = 0

    def block(heading: str, rows: Iterable[tuple[str, str, str]]) -> None:
        nonlocal row
        sheet.set_row(row, 22)
        sheet.write_string(row, 0, heading, title)
        for texts in rows:
            row += 1
            # What needs no notation is told across both columns.
            wide = sum(WIDTHS[1:]) if not texts[1] else WIDTHS[2]
            widths = (*WIDTHS[:2], wide)
            cells = [(text, widths[at], at == 0) for at, text in enumerate(texts)]
            sheet.set_row(row, row_height(cells))
            for at, text in enumerate(texts):
                sheet.write_string(row, at, text, styles[at])
            if not texts[1]:
                sheet.merge_range(row, 1, row, 2, texts[2], styles[2])
        row += 2

    block("Cách làm", [(name, "", about) for name, about in _STEPS.items()])
    block(
        "Cách ghi mức điểm, tham số",
        [(SHAPES.label(key), written, _MEANT[key]) for key, written in _WRITTEN.items()],
    )
    block("Cách ghi ví dụ", [("Ví dụ", _EXAMPLES, _OF_EXAMPLES)])
    block("Các cột", [(one.heading, one.key, one.about) for one in COLUMNS])
    sheet.fit_to_pages(1, 0)
