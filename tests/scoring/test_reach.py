"""The rules read backwards, against a search through what can be entered."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.criteria.model import Item, NotApplicable, Policies, RankOn, Text, Ties
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    Options,
    Ratio,
    ScoringRule,
    Source,
    Step,
    reads,
)
from parindex.scoring.evaluate import Scorer, percent
from parindex.scoring.inputs import Quantity
from parindex.scoring.reach import Reach

D = Decimal


def policies(decimals: int) -> Policies:
    return Policies(
        points_decimals=decimals,
        index_decimals=2,
        rank_on=RankOn.PUBLISHED,
        ties=Ties.SHARE_BEST,
        not_applicable=NotApplicable.RENORMALISE,
    )


def item(rule: ScoringRule, maximum: str = "2", source: Source = Source.APPRAISAL) -> Item:
    return Item(
        code="1.1",
        id="one",
        name=Text(vi="Mục"),
        max_points=D(maximum),
        source=source,
        rule=rule,
        law=None,
    )


def step(start: str, points: str) -> Step:
    return Step(start=D(start), points=D(points))


RATIOS = (
    Ratio(),
    Ratio(full_at=D(80), zero_below=D(50)),
    Ratio(full_at=D(125), over_100=True),
    Ratio(full_at=D("33.3"), zero_below=D(40)),
    Bands(on=BandsOn.RATIO, steps=(step("90", "2"), step("70", "1"), step("0.5", "0.3"))),
    Bands(
        on=BandsOn.RATIO, steps=(step("120", "2"), step("100", "1"), step("0", "0")), over_100=True
    ),
)
RULES: tuple[tuple[ScoringRule, Source], ...] = (
    *((rule, Source.APPRAISAL) for rule in RATIOS),
    *((rule, Source.SURVEY) for rule in RATIOS),
    (Options(points=(("đủ", D(2)), ("một phần", D("0.5")), ("ít", D("0.5")))), Source.APPRAISAL),
    (Bands(on=BandsOn.COUNT, steps=(step("2", "2"), step("1", "1"))), Source.EXTERNAL),
    (Bands(on=BandsOn.COUNT, steps=(step("2.5", "2"), step("2.2", "1"))), Source.APPRAISAL),
    (Bands(on=BandsOn.VALUE, steps=(step("17.5", "2"), step("4", "0.75"))), Source.DOSSIERS),
    (Deduction(each=D("0.3")), Source.APPRAISAL),
    (Deduction(each=D("0.35"), floor=D("0.5")), Source.APPRAISAL),
    (Given(), Source.APPRAISAL),
)


def everything(one: Item) -> list[Quantity]:
    """All that can be entered of an item, in steps fine enough for points of one decimal."""
    read = reads(one.rule)
    if isinstance(one.rule, Options):
        return [Quantity(option=option) for option, _ in one.rule.points]
    if read == "count":
        return [Quantity(count=count) for count in range(12)]
    if read == "points":
        return [Quantity(points=D(n) / 10) for n in range(21)]
    over = one.source is Source.APPRAISAL and isinstance(one.rule, Bands | Ratio)
    top = 1300 if over and one.rule.over_100 else 1000  # type: ignore[union-attr]
    return [Quantity(value=D(n) / 10) for n in range(top + 1)]


@pytest.mark.parametrize(("rule", "source"), RULES)
def test_the_least_reach_is_what_a_search_finds(rule: ScoringRule, source: Source):
    one = item(rule, source=source)
    scorer = Scorer(one, policies(1))
    earned = {scorer.score(quantity).points for quantity in everything(one)}
    reach = Reach(one, policies(1))
    assert reach.best == max(earned)
    for wanted in range(1, 24):
        best = min((points for points in earned if points >= wanted), default=None)
        found = reach.least(wanted)
        assert (None if found is None else found.points) == best, wanted
        if found is not None:
            assert scorer.score(found.quantity).points == found.points


@pytest.mark.parametrize("rule", RATIOS[:4])
@given(points=st.integers(1, 20000))
def test_a_ratio_a_hair_lower_earns_less(rule: Ratio, points: int):
    one = item(rule)
    found = Reach(one, policies(4)).least(points)
    if found is None:
        return
    least = Fraction(*percent(found.quantity))
    lower = least - Fraction(1, 10**12)
    quantity = Quantity(numerator=lower.numerator, denominator=100 * lower.denominator)
    assert Scorer(one, policies(4)).score(quantity).points < points <= found.points


def test_no_demand_is_met_by_the_least_of_all():
    assert Reach(item(Given()), policies(2)).least(-3) == (0, Quantity(points=D("0.00")))
    ratio = Reach(item(Ratio()), policies(2)).least(0)
    assert ratio == (0, Quantity(numerator=0, denominator=100))


def test_a_share_stops_at_a_hundred_percent_whatever_the_rule_would_take():
    rule = Ratio(full_at=D(125), over_100=True)
    assert Reach(item(rule, source=Source.SURVEY), policies(2)).best == 160
    assert Reach(item(rule, source=Source.DOSSIERS), policies(2)).best == 200
