"""What continues what in a later round: items by id, areas by name, units by id or lineage.

Nothing here compares figures; it says which may be, and of everything else why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from parindex.criteria.diff import Change, Kind, diff
from parindex.criteria.model import CriteriaSet
from parindex.points import Number
from parindex.scoring.inputs import AssessedUnit
from parindex.scoring.run import IndexRun
from parindex.units.lineage import Lineage, Part

# The fields of an item by which its points arise; the others are words and law.
_SCORING: Final = frozenset({"max_points", "source", "rule", "if_none_due", "zero_if"})
_ITEM: Final = "item "


class Mergers(StrEnum):
    """How a unit is compared with those it was made of.

    ``none``: it is not. ``mean_of_ancestors``: with the plain mean of their published indices.
    ``weighted_mean``: with their mean weighted by figures that the caller gives, such as
    population. Anything but ``none`` is a choice of the reader and not official.
    """

    NONE = "none"
    MEAN_OF_ANCESTORS = "mean_of_ancestors"
    WEIGHTED_MEAN = "weighted_mean"


class Basis(StrEnum):
    """With what a unit is compared, or why with nothing.

    Compared: ``same`` unit, or its ``ancestors``. Not compared: ``new`` in the table, ``merged``
    of ancestors where the policy is ``none``, made of one only ``partly`` or nobody knows how far,
    an ancestor ``unmeasured`` or without a weight (``unweighted``), in ``other_group`` before, or
    ``declared`` not comparable by the later round itself.
    """

    SAME = "same"
    ANCESTORS = "ancestors"
    NEW = "new"
    MERGED = "merged"
    PARTLY = "partly"
    UNMEASURED = "unmeasured"
    UNWEIGHTED = "unweighted"
    OTHER_GROUP = "other_group"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContinuity:
    """An item of either set, by its lasting id; a code is None where that set does not have it.

    ``changed`` are the fields that differ; ``alike`` is true where none of them makes points.
    """

    id: str
    before: str | None
    after: str | None
    changed: tuple[str, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether points of the two mean the same."""
        return (
            self.before is not None
            and self.after is not None
            and not any(field.split(".")[0].split("[")[0] in _SCORING for field in self.changed)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaContinuity:
    """An area of either set by its codes there; None where that set has none that continues it."""

    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forebears:
    """With whom a unit is compared, and on what basis; ``ancestors`` also where it is not."""

    basis: Basis
    index: Fraction | None = None
    ancestors: tuple[str, ...] = ()


def items(old: CriteriaSet, new: CriteriaSet) -> tuple[ItemContinuity, ...]:
    """The items of the new set in its order, then those of the old that nothing continues."""
    changes = diff(old, new)
    fields: dict[str, list[str]] = {}
    for one in changes:
        if one.part.startswith(_ITEM) and one.kind is Kind.CHANGED:
            fields.setdefault(one.part.removeprefix(_ITEM), []).append(one.field)
    before = {item.id: item.code for item in old.items()}
    after = {item.id: item.code for item in new.items()}
    return tuple(
        ItemContinuity(
            id=id_,
            before=before.get(id_),
            after=after.get(id_),
            changed=tuple(fields.get(id_, ())),
        )
        for id_ in [*after, *(one for one in before if one not in after)]
    )


def areas(
    old: CriteriaSet, new: CriteriaSet, mapping: Mapping[str, str] | None
) -> tuple[AreaContinuity, ...]:
    """The areas of the new set in its order, then those of the old that nothing continues.

    ``mapping`` says for a new code which old one it continues. Without it an area continues
    that of its code only where it also has its name: codes are used again for other things.
    """
    old_codes = [area.code for area in old.areas]
    if mapping is None:
        names = {area.code: area.name.vi for area in old.areas}
        mapping = {
            area.code: area.code for area in new.areas if names.get(area.code) == area.name.vi
        }
    found = [AreaContinuity(before=mapping.get(one.code), after=one.code) for one in new.areas]
    taken = {one.before for one in found}
    return (
        *found,
        *(AreaContinuity(before=code, after=None) for code in old_codes if code not in taken),
    )


def rules(old: CriteriaSet, new: CriteriaSet) -> tuple[Change, ...]:
    """Everything that changed between the two sets."""
    return tuple(diff(old, new))


class Kinship:
    """Who of an earlier round a unit is compared with, under a policy over lineage."""

    def __init__(
        self,
        before: IndexRun,
        *,
        mergers: Mergers,
        lineage: Lineage | None,
        weights: Mapping[str, Number] | None,
    ) -> None:
        self._groups = {unit.id: group.name for group in before.groups for unit in group.units}
        self._indices = {
            unit.id: group.index(at)
            for group in before.groups
            for at, unit in enumerate(group.units)
        }
        self._mergers = mergers
        self._lineage = lineage
        self._weights = weights or {}

    def of(self, unit: AssessedUnit, *, group: str) -> Forebears:
        """With whom a unit is compared whose group was called so before."""
        if unit.id in self._groups:
            same = self._groups[unit.id] == group
            return Forebears(basis=Basis.SAME if same else Basis.OTHER_GROUP)
        ancestors: dict[str, bool] = {}
        self._climb(unit.id, ancestors, whole=True, seen={(unit.id, True)})
        names = tuple(sorted(ancestors))
        basis = self._basis(ancestors, group)
        index = self._mean(names) if basis is Basis.ANCESTORS else None
        return Forebears(basis=basis, index=index, ancestors=names)

    def successors(self, unit: str) -> tuple[str, ...]:
        """Who came after a unit that is no longer there, as far as lineage tells."""
        links = () if self._lineage is None else self._lineage.successors(unit)
        return tuple(sorted({link.successor for link in links}))

    def _climb(
        self, unit: str, found: dict[str, bool], *, whole: bool, seen: set[tuple[str, bool]]
    ) -> None:
        """Every nearest ancestor that was measured, and all that are the end of their line."""
        links = () if self._lineage is None else self._lineage.predecessors(unit)
        for link in links:
            entire = whole and link.part is Part.WHOLE
            known = link.predecessor in self._groups
            assert self._lineage is not None  # noqa: S101 - links come from it
            if known or not self._lineage.predecessors(link.predecessor):
                found[link.predecessor] = found.get(link.predecessor, True) and entire
            elif (link.predecessor, entire) not in seen:
                seen.add((link.predecessor, entire))
                self._climb(link.predecessor, found, whole=entire, seen=seen)

    def _basis(self, ancestors: Mapping[str, bool], group: str) -> Basis:
        if not ancestors:
            return Basis.NEW
        if self._mergers is Mergers.NONE:
            return Basis.MERGED
        if not all(ancestors.values()):
            return Basis.PARTLY
        if any(self._indices.get(one) is None for one in ancestors):
            return Basis.UNMEASURED
        if any(self._groups[one] != group for one in ancestors):
            return Basis.OTHER_GROUP
        weighted = self._mergers is Mergers.WEIGHTED_MEAN
        if weighted and not all(self._weights.get(one, 0) > 0 for one in ancestors):
            return Basis.UNWEIGHTED
        return Basis.ANCESTORS

    def _mean(self, ancestors: tuple[str, ...]) -> Fraction:
        equal = self._mergers is Mergers.MEAN_OF_ANCESTORS
        weights = [Fraction(1 if equal else self._weights[one]) for one in ancestors]
        indices = [Fraction(self._indices[one] or 0) for one in ancestors]
        weighed = sum(
            (weight * index for weight, index in zip(weights, indices, strict=True)), Fraction(0)
        )
        return weighed / sum(weights)
