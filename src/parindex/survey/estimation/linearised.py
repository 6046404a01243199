"""Variances by linearisation: influences summed by unit, spread within strata, stage by stage.

An influence is what one response adds to an estimate; the variance of the estimate is that of
the total of influences. At each stage it is the spread of the units' sums within their strata,
times n/(n-1), the finite-population correction 1 - n/N, and the sampling fractions of the stages
above (Särndal, Swensson and Wretman 1992, sections 4.3 to 4.6). Without population sizes the
first stage alone is counted, as if drawn with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from parindex.survey.estimation.crossing import Ladder, Rung
from parindex.survey.estimation.design import CERTAIN, LonelyPsu, Stage
from parindex.survey.estimation.numbering import FloatArray, summed

# A variance below this share of the squares of the terms it is made of is their rounding.
NOISE: Final = 1e-28


@dataclass(frozen=True, slots=True, eq=False)
class Influences:
    """Influences summed by pair of the lowest stage: one column an estimate.

    ``terms`` is the size of the terms that cancelled in each sum: a variance that is no more
    than their rounding is 0.
    """

    ladder: Ladder
    lonely_psu: LonelyPsu
    sums: FloatArray
    terms: FloatArray

    def variances(self) -> FloatArray:
        """The variance of each estimate in each part, shape (parts, estimates)."""
        return np.column_stack(
            [
                self._variance(self.sums[:, at], self.terms[:, at])
                for at in range(self.sums.shape[1])
            ]
        )

    def _variance(self, sums: FloatArray, terms: FloatArray) -> FloatArray:
        n_parts = self.ladder.crossing.n_parts
        found, scale = np.zeros(n_parts), np.zeros(n_parts)
        for rung in self.ladder.rungs:
            sums, terms = rung.climb(sums), rung.climb(terms)
            factor = _factor(rung.stage, self.lonely_psu)[rung.stratum_of_cell]
            spread = _spread(rung, sums, self.lonely_psu)
            added = summed(rung.part_of_cell, factor * spread, n_parts)
            found += _shared(rung, added, self.lonely_psu)
            squares = summed(rung.cell_of_pair, terms * terms, len(factor))
            scale += summed(rung.part_of_cell, factor * squares, n_parts)
        return np.where(found < NOISE * scale, 0.0, found)

    def covariance(self) -> FloatArray:
        """The covariance of all estimates in all parts, parts varying slowest."""
        n_parts, n_columns = self.ladder.crossing.n_parts, self.sums.shape[1]
        total = np.zeros((n_parts * n_columns, n_parts * n_columns))
        columns = list(self.sums.T)
        for rung in self.ladder.rungs:
            columns = [rung.climb(one) for one in columns]
            table = np.zeros((rung.stage.n_units, n_parts, n_columns))
            table[rung.unit_of_pair, rung.part_of_pair] = np.column_stack(columns)
            flat = table.reshape(rung.stage.n_units, -1)
            total += _stage_covariance(rung.stage, flat, self.lonely_psu)
        return total


def _factor(stage: Stage, lonely_psu: LonelyPsu) -> FloatArray:
    """What the spread of each stratum is multiplied by."""
    rest = 1 - stage.fraction
    inflation = np.where(stage.taken > 1, stage.taken / np.maximum(stage.taken - 1, 1), 1.0)
    factor = np.where(rest < CERTAIN, 0.0, stage.above * rest * inflation)
    return factor if lonely_psu is LonelyPsu.ADJUST else np.where(stage.is_lonely, 0.0, factor)


def _spread(rung: Rung, sums: FloatArray, lonely_psu: LonelyPsu) -> FloatArray:
    """The sum of squares about the mean of the units of each stratum in each part.

    Units without responses in the part count with 0. Under ``adjust`` a single unit's distance
    is from 0, the mean of all influences.
    """
    n_cells = len(rung.stratum_of_cell)
    taken = rung.stage.taken[rung.stratum_of_cell]
    mean = summed(rung.cell_of_pair, sums, n_cells) / taken
    if lonely_psu is LonelyPsu.ADJUST:
        mean[rung.stage.is_lonely[rung.stratum_of_cell]] = 0.0
    apart = sums - mean[rung.cell_of_pair]
    squares = summed(rung.cell_of_pair, apart * apart, n_cells)
    spread: FloatArray = squares + (taken - rung.pairs_of_cell) * mean * mean
    return spread


def _shared(rung: Rung, added: FloatArray, lonely_psu: LonelyPsu) -> FloatArray:
    """What a stage adds to the variance of each part, single-unit strata with the others' average.

    NaN under ``average`` where a part has no other stratum.
    """
    if lonely_psu is not LonelyPsu.AVERAGE:
        return added
    lonely = rung.stage.is_lonely[rung.stratum_of_cell]
    n_cells = summed(rung.part_of_cell, None, rung.n_parts)
    n_others = summed(rung.part_of_cell[~lonely], None, rung.n_parts)
    return added * n_cells / np.where(n_others > 0, n_others, np.nan)


def _stage_covariance(stage: Stage, table: FloatArray, lonely_psu: LonelyPsu) -> FloatArray:
    """The part of the covariance that one stage adds; ``table`` has one row a unit."""
    mean = np.column_stack([summed(stage.stratum_of_unit, one, stage.n_strata) for one in table.T])
    mean /= stage.taken[:, None]
    if lonely_psu is LonelyPsu.ADJUST:
        mean[stage.is_lonely] = 0.0
    apart = table - mean[stage.stratum_of_unit]
    factor = _factor(stage, lonely_psu)
    found: FloatArray = apart.T @ (factor[stage.stratum_of_unit, None] * apart)
    if lonely_psu is LonelyPsu.AVERAGE:
        n_others = stage.n_strata - np.count_nonzero(stage.is_lonely)
        found *= stage.n_strata / n_others if n_others else np.nan
    return found
