"""The chain, pure: an entry's body and digest, and the signed text of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from parindex.canonical import canonical_json

# The digest before the first entry.
NOTHING: Final = "0" * 64
_ORIGIN: Final = "parindex journal checkpoint 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an entry is about: its kind, its id, and the words shown for it at the time."""

    kind: str
    id: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to be written: what happened, by whom, for which unit, to what, and why.

    ``person`` is an account's id, never a name: names may have to be erased, entries may not.
    ``group`` ties the entries of one action together.
    """

    verb: str
    person: str
    acting_for: str
    issuer: str
    about: About
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def body_of(note: Note, *, seq: int, at: datetime) -> str:
    """The canonical JSON (RFC 8785) that an entry's digest is made of; times are in UTC."""
    said: dict[str, Any] = {
        "seq": seq,
        "at": at.isoformat(timespec="microseconds"),
        "verb": note.verb,
        "person": note.person,
        "acting_for": note.acting_for,
        "issuer": note.issuer,
        "about": {"kind": note.about.kind, "id": note.about.id, "words": note.about.words},
        "before": None if note.before is None else dict(note.before),
        "after": None if note.after is None else dict(note.after),
        "reason": note.reason,
    }
    return canonical_json(said).decode()


def link(previous: str, body: str) -> str:
    """The digest of an entry: of the digest before it and its own body."""
    return sha256(f"{previous}\n{body}".encode()).hexdigest()


def checkpoint_text(*, seq: int, root: str, at: datetime, reason: str) -> str:
    """The text that is signed: origin, size, root, moment and occasion, one a line."""
    return f"{_ORIGIN}\n{seq}\n{root}\n{at.isoformat(timespec='microseconds')}\n{reason}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint as read from its text: how long the chain was, and its digest there."""

    seq: int
    root: str
    at: str
    reason: str
    signature: str


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a text with its signature line. Raises ValueError when it is none."""
    lines = text.splitlines()
    if len(lines) < 6 or lines[0] != _ORIGIN or not lines[1].isascii() or not lines[1].isdigit():
        raise ValueError(text[:80])
    return Checkpoint(
        seq=int(lines[1]), root=lines[2], at=lines[3], reason=lines[4], signature=lines[5]
    )
