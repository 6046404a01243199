"""The notation of a cell: what is written, what may be typed, what is not understood."""

from __future__ import annotations

from decimal import Decimal

import pytest

from parindex.criteria.model import Example
from parindex.criteria.plain import plain_rule
from parindex.criteria.rules import (
    Bands,
    BandsOn,
    Deduction,
    Given,
    Options,
    Ratio,
    ScoringRule,
    Step,
)
from parindex.workbooks.notation import (
    SHOWN,
    NotUnderstoodError,
    read_examples,
    read_rule,
    shape_key,
    write_examples,
    write_parameters,
)
from parindex.workbooks.wording import COLUMNS, EVIDENCE, NONE_DUE, SETTINGS, SHAPES, SOURCES

D = Decimal
STEPS = (Step(start=D("100"), points=D("1.50")), Step(start=D("80.5"), points=D("0.5")))
WRITTEN: list[tuple[ScoringRule, str, str]] = [
    (Options(points=(("timely", D("0.50")), ("late", D(0)))), "options", "timely = 0.50\nlate = 0"),
    (Options(points=(("không kịp thời", D(1)),)), "options", "không kịp thời = 1"),
    (Options(points=(('a "b"', D(1)), ("c=d", D(0)))), "options", '"a ""b""" = 1\n"c=d" = 0'),
    (Options(points=(("a → b", D(1)), ("", D(0)))), "options", '"a → b" = 1\n"" = 0'),
    (Options(points=((" a\n", D(1)), ("1,5", D(0)))), "options", '" a\n" = 1\n"1,5" = 0'),
    (Bands(on=BandsOn.RATIO, steps=STEPS), "bands:ratio", "100 → 1.50\n80.5 → 0.5"),
    (
        Bands(on=BandsOn.RATIO, steps=STEPS, over_100=True),
        "bands:ratio",
        "100 → 1.50\n80.5 → 0.5\nđược vượt 100",
    ),
    (Bands(on=BandsOn.COUNT, steps=STEPS[:1]), "bands:count", "100 → 1.50"),
    (Bands(on=BandsOn.VALUE, steps=STEPS[:1]), "bands:value", "100 → 1.50"),
    (Ratio(), "ratio", ""),
    (Ratio(full_at=D("100.0")), "ratio", "đủ điểm ở = 100.0"),
    (Ratio(zero_below=D(0)), "ratio", "0 điểm dưới = 0"),
    (
        Ratio(full_at=D(80), zero_below=D(50), over_100=True),
        "ratio",
        "đủ điểm ở = 80\n0 điểm dưới = 50\nđược vượt 100",
    ),
    (Deduction(each=D("0.125")), "deduction", "mỗi lần trừ = 0.125"),
    (Deduction(each=D(1), floor=D("0.0")), "deduction", "mỗi lần trừ = 1\nkhông dưới = 0.0"),
    (Given(), "given", ""),
]


@pytest.mark.parametrize(("rule", "shape", "text"), WRITTEN)
def test_rule_is_written_and_read(rule: ScoringRule, shape: str, text: str) -> None:
    assert shape_key(rule) == shape
    assert write_parameters(rule) == text
    defaults = {"full_at": "100"} if shape == "ratio" else {}
    defaults |= {"floor": "0"} if shape == "deduction" else {}
    assert {**defaults, **read_rule(shape, text)} == plain_rule(rule)


TYPED = [
    ("options", "timely = 0.5; late → 0,25 ;none->0;", {"timely": "0.5", "late": "0.25", "none": "0"}),
    ("options", "đạt: 1 điểm\n\nkhông đạt => 0", {"đạt": "1", "không đạt": "0"}),
    ("bands:ratio", "từ 100% → 1; ≥80 = 0,5; >= 60: 0.25",
     [{"from": "100", "points": "1"}, {"from": "80", "points": "0.5"},
      {"from": "60", "points": "0.25"}]),
    ("ratio", "Full_at 80; ZERO_BELOW: 50%; over_100", ("80", "50", "allowed")),
    ("ratio", "Đủ điểm từ 80%;0 điểm  dưới → 50;Vượt 100", ("80", "50", "allowed")),
    ("deduction", "each 0,25 điểm; floor = 0.5", ("0.25", "0.5")),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "text", "meant"), TYPED)
def test_rule_may_be_typed_in_other_ways(shape: str, text: str, meant: object) -> None:
    rule = read_rule(shape, text)
    said = {
        "options": rule.get("points"),
        "bands:ratio": rule.get("steps"),
        "ratio": (rule.get("full_at"), rule.get("zero_below"), rule.get("over_100")),
        "deduction": (rule.get("each"), rule.get("floor")),
    }
    assert said[shape] == meant


