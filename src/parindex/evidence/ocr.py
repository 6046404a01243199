"""Words recognised in scans by tesseract, one page at a time, to be stopped and gone on with."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parindex.errors import Problem, UnusableInputError
from parindex.evidence.apart import environment
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits
from parindex.evidence.preview import draw_page
from parindex.evidence.refusals import refused

PROGRAM: Final = "tesseract"
LANGUAGES: Final = "vie+eng"
DPI: Final = 300
MOST_PIXELS: Final = 16_000_000  # A4 at 300 dots an inch has 8.7 million
PAGE_SECONDS: Final = 120
_LOOK_EVERY: Final = 0.2
_MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The words of one page, from 0, or the problem for which it has none."""

    page: int
    text: str
    problem: Problem | None = None


def recognise(
    path: Path,
    kind: Kind,
    *,
    pages: Sequence[int],
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    stop: Callable[[], bool] = lambda: False,
    page_seconds: int = PAGE_SECONDS,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Iterator[Recognised]:
    """The words of the given pages, each as soon as it is read.

    To go on after a stop, give the pages that are left. ``progress`` is told how many are done
    of how many; ``stop`` is asked several times a second and ends everything at once.

    Raises UnusableInputError where tesseract or its Vietnamese is not installed.
    """
    check_tesseract()
    for done, page in enumerate(pages):
        if stop():
            return
        progress(done, len(pages))
        found = _page(path, kind, page, stop=stop, seconds=page_seconds, limits=limits)
        if found is None:
            return
        yield found
    progress(len(pages), len(pages))


def check_tesseract() -> None:
    """Raise UnusableInputError where the program or its Vietnamese is missing."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise refused("evidence.no_tesseract")
    listed = subprocess.run(  # noqa: S603 - found on our own path
        [program, "--list-langs"], capture_output=True, check=False, timeout=30
    )
    if b"vie" not in listed.stdout.split():
        raise refused("evidence.no_tesseract")


def _page(
    path: Path, kind: Kind, page: int, *, stop: Callable[[], bool], seconds: int, limits: Limits
) -> Recognised | None:
    """One page; None where it was stopped."""
    try:
        image = draw_page(
            path, kind, page=page, dpi=DPI, most_pixels=MOST_PIXELS, limits=limits
        )  # fmt: skip
    except UnusableInputError as error:
        return Recognised(page=page, text="", problem=error.problems[0])
    with tempfile.TemporaryDirectory(prefix="parindex-") as name:
        folder = Path(name)
        (folder / "page.png").write_bytes(image or b"")
        status = _run(folder, stop=stop, seconds=seconds)
        if status is None:
            return None
        made = folder / "words.txt"
        if status or not made.exists():
            late = Problem(code="evidence.unrecognised", values={"page": page + 1})
            return Recognised(page=page, text="", problem=late)
        with made.open("rb") as stream:
            words = stream.read(_MOST_BYTES).decode("utf-8", "ignore")
    text = unicodedata.normalize("NFC", words).replace("\f", "").strip()
    return Recognised(page=page, text=text)


def _run(folder: Path, *, stop: Callable[[], bool], seconds: int) -> int | None:
    """The exit status of tesseract; 1 if it took too long, None if it was stopped."""
    process = subprocess.Popen(  # noqa: S603 - our own words only
        [str(shutil.which(PROGRAM)), "page.png", "words", "-l", LANGUAGES, "--dpi", str(DPI)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # One thread a page: several pages at once are quicker than several threads.
        env={**environment(), "OMP_THREAD_LIMIT": "1"},
    )
    with process:
        until = time.monotonic() + seconds
        try:
            while True:
                try:
                    return process.wait(timeout=_LOOK_EVERY)
                except subprocess.TimeoutExpired:
                    if stop():
                        return None
                    if time.monotonic() > until:
                        return 1
        finally:
            process.kill()
