"""The decision that publishes a ranking, and the notice that tells a unit its result in detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parindex.documents import figures
from parindex.documents.form import (
    Annex,
    Article,
    Document,
    Head,
    Kind,
    Paragraph,
    Picture,
    Provenance,
)
from parindex.documents.tables import (
    class_of,
    index_of,
    ranking_table,
    unit_areas_table,
    unit_items_table,
)
from parindex.documents.wording import moved
from parindex.scoring.run import GroupRun, IndexRun

NO_NAMES: Final[Mapping[str, str]] = {}
INDICES: Final = {
    "par-index": "Chỉ số cải cách hành chính",
    "sipas": "Chỉ số hài lòng về sự phục vụ hành chính",
}


def index_name(run: IndexRun, *, named: str = "") -> str:
    """What a round's index is called with its year; ``named`` where the office has other words."""
    spec = run.round.spec
    return f"{named or INDICES.get(spec.index, spec.index)} năm {spec.year}"


def of_group(run: IndexRun, group: GroupRun, names: Mapping[str, str]) -> str:
    """What stands behind a title to tell a peer group from the others; nothing if it is alone.

    ``names`` are what the office calls its groups; without one it is the criteria set's title.
    """
    if group.name in names:
        return f" – {names[group.name]}"
    return "" if len(run.groups) == 1 else f" – {group.criteria.title.vi}"


def decision(
    run: IndexRun,
    head: Head,
    *,
    provenance: Provenance,
    scope: str,
    index: str = "",
    groups: Mapping[str, str] = NO_NAMES,
) -> Document:
    """Quyết định phê duyệt và công bố: the ranking of each group in an annex.

    ``scope`` says whose index it is (“các sở, ban, ngành tỉnh …”), ``index`` what it is called,
    ``groups`` what each peer group is called.
    """
    name = index_name(run, named=index)
    annexes = tuple(
        Annex(
            title=f"Kết quả {name} của {scope}{of_group(run, group, groups)}",
            blocks=(ranking_table(run, group, title=f"Xếp hạng{of_group(run, group, groups)}"),),
        )
        for group in run.groups
    )
    label = "Phụ lục" if len(annexes) == 1 else "các Phụ lục"
    return Document(
        kind=Kind.DECISION,
        head=head,
        subject=f"Phê duyệt và công bố {name} của {scope}",
        body=(
            Article(
                number=1,
                text=f"Phê duyệt và công bố {name} của {scope} (chi tiết tại {label} kèm theo).",
            ),
            Article(
                number=2,
                text="Kết quả nêu tại Điều 1 là căn cứ để các đơn vị khắc phục tồn tại, hạn chế"
                " và xây dựng kế hoạch cải cách hành chính năm tiếp theo.",
            ),
            Article(
                number=3,
                text="Quyết định này có hiệu lực kể từ ngày ký. Thủ trưởng các cơ quan, đơn vị"
                " có liên quan chịu trách nhiệm thi hành Quyết định này.",
            ),
        ),
        annexes=annexes,
        provenance=provenance,
    )


def notice(
    run: IndexRun, unit: str, head: Head, *, provenance: Provenance, index: str = ""
) -> Document:
    """Thông báo kết quả chi tiết: one unit's index, areas and items, from the public figures.

    Raises LookupError for a unit that is not in the round.
    """
    found = run.group_of(unit)
    if found is None:
        raise LookupError(unit)
    group, at = found
    name, called = index_name(run, named=index), group.units[at].name
    return Document(
        kind=Kind.NOTICE,
        head=head,
        subject=f"Kết quả chi tiết {name} của {called}",
        addressees=(called,),
        body=(
            *(Paragraph(text=said) for said in _unit_says(run, group, at, name)),
            unit_areas_table(group, at, title="Kết quả theo lĩnh vực"),
            Picture(chart=figures.unit_chart(group, at, title=f"Kết quả theo lĩnh vực: {called}")),
        ),
        annexes=(
            Annex(
                title=f"Điểm từng tiêu chí của {called}",
                blocks=(unit_items_table(group, at, title="Điểm từng tiêu chí"),),
            ),
        ),
        provenance=provenance,
    )


def _unit_says(run: IndexRun, group: GroupRun, at: int, name: str) -> list[str]:
    result, rank = group.results[at], group.ranks[at]
    if result.index is None:
        return [f"Không tiêu chí nào áp dụng cho đơn vị nên đơn vị không có {name}."]
    figures_ = group.figures()
    said = f"{name} của đơn vị là {index_of(group, result.index)}%"
    if rank is not None:
        said += f", xếp hạng {rank}/{figures_.n_ranked} trong nhóm"
    if result.classification:
        said += f", xếp loại {class_of(group, at)}"
    lines = [said + "."]
    if rank is None:
        lines[0] = said + "; đơn vị được đánh giá nhưng không xếp hạng."
    since = run.change(group, at)
    if since.index is None:
        lines.append("Không có chỉ số năm trước để so sánh.")
    else:
        decimals = group.criteria.policies.index_decimals
        words = f"So với năm trước: chỉ số {moved(since.index, decimals, 'điểm phần trăm')}"
        if since.rank is not None:
            words += f"; thứ hạng {moved(since.rank, 0, 'bậc')}"
        lines.append(words + ".")
    below = [
        area.name.vi
        for place, area in enumerate(group.criteria.areas)
        if (mean := figures.area_mean(group, place)) is not None
        and (own := figures.area_value(group, at, place)) is not None
        and own < mean
    ]
    lines.append(
        f"Lĩnh vực dưới trung bình nhóm: {'; '.join(below)}."
        if below
        else "Không lĩnh vực nào dưới trung bình nhóm."
    )
    return lines
