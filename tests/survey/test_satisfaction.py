"""SIPAS by item, factor, part and overall: the numbers, their errors, and what follows from them."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import files, item, score
from survey.sipas import DESIGN, INSTRUMENT, ITEMS, TOP2, design, made_up, plain, responses

from parindex.errors import UnusableInputError
from parindex.survey.estimation.crossing import whole
from parindex.survey.estimation.intervals import IntervalMethod
from parindex.survey.estimation.parted import PartedDesign
from parindex.survey.estimation.replicates import ReplicateMethod
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.statistics import mean
from parindex.survey.finding import Finding
from parindex.survey.questionnaire import SHIPPED, Overall, Questionnaire
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.satisfaction.indices import SatisfactionIndex, findings_of, satisfaction
from parindex.survey.satisfaction.instrument import (
    Instrument,
    Measure,
    MeasuredItem,
    instrument_of,
)

Key = tuple[Measure, str, str]


def found(
    of: Responses, by: tuple[str, ...] = (), **changes: object
) -> dict[Key, SatisfactionIndex]:
    given_: dict[str, object] = {"by": [by], "confidence": 0.95, **changes}
    rows = satisfaction(INSTRUMENT, of, design(of, DESIGN), **given_)  # type: ignore[arg-type]
    return {(one.measure, one.of, one.domain): one for one in rows}


def answered(counts: dict[str, int]) -> list[str]:
    return [code for code, n in counts.items() for _ in range(n)]


ONE = Instrument(
    id="one", version=1, items=(MeasuredItem(id="q", worth=TOP2, ignored=frozenset({"9"})),)
)


@given(
    st.lists(st.integers(0, 30), min_size=6, max_size=6).filter(lambda counts: sum(counts[:5]) > 1)
)
def test_top2_is_the_share_of_the_two_best_answers_of_those_that_count(counts: list[int]):
    codes = answered(dict(zip(["1", "2", "3", "4", "5", "9"], counts, strict=True)))
    (one,) = satisfaction(ONE, responses({"q": codes}), plain(len(codes)), confidence=0.95)
    valid = sum(counts[:5])
    share = (counts[3] + counts[4]) / valid
    assert one.index == pytest.approx(100 * share)
    assert one.n == valid
    # Everyone who was asked, with those who do not count as outside of the part that does.
    n = len(codes)
    assert one.se == pytest.approx(
        100 * math.sqrt(share * (1 - share) / valid * n / (n - 1)), abs=1e-9
    )


def test_a_mean_of_all_items_has_the_error_of_each_person_s_mean():
    of = made_up(unanswered=0)
    rows = found(of)
    each = np.array(
        [
            [
                float(TOP2[name])
                for name in np.array(of.columns[id_].categories.names)[
                    of.columns[id_].categories.codes
                ]
            ]
            for id_ in ITEMS
        ]
    )
    parted = PartedDesign(design(of, DESIGN), whole(of.n_rows))
    for key, shares in {
        (Measure.FACTOR, "officials", ""): [0, 1 / 2, 1 / 2, 0],
        (Measure.OVERALL, "", ""): [1 / 3, 1 / 6, 1 / 6, 1 / 3],
        (Measure.ITEM, "clear", ""): [0, 0, 1, 0],
    }.items():
        direct = mean(parted, shares @ each)
        assert rows[key].index == pytest.approx(100 * direct.values[0, 0])
        assert rows[key].se == pytest.approx(
            100 * math.sqrt(direct.estimated.variances()[0, 0]), rel=1e-9
        )
        assert rows[key].n == of.n_rows
        assert rows[key].df == 35


@pytest.mark.parametrize("by", [(), ("unit",), ("unit", "service"), ("stratum",)])
def test_leaving_out_one_commune_at_a_time_gives_the_same_errors(by: tuple[str, ...]):
    of = made_up()
    rows = satisfaction(INSTRUMENT, of, design(of, DESIGN), by=[by], confidence=0.95)
    jackknife = design(of, DESIGN, ReplicateMethod.JKN)
    again = satisfaction(INSTRUMENT, of, jackknife, by=[by], confidence=0.95)
    assert len(rows) == 8 * {(): 1, ("unit",): 3, ("unit", "service"): 6, ("stratum",): 5}[by]
    for one, other in zip(rows, again, strict=True):
        assert (one.measure, one.of, one.domain, one.n) == (
            other.measure,
            other.of,
            other.domain,
            other.n,
        )
        assert one.index == pytest.approx(other.index)
        assert one.se == pytest.approx(other.se, rel=0.08)


def test_a_factor_is_the_plain_mean_of_its_items_however_many_answered_each():
    rows = found(made_up(), ("unit",))
    for unit in ("unit=u0", "unit=u1", "unit=u2"):
        of = [rows[Measure.ITEM, id_, unit] for id_ in ("polite", "clear")]
        factor = rows[Measure.FACTOR, "officials", unit]
        assert factor.index == pytest.approx(sum(one.index or 0 for one in of) / 2)
        assert factor.n == min(one.n for one in of)


def test_an_interval_is_that_of_the_design_s_degrees_of_freedom():
    of = made_up()
    one = found(of)[Measure.OVERALL, "", ""]
    assert one.index is not None
    assert one.se is not None
    assert (one.ci_low, one.ci_high) == pytest.approx(
        (one.index - 2.030108 * one.se, one.index + 2.030108 * one.se)
    )
    normal = found(of, interval=IntervalMethod.NORMAL)[Measure.OVERALL, "", ""]
    assert normal.ci_high == pytest.approx(one.index + 1.959964 * one.se)
    for method in (IntervalMethod.LOGIT, IntervalMethod.WILSON):
        inside = found(of, interval=method)[Measure.OVERALL, "", ""]
        assert inside.ci_low is not None
        assert inside.ci_high is not None
        assert 0 < inside.ci_low < one.index < inside.ci_high < 100
        assert inside.ci_high - one.index < one.index - inside.ci_low, "bent away from 100"


def test_an_item_that_nobody_answered_leaves_no_mean_of_what_is_left():
    cells = {id_: ["4", "5", "1", "2"] for id_ in ITEMS}
    of = responses({**cells, "clear": ["9", None, "4", "5"], "unit": ["a", "a", "b", "b"]})
    rows = {
        (one.measure, one.of, one.domain): one
        for one in satisfaction(INSTRUMENT, of, plain(4), by=[("unit",)], confidence=0.95)
    }
    lacking = rows[Measure.FACTOR, "officials", "unit=a"]
    assert (lacking.index, lacking.se, lacking.ci_low, lacking.n) == (None, None, None, 0)
    assert lacking.missing == ("clear",)
    assert rows[Measure.OVERALL, "", "unit=a"].missing == ("clear",)
    assert rows[Measure.FACTOR, "access", "unit=a"].index == 100
    assert rows[Measure.OVERALL, "", "unit=b"].missing == ()
    assert rows[Measure.OVERALL, "", "unit=b"].index == pytest.approx(100 / 6)


def test_a_code_outside_the_scale_is_told_with_its_line():
    of = responses({"q": ["4", "9", "7", "x", "7"]})
    with pytest.raises(UnusableInputError) as caught:
        satisfaction(ONE, of, plain(5), confidence=0.95, file="data.csv")
    assert [(one.line, one.values["got"]) for one in caught.value.problems] == [(4, "7"), (5, "x")]


def shipped(name: str) -> Questionnaire:
    path = SHIPPED.find(f"template/sipas/citizens/{name}")
    assert path is not None
    return read_questionnaire(path.read_bytes(), file=str(path))


def test_the_instrument_of_2017_is_top2_and_the_mean_of_five_factors():
    made = instrument_of(shipped("2017"))
    assert len(made.items) == 22
    kinds = [one.measure for one in made.composites]
    assert kinds == [Measure.FACTOR] * 5 + [Measure.OVERALL]
    assert [len(one.shares) for one in made.composites] == [4, 5, 6, 3, 4, 22]
    for one in made.composites:
        assert sum(one.shares.values()) == 1
    overall = made.composites[-1].shares
    assert {overall[id_] for id_ in made.composites[3].shares} == {Fraction(1, 15)}
    assert sorted(made.items[0].worth.values()) == [0, 0, 0, 1, 1]


def test_the_instrument_of_2022_is_a_mean_of_scores_and_of_two_parts():
    made = instrument_of(shipped("2022"))
    assert [one.measure for one in made.composites].count(Measure.PART) == 2
    assert sorted(made.items[0].worth.values()) == [Fraction(at, 5) for at in range(1, 6)]
    policy, service, overall = made.composites[-3:]
    # The published figures of 2024: 84.09 of services and, derived, 83.79 of policies.
    of_item = {
        **dict.fromkeys(policy.shares, Fraction("83.79")),
        **dict.fromkeys(service.shares, Fraction("84.09")),
    }
    assert sum(share * of_item[id_] for id_, share in overall.shares.items()) == Fraction("83.94")


def test_scoring_is_the_instrument_s_own():
    questionnaire = shipped("2022")
    assert questionnaire.scoring is not None
    lowest = replace(questionnaire, scoring=replace(questionnaire.scoring, zero_at=Decimal(1)))
    assert sorted(instrument_of(lowest).items[0].worth.values()) == [
        Fraction(at, 4) for at in range(5)
    ]
    first = instrument_of(questionnaire).items[0].id
    alone = replace(questionnaire.scoring, overall=Overall.QUESTION, question=first)
    overall = instrument_of(replace(questionnaire, scoring=alone)).composites[-1]
    assert overall.measure is Measure.OVERALL
    assert dict(overall.shares) == {first: Fraction(1)}
    with pytest.raises(ValueError, match="no scoring"):
        instrument_of(replace(questionnaire, scoring=None))


def test_an_overall_question_belongs_to_no_factor():
    questionnaire = shipped("2017")
    assert questionnaire.scoring is not None
    first = instrument_of(questionnaire).items[0].id
    sections = tuple(
        replace(
            one,
            questions=tuple(
                replace(question, factor="") if question.name == first else question
                for question in one.questions
            ),
        )
        for one in questionnaire.sections
    )
    scoring = replace(questionnaire.scoring, overall=Overall.QUESTION, question=first)
    made = instrument_of(replace(questionnaire, sections=sections, scoring=scoring))
    assert first in {one.id for one in made.items}
    assert [first in one.shares for one in made.composites] == [False] * 5 + [True]
    with pytest.raises(ValueError, match="measures nothing"):
        instrument_of(replace(questionnaire, sections=()))


def test_the_satisfaction_of_units_becomes_points_by_the_rule():
    # Thừa Thiên Huế 2019: 78 % satisfied are 7.80 of 10 points.
    codes = answered({"4": 50, "5": 28, "2": 22}) + answered({"5": 9, "1": 1})
    units = ["hue"] * 100 + ["khac"] * 10
    instrument = replace(
        ONE, composites=(replace(INSTRUMENT.composites[-1], shares={"q": Fraction(1)}),)
    )
    rows = satisfaction(
        instrument,
        responses({"q": codes, "unit": units, "service": ["x"] * 110}),
        plain(110),
        by=[(), ("unit",), ("unit", "service")],
        confidence=0.95,
    )
    findings = findings_of(rows, item="8.1", unit_column="unit", decimals=2)
    assert findings["hue"].share == Decimal("0.7800")
    assert findings["hue"].n == 100
    assert findings["hue"].se == Decimal("0.041614")
    assert set(findings) == {"hue", "khac"}
    assert set(
        findings_of(rows, item="8.1", unit_column="unit", decimals=2, withheld={"khac"})
    ) == {"hue"}
    lines = "".join(
        f"{one.unit},{one.item},{one.share},{one.se},{one.n}\n" for one in findings.values()
    )
    run = score(
        files(
            {"8": [item("8.1", "10", "{shape: ratio}", source="survey")]},
            units=("hue,Huế,so,yes", "khac,Khác,so,yes"),
            tables={"findings.csv": "unit,item,share,se,n\n" + lines},
        )
    )
    assert [result.points for result in run.groups[0].results] == [78_000, 90_000]


def test_a_unit_without_an_index_has_no_finding_and_an_error_may_be_unknown():
    row = SatisfactionIndex(
        measure=Measure.OVERALL,
        of="",
        domain="unit=a",
        index=None,
        se=None,
        ci_low=None,
        ci_high=None,
        df=3,
        n=0,
        missing=("q",),
    )
    assert findings_of([row], item="8.1", unit_column="unit", decimals=2) == {}
    known = replace(row, index=89.995, missing=())
    assert findings_of([known], item="8.1", unit_column="unit", decimals=2) == {
        "a": Finding(unit="a", item="8.1", share=Decimal("0.9000"), se=None, n=0)
    }
