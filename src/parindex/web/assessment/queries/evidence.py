"""Reads of evidence: a unit's documents, search in their text, one file, what to be wary of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from parindex.evidence.kinds import Kind
from parindex.evidence.store import Store
from parindex.vietnamese import folded
from parindex.web.assessment import permissions
from parindex.web.assessment.models import Evidence, Revision, SignedForm, StoredFile, Use
from parindex.web.assessment.queries.rounds import bodies_of, rounds_for
from parindex.web.assessment.queries.sheets import (
    OpenSheet,
    place_of,
    sees_claim,
    sheet_for,
    sheets_for,
    signed_forms,
)
from parindex.web.assessment.states import PRIVATE, PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role

# While a signed form may be attached: before and after the sheet is submitted.
FORM_STATES: Final = frozenset({*PRIVATE, SheetState.SUBMITTED})


def _own_units(actor: Actor) -> set[UUID]:
    """The units whose documents the person works with: as officer or head."""
    return {
        one.unit
        for one in actor.standings
        if one.role in {Role.OFFICER, Role.HEAD} and one.unit is not None
    }


def _read_by(actor: Actor) -> tuple[set[UUID], list[UUID]]:
    """The units whose documents the person works with, and the sheets whose figures they read."""
    sheets = [
        sheet.id
        for round_ in rounds_for(actor)
        for bodies in [bodies_of(round_)]
        for sheet in sheets_for(actor, round_)
        if permissions.can_see_claims(actor, place_of(sheet), bodies=bodies.of(sheet))
    ]
    return _own_units(actor), sheets


def _seen(actor: Actor) -> QuerySet[Evidence]:
    """The documents that the person may see: of their units, or shown in sheets they may read."""
    mine, sheets = _read_by(actor)
    return Evidence.objects.filter(
        Q(unit__in=mine) | Q(revisions__uses__sheet__in=sheets), issuer__in=actor.issuers()
    ).distinct()


def has_library(actor: Actor) -> bool:
    """Whether the person works with a unit's own documents."""
    return bool(_own_units(actor))


def documents_of(
    actor: Actor, unit: UUID | None = None, *, text: str = "", limit: int = 200
) -> list[Evidence]:
    """The documents of a unit of the person's, or of all of them, the newest first: its library.

    ``text`` keeps those whose title, number or text has every word. Nobody else gets any.
    """
    mine = _own_units(actor)
    if unit is not None:
        mine &= {unit}
    found = Evidence.objects.filter(unit__in=mine)
    words = _words(text)
    if words:
        found = _with_words(found, words)
    return list(
        found.select_related("unit").prefetch_related("revisions__file").order_by("-at")[:limit]
    )


def stage_open(opened: OpenSheet, at: datetime) -> str | None:
    """The stage at which evidence may be shown or withdrawn at a moment, or None."""
    if opened.place.state is SheetState.DRAFTING and opened.in_time(PhaseKind.SELF_SCORING, at):
        return "self"
    phase = opened.in_time(PhaseKind.EXPLANATION, at)
    if phase is not None and opened.place.state is SheetState.EXPLAINING:
        return f"explanation-{phase.number}"
    return None


def adding_stage(actor: Actor, opened: OpenSheet, item: str) -> str | None:
    """The stage at which the person could add evidence to an item now, or None."""
    entrusted = opened.entrusted.get(item)
    if permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted) is None:
        return None
    return stage_open(opened, clock.now())


def _words(text: str) -> list[str]:
    return folded(text).replace("\x00", " ").split()[:12]


def search(actor: Actor, text: str, *, limit: int = 50) -> list[Evidence]:
    """The documents whose title, number or text has every word, without case or diacritics.

    Of a document of another unit only the versions that are shown to the person are searched, and
    given with it.
    """
    words = _words(text)
    if not words:
        return []
    mine, sheets = _read_by(actor)
    read = Q(unit__in=mine) | Q(revisions__uses__sheet__in=sheets)
    found = _with_words(Evidence.objects.filter(issuer__in=actor.issuers()), words, read)
    versions = Revision.objects.filter(Q(evidence__unit__in=mine) | Q(uses__sheet__in=sheets))
    shown = versions.distinct().select_related("file").order_by("number")
    return list(
        found.select_related("unit")
        .prefetch_related(Prefetch("revisions", shown))
        .order_by("-at")[:limit]
    )


