"""What waits for a person, their messages, whom they act for, and search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parindex.web.assessment.actions.telling import phase_words
from parindex.web.assessment.queries import evidence as documents
from parindex.web.assessment.queries import overview, search
from parindex.web.assessment.queries.overview import Waits, Watched
from parindex.web.assessment.queries.sheets import sheet_for
from parindex.web.desk.frame import ACTING, DeskRequest, narrowed
from parindex.web.desk.views.fieldwork.waiting import surveys_waiting
from parindex.web.people import actions as people_actions
from parindex.web.people import queries as people

# What waits, in words: the sentence after the number, where to go, what the button says.
_WAITS: Final = {
    "claim": ("sheet", gettext_lazy("mục chưa tự chấm điểm"), gettext_lazy("Chấm tiếp")),
    "hand_over": (
        "sheet_check",
        gettext_lazy("phiếu đã chấm đủ các mục, chưa gửi đi"),
        gettext_lazy("Kiểm tra và gửi phiếu"),
    ),
    "sign": (
        "sheet_sign",
        gettext_lazy("phiếu chờ lãnh đạo đơn vị duyệt"),
        gettext_lazy("Xem và duyệt phiếu"),
    ),
    "answer": (
        "explanations",
        gettext_lazy("yêu cầu giải trình chờ trả lời"),
        gettext_lazy("Trả lời yêu cầu"),
    ),
    "appraise": ("appraisal/", gettext_lazy("mục chờ thẩm định"), gettext_lazy("Thẩm định")),
    "decide": (
        "council/",
        gettext_lazy("mục còn ý kiến khác nhau, chờ Hội đồng"),
        gettext_lazy("Xem các mục"),
    ),
    "exempt": ("", gettext_lazy("đề nghị không áp dụng mục"), gettext_lazy("Xem đề nghị")),
    "approve_change": (
        "register/",
        gettext_lazy("thay đổi sau khi khóa chờ người thứ hai duyệt"),
        gettext_lazy("Xem thay đổi"),
    ),
    "assign": ("", gettext_lazy("mục chưa có cơ quan thẩm định"), gettext_lazy("Phân công")),
    "open_next": (
        "",
        gettext_lazy("giai đoạn đến lượt mở hoặc kết thúc"),
        gettext_lazy("Xem kỳ đánh giá"),
    ),
}


@require_GET
def work(request: DeskRequest) -> HttpResponse:
    """What waits for the person, the nearest deadline first; below, the rounds they watch."""
    return render(
        request,
        "scoring/work.html",
        {
            "waits": [
                *(_waits(one) for one in overview.waits_for(request.actor)),
                *surveys_waiting(request.actor),
            ],
            "watched": [_watched(one) for one in overview.watched(request.actor)],
        },
    )


def _waits(one: Waits) -> dict[str, Any]:
    where, words, button = _WAITS[one.kind]
    whose = one.sheet.unit.name if one.sheet is not None else ""
    if one.sheet is not None:
        url = reverse(where, args=[one.sheet.id])
        url += "?state=empty" if one.kind == "claim" else ""
    else:
        url = f"/desk/rounds/{one.round.id}/{where}"
    text = ", ".join(part for part in (whose, one.round.title) if part)
    return {
        "n": one.n,
        "text": f"{words} – {text}",
        "deadline": one.until,
        "url": url,
        "action": str(button),
    }


def _watched(one: Watched) -> dict[str, Any]:
    phase = one.phase
    return {
        "title": one.round.title,
        "url": f"/desk/rounds/{one.round.id}/",
        "state": one.round.state,
        "phase": phase_words(phase) if phase is not None else "",
        "deadline": phase.closes_at if phase is not None else None,
        "sheets": [
            {
                "name": sheet.unit.name,
                "url": reverse("sheet", args=[sheet.id]),
                "state": sheet.state,
            }
            for sheet in one.sheets[:12]
        ],
        "more": max(len(one.sheets) - 12, 0),
    }


@require_http_methods(["GET", "POST"])
def notifications(request: DeskRequest) -> HttpResponse:
    """The person's messages, the newest first; a POST marks all as read."""
    if request.method == "POST":
        people_actions.mark_read(request.actor)
        messages.success(request, _("Đã đánh dấu mọi thông báo là đã đọc."))
        return redirect("notifications")
    return render(
        request, "scoring/notifications.html", {"found": people.messages_of(request.actor)}
    )


@require_POST
def acting(request: DeskRequest) -> HttpResponse:
    """Choose whom to act for: one of one's own standings, or all of them; nothing else is taken."""
    chosen = request.POST.get("acting", "")
    if not request.desk.takes(chosen):
        raise Http404
    request.session[ACTING] = chosen
    said = next(str(one["label"]) for one in request.desk.choices if one["value"] == chosen)
    messages.success(request, _("Từ bây giờ làm việc cho: {whom}.").format(whom=said))
    return redirect(_onwards(request, chosen))


def _onwards(request: DeskRequest, chosen: str) -> str:
    """Back to the sheet one was at, if it is there for the new role too; else to what waits."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        try:
            sheet = resolve(wanted.partition("?")[0]).kwargs.get("sheet_id")
        except Resolver404:
            sheet = None
        actor = narrowed(request.desk.whole, chosen)
        if isinstance(sheet, UUID) and sheet_for(actor, sheet) is not None:
            return wanted
    return reverse("work")


@require_GET
def find(request: DeskRequest) -> HttpResponse:
    """Documents, sheets and items that have every word, among what the person may know of."""
    text = request.GET.get("q", "").replace("\x00", " ").strip()[:200]
    found: Mapping[str, Any] = {}
    if text:
        rest = search.find(request.actor, text)
        files = documents.search(request.actor, text)
        found = {
            "sheets": [
                {
                    "name": one.unit.name,
                    "about": one.round.title,
                    "url": reverse("sheet", args=[one.id]),
                    "state": one.state,
                }
                for one in rest.sheets
            ],
            "items": [
                {
                    "name": f"{one.item.code} {one.item.name.vi}",
                    "about": one.round.title,
                    "url": reverse("item", args=[one.sheet.id, one.item.code])
                    if one.sheet is not None
                    else f"/desk/rounds/{one.round.id}/",
                }
                for one in rest.items
            ],
            "documents": [
                {
                    "name": one.title,
                    "about": ", ".join(part for part in (one.number, one.unit.name) if part),
                    "url": f"/desk/documents/{one.id}/",
                }
                for one in files
            ],
        }
    n_found = sum(len(rows) for rows in found.values())
    return render(request, "scoring/search.html", {"q": text, "n_found": n_found, **found})
