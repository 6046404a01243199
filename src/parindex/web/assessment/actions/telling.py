"""Whom to tell what: messages to the people whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_noop

from parindex.web.assessment.models import Phase, Round
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.people.actions import tell
from parindex.web.people.queries import people_with
from parindex.web.people.states import COUNCIL, Role

PHASE_WORDS = {
    PhaseKind.SELF_SCORING: gettext_noop("Tự chấm điểm"),
    PhaseKind.APPRAISAL: gettext_noop("Thẩm định lần {number}"),
    PhaseKind.EXPLANATION: gettext_noop("Giải trình lần {number}"),
    PhaseKind.COUNCIL: gettext_noop("Hội đồng thẩm định"),
}


def phase_words(phase: Phase) -> str:
    """A phase as it is called, in the language of the page."""
    return gettext(PHASE_WORDS[PhaseKind(phase.kind)]).format(number=phase.number)


def _sheet_path(opened: OpenSheet) -> str:
    return f"/desk/sheets/{opened.sheet.id}/"


def _of_unit(opened: OpenSheet, roles: Iterable[Role], words: str, key: str) -> None:
    people = people_with(
        roles, issuer=opened.place.issuer, on=clock.today(), unit=opened.sheet.unit_id
    )
    moment = clock.now().isoformat()
    tell(people, opened.place.issuer, words=words, path=_sheet_path(opened), key=f"{key}/{moment}")


def handed_in(opened: OpenSheet) -> None:
    """The head of the unit has a sheet to look at."""
    words = f"Phiếu tự chấm điểm của {opened.sheet.unit.name} chờ lãnh đạo đơn vị duyệt."
    _of_unit(opened, [Role.HEAD], words, f"handed-in/{opened.sheet.id}")


def sent_back(opened: OpenSheet, reason: str) -> None:
    """The officers have a sheet to mend."""
    words = f"Lãnh đạo đơn vị trả lại phiếu tự chấm điểm: {reason}"
    _of_unit(opened, [Role.OFFICER], words, f"sent-back/{opened.sheet.id}")


def submitted(opened: OpenSheet) -> None:
    """Those who run the round know that a sheet is in."""
    words = f"{opened.sheet.unit.name} đã gửi phiếu tự chấm điểm."
    people = people_with([Role.ROUND_ADMIN], issuer=opened.place.issuer, on=clock.today())
    key = f"submitted/{opened.sheet.id}/{clock.now().isoformat()}"
    tell(people, opened.place.issuer, words=words, path=_sheet_path(opened), key=key)


def phase_opened(round_: Round, phase: Phase) -> None:
    """Everyone whose turn it is in the phase."""
    roles = {
        PhaseKind.SELF_SCORING: [Role.OFFICER, Role.HEAD],
        PhaseKind.APPRAISAL: [Role.APPRAISER],
        PhaseKind.EXPLANATION: [Role.OFFICER, Role.HEAD],
        PhaseKind.COUNCIL: list(COUNCIL),
    }[PhaseKind(phase.kind)]
    until = phase.closes_at.astimezone(clock.VIETNAM)
    # What is kept is Vietnamese, whoever opens the phase in whatever language.
    name = PHASE_WORDS[PhaseKind(phase.kind)].format(number=phase.number)
    words = f"{round_.title}: đã mở “{name}”, đến {until:%H:%M %d/%m/%Y}."
    people = people_with(roles, issuer=round_.issuer_id, on=clock.today())
    tell(people, round_.issuer_id, words=words, path="/desk/", key=f"phase/{phase.id}")


def extended(round_: Round, words: str, key: str) -> None:
    """Every unit of the round sees who got more time, and why."""
    people = people_with([Role.OFFICER, Role.HEAD], issuer=round_.issuer_id, on=clock.today())
    path = f"/desk/rounds/{round_.id}/register/"
    tell(people, round_.issuer_id, words=words, path=path, key=key)


def exemption_decided(opened: OpenSheet, words: str, key: str) -> None:
    """The unit knows what was decided of its request."""
    _of_unit(opened, [Role.OFFICER, Role.HEAD], words, key)
