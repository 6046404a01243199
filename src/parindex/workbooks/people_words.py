"""The words of the workbook of units, people and assignments: its sheets and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNITS: Final = "Đơn vị"
PEOPLE: Final = "Người dùng"
ASSIGNMENTS: Final = "Phân công"
SHEETS: Final = (UNITS, PEOPLE, ASSIGNMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key, its heading, how wide it is, what to write; must it be filled in."""

    key: str
    heading: str
    width: float
    about: str
    required: bool = False
    also: tuple[str, ...] = ()


_START: Final = Column(
    key="start_on",
    heading="Từ ngày",
    width=13,
    about="Ngày đầu tiên có hiệu lực, như 01/07/2025. Để trống nếu từ trước đến nay.",
)
_LAST: Final = Column(
    key="last_on",
    heading="Đến hết ngày",
    width=13,
    about="Ngày cuối cùng còn hiệu lực, như 30/06/2025. Để trống nếu đang còn.",
    also=("Đến ngày",),
)
COLUMNS: Final = {
    UNITS: (
        Column(
            key="id",
            heading="Mã đơn vị",
            width=22,
            about="Chữ thường không dấu, chữ số, gạch nối, như so-noi-vu. Không đổi qua các năm.",
            required=True,
        ),
        Column(key="name", heading="Tên đơn vị", width=40, about="Tên đầy đủ.", required=True),
        Column(key="tier", heading="Cấp", width=24, about="Chọn trong danh sách.", required=True),
        Column(
            key="group",
            heading="Khối",
            width=16,
            about="Mã của khối cùng bộ tiêu chí, cùng bảng xếp hạng, như departments.",
            also=("Nhóm",),
        ),
        Column(
            key="parent",
            heading="Đơn vị cấp trên",
            width=22,
            about="Mã của đơn vị cấp trên trực tiếp. Để trống nếu không có.",
        ),
        _START,
        _LAST,
        Column(
            key="predecessors",
            heading="Đơn vị tiền thân",
            width=30,
            about="Mã các đơn vị đã sáp nhập, chia tách thành đơn vị này, cách nhau bằng dấu chấm "
            "phẩy.",
        ),
    ),
    PEOPLE: (
        Column(
            key="account",
            heading="Tài khoản",
            width=24,
            about="Tên đăng nhập, không dấu, không có dấu cách, như nguyen.van.an.",
            required=True,
        ),
        Column(key="name", heading="Họ và tên", width=32, about="Họ tên đầy đủ.", required=True),
        Column(
            key="email",
            heading="Thư điện tử",
            width=36,
            about="Địa chỉ công vụ, mỗi người một địa chỉ.",
            required=True,
            also=("Email", "E-mail"),
        ),
        Column(
            key="phone",
            heading="Điện thoại",
            width=18,
            about="Không bắt buộc. Ghi dạng chữ để không mất số 0 ở đầu.",
        ),
    ),
    ASSIGNMENTS: (
        Column(
            key="account",
            heading="Tài khoản",
            width=24,
            about="Tài khoản ở trang Người dùng, hoặc đã có trên phần mềm.",
            required=True,
        ),
        Column(
            key="role", heading="Vai trò", width=30, about="Chọn trong danh sách.", required=True
        ),
        Column(
            key="unit",
            heading="Đơn vị",
            width=24,
            about="Mã đơn vị mà vai trò gắn với. Để trống nếu vai trò chung cho cả kỳ.",
        ),
        Column(
            key="round",
            heading="Kỳ đánh giá",
            width=22,
            about="Mã của kỳ; để trống là mọi kỳ.",
            also=("Kỳ",),
        ),
        _START,
        _LAST,
    ),
}
HEADINGS: Final = {
    sheet: {column.key: column.heading for column in columns} for sheet, columns in COLUMNS.items()
}
NAMES: Final = {
    sheet: {column.key: (column.heading, *column.also) for column in columns}
    for sheet, columns in COLUMNS.items()
}
