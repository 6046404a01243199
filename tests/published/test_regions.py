"""Means of the six regions against the national mean, 2022 to 2024 (docs/findings.md)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from rounds import files, group, item, refusals, row

from parindex.points import half_up, to_steps
from parindex.scoring.run import GroupRun
from published.tables import GIVEN, table

REGIONS = [
    "Đồng bằng sông Hồng",
    "Đông Nam Bộ",
    "Trung du và miền núi phía Bắc",
    "Bắc Trung Bộ và duyên hải miền Trung",
    "Đồng bằng sông Cửu Long",
    "Tây Nguyên",
]
ITEMS = {"1": [item("1.1.1", "100", GIVEN, source="external")]}

Row = dict[str, str]


def printed(year: str, source: str) -> dict[str, Row]:
    return {
        one["region"]: one
        for one in table("published/par_index_regions.csv")
        if (one["year"], one["source_id"]) == (year, source)
    }


def provinces(rows: dict[str, Row]) -> GroupRun:
    """A group of the provinces, each with the mean of its region."""
    members = [
        (f"{at}-{number}", region, one["par_index_mean"])
        for at, (region, one) in enumerate(rows.items())
        for number in range(int(one["n_provinces"]))
    ]
    return group(
        files(
            ITEMS,
            entries=[row(unit, "1.1.1", points=mean) for unit, _, mean in members],
            units=[f"{unit},{region},so,yes" for unit, region, _ in members],
        )
    )


def national_mean(rows: dict[str, Row]) -> Fraction:
    """The mean of the engine's group, in percent."""
    run = provinces(rows)
    mean = run.figures().mean
    assert mean is not None
    weighted = sum(
        int(one["n_provinces"]) * Decimal(one["par_index_mean"]) for one in rows.values()
    )
    assert mean / 100 == Fraction(weighted) / len(run.units)
    return mean / 100


def test_the_means_of_2023_weighted_by_provinces_give_the_national_mean() -> None:
    rows = printed("2023", "TTX23")
    assert sorted(rows) == sorted(REGIONS)
    assert len(provinces(rows).units) == 63
    assert to_steps(national_mean(rows), 2) == 8698


def test_two_regions_of_2023_share_a_rank() -> None:
    rows = printed("2023", "TTX23")
    run = group(
        files(
            ITEMS,
            entries=[
                row(region, "1.1.1", points=rows[region]["par_index_mean"]) for region in REGIONS
            ],
            units=[f"{region},{region},so,yes" for region in REGIONS],
        )
    )
    assert run.ranks == [1, 2, 3, 4, 5, 5]
    assert [run.results[at].index for at in (4, 5)] == [8542, 8542]


def test_the_values_of_2023_as_quoted_a_year_later_do_not_give_it() -> None:
    quoted = printed("2023", "TTX24")
    first = printed("2023", "TTX23")
    assert {
        region: (one["par_index_mean"], first[region]["par_index_mean"])
        for region, one in quoted.items()
    } == {"Đồng bằng sông Hồng": ("88.32", "88.33"), "Đông Nam Bộ": ("87.45", "87.79")}
    assert to_steps(national_mean({**first, **quoted}), 2) == 8694


def test_the_means_of_2024_give_a_hundredth_less_than_printed_and_rounding_is_not_the_cause() -> (
    None
):
    rows = printed("2024", "TTX24")
    assert sorted(rows) == sorted(REGIONS)
    mean = national_mean(rows)
    assert half_up((100 * mean).numerator, (100 * mean).denominator) == 8836
    # Every regional mean could be at most 0.005 greater than printed, and so the national mean.
    assert mean + Fraction("0.005") < Fraction("88.365")


def test_2022_has_four_of_six_regions_and_is_refused() -> None:
    rows = printed("2022", "TTX23")
    assert [region for region in REGIONS if region not in rows] == [
        "Đồng bằng sông Cửu Long",
        "Tây Nguyên",
    ]
    assert sum(int(one["n_provinces"]) for one in rows.values()) == 45
    refused = refusals(
        files(
            ITEMS,
            entries=[
                row(region, "1.1.1", points=one["par_index_mean"]) for region, one in rows.items()
            ],
            units=[f"{region},{region},so,yes" for region in REGIONS],
        )
    )
    assert len(refused) == 2
    assert "Tây Nguyên" in refused[1]
