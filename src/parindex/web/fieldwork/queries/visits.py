"""What became of somebody whom an interviewer went to."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q

from parindex.web.fieldwork.models import Invitation
from parindex.web.fieldwork.states import InvitationState
from parindex.web.people.actor import Actor

_OVER: Final = (
    InvitationState.REFUSED,
    InvitationState.UNREACHABLE,
    InvitationState.REPLACED,
)


def is_over(actor: Actor, invitation: UUID) -> bool:
    """Whether somebody has answered or was given up, in a wave in which the person interviews.

    A device that never heard that its word arrived says it again, and may go on from there.
    """
    mine = Invitation.objects.filter(id=invitation, wave__interviewers__person=actor.person)
    return mine.filter(Q(used=True) | Q(state__in=_OVER)).exists()
