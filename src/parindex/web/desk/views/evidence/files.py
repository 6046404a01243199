"""Files themselves: a version of a document, whole or a part of it; a small picture of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import quote
from typing import Final, TypeVar
from urllib.parse import quote as percent
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from parindex.web.assessment.actions import evidence as actions
from parindex.web.assessment.queries import evidence as queries
from parindex.web.assessment.queries.evidence import Content
from parindex.web.desk.frame import DeskRequest

_R = TypeVar("_R", bound=HttpResponseBase)
_PIECE: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# Shown by itself a file may do nothing and reach nothing.
_ALONE: Final = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


@require_safe
def file(request: DeskRequest, revision_id: UUID, name: str) -> HttpResponseBase:
    """A version of a document: to be kept, or with ``?inline`` to be looked at by itself."""
    found = queries.content_for(request.actor, revision_id)
    if found is None:
        raise Http404
    return served(request, found, inline="inline" in request.GET)


@require_safe
def thumbnail(request: DeskRequest, revision_id: UUID) -> HttpResponse:
    """The first page, small; 404 for what has none."""
    found = queries.content_for(request.actor, revision_id)
    picture = None if found is None else actions.thumbnail(found)
    if picture is None:
        raise Http404
    return _guarded(HttpResponse(picture, content_type="image/png"))


def served(request: HttpRequest, found: Content, *, inline: bool = False) -> HttpResponseBase:
    """A file as it is sent: whole, or the one range that was asked for."""
    size = found.path.stat().st_size
    start, end, status = 0, size - 1, 200
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is not None and (asked[1] or asked[2]):
        start = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
        end = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        status = 206
        if start > end or start >= size:
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{size}"
            return _guarded(refused)
    response = StreamingHttpResponse(
        _pieces(found, start, end), status=status, content_type=found.media_type
    )
    if request.method == "HEAD":
        response = StreamingHttpResponse((), status=status, content_type=found.media_type)
    response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Disposition"] = disposition(found.name, inline=inline)
    return _guarded(response)


def disposition(name: str, *, inline: bool = False) -> str:
    """How a file is offered, its name in ASCII and in full."""
    plain = quote(name.encode("ascii", "replace").decode().replace("?", "_"))
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{percent(name, safe='')}"


def _guarded(response: _R) -> _R:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = _ALONE
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _pieces(found: Content, start: int, end: int) -> Iterator[bytes]:
    left = end - start + 1
    with found.path.open("rb") as stream:
        stream.seek(start)
        while left > 0:
            piece = stream.read(min(_PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
