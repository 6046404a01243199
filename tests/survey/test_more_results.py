"""Further designs, from their files to est.csv, against R survey (more_results.R)."""

import csv
import io
import math
from collections.abc import Mapping
from functools import cache

import pytest
from surveys import REFERENCE, population_counts

from parindex.survey.estimating import Inputs, estimate
from parindex.survey.estimation.design_file import read_design_file

USUAL = """
  - {of: [api00, acs.46], what: mean}
  - {of: enroll, what: total}
  - {of: stype, what: share}
  - {of: stype, what: total}
  - {of: [api.stu, enroll], what: ratio}
  - {of: api00, what: variance}
  - {of: api00, what: quantile, at: [0.15, 0.25, 0.5, 0.75]}
  - {of: api00, what: mean, by: sch.wide}
  - {of: enroll, what: total, by: sch.wide}
  - {of: sat, what: share, by: sch.wide}
  - {of: [api.stu, enroll], what: ratio, by: sch.wide}
"""
LONELY = """
  - {of: api00, what: mean}
  - {of: enroll, what: total}
  - {of: api00, what: mean, by: big}
  - {of: api00, what: total, by: big}
"""
SHARES = """
  - {of: sat, what: share}
  - {of: api00, what: quantile, at: [0.25, 0.5]}
"""
CLUS2 = "clusters: [dnum, snum]\nfpc: [fpc1, fpc2]"
STRAT = "strata: stype\nweights: pw\nfpc: fpc"
CLUS1 = "clusters: dnum\nweights: pw\nfpc: fpc"
TYPES = "calibrate: {method: %s, margins: types}"
AWARDS = "calibrate: {method: raking, margins: awards+wide}"
CASES = {
    "clus2": ("apiclus2", CLUS2, USUAL),
    "clus2_first_stage": ("apiclus2", "clusters: dnum\nweights: pw\nfpc: [fpc1]", USUAL),
    "clus2_no_fpc": ("apiclus2", "clusters: [dnum, snum]\nweights: pw", USUAL),
    "strat": ("apistrat", STRAT, USUAL),
    "strat_normal": ("apistrat", f"{STRAT}\nci: normal", USUAL),
    "clus1": ("apiclus1", CLUS1, USUAL),
    "clus2_poststrat": ("apiclus2", f"{CLUS2}\n{TYPES % 'poststratify'}", USUAL),
    "strat_poststrat_cross": (
        "apistrat", f"{STRAT}\ncalibrate: {{method: poststratify, margins: cross}}", USUAL,
    ),
    "strat_rake": ("apistrat", f"{STRAT}\n{AWARDS}", USUAL),
    "clus2_linear": (
        "apiclus2", f"{CLUS2}\ncalibrate: {{method: linear, margins: types+api99}}", USUAL,
    ),
    "strat_logit": (
        "apistrat",
        f"{STRAT}\ncalibrate: {{method: logit, margins: awards+wide, bounds: [0.6, 1.8]}}",
        USUAL,
    ),
    "strat_raking_numeric": (
        "apistrat", f"{STRAT}\ncalibrate: {{method: raking, margins: awards+api99}}", USUAL,
    ),
    "clus1_jk1": ("apiclus1", f"{CLUS1}\nreplicates: jk1", USUAL),
    "strat_jkn": ("apistrat", f"{STRAT}\nreplicates: jkn", USUAL),
    "strat_jkn_rake": ("apistrat", f"{STRAT}\nreplicates: jkn\n{AWARDS}", USUAL),
    "clus1_jk1_linear": ("apiclus1", f"{CLUS1}\nreplicates: jk1\n{TYPES % 'linear'}", USUAL),
    "half_brr": (
        "half",
        "strata: stype\nweights: pw\nreplicates: brr",
        """
  - {of: api00, what: mean}
  - {of: enroll, what: total}
  - {of: [api.stu, enroll], what: ratio}
""",
    ),
    **{
        f"lonely_{policy}": ("lonely", f"{STRAT}\nlonely_psu: {policy}", LONELY)
        for policy in ("adjust", "average", "remove", "certainty")
    },
    "clus2_logit": ("apiclus2", f"{CLUS2}\nci: logit", SHARES),
    "strat_logit_ci": ("apistrat", f"{STRAT}\nci: logit", SHARES),
    "three_stages": (
        "three",
        "strata: [region, kind]\nclusters: [commune, village]\nfpc: [n1, n2, n3]",
        """
  - {of: y, what: mean}
  - {of: ok, what: total}
  - {of: y, what: mean, by: kind}
""",
    ),
}  # fmt: skip
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "df", "deff")
KEY = ("statistic", "variable", "level", "domain")
Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


