"""Explanation: the unit accepts what was found or explains, in the round that is open."""

from __future__ import annotations

from uuid import UUID

from parindex.vietnamese import has_words
from parindex.web.assessment import permissions
from parindex.web.assessment.actions.appraisal import differs
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import in_time, line_of, locked_sheet, note
from parindex.web.assessment.models import Answer, Question
from parindex.web.assessment.states import PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


@action
def answer(actor: Actor, sheet: UUID, item: str, *, accepts: bool, text: str = "") -> Answer:
    """Answer the question of the present round of explanation; a later answer supersedes it.

    Not accepting needs words, and makes the item one for the council.
    """
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    entrusted = opened.entrusted.get(item)
    standing = permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
    if standing is None:
        refuse(actor, opened)
    number, _ = in_time(opened, PhaseKind.EXPLANATION)
    if opened.place.state is not SheetState.EXPLAINING:
        raise RefusedError("refused.not_explaining")
    question = Question.objects.filter(sheet=opened.sheet, item=item, number=number).first()
    if question is None:
        raise RefusedError("refused.not_asked", item=item)
    if not accepts and not has_words(text):
        raise RefusedError("refused.no_reason")
    made = Answer.objects.create(
        question=question,
        accepts=accepts,
        text=text.strip(),
        person_id=actor.person,
        at=clock.written_at(),
    )
    line = line_of(opened, item)
    # Accepting settles nothing between two blind opinions that differ.
    differ = differs(opened, item, f"appraised-{number}")
    line.asked, line.disputed = False, not accepts or differ
    line.save(update_fields=["asked", "disputed"])
    note(
        "explanation.given", actor, standing, opened, item=item,
        after={"answer": str(made.id), "question": str(question.id), "accepts": accepts,
               "text": made.text},
    )  # fmt: skip
    return made
