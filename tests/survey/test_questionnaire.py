from decimal import Decimal

import pytest
from hypothesis import given, settings
from survey.questionnaires import RATING, SMALL, changed, questionnaires, read, refusals, small

from parindex.criteria.catalogue import Catalogue
from parindex.criteria.model import Status
from parindex.criteria.parser import read_rulebook
from parindex.criteria.rules import Source
from parindex.errors import UnusableInputError
from parindex.survey.conditions.tree import Answer, Call, Number, Quoted
from parindex.survey.questionnaire import (
    SHIPPED,
    Aspect,
    Kind,
    Method,
    Overall,
    Questionnaire,
    Words,
)
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.questionnaire_writer import digest, to_plain, to_yaml


def test_everything_in_the_file_is_in_the_questionnaire():
    form = small()
    assert (form.id, form.version, form.status) == ("thu", 2, Status.OFFICIAL)
    assert [code for code, _ in form.languages] == ["vi", "en", "rad", "km"]
    assert form.consent == Words((("vi", "Xin phép hỏi"), ("rad", "Akâo klei")))
    assert form.respondents is not None
    assert form.respondents.id == "citizens"
    assert form.scoring is not None
    assert (form.scoring.method, form.scoring.overall, form.scoring.zero_at) == (
        Method.MEAN,
        Overall.PARTS,
        Decimal(1),
    )
    assert [one.id for one in form.parts] == ["service"]
    assert [(one.id, one.part) for one in form.factors] == [("access", "service")]
    assert [one.name for one in form.questions()] == [
        "hello", "age", "been", "day", "paid", "by", "other", "q1",
    ]  # fmt: skip
    visit = form.sections[1]
    assert visit.name == "visit"
    assert visit.relevant == Call(
        "and", (Call("=", (Answer("been"), Quoted("1"))), Call(">=", (Answer("age"), Number("18"))))
    )
    question = form.question("q1")
    assert question is not None
    assert (question.kind, question.factor, question.aspect, question.feeds) == (
        Kind.SELECT_ONE, "access", Aspect.SATISFACTION, "1.8",
    )  # fmt: skip
    choices = form.scale(question).choices
    assert [(one.code, one.score, one.percent, one.missing) for one in choices] == [
        ("1", 1, 0, False), ("2", 2, 60, False), ("3", 3, 100, False), ("9", None, None, True),
    ]  # fmt: skip
    assert form.question("none") is None
    age = form.question("age")
    assert age is not None
    assert age.label.say("en") == "Age"
    assert age.label.say("km") == "Tuổi"
    assert age.message.say("vi") == "Từ 18 tuổi"
    assert form.scale(age).choices == ()
    assert not age.hint
    assert age.hint.say("vi") == ""


def test_the_text_of_a_questionnaire_gives_it_back():
    form = small()
    again = read(to_yaml(form))
    assert again == form
    assert digest(again) == digest(form)
    assert read(to_yaml(again)) == again
    assert small(("Câu 1", "Câu một")) != form
    assert digest(small(("Câu 1", "Câu một"))) != digest(form)


@settings(max_examples=30)
@given(questionnaires())
def test_any_questionnaire_comes_back_from_its_text(form: Questionnaire):
    assert read(to_yaml(form)) == form


def test_a_decomposed_text_is_composed():
    assert small(("Tuổi", "Tuổi")) == small()


def test_a_form_may_do_without_choices():
    form = read(
        "schema: parindex.questionnaire/1\nid: a\nversion: 1\nstatus: template\ntitle: {vi: A}\n"
        "languages: {vi: Tiếng Việt}\nsections: [{questions: [{name: a, kind: text, label: {vi: A}}]}]\n"
    )
    assert form.scales == ()
    assert "scales" not in to_plain(form)
    assert read(to_yaml(form)) == form


