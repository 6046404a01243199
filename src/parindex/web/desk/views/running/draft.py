"""The draft of a round while it is being planned: kept in the session, plain values only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypedDict

from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.states import PhaseKind
from parindex.web.desk.frame import DeskRequest
from parindex.web.journal.clock import VIETNAM
from parindex.web.people.states import Role

_KEY: Final = "new_round"
MOST_APPRAISALS: Final = 5
# How many days a phase usually has (domain: the real spread of timetables).
_DAYS: Final = {
    PhaseKind.SELF_SCORING: 30,
    PhaseKind.APPRAISAL: 21,
    PhaseKind.EXPLANATION: 7,
    PhaseKind.COUNCIL: 14,
}
_DECIDING: Final = (Role.ROUND_ADMIN, Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER)


class DraftPhase(TypedDict):
    """A phase of the draft; moments as ISO text."""

    kind: str
    number: int
    opens_at: str
    closes_at: str
    units_see_findings: bool
    provisional_for: list[str]


def draft_of(request: DeskRequest) -> dict[str, Any]:
    """The draft as far as it is."""
    found = request.session.get(_KEY)
    return dict(found) if isinstance(found, dict) else {}


def save(request: DeskRequest, **values: Any) -> None:
    """Keep more of the draft."""
    request.session[_KEY] = draft_of(request) | values


def forget(request: DeskRequest) -> None:
    """The draft became a round, or is begun anew."""
    request.session.pop(_KEY, None)


def kinds(n_appraisals: int, *, council: bool) -> list[tuple[PhaseKind, int]]:
    """The phases of a round with so many appraisals, an explanation between each two.

    >>> [f"{kind}{number}" for kind, number in kinds(2, council=True)]
    ['self_scoring1', 'appraisal1', 'explanation1', 'appraisal2', 'council1']
    """
    found = [(PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1)]
    for number in range(2, n_appraisals + 1):
        found += [(PhaseKind.EXPLANATION, number - 1), (PhaseKind.APPRAISAL, number)]
    return [*found, (PhaseKind.COUNCIL, 1)] if council else found


def suggested(
    n_appraisals: int, *, council: bool, starts_on: date, kept: Sequence[DraftPhase] = ()
) -> list[DraftPhase]:
    """The phases with dates one after the other; those that were typed already are kept."""
    before = {(one["kind"], one["number"]): one for one in kept}
    found: list[DraftPhase] = []
    day = starts_on
    for kind, number in kinds(n_appraisals, council=council):
        known = before.get((str(kind), number))
        if known is None:
            closes = _working(day + timedelta(days=_DAYS[kind]))
            known = DraftPhase(
                kind=str(kind),
                number=number,
                opens_at=datetime.combine(day, time(8), VIETNAM).isoformat(),
                closes_at=datetime.combine(closes, time(17), VIETNAM).isoformat(),
                units_see_findings=kind is PhaseKind.EXPLANATION,
                provisional_for=[]
                if kind is PhaseKind.SELF_SCORING
                else [str(one) for one in _DECIDING],
            )
        found.append(known)
        end = datetime.fromisoformat(known["closes_at"]).astimezone(VIETNAM).date()
        day = _working(end + timedelta(days=1))
    return found


def _working(day: date) -> date:
    """The day itself, or the Monday after a week-end."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def plans(phases: Sequence[DraftPhase]) -> list[PhasePlan]:
    """The phases of the draft as the action takes them."""
    return [
        PhasePlan(
            kind=PhaseKind(one["kind"]),
            number=one["number"],
            opens_at=datetime.fromisoformat(one["opens_at"]),
            closes_at=datetime.fromisoformat(one["closes_at"]),
            units_see_findings=one["units_see_findings"],
            provisional_for=tuple(Role(role) for role in one["provisional_for"]),
        )
        for one in phases
    ]
