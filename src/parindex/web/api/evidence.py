"""Evidence and workbooks by programs: to upload, list, download, use again, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from parindex.errors import Problem, UnusableInputError
from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.evidence_schemas import (
    DocumentOut,
    DocumentWhole,
    PlannedOut,
    ShownUseOut,
    SignedFormOut,
    UseOut,
    WithdrawalOut,
)
from parindex.web.api.problems import ProblemOut, told
from parindex.web.api.schemas import Day, In, Line, ReasonIn
from parindex.web.api.things import the_item, the_sheet
from parindex.web.assessment.actions import evidence as actions
from parindex.web.assessment.actions import workbook as filling
from parindex.web.assessment.queries import evidence, workbook
from parindex.web.assessment.queries.evidence import Content
from parindex.web.assessment.queries.workbook import DryRun, Planned, Side
from parindex.web.people.permissions import RefusedError, UnknownError

router = Router(tags=["evidence"])
_MOST_BYTES = 50 << 20
_MOST_WORKBOOK = 20 << 20
_MOST_PAGE = 100_000


class DetailsIn(Schema):
    """What is said of a file that is shown for an item."""

    title: Line = ""
    number: Line = ""
    issued_on: Day | None = None
    pointer: Line = ""
    page: int | None = None
    revises: UUID | None = None


class AgainIn(In):
    """A document that the unit has already, and where to look in it."""

    revision: UUID
    pointer: Line = ""
    page: int | None = None


class FilledOut(Schema):
    """What a workbook changes, or would; nothing is written while there are problems."""

    applied: bool
    planned: list[PlannedOut]
    n_same: int
    problems: list[ProblemOut]


def _page(page: int | None) -> int | None:
    return page if page is not None and 0 < page < _MOST_PAGE else None


def _received(sent: UploadedFile, most: int = _MOST_BYTES) -> actions.Received:
    _within(sent, most)
    path = getattr(sent, "temporary_file_path", None)
    content = sent.read() if path is None else Path(path())
    return actions.receive(content, name=sent.name or "")


def _within(sent: UploadedFile, most: int) -> None:
    if sent.size is not None and sent.size > most:
        values = {"limit": most >> 20, "got": -(-sent.size >> 20)}
        raise UnusableInputError([Problem(code="evidence.too_large", values=values)])


@operation(router, "GET", "/sheets/{uuid:sheet_id}/items/{item}/evidence", list[ShownUseOut])
def list_evidence(request: ApiRequest, sheet_id: UUID, item: str) -> Any:
    """The documents shown for an item, withdrawn ones too, with what to be wary of."""
    opened, page = the_item(request.auth, sheet_id, item)
    told_of = evidence.cautions_for(request.auth, opened, page.uses)
    return [{"use": one, "cautions": told_of.get(one.id, [])} for one in page.uses]


@operation(router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/evidence", UseOut, status=201)
def add_evidence(
    request: ApiRequest,
    sheet_id: UUID,
    item: str,
    details: Form[DetailsIn],
    file: File[UploadedFile],
) -> Any:
    """Show a file for an item: a new document, or a revision of one. The unit."""
    actions.check_adding(request.auth, sheet_id, item)
    return Status(201, actions.add_evidence(
        request.auth, sheet_id, item, _received(file),
        title=details.title, number=details.number[:80], issued_on=details.issued_on,
        pointer=details.pointer, page=_page(details.page), revises=details.revises,
    ))  # fmt: skip


@operation(
    router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/evidence/again", UseOut, status=201
)  # fmt: skip
def use_again(request: ApiRequest, sheet_id: UUID, item: str, sent: AgainIn) -> Any:
    """Show a document that the unit has already, of any item or year. The unit."""
    return Status(201, actions.use_again(
        request.auth, sheet_id, item, sent.revision,
        pointer=sent.pointer[:200], page=_page(sent.page),
    ))  # fmt: skip


@operation(router, "POST", "/uses/{uuid:use_id}/withdrawal", WithdrawalOut, status=201)
def withdraw(request: ApiRequest, use_id: UUID, sent: ReasonIn) -> Any:
    """Take a document back from an item; it stays readable, marked. The unit."""
    if evidence.use_for(request.auth, use_id) is None:
        raise UnknownError
    return Status(201, actions.withdraw(request.auth, use_id, reason=sent.reason))


@operation(router, "GET", "/documents", list[DocumentOut])
def list_documents(request: ApiRequest, q: Annotated[str, Field(max_length=200)] = "") -> Any:
    """The documents of the person's units; with ``q``, all that they may read that hold it."""
    if q.strip():
        return evidence.search(request.auth, q)
    return evidence.documents_of(request.auth)


