"""The accounts of an issuer: the list with its filters, and adding one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.vietnamese import folded
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.people.forms import AccountForm, assignment_words
from parindex.web.desk.views.people.opening import own_issuer, trail
from parindex.web.desk.views.running.opening import search_field, select_field
from parindex.web.journal import clock
from parindex.web.people import actions
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import accounts_of_issuer, issuers_run_by
from parindex.web.people.states import ROLE_WORDS

_PER_PAGE = 50


@require_safe
def accounts(request: DeskRequest) -> HttpResponse:
    """Who has an account, as what, where."""
    issuer = own_issuer(request)
    today = clock.today()
    found = [
        (one, [a for a in one.assignments.all() if a.ends_on is None or a.ends_on > today])
        for one in accounts_of_issuer(request.actor, issuer.slug)
    ]
    wanted, role = folded(request.GET.get("q", "")), request.GET.get("role", "")
    state = request.GET.get("state", "")
    shown = [
        (one, current)
        for one, current in found
        if (wanted in one.folded or any(a.unit and wanted in a.unit.folded for a in current))
        and (not role or any(a.role == role for a in current) or (role == "none" and not current))
        and _in_state(one, state)
    ]
    page = Paginator(shown, _PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "issuer": issuer,
        "issuers": issuers_run_by(request.actor),
        "n_accounts": len(found),
        "page": page,
        "rows": [(one, [assignment_words(a) for a in current]) for one, current in page],
        "filters": _filters(request),
        "n_found": len(shown),
        "clear_url": request.path if request.GET else "",
    }
    return render(request, "people/accounts.html", context)


def _in_state(account: Any, state: str) -> bool:
    if state == "closed":
        return not account.is_active
    if state == "no_password":
        return account.is_active and not account.has_usable_password()
    return state != "open" or account.is_active


def _filters(request: DeskRequest) -> list[dict[str, Any]]:
    said = request.GET
    roles = [
        *((str(one), _(words)) for one, words in ROLE_WORDS.items()),
        ("none", _("Chưa có vai trò")),
    ]
    states = [
        ("open", _("Đang hoạt động")),
        ("no_password", _("Chưa đặt mật khẩu")),
        ("closed", _("Đã đóng")),
    ]
    return [
        search_field("q", _("Tên, tài khoản hoặc đơn vị"), said.get("q", "")),
        select_field(
            "role", _("Vai trò"), said.get("role", ""), empty=_("Mọi vai trò"), options=roles
        ),
        select_field(
            "state", _("Tình trạng"), said.get("state", ""), empty=_("Tất cả"), options=states
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: DeskRequest) -> HttpResponse:
    """Add one account; its person sets a password by the link that is mailed from its page."""
    issuer = own_issuer(request)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.add_account(
                request.actor, issuer, said["username"], name=said["name"], email=said["email"]
            )
        except RefusedError as error:
            if error.code != "refused.username_taken":
                raise
            form.add_error("username", _("Tên đăng nhập này đã có. Đặt tên khác."))
        else:
            messages.success(
                request,
                _(
                    "Đã thêm tài khoản %(username)s. Tiếp theo: giao vai trò, "
                    "rồi gửi đường dẫn đặt mật khẩu."
                )
                % {"username": made.username},
            )
            return redirect("person", made.id)
    context = {
        "title": _("Thêm tài khoản"),
        "lede": _("Mỗi người một tài khoản riêng. Nhiều người cùng lúc: dùng bảng tính Excel."),
        "trail": trail(_("Thêm tài khoản")),
        "form": form,
        "action": _("Thêm tài khoản"),
        "cancel": "people",
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)