def _with_words(
    found: QuerySet[Evidence], words: Sequence[str], read: Q | None = None
) -> QuerySet[Evidence]:
    """Those with every word; ``read`` holds the same version to what may be read of it."""
    title = Q()
    for word in words:
        title &= Q(folded__contains=word)
    in_text = StoredFile.objects.extra(
        where=["to_tsvector('simple', folded) @@ plainto_tsquery('simple', %s)"],
        params=[" ".join(words)],
    )
    has = title | Q(revisions__file__in=in_text.values("digest"))
    return found.filter(has if read is None else has & read).distinct()


def document_for(actor: Actor, id_: UUID) -> Evidence | None:
    """One document with its revisions."""
    return (
        _seen(actor)
        .filter(id=id_)
        .select_related("unit", "person")
        .prefetch_related("revisions__file", "revisions__person")
        .first()
    )


def revisions_for(actor: Actor, document: Evidence) -> list[Revision]:
    """The versions of a document that the person may read, the newest first.

    Its unit reads all of them; others those that are shown to them.
    """
    found = list(document.revisions.select_related("file", "person").order_by("-number"))
    if document.unit_id in _own_units(actor):
        return found
    return [one for one in found if revision_for(actor, one.id) is not None]


def revision_for(actor: Actor, id_: UUID) -> Revision | None:
    """One version of a document that the person may read."""
    found = Revision.objects.filter(id=id_).select_related("file", "evidence__unit").first()
    if found is None or found.evidence.issuer_id not in actor.issuers():
        return None
    if found.evidence.unit_id in _own_units(actor):
        return found
    for sheet in Use.objects.filter(revision=found).values_list("sheet_id", flat=True).distinct():
        opened = sheet_for(actor, sheet)
        items = Use.objects.filter(revision=found, sheet=sheet).values_list("item", flat=True)
        if opened is not None and any(sees_claim(actor, opened, item) for item in items):
            return found
    return None


def signed_form_for(actor: Actor, id_: UUID) -> SignedForm | None:
    """A signed form of a sheet that the person may read."""
    found = SignedForm.objects.filter(id=id_).select_related("file", "sheet").first()
    opened = None if found is None else sheet_for(actor, found.sheet_id)
    if found is None or opened is None:
        return None
    bodies = opened.bodies.of(opened.sheet)
    return found if permissions.can_see_claims(actor, opened.place, bodies=bodies) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file that may be read: where it stands, its name, and what it is served as."""

    path: Path
    name: str
    kind: str
    media_type: str
    digest: str


def content_for(actor: Actor, revision: UUID) -> Content | None:
    """The file of a version of a document that the person may read, or None."""
    found = revision_for(actor, revision)
    return None if found is None else _content(found.file, found.name)


def form_content_for(actor: Actor, form: UUID) -> Content | None:
    """The file of a signed form that the person may read, or None."""
    found = signed_form_for(actor, form)
    return None if found is None else _content(found.file, found.name)


def _content(file: StoredFile, name: str) -> Content | None:
    path = Store(settings.EVIDENCE_FOLDER).path(file.digest)
    if not path.is_file():
        return None
    kind = Kind(file.kind)
    return Content(
        path=path, name=name, kind=kind, media_type=kind.media_type, digest=file.digest
    )  # fmt: skip


def use_for(actor: Actor, id_: UUID) -> Use | None:
    """One use of evidence in a sheet whose figures the person may read, or None."""
    found = (
        Use.objects.filter(id=id_)
        .select_related("revision__evidence__unit", "revision__file", "withdrawal", "person")
        .first()
    )
    opened = None if found is None else sheet_for(actor, found.sheet_id)
    if found is None or opened is None:
        return None
    return found if sees_claim(actor, opened, found.item) else None


def forms_for(actor: Actor, opened: OpenSheet) -> list[SignedForm]:
    """The signed forms of a sheet, the newest first, for those who may read its figures."""
    bodies = opened.bodies.of(opened.sheet)
    if not permissions.can_see_claims(actor, opened.place, bodies=bodies):
        return []
    return signed_forms(opened)


def may_attach_form(actor: Actor, opened: OpenSheet) -> bool:
    """Whether the person could attach a signed form now."""
    standing = permissions.handing_in_standing(actor, opened.place)
    return standing is not None and opened.place.state in FORM_STATES


def uses_of_document(actor: Actor, document: Evidence) -> list[Use]:
    """Where a document is shown, among the sheets that the person may read."""
    found = (
        Use.objects.filter(revision__evidence=document)
        .select_related("sheet__unit", "sheet__round", "revision", "withdrawal")
        .order_by("-at")
    )
    sheets = {id_: sheet_for(actor, id_) for id_ in {one.sheet_id for one in found}}
    return [
        one
        for one in found
        if (opened := sheets[one.sheet_id]) is not None and sees_claim(actor, opened, one.item)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something to be wary of in a use of evidence: ``code`` names its words.

    codes: several_items, another_unit, outside_year, no_text, reading, classified, and the codes
    of what was noticed in the file itself.
    """

    code: str
    values: dict[str, object]


