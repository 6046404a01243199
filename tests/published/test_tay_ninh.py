"""Tây Ninh 2023: index, rank and class of 19 departments on three scales (docs/findings.md)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rounds import files, group, item, row

from parindex.points import to_steps
from parindex.scoring.run import GroupRun
from published.tables import GIVEN, table

CLASSES = """\
classes:
  - {id: good, name: {vi: "Tốt"}, from: 80}
  - {id: fair, name: {vi: "Khá"}, from: 60}
  - {id: poor, name: {vi: "Kém"}, from: 0}
"""
# The parts of the scale and, for each printed maximum, those that do not apply.
PARTS = {"1.1.1": Decimal("71.5"), "1.1.2": Decimal(25), "1.1.3": Decimal("3.5")}
LEFT_OUT = {"100.0": set[str](), "96.5": {"1.1.3"}, "71.5": {"1.1.2", "1.1.3"}}

Row = dict[str, str]


def printed(level: str) -> list[Row]:
    return [
        one
        for one in table("published/unit_index.csv")
        if (one["year"], one["province"], one["level"]) == ("2023", "Tây Ninh", level)
    ]


def entries(at: int, one: Row, order: list[str]) -> list[str]:
    """A total poured over the parts in an order: only totals are published."""
    left = Decimal(one["total_score"])
    lines = []
    for code in order:
        if code in LEFT_OUT[one["max_score"]]:
            lines.append(row(f"unit-{at}", code, not_applicable="yes", reason="thang điểm"))
        else:
            points = min(left, PARTS[code])
            left -= points
            lines.append(row(f"unit-{at}", code, points=str(points)))
    assert left == 0
    return lines


def scored(rows: list[Row], order: list[str]) -> GroupRun:
    items = [item(code, str(maximum), GIVEN) for code, maximum in PARTS.items()]
    lines = [line for at, one in enumerate(rows) for line in entries(at, one, order)]
    units = [f'unit-{at},"{one["unit"]}",so,yes' for at, one in enumerate(rows)]
    return group(files({"1": items}, entries=lines, units=units, tail=CLASSES))


@pytest.mark.parametrize("order", [list(PARTS), list(reversed(PARTS))])
def test_19_of_19_departments_have_their_index_rank_and_class(order: list[str]) -> None:
    rows = printed("department")
    run = scored(rows, order)
    names = {one.id: one.name.vi for one in run.criteria.classes}
    computed = [
        (unit.name, result.index, rank, names[result.classification], result.maximum)
        for unit, result, rank in zip(run.units, run.results, run.ranks, strict=True)
    ]
    assert computed == [
        (
            one["unit"],
            to_steps(Decimal(one["index_pct"]), 2),
            int(one["rank"]),
            one["classification"],
            to_steps(Decimal(one["max_score"]), 4),
        )
        for one in rows
    ]
    assert len(computed) == 19


def test_the_three_scales_are_all_there() -> None:
    maxima = [one["max_score"] for one in printed("department")]
    assert {scale: maxima.count(scale) for scale in LEFT_OUT} == {"100.0": 12, "96.5": 4, "71.5": 3}


def test_the_six_districts_that_are_printed_have_their_index_rank_and_class() -> None:
    rows = printed("district")
    assert {(one["n_units"], one["max_score"]) for one in rows} == {("9", "100")}
    items = [item("1.1.1", "100", GIVEN)]
    lines = [row(f"unit-{at}", "1.1.1", points=one["total_score"]) for at, one in enumerate(rows)]
    units = [f"unit-{at},{one['unit']},so,yes" for at, one in enumerate(rows)]
    run = group(files({"1": items}, entries=lines, units=units, tail=CLASSES))
    assert [result.index for result in run.results] == [
        to_steps(Decimal(one["index_pct"]), 2) for one in rows
    ]
    # The three that are cut off are the last three, so the ranks among six are those among nine.
    assert run.ranks == [int(one["rank"]) for one in rows] == [1, 2, 3, 4, 5, 6]
    assert {one["classification"] for one in rows} == {"Tốt"}
    assert {result.classification for result in run.results} == {"good"}
