from pathlib import Path

import pytest
from rounds import HEAD, item, rulebook

from parindex.criteria import lint
from parindex.criteria.lint import natural_key
from parindex.criteria.parser import read_rulebook

SHIPPED = Path(lint.__file__).parent.parent / "rulebooks"
GIVEN = "{shape: given}"
CLASSES = """\
classes:
  - {id: good, name: {vi: "Tốt"}, from: 80}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
"""


def found(text: str) -> list[str]:
    criteria = read_rulebook(text.encode(), file="f.yaml")
    return [one.code for one in lint.check(criteria)]


def one(maximum: str, rule: str, *, source: str = "appraisal", more: tuple[str, ...] = ()) -> str:
    return rulebook({"1": [item("1.1.1", maximum, rule, source=source, more=more)]})


def test_a_sound_set_has_no_findings():
    text = rulebook(
        {
            "1": [
                item("1.1.2", "1", GIVEN),
                item("1.1.10", "2", "{shape: ratio}", source="survey"),
            ],
            "2": [item("2.1.1", "3", "{shape: deduction, each: 1, floor: 3}")],
        },
        tail=CLASSES + 'max_points: 6\nceilings: [{at_most: weak, when: {zero_item: "2.1.1"}}]\n',
    )
    assert found(text) == []


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("template/**/*.yaml")), ids=lambda f: f.stem)
def test_every_shipped_set_is_sound(file: Path):
    assert lint.check(read_rulebook(file.read_bytes(), file=str(file))) == []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            rulebook({"1": [item("1.1.1", "1", GIVEN)]}, tail="max_points: 2\n"),
            ["lint.sum"],
        ),
        (rulebook({"1": [item("1.1.2", "1", GIVEN), item("1.1.1", "1", GIVEN)]}), ["lint.unsorted"]),
        (rulebook({"2": [item("2.1.1", "1", GIVEN)], "1": [item("1.1.1", "1", GIVEN)]}), ["lint.unsorted"]),
        (
            rulebook({"1": [item("1.1.1", "1", GIVEN), item("1.1.1", "1", GIVEN)]}),
            ["lint.repeated_code", "lint.repeated_id"],
        ),
        (rulebook({"1": [item("1.1.1", "1", GIVEN)]}, tail=CLASSES.replace("80", "0")), ["lint.class_order"]),
        (rulebook({"1": [item("1.1.1", "1", GIVEN)]}, tail=CLASSES.replace("from: 0", "from: 5")), ["lint.last_class"]),
        (
            rulebook({"1": [item("1.1.1", "1", GIVEN)]}, tail=CLASSES.replace("weak", "good")),
            ["lint.repeated_id"],
        ),
        (
            rulebook(
                {"1": [item("1.1.1", "1", GIVEN)]},
                tail=CLASSES + 'ceilings: [{at_most: x, when: {zero_item: "9"}}]\n',
            ),
            ["lint.unknown_class", "lint.unknown_item"],
        ),
        (
            rulebook(
                {"1": [item("1.1.1", "1", GIVEN)]},
                tail=CLASSES + "ceilings: [{at_most: weak, when: {area_index_below: 3}}]\n",
            ),
            [],
        ),
        (
            rulebook(
                {"1": [item("1.1.1", "1", GIVEN)]},
                head=HEAD.replace("issued: 2025-01-10}]", 'issued: 2025-01-10}, {id: a, vi: "B", issued: 2025-01-10}]'),
            ),
            ["lint.repeated_id"],
        ),
        (rulebook({"1": [item("1.1.1", "1", GIVEN)]}, head=HEAD.replace("thử", "thu\u031b\u0309")), ["lint.not_nfc"] * 2),
        (one("1", GIVEN, more=('zero_if: {vi: "u\u031b"}',)), ["lint.not_nfc"]),
        (one("1", GIVEN, more=('law: {basis: a, at: "u\u031b"}',)), ["lint.not_nfc"]),
        (one("1", GIVEN, more=('zero_if: {vi: "x", en: "u\u031b"}',)), ["lint.not_nfc"]),
        (one("1", "{shape: options, points: {u\u031b: 1}}"), ["lint.not_nfc"]),
        (one("1", GIVEN, more=("law: {basis: b, at: x}",)), ["lint.unknown_basis"]),
        (one("1", GIVEN).replace('            law: {basis: a, at: "1"}\n', ""), ["lint.no_law"]),
        (one("1", GIVEN, source="survey"), ["lint.cannot_read"]),
        (one("1", "{shape: deduction, each: 1}", source="dossiers"), ["lint.cannot_read"]),
        (one("1", "{shape: bands, on: value, steps: [{from: 1, points: 1}]}", source="dossiers"), []),
        (one("1", "{shape: bands, on: value, steps: [{from: 1, points: 1}]}", source="index"), ["lint.cannot_read"]),
        (one("0.00005", GIVEN), ["lint.finer_than_rounding"]),
        (one("0.12500", GIVEN), []),
        (one("1", "{shape: options, points: {a: 1.5, b: 0}}"), ["lint.above_maximum"]),
        (one("1", "{shape: options, points: {a: 0.5, b: 0}}"), ["lint.out_of_reach"]),
        (one("1", "{shape: bands, on: count, steps: [{from: 2, points: 2}, {from: 1, points: 1}]}"), ["lint.above_maximum"]),
        (one("1", "{shape: bands, on: count, steps: [{from: 1, points: 1}, {from: 2, points: 0.5}]}"), ["lint.steps_out_of_order"]),
        (one("1", "{shape: bands, on: count, steps: [{from: 2, points: 1}, {from: 1, points: 1}]}"), ["lint.steps_out_of_order"]),
        (one("1", "{shape: bands, on: count, steps: [{from: 1, points: 1}, {from: 1, points: 0}]}"), ["lint.steps_out_of_order"]),
        (one("1", "{shape: bands, on: ratio, steps: [{from: 101, points: 1}]}"), ["lint.out_of_reach"]),
        (one("1", "{shape: bands, on: ratio, steps: [{from: 100, points: 1}]}"), []),
        (one("1", "{shape: bands, on: ratio, over_100: allowed, steps: [{from: 101, points: 1}]}"), []),
        (one("1", "{shape: bands, on: value, over_100: allowed, steps: [{from: 101, points: 1}]}"), ["lint.over_100_not_ratio"]),
        (one("1", "{shape: ratio, full_at: 120}"), ["lint.out_of_reach"]),
        (one("1", "{shape: ratio, full_at: 120, over_100: allowed}"), []),
        (one("1", "{shape: ratio, zero_below: 101}"), ["lint.out_of_reach"]),
        (one("1", "{shape: ratio, zero_below: 100}"), []),
        (one("1", "{shape: deduction, each: 1, floor: 2}"), ["lint.above_maximum"]),
        (one("1", GIVEN, more=("examples: [{points: 2}]",)), ["lint.above_maximum"]),
    ],
)  # fmt: skip
def test_each_fault_is_found(text: str, findings: list[str]):
    assert found(text) == findings


