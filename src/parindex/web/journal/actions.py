"""The one pen: every change is recorded in its own transaction, chained to what was before."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import transaction

from parindex.web.journal import chain, clock, keys
from parindex.web.journal.chain import About, Note
from parindex.web.journal.models import Checkpoint, Entry, Head

P = ParamSpec("P")
R = TypeVar("R")
_page: ContextVar[list[Note] | None] = ContextVar("page", default=None)
_UNCHANGED = Note(
    verb="", person="", acting_for="", issuer="", about=About(kind="", id="", words="")
)


class NothingRecordedError(RuntimeError):
    """An action returned without a word in the journal: a defect, and the change is undone."""


class NoActionError(RuntimeError):
    """Something was recorded outside of an action: a defect."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function an action: one transaction, which fails when nothing was recorded.

    Within another action it belongs to the outer one. The chain's head is locked last, so that
    writers wait for one another only while entries are written.
    """

    @wraps(function)
    def acting(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _page.get()
        page: list[Note] = []
        token = _page.set(page)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                if not page:
                    raise NothingRecordedError(function.__qualname__)
                notes = [note for note in page if note is not _UNCHANGED]
                if outer is None:
                    _write(notes)
                else:
                    outer.extend(page)
                return result
        finally:
            _page.reset(token)

    return acting


def record(
    verb: str,
    *,
    person: str,
    about: About,
    acting_for: str = "",
    issuer: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Put one entry on the page of the action at hand; values are text, numbers, lists, maps."""
    page = _page.get()
    if page is None:
        raise NoActionError(verb)
    page.append(
        Note(
            verb=verb,
            person=person,
            acting_for=acting_for,
            issuer=issuer,
            about=about,
            before=before,
            after=after,
            reason=reason,
        )
    )


def unchanged() -> None:
    """Say that the action at hand found nothing to change: the one way to record nothing."""
    page = _page.get()
    if page is None:
        raise NoActionError("unchanged")
    page.append(_UNCHANGED)


def _write(page: list[Note]) -> None:
    if not page:
        return
    head = Head.objects.select_for_update().get()
    # The journal's time never goes back, whatever the host's clock does.
    at = clock.written_at()
    if head.at is not None and at < head.at:
        at = head.at
    entries = []
    for note in page:
        head.seq += 1
        body = chain.body_of(note, seq=head.seq, at=at)
        digest = chain.link(head.digest, body)
        entries.append(
            Entry(
                seq=head.seq,
                at=at,
                verb=note.verb,
                person=note.person,
                acting_for=note.acting_for,
                issuer=note.issuer,
                about_kind=note.about.kind,
                about_id=note.about.id,
                body=body,
                previous=head.digest,
                digest=digest,
            )
        )
        head.digest = digest
    Entry.objects.bulk_create(entries)
    head.at = at
    head.save(update_fields=["seq", "digest", "at"])


@transaction.atomic
def make_checkpoint(reason: str) -> Checkpoint:
    """Sign how the chain ends now; the text is kept in a file too, to be mailed and printed."""
    head = Head.objects.select_for_update().get()
    at = clock.written_at()
    text = chain.checkpoint_text(seq=head.seq, root=head.digest, at=at, reason=reason)
    text += keys.sign(settings.KEYS_FOLDER, text) + "\n"
    made = Checkpoint.objects.create(seq=head.seq, at=at, reason=reason, text=text)
    transaction.on_commit(lambda: _keep(settings.CHECKPOINT_FOLDER, made))
    return made


def _keep(folder: Path, made: Checkpoint) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"checkpoint-{made.seq:012d}-{made.pk}.txt"
    fresh = folder / f".{name}"
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(made.text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(folder / name)
