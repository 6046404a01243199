"""What the figures of a peer group say, in Vietnamese sentences: no praise, no cause, no guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from parindex.criteria.model import Status
from parindex.documents.tables import area_indices, index_of, items_reached
from parindex.documents.wording import figure, listed, moved
from parindex.improvement.comparison import compare
from parindex.improvement.continuity import Basis
from parindex.scoring.run import GroupRun, IndexRun

# How many names and items a sentence holds before it is no sentence any more.
_NAMES: Final = 5
_ITEMS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The written findings of one peer group, each a whole sentence.

    ``overall`` tells how the group stands, ``areas`` one sentence an area, ``strengths`` and
    ``weaknesses`` what was reached most and least, ``changes`` what moved since last year.
    """

    overall: tuple[str, ...]
    areas: tuple[str, ...]
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    changes: tuple[str, ...]


def written(run: IndexRun, group: GroupRun, *, before: IndexRun | None = None) -> Written:
    """The findings of a group; ``before`` is the run of an earlier year, for changes by area."""
    return Written(
        overall=tuple(_overall(group)),
        areas=tuple(_areas(group)),
        strengths=tuple(_extremes(group, most=True)),
        weaknesses=tuple(_extremes(group, most=False)),
        changes=(*_changes(run, group), *_area_changes(group, run, before)),
    )


def _overall(group: GroupRun) -> list[str]:
    figures = group.figures()
    said = []
    if group.criteria.status is Status.TEMPLATE:
        said.append("Kết quả tính theo bộ tiêu chí mẫu, không phải văn bản pháp luật.")
    said.append(
        f"Có {figures.n_units} đơn vị được đánh giá, {figures.n_ranked} đơn vị được xếp hạng."
    )
    if figures.mean is None or figures.greatest is None or figures.least is None:
        return said
    said.append(f"Chỉ số trung bình của các đơn vị xếp hạng là {index_of(group, figures.mean)}%.")
    said.append(
        f"Cao nhất là {_with_index(group, figures.greatest)} với"
        f" {index_of(group, figures.greatest)}%; thấp nhất là {_with_index(group, figures.least)}"
        f" với {index_of(group, figures.least)}%; khoảng cách là"
        f" {index_of(group, figures.greatest - figures.least)} điểm phần trăm."
    )
    above = sum(
        1
        for result, rank in zip(group.results, group.ranks, strict=True)
        if rank is not None and result.index is not None and result.index >= figures.mean
    )
    said.append(f"{above}/{figures.n_ranked} đơn vị xếp hạng có chỉ số từ mức trung bình trở lên.")
    counts = [
        (one.name.vi, sum(1 for result in group.results if result.classification == one.id))
        for one in group.criteria.classes
    ]
    if any(n for _, n in counts):
        said.append("Xếp loại: " + "; ".join(f"{name} {n} đơn vị" for name, n in counts) + ".")
    return said


def _with_index(group: GroupRun, steps: int) -> str:
    names = [
        unit.name
        for unit, result, rank in zip(group.units, group.results, group.ranks, strict=True)
        if rank is not None and result.index == steps
    ]
    return listed(names, most=_NAMES)


def _areas(group: GroupRun) -> list[str]:
    said = []
    for place, area in enumerate(group.criteria.areas):
        known = area_indices(group, place)
        name = area.name.vi
        if not known:
            said.append(f"{name}: không áp dụng cho đơn vị xếp hạng nào.")
            continue
        mean = index_of(group, Fraction(sum(known), len(known)))
        top, low = max(known), min(known)
        if top == low:
            said.append(f"{name}: mọi đơn vị xếp hạng cùng đạt {index_of(group, top)}%.")
            continue
        first, last = (_with_area_index(group, place, steps) for steps in (top, low))
        said.append(
            f"{name}: trung bình {mean}%; cao nhất {index_of(group, top)}% ({first});"
            f" thấp nhất {index_of(group, low)}% ({last})."
        )
    return said


def _with_area_index(group: GroupRun, place: int, steps: int) -> str:
    names = [
        unit.name
        for unit, result, rank in zip(group.units, group.results, group.ranks, strict=True)
        if rank is not None and result.areas[place].index == steps
    ]
    return listed(names, most=3)