WANTED = rows_of("more_results")


@cache
def data(name: str) -> bytes:
    """A file of the reference, with `sat` where it has none."""
    rows = rows_of(name)
    for row in rows:
        if "api00" in row:
            row.setdefault("sat", str(int(float(row["api00"]) > 700)))
    written = io.StringIO(newline="")
    made = csv.DictWriter(written, list(rows[0]))
    made.writeheader()
    made.writerows(rows)
    return written.getvalue().encode()


@cache
def known(name: str) -> str:
    """The rows of margins.csv for a variable of the whole population."""
    pop = rows_of("apipop")
    if name == "api99":
        return f"api99,,{sum(int(row['api99']) for row in pop)}\n"
    columns = {
        "types": ("stype",), "awards": ("awards",), "wide": ("sch.wide",),
        "cross": ("sch.wide", "stype"),
    }[name]  # fmt: skip
    counts: dict[str, int] = {}
    for row in pop:
        if all(row[column] for column in columns):
            cell = "|".join(row[column] for column in columns)
            counts[cell] = counts.get(cell, 0) + 1
    return "".join(f"{' x '.join(columns)},{cell},{n}\n" for cell, n in sorted(counts.items()))


def estimated(name: str) -> list[Row]:
    """est.csv of a case."""
    file, design, statistics = CASES[name]
    if "lonely_psu" not in design:
        design += "\nlonely_psu: fail"
    text = f"schema: parindex.design/1\n{design}\nstatistics:{statistics}"
    plan = read_design_file(text.encode(), file="design.yaml")
    margins = None
    if plan.calibration is not None:
        rows = "".join(known(one) for one in plan.calibration.margins.split("+"))
        margins = io.BytesIO(f"variable,level,total\n{rows}".encode())
    found = estimate(
        Inputs(
            data=io.BytesIO(data(file)),
            data_file=f"{file}.csv",
            design=plan,
            design_file="design.yaml",
            margins=margins,
            margins_file="margins.csv",
        )
    )
    return list(csv.DictReader(io.StringIO("".join(found.csv()))))


def differs(got: Mapping[str, str], want: Mapping[str, str], tolerance: float) -> list[str]:
    size = abs(float(want["estimate"]))
    told = []
    for name in NUMBERS:
        if not want[name] or (name == "deff" and not got[name]):
            continue
        one, other = float(got[name] or "nan"), float(want[name])
        noise = 1e-11 * (size if name != "deff" else 1)
        if not math.isclose(one, other, rel_tol=tolerance) and max(abs(one), abs(other)) > noise:
            told.append(f"{name}: {one} for {other}")
    return told


@pytest.mark.parametrize("name", CASES)
def test_a_design_gives_what_r_survey_gives(name: str):
    want = {tuple(row[one] for one in KEY): row for row in WANTED if row["case"] == name}
    got = {tuple(row[one] for one in KEY): row for row in estimated(name)}
    assert set(got) == set(want)
    tolerance = 1e-6 if "jk" in name or "brr" in name else 1e-9
    wrong = {place: differs(got[place], want[place], tolerance) for place in want}
    assert {place: told for place, told in wrong.items() if told} == {}


def test_every_case_of_r_is_looked_at():
    assert {row["case"] for row in WANTED} == set(CASES)
    assert population_counts()["stype"] == {"E": 4421, "H": 755, "M": 1018}
