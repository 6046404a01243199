"""The text of a file, for search and for warnings; what has none needs to be recognised."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parindex.evidence import apart
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import MEGABYTE, Limits
from parindex.vietnamese import folded

# A page with fewer letters is a picture, perhaps with a number or a stamp set over it.
FEW_LETTERS: Final = 20
TEXT_LIMITS: Final = Limits(cpu_seconds=60, wall_seconds=120, memory_bytes=1024 * MEGABYTE)
_TASKS: Final = {Kind.PDF: "read_pdf", Kind.DOCX: "read_package", Kind.XLSX: "read_package"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text page by page: sheets are the pages of a workbook, a document is one page.

    ``is_cut`` tells that there was more than the limit. ``without_words`` are the pages, from 0,
    that have next to no text and may be scans.
    """

    pages: tuple[str, ...]
    is_cut: bool
    without_words: tuple[int, ...]

    @property
    def needs_ocr(self) -> bool:
        """True where some page may hold words that only recognition can read."""
        return bool(self.without_words)

    @property
    def searched(self) -> str:
        """All pages as they are searched: without case and diacritics, đ as d."""
        return folded("\f".join(self.pages))


def read_text(content: Path | bytes, kind: Kind, *, limits: Limits = TEXT_LIMITS) -> Text:
    """The text of a file that was examined, in composed letters (NFC).

    Raises UnusableInputError where the file cannot be read to its end.
    """
    if kind.is_image:
        return Text(pages=("",), is_cut=False, without_words=(0,))
    answer = apart.run(_TASKS[kind], content, limits=limits)
    rows = answer.plain["pages"]
    pages = tuple(_clean(str(row)) for row in rows) if isinstance(rows, list) else ()
    bare = [n for n, page in enumerate(pages) if sum(map(str.isalpha, page)) < FEW_LETTERS]
    return Text(
        pages=pages,
        is_cut=bool(answer.plain["cut"]),
        without_words=tuple(bare) if kind is Kind.PDF else (),
    )


def _clean(text: str) -> str:
    # PostgreSQL keeps no NUL, and a lone half of a pair cannot be written anywhere.
    shown = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFC", shown)
