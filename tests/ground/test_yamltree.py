from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest

from parindex.errors import Problems
from parindex.yamltree import MAX_BYTES, Fields, Tree, is_nfc, read_json, read_yaml


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def codes(problems: Problems) -> list[str]:
    return [f"{one.line}:{one.code}" for one in problems.found]


def parse(text: str) -> tuple[Tree | None, list[str]]:
    problems = Problems(file="f.yaml")
    return read_yaml(text.encode(), problems), codes(problems)


def fields(text: str) -> tuple[Fields, Problems]:
    problems = Problems(file="f.yaml")
    tree = read_yaml(text.encode(), problems)
    assert tree is not None
    return Fields(tree, problems, about="thing"), problems


def test_scalars_stay_the_text_that_was_written():
    tree, problems = parse("on: yes\nnumber: 1.50\nlist: [no, ~, 012]\n")
    assert problems == []
    assert tree == Tree(
        {
            "on": Tree("yes", 1),
            "number": Tree("1.50", 2),
            "list": Tree([Tree("no", 3), Tree("~", 3), Tree("012", 3)], 3),
        },
        1,
    )


def test_a_byte_order_mark_is_passed_over():
    problems = Problems()
    assert read_yaml(b"\xef\xbb\xbfa: 1\n", problems) == Tree({"a": Tree("1", 1)}, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "0:yaml.empty"),
        ("a: [1, 2\n", "2:yaml.syntax"),
        ("a: 1\n\tb: 2\n", "2:yaml.syntax"),
        ("a: 1\na: 2\n", "2:yaml.repeated_key"),
        ("a: &x 1\nb: *x\n", "1:yaml.alias"),
        ("? [a]\n: 1\n? [b]\n: 2\n", "3:yaml.repeated_key"),
        ("a: " + "[" * 50 + "]" * 50, "0:yaml.too_deep"),
        ("".join(" " * (2 * n) + f"k{n}:\n" for n in range(60)), "0:yaml.too_deep"),
        ("a: \x01\n", "0:yaml.syntax"),
        ("a: *nobody\n", "1:yaml.syntax"),
    ],
)
def test_unusable_yaml_is_refused_with_its_line(text: str, problem: str):
    tree, problems = parse(text)
    assert tree is None
    assert problems == [problem]


def test_bytes_that_are_not_utf8_and_large_files_are_refused():
    problems = Problems()
    assert read_yaml(b"a: 1\nb: \xff\n", problems) is None
    assert read_yaml(b"#" * (MAX_BYTES + 1), problems) is None
    assert codes(problems) == ["2:yaml.encoding", "0:yaml.too_large"]


def test_json_gives_the_same_tree_without_lines():
    assert read_json(b'{"a":["1",{"b":"x"}]}') == Tree(
        {"a": Tree([Tree("1"), Tree({"b": Tree("x")})])}
    )
    with pytest.raises(TypeError):
        read_json(b'{"a":1}')


def test_fields_are_read_as_what_they_must_be():
    read, problems = fields("t: x\nd: 0.50\nw: 7\non: 2025-07-01\nc: blue\nm: {k: v}\ns: [1]\n")
    assert read.text("t") == "x"
    assert read.decimal("d") == Decimal("0.50")
    assert read.whole("w") == 7
    assert read.day("on") == date(2025, 7, 1)
    assert read.choice("c", Colour) is Colour.BLUE
    assert read.mapping("m", about="m").text("k") == "v"
    assert read.named("m") == {"k": Tree("v", 6)}
    assert read.sequence("s") == [Tree("1", 7)]
    assert read.text("absent", default="d") == "d"
    assert read.choice("absent", Colour, default=Colour.RED) is Colour.RED
    assert read.sequence("absent", optional=True) == []
    assert read.line_of("w") == 3
    assert read.line_of("absent") == 1
    read.close()
    assert codes(problems) == []


@pytest.mark.parametrize(
    ("text", "ask", "problem"),
    [
        ("a: 1", "text", "1:yaml.missing_key"),
        ("k: ''", "text", "1:yaml.not_text"),
        ("k: [1]", "text", "1:yaml.not_text"),
        ("k: -1", "decimal", "1:yaml.not_a_number"),
        ("k: 1,5", "decimal", "1:yaml.not_a_number"),
        ("k: 1.5", "whole", "1:yaml.not_whole"),
        ("k: 1234567890", "whole", "1:yaml.not_whole"),
        ("k: ²", "whole", "1:yaml.not_whole"),
        ("k: 1/7/2025", "day", "1:yaml.not_a_date"),
        ("k: green", "colour", "1:yaml.not_a_choice"),
        ("k: x", "mapping", "1:yaml.not_a_mapping"),
        ("k: x", "named", "1:yaml.not_a_mapping"),
        ("k: x", "sequence", "1:yaml.not_a_list"),
        ("a: x", "sequence", "1:yaml.missing_key"),
        ("a: x", "named", "1:yaml.missing_key"),
        ("a: x", "mapping", "1:yaml.missing_key"),
        ("a: x", "colour", "1:yaml.missing_key"),
        ("a: x", "decimal", "1:yaml.missing_key"),
    ],
)
def test_a_field_of_the_wrong_kind_is_one_problem(text: str, ask: str, problem: str):
    read, problems = fields(text)
    asking: dict[str, Callable[[], object]] = {
        "text": lambda: read.text("k"),
        "decimal": lambda: read.decimal("k"),
        "whole": lambda: read.whole("k"),
        "day": lambda: read.day("k"),
        "colour": lambda: read.choice("k", Colour),
        "mapping": lambda: read.mapping("k", about="k"),
        "named": lambda: read.named("k"),
        "sequence": lambda: read.sequence("k"),
    }
    asking[ask]()
    assert codes(problems) == [problem]


def test_letters_are_composed_only_where_asked():
    decomposed = "a: So\u031b\u0309\n".encode()
    problems = Problems()
    assert read_yaml(decomposed, problems) == Tree({"a": Tree("So\u031b\u0309", 1)}, 1)
    assert read_yaml(decomposed, problems, compose=True) == Tree({"a": Tree("S\u1edf", 1)}, 1)


def test_fields_nobody_asked_for_are_refused():
    read, problems = fields("a: 1\nb: 2\n")
    read.text("a")
    read.close()
    assert codes(problems) == ["2:yaml.unknown_key"]


def test_fields_of_something_else_are_one_problem():
    problems = Problems()
    read = Fields(Tree("x", 4), problems, about="areas")
    assert not read.has("k")
    read.close()
    assert codes(problems) == ["4:yaml.not_a_mapping"]


def test_composed_text_is_told_from_decomposed():
    assert is_nfc("Sở")
    assert not is_nfc("So\u031b\u0309")
