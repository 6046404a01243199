import pytest
from hypothesis import given, settings
from survey.questionnaires import changed, questionnaires, read, small

from parindex.survey.questionnaire import Kind, Questionnaire
from parindex.survey.versions import check_succession, columns_of

OLD = small()
ADDED = (
    ("version: 2", "version: 3"),
    ('{code: khac, label: {vi: "Khác"}}', '{code: khac, label: {vi: "Khác"}}\n    - {code: bao, label: {vi: "Báo"}}'),
    ("      - {name: paid,", "      - {name: fresh, kind: text, label: {vi: Mới}}\n      - {name: paid,"),
)  # fmt: skip


def told(after: Questionnaire, before: Questionnaire = OLD) -> list[str]:
    return [one.say("en").split("; ")[0] for one in check_succession(before, after)]


def test_a_later_version_may_add_reorder_and_reword():
    assert told(small(*ADDED)) == []
    assert (
        told(
            small(
                ("version: 2", "version: 10"),
                ("Câu 1", "Câu 1 (sửa)"),
                (
                    '- {name: hello, kind: note, label: {vi: "Chào"}}',
                    '- {name: hi, kind: note, label: {vi: "Chào"}}',
                ),
            )
        )
        == []
    )


def test_a_question_is_withdrawn_by_never_asking_it():
    after = small(("version: 2", "version: 3"), (', constraint: ". >= 0"', ', relevant: "false()"'))
    assert told(after) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: thu", "id: khac"), "phieu.yaml:0: this is another instrument"),
        (("Câu 1", "Câu 1"), "phieu.yaml:0: the version is not later than the one before"),
        (("name: paid", "name: fee"), "phieu.yaml:0: the new version has lost question “paid” (Phí)"),
        (("kind: decimal", "kind: integer"), "phieu.yaml:0: question “paid” is of another kind"),
        (('    - {code: mang, label: {vi: "Mạng"}}\n', ""), "phieu.yaml:0: question “by” has lost the choice “mang” (Mạng)"),
    ],
)  # fmt: skip
def test_a_version_never_loses_a_column(change: tuple[str, str], said: str):
    later = [("version: 2", "version: 3")] if change[0] != change[1] else []
    assert told(small(*later, change)) == [said]


def test_an_earlier_version_does_not_follow_a_later_one():
    assert told(OLD, small(*ADDED)) == [
        "phieu.yaml:0: the version is not later than the one before",
        "phieu.yaml:0: the new version has lost question “fresh” (Mới)",
        "phieu.yaml:0: question “by” has lost the choice “bao” (Báo)",
    ]


def test_a_table_has_the_columns_of_every_version():
    new = small(*ADDED)
    names = [column.name for column in columns_of([OLD, new])]
    assert names == [
        "age", "been", "day", "fresh", "paid", "by", "by/loa", "by/mang", "by/khac", "by/bao", "other", "q1",
    ]  # fmt: skip
    assert columns_of([new, OLD]) == columns_of([OLD, new])
    assert [column.name for column in columns_of([OLD])] == [
        "age", "been", "day", "paid", "by", "by/loa", "by/mang", "by/khac", "other", "q1",
    ]  # fmt: skip


def test_columns_that_only_an_earlier_version_has_are_not_lost():
    # Two versions that should not follow each other, brought together all the same.
    other = read(
        changed(
            ("version: 2", "version: 3"),
            ("name: paid", "name: fee"),
            ('    - {code: mang, label: {vi: "Mạng"}}\n', ""),
        )
    )
    names = [column.name for column in columns_of([OLD, other])]
    assert names == [
        "age", "been", "day", "fee", "by", "by/loa", "by/khac", "by/mang", "other", "q1", "paid",
    ]  # fmt: skip


@settings(max_examples=30)
@given(questionnaires())
def test_every_answered_question_of_any_form_has_its_column(form: Questionnaire):
    named = [column.name for column in columns_of([form]) if not column.code]
    assert named == [one.name for one in form.questions() if one.kind is not Kind.NOTE]
