from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.errors import UnusableInputError
from parindex.survey.sampling.size import sample_size, sample_size_of


@pytest.mark.parametrize(
    ("population", "expected"),
    [(1, 1), (50, 45), (1_000, 286), (10_000, 385), (100_000, 399), (10**14, 400)],
)
def test_the_published_vectors(population: int, expected: int):
    assert sample_size(population, margin=Fraction("0.05")) == expected


def test_nothing_is_lost_to_binary_floating_point():
    # 1 + N·e² is exactly 4 here; in floating point ceil(75/4·…) may step up by one.
    assert sample_size(1200, margin=Fraction("0.05")) == 300
    assert sample_size(300, margin=Fraction("0.1")) == 75
    assert sample_size(1200, margin=Fraction("0.05"), response=Fraction("0.6")) == 500


def test_a_design_effect_and_no_answer_ask_for_more_never_for_more_than_all():
    assert sample_size(1_000, margin=Fraction("0.05"), deff=Fraction("1.5")) == 429
    assert sample_size(100, margin=Fraction("0.05"), deff=Fraction(3)) == 100
    assert (
        sample_size(100, margin=Fraction("0.05"), deff=Fraction(3), response=Fraction("0.5")) == 200
    )


@given(
    st.integers(1, 10**9),
    st.fractions("1/1000", "1/2"),
    st.fractions("1/10", 5),
    st.fractions("1/10", 1),
)
def test_the_size_is_the_least_whole_number_that_is_enough(
    population: int, margin: Fraction, deff: Fraction, response: Fraction
):
    size = sample_size(population, margin=margin, deff=deff, response=response)
    enough = min(Fraction(population), deff * population / (1 + population * margin * margin))
    assert (size - 1) * response < enough <= size * response


def test_what_is_typed_may_have_a_comma():
    assert (
        sample_size_of("1000", "0,05", "1.5", "0,8")
        == sample_size_of("1000", "0.05", "1.5", "0.8")
        == 536
    )


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        (("0", "0.05", "1", "1"), ["population"]),
        (("63.5", "0.05", "1", "1"), ["population"]),
        (("nhiều", "0", "0", "0"), ["population", "margin", "deff", "response"]),
        (("10", "1", "-1", "1.01"), ["margin", "deff", "response"]),
        (("10", "5%", "1e1", ""), ["margin", "deff", "response"]),
        (("10.000", "0.05", "1", "1"), ["population"]),
        (("10,000", "0.05", "1", "1"), ["population"]),
        (("1" * 16, "0.05", "1", "1"), ["population"]),
        (("10", "1.050", "1", "1"), ["margin"]),
    ],
)
def test_each_number_out_of_range_is_told(typed: tuple[str, str, str, str], codes: list[str]):
    with pytest.raises(UnusableInputError) as caught:
        sample_size_of(*typed)
    assert [one.code for one in caught.value.problems] == [f"sampling.{code}" for code in codes]


@pytest.mark.parametrize("typed", ["1.500", "1,500"])
def test_a_number_that_reads_two_ways_is_refused(typed: str):
    with pytest.raises(UnusableInputError) as caught:
        sample_size_of("1000", "0.05", typed, "1")
    assert [one.code for one in caught.value.problems] == ["number.ambiguous"]
    assert sample_size_of("1000", "0.05", typed + "0", "1") == 429
