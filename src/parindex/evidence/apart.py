"""Dangerous reading, done apart: in a process of its own, with limits, that may die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from parindex.errors import UnusableInputError
from parindex.evidence.limits import Limits
from parindex.evidence.refusals import Plain, from_plain, refused

# No secret of the application reaches a process that reads strangers' files.
_KEPT_OF_ENVIRONMENT: Final = (
    "PATH",
    "PYTHONPATH",
    "LANG",
    "LC_ALL",
    "SYSTEMROOT",
    "TESSDATA_PREFIX",
)
_WORKER: Final = "parindex.evidence.worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the process found, and the file it made if any."""

    plain: Plain
    made: bytes


def run(task: str, content: bytes | Path, *, limits: Limits, **options: object) -> Answer:
    """Have a task of the worker done on content.

    Raises UnusableInputError with the reason of the worker, or with one for its death: too much
    time or memory, or a crash of the reading program.
    """
    with tempfile.TemporaryDirectory(prefix="parindex-") as name:
        folder = Path(name)
        source = content
        if isinstance(source, bytes):
            source = folder / "content"
            source.write_bytes(content if isinstance(content, bytes) else b"")
        order: Plain = {
            "task": task,
            "source": str(source.resolve()),
            "made": str(folder / "made"),
            "answer": str(folder / "answer"),
            "limits": asdict(limits),
            "options": options,
        }
        _die_or_return(_status(order, folder, limits))
        plain: Plain = json.loads((folder / "answer").read_text(encoding="utf-8"))
        problems = plain.get("problems")
        if isinstance(problems, list) and problems:
            raise UnusableInputError(from_plain(problems))
        made = folder / "made"
        return Answer(plain=plain, made=made.read_bytes() if made.exists() else b"")


def environment() -> dict[str, str]:
    """What a program that reads strangers' files may know of ours: where programs are."""
    return {name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ}


def _status(order: Plain, folder: Path, limits: Limits) -> int | None:
    """The exit status of a worker that was given an order; None where it had to be stopped."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-W", "ignore", "-X", "utf8", "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**environment(), "TMPDIR": str(folder), "HOME": str(folder)},
        start_new_session=True,
    )
    with process:
        try:
            process.communicate(json.dumps(order).encode(), timeout=limits.wall_seconds + 1)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
    return process.returncode


def _die_or_return(status: int | None) -> None:
    if status is None or -status in {signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM}:
        raise refused("evidence.too_heavy")
    if status:
        raise refused("evidence.reader_stopped")
