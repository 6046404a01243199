"""Score and Marker: the points of an item and by which branch of its rule they arose."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Marker(StrEnum):
    """By which branch an item's points arose."""

    SCORED = "scored"
    ZERO_IF = "zero_if"
    NONE_DUE_ZERO = "none_due_zero"
    NONE_DUE_FULL = "none_due_full"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"


class Score(NamedTuple):
    """An item's points and maximum in steps of 10^-points_decimals, as the policy counts them.

    An item that leaves the scale has neither: both are 0 and the marker says so.
    """

    points: int
    maximum: int
    marker: Marker
