"""The report of a survey of satisfaction: each finding with what it may be, and of how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Final

from parindex.criteria.model import Item
from parindex.criteria.rules import Source
from parindex.documents.charts.ranks import Place, rank_dots
from parindex.documents.figures import PAGE_ROWS
from parindex.documents.form import (
    Annex,
    Block,
    Column,
    Document,
    Head,
    Heading,
    Kind,
    Paragraph,
    Picture,
    Provenance,
    Table,
    paragraphs,
)
from parindex.documents.results import NO_NAMES, index_name, of_group
from parindex.documents.wording import NOTHING, figure, listed
from parindex.points import decimals_of
from parindex.scoring.run import GroupRun, IndexRun
from parindex.survey.finding import Finding

_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One finding in percent: its estimate, between which limits, from how many answers.

    ``low`` and ``high`` are the estimate and so many standard errors to both sides as a normal
    distribution asks, between 0 and 100; None where no standard error is published.
    """

    unit: str
    share: Decimal
    low: Decimal | None
    high: Decimal | None
    n: int | None


def measured(name: str, finding: Finding, *, confidence: Decimal) -> Measured:
    """A finding as it is printed."""
    share = 100 * finding.share
    if finding.se is None:
        return Measured(unit=name, share=share, low=None, high=None, n=finding.n)
    times = Decimal(str(NormalDist().inv_cdf(float((1 + confidence) / 2))))
    margin = 100 * finding.se * times
    return Measured(
        unit=name, share=share, low=max(Decimal(), share - margin),
        high=min(Decimal(100), share + margin), n=finding.n,
    )  # fmt: skip


def sipas_report(
    run: IndexRun,
    head: Head,
    *,
    provenance: Provenance,
    scope: str,
    confidence: Decimal,
    conduct: Sequence[str] = (),
    proposals: Sequence[str] = (),
    index: str = "",
    groups: Mapping[str, str] = NO_NAMES,
) -> Document:
    """Báo cáo kết quả khảo sát: every survey item of every group, its units by their share.

    ``confidence`` is that of the survey's own intervals, between 0 and 1. Raises LookupError where
    the round has no finding.
    """
    if not run.round.findings:
        raise LookupError("findings")
    body: list[Block] = []
    if conduct:
        body += [Heading(text="Tình hình triển khai"), *paragraphs(conduct)]
    body.append(Heading(text="Kết quả khảo sát"))
    annexes = []
    percent = figure(100 * confidence, decimals_of(100 * confidence))
    for group in run.groups:
        of = of_group(run, group, groups)
        surveyed = _surveyed(run, group, confidence)
        for item, found in surveyed:
            body += _item(item, found, of)
        rows = _rows(surveyed)
        if rows:
            table = Table(
                title=f"Kết quả từng nội dung, từng đơn vị{of}", columns=_COLUMNS, rows=rows,
                note=f"Khoảng tin cậy {percent}%, xấp xỉ chuẩn; “–” là không công bố.",
            )  # fmt: skip
            annexes.append(Annex(title=f"Kết quả khảo sát chi tiết{of}", blocks=(table,)))
    body.append(
        Paragraph(
            text="Hai đơn vị có khoảng tin cậy chồng lên nhau thì thứ tự trên chưa nói được đơn vị"
            " nào hơn; muốn biết phải kiểm định chênh lệch giữa hai đơn vị."
        )
    )
    if proposals:
        body += [Heading(text="Kiến nghị, đề xuất"), *paragraphs(proposals)]
    return Document(
        kind=Kind.REPORT,
        head=head,
        subject=f"Kết quả khảo sát {index_name(run, named=index)} của {scope}",
        body=tuple(body),
        annexes=tuple(annexes),
        provenance=provenance,
    )


_COLUMNS: Final = (
    Column(heading="Mã", width=16),
    Column(heading="Nội dung khảo sát", width=90),
    Column(heading="Đơn vị", width=60),
    Column(heading="Kết quả (%)", width=20, align="right"),
    Column(heading="Từ (%)", width=18, align="right"),
    Column(heading="Đến (%)", width=18, align="right"),
    Column(heading="Số phiếu", width=18, align="right"),
)


def _surveyed(
    run: IndexRun, group: GroupRun, confidence: Decimal
) -> list[tuple[Item, list[Measured]]]:
    """The items that a survey found, with its findings: the greatest first, then by unit."""
    surveyed = []
    for item in group.criteria.items():
        found = [
            measured(unit.name, finding, confidence=confidence)
            for unit in group.units
            if (finding := run.round.findings.get((unit.id, item.code))) is not None
        ]
        if found and item.source in {Source.SURVEY, Source.INDEX}:
            surveyed.append((item, sorted(found, key=lambda one: -one.share)))
    return surveyed


def _item(item: Item, found: Sequence[Measured], of: str) -> list[Block]:
    name = f"{item.code}. {item.name.vi}"
    # The greatest stand first; equal shares have the place of the first of them.
    shares = [one.share for one in found]
    places = [
        Place(
            name=one.unit, value=one.share, rank=1 + shares.index(one.share), low=one.low,
            high=one.high,
        )
        for one in found
    ]  # fmt: skip
    charts = [
        rank_dots(
            places[start : start + PAGE_ROWS], title=f"{name}{of}", decimals=_PLACES, among=places,
            estimates=True, key=f"survey-{item.id}-{part}",
        )
        for part, start in enumerate(range(0, len(places), PAGE_ROWS), 1)
    ]  # fmt: skip
    return [
        Heading(text=f"{name}{of}", rank=2),
        *paragraphs(_says(found)),
        *(Picture(chart=one) for one in charts),
    ]


def _says(found: Sequence[Measured]) -> list[str]:
    top, low = found[0].share, found[-1].share
    first = listed([one.unit for one in found if one.share == top], most=3)
    last = listed([one.unit for one in found if one.share == low], most=3)
    high, least = figure(top, _PLACES), figure(low, _PLACES)
    said = [f"Cao nhất: {first} ({high}%); thấp nhất: {last} ({least}%)."]
    answers = [one.n for one in found if one.n is not None]
    if answers:
        total = f"{sum(answers):,}".replace(",", ".")
        said.append(f"{total} phiếu trả lời hợp lệ của {len(answers)} đơn vị có công bố số phiếu.")
    return said


def _rows(surveyed: Sequence[tuple[Item, list[Measured]]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            item.code, item.name.vi, one.unit, figure(one.share, _PLACES),
            figure(one.low, _PLACES), figure(one.high, _PLACES),
            NOTHING if one.n is None else str(one.n),
        )
        for item, found in surveyed
        for one in found
    )  # fmt: skip
