"""One file at the door: examined, named, and made fit to be kept, or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from parindex.canonical import sha256
from parindex.errors import Problem, UnusableInputError
from parindex.evidence import apart
from parindex.evidence.kinds import Family, Kind, sniff
from parindex.evidence.limits import MEGABYTE, Limits
from parindex.evidence.names import safe_name, says_another_kind
from parindex.evidence.refusals import Plain, at_file, from_plain, refused

_TASKS: Final = {
    Family.PDF: "examine_pdf",
    Family.PACKAGE: "examine_package",
    Family.JPEG: "examine_picture",
    Family.PNG: "examine_picture",
}
# Opening a PDF takes little; one that wants more builds towers of drawings within drawings.
PDF_MEMORY: Final = 256 * MEGABYTE
_SHOWN_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file that may be kept.

    ``received`` is the digest of what was sent, ``digest`` and ``size`` are of what is kept: for
    pictures, which are made anew, the two differ. ``content`` is what is kept: the path that was
    given where nothing changed, or bytes. ``may_be_signed`` is False for a file in which there is
    nothing like a signature to read.
    """

    name: str
    kind: Kind
    received: str
    digest: str
    size: int
    pages: int | None
    warnings: tuple[Problem, ...]
    may_be_signed: bool
    content: Path | bytes

    @property
    def is_remade(self) -> bool:
        """True where what is kept is not byte for byte what was sent."""
        return self.received != self.digest


def examine(
    content: Path | bytes, *, name: str, limits: Limits = Limits()  # noqa: B008 - frozen
) -> Examined:  # fmt: skip
    """What a file is by its content alone; its name is only made safe.

    Raises UnusableInputError with one problem that says why it is not taken.
    """
    shown = _shown(name)
    try:
        return _examine(content, name, shown, limits)
    except UnusableInputError as error:
        raise UnusableInputError(at_file(error.problems, shown)) from error


def _examine(content: Path | bytes, name: str, shown: str, limits: Limits) -> Examined:
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > limits.file_bytes:
        raise refused(
            "evidence.too_large",
            limit=limits.file_bytes // MEGABYTE,
            got=-(-size // MEGABYTE),
        )
    bytes_sent = content if isinstance(content, bytes) else content.read_bytes()
    family = sniff(bytes_sent)
    share = PDF_MEMORY if family is Family.PDF else limits.memory_bytes
    allowed = replace(limits, memory_bytes=min(limits.memory_bytes, share))
    answer = apart.run(_TASKS[family], content, limits=allowed, kind=family)
    kind, pages = Kind(str(answer.plain["kind"])), answer.plain["pages"]
    warnings = from_plain(_rows(answer.plain["warnings"]), file=shown)
    if says_another_kind(name, kind):
        warnings += (Problem(code="evidence.renamed", file=shown, values={"got": kind.extension}),)
    received = sha256(bytes_sent)
    return Examined(
        name=safe_name(name, kind),
        kind=kind,
        received=received,
        digest=sha256(answer.made) if kind.is_image else received,
        size=len(answer.made) if kind.is_image else size,
        pages=pages if isinstance(pages, int) else None,
        warnings=warnings,
        may_be_signed=bool(answer.plain.get("may_be_signed")),
        content=answer.made if kind.is_image else content,
    )


def _rows(value: object) -> list[Plain]:
    return value if isinstance(value, list) else []


def _shown(name: str) -> str:
    """The name that messages give: what was sent, without what cannot be seen."""
    seen = "".join(one if one.isprintable() else " " for one in name)
    return " ".join(seen.split())[-_SHOWN_NAME:] or "?"
