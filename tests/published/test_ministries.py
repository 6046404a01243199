"""Ministries 2023: appraised and survey points against the printed total (docs/findings.md)."""

from __future__ import annotations

from decimal import Decimal

from rounds import files, group, item, row

from parindex.points import half_up, to_steps
from parindex.scoring.run import GroupRun
from published.tables import GIVEN, table

# Sum of the printed parts minus printed total, in hundredths: every other body has 0.
DIFFERING = {
    "Bộ Tư pháp": 1,
    "Ngân hàng Nhà nước Việt Nam": -1,
    "Bộ Nội vụ": -1,
    "Bộ Tài nguyên và Môi trường": -1,
    "Bộ Nông nghiệp và Phát triển nông thôn": 1,
    "Bộ Lao động - Thương binh và Xã hội": -1,
    "Bộ Văn hóa, Thể thao và Du lịch": 1,
    "Bộ Khoa học và Công nghệ": -1,
    "Bộ Ngoại giao": -1,
}
NATIONAL_MEAN = 8438

Row = dict[str, str]


def printed() -> list[Row]:
    rows = [one for one in table("published/par_index_ministries.csv") if one["year"] == "2023"]
    assert {one["preferred"] for one in rows} == {"1"}
    return rows


def scored(rows: list[Row]) -> GroupRun:
    areas = {
        "1": [item("1.1.1", "68.5", GIVEN)],
        "2": [item("2.1.1", "31.5", GIVEN, source="external")],
    }
    entries = [
        line
        for at, one in enumerate(rows)
        for line in (
            row(f"body-{at}", "1.1.1", points=one["appraised_score"]),
            row(f"body-{at}", "2.1.1", points=one["survey_score"]),
        )
    ]
    units = [f'body-{at},"{one["ministry"]}",so,yes' for at, one in enumerate(rows)]
    return group(files(areas, entries=entries, units=units))


def hundredths(cell: str) -> int:
    return to_steps(Decimal(cell), 2)


def differences(rows: list[Row]) -> dict[str, int]:
    run = scored(rows)
    found: dict[str, int] = {}
    for at, one in enumerate(rows):
        index = run.results[at].index
        assert index is not None
        found[one["ministry"]] = index - hundredths(one["par_index"])
    return found


def test_exactly_nine_totals_differ_by_a_hundredth_from_the_printed_parts() -> None:
    rows = printed()
    assert len(rows) == 17
    found = differences(rows)
    assert {name: by for name, by in found.items() if by} == DIFFERING
    assert len(DIFFERING) == 9
    assert len(found) == 17


def rounding_explains(parts: int, total: int) -> bool:
    """Whether unprinted numbers can round to these parts and, added first, to this total.

    In thousandths: parts lie in [a - 5, a + 5) and [s - 5, s + 5), so their sum in [a + s - 10,
    a + s + 10); the total lies in [t - 5, t + 5).
    """
    return 10 * parts - 10 < 10 * total + 5 and 10 * total - 5 < 10 * parts + 10


def test_rounding_after_adding_explains_all_17_and_would_not_explain_two_hundredths() -> None:
    for one in printed():
        parts = hundredths(one["appraised_score"]) + hundredths(one["survey_score"])
        assert rounding_explains(parts, hundredths(one["par_index"])), one["ministry"]
    assert [rounding_explains(8000, 8000 + by) for by in range(-2, 3)] == [
        False, True, True, True, False,
    ]  # fmt: skip


def test_ranks_are_the_printed_ones_from_parts_and_totals_alike() -> None:
    rows = printed()
    assert scored(rows).ranks == [int(one["rank"]) for one in rows] == list(range(1, 18))
    totals = [hundredths(one["par_index"]) for one in rows]
    assert totals == sorted(totals, reverse=True)


def test_the_national_mean_is_that_of_the_parts_and_of_the_totals() -> None:
    rows = printed()
    mean = scored(rows).figures().mean
    assert mean is not None
    assert half_up(mean.numerator, mean.denominator) == NATIONAL_MEAN
    totals = [hundredths(one["par_index"]) for one in rows]
    assert half_up(sum(totals), len(totals)) == NATIONAL_MEAN
