"""How sure the order of units is: what the sampling errors of their indices leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from parindex.criteria.model import NotApplicable, Policies, RankOn, Ties
from parindex.robustness.sampling_error import IndexEstimate
from parindex.robustness.uncertainty import Comparison, rank_chances, rank_intervals

DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The rank of a unit, the ranks that the data allow it, and its chance of the first ``top``.

    ``best`` to ``worst`` hold for all units at once with the joint confidence; from ``low`` to
    ``high`` the unit was in that share of draws.
    """

    unit: str
    rank: int
    best: int
    worst: int
    low: int
    high: int
    of_top: float


def ranked(
    indices: Sequence[tuple[str, float, float]],
    *,
    decimals: int,
    level: float,
    top: int,
    seed: str,
) -> list[Ranked]:
    """Units by their index in percent and its standard error, the first first.

    Ranked on the published index, ties sharing the best rank. ``level`` is the joint confidence;
    the same ``seed`` gives the same chances.
    """
    if not indices:
        return []
    estimates = [IndexEstimate(unit=unit, index=index, se=se) for unit, index, se in indices]
    policies = Policies(
        points_decimals=decimals,
        index_decimals=decimals,
        rank_on=RankOn.PUBLISHED,
        ties=Ties.SHARE_BEST,
        not_applicable=NotApplicable.RENORMALISE,
    )
    joint = rank_intervals(estimates, policies, comparison=Comparison.INTERVALS, level=level)
    chances = rank_chances(estimates, policies, draws=DRAWS, seed=seed)
    shown = {one.unit: published(one.index, decimals) for one in estimates}
    made = []
    for span, chance in zip(joint, chances, strict=True):
        low, high = chance.middle(level)
        mine = shown[span.unit]
        made.append(
            Ranked(
                unit=span.unit,
                rank=1 + sum(other > mine for other in shown.values()),
                best=span.best,
                worst=span.worst,
                low=low,
                high=high,
                of_top=chance.of_top(top),
            )
        )
    return sorted(made, key=lambda one: (one.rank, one.unit))


def published(index: float, decimals: int) -> Decimal:
    """A number of the results as it is published, rounded half up."""
    # Twelve decimals are all that binary numbers of this size are sure of.
    return Decimal(f"{index:.12f}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
