"""The unit's library of documents, searched in full text; one document with all its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.web.assessment.queries import evidence as queries
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.context import file_url, viewer_kind
from parindex.web.desk.views.evidence.words import signature_lines, text_words

if TYPE_CHECKING:
    from parindex.web.assessment.models import Evidence, Revision


@require_safe
def library(request: DeskRequest) -> HttpResponse:
    """The documents of the person's unit; whoever has none searches those they may read."""
    text = request.GET.get("q", "")[:200]
    own = queries.has_library(request.actor)
    if own:
        found = queries.documents_of(request.actor, text=text, limit=200)
    else:
        found = queries.search(request.actor, text)
    context = {
        "own": own,
        "text": text,
        "rows": [_row(one) for one in found],
        "fields": [
            {
                "kind": "search",
                "id": "q",
                "name": "q",
                "label": _("Tìm theo tên, số hoặc nội dung"),
                "value": text,
            }
        ],
        "clear_url": reverse("documents") if text else "",
    }
    return render(request, "evidence/library.html", context)


def _row(one: Evidence) -> dict[str, Any]:
    latest = list(one.revisions.all())[-1]
    return {
        "url": reverse("document", args=[one.id]),
        "title": one.title,
        "number": one.number,
        "issued_on": one.issued_on,
        "unit": one.unit.name,
        "kind": latest.file.kind.upper(),
        "n_bytes": latest.file.size,
        "revision": latest.number,
        "at": latest.at,
        "text": text_words(latest.file.text_state, latest.file.text_pages_done),
    }


@require_safe
def document(request: DeskRequest, document_id: UUID) -> HttpResponse:
    """One document: its versions, where it is shown, whether its text can be searched."""
    found = queries.document_for(request.actor, document_id)
    if found is None:
        raise Http404
    revisions = [_revision(one) for one in queries.revisions_for(request.actor, found)]
    if not revisions:
        raise Http404
    uses = queries.uses_of_document(request.actor, found)
    context = {
        "document": found,
        "revisions": revisions,
        "latest": revisions[0],
        "uses": [
            {
                "label": f"{use.item} · {use.sheet.unit.name} · {use.sheet.round.title}",
                "url": f"/desk/sheets/{use.sheet_id}/items/{use.item}/#use-{use.id}",
                "revision": use.revision.number,
                "pointer": use.pointer,
                "page": use.page,
                "at": use.at,
                "withdrawn": getattr(use, "withdrawal", None),
            }
            for use in uses
        ],
        "trail": [
            {"label": _("Tài liệu"), "url": reverse("documents")},
            {"label": found.title},
        ],
    }
    return render(request, "evidence/document.html", context)


def _revision(one: Revision) -> dict[str, Any]:
    file = one.file
    return {
        "id": one.id,
        "number": one.number,
        "name": one.name,
        "url": file_url(one),
        "viewer": viewer_kind(file.kind),
        "thumbnail": reverse("thumbnail", args=[one.id]),
        "kind": file.kind.upper(),
        "n_bytes": file.size,
        "pages": file.pages,
        "who": one.person.name,
        "at": one.at,
        "digest": file.digest,
        "text": text_words(file.text_state, file.text_pages_done),
        "signatures": signature_lines(file.signatures) if file.kind == "pdf" else None,
    }
