"""The words of the workbook in which a unit scores itself: sheets, columns, lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parindex.criteria.model import CriteriaSet, Item
from parindex.criteria.rules import Reads, Source, allows_over_100, reads
from parindex.points import Number
from parindex.scoring.entries import READ_FROM

SCHEMA: Final = "parindex.sheet/1"
SHEET: Final = "Phiếu tự chấm điểm"
KEY_SHEET: Final = "Khóa"

OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key, what it is called, how wide it is, what may stand in it."""

    key: str
    heading: str
    width: float
    about: str


PRINTED: Final = (
    Column(key="code", heading="Mã", width=8, about="Mã của mục trong bộ tiêu chí. Không sửa."),
    Column(
        key="name",
        heading="Lĩnh vực / Tiêu chí / Tiêu chí thành phần",
        width=34,
        about="Tên theo bộ tiêu chí. Không sửa.",
    ),
    Column(key="max_points", heading="Điểm tối đa", width=7.5, about="Theo bộ tiêu chí."),
    Column(
        key="sentence",
        heading="Cách tính điểm",
        width=36,
        about="Theo bộ tiêu chí; phần mềm tự tính điểm từ số liệu đã điền.",
    ),
)
ENTERED: Final = (
    Column(
        key="numerator",
        heading="Tử số",
        width=9.5,
        about="Số lượng đã thực hiện. Viết liền, như 1234; dấu thập phân là dấu phẩy.",
    ),
    Column(
        key="denominator",
        heading="Mẫu số",
        width=9.5,
        about="Tổng số phải thực hiện. Viết liền, như 1234. Đi cùng tử số.",
    ),
    Column(
        key="value",
        heading="Giá trị / Tỷ lệ %",
        width=9.5,
        about="Chỉ điền khi không có tử số và mẫu số, như 98,7. Không điền cả hai cách.",
    ),
    Column(key="count", heading="Số lượng", width=9, about="Số nguyên, như 2. Không có thì ghi 0."),
    Column(key="option", heading="Mức chọn", width=12, about="Chọn một mức trong danh sách của ô."),
    Column(key="points", heading="Điểm", width=8, about="Số điểm từ 0 đến điểm tối đa."),
    Column(
        key="veto",
        heading="Điểm liệt (có/không)",
        width=9,
        about="Chọn “có” nếu rơi vào trường hợp bị 0 điểm đã nêu ở cột Cách tính điểm.",
    ),
)
NOTE: Final = Column(
    key="note", heading="Ghi chú", width=24, about="Giải thích ngắn cho số liệu của mục."
)
EVIDENCE: Final = Column(
    key="evidence",
    heading="Tài liệu kiểm chứng (chỉ để xem)",
    width=22,
    about="Các tài liệu đã gắn trên phần mềm. Gắn, bỏ tài liệu thực hiện trên phần mềm.",
)
COLUMNS: Final = (*PRINTED, *ENTERED, NOTE, EVIDENCE)
HEADINGS: Final = {column.key: column.heading for column in COLUMNS}
ENTRY_KEYS: Final = tuple(column.key for column in ENTERED)
# What a row of the key sheet remembers of each item, after its code, version and state.
REMEMBERED: Final = (*ENTRY_KEYS, "note", "evidence")
KEY_HEADER: Final = ("code", "version", "state", *REMEMBERED)
KEY_FACTS: Final = ("schema", "round", "unit", "digest")

CLOSED_BECAUSE: Final = {
    Source.EXTERNAL: "Do cơ quan thẩm định chấm; đơn vị không tự chấm.",
    Source.SURVEY: "Điểm lấy từ điều tra xã hội học; đơn vị không tự chấm.",
    Source.INDEX: "Điểm lấy từ chỉ số khác; đơn vị không tự chấm.",
    Source.DOSSIERS: "Phần mềm tính từ dữ liệu hồ sơ; đơn vị không tự chấm.",
}
NOT_APPLICABLE: Final = "Không áp dụng: {reason}"
LOCKED: Final = "Mục đã khóa."


def entry_keys(item: Item) -> tuple[str, ...]:
    """The columns in which a unit claims something of an item; none where it may not."""
    if item.source is not Source.APPRAISAL:
        return ()
    guard = ("veto",) if item.zero_if is not None else ()
    return (*READ_FROM[reads(item.rule)], *guard)


def columns_for(criteria: CriteriaSet) -> tuple[Column, ...]:
    """The columns of a set's workbook: of those to fill in only what some item needs."""
    needed = {key for item in criteria.items() for key in entry_keys(item)}
    entered = [column for column in ENTERED if column.key in needed]
    return (*PRINTED, *entered, NOTE, EVIDENCE)


def most(item: Item, key: str) -> Number | None:
    """The greatest number that may stand in a cell, where the rule knows one."""
    if key == "points":
        return item.max_points
    if key == "value" and reads(item.rule) is Reads.RATIO and not allows_over_100(item.rule):
        return 100
    return None
