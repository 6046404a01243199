"""Self-scoring workbooks and lists of people as somebody fills them in, for tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

import xlsxwriter  # type: ignore[import-untyped]  # it ships no marker for its types
from python_calamine import CalamineWorkbook

from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.workbooks.people_book import write_people
from parindex.workbooks.people_reading import AssignmentRow, PersonRow, UnitRow
from parindex.workbooks.sheet_book import Claim, write_sheet
from parindex.workbooks.sheet_words import KEY_SHEET, SHEET
from parindex.workbooks.uploads import Value, spot_of

RULEBOOK = """\
schema: parindex.rulebook/1
issuer: thu
index: par-index
group: so
tier: department
year: 2025
revision: 1
status: official
title: {vi: "Bộ tiêu chí thử"}
legal_basis: [{id: a, vi: "Quyết định số 01/QĐ-UBND", issued: 2025-01-10}]
policies: {points_decimals: 4, index_decimals: 2, rank_on: published, ties: share_best,
  not_applicable: renormalise}
areas:
  - code: "1"
    name: {vi: "Chỉ đạo, điều hành"}
    criteria:
      - code: "1.1"
        name: {vi: "Kế hoạch"}
        items:
          - {code: "1.1.1", id: plan-issued, name: {vi: "=Ban hành kế hoạch"}, max_points: 1.5,
             source: appraisal, zero_if: {vi: "Có lãnh đạo bị kỷ luật"},
             rule: {shape: options, points: {timely: 1.5, "trễ, muộn": 0.25, none: 0}},
             law: {basis: a, at: x}}
          - {code: "1.1.2", id: plan-done, name: {vi: "Hoàn thành"}, max_points: 2,
             source: appraisal, rule: {shape: ratio, zero_below: 50}, law: {basis: a, at: x}}
      - {code: "1.2", id: inspected, name: {vi: "Kiểm tra"}, max_points: 1, source: appraisal,
         if_none_due: full,
         rule: {shape: bands, on: ratio, over_100: allowed, steps: [{from: 30, points: 1}]},
         law: {basis: a, at: x}}
      - code: "1.10"
        name: {vi: "Sáng kiến của đơn vị"}
        items:
          - {code: "1.10", id: initiatives, name: {vi: "Sáng kiến"}, max_points: 3,
             source: appraisal,
             rule: {shape: bands, on: count, steps: [{from: 2, points: 3}, {from: 1, points: 1}]},
             law: {basis: a, at: x}}
  - code: "2"
    name: {vi: "Thể chế"}
    criteria:
      - {code: "2.1", id: survey, name: {vi: "Khảo sát"}, max_points: 2, source: survey,
         rule: {shape: ratio}, law: {basis: a, at: x}}
      - {code: "2.2", id: judged, name: {vi: "Đánh giá"}, max_points: 1, source: appraisal,
         rule: {shape: given}, law: {basis: a, at: x}}
      - {code: "2.3", id: measured, name: {vi: "Đo"}, max_points: 0.5, source: appraisal,
         rule: {shape: bands, on: value, steps: [{from: 90, points: 0.5}]},
         law: {basis: a, at: x}}
      - {code: "2.4", id: outside, name: {vi: "Bên ngoài"}, max_points: 1, source: external,
         rule: {shape: given}, law: {basis: a, at: x}}
      - {code: "2.5", id: reports, name: {vi: "Báo cáo"}, max_points: 1, source: appraisal,
         rule: {shape: deduction, each: 0.25}, law: {basis: a, at: x}}
"""
ROLES = {
    "round_admin": "Quản trị kỳ đánh giá",
    "officer": "Cán bộ đầu mối",
    "head": "Thủ trưởng đơn vị",
    "appraiser": "Chuyên viên thẩm định",
    "council_member": "Thành viên hội đồng",
    "council_chair": "Chủ tịch hội đồng",
    "leader": "Lãnh đạo",
    "observer": "Người theo dõi",
}
DAY = date(2025, 12, 1)
CLAIMS = {
    "1.1.1": Claim(quantity={"option": "timely", "veto": "no"}, note='=HYPERLINK("http://x")',
                   version=3, evidence=("Kế hoạch.pdf", "@SUM(A1)")),
    "1.1.2": Claim(quantity={"numerator": "97", "denominator": "98"}, version=1),
    "1.2": Claim(quantity={"value": "98.125"}, note="+1"),
    "2.2": Claim(quantity={"not_applicable": "yes", "reason": "không có nhiệm vụ"}, version=2),
    "2.3": Claim(quantity={"value": "90.5"}, version=7),
}  # fmt: skip
# Where things stand in the workbook of this set, whose header is row 5.
CELLS = {"1.1.1": 8, "1.1.2": 9, "1.2": 10, "1.10": 12, "2.1": 14, "2.2": 15, "2.3": 16,
         "2.4": 17, "2.5": 18}  # fmt: skip
LETTERS = {"code": "A", "name": "B", "max_points": "C", "sentence": "D", "numerator": "E",
           "denominator": "F", "value": "G", "count": "H", "option": "I", "points": "J",
           "veto": "K", "note": "L", "evidence": "M"}  # fmt: skip


def criteria() -> CriteriaSet:
    return read_rulebook(RULEBOOK.encode(), file="thu.yaml")


def sheet_content(
    claims: Mapping[str, Claim] = CLAIMS, locked: tuple[str, ...] = ("2.3",), **values: str
) -> bytes:
    stream = io.BytesIO()
    named = {
        "unit_id": "so-noi-vu",
        "unit_name": "Sở Nội vụ",
        "round_id": "thu-2025",
        "round_title": "Kỳ đánh giá năm 2025",
        "deadline_text": "17 giờ ngày 15/12/2025",
        "stage_title": "Tự chấm điểm",
        **values,
    }
    write_sheet(criteria(), claims=claims, locked=locked, file=stream, **named)
    return stream.getvalue()


def cell(code: str, key: str) -> str:
    """The name of an item's cell in a fresh workbook."""
    return f"{LETTERS[key]}{CELLS[code]}"


