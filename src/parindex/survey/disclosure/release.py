"""A release: every table that is published together, as counts and the sums that tie them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from parindex.errors import Problem, UnusableInputError

# The categories that a cell is of, by dimension in code point order; none for the grand total.
Key = tuple[tuple[str, str], ...]

MOST_CELLS: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """That one cell counts what others count together."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is published together: the number of responses of each cell, and all sums among them.

    ``cells`` are those that tables show, 0 or more responses each. ``unseen`` are further cells
    that no table shows but that tie tables together; they appear in ``sums`` like the others.
    """

    cells: Mapping[Key, int]
    unseen: Mapping[Key, int] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()

    @property
    def at_least(self) -> int:
        """What a reader knows of every cell: 1 where tables leave out what nobody answered."""
        return min(1, *self.cells.values()) if self.cells else 0


def release_of(
    columns: Mapping[str, Sequence[str]],
    tables: Iterable[Collection[str]],
    *,
    nested: Mapping[str, str] | None = None,
) -> Release:
    """The release of tables over the same responses.

    ``columns`` holds a category a response for each dimension; each of ``tables`` the dimensions
    that it is broken down by, none for the grand total. ``nested`` says which dimension is a
    finer one of which (``{"commune": "province"}``): a table by the finer tells the coarser.
    Cells without a response are not shown and count for a reader as 0.

    Two tables that share dimensions are tied through the table of those alone, shown or not.
    That is all that can be inferred as long as the tables can be put in an order where each
    shares with one before it all that it shares with any (Beeri, Fagin, Maier and Yannakakis
    1983); where they cannot, such as three tables by each two of three dimensions, they are
    tied through the table by all of those.

    Raises UnusableInputError where such a table has more than 200,000 cells, ValueError where a
    category of a nested dimension lies in two of the coarser.
    """
    nested = nested or {}
    _check_nested(columns, nested)
    shown = {_widened(frozenset(one), nested) for one in tables}
    core = _core(shown)
    family = _closed(shown | ({core} if core else set()))
    counts = {dims: _count(columns, dims) for dims in sorted(family, key=sorted)}
    if core:
        # Which of these cells are empty is not shown: all count that no table shows to be so.
        possible = _joined([one for one in counts if one < core], counts)
        counts[core] = {key: counts[core].get(key, 0) for key in possible}
    return Release(
        cells={key: n for dims in shown for key, n in counts[dims].items()},
        unseen={key: n for dims in family - shown for key, n in counts[dims].items()},
        sums=tuple(_sums(counts)),
    )


def _check_nested(columns: Mapping[str, Sequence[str]], nested: Mapping[str, str]) -> None:
    for finer, coarser in nested.items():
        inside: dict[str, str] = {}
        for one, other in zip(columns[finer], columns[coarser], strict=True):
            if inside.setdefault(one, other) != other:
                raise ValueError(f"{finer} {one} lies in two of {coarser}")


def _widened(dims: frozenset[str], nested: Mapping[str, str]) -> frozenset[str]:
    while further := {nested[one] for one in dims if one in nested} - dims:
        dims |= further
    return dims


def _core(tables: Collection[frozenset[str]]) -> frozenset[str]:
    """The dimensions that tie tables in a ring; none where there is no ring (Graham's reduction).

    Again and again, dimensions of a single table and tables within another are left out.
    """
    left = set(tables)
    while True:
        seen = Counter(one for dims in left for one in dims)
        smaller = {frozenset(one for one in dims if seen[one] > 1) for dims in left}
        smaller = {dims for dims in smaller if not any(dims < other for other in smaller)}
        if smaller == left:
            return frozenset().union(*left)
        left = smaller


def _closed(family: set[frozenset[str]]) -> set[frozenset[str]]:
    """The family with all that its members share."""
    while further := {one & other for one, other in combinations(family, 2)} - family:
        family = family | further
    return family


def _count(columns: Mapping[str, Sequence[str]], dims: frozenset[str]) -> dict[Key, int]:
    names = sorted(dims)
    if not names:
        return {(): len(next(iter(columns.values())))}
    rows = zip(*(columns[name] for name in names), strict=True)
    return {tuple(zip(names, row, strict=True)): n for row, n in Counter(rows).items()}


def _joined(
    tables: Sequence[frozenset[str]], counts: Mapping[frozenset[str], Mapping[Key, int]]
) -> set[Key]:
    """The cells by all dimensions of some tables that none of these shows to be empty."""
    joined: set[Key] = {()}
    for dims in sorted(tables, key=lambda one: (-len(one), sorted(one))):
        wider: set[Key] = set()
        have = {name for name, _ in next(iter(joined), ())}
        by_shared: dict[Key, list[Key]] = {}
        for key in counts[dims]:
            by_shared.setdefault(_projected(key, have), []).append(key)
        for key in joined:
            for other in by_shared.get(_projected(key, dims), ()):
                wider.add(tuple(sorted({*key, *other})))
            if len(wider) > MOST_CELLS:
                raise UnusableInputError(
                    [Problem(code="disclosure.too_large", values={"limit": MOST_CELLS})]
                )
        joined = wider
    return joined


def _projected(key: Key, dims: Collection[str]) -> Key:
    return tuple(one for one in key if one[0] in dims)


def _sums(counts: Mapping[frozenset[str], Mapping[Key, int]]) -> Iterable[Sum]:
    """Every table as sums over each of the next finer ones."""
    for dims in counts:
        finer = [one for one in counts if dims < one]
        for one in finer:
            if any(other < one for other in finer):
                continue
            parts: dict[Key, list[Key]] = {}
            for key in counts[one]:
                parts.setdefault(_projected(key, dims), []).append(key)
            for total, of in parts.items():
                yield Sum(total=total, parts=tuple(of))
