"""The engine and an independent oracle of plain fractions agree on generated rounds of every kind.

20,000 sheets of ten items by default, a tenth of them built on rounding ties and rank ties;
PARINDEX_SHEETS sets another number (`make soak`: 1,000,000).
"""

import csv
import io
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oracle
import pytest
import seasons
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parindex.criteria.catalogue import Catalogue
from parindex.publication.tables import result_files
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index

SHEETS = int(os.environ.get("PARINDEX_SHEETS", "20000"))
UNITS = 40 if SHEETS <= 100_000 else 200
ITEMS = 10
AREA_KEYS = {
    "index": "areas",
    "rank": "area_ranks",
    "points": "area_points",
    "maximum": "area_maximum",
}

SEEDS = st.integers(0, 2**48)
GROUPS = st.integers(1, 3)
FLAVOURS = st.none() | st.sampled_from(sorted(seasons.FLAVOURS))


def campaign(share_of_ten: int) -> settings:
    return settings(
        max_examples=max(1, SHEETS * share_of_ten // 10 // UNITS),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def disagreements(folder: Path) -> Iterator[tuple[object, ...]]:
    """Every cell of the four tables that the oracle prints otherwise."""
    expected: dict[str, Any] = oracle.compute(folder)
    opened = read_folder(FolderFiles(folder, Catalogue.of([])))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    units, seen = expected["units"], set()
    for name, pieces in result_files(run):
        for row in csv.DictReader(io.StringIO("".join(pieces))):
            if name == "groups.csv":
                cells = {
                    key: expected["groups"][row["group"]][key] for key in row if key != "group"
                }
            else:
                unit = units[row["unit"]]
                seen.add(row["unit"])
                if name == "items.csv":
                    cells = unit["items"][row["item"]]
                elif name == "areas.csv":
                    cells = {key: unit[theirs][row["area"]] for key, theirs in AREA_KEYS.items()}
                else:
                    cells = {key: unit[key] for key in row if key not in {"group", "unit", "name"}}
            for key, value in cells.items():
                if ("" if value is None else str(value)) != row[key]:
                    yield name, row, key, value
    if seen != set(units):
        yield "units", seen ^ set(units)


def season(seed: int, groups: int, *, ties: bool, flavour: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as name:
        seasons.write_season(
            Path(name),
            random.Random(seed),
            units=UNITS,
            items=ITEMS,
            groups=groups,
            ties=ties,
            flavour=flavour,
        )
        assert list(disagreements(Path(name))) == []


@pytest.mark.long
@pytest.mark.campaign
@campaign(9)
@given(SEEDS, GROUPS, FLAVOURS)
def test_every_printed_cell_agrees_with_the_oracle(seed: int, groups: int, flavour: str | None):
    season(seed, groups, ties=False, flavour=flavour)


@campaign(1)
@given(SEEDS, GROUPS)
def test_every_printed_cell_agrees_on_rounding_ties_and_rank_ties(seed: int, groups: int):
    season(seed, groups, ties=True)