REFUSED = [
    (("schema: parindex.questionnaire/1", "schema: parindex.rulebook/1"), 1, "another kind of file"),
    (("version: 2", "version: 2.0"), 3, "the version of the form is no positive whole number"),
    (("version: 2", "version: 0"), 3, "the version of the form"),
    (("version: 2\n", ""), 1, "“version” is missing in questionnaire"),
    (('vi: "Tiếng Việt", en', "en"), 6, "the form has no Vietnamese"),
    (('rad: "Êđê"', 'EDE: "Êđê"'), 6, "“EDE” is no language code"),
    (('rad: "Êđê"', "rad: [Êđê]"), 6, "“languages.rad” is empty or no text"),
    (('en: "A trial form"', 'fr: "Essai"'), 5, "unknown key “fr” in title"),
    (('vi: "Chào"', 'en: "Hello"'), 27, "“vi” is missing in label"),
    (("Chào", "Chào ${age}"), 27, "a text contains “${”"),
    (("name: age", "name: tuổi"), 28, "“name” cannot be the name of a column"),
    (("name: paid", "name: Q1"), 38, "the name “q1” is taken"),
    (("name: paid", "name: consent_text"), 35, "the name “consent_text” is taken, or kept"),
    (("name: visit", "name: age"), 30, "the name “age” is taken"),
    (('  - {id: service, name: {vi: "Dịch vụ"}}', '  - {id: service, name: {vi: "Dịch vụ"}}\n  - {id: service, name: {vi: "Dịch vụ"}}'), 12, "the id “service” of a part is used twice"),
    (("id: access, part: service", "id: access, part: policy"), 13, "there is no part “policy”; expected one of service"),
    (("factor: access", "factor: results"), 38, "there is no factor “results”; expected one of access"),
    (("scale: channel", "scale: kenh"), 36, "there is no scale “kenh”; expected one of yes, channel, sat"),
    (("code: loa", "code: loa phuong"), 17, "the code “loa phuong” of a choice is unusable"),
    (("code: loa", "code: mang"), 18, "scale “channel” has the code “mang” twice"),
    (("percent: 60", "percent: 100.5"), 22, "the choice “2” is worth more than 100 %"),
    (("missing: yes", "missing: yes, score: 0"), 24, "the choice “9” is no opinion and yet counts"),
    (("missing: yes", "missing: true"), 24, "“missing” has a value outside its list"),
    (("score: 2, percent: 60", "score: 2"), 38, "question “q1” cannot be turned into points of item “1.8”"),
    (("kind: select_multiple, scale: channel", 'kind: select_multiple, scale: channel, feeds: "1.8"'), 36, "question “by” cannot be turned into points"),
    (("score: 2, percent: 60", "percent: 60"), 9, "scale “sat” gives no index"),
    (("score: 3", "score: 1.5"), 9, "scale “sat” gives no index"),
    (("zero_at: 1", "zero_at: 1.5"), 9, "zero_at is above the lowest score of scale “sat”"),
    (("zero_at: 1, overall: parts", "overall: parts"), 9, "“zero_at” is missing in scoring"),
    (("method: mean", "method: top2"), 9, "unknown key “zero_at” in scoring"),
    (("overall: parts", "overall: question, question: paid"), 9, "question “paid” gives no index"),
    (("overall: parts", "overall: question, question: none"), 9, "question “none” gives no index"),
    ((", factor: access, aspect: satisfaction", ""), 9, "there is scoring, but no question counts"),
    (('kind: text, label: {vi: "Ghi cụ thể"}', 'kind: text, factor: access, aspect: satisfaction, label: {vi: "Ghi cụ thể"}'), 9, "question “other” gives no index"),
    (("id: access, part: service", "id: access"), 9, "the index is of parts, but a factor is of none"),
    ((', constraint: ". >= 0"', ', message: {vi: "Không âm"}'), 35, "there is a message but no check"),
    (('". >= 0"', "\"${q1} = '1'\""), 35, "“constraint” asks about “q1”, which is not asked before"),
    (('". >= 0"', "\"${hello} = '1'\""), 35, "“constraint” asks about “hello”"),
    (("${been} = '1' and", "${day} = '1' and"), 32, "“relevant” asks about “day”"),
    (("${been} = '1' and", "${been} = '2' and"), 32, "question “been” has no code “2”; expected one of 1, 0"),
    (("${been} = '1' and", "'2' != ${been} and"), 32, "question “been” has no code “2”"),
    (("selected(${by}, 'khac')", "selected(${by}, 'kha')"), 37, "question “by” has no code “kha”"),
    (("count-selected(.) <= 2", "selected(., 'bao')"), 36, "question “by” has no code “bao”"),
    (("${been} = '1' and", ". = '1' and"), 32, "the dot (the answer being checked) stands in “relevant”"),
    (("${been} = '1' and", "${been} == '1' and"), 32, "condition “relevant” is wrong at character 10"),
    (('    label: {vi: "Lần đến"}\n', ""), 30, "“label” is missing in sections"),
    (('  - name: visit\n    label: {vi: "Lần đến"}\n', "  -\n"), 31, "a section has no name"),
    (("    questions:\n      - {name: day,", "    per_body: yes\n    questions:\n      - {name: day,"), 30, "a section about bodies is not fully declared"),
    (("    questions:\n      - {name: day,", "    body: so-a\n    questions:\n      - {name: day,"), 30, "a section about bodies is not fully declared"),
    (("respondents:", "rates: {group: departments}\nrespondents:"), 7, "there is rates, but no section asks about each body"),
    (("kind: note", "kind: note, required: yes"), 27, "unknown key “required” in questions"),
    (("kind: integer", "kind: range"), 28, "“kind” has a value outside its list"),
    (("scale: yes, ", ""), 29, "“scale” is missing in questions"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line", "said"), REFUSED)
def test_what_is_wrong_is_said_with_its_line(change: tuple[str, str], line: int, said: str):
    lines = refusals(changed(change))
    # What depends on it may be told as well, behind it.
    assert len(lines) <= 3, lines
    assert any(one.startswith(f"phieu.yaml:{line}: {said}") for one in lines), lines


def test_the_two_best_of_two_answers_are_no_index():
    two = ('    - {code: "2", label: {vi: "Bình thường"}, score: 2, percent: 60}\n', "")
    top2 = ("method: mean, zero_at: 1, overall: parts", "method: top2, overall: parts")
    (line,) = refusals(changed(top2, two))
    assert line.startswith("phieu.yaml:9: scale “sat” gives no index; expected at least 3 choices")
    assert refusals(changed(top2)) == refusals(changed(two)) == []


def test_everything_that_is_wrong_is_said_at_once():
    lines = refusals(
        changed(("version: 2", "version: x"), ("kind: integer", "kind: whole"), ("Chào", "${age}"))
    )
    assert [line.split(":")[1] for line in lines] == ["3", "27", "28"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "schema: x",
        "a: [",
        "sections: []",
        "scales: {a: []}",
        "sections: [{questions: []}]",
        "sections: 3",
        "scales: [1]",
    ],
)
def test_what_is_no_questionnaire_is_refused(text: str):
    with pytest.raises(UnusableInputError):
        read_questionnaire(text.encode(), file="x.yaml")


def test_two_sections_without_a_name_do_not_follow_each_other():
    text = (
        SMALL
        + "  - questions: [{name: x, kind: text, label: {vi: X}}]\n  - questions: [{name: y, kind: text, label: {vi: Y}}]\n"
    )
    (said,) = refusals(text)
    assert "a section has no name" in said


def test_a_form_that_rates_bodies():
    form = small(*RATING)
    assert form.rates is not None
    assert (form.rates.group, form.rates.own) == ("departments", "mine")
    assert form.sections[2].per_body
    assert read(to_yaml(form)) == form


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("required: yes}]\n", "required: no}]\n"),
            "the question “mine” for the respondent's own unit is unusable",
        ),
        (("own: mine", "own: age"), "the question “age” for the respondent's own unit"),
        (("own: mine", "own: q1"), "the question “q1” for the respondent's own unit"),
    ],
)
def test_the_own_unit_is_asked_for_before_anybody_is_rated(change: tuple[str, str], said: str):
    text = changed(*RATING)
    assert text.count(change[0]) == 1
    text = text.replace(*change)
    lines = [line for line in refusals(text) if "own unit" in line]
    assert len(lines) == 1
    assert said in lines[0]


