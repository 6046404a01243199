"""Reads of appraisal: what was asked, what waits for the council, the register of changes."""

from __future__ import annotations

from uuid import UUID

from parindex.criteria.model import Item
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Change,
    ItemLine,
    Question,
    Round,
    ScoreEntry,
)
from parindex.web.assessment.queries.rounds import phase_at, phases_of
from parindex.web.assessment.queries.sheets import place_of, sheets_for
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal.queries import lines_about
from parindex.web.people.actor import Actor


def questions_for(actor: Actor, round_: Round) -> list[tuple[Question, Item]]:
    """What the person's unit was asked in the round of explanation that is open."""
    phase = phase_at(phases_of(round_))
    if phase is None or phase.kind != PhaseKind.EXPLANATION:
        return []
    sheets = [one for one in sheets_for(actor, round_) if permissions.fills(actor, place_of(one))]
    found = (
        Question.objects.filter(sheet__in=sheets, number=phase.number)
        .select_related("sheet__unit", "sheet__group__rulebook")
        .prefetch_related("answers")
        .order_by("sheet__unit__sort_key", "at")
    )
    return [(one, items_of(one.sheet.group.rulebook)[one.item][1]) for one in found]


def disputed(actor: Actor, round_: Round) -> list[ItemLine]:
    """The items before the council: the blind opinions differ, or the unit did not accept."""
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return []
    found = ItemLine.objects.filter(sheet__round=round_, disputed=True).select_related(
        "sheet__unit", "sheet__group__rulebook", "sheet__round", "claim", "finding"
    )
    return list(found.order_by("sheet__group__position", "sheet__unit__sort_key", "item"))


def decided(actor: Actor, round_: Round) -> list[ScoreEntry]:
    """What the council decided, with its votes, the newest first."""
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return []
    found = ScoreEntry.objects.filter(sheet__round=round_, stage="council")
    return list(found.select_related("sheet__unit", "vote", "person").order_by("-at"))


def changes_of(round_: Round) -> list[Change]:
    """Every change after the lock, proposed, approved or refused: a register open to all units."""
    found = Change.objects.filter(sheet__round=round_).select_related(
        "sheet__unit", "proposed_by", "decided_by"
    )
    return list(found.order_by("-proposed_at"))


def proposed_for(change: Change) -> UUID | None:
    """Whose right the proposer of a change used, where it was lent; the journal tells."""
    for line in lines_about("item", f"{change.sheet_id}/{change.item}"):
        said = line.after or {}
        if line.verb == "change.proposed" and said.get("change") == str(change.id):
            return UUID(said["for_person"]) if "for_person" in said else None
    return None


def change_for(actor: Actor, id_: UUID) -> Change | None:
    """One proposed change, for those who may know of its round."""
    found = (
        Change.objects.filter(id=id_)
        .select_related("sheet__round", "sheet__unit", "proposed_by")
        .first()
    )
    if found is None or not permissions.can_know_round(
        actor, issuer=found.sheet.round.issuer_id, round_=found.sheet.round_id
    ):
        return None
    return found
