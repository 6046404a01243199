"""What is blank in a release stays unknown, to a reader with linear programming too."""

import random
from collections import Counter
from collections.abc import Collection
from itertools import combinations

import pytest
from survey.disclosure_attacker import attack

from parindex.errors import UnusableInputError
from parindex.survey.disclosure.protection import protect
from parindex.survey.disclosure.release import Key, Release, Sum, release_of

SUPPRESS_BELOW = 10


def blank_of(release: Release, *, width: int = 10, always: Collection[Key] = ()) -> frozenset[Key]:
    return protect(release, suppress_below=SUPPRESS_BELOW, width=width, always=always)


def survey(seed: int) -> tuple[dict[str, list[str]], list[tuple[str, ...]], dict[str, str]]:
    """Made-up responses with the tables that are published of them."""
    made = random.Random(seed)
    nested = {"commune": "district"} if made.random() < 0.4 else {}
    dims = ["service", "sex", "age", *(["district", "commune"] if nested else ["unit"])]
    dims = dims[-made.choice([2, 3, 4]) :] if not nested else dims[-made.choice([2, 3]) :]
    count = {dim: made.randint(2, 4) for dim in dims}
    if nested:
        count["commune"] = 2 * count["district"]
    weights = {dim: [made.random() ** 2 + 0.02 for _ in range(count[dim])] for dim in dims}
    size = made.choice([60, 150, 400])
    columns = {
        dim: made.choices([f"{dim}{at}" for at in range(count[dim])], weights[dim], k=size)
        for dim in dims
    }
    if nested:
        columns["district"] = [f"district{int(one[7:]) // 2}" for one in columns["commune"]]
    possible = [one for size_ in (0, 1, 2) for one in combinations(dims, size_)]
    tables = [one for one in possible if made.random() < 0.55] or possible[-1:]
    return columns, tables, nested


def inferred(
    columns: dict[str, list[str]],
    tables: list[tuple[str, ...]],
    nested: dict[str, str],
    release: Release,
    blank: Collection[Key],
) -> dict[Key, tuple[int, int]]:
    """What the attacker makes of what is shown."""
    shown = {key: None if key in blank else n for key, n in release.cells.items()}
    return attack(
        {dim: sorted(set(of)) for dim, of in columns.items()},
        nested,
        {
            finer: dict(zip(columns[finer], columns[coarser], strict=True))
            for finer, coarser in nested.items()
        },
        shown,
        tables,
    )


@pytest.mark.parametrize("part", range(5))
def test_an_attack_by_intervals_recovers_nothing_over_500_releases(part: int):
    seen: Counter[str] = Counter()
    for seed in range(100 * part, 100 * part + 100):
        columns, tables, nested = survey(seed)
        width = random.Random(seed).choice([2, 5, 10])
        release = release_of(columns, tables, nested=nested)
        blank = blank_of(release, width=width)
        for key, (least, most) in inferred(columns, tables, nested, release, blank).items():
            n = release.cells[key]
            assert least <= n <= most, "the attacker reasons well"
            small = n < SUPPRESS_BELOW
            assert most - least >= (width if small else 1), (seed, key, n, least, most)
            seen["small" if small else "beside"] += 1
        seen["cells"] += len(release.cells)
    # There is something to protect, and not everything is blank.
    assert seen["small"] > 300
    assert seen["beside"] > 50
    assert seen["small"] + seen["beside"] < 0.8 * seen["cells"]


def test_the_attacker_recovers_what_is_only_left_out():
    recovered = 0
    for seed in range(25):
        columns, tables, nested = survey(seed)
        release = release_of(columns, tables, nested=nested)
        small = [key for key, n in release.cells.items() if n < SUPPRESS_BELOW]
        found = inferred(columns, tables, nested, release, small)
        recovered += sum(least == most for least, most in found.values())
    assert recovered > 10


def columns(*rows: tuple[str, int]) -> dict[str, list[str]]:
    """Responses from ``ab`` and how many there are of it: a category of each dimension."""
    people = [cell for cell, n in rows for _ in range(n)]
    return {
        dim: [one[at] for one in people]
        for at, dim in enumerate(("unit", "service", "sex")[: len(people[0])])
    }


def key(**categories: str) -> Key:
    return tuple(sorted(categories.items()))


def test_a_release_counts_cells_and_ties_tables_by_their_sums():
    release = release_of(columns(("ax", 3), ("ay", 2), ("bx", 1)), [[], ["unit", "service"]])
    assert release.cells == {
        (): 6,
        key(unit="a", service="x"): 3,
        key(unit="a", service="y"): 2,
        key(unit="b", service="x"): 1,
    }
    assert release.unseen == {}
    assert [one.total for one in release.sums] == [()]
    assert set(release.sums[0].parts) == set(release.cells) - {()}


def test_tables_are_tied_by_what_they_share_though_no_table_shows_it():
    release = release_of(
        columns(("axp", 3), ("ayq", 2), ("bxp", 1)), [["unit", "service"], ["unit", "sex"]]
    )
    assert release.unseen == {key(unit="a"): 5, key(unit="b"): 1}
    assert len(release.sums) == 4


