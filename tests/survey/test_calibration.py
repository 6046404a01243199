"""Calibrated weights meet their totals, and what is known of a population has no error."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import design_of, parted, population_counts, responses, table

from parindex.errors import UnusableInputError
from parindex.survey.estimation.calibration import (
    CalibrationMethod,
    Margin,
    NotCalibratedError,
    calibrated,
)
from parindex.survey.estimation.replicates import ReplicateMethod, ReplicatePlan
from parindex.survey.estimation.statistics import category_totals, mean, total
from parindex.survey.estimation.weighting import trimmed

STRAT: dict[str, Any] = {"strata": ("stype",), "weights": "pw", "fpc": ("fpc",)}
Made = tuple[np.ndarray, tuple[Margin, ...]]
KNOWN = {name: population_counts()[name] for name in ("stype", "sch.wide")}


@st.composite
def margins(draw: st.DrawFn) -> Made:
    """Base weights and margins that some weights within a factor of 1.7 of them meet."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(12, 60))
    base = random.uniform(1, 30, n)
    true = base * random.uniform(0.7, 1.7, n)
    found = []
    for name in "ab"[: draw(st.integers(1, 2))]:
        codes = random.integers(0, draw(st.integers(1, 4)), n)
        _, codes = np.unique(codes, return_inverse=True)
        totals = np.bincount(codes, true).astype(float)
        found.append(Margin(name, codes, totals, tuple(map(str, range(len(totals))))))
    if draw(st.booleans()):
        x = random.uniform(100, 900, n)
        codes = np.zeros(n, dtype=np.intp)
        found.append(Margin("x", codes, np.array([true @ x]), ("",), x))
    return base, tuple(found)


@given(margins(), st.sampled_from(CalibrationMethod))
def test_weights_meet_every_total(given_margins: Made, method: CalibrationMethod):
    base, found = given_margins
    # The logit method needs room beyond the weights that are known to do.
    weights = calibrated(method, base, found, (0.05, 6))
    for margin in found:
        assert np.allclose(margin.totals_of(weights), margin.totals, rtol=1e-9)
    if method is CalibrationMethod.LOGIT:
        assert (weights >= 0.05 * base).all()
        assert (weights <= 6 * base).all()
    if method is CalibrationMethod.RAKING:
        assert (weights > 0).all()


@pytest.mark.parametrize("method", CalibrationMethod)
@pytest.mark.parametrize("replicated", [False, True])
def test_what_is_known_has_no_error(method: CalibrationMethod, replicated: bool):
    given_responses = responses("apistrat")
    known = (
        KNOWN if method is not CalibrationMethod.POSTSTRATIFY else {"sch.wide": KNOWN["sch.wide"]}
    )
    plan = ReplicatePlan(method=ReplicateMethod.JKN) if replicated else None
    design = design_of(
        given_responses, **STRAT, calibrate=method, known=known, bounds=(0.4, 3), replication=plan
    )
    found = category_totals(parted(design), given_responses.columns["sch.wide"].categories)
    assert np.allclose(found.values[0], [1072, 5122], rtol=1e-11)
    assert np.allclose(np.sqrt(found.estimated.variances()), 0, atol=1e-6)


@pytest.mark.parametrize("method", CalibrationMethod)
def test_calibration_by_what_matters_lowers_the_error(method: CalibrationMethod):
    given_responses = responses("apisrs")
    plain = design_of(given_responses, weights="pw", fpc=("fpc",))
    made = design_of(
        given_responses,
        weights="pw",
        fpc=("fpc",),
        calibrate=method,
        known={"stype": KNOWN["stype"]},
    )
    enroll = given_responses.columns["enroll"].numbers
    errors = [total(parted(one), enroll).estimated.variances()[0, 0] for one in (plain, made)]
    assert errors[1] < 0.8 * errors[0]


def test_parts_cross_and_what_they_add_up_to_is_the_whole():
    given_responses = responses("apiclus1")
    design = design_of(
        given_responses, clusters=("dnum",), weights="pw", fpc=("fpc",),
        calibrate=CalibrationMethod.RAKING, known=KNOWN,
    )  # fmt: skip
    enroll = given_responses.columns["enroll"].numbers
    by_part = total(parted(design, given_responses, "sch.wide", "stype"), enroll)
    assert by_part.values.sum() == pytest.approx(total(parted(design), enroll).values[0, 0])
    ones = np.ones(len(enroll))
    crossed = total(parted(design, given_responses, "stype"), ones)
    assert np.allclose(crossed.values[:, 0], [4421, 755, 1018])
    assert np.allclose(crossed.estimated.variances(), 0)


