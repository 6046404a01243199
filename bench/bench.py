"""Speed as ratios, in one run: the whole process against a bare lower bound and against pandas.

    make bench            3,321 communes x 100 items
    python bench/bench.py --quick     a tenth of it, to try

(a) is `bare.py`: numpy int64 sums over the same file read by the csv module, nothing checked.
(b) is `with_pandas.py`: a plain pandas pipeline to the same tables, in floats, nothing checked.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import seasons  # noqa: E402 - the generator of the tests

RUNS = 5


def whole_process(words: Sequence[object]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {words}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def compare(folder: Path, out: Path) -> None:
    """Interleaved runs of the three, so that a drifting machine drifts for all."""
    python, command = sys.executable, Path(sys.executable).parent / "parindex"
    contestants = {
        "parindex score": [command, "score", folder, "--out", out / "results"],
        "(a) bare sum": [python, HERE / "bare.py", folder],
        "(b) pandas": [python, HERE / "with_pandas.py", folder, out],
    }
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    memory: dict[str, float] = {}
    for run in range(RUNS + 1):
        for name, words in contestants.items():
            took, peak = whole_process(words)
            if run:  # the first is a warm-up
                seconds[name].append(took)
            memory[name] = peak
    ours = seconds["parindex score"]
    for name, times in seconds.items():
        ratios = [mine / theirs for mine, theirs in zip(ours, times, strict=True)]
        print(
            f"  {name:16} {statistics.median(times):6.2f} s {memory[name]:7.0f} MB"
            f"   ours/this {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def growth(base: Path, sizes: Sequence[int], items: int) -> None:
    """Seconds a thousand units as rounds grow: a flat row is linear growth."""
    command = Path(sys.executable).parent / "parindex"
    for units in sizes:
        folder = base / f"growth-{units}"
        seasons.write_bench(folder, units=units, items=items, seed=1)
        took, peak = whole_process([command, "score", folder, "--out", base / "grown"])
        print(
            f"  {units:7} units  {took:7.2f} s  {1000 * took / units:6.3f} s/1,000  {peak:6.0f} MB"
        )


def one_entry(folder: Path) -> None:
    """One changed entry against a full rescore, in one process."""
    from parindex.criteria.catalogue import Catalogue
    from parindex.scoring.files import FolderFiles
    from parindex.scoring.folder import read_folder
    from parindex.scoring.inputs import Entry, Quantity
    from parindex.scoring.run import score_index

    start = time.perf_counter()
    opened = read_folder(FolderFiles(folder, Catalogue.of([])))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    full = time.perf_counter() - start
    group = run.groups[0]
    item = next(one for one in group.criteria.items() if type(one.rule).__name__ == "Given")
    times = []
    for at in range(50):
        points = item.max_points * (at % 10) / Decimal(10)
        entry = Entry(group.units[at].id, item.code, "appraised", Quantity(points=points))
        start = time.perf_counter()
        run = run.with_entry(entry)
        times.append(time.perf_counter() - start)
    middle = statistics.median(times)
    print(f"  {1000 * middle:.1f} ms, a full rescore {full:.2f} s: 1 to {full / middle:.0f}")


def all_units() -> None:
    """Loading all unit tables, as a share of starting the interpreter that loads them."""
    bare = "from parindex.units import loader; from parindex.units.model import Tier"
    tiers = "Tier.PROVINCE, Tier.DISTRICT, Tier.COMMUNE"
    whole = f"{bare}; loader.load({tiers}); loader.load_lineage()"
    times: dict[str, list[float]] = {name: [] for name in (whole, bare)}
    for _ in range(RUNS):
        for code, taken in times.items():
            taken.append(whole_process([sys.executable, "-c", code])[0])
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"  {middle[whole] - middle[bare]:.2f} s over an import of {middle[bare]:.2f} s")


def main() -> None:
    """Print all four."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    units, items = (332, 100) if quick else (3321, 100)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folder = base / "communes"
        seasons.write_bench(folder, units=units, items=items, seed=1)
        size = (folder / "entries.csv").stat().st_size
        print(
            f"{units} communes x {items} items, entries.csv {size / 1e6:.1f} MB, {RUNS} runs each"
        )
        compare(folder, base)
        print("one changed entry (its sheet and its group's ranks)")
        one_entry(folder)
        print("units: every tier, code and lineage")
        all_units()
        print("growth")
        growth(base, [100, 1000] if quick else [1000, 10_000, 100_000], items)
    print(
        f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
