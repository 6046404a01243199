import io
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it ships no marker for its types
from hypothesis import given, settings
from pyxform.xls2xform import convert
from survey.questionnaires import BODIES, RATING, questionnaires, small
from workbooks.hostile_books import hostile_books

from parindex.criteria.model import Status
from parindex.errors import UnusableInputError
from parindex.forms.columns import SHEETS
from parindex.forms.xlsform_reading import from_sheets
from parindex.forms.xlsform_writing import to_sheets
from parindex.survey.bodies import for_bodies
from parindex.survey.conditions.tree import to_text
from parindex.survey.questionnaire import SHIPPED, Kind, Questionnaire
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.workbooks.text_sheets import read_text_sheets, text_sheets_book

Sheets = dict[str, list[list[str]]]
FORM = small()


def opened(content: bytes) -> Questionnaire:
    return from_sheets(read_text_sheets(content, SHEETS, file_name="f.xlsx"), file="f.xlsx")


def book(form: Questionnaire) -> bytes:
    return text_sheets_book(to_sheets(form), title="x", file_name="f.xlsx")


def said(error: UnusableInputError) -> list[str]:
    return [line.split("; ")[0] for line in error.say("en")]


# ---- there and back


@pytest.mark.parametrize(
    "form",
    [FORM, small(*RATING), for_bodies(small(*RATING), BODIES)],
    ids=["small", "rating", "bodies"],
)
def test_a_form_comes_back_from_its_workbook(form: Questionnaire):
    assert opened(book(form)) == form
    assert book(form) == book(form)


@pytest.mark.parametrize("name", SHIPPED.names())
def test_a_shipped_instrument_comes_back_from_its_workbook(name: str):
    path = SHIPPED.find(name)
    assert path is not None
    form = read_questionnaire(path.read_bytes(), file=name)
    assert opened(book(form)) == form


@settings(max_examples=40)
@given(questionnaires())
def test_any_form_comes_back_from_its_sheets(form: Questionnaire):
    assert from_sheets(to_sheets(form), file="f.xlsx") == form


@settings(max_examples=10)
@given(questionnaires())
def test_any_form_comes_back_from_its_workbook(form: Questionnaire):
    assert opened(book(form)) == form


def test_other_programs_take_the_workbook_as_it_is(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("xls") / "f.xlsx"
    path.write_bytes(book(small(*RATING)))
    warnings: list[str] = []
    xform = convert(path, warnings=warnings).xform
    assert warnings == []
    assert "Sở" not in xform
    assert 'id="thu" version="2"' in xform


# ---- forms of others


PLAIN: Sheets = {
    "survey": [
        ["type", "name", "label", "relevance", "appearance", "required"],
        ["start", "start", "", "", "", ""],
        ["end", "end", "", "", "", ""],
        ["select one yn", "co", "Có không?", "", "minimal", "TRUE"],
        ["", "", "", "", "", ""],
        ["begin group", "g", "Nhóm", "${co} = 'c'", "", ""],
        ["string", "ten", "Tên", "", "", "false()"],
        ["end group", "", "", "", "", ""],
        ["int", "tuoi", "Tuổi", "", "", ""],
    ],
    "choices": [["list name", "name", "label"], ["yn", "c", "Có"], ["yn", "k", "Không"]],
    "settings": [
        ["form_title", "form_id", "version", "style"],
        ["Phiếu", "phieu", "2026112401", "pages"],
    ],
}


def test_a_plain_xlsform_is_a_template_without_scoring():
    form = from_sheets(PLAIN, file="f.xlsx")
    assert (form.id, form.version, form.status, form.scoring) == (
        "phieu",
        2026112401,
        Status.TEMPLATE,
        None,
    )
    assert form.languages == (("vi", "Tiếng Việt"),)
    assert [(one.name, one.kind, one.required) for one in form.questions()] == [
        ("co", Kind.SELECT_ONE, True), ("ten", Kind.TEXT, False), ("tuoi", Kind.INTEGER, False),
    ]  # fmt: skip
    assert [one.name for one in form.sections] == ["", "g", ""]
    assert form.sections[1].relevant is not None
    assert to_text(form.sections[1].relevant) == "${co} = 'c'"


def test_a_heading_without_a_language_is_in_the_default_one():
    sheets = changed(
        ("survey", 0, ["type", "name", "label", "label::Tiếng Việt (vi)", "hint::English (en)", "required"]),
        ("survey", 3, ["select_one yn", "co", "Yes?", "Có không?", "", ""]),
        ("survey", 5, ["begin_group", "g", "Group", "Nhóm", "", ""]),
        ("survey", 6, ["text", "ten", "Name", "Tên", "", ""]),
        ("survey", 8, ["note", "tuoi", "Age", "Tuổi", "", ""]),
        ("choices", 0, ["list_name", "name", "label::Tiếng Việt (vi)"]),
        ("settings", 0, ["form_title", "form_id", "version", "default_language"]),
        ("settings", 1, ["Phiếu", "phieu", "1", "English (en)"]),
    )  # fmt: skip
    form = from_sheets(sheets, file="f.xlsx")
    assert form.languages == (("en", "English"), ("vi", "Tiếng Việt"))
    question = form.question("co")
    assert question is not None
    assert (question.label.say("en"), question.label.say("vi")) == ("Yes?", "Có không?")


# ---- what is refused


def changed(*changes: tuple[str, int, list[str]]) -> Sheets:
    """The plain form with some of its rows replaced or added."""
    sheets = {name: [list(row) for row in rows] for name, rows in PLAIN.items()}
    for sheet, row, cells in changes:
        rows = sheets.setdefault(sheet, [])
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row] = cells
    return sheets


