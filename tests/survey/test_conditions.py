import json
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey.questionnaires import TODAY, conditions

from parindex.survey.conditions.reading import ConditionError, parse_condition
from parindex.survey.conditions.tree import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    Answer,
    Call,
    Condition,
    Number,
    Quoted,
    This,
    depth_of,
    names_in,
    to_json,
    to_text,
)
from parindex.survey.conditions.values import holds

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "src" / "parindex" / "web" / "static" / "js" / "conditions.js"
NODE = shutil.which("node") or next(iter(map(str, (ROOT / ".tools/node/bin").glob("node"))), None)
A, B, C = Answer("a"), Answer("b"), Answer("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("${a}", A),
        (" . ", This()),
        ("18.50", Number("18.50")),
        ("'Sở \"Nội vụ\"'", Quoted('Sở "Nội vụ"')),
        ('"l\'an"', Quoted("l'an")),
        ("${ a } = ''", Call("=", (A, Quoted("")))),
        ("${a} or ${b} and ${c}", Call("or", (A, Call("and", (B, C))))),
        ("${a} or ${b} or ${c}", Call("or", (A, B, C))),
        ("(${a} or ${b}) or ${c}", Call("or", (Call("or", (A, B)), C))),
        ("${a} = ${b} != ${c}", Call("!=", (Call("=", (A, B)), C))),
        ("${a} < ${b} = ${c}", Call("=", (Call("<", (A, B)), C))),
        ("${a}-${b}-${c}", Call("-", (Call("-", (A, B)), C))),
        ("${a} - (${b} - ${c})", Call("-", (A, Call("-", (B, C))))),
        ("${a} + ${b} * ${c}", Call("+", (A, Call("*", (B, C))))),
        ("${a} div 2 mod 3", Call("mod", (Call("div", (A, Number("2"))), Number("3")))),
        ("-${a} * ${b}", Call("*", (Call("neg", (A,)), B))),
        ("--${a}", Call("neg", (Call("neg", (A,)),))),
        ("-(${a} + 1)", Call("neg", (Call("+", (A, Number("1"))),))),
        ("not(selected(${a}, 'x'))", Call("not", (Call("selected", (A, Quoted("x"))),))),
        ("selected(., ${b})", Call("selected", (This(), B))),
        ("true() = false ( )", Call("=", (Call("true"), Call("false")))),
        (". <= today()", Call("<=", (This(), Call("today")))),
        ("date('2024-02-29') > ${a}", Call(">", (Call("date", (Quoted("2024-02-29"),)), A))),
        ("string-length(${a})>=10", Call(">=", (Call("string-length", (A,)), Number("10")))),
        ("count-selected(.)\n<=\t3", Call("<=", (Call("count-selected", (This(),)), Number("3")))),
    ],
)  # fmt: skip
def test_a_condition_is_read_as_xpath_reads_it(text: str, tree: Condition):
    assert parse_condition(text) == tree
    assert parse_condition(to_text(tree)) == tree


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "condition.syntax", 1),
        ("${a} == 1", "condition.syntax", 7),
        ("${a} = ", "condition.syntax", 8),
        ("(${a}", "condition.syntax", 6),
        ("${a})", "condition.syntax", 5),
        ("${a} ${b}", "condition.syntax", 6),
        ("${a b}", "condition.syntax", 1),
        ("$a = 1", "condition.syntax", 1),
        ("${a} = ‘1’", "condition.syntax", 8),
        ("'mở", "condition.syntax", 1),
        ("${a} AND ${b}", "condition.syntax", 6),
        ("and ${b}", "condition.syntax", 1),
        ("neg(1)", "condition.syntax", 1),
        ("1.", "condition.syntax", 2),
        ("/data/a = 1", "condition.syntax", 1),
        ("selected(${a} 'x')", "condition.syntax", 15),
        ("selected ${a}", "condition.syntax", 10),
        ("  regex(., 'x')", "condition.function", 3),
        ("concat(${a}, ${b})", "condition.function", 1),
        ("not()", "condition.arguments", 1),
        ("today(1)", "condition.arguments", 1),
        ("selected('x', ${a})", "condition.arguments", 1),
        ("selected(${a}, 1)", "condition.arguments", 1),
        ("string-length('x')", "condition.arguments", 1),
        ("date(${a})", "condition.arguments", 1),
        ("date('2025-02-30')", "condition.arguments", 1),
    ],
)
def test_what_is_no_condition_is_refused_where_reading_ended(text: str, code: str, at: int):
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert (caught.value.code, caught.value.values["at"]) == (code, at)


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 1) + "1",
        "not(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        " - ".join(["1"] * (MAX_DEPTH + 2)),
        "-" * 3_000 + "1",
    ],
)
def test_a_condition_is_not_nested_without_end(text: str):
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert caught.value.code == "condition.too_deep"


def test_a_condition_is_not_longer_than_a_screen_can_show():
    codes = " or ".join(f"${{a}} = '{n}'" for n in range(200))
    assert len(codes) < MAX_LENGTH
    assert depth_of(parse_condition(codes)) == 2
    with pytest.raises(ConditionError) as caught:
        parse_condition(codes + " " * MAX_LENGTH)
    assert caught.value.code == "condition.too_long"


def test_the_questions_that_a_condition_asks_about():
    assert names_in(parse_condition("${b} = 1 or (${a} = ${b} and . = 2)")) == ("b", "a")


