"""Handing a sheet in, signing it, sending it back: each shows first, then acts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from parindex.web.assessment.actions import claims
from parindex.web.assessment.queries import entering
from parindex.web.assessment.queries.sheets import Missing, OpenSheet, missing, task_list
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.scoring.opening import (
    barred_words,
    item_url,
    opened_sheet,
    sheet_url,
    trail,
)
from parindex.web.desk.views.scoring.rule import number_words
from parindex.web.desk.views.scoring.sheet import figures
from parindex.web.people.permissions import RefusedError

# What the head types to submit: the words of the act itself.
WORDS: Final = gettext_lazy("gửi phiếu")
_LACKS: Final = {
    "empty": gettext_lazy("chưa chấm"),
    "no_evidence": gettext_lazy("thiếu tài liệu kiểm chứng"),
    "waiting": gettext_lazy("đề nghị không áp dụng đang chờ quyết định"),
}


def _lacking(opened: OpenSheet, found: Sequence[Missing]) -> list[dict[str, str]]:
    return [
        {
            "code": one.item.code,
            "name": one.item.name.vi,
            "what": str(_LACKS[one.what]),
            "url": item_url(opened, one.item.code),
        }
        for one in found
    ]


def _context(request: DeskRequest, opened: OpenSheet, label: str) -> dict[str, Any]:
    allowed = entering.rights(request.actor, opened)
    if not allowed.fills:
        raise RefusedError("refused.not_yours")
    rows = task_list(request.actor, opened)
    areas: dict[str, dict[str, Any]] = {}
    for row in rows:
        area = areas.setdefault(
            row.area.code,
            {
                "name": f"{row.area.code}. {row.area.name.vi}",
                "points": Decimal(0),
                "most": Decimal(0),
            },
        )
        area["points"] += row.claimed or 0
        area["most"] += row.item.max_points
    return {
        "opened": opened,
        "allowed": allowed,
        "barred": barred_words(allowed.barred, allowed),
        "trail": trail(request, opened, label),
        "figures": figures(rows),
        "lacking": _lacking(opened, missing(opened)),
        "columns": [
            {"label": _("Lĩnh vực")},
            {"label": _("Điểm tự chấm"), "numeric": True},
            {"label": _("Điểm tối đa"), "numeric": True},
        ],
        "areas": [
            [one["name"], number_words(one["points"]), number_words(one["most"])]
            for one in areas.values()
        ],
        "back": sheet_url(opened),
    }


def _signing(request: DeskRequest, opened: OpenSheet) -> dict[str, Any]:
    return _context(request, opened, _("Duyệt và gửi")) | {
        "words": str(WORDS),
        "consequences": [
            _("Phiếu được khóa; từ nay đơn vị chỉ xem được."),
            _("Cơ quan thẩm định xem được số liệu, ghi chú và tài liệu kiểm chứng."),
            _("Muốn sửa phải đề nghị quản trị kỳ đánh giá mở lại phiếu, có lý do và công khai."),
        ],
    }


@require_http_methods(["GET", "POST"])
def check(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """What the sheet still lacks; a POST hands it to the head of the unit."""
    opened = opened_sheet(request, sheet_id)
    if request.method == "POST":
        claims.hand_in(request.actor, sheet_id)
        messages.success(
            request,
            _("Đã gửi phiếu để lãnh đạo đơn vị duyệt. Trong lúc chờ duyệt, phiếu không sửa được."),
        )
        return redirect(sheet_url(opened))
    context = _context(request, opened, _("Kiểm tra"))
    context["consequences"] = [
        _("Thủ trưởng đơn vị nhận được thông báo để duyệt."),
        _("Trong lúc chờ duyệt, phiếu không sửa được; lãnh đạo trả lại thì sửa tiếp."),
    ]
    if context["lacking"]:
        context["consequences"].append(
            _("Những chỗ còn thiếu được ghi lại; lãnh đạo thấy trước khi gửi.")
        )
    return render(request, "scoring/check.html", context)


@require_http_methods(["GET", "POST"])
def sign(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The head of the unit sees the totals and what is missing, and submits the sheet."""
    opened = opened_sheet(request, sheet_id)
    context = _signing(request, opened)
    if not context["allowed"].heads:
        raise RefusedError("refused.not_yours")
    if request.method == "GET":
        return render(request, "scoring/sign.html", context)
    although = bool(request.POST.get("although_missing"))
    errors = []
    if not is_confirmed(request, str(WORDS)):
        context["error"] = unconfirmed(str(WORDS))
        errors.append({"id": "confirm-words", "text": context["error"]})
    if context["lacking"] and not although:
        words = _("Phiếu còn thiếu {n} mục. Bổ sung, hoặc đánh dấu “Vẫn gửi dù còn thiếu”.")
        errors.append({"id": "although", "text": words.format(n=len(context["lacking"]))})
    if errors:
        context |= {"errors": errors, "although": although}
        return render(request, "scoring/sign.html", context, status=422)
    claims.sign(request.actor, sheet_id, although_missing=although)
    messages.success(
        request,
        _("Đã gửi phiếu tự chấm điểm. Phiếu được khóa; cơ quan thẩm định sẽ xem khi mở thẩm định."),
    )
    return redirect(sheet_url(opened))


@require_POST
def send_back(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The head of the unit gives the sheet back to the officer, with a reason."""
    opened = opened_sheet(request, sheet_id)
    text = request.POST.get("reason", "").replace("\x00", "").strip()
    reason = unicodedata.normalize("NFC", text)[:400]
    try:
        claims.send_back(request.actor, sheet_id, reason=reason)
    except RefusedError as refused:
        if refused.code != "refused.no_reason":
            raise
        context = _signing(request, opened)
        wrong = _("Ghi lý do trả lại, ví dụ: mục 1.2 chưa đúng số liệu.")
        context |= {
            "reason_error": wrong,
            "errors": [{"id": "reason", "text": wrong}],
        }
        return render(request, "scoring/sign.html", context, status=422)
    messages.success(request, _("Đã trả lại phiếu cho cán bộ đầu mối; họ nhận được lý do."))
    return redirect(sheet_url(opened))
