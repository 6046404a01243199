"""A rulebook written as YAML reads as it was meant, and keeps its comments beside its parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from parindex.criteria.catalogue import SHIPPED
from parindex.criteria.model import LegalBasis, Text
from parindex.criteria.notes import notes_of
from parindex.criteria.parser import read_rulebook
from parindex.criteria.plain import digest
from parindex.criteria.writer import quoted, to_yaml
from workbooks.books import SMALL, small


def test_small_rulebook_is_written_as_by_hand() -> None:
    written = to_yaml(small(), notes_of(SMALL.encode()))
    assert written.splitlines()[:14] == SMALL.splitlines()[:14]
    assert "          # Hỏi lại Sở Nội vụ.\n          #\n          # Dòng thứ ba.\n" in written
    assert '      # bên cạnh tiêu chí\n      - code: "1.1"\n' in written
    assert '            zero_if: {vi: "Có lãnh đạo bị kỷ luật", en: ' in written
    assert "            rule: {shape: options, points: {timely: 1.50, " in written
    assert "rule: {shape: ratio}\n" in written
    assert digest(read_rulebook(written.encode(), file="a.yaml")) == digest(small())
    assert notes_of(written.encode()) == notes_of(SMALL.encode())


@pytest.mark.parametrize("source", sorted(SHIPPED.glob("template/**/*.yaml")))
def test_template_changes_in_few_lines_only(source: object) -> None:
    before = (SHIPPED / str(source)).read_text(encoding="utf-8")
    criteria = read_rulebook(before.encode(), file="a.yaml")
    after = to_yaml(criteria, notes_of(before.encode())).splitlines()
    lines = before.splitlines()
    same = sum(line in set(lines) for line in after)
    assert same >= 0.97 * len(lines)


def test_long_rules_and_texts_are_put_below_their_key() -> None:
    item = next(small().items())
    many = {f"option-{number}": number for number in range(12)}
    rule = "{shape: options, points: {" + ", ".join(f"{k}: {v}" for k, v in many.items()) + "}}"
    text = SMALL.replace(
        '{shape: options, points: {timely: 1.50, "trễ; muộn = nhiều": 0.25, none: 0}}', rule
    ).replace('vi: "=Ban hành kế hoạch"', f'vi: "{"Ban hành " * 30}x"')
    criteria = read_rulebook(text.encode(), file="a.yaml")
    written = to_yaml(criteria)
    assert "            rule:\n              shape: options\n              points:\n" in written
    assert "                option-11: 11\n" in written
    assert "            name:\n              vi: " in written
    assert item.name.en in written
    assert digest(read_rulebook(written.encode(), file="b.yaml")) == digest(criteria)


def test_set_without_bases_and_classes_is_written() -> None:
    bare = replace(
        small(), legal_basis=(), classes=(), ceilings=(), adjustments=None, max_points=None
    )
    written = to_yaml(bare)
    assert "legal_basis: []\n" in written
    assert "classes" not in written
    assert "\nmax_points" not in written
    assert digest(read_rulebook(written.encode(), file="a.yaml")) == digest(bare)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_in_quotes(text: str) -> None:
    node = YAML(typ="safe", pure=False).compose(
        f"a: {quoted(text)}\nb: {{{quoted('x' + text)}: c}}"
    )
    assert node.value[0][1].value == text
    assert node.value[1][1].value[0][0].value == "x" + text


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
    st.from_regex(r"[0-9]{1,15}(\.[0-9]{1,20})?", fullmatch=True),
)
def test_any_name_and_number_survive(text: str, number: str) -> None:
    law = LegalBasis(id=text, text=Text(vi=text, en=text), issued=small().legal_basis[0].issued)
    criteria = replace(
        small(), issuer=text, group=text, legal_basis=(law,), max_points=Decimal(number)
    )
    written = to_yaml(criteria)
    assert digest(read_rulebook(written.encode(), file="a.yaml")) == digest(criteria)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_note_changes_the_rulebook(note: str) -> None:
    places = {(): note, (0,): note, (0, 0): note, (0, 0, 1): note, (1, 3): note}
    written = to_yaml(small(), places)
    assert digest(read_rulebook(written.encode(), file="a.yaml")) == digest(small())
    again = to_yaml(small(), notes_of(written.encode()))
    assert notes_of(again.encode()) == notes_of(written.encode())


NOTED = """\
# head one

# head two
schema: x # beside a setting
title: {vi: "a # b", en: 'c # d'}   # beside the title
# above the areas
areas:
  # above 1
  - code: "1"   # beside 1 ế #2
    # among the keys of 1
    name: {vi: "ờ # không"}
    criteria: # beside the list of 1
# above 1.1, not indented
      - code: "1.1"
        name: |
          a text # no comment
          in two # lines
        # about 1.1, above its items
        items:
          # above a
          - code: a
            name: plain#text
            # below a, indented
          # above b
          - code: b
          # - code: c
  # above 2
  - code: "2"
    criteria:
      - {code: "2.1", id: x} # beside 2.1
# at the end
"""


def test_comments_belong_to_the_part_they_stand_beside() -> None:
    assert notes_of(("\ufeff" + NOTED).encode()) == notes_of(NOTED.replace("\n", "\r\n").encode())
    assert notes_of(NOTED.encode()) == {
        (): "head one\nhead two",
        (0,): "above 1\nbeside 1 ế #2\namong the keys of 1\nbeside the list of 1",
        (0, 0): "above 1.1, not indented\nabout 1.1, above its items",
        (0, 0, 0): "above a\nbelow a, indented",
        (0, 0, 1): "above b\n- code: c",
        (1,): "above 2",
        (1, 0): "beside 2.1\nat the end",
    }