def _extremes(group: GroupRun, *, most: bool) -> list[str]:
    """The area and the items of which most, or least, was reached."""
    means: list[tuple[Fraction, str]] = []
    for place, area in enumerate(group.criteria.areas):
        known = area_indices(group, place)
        if known:
            means.append((Fraction(sum(known), len(known)), area.name.vi))
    said = []
    # One area alone, or all alike, is neither strong nor weak.
    if len({mean for mean, _ in means}) > 1:
        edge: Callable[[Sequence[Fraction]], Fraction] = max if most else min
        word = "cao nhất" if most else "thấp nhất"
        best = edge([mean for mean, _ in means])
        names = listed([name for mean, name in means if mean == best], most=_NAMES)
        said.append(f"Lĩnh vực có chỉ số trung bình {word}: {names} ({index_of(group, best)}%).")
    items = [(one.share, one) for one in items_reached(group) if one.share is not None]
    if most:
        full = sum(1 for share, _ in items if share == 1)
        if full:
            said.append(f"{full}/{len(items)} tiêu chí được mọi đơn vị xếp hạng đạt điểm tối đa.")
        return said
    short = sorted((share, at) for at, (share, _) in enumerate(items) if share < 1)[:_ITEMS]
    if short:
        listing = "; ".join(
            f"{items[at][1].code} {items[at][1].name} (đạt {figure(100 * share, 2)}% số điểm)"
            for share, at in short
        )
        said.append(f"Tiêu chí đạt tỷ lệ điểm thấp nhất: {listing}.")
    return said


def _changes(run: IndexRun, group: GroupRun) -> list[str]:
    decimals = group.criteria.policies.index_decimals
    known = []
    for at in group.in_order():
        by = run.change(group, at).index
        if by is not None:
            known.append((by, group.units[at].name))
    if not known:
        return ["Không có chỉ số năm trước để so sánh."]
    up = [by for by, _ in known if by > 0]
    down = [by for by, _ in known if by < 0]
    same = len(known) - len(up) - len(down)
    compared = f"{len(known)} đơn vị so sánh được với năm trước"
    said = [f"{compared}: {len(up)} tăng, {len(down)} giảm, {same} không đổi."]
    left = len(group.units) - len(known)
    if left:
        said.append(f"{left} đơn vị không so sánh được với năm trước.")
    for word, found, edge in (("Tăng", up, max), ("Giảm", down, min)):
        if found:
            most = edge(found)
            names = listed([name for by, name in known if by == most], most=_NAMES)
            shown = figure(abs(most), decimals)
            said.append(f"{word} nhiều nhất: {names} ({shown} điểm phần trăm).")
    return said


def _area_changes(group: GroupRun, run: IndexRun, before: IndexRun | None) -> list[str]:
    """How the mean of each area moved over the units that are ranked, and compared, in both years.

    An area continues that of its code and name: a code may be used again for another matter.
    """
    if before is None:
        return []
    year, then = run.round.spec.year, before.round.spec.year
    compared = next((one for one in compare(before, run).groups if one.after == group.name), None)
    if compared is None:
        return [f"Năm {then} không có nhóm này nên không so sánh theo lĩnh vực."]
    both = [
        one
        for one in compared.units
        if one.basis is Basis.SAME and one.before.rank is not None and one.after.rank is not None
    ]
    if not both:
        return [f"Không đơn vị nào được xếp hạng cả năm {then} và năm {year}."]
    said = []
    decimals = group.criteria.policies.index_decimals
    names = {area.code: area.name.vi for area in group.criteria.areas}
    for place, area in enumerate(compared.area_continuity):
        moves = [by for one in both if (by := one.areas[place].change) is not None]
        if area.after is not None and moves:
            by_words = moved(sum(moves, Fraction()) / len(moves), decimals, "điểm phần trăm")
            said.append(f"{names[area.after]}: {by_words} ({len(moves)} đơn vị).")
    if not said:
        return [f"Không lĩnh vực nào cùng mã, cùng tên với năm {then} để so sánh."]
    head = f"Thay đổi trung bình theo lĩnh vực so với năm {then}, trên các đơn vị có ở cả hai năm:"
    earlier = next(one for one in before.groups if one.name == group.name)
    same_items = all(one.alike for one in compared.item_continuity)
    if not same_items or earlier.criteria.policies != group.criteria.policies:
        said.append(
            "Bộ tiêu chí hai năm khác nhau, nên các thay đổi trên gồm cả phần do cách chấm;"
            " chỉ để tham khảo."
        )
    return [head, *said]
