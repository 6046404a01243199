"""What waits of surveys for a person: for the manager the next step of each wave, for interviewers
whom they still go to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from parindex.web.desk.frame import IN_SURVEYS
from parindex.web.desk.views.fieldwork.steps import next_of
from parindex.web.desk.views.running.opening import address
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import visits_left, waves_for
from parindex.web.fieldwork.states import WaveState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor

_FAR: Final = datetime.max.replace(tzinfo=clock.VIETNAM)


def surveys_waiting(actor: Actor) -> list[dict[str, Any]]:
    """One line a wave where something waits, as the component of what waits takes it."""
    if not any(one.role in IN_SURVEYS for one in actor.standings):
        return []
    waves = [one for one in waves_for(actor) if one.state != WaveState.ESTIMATED]
    managed = [one for one in waves if planning.runs(actor, one)]
    has = planning.set_ups_of(managed)
    visits = visits_left(actor, waves)
    found = [_managed(one, has[one.id]) for one in managed]
    found += [
        {
            "n": visits[one.id],
            "text": _("người phải gặp – %(title)s") % {"title": one.title},
            "deadline": one.syncs_until,
            "url": address("interviewing") or reverse("wave", args=[one.id]),
            "action": _("Mở danh sách"),
        }
        for one in waves
        if one.id in visits
    ]
    return sorted(found, key=lambda one: one["deadline"] or _FAR)


def _managed(wave: Any, has: planning.SetUp) -> dict[str, Any]:
    step = next_of(wave, has)
    n, words, until = 1, _("đợt khảo sát chờ bước tiếp theo"), None
    if wave.state == WaveState.PLANNED:
        until = wave.opens_at
    elif wave.state == WaveState.DRAWN:
        until = wave.opens_at
        if has.waiting:
            n, words = has.waiting, _("người được chọn chưa có thư")
    elif wave.state == WaveState.OPEN:
        until = wave.closes_at
        if has.people > has.answered:
            n, words = has.people - has.answered, _("người chưa trả lời")
    elif wave.state == WaveState.CLOSED:
        until = wave.syncs_until if clock.now() <= wave.syncs_until else None
    return {
        "n": n,
        "text": f"{words} – {wave.title}",
        "deadline": until,
        "url": step["url"],
        "action": step["action"],
    }
