"""One pure function an event: what creating, merging, renaming … makes of the lives there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

from parindex.units.model import EventKind, Life, UnitEvent, UnitState
from parindex.validity import DateSpan

Lives = Mapping[str, Life]
MANY: Final = 1_000_000

# How many units an event ends or changes, and how many it begins: at least, at most.
SHAPES: Final[Mapping[EventKind, tuple[int, int, int, int]]] = {
    EventKind.CREATE: (0, 0, 1, MANY),
    EventKind.MERGE: (2, MANY, 1, 1),
    EventKind.SPLIT: (1, 1, 2, MANY),
    EventKind.ABOLISH: (1, MANY, 0, 0),
    EventKind.RENAME: (1, MANY, 0, 0),
    EventKind.RECLASSIFY: (1, MANY, 0, 0),
    EventKind.MOVE: (1, MANY, 0, 0),
    EventKind.RECODE: (1, MANY, 0, 0),
}

# What a change touches of a unit; all else touches all of it. Two events of one day that touch
# the same would depend on their order.
ASPECTS: Final[Mapping[EventKind, str]] = {
    EventKind.RENAME: "name",
    EventKind.RECLASSIFY: "kind",
    EventKind.MOVE: "parent",
    EventKind.RECODE: "code",
}


def fits_its_shape(event: UnitEvent) -> bool:
    """Whether the event names as many units as its kind needs.

    >>> fits_its_shape(UnitEvent(kind=EventKind.MERGE, on=date(2025, 7, 1), units=("a@2012",)))
    False
    """
    fewest, most, fewest_new, most_new = SHAPES[event.kind]
    return fewest <= len(event.units) <= most and fewest_new <= len(event.into) <= most_new


def create(event: UnitEvent, _lives: Lives) -> Iterable[Life]:
    """Thành lập: lives begin."""
    span = _span(event.on, None)
    for state in event.into:
        yield Life(
            id=state.id,
            tier=state.tier,
            span=span,
            states=((event.on, state),),
            begun_by=event,
        )


def abolish(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Giải thể, kết thúc hoạt động: lives end; the day of the event is the first without them."""
    for unit in event.units:
        life = lives[unit]
        yield Life(
            id=life.id,
            tier=life.tier,
            span=_span(life.span.start, event.on),
            states=life.states,
            begun_by=life.begun_by,
            ended_by=event,
        )


def merge(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Sáp nhập: several lives end and one begins, even where it keeps a name and a code."""
    yield from abolish(event, lives)
    yield from create(event, lives)


def split(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Chia, tách: one life ends and several begin."""
    yield from abolish(event, lives)
    yield from create(event, lives)


def rename(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Đổi tên: the same life under another name."""
    return _change(event, lives, lambda state: replace(state, name=event.to))


def reclassify(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Chuyển loại: a commune becomes a ward, a province a centrally-run city; the life goes on."""
    return _change(event, lives, lambda state: replace(state, kind=event.to))


def move(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Chuyển: the same life under another parent."""
    return _change(event, lives, lambda state: replace(state, parent=event.to))


def recode(event: UnitEvent, lives: Lives) -> Iterable[Life]:
    """Đổi mã: the same life under another official code."""
    return _change(event, lives, lambda state: replace(state, code=event.to))


HAPPENINGS: Final[Mapping[EventKind, Callable[[UnitEvent, Lives], Iterable[Life]]]] = {
    EventKind.CREATE: create,
    EventKind.MERGE: merge,
    EventKind.SPLIT: split,
    EventKind.ABOLISH: abolish,
    EventKind.RENAME: rename,
    EventKind.RECLASSIFY: reclassify,
    EventKind.MOVE: move,
    EventKind.RECODE: recode,
}


def _change(
    event: UnitEvent, lives: Lives, changed: Callable[[UnitState], UnitState]
) -> Iterable[Life]:
    for unit in event.units:
        life = lives[unit]
        start, state = life.states[-1]
        # Two changes of one day (Huế: another name, another kind) make one new state.
        earlier = life.states[:-1] if start == event.on else life.states
        yield replace(life, states=(*earlier, (event.on, changed(state))))


@cache
def _span(start: date | None, end: date | None) -> DateSpan:
    # Thousands of communes share two spans.
    return DateSpan(start=start, end=end)
