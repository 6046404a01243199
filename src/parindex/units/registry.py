"""UnitRegistry: the events replayed; who existed on a day, by id and by official code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Final

from parindex.errors import Problem, Problems
from parindex.units import events as happenings
from parindex.units.model import (
    DayNotKnownError,
    EventKind,
    Life,
    Tier,
    TierNotLoadedError,
    UnitEvent,
    UnitNotAliveError,
    UnitState,
    UnknownUnitError,
    Vocabulary,
)
from parindex.validity import DateSpan

_TIER_ORDER: Final = {tier: at for at, tier in enumerate(Tier)}
_BEFORE_ALL: Final = date.min
_ALL_OF_IT: Final = tuple(happenings.ASPECTS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRegistry:
    """Who existed when. Immutable: a further event makes another registry, by :func:`replay`.

    Every question names its day; there is no present. Days before a tier is known are refused.
    ``lives`` is every life there ever was, by id; ``carriers`` who ever had a code.
    """

    lives: Mapping[str, Life] = field(repr=False)
    events: tuple[UnitEvent, ...] = field(repr=False, compare=False)
    vocabulary: Vocabulary = field(repr=False)
    tiers: frozenset[Tier] = field(init=False)
    carriers: Mapping[tuple[Tier, str], Sequence[Life]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        lives = MappingProxyType(dict(self.lives))
        object.__setattr__(self, "lives", lives)
        object.__setattr__(self, "tiers", frozenset(life.tier for life in lives.values()))
        object.__setattr__(self, "carriers", _by_code(lives.values()))

    def known_from(self, tier: Tier) -> date | None:
        """The first day on which the units of this tier are known; None where all days are."""
        return self.vocabulary.tiers[tier].known_from

    def on(self, day: date, *, tier: Tier | None = None) -> tuple[UnitState, ...]:
        """The units alive on this day, of one tier or of all held, ordered by tier, code and id.

        Refuses a day before the tier is known: “nothing” would be false.
        """
        tiers = self.tiers if tier is None else frozenset({tier})
        for asked in sorted(tiers, key=_rung):
            self._must_know(asked, day)
        alive = [
            state
            for life in self.lives.values()
            if life.tier in tiers and (state := life.on(day)) is not None
        ]
        alive.sort(key=lambda state: (_rung(state.tier), state.code, state.id))
        return tuple(alive)

    def life(self, unit: str) -> Life:
        """The whole life of this id: its span, its states, what began and what ended it."""
        life = self.lives.get(unit)
        if life is None:
            raise UnknownUnitError([Problem(code="units.unknown", values={"got": unit})])
        return life

    def get(self, unit: str, *, on: date) -> UnitState:
        """The unit of this id as it was on this day."""
        life = self.life(unit)
        self._must_know(life.tier, on)
        state = life.on(on)
        if state is None:
            values = {"got": unit, "on": on, "lived": _said(life.span)}
            raise UnitNotAliveError([Problem(code="units.not_alive", values=values)])
        return state

    def find_code(self, code: str, *, tier: Tier, on: date) -> UnitState:
        """The one unit of this tier that carried this official code on this day.

        A code is an attribute, not an identity: 44 was Quảng Bình, and is Quảng Trị from
        1 July 2025.
        """
        self._must_know(tier, on)
        lives = self.carriers.get((tier, code), ())
        for life in lives:
            state = life.on(on)
            if state is not None and state.code == code:
                return state
        carried = "; ".join(f"{life.id} ({_said(life.span)})" for life in lives)
        values = {"got": code, "tier": tier, "on": on, "carried": carried or "–"}
        raise UnknownUnitError([Problem(code="units.unknown_code", values=values)])

    def full_name(self, state: UnitState) -> str:
        """The name with the word of its kind before it: “Thành phố Huế”, “Xã Tân Lập”."""
        return f"{self.vocabulary.kinds[state.kind].prefix} {state.name}".lstrip()

    def _must_know(self, tier: Tier, day: date) -> None:
        if tier not in self.tiers:
            held = ", ".join(str(tier) for tier in sorted(self.tiers, key=_rung))
            values: dict[str, object] = {"tier": tier, "held": held or "–"}
            raise TierNotLoadedError([Problem(code="units.tier_not_loaded", values=values)])
        known_from = self.known_from(tier)
        if known_from is not None and day < known_from:
            values = {"tier": tier, "known_from": known_from, "on": day}
            raise DayNotKnownError([Problem(code="units.day_not_known", values=values)])


def replay(events: Iterable[UnitEvent], *, vocabulary: Vocabulary) -> UnitRegistry:
    """Replay the events, in any order, into a registry; refuse a history that cannot have been.

    Events of one day see the units of the day before, and no two may touch the same thing of
    the same unit, so that their order within the day cannot matter.
    """
    told = tuple(events)
    problems = Problems()
    lives: dict[str, Life] = {}
    in_time = sorted(told, key=_when)
    for _, of_the_day in groupby(in_time, key=_when):
        day = list(of_the_day)
        _check_kinds(day, lives, vocabulary, problems)
        _live_through(day, lives, problems)
        # What follows a refused day would only repeat its trouble.
        problems.raise_if_any()
    registry = UnitRegistry(lives=lives, events=told, vocabulary=vocabulary)
    _check_times(registry, problems)
    _check_codes(registry, problems)
    problems.raise_if_any()
    return registry


def _rung(tier: Tier) -> int:
    return _TIER_ORDER[tier]


def _when(event: UnitEvent) -> date:
    return event.on or _BEFORE_ALL


def _live_through(day: Sequence[UnitEvent], lives: dict[str, Life], problems: Problems) -> None:
    """All events of one day, or none: ``lives`` changes only when all of them are possible."""
    touched: dict[str, tuple[str, ...]] = {}
    for event in day:
        _check_form(event, problems)
        aspect = happenings.ASPECTS.get(event.kind)
        aspects = _ALL_OF_IT if aspect is None else (aspect,)
        for unit in event.units:
            life = lives.get(unit)
            if life is None or life.ended_by is not None:
                lived = _said(life.span) if life else "–"
                _tell(problems, "units.not_there", event, unit=unit, lived=lived)
            before = touched.get(unit, ())
            if before and not set(before).isdisjoint(aspects):
                _tell(problems, "units.two_on_one_day", event, unit=unit, on=event.on)
            touched[unit] = before + aspects
        for state in event.into:
            if state.id in lives:
                _tell(problems, "units.begun_twice", event, unit=state.id)
            if state.id in touched:
                _tell(problems, "units.two_on_one_day", event, unit=state.id, on=event.on or "–")
            touched[state.id] = _ALL_OF_IT
    if problems.found:
        return
    for event in day:
        for life in happenings.HAPPENINGS[event.kind](event, lives):
            lives[life.id] = life


def _check_form(event: UnitEvent, problems: Problems) -> None:
    if event.on is None and event.kind is not EventKind.CREATE:
        _tell(problems, "units.undated", event)
    elif not happenings.fits_its_shape(event):
        _tell(problems, "units.shape", event, ended=len(event.units), begun=len(event.into))
    elif not event.to and event.kind in happenings.ASPECTS:
        _tell(problems, "units.no_change", event)


def _check_kinds(
    day: Sequence[UnitEvent],
    lives: Mapping[str, Life],
    vocabulary: Vocabulary,
    problems: Problems,
) -> None:
    """Every unit begun or reclassified is of a kind that its tier has."""
    for event in day:
        named = [(state.id, state.tier, state.kind) for state in event.into]
        if event.kind is EventKind.RECLASSIFY:
            named = [(unit, lives[unit].tier, event.to) for unit in event.units if unit in lives]
        for unit, tier, name in named:
            kind = vocabulary.kinds.get(name)
            if kind is None or kind.tier is not tier:
                _tell(problems, "units.kind", event, unit=unit, got=name, tier=tier)


def _check_times(registry: UnitRegistry, problems: Problems) -> None:
    """Every unit within the time of its tier, every state within the time of its kind."""
    vocabulary = registry.vocabulary
    for life in registry.lives.values():
        tier = vocabulary.tiers[life.tier]
        if not _within(life.span, tier.span):
            _tell(problems, "units.tier_time", life.begun_by, unit=life.id, time=_said(tier.span))
        for span, state in _dated_states(life):
            kind = vocabulary.kinds[state.kind]
            if not _within(span, kind.span):
                time = _said(kind.span)
                _tell(problems, "units.kind_time", life.begun_by, unit=life.id, time=time)


def _check_codes(registry: UnitRegistry, problems: Problems) -> None:
    """No two lives of one code on one day."""
    for (_, code), carriers in registry.carriers.items():
        if len(carriers) == 1:
            continue
        held = sorted(
            (span.start or _BEFORE_ALL, span.end or date.max, life.id)
            for life in carriers
            for span, state in _dated_states(life)
            if state.code == code
        )
        for (_, end, first), (start, _, second) in pairwise(held):
            if start < end and first != second:
                event = registry.lives[second].begun_by
                names = {"official": code, "first": first, "second": second}
                _tell(problems, "units.code_twice", event, **names)


def _dated_states(life: Life) -> Iterator[tuple[DateSpan, UnitState]]:
    if len(life.states) == 1:
        yield life.span, life.states[0][1]
        return
    ends = [start for start, _ in life.states[1:]] + [life.span.end]
    for (start, state), end in zip(life.states, ends, strict=True):
        yield DateSpan(start=start, end=end), state


def _by_code(lives: Iterable[Life]) -> Mapping[tuple[Tier, str], Sequence[Life]]:
    carriers: dict[tuple[Tier, str], list[Life]] = {}
    for life in lives:
        for code in dict.fromkeys(state.code for _, state in life.states):
            if code:
                carriers.setdefault((life.tier, code), []).append(life)
    return MappingProxyType(carriers)


def _within(inner: DateSpan, outer: DateSpan) -> bool:
    starts = outer.start is None or (inner.start is not None and outer.start <= inner.start)
    ends = outer.end is None or (inner.end is not None and inner.end <= outer.end)
    return starts and ends


def _said(span: DateSpan) -> str:
    return f"[{span.start or '…'}, {span.end or '…'})"


def _tell(problems: Problems, code: str, event: UnitEvent, **values: object) -> None:
    problems.add(code, file=event.file, line=event.line, event=event.kind, **values)