@operation(router, "GET", "/documents/{uuid:document_id}", DocumentWhole)
def read_document(request: ApiRequest, document_id: UUID) -> Any:
    """A document with the versions that the person may read."""
    found = evidence.document_for(request.auth, document_id)
    if found is None:
        raise UnknownError
    return {
        **DocumentOut.from_orm(found).model_dump(by_alias=True),
        "revisions": evidence.revisions_for(request.auth, found),
    }


@operation(router, "GET", "/revisions/{uuid:revision_id}/content", None)
def read_content(request: ApiRequest, revision_id: UUID) -> HttpResponseBase:
    """The file of a version of a document."""
    return _file(evidence.content_for(request.auth, revision_id))


@operation(router, "GET", "/signed-forms/{uuid:form_id}/content", None)
def read_form(request: ApiRequest, form_id: UUID) -> HttpResponseBase:
    """The file of a signed form."""
    return _file(evidence.form_content_for(request.auth, form_id))


def _file(found: Content | None) -> HttpResponseBase:
    if found is None:
        raise UnknownError
    response = HttpResponse(found.path.read_bytes(), content_type=found.media_type)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Digest"] = found.digest
    return response


@operation(router, "GET", "/sheets/{uuid:sheet_id}/signed-forms", list[SignedFormOut])
def list_forms(request: ApiRequest, sheet_id: UUID) -> Any:
    """The signed forms of a sheet, with their signatures judged."""
    return evidence.forms_for(request.auth, the_sheet(request.auth, sheet_id))


@operation(router, "POST", "/sheets/{uuid:sheet_id}/signed-forms", SignedFormOut, status=201)
def attach_form(request: ApiRequest, sheet_id: UUID, file: File[UploadedFile]) -> Any:
    """Attach the printed sheet that the head of the unit signed: a PDF. The unit."""
    actions.check_attaching(request.auth, sheet_id)
    return Status(201, actions.attach_signed_form(request.auth, sheet_id, _received(file)))


# ---- the sheet as a workbook


@operation(router, "GET", "/sheets/{uuid:sheet_id}/workbook", None)
def read_workbook(request: ApiRequest, sheet_id: UUID) -> HttpResponse:
    """The sheet as an Excel workbook, to be filled offline."""
    content = workbook.workbook_for(request.auth, the_sheet(request.auth, sheet_id))
    if content is None:
        raise RefusedError("refused.not_yours")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = "attachment; filename=phieu.xlsx"
    return response


@operation(router, "POST", "/sheets/{uuid:sheet_id}/workbook", FilledOut)
def fill(
    request: ApiRequest, sheet_id: UUID, file: File[UploadedFile], *, apply: bool = False
) -> Any:  # fmt: skip
    """What a filled workbook would change; with ``apply`` all of it, where nothing is wrong and
    nobody wrote meanwhile.
    """
    opened = the_sheet(request.auth, sheet_id)
    filling.check_filling(request.auth, sheet_id)
    _within(file, _MOST_WORKBOOK)
    name = file.name or ""
    found = workbook.dry_run(request.auth, opened, file.read(), file_name=name[:120])
    sound = not found.problems and not any(one.in_conflict for one in found.planned)
    applied = apply and sound and bool(found.planned)
    if applied:
        rows = [
            filling.Row(
                item=one.item.code, fields=one.after.said, note=one.after.note, base=one.base
            )
            for one in found.planned
        ]
        filling.fill_from_workbook(request.auth, sheet_id, rows, file_name=name)
    return _filled(request, found, applied=applied)


def _filled(request: HttpRequest, found: DryRun, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "planned": [_planned(one) for one in found.planned],
        "n_same": found.n_same,
        "problems": told(found.problems, request)["problems"],
    }


def _planned(one: Planned) -> dict[str, Any]:
    return {
        "item": one.item.code,
        "base": one.base,
        "conflict": one.in_conflict,
        "before": _side(one.before),
        "after": _side(one.after),
    }


def _side(side: Side) -> dict[str, Any]:
    points = None if side.points is None else format(side.points.normalize() + 0, "f")
    return {"fields": dict(side.said), "note": side.note, "points": points}
