"""Estimating a mixed wave: the engine's numbers, frozen with their digest."""

from __future__ import annotations

from uuid import UUID

from parindex.web.fieldwork.actions.gate import move, note, run_by
from parindex.web.fieldwork.bridge import estimates
from parindex.web.fieldwork.bridge.estimates import EstimatePlan
from parindex.web.fieldwork.models import Estimated
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.results import answered_of
from parindex.web.fieldwork.states import WaveMove
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError


@action
def estimate(actor: Actor, wave: UUID, plan: EstimatePlan) -> Estimated:
    """Estimate a mixed wave as the plan says; the results stand beside any earlier ones.

    Raises RefusedError where there are no answers, UnusableInputError where the engine refuses.
    """
    held = run_by(actor, wave)
    move(held, WaveMove.ESTIMATE)
    answered = answered_of(held)
    if not answered.answers:
        raise RefusedError("fieldwork.no_answers")
    of = {"wave": held.slug, "mixed": held.mixed_digest, "form": held.instrument.digest}
    results = estimates.estimated(answered, questionnaire_for(held), plan, of=of)
    made = Estimated.objects.create(
        wave=held,
        number=held.estimates.count() + 1,
        content=results.content,
        digest=results.digest,
        person_id=actor.person,
        at=clock.written_at(),
    )
    held.save(update_fields=["state"])
    note(
        "wave.estimated", actor, held,
        after={"number": made.number, "digest": made.digest, "plan": plan.plain()},
    )  # fmt: skip
    return made
