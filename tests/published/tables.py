"""The published tables beside the tests, as they were printed: rows of text."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"
GIVEN = "{shape: given}"


def table(name: str) -> list[dict[str, str]]:
    """The rows of one table, every cell as text."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
