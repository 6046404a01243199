"""How far each unit is from the next rank and class, and which single item would change either.

Everything is exact and follows from a scored group alone; docs/reference/margins.md says what
each figure means.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from parindex.criteria.model import Ceiling, RankOn, Ties
from parindex.points import half_up
from parindex.publication.standing import HALF, Scale, Standing
from parindex.scoring.aggregate import SheetResult
from parindex.scoring.inputs import Quantity
from parindex.scoring.reach import Reach
from parindex.scoring.run import GroupRun
from parindex.scoring.trace import Marker

# What is ranked: the published index in its steps, or the exact one in percent.
Key = int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Points that must be gained or lost, as the policy counts them; 0 or more, exact.

    Where ``enough`` is false the bound itself is too little and anything above it is enough.
    ``steps`` is the least whole number of steps of 10^-points_decimals that is enough.
    """

    points: Fraction
    enough: bool
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """The next rank up: which, with whom it would be shared, and the points to it."""

    rank: int
    beside: tuple[str, ...]
    gain: Distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaser:
    """Of the units level or next below, that which needs the least to stand before this one."""

    unit: str
    gain: Distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A ceiling that keeps a unit below the next class.

    ``areas`` are the codes of the areas below the ceiling's bound, with the points of its own
    that each must gain; it is empty where the ceiling is that of an item scored 0.
    """

    ceiling: Ceiling
    areas: tuple[tuple[str, Distance], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextClass:
    """The class above: the points to its bound (0 where the index suffices), and what holds.

    ``gain`` is None where no index reaches the bound. The class is reached when the points are
    gained *and* nothing holds any longer.
    """

    id: str
    gain: Distance | None
    held_by: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """One item raised and nothing else: to these points (in steps), by this, to that result."""

    points: int
    quantity: Quantity
    rank: int
    classification: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMargin:
    """An item that alone would change the rank or the class of its unit.

    ``points`` and ``marker`` are what stands now. ``rank`` and ``classification`` are the least
    changes that better the one and the other, None where even ``best`` does not.
    """

    item: str
    points: int
    marker: Marker
    best: ItemChange
    rank: ItemChange | None
    classification: ItemChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMargins:
    """The margins of one ranked unit.

    ``rise`` is None for the first; ``fall``, the points whose loss costs the rank, is None where
    no loss can; ``chaser`` is None where nobody is behind or nobody can pass; ``next_class`` is
    None in the highest class and where the set has none. ``items`` are in rulebook order.
    """

    unit: str
    rank: int
    classification: str
    rise: Rise | None
    fall: Distance | None
    chaser: Chaser | None
    next_class: NextClass | None
    items: tuple[ItemMargin, ...]


class Margins:
    """The margins of one peer group, unit by unit."""

    def __init__(self, group: GroupRun) -> None:
        self.group = group
        policies = group.criteria.policies
        self._scale = Scale(group.criteria)
        self._published = policies.rank_on is RankOn.PUBLISHED
        self._reaches = [Reach(item, policies) for item in group.criteria.items()]
        self._keys: dict[int, Key] = {}
        self._at_key: dict[Key, list[int]] = {}
        for at in group.in_order():
            if group.ranks[at] is not None:
                key = self._keys[at] = self._key_of(group.results[at])
                self._at_key.setdefault(key, []).append(at)
        self._names = {
            key: tuple(group.units[at].id for at in level) for key, level in self._at_key.items()
        }
        self._nearest: dict[Key, list[tuple[Distance, int]]] = {}
        self._distinct = sorted(self._at_key)
        shared = policies.ties is Ties.SHARE_BEST
        self._rungs = sorted(self._keys.values()) if shared else self._distinct

    def __iter__(self) -> Iterator[UnitMargins]:
        """The margins of every ranked unit, by rank."""
        return (self.of(at) for at in self._keys)

    def of(self, at: int) -> UnitMargins:
        """The margins of the unit at a position of the group.

        Raises LookupError where the unit is not ranked.
        """
        key, sheet = self._keys[at], Standing(self._scale, self.group.results[at])
        rank = self.group.ranks[at]
        assert rank is not None  # noqa: S101 - only ranked units have a key
        rise = self._rise(key, sheet)
        next_class = self._next_class(sheet)
        return UnitMargins(
            unit=self.group.units[at].id,
            rank=rank,
            classification=sheet.result.classification,
            rise=rise,
            fall=self._fall(key, sheet),
            chaser=self._chaser(at, key),
            next_class=next_class,
            items=tuple(self._items(sheet, rise, next_class)),
        )

    def _key_of(self, result: SheetResult) -> Key:
        assert result.exact is not None  # noqa: S101 - a ranked unit has an index
        return self._key(result.exact)

    def _key(self, exact: tuple[int, int]) -> Key:
        return self._index(exact) if self._published else Fraction(*exact)

    def _index(self, exact: tuple[int, int]) -> int:
        return half_up(exact[0] * self._scale.one_index, exact[1])

    def _needs(self, key: Key) -> Fraction:
        """The least exact index, in percent, of those with this key."""
        return (key - HALF) / self._scale.one_index if self._published else Fraction(key)

    def _rank_at(self, key: Key) -> int:
        """The rank of a unit that rises to a key, the others staying where they are."""
        return 1 + len(self._rungs) - bisect_right(self._rungs, key)

    def _gain(self, sheet: Standing, percent: Fraction, *, beyond: bool = False) -> Distance:
        """The points that bring a sheet to an exact index, or beyond it."""
        wanted = percent * sheet.maximum / 100 - sheet.total
        return self._distance(wanted, enough=not beyond)

    def _distance(self, steps: Fraction, *, enough: bool) -> Distance:
        """A number of steps as a distance; what is behind already is 0 away."""
        if steps < 0:
            return Distance(points=Fraction(0), enough=True, steps=0)
        whole = ceil(steps) if enough else floor(steps) + 1
        return Distance(points=steps / self._scale.one_point, enough=enough, steps=whole)

    def _rise(self, key: Key, sheet: Standing) -> Rise | None:
        above = bisect_right(self._distinct, key)
        if above == len(self._distinct):
            return None
        aim = self._distinct[above]
        return Rise(
            rank=self._rank_at(aim),
            beside=self._names[aim],
            gain=self._gain(sheet, self._needs(aim)),
        )

    def _next_below(self, key: Key) -> Key | None:
        """The key of those level with a unit, else of the next below; None where nobody is."""
        if len(self._at_key[key]) > 1:
            return key
        below = bisect_left(self._distinct, key) - 1
        return self._distinct[below] if below >= 0 else None

    def _fall(self, key: Key, sheet: Standing) -> Distance | None:
        below = self._next_below(key)
        # Nobody falls below an index of 0.
        if not below:
            return None
        lost = sheet.total - self._needs(below) * sheet.maximum / 100
        return self._distance(lost, enough=False)

    def _chaser(self, at: int, key: Key) -> Chaser | None:
        below = self._next_below(key)
        if below is None or key == (self._scale.highest if self._published else 100):
            return None
        if key not in self._nearest:
            behind = [(self._to_pass(key, other), other) for other in self._at_key[below]]
            # Two are enough: the nearest, and the next where the nearest is the unit itself.
            behind.sort(key=lambda one: (one[0].points, one[1]))
            self._nearest[key] = behind[:2]
        gain, other = next(one for one in self._nearest[key] if one[1] != at)
        return Chaser(unit=self.group.units[other].id, gain=gain)

    def _to_pass(self, key: Key, other: int) -> Distance:
        """What another unit must gain to stand before all with this key."""
        sheet = Standing(self._scale, self.group.results[other])
        if self._published:
            return self._gain(sheet, self._needs(key + 1))
        return self._gain(sheet, Fraction(key), beyond=True)

    def _next_class(self, sheet: Standing) -> NextClass | None:
        if not self._scale.classes or sheet.result.classification == self._scale.classes[0]:
            return None
        above = self._scale.classes.index(sheet.result.classification) - 1
        start = self._scale.starts[above]
        reachable = start <= self._scale.highest
        return NextClass(
            id=self._scale.classes[above],
            gain=self._gain(sheet, (start - HALF) / self._scale.one_index) if reachable else None,
            held_by=tuple(self._hold(sheet, one) for one in sheet.ceilings_below(above)),
        )

    def _hold(self, sheet: Standing, ceiling_at: int) -> Hold:
        ceiling, bound = self.group.criteria.ceilings[ceiling_at], self._scale.bounds[ceiling_at]
        if bound is None:
            return Hold(ceiling=ceiling)
        return Hold(
            ceiling=ceiling,
            areas=tuple(
                (
                    self.group.criteria.areas[at].code,
                    self._distance(sheet.area_gain(at, bound), enough=True),
                )
                for at in sheet.areas_below(bound)
            ),
        )

    def _items(
        self, sheet: Standing, rise: Rise | None, next_class: NextClass | None
    ) -> Iterator[ItemMargin]:
        held = sheet.ceilings_below(self._scale.classes.index(next_class.id)) if next_class else ()
        gain = None if next_class is None else next_class.gain
        for at, (reach, score) in enumerate(zip(self._reaches, sheet.result.scores, strict=True)):
            room = reach.best - score.points
            if score.marker is Marker.NOT_APPLICABLE or room <= 0:
                continue
            scale = sheet.scales[self._scale.area_of[at]]
            to_rank = None if rise is None else self._steps(rise.gain, scale)
            to_class = None
            if gain is not None:
                to_class = sheet.steps_past(held, at, self._steps(gain, scale))
            rank = self._within(sheet, at, to_rank, room)
            classification = self._within(sheet, at, to_class, room)
            if rank is not None or classification is not None:
                yield ItemMargin(
                    item=reach.item.code,
                    points=score.points,
                    marker=score.marker,
                    best=self._change(sheet, at, room),
                    rank=rank,
                    classification=classification,
                )

    def _within(self, sheet: Standing, at: int, steps: int | None, room: int) -> ItemChange | None:
        return None if steps is None or steps > room else self._change(sheet, at, steps)

    def _steps(self, gain: Distance, scale: Fraction | None) -> int:
        """The fewest steps of an item that make a gain, its area's points being scaled."""
        if scale is None:
            return max(gain.steps, 1)
        return max(ceil(gain.points * self._scale.one_point / scale), 1)

    def _change(self, sheet: Standing, at: int, steps: int) -> ItemChange:
        score = sheet.result.scores[at]
        reached = self._reaches[at].least(score.points + steps)
        assert reached is not None  # noqa: S101 - asked for no more than the item's best
        gained = reached.points - score.points
        exact = sheet.after(at, gained)
        return ItemChange(
            points=reached.points,
            quantity=reached.quantity,
            rank=self._rank_at(self._key(exact)),
            classification=sheet.class_after(at, gained, self._index(exact)),
        )
