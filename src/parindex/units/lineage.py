"""Ancestors and successors: how a unit that ended relates to those that came after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parindex.units.model import EventKind, UnitEvent


class Part(StrEnum):
    """How much of the predecessor a successor received.

    ``unknown``: the source names the predecessor without saying whether all of it is meant,
    and nothing else in the source settles it.
    """

    WHOLE = "whole"
    PART = "part"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One row of the lineage: a predecessor, a successor, how much of it, and says who."""

    predecessor: str
    successor: str
    part: Part
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A predecessor as a source names it, that could be told to be no one unit.

    ``candidates`` are the units it could be; none is chosen.
    """

    successor: str
    text: str
    reason: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The links both ways. A unit that lives on has no link: its own id continues."""

    links: tuple[Link, ...]
    by_predecessor: Mapping[str, tuple[Link, ...]]
    by_successor: Mapping[str, tuple[Link, ...]]

    def successors(self, unit: str) -> tuple[Link, ...]:
        """Who came after this unit; nobody, as far as is known, where the answer is empty."""
        return self.by_predecessor.get(unit, ())

    def predecessors(self, unit: str) -> tuple[Link, ...]:
        """From whom this unit was made."""
        return self.by_successor.get(unit, ())


def trace(links: Iterable[Link]) -> Lineage:
    """The links arranged for look-up.

    >>> made = trace([Link(predecessor="a@2012", successor="b@2025", part=Part.WHOLE, source="s")])
    >>> [link.successor for link in made.successors("a@2012")], made.successors("b@2025")
    (['b@2025'], ())
    """
    all_links = tuple(links)
    after: defaultdict[str, list[Link]] = defaultdict(list)
    before: defaultdict[str, list[Link]] = defaultdict(list)
    for link in all_links:
        after[link.predecessor].append(link)
        before[link.successor].append(link)
    return Lineage(
        links=all_links,
        by_predecessor={unit: tuple(rows) for unit, rows in after.items()},
        by_successor={unit: tuple(rows) for unit, rows in before.items()},
    )


def links_of_events(events: Iterable[UnitEvent]) -> Iterable[Link]:
    """What merges and splits say by themselves: a merger takes all, a division parts."""
    for event in events:
        if event.kind is EventKind.MERGE or event.kind is EventKind.SPLIT:
            part = Part.WHOLE if event.kind is EventKind.MERGE else Part.PART
            source = event.basis.id if event.basis else ""
            for predecessor in event.units:
                for state in event.into:
                    yield Link(
                        predecessor=predecessor, successor=state.id, part=part, source=source
                    )
