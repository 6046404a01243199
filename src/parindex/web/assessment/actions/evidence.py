"""Evidence: to receive a file, to show it for an item, to revise and to withdraw it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from parindex.errors import UnusableInputError
from parindex.evidence.intake import Examined, examine
from parindex.evidence.kinds import Kind
from parindex.evidence.preview import draw_preview
from parindex.evidence.signatures import Signature, read_signatures
from parindex.evidence.store import Store
from parindex.vietnamese import folded
from parindex.web import jobs
from parindex.web.assessment import permissions
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import line_of, locked_sheet, note
from parindex.web.assessment.models import (
    Evidence,
    ItemLine,
    Revision,
    SignedForm,
    StoredFile,
    Use,
    Withdrawal,
)
from parindex.web.assessment.queries.evidence import FORM_STATES, Content, stage_open
from parindex.web.assessment.queries.sheets import OpenSheet, open_sheet
from parindex.web.journal import clock
from parindex.web.journal.actions import action, unchanged
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.whole import whole_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that was examined and is safe on the disk, before any row speaks of it."""

    examined: Examined
    digest: str
    signatures: tuple[Signature, ...]


def store() -> Store:
    """Where evidence is kept."""
    return Store(settings.EVIDENCE_FOLDER)


def receive(content: bytes | Path, *, name: str) -> Received:
    """Examine a file and keep it under its digest; no row is written.

    The file comes first and its row second, so that a crash between leaves a file without a row
    and never a row without its file. Raises UnusableInputError with why it is not taken.
    """
    examined = examine(content, name=name)
    digest = store().put(examined.content)
    signatures: tuple[Signature, ...] = ()
    if examined.may_be_signed:
        roots = Path(settings.TRUSTED_ROOTS) if settings.TRUSTED_ROOTS else None
        signatures = tuple(read_signatures(examined.content, roots=roots, at=clock.now()))
    return Received(examined=examined, digest=digest, signatures=signatures)


def _row(received: Received) -> StoredFile:
    examined = received.examined
    row, is_new = StoredFile.objects.get_or_create(
        digest=received.digest,
        defaults={
            "kind": examined.kind,
            "size": examined.size,
            "pages": examined.pages,
            # That a name says another kind is of one sender's file, not of the content.
            "warnings": sorted({one.code for one in examined.warnings} - {"evidence.renamed"}),
            "signatures": [one.as_plain() for one in received.signatures],
            "at": clock.written_at(),
        },
    )
    if is_new:
        later("parindex.web.assessment.tasks.read_text", key=row.digest, digest=row.digest)
    return row


def later(task: str, *, key: str, **arguments: str) -> None:
    """Put a task of the assessment on the queue within the transaction; once a key."""
    # The task calls an action here, so it is named, not imported.
    with suppress(AlreadyEnqueued), transaction.atomic():
        jobs.app.configure_task(task, queueing_lock=key, queue="evidence").defer(**arguments)


def _stage(actor: Actor, opened: OpenSheet, item: str) -> tuple[Standing, str]:
    """The standing and stage at which evidence may be added to an item now, or a refusal."""
    if item not in opened.items:
        raise UnknownError
    entrusted = opened.entrusted.get(item)
    standing = permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
    if standing is None:
        refuse(actor, opened)
    stage = stage_open(opened, clock.written_at())
    if stage is None:
        raise RefusedError("refused.no_evidence_now")
    return standing, stage


def check_adding(actor: Actor, sheet: UUID, item: str) -> None:
    """Refuse before a file is examined what :func:`add_evidence` would refuse after it."""
    opened = open_sheet(sheet)
    if opened is None or opened.place.issuer not in actor.issuers():
        raise UnknownError
    _stage(actor, opened, item)


def _unit(standing: Standing) -> UUID:
    """The unit of an officer or a head: they always have one."""
    assert standing.unit is not None  # noqa: S101 - a constraint of the table
    return standing.unit


@action
def add_evidence(
    actor: Actor,
    sheet: UUID,
    item: str,
    received: Received,
    *,
    title: str = "",
    number: str = "",
    issued_on: date | None = None,
    pointer: str = "",
    page: int | None = None,
    revises: UUID | None = None,
) -> Use:
    """Show a received file for an item: as a new document, or as a revision of one.

    After submission only in an explanation round. The file's digest stands in the journal.
    """
    opened = locked_sheet(actor, sheet)
    standing, stage = _stage(actor, opened, item)
    file = _row(received)
    at = clock.written_at()
    if revises is not None:
        own = Evidence.objects.select_for_update().filter(unit_id=_unit(standing))
        document = own.filter(id=revises).first()
        if document is None:
            raise UnknownError
    else:
        shown = title.strip() or received.examined.name
        document = Evidence.objects.create(
            issuer_id=opened.place.issuer,
            unit_id=_unit(standing),
            title=shown[:300],
            folded=folded(f"{shown} {number}")[:400],
            number=number.strip()[:80],
            issued_on=issued_on,
            person_id=actor.person,
            at=at,
        )
    revision = Revision.objects.create(
        evidence=document,
        file=file,
        number=document.revisions.count() + 1,
        name=received.examined.name,
        person_id=actor.person,
        at=at,
    )
    return _use(actor, opened, standing, item, revision, stage, pointer, page)


