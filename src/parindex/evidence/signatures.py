"""Who signed a PDF, when, and what was changed since: every signature, judged and explained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from parindex.evidence import apart
from parindex.evidence.limits import MEGABYTE, Limits

# Verifying loads a large library and compares every revision of the file.
SIGNATURE_LIMITS: Final = Limits(
    cpu_seconds=40, wall_seconds=90, memory_bytes=1536 * MEGABYTE
)  # fmt: skip


class Change(StrEnum):
    """What was written into a file after a signature."""

    NOTHING = "nothing"
    ARCHIVING = "archiving"  # time stamps and certificates for long keeping
    FILLING = "filling"  # fields of a form, further signatures
    CONTENT = "content"  # anything else: what was signed may read otherwise now
    UNKNOWN = "unknown"  # could not be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature, as it stands in a list; moments are ISO 8601 in UTC, or empty.

    ``trouble`` says in a library's English why it could not be judged, and is empty otherwise.
    """

    field: str
    signer: str
    organisation: str
    issuer: str
    serial: str
    certified_from: str
    certified_until: str
    signed_at: str
    stamped_at: str
    stamp_is_trusted: bool
    is_intact: bool
    covers_whole_file: bool
    changed_since: Change
    is_trusted: bool
    was_certified_when_signed: bool
    revocation: str = "not checked"
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """True for an intact signature of a trusted person, with no change of content since."""
        changed = self.changed_since in {Change.CONTENT, Change.UNKNOWN}
        return self.is_intact and self.is_trusted and not changed

    def as_plain(self) -> dict[str, str | bool]:
        """The row as JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, row: dict[str, object]) -> Signature:
        """The row as it was kept."""
        changed = Change(str(row["changed_since"]))
        kept: dict[str, Any] = {**row, "changed_since": changed}
        return cls(**kept)


def read_signatures(
    content: Path | bytes, *, roots: Path | None, at: datetime, limits: Limits = SIGNATURE_LIMITS
) -> tuple[Signature, ...]:
    """Every signature of a PDF, in the order of its fields; empty where nobody signed.

    ``roots`` is a folder of certificates in PEM form: those that signed themselves are trusted,
    others complete the chain. Trust is judged at the moment ``at``. Nothing is fetched from the
    network, so revocation stays unchecked and the row says so.

    Raises UnusableInputError where the file or a certificate cannot be read.
    """
    answer = apart.run(
        "signatures",
        content,
        limits=limits,
        roots="" if roots is None else str(roots.resolve()),
        at=at.isoformat(),
    )
    rows = answer.plain["signatures"]
    return tuple(map(Signature.from_plain, rows)) if isinstance(rows, list) else ()
