"""The draw: which units a public seed selects, and each one's exact probability.

The randomness is SHA-256 of (seed, stage, stratum, unit), so that anybody can draw the same
sample again with any program; ``docs/spec/draw.md`` says all that such a program needs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from parindex.survey.sampling.frame import Cell, Frame
from parindex.survey.sampling.plan import Method

SPEC: Final = "parindex.draw/1"
_BITS: Final = 256
_ONE: Final = Fraction(1)
# Made once: canonical JSON for text, lists and small numbers, of which lots are made.
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit of a cell, by its position there, and its probability within the cell (0 to 1]."""

    position: int
    probability: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """A cluster drawn on the way to a cell: from which cell, and as which pick."""

    cell: Cell
    pick: Pick

    @property
    def unit(self) -> str:
        """The id of the cluster."""
        return self.cell.units[self.pick.position]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """A cell of members that the draw reached: its picks, and its reserve, in drawn order.

    ``trail`` holds the clusters that lead to it, outermost first.
    """

    trail: tuple[Step, ...]
    cell: Cell
    picks: tuple[Pick, ...]
    reserve: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a seed drew from a frame."""

    frame: Frame
    seed: str
    cells: tuple[DrawnCell, ...]


def draw(frame: Frame, seed: str) -> Sample:
    """The sample that a seed draws: the same on every machine, for any order of equal work.

    Probabilities of inclusion are exact: at each stage take / units for ``srs`` and
    ``systematic``, take × size / total for ``pps``, and 1 for units large enough to be certain.
    """
    return Sample(frame=frame, seed=seed, cells=tuple(_reach(frame, seed, frame.cells, ())))


def _reach(
    frame: Frame, seed: str, cells: Sequence[Cell], trail: tuple[Step, ...]
) -> Iterator[DrawnCell]:
    depth = len(trail)
    stage = frame.plan.stages[depth]
    for cell in cells:
        tickets = Tickets(seed, depth + 1, cell.path)
        picks = _SELECT[stage.method](cell, tickets)
        if cell.inside:
            for pick in sorted(picks, key=lambda one: one.position):
                further = (*trail, Step(cell, pick))
                yield from _reach(frame, seed, cell.inside[pick.position], further)
        else:
            drawn = {pick.position for pick in picks}
            rest = [at for at in range(len(cell.units)) if at not in drawn] if stage.reserve else []
            yield DrawnCell(
                trail=trail,
                cell=cell,
                picks=tuple(picks),
                reserve=tuple(tickets.in_order(cell, rest)[: stage.reserve]),
            )


class Tickets:
    """The lots of one stratum: a number of 256 bits for each unit, and one for the start.

    >>> Tickets("2026", 1, ("xã",)).of("C-01") >> 224
    938460716
    """

    def __init__(self, seed: str, stage: int, path: Sequence[str]) -> None:
        # The canonical JSON of [spec, seed, stage, path, unit], all but the unit hashed once.
        self._head = hashlib.sha256(_JSON([SPEC, seed, stage, list(path)])[:-1].encode() + b",")

    def of(self, unit: str | None) -> int:
        """The number of a unit; that of no unit is the start of a walk."""
        hashed = self._head.copy()
        hashed.update(_JSON(unit).encode() + b"]")
        return int.from_bytes(hashed.digest(), "big")

    def in_order(self, cell: Cell, positions: Sequence[int]) -> list[int]:
        """Positions of a cell by the numbers of their units, the smallest first."""
        # Bytes of one length compare as the numbers that they spell. Written out, since this is
        # what a draw from a large frame does most.
        lots = {}
        for at in positions:
            hashed = self._head.copy()
            hashed.update(_JSON(cell.units[at]).encode() + b"]")
            lots[at] = hashed.digest()
        return sorted(positions, key=lots.__getitem__)


def _srs(cell: Cell, tickets: Tickets) -> list[Pick]:
    """Simple random sampling: the units with the smallest numbers."""
    chance = Fraction(cell.take, len(cell.units))
    chosen = tickets.in_order(cell, range(len(cell.units)))[: cell.take]
    return [Pick(at, chance) for at in chosen]


def _systematic(cell: Cell, tickets: Tickets) -> list[Pick]:
    """Every so-many-th unit of the frame's own order, from a random start (Madow 1944)."""
    count = len(cell.units)
    chance = Fraction(cell.take, count)
    start = tickets.of(None)
    return [
        Pick(((turn << _BITS) + start) * count // (cell.take << _BITS), chance)
        for turn in range(cell.take)
    ]


def _pps(cell: Cell, tickets: Tickets) -> list[Pick]:
    """Systematic with probability proportional to size, on a random order (Hartley, Rao 1962).

    What is so large that it would be hit once in every walk is taken for certain and set aside,
    until nothing is; of the rest each is hit at most once, with take × size / total exactly.
    """
    certain, take, total = _certain(cell)
    picks = [Pick(at, _ONE) for at in sorted(certain)]
    if not take:
        return picks
    rest = [at for at in range(len(cell.units)) if at not in certain]
    start = tickets.of(None)
    passed = turn = 0
    for at in tickets.in_order(cell, rest):
        size = cell.sizes[at]
        passed += size
        # The next point of the walk is (turn + start / 2^256) × total / take.
        if passed * (take << _BITS) > ((turn << _BITS) + start) * total:
            picks.append(Pick(at, Fraction(take * size, total)))
            turn += 1
    return picks


def _certain(cell: Cell) -> tuple[set[int], int, int]:
    """The positions taken for certain, how many are then left to take, and the size left."""
    certain: set[int] = set()
    take, total = cell.take, sum(cell.sizes)
    for at in sorted(range(len(cell.units)), key=lambda at: -cell.sizes[at]):
        if not take or cell.sizes[at] * take < total:
            break
        certain.add(at)
        take -= 1
        total -= cell.sizes[at]
    return certain, take, total


_SELECT: Final = {Method.SRS: _srs, Method.SYSTEMATIC: _systematic, Method.PPS: _pps}