def test_sums_are_checked_on_every_level():
    text = rulebook({"1": [item("1.1.1", "1", GIVEN)]})
    wrong_area = text.replace(
        'name: {vi: "Lĩnh vực 1"}', 'name: {vi: "Lĩnh vực 1"}\n    max_points: 3'
    )
    wrong_criterion = text.replace(
        'name: {vi: "Tiêu chí"}', 'name: {vi: "Tiêu chí"}\n        max_points: 3'
    )
    right = text.replace(
        'name: {vi: "Tiêu chí"}', 'name: {vi: "Tiêu chí"}\n        max_points: 1.0'
    )
    assert (found(wrong_area), found(wrong_criterion), found(right)) == (
        ["lint.sum"],
        ["lint.sum"],
        [],
    )


def test_findings_stand_on_the_line_of_what_they_are_about():
    criteria = read_rulebook(one("1", GIVEN, source="survey").encode(), file="f.yaml")
    assert [problem.line for problem in lint.check(criteria)] == [19]


def test_points_within_reach_are_told_without_a_tail_of_zeros():
    criteria = read_rulebook(one("3", "{shape: ratio, full_at: 120}").encode(), file="f.yaml")
    assert lint.check(criteria)[0].values["got"] == "2.5"


def test_codes_sort_as_people_read_them():
    codes = ["1", "1.1", "1.2", "1.2.1", "1.2a", "1.10", "2", "10", "A", "B"]
    assert sorted({*codes}, key=natural_key) == codes
