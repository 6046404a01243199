from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from rounds import files, group, item, refusals, row, score

from parindex.errors import IncompleteError
from parindex.scoring.aggregate import SheetResult
from parindex.scoring.inputs import Entry, Quantity
from parindex.scoring.trace import Marker

D = Decimal
GIVEN = "{shape: given}"
CLASSES = """\
classes:
  - {id: top, name: {vi: "Xuất sắc"}, from: 90}
  - {id: good, name: {vi: "Tốt"}, from: 80.5}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
"""


def give(unit: str, code: str, points: str, stage: str = "appraised") -> str:
    return row(unit, code, stage, points=points)


def off(unit: str, code: str, stage: str = "appraised") -> str:
    return row(unit, code, stage, not_applicable="yes", reason="không có nhiệm vụ")


def two_areas() -> dict[str, list[str]]:
    return {
        "1": [item("1.1.1", "2", GIVEN), item("1.1.2", "2", GIVEN)],
        "2": [item("2.1.1", "6", GIVEN)],
    }


def result(*entries: str, tail: str = "", **policies: str) -> SheetResult:
    made = files(two_areas(), entries=entries, tail=tail, **policies)  # type: ignore[arg-type]
    return group(made).results[0]


# ---- finals


def test_the_first_stage_of_final_from_is_final_and_the_claim_never():
    made = files(
        {"1": [item("1.1.1", "2", GIVEN), item("1.1.2", "2", GIVEN)]},
        entries=[
            give("u1", "1.1.1", "2", "self"),
            give("u1", "1.1.1", "0.5"),
            give("u1", "1.1.1", "1", "council"),
            give("u1", "1.1.2", "2", "self"),
            give("u1", "1.1.2", "0.25"),
        ],
    )
    found = group(made).results[0]
    assert [one.points for one in found.scores] == [10000, 2500]
    assert found.self_points == 40000


def test_a_missing_final_is_refused_and_named():
    made = files(two_areas(), entries=[give("u1", "1.1.1", "2"), give("u1", "1.1.2", "2", "self")])
    assert [line.split(";")[0] for line in refusals(made)] == [
        "round/entries.csv:0: unit u1, item 1.1.2 has no final entry",
        "round/entries.csv:0: unit u1, item 2.1.1 has no final entry",
    ]
    with pytest.raises(IncompleteError):
        score(made)


def test_a_missing_final_counts_zero_only_where_the_round_says():
    made = files(two_areas(), entries=[give("u1", "1.1.1", "2")], incomplete="zero")
    found = group(made).results[0]
    assert [one.marker for one in found.scores] == [Marker.SCORED, Marker.MISSING, Marker.MISSING]
    assert (found.points, found.maximum, found.index) == (20000, 100000, 2000)
    assert found.self_points is None


@pytest.mark.parametrize("incomplete", ["refuse", "zero"])
@pytest.mark.parametrize(
    ("source", "table"),
    [("survey", "findings.csv"), ("index", "findings.csv"), ("dossiers", "facts.csv")],
)
def test_a_missing_finding_or_fact_never_counts_zero(source: str, table: str, incomplete: str):
    made = files(
        {"1": [item("1.1.1", "2", "{shape: ratio}", source=source)]}, incomplete=incomplete
    )
    assert refusals(made)[0].startswith(
        f"round/{table}:0: unit u1, item 1.1.1 has no figure; expected a row in {table}"
    )


def test_findings_and_facts_are_scored_by_the_rule():
    made = files(
        {
            "1": [
                item("1.1.1", "2", "{shape: ratio, full_at: 80}", source="survey"),
                item("1.1.2", "2", "{shape: ratio}", source="index"),
                item("1.1.3", "2", "{shape: ratio}", source="dossiers"),
                item("1.1.4", "2", "{shape: ratio}", source="dossiers"),
                item(
                    "1.1.5", "2", "{shape: ratio}", source="dossiers", more=("if_none_due: full",)
                ),
            ]
        },
        tables={
            "findings.csv": "unit,item,share,se,n\nu1,1.1.1,0.6,0.01,120\nu1,1.1.2,0.5,,\n",
            "facts.csv": "unit,item,numerator,denominator,value,basis,digest\n"
            "u1,1.1.3,3,4,,resolved,x\nu1,1.1.4,,,33.335,,\nu1,1.1.5,0,0,,,\n",
        },
    )
    run = score(made)
    found = run.groups[0].results[0]
    assert [one.points for one in found.scores] == [15000, 10000, 15000, 6667, 20000]
    assert (found.survey_points, found.survey_maximum) == (25000, 40000)
    assert (found.appraised_points, found.appraised_maximum) == (41667, 60000)
    finding = run.round.findings["u1", "1.1.1"]
    assert (finding.share, finding.se, finding.n) == (D("0.6"), D("0.01"), 120)
    assert run.round.findings["u1", "1.1.2"].se is None
    assert run.round.findings["u1", "1.1.2"].n is None
    fact = run.round.facts["u1", "1.1.3"]
    assert (fact.basis, fact.digest) == ("resolved", "x")


