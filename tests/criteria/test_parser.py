from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from rounds import HEAD, POLICIES, item, rulebook

from parindex.canonical import canonical_json
from parindex.criteria.model import EvidenceNeed, NotApplicable, RankOn, Status, Text, Ties
from parindex.criteria.parser import from_tree, read_rulebook
from parindex.criteria.plain import digest, to_plain
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    NoneDue,
    Options,
    Ratio,
    Source,
    Step,
)
from parindex.errors import UnusableInputError
from parindex.units.model import Tier
from parindex.yamltree import read_json

D = Decimal
EXAMPLES = Path(__file__).parent.parent / "examples"
WHOLE = """\
schema: parindex.rulebook/1
issuer: dak-lak
index: par-index
group: departments
tier: department
year: 2022
revision: 3
status: official
max_points: 10
title: {vi: "Bộ tiêu chí", en: "Criteria"}
legal_basis: [{id: a, vi: "Quyết định số 1", en: "Decision 1", issued: 2022-11-10}]
policies:
  points_decimals: 4
  index_decimals: 2
  rank_on: exact
  ties: dense
  not_applicable: award_max
adjustments: {bonus_cap: 2, deduction_cap: 5.50}
classes:
  - {id: good, name: {vi: "Tốt"}, from: 80}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
ceilings:
  - {at_most: weak, when: {area_index_below: 50}}
  - {at_most: weak, when: {zero_item: "1.2"}}
areas:
  - code: "1"
    name: {vi: "Chỉ đạo"}
    max_points: 10
    criteria:
      - code: "1.1"
        name: {vi: "Kế hoạch"}
        max_points: 6
        items:
          - code: "1.1.1"
            id: plan
            name: {vi: "Ban hành"}
            max_points: 1.50
            source: appraisal
            appraiser: home-affairs
            evidence: required
            rule: {shape: options, points: {timely: 1.50, late: 0.25, none: 0}}
            zero_if: {vi: "Có vi phạm"}
            examples:
              - {option: late, points: 0.25}
            law: {basis: a, at: "Phụ lục I, 1.1.1"}
          - code: "1.1.2"
            id: done
            name: {vi: "Hoàn thành"}
            max_points: 2.5
            source: dossiers
            rule: {shape: ratio, full_at: 90, zero_below: 50, over_100: allowed}
            if_none_due: full
            law: {basis: a, at: "1.1.2"}
          - code: "1.1.3"
            id: checked
            name: {vi: "Kiểm tra"}
            max_points: 2
            source: external
            rule: {shape: bands, on: count, steps: [{from: 2, points: 2}, {from: 1, points: 0.5}]}
            law: {basis: a, at: "1.1.3"}
      - code: "1.2"
        id: reports
        name: {vi: "Báo cáo"}
        max_points: 4
        source: appraisal
        rule: {shape: deduction, each: 0.125, floor: 1}
        law: {basis: a, at: "1.2"}
"""


def read(text: str):
    return read_rulebook(text.encode(), file="so.yaml")


def refused(text: str) -> list[str]:
    with pytest.raises(UnusableInputError) as caught:
        read(text)
    return [f"{one.line}:{one.code}" for one in caught.value.problems]


