"""The shipped tables as a whole: counts, codes, lives, lineage, and how fast they load."""

import unicodedata
from collections import Counter
from datetime import date, timedelta

import pytest

from parindex.units import loader
from parindex.units.lineage import Lineage, Part
from parindex.units.model import DayNotKnownError, EventKind, Tier, UnitEvent, UnitState
from parindex.units.registry import UnitRegistry, replay

JUNE = date(2025, 6, 30)
JULY = date(2025, 7, 1)
ALL = (Tier.PROVINCE, Tier.DISTRICT, Tier.COMMUNE)


@pytest.fixture(scope="module")
def everything() -> UnitRegistry:
    return loader.load(*ALL)


@pytest.fixture(scope="module")
def provinces() -> UnitRegistry:
    return loader.load(Tier.PROVINCE)


@pytest.fixture(scope="module")
def lineage() -> Lineage:
    return loader.load_lineage()


def kinds(registry: UnitRegistry, day: date, tier: Tier) -> Counter[str]:
    return Counter(unit.kind for unit in registry.on(day, tier=tier))


# ---- how many there were


@pytest.mark.parametrize(
    ("day", "n_provinces", "n_cities"),
    [
        (date(2008, 7, 31), 59, 5),
        (date(2008, 8, 1), 58, 5),
        (date(2024, 12, 31), 58, 5),
        (date(2025, 1, 1), 57, 6),
        (JUNE, 57, 6),
        (JULY, 28, 6),
        (date(2026, 4, 29), 28, 6),
        (date(2026, 4, 30), 27, 7),
        (date(2026, 8, 31), 27, 7),
        (date(2026, 9, 1), 26, 8),
        (date(2026, 9, 20), 25, 9),
    ],
)
def test_provinces_and_cities_on_both_sides_of_every_event(
    provinces: UnitRegistry, day: date, n_provinces: int, n_cities: int
) -> None:
    counts = kinds(provinces, day, Tier.PROVINCE)
    assert counts == {"province": n_provinces, "city": n_cities}


def test_districts_exist_on_the_last_day_and_no_longer(everything: UnitRegistry) -> None:
    assert kinds(everything, JUNE, Tier.DISTRICT) == {
        "rural_district": 508,
        "provincial_city": 86,
        "town": 52,
        "urban_district": 49,
        "municipal_city": 1,
    }
    assert everything.on(JULY, tier=Tier.DISTRICT) == ()


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (JUNE, {"commune": 7692, "ward": 1726, "township": 617}),
        (JULY, {"commune": 2621, "ward": 687, "special_zone": 13}),
        (date(2026, 4, 29), {"commune": 2621, "ward": 687, "special_zone": 13}),
        (date(2026, 4, 30), {"commune": 2611, "ward": 697, "special_zone": 13}),
        (date(2026, 9, 20), {"commune": 2599, "ward": 709, "special_zone": 13}),
    ],
)
def test_communes_of_both_states(
    everything: UnitRegistry, day: date, counts: dict[str, int]
) -> None:
    assert kinds(everything, day, Tier.COMMUNE) == counts


def test_both_states_add_up_to_the_numbers_of_the_law(everything: UnitRegistry) -> None:
    assert len(everything.on(JUNE, tier=Tier.COMMUNE)) == 10_035
    assert len(everything.on(JULY, tier=Tier.COMMUNE)) == 3_321


def test_communes_of_each_province_of_july_2025(everything: UnitRegistry) -> None:
    # Domain notes 8.2, last column.
    expected = (
        "01 126,04 56,08 124,11 45,12 38,14 75,15 99,19 92,20 65,22 54,24 99,25 148,31 114,33 104,"
        "37 129,38 166,40 130,42 69,44 78,46 40,48 94,51 96,52 135,56 65,66 102,68 124,75 95,"
        "79 168,80 96,82 102,86 124,91 102,92 103,96 64"
    )
    of = Counter(unit.parent for unit in everything.on(JULY, tier=Tier.COMMUNE))
    found = [f"{unit.code} {of[unit.id]}" for unit in everything.on(JULY, tier=Tier.PROVINCE)]
    assert ",".join(found) == expected


# ---- days that the tables do not know


