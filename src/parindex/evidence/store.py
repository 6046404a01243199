"""Content kept under its own digest: written once, never overwritten, never erased."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from parindex.errors import Problem, UnusableInputError

LEFTOVER_AFTER: Final = timedelta(hours=24)
_PREFIX: Final = "sha256:"
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_INCOMING: Final = "incoming"
_PIECE: Final = 1 << 20


class Store:
    """A folder of files, each at ``ab/cd/<sha256>``.

    A file is whole and safe on the disk before it has its name, so a power cut leaves at most a
    nameless leftover, which ``sweep`` takes away after a day.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes | Path) -> str:
        """Keep content and give its digest; the same content is kept once.

        Raises UnusableInputError where damaged content already stands under this digest: it is
        what somebody must look at, and stays.
        """
        incoming = self.folder / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        fresh = incoming / uuid.uuid4().hex
        try:
            digest = _write(content, fresh)
            kept = self.path(digest)
            if kept.exists():
                if digest_of(kept) != digest:
                    raise UnusableInputError([_differs(kept)])
                # Whoever wrote it may not have come as far as this.
                _sync_folder(kept.parent)
                return digest
            _make_folders(kept.parent, above=self.folder)
            fresh.replace(kept)
            _sync_folder(kept.parent)
        finally:
            fresh.unlink(missing_ok=True)
        return digest

    def path(self, digest: str) -> Path:
        """Where the content of a digest stands, or would stand.

        Raises UnusableInputError for what is no digest.
        """
        plain = digest.removeprefix(_PREFIX)
        if not digest.startswith(_PREFIX) or not _HEX.fullmatch(plain):
            raise UnusableInputError([_missing(digest)])
        return self.folder / plain[:2] / plain[2:4] / plain

    def open(self, digest: str) -> BinaryIO:
        """The content of a digest, open for reading.

        Raises UnusableInputError where nothing is kept under it.
        """
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            raise UnusableInputError([_missing(digest)]) from error

    def holds(self, digest: str) -> bool:
        """True where content stands under a digest."""
        return self.path(digest).is_file()

    def digests(self) -> Iterator[str]:
        """Every digest that has content, in order."""
        for path in self._files():
            if self._is_at_its_place(path):
                yield _PREFIX + path.name

    def check(self) -> Iterator[Problem]:
        """One problem for each file that is not what its name says, reading everything."""
        for path in self._files():
            if not self._is_at_its_place(path):
                yield Problem(code="evidence.stranger", file=str(path))
            elif digest_of(path) != _PREFIX + path.name:
                yield _differs(path)

    def sweep(self, now: datetime) -> int:
        """Take away what killed writes left more than a day ago; the number of such files."""
        latest = (now - LEFTOVER_AFTER).timestamp()
        swept = 0
        for path in sorted((self.folder / _INCOMING).glob("*")):
            # Another sweep, or the end of a slow write, may be quicker.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < latest:
                    path.unlink()
                    swept += 1
        return swept

    def _files(self) -> list[Path]:
        return sorted(
            path
            for path in self.folder.rglob("*")
            if not path.is_dir() and path.relative_to(self.folder).parts[0] != _INCOMING
        )

    def _is_at_its_place(self, path: Path) -> bool:
        return bool(_HEX.fullmatch(path.name)) and path == self.path(_PREFIX + path.name)


def digest_of(path: Path) -> str:
    """The digest of a file, read in pieces."""
    with path.open("rb") as stream:
        return _PREFIX + hashlib.file_digest(stream, "sha256").hexdigest()


def _write(content: bytes | Path, fresh: Path) -> str:
    digest = hashlib.sha256()
    with fresh.open("xb") as target:
        for piece in _pieces(content):
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fchmod(target.fileno(), 0o440)
        os.fsync(target.fileno())
    return _PREFIX + digest.hexdigest()


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _make_folders(folder: Path, *, above: Path) -> None:
    """Make a folder and those over it, each safe on the disk in the one above."""
    if folder != above:
        _make_folders(folder.parent, above=above)
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(digest: str) -> Problem:
    return Problem(code="evidence.not_kept", values={"got": digest[:80]})


def _differs(path: Path) -> Problem:
    return Problem(code="evidence.content_differs", file=str(path))