def cautions(
    opened: OpenSheet, uses: Sequence[Use], *, of_others: bool = True
) -> dict[UUID, list[Caution]]:
    """For each use of a sheet, what an appraiser should know; other units are counted, not named.

    ``of_others`` is off for the unit itself: what others hold is not for it to learn.
    """
    digests = {one.revision.file_id for one in uses}
    others = _others(opened, digests) if of_others else {}
    year = opened.sheet.round.year
    found: dict[UUID, list[Caution]] = {}
    for one in uses:
        mine: list[Caution] = []
        file = one.revision.file
        items = sorted(
            {
                two.item
                for two in uses
                if two.revision.file_id == file.digest and not hasattr(two, "withdrawal")
            }
        )
        if len(items) > 1:
            mine.append(Caution(code="several_items", values={"items": ", ".join(items)}))
        if file.digest in others:
            mine.append(Caution(code="another_unit", values={"n": others[file.digest]}))
        issued = one.revision.evidence.issued_on
        if issued is not None and issued.year != year:
            mine.append(
                Caution(code="outside_year", values={"issued": f"{issued:%d/%m/%Y}", "year": year})
            )
        if file.text_state == "reading":
            mine.append(Caution(code="reading", values={}))
        elif file.text_state == "failed" or (
            file.text_state in {"layer", "read"} and not file.text.strip()
        ):
            mine.append(Caution(code="no_text", values={}))
        mine += [Caution(code=str(code), values={}) for code in file.warnings]
        found[one.id] = mine
    return found


def cautions_for(
    actor: Actor, opened: OpenSheet, uses: Sequence[Use]
) -> dict[UUID, list[Caution]]:  # fmt: skip
    """The cautions that the person may read: the unit itself learns nothing of other units."""
    return cautions(opened, uses, of_others=not permissions.fills(actor, opened.place))


def _others(opened: OpenSheet, digests: set[str]) -> dict[str, int]:
    """How many other units of the same issuer show a file."""
    if not digests:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.file_id, count(DISTINCT s.unit_id)
              FROM assessment_use u
              JOIN assessment_revision r ON r.id = u.revision_id
              JOIN assessment_sheet s ON s.id = u.sheet_id
              JOIN assessment_round o ON o.id = s.round_id
             WHERE r.file_id = ANY(%s) AND o.issuer_id = %s AND s.unit_id <> %s
               AND NOT (s.state = ANY(%s))
               AND NOT EXISTS (SELECT FROM assessment_withdrawal w WHERE w.use_id = u.id)
             GROUP BY r.file_id
            """,
            [list(digests), opened.place.issuer, opened.sheet.unit_id, sorted(PRIVATE)],
        )
        return {digest: int(n) for digest, n in cursor.fetchall()}
