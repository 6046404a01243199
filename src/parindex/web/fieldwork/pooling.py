"""Pure: within whom each answer hides. Cells with too few answers stand together; what else an
answer says of how it came is kept only where enough others say the same.

k-anonymity (Sweeney 2002) of answers against invitations: whoever knows of every invitation its
cell, way in, interviewer and week still has at least ``least`` answers for each that was used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

# What an answer says of how it came, the first to be given up last.
_SAYS: Final = ("mode", "interviewer", "week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An answer out of the box: what is said, by whom of which cell, and how it came.

    ``seconds`` and ``ended_at`` are known while the box is open, and kept nowhere: whoever saw
    when somebody began and sent would find the answer by them.
    """

    answers: Mapping[str, str]
    cell: UUID
    mode: str
    interviewer: str
    week: str
    seconds: int | None
    ended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cell as pooling sees it: what estimation knows of it, and what may not be mixed up."""

    id: UUID
    design: Mapping[str, Any]
    unit: UUID | None
    service: str
    respondents: str

    @property
    def stratum(self) -> str:
        """The stratum of the first stage: cells of two are never pooled."""
        return str(self.design["strata"][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Cells whose answers stand together; one cell alone where it has enough."""

    places: tuple[Place, ...]
    answers: tuple[Opened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The pools, and how many answers belong to none since nobody is there to hide them."""

    pools: tuple[Pool, ...]
    withheld: int


def pooled(answers: Iterable[Opened], places: Sequence[Place], *, least: int) -> Pooled:
    """Pools of at least ``least`` answers each: small cells of a stratum, unit and service
    together, then of a stratum and unit; what is left over is withheld.
    """
    by_cell: dict[UUID, list[Opened]] = {one.id: [] for one in places}
    for answer in answers:
        by_cell[answer.cell].append(answer)
    alone = [Pool(places=(one,), answers=tuple(by_cell[one.id])) for one in places]
    alone = [one for one in alone if one.answers]
    made, left = _together(alone, least, lambda one: (one.unit, one.service, one.respondents))
    # A remainder of services is pooled among remainders only: the others keep their service.
    more, lost = _together(left, least, lambda one: (one.unit, one.respondents))
    pools = tuple(_without_rarities(one, least) for one in (*made, *more))
    return Pooled(pools=pools, withheld=sum(len(one.answers) for one in lost))


def _together(
    pools: Sequence[Pool], least: int, kind: Callable[[Place], tuple[object, ...]]
) -> tuple[list[Pool], list[Pool]]:
    """Pools that are large enough, and what is left over of each kind within its stratum."""
    kinds: dict[tuple[object, ...], list[Pool]] = {}
    for one in pools:
        first = one.places[0]
        kinds.setdefault((first.stratum, *kind(first)), []).append(one)
    made: list[Pool] = []
    left: list[Pool] = []
    for some in kinds.values():
        enough, rest = _gathered(some, least)
        made += enough
        left += rest
    return made, left


def _gathered(pools: Sequence[Pool], least: int) -> tuple[list[Pool], list[Pool]]:
    """Neighbours among the small gathered until they are enough; a remainder joins the smallest."""
    enough = [one for one in pools if len(one.answers) >= least]
    heap: Pool | None = None
    for one in pools:
        if len(one.answers) < least:
            heap = one if heap is None else _joined(heap, one)
            if len(heap.answers) >= least:
                enough.append(heap)
                heap = None
    if heap is None:
        return enough, []
    if not enough:
        return [], [heap]
    smallest = min(range(len(enough)), key=lambda at: len(enough[at].answers))
    enough[smallest] = _joined(enough[smallest], heap)
    return enough, []


def _joined(one: Pool, other: Pool) -> Pool:
    return Pool(places=one.places + other.places, answers=one.answers + other.answers)


def _without_rarities(pool: Pool, least: int) -> Pool:
    """The pool's answers without what fewer than ``least`` of them share.

    All answers of a pool keep the same things: what is blank in some only would tell them apart.
    """
    for count in range(len(_SAYS), -1, -1):
        names = _SAYS[:count]
        classes = Counter(tuple(getattr(one, name) for name in names) for one in pool.answers)
        if min(classes.values()) >= least:
            break
    kept = _SAYS[:count]
    return replace(
        pool,
        answers=tuple(
            replace(
                one,
                mode=one.mode if "mode" in kept else "",
                interviewer=one.interviewer if "interviewer" in kept else "",
                week=one.week if "week" in kept else "",
            )
            for one in pool.answers
        ),
    )


def design_of(pool: Pool) -> dict[str, Any]:
    """What estimation knows of a pool: its cells as one primary unit, with their mean weight.

    At each stage units that differ count as one, whose population is that of all; the weight is
    the mean over the answers, so that totals stay.
    """
    designs = [one.design for one in pool.places]
    first = designs[0]
    counts = Counter(one.cell for one in pool.answers)
    total = sum(counts.values())
    weight = sum(
        (Decimal(one.design["weight"]) * counts[one.id] for one in pool.places), Decimal(0)
    )
    psus = [str(one["psu"]) for one in designs]
    return {
        "strata": [_one([str(one["strata"][at]) for one in designs]) for at in _stages(first)],
        "units": [
            _one([str(one["units"][at]) for one in designs]) for at in range(len(first["units"]))
        ],
        "fpc": [_sum_of_parents(designs, at) for at in _stages(first)],
        "weight": str((weight / total).quantize(Decimal("1e-9"))),
        "stratum": _one([str(one["stratum"]) for one in designs]),
        "psu": _one(psus) if all(psus) else "",
    }


def _stages(design: Mapping[str, Any]) -> range:
    return range(len(design["fpc"]))


def _one(names: Sequence[str]) -> str:
    return " + ".join(dict.fromkeys(names))


def _sum_of_parents(designs: Sequence[Mapping[str, Any]], at: int) -> str:
    """The population at a stage: of the unit above, or of all units above that count as one."""
    sizes = {tuple(one["units"][:at]): str(one["fpc"][at]) for one in designs}
    if not all(sizes.values()):
        return ""
    return str(sum(int(size) for size in sizes.values()))
