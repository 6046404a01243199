"""A rulebook goes to a workbook and comes back with the same digest and the same notes."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from parindex.criteria.catalogue import SHIPPED
from parindex.criteria.model import CriteriaSet, Example, Item, Law, LegalBasis, Text
from parindex.criteria.notes import notes_of
from parindex.criteria.parser import read_rulebook
from parindex.criteria.plain import digest
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    NoneDue,
    Options,
    Ratio,
    ScoringRule,
    Source,
    Step,
)
from parindex.criteria.writer import to_yaml
from parindex.errors import UnusableInputError
from parindex.workbooks.rulebook_reading import read_rulebook_workbook, workbook_to_yaml
from parindex.workbooks.rulebook_sheets import HEADER, write_rulebook
from parindex.workbooks.texts import clean
from parindex.workbooks.wording import (
    COLUMNS,
    HELP_SHEET,
    ITEMS_SHEET,
    SETTINGS_SHEET,
    SHAPES,
)
from workbooks.books import SMALL, Edited, column, edited, exported, small

SOFFICE = shutil.which("soffice")
EXAMPLES = Path(__file__).parent.parent / "examples"
RULEBOOKS = sorted([*EXAMPLES.rglob("*.yaml"), *SHIPPED.rglob("par-index/**/*.yaml")])
SOURCES = [one for one in RULEBOOKS if b"parindex.rulebook/1" in one.read_bytes()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: "-".join(one.parts[-4:]))
def test_rulebook_comes_back_with_its_digest_and_notes(source: Path, tmp_path: Path) -> None:
    content = source.read_bytes()
    criteria = read_rulebook(content, file=source.name)
    path = tmp_path / "a.xlsx"
    write_rulebook(criteria, path, notes=notes_of(content))
    read = read_rulebook_workbook(path)
    assert digest(read.criteria) == digest(criteria)
    assert read.notes == notes_of(content)
    text = workbook_to_yaml(path)
    assert digest(read_rulebook(text.encode(), file="b.yaml")) == digest(criteria)
    assert notes_of(text.encode()) == notes_of(content)


def test_there_are_rulebooks_to_try() -> None:
    assert len(SOURCES) >= 10


def test_everything_of_the_small_rulebook_comes_back(tmp_path: Path) -> None:
    path = exported(tmp_path)
    read = read_rulebook_workbook(path)
    assert read.criteria == small()
    assert read.notes == {
        (): "Bộ tiêu chí thử.\nHai dòng đầu tệp.",
        (0,): "Lĩnh vực thứ nhất",
        (0, 0): "bên cạnh tiêu chí",
        (0, 0, 0): "Hỏi lại Sở Nội vụ.\n\nDòng thứ ba.",
    }


def test_digest_follows_what_is_edited(tmp_path: Path) -> None:
    path = edited(tmp_path, lambda book: book.set("1.1.1", "max_points", "1.5"))
    assert digest(read_rulebook_workbook(path).criteria) != digest(small())


def test_same_rulebook_gives_the_same_bytes(tmp_path: Path) -> None:
    write_rulebook(small(), tmp_path / "a.xlsx")
    write_rulebook(small(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_every_cell_of_the_two_sheets_is_text(tmp_path: Path) -> None:
    book = Edited(exported(tmp_path))
    for name in (ITEMS_SHEET, SETTINGS_SHEET):
        assert all(isinstance(value, str) for row in book.grids[name] for value in row)
    row = book.items[book.row("1.1.1")]
    assert row[column("max_points")] == "1.50"
    assert row[column("name")] == "=Ban hành kế hoạch"
    assert row[column("parameters")] == 'timely = 1.50\n"trễ; muộn = nhiều" = 0.25\nnone = 0'
    assert "được 1,50 điểm" in str(row[column("sentence")])


def test_sheets_and_columns_have_their_names_and_order(tmp_path: Path) -> None:
    book = Edited(exported(tmp_path))
    assert list(book.grids) == [ITEMS_SHEET, SETTINGS_SHEET, HELP_SHEET]
    assert book.items[HEADER] == [one.heading for one in COLUMNS]
    assert [row[0] for row in book.items[HEADER + 1 :]] == [
        "1", "1.1", "1.1.1", "1.1.2", "1.2", "1.10", "1.10", "2", "2.1", "2.2", "2.3", "2.4",
    ]  # fmt: skip
    # Only what is declared stands in the rows of areas and criteria.
    assert [row[column("max_points")] for row in book.items[HEADER + 1 : HEADER + 8]] == [
        "7.50", "", "1.50", "2", "1.0", "3", "3",
    ]  # fmt: skip


def test_nothing_is_left_behind_beside_the_file(tmp_path: Path) -> None:
    write_rulebook(small(), tmp_path / "bo-tieu-chi.xlsx")
    assert [one.name for one in tmp_path.iterdir()] == ["bo-tieu-chi.xlsx"]


@pytest.mark.parametrize(
    "text",
    [" đầu dòng", "cuối dòng ", "e\u0301", "x" * 40_000, "a\ufffe"],
    ids=["before", "behind", "decomposed", "long", "not-xml"],
)
def test_text_that_a_cell_does_not_keep_is_refused_and_nothing_written(
    text: str, tmp_path: Path
) -> None:
    first = small().areas[0]
    broken = replace(first, name=Text(vi=text))
    criteria = replace(small(), areas=(broken, *small().areas[1:]), file="small.yaml")
    (tmp_path / "a.xlsx").write_bytes(b"before")
    with pytest.raises(UnusableInputError) as caught:
        write_rulebook(criteria, tmp_path / "a.xlsx")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.line) == (
        "workbook.cannot_hold", "small.yaml", first.line,
    )  # fmt: skip
    assert problem.values["of"] == "1"
    assert (tmp_path / "a.xlsx").read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_what_would_not_come_back_is_not_written(tmp_path: Path) -> None:
    name = "x" * 3_000
    criteria = _with_rule(small(), Options(points=((name, Decimal(1)), ("y", Decimal(0)))))
    with pytest.raises(UnusableInputError) as caught:
        write_rulebook(criteria, tmp_path / "a.xlsx")
    assert [one.code for one in caught.value.problems] == ["workbook.not_the_same"]
    assert not list(tmp_path.iterdir())


# ---- what programs and people do to a workbook


def test_another_program_may_save_it_anew(tmp_path: Path) -> None:
    read = read_rulebook_workbook(edited(tmp_path))
    assert digest(read.criteria) == digest(small())
    assert read.notes == notes_of(SMALL.encode())


def test_columns_may_be_moved_and_blank_rows_put_in(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        for row in book.items:
            row.reverse()
        book.items.insert(HEADER + 3, [""] * len(COLUMNS))
        book.items.insert(0, [""] * len(COLUMNS))
        book.settings.insert(book.setting("Năm"), ["", "", "", ""])

    assert digest(read_rulebook_workbook(edited(tmp_path, change)).criteria) == digest(small())


def test_columns_of_words_and_notes_may_be_removed(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        for row in book.items:
            del row[column("note")], row[column("sentence")]

    read = read_rulebook_workbook(edited(tmp_path, change))
    assert digest(read.criteria) == digest(small())
    assert list(read.notes) == [()]


def test_other_sheets_are_not_read(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        del book.grids[HELP_SHEET]
        book.grids["Nháp"] = [["1", "gì đó"]]

    assert digest(read_rulebook_workbook(edited(tmp_path, change)).criteria) == digest(small())


def test_numbers_that_are_numbers_are_taken_where_they_are_beyond_doubt(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.set("1.1.2", "max_points", 2.0)
        book.set("2.4", "max_points", 0.5)
        book.set("2", "code", 2.0)
        book.settings[book.setting("Năm")][1] = 2025.0

    assert digest(read_rulebook_workbook(edited(tmp_path, change)).criteria) == digest(small())


def test_commas_spaces_and_decomposed_letters_are_read_as_meant(tmp_path: Path) -> None:
    def change(book: Edited) -> None:
        book.set("1.1.1", "max_points", " 1,50 ")
        book.set("1.1.1", "parameters", 'timely=1,50; "trễ; muộn = nhiều" -> 0,25 ;none:0')
        book.set("1.1.2", "parameters", "full_at 90,0%; zero_below 50 ; over_100: allowed")
        book.set("2.2", "parameters", "Mỗi lần trừ 0,125 điểm; không dưới: 0,50")
        book.set("1.1", "name", "  Kê\u0301 hoa\u0323ch\n")
        book.set("1.1.2", "source", "EXTERNAL")
        book.set("2.1", "source", "khảo  sát")
        rows = book.settings
        rows[book.setting("a")][3] = "2025-01-10"
        rows[book.setting("b")][3] = date(2024, 12, 31)
        rows[book.setting("Điểm thưởng nhiều nhất")][1] = "2,0"

    assert digest(read_rulebook_workbook(edited(tmp_path, change)).criteria) == digest(small())


def test_help_and_lists_stand_in_the_cells(tmp_path: Path) -> None:
    shutil.unpack_archive(exported(tmp_path), tmp_path / "inside", "zip")
    sheet = (tmp_path / "inside/xl/worksheets/sheet1.xml").read_text(encoding="utf-8")
    for labels in (
        "Thẩm định,Bên ngoài chấm,Khảo sát,Chỉ số khác,Dữ liệu hồ sơ",
        "Bắt buộc,Nếu có,Không cần",
        "0 điểm,Đủ điểm,Không áp dụng",
        "Lĩnh vực,Tiêu chí,Tiêu chí thành phần",
        ",".join(SHAPES.labels.values()),
    ):
        assert f'<formula1>"{labels}"</formula1>' in sheet
    assert f"<formula1>'{SETTINGS_SHEET}'!$A$" in sheet
    assert sheet.count("promptTitle=") == len(COLUMNS)
    assert '<pane xSplit="2" ySplit="3"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert "customHeight" not in sheet
    names = (tmp_path / "inside/xl/workbook.xml").read_text(encoding="utf-8")
    assert f"'{ITEMS_SHEET}'!$3:$3</definedName>" in names
    assert (tmp_path / "inside/xl/comments1.xml").exists()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is absent")
def test_libreoffice_may_save_it_anew(tmp_path: Path) -> None:
    path = exported(tmp_path)
    out = tmp_path / "lo"
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'user').as_uri()}", "--headless",
         "--convert-to", "xlsx", "--outdir", str(out), str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    read = read_rulebook_workbook(out / path.name)
    assert digest(read.criteria) == digest(small())
    assert read.notes == notes_of(SMALL.encode())


# ---- generated edits

_Any = TypeVar("_Any")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
WORDS = TEXTS.map(clean).filter(lambda text: text and "\ufffe" not in text and "\uffff" not in text)
FREE = TEXTS.filter(lambda text: clean(f'"{text}"') == f'"{text}"').filter(
    lambda text: text.strip() and "\ufffe" not in text and "\uffff" not in text
)
NUMBERS = st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,6})?", fullmatch=True).map(Decimal)
POSITIVE = NUMBERS.filter(lambda value: value > 0)
BILINGUAL = st.builds(Text, vi=WORDS, en=st.just("") | WORDS)


def _maybe(strategy: st.SearchStrategy[_Any]) -> st.SearchStrategy[_Any | None]:
    return st.none() | strategy


RULES: st.SearchStrategy[ScoringRule] = st.one_of(
    st.builds(
        Options,
        points=st.lists(
            st.tuples(FREE, NUMBERS), min_size=1, max_size=5, unique_by=lambda one: one[0]
        ).map(tuple),
    ),
    st.builds(
        Bands,
        on=st.sampled_from(BandsOn),
        steps=st.lists(st.builds(Step, start=NUMBERS, points=NUMBERS), min_size=1, max_size=5).map(
            tuple
        ),
        over_100=st.booleans(),
    ),
    st.builds(Ratio, full_at=POSITIVE, zero_below=_maybe(NUMBERS), over_100=st.booleans()),
    st.builds(Deduction, each=POSITIVE, floor=NUMBERS),
    st.just(Given()),
)
EXAMPLE_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "numerator": WORDS, "denominator": FREE, "value": FREE, "count": WORDS, "option": FREE,
        "share": st.just("0,5") | WORDS, "veto": st.just("yes"),
    },
)  # fmt: skip
EXAMPLE = st.builds(
    Example, fields=EXAMPLE_FIELDS.map(lambda one: tuple(one.items())), points=NUMBERS
)
ITEMS = st.builds(
    Item,
    code=WORDS,
    id=WORDS,
    name=BILINGUAL,
    max_points=POSITIVE,
    source=st.sampled_from(Source),
    rule=RULES,
    law=_maybe(st.builds(Law, basis=WORDS, at=WORDS)),
    appraiser=st.just("") | WORDS,
    if_none_due=_maybe(st.sampled_from(NoneDue)),
    zero_if=_maybe(BILINGUAL),
    examples=st.lists(EXAMPLE, max_size=3).map(tuple),
)


def _with_item(criteria: CriteriaSet, item: Item) -> CriteriaSet:
    area = criteria.areas[0]
    criterion = replace(area.criteria[0], items=(item, *area.criteria[0].items[1:]))
    area = replace(area, criteria=(criterion, *area.criteria[1:]))
    return replace(criteria, areas=(area, *criteria.areas[1:]))


def _with_rule(criteria: CriteriaSet, rule: ScoringRule) -> CriteriaSet:
    return _with_item(criteria, replace(next(criteria.items()), rule=rule))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(item=ITEMS, title=BILINGUAL, basis=WORDS, total=_maybe(NUMBERS), note=st.text(max_size=20))
def test_any_item_comes_back(
    item: Item,
    title: Text,
    basis: str,
    total: Decimal | None,
    note: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    law = LegalBasis(id=basis, text=title, issued=date(2020, 2, 29))
    criteria = replace(_with_item(small(), item), title=title, legal_basis=(law,), max_points=total)
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    note = clean(
        note.encode("utf-8", "ignore").decode().replace("\ufffe", "").replace("\uffff", "")
    )
    write_rulebook(criteria, path, notes={(0, 0, 0): note})
    read = read_rulebook_workbook(path)
    assert digest(read.criteria) == digest(criteria)
    assert read.notes == ({(0, 0, 0): note} if note else {})
    text = to_yaml(criteria, read.notes)
    assert digest(read_rulebook(text.encode(), file="a.yaml")) == digest(criteria)


def test_second_reader_sees_what_was_written(tmp_path: Path) -> None:
    with CalamineWorkbook.from_path(exported(tmp_path)) as workbook:
        rows = workbook.get_sheet_by_name(SETTINGS_SHEET).to_python(skip_empty_area=False)
    assert [row[:2] for row in rows[1:4]] == [
        ["Khuôn dạng", "parindex.rulebook/1"],
        ["Tên bộ tiêu chí", "Bộ tiêu chí thử"],
        ["Tên tiếng Anh", "A trial set"],
    ]
    assert ["a", "Quyết định số 01/QĐ-UBND", "Decision 01", "10/01/2025"] in rows
