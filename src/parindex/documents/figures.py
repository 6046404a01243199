"""The charts of a scored round: which values of a run go into which drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.documents.charts.areas import AreaBar, area_bars
from parindex.documents.charts.canvas import Chart
from parindex.documents.charts.heat import HeatRow, heat_map
from parindex.documents.charts.ranks import Band, Place, rank_dots
from parindex.documents.tables import area_indices, decimal_index
from parindex.points import rounded
from parindex.scoring.run import GroupRun, IndexRun

# As many rows as a page of a document holds; a longer ranking goes on in the next chart.
PAGE_ROWS: Final = 40


def rank_charts(
    run: IndexRun,
    group: GroupRun,
    *,
    title: str,
    spans: Mapping[str, tuple[Decimal, Decimal]] | None = None,
    language: str = "vi",
    rows: int = PAGE_ROWS,
    focus: str = "",
    key: str = "ranks",
) -> list[Chart]:
    """The dot plots of a group's ranking, as many as its units need, all on one axis.

    ``spans`` are intervals of the index in percent by unit, where they are known; ``focus`` is
    the unit that stands out.
    """
    known = spans or {}
    places = []
    for at in group.in_order():
        unit = group.units[at]
        low, high = known.get(unit.id, (None, None))
        places.append(
            Place(
                name=unit.name, value=decimal_index(group, group.results[at].index),
                rank=group.ranks[at], low=low, high=high, focus=unit.id == focus,
            )
        )  # fmt: skip
    bands = [Band(name=one.name.say(language), start=one.start) for one in group.criteria.classes]
    year = run.round.spec.year
    return [
        rank_dots(
            places[start : start + rows],
            title=f"{title} – {year}" if rows >= len(places) else f"{title} – {year} ({part})",
            decimals=group.criteria.policies.index_decimals, bands=bands, among=places,
            language=language, key=f"{key}-{part}",
        )
        for part, start in enumerate(range(0, len(places), rows), 1)
    ]  # fmt: skip


def unit_chart(
    group: GroupRun, at: int, *, title: str, language: str = "vi", key: str = "areas"
) -> Chart:
    """The areas of one unit against its group."""
    bars = [
        AreaBar(
            name=f"{area.code}. {area.name.say(language)}",
            value=area_value(group, at, place),
            mean=area_mean(group, place),
            best=decimal_index(group, max(area_indices(group, place), default=None)),
        )
        for place, area in enumerate(group.criteria.areas)
    ]
    decimals = group.criteria.policies.index_decimals
    return area_bars(bars, title=title, decimals=decimals, language=language, key=key)


def heat_charts(
    group: GroupRun, *, title: str, language: str = "vi", rows: int = PAGE_ROWS, key: str = "heat"
) -> Iterator[Chart]:
    """The heat maps of a group, as many as its units need."""
    areas = [area.name.say(language) for area in group.criteria.areas]
    everybody = [
        HeatRow(
            name=group.units[at].name,
            values=tuple(area_value(group, at, place) for place in range(len(areas))),
        )
        for at in group.in_order()
    ]
    for part, start in enumerate(range(0, len(everybody), rows), 1):
        yield heat_map(
            areas, everybody[start : start + rows],
            title=title if rows >= len(everybody) else f"{title} ({part})",
            decimals=group.criteria.policies.index_decimals, among=everybody,
            language=language, key=f"{key}-{part}",
        )  # fmt: skip


def area_value(group: GroupRun, at: int, place: int) -> Decimal | None:
    """A unit's component index in percent."""
    return decimal_index(group, group.results[at].areas[place].index)


def area_mean(group: GroupRun, place: int) -> Decimal | None:
    """The mean component index of the ranked units, rounded as it is printed."""
    known = area_indices(group, place)
    decimals = group.criteria.policies.index_decimals
    if not known:
        return None
    return rounded(Fraction(sum(known), len(known) * 10**decimals), decimals)
