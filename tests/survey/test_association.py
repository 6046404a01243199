"""Tests of independence and regression, beyond what the reference results show."""

import numpy as np
import pytest
from scipy.special import fdtrc
from surveys import design_of, parted, responses, table

from parindex.survey.estimation.association import (
    AssociationTest,
    _saddlepoint,
    independence,
)
from parindex.survey.estimation.columns import Categories
from parindex.survey.estimation.regression import difference, one_mean, regression
from parindex.survey.estimation.statistics import mean

REPEATS = 400


@pytest.mark.parametrize("test", AssociationTest)
def test_independent_answers_are_called_dependent_as_often_as_said(test: AssociationTest):
    random = np.random.default_rng(5)
    clusters = np.repeat(np.arange(40), 5).astype(str)
    given = table(u=list(clusters), w=list(random.uniform(1, 2, 200)))
    asked = parted(design_of(given, clusters=("u",), weights="w"))
    n_called = 0
    for _ in range(REPEATS):
        # Answers are alike within a cluster, so that an ordinary test would call too often.
        leaning = np.repeat(random.uniform(0, 1, 40), 5)
        rows = (random.uniform(size=200) < leaning).astype(np.intp)
        columns = random.integers(0, 3, 200)
        found = independence(
            asked, Categories(rows, ("a", "b")), Categories(columns, ("x", "y", "z")), test
        )
        n_called += found.p < 0.1
    assert 0.05 < n_called / REPEATS < 0.16


@pytest.mark.parametrize("test", AssociationTest)
def test_answers_that_go_together_are_found(test: AssociationTest):
    given = responses("apistrat")
    asked = parted(design_of(given, strata=("stype",), weights="pw", fpc=("fpc",)))
    rows = given.columns["sat"].categories
    columns = given.columns["likert"].categories
    missing = np.where(np.arange(len(rows.codes)) < 5, -1, rows.codes)
    found = independence(asked, Categories(missing, rows.names), columns, test)
    assert found.p < 1e-6
    assert found.df > 0


def test_a_table_without_two_of_both_has_no_test():
    given = table(w=[1.0] * 4)
    asked = parted(design_of(given, weights="w"))
    two = Categories(np.array([0, 1, 0, 1]), ("a", "b"))
    for other in (
        Categories(np.zeros(4, dtype=np.intp), ("a",)),
        Categories(np.array([0, 0, -1, -1]), ("a", "b")),
    ):
        with pytest.raises(ValueError, match="2"):
            independence(asked, two, other)


def test_where_nothing_varies_there_is_no_test():
    given = table(u=list("aabbccdd"), w=[1.0] * 8)
    asked = parted(design_of(given, clusters=("u",), weights="w"))
    rows = Categories(np.array([0, 1] * 4), ("a", "b"))
    columns = Categories(np.array([0, 1] * 4), ("x", "y"))
    with pytest.raises(ValueError, match="2"):
        independence(asked, rows, columns)


@pytest.mark.parametrize("effects", [[1.0], [0.5, 2.0], [1.0, 1.0, 4.0]])
def test_about_its_mean_the_saddlepoint_joins_both_sides(effects: list[float]):
    mean_of = sum(effects)
    below, middle, above = (
        _saddlepoint(mean_of * step, np.array(effects), 40.0) for step in (0.99, 1.0, 1.01)
    )
    assert below > middle > above
    assert below - above < 0.02


@pytest.mark.parametrize("statistic", [0.5, 2.0, 7.0, 20.0])
def test_equal_effects_give_the_distribution_of_f(statistic: float):
    # Three effects of 1: the chance is that of F with 3 and 25 degrees of freedom.
    got = _saddlepoint(statistic, np.ones(3), 25.0)
    assert got == pytest.approx(float(fdtrc(3, 25, statistic / 3)), rel=0.02)


def test_a_regression_leaves_out_what_is_missing_and_needs_distinct_terms():
    given = responses("apistrat")
    asked = parted(design_of(given, strata=("stype",), weights="pw", fpc=("fpc",)))
    api, meals = given.columns["api00"].numbers, given.columns["meals"].numbers
    gap = np.where(np.arange(len(api)) % 7 == 0, np.nan, meals)
    there = ~np.isnan(gap)
    found = regression(asked, api, {"meals": gap})
    w = given.columns["pw"].numbers[there]
    slope = np.polyfit(meals[there], api[there], 1, w=np.sqrt(w))[0]
    assert found[1].estimate == pytest.approx(slope)
    with pytest.raises(ValueError, match="meals"):
        regression(asked, api, {"meals": meals, "again": 2 * meals})


def test_t_tests():
    given = responses("apisrs")
    asked = parted(design_of(given, weights="pw", fpc=("fpc",)))
    api = given.columns["api00"].numbers
    of_all = one_mean(asked, api - 650)
    found = mean(asked, api)
    assert of_all.estimate == pytest.approx(found.values[0, 0] - 650)
    assert of_all.se**2 == pytest.approx(found.estimated.variances()[0, 0])
    assert of_all.df == 198
    assert 0.4 < of_all.p < 0.6
    second = given.columns["sat"].numbers
    apart = difference(asked, api, second)
    weights = given.columns["pw"].numbers
    means = [np.average(api[second == one], weights=weights[second == one]) for one in (0, 1)]
    assert apart.estimate == pytest.approx(means[1] - means[0])
    assert apart.t > 10