@action
def use_again(
    actor: Actor,
    sheet: UUID,
    item: str,
    revision: UUID,
    *,
    pointer: str = "",
    page: int | None = None,
) -> Use:
    """Show a document that the unit has already for another item or year; no copy is made."""
    opened = locked_sheet(actor, sheet)
    standing, stage = _stage(actor, opened, item)
    found = Revision.objects.filter(id=revision, evidence__unit_id=_unit(standing)).first()
    if found is None:
        raise UnknownError
    there = Use.objects.filter(
        sheet=opened.sheet, item=item, revision=found, pointer=pointer, page=page, withdrawal=None
    ).first()
    if there is not None:
        unchanged()
        return there
    return _use(actor, opened, standing, item, found, stage, pointer, page)


def _use(
    actor: Actor,
    opened: OpenSheet,
    standing: Standing,
    item: str,
    revision: Revision,
    stage: str,
    pointer: str,
    page: int | None,
) -> Use:
    made = Use.objects.create(
        sheet=opened.sheet,
        item=item,
        revision=revision,
        pointer=pointer.strip()[:200],
        page=page if page is not None and page > 0 else None,
        stage=stage,
        person_id=actor.person,
        at=clock.written_at(),
    )
    _count(opened, item)
    note(
        "evidence.added", actor, standing, opened, item=item,
        after={"use": str(made.id), "document": str(revision.evidence_id),
               "revision": revision.number, "digest": revision.file_id, "name": revision.name,
               "pointer": made.pointer, "page": made.page, "stage": stage},
    )  # fmt: skip
    return made


def _count(opened: OpenSheet, item: str) -> ItemLine:
    line = line_of(opened, item)
    line.n_evidence = Use.objects.filter(sheet=opened.sheet, item=item, withdrawal=None).count()
    line.save(update_fields=["n_evidence"])
    return line


@action
def withdraw(actor: Actor, use: UUID, *, reason: str = "") -> Withdrawal:
    """Take a document back from an item: it stays readable, marked; the file stays kept.

    Only while the stage at which it was shown is still open.
    """
    found = Use.objects.filter(id=use).first()
    if found is None:
        raise UnknownError
    opened = locked_sheet(actor, found.sheet_id)
    standing, stage = _stage(actor, opened, found.item)
    if stage != found.stage:
        raise RefusedError("refused.frozen")
    if Withdrawal.objects.filter(use=found).exists():
        raise RefusedError("refused.withdrawn")
    made = Withdrawal.objects.create(
        use=found, person_id=actor.person, at=clock.written_at(), reason=reason.strip()[:500]
    )
    _count(opened, found.item)
    note(
        "evidence.withdrawn", actor, standing, opened, item=found.item, reason=reason,
        before={"use": str(found.id), "digest": found.revision.file_id},
    )  # fmt: skip
    return made


def check_attaching(actor: Actor, sheet: UUID) -> None:
    """Refuse before a file is examined what :func:`attach_signed_form` would refuse after it."""
    opened = open_sheet(sheet)
    if opened is None or opened.place.issuer not in actor.issuers():
        raise UnknownError
    _attaching(actor, opened)


def _attaching(actor: Actor, opened: OpenSheet) -> Standing:
    standing = permissions.handing_in_standing(actor, opened.place)
    if standing is None:
        refuse(actor, opened)
    if opened.place.state not in FORM_STATES:
        raise RefusedError("refused.locked", item="")
    return standing


@action
def attach_signed_form(actor: Actor, sheet: UUID, received: Received) -> SignedForm:
    """Attach the printed sheet that the head signed; only a PDF, before or after submission."""
    opened = locked_sheet(actor, sheet)
    standing = _attaching(actor, opened)
    if received.examined.kind is not Kind.PDF:
        raise RefusedError("refused.not_pdf")
    made = SignedForm.objects.create(
        sheet=opened.sheet,
        file=_row(received),
        name=received.examined.name,
        person_id=actor.person,
        at=clock.written_at(),
    )
    note(
        "sheet.signed_form", actor, standing, opened,
        after={"form": str(made.id), "digest": made.file_id, "name": made.name,
               "signatures": len(received.signatures)},
    )  # fmt: skip
    return made


def thumbnail(found: Content) -> bytes | None:
    """A small picture of the first page, drawn once and kept; None where there is none."""
    kept = settings.DATA / "previews" / f"{found.digest.removeprefix('sha256:')}.png"
    if kept.exists():
        return kept.read_bytes() or None
    try:
        drawn = draw_preview(found.path, Kind(found.kind))
    except UnusableInputError:
        drawn = None
    kept.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(kept) as fresh:
        fresh.write_bytes(drawn or b"")
    return drawn
