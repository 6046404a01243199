"""Typing forms from paper: twice by two persons, compared, and settled by a third."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.actions import intake
from parindex.web.fieldwork.actions.gate import note
from parindex.web.fieldwork.actions.intake import How
from parindex.web.fieldwork.models import Entry, Invitation, Wave
from parindex.web.fieldwork.queries.sending import Sending
from parindex.web.fieldwork.queries.typing import apart, differing, opened, typed_twice
from parindex.web.fieldwork.queries.waves import wave_for
from parindex.web.fieldwork.states import Mode
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError


class Typed(StrEnum):
    """What came of typing a form."""

    FIRST = "first"
    KEPT = "kept"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came of typing a form; ``questions`` are those in which two typists differ."""

    typed: Typed
    questions: tuple[str, ...] = ()


def enter(actor: Actor, token: str, answers: Mapping[str, Any], *, mode: str) -> Entered:
    """Type a form that carries a code.

    Where the wave has its forms typed twice, the first typing is sealed and waits, the second is
    by another person: equal ones are kept as one answer, others wait for a third person. Raises
    as :func:`intake.submit`, and RefusedError where the same person types twice.
    """
    one = intake.invitation_of(token)
    if wave_for(actor, one.wave.id) is None:
        raise RefusedError("fieldwork.unknown_code")
    if not permissions.can_type(actor, issuer=one.wave.issuer_id):
        raise RefusedError("fieldwork.not_typed_by_you")
    if one.used:
        raise RefusedError("fieldwork.used_code")
    way = Mode(mode)
    if not typed_twice(one.wave, way):
        intake.receive(one, str(one.id), answers, How(mode=way, by=actor.person))
        return Entered(typed=Typed.KEPT)
    content = intake.content_of(one, answers, How(mode=way))
    sealed = intake.seal_for(one.wave, content)
    with transaction.atomic():
        intake.in_time(one, way)
        # Two who type one form at a time wait for one another here.
        held = Invitation.objects.select_for_update(no_key=True).get(id=one.id)
        if held.used:
            raise RefusedError("fieldwork.used_code")
        before = list(Entry.objects.filter(invitation=held).order_by("number"))
        if any(entry.person_id == actor.person for entry in before):
            raise RefusedError("fieldwork.typed_by_you")
        if len(before) > 1:
            raise RefusedError("fieldwork.typed_already")
        if not before:
            Entry.objects.create(
                invitation=held, number=1, mode=way, sealed=sealed, person_id=actor.person
            )
            return Entered(typed=Typed.FIRST)
        first = opened(one.wave, before[0])
        questions = differing(first["answers"], content["answers"])
        if questions:
            Entry.objects.create(
                invitation=held, number=2, mode=way, sealed=sealed, person_id=actor.person
            )
            return Entered(typed=Typed.DIFFERS, questions=questions)
        _keep(one, sealed, way)
    return Entered(typed=Typed.KEPT)


def _keep(one: Sending, sealed: bytes, mode: Mode) -> None:
    Entry.objects.filter(invitation=one.id).delete()
    intake.put_in_the_box(one, sealed, receipt=str(one.id), mode=mode)


@action
def settle(actor: Actor, token: str, answers: Mapping[str, str]) -> Entered:
    """Settle a form on which two typists differ, by a third person with the paper in hand.

    ``answers`` are those to the questions in which they differ; the others stay as both typed
    them. Recorded is that a form was settled and in how many questions, not which form it was.
    Raises as :func:`apart`, and UnusableInputError for answers that cannot be kept.
    """
    one = intake.invitation_of(token)
    if wave_for(actor, one.wave.id) is None:
        raise RefusedError("fieldwork.unknown_code")
    # Two who settle one form at a time wait for one another here.
    held = Invitation.objects.select_for_update(no_key=True).get(id=one.id)
    if held.used:
        raise RefusedError("fieldwork.nothing_to_settle")
    typed = apart(actor, one)
    way = Mode(typed[0].mode)
    first, second = (opened(one.wave, entry)["answers"] for entry in typed)
    questions = differing(first, second)
    settled = {**first, **{name: answers.get(name, "") for name in questions}}
    content = intake.content_of(one, settled, How(mode=way))
    _keep(one, intake.seal_for(one.wave, content), way)
    wave = Wave.objects.get(id=one.wave.id)
    note("entry.settled", actor, wave, after={"questions": len(questions)})
    return Entered(typed=Typed.KEPT, questions=questions)
