"""A small rulebook with everything in it, and workbooks that somebody has edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it ships no marker for its types
from python_calamine import CalamineWorkbook

from parindex.criteria.model import CriteriaSet
from parindex.criteria.notes import notes_of
from parindex.criteria.parser import read_rulebook
from parindex.errors import UnusableInputError
from parindex.workbooks.rulebook_reading import read_rulebook_workbook
from parindex.workbooks.rulebook_sheets import write_rulebook
from parindex.workbooks.wording import COLUMNS, ITEMS_SHEET, SETTINGS_SHEET

SMALL = """\
# Bộ tiêu chí thử.
# Hai dòng đầu tệp.
schema: parindex.rulebook/1
issuer: thu
index: par-index
group: so
tier: department
year: 2025
revision: 2
status: official
max_points: 12.50
title: {vi: "Bộ tiêu chí thử", en: "A trial set"}
legal_basis:
  - {id: a, vi: "Quyết định số 01/QĐ-UBND", en: "Decision 01", issued: 2025-01-10}
  - {id: b, vi: "Công văn số 2", issued: 2024-12-31}
policies:
  points_decimals: 4
  index_decimals: 2
  rank_on: exact
  ties: dense
  not_applicable: award_max
adjustments: {bonus_cap: 2.0, deduction_cap: 5}
classes:
  - {id: good, name: {vi: "Tốt", en: "Good"}, from: 80.5}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
ceilings:
  - {at_most: weak, when: {area_index_below: 50.0}}
  - {at_most: weak, when: {zero_item: "1.10"}}
areas:
  # Lĩnh vực thứ nhất
  - code: "1"
    name: {vi: "Chỉ đạo, điều hành", en: "Steering"}
    max_points: 7.50
    criteria:
      - code: "1.1"   # bên cạnh tiêu chí
        name: {vi: "Kế hoạch"}
        items:
          # Hỏi lại Sở Nội vụ.
          #
          # Dòng thứ ba.
          - code: "1.1.1"
            id: plan-issued
            name: {vi: "=Ban hành kế hoạch", en: "+Plan issued"}
            max_points: 1.50
            source: appraisal
            appraiser: home-affairs
            evidence: required
            rule: {shape: options, points: {timely: 1.50, "trễ; muộn = nhiều": 0.25, none: 0}}
            zero_if: {vi: "Có lãnh đạo bị kỷ luật", en: "A leader was disciplined"}
            examples:
              - {option: timely, points: 1.50}
              - {option: "trễ; muộn = nhiều", points: 0.25}
              - {option: none, veto: yes, points: 0}
            law: {basis: a, at: "Phụ lục I, 1.1.1"}
          - code: "1.1.2"
            id: plan-done
            name: {vi: "Hoàn thành"}
            max_points: 2
            source: external
            rule: {shape: ratio, full_at: 90.0, zero_below: 50, over_100: allowed}
            if_none_due: full
            examples:
              - {numerator: 8, denominator: 10, points: 1.7778}
            law: {basis: b, at: "1.1.2"}
      - code: "1.2"
        id: inspected
        name: {vi: "Kiểm tra"}
        max_points: 1.0
        source: appraisal
        evidence: none
        rule:
          shape: bands
          on: ratio
          over_100: allowed
          steps: [{from: 30, points: 1.0}, {from: 20.5, points: 0.5}]
      - code: "1.10"
        name: {vi: "Sáng kiến"}
        max_points: 3
        items:
          - code: "1.10"
            id: initiatives
            name: {vi: "Sáng kiến"}
            max_points: 3
            source: appraisal
            rule: {shape: bands, on: count, steps: [{from: 2, points: 3}, {from: 1, points: 1}]}
            if_none_due: not_applicable
  - code: "2"
    name: {vi: "Thể chế"}
    criteria:
      - code: "2.1"
        id: survey
        name: {vi: "Khảo sát"}
        max_points: 2
        source: survey
        rule: {shape: ratio}
        examples:
          - {share: 0.8, points: 1.6}
          - {share: "0,8", points: 1.6}
      - code: "2.2"
        id: reports
        name: {vi: "Báo cáo"}
        max_points: 2
        source: appraisal
        rule: {shape: deduction, each: 0.125, floor: 0.50}
        if_none_due: zero
      - code: "2.3"
        id: judged
        name: {vi: "Đánh giá"}
        max_points: 1
        source: index
        rule: {shape: given}
      - code: "2.4"
        id: measured
        name: {vi: "Đo"}
        max_points: 0.5
        source: dossiers
        rule: {shape: bands, on: value, steps: [{from: 90, points: 0.5}]}