@pytest.mark.parametrize("tier", [Tier.DISTRICT, Tier.COMMUNE])
def test_districts_and_communes_are_refused_before_30_june_2025(tier: Tier) -> None:
    registry = loader.load(tier)
    assert registry.known_from(tier) == JUNE
    assert registry.on(JUNE)
    with pytest.raises(DayNotKnownError) as caught:
        registry.on(JUNE - timedelta(days=1))
    (said,) = caught.value.say("vi")
    assert said == (
        f"danh mục cấp {tier} chỉ có từ ngày 2025-06-30; cần ngày 2025-06-30 hoặc sau đó; gặp ngày "
        "2025-06-29; cách sửa: chọn ngày sau, hoặc bổ sung các sự kiện trước ngày 2025-06-30 vào "
        "danh mục"
    )


def test_asking_for_all_tiers_is_refused_where_one_is_not_known(everything: UnitRegistry) -> None:
    with pytest.raises(DayNotKnownError, match="tier district"):
        everything.on(date(2024, 12, 31))
    assert len(everything.on(date(2024, 12, 31), tier=Tier.PROVINCE)) == 63


# ---- provinces


def test_eleven_provinces_live_on_and_twenty_three_lives_begin(provinces: UnitRegistry) -> None:
    before, after = ({unit.id for unit in provinces.on(day)} for day in (JUNE, JULY))
    assert sorted(before & after) == [
        "cao-bang@2012",
        "dien-bien@2012",
        "ha-noi@2012",
        "ha-tinh@2012",
        "lai-chau@2012",
        "lang-son@2012",
        "nghe-an@2012",
        "quang-ninh@2012",
        "son-la@2012",
        "thanh-hoa@2012",
        "thua-thien-hue@2012",
    ]
    assert len(after - before) == 23
    assert all(unit.endswith("@2025") for unit in after - before)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("15", "Yên Bái", "Lào Cai"),
        ("24", "Bắc Giang", "Bắc Ninh"),
        ("44", "Quảng Bình", "Quảng Trị"),
        ("52", "Bình Định", "Gia Lai"),
        ("80", "Long An", "Tây Ninh"),
        ("82", "Tiền Giang", "Đồng Tháp"),
        ("91", "Kiên Giang", "An Giang"),
    ],
)
def test_the_seven_reused_codes_resolve_by_date(
    provinces: UnitRegistry, code: str, before: str, after: str
) -> None:
    names = [provinces.find_code(code, tier=Tier.PROVINCE, on=day).name for day in (JUNE, JULY)]
    assert names == [before, after]


def test_no_other_province_code_changed_its_name_in_2025(provinces: UnitRegistry) -> None:
    before, after = ({unit.code: unit.name for unit in provinces.on(day)} for day in (JUNE, JULY))
    changed = {code for code, name in after.items() if before[code] != name}
    assert changed == {"15", "24", "44", "52", "80", "82", "91"}


def test_ha_tay_was_a_province_until_2008(provinces: UnitRegistry, lineage: Lineage) -> None:
    last = date(2008, 7, 31)
    assert provinces.find_code("28", tier=Tier.PROVINCE, on=last).name == "Hà Tây"
    assert [link.successor for link in lineage.successors("ha-tay@2005")] == ["ha-noi@2012"]
    assert [unit.id for unit in provinces.on(date(2008, 8, 1)) if unit.code == "01"] == [
        "ha-noi@2012"
    ]
    basis = provinces.life("ha-noi@2012").begun_by.basis
    assert basis is not None
    assert (basis.vi, basis.decided_on) == (
        "Nghị quyết số 15/2008/QH12 của Quốc hội",
        date(2008, 5, 29),
    )


def test_hue_is_one_life_under_two_names_and_kinds(provinces: UnitRegistry) -> None:
    hue = "thua-thien-hue@2012"
    said = [
        provinces.full_name(provinces.get(hue, on=day))
        for day in (date(2024, 12, 31), date(2025, 1, 1), JULY)
    ]
    assert said == ["Tỉnh Thừa Thiên Huế", "Thành phố Huế", "Thành phố Huế"]
    assert provinces.life(hue).span.end is None


def test_dong_nai_is_a_city_from_30_april_2026(provinces: UnitRegistry) -> None:
    said = [
        provinces.full_name(provinces.find_code("75", tier=Tier.PROVINCE, on=day))
        for day in (date(2026, 4, 29), date(2026, 4, 30))
    ]
    assert said == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]


# ---- the whole table


def test_no_two_lives_of_one_code_on_one_day(everything: UnitRegistry) -> None:
    # Replaying refuses this too; here it is counted day by day, in another way.
    days = {event.on for event in everything.events if event.on is not None}
    for day in {day - timedelta(days=1) for day in days} | days:
        for tier in ALL:
            known = everything.known_from(tier)
            assert known is not None
            if day >= known:
                codes = [unit.code for unit in everything.on(day, tier=tier)]
                assert len(set(codes)) == len(codes)
                assert "" not in codes