def test_tables_in_a_ring_are_tied_by_all_their_dimensions():
    people = columns(
        *((u + s + x, 3) for u in "ab" for s in "xy" for x in "pq" if u + s + x != "bxq")
    )
    release = release_of(people, [["unit", "service"], ["service", "sex"], ["unit", "sex"]])
    # Nobody is of b, x and q; the three tables do not show it, so it counts for a reader.
    assert release.unseen[key(unit="b", service="x", sex="q")] == 0
    assert len([one for one in release.unseen if len(one) == 3]) == 8
    line = release_of(people, [["unit", "service"], ["service", "sex"]])
    assert [one for one in line.unseen if len(one) == 3] == []


def test_a_ring_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("parindex.survey.disclosure.release.MOST_CELLS", 7)
    people = columns(*((u + s + x, 3) for u in "ab" for s in "xy" for x in "pq"))
    with pytest.raises(UnusableInputError, match="at most 7 cells"):
        release_of(people, [["unit", "service"], ["service", "sex"], ["unit", "sex"]])


def test_a_commune_tells_its_province():
    people = {"commune": ["c1", "c1", "c2", "c3"], "province": ["p", "p", "p", "q"]}
    release = release_of(people, [["province"], ["commune"]], nested={"commune": "province"})
    assert release.cells[key(commune="c1", province="p")] == 2
    assert {one.total for one in release.sums} == {key(province="p"), key(province="q")}
    with pytest.raises(ValueError, match="c1 lies in two of province"):
        release_of(
            {"commune": ["c1", "c1"], "province": ["p", "q"]},
            [["commune"]],
            nested={"commune": "province"},
        )


def test_nothing_is_blank_where_nothing_is_small():
    people = columns(("ax", 30), ("bx", 29), ("by", 10))
    assert blank_of(release_of(people, [[], ["unit", "service"]])) == frozenset()


def test_one_small_cell_takes_the_smallest_other_with_it():
    people = columns(("a", 5), ("b", 60), ("c", 40), ("d", 90))
    assert blank_of(release_of(people, [[], ["unit"]])) == {key(unit="a"), key(unit="c")}


def test_a_table_elsewhere_in_the_release_does_not_give_it_away():
    # The table by sex and unit shows unit a twice over: both of its rows must give way as well.
    people = columns(*((f"{u}x{x}", n) for u, n in (("a", 4), ("b", 50), ("c", 50)) for x in "pq"))
    made = blank_of(release_of(people, [["unit"], ["unit", "sex"], ["service"]]))
    blank = {one for one in made if dict(one).get("unit") == "a"}
    assert blank == {key(unit="a"), key(unit="a", sex="p"), key(unit="a", sex="q")}


def test_a_small_total_is_blank_as_its_parts_are():
    release = release_of(columns(("a", 3), ("b", 4)), [[], ["unit"]])
    assert blank_of(release) == set(release.cells)


def test_what_must_be_shown_stays_or_the_release_is_refused():
    release = release_of(columns(("a", 5), ("b", 60), ("c", 40)), [[], ["unit"]])
    blank = blank_of(release, always=[(), key(unit="c")])
    assert blank == {key(unit="a"), key(unit="b")}
    with pytest.raises(UnusableInputError, match="unit=a"):
        blank_of(release, always=list(release.cells))
    with pytest.raises(UnusableInputError, match="“\\*”"):
        blank_of(release_of(columns(("a", 5)), [[]]), always=[()])


def test_a_range_may_need_to_lie_on_one_side():
    # Of 10 in p and q, and 8 in q and r, q is at most 7: p is at least 3 and may be 7, not 2.
    p, q, r, all_, some = (key(x=one) for one in ("p", "q", "r", "all", "some"))
    release = Release(
        cells={p: 4, q: 6, r: 2, all_: 10, some: 8},
        sums=(Sum(total=all_, parts=(p, q)), Sum(total=some, parts=(q, r))),
    )
    assert protect(release, suppress_below=5, width=4, always=[all_, some]) == {p, q, r}


def test_a_release_that_shows_empty_cells_is_protected_down_to_nobody():
    release = Release(
        cells={(): 80, key(x="a"): 0, key(x="b"): 60, key(x="c"): 20},
        sums=(Sum(total=(), parts=(key(x="a"), key(x="b"), key(x="c"))),),
    )
    assert release.at_least == 0
    assert Release(cells={}).at_least == 0
    assert blank_of(release) == {key(x="a"), key(x="c")}


def test_halves_of_people_are_no_protection():
    # Each of three pairs tells what two of three cells count: every change moves them by halves
    # of what it moves the pair, and a reader knows that people come whole.
    a, b, c = (key(x=one) for one in "abc")
    pairs = {key(x="ab"): (a, b), key(x="bc"): (b, c), key(x="ca"): (c, a)}
    release = Release(
        cells={a: 9, b: 40, c: 41, key(x="ab"): 49, key(x="bc"): 81, key(x="ca"): 50},
        sums=tuple(Sum(total=total, parts=parts) for total, parts in pairs.items()),
    )
    blank = blank_of(release, width=3)
    assert a in blank
    assert len(blank) >= 3
