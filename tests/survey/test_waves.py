import math
from dataclasses import replace

import pytest

from parindex.survey.satisfaction.indices import SatisfactionIndex
from parindex.survey.satisfaction.instrument import Measure
from parindex.survey.satisfaction.waves import Change, NotComparable, Wave, Why, changes

ROW = SatisfactionIndex(
    measure=Measure.OVERALL, of="", domain="", index=82.66, se=0.6, ci_low=81.4, ci_high=83.9, df=40, n=900,
)  # fmt: skip
BEFORE = Wave(wave="2023", instrument="sipas", version=1, indices=(ROW,))
NOW = replace(BEFORE, wave="2024", indices=(replace(ROW, index=83.94, se=0.8),))


def only(before: Wave, now: Wave) -> Change | NotComparable:
    (one,) = changes(before, now, confidence=0.95)
    assert (one.measure, one.of, one.domain) == (Measure.OVERALL, "", "")
    return one


def test_a_change_is_in_points_with_both_errors():
    one = only(BEFORE, NOW)
    assert isinstance(one, Change)
    assert one.points == pytest.approx(1.28)
    assert one.se == pytest.approx(1.0)
    # Satterthwaite: 1 / (0.36² / 40 + 0.64² / 40) = 74.2 degrees of freedom.
    assert (one.ci_low, one.ci_high) == pytest.approx((1.28 - 1.99250, 1.28 + 1.99250), abs=1e-4)


@pytest.mark.parametrize("other", [{"version": 2}, {"instrument": "sipas-2017"}])
def test_another_instrument_is_not_compared(other: dict[str, object]):
    one = only(replace(BEFORE, **other), NOW)  # type: ignore[arg-type]
    assert isinstance(one, NotComparable)
    assert one.why is Why.OTHER_INSTRUMENT


def test_an_index_that_is_not_there_is_not_compared():
    none = replace(ROW, index=None, se=None)
    assert only(replace(BEFORE, indices=()), NOW) == NotComparable(
        measure=Measure.OVERALL, of="", domain="", why=Why.NO_INDEX_BEFORE
    )
    for before, now, why in (
        (replace(BEFORE, indices=(none,)), NOW, Why.NO_INDEX_BEFORE),
        (BEFORE, replace(NOW, indices=(none,)), Why.NO_INDEX_NOW),
    ):
        one = only(before, now)
        assert isinstance(one, NotComparable)
        assert one.why is why


def test_an_unknown_error_leaves_the_change_without_one():
    for row in (replace(ROW, se=None), replace(ROW, df=0)):
        one = only(replace(BEFORE, indices=(row,)), NOW)
        assert isinstance(one, Change)
        assert (one.se, one.ci_low, one.ci_high) == (None, None, None)
    sure = replace(ROW, se=0.0)
    one = only(replace(BEFORE, indices=(sure,)), replace(NOW, indices=(replace(sure, index=83.0),)))
    assert isinstance(one, Change)
    assert (one.se, one.ci_low) == (0.0, one.points)
    assert math.isclose(one.points, 0.34)
