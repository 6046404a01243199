"""Every row of R survey's results, computed here (see tests/reference/survey/README.md)."""

import csv
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from surveys import REFERENCE, parted, reference_design

from parindex.survey.estimation.association import AssociationTest, independence
from parindex.survey.estimation.intervals import (
    IntervalMethod,
    arcsine_limits,
    beta_limits,
    likelihood_limits,
    logit_limits,
    symmetric,
    t_quantile,
)
from parindex.survey.estimation.margins import crossed
from parindex.survey.estimation.quantiles import quantiles
from parindex.survey.estimation.regression import contrast, difference, regression
from parindex.survey.estimation.statistics import (
    Found,
    category_totals,
    mean,
    ratio,
    shares,
    total,
    variance,
)

NUMBERS = ("estimate", "se", "ci_low", "ci_high", "df", "deff", "p", "t")
KEY = ("design", "statistic", "variable", "level", "domain")
# R's saddlepoint cuts the denominator's degrees of freedom, 398 for srs, to a whole number.
P_OF_WHOLE_DDF = {
    (design, f"chisq_{test}")
    for design in ("strat", "strat_nofpc", "clus1", "clus1_nofpc")
    for test in ("saddlepoint", "lincom")
}
Row = dict[str, str]
Answer = dict[str, float]


def read(name: str) -> list[Row]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


ROWS = read("reference_results.csv")
LEFT_OUT = {key(row): row["reason"] for row in read("left_out.csv")}


def wanted(row: Row) -> Answer:
    """The numbers of a row, with the t and p-value that stand in its note."""
    found = {name: float(row[name]) for name in NUMBERS[:6] if row[name]}
    for name, label in (("p", "p.value"), ("t", "t")):
        told = re.search(rf"(?<!\w){re.escape(label)}=(\S+)", row["note"])
        if told and key(row)[:2] not in P_OF_WHOLE_DDF:
            found[name] = float(told.group(1))
    return found


def close(got: float, want: float, size: float, tolerance: float) -> bool:
    """Equal to a share of the number, or both no more than the rounding of the estimate."""
    return math.isclose(got, want, rel_tol=tolerance) or max(abs(got), abs(want)) < 1e-12 * size


def differs(row: Row, got: Answer, tolerance: float = 1e-9) -> list[str]:
    """The numbers of a row that are not met: to 1e-9, from replicates to 1e-6."""
    want = wanted(row)
    if row["design"] in {"strat_JKn", "scd_BRR"}:
        tolerance = max(tolerance, 1e-6)
    size = abs(want["estimate"])
    return [
        f"{name}: {got.get(name)} for {number}"
        for name, number in want.items()
        if not close(got.get(name, math.nan), number, size, tolerance)
    ]


def answer(found: Found, at: tuple[int, int], df: float, quantile: float) -> Answer:
    value, variance_of = found.values[at], found.estimated.variances()[at]
    low, high = symmetric(value, np.sqrt(variance_of), quantile)
    return {
        "estimate": value, "se": math.sqrt(variance_of), "ci_low": low, "ci_high": high, "df": df,
        "deff": variance_of / found.srs[at],
    }  # fmt: skip


def of_statistic(row: Row) -> Answer:
    """What is computed here for a row."""
    for prefix, compute in HOW.items():
        if row["statistic"].startswith(prefix):
            return compute(row)
    raise AssertionError(row["statistic"])


def basic(row: Row) -> Answer:
    """Means, totals and ratios, overall and by part; with t where the statistic ends in it."""
    name = row["design"]
    what = row["statistic"]
    if name == "lonely":
        what, policy = what.split("_")
        name = f"lonely_{policy}"
    design, given = reference_design(name)
    quantile = t_quantile(design.df if what.endswith("_t") else math.inf)
    by: tuple[str, ...] = ()
    part = 0
    if row["domain"]:
        column = row["domain"].partition("=")[0] if "=" in row["domain"] else "stype"
        by = (column,)
        names = given.columns[column].categories.names
        part = names.index(row["domain"].rpartition("=")[2])
    asked = parted(design, given, *by) if by else parted(design)
    words = row["variable"].removeprefix("factor(").removesuffix(")").split("/")
    first, *second = (given.columns[word] for word in words)
    if second:
        found, at = ratio(asked, first.numbers, second[0].numbers), 0
    elif row["level"] not in {"", words[0]}:
        of_categories = shares if what.startswith("mean") else category_totals
        found = of_categories(asked, first.categories)
        level = row["level"].removeprefix("factor(likert, levels = 1:5)")
        at = first.categories.names.index(level.removeprefix(words[0]))
    else:
        of = total if "total" in what else variance if what == "var" else mean
        found, at = of(asked, first.numbers), 0
    got = answer(found, (part, at), design.df, quantile)
    if what == "mean_deff_replace":
        population, n = design.weights.sum(), found.n[part]
        got["deff"] *= (population - n) / population
    return got


