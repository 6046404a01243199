"""Unit tables as CSV -> registry and lineage, each tier read when it is asked for; strict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final, NoReturn, TypeVar

from parindex.csvtable import CsvFile, Row
from parindex.errors import Problem, Problems, UnusableInputError
from parindex.units.lineage import Lineage, Link, Part, Unresolved, links_of_events, trace
from parindex.units.model import (
    Basis,
    EventKind,
    Kind,
    Tier,
    TierTerm,
    UnitEvent,
    UnitState,
    Vocabulary,
)
from parindex.units.registry import UnitRegistry, replay
from parindex.validity import DateSpan, parse_date

Found = TypeVar("Found")

SHIPPED: Final = files("parindex").joinpath("rulebooks", "units")

# Where there are thousands of units of which no more is known than that they were or are there,
# they stand one a row; whatever happened to a tier stands in its events.
STOCKS: Final = {Tier.DISTRICT: "districts.csv", Tier.COMMUNE: "communes.csv"}

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*@[0-9]{4}(-[0-9]{2}-[0-9]{2})?")
_STOCK_COLUMNS: Final = (
    *("id", "kind", "name", "code", "parent"),
    *("begins_on", "begins_by", "ends_on", "ends_by"),
)
_EVENT_COLUMNS: Final = (
    *("event", "on", "units", "to"),
    *("id", "kind", "name", "code", "parent", "basis"),
)


@cache
def load(*tiers: Tier) -> UnitRegistry:
    """The registry of the shipped tables of these tiers; the others are not even read.

    >>> from datetime import date
    >>> provinces = load(Tier.PROVINCE)
    >>> [len(provinces.on(date(year, 12, 31))) for year in (2007, 2024, 2025)]
    [64, 63, 34]
    >>> for day in (date(2025, 6, 30), date(2025, 7, 1)):
    ...     print(provinces.find_code("44", tier=Tier.PROVINCE, on=day).id)
    quang-binh@2012
    quang-tri@2025
    """
    return read_registry(SHIPPED, *tiers)


@cache
def load_lineage() -> Lineage:
    """The shipped lineage: provinces from their events, communes from the merger texts.

    >>> [link.predecessor for link in load_lineage().predecessors("quang-tri@2025")]
    ['quang-binh@2012', 'quang-tri@2012']
    """
    communes = read_links(SHIPPED, "commune_lineage.csv")
    return trace([*links_of_events(load(Tier.PROVINCE).events), *communes])


@cache
def load_unresolved() -> tuple[Unresolved, ...]:
    """The names in the merger texts that are no one unit for certain, in the texts' order."""
    table = _Table(SHIPPED, "unresolved.csv", ("successor", "text", "reason", "candidates"))
    found = [
        Unresolved(
            successor=successor, text=text, reason=reason, candidates=tuple(candidates.split())
        )
        for _, (successor, text, reason, candidates) in table.rows()
    ]
    table.close()
    return tuple(found)


@cache
def load_vocabulary() -> Vocabulary:
    """The tiers and kinds of the law, with their times."""
    return read_vocabulary(SHIPPED)


def read_registry(folder: Traversable, *tiers: Tier) -> UnitRegistry:
    """The registry of these tiers in a folder of one's own: ``<tier>_events.csv``, ``bases.csv``.

    A province keeps its departments so; tiers and kinds are always those of the law.
    """
    bases = read_bases(folder)
    events = [event for tier in tiers for event in _events_of(folder, tier, bases)]
    return replay(events, vocabulary=load_vocabulary())


def read_links(folder: Traversable, name: str) -> list[Link]:
    """One table of lineage; its sources stand in the folder's ``bases.csv``."""
    known = read_bases(folder)
    table = _Table(folder, name, ("predecessor", "successor", "part", "source"))
    parts = {str(part): part for part in Part}
    links = []
    for line, (predecessor, successor, part, source) in table.rows():
        how_much = table.choice(parts, part, line, "part")
        if table.choice(known, source, line, "source") and how_much:
            links.append(
                Link(predecessor=predecessor, successor=successor, part=how_much, source=source)
            )
    table.close()
    return links


