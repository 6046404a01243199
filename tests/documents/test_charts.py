"""Charts: what they show is what they were given, and any page may show them."""

from __future__ import annotations

import itertools
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.documents.charts import canvas
from parindex.documents.charts.areas import AreaBar, area_bars
from parindex.documents.charts.canvas import Chart
from parindex.documents.charts.heat import HeatRow, heat_map
from parindex.documents.charts.ranks import Band, Place, rank_dots
from parindex.documents.charts.tiles import Grid, tile_map, tiles
from parindex.documents.charts.years import Course, Join, bump
from parindex.documents.wording import line
from parindex.units import loader
from parindex.units.model import Tier

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'Sở <script>alert(1)</script> & "Ặ́" \x01{{ 7*7 }} ' + "rất dài " * 40
BANDS = (Band(name="Tốt", start=Decimal(80)), Band(name="Khá", start=Decimal(50)))
PLACES = (
    Place(name="A", value=Decimal("92.43"), rank=1, low=Decimal(90), high=Decimal("94.5")),
    Place(name="B", value=Decimal("81.00"), rank=2, focus=True),
    Place(name=HOSTILE, value=Decimal("61.25"), rank=3),
    Place(name="Z", value=None, rank=None),
)


def dots(language: str = "vi") -> Chart:
    return rank_dots(PLACES, title="Hạng", decimals=2, bands=BANDS, language=language)


def bars(language: str = "vi") -> Chart:
    made = (
        AreaBar(name="Thể chế", value=Decimal("90.5"), mean=Decimal(80), best=Decimal(100)),
        AreaBar(name=HOSTILE, value=Decimal(40), mean=Decimal(60), best=Decimal(99)),
        AreaBar(name="Không áp dụng", value=None, mean=None, best=None),
    )
    return area_bars(made, title="Lĩnh vực", decimals=2, language=language)


def heat(language: str = "vi") -> Chart:
    rows = (
        HeatRow(name="A", values=(Decimal(50), Decimal(90), None)),
        HeatRow(name=HOSTILE, values=(Decimal(60), Decimal(80), Decimal(70))),
    )
    return heat_map(("yếu", "mạnh", "vừa"), rows, title="Nhiệt", decimals=2, language=language)


def moved(language: str = "vi") -> Chart:
    courses = (
        Course(name="A", ranks={2023: 1, 2024: 1, 2025: 3}),
        Course(name=HOSTILE, ranks={2023: 3, 2025: 1}, focus=True),
        Course(name="C", ranks={2023: 2, 2024: 2}),
        Course(name="D", ranks={2025: 2}),
    )
    join = Join(before=2, after=3)
    return bump(courses, title="Hạng qua các năm", joins=[join], language=language)


def mapped(language: str = "vi", grid: Grid = Grid.SINCE_2025) -> Chart:
    values = {"01": Decimal("90.12"), "da-nang@2025": Decimal(70), "56": Decimal(80)}
    return tile_map(values, grid, title="Bản đồ", decimals=2, language=language)


EVERY = (dots, bars, heat, moved, mapped)


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(chart.svg)  # noqa: S314 - our own


def said(chart: Chart) -> list[str]:
    return [one.text or "" for one in drawn(chart).iter(f"{SVG}text")]


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_chart_shows_under_the_strictest_policy(make: Callable[[str], Chart], language: str):
    chart = make(language)
    top = drawn(chart)
    for one in top.iter():
        assert one.tag.removeprefix(SVG) not in {"script", "style", "foreignObject", "image", "a"}
        for name, value in one.attrib.items():
            assert name != "style"
            assert not name.startswith("on")
            assert "href" not in name
            assert "url(" not in value or value.startswith("url(#")
    assert "http" not in chart.svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert unicodedata.is_normalized("NFC", chart.svg)
    assert (chart.width, chart.height) == (float(top.attrib["width"]), float(top.attrib["height"]))


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_chart_is_named_and_told_to_screen_readers(make: Callable[[str], Chart], language: str):
    chart = make(language)
    top = drawn(chart)
    assert top.attrib["role"] == "img"
    ids = {one.attrib["id"]: one.text for one in top if "id" in one.attrib}
    title, finding = (ids[name] for name in top.attrib["aria-labelledby"].split())
    assert title == chart.title
    assert finding == line(chart.alt.say(language))
    assert chart.alt.vi != chart.alt.en


@pytest.mark.parametrize("make", EVERY)
def test_the_same_values_give_the_same_bytes(make: Callable[[], Chart]):
    assert make() == make()


@pytest.mark.parametrize("make", EVERY)
def test_names_stay_text(make: Callable[[], Chart]):
    chart = make()
    assert any("<script>" in one or one.startswith("Sở") for one in said(chart)) or make is mapped
    assert "<script" not in chart.svg
    assert "\x01" not in chart.svg


def test_places_stand_in_the_order_of_their_values():
    found = list(drawn(dots()).iter(f"{SVG}circle"))
    across = [float(one.attrib["cx"]) for one in found]
    assert across == sorted(across, reverse=True)
    assert len(across) == 3
    assert dots().columns == ("Hạng", "Đơn vị", "Chỉ số (%)", "Từ", "Đến")
    assert dots().rows[0] == ("1", "A", "92,43", "90,00", "94,50")
    assert dots().rows[3] == ("–", "Z", "–", "–", "–")
    assert {"92,43", "Tốt", "Khá"} <= set(said(dots()))
    assert "92.43" in said(dots("en"))


