"""To approve the results of a round: what is missing, what will happen, and the act itself."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.errors import IncompleteError
from parindex.web.assessment.actions import ending
from parindex.web.assessment.queries import running
from parindex.web.assessment.states import RoundState
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.running.opening import own_round, phase_name, trail

WORDS = gettext_noop("phê duyệt kết quả")
_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """What stands between the round and its approval; once nothing does, the words are asked."""
    round_ = own_round(request, round_id)
    error = ""
    if request.method == "POST":
        if is_confirmed(request, _(WORDS)):
            try:
                digest = ending.approve_round(request.actor, round_.id)
            except IncompleteError:
                error = _("Còn thiếu điểm, chưa phê duyệt được. Xem danh sách ở trên.")
            else:
                messages.success(
                    request,
                    _("Đã phê duyệt kết quả. Gói số liệu đã niêm phong: %(digest)s.")
                    % {"digest": digest},
                )
                return redirect("round", round_.id)
        else:
            error = unconfirmed(_(WORDS))
    over = round_.state in {RoundState.APPROVED, RoundState.CLOSED}
    gaps = None if over else running.gaps_of(round_)
    language = get_language() or "vi"
    context = {
        "round": round_,
        "trail": trail(round_, _("Phê duyệt kết quả")),
        "over": over,
        "gaps": gaps,
        "phases": [phase_name(one.kind, one.number) for one in gaps.phases] if gaps else [],
        "lacking": gaps.lacking if gaps else [],
        "problems": [one.say(language) for one in gaps.others[:_SHOWN]] if gaps else [],
        "n_more": max(len(gaps.others) - _SHOWN, 0) if gaps else 0,
        "title": _("Phê duyệt kết quả của “%(title)s”") % {"title": round_.title},
        "consequences": [
            _("Mọi phiếu được chốt; điểm chỉ còn đổi bằng đính chính có hai người và công khai."),
            _("Chỉ số, thứ hạng được tính lại từ đầu và niêm phong thành "
                "một gói ai cũng kiểm tra được."),
            _("Các đơn vị xem được kết quả của mình."),
            _("Nhật ký được niêm phong bằng một mốc có chữ ký."),
        ],
        "words": _(WORDS),
        "error": error,
        "cancel_url": reverse("round", args=[round_.id]),
    }  # fmt: skip
    return render(request, "running/approve.html", context, status=422 if error else 200)