ROW = ["text", "x", "X", "", "", ""]
REFUSED: list[tuple[tuple[str, int, list[str]], list[str]]] = [
    (("survey", 3, ["select_one yn2", "co", "Có?", "", "", ""]), ["f.xlsx[survey!A4]:4: there is no scale “yn2”"]),
    (("survey", 3, ["select_one", "co", "Có?", "", "", ""]), ["f.xlsx[survey!A4]:4: the type “select_one” is unknown, or lacks its list"]),
    (("survey", 3, ["select_one yn or_other", "co", "Có?", "", "", ""]), ["f.xlsx[survey!A4]:4: the type “select_one yn or_other” is unknown, or lacks its list"]),
    (("survey", 8, ["geopoint", "tuoi", "Ở đâu", "", "", ""]), ["f.xlsx[survey!A9]:9: the type “geopoint” is unknown, or lacks its list"]),
    (("survey", 8, ["begin_repeat", "tuoi", "Lặp", "", "", ""]), ["f.xlsx[survey!A9]:9: the type “begin_repeat” is unknown, or lacks its list"]),
    (("survey", 8, ["start", "khi_nao", "", "", "", ""]), ["f.xlsx[survey!A9]:9: the type “start” is unknown, or lacks its list"]),
    (("survey", 8, ["", "tuoi", "Tuổi", "", "", ""]), ["f.xlsx[survey!A9]:9: the type “” is unknown, or lacks its list"]),
    (("survey", 8, ["int", "", "Tuổi", "", "", ""]), ["f.xlsx[survey!B9]:9: “name” is empty or no text"]),
    (("survey", 8, ["int", "tuoi", "", "", "", ""]), ["f.xlsx[survey!A9]:9: “vi” is missing in label"]),
    (("survey", 8, ["int", "ten", "Tuổi", "", "", ""]), ["f.xlsx[survey!B9]:9: the name “ten” is taken, or kept for forms on telephones"]),
    (("survey", 8, ["int", "tuổi", "Tuổi", "", "", ""]), ["f.xlsx[survey!B9]:9: “name” cannot be the name of a column"]),
    (("survey", 8, ["int", "tuoi", "Tuổi", "${tem} = 1", "", ""]), ["f.xlsx[survey!D9]:9: “relevant” asks about “tem”, which is not asked before"]),
    (("survey", 8, ["int", "tuoi", "Tuổi", "${co} = ‘c’", "", ""]), ["f.xlsx[survey!D9]:9: condition “relevant” is wrong at character 9"]),
    (("survey", 8, ["int", "tuoi", "Tuổi", "${co} = 'C'", "", ""]), ["f.xlsx[survey!D9]:9: question “co” has no code “C”"]),
    (("survey", 8, ["int", "tuoi", "Tuổi", "", "", "${co} = 'c'"]), ["f.xlsx[survey!F9]:9: the cell must be yes or empty"]),
    (("survey", 8, ["note", "tuoi", "Tuổi", "", "", "yes"]), ["f.xlsx[survey!F9]:9: “required” is not for a row of this type"]),
    (("survey", 5, ["begin group", "g", "Nhóm", "", "", "yes"]), ["f.xlsx[survey!F6]:6: “required” is not for a row of this type"]),
    (("survey", 5, ["begin group", "", "Nhóm", "", "", ""]), ["f.xlsx[survey!B6]:6: “name” is empty or no text"]),
    (("survey", 7, ["end group", "g", "", "${co} = 'c'", "", ""]), ["f.xlsx[survey!D8]:8: “relevance” is not for a row of this type"]),
    (("survey", 6, ["begin group", "h", "Trong", "", "", ""]), ["f.xlsx[survey!A7]:7: a group stands inside a group"]),
    (("survey", 7, ["", "", "", "", "", ""]), ["f.xlsx[survey!A6]:6: a group has no end_group"]),
    (("survey", 8, ["end_group", "", "", "", "", ""]), ["f.xlsx[survey!A9]:9: an end_group without its begin_group"]),
    (("survey", 6, ["", "", "", "", "", ""]), ["f.xlsx[survey!A6]:6: “questions” has no element"]),
    (("survey", 0, ["type", "name", "label", "relevance", "media::image", "required"]), ["f.xlsx[survey!E1]:1: the column “media::image” is not read"]),
    (("survey", 0, ["type", "name", "label", "relevance", "", "required"]), ["f.xlsx[survey!E1]:1: the column “” is not read"]),
    (("survey", 0, ["type", "name", "label", "relevance", "relevant", "required"]), ["f.xlsx[survey!E1]:1: the column “relevant” stands twice"]),
    (("survey", 0, ["type", "name", "label", "relevant::Việt (vi)", "appearance", "required"]), ["f.xlsx[survey!D1]:1: the column “relevant::Việt (vi)” is not read"]),
    (("survey", 0, ["kind", "name", "label", "relevance", "appearance", "required"]), ["f.xlsx:1: sheet “survey” has no column “type” in its first row", "f.xlsx[survey!A1]:1: the column “kind” is not read"]),
    (("choices", 1, ["", "c", "Có"]), ["f.xlsx[choices!A2]:2: a choice is of no list"]),
    (("choices", 1, ["yn", "", "Có"]), ["f.xlsx[choices!A2]:2: “code” is missing in choices", "f.xlsx[survey!D6]:6: question “co” has no code “c”"]),
    (("choices", 2, ["yn", "c", "Không"]), ["f.xlsx[choices!A3]:3: scale “yn” has the code “c” twice"]),
    (("choices", 2, ["yn", "k k", "Không"]), ["f.xlsx[choices!B3]:3: the code “k k” of a choice is unusable"]),
    (("settings", 1, ["Phiếu", "", "1", ""]), ["f.xlsx[settings!B2]:2: “id” is empty or no text"]),
    (("settings", 1, ["", "phieu", "1", ""]), ["f.xlsx[settings!A2]:2: “vi” is empty or no text"]),
    (("settings", 1, ["Phiếu", "phieu", "", ""]), ["f.xlsx[settings!A2]:2: “version” is missing in questionnaire"]),
    (("settings", 1, ["Phiếu", "phieu", "v1.0", ""]), ["f.xlsx[settings!C2]:2: the version of the form is no positive whole number"]),
    (("settings", 1, ["", "", "", ""]), ["f.xlsx:0: the sheet settings has no row"]),
    (("settings", 2, ["Phiếu 2", "", "", ""]), ["f.xlsx[settings!A3]:3: the sheet settings has more than one row"]),
    (("settings", 0, ["form_title", "form_id", "version", "titles::Việt (vi)"]), ["f.xlsx[settings!A2]:2: the Vietnamese title is given twice"]),
    (("factors", 1, ["access", "p9", "Tiếp cận"]), ["f.xlsx[factors!B2]:2: there is no part “p9”"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_what_is_wrong_is_said_with_its_sheet_and_cell(
    change: tuple[str, int, list[str]], expected: list[str]
):
    more = [("factors", 0, ["name", "part", "label"])] if change[0] == "factors" else []
    with pytest.raises(UnusableInputError) as caught:
        from_sheets(changed(*more, change), file="f.xlsx")
    assert said(caught.value) == expected


HINTED = [
    "type",
    "name",
    "label",
    "hint",
    "constraint_message::English (en)",
    "required",
    "relevant",
]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ["note", "consent_text", "Xin phép", "Gợi ý", "", "yes", "true()"],
            ["hint", "required", "relevant"],
        ),
        (["begin_group", "h", "Nhóm", "Gợi ý", "Wrong", "", ""], ["hint", "constraint_message"]),
        (["note", "h", "Lời", "Gợi ý", "Wrong", "", ""], ["constraint_message"]),
    ],
)
def test_what_a_row_of_a_type_cannot_have_is_refused_in_any_language(
    row: list[str], expected: list[str]
):
    rows = [HINTED, row, ["text", "ten", "Tên"]]
    if row[0] == "begin_group":
        rows.append(["end_group"])
    with pytest.raises(UnusableInputError) as caught:
        from_sheets({**PLAIN, "survey": rows}, file="f.xlsx")
    columns = {"D": "hint", "E": "constraint_message", "F": "required", "G": "relevant"}
    told = [one for one in caught.value.problems if one.code == "xlsform.out_of_place"]
    assert [columns[one.file.split("!")[1][0]] for one in told] == expected
    assert {one.line for one in told} == {2}
    assert told[0].values["got"] in row