Change = Callable[["Filled"], object]


class Filled:
    """A workbook's cells, open to be changed and saved as another program would save them."""

    def __init__(self, content: bytes) -> None:
        self.grids: dict[str, list[list[Value]]] = {}
        self.formulas: dict[tuple[str, int, int], str] = {}
        self.formats: dict[tuple[str, int, int], str] = {}
        self.joined: list[tuple[str, str]] = []
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            for name in workbook.sheet_names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                self.grids[name] = [list(row) for row in rows]

    def set(self, where: str, value: Value, sheet: str = SHEET) -> Filled:
        row, column = spot_of(where)
        grid = self.grids[sheet]
        while len(grid) <= row:
            grid.append([])
        while len(grid[row]) <= column:
            grid[row].append("")
        grid[row][column] = value
        return self

    def save(self) -> bytes:
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in self.grids.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, value in enumerate(row):
                    self._write(book, sheet, (name, at, place), value, day)
            for owner, cells in self.joined:
                if owner == name:
                    sheet.merge_range(cells, "")
            if name == KEY_SHEET:
                sheet.hide()
        book.close()
        return stream.getvalue()

    def _write(
        self, book: object, sheet: object, spot: tuple[str, int, int], value: Value, day: object
    ) -> None:
        at = spot[1:]
        formula = self.formulas.get(spot)
        if formula is not None:
            sheet.write_formula(*at, formula, None, value)  # type: ignore[attr-defined]
        elif isinstance(value, bool):
            sheet.write_boolean(*at, value)  # type: ignore[attr-defined]
        elif isinstance(value, datetime | date | time | timedelta):
            sheet.write_datetime(*at, value, day)  # type: ignore[attr-defined]
        elif isinstance(value, str):
            sheet.write_string(*at, value)  # type: ignore[attr-defined]
        else:
            looks = {"num_format": self.formats.get(spot, "General")}
            sheet.write_number(*at, value, book.add_format(looks))  # type: ignore[attr-defined]


def filled(*changes: tuple[str, Value], base: bytes | None = None) -> bytes:
    """The workbook with cells changed; each change names its cell."""
    edit = Filled(sheet_content() if base is None else base)
    for where, value in changes:
        edit.set(where, value)
    return edit.save()


UNITS = (
    UnitRow(id="so-noi-vu", name="Sở Nội vụ", tier="department", group="departments",
            start_on=date(2025, 3, 1), predecessors=("so-noi-vu@2012", "so-ldtbxh")),
    UnitRow(id="xa-tan-lap@2025", name="Xã Tân Lập", tier="commune", group="communes",
            start_on=date(2025, 7, 1), last_on=date(2026, 12, 31)),
)  # fmt: skip
PEOPLE = (
    PersonRow(account="nguyen.van.an", name="Nguyễn Văn An", email="an.nv@tinh.gov.vn",
              phone="0912 345 678"),
    PersonRow(account="tran.thi.be", name="=Trần Thị Bé", email="be@tinh.gov.vn"),
)  # fmt: skip
ASSIGNMENTS = (
    AssignmentRow(account="nguyen.van.an", role="officer", unit="so-noi-vu", round="thu-2025",
                  start_on=date(2025, 1, 1), last_on=date(2025, 12, 31)),
    AssignmentRow(account="tran.thi.be", role="round_admin"),
)  # fmt: skip


def people_content(
    units: tuple[UnitRow, ...] = UNITS,
    people: tuple[PersonRow, ...] = PEOPLE,
    assignments: tuple[AssignmentRow, ...] = ASSIGNMENTS,
) -> bytes:
    stream = io.BytesIO()
    write_people(units, people, assignments, stream, roles=ROLES, made_on=DAY)
    return stream.getvalue()
