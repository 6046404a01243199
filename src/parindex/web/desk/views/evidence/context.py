"""What ``evidence/of_item.html`` shows: the evidence of one item, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.urls import reverse

from parindex.web.assessment.queries.evidence import (
    Caution,
    adding_stage,
    cautions_for,
    documents_of,
)
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet, uses_for
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.words import (
    GRAVE,
    SignatureLine,
    caution_words,
    signature_lines,
    text_words,
)

if TYPE_CHECKING:
    from parindex.web.assessment.models import Revision, Use

LIMIT_BYTES: Final = 50 << 20
ACCEPT: Final = ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"
_IMAGES: Final = frozenset({"jpeg", "png"})
_REVISABLE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A caution in words; a grave one is told as a warning."""

    text: str
    grave: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownUse:
    """One use of a document, as the list shows it."""

    id: UUID
    document: UUID
    revision: int
    newer: bool
    title: str
    name: str
    number: str
    issued_on: date | None
    pointer: str
    page: int | None
    kind: str
    n_bytes: int
    pages: int | None
    stage: str
    who: str
    unit: str
    at: datetime
    url: str
    viewer: str
    text: str
    signatures: Sequence[SignatureLine]
    cautions: Sequence[Told]
    withdrawn: Any
    withdraw_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEvidence:
    """The evidence of one item of a sheet; ``first`` is what the viewer opens."""

    item: str
    uses: Sequence[ShownUse]
    first: ShownUse | None
    n_standing: int
    may_add: bool
    stage: str
    add_url: str
    reuse_url: str
    revisable: Sequence[Mapping[str, str]]
    accept: str = ACCEPT
    limit: int = LIMIT_BYTES


def evidence_context(
    request: DeskRequest, opened: OpenSheet, page: ItemPage | str, *, reading: bool = False
) -> dict[str, Any]:
    """The context of ``evidence/of_item.html`` for an item (its page, or its code).

    ``reading`` leaves out what would change anything: for those who appraise.
    """
    item = page if isinstance(page, str) else page.row.item.code
    actor = request.actor
    every = uses_for(actor, opened)
    told = cautions_for(actor, opened, every)
    stage = None if reading else adding_stage(actor, opened, item)
    mine = [one for one in every if one.item == item]
    latest: dict[UUID, int] = {}
    for one in mine:
        document = one.revision.evidence_id
        latest[document] = max(latest.get(document, 0), one.revision.number)
    shown = [
        _shown(one, told.get(one.id, []), stage, latest[one.revision.evidence_id]) for one in mine
    ]
    standing = [one for one in shown if one.withdrawn is None]
    first = next((one for one in standing if one.viewer == "pdf"), None)
    sheet = opened.sheet.id
    return {
        "evidence": ItemEvidence(
            item=item,
            uses=shown,
            first=first,
            n_standing=len(standing),
            may_add=stage is not None,
            stage=stage or "",
            add_url=reverse("evidence_add", args=[sheet, item]),
            reuse_url=reverse("evidence_reuse", args=[sheet, item]),
            revisable=_revisable(request, opened, item) if stage is not None else (),
        ),
        "evidence_reading": reading,
    }


def _shown(use: Use, told: Sequence[Caution], stage: str | None, latest: int) -> ShownUse:
    revision = use.revision
    document, file = revision.evidence, revision.file
    withdrawn = getattr(use, "withdrawal", None)
    may = stage is not None and stage == use.stage and withdrawn is None
    return ShownUse(
        id=use.id,
        document=document.id,
        revision=revision.number,
        newer=revision.number < latest,
        title=document.title,
        name=revision.name,
        number=document.number,
        issued_on=document.issued_on,
        pointer=use.pointer,
        page=use.page,
        kind=file.kind.upper(),
        n_bytes=file.size,
        pages=file.pages,
        stage=use.stage,
        who=use.person.name,
        unit=document.unit.name,
        at=use.at,
        url=file_url(revision),
        viewer=viewer_kind(file.kind),
        text=text_words(file.text_state, file.text_pages_done),
        signatures=signature_lines(file.signatures),
        cautions=[Told(text=caution_words(one), grave=one.code in GRAVE) for one in told],
        withdrawn=withdrawn,
        withdraw_url=reverse("evidence_withdraw", args=[use.id]) if may else "",
    )


def file_url(revision: Revision) -> str:
    """Where a version of a document is downloaded."""
    return reverse("file", args=[revision.id, revision.name])


def viewer_kind(kind: str) -> str:
    """How the viewer shows a file: pdf, image or other."""
    return "pdf" if kind == "pdf" else "image" if kind in _IMAGES else "other"


def _revisable(
    request: DeskRequest, opened: OpenSheet, item: str
) -> list[Mapping[str, str]]:  # fmt: skip
    """The unit's own documents, of which the file may be a new revision."""
    unit = opened.entrusted.get(item) or opened.sheet.unit_id
    found = documents_of(request.actor, unit, limit=_REVISABLE)
    return [
        {"value": str(one.id), "label": f"{one.number} {one.title}".strip()[:120]} for one in found
    ]