def test_reused_commune_codes_resolve_by_date(everything: UnitRegistry) -> None:
    before, after = (
        {unit.code: unit for unit in everything.on(day, tier=Tier.COMMUNE)} for day in (JUNE, JULY)
    )
    reused = before.keys() & after.keys()
    assert len(reused) == 3_315
    assert sum(before[code].id == after[code].id for code in reused) == 125
    for code in reused:
        assert everything.find_code(code, tier=Tier.COMMUNE, on=JUNE) == before[code]
        assert everything.find_code(code, tier=Tier.COMMUNE, on=JULY) == after[code]
    assert {after[code].name for code in after.keys() - reused} == {
        "Ba Chẽ",
        "Bạch Long Vĩ",
        "Cồn Cỏ",
        "Côn Đảo",
        "Hoàng Sa",
        "Lý Sơn",
    }


def test_every_end_has_an_event_with_a_legal_basis(everything: UnitRegistry) -> None:
    ended = [life for life in everything.lives.values() if life.span.end is not None]
    assert Counter(life.tier for life in ended) == {
        Tier.PROVINCE: 2 + 52,
        Tier.DISTRICT: 696,
        Tier.COMMUNE: 9_910,
    }
    for life in ended:
        assert life.ended_by is not None
        assert life.ended_by.on == life.span.end
        assert life.ended_by.basis is not None
        assert life.ended_by.basis.decided_on is not None


def test_only_what_is_older_than_the_tables_began_without_a_basis(everything: UnitRegistry) -> None:
    for event in everything.events:
        assert (event.basis is None) == (event.on is None)


def test_acts_whose_day_was_not_found_say_so_by_an_empty_day() -> None:
    bases = loader.read_bases(loader.SHIPPED)
    undated = {basis.id for basis in bases.values() if basis.decided_on is None}
    assert {basis for basis in undated if not basis.startswith("vpd-")} == {
        "nq-30-2026-qh16",
        "nq-39-2026-qh16",
        "nq-388-ubtvqh16",
    }


def test_an_id_carries_the_day_or_year_of_birth_or_of_the_first_table(
    everything: UnitRegistry,
) -> None:
    for life in everything.lives.values():
        _, _, when = life.id.partition("@")
        start = life.span.start
        if life.tier is not Tier.PROVINCE:
            assert life.id == f"{life.states[0][1].code}@{start or '2025-06-30'}"
        elif start is not None and start.year >= 2012:
            assert when == str(start.year)
        else:
            assert when == ("2012" if life.span.on(date(2012, 1, 1)) else "2005")


def test_every_parent_is_alive_when_its_child_is(everything: UnitRegistry) -> None:
    days = {event.on for event in everything.events if event.on and event.on >= JULY}
    for day in (JUNE, *days):
        by_id = {unit.id: unit for unit in everything.on(day)}
        above = {Tier.PROVINCE: None, Tier.DISTRICT: Tier.PROVINCE}
        above[Tier.COMMUNE] = Tier.DISTRICT if day == JUNE else Tier.PROVINCE
        for unit in by_id.values():
            parent = by_id[unit.parent].tier if unit.parent else None
            assert parent == above[unit.tier]


def test_every_name_is_composed_and_trimmed(everything: UnitRegistry) -> None:
    for life in everything.lives.values():
        for _, state in life.states:
            assert state.name == unicodedata.normalize("NFC", state.name).strip()
            assert state.name


def test_the_shipped_view_of_a_day_never_changes_after_a_later_event(
    everything: UnitRegistry,
) -> None:
    later = date(2027, 1, 1)
    added = (
        UnitEvent(
            kind=EventKind.MERGE,
            on=later,
            units=("ha-noi@2012", "phu-tho@2025"),
            into=(
                UnitState(
                    id="ha-noi@2027", tier=Tier.PROVINCE, kind="city", name="Hà Nội", code="01"
                ),
            ),
        ),
        UnitEvent(kind=EventKind.RENAME, on=later, units=("00004@2025-07-01",), to="Khác"),
    )
    after = replay((*everything.events, *added), vocabulary=everything.vocabulary)
    for day in (JUNE, JULY, date(2026, 4, 30), later - timedelta(days=1)):
        assert after.on(day) == everything.on(day)
    assert len(after.on(later)) == len(everything.on(later)) - 1


# ---- lineage


def test_every_successor_is_alive_on_the_day_its_ancestor_ends(
    everything: UnitRegistry, lineage: Lineage
) -> None:
    for link in lineage.links:
        end = everything.life(link.predecessor).span.end
        assert end is not None
        assert everything.life(link.successor).span.start == end


