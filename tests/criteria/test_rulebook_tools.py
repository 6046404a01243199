from decimal import Decimal
from pathlib import Path

import pytest
from rounds import item, rulebook

from parindex.criteria import catalogue, structures
from parindex.criteria.catalogue import Catalogue
from parindex.criteria.diff import Change, Kind, diff
from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.criteria.sentences import number, sentence
from parindex.criteria.structures import Structure, compare, published_structures

GIVEN = "{shape: given}"


def parse(text: str) -> CriteriaSet:
    return read_rulebook(text.encode(), file="f.yaml")


# ---- the catalogue


def test_an_issuers_own_folder_comes_before_what_is_shipped(tmp_path: Path):
    name = "template/par-index/province/2025"
    shipped = Catalogue.of([])
    assert name in shipped.names()
    assert shipped.find(name) == catalogue.SHIPPED / f"{name}.yaml"
    own = tmp_path / f"{name}.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("x")
    both = Catalogue.of([tmp_path])
    assert both.find(name) == own.resolve()
    assert both.names().count(name) == 1


def test_a_name_never_leads_out_of_its_folder(tmp_path: Path):
    (tmp_path / "secret.yaml").write_text("x")
    inside = tmp_path / "inside"
    inside.mkdir()
    assert Catalogue(folders=(inside,)).find("../secret") is None
    assert Catalogue(folders=(inside,)).find("nothing") is None


# ---- differences


def test_equal_sets_do_not_differ():
    text = rulebook({"1": [item("1.1.1", "1", GIVEN)]})
    assert diff(parse(text), parse("# another comment\n" + text)) == []


def test_differences_are_told_item_by_item():
    old = rulebook({"1": [item("1.1.1", "1", GIVEN), item("1.1.2", "1", "{shape: ratio}")]})
    new = rulebook(
        {
            "1": [
                item("1.1.1", "2", "{shape: options, points: {a: 2}}", more=("if_none_due: zero",)),
                item("1.1.3", "1", GIVEN),
            ],
            "2": [item("2.1.1", "1", GIVEN)],
        },
        points_decimals="3",
    )
    changes = diff(parse(old), parse(new))
    assert Change(kind=Kind.CHANGED, part="set", field="policies.points_decimals", before="4", after="3") in changes  # fmt: skip
    assert Change(kind=Kind.CHANGED, part="item i-1-1-1", field="max_points", before="1", after="2") in changes  # fmt: skip
    assert Change(kind=Kind.CHANGED, part="item i-1-1-1", field="rule.points.a", before="", after="2") in changes  # fmt: skip
    assert Change(kind=Kind.CHANGED, part="item i-1-1-1", field="if_none_due", before="", after="zero") in changes  # fmt: skip
    parts = [(one.kind, one.part) for one in changes]
    assert (Kind.REMOVED, "item i-1-1-2") in parts
    assert (Kind.ADDED, "item i-1-1-3") in parts
    assert (Kind.ADDED, "area 2") in parts
    assert (Kind.ADDED, "criterion 2.1") in parts


def test_an_item_that_moves_keeps_its_id():
    old = rulebook({"1": [item("1.1.1", "1", GIVEN)]})
    new = old.replace('code: "1.1.1"', 'code: "1.1.7"')
    assert diff(parse(old), parse(new)) == [
        Change(kind=Kind.CHANGED, part="item i-1-1-1", field="code", before="1.1.1", after="1.1.7")
    ]


def test_a_criterion_that_is_scored_itself_is_an_item():
    text = rulebook({"1": [item("1.1.1", "1", GIVEN)]}) + "\n".join(
        "      " + line for line in item("1.2", "1", GIVEN).splitlines()
    )
    changed = text.replace('"Mục 1.2"', '"Mục khác"')
    assert [one.part for one in diff(parse(text), parse(changed))] == ["item i-1-2"]


# ---- the rule in words