def test_totals_that_no_weights_meet_are_told():
    given_responses = table(a=["x", "y", "y"], b=["p", "p", "q"], w=[1, 1, 1])
    known = {"a": {"x": 90, "y": 10}, "b": {"p": 5, "q": 95}}
    with pytest.raises(NotCalibratedError) as caught:
        design_of(given_responses, weights="w", calibrate=CalibrationMethod.RAKING, known=known)
    assert caught.value.margin.name in known
    with pytest.raises(NotCalibratedError):
        design_of(
            given_responses, weights="w", calibrate=CalibrationMethod.LOGIT, bounds=(0.9, 1.1),
            known={"a": {"x": 1, "y": 20}},
        )  # fmt: skip


def codes(caught: pytest.ExceptionInfo[UnusableInputError]) -> list[str]:
    return [one.code for one in caught.value.problems]


@pytest.mark.parametrize(
    ("known", "method", "code"),
    [
        ({"a": {"x": 5}}, CalibrationMethod.LINEAR, "margins.unknown"),
        ({"a": {"x": 5, "y": 0}}, CalibrationMethod.LINEAR, "margins.unknown"),
        ({"a": {"x": 5, "y": 4, "z": 2}}, CalibrationMethod.RAKING, "margins.unseen"),
        ({"m": {"x": 5, "y": 4}}, CalibrationMethod.LINEAR, "margins.missing"),
        ({"n": {"": 5}}, CalibrationMethod.LINEAR, "margins.missing"),
        ({"a": {"x": 5, "y": 5}, "b": {"p": 5, "q": 6}}, CalibrationMethod.RAKING, "margins.sums"),
        ({"a": {"x": 5, "y": 5}, "b": {"p": 5, "q": 5}}, CalibrationMethod.POSTSTRATIFY, "margins.one"),
        ({"w": {"": 5}}, CalibrationMethod.POSTSTRATIFY, "margins.one"),
    ],
)  # fmt: skip
def test_totals_that_do_not_fit_the_sample_are_refused(
    known: dict[str, dict[str, float]], method: CalibrationMethod, code: str
):
    given_responses = table(
        a=["x", "y", "y"], b=["p", "q", "q"], m=["x", None, "y"], n=[1, None, 3], w=[1, 1, 1]
    )
    with pytest.raises(UnusableInputError) as caught:
        design_of(given_responses, weights="w", calibrate=method, known=known)
    assert codes(caught) == [code]


def test_a_category_that_nobody_has_may_have_a_total_of_nothing():
    given_responses = table(a=["x", "y", "y"], w=[1, 1, 1], y=[1, 2, 3])
    for method in CalibrationMethod:
        design = design_of(
            given_responses, weights="w", calibrate=method, known={"a": {"x": 3, "y": 6, "z": 0}},
            bounds=(0.5, 9),
        )  # fmt: skip
        assert np.allclose(design.weights, 3)
        assert mean(parted(design), np.array([1.0, 2, 3])).estimated.variances()[0, 0] > 0


def test_trimming_keeps_the_total_and_comes_before_calibration():
    weights = np.array([0.1, 1, 2, 3, 50])
    kept = trimmed(weights, 0.5, 10)
    assert kept.sum() == pytest.approx(weights.sum())
    assert kept[[0, 4]].tolist() == [0.5, 10]
    assert trimmed(weights, 0, 100) is not weights
    assert trimmed(weights, 0, 100).tolist() == weights.tolist()
    assert trimmed(weights, 60, 70).tolist() == [60] * 5
    given_responses = responses("apistrat")
    design = design_of(
        given_responses, **STRAT, trim=(16, 30), calibrate=CalibrationMethod.RAKING, known=KNOWN
    )
    found = category_totals(parted(design), given_responses.columns["sch.wide"].categories)
    assert np.allclose(found.values[0], [1072, 5122])
    plain = design_of(given_responses, **STRAT, trim=(16, 30))
    assert plain.weights.min() == 16
