"""What the pages of a sheet share: to open it, where one stands, words of stages and deadlines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from parindex.web.assessment.actions.telling import phase_words
from parindex.web.assessment.queries.entering import Rights
from parindex.web.assessment.queries.sheets import OpenSheet, sheet_for
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import day, moment
from parindex.web.people.permissions import UnknownError


def opened_sheet(request: DeskRequest, sheet_id: UUID) -> OpenSheet:
    """The sheet, if the person may know of it; for anybody else it is not there."""
    found = sheet_for(request.actor, sheet_id)
    if found is None:
        raise UnknownError
    return found


def sheet_url(opened: OpenSheet, query: str = "") -> str:
    """The task list of a sheet."""
    url = reverse("sheet", args=[opened.sheet.id])
    return f"{url}?{query}" if query else url


def item_url(opened: OpenSheet, code: str) -> str:
    """The page of one item."""
    return reverse("item", args=[opened.sheet.id, code])


def tasks_key(opened: OpenSheet) -> str:
    """Where the session keeps the filters of a task list, so that going back finds them."""
    return f"tasks/{opened.sheet.id}"


def trail(request: DeskRequest, opened: OpenSheet, *labels: str) -> list[dict[str, str]]:
    """Where a page of a sheet stands."""
    query = request.session.get(tasks_key(opened), "")
    found = [
        {"label": _("Việc của tôi"), "url": reverse("work")},
        {"label": opened.sheet.unit.name, "url": sheet_url(opened, query)},
    ]
    return found + [{"label": one, "url": ""} for one in labels]


def stage_words(stage: str) -> str:
    """A stage of scores as it is called."""
    if stage.startswith("appraised-"):
        return _("Thẩm định lần {number}").format(number=stage.partition("-")[2])
    return {
        "self": _("Tự chấm"),
        "council": _("Hội đồng quyết định"),
        "corrected": _("Điều chỉnh sau khi khóa"),
    }.get(stage, stage)


def steps_of(opened: OpenSheet) -> list[dict[str, Any]]:
    """The phases of the round as steps."""
    now = opened.phase
    return [
        {
            "name": phase_words(one),
            "when": f"{day(one.opens_at)} – {day(one.closes_at)}",
            "past": one.closed_at is not None,
            "current": now is not None and one.id == now.id,
            "ends_at": one.closes_at,
        }
        for one in opened.phases
    ]


def barred_words(why: str, allowed: Rights, *, entrusted: str = "") -> str:
    """Why nothing can be entered, and what to do about it."""
    if why == "closed":
        return _(
            "Đã hết hạn tự chấm điểm lúc {until}. Nếu có lý do chính đáng, đề nghị quản trị kỳ"
            " đánh giá gia hạn."
        ).format(until=moment(allowed.until))
    if why == "entrusted":
        return _("Mục này giao {unit} chấm.").format(unit=entrusted)
    return {
        "not_opened": _("Giai đoạn tự chấm điểm chưa mở. Chờ thông báo mở kỳ."),
        "locked": _(
            "Phiếu đang khóa nên chỉ xem được. Muốn sửa, đề nghị lãnh đạo đơn vị trả lại phiếu,"
            " hoặc đề nghị quản trị kỳ đánh giá mở lại."
        ),
        "not_entered": _(
            "Mục này không tự chấm: điểm lấy từ điều tra, số liệu hồ sơ hoặc cơ quan ngoài."
        ),
        "not_applicable": _("Mục này đã được quyết định là không áp dụng. Không cần nhập."),
    }.get(why, "")
