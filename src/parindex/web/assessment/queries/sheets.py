"""Reads of sheets: the task list, one item with all that was said of it, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from parindex.criteria.model import Area, EvidenceNeed, Item
from parindex.criteria.rules import Source
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Entrusted,
    Exemption,
    ItemLine,
    Phase,
    Question,
    Round,
    ScoreEntry,
    Sheet,
    SignedForm,
    Use,
)
from parindex.web.assessment.permissions import Place
from parindex.web.assessment.queries.rounds import (
    Bodies,
    bodies_of,
    extended_until,
    phase_at,
    phases_of,
    sheets_of,
    shown_stages,
)
from parindex.web.assessment.states import SELF, PhaseKind, SheetState
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet with everything that decides what may be done to it."""

    sheet: Sheet
    place: Place
    entrusted: Mapping[str, UUID]
    bodies: Bodies
    phases: Sequence[Phase]

    @property
    def items(self) -> Mapping[str, tuple[Area, Item]]:
        """The items of its criteria set."""
        return items_of(self.sheet.group.rulebook)

    @property
    def phase(self) -> Phase | None:
        """The phase that its round is in."""
        return phase_at(self.phases)

    def phase_of(self, kind: PhaseKind) -> Phase | None:
        """The phase of a kind that is the round's present one, or the last of its kind opened."""
        now = self.phase
        if now is not None and now.kind == kind:
            return now
        opened = [one for one in self.phases if one.kind == kind and one.opened_at is not None]
        return opened[-1] if opened else None

    def in_time(self, kind: PhaseKind, at: datetime) -> Phase | None:
        """The phase of this kind in which the sheet may be written at a moment, or None."""
        phase = self.phase_of(kind)
        if phase is None:
            return None
        until = extended_until(phase, self.sheet.id)
        return phase if phase.window.is_open(at, extended=until) else None

    def body(self, item: str) -> UUID | None:
        """The body that appraises an item."""
        return self.bodies.body(self.items[item][1], self.sheet)

    def deadline(self) -> datetime | None:
        """Until when the present phase may be written in, for this sheet."""
        phase = self.phase
        if phase is None:
            return None
        return max([phase.closes_at, *extended_until(phase, self.sheet.id)])


def open_sheet(id_: UUID, *, lock: bool = False) -> OpenSheet | None:
    """A sheet without asking who reads it: for actions, which ask themselves, and for queries here.

    ``lock`` holds its row to the end of the transaction, so that writers of one sheet, and the
    opening and closing of phases, come one after the other.
    """
    found = Sheet.objects.filter(id=id_)
    if lock:
        list(found.select_for_update().values_list("id"))
    sheet = found.select_related("round__issuer", "group__rulebook", "unit").first()
    if sheet is None:
        return None
    entrusted = dict(Entrusted.objects.filter(sheet=sheet).values_list("item", "unit_id"))
    return OpenSheet(
        sheet=sheet,
        place=place_of(sheet, entrusted.values()),
        entrusted=entrusted,
        bodies=bodies_of(sheet.round_id),
        phases=phases_of(sheet.round),
    )


def place_of(sheet: Sheet, entrusted: object = ()) -> Place:
    """Where a sheet is, for permissions."""
    return Place(
        issuer=sheet.round.issuer_id,
        round=sheet.round_id,
        unit=sheet.unit_id,
        state=SheetState(sheet.state),
        entrusted=frozenset(entrusted),  # type: ignore[call-overload]
    )


def sheet_for(actor: Actor, id_: UUID) -> OpenSheet | None:
    """A sheet that the person may know of, or None: the same as for one that is not there."""
    found = open_sheet(id_)
    if found is None or found.place.issuer not in actor.issuers():
        return None
    if not permissions.can_see_sheet(actor, found.place, bodies=found.bodies.of(found.sheet)):
        return None
    return found


def sheets_for(actor: Actor, round_: Round) -> list[Sheet]:
    """The sheets of a round that the person may know of, in Vietnamese order."""
    found = sheets_of(round_)
    if permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return found
    mine = _mine(actor, round_)
    entrusted = Entrusted.objects.filter(sheet__round=round_, unit__in=mine)
    lent = set(entrusted.values_list("sheet_id", flat=True))
    bodies = bodies_of(round_)
    return [
        one
        for one in found
        if one.id in lent or permissions.can_see_sheet(actor, place_of(one), bodies=bodies.of(one))
    ]


