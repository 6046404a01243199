"""The events replayed: what each does, what is refused, and that history stays as it was."""

from datetime import date, timedelta

import pytest

from parindex.errors import UnusableInputError
from parindex.units.lineage import Part, links_of_events
from parindex.units.loader import load_vocabulary
from parindex.units.model import (
    Basis,
    DayNotKnownError,
    EventKind,
    Tier,
    TierNotLoadedError,
    UnitEvent,
    UnitNotAliveError,
    UnitState,
    UnknownUnitError,
)
from parindex.units.registry import UnitRegistry, replay

DAY = date(2015, 7, 1)
EVE = DAY - timedelta(days=1)
BASIS = Basis(id="nq-1", vi="Nghị quyết số 1", decided_on=date(2010, 1, 1))


def state(unit: str, code: str = "", *, kind: str = "province", name: str = "A") -> UnitState:
    return UnitState(id=unit, tier=Tier.PROVINCE, kind=kind, name=name, code=code)


def begun(*states: UnitState, on: date | None = None) -> UnitEvent:
    return UnitEvent(kind=EventKind.CREATE, on=on, into=states, file="e.csv", line=2)


def event(kind: EventKind, *units: str, to: str = "", on: date | None = DAY) -> UnitEvent:
    return UnitEvent(kind=kind, on=on, units=units, to=to, basis=BASIS, file="e.csv", line=3)


def ends(kind: EventKind, units: tuple[str, ...], *into: UnitState) -> UnitEvent:
    return UnitEvent(kind=kind, on=DAY, units=units, into=into, file="e.csv", line=4)


def told(*events: UnitEvent) -> UnitRegistry:
    return replay(events, vocabulary=load_vocabulary())


def refusal(*events: UnitEvent) -> list[tuple[str, int]]:
    with pytest.raises(UnusableInputError):
        told(*reversed(events))
    with pytest.raises(UnusableInputError) as caught:
        told(*events)
    for language in ("vi", "en"):
        assert all(line.startswith("e.csv:") for line in caught.value.say(language))
    return sorted((problem.code, problem.line) for problem in caught.value.problems)


A, B = state("a@2012", "01"), state("b@2012", "02")


# ---- what each event does


def test_merging_ends_all_and_begins_one_life_even_under_the_same_code() -> None:
    registry = told(begun(A, B), ends(EventKind.MERGE, (A.id, B.id), state("a@2015", "01")))
    assert [unit.id for unit in registry.on(EVE)] == ["a@2012", "b@2012"]
    assert [unit.id for unit in registry.on(DAY)] == ["a@2015"]
    assert registry.find_code("01", tier=Tier.PROVINCE, on=EVE).id == "a@2012"
    assert registry.find_code("01", tier=Tier.PROVINCE, on=DAY).id == "a@2015"


def test_splitting_ends_one_and_begins_several() -> None:
    registry = told(begun(A), ends(EventKind.SPLIT, (A.id,), state("c@2015"), state("d@2015")))
    assert [unit.id for unit in registry.on(DAY)] == ["c@2015", "d@2015"]


def test_abolishing_ends_a_life_on_the_day_and_says_by_what() -> None:
    gone = event(EventKind.ABOLISH, A.id)
    registry = told(begun(A, B), gone)
    assert registry.on(EVE) == (A, B)
    assert registry.on(DAY) == (B,)
    assert registry.life(A.id).ended_by == gone
    assert registry.life(A.id).span.end == DAY


@pytest.mark.parametrize(
    ("kind", "attribute", "to"),
    [
        (EventKind.RENAME, "name", "Huế"),
        (EventKind.RECLASSIFY, "kind", "city"),
        (EventKind.MOVE, "parent", "b@2012"),
        (EventKind.RECODE, "code", "09"),
    ],
)
def test_a_change_begins_on_its_day_and_the_life_goes_on(
    kind: EventKind, attribute: str, to: str
) -> None:
    registry = told(begun(A, B), event(kind, A.id, to=to))
    assert getattr(registry.get(A.id, on=EVE), attribute) == getattr(A, attribute)
    assert getattr(registry.get(A.id, on=DAY), attribute) == to
    assert registry.get(B.id, on=DAY) == B
    life = registry.life(A.id)
    assert (life.span.end, life.ended_by) == (None, None)


def test_a_code_given_up_may_be_taken_on_the_same_day() -> None:
    registry = told(
        begun(A, B), event(EventKind.RECODE, A.id, to="02"), event(EventKind.RECODE, B.id, to="01")
    )
    assert registry.find_code("01", tier=Tier.PROVINCE, on=EVE).id == A.id
    assert registry.find_code("01", tier=Tier.PROVINCE, on=DAY).id == B.id


def test_a_code_may_come_back_to_the_same_unit() -> None:
    later = DAY + timedelta(days=9)
    registry = told(
        begun(A, B),
        event(EventKind.RECODE, A.id, to="09"),
        event(EventKind.RECODE, A.id, to="01", on=later),
    )
    assert registry.find_code("01", tier=Tier.PROVINCE, on=later).id == A.id
    with pytest.raises(UnknownUnitError):
        registry.find_code("01", tier=Tier.PROVINCE, on=DAY)