def test_a_decision_that_a_survey_item_does_not_apply_comes_before_its_finding():
    made = files(
        {"1": [item("1.1.1", "2", "{shape: ratio}", source="survey"), item("1.1.2", "2", GIVEN)]},
        entries=[off("u1", "1.1.1"), give("u1", "1.1.2", "1")],
        tables={"findings.csv": "unit,item,share\nu1,1.1.1,0.6\n"},
    )
    found = group(made).results[0]
    assert found.scores[0].marker is Marker.NOT_APPLICABLE
    assert (found.survey_points, found.survey_maximum, found.index) == (0, 0, 5000)
    # A claim that it does not apply is no decision.
    claimed = files(
        {"1": [item("1.1.1", "2", "{shape: ratio}", source="survey")]},
        entries=[off("u1", "1.1.1", "self")],
        tables={"findings.csv": "unit,item,share\nu1,1.1.1,0.6\n"},
    )
    assert group(claimed).results[0].scores[0].marker is Marker.SCORED


# ---- the scale


def test_the_index_is_points_over_what_applies():
    found = result(off("u1", "1.1.1"), give("u1", "1.1.2", "1"), give("u1", "2.1.1", "3"))
    assert (found.points, found.maximum, found.index) == (40000, 80000, 5000)
    assert [(one.points, one.maximum, one.index) for one in found.areas] == [
        (10000, 20000, 5000),
        (30000, 60000, 5000),
    ]


def test_within_an_area_the_rest_is_scaled_up():
    found = result(
        off("u1", "1.1.1"),
        give("u1", "1.1.2", "1.5"),
        give("u1", "2.1.1", "3"),
        not_applicable="renormalise_within_area",
    )
    assert (found.points, found.maximum, found.index) == (60000, 100000, 6000)
    assert (found.areas[0].points, found.areas[0].maximum) == (30000, 40000)
    # The area's own index is unchanged by the scaling.
    assert found.areas[0].index == 7500
    assert (found.appraised_points, found.appraised_maximum) == (45000, 80000)


def test_scaled_points_stay_exact():
    found = group(
        files(
            {"1": [item(f"1.1.{n}", "1", GIVEN) for n in (1, 2, 3, 4)]},
            entries=[off("u1", "1.1.1")] + [give("u1", f"1.1.{n}", "0.3333") for n in (2, 3, 4)],
            not_applicable="renormalise_within_area",
        )
    ).results[0]
    assert found.points == Fraction(9999 * 4, 3)
    assert found.exact is not None
    assert Fraction(*found.exact) == Fraction(9999 * 100, 30000)


def test_an_area_wholly_not_applicable_leaves_both_sums():
    for policy in ("renormalise", "renormalise_within_area"):
        found = result(
            off("u1", "1.1.1"),
            off("u1", "1.1.2"),
            give("u1", "2.1.1", "3"),
            not_applicable=policy,
        )
        assert (found.points, found.maximum, found.index) == (30000, 60000, 5000)
        assert (found.areas[0].exact, found.areas[0].index) == (None, None)
        assert (found.areas[0].points, found.areas[0].maximum) == (0, 0)


def test_awarded_points_count_in_both_sums():
    found = result(
        off("u1", "1.1.1"),
        give("u1", "1.1.2", "1"),
        give("u1", "2.1.1", "3"),
        not_applicable="award_max",
    )
    assert (found.points, found.maximum, found.index) == (60000, 100000, 6000)
    assert (found.appraised_points, found.appraised_maximum) == (60000, 100000)


def test_a_unit_with_nothing_applicable_has_no_index_rank_or_class():
    made = files(
        two_areas(),
        entries=[
            *(off("u1", code) for code in ("1.1.1", "1.1.2", "2.1.1")),
            *(give("u2", code, "1") for code in ("1.1.1", "1.1.2", "2.1.1")),
        ],
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"],
        tail=CLASSES,
    )
    found = group(made)
    assert (found.results[0].exact, found.results[0].index) == (None, None)
    assert found.results[0].classification == ""
    assert found.ranks == [None, 1]
    assert found.index(0) is None
    assert found.index(1) == D("30.00")
    assert found.in_order() == [1, 0]


