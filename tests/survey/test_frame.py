import pytest
from survey.frames import drawn, frame, plan, refusals, table

from parindex.survey.sampling.plan import SamplingPlan

TWO = plan(
    "cluster: commune, strata: [kind], method: pps, size: people, take: 2",
    "method: srs, take: 2",
)
HEAD = "id,commune,kind,people"
GOOD = [
    f"{commune}{member},{commune},{kind},{people}"
    for commune, kind, people in (("A", "xã", 30), ("B", "xã", 10), ("C", "xã", 20), ("D", "phường", 5), ("E", "phường", 5))
    for member in range(3)
]  # fmt: skip


def test_members_are_sorted_into_strata_and_clusters_in_the_frame_s_order():
    made = frame(table(HEAD, GOOD), TWO)
    assert [(cell.path, cell.units, cell.sizes, cell.take) for cell in made.cells] == [
        (("xã",), ("A", "B", "C"), (30, 10, 20), 2),
        (("phường",), ("D", "E"), (5, 5), 2),
    ]
    inside = made.cells[0].inside[1]
    assert [(cell.path, cell.units, cell.rows) for cell in inside] == [
        (("xã", "B"), ("B0", "B1", "B2"), (3, 4, 5))
    ]


def test_a_name_may_come_again_in_another_cluster():
    # "Thôn 1" is in every commune; it is a village of its own in each.
    villages = plan(
        "cluster: commune, method: srs, take: 2", "cluster: village, method: srs, take: 1",
        "method: srs, take: 1",
    )  # fmt: skip
    made = frame(table("id,commune,village", ["1,A,T1", "2,B,T1", "3,A,T2"]), villages)
    assert [[cell.units for cell in one] for one in made.cells[0].inside] == [
        [("T1", "T2")],
        [("T1",)],
    ]


def test_a_cluster_without_a_size_column_is_as_large_as_its_members():
    of = plan("cluster: commune, method: pps, take: 1", "method: srs, take: 1")
    assert frame(table("id,commune", ["1,A", "2,B", "3,A"]), of).cells[0].sizes == (2, 1)


def test_sizes_with_decimals_become_whole_steps():
    of = plan("method: pps, size: s, take: 1")
    assert frame(table("id,s", ["1,0.5", "2,12", "3,1.25"]), of).cells[0].sizes == (50, 1200, 125)
    commas = frame(b"id;s\n1;0,5\n2;12\n3;1,25\n", of)
    assert commas.cells[0].sizes == (50, 1200, 125)


def test_single_strata_may_take_another_number():
    of = plan("strata: [a, b], method: srs, take: 1, take_in: {x/y: 2}")
    made = frame(table("id,a,b", ["1,x,y", "2,x,y", "3,x,z"]), of)
    assert [(cell.stratum, cell.take) for cell in made.cells] == [(("x", "y"), 2), (("x", "z"), 1)]


def test_a_plan_may_take_all_where_there_are_too_few():
    of = plan("strata: [a], method: srs, take: 2, reserve: 5, short: take_all")
    made = drawn(table("id,a", ["1,x", "2,y", "3,y", "4,y"]), of)
    assert made.receipt.counts == {"frame": 4, "drawn": 3, "reserve": 1}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ["1:frame.no_rows"]),
        ([*GOOD, "A1,A,xã,30"], ["17:frame.repeated"]),
        ([*GOOD, ",A,xã,30", ",A,xã,30"], ["17:frame.empty", "18:frame.empty"]),
        ([*GOOD, "A9,,xã,30"], ["17:frame.empty"]),
        ([*GOOD, "A9,A,,30"], ["17:frame.empty"]),
        ([*GOOD, "A9,A,xã ,30", " A8,A,xã,30"], ["17:frame.spaces", "18:frame.spaces"]),
        ([*GOOD, "A9,A,xã,0", "A8,A,xã,-1"], ["17:frame.size", "18:frame.size"]),
        ([*GOOD, "A9,A,xã,", "A8,A,xã,many"], ["17:number.not_a_number", "18:number.not_a_number"]),
        ([*GOOD, "A9,A,xã,31"], ["17:frame.two_sizes"]),
        ([*GOOD, "A9,A,phường,30"], ["17:frame.two_strata", "17:frame.too_few"]),
        (GOOD[:-3], ["11:frame.too_few"]),
        ([*GOOD, "F1,F,xã,7"], ["17:frame.too_few"]),
        ([*GOOD, "A9,A,xã"], ["17:csv.ragged"]),
    ],
)  # fmt: skip
def test_duplicates_gaps_and_shortages_are_each_told_with_their_line(
    rows: list[str], expected: list[str]
):
    assert refusals(table(HEAD, rows), TWO) == expected


def test_the_columns_of_the_plan_must_be_there():
    assert refusals(table("id,commune,kind", ["1,A,xã"]), TWO) == ["1:csv.missing_column"]


def test_a_stratum_that_nobody_lives_in_is_told():
    of = plan("strata: [a], method: srs, take: 1, take_in: {z: 2}")
    assert refusals(table("id,a", ["1,x"]), of) == ["1:frame.unknown_stratum"]


@pytest.mark.parametrize("stages", [1, 2])
def test_a_column_under_a_name_that_the_sample_needs_is_refused(stages: int):
    of: SamplingPlan = plan(
        *(["cluster: c, method: srs, take: 1"] * (stages - 1)), "method: srs, take: 1"
    )
    content = table("id,c,weight,unit_2", ["1,A,1,1"])
    with pytest.raises(Exception, match="weight") as caught:
        drawn(content, of)
    assert ("unit_2" in str(caught.value)) is (stages == 2)
