import pytest
from hypothesis import given, settings
from survey.questionnaires import BODIES, RATING, TODAY, questionnaires, read, small, tree_of
from survey.test_questionnaire import OPINIONS, shipped

from parindex.errors import UnusableInputError
from parindex.survey.answers import asked_questions, check_answers
from parindex.survey.bodies import Body, for_bodies
from parindex.survey.conditions.tree import to_text
from parindex.survey.questionnaire import Questionnaire, Words
from parindex.survey.questionnaire_reading import from_tree
from parindex.survey.questionnaire_writer import to_plain, to_yaml


def test_each_body_is_asked_about_by_itself():
    form = for_bodies(shipped("template/opinion/02-council-front-on-departments"), BODIES)
    assert [(one.name, one.body) for one in form.sections] == [
        ("rating.so-noi-vu-2020", "so-noi-vu@2020"), ("rating.so-tai-chinh", "so-tai-chinh"), ("closing", ""),
    ]  # fmt: skip
    first, second, _ = form.sections
    assert first.label == Words((("vi", "Đánh giá: Sở Nội vụ"), ("en", "Rating: Home Affairs")))
    assert second.label.say("en") == "Rating: Sở Tài chính"
    assert first.questions[0].name == "steering.so-noi-vu-2020"
    assert [one.feeds for one in first.questions] == [one.feeds for one in second.questions]
    assert first.relevant is None
    assert not any(one.per_body for one in form.sections)


@pytest.mark.parametrize("name", OPINIONS)
def test_a_form_with_its_bodies_is_a_questionnaire_like_any_other(name: str):
    form = for_bodies(shipped(name), BODIES)
    assert from_tree(tree_of(to_plain(form)), file="x") == form


def test_nobody_rates_the_own_unit():
    form = for_bodies(
        small(
            *RATING,
            (
                'constraint: ". <= today()"',
                'relevant: "${been} = \'1\'", constraint: ". <= today()"',
            ),
        ),
        (*BODIES, Body(unit="so-a", name=Words((("vi", "Sở A"),)))),
    )
    own = form.question("mine")
    assert own is not None
    assert [one.code for one in form.scale(own).choices] == [
        "so-noi-vu@2020",
        "so-tai-chinh",
        "so-a",
        "1",
        "0",
    ]
    section = next(one for one in form.sections if one.body == "so-tai-chinh")
    assert section.relevant is not None
    assert to_text(section.relevant) == "${mine} != 'so-tai-chinh' and ${mine} != 'so-a'"
    answers = {"mine": "so-tai-chinh", "age": "30", "been": "1"}
    asked = asked_questions(form, answers, today=TODAY)
    assert "q1.so-noi-vu-2020" in asked
    assert "q1.so-tai-chinh" not in asked
    rated = {**answers, "q1.so-tai-chinh": "3", "q1.so-a": "3", "q1.so-noi-vu-2020": "3"}
    told = [(one.code, one.values["question"]) for one in check_answers(form, rated, today=TODAY)]
    assert told == [("answer.not_asked", "q1.so-tai-chinh")]


def test_conditions_inside_a_section_follow_its_body():
    form = for_bodies(small(*RATING), BODIES)
    question = form.question("other.so-tai-chinh")
    assert question is not None
    assert question.relevant is not None
    assert to_text(question.relevant) == "selected(${by.so-tai-chinh}, 'khac')"
    assert read(to_yaml(form)) == form


@pytest.mark.parametrize(
    ("form", "bodies", "said"),
    [
        (small(), BODIES, ["there is no body to rate"]),
        (small(*RATING), (), ["there is no body to rate"]),
        (small(*RATING), [Body(unit="so@1", name=Words()), Body(unit="so-1", name=Words())], ["two bodies come to one column name: “so@1”", "two bodies come to one column name: “so-1”"]),
        (small(*RATING), [Body(unit="sở nội vụ", name=Words())], ["the code “sở nội vụ” of a choice is unusable"]),
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_rated_are_refused(
    form: Questionnaire, bodies: list[Body], said: list[str]
):
    with pytest.raises(UnusableInputError) as caught:
        for_bodies(form, bodies)
    assert [
        line.split("; ")[0].removeprefix("phieu.yaml:0: ") for line in caught.value.say("en")
    ] == said


@settings(max_examples=25)
@given(questionnaires().filter(lambda form: form.rates is not None))
def test_any_rating_form_with_its_bodies_can_be_kept_and_read_again(form: Questionnaire):
    full = for_bodies(form, BODIES)
    assert from_tree(tree_of(to_plain(full)), file="x") == full
    rating = sum(len(one.questions) for one in form.sections if one.per_body)
    assert sum(1 for _ in full.questions()) == sum(1 for _ in form.questions()) + rating
