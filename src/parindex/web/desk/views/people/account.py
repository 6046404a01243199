"""One account: what its person is, where it is logged in, and what may be done to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parindex.vietnamese import has_words
from parindex.web.assessment.queries.rounds import rounds_for
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.people.forms import AssignForm, ChangeForm, assignment_words
from parindex.web.desk.views.people.opening import own_account, trail
from parindex.web.desk.views.running.opening import DayField
from parindex.web.journal import clock
from parindex.web.people import actions
from parindex.web.people.queries import sessions_of, unit_for, units_of_issuer
from parindex.web.people.states import Role


def _rounds(request: DeskRequest, issuer: str) -> list[Any]:
    return [one for one in rounds_for(request.actor) if one.issuer_id == issuer]


def _assign_form(request: DeskRequest, account: Any, data: Any = None) -> AssignForm:
    issuer = account.issuer_id
    units = units_of_issuer(request.actor, issuer, on=clock.today())
    rounds = _rounds(request, issuer)
    return AssignForm(data, units=units, rounds=rounds, initial={"starts_on": clock.today()})


@require_safe
def account(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Everything about one account."""
    return _page(request, own_account(request, account_id))


def _page(
    request: DeskRequest, one: Any, form: AssignForm | None = None, status: int = 200
) -> HttpResponse:
    today = clock.today()
    titles = {round_.id: round_.title for round_ in _rounds(request, one.issuer_id)}
    assignments = sorted(one.assignments.all(), key=lambda row: row.starts_on, reverse=True)
    rows = [
        {
            "id": row.id,
            "words": assignment_words(row),
            "round": titles.get(row.round_id, "") if row.round_id else _("mọi kỳ"),
            "starts_on": row.starts_on,
            "last_on": row.ends_on - timedelta(days=1) if row.ends_on else None,
            "over": row.ends_on is not None and row.ends_on <= today,
        }
        for row in assignments
    ]
    context = {
        "account": one,
        "trail": trail(one.name),
        "current": [row for row in rows if not row["over"]],
        "over": [row for row in rows if row["over"]],
        "sessions": sessions_of(request.actor, one),
        "form": form or _assign_form(request, one),
        "itself": one.id == request.actor.person,
        "has_password": one.has_usable_password(),
        "today": today,
    }
    return render(request, "people/account.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Mend a name or an address."""
    one = own_account(request, account_id)
    form = ChangeForm(request.POST or None, initial={"name": one.name, "email": one.email})
    if request.method == "POST" and form.is_valid():
        actions.save_account(
            request.actor, one.issuer, one.username, is_active=one.is_active, **form.cleaned_data
        )
        messages.success(request, _("Đã lưu tài khoản %(name)s.") % {"name": one.username})
        return redirect("person", one.id)
    context = {
        "title": _("Sửa tài khoản %(name)s") % {"name": one.username},
        "trail": trail(_("Sửa"), account=one),
        "form": form,
        "action": _("Lưu tài khoản"),
        "cancel_url": reverse("person", args=[one.id]),
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@require_POST
def assign(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Give the person a role."""
    one = own_account(request, account_id)
    form = _assign_form(request, one, request.POST)
    if not form.is_valid():
        return _page(request, one, form, status=422)
    said = form.cleaned_data
    made = actions.assign(
        request.actor, one, Role(said["role"]), issuer=one.issuer,
        unit=unit_for(request.actor, UUID(said["unit"])) if said["unit"] else None,
        starts_on=said["starts_on"],
        ends_on=said["last_on"] + timedelta(days=1) if said["last_on"] else None,
        round_=UUID(said["round"]) if said["round"] else None,
    )  # fmt: skip
    words = _("%(name)s là %(role)s từ ngày %(day)s.")
    told = {"name": one.name, "role": assignment_words(made), "day": f"{made.starts_on:%d/%m/%Y}"}
    messages.success(request, words % told)
    return redirect("person", one.id)


@require_POST
def end_assignment(request: DeskRequest, account_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End a role after a day."""
    one = own_account(request, account_id)
    if assignment_id not in {row.id for row in one.assignments.all()}:
        raise Http404
    try:
        last_on = DayField(required=False).clean(request.POST.get("last_on", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("person", one.id)
    on = last_on + timedelta(days=1) if last_on else clock.today()
    actions.end_assignment(
        request.actor, assignment_id, on=on, reason=request.POST.get("reason", "").strip()[:500]
    )
    messages.success(request, _("Vai trò kết thúc từ ngày %(day)s.") % {"day": f"{on:%d/%m/%Y}"})
    return redirect("person", one.id)


@require_POST
def end_sessions(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Log the account out everywhere."""
    one = own_account(request, account_id)
    n = actions.end_sessions(request.actor, one)
    messages.success(
        request, _("Đã kết thúc %(n)s phiên đăng nhập của %(name)s.") % {"n": n, "name": one.name}
    )
    return redirect("person", one.id)


@require_POST
def password_link(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Mail the link to set a password."""
    one = own_account(request, account_id)
    actions.send_password_link(request.actor, one)
    messages.success(
        request,
        _("Đã gửi đường dẫn đặt mật khẩu đến %(email)s; có hiệu lực ba ngày.")
        % {"email": one.email},
    )
    return redirect("person", one.id)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: DeskRequest, account_id: UUID) -> HttpResponse:
    """Close an account, or open a closed one; the reason is kept."""
    one = own_account(request, account_id)
    opening = not one.is_active
    reason, error = request.POST.get("reason", "").strip()[:500], ""
    if request.method == "POST":
        if has_words(reason):
            actions.set_open(request.actor, one, is_active=opening, reason=reason)
            words = (
                _("Đã mở lại tài khoản %(name)s.")
                if opening
                else _("Đã đóng tài khoản %(name)s; mọi phiên và khóa truy cập đã kết thúc.")
            )
            messages.success(request, words % {"name": one.username})
            return redirect("person", one.id)
        error = _("Ghi lý do, ví dụ: chuyển công tác từ ngày 01/12/2025.")
    context = {
        "account": one,
        "trail": trail(_("Mở lại") if opening else _("Đóng"), account=one),
        "opening": opening,
        "reason": reason,
        "error": error,
        "consequences": [_("Người này đăng nhập lại được với các vai trò còn hiệu lực.")]
        if opening
        else [
            _("Mọi phiên đăng nhập và khóa truy cập kết thúc ngay."),
            _("Không ai đăng nhập được bằng tài khoản này; ủy quyền của "
                "người này cũng hết hiệu lực."),
            _("Những gì người này đã làm vẫn giữ nguyên tên trong nhật ký. Mở lại được khi cần."),
        ],
    }  # fmt: skip
    return render(request, "people/close.html", context, status=422 if error else 200)
