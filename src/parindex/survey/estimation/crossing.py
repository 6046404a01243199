"""Parts of the population crossed with the units of a sample: where the sums of responses go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from parindex.survey.estimation.design import Stage
from parindex.survey.estimation.numbering import FloatArray, IntArray, renumbered, summed


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts of the population: for each row the part it is of, -1 for none, and their names."""

    part_of_row: IntArray
    names: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many parts there are."""
        return len(self.names)


def whole(n_rows: int) -> Parts:
    """The whole population as its only part."""
    return Parts(np.zeros(n_rows, dtype=np.intp), ("",))


class Crossing:
    """The pairs of a unit and a part that have responses, numbered by unit and then by part.

    Sums over rows are kept by pair: no part is cut out of its design, and yet no unit carries a
    number for a part that it has nothing of. ``dense`` keeps a pair for every unit and part.
    """

    def __init__(
        self, unit_of_row: IntArray, n_units: int, parts: Parts, *, dense: bool = False
    ) -> None:
        self.n_parts = parts.n
        self.n_units = n_units
        n_keys = n_units * parts.n
        outside = parts.part_of_row < 0
        keys = np.where(outside, n_keys, unit_of_row * parts.n + parts.part_of_row)
        if dense:
            self.pair_of_row, occurring = keys, np.arange(n_keys)
        else:
            self.pair_of_row, occurring = renumbered(keys, n_keys + 1)
            if outside.any():
                # What is outside every part has the last number, which stands for no pair.
                occurring = occurring[:-1]
        self.n_pairs = len(occurring)
        # Responses are often sorted by unit, and then a pair's lie side by side.
        steps = np.diff(self.pair_of_row)
        in_order = not outside.any() and self.n_pairs == len(np.flatnonzero(steps)) + 1
        in_order = in_order and bool((steps >= 0).all())
        self._starts = np.append(0, np.flatnonzero(steps) + 1) if in_order else None
        self.unit_of_pair, self.part_of_pair = np.divmod(occurring, parts.n)

    def sums(self, values: FloatArray | None) -> FloatArray:
        """The sum of a value a row by pair; without values the number of rows."""
        if self._starts is not None and values is not None:
            return np.add.reduceat(values, self._starts)
        return summed(self.pair_of_row, values, self.n_pairs + 1)[: self.n_pairs]

    def by_part(self, sums: FloatArray) -> FloatArray:
        """Sums by pair, added up by part."""
        return summed(self.part_of_pair, sums, self.n_parts)

    def spread(self, sums: FloatArray) -> FloatArray:
        """Sums by pair as a table of units by parts, 0 where there is no pair."""
        table = np.zeros((self.n_units, self.n_parts))
        table[self.unit_of_pair, self.part_of_pair] = sums
        return table


class Rung:
    """The pairs of one stage, with the strata that their units were drawn in.

    ``pair_of_inner`` leads from the pairs of the stage below (or None at the lowest) to these.
    """

    def __init__(
        self,
        stage: Stage,
        unit_of_pair: IntArray,
        part_of_pair: IntArray,
        n_parts: int,
        pair_of_inner: IntArray | None = None,
    ) -> None:
        self.stage = stage
        self.unit_of_pair = unit_of_pair
        self.part_of_pair = part_of_pair
        self.n_parts = n_parts
        self.pair_of_inner = pair_of_inner
        stratum = stage.stratum_of_unit[unit_of_pair]
        # A cell is a stratum and a part that meet.
        self.cell_of_pair, occurring = renumbered(
            stratum * n_parts + part_of_pair, stage.n_strata * n_parts
        )
        self.stratum_of_cell, self.part_of_cell = np.divmod(occurring, n_parts)
        self.pairs_of_cell = np.bincount(self.cell_of_pair, minlength=len(occurring))

    def climb(self, inner: FloatArray) -> FloatArray:
        """Sums by pair of the stage below, added up by the pairs of this one."""
        if self.pair_of_inner is None:
            return inner
        return summed(self.pair_of_inner, inner, len(self.unit_of_pair))


@dataclass(frozen=True, eq=False)
class Ladder:
    """The pairs of every stage, from the lowest that adds to the variance up to the first."""

    crossing: Crossing
    stages: Sequence[Stage]

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """The stages with their pairs, the lowest first."""
        unit, part = self.crossing.unit_of_pair, self.crossing.part_of_pair
        n_parts = self.crossing.n_parts
        rungs = [Rung(self.stages[-1], unit, part, n_parts)]
        for lower, stage in zip(self.stages[:0:-1], self.stages[-2::-1], strict=True):
            keys = lower.parent_of_unit[unit] * n_parts + part
            pair_of_inner, occurring = renumbered(keys, stage.n_units * n_parts)
            unit, part = np.divmod(occurring, n_parts)
            rungs.append(Rung(stage, unit, part, n_parts, pair_of_inner))
        return tuple(rungs)
