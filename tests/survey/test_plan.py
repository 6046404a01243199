import pytest
from survey.frames import THREE_STAGES

from parindex.canonical import canonical_json
from parindex.errors import Problems, UnusableInputError
from parindex.survey.sampling.plan import Method, Short, label, plain, plan_from_tree, read_plan
from parindex.yamltree import read_json

STAGE = "schema: parindex.sampling/1\nid: id\nstages:\n"


def codes(text: str) -> list[str]:
    with pytest.raises(UnusableInputError) as caught:
        read_plan(text.encode(), file="plan.yaml")
    return [f"{one.line}:{one.code}" for one in caught.value.problems]


def test_the_plan_of_the_contract_is_read():
    plan = read_plan(THREE_STAGES.encode(), file="plan.yaml")
    assert plan.id == "dossier_id"
    assert [stage.method for stage in plan.stages] == [Method.PPS, Method.SYSTEMATIC, Method.SRS]
    assert [stage.take for stage in plan.stages] == [5, 3, 12]
    assert [stage.reserve for stage in plan.stages] == [0, 0, 4]
    assert plan.columns() == ("dossier_id", "commune", "kind", "population", "village")


def test_a_plan_comes_back_from_its_plain_content():
    text = STAGE + "  - {cluster: a, strata: [b, c], method: pps, take: 5, take_in: {x/y: 7}}\n"
    text += "  - {method: systematic, take: 2, reserve: 1, short: take_all}\n"
    plan = read_plan(text.encode(), file="plan.yaml")
    problems = Problems()
    assert plan_from_tree(read_json(canonical_json(plain(plan))), problems) == plan
    assert problems.found == []
    assert plan.stages[0].take_in == {"x/y": 7}
    assert plan.stages[1].short is Short.TAKE_ALL


def test_labels_never_meet():
    assert label(["a/b", "c"]) != label(["a", "b/c"])
    assert label(["a\\", "b"]) != label(["a", "\\b"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema: parindex.design/1\nid: id\nstages: []\n", ["1:rulebook.schema", "3:yaml.empty_list"]),
        ("schema: parindex.sampling/1\nstages: x\n", ["1:yaml.missing_key", "2:yaml.not_a_list"]),
        (STAGE + "  - x\n", ["4:yaml.not_a_mapping"]),
        (STAGE + "  - {method: quota, take: 0, colour: red}\n", ["4:yaml.not_a_choice", "4:sampling.take", "4:yaml.unknown_key"]),
        (STAGE + "  - {method: srs, take: few}\n", ["4:yaml.not_whole"]),
        (STAGE + "  - {method: srs, take: 1, strata: [[a], '']}\n", ["4:yaml.not_text", "4:yaml.not_text"]),
        (STAGE + "  - {cluster: a, method: srs, take: 1}\n", ["4:sampling.last_cluster"]),
        (STAGE + "  - {method: srs, take: 1}\n  - {method: srs, take: 1}\n", ["4:sampling.no_cluster"]),
        (STAGE + "  - {method: srs, size: s, take: 1}\n", ["4:sampling.size_unread"]),
        (STAGE + "  - {method: pps, take: 1}\n", ["4:sampling.no_size"]),
        (STAGE + "  - {method: pps, size: s, take: 1, reserve: 2}\n", ["4:sampling.reserve"]),
        (STAGE + "  - {cluster: a, method: srs, take: 1, reserve: 2}\n  - {method: srs, take: 1}\n", ["4:sampling.reserve"]),
        (STAGE + "  - {method: srs, take: 1, take_in: {x: 0}}\n", ["4:sampling.take", "4:sampling.take_in"]),
        ("", ["0:yaml.empty"]),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_its_line(text: str, expected: list[str]):
    assert codes(text) == expected
