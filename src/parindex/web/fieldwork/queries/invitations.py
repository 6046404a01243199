"""The people of a wave, for those who run it: found, told apart by how they stand, one by one."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from parindex.vietnamese import folded
from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.models import Invitation, Wave
from parindex.web.fieldwork.states import InvitationState
from parindex.web.people.actor import Actor


def people_of(
    actor: Actor,
    wave: Wave,
    *,
    stratum: str = "",
    state: str = "",
    interviewer: str = "",
) -> QuerySet[Invitation]:
    """The people of a wave in drawn order; nobody for those who do not run it.

    ``state`` is one of an invitation's, or ``answered`` and ``waiting`` for those who did and did
    not answer; reserves come only where they are asked for. ``interviewer`` is a code.
    """
    if not permissions.can_run_waves(actor, issuer=wave.issuer_id):
        return Invitation.objects.none()
    found = Invitation.objects.filter(wave=wave).select_related(
        "cell__unit", "assigned__interviewer__person", "replaces", "replaced_by"
    )
    if stratum:
        found = found.filter(cell__stratum=stratum)
    if interviewer:
        found = found.filter(assigned__interviewer__code=interviewer)
    if state == "answered":
        found = found.filter(used=True)
    elif state == "waiting":
        found = found.filter(used=False, state__in=_MAY_COME)
    elif state:
        found = found.filter(state=state)
    else:
        found = found.exclude(state=InvitationState.RESERVE)
    return found.order_by("cell__position", "reserve", "order")


_MAY_COME = (InvitationState.DRAWN, InvitationState.INVITED)


def unassigned_in(actor: Actor, wave: Wave, cells: Collection[UUID]) -> set[UUID]:
    """Those by name in some cells who may answer yet and to whom no interviewer goes."""
    found = people_of(actor, wave, state="waiting").filter(cell__in=cells, assigned=None)
    return set(found.exclude(name="").values_list("id", flat=True))


def goes_to(actor: Actor, one: Invitation) -> bool:
    """Whether the person is the interviewer to whom somebody is assigned."""
    assigned = getattr(one, "assigned", None)
    return (
        assigned is not None
        and assigned.interviewer.person_id == actor.person
        and permissions.can_interview(actor, issuer=one.wave.issuer_id)
    )


def has_reserve(one: Invitation) -> bool:
    """Whether somebody steps in when this person is given up."""
    reserves = Invitation.objects.filter(wave=one.wave_id, state=InvitationState.RESERVE)
    return reserves.filter(cell__draw=one.cell.draw).exists()


def named(found: QuerySet[Invitation], text: str) -> list[Invitation]:
    """Those of some people whose name, telephone or dossier has a text, however it is typed."""
    wanted = folded(text)
    digits = "".join(one for one in text if one.isdigit())
    return [
        one
        for one in found
        if wanted in folded(one.name)
        or wanted in folded(one.dossier)
        or (digits and digits in one.phone)
    ]


def person_of(actor: Actor, id_: UUID) -> Invitation | None:
    """A person of a wave that the actor runs, or to whom they go as an interviewer, or None.

    Both are told whether the person has answered.
    """
    one = (
        Invitation.objects.filter(id=id_)
        .select_related(
            "wave__issuer",
            "wave__instrument",
            "cell__unit",
            "replaces",
            "replaced_by",
            "assigned__interviewer__person",
        )
        .first()
    )
    if one is None:
        return None
    issuer = one.wave.issuer_id
    if permissions.can_run_waves(actor, issuer=issuer):
        return one
    mine = Q(assigned__interviewer__person=actor.person)
    walks = permissions.can_interview(actor, issuer=issuer)
    return one if walks and Invitation.objects.filter(mine, id=id_).exists() else None
