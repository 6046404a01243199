"""The class of an index, then the ceilings that hold a unit below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from parindex.criteria.model import Ceiling, Class, CriteriaSet


def class_of(index: Decimal, classes: Sequence[Class]) -> Class | None:
    """The class whose bounds hold a published index; lower bounds are inclusive."""
    return next((one for one in classes if index >= one.start), None)


def applying(
    criteria: CriteriaSet, *, area_indices: Iterable[Decimal], zero_items: frozenset[str]
) -> list[Ceiling]:
    """The ceilings whose condition a sheet meets.

    ``area_indices`` are the published indices of the areas that have one; ``zero_items`` the
    codes of the items scored 0, never by not applicable.
    """
    lowest = min(area_indices, default=None)
    return [
        ceiling
        for ceiling in criteria.ceilings
        if (
            ceiling.zero_item in zero_items
            if ceiling.area_index_below is None
            else lowest is not None and lowest < ceiling.area_index_below
        )
    ]


def classify(index: Decimal, criteria: CriteriaSet, ceilings: Iterable[Ceiling]) -> str:
    """The id of the class after the lowest ceiling; empty where the set has no classes."""
    found = class_of(index, criteria.classes)
    if found is None:
        return ""
    # Classes stand highest first, so the lowest of several is the one furthest down the list.
    order = [one.id for one in criteria.classes]
    return order[max(order.index(one) for one in (found.id, *(c.at_most for c in ceilings)))]