def test_the_finding_of_ranks_says_who_leads_and_how_many_stand_where():
    assert dots().alt.vi.startswith("3 đơn vị xếp hạng; cao nhất là A với 92,43%, thấp nhất là Sở")
    assert dots().alt.vi.endswith("Theo mức điểm: Tốt: 2; Khá: 1.")
    tied = [Place(name=name, value=Decimal(80), rank=1) for name in "ABCDE"]
    chart = rank_dots(tied, title="t", decimals=0)
    assert "A, B, C và 2 đơn vị khác với 80%" in chart.alt.vi
    nobody = rank_dots([Place(name="Z", value=None, rank=None)], title="t", decimals=2)
    assert nobody.alt.vi == "Chưa có đơn vị nào được xếp hạng."


def test_charts_of_a_group_share_its_axis_and_say_the_same_of_it():
    group = [
        Place(name=name, value=Decimal(value), rank=rank)
        for rank, (name, value) in enumerate((("A", 100), ("B", 80), ("C", 20), ("D", 0)), 1)
    ]
    one, other = (rank_dots([group[at]], title="t", decimals=0, among=group) for at in (2, 1))
    assert one.alt == other.alt
    assert one.alt.vi == "4 đơn vị xếp hạng; cao nhất là A với 100%, thấp nhất là D với 0%."
    assert [row[1] for row in (*one.rows, *other.rows)] == ["C", "B"]
    left, right = (
        float(next(chart.iter(f"{SVG}circle")).attrib["cx"]) for chart in (drawn(one), drawn(other))
    )
    assert right - left == pytest.approx(0.6 * (646 - 284))


def test_bars_are_as_long_as_their_values():
    whole = [one for one in drawn(bars()).iter(f"{SVG}rect") if one.attrib["height"] == "10"]
    assert [float(one.attrib["width"]) for one in whole] == [0.905 * 290, 0.4 * 290]
    assert bars().rows[2] == ("Không áp dụng", "–", "–", "–")
    assert "Dưới trung bình nhóm: Sở" in bars().alt.vi


def test_areas_of_a_heat_map_stand_from_strong_to_weak_and_what_is_missing_is_hatched():
    chart = heat()
    assert chart.columns == ("Đơn vị", "mạnh", "vừa", "yếu")
    assert chart.rows[0] == ("A", "90,00", "–", "50,00")
    hatched = [
        one for one in drawn(chart).iter(f"{SVG}rect") if one.get("fill") == "url(#heat-missing)"
    ]
    assert len(hatched) == 1
    assert "mạnh (85,00%); thấp nhất: yếu (55,00%). 1 ô" in chart.alt.vi


def test_a_course_breaks_where_a_year_is_missing():
    chart = moved()
    paths = [one.attrib["d"] for one in drawn(chart).iter(f"{SVG}path")]
    assert len(paths) == 2
    joined = [one for one in drawn(chart).iter(f"{SVG}line") if "stroke-dasharray" in one.attrib]
    assert len(joined) == 1
    assert chart.rows[1][1:] == ("3", "–", "1")
    assert "giảm nhiều nhất: A (2 bậc)" in chart.alt.vi
    alone = bump([Course(name="A", ranks={2025: 1})], title="t")
    assert alone.alt.vi == "Chỉ có một năm, chưa so sánh được."


@pytest.mark.parametrize(
    ("grid", "day"),
    [(Grid.SINCE_2025, date(2025, 7, 1)), (Grid.UNTIL_2025, date(2024, 12, 31))],
)
def test_a_grid_has_every_province_of_its_time_once(grid: Grid, day: date):
    placed = tiles(grid)
    known = loader.load(Tier.PROVINCE).on(day, tier=Tier.PROVINCE)
    assert {(one.code, one.unit, one.name) for one in placed if one.code} == {
        (one.code, one.id, one.name) for one in known
    }
    assert len({(one.column, one.row) for one in placed}) == len(placed) == len(known) + 2


@pytest.mark.parametrize("grid", list(Grid))
def test_hoang_sa_and_truong_sa_are_on_every_map(grid: Grid):
    empty = tile_map({}, grid, title="Bản đồ", decimals=2)
    for chart in (mapped(grid=grid), empty):
        assert {"Hoàng Sa", "Trường Sa"} <= set(said(chart))
        assert "Hoàng Sa thuộc Đà Nẵng" in chart.alt.vi or chart is empty
    owners = {one.name: one.of for one in tiles(grid) if one.of}
    assert owners == {"Hoàng Sa": "48", "Trường Sa": "56"}


def test_a_province_is_found_by_its_code_or_its_id():
    rows = {one[0]: one[1] for one in mapped().rows}
    assert (rows["Hà Nội"], rows["Đà Nẵng"], rows["Cà Mau"]) == ("90,12", "70,00", "–")
    assert "31 tỉnh, thành phố không có số liệu" in mapped().alt.vi


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_more_is_brighter_and_figures_can_be_read_on_every_shade():
    scale = [canvas.shade(Decimal(at), Decimal(0), Decimal(100)) for at in range(101)]
    bright = [luminance(one) for one in scale]
    assert bright == sorted(bright)
    for fill, light in zip(scale, bright, strict=True):
        dark, pale = sorted((light, luminance(canvas.on(fill))))
        assert (pale + 0.05) / (dark + 0.05) >= 4.5


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_ticks_enclose_what_they_measure(one: Decimal, other: Decimal):
    low, high = sorted((one, other))
    found = canvas.ticks(low, high)
    assert found[0] <= low <= high <= found[-1]
    assert 2 <= len(found) <= 7
    assert len({b - a for a, b in itertools.pairwise(found)}) == 1


@given(st.text(max_size=80), st.floats(20, 300))
def test_text_is_cut_to_its_room(words: str, room: float):
    for one in canvas.wrapped(words, room, 12, most=3):
        assert canvas.width_of(one, 12) <= room