def test_a_whole_rulebook_is_read():
    criteria = read(WHOLE)
    assert (criteria.issuer, criteria.index, criteria.group) == (
        "dak-lak",
        "par-index",
        "departments",
    )
    assert criteria.tier is Tier.DEPARTMENT
    assert (criteria.year, criteria.revision, criteria.status) == (2022, 3, Status.OFFICIAL)
    assert criteria.title == Text(vi="Bộ tiêu chí", en="Criteria")
    assert criteria.title.say("en") == "Criteria"
    assert criteria.areas[0].name.say("en") == "Chỉ đạo"
    assert criteria.title.say("vi") == "Bộ tiêu chí"
    assert criteria.policies.rank_on is RankOn.EXACT
    assert criteria.policies.ties is Ties.DENSE
    assert criteria.policies.not_applicable is NotApplicable.AWARD_MAX
    assert criteria.adjustments is not None
    assert (criteria.adjustments.bonus_cap, criteria.adjustments.deduction_cap) == (2, D("5.50"))
    assert [(one.id, one.start) for one in criteria.classes] == [("good", 80), ("weak", 0)]
    assert [(one.area_index_below, one.zero_item) for one in criteria.ceilings] == [
        (50, None),
        (None, "1.2"),
    ]
    items = list(criteria.items())
    assert [one.code for one in items] == ["1.1.1", "1.1.2", "1.1.3", "1.2"]
    assert [one.rule for one in items] == [
        Options(points=(("timely", D("1.50")), ("late", D("0.25")), ("none", D(0)))),
        Ratio(full_at=D(90), zero_below=D(50), over_100=True),
        Bands(
            on=BandsOn.COUNT,
            steps=(Step(start=D(2), points=D(2)), Step(start=D(1), points=D("0.5"))),
        ),
        Deduction(each=D("0.125"), floor=D(1)),
    ]
    assert [one.evidence for one in items] == [
        EvidenceNeed.REQUIRED,
        EvidenceNeed.NONE,
        EvidenceNeed.NONE,
        EvidenceNeed.OPTIONAL,
    ]
    assert [one.source for one in items] == [
        Source.APPRAISAL,
        Source.DOSSIERS,
        Source.EXTERNAL,
        Source.APPRAISAL,
    ]
    assert items[1].if_none_due is NoneDue.FULL
    assert items[0].examples[0].fields == (("option", "late"),)
    assert [one.is_item for one in criteria.areas[0].criteria] == [False, True]
    assert items[3].line == 61


def test_defaults_are_what_the_contract_says():
    criteria = read(
        rulebook(
            {
                "1": [
                    item("1.1.1", "1", "{shape: ratio}"),
                    item("1.1.2", "1", "{shape: deduction, each: 1}"),
                    item("1.1.3", "1", "{shape: given}", source="survey"),
                    item("1.1.4", "1", "{shape: bands, on: ratio, steps: [{from: 1, points: 1}]}"),
                ]
            }
        )
    )
    ratio, deduction, given, bands = (one.rule for one in criteria.items())
    assert ratio == Ratio(full_at=D(100), zero_below=None, over_100=False)
    assert deduction == Deduction(each=D(1), floor=D(0))
    assert given == Given()
    assert isinstance(bands, Bands)
    assert not bands.over_100
    assert criteria.adjustments is None
    assert criteria.classes == criteria.ceilings == ()
    assert criteria.max_points is None


