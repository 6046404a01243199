"""Pure predicates: may this person see, write, appraise, decide this, in this state. No queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from parindex.web.assessment.states import PRIVATE, RoundState, SheetState
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import can_administer, in_scope
from parindex.web.people.states import COUNCIL, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is: whose round, which unit's sheet, in which state; who else fills it."""

    issuer: str
    round: UUID
    unit: UUID
    state: SheetState
    entrusted: frozenset[UUID] = field(default_factory=frozenset)


def is_own(actor: Actor, place: Place) -> bool:
    """Whether the sheet is of a unit of the person's, now, before, or by delegation."""
    return place.unit in actor.own_units or bool(place.entrusted & actor.own_units)


def can_know_round(actor: Actor, *, issuer: str, round_: UUID) -> bool:
    """Whether the person may know that a round exists: anybody who is anything in it."""
    return any(
        one.issuer == issuer and one.round in {None, round_} for one in actor.standings
    ) and in_scope(actor, Scope.READ)


def can_run_round(actor: Actor, *, issuer: str) -> bool:
    """Whether the person plans phases, opens and closes them, extends deadlines, assigns items."""
    return can_administer(actor, issuer=issuer)


def sees_everything(actor: Actor, *, issuer: str, round_: UUID) -> bool:
    """Whether the person sees every sheet of a round: those who run, decide, lead or watch it."""
    roles = {Role.ROUND_ADMIN, Role.LEADER, Role.OBSERVER} | COUNCIL
    return actor.standing(roles, issuer=issuer, round_=round_) is not None


def fills(actor: Actor, place: Place) -> bool:
    """Whether the person fills the sheet for its unit, or an item of it for another's."""
    mine = actor.units(Role.OFFICER, issuer=place.issuer, round_=place.round)
    mine |= actor.units(Role.HEAD, issuer=place.issuer, round_=place.round)
    return place.unit in mine or bool(place.entrusted & mine)


def works_on(actor: Actor, place: Place, *, entrusted_to: UUID | None) -> bool:
    """Whether an item is the person's to fill or to consolidate: its lead's, or the unit's."""
    mine = actor.units(Role.OFFICER, issuer=place.issuer, round_=place.round)
    mine |= actor.units(Role.HEAD, issuer=place.issuer, round_=place.round)
    return bool(mine & {place.unit, entrusted_to})


def _appraises_some(actor: Actor, place: Place, bodies: Collection[UUID]) -> bool:
    mine = actor.units(Role.APPRAISER, issuer=place.issuer, round_=place.round)
    return bool(mine & set(bodies)) and place.unit not in actor.own_units


def can_see_sheet(actor: Actor, place: Place, *, bodies: Collection[UUID] = ()) -> bool:
    """Whether the person may know of a sheet; ``bodies`` are those that appraise any of it."""
    if not in_scope(actor, Scope.READ):
        return False
    if sees_everything(actor, issuer=place.issuer, round_=place.round) or fills(actor, place):
        return True
    return _appraises_some(actor, place, bodies)


def can_see_claims(
    actor: Actor,
    place: Place,
    *,
    entrusted_to: UUID | None = None,
    bodies: Collection[UUID] = (),
) -> bool:
    """Whether the figures of an item may be read: until the sheet is submitted, by those only who
    fill or consolidate it; a department that fills another item never reads this one.
    """
    if not in_scope(actor, Scope.READ):
        return False
    if works_on(actor, place, entrusted_to=entrusted_to):
        return True
    if place.state in PRIVATE:
        return False
    return sees_everything(actor, issuer=place.issuer, round_=place.round) or _appraises_some(
        actor, place, bodies
    )


def claiming_standing(actor: Actor, place: Place, *, entrusted_to: UUID | None) -> Standing | None:
    """The standing by which the person claims an item: of the unit that fills it."""
    if not in_scope(actor, Scope.SCORE):
        return None
    unit = entrusted_to or place.unit
    roles = {Role.OFFICER, Role.HEAD}
    return actor.standing(roles, issuer=place.issuer, round_=place.round, unit=unit)


