"""Order and ties, within a peer group and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from parindex.criteria.model import Ties

Ratio = tuple[int, int]


def comparable_keys(values: Sequence[Ratio | None]) -> list[int | None]:
    """Whole numbers in the same order as exact ratios, equal exactly where these are equal.

    Two different ratios with denominators below 2^b differ by more than 2^-2b, so their
    multiples of 2^2b have different whole parts. Comparing whole numbers is many times faster
    than comparing fractions.

    >>> comparable_keys([(1, 3), (2, 6), None, (1, 2)])
    [21, 21, None, 32]
    """
    bits = 2 * max((value[1].bit_length() for value in values if value is not None), default=0)
    return [None if value is None else (value[0] << bits) // value[1] for value in values]


def rank(keys: Sequence[int | None], ties: Ties) -> list[int | None]:
    """The rank of each key, the greatest first; None stays unranked.

    >>> rank([90, 95, 90, None, 80], Ties.SHARE_BEST)
    [2, 1, 2, None, 4]
    >>> rank([90, 95, 90, None, 80], Ties.DENSE)
    [2, 1, 2, None, 3]
    """
    counts = {
        key: len(list(equal))
        for key, equal in groupby(sorted((key for key in keys if key is not None), reverse=True))
    }
    ranks: dict[int, int] = {}
    next_rank = 1
    for key, count in counts.items():
        ranks[key] = next_rank
        next_rank += count if ties is Ties.SHARE_BEST else 1
    return [None if key is None else ranks[key] for key in keys]
