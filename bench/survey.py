"""Estimation of a large survey, as ratios in one run: the same rows, each contestant a process.

    make bench            1,000,000 responses, 136 strata, 2,720 clusters, 60 items, 34 provinces
    python bench/survey.py --quick     a tenth of the rows, to try

Of each item the mean, and the share of answers of 4 and 5, are estimated in every province with
their standard errors. (a) is a bare numpy computation by hand, which knows that clusters lie in
provinces and checks nothing; (b) is svy from PyPI; (c) is R's package survey, where R is there.
Slow ones take fewer items and are compared by the item. Seconds are of making the design and
estimating; imports and reading are left out, but for the command, which reads a CSV file of all
items.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PROVINCES, STRATA_EACH, CLUSTERS_EACH = 34, 4, 20
N_STRATA = PROVINCES * STRATA_EACH
N_CLUSTERS = N_STRATA * CLUSTERS_EACH
ITEMS = 60
RUNS = 3
MISSING = 0.03


def write_rows(folder: Path, n: int) -> None:
    """Responses in no order, a column a file of plain doubles, NaN for no answer."""
    import numpy as np

    random = np.random.default_rng(1)
    cluster = random.integers(0, N_CLUSTERS, n)
    columns = {
        "psu": cluster,
        "strat": cluster // CLUSTERS_EACH,
        "prov": cluster // (CLUSTERS_EACH * STRATA_EACH),
        "w": random.uniform(50, 150, n),
    }
    for name, values in columns.items():
        values.astype(float).tofile(folder / name)
    for item in range(ITEMS):
        answers = random.integers(1, 6, n).astype(float)
        answers[random.random(n) < MISSING] = np.nan
        answers.tofile(folder / f"q{item}")


def read_rows(folder: Path, items: int) -> dict[str, Array]:
    """The columns of a folder, of the first items."""
    import numpy as np

    names = ("psu", "strat", "prov", "w", *(f"q{item}" for item in range(items)))
    return {name: np.fromfile(folder / name) for name in names}


def satisfied(answers: Array) -> Array:
    """1 for an answer of 4 or 5, 0 for another, NaN for none."""
    import numpy as np

    return np.where(np.isnan(answers), np.nan, answers >= 4)


def by_parindex(rows: dict[str, Array], items: int) -> Array:
    """With the product's own estimator; the mean and error of the last share by province."""
    import numpy as np

    from parindex.errors import Problems
    from parindex.survey.estimation.columns import NumberColumn
    from parindex.survey.estimation.design import DesignColumns, LonelyPsu, read_sample
    from parindex.survey.estimation.design_file import StatisticPlan, What
    from parindex.survey.estimation.estimates import Estimator
    from parindex.survey.estimation.responses import responses_of
    from parindex.survey.estimation.weighting import weighted

    made = responses_of({name: NumberColumn(values) for name, values in rows.items()})
    columns = DesignColumns(strata=("strat",), clusters=("psu",), weights="w")
    sample = read_sample(columns, made, lonely_psu=LonelyPsu.FAIL, problems=Problems())
    estimator = Estimator(weighted(sample), made)
    for item in range(items):
        estimator.estimates(StatisticPlan(what=What.MEAN, of=(f"q{item}",), by=("prov",)))
        found = estimator.estimates(StatisticPlan(what=What.SHARE, of=(f"s{item}",), by=("prov",)))
    return np.array([(one.estimate, one.se) for one in found])


def by_hand(rows: dict[str, Array], items: int) -> Array:
    """The lower bound: two sums a cluster, and the spread of clusters in strata."""
    import numpy as np

    cluster = rows["psu"].astype(np.intp)
    stratum = np.arange(N_CLUSTERS) // CLUSTERS_EACH
    province = np.arange(N_CLUSTERS) // (CLUSTERS_EACH * STRATA_EACH)
    inflation = CLUSTERS_EACH / (CLUSTERS_EACH - 1)

    def estimate(answers: Array) -> Array:
        there = ~np.isnan(answers)
        weights = np.where(there, rows["w"], 0.0)
        size = np.bincount(cluster, weights, N_CLUSTERS)
        sums = np.bincount(cluster, np.where(there, weights * answers, 0.0), N_CLUSTERS)
        whole = np.bincount(province, size)
        mean = np.bincount(province, sums) / whole
        apart = (sums - mean[province] * size) / whole[province]
        apart -= (np.bincount(stratum, apart) / CLUSTERS_EACH)[stratum]
        variance = inflation * np.bincount(province, apart * apart)
        return np.column_stack([mean, np.sqrt(variance)])

    for item in range(items):
        estimate(rows[f"q{item}"])
        found = estimate(rows[f"s{item}"])
    return found


def by_svy(rows: dict[str, Array], items: int) -> Array:
    """With svy from PyPI."""
    import numpy as np
    import polars as pl
    import svy

    frame = pl.DataFrame(rows).with_columns(pl.col("psu", "strat", "prov").cast(pl.Int64))
    answers = [name for name in rows if name[0] in "qs" and name[1:].isdigit()]
    frame = frame.with_columns(pl.col(answers).fill_nan(None))
    design = svy.Design(stratum="strat", psu="psu", wgt="w")
    sample = svy.Sample(data=frame, design=design)
    for item in range(items):
        sample.estimation.mean(y=f"q{item}", by="prov", drop_nulls=True)
        found = sample.estimation.mean(y=f"s{item}", by="prov", drop_nulls=True)
    return np.array([(one.est, one.se) for one in found.estimates])


