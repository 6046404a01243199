"""PCI 2006 to 2014 without 2011: 507 rows to two decimals (docs/findings.md)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rounds import files, group, item, row

from parindex.points import to_steps
from parindex.scoring.run import GroupRun
from published.tables import table

ROWS = {
    "2006": 64, "2007": 64, "2008": 64, "2009": 63, "2010": 63, "2012": 63, "2013": 63, "2014": 63,
}  # fmt: skip
RATIO = "{shape: ratio}"

Row = dict[str, str]


def printed(year: str) -> list[Row]:
    return [one for one in table("indices/pci_2005_2014.csv") if one["year"] == year]


def weights(year: str) -> dict[str, Decimal]:
    return {
        one["sub_index"]: Decimal(one["weight"])
        for one in table("indices/pci_weights.csv")
        if one["year"] == year
    }


def scored(rows: list[Row], by: dict[str, Decimal]) -> GroupRun:
    """An item a sub-index: 100 times its weight, earned in proportion to 10 times its value."""
    codes = {column: f"1.1.{number}" for number, column in enumerate(by, start=1)}
    items = [
        item(codes[column], f"{100 * weight:f}", RATIO, source="external")
        for column, weight in by.items()
    ]
    entries = [
        row(f"row-{at}", code, value=f"{10 * Decimal(one[column]):f}")
        for at, one in enumerate(rows)
        for column, code in codes.items()
    ]
    # 50 rows of 2013 have no name, so a row is known by its place.
    units = [f"row-{at},{one['prov'] or '?'},so,yes" for at, one in enumerate(rows)]
    return group(files({"1": items}, entries=entries, units=units, points_decimals="12"))


def indices(run: GroupRun) -> list[int | None]:
    """The indices of a run, in hundredths."""
    return [result.index for result in run.results]


def hundredths(rows: list[Row]) -> list[int]:
    return [to_steps(Decimal(one["pci_weighted"]), 2) for one in rows]


def test_507_rows_are_printed_with_weights_that_sum_to_one() -> None:
    assert {year: len(printed(year)) for year in ROWS} == ROWS
    assert sum(ROWS.values()) == 507
    assert {year: sum(weights(year).values()) for year in ROWS} == dict.fromkeys(ROWS, 1)


@pytest.mark.parametrize("year", ROWS)
def test_every_index_follows_from_sub_indices_and_weights_to_two_decimals(year: str) -> None:
    rows = printed(year)
    run = scored(rows, weights(year))
    assert indices(run) == hundredths(rows)
    assert run.results[0].maximum == 100 * 10**12


@pytest.mark.parametrize("year", ROWS)
def test_ranks_are_those_of_the_printed_indices(year: str) -> None:
    rows = printed(year)
    figures = hundredths(rows)
    ranks = [1 + sum(other > figure for other in figures) for figure in figures]
    assert scored(rows, weights(year)).ranks == ranks


def test_the_rows_that_stand_alone() -> None:
    assert sum(not one["prov"] for one in table("indices/pci_2005_2014.csv")) == 50
    assert sum(not one["prov"] for one in printed("2013")) == 50
    with_ha_tay = [year for year in ROWS if any(one["prov"] == "Ha Tay" for one in printed(year))]
    assert with_ha_tay == ["2006", "2007", "2008"]


def test_2005_and_2011_are_not_recomputed() -> None:
    assert weights("2005") == {}
    assert weights("2011") == {}
    assert weights("2010") == weights("2012")
    rows = printed("2011")
    computed = indices(scored(rows, weights("2010")))
    agreeing = [
        one["prov"]
        for one, index, figure in zip(rows, computed, hundredths(rows), strict=True)
        if index == figure
    ]
    assert (len(rows), agreeing) == (63, ["Dong Thap"])
