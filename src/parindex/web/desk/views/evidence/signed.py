"""The printed sheet that the head of the unit signed: attached, judged, downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import UnusableInputError
from parindex.web.assessment.actions import evidence as actions
from parindex.web.assessment.queries import evidence as queries
from parindex.web.assessment.queries.sheets import sheet_for
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.context import LIMIT_BYTES
from parindex.web.desk.views.evidence.files import served
from parindex.web.desk.views.evidence.items import language, received
from parindex.web.desk.views.evidence.words import signature_lines


@require_http_methods(["GET", "POST"])
def upload(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The signed forms of a sheet with their signatures; attach another."""
    opened = sheet_for(request.actor, sheet_id)
    if opened is None:
        raise Http404
    context: dict[str, Any] = {
        "opened": opened,
        "limit": LIMIT_BYTES,
        "may_attach": queries.may_attach_form(request.actor, opened),
        "sheet_url": f"/desk/sheets/{sheet_id}/",
        "trail": [
            {"label": opened.sheet.unit.name, "url": f"/desk/sheets/{sheet_id}/"},
            {"label": _("Phiếu đã ký")},
        ],
    }
    status = 200
    if request.method == "POST":
        sent = request.FILES.get("file")
        actions.check_attaching(request.actor, sheet_id)
        if not isinstance(sent, UploadedFile):
            context["error"], status = _("Chưa chọn tệp."), 422
        else:
            try:
                made = actions.attach_signed_form(request.actor, sheet_id, received(sent))
            except UnusableInputError as error:
                context["error"], status = " ".join(error.say(language())), 422
            else:
                said = _("Đã đính kèm “%(name)s” và kiểm tra chữ ký; kết quả ở danh sách bên dưới.")
                messages.success(request, said % {"name": made.name})
                return redirect("signed_form", sheet_id=sheet_id)
    context["forms"] = [
        {
            "name": one.name,
            "url": reverse("signed_form_file", args=[one.id, one.name]),
            "n_bytes": one.file.size,
            "who": one.person.name,
            "at": one.at,
            "signatures": signature_lines(one.file.signatures),
        }
        for one in queries.forms_for(request.actor, opened)
    ]
    return render(request, "evidence/signed.html", context, status=status)


@require_safe
def download(request: DeskRequest, form_id: UUID, name: str) -> HttpResponseBase:
    """A signed form, as it was attached."""
    found = queries.form_content_for(request.actor, form_id)
    if found is None:
        raise Http404
    return served(request, found, inline="inline" in request.GET)
