"""Properties of every history that could have been, on generated ones."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from parindex.units.lineage import links_of_events, trace
from parindex.units.loader import load_vocabulary
from parindex.units.model import Basis, EventKind, Tier, UnitEvent, UnitState
from parindex.units.registry import UnitRegistry, replay

DAY = date(2015, 7, 1)
CHANGES = (EventKind.RENAME, EventKind.RECLASSIFY, EventKind.MOVE)
BASIS = Basis(id="nq-1", vi="Nghị quyết số 1", decided_on=date(2010, 1, 1))
CODES = ("01", "02", "03", "04", "05", "06", "07")
ENDING = (EventKind.MERGE, EventKind.SPLIT, EventKind.ABOLISH)


class World:
    """What is alive while a history is being written."""

    def __init__(self) -> None:
        self.alive: dict[str, str] = {}  # id -> code
        self.touched: set[str] = set()
        self.n_begun = 0

    def begin(self, code: str) -> UnitState:
        self.n_begun += 1
        unit = f"u{self.n_begun}@2012"
        self.alive[unit] = code
        self.touched.add(unit)
        return UnitState(
            id=unit, tier=Tier.PROVINCE, kind="province", name=f"U{self.n_begun}", code=code
        )

    def free_codes(self) -> list[str]:
        return [code for code in CODES if code not in self.alive.values()] or [""]

    def quiet(self) -> list[str]:
        return [unit for unit in self.alive if unit not in self.touched]


@st.composite
def histories(draw: st.DrawFn) -> list[UnitEvent]:
    """Between one and a dozen events, several on one day at times, over a handful of codes."""
    world = World()
    events = [
        UnitEvent(kind=EventKind.CREATE, on=None, into=(world.begin(CODES[at]),))
        for at in range(draw(st.integers(2, 4)))
    ]
    day = date(2010, 1, 1)
    for _ in range(draw(st.integers(1, 12))):
        gap = draw(st.integers(0, 500))
        if gap:
            day += timedelta(days=gap)
            world.touched.clear()
        event = draw(happening(world, day))
        if event is not None:
            events.append(event)
    return events


@st.composite
def happening(draw: st.DrawFn, world: World, day: date) -> UnitEvent | None:
    kind = draw(st.sampled_from(EventKind))
    if kind is EventKind.CREATE:
        code = draw(st.sampled_from(world.free_codes()))
        return UnitEvent(kind=kind, on=day, into=(world.begin(code),), basis=BASIS)
    free = [code for code in world.free_codes() if code]
    if kind is EventKind.RECODE and not free:
        return None
    n_units = 2 if kind is EventKind.MERGE else 1
    quiet = world.quiet()
    if len(quiet) < n_units:
        return None
    units = tuple(draw(st.permutations(quiet))[:n_units])
    world.touched.update(units)
    if kind in ENDING:
        for unit in units:
            del world.alive[unit]
        n_new = {EventKind.MERGE: 1, EventKind.SPLIT: 2, EventKind.ABOLISH: 0}[kind]
        into = tuple(world.begin(draw(st.sampled_from(world.free_codes()))) for _ in range(n_new))
        return UnitEvent(kind=kind, on=day, units=units, into=into, basis=BASIS)
    to = {
        EventKind.RENAME: st.sampled_from(("Mới", "Khác")),
        EventKind.RECLASSIFY: st.sampled_from(("province", "city")),
        EventKind.MOVE: st.just("nuoc@2012"),
        EventKind.RECODE: st.sampled_from(free or CODES),
    }[kind]
    value = draw(to)
    if kind is EventKind.RECODE:
        world.alive[units[0]] = value
    return UnitEvent(kind=kind, on=day, units=units, to=value, basis=BASIS)


def told(*events: UnitEvent) -> UnitRegistry:
    return replay(events, vocabulary=load_vocabulary())


@given(histories())
def test_a_generated_history_is_possible_and_shows_what_it_should(events: list[UnitEvent]) -> None:
    registry = told(*events)
    days = {event.on for event in events if event.on} | {DAY}
    for day in days:
        for asked in (day - timedelta(days=1), day):
            alive = registry.on(asked)
            assert len({unit.id for unit in alive}) == len(alive)
            codes = Counter(unit.code for unit in alive if unit.code)
            assert set(codes.values()) <= {1}
            for unit in alive:
                assert registry.get(unit.id, on=asked) == unit
                if unit.code:
                    assert registry.find_code(unit.code, tier=unit.tier, on=asked) == unit
    for life in registry.lives.values():
        if life.ended_by is not None:
            assert life.ended_by.on is not None
            assert life.on(life.ended_by.on - timedelta(days=1)) is not None
            assert life.on(life.ended_by.on) is None
            assert life.ended_by.basis is not None


@given(histories(), st.randoms())
def test_the_order_in_which_events_are_told_does_not_matter(
    events: list[UnitEvent], random: Random
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert told(*shuffled) == told(*events)


@given(histories(), st.data())
def test_the_as_it_was_view_never_changes_after_any_later_event(
    events: list[UnitEvent], data: st.DataObject
) -> None:
    days = sorted({event.on for event in events if event.on})
    assume(days)
    cut = data.draw(st.sampled_from(days))
    before = told(*(event for event in events if event.on is None or event.on < cut))
    after = told(*events)
    for back in (1, 2, 100, 400):
        day = cut - timedelta(days=back)
        assert after.on(day) == before.on(day)
    for day in days:
        if day < cut:
            assert after.on(day) == before.on(day)


@given(histories(), st.data())
def test_an_event_put_between_others_changes_nothing_before_its_day(
    events: list[UnitEvent], data: st.DataObject
) -> None:
    # Without a recode its old code may be another's by now: that would be another history.
    changes = [
        event for event in events if event.kind in CHANGES and event.kind is not EventKind.RECODE
    ]
    assume(changes)
    added = data.draw(st.sampled_from(changes))
    assert added.on is not None
    without, with_it = told(*(event for event in events if event is not added)), told(*events)
    for back in (1, 2, 100, 400):
        day = added.on - timedelta(days=back)
        assert with_it.on(day) == without.on(day)


@given(histories())
def test_every_successor_is_alive_on_the_day_its_ancestor_ends(events: list[UnitEvent]) -> None:
    registry = told(*events)
    lineage = trace(links_of_events(events))
    for link in lineage.links:
        end = registry.life(link.predecessor).span.end
        assert end is not None
        assert registry.life(link.successor).on(end) is not None
        assert link in lineage.successors(link.predecessor)
        assert link in lineage.predecessors(link.successor)
    n_links = sum(len(event.units) * len(event.into) for event in events)
    assert len(lineage.links) == n_links
