"""A sheet as an Excel workbook: downloaded, filled offline, tried, and taken over whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import Problem, UnusableInputError
from parindex.web.assessment.actions import workbook as actions
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.queries import workbook as queries
from parindex.web.assessment.queries.sheets import OpenSheet, sheet_for
from parindex.web.assessment.queries.workbook import DryRun, Planned, Side
from parindex.web.desk.attaching import XLSX, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.items import language
from parindex.web.people.permissions import RefusedError

MOST_BYTES: Final = 20 << 20
_HOURS: Final = 12 * 60 * 60
_N = gettext_noop
_WORDS: Final = {
    "numerator": _N("tử số"), "denominator": _N("mẫu số"), "value": _N("giá trị"),
    "count": _N("số lượng"), "option": _N("mức chọn"), "points": _N("điểm"),
    "veto": _N("điểm liệt"),
}  # fmt: skip


def _opened(request: DeskRequest, sheet_id: UUID) -> OpenSheet:
    opened = sheet_for(request.actor, sheet_id)
    if opened is None:
        raise Http404
    return opened


def _file(content: bytes, name: str) -> HttpResponse:
    return attached(content, name=name, kind=XLSX)


def _name(opened: OpenSheet) -> str:
    return f"phieu-tu-cham-{opened.sheet.unit.slug}-{opened.sheet.round.year}".replace("@", "-")


@require_safe
def download(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The workbook of the sheet as it stands now."""
    opened = _opened(request, sheet_id)
    content = queries.workbook_for(request.actor, opened)
    if content is None:
        raise RefusedError("refused.not_yours")
    return _file(content, f"{_name(opened)}.xlsx")


@require_safe
def marked(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The workbook that was sent last, with what is wrong marked at the cells."""
    opened = _opened(request, sheet_id)
    content = queries.marked_for(request.actor, opened)
    if content is None:
        raise Http404
    return _file(content, f"{_name(opened)}-loi.xlsx")


@require_http_methods(["GET", "POST"])
def upload(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """Send the filled workbook in: first what it would change, then, confirmed, all of it."""
    opened = _opened(request, sheet_id)
    if not queries.may_fill(request.actor, opened):
        # Said by the action's own words: closed, locked, or not this person's.
        actions.check_filling(request.actor, sheet_id)
    if request.method == "GET":
        return _form(request, opened, {})
    if "plan" in request.POST:
        return _take_over(request, opened)
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return _form(request, opened, {"error": _("Chưa chọn tệp.")}, status=422)
    if sent.size is not None and sent.size > MOST_BYTES:
        return _form(request, opened, {"error": _("Tệp lớn hơn 20 MB.")}, status=422)
    name = _shown(sent.name or "")
    try:
        found = queries.dry_run(request.actor, opened, sent.read(), file_name=name)
    except UnusableInputError as error:
        said = [_told(one) for one in error.problems[:1]]
        return _form(request, opened, {"error": " ".join(said)}, status=422)
    queries.keep_marked(request.actor, opened, found.marked)
    return _preview(request, opened, found, name)


def _shown(name: str) -> str:
    seen = "".join(one if one.isprintable() else " " for one in name)
    return " ".join(seen.split())[-120:] or "?"


def _told(problem: Problem) -> str:
    return Problem(code=problem.code, values=problem.values).say(language())


def _form(
    request: DeskRequest, opened: OpenSheet, more: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:  # fmt: skip
    context = _around(opened) | {"limit": MOST_BYTES} | dict(more)
    return render(request, "evidence/workbook.html", context, status=status)


def _around(opened: OpenSheet) -> dict[str, Any]:
    sheet = f"/desk/sheets/{opened.sheet.id}/"
    return {
        "opened": opened,
        "sheet_url": sheet,
        "download_url": reverse("sheet_workbook", args=[opened.sheet.id]),
        "upload_url": reverse("sheet_workbook_upload", args=[opened.sheet.id]),
        "marked_url": reverse("sheet_workbook_marked", args=[opened.sheet.id]),
        "trail": [
            {"label": opened.sheet.unit.name, "url": sheet},
            {"label": _("Chấm điểm bằng tệp Excel")},
        ],
    }


def _preview(
    request: DeskRequest, opened: OpenSheet, found: DryRun, name: str
) -> HttpResponse:  # fmt: skip
    salt = _salt(request, opened)
    rows = [_plain(one) for one in found.planned]
    plan = signing.dumps({"file": name, "rows": rows}, salt=salt, compress=True)
    conflicts = [one for one in found.planned if one.in_conflict]
    context = _around(opened) | {
        "name": name,
        "changes": [_line(one) for one in found.planned if not one.in_conflict],
        "conflicts": [_line(one) for one in conflicts],
        "problems": [_told(one) for one in found.problems],
        "n_same": found.n_same,
        "plan": plan,
        "n_planned": len(found.planned),
    }
    status = 422 if found.problems else 200
    return render(request, "evidence/workbook_preview.html", context, status=status)


def _salt(request: DeskRequest, opened: OpenSheet) -> str:
    return f"workbook/{opened.sheet.id}/{request.actor.person}"


def _plain(one: Planned) -> dict[str, Any]:
    return {
        "item": one.item.code,
        "fields": dict(one.after.said),
        "note": one.after.note,
        "base": one.base,
        "conflict": one.in_conflict,
    }


def _line(one: Planned) -> dict[str, Any]:
    return {
        "code": one.item.code,
        "name": one.item.name.vi,
        "before": _said(one.before),
        "after": _said(one.after),
        "before_points": one.before.points,
        "after_points": one.after.points,
        "by": one.by,
    }


def _said(side: Side) -> str:
    if not side.said and not side.note:
        return _("chưa chấm")
    parts = [
        f"{_(_WORDS.get(key, key))}: {_shown_value(key, value)}" for key, value in side.said.items()
    ]
    if side.note:
        parts.append(f"{_('ghi chú')}: {side.note}")
    return "; ".join(parts)


def _shown_value(key: str, value: str) -> str:
    if key == "veto":
        return _("có") if value == "yes" else _("không")
    return value.replace(".", ",") if key != "option" else value


def _take_over(request: DeskRequest, opened: OpenSheet) -> HttpResponse:
    """Everything that was shown and confirmed, in one transaction."""
    try:
        plan = signing.loads(
            request.POST["plan"], salt=_salt(request, opened), max_age=_HOURS
        )  # fmt: skip
    except signing.BadSignature:
        said = _("Bản xem trước đã cũ. Tải tệp lên lại.")
        return _form(request, opened, {"error": said}, status=422)
    rows = [
        actions.Row(item=one["item"], fields=one["fields"], note=one["note"], base=one["base"])
        for one in plan["rows"]
        if not one["conflict"] or request.POST.get(f"keep-{one['item']}") == "mine"
    ]
    if not rows:
        messages.info(request, _("Không có mục nào thay đổi; phiếu giữ nguyên."))
        return redirect(f"/desk/sheets/{opened.sheet.id}/")
    try:
        actions.fill_from_workbook(
            request.actor, opened.sheet.id, rows, file_name=plan["file"]
        )  # fmt: skip
    except ConflictError:
        said = _("Có người vừa sửa phiếu sau khi xem trước; chưa ghi mục nào. Tải tệp lên lại.")
        return _form(request, opened, {"error": said}, status=409)
    queries.keep_marked(request.actor, opened, None)
    said = _("Đã ghi %(n)s mục từ tệp Excel. Xem lại phiếu, bổ sung tài liệu kiểm chứng rồi trình.")
    messages.success(request, said % {"n": len(rows)})
    return redirect(f"/desk/sheets/{opened.sheet.id}/")