"""

Value = int | float | str | bool | time | date | datetime | timedelta
Grid = list[list[Value]]
Change = Callable[["Edited"], object]


def small() -> CriteriaSet:
    return read_rulebook(SMALL.encode(), file="small.yaml")


@cache
def _workbook() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_rulebook(small(), path, notes=notes_of(SMALL.encode()))
        return path.read_bytes()


def exported(folder: Path) -> Path:
    """The workbook of the small rulebook."""
    path = folder / "bo-tieu-chi.xlsx"
    path.write_bytes(_workbook())
    return path


class Edited:
    """A workbook's cells, open to be changed and saved as another program would save them."""

    def __init__(self, path: Path) -> None:
        self.grids: dict[str, Grid] = {}
        self.formulas: dict[tuple[str, int, int], str] = {}
        self.joined: list[tuple[str, int, int, int, int]] = []
        with CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                self.grids[name] = [list(row) for row in rows]

    @property
    def items(self) -> Grid:
        return self.grids[ITEMS_SHEET]

    @property
    def settings(self) -> Grid:
        return self.grids[SETTINGS_SHEET]

    def row(self, code: str) -> int:
        """The row of the last part with a code, from 0."""
        return max(at for at, row in enumerate(self.items) if row[0] == code)

    def set(self, code: str, key: str, value: Value) -> None:
        """Put a value into the row of a code."""
        self.items[self.row(code)][column(key)] = value

    def setting(self, label: str) -> int:
        """The row of the settings sheet that starts with a label, from 0."""
        return next(at for at, row in enumerate(self.settings) if row[0] == label)

    def save(self, path: Path) -> Path:
        """Write everything anew, without looks."""
        book = xlsxwriter.Workbook(
            str(path), {"strings_to_formulas": False, "strings_to_urls": False}
        )
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in self.grids.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, bool):
                        sheet.write_boolean(at, place, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(at, place, value, day)
                    elif isinstance(value, str):
                        sheet.write_string(at, place, value)
                    else:
                        sheet.write_number(at, place, value)
            for (owner, at, place), formula in self.formulas.items():
                if owner == name:
                    sheet.write_formula(at, place, formula, None, "1")
            for owner, *corners in self.joined:
                if owner == name:
                    sheet.merge_range(*corners, "")
        book.close()
        return path


def column(key: str) -> int:
    """Where a column stands in an exported workbook."""
    return [one.key for one in COLUMNS].index(key)


def edited(folder: Path, *changes: Change) -> Path:
    """The small rulebook's workbook with changes."""
    edit = Edited(exported(folder))
    for change in changes:
        change(edit)
    return edit.save(folder / "da-sua.xlsx")


def refused(path: Path) -> list[tuple[str, int, Mapping[str, object]]]:
    """What reading a workbook refuses: codes, rows and values; each also said in two languages."""
    with pytest.raises(UnusableInputError) as caught:
        read_rulebook_workbook(path, file="tep.xlsx")
    for language in ("vi", "en"):
        assert all(line.startswith("tep.xlsx:") for line in caught.value.say(language))
    return [(one.code, one.line, one.values) for one in caught.value.problems]


def codes(found: Iterable[tuple[str, int, Mapping[str, object]]]) -> list[tuple[str, int]]:
    return [(code, line) for code, line, _ in found]
