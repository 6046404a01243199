"""`serve`: the database, the web workers and the worker for jobs, kept running."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from django.conf import settings

from parindex.errors import Problem, UnusableInputError
from parindex.web import starting
from parindex.web.embedded import Embedded, NotStartedError

WORKERS: Final = 2
THREADS: Final = 2
_TICK: Final = 0.25
_PATIENCE: Final = 15.0
# A child that dies again and again within this time is not started for ever.
_TRIES: Final = 10
_WITHIN: Final = 60.0
_SIGNAL_AT_PARENTS_DEATH: Final = 1


@dataclass(slots=True)
class Child:
    """A process of ours, with when it was started."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it, anew where it has died; what came of it must not serve on beside it."""
        if self.process is not None:
            self._end_all()
        self.starts.append(time.monotonic())
        # A group of its own: Ctrl-C at the terminal reaches us, and we end the others in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            self.command,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - there is one thread
            stdin=subprocess.DEVNULL,
        )

    def has_died(self) -> bool:
        """Whether it ended without being told to."""
        return self.process is not None and self.process.poll() is not None

    def is_hopeless(self) -> bool:
        """Whether it died too often of late."""
        latest = self.starts[-_TRIES:]
        return len(latest) == _TRIES and time.monotonic() - latest[0] < _WITHIN

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def make_sure(self, until: float) -> None:
        """Wait for its end, and end it with what came of it when it takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._end_all()

    def _end_all(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _end_with_parent() -> None:
    """Linux ends this process when ours is killed, so that no worker serves on without us."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, signal.SIGTERM)


def web(host: str, port: int) -> list[str]:
    """The command of the web workers; they are started anew by their own parent."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--http", "1",
        "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "8",
        "--log-level", "warning", "parindex.web.wsgi:application",
    ]  # fmt: skip


def jobs() -> list[str]:
    """The command of the worker for jobs, reminders and nightly work among them."""
    return [
        sys.executable, "-m", "parindex.web", "procrastinate", "--skip-checks", "worker",
        "--concurrency", "2", "--shutdown-graceful-timeout", "8",
    ]  # fmt: skip


def serve(
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
    note: Callable[[Problem], None],
    before: Callable[[], None] | None = None,
) -> None:
    """Serve until told to stop; ``ready`` is told the address once somebody answers there.

    ``before`` is done once the database stands and nobody is served yet.

    Raises JournalSaysNoError where the journal is shorter than its last checkpoint, and
    UnusableInputError where the place is taken or a part of it does not stay up.
    """
    embedded: Embedded | None = settings.EMBEDDED
    with _alone():
        _refuse_a_taken_place(host, port)
        _serve(host, port, embedded, ready, note, before)


def _serve(
    host: str,
    port: int,
    embedded: Embedded | None,
    ready: Callable[[str], None],
    note: Callable[[Problem], None],
    before: Callable[[], None] | None,
) -> None:
    children = [Child("web", web(host, port)), Child("jobs", jobs())]
    told: list[int] = []
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # Links in mail lead where we serve, unless the outside knows us by another address.
    os.environ.setdefault("PARINDEX_ADDRESS", _address(host, port))
    try:
        with starting.database():
            starting.bring_up_to_date()
            starting.refuse_a_shorter_journal()
            if before is not None:
                before()
            starting.let_go()
            for number in usual:
                signal.signal(number, _noting(told))
            try:
                for child in children:
                    child.start()
                _watch(children, embedded, told, lambda: _tell_when_up(host, port, ready), note)
            finally:
                _stop(children)
                # Whoever started it, we end it: it serves nobody but us.
                if embedded is not None:
                    embedded.stop()
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


@contextmanager
def _alone() -> Iterator[None]:
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with (settings.DATA / ".serving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = Problem(code="serve.twice", values={"folder": settings.DATA})
            raise UnusableInputError([told]) from error
        yield


def _noting(told: list[int]) -> Callable[[int, FrameType | None], None]:
    def note(number: int, _: FrameType | None) -> None:
        told.append(number)

    return note


def _watch(
    children: Sequence[Child],
    embedded: Embedded | None,
    told: Sequence[int],
    tell: Callable[[], bool],
    note: Callable[[Problem], None],
) -> None:
    up = False
    while not told:
        if not up:
            up = tell()
        for child in children:
            if child.has_died():
                if child.is_hopeless():
                    raise UnusableInputError(
                        [Problem(code="serve.hopeless", values={"name": child.name})]
                    )
                note(Problem(code="serve.again", values={"name": child.name}))
                child.start()
        if embedded is not None and not embedded.is_running():
            note(Problem(code="serve.again", values={"name": "postgres"}))
            with suppress(NotStartedError):
                embedded.start()
        time.sleep(_TICK)


def _stop(children: Sequence[Child]) -> None:
    until = time.monotonic() + _PATIENCE
    for child in children:
        child.stop()
    for child in children:
        child.make_sure(until)


def _refuse_a_taken_place(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        place = {"host": host, "port": port, "detail": error.strerror or str(error)}
        raise UnusableInputError([Problem(code="serve.taken", values=place)]) from error


def _address(host: str, port: int) -> str:
    here = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104 - to ask ourselves
    return f"http://{here}:{port}"


def _tell_when_up(host: str, port: int, ready: Callable[[str], None]) -> bool:
    address = _address(host, port)
    try:
        with socket.create_connection((address[7:].rsplit(":", 1)[0], port), timeout=1):
            pass
    except OSError:
        return False
    ready(address + "/")
    return True