def test_what_is_asked_of_each_body_has_no_one_answer_behind():
    text = (
        changed(*RATING)
        + "  - name: last\n    label: {vi: Cuối}\n    questions: [{name: z, kind: text, label: {vi: Z}, relevant: \"${q1} = '1'\"}]\n"
    )
    (said,) = refusals(text)
    assert "asks about “q1”" in said


# ---- the instruments that are shipped

RULEBOOKS = Catalogue.of(())
OPINIONS = [name for name in SHIPPED.names() if name.startswith("template/opinion/")]


def shipped(name: str) -> Questionnaire:
    path = SHIPPED.find(name)
    assert path is not None
    return read_questionnaire(path.read_bytes(), file=name)


def test_eight_instruments_are_shipped_and_none_claims_to_be_official():
    names = SHIPPED.names()
    assert len(names) == 8
    assert len(OPINIONS) == 6
    forms = [shipped(name) for name in names]
    assert {form.status for form in forms} == {Status.TEMPLATE}
    assert all("không phải văn bản chính thức" in form.title.say("vi") for form in forms)
    assert len({form.id for form in forms}) == 8


@pytest.mark.parametrize("name", SHIPPED.names())
def test_an_instrument_says_everything_in_both_languages_and_comes_back(name: str):
    form = shipped(name)
    assert read(to_yaml(form)) == form
    untold: list[object] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if "vi" in value and "en" not in value:
                untold.append(value)
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(to_plain(form))
    assert untold == []