def proportion(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    found = mean(parted(design), given.columns["sat"].numbers)
    share, se, n = found.values[0], np.sqrt(found.estimated.variances()[0]), found.n
    quantile = t_quantile(design.df)
    low, high = {
        "mean": lambda: symmetric(share, se, quantile),
        "logit": lambda: logit_limits(share, se, quantile),
        "xlogit": lambda: logit_limits(share, se, quantile),
        "asin": lambda: arcsine_limits(share, se, quantile),
        "beta": lambda: beta_limits(share, se, n, design.df),
        "likelihood": lambda: likelihood_limits(share, se, n, quantile),
    }[row["statistic"].removeprefix("ciprop_")]()
    return {
        "estimate": share[0], "se": se[0], "ci_low": low[0], "ci_high": high[0], "df": design.df,
    }  # fmt: skip


def quantile_of(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    numbers = given.columns[row["variable"]].numbers
    found = quantiles(parted(design), numbers, (float(row["level"]),), IntervalMethod.T)
    return {
        "estimate": found.values[0, 0], "se": found.se[0, 0], "ci_low": found.low[0, 0],
        "ci_high": found.high[0, 0], "df": design.df,
    }  # fmt: skip


def table(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    both = crossed([given.columns[name].categories for name in row["variable"].split(" x ")])
    found = category_totals(parted(design), both)
    return {"estimate": found.values[0, both.names.index(row["level"])]}


def chisq(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    rows, columns = (given.columns[name].categories for name in row["variable"].split(" x "))
    test = {
        "F": AssociationTest.F, "Chisq": AssociationTest.CHISQ, "Wald": AssociationTest.WALD,
        "adjWald": AssociationTest.ADJUSTED_WALD, "saddlepoint": AssociationTest.SADDLEPOINT,
        # R takes the saddlepoint for this one where it lacks another package.
        "lincom": AssociationTest.SADDLEPOINT,
    }[row["statistic"].removeprefix("chisq_")]  # fmt: skip
    found = independence(parted(design), rows, columns, test)
    return {"estimate": found.statistic, "df": found.df, "p": found.p}


def glm(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    outcome, terms = row["variable"].split("~")
    numbers = {name: given.columns[name].numbers for name in terms.split("+")}
    fitted = regression(parted(design), given.columns[outcome].numbers, numbers)
    one = next(one for one in fitted if one.name == row["level"])
    return {"estimate": one.estimate, "se": one.se, "df": one.df, "p": one.p}


def ttest(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    outcome, second = row["variable"].split("~")
    is_yes = given.columns[second].categories.codes.astype(float)
    one = difference(parted(design), given.columns[outcome].numbers, is_yes)
    return {"estimate": one.estimate, "se": one.se, "df": one.df, "p": one.p, "t": one.t}


def contrasted(row: Row) -> Answer:
    design, given = reference_design(row["design"])
    found = mean(parted(design, given, row["domain"]), given.columns[row["variable"]].numbers)
    estimate, se = contrast(found.estimated, [-1, 1])
    return {"estimate": estimate, "se": se}


HOW: dict[str, Callable[[Row], Answer]] = {
    "mean": basic, "total": basic, "ratio": basic, "var": basic, "domain_": basic, "by_": basic,
    "ciprop_": proportion, "quantile_": quantile_of, "table": table, "count": table,
    "chisq_": chisq, "glm_": glm, "ttest": ttest, "contrast_": contrasted,
}  # fmt: skip


@pytest.mark.parametrize(
    ("design", "statistic"), sorted({(row["design"], row["statistic"]) for row in ROWS})
)
def test_every_row_is_met(design: str, statistic: str):
    wrong = {
        key(row): differs(row, of_statistic(row))
        for row in ROWS
        if (row["design"], row["statistic"]) == (design, statistic) and key(row) not in LEFT_OUT
    }
    assert {place: told for place, told in wrong.items() if told} == {}


def test_what_is_left_out_is_there_and_still_differs():
    by_key = {key(row): row for row in ROWS}
    assert set(LEFT_OUT) <= set(by_key)
    assert all(LEFT_OUT.values())
    for place in LEFT_OUT:
        got = of_statistic(by_key[place])
        assert differs(by_key[place], got), place
        assert not differs(by_key[place], got, tolerance=1e-4), place
    assert len(by_key) == len(ROWS) == 528
