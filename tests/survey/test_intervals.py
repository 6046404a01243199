"""Intervals and quantiles: what defines each, at any input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import betainc, xlogy
from surveys import design_of, parted, responses, table

from parindex.survey.estimation.intervals import (
    IntervalMethod,
    arcsine_limits,
    beta_limits,
    likelihood_limits,
    logit_limits,
    symmetric,
    t_quantile,
    wilson_limits,
)
from parindex.survey.estimation.quantiles import quantiles

SHARES = st.floats(0.001, 0.999)
ERRORS = st.floats(0.0001, 0.4)
T = 2.1


def both(share: float, se: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([share]), np.array([se])


@given(SHARES, ERRORS)
def test_every_interval_of_a_share_goes_around_it_inside_0_and_1(share: float, se: float):
    n = np.array([50.0])
    for low, high in (
        logit_limits(*both(share, se), T),
        wilson_limits(*both(share, se), n, T),
        beta_limits(*both(share, se), n, 20),
        likelihood_limits(*both(share, se), n, T),
    ):
        assert 0 <= low[0] <= share + 1e-12
        assert share - 1e-12 <= high[0] <= 1


@given(SHARES, ERRORS)
def test_the_limits_of_wilson_are_where_the_score_is_the_quantile(share: float, se: float):
    size = share * (1 - share) / se**2
    for limit in wilson_limits(*both(share, se), np.array([9.0]), T):
        end = float(limit[0])
        assert (share - end) ** 2 * size == pytest.approx(
            T**2 * end * (1 - end), rel=1e-6, abs=1e-9
        )


@given(SHARES, ERRORS)
def test_log_odds_move_by_the_quantile(share: float, se: float):
    low, high = (float(one[0]) for one in logit_limits(*both(share, se), T))
    assume(low > 1e-9 and high < 1 - 1e-9)
    moved = math.log(high / (1 - high)) - math.log(share / (1 - share))
    assert moved == pytest.approx(T * se / (share * (1 - share)), rel=1e-6)


@given(SHARES, st.floats(0.001, 0.1))
def test_the_likelihood_falls_by_as_much_on_both_sides(share: float, se: float):
    low, high = likelihood_limits(*both(share, se), np.array([80.0]), T)
    falls = [
        float(xlogy(share, share / end) + xlogy(1 - share, (1 - share) / (1 - end)))
        for end in (low[0], high[0])
        if 1e-9 < end < 1 - 1e-9
    ]
    wanted = (T * se) ** 2 * 80 / (2 * 79 * share * (1 - share))
    assert falls == pytest.approx([wanted] * len(falls), rel=1e-6)


def test_clopper_and_pearson_stand_behind_the_beta_limits():
    # Of 40 independent answers 12 say yes, so that nothing is left to adjust.
    se = np.array([math.sqrt(0.3 * 0.7 / 40)])
    low, high = beta_limits(np.array([0.3]), se, np.array([40.0]), 39)
    assert betainc(12, 29, low[0]) == pytest.approx(0.025)
    assert betainc(13, 28, high[0]) == pytest.approx(0.975)


def test_at_0_and_1_only_wilson_has_limits():
    share, se, n = np.array([0.0, 1.0, np.nan]), np.array([0.0, 0.0, np.nan]), np.full(3, 20.0)
    for limits in (
        logit_limits(share, se, T),
        arcsine_limits(share, se, T),
        beta_limits(share, se, n, 19),
        likelihood_limits(share, se, n, T),
    ):
        assert np.isnan(limits).all()
    low, high = wilson_limits(share, se, n, T)
    assert (low[0], high[1]) == (0, 1)
    assert high[0] == pytest.approx(T**2 / (20 + T**2))
    assert low[1] == pytest.approx(20 / (20 + T**2))
    assert np.isnan([low[2], high[2]]).all()
    sure = wilson_limits(np.array([0.4]), np.array([0.0]), np.array([9.0]), T)
    assert np.allclose(sure, 0.4)


def test_quantiles_of_t():
    assert t_quantile(math.inf, 0.9) == pytest.approx(1.6448536269514722)
    assert t_quantile(10) == pytest.approx(2.2281388519649385)
    assert math.isnan(t_quantile(0))
    low, high = symmetric(np.array([5.0]), np.array([1.0]), 2)
    assert (low[0], high[0]) == (3, 7)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.floats(0.5, 20)), min_size=2, max_size=25),
    st.floats(0.01, 0.99),
)
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    rows: list[tuple[int, float]], share: float
):
    values, weights = (np.array(one, dtype=float) for one in zip(*rows, strict=True))
    design = design_of(table(w=list(weights)), weights="w")
    (found,) = quantiles(parted(design), values, (share,)).values[0]
    whole = weights.sum()
    assert weights[values <= found].sum() >= share * whole * (1 - 1e-12)
    assert weights[values < found].sum() < share * whole * (1 + 1e-12)


def test_quantiles_by_part_and_without_values():
    given_responses = table(w=[1.0] * 6, part=["a", "a", "a", "b", "b", None])
    design = design_of(given_responses, weights="w")
    numbers = np.array([3, 1, 2, np.nan, np.nan, 9.0])
    found = quantiles(parted(design, given_responses, "part"), numbers, (0.5, 0.9))
    assert found.values[0].tolist() == [2, 3]
    assert np.isnan(found.values[1]).all()
    assert np.isnan(found.se[1]).all()
    assert found.n.tolist() == [3, 0]


@pytest.mark.parametrize("method", IntervalMethod)
def test_every_method_gives_woodruffs_limits(method: IntervalMethod):
    given_responses = responses("apistrat")
    design = design_of(given_responses, strata=("stype",), weights="pw", fpc=("fpc",))
    found = quantiles(parted(design), given_responses.columns["api00"].numbers, (0.5,), method)
    assert 630 < found.low[0, 0] < found.values[0, 0] == 668 < found.high[0, 0] < 700
    # Far out, where there is nothing below, a symmetric interval has no end.
    end = quantiles(parted(design), given_responses.columns["api00"].numbers, (0.0001,), method)
    is_symmetric = method in {IntervalMethod.T, IntervalMethod.NORMAL}
    assert np.isnan(end.low[0, 0]) == is_symmetric