def test_plain_content_gives_the_same_set_back():
    for text in (WHOLE, rulebook({"1": [item("1.1.1", "1", "{shape: given}")]})):
        criteria = read(text)
        again = from_tree(read_json(canonical_json(to_plain(criteria))), file="again")
        assert digest(again) == digest(criteria)
        assert again.areas[0].criteria[-1].items == criteria.areas[0].criteria[-1].items


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/round/rulebook/*.yaml")), ids=str)
def test_the_examples_survive_the_normal_form(file: Path):
    criteria = read_rulebook(file.read_bytes(), file=file.name)
    again = from_tree(read_json(canonical_json(to_plain(criteria))), file="again")
    assert digest(again) == digest(criteria)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda text: text.replace("max_points: 1.50", "max_points: 1.5"), False),
        (lambda text: "# a comment\n" + text, True),
        (
            lambda text: text.replace("full_at: 90, zero_below: 50", "zero_below: 50, full_at: 90"),
            True,
        ),
        (lambda text: text.replace("revision: 3", "revision: 4"), False),
        (lambda text: text.replace(", over_100: allowed", ""), False),
    ],
)
def test_the_digest_is_of_the_content(change: Callable[[str], str], same: bool):
    changed = change(WHOLE)
    assert changed != WHOLE
    assert (digest(read(changed)) == digest(read(WHOLE))) is same


def one_item(
    rule: str = "{shape: given}", *, more: tuple[str, ...] = (), maximum: str = "1"
) -> str:
    return rulebook({"1": [item("1.1.1", maximum, rule, more=more)]})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (WHOLE.replace("rulebook/1", "rulebook/2"), "1:rulebook.schema"),
        (WHOLE.replace("tier: department", "tier: village"), "5:yaml.not_a_choice"),
        (WHOLE.replace("points_decimals: 4", "points_decimals: 13"), "13:rulebook.too_many_decimals"),
        (WHOLE.replace("  ties: dense\n", ""), "13:yaml.missing_key"),
        (WHOLE.replace("at_most: weak, when: {area_index_below: 50}", "at_most: weak, when: {}"), "23:rulebook.one_condition"),
        (
            WHOLE.replace("{area_index_below: 50}", '{area_index_below: 50, zero_item: "1.2"}'),
            "23:rulebook.one_condition",
        ),
        (WHOLE.replace("issued: 2022-11-10", "issued: 10/11/2022"), "11:yaml.not_a_date"),
        (WHOLE + "colour: red\n", "68:yaml.unknown_key"),
        (one_item("{shape: formula}"), "24:yaml.not_a_choice"),
        (one_item("{each: 1}"), "24:yaml.missing_key"),
        (one_item("{shape: deduction}"), "24:yaml.missing_key"),
        (one_item("{shape: deduction, each: 0}"), "24:rulebook.not_positive"),
        (one_item("{shape: ratio, full_at: 0}"), "24:rulebook.not_positive"),
        (one_item(maximum="0"), "22:rulebook.not_positive"),
        (one_item("{shape: ratio, over_100: yes}"), "24:yaml.not_a_choice"),
        (one_item("{shape: ratio, over_100: ''}"), "24:yaml.not_text"),
        (one_item("{shape: options, points: {}}"), "24:yaml.empty_list"),
        (one_item("{shape: options}"), "24:yaml.missing_key"),
        (one_item("{shape: options, points: {a: x}}"), "24:yaml.not_a_number"),
        (one_item("{shape: bands, on: ratio, steps: []}"), "24:yaml.empty_list"),
        (one_item("{shape: given, max: 3}"), "24:yaml.unknown_key"),
        (one_item(more=("colour: red",)), "25:yaml.unknown_key"),
        (one_item(more=("examples: [{points: x}]",)), "25:yaml.not_a_number"),
        (one_item(more=("examples: [{colour: 1, points: 1}]",)), "25:yaml.unknown_key"),
        (HEAD + "policies: {" + ", ".join(f"{k}: {v}" for k, v in POLICIES.items()) + "}\nareas: []\n", "12:yaml.empty_list"),
        ("schema: parindex.rulebook/1\nareas: 3\n", "2:yaml.not_a_list"),
    ],
)  # fmt: skip
def test_departures_from_the_schema_are_named_with_their_line(text: str, problem: str):
    assert problem in refused(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (one_item(maximum="-2"), "22:yaml.not_a_number"),
        (one_item(maximum="2e0"), "22:yaml.not_a_number"),
        (WHOLE.replace('name: {vi: "Ban hành"}', "name: Ban hành"), "36:yaml.not_a_mapping"),
        ("- a\n- b\n", "1:yaml.not_a_mapping"),
        (one_item("{shape: options, points: {'': 1}}"), "24:yaml.not_text"),
    ],
)
def test_one_fault_is_one_message(text: str, problem: str):
    assert refused(text) == [problem]


def test_every_departure_is_told_at_once():
    text = WHOLE.replace("tier: department", "tier: x").replace("year: 2022", "year: x")
    assert refused(text) == ["5:yaml.not_a_choice", "6:yaml.not_whole"]


def test_an_item_without_law_is_read_and_written_for_the_check_to_find():
    text = one_item().replace('            law: {basis: a, at: "1"}\n', "")
    criteria = read(text)
    assert next(criteria.items()).law is None
    assert "law" not in canonical_json(to_plain(criteria)).decode()
