"""Replicates: what each method promises of its weights, and when it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import design_of, parted, reference_design, responses, table

from parindex.survey.estimation import replicates as module
from parindex.survey.estimation.calibration import CalibrationMethod
from parindex.survey.estimation.design import LonelyPsu
from parindex.survey.estimation.hadamard import hadamard, least_hadamard
from parindex.survey.estimation.replicates import (
    NoReplicatesError,
    ReplicateMethod,
    ReplicatePlan,
    Replicates,
)
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.statistics import mean, ratio, share, shares, total

STRAT: dict[str, Any] = {"strata": ("stype",), "weights": "pw", "fpc": ("fpc",)}
BOOT = ReplicatePlan(method=ReplicateMethod.BOOTSTRAP, seed=7, number=400)


def replicates_of(given_responses: Responses, plan: ReplicatePlan, **how: Any) -> Replicates:
    made = design_of(given_responses, replication=plan, **how).replicates
    assert made is not None
    return made


@pytest.mark.parametrize("order", range(1, 121))
def test_rows_of_a_hadamard_matrix_agree_in_half_of_their_places(order: int):
    matrix = hadamard(order)
    if matrix is None:
        assert order % 4 or order in {52, 92, 100, 116}
        assert order > 2
        return
    signs = np.where(matrix, 1, -1)
    assert (signs @ signs.T == order * np.eye(order)).all()
    assert matrix[0].all()


@given(st.integers(1, 60))
def test_there_are_more_rows_than_pairs(n: int):
    assert n < len(least_hadamard(n)) <= n + 8


@pytest.mark.parametrize("method", [ReplicateMethod.JKN, ReplicateMethod.BOOTSTRAP])
def test_replicates_of_a_mean_come_close_to_linearisation(method: ReplicateMethod):
    given_responses = responses("apistrat")
    numbers = given_responses.columns["api00"].numbers
    plan = ReplicatePlan(method=method, seed=1, number=2000)
    one, other = (
        mean(parted(design_of(given_responses, **STRAT, replication=each)), numbers)
        for each in (plan, None)
    )
    assert one.values == pytest.approx(other.values)
    assert one.estimated.variances() == pytest.approx(other.estimated.variances(), rel=0.06)


@pytest.mark.parametrize("name", ["stype", "sch.wide"])
def test_replicates_serve_parts_shares_and_covariances(name: str):
    given_responses = responses("apistrat")
    plan = ReplicatePlan(method=ReplicateMethod.JKN)
    by_part = parted(design_of(given_responses, **STRAT, replication=plan), given_responses, name)
    for found in (
        shares(by_part, given_responses.columns["awards"].categories),
        share(by_part, given_responses.columns["sat"].numbers),
        total(by_part, given_responses.columns["enroll"].numbers),
        ratio(
            by_part,
            given_responses.columns["api.stu"].numbers,
            given_responses.columns["enroll"].numbers,
        ),
    ):
        covariance = found.estimated.covariance()
        assert np.diag(covariance) == pytest.approx(found.estimated.variances().ravel())


@given(st.integers(0, 2**32), st.integers(2, 60))
def test_the_bootstrap_draws_one_unit_fewer_and_keeps_every_total(seed: int, number: int):
    plan = ReplicatePlan(method=ReplicateMethod.BOOTSTRAP, seed=seed, number=number)
    given_responses = table(
        h=["a", "a", "a", "b", "b", "c"], w=[1.0] * 6, n=[5, 5, 5, 9, 9, 1], y=[1, 2, 3, 4, 5, 6]
    )
    how: dict[str, Any] = {"strata": ("h",), "weights": "w", "lonely_psu": LonelyPsu.REMOVE}
    made = replicates_of(given_responses, plan, **how)
    n = np.array([3, 3, 3, 2, 2])
    times = made.factors[:5] * ((n - 1) / n)[:, None]
    assert np.allclose(times, np.round(times))
    assert np.allclose(made.factors[:3].sum(axis=0), 3)
    assert np.allclose(made.factors[3:5].sum(axis=0), 2)
    assert made.df == min(number - 1, 3)
    again = replicates_of(given_responses, plan, **how)
    assert np.array_equal(made.factors, again.factors)
    with_sizes = replicates_of(given_responses, plan, **how, fpc=("n",))
    shrunk = 1 + np.sqrt(1 - n / np.array([5, 5, 5, 9, 9]))[:, None] * (made.factors[:5] - 1)
    assert np.allclose(with_sizes.factors[:5], shrunk)
    assert (with_sizes.factors[5] == 1).all()


def test_a_seed_gives_the_same_draws_for_ever():
    given_responses = table(w=[1.0] * 5, y=[1, 2, 3, 4, 5])
    plan = ReplicatePlan(method=ReplicateMethod.BOOTSTRAP, seed=2025, number=3)
    made = replicates_of(given_responses, plan, weights="w")
    assert (made.factors * 4 / 5).round().astype(int).tolist() == [
        [0, 1, 0], [1, 1, 3], [0, 0, 0], [0, 0, 1], [3, 2, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("policy", [one for one in LonelyPsu if one is not LonelyPsu.FAIL])
def test_the_jackknife_knows_every_policy_for_single_units(policy: LonelyPsu):
    given_responses = table(
        h=["a", "a", "b", "b", "c"], w=[2.0] * 5, y=[1, 3, 4, 8, 90], n=[9, 9, 9, 9, 9]
    )
    plan = ReplicatePlan(method=ReplicateMethod.JKN)
    made = replicates_of(given_responses, plan, strata=("h",), weights="w", lonely_psu=policy)
    assert made.df == 2
    if policy is LonelyPsu.ADJUST:
        assert made.factors.shape == (5, 5)
        assert made.factors[:, 4].tolist() == [1.5] * 4 + [0]
        assert made.rscales.tolist() == [0.5] * 4 + [pytest.approx(2 / 3)]
    else:
        assert made.factors.shape == (5, 4)
        assert (made.factors[4] == 1).all()
    assert made.scale == (1.25 if policy is LonelyPsu.AVERAGE else 1)


def test_a_sample_of_everybody_does_not_vary():
    given_responses = table(w=[1.0] * 3, n=[3, 3, 3], y=[1, 2, 30])
    for method in (ReplicateMethod.JK1, ReplicateMethod.JKN, ReplicateMethod.BOOTSTRAP):
        plan = ReplicatePlan(method=method, seed=1, number=5)
        design = design_of(given_responses, weights="w", fpc=("n",), replication=plan)
        found = mean(parted(design), np.array([1.0, 2, 30]))
        assert found.estimated.variances().tolist() == [[0]]


def test_a_replicate_without_an_estimate_is_left_out():
    # Leaving out the only unit of a part leaves nothing to estimate there.
    given_responses = table(w=[1.0] * 4, y=[1, 2, 3, 4], part=["a", "b", "b", "b"])
    plan = ReplicatePlan(method=ReplicateMethod.JK1)
    by_part = parted(
        design_of(given_responses, weights="w", replication=plan), given_responses, "part"
    )
    found = mean(by_part, np.array([1.0, 2, 3, 4]))
    assert found.estimated.variances()[0, 0] == 0
    assert found.estimated.variances()[1, 0] > 0
    nobody = mean(by_part, np.array([np.nan, 2, 3, 4]))
    assert np.isnan(nobody.estimated.variances()[0, 0])


def test_half_samples_take_one_of_each_pair():
    design, _ = reference_design("scd_BRR")
    made = design.replicates
    assert made is not None
    assert set(np.unique(made.factors)) == {0, 2}
    assert (made.factors.reshape(3, 2, -1).sum(axis=1) == 2).all()
    assert made.df == 3


@pytest.mark.parametrize(
    ("how", "plan", "code"),
    [
        ({"strata": ("h",)}, ReplicatePlan(method=ReplicateMethod.JK1), "replicates.strata"),
        ({"strata": ("h",)}, ReplicatePlan(method=ReplicateMethod.BRR), "replicates.odd"),
        (
            {"strata": ("g",), "lonely_psu": LonelyPsu.ADJUST}, BOOT, "replicates.lonely",
        ),
        (
            {"strata": ("g",), "lonely_psu": LonelyPsu.AVERAGE}, BOOT, "replicates.lonely",
        ),
    ],
)  # fmt: skip
def test_a_method_that_does_not_fit_is_refused(how: dict[str, Any], plan: ReplicatePlan, code: str):
    given_responses = table(h=["a", "a", "a", "b", "b"], g=["a", "a", "a", "a", "b"], w=[1.0] * 5)
    with pytest.raises(NoReplicatesError) as caught:
        design_of(given_responses, weights="w", replication=plan, **how)
    assert caught.value.code == code


def test_too_many_factors_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_FACTORS", 24)
    given_responses = table(a=["x", "x", "y", "y", "y"], w=[1.0] * 5, u=["1", "1", "2", "3", "3"])
    with pytest.raises(NoReplicatesError, match=r"replicates\.too_many"):
        design_of(
            given_responses, weights="w", replication=ReplicatePlan(method=ReplicateMethod.JK1)
        )
    plan = ReplicatePlan(method=ReplicateMethod.BOOTSTRAP, seed=1, number=6)
    design_of(given_responses, clusters=("u",), weights="w", replication=plan)
    with pytest.raises(NoReplicatesError, match=r"replicates\.too_many"):
        # Calibration needs a factor for each row, not for each cluster.
        design_of(
            given_responses, clusters=("u",), weights="w", replication=plan,
            calibrate=CalibrationMethod.LINEAR, known={"a": {"x": 4, "y": 6}},
        )  # fmt: skip
