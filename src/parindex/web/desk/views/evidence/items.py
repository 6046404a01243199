"""Evidence of one item: to add a file, to use one again, to withdraw one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.errors import ParindexError, UnusableInputError
from parindex.web.assessment.actions import evidence as actions
from parindex.web.assessment.queries import evidence as queries
from parindex.web.assessment.queries.sheets import OpenSheet, sheet_for
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.context import evidence_context
from parindex.web.people.permissions import RefusedError

_LARGEST_PAGE = 100_000


@dataclass
class Typed:
    """What was typed into the add form, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    issued_on: date | None = None
    page: int | None = None
    revises: UUID | None = None

    @classmethod
    def of(cls, post: Mapping[str, str]) -> Typed:
        """The form as it was posted."""
        made = cls(values={key: value.replace("\x00", "") for key, value in post.items()})
        made.issued_on = made._date("issued_on")
        made.page = made._page("page")
        revises = made.text("revises")
        if revises:
            try:
                made.revises = UUID(revises)
            except ValueError as error:
                raise Http404 from error
        return made

    def text(self, name: str) -> str:
        """A field, tidied."""
        return " ".join(self.values.get(name, "").split())

    def _date(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        day = day_of(text)
        if day is None or not 1945 <= day.year <= 2100:
            self.errors[name] = _("Ngày không đúng. Ghi như 15/01/2025.")
            return None
        return day

    def _page(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text[:9]) < _LARGEST_PAGE:
            return int(text[:9])
        self.errors[name] = _("Số trang là số nguyên từ 1, ví dụ 12.")
        return None


def day_of(text: str) -> date | None:
    """A day as a browser sends it, or as it is written: 15/01/2025."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    return None


def item_or_404(request: DeskRequest, sheet_id: UUID, item: str) -> OpenSheet:
    """The sheet of an item that the person may know of."""
    opened = sheet_for(request.actor, sheet_id)
    if opened is None or item not in opened.items:
        raise Http404
    return opened


def item_url(sheet_id: UUID, item: str) -> str:
    """The page of the item, at its evidence."""
    return f"/desk/sheets/{sheet_id}/items/{item}/#evidence"


@require_http_methods(["GET", "POST"])
def add(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Show an item's evidence; add a file to it."""
    opened = item_or_404(request, sheet_id, item)
    if request.method == "GET":
        return _page(request, opened, item, {})
    typed = Typed.of(request.POST.dict())
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        typed.errors["file"] = _("Chưa chọn tệp.")
    if typed.errors:
        return _page(request, opened, item, {"evidence_form": typed}, status=422)
    assert isinstance(sent, UploadedFile)  # noqa: S101 - else there was an error
    try:
        actions.check_adding(request.actor, sheet_id, item)
        use = actions.add_evidence(
            request.actor, sheet_id, item, received(sent), title=typed.text("title"),
            number=typed.text("number"), issued_on=typed.issued_on, page=typed.page,
            pointer=typed.text("pointer"), revises=typed.revises,
        )  # fmt: skip
    except UnusableInputError as error:
        typed.errors["file"] = " ".join(error.say(language()))
        return _page(request, opened, item, {"evidence_form": typed}, status=422)
    except RefusedError as error:
        notice = _notice("error", error)
        return _page(request, opened, item, {"evidence_notice": notice}, status=403)
    name = use.revision.name
    said = _("Đã thêm tài liệu “%(name)s”. Nội dung chữ được đọc trong nền để tìm kiếm.")
    return _done(request, opened, item, said % {"name": name})


def received(sent: UploadedFile[bytes]) -> actions.Received:
    """A file that arrived, examined and kept: from the disk where it lies there, else its bytes."""
    path = getattr(sent, "temporary_file_path", None)
    name = sent.name or ""
    if path is not None:
        return actions.receive(Path(path()), name=name)
    return actions.receive(sent.read(), name=name)


def language() -> str:
    """The language of refusals: the page's."""
    return "en" if get_language() == "en" else "vi"


def _notice(tone: str, error: ParindexError) -> dict[str, Any]:
    lines = error.say(language())
    return {"tone": tone, "title": lines[0], "lines": lines[1:]}


def _done(request: DeskRequest, opened: OpenSheet, item: str, said: str) -> HttpResponse:
    if request.htmx:
        notice = {"tone": "success", "title": said, "lines": []}
        return _page(request, opened, item, {"evidence_notice": notice})
    messages.success(request, said)
    return redirect(item_url(opened.sheet.id, item))


def _page(
    request: DeskRequest,
    opened: OpenSheet,
    item: str,
    more: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = evidence_context(request, opened, item) | dict(more)
    if request.htmx:
        # A refusal takes its place in the page as well; htmx swaps no 403.
        shown = 422 if status == 403 else status
        return render(request, "evidence/of_item.html", context, status=shown)
    return render(
        request, "evidence/item.html", context | _around(opened, item), status=status
    )  # fmt: skip


def _around(opened: OpenSheet, item: str) -> dict[str, Any]:
    _area, rule = opened.items[item]
    sheet = f"/desk/sheets/{opened.sheet.id}/"
    return {
        "opened": opened,
        "item": rule,
        "item_url": item_url(opened.sheet.id, item),
        "trail": [
            {"label": opened.sheet.unit.name, "url": sheet},
            {"label": f"{item} {rule.name.vi}", "url": item_url(opened.sheet.id, item)},
            {"label": _("Tài liệu kiểm chứng")},
        ],
    }


@require_http_methods(["GET", "POST"])
def reuse(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Choose a document that the unit has already, of any year, and show it for the item."""
    opened = item_or_404(request, sheet_id, item)
    typed = Typed.of(request.POST.dict())
    if request.method == "POST" and not typed.errors:
        try:
            revision = UUID(typed.text("revision"))
        except ValueError as error:
            raise Http404 from error
        use = actions.use_again(
            request.actor, sheet_id, item, revision,
            pointer=typed.text("pointer"), page=typed.page,
        )  # fmt: skip
        said = _("Đã dùng lại tài liệu “%(name)s” cho mục %(item)s.")
        messages.success(request, said % {"name": use.revision.name, "item": item})
        return redirect(item_url(sheet_id, item))
    if queries.adding_stage(request.actor, opened, item) is None:
        raise RefusedError("refused.no_evidence_now")
    text = request.GET.get("q", "")[:200]
    unit = opened.entrusted.get(item) or opened.sheet.unit_id
    found = queries.documents_of(request.actor, unit, text=text, limit=50)
    context = {
        "text": text,
        "documents": [(one, list(one.revisions.all())[-1]) for one in found],
        "form": typed,
        "reuse_url": reverse("evidence_reuse", args=[sheet_id, item]),
    }
    status = 422 if typed.errors else 200
    around = _around(opened, item)
    return render(request, "evidence/reuse.html", context | around, status=status)


@require_http_methods(["GET", "POST"])
def withdraw(request: DeskRequest, use_id: UUID) -> HttpResponse:
    """Take a document back from an item, after asking; it stays readable, struck through."""
    use = queries.use_for(request.actor, use_id)
    if use is None:
        raise Http404
    if request.method == "POST":
        reason = request.POST.get("reason", "").replace("\x00", "")
        actions.withdraw(request.actor, use_id, reason=reason)
        said = _("Đã rút “%(name)s” khỏi mục %(item)s. Tài liệu vẫn đọc được, có gạch ngang.")
        messages.success(request, said % {"name": use.revision.name, "item": use.item})
        return redirect(item_url(use.sheet_id, use.item))
    opened = item_or_404(request, use.sheet_id, use.item)
    context = {
        "use": use,
        "consequences": [
            _("Tài liệu không còn được tính là tài liệu kiểm chứng của mục %(item)s.")
            % {"item": use.item},
            _("Tài liệu và việc rút vẫn hiện với người thẩm định; tệp không bị xóa."),
        ],
    }
    return render(request, "evidence/withdraw.html", context | _around(opened, use.item))
