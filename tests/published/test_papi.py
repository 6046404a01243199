"""PAPI 2011 to 2015: 313 province-years from sub-dimensions to totals (docs/findings.md)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from rounds import files, group, item, refusals, row

from parindex.points import to_steps
from parindex.scoring.run import GroupRun
from published.tables import GIVEN, table

YEARS = {"2011": 63, "2012": 63, "2013": 63, "2014": 61, "2015": 63}
DIMENSIONS = {
    "papi_participation": ("knowledge", "opportunities", "elections", "contributions"),
    "papi_transparency": ("povertylists", "budgetexpenditure", "landuse"),
    "papi_accountability": ("interaction", "inspection", "investment"),
    "papi_corruption": ("public", "service", "employment", "willingness"),
    "papi_procedures": ("certification", "construction", "landuse", "personal"),
    "papi_service": ("health", "primary", "infrastructure", "law"),
}
TOTAL = "papi_unweighted"
# 2015, in units of the thirteenth decimal: what the sum of the printed decimals has more.
LAST_DIGIT = {"Bac Kan": 1, "Gia Lai": 1, "Tay Ninh": 1, "Vinh Long": -1}

Row = dict[str, str]


def printed(year: str) -> list[Row]:
    """The rows of a year; a total printed as 0 is a province without a survey."""
    return [
        one
        for one in table("indices/papi_2011_2015.csv")
        if one["year"] == year and one[TOTAL] != "0"
    ]


def parts(dimension: str) -> list[str]:
    return [f"{dimension}_{part}" for part in DIMENSIONS[dimension]]


def units(rows: Sequence[Row]) -> list[str]:
    return [f"{one['prov']},{one['prov']},so,yes" for one in rows]


def from_parts(rows: Sequence[Row]) -> GroupRun:
    """Areas are dimensions, items sub-dimensions, points the printed digits."""
    codes = {
        column: f"{area}.1.{number}"
        for area, dimension in enumerate(DIMENSIONS, start=1)
        for number, column in enumerate(parts(dimension), start=1)
    }
    areas = {
        str(area): [item(codes[column], "4", GIVEN, source="external") for column in parts(one)]
        for area, one in enumerate(DIMENSIONS, start=1)
    }
    entries = [
        row(one["prov"], code, points=one[column]) for one in rows for column, code in codes.items()
    ]
    return group(
        files(areas, entries=entries, units=units(rows), points_decimals="12", rank_on="exact")
    )


def from_dimensions(rows: Sequence[Row]) -> GroupRun:
    """One area of six printed dimensions, in thousandths: 12 decimals then hold every digit."""
    codes = {one: f"1.1.{number}" for number, one in enumerate(DIMENSIONS, start=1)}
    items = [item(code, "10000", GIVEN, source="external") for code in codes.values()]
    entries = [
        row(one["prov"], code, points=f"{1000 * Decimal(one[column]):f}")
        for one in rows
        for column, code in codes.items()
    ]
    return group(
        files(
            {"1": items}, entries=entries, units=units(rows), points_decimals="12", rank_on="exact"
        )
    )


def total(run: GroupRun, at: int) -> Fraction:
    """A total of `from_dimensions`, back in points."""
    return Fraction(run.results[at].points) / 10**15


def single(cell: str) -> Fraction:
    """The single-precision number that is nearest to what is printed."""
    (number,) = struct.unpack("f", struct.pack("f", float(cell)))
    return Fraction(number)


def half_a_binary_digit(number: Fraction) -> Fraction:
    """Half a unit of the last binary digit: of 2^(k-23) for a number from 2^k below 2^(k+1)."""
    exponent = next(k for k in range(3, -5, -1) if number >= Fraction(2) ** k)
    return Fraction(2) ** (exponent - 24)


def in_printed_order(rows: Sequence[Row]) -> list[str]:
    return [one["prov"] for one in sorted(rows, key=lambda one: -Decimal(one[TOTAL]))]


def order(run: GroupRun) -> list[str]:
    return [run.units[at].id for at in run.in_order()]


def test_313_province_years_are_printed_and_two_are_missing() -> None:
    assert {year: len(printed(year)) for year in YEARS} == YEARS
    assert sum(YEARS.values()) == 313
    missing = [one for one in table("indices/papi_2011_2015.csv") if one[TOTAL] == "0"]
    assert [(one["prov"], one["year"]) for one in missing] == [
        ("Bac Giang", "2014"),
        ("Dong Thap", "2014"),
    ]
    assert {one[column] for one in missing for column in DIMENSIONS} == {""}


@pytest.mark.parametrize("year", YEARS)
def test_every_dimension_follows_from_its_parts_to_three_decimals(year: str) -> None:
    rows = printed(year)
    run = from_parts(rows)
    computed = [
        [to_steps(Fraction(area.points) / 10**12, 3) for area in result.areas]
        for result in run.results
    ]
    assert computed == [[to_steps(Decimal(one[name]), 3) for name in DIMENSIONS] for one in rows]
    assert sum(map(len, computed)) == 6 * YEARS[year]


def test_beyond_three_decimals_the_noise_is_that_of_seven_printed_digits() -> None:
    """Each printed number may be half a unit of its seventh significant digit away."""
    misses = []
    for one in [one for year in ("2011", "2012", "2013", "2014") for one in printed(year)]:
        for dimension in DIMENSIONS:
            numbers = [Decimal(one[column]) for column in (*parts(dimension), dimension)]
            noise = sum(Decimal(5).scaleb(number.adjusted() - 7) for number in numbers)
            misses.append(abs(sum(numbers[:-1]) - numbers[-1]))
            assert misses[-1] <= noise, (one["prov"], one["year"], dimension)
    assert (len(misses), max(misses)) == (1500, Decimal("0.000002"))


def test_in_2015_the_noise_is_that_of_single_precision() -> None:
    """Each number may be half a unit of the last of its 24 binary digits away."""
    misses = []
    for one in printed("2015"):
        for dimension in DIMENSIONS:
            numbers = [single(one[column]) for column in (*parts(dimension), dimension)]
            noise = sum(half_a_binary_digit(number) for number in numbers)
            misses.append(abs(sum(numbers[:-1]) - numbers[-1]))
            assert misses[-1] <= noise, (one["prov"], dimension)
    assert (len(misses), max(misses)) == (378, Fraction(1, 1 << 21))


@pytest.mark.parametrize("year", ["2011", "2012", "2013", "2014"])
def test_totals_are_exactly_the_sums_of_the_printed_dimensions(year: str) -> None:
    rows = printed(year)
    run = from_dimensions(rows)
    computed = [total(run, at) for at in range(len(rows))]
    assert computed == [Fraction(one[TOTAL]) for one in rows]


def test_totals_of_2015_are_exact_to_their_13_decimals_but_for_four() -> None:
    rows = printed("2015")
    run = from_dimensions(rows)
    differing = {
        one["prov"]: to_steps(total(run, at), 13) - to_steps(Decimal(one[TOTAL]), 13)
        for at, one in enumerate(rows)
    }
    assert {name: by for name, by in differing.items() if by} == LAST_DIGIT


def test_totals_of_2015_are_exact_when_dimensions_are_read_in_single_precision() -> None:
    rows = printed("2015")
    assert len(rows) == 63
    for one in rows:
        numbers = [single(one[dimension]) for dimension in DIMENSIONS]
        assert [f"{float(number):.15g}" for number in numbers] == [one[name] for name in DIMENSIONS]
        assert to_steps(sum(numbers, Fraction(0)), 13) == to_steps(Decimal(one[TOTAL]), 13)


@pytest.mark.parametrize("year", YEARS)
def test_the_order_is_that_of_the_printed_totals(year: str) -> None:
    rows = printed(year)
    assert len({one[TOTAL] for one in rows}) == len(rows)
    for run in (from_parts(rows), from_dimensions(rows)):
        assert order(run) == in_printed_order(rows)
        assert sorted(rank or 0 for rank in run.ranks) == list(range(1, len(rows) + 1))


def test_a_province_without_a_survey_is_refused_and_not_scored_0() -> None:
    rows = [one for one in table("indices/papi_2011_2015.csv") if one["year"] == "2014"][:3]
    assert [one["prov"] for one in rows] == ["An Giang", "Bac Giang", "Bac Kan"]
    items = [item("1.1.1", "60", GIVEN, source="external")]
    entries = [row(one["prov"], "1.1.1", points=one[TOTAL]) for one in rows if one[TOTAL] != "0"]
    refused = refusals(files({"1": items}, entries=entries, units=units(rows)))
    assert len(refused) == 1
    assert "Bac Giang" in refused[0]
