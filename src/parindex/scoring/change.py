"""The change against last year: up, down, unchanged, or not comparable."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from parindex.scoring.inputs import Previous


class Direction(StrEnum):
    """The three states of a change, and the absence of one."""

    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Points of index gained and ranks gained since last year; positive is better.

    Either is None where there is nothing to compare.
    """

    index: Decimal | None = None
    rank: int | None = None

    @property
    def direction(self) -> Direction:
        """Which way the index moved."""
        if self.index is None:
            return Direction.NOT_COMPARABLE
        if self.index == 0:
            return Direction.UNCHANGED
        return Direction.UP if self.index > 0 else Direction.DOWN


def change_since(
    previous: Previous | None, *, group: str, index: Decimal | None, rank: int | None
) -> Change:
    """The change of a published index and rank; another group or scale gives none."""
    if previous is None or not previous.comparable or previous.group not in {"", group}:
        return Change()
    return Change(
        index=None if index is None or previous.index is None else index - previous.index,
        rank=None if rank is None or previous.rank is None else previous.rank - rank,
    )
