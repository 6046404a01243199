"""Variances by linearisation against plain recursion, on designs of every kind."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey.taylor_oracle import variance
from surveys import design_of, parted, responses, table

from parindex.survey.estimation.design import LonelyPsu
from parindex.survey.estimation.regression import contrast
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.statistics import category_totals, mean, ratio, shares, total


@dataclass(frozen=True)
class Drawn:
    given: Responses
    strata: list[list[object]]
    units: list[list[object]]
    sizes: list[list[float]]
    fpc: tuple[str, ...]


@st.composite
def samples(draw: st.DrawFn, stages: int = 3) -> Drawn:
    """A sample of one to three stages, with or without population sizes, of a few rows."""
    depth = draw(st.integers(1, stages))
    n_sizes = draw(st.integers(0, depth))
    rows: list[tuple[object, ...]] = []
    sizes: list[tuple[float, ...]] = []

    def fill(path: tuple[object, ...], given: tuple[float, ...], stage: int) -> None:
        if stage == depth:
            rows.append(path)
            sizes.append(given)
            return
        for stratum in range(draw(st.integers(1, 2))):
            n = draw(st.integers(1 if rows or stage else 2, 3))
            size = n + draw(st.integers(0, 4))
            for unit in range(n):
                fill((*path, stratum, unit), (*given, size), stage + 1)

    fill((), (), 0)
    n = len(rows)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns: dict[str, list[str | float | None]] = {
        "y": list(random.normal(draw(st.sampled_from([0, 1e6])), 10, n)),
        "x": list(random.uniform(1, 9, n)),
        "w": list(random.uniform(0.5, 20, n)),
        "part": [("a", "b", None)[one] for one in random.integers(0, 3, n)],
    }
    for stage in range(depth):
        columns[f"h{stage}"] = [str(row[2 * stage]) for row in rows]
        columns[f"u{stage}"] = [str(row[2 * stage + 1]) for row in rows]
    fpc = tuple(f"n{stage}" for stage in range(n_sizes))
    for stage, name in enumerate(fpc):
        columns[name] = [one[stage] for one in sizes]
    # The strata and units of a stage are numbered within those above.
    return Drawn(
        given=table(**columns),
        strata=[[row[: 2 * stage + 1] for row in rows] for stage in range(depth)],
        units=[[row[: 2 * stage + 2] for row in rows] for stage in range(depth)],
        sizes=[[one[stage] for one in sizes] for stage in range(n_sizes)],
        fpc=fpc,
    )


def designed(drawn: Drawn, policy: LonelyPsu):
    depth = len(drawn.units)
    return design_of(
        drawn.given,
        strata=tuple(f"h{stage}" for stage in range(depth)),
        clusters=tuple(f"u{stage}" for stage in range(depth)),
        weights="w",
        fpc=drawn.fpc,
        lonely_psu=policy,
    )


def numbers(drawn: Drawn, name: str):
    return drawn.given.columns[name].numbers


@given(samples(), st.sampled_from([LonelyPsu.ADJUST, LonelyPsu.REMOVE]))
def test_the_variance_of_a_total_is_that_of_plain_recursion(drawn: Drawn, policy: LonelyPsu):
    found = total(parted(designed(drawn, policy)), numbers(drawn, "y"))
    influences = numbers(drawn, "w") * numbers(drawn, "y")
    want = variance(influences, drawn.strata, drawn.units, drawn.sizes, policy)
    scale = float(np.sum(influences**2)) + 1e-9
    assert math.isclose(
        found.estimated.variances()[0, 0], want, rel_tol=1e-9, abs_tol=1e-12 * scale
    )


@given(samples(stages=1))
def test_an_average_stands_for_strata_of_a_single_unit(drawn: Drawn):
    found = total(parted(designed(drawn, LonelyPsu.AVERAGE)), numbers(drawn, "y"))
    influences = numbers(drawn, "w") * numbers(drawn, "y")
    want = variance(influences, drawn.strata, drawn.units, drawn.sizes, "average")
    got = found.estimated.variances()[0, 0]
    scale = float(np.sum(influences**2)) + 1e-9
    assert math.isnan(got) == math.isnan(want)
    assert math.isnan(want) or math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-12 * scale)
    assert np.allclose(found.estimated.covariance()[0, 0], want, atol=1e-9 * scale, equal_nan=True)


@given(samples())
def test_a_part_is_estimated_as_the_whole_with_zeros_elsewhere(drawn: Drawn):
    design = designed(drawn, LonelyPsu.REMOVE)
    y, x, w = (numbers(drawn, name) for name in "yxw")
    codes = drawn.given.columns["part"].categories
    by_part = parted(design, drawn.given, "part")
    for at, name in enumerate(by_part.parts.names):
        inside = codes.codes == codes.names.index(name.removeprefix("part="))
        quotient = (w * y)[inside].sum() / (w * x)[inside].sum()
        influences = np.where(inside, w * (y - quotient * x), 0) / (w * x)[inside].sum()
        want = variance(influences, drawn.strata, drawn.units, drawn.sizes, "remove")
        found = ratio(by_part, y, x)
        assert np.isclose(found.values[at, 0], quotient)
        scale = float(np.sum(influences**2)) + 1e-10 * quotient**2
        assert math.isclose(
            found.estimated.variances()[at, 0], want, rel_tol=1e-8, abs_tol=1e-11 * scale
        )
        assert found.n[at] == inside.sum()


@given(samples(), st.integers(0, 2**32))
def test_the_order_of_responses_is_no_matter(drawn: Drawn, seed: int):
    rows = np.random.default_rng(seed).permutation(drawn.given.n_rows)
    mixed = table(
        **{
            name: [
                None if one < 0 else column.categories.names[one]
                for one in column.categories.codes[rows]
            ]
            if name[0] in "hup"
            else list(column.numbers[rows])
            for name, column in drawn.given.columns.items()
        }
    )
    again = Drawn(mixed, drawn.strata, drawn.units, drawn.sizes, drawn.fpc)
    one, other = (
        mean(parted(designed(each, LonelyPsu.ADJUST), each.given), numbers(each, "y"))
        if not each.given.columns["part"].n_distinct
        else mean(parted(designed(each, LonelyPsu.ADJUST), each.given, "part"), numbers(each, "y"))
        for each in (drawn, again)
    )
    assert np.allclose(one.values, other.values)
    assert np.allclose(one.estimated.variances(), other.estimated.variances(), atol=1e-9)
    assert np.array_equal(one.n, other.n)


@given(samples())
@settings(max_examples=30)
def test_covariances_have_the_variances_on_their_diagonal(drawn: Drawn):
    by_part = parted(designed(drawn, LonelyPsu.ADJUST), drawn.given, "part")
    if by_part.parts.n:
        found = category_totals(by_part, drawn.given.columns["h0"].categories)
        covariance = found.estimated.covariance()
        variances = found.estimated.variances()
        size = float(np.max(variances, initial=1e-9))
        assert np.allclose(np.diag(covariance), variances.ravel(), atol=1e-9 * size)
        assert np.allclose(covariance, covariance.T)


def test_a_contrast_counts_what_parts_of_one_cluster_share():
    given = responses("apiclus1")
    design = design_of(given, clusters=("dnum",), weights="pw", fpc=("fpc",))
    found = mean(parted(design, given, "sch.wide"), given.columns["api00"].numbers)
    difference, se = contrast(found.estimated, [-1, 1])
    apart = math.sqrt(found.estimated.variances().sum())
    assert difference == pytest.approx(float(found.values[1, 0] - found.values[0, 0]))
    assert se < apart


def test_a_constant_has_no_error_and_no_design_effect():
    given = responses("apistrat")
    design = design_of(given, strata=("stype",), weights="pw", fpc=("fpc",))
    sevens = np.full(given.n_rows, 7.3)
    for found in (mean(parted(design, given, "awards"), sevens), total(parted(design), sevens)):
        assert np.isnan(found.srs).all()
    assert (mean(parted(design, given, "awards"), sevens).values == 7.3).all()
    assert (mean(parted(design), sevens).estimated.variances() == 0).all()
    # The sizes of strata are known, and so are the shares of what they are made by.
    assert (
        shares(parted(design), given.columns["stype"].categories).estimated.variances() == 0
    ).all()
