"""A design parted: totals of responses by unit and part, and the estimates made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from parindex.survey.estimation.crossing import Crossing, Ladder, Parts
from parindex.survey.estimation.linearised import NOISE, Influences
from parindex.survey.estimation.numbering import FloatArray, IntArray, summed
from parindex.survey.estimation.replicates import Replicates
from parindex.survey.estimation.weighting import Design

# Less than this share of a unit's weight is no response.
ROUNDED: Final = 1e-12
Value = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Weighted totals of some quantities: by pair, by part, and their regression's moments.

    Shapes (pairs, quantities), (parts, quantities) and (quantities, auxiliaries, parts).
    """

    by_pair: FloatArray
    by_part: FloatArray
    moments: FloatArray | None

    def but(self, part: Totals, crossing: Crossing) -> Totals:
        """These quantities without a part of them.

        What is left of a pair when nothing should be is the rounding of its sums, and is 0.
        """
        by_pair = self.by_pair - part.by_pair
        by_pair[np.abs(by_pair) < ROUNDED * np.abs(self.by_pair)] = 0.0
        by_part = np.column_stack([crossing.by_part(one) for one in by_pair.T])
        moments = None
        if self.moments is not None and part.moments is not None:
            moments = self.moments - part.moments
        return Totals(by_pair, by_part, moments)

    def beside(self, other: Totals) -> Totals:
        """These quantities followed by others."""
        moments = None
        if self.moments is not None and other.moments is not None:
            moments = np.concatenate([self.moments, other.moments])
        return Totals(
            np.concatenate([self.by_pair, other.by_pair], axis=1),
            np.concatenate([self.by_part, other.by_part], axis=1),
            moments,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Estimates by part, shape (parts, estimates), with the source of their variances.

    The source is their influences, or their values in each replicate.
    """

    values: FloatArray
    influences: Influences | None = None
    replicates: Replicates | None = None
    in_replicates: FloatArray | None = None

    def variances(self) -> FloatArray:
        """The variance of each estimate, of the shape of ``values``."""
        if self.influences is not None:
            return self.influences.variances()
        assert self.replicates is not None  # noqa: S101 - one of the two is there
        assert self.in_replicates is not None  # noqa: S101
        found = self.replicates.variance(self.in_replicates)
        return np.where(found < NOISE * self.values * self.values, 0.0, found)

    def only(self, at: int) -> Estimated:
        """One of the estimates of each part."""
        influences, in_replicates = self.influences, self.in_replicates
        if influences is not None:
            sums, terms = influences.sums[:, [at]], influences.terms[:, [at]]
            influences = replace(influences, sums=sums, terms=terms)
        if in_replicates is not None:
            in_replicates = in_replicates[..., [at]]
        return replace(
            self, values=self.values[:, [at]], influences=influences, in_replicates=in_replicates
        )

    def covariance(self) -> FloatArray:
        """The covariance of all estimates, parts varying slowest."""
        if self.influences is not None:
            return self.influences.covariance()
        assert self.replicates is not None  # noqa: S101 - one of the two is there
        assert self.in_replicates is not None  # noqa: S101
        return self.replicates.covariance(self.in_replicates.reshape(len(self.in_replicates), -1))


class PartedDesign:
    """A design and the parts of the population that it is asked about.

    Parts keep the full design: a unit without responses in a part counts there with 0.
    """

    def __init__(self, design: Design, parts: Parts) -> None:
        self.design = design
        self.parts = parts
        stage = design.stages[-1]
        source = design.replicates or stage
        n_units = stage.n_units if design.replicates is None else len(design.replicates.factors)
        # What calibration explains reaches beyond the responses of a part.
        dense = design.explained is not None and design.replicates is None
        self.crossing = Crossing(source.unit_of_row, n_units, parts, dense=dense)
        self._ladder = Ladder(self.crossing, design.stages)

    @cached_property
    def part_of_row(self) -> IntArray:
        """The part of each row, the number of parts for a row of none."""
        part = self.parts.part_of_row
        return np.where(part < 0, self.parts.n, part)

    @cached_property
    def _of_weights(self) -> Totals:
        return self.totals([self.design.weights])

    @cached_property
    def _sizes(self) -> FloatArray:
        return self.by_part(None)

    def sizes(self, missing: IntArray) -> FloatArray:
        """How many rows each part has, but for some rows."""
        return self._sizes - summed(self.part_of_row[missing], None, self.parts.n + 1)[:-1]

    def by_part(self, values: FloatArray | None) -> FloatArray:
        """The sum by part of a value a row, or the number of rows."""
        return self.crossing.by_part(self.crossing.sums(values))

    def weight_totals(self, missing: IntArray) -> Totals:
        """The totals of the weights, but for some rows.

        Where those are few they are taken from what is known of all rows.
        """
        weights = self.design.weights
        if len(missing) == 0:
            return self._of_weights
        if self.design.explained is not None or 4 * len(missing) > len(weights):
            weights = weights.copy()
            weights[missing] = 0.0
            return self.totals([weights])
        pairs = self.crossing.pair_of_row[missing]
        left_out = summed(pairs, weights[missing], self.crossing.n_pairs + 1)[:-1, None]
        return self._of_weights.but(Totals(left_out, left_out, None), self.crossing)

    def totals(self, rows: Sequence[FloatArray]) -> Totals:
        """The totals of quantities given as weighted values a row."""
        by_pair = np.column_stack([self.crossing.sums(values) for values in rows])
        return self._with_moments(by_pair, rows)

    def totals_of_categories(self, codes: IntArray, n: int, weights: FloatArray) -> Totals:
        """The weights of each of ``n`` categories; rows of code -1 and below count nowhere."""
        n_pairs = self.crossing.n_pairs
        keys = self.crossing.pair_of_row * n + codes
        keys[codes < 0] = n_pairs * n
        # Rows outside every part have the last pair, behind those that are kept.
        table = summed(keys, weights, (n_pairs + 1) * n)[: n_pairs * n].reshape(n_pairs, n)
        rows = () if self.design.explained is None else _indicated(codes, n, weights)
        return self._with_moments(table, rows)

    def _with_moments(self, by_pair: FloatArray, rows: Sequence[FloatArray]) -> Totals:
        by_part = np.column_stack([self.crossing.by_part(one) for one in by_pair.T])
        explained = self.design.explained
        if explained is None or self.design.replicates is not None:
            return Totals(by_pair, by_part, None)
        moments = [explained.moments(one, self.part_of_row, self.parts.n) for one in rows]
        return Totals(by_pair, by_part, np.array(moments))

    def estimated(
        self,
        totals: Totals,
        value: Value,
        gradient: FloatArray,
        *,
        rounded: FloatArray | None = None,
    ) -> Estimated:
        """Estimates that are a smooth function of totals.

        ``value`` gives from totals of shape (…, parts, quantities) the estimates of shape
        (…, parts, estimates); ``gradient`` its derivatives at the totals by part, of shape
        (parts, quantities, estimates). ``rounded`` of that shape says by how much the totals
        were made smaller before they were added up, for what is lost by rounding.
        """
        replicates = self.design.replicates
        if replicates is not None:
            return Estimated(
                value(totals.by_part),
                replicates=replicates,
                in_replicates=value(self._in_replicates(totals, replicates)),
            )
        size = np.abs(gradient) if rounded is None else np.abs(gradient) + np.abs(rounded)
        sums = np.zeros((self.crossing.n_pairs, gradient.shape[2]))
        terms = np.zeros_like(sums)
        for at in range(gradient.shape[1]):
            column = totals.by_pair[:, at, None]
            sums += column * gradient[self.crossing.part_of_pair, at]
            terms += np.abs(column) * size[self.crossing.part_of_pair, at]
        if totals.moments is not None:
            sums -= self._explained(totals.moments, gradient)
        influences = Influences(self._ladder, self.design.lonely_psu, sums, terms)
        return Estimated(value(totals.by_part), influences)

    def _in_replicates(self, totals: Totals, replicates: Replicates) -> FloatArray:
        """The totals in each replicate: shape (replicates, parts, quantities)."""
        by_quantity = [replicates.factors.T @ self.crossing.spread(one) for one in totals.by_pair.T]
        return np.stack(by_quantity, axis=-1)

    def _explained(self, moments: FloatArray, gradient: FloatArray) -> FloatArray:
        """What calibration explains of the influences, by pair: shape (pairs, estimates)."""
        explained = self.design.explained
        assert explained is not None  # noqa: S101 - moments come of it
        of_units = self._explained_units
        found = np.empty((self.crossing.n_pairs, gradient.shape[2]))
        for at in range(gradient.shape[2]):
            wanted = np.einsum("qap,pq->ap", moments, gradient[:, :, at])
            found[:, at] = (of_units @ explained.coefficients(wanted)).ravel()
        return found

    @cached_property
    def _explained_units(self) -> FloatArray:
        stage, explained = self.design.stages[-1], self.design.explained
        assert explained is not None  # noqa: S101 - asked for only where weights are calibrated
        return explained.by_unit(stage.unit_of_row, stage.n_units)


def _indicated(codes: IntArray, n: int, weights: FloatArray) -> list[FloatArray]:
    return [np.where(codes == at, weights, 0.0) for at in range(n)]
