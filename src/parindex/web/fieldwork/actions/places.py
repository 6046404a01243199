"""Places of a quota: held for who begins, used by who sends, given back when their time is over.

No quota overflows, however many begin at a time: a place is taken by one conditional UPDATE.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from parindex.web.fieldwork.models import Quota, Reservation
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError


def hold_a_place(invitation: UUID, quota: UUID, *, until: datetime) -> None:
    """Hold a place for one who begins, or hold it on; never for shorter. Raises RefusedError."""
    ends = until.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    _, made = Reservation.objects.update_or_create(
        invitation_id=invitation,
        defaults={"expires_at": Greatest(F("expires_at"), Value(ends))},
        create_defaults={"quota_id": quota, "expires_at": ends},
    )
    if made:
        _reserve(quota, {"reserved": F("reserved") + 1})


def give_back_place(invitation: UUID) -> None:
    """Give back the place held for one who will not come."""
    held = Reservation.objects.filter(invitation=invitation).first()
    if held is not None and held.delete()[0]:
        Quota.objects.filter(id=held.quota_id).update(reserved=F("reserved") - 1)


def take_the_place(invitation: UUID, quota: UUID) -> None:
    """Turn the place that was held into one used, or find one. Raises RefusedError."""
    held, _ = Reservation.objects.filter(invitation=invitation).delete()
    if held:
        Quota.objects.filter(id=quota).update(reserved=F("reserved") - 1, used=F("used") + 1)
    else:
        _reserve(quota, {"used": F("used") + 1})


def _reserve(quota: UUID, change: Mapping[str, Any]) -> None:
    room = Quota.objects.filter(id=quota, limit__gt=F("reserved") + F("used"))
    if not room.update(**change):
        give_back_lapsed(quota)
        if not room.update(**change):
            raise RefusedError("fieldwork.quota_full")


def give_back_lapsed(quota: UUID) -> int:
    """Give back the places of a quota whose time is over; how many there were."""
    lapsed = Reservation.objects.filter(quota=quota, expires_at__lte=clock.now())
    ids = list(lapsed.select_for_update(skip_locked=True).values_list("invitation", flat=True))
    gone, _ = Reservation.objects.filter(invitation__in=ids).delete()
    if gone:
        Quota.objects.filter(id=quota).update(reserved=F("reserved") - gone)
    return gone


def give_back_all_lapsed() -> int:
    """Give back the places of every quota whose time is over; how many there were."""
    lapsed = Reservation.objects.filter(expires_at__lte=clock.now())
    quotas = list(lapsed.order_by("quota").values_list("quota", flat=True).distinct())
    given = 0
    for one in quotas:
        with transaction.atomic():
            given += give_back_lapsed(one)
    return given
