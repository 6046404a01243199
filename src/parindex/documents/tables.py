"""The official tables of a scored round: ranking, areas, items, with Vietnamese figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.documents.form import Column, Table
from parindex.documents.wording import NOTHING, change, comma, figure
from parindex.points import show, show_fraction
from parindex.scoring.run import GroupRun, IndexRun
from parindex.scoring.trace import Marker, Score

# Beside so many columns of areas a table still fits a landscape page.
MOST_AREAS: Final = 10
_MARKERS: Final = {
    Marker.SCORED: "",
    Marker.ZERO_IF: "Điểm liệt: không tính điểm",
    Marker.NONE_DUE_ZERO: "Không phát sinh: 0 điểm",
    Marker.NONE_DUE_FULL: "Không phát sinh: điểm tối đa",
    Marker.NOT_APPLICABLE: "Không áp dụng",
    Marker.MISSING: "Chưa có kết quả, tính 0 điểm",
}


def index_of(group: GroupRun, steps: int | Fraction | None) -> str:
    """An index of a group's tables as it is printed; a dash for none."""
    if steps is None:
        return NOTHING
    decimals = group.criteria.policies.index_decimals
    return figure(Fraction(steps) / 10**decimals, decimals)


def points_of(group: GroupRun, steps: int | Fraction) -> str:
    """Points of a group's tables as they are printed."""
    decimals = group.criteria.policies.points_decimals
    if isinstance(steps, int):
        return comma(show(steps, decimals))
    return comma(show_fraction(steps / 10**decimals, decimals))


def rank_of(rank: int | None) -> str:
    """A rank as it is printed; a dash for who is not ranked."""
    return NOTHING if rank is None else str(rank)


def class_of(group: GroupRun, at: int) -> str:
    """The name of a unit's class; a dash where the set has none."""
    named = {one.id: one.name.vi for one in group.criteria.classes}
    return named.get(group.results[at].classification, NOTHING)


def decimal_index(group: GroupRun, steps: int | None) -> Decimal | None:
    """An index as a number in percent."""
    decimals = group.criteria.policies.index_decimals
    return None if steps is None else Decimal(steps).scaleb(-decimals)


def ranking_table(run: IndexRun, group: GroupRun, *, title: str, areas: bool = True) -> Table:
    """The ranking of a peer group: rank, unit, index, class, changes, and each area's index."""
    classes = bool(group.criteria.classes)
    shown = list(enumerate(group.criteria.areas)) if areas else []
    if len(shown) > MOST_AREAS:
        shown = []
    columns = [
        Column(heading="Hạng", width=14, align="center"),
        Column(heading="Đơn vị", width=50 if shown else 70),
        Column(heading="Chỉ số (%)", width=16, align="right"),
    ]
    if classes:
        columns.append(Column(heading="Xếp loại", width=18, align="center"))
    columns += [
        Column(heading="Thay đổi chỉ số", width=18, align="right"),
        Column(heading="Thay đổi hạng", width=20, align="right"),
        *(Column(heading=area.code, width=15, align="right") for _, area in shown),
    ]
    rows = []
    for at in group.in_order():
        moved = run.change(group, at)
        result = group.results[at]
        rows.append(
            (
                rank_of(group.ranks[at]),
                group.units[at].name,
                index_of(group, result.index),
                *((class_of(group, at),) if classes else ()),
                change(moved.index, group.criteria.policies.index_decimals),
                change(moved.rank, 0),
                *(index_of(group, result.areas[place].index) for place, _ in shown),
            )
        )
    note = "; ".join(f"{area.code}: {area.name.vi}" for _, area in shown)
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(rows),
        note=f"Chỉ số thành phần (%) theo lĩnh vực: {note}." if note else "",
    )


def unit_areas_table(group: GroupRun, at: int, *, title: str) -> Table:
    """The areas of one unit against the mean and the best of its group."""
    rows = []
    for place, area in enumerate(group.criteria.areas):
        result = group.results[at].areas[place]
        known = area_indices(group, place)
        rows.append(
            (
                f"{area.code}. {area.name.vi}",
                points_of(group, result.points),
                points_of(group, result.maximum),
                index_of(group, result.index),
                rank_of(group.area_ranks[place][at]),
                index_of(group, Fraction(sum(known), len(known)) if known else None),
                index_of(group, max(known, default=None)),
            )
        )
    return Table(title=title, columns=_UNIT_AREAS, rows=tuple(rows))


