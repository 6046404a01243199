"""What every action on a round asks first, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from parindex.web.assessment import permissions
from parindex.web.assessment.models import (
    Round,
)
from parindex.web.journal.actions import record
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.states import Role


def must_run(actor: Actor, round_: Round) -> None:
    """Refuse whoever does not run the round."""
    if not permissions.can_run_round(actor, issuer=round_.issuer_id):
        raise RefusedError("refused.administer")


def administered(actor: Actor, round_: UUID) -> Round:
    """The round, held to the end of the transaction, for those who run it."""
    found = (
        Round.objects.select_for_update(of=("self",))
        .select_related("issuer")
        .filter(id=round_, issuer__in=actor.issuers())
        .first()
    )
    if found is None or not permissions.can_know_round(
        actor, issuer=found.issuer_id, round_=found.id
    ):
        raise UnknownError
    must_run(actor, found)
    return found


def about_round(round_: Round) -> About:
    """The round, as the journal names it."""
    return About(kind="round", id=str(round_.id), words=round_.title)


def note_round(
    verb: str,
    actor: Actor,
    round_: Round,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Write in the journal what the person did to a round, as its administrator."""
    standing = actor.standing(Role.ROUND_ADMIN, issuer=round_.issuer_id)
    record(
        verb,
        person=str(actor.person),
        acting_for=str(standing.unit) if standing and standing.unit else "",
        issuer=round_.issuer_id,
        about=about_round(round_),
        before=before,
        after=after,
        reason=reason,
    )