def test_two_changes_of_one_day_make_one_state() -> None:
    # Huế, 1 January 2025: another name and another kind at once.
    registry = told(
        begun(A),
        event(EventKind.RENAME, A.id, to="Huế"),
        event(EventKind.RECLASSIFY, A.id, to="city"),
    )
    assert registry.on(DAY) == (state(A.id, "01", kind="city", name="Huế"),)
    assert len(registry.life(A.id).states) == 2


# ---- what is refused


def test_two_events_of_one_day_may_not_touch_the_same() -> None:
    assert refusal(
        begun(A),
        event(EventKind.RENAME, A.id, to="B"),
        event(EventKind.RENAME, A.id, to="C"),
    ) == [("units.two_on_one_day", 3)]


def test_a_unit_may_not_change_on_the_day_it_ends() -> None:
    assert refusal(
        begun(A), event(EventKind.RENAME, A.id, to="B"), event(EventKind.ABOLISH, A.id)
    ) == [("units.two_on_one_day", 3)]


def test_a_unit_may_not_begin_and_end_on_one_day() -> None:
    assert refusal(begun(A, on=DAY), event(EventKind.ABOLISH, A.id)) == [
        ("units.not_there", 3),
        ("units.two_on_one_day", 3),
    ]


def test_a_unit_may_not_begin_twice_on_one_day() -> None:
    assert refusal(begun(A), begun(A)) == [("units.two_on_one_day", 2)]


def test_an_id_names_one_life() -> None:
    assert refusal(begun(A), event(EventKind.ABOLISH, A.id), begun(A, on=date(2016, 1, 1))) == [
        ("units.begun_twice", 2)
    ]


def test_what_is_not_there_cannot_change() -> None:
    assert refusal(begun(A), event(EventKind.RENAME, "x@2012", to="X")) == [("units.not_there", 3)]
    later = event(EventKind.RENAME, A.id, to="X", on=date(2016, 1, 1))
    assert refusal(begun(A), event(EventKind.ABOLISH, A.id), later) == [("units.not_there", 3)]


@pytest.mark.parametrize(
    "wrong",
    [
        ends(EventKind.MERGE, (A.id,), state("c@2015")),
        ends(EventKind.MERGE, (A.id, B.id)),
        ends(EventKind.SPLIT, (A.id,), state("c@2015")),
        ends(EventKind.SPLIT, (A.id, B.id), state("c@2015"), state("d@2015")),
        ends(EventKind.ABOLISH, ()),
        ends(EventKind.ABOLISH, (A.id,), state("c@2015")),
        ends(EventKind.CREATE, (A.id,), state("c@2015")),
        ends(EventKind.RENAME, (), state("c@2015")),
    ],
)
def test_an_event_names_as_many_units_as_it_needs(wrong: UnitEvent) -> None:
    assert refusal(begun(A, B), wrong) == [("units.shape", 4)]


def test_a_change_says_to_what() -> None:
    assert refusal(begun(A), event(EventKind.RENAME, A.id)) == [("units.no_change", 3)]


def test_only_a_creation_may_lie_before_the_table() -> None:
    assert refusal(begun(A), event(EventKind.ABOLISH, A.id, on=None)) == [
        ("units.not_there", 3),
        ("units.two_on_one_day", 3),
        ("units.undated", 3),
    ]


def test_two_units_may_not_carry_one_code_on_one_day() -> None:
    twin = state("c@2015", "01")
    assert refusal(begun(A), begun(twin, on=DAY)) == [("units.code_twice", 2)]
    assert refusal(begun(A, B), event(EventKind.RECODE, B.id, to="01")) == [("units.code_twice", 2)]


def test_units_without_a_code_do_not_clash() -> None:
    assert len(told(begun(state("a@2012"), state("b@2012"))).on(DAY)) == 2


def test_a_kind_must_be_of_the_tier() -> None:
    assert refusal(begun(state("a@2012", kind="ward"))) == [("units.kind", 2)]
    assert refusal(begun(state("a@2012", kind="planet"))) == [("units.kind", 2)]
    assert refusal(begun(A), event(EventKind.RECLASSIFY, A.id, to="ward")) == [("units.kind", 3)]
    assert refusal(begun(A), event(EventKind.RECLASSIFY, "x@2012", to="ward")) == [
        ("units.not_there", 3)
    ]


def test_there_is_no_district_after_june_2025() -> None:
    huyen = UnitState(id="d@2012", tier=Tier.DISTRICT, kind="town", name="D")
    assert refusal(begun(huyen)) == [("units.kind_time", 2), ("units.tier_time", 2)]
    last = date(2025, 7, 1)
    registry = told(begun(huyen), event(EventKind.ABOLISH, huyen.id, on=last))
    assert registry.on(last, tier=Tier.DISTRICT) == ()


