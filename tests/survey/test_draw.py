"""What a seed draws: the same as the text of docs/spec/draw.md, with the probabilities it says."""

import itertools
import json
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey.draw_oracle import Choice, Stage, oracle
from survey.frames import cells, drawn, frame, plan, table

from parindex.survey.sampling.draw import draw


def written(stage: Stage) -> str:
    """A stage as it is written in a plan."""
    return ", ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in stage.items()
    )


@st.composite
def designs(draw_: st.DrawFn) -> tuple[bytes, list[Stage]]:
    """Frames of up to three stages, with plans that they can bear."""
    names = st.sampled_from(["A", "Bản 1", "/", "\\", "é", "Đắk", '"', "0", "a\u2028b", "😀"])
    depth = draw_(st.integers(1, 3))
    columns = ["c1", "c2"][: depth - 1]
    leaves = draw_(
        st.lists(st.tuples(*[names] * len(columns), st.sampled_from("xy")), min_size=1, max_size=30)
    )
    size = {key: draw_(st.integers(1, 40)) for key in sorted({leaf[0] for leaf in leaves})}
    kind = {key: draw_(st.sampled_from(["xã", "phường"])) for key in size}
    quote = '"{}"'.format
    rows = [
        ",".join(
            [
                f"m{at}",
                *(quote(cell.replace('"', '""')) for cell in leaf),
                kind[leaf[0]],
                str(size[leaf[0]]),
            ]
        )
        for at, leaf in enumerate(leaves)
    ]
    content = table(",".join(["id", *columns, "sex", "kind", "size"]), rows)
    stages: list[Stage] = []
    for at in range(depth):
        last = at == depth - 1
        stage: Stage = {} if last else {"cluster": columns[at]}
        stage["method"] = draw_(st.sampled_from(["srs", "systematic", "pps"]))
        if at == 0 and draw_(st.booleans()):
            stage["strata"] = ["kind"]
            if draw_(st.booleans()):
                stage["take_in"] = {kind[leaves[0][0]]: draw_(st.integers(1, 3))}
        elif last and draw_(st.booleans()):
            stage["strata"] = ["sex"]
        if stage["method"] == "pps" and (last or draw_(st.booleans())) and (at == 0 or last):
            stage["size"] = "size"
        if last and stage["method"] != "pps":
            stage["reserve"] = draw_(st.integers(0, 3))
        stage["take"] = draw_(st.integers(1, 4))
        stage["short"] = "take_all"
        stages.append(stage)
    return content, stages


@given(designs(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_another_program_written_from_the_specification_draws_the_same(
    design: tuple[bytes, list[Stage]], seed: str
):
    content, stages = design
    made = drawn(content, plan(*map(written, stages)), seed)
    sample = made.sample
    ours: list[Choice] = []
    for cell in sample.cells:
        chance = Fraction(1)
        for step in cell.trail:
            chance *= step.pick.probability
        ours += [
            (cell.cell.units[one.position], "drawn", chance * one.probability) for one in cell.picks
        ]
        ours += [(cell.cell.units[at], "reserve", None) for at in cell.reserve]
    assert ours == oracle(content.decode(), "id", stages, seed)


THOUSAND = table("id,s", [(f"m{at}", at % 7 + 1) for at in range(1_000)])


@pytest.mark.parametrize("method", ["srs", "systematic", "pps, size: s"])
def test_every_draw_has_exactly_the_number_wanted(method: str):
    of = frame(THOUSAND, plan(f"method: {method}, take: 37"))
    for seed in range(20):
        picks = draw(of, str(seed)).cells[0].picks
        assert len({one.position for one in picks}) == len(picks) == 37
    total = sum(Fraction(37 * size, sum(of.cells[0].sizes)) for size in of.cells[0].sizes)
    assert total == (37 if "pps" in method else 0)


def test_the_whole_frame_may_be_taken():
    for method in ("srs", "systematic", "pps, size: s"):
        rows = cells(
            drawn(table("id,s", ["a,1", "b,5", "c,5"]), plan(f"method: {method}, take: 3"))
        )
        assert sorted(row["id"] for row in rows) == ["a", "b", "c"]
        assert {row["weight"] for row in rows} == {"1.000000000"}


def test_a_systematic_draw_walks_through_the_frame_in_even_steps():
    of = plan("method: systematic, take: 5")
    content = table("id", [f"{at:02d}" for at in range(20)])
    for seed in "abc":
        places = [int(row["id"]) for row in cells(drawn(content, of, seed))]
        steps = [after - before for before, after in itertools.pairwise(places)]
        assert steps == [4] * 4


def test_srs_and_pps_do_not_depend_on_the_order_of_rows():
    rows = [f"m{at},{at % 5 + 1}" for at in range(60)]
    for method in ("srs", "pps, size: s"):
        of = plan(f"method: {method}, take: 9")
        forth = cells(drawn(table("id,s", rows), of))
        back = cells(drawn(table("id,s", rows[::-1]), of))
        assert [row["id"] for row in forth] == [row["id"] for row in back]


def test_another_seed_another_stratum_another_stage_draw_otherwise():
    of = plan("strata: [a], method: srs, take: 8")
    content = table("id,a", [f"{at},{'x' if at < 50 else 'y'}" for at in range(100)])
    one, other = (cells(drawn(content, of, seed)) for seed in ("1", "2"))
    assert [row["id"] for row in one] != [row["id"] for row in other]
    x, y = ([int(row["id"]) % 50 for row in one if row["a"] == a] for a in "xy")
    assert x != y


def test_the_large_are_certain_one_after_another():
    # 100 is certain among all; with it set aside, 40 of 80 with one left to take is not.
    of = plan("method: pps, size: s, take: 2")
    content = table("id,s", ["a,100", "b,40", "c,20", "d,20"])
    seen = Counter(row["id"] for seed in range(200) for row in cells(drawn(content, of, str(seed))))
    assert seen["a"] == 200
    assert 0 < seen["c"] < seen["b"] < 200
    rows = cells(drawn(content, of))
    assert {row["id"]: row["probability"] for row in rows}["a"] == "1.000000000000000"
    made = drawn(
        table("id,s", ["a,100", "b,99", "c,20", "d,20"]), plan("method: pps, size: s, take: 3")
    )
    assert made.receipt.certain == (("1", "a"), ("1", "b"))


def test_a_census_of_a_stratum_is_no_list_of_certainties():
    assert drawn(table("id", "ab"), plan("method: srs, take: 2")).receipt.certain == ()


def test_clusters_stand_in_the_frame_s_order_and_members_in_drawn_order():
    of = plan("cluster: c, method: srs, take: 3", "method: srs, take: 2, reserve: 1")
    rows = cells(drawn(table("id,c", [f"{c}{at},{c}" for c in "PQRST" for at in range(6)]), of))
    communes = [row["c"] for row in rows]
    assert communes == sorted(communes)
    assert [(row["draw"], row["draw_order"]) for row in rows[:3]] == [
        ("drawn", "1"), ("drawn", "2"), ("reserve", "1"),
    ]  # fmt: skip
