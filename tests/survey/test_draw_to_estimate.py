"""A sample as it was drawn goes straight into an estimation: the columns are those it asks for."""

import io
import math

import numpy as np
import pytest
from survey.frames import drawn, plan, table

from parindex.survey.estimating import Inputs, estimate
from parindex.survey.estimation.design_file import read_design_file
from parindex.survey.estimation.estimates import Estimate

HEAD = "schema: parindex.design/1\nlonely_psu: fail\n"
WHAT = "statistics: [{of: satisfied, what: mean}, {of: one, what: total}]\n"
ANY_PLAN = HEAD + "strata: design_stratum\nclusters: [design_psu]\nweights: weight\n" + WHAT


def frame(communes: int, people: int) -> bytes:
    random = np.random.default_rng(3)
    rows = []
    for commune in range(communes):
        share = random.beta(8, 3)
        size = 900 if commune == 2 else 60 + commune
        kind = "xã" if commune % 2 else "phường"
        rows += [
            f"m{commune}-{person},c{commune},{kind},{size},{int(random.random() < share)},1"
            for person in range(people)
        ]
    return table("id,commune,kind,people,satisfied,one", rows)


def estimates(sample: bytes, design: str) -> list[Estimate]:
    """What the sample says; the frame brought everybody's answer along."""
    kept = b"".join(line for line in sample.splitlines(keepends=True) if b",reserve," not in line)
    made = estimate(
        Inputs(
            data=io.BytesIO(kept),
            data_file="sample.csv",
            design=read_design_file(design.encode(), file="design.yaml"),
            design_file="design.yaml",
        )
    )
    return [one for one, _ in made.estimates]


def test_any_plan_is_estimated_between_its_primary_units():
    of = plan(
        "cluster: commune, strata: [kind], method: pps, size: people, take: 5",
        "method: srs, take: 4, reserve: 2",
    )
    made = drawn(frame(40, 12), of)
    assert [one[-1] for one in made.receipt.certain] == ["c2"]
    mean, total = estimates(made.csv, ANY_PLAN)
    # Nine communes, and instead of the certain one its four people: in three strata.
    assert mean.df == 9 + 4 - 3
    assert mean.n == 40
    header, *lines = [line.split(",") for line in made.csv.decode().splitlines()]
    rows = [dict(zip(header, line, strict=True)) for line in lines if "drawn" in line]
    weights = np.array([float(row["weight"]) for row in rows])
    answers = np.array([float(row["satisfied"]) for row in rows])
    assert total.estimate == pytest.approx(weights.sum(), rel=1e-9)
    assert mean.estimate == pytest.approx(np.average(answers, weights=weights), rel=1e-9)
    influence = weights * (answers - np.average(answers, weights=weights)) / weights.sum()
    by_unit: dict[str, dict[str, float]] = {}
    for row, one in zip(rows, influence, strict=True):
        stratum = by_unit.setdefault(row["design_stratum"], {})
        stratum[row["design_psu"]] = stratum.get(row["design_psu"], 0.0) + one
    variance = sum(len(units) * np.var(list(units.values()), ddof=1) for units in by_unit.values())
    assert mean.se == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_without_pps_population_sizes_correct_every_stage():
    of = plan(
        "cluster: commune, strata: [kind], method: srs, take: 6", "method: systematic, take: 5"
    )
    made = drawn(frame(30, 12), of)
    stages = "strata: [stratum_1, stratum_2]\nclusters: [unit_1, unit_2]\nfpc: [fpc_1, fpc_2]\n"
    corrected, total = estimates(made.csv, HEAD + stages + "weights: weight\n" + WHAT)
    # The weights are those that the population sizes give: all 360 people.
    assert total.estimate == pytest.approx(360, rel=1e-9)
    by_sizes = estimates(made.csv, HEAD + stages + WHAT)[0]
    assert by_sizes.estimate == pytest.approx(corrected.estimate, rel=1e-7)
    # Two of five communes and five of twelve people are much of the whole: less is left open.
    uncorrected = estimates(made.csv, ANY_PLAN)[0]
    assert corrected.estimate == uncorrected.estimate
    assert corrected.se < 0.97 * uncorrected.se
    assert corrected.df == uncorrected.df == 10


def test_a_census_leaves_nothing_open():
    of = plan("strata: [kind], method: srs, take: 99, short: take_all")
    made = drawn(frame(10, 12), of)
    design = HEAD + "strata: stratum_1\nclusters: [unit_1]\nfpc: [fpc_1]\n" + WHAT
    mean, total = estimates(made.csv, design)
    assert (mean.se, total.estimate) == (0, 120)
