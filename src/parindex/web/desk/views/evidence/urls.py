"""The addresses of evidence: of an item, of documents, of files, of a sheet's workbook."""

from __future__ import annotations

from django.urls import path

from parindex.web.desk.views.evidence import documents, files, items, signed, workbook

urlpatterns = [
    path("sheets/<uuid:sheet_id>/items/<str:item>/evidence/", items.add, name="evidence_add"),
    path(
        "sheets/<uuid:sheet_id>/items/<str:item>/evidence/reuse/",
        items.reuse,
        name="evidence_reuse",
    ),
    path("uses/<uuid:use_id>/withdraw/", items.withdraw, name="evidence_withdraw"),
    path("documents/", documents.library, name="documents"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("files/<uuid:revision_id>/<str:name>", files.file, name="file"),
    path("thumbnails/<uuid:revision_id>.png", files.thumbnail, name="thumbnail"),
    path("sheets/<uuid:sheet_id>/signed-form/", signed.upload, name="signed_form"),
    path("signed-forms/<uuid:form_id>/<str:name>", signed.download, name="signed_form_file"),
    path("sheets/<uuid:sheet_id>/workbook/", workbook.download, name="sheet_workbook"),
    path(
        "sheets/<uuid:sheet_id>/workbook/upload/", workbook.upload, name="sheet_workbook_upload"
    ),
    path(
        "sheets/<uuid:sheet_id>/workbook/marked/", workbook.marked, name="sheet_workbook_marked"
    ),
]  # fmt: skip
