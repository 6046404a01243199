import pytest
from rounds import item, rulebook

from parindex.criteria.parser import read_rulebook
from parindex.scoring.examples import check_examples


def found(
    rule: str, example: str, *, source: str = "appraisal", more: tuple[str, ...] = ()
) -> list[str]:
    text = rulebook(
        {"1": [item("1.1.1", "2", rule, source=source, more=(f"examples: [{example}]", *more))]}
    )
    return [one.code for one in check_examples(read_rulebook(text.encode(), file="f"))]


@pytest.mark.parametrize(
    ("rule", "example", "source"),
    [
        ("{shape: options, points: {a: 2, b: 0.5}}", "{option: b, points: 0.5}", "appraisal"),
        ("{shape: ratio}", "{numerator: 1, denominator: 3, points: 0.6667}", "appraisal"),
        ("{shape: ratio}", "{value: 50, points: 1.0}", "external"),
        ("{shape: ratio}", "{share: 0.8, points: 1.6}", "survey"),
        ("{shape: ratio}", "{value: 80, points: 1.6}", "survey"),
        ("{shape: given}", "{points: 1.5}", "appraisal"),
        ("{shape: ratio}", "{share: 1, points: 2}", "index"),
        ("{shape: ratio}", "{numerator: 1, denominator: 2, points: 1}", "dossiers"),
        ("{shape: deduction, each: 0.5}", "{count: 3, points: 0.5}", "appraisal"),
    ],
)
def test_an_example_that_holds_is_no_finding(rule: str, example: str, source: str):
    assert found(rule, example, source=source) == []


def test_an_example_above_the_maximum_is_the_lawyers_finding_alone():
    assert found("{shape: ratio}", "{value: 50, points: 2.5}") == []


def test_a_guard_can_be_an_example():
    more = ('zero_if: {vi: "x"}', "if_none_due: full")
    assert found("{shape: ratio}", "{veto: yes, points: 0}", more=more) == []
    assert found("{shape: ratio}", "{numerator: 0, denominator: 0, points: 2}", more=more) == []


@pytest.mark.parametrize(
    ("rule", "example", "source", "code"),
    [
        ("{shape: ratio}", "{value: 50, points: 1.01}", "appraisal", "example.other_points"),
        ("{shape: ratio}", "{share: 0.5, points: 1}", "appraisal", "example.share"),
        ("{shape: ratio}", "{share: 1.5, points: 2}", "survey", "entry.numerator_above"),
        ("{shape: ratio}", "{value: 150, points: 1}", "appraisal", "entry.over_100"),
        ("{shape: ratio}", "{option: a, points: 1}", "appraisal", "entry.not_read"),
        ("{shape: given}", "{option: a, points: 1}", "appraisal", "entry.not_read"),
        ("{shape: ratio}", "{points: 1}", "appraisal", "entry.empty"),
        ("{shape: ratio}", "{share: 0.5, value: 50, points: 1}", "survey", "entry.pair_and_value"),
    ],
)
def test_an_example_that_fails_is_a_finding(rule: str, example: str, source: str, code: str):
    assert code in found(rule, example, source=source)