def test_the_published_index_is_rounded_once_and_half_up():
    # 2.66665 of 6 with index_decimals 2: 44.444166… and 26.6665 of 60 kept exact until the end.
    found = group(
        files(
            {"1": [item("1.1.1", "8", "{shape: ratio}")]},
            entries=[row("u1", "1.1.1", value="89.995")],
            points_decimals="6",
        )
    ).results[0]
    assert found.points == 7199600
    assert found.exact is not None
    assert Fraction(*found.exact) == Fraction("89.995")
    assert found.index == 9000


# ---- bonus, deduction, clamp


CAPS = "adjustments: {bonus_cap: 2, deduction_cap: 1.5}\n"


@pytest.mark.parametrize(
    ("points", "rows", "index", "bonus", "deduction"),
    [
        ("5", "", 5000, 0, 0),
        ("5", "u1,bonus,B,1.25,x\n", 6250, "1.25", 0),
        ("5", "u1,bonus,B,1.25,x\nu1,bonus,C,1,x\n", 7000, 2, 0),
        ("5", "u1,deduction,D,3,x\n", 3500, 0, "1.5"),
        ("5", "u1,bonus,B,0.00005,x\n", 5000, "0.00005", 0),
        ("9.5", "u1,bonus,B,2,x\n", 10000, 2, 0),
        ("9", "u1,bonus,B,1,x\n", 10000, 1, 0),
        ("1", "u1,deduction,D,1.5,x\n", 0, 0, "1.5"),
        ("1.5", "u1,deduction,D,1.5,x\n", 0, 0, "1.5"),
    ],
)
def test_bonus_and_deduction_count_up_to_their_caps_and_the_index_is_clamped(
    points: str, rows: str, index: int, bonus: object, deduction: object
):
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[give("u1", "1.1.1", points)],
        tail=CAPS,
        tables={"adjustments.csv": "unit,kind,code,points,reason\n" + rows},
    )
    found = group(made).results[0]
    assert found.index == index
    assert found.adjusted.bonus == Fraction(str(bonus))
    assert found.adjusted.deduction == Fraction(str(deduction))
    assert found.exact is not None
    assert 0 <= Fraction(*found.exact) <= 100


def test_a_clamped_index_ties_with_a_full_one_on_the_exact_value():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[give("u1", "1.1.1", "9.9"), give("u2", "1.1.1", "10"), give("u3", "1.1.1", "0")],
        units=["u1,Một,so,yes", "u2,Hai,so,yes", "u3,Ba,so,yes"],
        tail=CAPS,
        tables={"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,2\nu3,deduction,D,1\n"},
        rank_on="exact",
    )
    assert group(made).ranks == [1, 1, 3]


# ---- ranks


def ranked(rank_on: str, ties: str = "share_best") -> list[int | None]:
    points = {"u1": "3.33334", "u2": "3.33331", "u3": "5", "u4": "5", "u5": "1"}
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[give(unit, "1.1.1", given) for unit, given in points.items()],
        units=[f"{unit},Sở {unit},so,{'no' if unit == 'u4' else 'yes'}" for unit in points],
        points_decimals="5",
        rank_on=rank_on,
        ties=ties,
    )
    found = group(made)
    assert found.area_ranks == (found.ranks,)
    return found.ranks


def test_ranks_stand_on_the_published_or_the_exact_index():
    assert ranked("published") == [2, 2, 1, None, 4]
    assert ranked("published", "dense") == [2, 2, 1, None, 3]
    assert ranked("exact") == [2, 3, 1, None, 4]


def test_tables_run_by_rank_then_by_unit_code_point():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[give(unit, "1.1.1", "5") for unit in ("b", "a", "Đ", "z", "y")],
        units=["b,B,so,yes", "a,A,so,yes", "Đ,Đ,so,yes", "z,Z,so,no", "y,Y,so,no"],
    )
    found = group(made)
    assert [found.units[at].id for at in found.in_order()] == ["a", "b", "Đ", "y", "z"]


def test_group_figures_leave_out_the_unranked():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[give("u1", "1.1.1", "5"), give("u2", "1.1.1", "8.001"), give("u3", "1.1.1", "10")],
        units=["u1,Một,so,yes", "u2,Hai,so,yes", "u3,Ba,so,no"],
    )
    figures = group(made).figures()
    assert (figures.n_units, figures.n_ranked) == (3, 2)
    assert (figures.mean, figures.least, figures.greatest) == (Fraction(13001, 2), 5000, 8001)
    alone = group(
        files(
            {"1": [item("1.1.1", "10", GIVEN)]},
            entries=[give("u1", "1.1.1", "5")],
            units=["u1,Một,so,no"],
        )
    ).figures()
    assert (alone.n_units, alone.n_ranked, alone.mean) == (1, 0, None)
    assert (alone.least, alone.greatest) == (None, None)


