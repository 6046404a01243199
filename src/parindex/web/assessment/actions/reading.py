"""The text of a kept file: its own, and what is recognised in scans, page by page.

Text is derived from the file and may be made again, so the journal does not tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.conf import settings

from parindex.errors import UnusableInputError
from parindex.evidence.cautions import find_cautions
from parindex.evidence.kinds import Kind
from parindex.evidence.ocr import check_tesseract, recognise
from parindex.evidence.store import Store
from parindex.evidence.text import read_text as read_layer
from parindex.vietnamese import folded
from parindex.web.assessment.models import StoredFile

_BREAK: Final = "\f"
# A text search vector holds a megabyte; each word once leaves room for its places.
_MOST_SEARCHED: Final = 400_000
_DONE: Final = frozenset({"layer", "read"})


def read_text(digest: str, *, stop: Callable[[], bool] = lambda: False) -> str:
    """Read the text of a kept file, and recognise the pages that have none; gives its state.

    Each page is kept as soon as it is read: stopped or killed, it goes on where it was. A mark of
    secrecy or a list of identity numbers becomes a warning of the file.
    """
    file = StoredFile.objects.get(digest=digest)
    if file.text_state in _DONE:
        return file.text_state
    path, kind = Store(settings.EVIDENCE_FOLDER).path(digest), Kind(file.kind)
    try:
        found = read_layer(path, kind)
    except UnusableInputError:
        _keep(file, [], state="failed", done=0)
        return file.text_state
    pages = [page.replace(_BREAK, " ") for page in found.pages]
    if not found.needs_ocr:
        _keep(file, pages, state="layer", done=len(pages))
        return file.text_state
    return _recognise(file, kind, pages, found.without_words, stop=stop)


def _recognise(
    file: StoredFile,
    kind: Kind,
    pages: list[str],
    bare: Sequence[int],
    *,
    stop: Callable[[], bool],
) -> str:
    try:
        check_tesseract()
    except UnusableInputError:
        worded = any(page.strip() for page in pages)
        _keep(file, pages, state="layer" if worded else "failed", done=0)
        return file.text_state
    done = 0
    before = file.text.split(_BREAK)
    if file.text_state == "reading" and len(before) == len(pages):
        pages, done = before, min(file.text_pages_done, len(bare))
    else:
        _keep(file, pages, state="reading", done=0)
    path = Store(settings.EVIDENCE_FOLDER).path(file.digest)
    n_failed = 0
    for page in recognise(path, kind, pages=bare[done:], stop=stop):
        n_failed += page.problem is not None
        if page.problem is None:
            pages[page.page] = page.text.replace(_BREAK, " ")
        done += 1
        _keep(file, pages, state="reading", done=done)
    if done == len(bare):
        unread = n_failed == len(bare) and not any(page.strip() for page in pages)
        _keep(file, pages, state="failed" if unread else "read", done=done)
    return file.text_state


def _keep(file: StoredFile, pages: Sequence[str], *, state: str, done: int) -> None:
    text = _BREAK.join(pages)
    file.text, file.text_state, file.text_pages_done = text, state, done
    file.folded = " ".join(dict.fromkeys(folded(text).split()))[:_MOST_SEARCHED]
    seen = {one.code for one in find_cautions(pages)}
    file.warnings = sorted({*file.warnings, *seen})
    file.save(update_fields=["text", "text_state", "text_pages_done", "folded", "warnings"])


def unread() -> list[str]:
    """The digests of files whose text was not read to its end."""
    found = StoredFile.objects.filter(text_state__in=["none", "reading"]).order_by("at")
    return list(found.values_list("digest", flat=True))
