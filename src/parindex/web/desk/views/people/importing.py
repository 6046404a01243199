"""People from Excel: upload, see exactly what would change, confirm; and the same workbook out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import ParindexError
from parindex.web.assessment.queries.rounds import rounds_for
from parindex.web.desk import kept
from parindex.web.desk.attaching import XLSX, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.people.opening import own_issuer, trail
from parindex.web.people import importing
from parindex.web.people.importing import Effect, Plan, PlanChangedError
from parindex.web.people.permissions import RefusedError

_KEY: Final = "people_import"
_SHOWN: Final = 200


def _rounds(request: DeskRequest, issuer: str) -> dict[str, UUID]:
    return {one.slug: one.id for one in rounds_for(request.actor) if one.issuer_id == issuer}


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: DeskRequest) -> HttpResponse:
    """Choose a workbook; it is read and compared, and nothing is written."""
    issuer = own_issuer(request)
    lines: Iterable[str] = ()
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or kept.is_too_large(file):
            lines = [_("Chọn một tệp .xlsx không quá 20 MB.")]
        else:
            content, name = file.read(), str(file.name)[-200:]
            try:
                importing.plan_import(
                    request.actor, issuer, content, file=name, rounds=_rounds(request, issuer.slug)
                )
            except RefusedError:
                raise
            except ParindexError as error:
                lines = error.say(get_language() or "vi")
            else:
                digest = kept.keep(request.actor, content)
                request.session[_KEY] = {"digest": digest, "file": name, "issuer": issuer.slug}
                return redirect("people_import_preview")
    context = {"issuer": issuer, "trail": trail(_("Nhập từ Excel")), "lines": lines}
    return render(request, "people/import.html", context, status=422 if lines else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: DeskRequest) -> HttpResponse:
    """What would change, row by row; confirmed, exactly that is applied, whole or not at all."""
    issuer = own_issuer(request)
    said = request.session.get(_KEY) or {}
    content = kept.kept(request.actor, said.get("digest", ""))
    if content is None or said.get("issuer") != issuer.slug:
        messages.warning(request, _("Không còn tệp đang xem trước. Chọn lại tệp."))
        return redirect("people_import")
    rounds = _rounds(request, issuer.slug)
    if request.method != "POST":
        plan = importing.plan_import(
            request.actor, issuer, content, file=said["file"], rounds=rounds
        )
        return _preview(request, issuer, plan)
    try:
        plan = importing.import_people(
            request.actor, issuer, content, file=said["file"], rounds=rounds,
            shown=request.POST.get("plan", ""),
        )  # fmt: skip
    except PlanChangedError as changed:
        return _preview(request, issuer, changed.plan, changed=True)
    kept.drop(request.actor, said["digest"])
    del request.session[_KEY]
    messages.success(
        request,
        _(
            "Đã nhập: %(new)s mới, %(changed)s thay đổi. Tiếp theo: gửi "
            "đường dẫn đặt mật khẩu cho tài khoản mới."
        )
        % {"new": plan.count(Effect.NEW), "changed": plan.count(Effect.CHANGED)},
    )
    return redirect("people")


def _preview(
    request: DeskRequest, issuer: Any, plan: Plan, *, changed: bool = False
) -> HttpResponse:
    sheets = [_sheet(plan, sheet) for sheet in importing.SHEETS]
    language = get_language() or "vi"
    context = {
        "issuer": issuer,
        "trail": trail(_("Xem trước")),
        "plan": plan,
        "sheets": sheets,
        "problems": [(importing.cell_of(one), one.say(language)) for one in plan.problems[:_SHOWN]],
        "n_problems": len(plan.problems),
        "changed": changed,
    }
    status = 409 if changed else 422 if plan.problems else 200
    return render(request, "people/preview.html", context, status=status)


def _sheet(plan: Plan, name: str) -> dict[str, Any]:
    mine = [one for one in plan.lines if one.sheet == name]
    lines = [one for one in mine if one.effect is not Effect.UNCHANGED]
    return {
        "name": name,
        "new": plan.count(Effect.NEW, name),
        "changed": plan.count(Effect.CHANGED, name),
        "unchanged": plan.count(Effect.UNCHANGED, name),
        "lines": lines[:_SHOWN],
        "more": max(len(lines) - _SHOWN, 0),
    }


@require_safe
def marked(request: DeskRequest) -> HttpResponse:
    """The workbook that is being looked at, with what is wrong marked at its cells."""
    issuer = own_issuer(request)
    said = request.session.get(_KEY) or {}
    content = kept.kept(request.actor, said.get("digest", ""))
    if content is None or said.get("issuer") != issuer.slug:
        return redirect("people_import")
    plan = importing.plan_import(
        request.actor, issuer, content, file=said["file"], rounds=_rounds(request, issuer.slug)
    )
    return _workbook(importing.marked(plan), "nguoi-dung-can-sua.xlsx")


@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """Everything that is known, as the workbook that can be mended and brought back."""
    issuer = own_issuer(request)
    content = importing.export(request.actor, issuer, rounds=_rounds(request, issuer.slug))
    return _workbook(content, f"nguoi-dung-{issuer.slug}.xlsx")


@require_safe
def template(request: DeskRequest) -> HttpResponse:
    """The empty workbook to fill in."""
    own_issuer(request)
    return _workbook(importing.template(), "mau-nguoi-dung.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    return attached(content, name=name, kind=XLSX)
