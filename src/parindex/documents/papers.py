"""The papers an office writes around a round: guidance, plan, self-assessment, minutes, awards.

Their words are the office's; what stands here is how each is built and what a table of it adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from parindex.documents.form import (
    Annex,
    Article,
    Block,
    Column,
    Document,
    Head,
    Heading,
    Kind,
    Paragraph,
    Table,
    paragraphs,
)
from parindex.documents.wording import NOTHING, figure
from parindex.points import decimals_of

_NUMBER: Final = Column(heading="TT", width=10, align="center")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A piece of work: what is done, by whom, until when, and what comes of it."""

    what: str
    who: str
    until: date | None = None
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedArea:
    """What a unit claims in one area: its points and the most that it can have."""

    name: str
    claimed: Decimal | None
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """Who sits at a meeting, with the part that they have in it."""

    name: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What minutes tell: where and when, who came and who did not, what was said and decided."""

    place: str
    began: str
    ended: str
    present: tuple[Attendant, ...]
    said: tuple[str, ...]
    decided: tuple[str, ...]
    absent: tuple[Attendant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """Who is honoured, and for what."""

    name: str
    merit: str


def guidance(
    head: Head,
    *,
    subject: str,
    addressees: Sequence[str],
    texts: Sequence[str],
    tasks: Sequence[Task] = (),
) -> Document:
    """Công văn hướng dẫn tự đánh giá, chấm điểm, with its milestones where there are any."""
    body = paragraphs(texts)
    if tasks:
        body.insert(max(len(body) - 1, 0), _tasks(tasks, "Mốc thời gian thực hiện"))
    return Document(
        kind=Kind.LETTER, head=head, subject=subject, addressees=tuple(addressees),
        body=tuple(body),
    )  # fmt: skip


def plan(
    head: Head,
    *,
    subject: str,
    parts: Sequence[tuple[str, Sequence[str]]],
    tasks: Sequence[Task],
    closing: str,
) -> Document:
    """Kế hoạch triển khai: parts with their paragraphs, the tasks in an annex, a closing."""
    body: list[Block] = []
    for heading, texts in parts:
        body += [Heading(text=heading), *paragraphs(texts)]
    body.append(Paragraph(text=closing))
    return Document(
        kind=Kind.PLAN,
        head=head,
        subject=subject,
        body=tuple(body),
        annexes=(
            Annex(title="Phân công thực hiện", blocks=(_tasks(tasks, "Nhiệm vụ và thời hạn"),)),
        ),
    )


def _tasks(tasks: Sequence[Task], title: str) -> Table:
    products = any(one.product for one in tasks)
    rows = [
        (
            str(at),
            one.what,
            one.who,
            NOTHING if one.until is None else f"{one.until:%d/%m/%Y}",
            *((one.product or NOTHING,) if products else ()),
        )
        for at, one in enumerate(tasks, 1)
    ]
    columns = [
        _NUMBER,
        Column(heading="Nội dung", width=70),
        Column(heading="Đơn vị thực hiện", width=40),
        Column(heading="Thời hạn", width=22, align="center"),
    ]
    if products:
        columns.append(Column(heading="Sản phẩm", width=30))
    return Table(title=title, columns=tuple(columns), rows=tuple(rows))


def self_assessment(
    head: Head,
    *,
    index: str,
    unit: str,
    areas: Sequence[ClaimedArea],
    conduct: Sequence[str],
    limits: Sequence[str],
    closing: str,
) -> Document:
    """Báo cáo tự đánh giá, chấm điểm: what a unit claims area by area, and the sum of it.

    The sum is one of what was claimed; areas without a claim are counted and said.
    """
    places = max((decimals_of(one.maximum) for one in areas), default=0)
    claimed = [one.claimed for one in areas if one.claimed is not None]
    places = max([places, *(decimals_of(one) for one in claimed)])
    total, maximum = sum(claimed, Decimal()), sum((one.maximum for one in areas), Decimal())
    left = len(areas) - len(claimed)
    said = f"Tổng điểm tự chấm: {figure(total, places)}/{figure(maximum, places)} điểm"
    rows = [
        (str(at), one.name, figure(one.maximum, places), figure(one.claimed, places))
        for at, one in enumerate(areas, 1)
    ]
    rows.append(("", "Tổng cộng", figure(maximum, places), figure(total, places)))
    table = Table(
        title="Điểm tự chấm theo lĩnh vực",
        columns=(
            _NUMBER,
            Column(heading="Lĩnh vực", width=95),
            Column(heading="Điểm tối đa", width=25, align="right"),
            Column(heading="Điểm tự chấm", width=25, align="right"),
        ),
        rows=tuple(rows),
    )
    body: list[Block] = [Heading(text="Tình hình triển khai"), *paragraphs(conduct)]
    body += [Heading(text="Kết quả tự chấm điểm")]
    body.append(Paragraph(text=said + (f"; còn {left} lĩnh vực chưa chấm." if left else ".")))
    body.append(table)
    if limits:
        body += [Heading(text="Tồn tại, hạn chế"), *paragraphs(limits)]
    body.append(Paragraph(text=closing))
    return Document(
        kind=Kind.REPORT,
        head=head,
        subject=f"Kết quả tự đánh giá, chấm điểm {index} của {unit}",
        body=tuple(body),
    )


def minutes(head: Head, meeting: Meeting, *, subject: str) -> Document:
    """Biên bản họp Hội đồng: signed by the secretary and by who was in the chair."""
    body: list[Block] = [
        Paragraph(text=f"Thời gian bắt đầu: {meeting.began}. Địa điểm: {meeting.place}."),
        Heading(text="Thành phần tham dự"),
        _attendants(meeting.present, "Thành viên có mặt"),
    ]
    if meeting.absent:
        body.append(_attendants(meeting.absent, "Thành viên vắng mặt"))
    body += [Heading(text="Nội dung"), *paragraphs(meeting.said)]
    body += [Heading(text="Kết luận"), *paragraphs(meeting.decided)]
    body.append(Paragraph(text=f"Cuộc họp kết thúc vào {meeting.ended}."))
    return Document(kind=Kind.MINUTES, head=head, subject=subject, body=tuple(body))


def _attendants(ones: Sequence[Attendant], title: str) -> Table:
    return Table(
        title=title,
        columns=(
            _NUMBER, Column(heading="Họ và tên", width=60), Column(heading="Chức vụ", width=85),
        ),
        rows=tuple((str(at), one.name, one.post) for at, one in enumerate(ones, 1)),
    )  # fmt: skip


def certificates(head: Head, awards: Sequence[Award], *, honour: str, subject: str) -> Document:
    """Quyết định tặng thưởng with the list of who is honoured; ``honour`` is what is given."""
    listed = Table(
        title="Danh sách khen thưởng",
        columns=(
            _NUMBER, Column(heading="Tập thể, cá nhân", width=70),
            Column(heading="Thành tích", width=75),
        ),
        rows=tuple((str(at), one.name, one.merit) for at, one in enumerate(awards, 1)),
    )  # fmt: skip
    return Document(
        kind=Kind.DECISION,
        head=head,
        subject=subject,
        body=(
            Article(
                number=1,
                text=f"Tặng {honour} cho {len(awards)} tập thể, cá nhân có tên tại Phụ lục kèm"
                " theo.",
            ),
            Article(
                number=2,
                text="Quyết định này có hiệu lực kể từ ngày ký. Các cơ quan, đơn vị có liên quan"
                " và các tập thể, cá nhân có tên tại Điều 1 chịu trách nhiệm thi hành.",
            ),
        ),
        annexes=(Annex(title="Danh sách khen thưởng", blocks=(listed,)),),
    )
