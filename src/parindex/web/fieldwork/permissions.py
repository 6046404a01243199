"""Pure predicates: may this person know of a wave, run it, type its forms, see its results."""

from __future__ import annotations

from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import in_scope
from parindex.web.people.states import Role, Scope

# Who sees how a wave goes and what came out, without a name.
_WATCH = frozenset({Role.SURVEY_MANAGER, Role.ROUND_ADMIN, Role.LEADER, Role.OBSERVER})


def watches(actor: Actor, *, issuer: str) -> bool:
    """Whether the person sees the progress and the results of every wave of an issuer."""
    return actor.standing(_WATCH, issuer=issuer) is not None and in_scope(actor, Scope.READ)


def can_know_waves(actor: Actor, *, issuer: str) -> bool:
    """Whether the person may know of an issuer's waves: who runs, watches or walks for them."""
    if watches(actor, issuer=issuer):
        return True
    return can_interview(actor, issuer=issuer)


def running_standing(actor: Actor, *, issuer: str) -> Standing | None:
    """The standing by which the person runs an issuer's waves; names and telephones too."""
    if not actor.second_factor or not in_scope(actor, Scope.ADMINISTER):
        return None
    return actor.standing(Role.SURVEY_MANAGER, issuer=issuer)


def can_run_waves(actor: Actor, *, issuer: str) -> bool:
    """Whether the person plans waves, draws, prints, closes, mixes and estimates."""
    return running_standing(actor, issuer=issuer) is not None


def can_type(actor: Actor, *, issuer: str) -> bool:
    """Whether the person types forms from paper and telephone: interviewers, and who runs."""
    if not in_scope(actor, Scope.FIELDWORK):
        return False
    return actor.standing({Role.INTERVIEWER, Role.SURVEY_MANAGER}, issuer=issuer) is not None


def can_interview(actor: Actor, *, issuer: str) -> bool:
    """Whether the person goes to those assigned to them."""
    return actor.standing(Role.INTERVIEWER, issuer=issuer) is not None and in_scope(
        actor, Scope.FIELDWORK
    )
