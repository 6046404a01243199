"""Which document shows which table to whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parindex.documents.form import Kind


class Paper(StrEnum):
    """A document of the catalogue; its template bears its name."""

    DECISION = "decision"
    NOTICE = "notice"
    REPORT = "report"
    SIPAS_REPORT = "sipas-report"
    GUIDANCE = "guidance"
    PLAN = "plan"
    SELF_ASSESSMENT = "self-assessment"
    MINUTES = "minutes"
    CERTIFICATES = "certificates"


class Audience(StrEnum):
    """To whom a document goes."""

    PUBLIC = "public"
    UNIT = "unit"
    UNITS = "units"
    COUNCIL = "council"
    SUPERIOR = "superior"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the catalogue: a document, what it shows, and to whom it goes.

    ``from_run`` tells that its figures come from a public bundle's run; the others are made of
    what their office writes alone. ``wide_annexes`` lie on their side.
    """

    paper: Paper
    kind: Kind
    title: str
    audience: Audience
    shows: tuple[str, ...]
    from_run: bool = False
    wide_annexes: bool = False


CATALOGUE: Final = (
    Shown(
        paper=Paper.DECISION, kind=Kind.DECISION, audience=Audience.PUBLIC, from_run=True,
        wide_annexes=True,
        title="Quyết định phê duyệt và công bố chỉ số",
        shows=("Bảng xếp hạng từng nhóm",),
    ),
    Shown(
        paper=Paper.NOTICE, kind=Kind.NOTICE, audience=Audience.UNIT, from_run=True,
        title="Thông báo kết quả chi tiết của từng đơn vị",
        shows=("Kết quả theo lĩnh vực so với nhóm", "Điểm từng tiêu chí"),
    ),
    Shown(
        paper=Paper.REPORT, kind=Kind.REPORT, audience=Audience.PUBLIC, from_run=True,
        wide_annexes=True,
        title="Báo cáo kết quả xác định chỉ số",
        shows=("Bảng xếp hạng", "Trung bình từng lĩnh vực", "Trung bình từng tiêu chí"),
    ),
    Shown(
        paper=Paper.SIPAS_REPORT, kind=Kind.REPORT, audience=Audience.PUBLIC, from_run=True,
        wide_annexes=True,
        title="Báo cáo kết quả khảo sát sự hài lòng",
        shows=("Chỉ số hài lòng từng nội dung, từng đơn vị, kèm khoảng tin cậy",),
    ),
    Shown(
        paper=Paper.GUIDANCE, kind=Kind.LETTER, audience=Audience.UNITS,
        title="Công văn hướng dẫn tự đánh giá, chấm điểm", shows=("Mốc thời gian",),
    ),
    Shown(
        paper=Paper.PLAN, kind=Kind.PLAN, audience=Audience.UNITS,
        title="Kế hoạch triển khai xác định chỉ số", shows=("Phân công, thời hạn",),
    ),
    Shown(
        paper=Paper.SELF_ASSESSMENT, kind=Kind.REPORT, audience=Audience.COUNCIL,
        title="Báo cáo tự đánh giá, chấm điểm", shows=("Điểm tự chấm theo lĩnh vực",),
    ),
    Shown(
        paper=Paper.MINUTES, kind=Kind.MINUTES, audience=Audience.COUNCIL,
        title="Biên bản họp Hội đồng thẩm định", shows=("Thành phần, kết luận",),
    ),
    Shown(
        paper=Paper.CERTIFICATES, kind=Kind.DECISION, audience=Audience.PUBLIC,
        title="Quyết định tặng Bằng khen kèm danh sách", shows=("Danh sách tập thể, cá nhân",),
    ),
)  # fmt: skip
