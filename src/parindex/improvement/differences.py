"""What a comparison says: figures, changes, and of everything not compared the reason; frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.criteria.diff import Change
from parindex.improvement.continuity import AreaContinuity, Basis, ItemContinuity, Mergers
from parindex.scoring.change import Direction
from parindex.scoring.run import GroupRun
from parindex.scoring.trace import Marker, Score

# Points, maximum and marker of an item, in points.
Scored = tuple[Decimal, Decimal, Marker]

_UNKNOWN_POINTS: Final = frozenset({Marker.NOT_APPLICABLE, Marker.MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A published index in percent, its rank and class; of ancestors only an index is known."""

    index: Fraction | None = None
    rank: int | None = None
    classification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaComparison:
    """The published indices and ranks of one area; a change is None where either is."""

    continues: AreaContinuity
    before: Figures
    after: Figures
    change: Fraction | None
    rank_change: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemComparison:
    """The scores of one item in points; a side is None where that set does not have the item.

    ``change`` is in points and only where the rule is the same; ``share_change`` is that of the
    points over their maximum, -1 to 1, also where the rule is not (``continues.alike`` tells).
    Neither stands where the item did not apply or was missing on either side.
    """

    continues: ItemContinuity
    before: Scored | None
    after: Scored | None
    change: Decimal | None
    share_change: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitComparison:
    """One unit of the later round: with whom it is compared, and what became of its figures.

    Changes are positive where it is better, and None where ``basis`` or a missing figure leaves
    nothing to compare. ``class_change`` counts classes, and only where both sets have the same.
    """

    unit: str
    name: str
    basis: Basis
    ancestors: tuple[str, ...]
    before: Figures
    after: Figures
    change: Fraction | None
    rank_change: int | None
    class_change: int | None
    areas: tuple[AreaComparison, ...]

    @property
    def direction(self) -> Direction:
        """Which way the index moved."""
        if self.change is None:
            return Direction.NOT_COMPARABLE
        if self.change == 0:
            return Direction.UNCHANGED
        return Direction.UP if self.change > 0 else Direction.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A unit of the earlier round that the later group does not have.

    ``moved_to`` is the group that it is in now, empty where it is in none; ``successors`` are
    those that came after it, as far as lineage tells.
    """

    unit: str
    name: str
    before: Figures
    moved_to: str
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSide:
    """The figures of a group in one round; index figures in percent, None where nobody ranks."""

    n_units: int
    n_ranked: int
    mean: Fraction | None
    least: Fraction | None
    greatest: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison:
    """One peer group in two rounds; units in the later round's order, then those gone.

    ``rules`` are all differences of the two sets. ``mean_change`` is that of the groups' means,
    whoever was in them; ``matched_mean`` the mean change of those units that are in both.
    """

    before: str
    after: str
    figures_before: GroupSide
    figures_after: GroupSide
    mean_change: Fraction | None
    matched_mean: Fraction | None
    n_matched: int
    rules: tuple[Change, ...]
    area_continuity: tuple[AreaContinuity, ...]
    item_continuity: tuple[ItemContinuity, ...]
    units: tuple[UnitComparison, ...]
    gone: tuple[Gone, ...]
    _run_before: GroupRun = field(repr=False, compare=False)
    _run_after: GroupRun = field(repr=False, compare=False)

    def directions(self) -> Mapping[Direction, int]:
        """How many units moved which way, or cannot be compared."""
        counts = Counter(one.direction for one in self.units)
        return {direction: counts[direction] for direction in Direction}

    def rises(self, n: int) -> tuple[UnitComparison, ...]:
        """The ``n`` greatest rises among units that are in both rounds, with all that tie."""
        return self._first(n, up=True)

    def falls(self, n: int) -> tuple[UnitComparison, ...]:
        """The ``n`` greatest falls among units that are in both rounds, with all that tie."""
        return self._first(n, up=False)

    def _first(self, n: int, *, up: bool) -> tuple[UnitComparison, ...]:
        moved = [
            (one.change if up else -one.change, one)
            for one in self.units
            if one.basis is Basis.SAME and one.change is not None
        ]
        moved = sorted((one for one in moved if one[0] > 0), key=lambda one: (-one[0], one[1].unit))
        last = moved[n - 1][0] if 0 < n <= len(moved) else Fraction(0)
        return tuple(one for by, one in moved if by >= last) if n > 0 else ()

    def items(self, unit: str) -> tuple[ItemComparison, ...]:
        """The items of a unit that is in both rounds, and what has no counterpart.

        Raises LookupError where the unit is not compared with itself.
        """
        compared = {one.unit: one.basis for one in self.units}
        if compared.get(unit) is not Basis.SAME:
            raise LookupError(unit)
        before = _scores(self._run_before, unit)
        after = _scores(self._run_after, unit)
        return tuple(
            _item(
                one,
                None if one.before is None else before[one.before],
                None if one.after is None else after[one.after],
            )
            for one in self.item_continuity
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two rounds of one index; ``only_before`` and ``only_after`` are groups without another."""

    before: str
    after: str
    mergers: Mergers
    groups: tuple[GroupComparison, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def official(self) -> bool:
        """Whether no figure rests on a reader's choice of how mergers are counted."""
        return self.mergers is Mergers.NONE


def _scores(group: GroupRun, unit: str) -> dict[str, Scored]:
    at = next(at for at, one in enumerate(group.units) if one.id == unit)
    decimals = group.criteria.policies.points_decimals

    def in_points(score: Score) -> Scored:
        return (
            Decimal(score.points).scaleb(-decimals),
            Decimal(score.maximum).scaleb(-decimals),
            score.marker,
        )

    codes = (item.code for item in group.criteria.items())
    return {
        code: in_points(score) for code, score in zip(codes, group.results[at].scores, strict=True)
    }


def _item(
    continues: ItemContinuity,
    before: Scored | None,
    after: Scored | None,
) -> ItemComparison:
    change = share_change = None
    if before is not None and after is not None and not {before[2], after[2]} & _UNKNOWN_POINTS:
        share_change = Fraction(after[0]) / Fraction(after[1]) - Fraction(before[0]) / Fraction(
            before[1]
        )
        change = after[0] - before[0] if continues.alike else None
    return ItemComparison(
        continues=continues,
        before=before,
        after=after,
        change=change,
        share_change=share_change,
    )
