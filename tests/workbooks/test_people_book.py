"""The workbook of units, people and assignments: written, read, refused at the cell, marked."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

import pytest

from parindex.errors import UnusableInputError
from parindex.validity import DateSpan
from parindex.workbooks.errors_sheet import ERRORS_SHEET
from parindex.workbooks.people_book import mark_people
from parindex.workbooks.people_reading import AssignmentRow, PeopleUpload, read_people
from parindex.workbooks.people_words import ASSIGNMENTS, PEOPLE, UNITS
from parindex.workbooks.uploads import Value, spot_of
from workbooks.filled import (
    ASSIGNMENTS as SOME_ASSIGNMENTS,
)
from workbooks.filled import (
    DAY,
    ROLES,
    Filled,
    people_content,
    sheet_content,
)
from workbooks.filled import (
    PEOPLE as SOME_PEOPLE,
)
from workbooks.filled import (
    UNITS as SOME_UNITS,
)


def read(content: bytes) -> PeopleUpload:
    return read_people(content, file_name="nguoi.xlsx", roles=ROLES)


def changed(*changes: tuple[str, str, Value]) -> bytes:
    edit = Filled(people_content())
    for sheet, where, value in changes:
        edit.set(where, value, sheet)
    return edit.save()


def found(upload: PeopleUpload) -> list[tuple[str, str, str]]:
    for problem in upload.problems:
        assert problem.say("vi").startswith(f"nguoi.xlsx:{problem.line}: ")
        assert problem.say("en")
    return [
        (one.code, str(one.values["sheet"]), str(one.values["cell"])) for one in upload.problems
    ]


def refused(content: bytes) -> set[str]:
    with pytest.raises(UnusableInputError) as caught:
        read(content)
    return {one.code for one in caught.value.problems}


def test_round_trip_gives_the_same_rows() -> None:
    upload = read(people_content())
    assert upload.problems == ()
    for read_rows, rows in (
        (upload.units, SOME_UNITS),
        (upload.people, SOME_PEOPLE),
        (upload.assignments, SOME_ASSIGNMENTS),
    ):
        assert [repr(one).rpartition("row=")[0] for one in read_rows] == [
            repr(one).rpartition("row=")[0] for one in rows
        ]
        assert [one.row for one in read_rows] == [2, 3]
    assert people_content() == people_content()


def test_days_are_whole_and_inclusive() -> None:
    one = AssignmentRow(
        account="a", role="head", start_on=date(2025, 7, 1), last_on=date(2025, 7, 1)
    )
    assert one.span == DateSpan(start=date(2025, 7, 1), end=date(2025, 7, 2))
    assert AssignmentRow(account="a", role="head", last_on=date.max).span == DateSpan()


@pytest.mark.parametrize(
    "typed",
    ["1/3/2025", "01-03-2025", "1.3.2025", "2025-03-01", "１/３/２０２５", date(2025, 3, 1)],
)
def test_days_are_read_as_people_write_them(typed: Value) -> None:
    assert read(changed((UNITS, "F2", typed))).units[0].start_on == date(2025, 3, 1)


def test_roles_and_tiers_are_read_by_word_or_code() -> None:
    word = unicodedata.normalize("NFD", "cán bộ  ĐẦU MỐI")
    upload = read(changed((ASSIGNMENTS, "B2", word), (ASSIGNMENTS, "B3", "observer"),
                          (UNITS, "C2", "commune")))  # fmt: skip
    assert upload.problems == ()
    assert [one.role for one in upload.assignments] == ["officer", "observer"]
    assert upload.units[0].tier == "commune"


@pytest.mark.parametrize(
    ("sheet", "where", "typed", "code"),
    [
        (UNITS, "A2", "Sở Nội vụ", "people.unit_id"),
        (UNITS, "A3", "so-noi-vu", "people.repeated"),
        (UNITS, "A2", "", "people.empty"),
        (UNITS, "B2", "", "people.empty"),
        (UNITS, "C2", "Tổng cục", "people.tier"),
        (UNITS, "E2", "so-noi-vu", "people.own_parent"),
        (UNITS, "F2", "31/02/2025", "people.day"),
        (UNITS, "F2", "1/3/25", "people.day"),
        (UNITS, "F2", 45000, "people.day"),
        (UNITS, "F2", datetime(2025, 3, 1, 8, 30), "people.day"),  # noqa: DTZ001 - a cell has no time zone
        (UNITS, "G3", "30/06/2025", "people.ends_before"),
        (UNITS, "H2", "so-noi-vu@2012; Sở cũ", "people.unit_id"),
        (PEOPLE, "A2", "nguyễn văn an", "people.account"),
        (PEOPLE, "A3", "Nguyen.Van.An", "people.repeated"),
        (PEOPLE, "C2", "an.nv tinh.gov.vn", "people.email"),
        (PEOPLE, "C2", "a@b.vn; c@d.vn", "people.email"),
        (PEOPLE, "C2", f"{'a' * 60}@{'b' * 200}.vn", "people.email"),
        (PEOPLE, "C2", "", "people.empty"),
        (PEOPLE, "D2", 912345678, "people.phone"),
        (PEOPLE, "B2", True, "sheet.truth_cell"),
        (PEOPLE, "F9", "bên lề", "sheet.stray_cell"),
        (ASSIGNMENTS, "B2", "Trưởng phòng", "people.role"),
        (ASSIGNMENTS, "C2", "", "people.no_unit"),
    ],
)
def test_refusal_stands_at_its_cell(sheet: str, where: str, typed: Value, code: str) -> None:
    upload = read(changed((sheet, where, typed)))
    assert found(upload) == [(code, sheet, where)]
    rows = {UNITS: upload.units, PEOPLE: upload.people, ASSIGNMENTS: upload.assignments}
    assert len(rows[sheet]) == (2 if code == "sheet.stray_cell" else 1)


def test_the_same_assignment_twice_is_refused() -> None:
    edit = Filled(people_content())
    edit.grids[ASSIGNMENTS].append(list(edit.grids[ASSIGNMENTS][1]))
    upload = read(edit.save())
    assert found(upload) == [("people.repeated", ASSIGNMENTS, "A4")]
    assert upload.problems[0].values["first"] == 2


def test_formula_is_refused_where_a_day_is_asked() -> None:
    edit = Filled(people_content())
    edit.formulas[UNITS, 1, 5] = "=TODAY()"
    assert found(read(edit.save())) == [("sheet.formula", UNITS, "F2")]


def test_template_has_nothing_to_import() -> None:
    assert refused(people_content((), (), ())) == {"people.nothing"}


def test_other_workbooks_are_refused() -> None:
    assert refused(sheet_content()) == {"people.missing_sheet"}
    edit = Filled(people_content()).set("A1", "Khác", PEOPLE)
    assert refused(edit.save()) == {"sheet.missing_column"}


def test_marked_workbook_can_be_corrected_and_read_again() -> None:
    upload = read(changed((PEOPLE, "C2", "hỏng"), (ASSIGNMENTS, "B2", "Trưởng phòng")))
    marked = mark_people(upload, roles=ROLES, made_on=DAY)
    again = read(marked)
    assert found(again) == found(upload)
    edit = Filled(marked)
    assert next(iter(edit.grids)) == ERRORS_SHEET
    assert edit.grids[PEOPLE][1][2] == "hỏng"
    assert edit.grids[ERRORS_SHEET][3][1] == f"{PEOPLE}!C2"
    edit.set("C2", "an@tinh.gov.vn", PEOPLE).set("B2", "Thủ trưởng đơn vị", ASSIGNMENTS)
    corrected = read(edit.save())
    assert corrected.problems == ()
    assert corrected.assignments[0].role == "head"


def test_what_only_the_caller_knows_can_be_marked_too() -> None:
    upload = read(people_content())
    problem = upload.problem("people.unit_id", ASSIGNMENTS, 2, "unit")
    assert (problem.values["cell"], problem.values["got"]) == ("C2", "so-noi-vu")
    assert read(mark_people(upload, [problem], roles=ROLES, made_on=DAY)).problems == ()
    assert spot_of("C2") == (1, 2)
