"""Columns of survey data: what counts as a number, a category and nothing."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import design_of, table

from parindex.errors import Problems
from parindex.survey.estimation.columns import NumberColumn, WrittenColumn, column_of
from parindex.survey.estimation.design_file import StatisticPlan, What
from parindex.survey.estimation.estimates import Estimator
from parindex.survey.estimation.numbering import first_rows, renumbered
from parindex.survey.estimation.responses import ResponseReader, responses_of


@given(st.lists(st.integers(0, 400), min_size=1), st.integers(0, 100_000))
def test_numbers_are_given_anew_in_order(keys: list[int], room: int):
    numbers, occurring = renumbered(np.array(keys), max(keys) + 1 + room)
    assert occurring.tolist() == sorted(set(keys))
    assert occurring[numbers].tolist() == keys
    first = first_rows(numbers, len(occurring))
    assert [keys.index(one) for one in sorted(set(keys))] == first.tolist()


@given(st.lists(st.one_of(st.none(), st.integers(-3, 9), st.floats(-5, 5)), min_size=1))
def test_the_categories_of_numbers_are_their_values(cells: list[float | None]):
    column = column_of(cells)
    categories = column.categories
    assert [None if at < 0 else float(categories.names[at]) for at in categories.codes] == cells
    assert column.n_distinct == len({one for one in cells if one is not None})
    assert column.is_missing.tolist() == [one is None for one in cells]
    assert column.is_numeric
    assert column.is_truth == ({one for one in cells if one is not None} <= {0, 1})


def test_a_large_gap_between_numbers_costs_no_room():
    categories = NumberColumn(np.array([1e12, 3.0, np.nan, 3.0])).categories
    assert categories.names == ("3", "1000000000000")
    assert categories.codes.tolist() == [1, 0, -1, 0]


@pytest.mark.parametrize(
    ("cells", "names", "is_numeric", "is_truth"),
    [
        (["10", "9", "01", "NA", ""], ("01", "9", "10"), True, False),
        (["b", " a ", "a ", "a", "NaN"], ("a", "b"), False, False),
        (["1", "0", ""], ("0", "1"), True, True),
        (["TRUE", "FALSE"], ("FALSE", "TRUE"), True, True),
        (["yes", "no"], ("no", "yes"), False, False),
        (["1", "x"], ("1", "x"), True, False),
        (["1,5", "1,25"], ("1,25", "1,5"), True, False),
        (["2025-01-01"], ("2025-01-01",), False, False),
    ],
)
def test_cells_are_read_as_what_they_look_like(
    cells: list[str], names: tuple[str, ...], is_numeric: bool, is_truth: bool
):
    column = column_of(cells)
    assert isinstance(column, WrittenColumn)
    assert column.categories.names == names
    assert (column.is_numeric, column.is_truth) == (is_numeric, is_truth)
    known = [cell.strip() for cell in cells]
    assert [column.categories.names[at] if at >= 0 else None for at in column.categories.codes] == [
        None if one in {"", "NA", "NaN"} else one for one in known
    ]


def test_columns_in_memory_are_of_one_length():
    with pytest.raises(ValueError, match="expected 1"):
        responses_of({"a": column_of([1]), "b": column_of([1, 2])})
    assert responses_of({"a": column_of([1, 2])}).line(1) == 3


def read(data: str, *numeric: str) -> list[tuple[int, str]]:
    problems = Problems(file="f")
    reader = ResponseReader(io.BytesIO(data.encode()), problems)
    reader.read(reader.names, dict.fromkeys(numeric, True))
    return [(one.line, one.code) for one in problems.found]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("a\n1.5\n2\n1e-5\n", []),
        ("a;b\n1,5;x\n", []),
        ("a;b\n1.234;x\n", [(2, "number.ambiguous")]),
        ("a,b\n1.234,x\n", []),
        ('a,b\n1.5,x\n"1,75",x\n', [(3, "number.mixed")]),
        ('a,b\n"1,75",x\n1.5,x\n', [(3, "number.mixed")]),
        ("a,b\nx\n", [(2, "csv.ragged")]),
        ("a,b\n1,x\n\n 2 ,x\nTRUE,y\nzwei,y\nzwei,y\n", [(6, "number.not_a_number")]),
    ],
)
def test_numbers_of_a_file_have_one_mark(data: str, told: list[tuple[int, str]]):
    assert read(data, "a") == told


def test_estimates_of_columns_in_memory():
    given_responses = table(w=[1.0, 1, 2], y=[1, 2, 4], yes=[0, 1, 1], kind=["a", "b", "b"])
    made = Estimator(design_of(given_responses, weights="w"), given_responses)
    (mean,) = made.estimates(StatisticPlan(what=What.MEAN, of=("y",)))
    assert (mean.estimate, mean.n, mean.df) == (11 / 4, 3, 2)
    (yes,) = made.estimates(StatisticPlan(what=What.SHARE, of=("yes",)))
    assert (yes.estimate, yes.level) == (0.75, "")
    of_a, of_b = made.estimates(StatisticPlan(what=What.SHARE, of=("kind",)))
    assert (of_a.level, of_b.level, of_b.estimate) == ("a", "b", 0.75)
    totals = made.estimates(StatisticPlan(what=What.TOTAL, of=("yes",), by=("kind",)))
    assert [(one.domain, one.estimate) for one in totals] == [("kind=a", 0), ("kind=b", 3)]