# ---- classes and ceilings


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("10", "top"),
        ("8.9995", "top"),
        ("8.9994", "good"),
        ("8.05", "good"),
        ("8.0494", "weak"),
        ("0", "weak"),
    ],
)
def test_the_class_is_found_on_the_published_index(points: str, expected: str):
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]}, entries=[give("u1", "1.1.1", points)], tail=CLASSES
    )
    assert group(made).results[0].classification == expected


@pytest.mark.parametrize(
    ("entries", "ceilings", "expected"),
    [
        (("2", "2", "6"), "{at_most: weak, when: {area_index_below: 50}}", "top"),
        (("1.9", "0", "6"), "{at_most: weak, when: {area_index_below: 50}}", "weak"),
        (("2", "0", "6"), "{at_most: weak, when: {area_index_below: 50}}", "weak"),
        (("2", "0", "6"), '{at_most: good, when: {zero_item: "1.1.1"}}', "weak"),
        (("2", "1.9", "6"), "{at_most: weak, when: {area_index_below: 97.5}}", "top"),
        (("2", "1.9", "6"), "{at_most: weak, when: {area_index_below: 97.51}}", "weak"),
        (("2", "1.9", "6"), "{at_most: good, when: {area_index_below: 99}}", "good"),
        (
            ("2", "1.9", "6"),
            "{at_most: weak, when: {area_index_below: 99}}, "
            "{at_most: good, when: {area_index_below: 98}}",
            "weak",
        ),
        (("2", "2", "6"), '{at_most: weak, when: {zero_item: "1.1.2"}}', "top"),
    ],
)
def test_the_lowest_ceiling_that_applies_wins(
    entries: tuple[str, str, str], ceilings: str, expected: str
):
    codes = ("1.1.1", "1.1.2", "2.1.1")
    rows = [give("u1", code, points) for code, points in zip(codes, entries, strict=True)]
    tail = CLASSES.replace("80.5", "90.5") if entries == ("2", "0", "6") else CLASSES
    tail = tail.replace("from: 90}", "from: 91}") if "90.5" in tail else tail
    assert result(*rows, tail=tail + f"ceilings: [{ceilings}]\n").classification == expected


ZERO_CEILING = CLASSES + 'ceilings: [{at_most: weak, when: {zero_item: "1.1.1"}}]\n'


def test_a_zero_item_holds_the_class_but_not_by_not_applicable():
    full = (give("u1", "1.1.2", "2"), give("u1", "2.1.1", "6"))
    assert result(give("u1", "1.1.1", "0"), *full, tail=ZERO_CEILING).classification == "weak"
    assert result(give("u1", "1.1.1", "0.0001"), *full, tail=ZERO_CEILING).classification == "weak"
    assert result(give("u1", "1.1.1", "2"), *full, tail=ZERO_CEILING).classification == "top"
    assert result(off("u1", "1.1.1"), *full, tail=ZERO_CEILING).classification == "top"


def test_the_ceilings_of_a_unit_can_be_named():
    made = files(
        two_areas(),
        entries=[give("u1", "1.1.1", "0"), give("u1", "1.1.2", "2"), give("u1", "2.1.1", "6")],
        tail=ZERO_CEILING,
    )
    assert [one.zero_item for one in group(made).ceilings(0)] == ["1.1.1"]


# ---- one changed entry


def test_one_changed_entry_gives_the_run_of_a_full_rescore():
    units = ["u1,Một,so,yes", "u2,Hai,so,yes", "u3,Ba,so,yes"]
    before = {"u1": ("1", "1", "3"), "u2": ("2", "1", "5"), "u3": ("0", "2", "6")}
    codes = ("1.1.1", "1.1.2", "2.1.1")

    def rows(points: dict[str, tuple[str, str, str]]) -> list[str]:
        return [
            give(unit, code, one)
            for unit, given in points.items()
            for code, one in zip(codes, given, strict=True)
        ]

    run = score(files(two_areas(), entries=rows(before), units=units, tail=CLASSES))
    after = {**before, "u1": ("2", "1", "3")}
    full = score(files(two_areas(), entries=rows(after), units=units, tail=CLASSES))
    changed = run.with_entry(Entry("u1", "1.1.1", "appraised", Quantity(points=D(2))))
    assert changed.groups == full.groups
    assert run.groups != full.groups
    # What the entry does not touch is the same object, not made again.
    assert changed.groups[0].area_ranks[1] is run.groups[0].area_ranks[1]
    assert changed.groups[0].area_ranks[0] is not run.groups[0].area_ranks[0]
    assert changed.groups[0].results[1] is run.groups[0].results[1]