CONTESTANTS: dict[str, tuple[Callable[[dict[str, Array], int], Array], int, str]] = {
    "parindex": (by_parindex, ITEMS, "parindex.survey.estimation.estimates"),
    "(a) bare numpy": (by_hand, ITEMS, "numpy"),
    "(b) svy": (by_svy, 3, "svy"),
}
R_ITEMS = 1


def contest(name: str, folder: Path, items: int) -> None:
    """The child's part: the seconds of one contestant, and what it found, on stdout."""
    rows = read_rows(folder, items)
    rows |= {f"s{item}": satisfied(rows[f"q{item}"]) for item in range(items)}
    compute, _, library = CONTESTANTS[name]
    importlib.import_module(library)
    start = time.perf_counter()
    found = compute(rows, items)
    print(time.perf_counter() - start)
    for mean, error in found:
        print(repr(float(mean)), repr(float(error)))


def run(words: list[Any]) -> tuple[list[list[float]], float]:
    """The numbers that a process prints, line by line, and its peak memory in MB."""
    process = subprocess.Popen(
        list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    lines = [[float(word) for word in line.split()] for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = status
    if status:
        raise SystemExit(f"failed: {words}")
    return lines, usage.ru_maxrss / 1024


def has_r() -> bool:
    """Whether R and its package survey are there."""
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", 'quit(status = !requireNamespace("survey", quietly = TRUE))']
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def compare(folder: Path, n: int) -> None:
    """Interleaved runs, so that a drifting machine drifts for all; the best of each counts."""
    mine = [sys.executable, __file__, "--folder", folder]
    contestants: dict[str, tuple[list[Any], int]] = {
        name: ([*mine, "--contestant", name], items) for name, (_, items, _) in CONTESTANTS.items()
    }
    if has_r():
        script = Path(__file__).with_suffix(".R")
        contestants["(c) R survey"] = (["Rscript", script, folder, n, R_ITEMS], R_ITEMS)
    else:
        print("  R or its package survey is not installed (Debian's r-cran-survey): left out")
    each: dict[str, float] = {}
    memory: dict[str, float] = {}
    found: dict[str, list[list[float]]] = {}
    for at in range(RUNS):
        for name, (words, items) in contestants.items():
            if at and items < ITEMS:
                continue  # the slow ones run once
            ((seconds,), *lines), memory[name] = run(words)
            each[name] = min(seconds / items, each.get(name, seconds / items))
            found[name] = lines
    for name, seconds in each.items():
        _, items = contestants[name]
        print(
            f"  {name:15} {1000 * seconds:10.1f} ms an item {memory[name]:7.0f} MB"
            f"   ours/this {each['parindex'] / seconds:8.4f}   ({items} items)"
        )
    check(folder, found)


def check(folder: Path, found: dict[str, list[list[float]]]) -> None:
    """The numbers of all are the same, each of its last item."""
    for name, (_, items, _) in CONTESTANTS.items():
        if name != "(a) bare numpy":
            words = [sys.executable, __file__, "--folder", folder, "--items", items]
            (_, *wanted), _ = run([*words, "--contestant", "(a) bare numpy"])
            far = distance(found[name], wanted)
            print(f"  {name} is within {far:.0e} of the computation by hand")
    if "(c) R survey" in found:
        words = [sys.executable, __file__, "--folder", folder, "--items", R_ITEMS]
        (_, *wanted), _ = run([*words, "--contestant", "(a) bare numpy"])
        print(f"  (c) R survey is within {distance(found['(c) R survey'], wanted):.0e} of it")


def distance(one: list[list[float]], other: list[list[float]]) -> float:
    """The greatest difference of two tables, as a share of the number."""
    return max(
        abs(a - b) / abs(b)
        for line, wanted in zip(one, other, strict=True)
        for a, b in zip(line, wanted, strict=True)
    )


def command(folder: Path, n: int) -> None:
    """The command on a CSV file of all items, reading and writing included."""
    rows = read_rows(folder, ITEMS)
    data, plan, out = (folder / name for name in ("data.csv", "design.yaml", "est.csv"))
    with data.open("w", encoding="utf-8") as stream:
        stream.write(",".join(rows) + "\n")
        step = 20_000
        for start in range(0, n, step):
            cells = zip(
                *(values[start : start + step].tolist() for values in rows.values()), strict=True
            )
            stream.writelines(
                ",".join("" if one != one else f"{one:.6g}" for one in line) + "\n"  # noqa: PLR0124 - NaN
                for line in cells
            )
    asked = "".join(f"  - {{of: q{item}, what: mean, by: prov}}\n" for item in range(ITEMS))
    plan.write_text(
        "schema: parindex.design/1\nstrata: strat\nclusters: psu\nweights: w\nlonely_psu: fail\n"
        f"ci: t\nreplicates: none\nstatistics:\n{asked}",
        encoding="utf-8",
    )
    script = Path(sys.executable).parent / "parindex"
    start_at = time.perf_counter()
    words = [script, "survey", "estimate", data, "--design", plan, "--out", out]
    process = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"failed: {words}")
    print(
        f"  {time.perf_counter() - start_at:.1f} s, {usage.ru_maxrss / 1024:.0f} MB,"
        f" from {data.stat().st_size / 1e6:.0f} MB of CSV"
    )


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--contestant")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--items", type=int, default=0)
    told = parser.parse_args()
    if told.contestant:
        contest(told.contestant, told.folder, told.items or CONTESTANTS[told.contestant][1])
        return
    n = 100_000 if told.quick else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder, n)
        print(
            f"survey: {n} responses, {N_CLUSTERS} clusters, means and shares of {PROVINCES} parts"
        )
        compare(folder, n)
        print(f"parindex survey estimate: {ITEMS} items by province, with reading")
        command(folder, n)
    print(
        f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