REFUSED = [
    ("options", "", ""),
    ("options", "a", "a"),
    ("options", "= 1", "= 1"),
    ("options", "a = 1; b = 2; a = 3", "a = 3"),
    ("options", "a = b = 1", "a = b = 1"),
    ("options", "a = -1", "a = -1"),
    ("options", "a = 1.", "a = 1."),
    ("options", "a = 1,500", "a = 1,500"),
    ("options", 'a = 1; "b = 2', 'a = 1; "b = 2'),
    ("options", "a = " + "1" * 16, "a = " + "1" * 16),
    ("bands:ratio", "", ""),
    ("bands:ratio", "được vượt 100", ""),
    ("bands:ratio", "100 → 1; over_100; over_100", "over_100"),
    ("bands:count", "100 1", "100 1"),
    ("ratio", "80", "80"),
    ("ratio", "full_at 80; đủ điểm ở 90", "đủ điểm ở 90"),
    ("ratio", "full_at 0.00", "full_at 0.00"),
    ("ratio", "mỗi lần trừ 1", "mỗi lần trừ 1"),
    ("deduction", "", ""),
    ("deduction", "floor 1", ""),
    ("deduction", "each 0", "each 0"),
    ("given", "1", "1"),
]


@pytest.mark.parametrize(("shape", "text", "entry"), REFUSED)
def test_what_is_not_in_the_notation_is_refused(shape: str, text: str, entry: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read_rule(shape, text)
    assert caught.value.entry == entry


def test_long_entry_takes_no_time() -> None:
    with pytest.raises(NotUnderstoodError):
        read_examples("a" + " " * 32_000)
    with pytest.raises(NotUnderstoodError):
        read_rule("options", '"' * 32_001)


def test_examples_are_written_and_read() -> None:
    examples = (
        Example(fields=(("option", "trễ; muộn"),), points=D("0.50")),
        Example(fields=(("numerator", "8"), ("denominator", "10"), ("veto", "yes")), points=D(0)),
        Example(fields=(("share", "0,5"),), points=D(1)),
        Example(fields=(), points=D(1)),
    )
    text = write_examples(examples)
    assert text == (
        'mức = "trễ; muộn" → 0.50; tử số = 8, mẫu số = 10, điểm liệt = yes → 0; '
        'tỷ lệ = "0,5" → 1; → 1'
    )
    assert read_examples(text) == [
        {**dict(one.fields), "points": str(one.points)} for one in examples
    ]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("value=0,5→1", {"value": "0.5"}),
        ("Tử số = 8,mẫu số : 10 -> 1", {"numerator": "8", "denominator": "10"}),
        ("mức = không kịp thời => 1", {"option": "không kịp thời"}),
        ('option = "a → b" → 1', {"option": "a → b"}),
        ('mức = "nói ""có""" → 1', {"option": 'nói "có"'}),
        ("share = 0.8 → 1 điểm", {"share": "0.8"}),
    ],
)
def test_examples_may_be_typed_in_other_ways(text: str, fields: dict[str, str]) -> None:
    assert read_examples(text) == [{**fields, "points": "1"}]


@pytest.mark.parametrize(
    "text",
    ["mức = a", "a → b", "mức = a → -1", "mức = a, mức = b → 1", "mức a → 1", "mứt = a → 1",
     'mức = "a → 1', "mức = a = b → 1", "mức =  → 1", "mức = a → 1,000"],
)  # fmt: skip
def test_examples_not_in_the_notation_are_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_examples(text)


def test_shown_examples_of_the_notation_are_in_the_notation() -> None:
    assert read_examples(SHOWN["examples"])
    for key in SHAPES.labels:
        shape = key.partition(":")[0]
        if shape != "given":
            assert len(read_rule(key, SHOWN[shape])) > 1


def test_lists_and_help_fit_into_what_excel_allows() -> None:
    for choices in [one.choices for one in (*COLUMNS, *SETTINGS) if one.choices is not None]:
        labels = list(choices.labels.values())
        assert len(",".join(labels)) <= 255
        assert not any("," in label for label in labels)
        assert len({label.casefold() for label in labels}) == len(labels)
        assert all(choices.code(choices.label(code)) == code for code in choices.labels)
    assert all(len(one.about) <= 225 for one in (*COLUMNS, *SETTINGS))
    assert (SOURCES.code("survey"), EVIDENCE.code("?"), NONE_DUE.code("")) == ("survey", None, None)
