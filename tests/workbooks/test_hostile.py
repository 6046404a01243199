"""What is sent in to hurt is refused with one clear reason, by both readers, before long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from parindex.errors import UnusableInputError
from parindex.workbooks.people_reading import read_people
from parindex.workbooks.sheet_reading import read_sheet
from workbooks.filled import ROLES, criteria
from workbooks.hostile_books import good_book, hostile_books

BOOKS = dict(hostile_books())
READERS: dict[str, Callable[[bytes], object]] = {
    "sheet": lambda content: read_sheet(content, criteria(), file_name="xau.xlsx"),
    "people": lambda content: read_people(content, file_name="xau.xlsx", roles=ROLES),
}
REASONS = {
    "old-xls": "workbook.encrypted",
    "encrypted-member": "workbook.encrypted",
    "too-many-parts": "workbook.too_many_parts",
    "bomb-in-sheet": "workbook.too_large",
    "bomb-that-lies": "workbook.too_large",
    "million-columns": "workbook.too_far",
    "cell-far-out": "workbook.too_far",
    "many-cells": "sheet.too_many_cells",
    "giant-string": "sheet.too_much_text",
    "string-a-hundred-thousand-times": "sheet.too_much_text",
    "macro": "sheet.active_content",
    "macro-type": "sheet.active_content",
    "linked-book": "sheet.active_content",
    "sheet-on-the-web": "workbook.not_a_workbook",
    "embedded-object": "sheet.active_content",
    "data-connection": "sheet.active_content",
}


def test_the_book_they_are_made_from_is_taken() -> None:
    assert read_sheet(good_book(), criteria(), file_name="a.xlsx").problems == ()
    assert read_people(good_book(), file_name="a.xlsx", roles=ROLES).problems == ()


def test_there_are_enough_and_they_are_always_the_same() -> None:
    assert len(BOOKS) >= 30
    assert dict(hostile_books()) == BOOKS


@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.parametrize("name", list(BOOKS))
def test_hostile_book_is_refused(name: str, reader: str) -> None:
    began = time.process_time()
    with pytest.raises(UnusableInputError) as caught:
        READERS[reader](BOOKS[name])
    assert time.process_time() - began < 10
    (problem,) = caught.value.problems
    assert problem.code == REASONS.get(name, "workbook.not_a_workbook")
    assert problem.say("vi").startswith("xau.xlsx:0: ")
    assert problem.say("en")
