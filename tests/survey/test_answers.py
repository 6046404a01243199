from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey.questionnaires import TODAY, questionnaires, small

from parindex.survey.answers import MAX_TEXT, asked_questions, check_answers, settle
from parindex.survey.questionnaire import Kind, Questionnaire

FORM = small()
GOOD = {
    "age": "30",
    "been": "1",
    "day": "2025-11-24",
    "paid": "12.50",
    "by": "loa khac",
    "other": "Báo",
    "q1": "9",
}


def told(answers: dict[str, str], form: Questionnaire = FORM, today: date = TODAY) -> list[str]:
    return [
        f"{one.code} {one.values['question']}" for one in check_answers(form, answers, today=today)
    ]


def test_good_answers_have_no_problem():
    assert told(GOOD) == []
    assert told({"age": "18", "been": "0"}) == []
    assert told({"age": "119", "been": "1", "q1": "3"}) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"age": ""}, ["answer.required age", "answer.not_asked day", "answer.not_asked paid", "answer.not_asked by", "answer.not_asked other", "answer.not_asked q1"]),
        ({"q1": ""}, ["answer.required q1"]),
        ({"other": ""}, ["answer.required other"]),
        ({"by": "loa"}, ["answer.not_asked other"]),
        ({"age": "17"}, ["answer.not_asked day", "answer.not_asked paid", "answer.not_asked by", "answer.not_asked other", "answer.not_asked q1"]),
        ({"age": "120"}, ["answer.constraint age"]),
        ({"age": "30.0"}, ["answer.not_whole age"]),
        ({"age": "1234567890"}, ["answer.not_whole age"]),
        ({"age": "३०"}, ["answer.not_whole age", "answer.not_asked day", "answer.not_asked paid", "answer.not_asked by", "answer.not_asked other", "answer.not_asked q1"]),
        ({"been": "2"}, ["answer.unknown_code been", "answer.not_asked day", "answer.not_asked paid", "answer.not_asked by", "answer.not_asked other", "answer.not_asked q1"]),
        ({"day": "24/11/2025"}, ["answer.not_a_date day"]),
        ({"day": "2025-11-31"}, ["answer.not_a_date day"]),
        ({"day": "2025-11-25"}, ["answer.constraint day"]),
        ({"paid": "12,5"}, ["answer.not_a_number paid"]),
        ({"paid": "1e5"}, ["answer.not_a_number paid"]),
        ({"paid": "-0.01"}, ["answer.constraint paid"]),
        ({"by": "loa khac mang"}, ["answer.constraint by"]),
        ({"by": "khac khac"}, ["answer.repeated_code by"]),
        ({"by": "khac  loa"}, ["answer.unknown_code by"]),
        ({"by": "khac bao"}, ["answer.unknown_code by"]),
        ({"other": "x" * (MAX_TEXT + 1)}, ["answer.text other"]),
        ({"other": "a\x00b"}, ["answer.text other"]),
        ({"other": "a\ud800"}, ["answer.text other"]),
        ({"hello": "chào"}, ["answer.not_asked hello"]),
        ({"hello": ""}, []),
        ({"moi": "1"}, ["answer.unknown_question moi"]),
        ({"moi": ""}, ["answer.unknown_question moi"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_answers(change: dict[str, str], expected: list[str]):
    assert told({**GOOD, **change}) == expected


def test_a_check_says_what_the_questionnaire_says_or_its_condition():
    (problem,) = check_answers(FORM, {**GOOD, "age": "130"}, today=TODAY, file="phieu-1")
    assert problem.say("vi") == (
        "phieu-1:0: câu “age” (Tuổi) không hợp lệ; cần Từ 18 tuổi; gặp “130”; "
        "cách sửa: xem lại câu trả lời"
    )
    (problem,) = check_answers(FORM, {**GOOD, "paid": "-1"}, today=TODAY)
    assert problem.say("en") == (
        "question “paid” (Phí) is not valid; expected . >= 0; got “-1”; fix: look at the answer again"
    )


def test_a_choice_that_is_not_there_is_told_with_those_that_are():
    (problem,) = check_answers(FORM, {**GOOD, "q1": "4"}, today=TODAY)
    assert problem.say("en") == (
        "question “q1” (Câu 1) has an unknown choice; expected one of 1, 2, 3, 9; got “4”; fix: choose again"
    )


def test_the_day_is_the_day_on_which_answers_were_given():
    assert told(GOOD, today=date(2025, 11, 23)) == ["answer.constraint day"]


def test_what_a_later_answer_made_irrelevant_is_left_out():
    assert settle(FORM, {**GOOD, "been": "0"}, today=TODAY) == {"age": "30", "been": "0"}
    assert settle(FORM, {**GOOD, "by": "mang"}, today=TODAY) == {
        **{name: text for name, text in GOOD.items() if name != "other"}, "by": "mang",
    }  # fmt: skip


def test_answers_are_kept_composed_and_without_space_around():
    kept = settle(FORM, {"age": " 30 ", "been": "0", "day": "  ", "moi": "Tuổi"}, today=TODAY)
    assert kept == {"age": "30", "been": "0", "moi": "Tuổi"}


def test_the_answer_to_a_skipped_question_counts_as_none():
    # Two skips deep: `other` hangs on `by`, which is not asked where nobody has been.
    answers = {**GOOD, "been": "0"}
    assert asked_questions(FORM, answers, today=TODAY) == {"hello", "age", "been"}
    form = small(("selected(${by}, 'khac')", "${paid} = ''"))
    assert "other" in asked_questions(form, {**GOOD, "paid": ""}, today=TODAY)


ANY_ANSWER = st.sampled_from(
    ["", "1", "2", "9", "a", "a B.1", "B.1", "7", "-2.5", "2025-01-31", "chữ", " x "]
)


@settings(max_examples=40)
@given(questionnaires(), st.data())
def test_settled_answers_stay_settled_and_hold_nothing_skipped(
    form: Questionnaire, data: st.DataObject
):
    names = [one.name for one in form.questions()]
    answers = data.draw(st.dictionaries(st.sampled_from(names), ANY_ANSWER))
    kept = settle(form, answers, today=TODAY)
    assert settle(form, kept, today=TODAY) == kept
    codes = {one.code for one in check_answers(form, kept, today=TODAY)}
    skipped = {one.name for one in form.questions() if one.kind is Kind.NOTE and one.name in kept}
    assert ("answer.not_asked" in codes) == bool(skipped)
    assert set(kept) <= asked_questions(form, kept, today=TODAY)
