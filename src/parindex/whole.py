"""Files and folders that take the place of what was there as a whole, and only on success."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A new file to fill beside ``path``, whose place it takes only on success.

    Raises OSError where a folder stands at ``path`` or the place cannot be written.
    """
    path = path.resolve()
    fresh = _beside(path) / "fresh"
    try:
        yield fresh
        fresh.replace(path)
    finally:
        shutil.rmtree(fresh.parent, ignore_errors=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A new folder to fill beside ``path``, whose place it takes only on success.

    Raises NotADirectoryError where a file stands at ``path``: it is somebody's, and stays.
    """
    path = path.resolve()
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(path))
    work = _beside(path)
    fresh, old = work / "fresh", work / "old"
    fresh.mkdir()
    try:
        yield fresh
        if path.exists():
            path.replace(old)
        fresh.replace(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _beside(path: Path) -> Path:
    """A new folder beside a path; what goes wrong is told of the path, which the user named."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{path.name[:50]}-", dir=path.parent))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
