"""A small picture of a file's first page, for lists."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from parindex.evidence import apart
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits

WIDTH: Final = 320
_TASKS: Final = {
    Kind.PDF: "render_pdf", Kind.JPEG: "render_picture", Kind.PNG: "render_picture",
}  # fmt: skip


def draw_preview(
    content: Path | bytes, kind: Kind, *, width: int = WIDTH, limits: Limits = Limits()  # noqa: B008 - frozen
) -> bytes | None:  # fmt: skip
    """The first page as a PNG no wider and no higher than ``width``; None for office files.

    Raises UnusableInputError where the page cannot be drawn.
    """
    return _draw(content, kind, page=0, width=width, dpi=0, grey=False, limits=limits)


def draw_page(
    content: Path | bytes, kind: Kind, *, page: int, dpi: int, most_pixels: int, limits: Limits
) -> bytes | None:
    """One page, from 0, as a grey PNG fit for recognition; None for office files."""
    return _draw(
        content, kind, page=page, width=0, dpi=dpi, grey=True,
        most_pixels=most_pixels, limits=limits,
    )  # fmt: skip


def _draw(
    content: Path | bytes,
    kind: Kind,
    *,
    page: int,
    width: int,
    dpi: int,
    grey: bool,
    limits: Limits,
    most_pixels: int = 4_000_000,
) -> bytes | None:
    if kind not in _TASKS:
        return None
    answer = apart.run(
        _TASKS[kind], content, limits=limits,
        kind=kind, page=page, width=width, dpi=dpi, grey=grey, most_pixels=most_pixels,
    )  # fmt: skip
    return answer.made