@pytest.mark.parametrize(
    ("rule", "more", "vi", "en"),
    [
        (
            "{shape: options, points: {timely: 0.50, none: 0}}",
            (),
            "Chọn một mức: timely được 0,50 điểm; none được 0 điểm.",
            "One option is chosen: timely earns 0.50 points; none earns 0 points.",
        ),
        (
            "{shape: bands, on: ratio, steps: [{from: 30, points: 0.5}]}",
            ("if_none_due: zero",),
            "Tính theo tỷ lệ phần trăm: từ 30% trở lên được 0,5 điểm; dưới mức thấp nhất được "
            "0 điểm. Không phát sinh (mẫu số bằng 0): 0 điểm.",
            "By the ratio in percent: from 30% on 0.5 points; below the lowest step 0 points. "
            "None due (denominator 0): 0 points.",
        ),
        (
            "{shape: bands, on: count, steps: [{from: 2, points: 0.5}]}",
            (),
            "Tính theo số lượng: từ 2 trở lên được 0,5 điểm; dưới mức thấp nhất được 0 điểm.",
            "By the count: from 2 on 0.5 points; below the lowest step 0 points.",
        ),
        (
            "{shape: ratio}",
            ("if_none_due: full",),
            "Điểm = 0,5 × tỷ lệ (%) / 100. Không phát sinh (mẫu số bằng 0): đủ điểm.",
            "Points = 0.5 × ratio (%) / 100. None due (denominator 0): full points.",
        ),
        (
            "{shape: ratio, full_at: 80, zero_below: 50.5, over_100: allowed}",
            ("if_none_due: not_applicable",),
            "Điểm = 0,5 × tỷ lệ / 80%, không quá 0,5 điểm. Tỷ lệ dưới 50,5% được 0 điểm. "
            "Tỷ lệ được vượt 100%. Không phát sinh (mẫu số bằng 0): không áp dụng.",
            "Points = 0.5 × ratio / 80%, at most 0.5 points. A ratio below 50.5% earns 0 points. "
            "The ratio may exceed 100%. None due (denominator 0): not applicable.",
        ),
        (
            "{shape: deduction, each: 0.125}",
            (),
            "Được 0,5 điểm, trừ 0,125 điểm cho mỗi lần, không dưới 0 điểm.",
            "0.5 points, less 0.125 points each time, not below 0 points.",
        ),
        (
            "{shape: given}",
            ('zero_if: {vi: "có vi phạm", en: "there was a breach"}',),
            "Cơ quan thẩm định cho từ 0 đến 0,5 điểm. Được 0 điểm nếu: có vi phạm.",
            "The appraising body gives from 0 to 0.5 points. 0 points if: there was a breach.",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule: str, more: tuple[str, ...], vi: str, en: str):
    criteria = parse(rulebook({"1": [item("1.1.1", "0.5", rule, more=more)]}))
    one = next(criteria.items())
    assert sentence(one, "vi") == vi
    assert sentence(one, "en") == en


def test_numbers_are_written_as_the_language_does():
    assert number(Decimal("92.43"), "vi") == "92,43"
    assert number(Decimal("92.43"), "en") == "92.43"


# ---- published structures


def test_the_published_structures_are_read():
    lines = published_structures()
    first = next(one for one in lines if one.decision.startswith("2948"))
    assert first == Structure(
        decision="2948/QĐ-BNV",
        tier="province",
        area="1",
        n_criteria=6,
        n_subcriteria=6,
        max_points=Decimal(10),
        source=first.source,
    )
    ministries = [one for one in lines if one.decision.startswith("876") and one.area]
    assert sum(one.n_criteria or 0 for one in ministries) == 38
    assert sum(one.n_subcriteria or 0 for one in ministries) == 97
    assert any(one.area == "" for one in lines)


def structure_findings(decision: str, areas: int = 8) -> list[tuple[str, object]]:
    text = rulebook({str(at): [item(f"{at}.1.1", "1", GIVEN)] for at in range(1, areas + 1)})
    criteria = parse(text.replace("tier: department", "tier: province"))
    return [
        (one.code, one.values.get("figure", one.values.get("area")))
        for one in compare(criteria, decision)
    ]


def test_a_set_is_compared_with_a_published_structure():
    findings = structure_findings("2948/QĐ-BNV")
    assert findings.count(("structure.differs", "max_points")) == 8
    assert findings.count(("structure.differs", "n_criteria")) == 8
    assert structure_findings("2948/QĐ-BNV", areas=7)[-1] == ("structure.no_area", "8")
    assert structure_findings("1150/QĐ-BNV") == [
        ("structure.differs", "n_criteria"),
        ("structure.differs", "n_subcriteria"),
        ("structure.differs", "max_points"),
    ]
    assert structure_findings("7/QĐ-X") == [("structure.unknown", None)]


def test_a_set_that_follows_a_structure_has_no_finding(monkeypatch: pytest.MonkeyPatch):
    line = Structure(
        decision="x", tier="province", area="1", n_criteria=1, n_subcriteria=1,
        max_points=Decimal("1.0"), source="",
    )  # fmt: skip
    monkeypatch.setattr(structures, "published_structures", lambda: [line])
    assert structure_findings("x") == []
