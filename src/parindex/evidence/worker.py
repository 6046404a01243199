"""The process that reads strangers' files: `python -m parindex.evidence.worker`, order on stdin."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from parindex.errors import UnusableInputError
from parindex.evidence.limits import Limits
from parindex.evidence.refusals import Plain, refused, to_plain

# A task is a function of the source, the limits, the place for a file it makes, and its options.
# They are named, not imported, because each brings a library that takes time to load.
TASKS: Final = {
    "examine_pdf": "pdfs.examine",
    "examine_package": "packages.examine",
    "examine_picture": "pictures.examine",
    "read_pdf": "pdfs.read_text",
    "read_package": "packages.read_text",
    "render_pdf": "pdfs.render",
    "render_picture": "pictures.render",
    "signatures": "pades.read",
}
MOST_WRITTEN: Final = 512 << 20


def main() -> None:
    """Read the order, do the task, write the answer."""
    order = json.loads(sys.stdin.buffer.read())
    limits = Limits(**order["limits"])
    logging.disable(logging.CRITICAL)
    # A library that is missing is no fault of the file: it ends this process with a status.
    module, name = TASKS[order["task"]].split(".")
    task = getattr(import_module(f"parindex.evidence.{module}"), name)
    _bind(limits)
    answer = _done(task, order, limits)
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def _done(task: Callable[..., Plain], order: dict[str, str], limits: Limits) -> Plain:
    try:
        answer: Plain = task(
            Path(order["source"]), limits=limits, made=Path(order["made"]), options=order["options"]
        )
    except UnusableInputError as error:
        return {"problems": to_plain(error.problems)}
    except (MemoryError, RecursionError):
        return {"problems": to_plain(refused("evidence.too_heavy").problems)}
    except Exception:  # noqa: BLE001 - whatever a parser raises, it is the file that is wrong
        return {"problems": to_plain(refused("evidence.damaged").problems)}
    return answer


def _bind(limits: Limits) -> None:
    """Let this process have no more than its share, whatever it is talked into."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - optional extra: it is not there on Windows

    signal.alarm(limits.wall_seconds)
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


if __name__ == "__main__":
    main()