def read_bases(folder: Traversable) -> Mapping[str, Basis]:
    """The acts that the events of a folder stand on, by id."""
    table = _Table(folder, "bases.csv", ("basis", "vi", "decided_on"))
    bases: dict[str, Basis] = {}
    for line, (basis, vi, decided_on) in table.rows():
        table.filled(basis, line, "basis")
        table.filled(vi, line, "vi")
        bases[basis] = Basis(id=basis, vi=vi, decided_on=table.day(decided_on, line, "decided_on"))
    table.close()
    return bases


def read_vocabulary(folder: Traversable) -> Vocabulary:
    """``tiers.csv`` and ``kinds.csv`` of a folder."""
    names = {str(tier): tier for tier in Tier}
    table = _Table(folder, "tiers.csv", ("tier", "vi", "en", "start", "end", "known_from"))
    tiers: dict[Tier, TierTerm] = {}
    for line, (name, vi, en, start, end, known_from) in table.rows():
        tier = table.choice(names, name, line, "tier")
        span = table.span(start, end, line)
        known = table.day(known_from, line, "known_from")
        if tier is not None:
            tiers[tier] = TierTerm(tier=tier, vi=vi, en=en, span=span, known_from=known)
    table.close()
    table = _Table(folder, "kinds.csv", ("kind", "tier", "vi", "en", "prefix", "start", "end"))
    kinds: dict[str, Kind] = {}
    for line, (kind, name, vi, en, prefix, start, end) in table.rows():
        tier = table.choice(names, name, line, "tier")
        span = table.span(start, end, line)
        if tier is not None:
            kinds[kind] = Kind(id=kind, tier=tier, vi=vi, en=en, prefix=prefix, span=span)
    table.close()
    return Vocabulary(tiers=tiers, kinds=kinds)


def _events_of(folder: Traversable, tier: Tier, bases: Mapping[str, Basis]) -> Iterator[UnitEvent]:
    readers = {STOCKS.get(tier, ""): _read_stock, f"{tier}_events.csv": _read_events}
    there = [name for name in readers if name and folder.joinpath(name).is_file()]
    if not there:
        _refuse_missing(f"{tier}_events.csv")
    for name in there:
        yield from readers[name](folder, name, tier, bases)


def _read_stock(
    folder: Traversable, name: str, tier: Tier, bases: Mapping[str, Basis]
) -> Iterator[UnitEvent]:
    """Lives one a row: those that begin together begin in one event, and so with their ends."""
    table = _Table(folder, name, _STOCK_COLUMNS)
    kinds = {kind.id: kind for kind in load_vocabulary().kinds.values() if kind.tier is tier}
    begun: dict[tuple[str, str], list[UnitState]] = {}
    ended: dict[tuple[str, str], list[str]] = {}
    for line, (unit, kind, title, code, parent, begins_on, by, ends_on, ends_by) in table.rows():
        table.choice(kinds, kind, line, "kind")
        state = table.state(line, unit, tier, kind, title, code, parent)
        begin = begins_on, by
        if begin not in begun:
            table.day(begins_on, line, "begins_on")
            table.basis(bases, by, line, "begins_by")
            begun[begin] = []
        begun[begin].append(state)
        if ends_on:
            end = ends_on, ends_by
            if end not in ended:
                table.day(ends_on, line, "ends_on")
                table.basis(bases, ends_by, line, "ends_by")
                ended[end] = []
            ended[end].append(unit)
    table.close()
    for (on, by), states in begun.items():
        yield UnitEvent(
            kind=EventKind.CREATE,
            on=parse_date(on),
            into=tuple(states),
            basis=bases.get(by),
            file=name,
        )
    for (on, by), units in ended.items():
        yield UnitEvent(
            kind=EventKind.ABOLISH,
            on=parse_date(on),
            units=tuple(units),
            basis=bases.get(by),
            file=name,
        )


