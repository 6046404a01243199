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
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:50]}-", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A new folder to fill beside ``path``, whose place it takes only on success.

    Raises NotADirectoryError where a file stands at ``path``: it is somebody's, and stays.
    """
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{path.name[:50]}-", dir=path.parent))
    fresh, old = work / "fresh", work / "old"
    fresh.mkdir()
    try:
        yield fresh
        if path.exists():
            path.replace(old)
        fresh.replace(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
