"""No answer stands in a group smaller than the least; nothing is lost uncounted; totals stay."""

from collections import Counter
from uuid import UUID

import web_setup
from hypothesis import given, settings
from hypothesis import strategies as st

web_setup.set_up()

from parindex.web.fieldwork.pooling import Opened, Place, design_of, pooled  # noqa: E402

LEAST = 5


def place(number, *, stratum="1/a", unit=0, service="", psu="", fpc="100", weight="2"):
    return Place(
        id=UUID(int=number),
        design={
            "strata": [stratum, f"2/{psu}"], "units": [psu or "x"], "fpc": ["40", fpc],
            "weight": weight, "stratum": stratum, "psu": psu or "x",
        },
        unit=UUID(int=1000 + unit), service=service, respondents="",
    )  # fmt: skip


def opened(number, *, mode="web", interviewer="", week="2026-09-07"):
    return Opened(
        answers={"q": "1"}, cell=UUID(int=number), mode=mode, interviewer=interviewer, week=week,
        seconds=None, ended_at="",
    )  # fmt: skip


def test_a_cell_with_enough_stands_alone_and_keeps_what_enough_share():
    answers = [opened(1, week="2026-09-07") for _ in range(6)] + [opened(1, week="2026-09-14")] * 5
    (pool,) = pooled(answers, [place(1)], least=LEAST).pools
    assert {one.week for one in pool.answers} == {"2026-09-07", "2026-09-14"}
    answers[-1] = opened(1, week="2026-09-21")
    (pool,) = pooled(answers, [place(1)], least=LEAST).pools
    assert {(one.mode, one.week) for one in pool.answers} == {("web", "")}


def test_one_rare_way_in_blanks_it_for_all_of_the_pool():
    answers = [opened(1)] * 9 + [opened(1, mode="odk", interviewer="001")]
    (pool,) = pooled(answers, [place(1)], least=LEAST).pools
    assert {(one.mode, one.interviewer, one.week) for one in pool.answers} == {("", "", "")}
    answers = [opened(1)] * 9 + [opened(1, mode="odk", interviewer=f"00{at}") for at in range(5)]
    (pool,) = pooled(answers, [place(1)], least=LEAST).pools
    assert {(one.mode, one.interviewer) for one in pool.answers} == {("web", ""), ("odk", "")}


def test_small_cells_of_a_stratum_stand_together_and_a_remainder_joins_the_smallest():
    places = [place(at, psu=f"v{at}") for at in range(5)]
    counts = (3, 2, 6, 9, 1)
    answers = [opened(at) for at, count in enumerate(counts) for _ in range(count)]
    made = pooled(answers, places, least=LEAST)
    assert made.withheld == 0
    together = sorted(
        (sorted(one.id.int for one in pool.places), len(pool.answers)) for pool in made.pools
    )
    assert together == [([0, 1, 4], 6), ([2], 6), ([3], 9)]


def test_another_stratum_or_unit_never_helps_and_what_cannot_hide_is_withheld():
    places = [place(1), place(2, stratum="1/b"), place(3, unit=1), place(4, service="s"), place(5)]
    answers = (
        [opened(1)] * 4 + [opened(2)] * 4 + [opened(3)] * 4 + [opened(4)] * 3 + [opened(5)] * 9
    )
    made = pooled(answers, places, least=LEAST)
    assert made.withheld == 4 + 4 + 3
    assert [sorted(one.id.int for one in pool.places) for pool in made.pools] == [[1, 5]]


def test_services_with_too_few_stand_together_within_their_unit():
    places = [place(1, service="a"), place(2, service="b"), place(3, service="c", unit=1)]
    answers = [opened(1)] * 3 + [opened(2)] * 3 + [opened(3)] * 3
    made = pooled(answers, places, least=LEAST)
    assert [len(one.answers) for one in made.pools] == [6]
    assert made.withheld == 3


def test_the_design_of_a_pool_keeps_the_total_and_counts_its_clusters_as_one():
    places = [
        place(1, psu="v1", fpc="100", weight="2.5"), place(2, psu="v2", fpc="60", weight="4"),
    ]  # fmt: skip
    (pool,) = pooled([opened(1)] * 3 + [opened(2)] * 4, places, least=LEAST).pools
    made = design_of(pool)
    assert made["fpc"] == ["40", "160"]
    assert made["units"] == ["v1 + v2"]
    assert made["psu"] == "v1 + v2"
    assert made["strata"][0] == "1/a"
    assert abs(float(made["weight"]) * 7 - (2.5 * 3 + 4 * 4)) < 1e-6


cells = st.lists(
    st.tuples(
        st.sampled_from(["1/a", "1/b"]), st.integers(0, 1), st.sampled_from(["", "s", "t"]),
        st.lists(
            st.tuples(
                st.sampled_from(["web", "odk"]), st.sampled_from(["", "001", "002"]),
                st.sampled_from(["2026-09-07", "2026-09-14"]),
            ), max_size=14,
        ),
    ), min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(cells, st.integers(2, 6))
def test_every_answer_hides_among_as_many_as_promised(drawn, least):
    places = [
        place(at, stratum=a, unit=b, service=c, psu=f"v{at}")
        for at, (a, b, c, _) in enumerate(drawn)
    ]
    answers = [
        opened(at, mode=mode, interviewer=who, week=week)
        for at, (_, _, _, some) in enumerate(drawn)
        for mode, who, week in some
    ]
    made = pooled(answers, places, least=least)
    assert sum(len(one.answers) for one in made.pools) + made.withheld == len(answers)
    seen = Counter(one.id for pool in made.pools for one in pool.places)
    assert not seen or max(seen.values()) == 1
    for pool in made.pools:
        classes = Counter((one.mode, one.interviewer, one.week) for one in pool.answers)
        assert min(classes.values()) >= least
        assert len({(one.stratum, one.unit) for one in pool.places}) == 1
        assert {one.cell for one in pool.answers} <= {one.id for one in pool.places}
        before = [one for one in answers if one.cell in {place.id for place in pool.places}]
        assert len(before) == len(pool.answers)
    by_kind = Counter(
        (place.stratum, place.unit, place.service)
        for place in places
        for one in answers
        if one.cell == place.id
    )
    # Nothing is withheld of a unit and service that has enough.
    kept = Counter(
        (place.stratum, place.unit, place.service)
        for pool in made.pools
        for place in places
        for one in pool.answers
        if one.cell == place.id
    )
    assert all(kept[kind] == count for kind, count in by_kind.items() if count >= least)