def _read_events(
    folder: Traversable, name: str, tier: Tier, bases: Mapping[str, Basis]
) -> Iterator[UnitEvent]:
    """Events one a row; the parts of a split stand in rows that follow each other."""
    table = _Table(folder, name, _EVENT_COLUMNS)
    kinds = {str(kind): kind for kind in EventKind}
    held: UnitEvent | None = None
    for line, (what, on, units, to, unit, kind, title, code, parent, by) in table.rows():
        happened = table.choice(kinds, what, line, "event")
        if happened is None:
            continue
        begun = bool(unit or kind or title)
        event = UnitEvent(
            kind=happened,
            on=table.day(on, line, "on"),
            units=tuple(units.split()),
            into=(table.state(line, unit, tier, kind, title, code, parent),) if begun else (),
            to=to,
            basis=table.basis(bases, by, line, "basis"),
            file=name,
            line=line,
        )
        if held is not None and _goes_on(held, event):
            held = replace(held, into=held.into + event.into)
            continue
        if held is not None:
            yield held
        held = event
    if held is not None:
        yield held
    table.close()


def _goes_on(held: UnitEvent, event: UnitEvent) -> bool:
    return held.kind is event.kind is EventKind.SPLIT and (held.on, held.units) == (
        event.on,
        event.units,
    )


def _refuse_missing(name: str) -> NoReturn:
    raise UnusableInputError([Problem(code="units.no_file", file=name, values={"name": name})])


class _Table:
    """One CSV file being read: its rows, and the readers of its cells."""

    def __init__(self, folder: Traversable, name: str, columns: Sequence[str]) -> None:
        self._file = folder.joinpath(name)
        self._columns = columns
        self._problems = Problems(file=name)
        self._days: dict[str, date | None] = {"": None}
        if not self._file.is_file():
            _refuse_missing(name)

    def rows(self) -> Iterator[tuple[int, Row]]:
        # Packaged files are small; read whole, they need no open file while rows are awaited.
        stream = BytesIO(self._file.read_bytes())
        yield from CsvFile(stream, required=self._columns, problems=self._problems).rows()

    def close(self) -> None:
        self._problems.raise_if_any()

    def filled(self, cell: str, line: int, column: str) -> None:
        if not cell:
            self._problems.add("units.empty", line=line, column=column)

    def day(self, cell: str, line: int, column: str) -> date | None:
        # A table of thousands of rows holds a handful of days.
        if cell not in self._days:
            self._days[cell] = parse_date(cell)
            if self._days[cell] is None:
                self._problems.add("units.not_a_day", line=line, column=column, got=cell)
        return self._days[cell]

    def span(self, start: str, end: str, line: int) -> DateSpan:
        first, last = self.day(start, line, "start"), self.day(end, line, "end")
        if first is not None and last is not None and first >= last:
            self._problems.add("units.not_a_day", line=line, column="end", got=end)
            return DateSpan()
        return DateSpan(start=first, end=last)

    def choice(self, known: Mapping[str, Found], cell: str, line: int, column: str) -> Found | None:
        found = known.get(cell)
        if found is None:
            choices = ", ".join(known)
            self._problems.add(
                "units.not_a_choice", line=line, column=column, got=cell, choices=choices
            )
        return found

    def basis(self, bases: Mapping[str, Basis], cell: str, line: int, column: str) -> Basis | None:
        return self.choice(bases, cell, line, column) if cell else None

    def state(
        self, line: int, unit: str, tier: Tier, kind: str, name: str, code: str, parent: str
    ) -> UnitState:
        if not _ID.fullmatch(unit):
            self._problems.add("units.not_an_id", line=line, got=unit)
        self.filled(name, line, "name")
        return UnitState(id=unit, tier=tier, kind=kind, name=name, code=code, parent=parent)
