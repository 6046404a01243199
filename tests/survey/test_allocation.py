from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey.frames import frame, plan, table

from parindex.errors import UnusableInputError
from parindex.survey.sampling.allocation import LEAST, Drawn, allocated, drawn_from
from parindex.survey.sampling.draw import draw

SIZES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 30_000), min_size=1, max_size=12
)


@given(SIZES, st.integers(0, 40_000), st.booleans())
def test_parts_sum_to_the_total_or_to_all_there_is_within_floors_and_ceilings(
    sizes: dict[str, int], more: int, evenly: bool
):
    floor = sum(min(LEAST, size) for size in sizes.values())
    total = floor + more
    parts = allocated(total, sizes, evenly=evenly)
    assert list(parts) == list(sizes)
    assert sum(parts.values()) == min(total, sum(sizes.values()))
    assert all(min(LEAST, sizes[name]) <= part <= sizes[name] for name, part in parts.items())


@given(SIZES, st.integers(0, 40_000), st.booleans())
def test_strata_on_no_bound_are_in_proportion_to_the_nearest_unit(
    sizes: dict[str, int], more: int, evenly: bool
):
    floor = sum(min(LEAST, size) for size in sizes.values())
    parts = allocated(floor + more, sizes, evenly=evenly)
    free = [one for one, part in parts.items() if min(LEAST, sizes[one]) < part < sizes[one]]
    weights = dict.fromkeys(sizes, 1) if evenly else sizes
    for one in free:
        for other in free:
            exact = Fraction(parts[one] * weights[other], weights[one])
            # Each was rounded by less than one unit of its own.
            slack = 1 + Fraction(weights[other], weights[one])
            assert abs(exact - parts[other]) <= slack


@pytest.mark.parametrize(
    ("total", "sizes", "evenly", "parts"),
    [
        (385, {"big": 20_000} | {f"s{n}": 40 for n in range(95)}, False, None),
        (400, {"big": 1_000, "a": 50, "b": 50, "c": 50}, True, [250, 50, 50, 50]),
        (10, {"a": 700, "b": 200, "c": 1}, True, [5, 4, 1]),
        (7, {"a": 3, "b": 3, "c": 3}, True, [3, 2, 2]),
        (9_999, {"a": 3, "b": 4}, False, [3, 4]),
        (3, {"a": 1, "b": 9}, False, [1, 2]),
    ],
)
def test_a_total_is_kept_where_floors_and_ceilings_bend_it(
    total: int, sizes: dict[str, int], evenly: bool, parts: list[int] | None
):
    made = allocated(total, sizes, evenly=evenly)
    assert sum(made.values()) == min(total, sum(sizes.values()))
    if parts is not None:
        assert list(made.values()) == parts
    else:
        # 95 communes of 40 are below the floor in proportion; the rest goes to the large one.
        assert set(made.values()) == {2, 195}


def test_a_total_too_small_for_every_stratum_says_so():
    with pytest.raises(UnusableInputError) as caught:
        allocated(4, {"a": 9, "b": 9, "c": 1}, evenly=True)
    [problem] = caught.value.problems
    assert problem.code == "sampling.total"
    assert problem.values == {"got": 4, "strata": 3, "least": 5}
    assert all(problem.say(language) for language in ("vi", "en"))


def test_nothing_is_shared_out_over_no_strata():
    assert allocated(5, {}, evenly=True) == {}


# ---- how many a plan draws

VILLAGES = [f"p{at}-{n},v{at}" for at, count in enumerate((2, 5, 9)) for n in range(count)]


def test_one_stage_draws_what_it_takes():
    of = plan("strata: [v], method: srs, take: 2")
    assert drawn_from(frame(table("id,v", VILLAGES), of).cells) == Drawn(6, 6)


@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5"])
def test_small_clusters_taken_whole_leave_it_to_the_seed_within_two_ends(seed: str):
    of = plan(
        "cluster: v, method: srs, take: 2", "method: srs, take: 4, short: take_all",
    )  # fmt: skip
    made = frame(table("id,v", VILLAGES), of)
    span = drawn_from(made.cells)
    assert span == Drawn(2 + 4, 4 + 4)
    drawn = sum(len(one.picks) for one in draw(made, seed).cells)
    assert span.least <= drawn <= span.most