def test_the_form_of_22_criteria_asks_each_in_three_ways():
    form = shipped("template/sipas/citizens/2017")
    counts = {
        (factor.id, aspect): sum(
            one.factor == factor.id and one.aspect is aspect for one in form.questions()
        )
        for factor in form.factors
        for aspect in Aspect
    }
    criteria = {"access": 4, "procedures": 5, "officials": 6, "results": 3, "feedback": 4}
    assert counts == {(name, aspect): n for name, n in criteria.items() for aspect in Aspect}
    assert form.scoring is not None
    assert form.scoring.method is Method.TOP2


def test_the_form_of_33_items_has_14_on_policies_and_19_on_services():
    form = shipped("template/sipas/citizens/2022")
    parts = {factor.id: factor.part for factor in form.factors}
    asked = [parts[one.factor] for one in form.questions() if one.aspect is Aspect.SATISFACTION]
    assert (asked.count("policy"), asked.count("service")) == (14, 19)
    assert [one.name for one in form.questions() if one.factor] == [f"q9_{n}" for n in range(1, 34)]


@pytest.mark.parametrize("name", OPINIONS)
def test_a_group_of_respondents_never_rates_its_own_kind(name: str):
    form = shipped(name)
    assert form.rates is not None
    assert form.respondents is not None
    rated = {"districts": "district-leaders", "departments": "department-leaders"}[form.rates.group]
    assert form.respondents.id != rated
    (scale,) = form.scales
    assert [(one.code, one.percent, one.missing) for one in scale.choices] == [
        ("A", 100, False), ("B", 60, False), ("C", 20, False), ("D", 0, False), ("E", None, True),
    ]  # fmt: skip


@pytest.mark.parametrize("name", OPINIONS)
def test_opinions_feed_survey_items_of_the_rulebook_of_those_rated(name: str):
    form = shipped(name)
    assert form.rates is not None
    book = {"districts": "district/2024", "departments": "department/2025"}[form.rates.group]
    path = RULEBOOKS.find(f"template/par-index/{book}")
    assert path is not None
    criteria = read_rulebook(path.read_bytes(), file=book)
    assert criteria.group == form.rates.group
    sources = {item.code: item.source for item in criteria.items()}
    fed = [one.feeds for one in form.questions() if one.feeds]
    assert len(fed) == len(set(fed)) == 8
    assert {sources[code] for code in fed} == {Source.SURVEY}


def test_the_matrix_of_respondents_and_rated_bodies():
    matrix = [
        (form.respondents.id, form.rates.group)
        for form in map(shipped, OPINIONS)
        if form.respondents and form.rates
    ]
    assert matrix == [
        ("council-and-front", "districts"), ("council-and-front", "departments"),
        ("department-leaders", "districts"), ("district-leaders", "departments"),
        ("division-heads", "departments"), ("commune-leaders", "districts"),
    ]  # fmt: skip
