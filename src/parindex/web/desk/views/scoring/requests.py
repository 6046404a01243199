"""What a unit asks or answers about one item: that it do not apply, and its explanation."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from parindex.vietnamese import has_words
from parindex.web.assessment.actions import exempting, explaining
from parindex.web.assessment.queries import entering
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.scoring.item import asked_item, whole
from parindex.web.desk.views.scoring.opening import item_url, opened_sheet, trail
from parindex.web.people.permissions import RefusedError

_LONGEST_REASON = 1_000
_LONGEST_TEXT = 10_000


def _text(request: DeskRequest, name: str) -> str:
    text = request.POST.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()
    return unicodedata.normalize("NFC", text)


@require_POST
def exemption(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Ask that an item do not apply to the unit, with the reason."""
    asked = asked_item(request, sheet_id, item)
    reason = _text(request, "reason")
    wrong = ""
    if len(reason) > _LONGEST_REASON:
        wrong = _("Lý do dài quá {n} chữ. Viết ngắn lại.").format(n=_LONGEST_REASON)
    else:
        try:
            exempting.request_exemption(request.actor, sheet_id, item, reason=reason)
        except RefusedError as refused:
            if refused.code != "refused.no_reason":
                raise
            wrong = _("Ghi lý do, ví dụ: đơn vị không có bộ phận một cửa.")
    if wrong:
        asked.extra = {"exemption_reason": reason, "exemption_error": wrong}
        return whole(request, asked, status=422)
    messages.success(
        request,
        _(
            "Đã gửi đề nghị không áp dụng mục {code}. Quản trị kỳ đánh giá quyết định trước khi hết"
            " hạn tự chấm; trong lúc chờ vẫn chấm được mục này."
        ).format(code=item),
    )
    return redirect(item_url(asked.opened, item))


@require_POST
def answer(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Accept what was found, or explain; in the round of explanation that is open."""
    asked = asked_item(request, sheet_id, item)
    choice, text = request.POST.get("answer", ""), _text(request, "text")[:_LONGEST_TEXT]
    errors = {}
    if choice not in {"accept", "explain"}:
        errors["answer"] = _("Chọn chấp nhận hoặc giải trình.")
    elif choice == "explain" and not has_words(text):
        errors["text"] = _("Viết nội dung giải trình, nêu tài liệu và số trang chứng minh.")
    if errors:
        asked.extra = {"answer_choice": choice, "answer_text": text, "answer_errors": errors}
        return whole(request, asked, status=422)
    explaining.answer(request.actor, sheet_id, item, accepts=choice == "accept", text=text)
    done = (
        _("Đã ghi nhận: đơn vị chấp nhận điểm thẩm định mục {code}.")
        if choice == "accept"
        else _("Đã gửi giải trình mục {code}. Cơ quan thẩm định sẽ xem ở lần thẩm định sau.")
    )
    messages.success(request, done.format(code=item))
    return redirect("explanations", asked.opened.sheet.id)


@require_GET
def explanations(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """Everything that was asked about a sheet, the latest round first; what waits on top."""
    opened = opened_sheet(request, sheet_id)
    allowed = entering.rights(request.actor, opened)
    phase = opened.phase
    rows: list[dict[str, Any]] = []
    for one in entering.questions_of(request.actor, opened):
        answers = sorted(one.answers.all(), key=lambda answer: answer.at)
        last = answers[-1] if answers else None
        code = one.item
        waits = allowed.answers and phase is not None and phase.number == one.number
        rows.append(
            {
                "code": code,
                "name": opened.items[code][1].name.vi,
                "url": reverse("item", args=[opened.sheet.id, code]) + "#explanation",
                "text": one.text,
                "at": one.at,
                "number": one.number,
                "state": "asked" if last is None else ("accepted" if last.accepts else "answered"),
                "last": last,
                "open": waits,
            }
        )
    rows.sort(key=lambda row: not (row["open"] and row["last"] is None))
    context = {
        "opened": opened,
        "rows": rows,
        "trail": trail(request, opened, _("Giải trình")),
        "n_waiting": sum(row["open"] and row["last"] is None for row in rows),
        "deadline": opened.deadline() if allowed.answers else None,
    }
    return render(request, "scoring/explanations.html", context)
