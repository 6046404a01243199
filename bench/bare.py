"""The lower bound: numpy int64 sums over entries.csv read by the csv module; nothing is checked."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np


def main(folder: Path) -> None:
    """Sum one number a row by unit."""
    units: dict[str, int] = {}
    places: list[int] = []
    numbers: list[int] = []
    with (folder / "entries.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        columns = [header.index(name) for name in ("numerator", "value", "count", "points")]
        for row in rows:
            number = next((row[at] for at in columns if row[at]), "0")
            places.append(units.setdefault(row[0], len(units)))
            numbers.append(int(10_000 * float(number)))
    sums = np.zeros(len(units), dtype=np.int64)
    np.add.at(sums, np.array(places), np.array(numbers, dtype=np.int64))
    print(sums.sum())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
