"""Files that a page hands over to keep: never shown as a page, never kept on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_Answer = TypeVar("_Answer", bound=HttpResponseBase)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
PDF: Final = "application/pdf"
ZIP: Final = "application/zip"


def attached(content: bytes, *, name: str, kind: str) -> HttpResponse:
    """A file of so many bytes."""
    return _named(HttpResponse(content, content_type=kind), name)


def streamed(content: Iterator[str], *, name: str, kind: str) -> StreamingHttpResponse:
    """A file that is written while it is read."""
    return _named(StreamingHttpResponse(content, content_type=kind), name)


def _named(answer: _Answer, name: str) -> _Answer:
    said = content_disposition_header(as_attachment=True, filename=name)
    assert said is not None  # noqa: S101 - it is None only for what is no attachment
    answer.headers["Content-Disposition"] = said
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
