from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.validity import DateSpan, parse_date

_DAY = st.dates(date(2000, 1, 1), date(2000, 3, 1))
_SIDE = st.none() | _DAY


def _span(start: date | None, end: date | None) -> DateSpan | None:
    if start is not None and end is not None and start >= end:
        return None
    return DateSpan(start=start, end=end)


@pytest.mark.parametrize("text", ["2025-02-29", "1/7/2025", "2025-7-1", "", "20250701"])
def test_only_real_days_in_iso_form_are_dates(text: str):
    assert parse_date(text) is None


def test_a_day_is_read():
    assert parse_date("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("end", [date(2025, 7, 1), date(2025, 6, 30)])
def test_a_span_must_end_after_it_starts(end: date):
    with pytest.raises(ValueError, match="2025-07-01"):
        DateSpan(start=date(2025, 7, 1), end=end)


@given(_SIDE, _SIDE, _SIDE, _SIDE)
def test_overlap_means_a_shared_day(
    start: date | None, end: date | None, other_start: date | None, other_end: date | None
):
    one, other = _span(start, end), _span(other_start, other_end)
    if one is None or other is None:
        return
    days = [date.fromordinal(n) for n in range(date(1999, 12, 1).toordinal(), 730_250)]
    shared = any(one.on(day) and other.on(day) for day in days)
    assert one.overlaps(other) == other.overlaps(one) == shared
