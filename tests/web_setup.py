"""Where the web's tests live: one folder and one embedded PostgreSQL a run, found by all workers.

Nothing here is done before a test of the web, or one of its modules, is collected.
"""

import atexit
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parindex.web.embedded import Embedded

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
# The folder of this run: made by whoever comes first, handed on to workers in the environment.
_VARIABLE = "PARINDEX_TESTS_FOLDER"
_done: list[bool] = []
# What is lost when the machine's power is cut is no matter here; the tests of kills have their own.
HASTE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


def folder() -> Path:
    """The folder of this run."""
    if _VARIABLE not in os.environ:
        above = Path(tempfile.gettempdir())
        for left in above.glob("parindex-tests-*"):
            _tidy_up(left)
        made = above / f"parindex-tests-{os.getpid()}"
        made.mkdir()
        os.environ[_VARIABLE] = str(made)
        atexit.register(_end, made, os.getpid())
    return Path(os.environ[_VARIABLE])


def _tidy_up(left: Path) -> None:
    """What a run left behind that was killed."""
    pid = re.search(r"\d+$", left.name)
    if pid is not None and not Path(f"/proc/{pid.group()}").exists() and Path("/proc").exists():
        _end(left, os.getpid())


def _end(made: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from parindex.web.embedded import Embedded

    for mark in made.glob("**/postgres/postmaster.pid"):
        Embedded(mark.parent).stop()
    shutil.rmtree(made, ignore_errors=True)


def set_up() -> None:
    """Django, with a data folder and a database name of this worker's own."""
    if _done:
        return
    _done.append(True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "parindex.web.settings"
    os.environ["PARINDEX_DATA"] = str(folder() / WORKER)
    os.environ["PARINDEX_DATABASE_URL"] = server().url(f"test_{WORKER}")
    for name in ("PARINDEX_DEMO", "PARINDEX_DEBUG", "PARINDEX_ADDRESS", "PARINDEX_HOSTS"):
        os.environ.pop(name, None)

    import django

    django.setup()
    # A worker must not find it, or it would set up with the folder of the process before it.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def server() -> "Embedded":
    """The one server of the run."""
    from parindex.web.embedded import Embedded

    return Embedded(folder() / "postgres")


def start_postgres() -> "Embedded":
    """The same, started by the first worker that needs it."""
    one = server()
    one.start(HASTE)
    return one


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter, as pytest's own are not."""
    made = Path(tempfile.mkdtemp(dir=folder()))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def alone() -> Iterator[None]:
    """One worker at a time."""
    with (folder() / ".alone").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
