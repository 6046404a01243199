"""The samples of the reference results, and small ones made for a test."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from parindex.errors import Problems
from parindex.survey.estimation.calibration import CalibrationMethod
from parindex.survey.estimation.columns import Column, NumberColumn, column_of
from parindex.survey.estimation.crossing import whole
from parindex.survey.estimation.design import DesignColumns, LonelyPsu, read_sample
from parindex.survey.estimation.estimates import parts_of
from parindex.survey.estimation.margins import KnownTotals, margins
from parindex.survey.estimation.parted import PartedDesign
from parindex.survey.estimation.replicates import ReplicateMethod, ReplicatePlan
from parindex.survey.estimation.responses import ResponseReader, Responses, responses_of
from parindex.survey.estimation.weighting import Calibration, Design, weighted

REFERENCE = Path(__file__).parent / "reference" / "survey"


@cache
def responses(name: str) -> Responses:
    """A file of the reference, with the columns that its results were computed on beside."""
    problems = Problems(file=name)
    with (REFERENCE / f"{name}.csv").open("rb") as stream:
        reader = ResponseReader(stream, problems)
        read = reader.read(reader.names, {})
    problems.raise_if_any()
    columns: dict[str, Column] = dict(read.columns)
    columns["one"] = NumberColumn(np.ones(read.n_rows))
    if "api00" in columns:
        bands = np.searchsorted([500, 600, 700, 800], columns["api00"].numbers) + np.float64(1)
        columns["likert"] = NumberColumn(bands)
        columns["sat"] = NumberColumn((bands >= 4).astype(float))
    return responses_of(columns)


def design_of(
    given: Responses,
    *,
    strata: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
    weights: str = "",
    fpc: tuple[str, ...] = (),
    lonely_psu: LonelyPsu = LonelyPsu.FAIL,
    replication: ReplicatePlan | None = None,
    calibrate: CalibrationMethod | None = None,
    known: Mapping[str, Mapping[str, float]] | None = None,
    bounds: tuple[float, float] = (0.1, 10),
    trim: tuple[float, float] | None = None,
) -> Design:
    """A design in one call; ``known`` are totals by variable and category."""
    problems = Problems(file="data.csv")
    columns = DesignColumns(strata=strata, clusters=clusters, weights=weights, fpc=fpc)
    sample = read_sample(columns, given, lonely_psu=lonely_psu, problems=problems)
    calibration = None
    if calibrate is not None:
        totals = [
            KnownTotals(variable=name, totals=dict(of), lines=dict.fromkeys(of, 1))
            for name, of in (known or {}).items()
        ]
        matched = margins(totals, calibrate, given, file="margins.csv")
        calibration = Calibration(method=calibrate, margins=matched, bounds=bounds)
    names: tuple[str, ...] = ()
    if strata:
        categories = given.columns[strata[0]].categories
        names = tuple(categories.names[categories.codes[row]] for row in sample.stages[0].row)
    return weighted(
        sample, trim=trim, calibration=calibration, replication=replication, stratum_names=names
    )


def parted(design: Design, given: Responses | None = None, *by: str) -> PartedDesign:
    """A design asked about the whole population, or about the parts that columns make."""
    if given is None or not by:
        return PartedDesign(design, whole(design.n_rows))
    return PartedDesign(design, parts_of(by, given))


def table(**columns: list[str | float | None]) -> Responses:
    """Responses of columns in memory; a `_` in a name stays."""
    return responses_of({name: column_of(cells) for name, cells in columns.items()})


@cache
def population_counts() -> dict[str, dict[str, float]]:
    """How many schools of the whole population have each type, and each answer to sch.wide."""
    counts: dict[str, dict[str, float]] = {"stype": {}, "sch.wide": {}}
    with (REFERENCE / "apipop.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for name, of in counts.items():
                of[row[name]] = of.get(row[name], 0) + 1
    return counts


@cache
def reference_design(name: str) -> tuple[Design, Responses]:
    """The designs of the reference results by their names; `lonely_adjust` and so on by policy."""
    if name.startswith("lonely_"):
        given = responses("lonely_example")
        policy = LonelyPsu(name.removeprefix("lonely_"))
        made = design_of(given, strata=("stype",), weights="pw", lonely_psu=policy)
        return made, given
    known = population_counts()
    both, types = known, {"stype": known["stype"]}
    srs = {"weights": "pw", "fpc": ("fpc",)}
    strat = {"strata": ("stype",), **srs}
    clus1 = {"clusters": ("dnum",), **srs}
    scd = {"strata": ("ESA",), "clusters": ("ambulance",), "weights": "one"}
    jkn = ReplicatePlan(method=ReplicateMethod.JKN)
    brr = ReplicatePlan(method=ReplicateMethod.BRR)
    method = CalibrationMethod
    fpc = {"strata": ("stratid",), "clusters": ("psuid",), "weights": "weight"}
    file, how = {
        "srs": ("apisrs", srs),
        "srs_nofpc": ("apisrs", {**srs, "fpc": ()}),
        "strat": ("apistrat", strat),
        "strat_nofpc": ("apistrat", {**strat, "fpc": ()}),
        "clus1": ("apiclus1", clus1),
        "clus1_nofpc": ("apiclus1", {**clus1, "fpc": ()}),
        "population": ("apipop", {"weights": "one"}),
        "clus1_poststrat": (
            "apiclus1", {**clus1, "calibrate": method.POSTSTRATIFY, "known": types},
        ),
        "clus1_rake": ("apiclus1", {**clus1, "calibrate": method.RAKING, "known": both}),
        "srs_rake": (
            "apisrs", {**srs, "fpc": (), "calibrate": method.RAKING, "known": both},
        ),
        "clus1_cal_linear_stype": (
            "apiclus1", {**clus1, "calibrate": method.LINEAR, "known": types},
        ),
        "strat_JKn": ("apistrat", {**strat, "replication": jkn}),
        "fpc_wr": ("fpc", fpc),
        "fpc_wor": ("fpc", {**fpc, "fpc": ("Nh",)}),
        "scd": ("scd", scd),
        "scd_BRR": ("scd", {**scd, "replication": brr}),
    }[name]  # fmt: skip
    given = responses(file)
    return design_of(given, **how), given  # type: ignore[arg-type]  # one mapping of many kinds
