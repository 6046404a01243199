"""The phases of a round: to open, close, replan them, and to give more time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parindex.web.assessment.actions import phasing
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import extensions_of, phase_at, phases_of
from parindex.web.assessment.states import PhaseKind, RoundState
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment
from parindex.web.desk.views.running.forms import ExtendForm, ReplanForm
from parindex.web.desk.views.running.opening import (
    known_round,
    own_round,
    phase_name,
    role_words,
    trail,
)
from parindex.web.people.permissions import RefusedError

OPEN_WORDS = gettext_noop("mở giai đoạn")


def _own_phase(request: DeskRequest, round_id: UUID, phase_id: UUID) -> tuple[Any, Any, str]:
    round_ = own_round(request, round_id)
    phase = running.phase_of(round_, phase_id)
    if phase is None:
        raise Http404
    return round_, phase, phase_name(phase.kind, phase.number)


@require_safe
def phases(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Every phase with its dates and rights, and what may be done to it now."""
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    found = phases_of(round_)
    now, coming = phase_at(found), running.next_phase(found)
    runs = running.runs(request.actor, round_)
    over = round_.state in {RoundState.APPROVED, RoundState.CLOSED}
    rows = [
        {
            "phase": one,
            "name": phase_name(one.kind, one.number),
            "provisional": role_words(one.provisional_for),
            "state": "open" if one is now else "closed" if one.closed_at else "planned",
            "may_open": runs and one is coming and not over,
            "may_close": runs and one is now and not over,
            "may_replan": runs and one.opened_at is None and not over,
            "may_extend": runs and one.opened_at is not None and not over,
        }
        for one in found
    ]
    context = {
        "round": round_,
        "trail": trail(round_, _("Giai đoạn")),
        "rows": rows,
        "extensions": extensions_of(round_),
    }
    return render(request, "running/phases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def open_(request: DeskRequest, round_id: UUID, phase_id: UUID) -> HttpResponse:
    """Open a phase: what will happen is said first, and the words are asked for."""
    round_, phase, name = _own_phase(request, round_id, phase_id)
    error = ""
    if request.method == "POST":
        if is_confirmed(request, _(OPEN_WORDS)):
            phasing.open_phase(request.actor, phase.id)
            messages.success(
                request,
                _(
                    "Đã mở “%(name)s”, đến %(until)s. Những người có việc đã "
                    "được báo; nhật ký đã niêm phong."
                )
                % {"name": name, "until": moment(phase.closes_at)},
            )
            return redirect("round", round_.id)
        error = unconfirmed(_(OPEN_WORDS))
    facts = running.opening(round_, phase)
    context = {
        "round": round_,
        "trail": trail(round_, name),
        "name": name,
        "title": _("Mở “%(name)s”") % {"name": name},
        "consequences": _consequences(phase, facts),
        "blocked": [_blocked(round_, one) for one in facts.blocked_by],
        "words": _(OPEN_WORDS),
        "action": _("Mở “%(name)s”") % {"name": name},
        "error": error,
        "cancel_url": reverse("round_phases", args=[round_.id]),
    }
    return render(request, "running/act.html", context, status=422 if error else 200)


def _consequences(phase: Any, facts: running.Opening) -> list[str]:
    kind = PhaseKind(phase.kind)
    found = [_("Được ghi đến hết %(until)s (giờ Việt Nam).") % {"until": moment(phase.closes_at)}]
    if facts.closes is not None:
        closing = phase_name(facts.closes.kind, facts.closes.number)
        found.append(
            _("“%(name)s” đóng ngay bây giờ; sau đó chỉ đơn vị được gia hạn còn ghi được.")
            % {"name": closing}
        )
    if kind is PhaseKind.SELF_SCORING:
        found.append(
            ngettext(
                "%(n)s đơn vị bắt đầu tự chấm điểm.",
                "%(n)s đơn vị bắt đầu tự chấm điểm.",
                facts.sheets,
            )
            % {"n": facts.sheets}
        )
        found.append(_("Danh sách đơn vị và bộ tiêu chí không đổi được nữa."))
    if facts.moved:
        where = {
            PhaseKind.APPRAISAL: _("chuyển sang thẩm định"),
            PhaseKind.EXPLANATION: _("được yêu cầu giải trình"),
            PhaseKind.COUNCIL: _("trình Hội đồng"),
        }[kind]
        found.append(_("%(n)s phiếu %(where)s.") % {"n": facts.moved, "where": where})
    if kind is PhaseKind.APPRAISAL and facts.not_submitted:
        found.append(
            _(
                "%(n)s phiếu chưa gửi cũng được đưa vào thẩm định như hiện "
                "có, không tính điểm tự chấm."
            )
            % {"n": facts.not_submitted}
        )
    if facts.questions:
        found.append(
            _(
                "%(n)s mục bị hạ điểm trở thành yêu cầu giải trình; lý do "
                "của người thẩm định là câu hỏi."
            )
            % {"n": facts.questions}
        )
    if phase.units_see_findings:
        found.append(_("Từ lúc này đơn vị xem được điểm thẩm định của mình."))
    found.append(_("Người có việc nhận thông báo; nhật ký được niêm phong bằng một mốc có chữ ký."))
    return found


def _blocked(round_: Any, code: str) -> dict[str, str]:
    """What stands against opening, and where to mend it."""
    words = {
        "over": (_("Kỳ đánh giá đã phê duyệt hoặc đã đóng."), "round", _("Về kỳ đánh giá")),
        "opened": (_("Giai đoạn này đã mở."), "round_phases", _("Xem các giai đoạn")),
        "order": (_("Giai đoạn trước chưa mở."), "round_phases", _("Xem các giai đoạn")),
        "units": (_("Kỳ chưa có đơn vị nào."), "round_units", _("Thêm đơn vị vào kỳ")),
        "unassigned": (
            _("Còn mục chưa có cơ quan thẩm định."),
            "round_appraisers",
            _("Phân công cơ quan thẩm định"),
        ),
        "exemptions": (
            _("Còn đề nghị không áp dụng chưa quyết định."),
            "round_exemptions",
            _("Quyết định các đề nghị"),
        ),
    }
    text, name, link = words[code]
    return {"text": text, "url": reverse(name, args=[round_.id]), "link": link}


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: DeskRequest, round_id: UUID, phase_id: UUID) -> HttpResponse:
    """Close a phase before the next one is opened."""
    round_, phase, name = _own_phase(request, round_id, phase_id)
    error = ""
    words = _("đóng giai đoạn")
    if request.method == "POST":
        if is_confirmed(request, words):
            phasing.close_phase(request.actor, phase.id)
            messages.success(
                request,
                _("Đã đóng “%(name)s”; nhật ký đã niêm phong. Tiếp theo: mở giai đoạn kế tiếp.")
                % {"name": name},
            )
            return redirect("round", round_.id)
        error = unconfirmed(words)
    context = {
        "round": round_,
        "trail": trail(round_, name),
        "title": _("Đóng “%(name)s”") % {"name": name},
        "consequences": [
            _("Không ai ghi được nữa trong giai đoạn này, trừ đơn vị được gia hạn."),
            _("Hạn đã định là %(until)s.") % {"until": moment(phase.closes_at)},
            _("Giai đoạn kế tiếp chưa mở; mở riêng khi sẵn sàng."),
            _("Nhật ký được niêm phong bằng một mốc có chữ ký."),
        ],
        "blocked": [],
        "words": words,
        "action": _("Đóng “%(name)s”") % {"name": name},
        "error": error,
        "cancel_url": reverse("round_phases", args=[round_.id]),
    }
    return render(request, "running/act.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def replan(request: DeskRequest, round_id: UUID, phase_id: UUID) -> HttpResponse:
    """Other dates for a phase that was not opened."""
    round_, phase, name = _own_phase(request, round_id, phase_id)
    initial = {"opens_at": phase.opens_at, "closes_at": phase.closes_at}
    form = ReplanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["closes_at"] <= said["opens_at"]:
            form.add_error("closes_at", _("Hạn phải sau lúc mở. Sửa một trong hai thời điểm."))
        else:
            phasing.replan_phase(request.actor, phase.id, **said)
            messages.success(request, _("Đã đổi thời gian của “%(name)s”.") % {"name": name})
            return redirect("round_phases", round_.id)
    context = {
        "round": round_,
        "trail": trail(round_, name),
        "title": _("Đổi thời gian của “%(name)s”") % {"name": name},
        "lede": _("Đổi được khi giai đoạn chưa mở; sau đó chỉ còn gia hạn, có lý do và công khai."),
        "form": form,
        "action": _("Lưu thời gian"),
        "cancel_url": reverse("round_phases", args=[round_.id]),
    }
    return render(request, "running/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: DeskRequest, round_id: UUID, phase_id: UUID) -> HttpResponse:
    """More time in a phase, for one unit or for all; everybody reads why."""
    round_, phase, name = _own_phase(request, round_id, phase_id)
    sheets = running.sheets_of(request.actor, round_)
    initial = {"until": phase.closes_at, "sheet": request.GET.get("sheet", "")}
    form = ExtendForm(request.POST or None, sheets=sheets, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = said["sheet"]
        phasing.extend(
            request.actor, phase.id, sheet=UUID(chosen) if chosen else None, until=said["until"],
            reason=said["reason"], waives_lateness=said["waives_lateness"], reopen=said["reopen"],
        )  # fmt: skip
        whom = dict(form.fields["sheet"].choices)[chosen]  # type: ignore[attr-defined]
        messages.success(
            request,
            _("Đã gia hạn “%(name)s” cho %(whom)s đến %(until)s. Mọi đơn vị trong kỳ đã được báo.")
            % {"name": name, "whom": whom, "until": moment(said["until"])},
        )
        return redirect("round", round_.id)
    context = {
        "round": round_,
        "trail": trail(round_, name),
        "title": _("Gia hạn “%(name)s”") % {"name": name},
        "lede": _(
            "Hạn hiện tại: %(until)s. Ai được thêm thời gian, vì sao và "
            "do ai cho phép đều hiện với mọi đơn vị trong kỳ."
        )
        % {"until": moment(phase.closes_at)},
        "form": form,
        "action": _("Gia hạn"),
        "cancel_url": reverse("round_phases", args=[round_.id]),
    }
    return render(request, "running/form.html", context, status=422 if form.errors else 200)
