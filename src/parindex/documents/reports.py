"""The reports of a round: tables, charts and written findings, with what only people can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parindex.documents import figures
from parindex.documents.findings import Written, written
from parindex.documents.form import (
    Annex,
    Block,
    Document,
    Head,
    Heading,
    Kind,
    Picture,
    Provenance,
    paragraphs,
)
from parindex.documents.results import NO_NAMES, index_name, of_group
from parindex.documents.tables import areas_table, items_table, ranking_table
from parindex.scoring.run import GroupRun, IndexRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """What only people can write into a report; what is empty is left out.

    ``conduct``: how the round was run; ``causes``: why; ``proposals``: what should be done.
    """

    conduct: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()


NO_NARRATIVE: Final = Narrative()


def report(
    run: IndexRun,
    head: Head,
    *,
    provenance: Provenance,
    scope: str,
    narrative: Narrative = NO_NARRATIVE,
    before: IndexRun | None = None,
    index: str = "",
    groups: Mapping[str, str] = NO_NAMES,
) -> Document:
    """Báo cáo kết quả: tables, charts and findings of every group, with what people wrote.

    ``before`` is the run of an earlier year, for changes by area; ``groups`` is what each peer
    group is called.
    """
    name = index_name(run, named=index)
    said = [(group, written(run, group, before=before)) for group in run.groups]
    parts: list[list[Block]] = []
    if narrative.conduct:
        parts.append([Heading(text="Tình hình triển khai"), *paragraphs(narrative.conduct)])
    results: list[Block] = [Heading(text=f"Kết quả {name}")]
    for group, found in said:
        results += _group_results(run, group, found, of_group(run, group, groups))
    parts.append(results)
    remarks: list[Block] = [Heading(text="Nhận xét rút ra từ số liệu")]
    for group, found in said:
        remarks += _remarks(found, of_group(run, group, groups))
    if narrative.causes:
        remarks += [Heading(text="Nguyên nhân", rank=2), *paragraphs(narrative.causes)]
    parts.append(remarks)
    if narrative.proposals:
        parts.append([Heading(text="Kiến nghị, đề xuất"), *paragraphs(narrative.proposals)])
    return Document(
        kind=Kind.REPORT,
        head=head,
        subject=f"Kết quả {name} của {scope}",
        body=tuple(block for part in parts for block in part),
        annexes=tuple(_report_annexes(run, groups)),
        provenance=provenance,
    )


def _group_results(run: IndexRun, group: GroupRun, found: Written, of: str) -> list[Block]:
    return [
        Heading(text=f"Kết quả chung{of}", rank=2),
        *paragraphs(found.overall),
        ranking_table(run, group, title=f"Xếp hạng{of}", areas=False),
        *(Picture(chart=one) for one in figures.rank_charts(run, group, title=f"Thứ hạng{of}")),
        Heading(text=f"Kết quả theo lĩnh vực{of}", rank=2),
        *paragraphs(found.areas),
        areas_table(group, title=f"Chỉ số thành phần theo lĩnh vực{of}"),
        *(
            Picture(chart=one)
            for one in figures.heat_charts(group, title=f"Chỉ số thành phần của từng đơn vị{of}")
        ),
        Heading(text=f"So sánh với năm trước{of}", rank=2),
        *paragraphs(found.changes),
    ]


def _remarks(found: Written, of: str) -> list[Block]:
    blocks: list[Block] = []
    for heading, texts in (("Mặt đạt được", found.strengths), ("Hạn chế", found.weaknesses)):
        if texts:
            blocks += [Heading(text=f"{heading}{of}", rank=2), *paragraphs(texts)]
    return blocks


def _report_annexes(run: IndexRun, groups: Mapping[str, str]) -> list[Annex]:
    annexes = []
    for group in run.groups:
        of = of_group(run, group, groups)
        annexes += [
            Annex(
                title=f"Chỉ số và chỉ số thành phần{of}",
                blocks=(ranking_table(run, group, title=f"Chỉ số của từng đơn vị{of}"),),
            ),
            Annex(
                title=f"Điểm trung bình theo tiêu chí{of}",
                blocks=(items_table(group, title=f"Điểm trung bình theo tiêu chí{of}"),),
            ),
        ]
    return annexes