def test_every_province_that_ended_went_whole_to_one(
    lineage: Lineage, provinces: UnitRegistry
) -> None:
    for life in provinces.lives.values():
        after = lineage.successors(life.id)
        assert [link.part for link in after] == ([Part.WHOLE] if life.ended_by else [])


def test_lineage_says_how_much_and_who_says_so(lineage: Lineage) -> None:
    assert Counter((str(link.part), link.source) for link in lineage.links) == {
        ("whole", "nq-15-2008-qh12"): 2,
        ("whole", "nq-202-2025-qh15"): 52,
        ("whole", "vpd-text"): 9_272,
        ("whole", "vpd-within-district"): 4,
        ("part", "vpd-text"): 345,
        ("part", "vpd-named-by-several"): 627,
    }


def test_what_went_whole_went_to_one_and_what_several_have_none_has_whole(lineage: Lineage) -> None:
    for links in lineage.by_predecessor.values():
        assert len({link.successor for link in links}) == len(links)
        if len(links) > 1:
            assert {link.part for link in links} == {Part.PART}


def test_successors_that_received_parts(lineage: Lineage) -> None:
    parts = [link for link in lineage.links if link.part is Part.PART]
    assert len({link.successor for link in parts}) == 413
    assert len({link.successor for link in parts if link.source == "vpd-text"}) == 160
    assert sum(len(links) > 1 for links in lineage.by_predecessor.values()) == 441


def test_names_that_do_not_resolve_are_counted_and_listed(everything: UnitRegistry) -> None:
    unresolved = loader.load_unresolved()
    assert Counter(one.reason for one in unresolved) == {
        "unknown_name": 111,
        "several_of_that_name": 86,
        "other_kind": 6,
    }
    for one in unresolved:
        assert everything.life(one.successor).span.start == JULY
        assert one.text
        fewest = {"unknown_name": 0, "several_of_that_name": 2, "other_kind": 1}[one.reason]
        assert len(one.candidates) >= fewest
        for candidate in one.candidates:
            assert everything.life(candidate).span.on(JUNE)


def test_what_is_neither_linked_nor_alive_can_be_told(
    everything: UnitRegistry, lineage: Lineage
) -> None:
    # The other side of the unresolved names: communes that ended with no successor on record.
    ended = {
        life.id
        for life in everything.lives.values()
        if life.tier is Tier.COMMUNE and life.ended_by is not None
    }
    begun = {
        life.id
        for life in everything.lives.values()
        if life.tier is Tier.COMMUNE and life.span.start is not None
    }
    assert len(begun) == 3_196
    assert len(ended - lineage.by_predecessor.keys()) == 198
    without = begun - lineage.by_successor.keys()
    assert {everything.life(unit).states[0][1].name for unit in without} == {"Bến Hiên", "Ngọk Réo"}


def test_six_island_districts_became_special_zones(
    everything: UnitRegistry, lineage: Lineage
) -> None:
    zones = {
        everything.get(link.predecessor, on=JUNE).name: everything.get(link.successor, on=JULY)
        for link in lineage.links
        if everything.life(link.predecessor).tier is Tier.DISTRICT
    }
    assert set(zones) == {
        "Bạch Long Vĩ",
        "Cồn Cỏ",
        "Côn Đảo",
        "Hoàng Sa",
        "Kiên Hải",
        "Lý Sơn",
    }
    assert all(zone.kind == "special_zone" and zone.name == name for name, zone in zones.items())


def test_a_divided_ward_is_listed_under_each_heir(
    everything: UnitRegistry, lineage: Lineage
) -> None:
    cua_nam = everything.find_code("00073", tier=Tier.COMMUNE, on=JUNE)
    heirs = {
        everything.get(link.successor, on=JULY).name: (link.part, link.source)
        for link in lineage.successors(cua_nam.id)
    }
    assert heirs == {
        "Ba Đình": (Part.PART, "vpd-text"),
        "Cửa Nam": (Part.PART, "vpd-text"),
        "Hoàn Kiếm": (Part.PART, "vpd-named-by-several"),
        "Văn Miếu - Quốc Tử Giám": (Part.PART, "vpd-text"),
    }


# ---- loading


def test_a_tier_is_read_only_when_it_is_asked_for() -> None:
    assert loader.load(Tier.PROVINCE).tiers == {Tier.PROVINCE}
    assert loader.load(Tier.PROVINCE) is loader.load(Tier.PROVINCE)