def _mine(actor: Actor, round_: Round) -> frozenset[UUID]:
    return actor.units(Role.OFFICER, issuer=round_.issuer_id, round_=round_.id) | actor.units(
        Role.HEAD, issuer=round_.issuer_id, round_=round_.id
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item in the task list."""

    area: Area
    item: Item
    line: ItemLine | None
    body: UUID | None
    entrusted: UUID | None
    mine: bool
    sees_claim: bool
    sees_finding: bool

    @property
    def claimed(self) -> Decimal | None:
        """The points claimed, where they may be read."""
        return self.line.claimed if self.line is not None and self.sees_claim else None

    @property
    def found(self) -> Decimal | None:
        """The points found, where they may be read."""
        return self.line.found if self.line is not None and self.sees_finding else None

    @property
    def state(self) -> str:
        """not_entered | not_applicable | empty | draft | no_evidence | asked | disputed | done."""
        line = self.line
        if line is not None and line.not_applicable:
            return "not_applicable"
        if self.item.source is not Source.APPRAISAL:
            return "not_entered"
        if not self.sees_claim:
            return "hidden"
        if line is None or line.claim_id is None:
            return "empty"
        if line.asked and self.sees_finding:
            return "asked"
        if line.disputed and self.sees_finding:
            return "disputed"
        if self.item.evidence is EvidenceNeed.REQUIRED and not line.n_evidence:
            return "no_evidence"
        return "done"


def sees_claim(actor: Actor, opened: OpenSheet, code: str) -> bool:
    """Whether the person may read the figures and evidence of one item of a sheet."""
    return permissions.can_see_claims(
        actor,
        opened.place,
        entrusted_to=opened.entrusted.get(code),
        bodies=opened.bodies.of(opened.sheet),
    )


def task_list(actor: Actor, opened: OpenSheet) -> list[Row]:
    """Every item of a sheet in rulebook order, with what the person may read of it."""
    lines = {one.item: one for one in ItemLine.objects.filter(sheet=opened.sheet)}
    bodies = opened.bodies.of(opened.sheet)
    stages = shown_stages(opened.phases, opened.sheet.round)
    rows = []
    for code, (area, item) in opened.items.items():
        line = lines.get(code)
        shown = line is not None and line.found_stage in stages
        entrusted = opened.entrusted.get(code)
        rows.append(
            Row(
                area=area,
                item=item,
                line=line,
                body=opened.bodies.body(item, opened.sheet),
                entrusted=entrusted,
                mine=permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
                is not None,
                sees_claim=permissions.can_see_claims(
                    actor, opened.place, entrusted_to=entrusted, bodies=bodies
                ),
                sees_finding=permissions.can_see_findings(
                    actor,
                    opened.place,
                    shown_to_units=shown,
                    entrusted_to=entrusted,
                    bodies=bodies,
                ),
            )
        )
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """One item of a sheet with all that was said of it and that the person may read.

    ``entries`` are in order of stage and version; the last of a stage is the one that stands.
    """

    row: Row
    entries: Sequence[ScoreEntry]
    uses: Sequence[Use]
    questions: Sequence[Question]
    exemption: Exemption | None
    last_year: ScoreEntry | None
    next: str | None
    previous: str | None

    def latest(self, stage: str, seat: int = 0) -> ScoreEntry | None:
        """The entry of a stage that stands."""
        found = [one for one in self.entries if one.stage == stage and one.seat == seat]
        return found[-1] if found else None

    @property
    def claim(self) -> ScoreEntry | None:
        """The unit's claim that stands."""
        return self.latest(SELF)


def item_page(actor: Actor, opened: OpenSheet, code: str) -> ItemPage | None:
    """One item of a sheet, or None where the set has no such item."""
    if code not in opened.items:
        return None
    row = next(one for one in task_list(actor, opened) if one.item.code == code)
    codes = list(opened.items)
    at = codes.index(code)
    return ItemPage(
        row=row,
        entries=entries_for(actor, opened, code),
        uses=uses_for(actor, opened, code),
        questions=_questions(actor, opened, code),
        exemption=Exemption.objects.filter(sheet=opened.sheet, item=code).order_by("-at").first()
        if row.sees_claim
        else None,
        last_year=_last_year(opened, row) if row.sees_claim else None,
        next=codes[at + 1] if at + 1 < len(codes) else None,
        previous=codes[at - 1] if at else None,
    )


def entries_for(actor: Actor, opened: OpenSheet, code: str) -> list[ScoreEntry]:
    """The entries of an item that the person may read; blind opinions only of their own seat."""
    stages = shown_stages(opened.phases, opened.sheet.round)
    fills = permissions.fills(actor, opened.place)
    works = permissions.works_on(actor, opened.place, entrusted_to=opened.entrusted.get(code))
    everything = permissions.sees_everything(
        actor, issuer=opened.place.issuer, round_=opened.place.round
    )
    found = ScoreEntry.objects.filter(sheet=opened.sheet, item=code).select_related("person")
    entries = sorted(
        found, key=lambda one: (opened_order(opened, one.stage), one.seat, one.version)
    )
    if not sees_claim(actor, opened, code):
        entries = [one for one in entries if one.stage != SELF]
    if fills and not everything:
        shown = stages if works else frozenset()
        entries = [one for one in entries if one.stage == SELF or one.stage in shown]
    settled = {one.stage for one in entries if one.seat == 0}
    seats = {(one.stage, one.seat) for one in entries}
    return [
        one
        for one in entries
        if one.seat == 0
        or one.person_id == actor.person
        or (one.stage in settled and not fills)
        or (_both(seats, one.stage) and not fills)
    ]


def _both(seats: set[tuple[str, int]], stage: str) -> bool:
    return (stage, 1) in seats and (stage, 2) in seats


def opened_order(opened: OpenSheet, stage: str) -> int:
    """The place of a stage in the order of its round."""
    stages = opened.sheet.round.stages
    return stages.index(stage) if stage in stages else len(stages)


def uses_for(actor: Actor, opened: OpenSheet, code: str | None = None) -> list[Use]:
    """The evidence shown for an item, or for the whole sheet, that the person may read."""
    seen = [one for one in ([code] if code else opened.items) if sees_claim(actor, opened, one)]
    if not seen:
        return []
    found = Use.objects.filter(sheet=opened.sheet, item__in=seen)
    return list(
        found.select_related(
            "revision__evidence__unit", "revision__file", "withdrawal", "person"
        ).order_by("at")
    )


def _questions(actor: Actor, opened: OpenSheet, code: str) -> list[Question]:
    stages = shown_stages(opened.phases, opened.sheet.round)
    found = (
        Question.objects.filter(sheet=opened.sheet, item=code)
        .select_related("person")
        .prefetch_related("answers__person")
        .order_by("number")
    )
    fills = permissions.fills(actor, opened.place)
    everything = permissions.sees_everything(
        actor, issuer=opened.place.issuer, round_=opened.place.round
    )
    if fills and not everything:
        if not permissions.works_on(actor, opened.place, entrusted_to=opened.entrusted.get(code)):
            return []
        return [one for one in found if f"appraised-{one.number}" in stages]
    return list(found)


def _last_year(opened: OpenSheet, row: Row) -> ScoreEntry | None:
    """What was final of the same item (by its id) of the same unit in the round before."""
    previous = opened.sheet.round.previous
    if previous is None:
        return None
    sheet = Sheet.objects.filter(
        Q(unit=opened.sheet.unit) | Q(unit__successions__after=opened.sheet.unit),
        round=previous,
    ).select_related("group__rulebook", "round")
    one = sheet.first()
    if one is None:
        return None
    codes = [
        code for code, (_, item) in items_of(one.group.rulebook).items() if item.id == row.item.id
    ]
    if not codes:
        return None
    line = ItemLine.objects.filter(sheet=one, item=codes[0]).select_related("finding").first()
    return line.finding if line is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a sheet lacks before it is submitted: ``what`` is empty, no_evidence or waiting."""

    item: Item
    what: str


def missing(opened: OpenSheet) -> list[Missing]:
    """What the check before submission lists, in rulebook order."""
    lines = {one.item: one for one in ItemLine.objects.filter(sheet=opened.sheet)}
    waiting = set(
        Exemption.objects.filter(sheet=opened.sheet, granted__isnull=True).values_list(
            "item", flat=True
        )
    )
    found = []
    for code, (_, item) in opened.items.items():
        line = lines.get(code)
        if item.source is not Source.APPRAISAL or (line is not None and line.not_applicable):
            continue
        if code in waiting:
            found.append(Missing(item=item, what="waiting"))
        elif line is None or line.claim_id is None:
            found.append(Missing(item=item, what="empty"))
        elif item.evidence is EvidenceNeed.REQUIRED and not line.n_evidence:
            found.append(Missing(item=item, what="no_evidence"))
    return found


def signed_forms(opened: OpenSheet) -> list[SignedForm]:
    """The signed forms attached to a sheet, the newest first."""
    return list(opened.sheet.signed_forms.select_related("file", "person").order_by("-at"))


def exemptions_of(round_: Round) -> list[Exemption]:
    """Every request not to apply an item in a round, those that wait first."""
    found = Exemption.objects.filter(sheet__round=round_).select_related(
        "sheet__unit", "sheet__group__rulebook", "person", "decided_by"
    )
    return sorted(found, key=lambda one: (one.granted is not None, one.at))
