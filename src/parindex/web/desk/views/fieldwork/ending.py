"""The end of a wave: closed, opened again, mixed, estimated; each says what will happen first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.errors import ParindexError
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment, number
from parindex.web.desk.views.fieldwork.ending_forms import EstimateForm, ReopenForm, plan_of
from parindex.web.desk.views.fieldwork.opening import own_wave, trail, wave_chip
from parindex.web.fieldwork.actions import closing, estimating, mixing
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.typing import waiting_for_second, waiting_for_third
from parindex.web.fieldwork.queries.waves import progress
from parindex.web.fieldwork.states import MIXED
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError

CLOSE = gettext_noop("đóng đợt")
MIX = gettext_noop("trộn phiếu")


def _page(
    request: DeskRequest, template: str, wave: Any, title: str, **context: Any
) -> HttpResponse:
    status = context.pop("status", 200)
    context |= {
        "wave": wave,
        "title": title,
        "trail": trail(wave, title),
        "chip": wave_chip(wave.state),
        "cancel_url": reverse("wave", args=[wave.id]),
    }
    return render(request, f"fieldwork/{template}.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Close a wave; before its time with a reason."""
    wave = own_wave(request, wave_id)
    early = clock.now() < wave.closes_at
    error = reason_error = ""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        if not is_confirmed(request, _(CLOSE)):
            error = unconfirmed(_(CLOSE))
        elif early and not reason.strip():
            reason_error = _("Đóng trước hạn thì phải ghi lý do.")
        else:
            closing.close_wave(request.actor, wave.id, reason=reason)
            messages.success(request, _("Đã đóng đợt."))
            return redirect("wave", wave.id)
    has = planning.set_up_of(wave)
    return _page(
        request, "close", wave, _("Đóng đợt"),
        early=early, words=_(CLOSE), error=error, reason_error=reason_error,
        reason=request.POST.get("reason", ""),
        consequences=[
            _("Mã trên thư, trên phiếu không trả lời qua mạng hay tại quầy được nữa."),
            _("Phiếu giấy, phiếu điện thoại và phiếu trong máy điều tra viên còn nhận đến "
              "%(until)s.") % {"until": moment(wave.syncs_until)},
            *_came(has),
            _("Chưa trộn phiếu thì vẫn mở lại được, có lý do."),
        ],
        status=422 if error or reason_error else 200,
    )  # fmt: skip


def _came(has: planning.SetUp) -> list[str]:
    """How many answered of those who were drawn, and of slips, which wait for nobody by name."""
    said = []
    if has.people:
        text = _("Đã trả lời %(used)s trong %(drawn)s người; ai chưa trả lời thì không tính.")
        said.append(text % {"used": number(has.answered), "drawn": number(has.people)})
    if has.slips:
        text = _("Đã trả lời %(used)s trong %(printed)s phiếu tại quầy; phiếu chưa phát thì bỏ.")
        said.append(text % {"used": number(has.used - has.answered), "printed": number(has.slips)})
    return said


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Open a closed wave again until a later moment."""
    wave = own_wave(request, wave_id)
    form = ReopenForm(request.POST or None)
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            closing.reopen_wave(request.actor, wave.id, **form.cleaned_data)
        except RefusedError as error:
            if error.code != "refused.until_past":
                raise
            lines = error.say(get_language() or "vi")
        else:
            messages.success(request, _("Đã mở lại đợt."))
            return redirect("wave", wave.id)
    return _page(
        request, "form", wave, _("Mở lại đợt"),
        form=form, lines=lines, action=_("Mở lại đợt"), status=422 if form.errors or lines else 200,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def mix(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Mix the answers; what waits or does not fit is told, and taken only with a reason."""
    wave = own_wave(request, wave_id)
    error, lines = "", list[str]()
    reason = request.POST.get("accepting", "")
    # Each refusal that was read and is taken all the same.
    accepts: list[str] = [
        one for one in mixing.ACCEPTABLE if one in request.POST.getlist("accepts")
    ]
    if request.method == "POST":
        if is_confirmed(request, _(MIX)):
            try:
                made = mixing.mix(request.actor, wave.id, accepting=dict.fromkeys(accepts, reason))
            except RefusedError as refused:
                if refused.code not in mixing.ACCEPTABLE:
                    raise
                lines = refused.say(get_language() or "vi")
                accepts = [*dict.fromkeys([*accepts, refused.code])]
            else:
                messages.success(request, _mixed_words(made))
                return redirect("wave", wave.id)
        else:
            error = unconfirmed(_(MIX))
    found = progress(wave)
    return _page(
        request, "mix", wave, _("Trộn phiếu"),
        words=_(MIX), error=error, lines=lines, accepts=accepts, accepting=reason,
        whole=found.whole,
        n_in_box=planning.in_the_box(wave),
        n_too_few=found.n_too_few, waiting=waiting_for_second(request.actor, wave),
        differ=waiting_for_third(request.actor, wave),
        late=clock.now() <= wave.syncs_until,
        consequences=[
            _("Mọi phiếu niêm phong được mở cùng lúc, xáo ngẫu nhiên rồi ghi lại; số thứ tự của "
              "phiếu là ngẫu nhiên."),
            _("Khóa của đợt bị hủy. Từ đó không ai, kể cả quản trị máy chủ, biết phiếu nào "
              "của ai."),
            _("Ô mẫu có dưới %(least)s phiếu được gộp với ô lân cận.") % {"least": wave.min_cell},
            _("Danh sách phỏng vấn lại được lập từ các dấu hiệu bất thường; không phiếu nào "
              "bị xóa."),
            _("Không nhận thêm phiếu, không mở lại, không trộn lại được nữa. Dấu niêm phong của "
              "các phiếu vào nhật ký."),
        ],
        status=422 if error or lines else 200,
    )  # fmt: skip


def _mixed_words(made: Any) -> str:
    said = _("Đã trộn %(n)s phiếu. Khóa đã hủy.") % {"n": number(made.n_mixed)}
    if made.n_withheld:
        more = _("%(n)s phiếu không đủ chỗ ẩn nên không giữ lại.") % {"n": number(made.n_withheld)}
        said = f"{said} {more}"
    return said


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Estimate a mixed wave by a plan that is kept with the results."""
    wave = own_wave(request, wave_id)
    look = planning.form_look(wave)
    form = EstimateForm(
        request.POST or None, scored=look.scored, groups=planning.respondents_of(wave)
    )
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = estimating.estimate(request.actor, wave.id, plan_of(form.cleaned_data))
        except RefusedError as error:
            if error.code != "fieldwork.no_answers":
                raise
            lines = error.say(get_language() or "vi")
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
        else:
            messages.success(
                request,
                _("Đã tính kết quả lần %(n)s; dấu niêm phong %(digest)s.")
                % {"n": made.number, "digest": made.digest[:19] + "…"},
            )
            return redirect("wave_results", wave.id)
    return _page(
        request, "estimate", wave, _("Tính kết quả"),
        form=form, lines=lines, n=wave.n_mixed, blocked=wave.state not in MIXED,
        status=422 if form.errors or lines else 200,
    )  # fmt: skip
