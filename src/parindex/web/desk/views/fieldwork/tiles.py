"""Units as tiles of one size: provinces where they lie, others in the order of their ids."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Final

_SHADES: Final = 5
# Words before a name that a tile has no room for.
_LONG: Final = ("Ủy ban nhân dân ", "UBND ", "Tỉnh ", "Thành phố ")


@cache
def _places() -> Mapping[str, tuple[str, str]]:
    """The row and the column of each province, of which every tile is as large as another."""
    text = files(__package__).joinpath("tiles.csv").read_text(encoding="utf-8")
    return {one["unit"]: (one["row"], one["column"]) for one in csv.DictReader(text.splitlines())}


def tiles_of(
    shares: Iterable[tuple[str, str, Fraction | None, str]],
) -> dict[str, Any]:
    """Tiles of units by slug, name, share (None: nothing to show) and what is written.

    Where each has a place of its own, ``placed`` says so.
    """
    rows = sorted(shares)
    places = _places()
    known = [places.get(slug.partition("@")[0]) for slug, *_rest in rows]
    placed = bool(rows) and all(known) and len(set(known)) == len(rows)
    return {
        "placed": placed,
        "tiles": [
            {
                "name": _short(name),
                "full": name,
                "text": text,
                "shade": "none" if share is None else f"q{shade(share)}",
                "row": at[0] if placed and at else "",
                "column": at[1] if placed and at else "",
            }
            for (_slug, name, share, text), at in zip(rows, known, strict=True)
        ],
    }


def shade(share: Fraction) -> int:
    """One of five shades, 0 to 4, each a fifth of the whole.

    >>> [shade(Fraction(one, 10)) for one in (0, 1, 2, 9, 10, 12)]
    [0, 0, 1, 4, 4, 4]
    """
    return min(int(share * _SHADES), _SHADES - 1)


def _short(name: str) -> str:
    for words in _LONG:
        name = name.removeprefix(words)
    return name[:1].upper() + name[1:]