@given(conditions(["a", "b"], this=True))
def test_any_condition_comes_back_from_its_text(tree: Condition):
    assert parse_condition(to_text(tree)) == tree


ANSWERS = {
    "n": "7",
    "empty": "",
    "t": "Hà Nội",
    "many": "a c",
    "day": "2025-11-24",
    "zero": "0",
    "half": " .5 ",
}


VALUES = [
    ("${n} = 7", True), ("${n} = '7'", True), ("${n} = 7.0", True), ("${n} = '7.0'", False),
    ("${n} != 7", False), ("${empty} = ''", True), ("${none} = ''", True), ("${empty} = 0", False),
    ("${empty} != 0", True), ("${empty} < 1", False), ("${empty} >= 0", False), ("${t}", True),
    ("${empty}", False), ("${zero}", True), ("${n} - 7", False), ("0 div 0", False),
    ("1 div 0 > 1000000", True), ("-1 div 0 < 0", True), ("1 div -0 < 0", True),
    ("(0 div 0) div 0 = 1", False), ("1 div (0 div 0) = 1", False), ("6 div 4 = 1.5", True),
    ("7 mod 4 = 3", True), ("-7 mod 4 = -3", True), ("7 mod 0 = 0", False),
    ("(1 div 0) mod 2 = 0", False), ("2 mod (1 div 0) = 2", True), ("2 mod (0 div 0) = 2", False),
    ("0.1 + 0.2 = 0.3", False), ("2 * 3 + 1 = 7", True), ("${half} + 0.5 = 1", True),
    ("true()", True), ("false()", False), ("not(${empty})", True), ("true() = 'x'", True),
    ("false() = ''", True), ("true() = 0", False), ("true() + 1 = 2", True), ("true() > false()", True),
    ("selected(${many}, 'c')", True), ("selected(${many}, 'b')", False), ("selected(${many}, '')", False),
    ("selected(${empty}, 'a')", False), ("count-selected(${many}) = 2", True),
    ("count-selected(${empty}) = 0", True), ("string-length(${t}) = 6", True),
    ("${day} = today()", True), ("${day} <= today()", True), ("${day} < today()", False),
    ("${day} > date('2025-11-23')", True), ("${day} - date('2025-11-01') = 23", True),
    ("date('1969-12-31') = -1", True), ("today() = '2025-11-24'", True), ("${t} > date('2025-01-01')", False),
    ("'2025-02-30' > 0", False), ("${n} > 5 and ${n} < 10", True), ("${n} > 7 or ${n} = 8", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_what_conditions_come_to(text: str, expected: bool):
    assert holds(parse_condition(text), ANSWERS, today=TODAY) is expected


def test_the_absent_condition_holds_and_a_dot_is_the_answer():
    assert holds(None, {}, today=TODAY)
    check = parse_condition(". >= 18 and string-length(.) < 3")
    assert [holds(check, {}, here=text, today=TODAY) for text in ("18", "17", "018", "x")] == [
        True, False, False, False,
    ]  # fmt: skip


def test_text_is_as_long_as_a_telephone_and_a_page_count_it():
    assert holds(parse_condition("string-length(.) = 2"), {}, here="😀", today=TODAY)


def test_every_function_has_a_value_and_a_place_in_the_documentation():
    page = (ROOT / "docs" / "reference" / "questionnaires.md").read_text(encoding="utf-8")
    script = SCRIPT.read_text(encoding="utf-8")
    for name in FUNCTIONS:
        assert f"`{name}(" in page, name
        assert name in script, name


# ---- the same in a browser


def in_javascript(cases: Iterable[tuple[Condition, dict[str, str], str, date]]) -> list[bool]:
    """What conditions come to in the page's own script."""
    assert NODE is not None
    given = [
        [to_json(tree), {"answers": answers, "here": here, "today": today.isoformat()}]
        for tree, answers, here, today in cases
    ]
    program = (
        f"import {{ holds }} from {json.dumps(SCRIPT.as_uri())};"
        "let text = ''; for await (const piece of process.stdin) text += piece;"
        "console.log(JSON.stringify(JSON.parse(text).map(([tree, given]) => holds(tree, given))));"
    )
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    values: list[bool] = json.loads(done.stdout)
    return values


CASES = st.lists(
    st.tuples(
        conditions(["n", "t", "many", "__proto__"], this=True),
        st.fixed_dictionaries(
            {},
            optional={
                "n": st.sampled_from(["0", "7", "-3.5", " 12 ", "1e3", "", "007", "9" * 400]),
                "t": st.text("aắ😀 1\u00a0", max_size=4),
                "many": st.sampled_from(["a", "a c", "", " b\tc "]),
            },
        ),
        st.sampled_from(["", "5", "2024-02-29", "2023-02-29", "0999-01-01", "a b"]),
        st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    ),
    min_size=60,
    max_size=60,
)


@pytest.mark.skipif(NODE is None, reason="needs Node (node)")
@settings(max_examples=8)
@given(CASES)
def test_a_page_and_the_server_agree(cases: list[tuple[Condition, dict[str, str], str, date]]):
    here = [holds(tree, answers, here=text, today=day) for tree, answers, text, day in cases]
    assert in_javascript(cases) == here


@pytest.mark.skipif(NODE is None, reason="needs Node (node)")
def test_a_page_and_the_server_agree_on_the_examples():
    cases = [(parse_condition(text), ANSWERS, "", TODAY) for text, _ in VALUES]
    assert in_javascript(cases) == [expected for _, expected in VALUES]
