import re
from pathlib import Path
from string import Formatter

import pytest

from parindex import errors
from parindex.errors import (
    LANGUAGES,
    PARTS,
    IncompleteError,
    Problem,
    Problems,
    UnusableInputError,
    message_codes,
)

SOURCE = Path(errors.__file__).parent


def test_a_problem_says_what_where_expected_got_and_how_to_mend_it():
    problem = Problem(
        code="entry.above_maximum",
        file="vong/entries.csv",
        line=7,
        values={"of": "1.1", "got": "3", "max": "2"},
    )
    assert problem.say("en") == (
        "vong/entries.csv:7: the points of item “1.1” are above its maximum; "
        "expected from 0 to 2; got 3; fix: mend the points"
    )
    assert problem.say("vi") == (
        "vong/entries.csv:7: điểm của mục “1.1” cao hơn điểm tối đa; "
        "cần từ 0 đến 2; gặp 3; cách sửa: ghi lại điểm"
    )


def test_a_problem_is_one_line_whatever_it_quotes():
    problem = Problem(code="entry.unknown_unit", file="f", line=1, values={"got": "a\nb\r\nc"})
    assert "\n" not in problem.say("en")
    assert "a b c" in problem.say("en")


def test_problems_come_in_order_of_file_and_line():
    problems = Problems(file="b")
    problems.raise_if_any()
    problems.add("yaml.empty", line=9)
    problems.add("yaml.empty", line=2)
    problems.add("yaml.empty", line=5, file="a")
    with pytest.raises(UnusableInputError) as caught:
        problems.raise_if_any()
    assert [(one.file, one.line) for one in caught.value.problems] == [("a", 5), ("b", 2), ("b", 9)]
    assert str(caught.value).startswith("a:5: the YAML file is empty")


def test_after_200_problems_the_rest_is_counted():
    error = IncompleteError(
        Problem(code="yaml.empty", file="f", line=line) for line in range(1, 251)
    )
    lines = error.say("vi")
    assert len(lines) == 201
    assert lines[-1] == "và còn 50 lỗi nữa"
    assert len(IncompleteError(error.problems[:200]).say("vi")) == 200


@pytest.mark.parametrize("code", sorted(message_codes()))
def test_every_message_is_whole_in_both_languages(code: str):
    block = errors._catalogue()[code]
    assert "what" in block
    assert set(block) <= set(PARTS)
    if code != "more_problems":
        assert "fix" in block
    for part in block.values():
        assert set(part) == set(LANGUAGES)
        places = {
            language: {name for _, name, _, _ in Formatter().parse(part[language]) if name}
            for language in LANGUAGES
        }
        assert places["vi"] == places["en"]
        assert all(text.strip() == text and text for text in part.values())


_TOLD = r'(?:code=|RefusedError\(|refused\(|add\()\s*"([a-z_]+\.[a-z_0-9]+)"'


def test_every_message_has_a_use_and_every_use_a_message():
    used: set[str] = set()
    told: set[str] = set()
    for file in SOURCE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        found = set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', text))
        used |= found
        # The verbs of the journal look like codes; on the web a code stands where one is told.
        on_the_web = file.is_relative_to(SOURCE / "web")
        told |= set(re.findall(_TOLD, text)) if on_the_web else found
    known = {code for code in message_codes() if "." in code}
    assert known - used == set()
    families = {code.split(".")[0] for code in known}
    files = {".csv", ".json", ".yaml", ".py", ".xlsx", ".zip"}
    strangers = {
        word
        for word in told - known
        if word.split(".")[0] in families and not any(word.endswith(end) for end in files)
    }
    assert strangers == set()
