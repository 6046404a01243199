"""Opinions of officials: the formula, the groups, and who may not answer."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.errors import UnusableInputError
from parindex.survey.finding import Finding
from parindex.survey.satisfaction.opinion import (
    Opinion,
    OpinionItem,
    RespondentGroup,
    opinion_findings,
)

YEN_BAI = {"A": Decimal(100), "B": Decimal(60), "C": Decimal(20), "D": Decimal(0), "E": None}
ITEMS = [OpinionItem(item="1.8", percent=YEN_BAI)]
GROUPS = [
    RespondentGroup(id="deputies", weight=Decimal(2)),
    RespondentGroup(id="leaders", weight=Decimal(1)),
    RespondentGroup(id="communes", weight=Decimal("0.5"), size=4),
]


def votes(group: str, options: str, *, unit: str = "so-a", own: str = "") -> list[Opinion]:
    return [
        Opinion(respondent=f"{group}-{at}", group=group, own_unit=own, unit=unit, item="1.8", option=option, line=at + 2)
        for at, option in enumerate(options)
    ]  # fmt: skip


def found(opinions: list[Opinion], decimals: int = 6) -> dict[tuple[str, str], Finding]:
    return opinion_findings(opinions, ITEMS, GROUPS, decimals=decimals)


def test_answers_are_worth_what_the_form_says():
    one = found(votes("deputies", "AABCDE"))["so-a", "1.8"]
    assert one.share == Decimal("0.56")
    assert one.n == 5


def test_groups_weigh_and_those_without_a_valid_answer_drop():
    both = found(votes("deputies", "AA") + votes("leaders", "DE"))["so-a", "1.8"]
    assert both.share == Decimal("0.666667")
    assert found(votes("deputies", "AC") + votes("leaders", "EE"))["so-a", "1.8"].share == Decimal(
        "0.6"
    )
    assert found(votes("leaders", "EE")) == {}


@given(st.dictionaries(st.sampled_from([one.id for one in GROUPS]), st.text("ABCDE", max_size=20)))
def test_the_share_is_exact_before_it_is_rounded_once(answers: dict[str, str]):
    opinions = [vote for group, options in answers.items() for vote in votes(group, options)]
    weight = {one.id: Fraction(one.weight) for one in GROUPS}
    above = below = Fraction(0)
    for group, options in answers.items():
        counts = Counter(options)
        valid = sum(counts[one] for one in "ABCD")
        if valid:
            worth = Fraction(100 * counts["A"] + 60 * counts["B"] + 20 * counts["C"], 100 * valid)
            above += weight[group] * worth
            below += weight[group]
    made = found(opinions, decimals=12)
    if not below:
        assert made == {}
    else:
        assert abs(Fraction(made["so-a", "1.8"].share) - above / below) <= Fraction(1, 2 * 10**12)


def test_an_error_is_that_of_each_group_as_a_sample_of_its_members():
    # Worth 1, 0.6, 0.2, 0: variance 0.1967; over 4 answers 0.0492, of which the root is 0.2217.
    assert found(votes("deputies", "ABCD"))["so-a", "1.8"].se == Decimal("0.22173558")
    weighted = found(votes("deputies", "ABCD") + votes("leaders", "AAAA"))["so-a", "1.8"]
    assert weighted.se == Decimal("0.14782372")


def test_a_small_error_is_not_rounded_to_none():
    one = found(votes("deputies", "A" * 9_999 + "B"), decimals=4)["so-a", "1.8"]
    assert (one.share, one.se) == (Decimal("1.0000"), Decimal("0.000040"))


def test_a_group_that_answered_as_a_whole_has_no_error():
    assert found(votes("communes", "ABCD"))["so-a", "1.8"].se == 0
    three = found(votes("communes", "ABC"))["so-a", "1.8"].se
    assert three == Decimal("0.11547005")
    more = [RespondentGroup(id="communes", weight=Decimal(1), size=2)]
    assert (
        opinion_findings(votes("communes", "ABC"), ITEMS, more, decimals=6)["so-a", "1.8"].se == 0
    )


def test_a_single_answer_does_not_tell_its_error():
    assert found(votes("deputies", "A"))["so-a", "1.8"].se is None
    whole = [RespondentGroup(id="deputies", weight=Decimal(1), size=1)]
    assert opinion_findings(votes("deputies", "A"), ITEMS, whole, decimals=6)["so-a", "1.8"].se == 0


def test_nobody_rates_the_own_unit_twice_or_in_another_s_name():
    opinions = [
        *votes("deputies", "AB"),
        *votes("leaders", "A", own="so-b"),
        *votes("communes", "A", own="so-a"),
        *votes("deputies", "A"),
        *votes("strangers", "A"),
        *votes("leaders", "X", unit="so-c"),
        Opinion(
            respondent="x",
            group="leaders",
            own_unit="",
            unit="so-a",
            item="9.9",
            option="A",
            line=9,
        ),
    ]
    with pytest.raises(UnusableInputError) as caught:
        opinion_findings(opinions, ITEMS, GROUPS, decimals=4, file="y-kien.csv")
    assert sorted(f"{one.code}:{one.line}" for one in caught.value.problems) == [
        "opinion.group:2",
        "opinion.option:2",
        "opinion.option:9",
        "opinion.own_unit:2",
        "opinion.repeated:2",
    ]
