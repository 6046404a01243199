"""`python -m parindex.web`: the web application's commands, and Django's own."""

from __future__ import annotations

import os
import signal
import sys

import django
from django.core.management import execute_from_command_line

# Django's commands that touch no database; for the others it is there while they run.
_WITHOUT = {"check", "compilemessages", "help", "makemessages", "makemigrations", "version"}


def main() -> int:
    """Run a command; its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parindex.web.settings")
    # Whoever tells us to end is told apart from a kill: what we started is stopped in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    words = sys.argv[1:]
    django.setup()
    from parindex.web import commands, starting  # noqa: PLC0415 - after Django is set up

    if not words or words[0] in {*commands.OURS, "-h", "--help"}:
        return commands.run(words or ["--help"])
    if words[0] in _WITHOUT:
        execute_from_command_line(["parindex.web", *words])
        return 0
    with starting.database():
        execute_from_command_line(["parindex.web", *words])
    return 0


if __name__ == "__main__":
    sys.exit(main())
