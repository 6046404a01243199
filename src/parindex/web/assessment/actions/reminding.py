"""Reminders: who is told that something waits for them, three days and one day before, and late."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from parindex.web.assessment.models import Extension, Round
from parindex.web.assessment.queries.overview import Waits, waits_for
from parindex.web.assessment.queries.rounds import phase_at, phases_of
from parindex.web.assessment.states import RoundState
from parindex.web.journal import clock
from parindex.web.people.actions import tell
from parindex.web.people.queries import actor_for, people_with
from parindex.web.people.states import Role

DAYS_BEFORE: Final = (3, 1)
_WORDS: Final = {
    "claim": "còn {n} mục chưa tự chấm điểm",
    "hand_over": "phiếu đã chấm đủ nhưng chưa trình lãnh đạo đơn vị",
    "sign": "phiếu tự chấm điểm chờ lãnh đạo đơn vị duyệt và gửi",
    "answer": "còn {n} mục chưa giải trình",
    "appraise": "còn {n} mục chờ thẩm định",
    "decide": "còn {n} mục chờ Hội đồng quyết định",
    "exempt": "còn {n} đề nghị không áp dụng chờ quyết định",
    "assign": "còn {n} mục chưa có cơ quan thẩm định",
    "approve_change": "còn {n} đề nghị thay đổi chờ duyệt",
}


def remind() -> int:
    """Tell everyone for whom something waits whose deadline is near or past; once a deadline.

    Gives how many were told anything that counts today; those told before are not told again.
    """
    issuers = {one.issuer_id for one in _going_on() if _near(one)}
    told = 0
    for issuer in sorted(issuers):
        for account in people_with(Role, issuer=issuer, on=clock.today()):
            # What waits is asked as for a person who logs in as their role demands.
            actor = actor_for(account, on=clock.today(), second_factor=True)
            mine = [one for one in waits_for(actor) if one.round.issuer_id == issuer]
            for one in mine:
                when = _when(one.until)
                if when and one.kind in _WORDS:
                    tell([account], issuer, words=_said(one), path=_path(one), key=_key(one, when))
                    told += 1
    return told


def _going_on() -> list[Round]:
    over = [RoundState.APPROVED, RoundState.CLOSED, RoundState.PLANNED]
    return list(Round.objects.exclude(state__in=over))


def _near(round_: Round) -> bool:
    """Whether any deadline of the present phase is one of those that are spoken of today."""
    phase = phase_at(phases_of(round_))
    if phase is None:
        return False
    later = Extension.objects.filter(phase=phase).values_list("until", flat=True)
    return any(_when(one) for one in [phase.closes_at, *later])


def _when(until: datetime | None) -> str:
    """``3``, ``1`` or ``late``: how near a deadline is by the calendar in Vietnam; else nothing."""
    if until is None:
        return ""
    if clock.now() > until:
        return "late"
    days = (until.astimezone(clock.VIETNAM).date() - clock.today()).days
    return str(days) if days in DAYS_BEFORE else ""


def _said(one: Waits) -> str:
    assert one.until is not None  # noqa: S101 - what has no deadline is not spoken of
    until = one.until.astimezone(clock.VIETNAM)
    what = _WORDS[one.kind].format(n=one.n)
    of = f"{one.sheet.unit.name}: {what}" if one.sheet is not None else what[0].upper() + what[1:]
    late = clock.now() > one.until
    by = f"đã quá hạn {until:%H:%M %d/%m/%Y}" if late else f"hạn {until:%H:%M %d/%m/%Y}"
    return f"{one.round.title} – {of}; {by}."


def _path(one: Waits) -> str:
    return f"/desk/sheets/{one.sheet.id}/" if one.sheet is not None else "/desk/"


def _key(one: Waits, when: str) -> str:
    assert one.until is not None  # noqa: S101 - as above
    thing = one.sheet.id if one.sheet is not None else one.round.id
    return f"remind/{when}/{one.kind}/{thing}/{one.until.isoformat()}"
