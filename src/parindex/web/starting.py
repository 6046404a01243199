"""Before anything is served: the database is there, up to date, and no shorter than it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.web.embedded import Embedded, NotStartedError
from parindex.web.fieldwork.actions import burning
from parindex.web.journal import queries

_LOG: Final = logging.getLogger(__name__)


class JournalSaysNoError(ParindexError):
    """The journal does not stand, or is not the one that was checkpointed (exit status 1)."""


def let_go() -> None:
    """Hold no connection any more: before processes are started, and before it is ended."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # of PostgreSQL's alone


@contextmanager
def database() -> Iterator[None]:
    """The database for the time of the block: the embedded one is started where it is not.

    Raises UnusableInputError where it cannot be had.
    """
    embedded: Embedded | None = settings.EMBEDDED
    started = False
    try:
        if embedded is not None:
            started = embedded.start()
            embedded.create()
        else:
            connection.ensure_connection()
    except (NotStartedError, OperationalError) as error:
        told = {"detail": " ".join(str(error).split())[:300]}
        raise UnusableInputError([Problem(code="serve.no_database", values=told)]) from error
    try:
        yield
    finally:
        let_go()
        if embedded is not None and started:
            embedded.stop()


@contextmanager
def filled_database() -> Iterator[None]:
    """The same, for whoever only looks: where nothing was ever kept, nothing is made.

    Raises UnusableInputError there.
    """
    embedded: Embedded | None = settings.EMBEDDED
    nothing = UnusableInputError([Problem(code="serve.nothing", values={"folder": settings.DATA})])
    if embedded is not None and not embedded.exists():
        raise nothing
    with database():
        if "journal_head" not in connection.introspection.table_names():
            raise nothing
        yield


def bring_up_to_date() -> None:
    """The tables as this version of the program needs them."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    # Who was stopped right after the mixing of a survey left its key behind.
    burning.finish_mixing()
    warn_of_old_texts()


def warn_of_old_texts() -> None:
    """Say it loudly where the English pages would be Vietnamese: texts that nobody compiled."""
    for folder in settings.LOCALE_PATHS:
        for written in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            read = written.with_suffix(".mo")
            if not read.exists() or read.stat().st_mtime < written.stat().st_mtime:
                _LOG.warning("%s is missing or older than %s: make setup", read, written.name)


def newest_checkpoint() -> Path | None:
    """The newest checkpoint that is kept as a file, outside of the database."""
    return max(settings.CHECKPOINT_FOLDER.glob("checkpoint-*.txt"), default=None)


def refuse_a_shorter_journal() -> None:
    """The journal may not be shorter than the newest checkpoint says, nor another one.

    Raises JournalSaysNoError: somebody restored an older backup, or rewrote the chain.
    """
    newest = newest_checkpoint()
    if newest is None:
        return
    found = list(queries.verify_diff(newest))
    if found:
        told = Problem(code="journal.rolled_back", file=str(newest))
        raise JournalSaysNoError([told, *found])