_UNIT_AREAS: Final = (
    Column(heading="Lĩnh vực", width=58),
    Column(heading="Điểm đạt", width=19, align="right"),
    Column(heading="Điểm tối đa", width=19, align="right"),
    Column(heading="Chỉ số (%)", width=18, align="right"),
    Column(heading="Hạng", width=15, align="center"),
    Column(heading="Trung bình nhóm (%)", width=20, align="right"),
    Column(heading="Cao nhất nhóm (%)", width=18, align="right"),
)


def area_indices(group: GroupRun, place: int) -> list[int]:
    """The published indices of the ranked units in one area, in steps."""
    return [
        index
        for result, rank in zip(group.results, group.ranks, strict=True)
        if rank is not None and (index := result.areas[place].index) is not None
    ]


def areas_table(group: GroupRun, *, title: str) -> Table:
    """Each area of a group: mean, least and greatest index, and whose they are."""
    rows = []
    for place, area in enumerate(group.criteria.areas):
        known = area_indices(group, place)
        rows.append(
            (
                f"{area.code}. {area.name.vi}",
                index_of(group, Fraction(sum(known), len(known)) if known else None),
                index_of(group, max(known, default=None)),
                index_of(group, min(known, default=None)),
            )
        )
    return Table(
        title=title,
        columns=(
            Column(heading="Lĩnh vực", width=90),
            Column(heading="Trung bình (%)", width=25, align="right"),
            Column(heading="Cao nhất (%)", width=25, align="right"),
            Column(heading="Thấp nhất (%)", width=25, align="right"),
        ),
        rows=tuple(rows),
    )


def unit_items_table(group: GroupRun, at: int, *, title: str) -> Table:
    """Every item of one unit with its points, its maximum and what became of it."""
    rows = [
        (
            item.code,
            item.name.vi,
            points_of(group, score.maximum) if _counts(score) else NOTHING,
            points_of(group, score.points) if _counts(score) else NOTHING,
            _MARKERS[score.marker],
        )
        for item, score in zip(group.criteria.items(), group.results[at].scores, strict=True)
    ]
    return Table(
        title=title,
        columns=(
            Column(heading="Mã", width=15),
            Column(heading="Tiêu chí", width=86),
            Column(heading="Điểm tối đa", width=18, align="right"),
            Column(heading="Điểm đạt", width=18, align="right"),
            Column(heading="Ghi chú", width=28),
        ),
        rows=tuple(rows),
    )


def items_table(group: GroupRun, *, title: str) -> Table:
    """Every item of a group: maximum, mean points, and the share of points reached."""
    decimals = group.criteria.policies.points_decimals
    rows = [
        (
            one.code,
            one.name,
            figure(one.maximum, decimals),
            figure(one.mean, decimals),
            figure(None if one.share is None else 100 * one.share, 2),
        )
        for one in items_reached(group)
    ]
    return Table(
        title=title,
        columns=(
            Column(heading="Mã", width=15),
            Column(heading="Tiêu chí", width=90),
            Column(heading="Điểm tối đa", width=20, align="right"),
            Column(heading="Điểm trung bình", width=20, align="right"),
            Column(heading="Tỷ lệ đạt (%)", width=20, align="right"),
        ),
        rows=tuple(rows),
        note="Trung bình của các đơn vị xếp hạng mà tiêu chí áp dụng.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One item over the ranked units of a group to which it applies.

    ``share`` is the points that they reached over those they could reach, 0 to 1; None, as
    ``mean``, the points of one of them, where it applies to nobody. ``lost`` is the points that
    all of them together did not reach.
    """

    code: str
    name: str
    maximum: Decimal
    mean: Fraction | None
    share: Fraction | None
    lost: Fraction


def items_reached(group: GroupRun) -> Iterator[Reached]:
    """What the ranked units reached on each item, in rulebook order."""
    one_point = 10**group.criteria.policies.points_decimals
    ranked = [at for at, rank in enumerate(group.ranks) if rank is not None]
    for place, item in enumerate(group.criteria.items()):
        scores = [group.results[at].scores[place] for at in ranked]
        counted = [score for score in scores if _counts(score)]
        points = sum(score.points for score in counted)
        could = sum(score.maximum for score in counted)
        yield Reached(
            code=item.code,
            name=item.name.vi,
            maximum=item.max_points,
            mean=Fraction(points, len(counted) * one_point) if counted else None,
            share=Fraction(points, could) if could else None,
            lost=Fraction(could - points, one_point),
        )


def _counts(score: Score) -> bool:
    return score.marker is not Marker.NOT_APPLICABLE or bool(score.maximum)