def test_there_is_no_special_zone_before_july_2025_and_no_township_after() -> None:
    zone = UnitState(id="z@2012", tier=Tier.COMMUNE, kind="special_zone", name="Z")
    assert refusal(begun(zone)) == [("units.kind_time", 2)]
    assert refusal(begun(zone, on=date(2025, 6, 30))) == [("units.kind_time", 2)]
    told(begun(zone, on=date(2025, 7, 1)))
    town = UnitState(id="t@2012", tier=Tier.COMMUNE, kind="township", name="T")
    told(begun(town), event(EventKind.RECLASSIFY, town.id, to="ward", on=date(2025, 7, 1)))
    assert refusal(
        begun(town), event(EventKind.RECLASSIFY, town.id, to="ward", on=date(2025, 7, 2))
    ) == [("units.kind_time", 2)]


# ---- look-ups


def test_looking_up_an_unknown_id_is_refused() -> None:
    with pytest.raises(UnknownUnitError, match="no unit “x@2012”"):
        told(begun(A)).get("x@2012", on=DAY)


def test_looking_up_outside_the_life_is_refused_with_the_life() -> None:
    registry = told(begun(A), event(EventKind.ABOLISH, A.id))
    assert registry.get(A.id, on=EVE) == A
    with pytest.raises(UnitNotAliveError) as caught:
        registry.get(A.id, on=DAY)
    assert caught.value.say("vi")[0] == (
        "đơn vị “a@2012” không tồn tại trong ngày 2015-07-01; cần một ngày trong "
        "[…, 2015-07-01); gặp ngày 2015-07-01; cách sửa: chọn ngày khác, hoặc tra đơn vị trước "
        "và sau sắp xếp trong bảng kế thừa"
    )


def test_looking_up_a_code_that_nobody_carries_tells_who_has_carried_it() -> None:
    registry = told(begun(A), event(EventKind.ABOLISH, A.id))
    with pytest.raises(UnknownUnitError, match=r"a@2012 \(\[…, 2015-07-01\)\)"):
        registry.find_code("01", tier=Tier.PROVINCE, on=DAY)
    with pytest.raises(UnknownUnitError, match="carried it: –"):
        registry.find_code("77", tier=Tier.PROVINCE, on=DAY)


def test_a_day_before_the_tier_is_known_is_refused_everywhere() -> None:
    registry = told(begun(A))
    known = registry.known_from(Tier.PROVINCE)
    assert known == date(2005, 1, 1)
    before = known - timedelta(days=1)
    assert registry.on(known) == (A,)
    for ask in (
        lambda: registry.on(before),
        lambda: registry.on(before, tier=Tier.PROVINCE),
        lambda: registry.get(A.id, on=before),
        lambda: registry.find_code("01", tier=Tier.PROVINCE, on=before),
    ):
        with pytest.raises(DayNotKnownError, match="known from 2005-01-01 only"):
            ask()


def test_a_tier_that_knows_no_beginning_is_answered_always() -> None:
    so = UnitState(id="so-noi-vu@2012", tier=Tier.DEPARTMENT, kind="department", name="Sở Nội vụ")
    registry = told(begun(so))
    assert registry.known_from(Tier.DEPARTMENT) is None
    assert registry.on(date(1990, 1, 1)) == (so,)
    assert registry.full_name(so) == "Sở Nội vụ"


def test_a_tier_that_is_not_loaded_is_not_answered_with_nothing() -> None:
    registry = told(begun(A))
    with pytest.raises(TierNotLoadedError, match="one of the tiers province"):
        registry.on(DAY, tier=Tier.COMMUNE)
    with pytest.raises(TierNotLoadedError, match="one of the tiers –"):
        told().find_code("01", tier=Tier.COMMUNE, on=DAY)


def test_the_registry_cannot_be_changed() -> None:
    registry = told(begun(A))
    with pytest.raises(AttributeError):
        registry.events = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        registry.lives["x"] = registry.lives[A.id]  # type: ignore[index]
    with pytest.raises(TypeError):
        registry.carriers[Tier.PROVINCE, "09"] = []  # type: ignore[index]


def test_units_are_ordered_by_tier_code_and_id() -> None:
    so = UnitState(id="a@2012", tier=Tier.DEPARTMENT, kind="department", name="Sở A")
    registry = told(begun(so, B, state("z@2012"), state("y@2012"), state("c@2012", "01")))
    assert [unit.id for unit in registry.on(DAY)] == [
        "y@2012",
        "z@2012",
        "c@2012",
        "b@2012",
        "a@2012",
    ]


# ---- what events say of lineage


def test_a_merger_gives_all_and_a_division_gives_parts() -> None:
    merger = ends(EventKind.MERGE, (A.id, B.id), state("c@2015"))
    division = UnitEvent(kind=EventKind.SPLIT, on=DAY, units=("c@2015",), into=(A, B), basis=BASIS)
    links = list(links_of_events([begun(A), merger, division]))
    assert [(link.predecessor, link.part, link.source) for link in links] == [
        (A.id, Part.WHOLE, ""),
        (B.id, Part.WHOLE, ""),
        ("c@2015", Part.PART, "nq-1"),
        ("c@2015", Part.PART, "nq-1"),
    ]