def test_one_changed_entry_can_turn_the_ranks_round():
    units = ["u1,Một,so,yes", "u2,Hai,so,yes"]
    entries = [
        give(unit, code, points)
        for unit, given in (("u1", "113"), ("u2", "124"))
        for code, points in zip(("1.1.1", "1.1.2", "2.1.1"), given, strict=True)
    ]
    run = score(files(two_areas(), entries=entries, units=units))
    assert run.groups[0].ranks == [2, 1]
    changed = run.with_entry(Entry("u1", "2.1.1", "council", Quantity(points=D(6))))
    assert changed.groups[0].ranks == [1, 2]
    assert changed.groups[0].area_ranks == ([2, 1], [1, 2])


def test_a_council_entry_overrides_and_a_claim_changes_only_the_claim():
    made = files(two_areas(), entries=[give("u1", c, "1") for c in ("1.1.1", "1.1.2", "2.1.1")])
    run = score(made)
    decided = run.with_entry(Entry("u1", "2.1.1", "council", Quantity(points=D(6))))
    assert decided.groups[0].results[0].index == 8000
    claimed = run.with_entry(Entry("u1", "2.1.1", "self", Quantity(points=D(6))))
    assert claimed.groups[0].results[0] == replace(run.groups[0].results[0], self_points=60000)


def test_another_group_is_left_alone():
    made = files(two_areas(), entries=[give("u1", c, "1") for c in ("1.1.1", "1.1.2", "2.1.1")])
    run = score(made)
    doubled = replace(run, groups=(*run.groups, replace(run.groups[0], name="khac", units=())))
    changed = doubled.with_entry(Entry("u1", "2.1.1", "council", Quantity(points=D(6))))
    assert changed.groups[1] is doubled.groups[1]
    assert changed.groups[0] is not doubled.groups[0]


def test_an_entry_for_a_stranger_is_refused():
    made = files(two_areas(), entries=[give("u1", c, "1") for c in ("1.1.1", "1.1.2", "2.1.1")])
    run = score(made)
    quantity = Quantity(points=D(1))
    with pytest.raises(LookupError, match="u9"):
        run.with_entry(Entry("u9", "1.1.1", "appraised", quantity))
    with pytest.raises(LookupError, match=r"9\.9"):
        run.with_entry(Entry("u1", "9.9", "appraised", quantity))
    with pytest.raises(LookupError, match="later"):
        run.with_entry(Entry("u1", "1.1.1", "later", quantity))
    assert run.group_of("u9") is None


def test_a_changed_entry_cannot_hide_what_is_missing():
    made = files(two_areas(), entries=[give("u1", c, "1") for c in ("1.1.1", "1.1.2", "2.1.1")])
    run = score(made)
    hollow = replace(run.groups[0], sheets=tuple(((None,) * 3,) * 3 for _ in run.groups[0].sheets))
    with pytest.raises(IncompleteError):
        replace(run, groups=(hollow,)).with_entry(
            Entry("u1", "1.1.1", "appraised", Quantity(points=D(1)))
        )


def test_a_round_without_a_claim_stage_has_no_claims():
    made = files(
        {"1": [item("1.1.1", "2", GIVEN)]},
        entries=[give("u1", "1.1.1", "2")],
    )
    contents = dict(made.contents)
    contents["round.yaml"] = contents["round.yaml"].replace(b"[self, ", b"[")
    assert group(replace(made, contents=contents)).results[0].self_points is None


def test_changes_are_against_last_years_table():
    made = files(
        {"1": [item("1.1.1", "2", GIVEN)]},
        entries=[give("u1", "1.1.1", "2"), give("u2", "1.1.1", "1")],
        units=["u1,Một,so,yes", "u2,Hai,so,yes"],
        tables={"previous.csv": "unit,index,rank\nu1,95.5,2\nold,90,1\n"},
    )
    run = score(made)
    change = run.change(run.groups[0], 0)
    assert (change.index, change.rank) == (D("4.50"), 1)
    assert run.change(run.groups[0], 1).index is None
    assert set(run.round.previous) == {"u1"}