def test_the_end_of_a_group_may_name_it_once_more():
    sheets = changed(("survey", 7, ["end_group", "g", "", "", "", ""]))
    assert from_sheets(sheets, file="f.xlsx") == from_sheets(PLAIN, file="f.xlsx")


@pytest.mark.parametrize("missing", ["survey", "settings"])
def test_a_workbook_that_is_no_xlsform_is_refused(missing: str):
    sheets = {name: rows for name, rows in PLAIN.items() if name != missing}
    with pytest.raises(UnusableInputError) as caught:
        from_sheets(sheets, file="f.xlsx")
    assert said(caught.value)[0] == f"f.xlsx:0: the sheet “{missing}” is missing"
    empties: list[list[list[str]]] = [[], [[]], [["type", "name"]]]
    for empty in empties:
        with pytest.raises(UnusableInputError):
            from_sheets({**PLAIN, missing: empty}, file="f.xlsx")


def test_our_own_columns_are_read_and_a_percent_may_have_its_sign():
    sheets = to_sheets(FORM)
    head, *rows = sheets["choices"]
    at = head.index("percent")
    for row in rows:
        row[at] = f"{row[at]} %" if row[at] else ""
    assert from_sheets(sheets, file="f.xlsx") == FORM


# ---- cells


def written(fill: Callable[[object], None]) -> bytes:
    """A workbook of the plain form, into whose sheet `survey` somebody typed something."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheets = {name: made.add_worksheet(name) for name in PLAIN}
    for name, rows in PLAIN.items():
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheets[name].write_string(at, column, text)
    fill(sheets["survey"])
    made.close()
    return stream.getvalue()


def test_cells_of_other_kinds_are_what_they_show():
    def fill(sheet: object) -> None:
        sheet.write_boolean("F4", True)  # type: ignore[attr-defined]
        sheet.write_number("B9", 7)  # type: ignore[attr-defined]

    sheets = read_text_sheets(written(fill), SHEETS, file_name="f.xlsx")
    assert sheets["survey"][3][5] == "TRUE"
    assert sheets["survey"][8][1] == "7"
    with pytest.raises(UnusableInputError) as caught:
        from_sheets(sheets, file="f.xlsx")
    assert said(caught.value) == ["f.xlsx[survey!B9]:9: “name” cannot be the name of a column"]


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (lambda sheet: sheet.write_formula("C9", '="Tu"&"ổi"', None, "Tuổi"), "f.xlsx:9: cell survey!C9 (“label”) is a formula"),
        (lambda sheet: sheet.write_datetime("C9", date(2025, 1, 2)), "f.xlsx:9: Excel made a date or an hour of cell survey!C9 (“label”)"),
        (lambda sheet: sheet.write_formula("D9", "=1/0", None, "#DIV/0!"), "f.xlsx:9: cell survey!D9 (“relevance”) is a formula"),
    ],
)  # fmt: skip
def test_a_cell_that_says_nothing_certain_is_refused(fill: Callable[[object], None], expected: str):
    with pytest.raises(UnusableInputError) as caught:
        read_text_sheets(written(fill), SHEETS, file_name="f.xlsx")
    assert said(caught.value) == [expected]


def test_a_text_that_a_cell_does_not_keep_is_refused():
    form = small(("Chào", "x" * 40_000))
    with pytest.raises(UnusableInputError) as caught:
        book(form)
    assert "survey!C3" in caught.value.say("en")[0]


@pytest.mark.parametrize(
    ("name", "content"), hostile_books(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_hostile_workbook_goes_no_further(name: str, content: bytes):
    with pytest.raises(UnusableInputError):
        opened(content)
