"""What somebody uploaded and has not confirmed yet: kept a day for that person, by digest."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files import File

from parindex.web.people.actor import Actor
from parindex.whole import whole_file

MOST_BYTES: Final = 20 * 1024 * 1024
_DAY: Final = 24 * 60 * 60
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def _folder() -> Path:
    return settings.DATA / "uploads"


def is_too_large(upload: File[bytes]) -> bool:
    """Whether a file is larger than any table or list of ours."""
    return (upload.size or 0) > MOST_BYTES


def keep(actor: Actor, content: bytes) -> str:
    """Keep an upload for this person; its digest. What is older than a day goes."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    old = time.time() - _DAY
    for path in folder.glob("*-*"):
        if path.is_file() and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
    digest = sha256(content).hexdigest()
    with whole_file(folder / f"{actor.person}-{digest}") as fresh:
        fresh.write_bytes(content)
    return digest


def kept(actor: Actor, digest: str) -> bytes | None:
    """What this person uploaded under this digest, while it is kept."""
    if not _DIGEST.fullmatch(digest):
        return None
    path = _folder() / f"{actor.person}-{digest}"
    return path.read_bytes() if path.is_file() else None


def drop(actor: Actor, digest: str) -> None:
    """Forget an upload that was confirmed."""
    if _DIGEST.fullmatch(digest):
        (_folder() / f"{actor.person}-{digest}").unlink(missing_ok=True)