def signing_standing(actor: Actor, place: Place) -> Standing | None:
    """The standing by which the person submits the sheet: the head of its unit."""
    if not in_scope(actor, Scope.SCORE):
        return None
    return actor.standing(Role.HEAD, issuer=place.issuer, round_=place.round, unit=place.unit)


def handing_in_standing(actor: Actor, place: Place) -> Standing | None:
    """The standing by which the person hands a draft to the head of the unit."""
    if not in_scope(actor, Scope.SCORE):
        return None
    roles = {Role.OFFICER, Role.HEAD}
    return actor.standing(roles, issuer=place.issuer, round_=place.round, unit=place.unit)


def appraising_standing(actor: Actor, place: Place, *, body: UUID | None) -> Standing | None:
    """The standing by which the person appraises an item: of the body that it is assigned to.

    Never on a sheet of the person's own, by whatever role or delegation: the units of both the
    person and whoever lent the right count.
    """
    if body is None or not in_scope(actor, Scope.APPRAISE) or not actor.second_factor:
        return None
    if is_own(actor, place):
        return None
    return actor.standing(Role.APPRAISER, issuer=place.issuer, round_=place.round, unit=body)


def deciding_standing(actor: Actor, place: Place) -> Standing | None:
    """The standing by which a decision of the council is recorded, on others' sheets only."""
    if not in_scope(actor, Scope.APPRAISE) or is_own(actor, place):
        return None
    return actor.standing(COUNCIL, issuer=place.issuer, round_=place.round)


def proposing_standing(actor: Actor, place: Place, *, body: UUID | None) -> Standing | None:
    """The standing by which a change after the lock is proposed: appraiser, council or those who
    run the round; never on a sheet of their own.
    """
    if is_own(actor, place) or not in_scope(actor, Scope.APPRAISE):
        return None
    found = appraising_standing(actor, place, body=body) or deciding_standing(actor, place)
    if found is None and can_administer(actor, issuer=place.issuer):
        found = actor.standing(Role.ROUND_ADMIN, issuer=place.issuer, round_=place.round)
    return found


def approving_standing(
    actor: Actor, place: Place, *, proposed_by: UUID, proposed_for: UUID | None = None
) -> Standing | None:
    """The standing by which a proposed change is approved: by the chair of the council or those
    who run the round, and never by who proposed it or lent the proposer the right
    (``proposed_for``), nor in the name of either.
    """
    barred = {proposed_by, proposed_for}
    if is_own(actor, place) or actor.person in barred:
        return None
    roles = set()
    if can_administer(actor, issuer=place.issuer):
        roles.add(Role.ROUND_ADMIN)
    if in_scope(actor, Scope.APPRAISE):
        roles.add(Role.COUNCIL_CHAIR)
    lent_by = {one for one in barred if one is not None}
    return actor.standing(roles, issuer=place.issuer, round_=place.round, but=lent_by)


def can_exempt(actor: Actor, place: Place) -> bool:
    """Whether the person exempts items: those who run the round, and only for others."""
    return can_administer(actor, issuer=place.issuer) and not is_own(actor, place)


def can_see_findings(
    actor: Actor,
    place: Place,
    *,
    shown_to_units: bool,
    entrusted_to: UUID | None = None,
    bodies: Collection[UUID] = (),
) -> bool:
    """Whether appraised points may be read: by the unit only from the phase on that shows them."""
    if sees_everything(actor, issuer=place.issuer, round_=place.round):
        return True
    if fills(actor, place):
        return shown_to_units and works_on(actor, place, entrusted_to=entrusted_to)
    return can_see_sheet(actor, place, bodies=bodies)


def can_see_provisional(
    actor: Actor,
    *,
    issuer: str,
    round_: UUID,
    state: RoundState,
    allowed: Collection[str],
) -> bool:
    """Whether the provisional index and rank may be read: the roles that the phase allows."""
    if not in_scope(actor, Scope.READ):
        return False
    roles = {Role(one) for one in allowed}
    if state in {RoundState.APPROVED, RoundState.CLOSED}:
        roles |= {Role.ROUND_ADMIN, Role.LEADER, Role.OBSERVER, Role.OFFICER, Role.HEAD} | COUNCIL
    return bool(roles) and actor.standing(roles, issuer=issuer, round_=round_) is not None
