"""Suppression: which cells of a release stay blank so that nobody can compute the small ones.

Cells below a threshold are blank at once. The others that must be blank with them are found by
linear programming over the whole release: for each small cell, the cheapest change of other
cells under which all sums still hold and the cell could be far enough from what it is (Kelly,
Golden and Assad 1992; Fischetti and Salazar 2001). What a reader can infer is the interval of
all values that fit what is shown; it is never narrower than the width that the plan demands.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, hstack, vstack

from parindex.errors import Problem, UnusableInputError
from parindex.survey.disclosure.release import Key, Release
from parindex.survey.estimation.numbering import FloatArray

# Below this a cell counts as unchanged; counts are whole numbers.
_NOTHING: Final = 1e-6
# What a blank cell costs to change: next to nothing, so that no change is larger than needed.
_BLANK: Final = 1e-4
# Farther than any count.
_FAR: Final = 1e12


def protect(
    release: Release, *, suppress_below: int, width: int, always: Collection[Key] = ()
) -> frozenset[Key]:
    """The cells of a release that stay blank: as few as protect it.

    Cells below ``suppress_below`` responses are blank. ``width`` is the least difference, 1 or
    more, between the greatest and the least count that a reader can infer for such a cell; for
    cells that are blank only to protect others, it is 1. Why a cell is blank, being small or
    protecting another, is not told and must not be.

    ``always`` are cells that are published in any case, such as the size of the whole sample.
    Raises UnusableInputError where a small cell cannot be protected beside those.
    """
    small = {key: n for key, n in release.cells.items() if n < suppress_below}
    search = _Search(release, frozenset(small), frozenset(always))
    for key in sorted(small, key=lambda key: (-small[key], key)):
        search.widen(key, width)
    done: set[Key] = set(small)
    while further := sorted(search.blank_keys() - done):
        for key in further:
            search.widen(key, 1)
        done.update(further)
    return search.blank_keys()


class _Search:
    """Looks for changes that keep all sums; what a change touches becomes blank."""

    def __init__(self, release: Release, small: frozenset[Key], always: frozenset[Key]) -> None:
        self._keys = [*release.cells, *release.unseen]
        self._at = {key: at for at, key in enumerate(self._keys)}
        self._n_cells = len(release.cells)
        counts = np.array([*release.cells.values(), *release.unseen.values()], dtype=float)
        self._counts = counts
        least = np.zeros(len(counts))
        least[: self._n_cells] = release.at_least
        self._room = counts - least
        self._blank = np.zeros(len(counts), dtype=bool)
        self._blank[self._n_cells :] = True
        self._blank[[self._at[key] for key in small]] = True
        self._fixed = np.zeros(len(counts), dtype=bool)
        self._fixed[[self._at[key] for key in always]] = True
        sums = _matrix(release, self._at)
        # Of two changes, a column for what each cell gains and one for what it loses.
        self._sums = block_diag([hstack([sums, -sums])] * 2, format="csr")
        # How far above and below its count each cell is known to fit what is shown.
        self._above = np.zeros(len(counts))
        self._below = np.zeros(len(counts))
        self._exchange(release, small - always)

    def blank_keys(self) -> frozenset[Key]:
        """The cells that tables show and that are blank so far."""
        return frozenset(self._keys[at] for at in np.flatnonzero(self._blank[: self._n_cells]))

    def _exchange(self, release: Release, small: frozenset[Key]) -> None:
        """Small cells of the very same sums can pass people to each other: no search is needed."""
        sums_of: dict[Key, list[int]] = {key: [] for key in small}
        for row, one in enumerate(release.sums):
            for key in sums_of.keys() & set(one.parts):
                sums_of[key].append(row)
        for one in release.sums:
            sums_of.pop(one.total, None)
        alike: dict[tuple[int, ...], list[int]] = {}
        for key, rows in sums_of.items():
            alike.setdefault(tuple(rows), []).append(self._at[key])
        for cells in alike.values():
            if len(cells) > 1:
                room = self._room[cells]
                self._above[cells] = room.sum() - room
                self._below[cells] = room

    def widen(self, key: Key, width: int) -> None:
        """Make sure that the greatest and the least that a cell can be lie so far apart."""
        at = self._at[key]
        # Two distances with a whole sum may each end in a fraction, of which a reader, who knows
        # that counts are whole, makes nothing; one more is then enough.
        for wanted in (width, width + 1):
            apart = np.floor(self._above[at] + _NOTHING) + np.floor(self._below[at] + _NOTHING)
            if apart < width:
                self._keep(*self._changes(at, wanted))

    def _keep(self, *changes: FloatArray) -> None:
        """Blank what changes touch, and know from now on how far apart each cell can be."""
        for change in changes:
            touched = np.abs(change) > _NOTHING
            self._blank |= touched
            clean = np.where(touched, change, 0.0)
            # What fits what is shown is convex: a change can go on, and back, until a cell has
            # no room left.
            for way in (clean, -clean):
                losing = way < 0
                far = np.min(self._room[losing] / -way[losing], initial=_FAR)
                self._above = np.maximum(self._above, far * way)
                self._below = np.maximum(self._below, -far * way)

    def _changes(self, at: int, width: int) -> tuple[FloatArray, FloatArray]:
        """The two cheapest changes between which one cell lies so far apart."""
        n = len(self._counts)
        price = np.where(self._blank, _BLANK, 1 + self._counts)
        gain = np.where(self._fixed, 0.0, np.inf)
        loss = np.where(self._fixed, 0.0, self._room)
        apart = np.zeros(4 * n)
        apart[[at, 3 * n + at]], apart[[n + at, 2 * n + at]] = 1, -1
        found = linprog(
            np.tile(price, 4),
            A_eq=vstack([self._sums, apart[None, :]], format="csr"),
            b_eq=np.append(np.zeros(self._sums.shape[0]), width),
            bounds=np.column_stack([np.zeros(4 * n), np.tile([*gain, *loss], 2)]),
            method="highs",
        )
        if not found.success:
            named = ", ".join(f"{name}={value}" for name, value in self._keys[at]) or "*"
            problem = Problem(code="disclosure.unprotectable", values={"of": named, "width": width})
            raise UnusableInputError([problem])
        above, below = found.x.reshape(2, 2, n)
        return above[0] - above[1], below[0] - below[1]


def _matrix(release: Release, at: dict[Key, int]) -> csr_array:
    """One row a sum: the total less its parts, which is 0 for the counts and every change."""
    rows, columns, values = [], [], []
    for row, one in enumerate(release.sums):
        for key, value in ((one.total, 1.0), *((part, -1.0) for part in one.parts)):
            rows.append(row)
            columns.append(at[key])
            values.append(value)
    shape = (len(release.sums), len(at))
    return csr_array((values, (rows, columns)), shape=shape)
