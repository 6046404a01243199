"""What the pages of a survey have in common: the wave, its trail, and the words of its states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import Chip
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import wave_for
from parindex.web.people.permissions import RefusedError

# word, tone, mark
WAVE_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "planned": (gettext_noop("Đang chuẩn bị"), "quiet", "empty"),
    "drawn": (gettext_noop("Đã rút mẫu"), "waiting", "dots"),
    "open": (gettext_noop("Đang thu phiếu"), "active", "half"),
    "closed": (gettext_noop("Đã đóng, chưa trộn phiếu"), "waiting", "lock"),
    "mixed": (gettext_noop("Đã trộn phiếu"), "waiting", "dots"),
    "estimated": (gettext_noop("Đã có kết quả"), "done", "tick"),
}
PERSON_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "reserve": (gettext_noop("Dự phòng"), "quiet", "empty"),
    "drawn": (gettext_noop("Được chọn, chưa mời"), "waiting", "dots"),
    "invited": (gettext_noop("Đã mời"), "active", "half"),
    "refused": (gettext_noop("Từ chối, hết dự phòng"), "late", "cross"),
    "unreachable": (gettext_noop("Không liên lạc được, hết dự phòng"), "late", "question"),
    "replaced": (gettext_noop("Đã thay bằng dự phòng"), "quiet", "arrow"),
    "answered": (gettext_noop("Đã trả lời"), "done", "tick"),
}
MODE_WORDS: Final[Mapping[str, str]] = {
    "web": gettext_noop("Tự trả lời qua mạng"),
    "kiosk": gettext_noop("Máy tại quầy"),
    "phone": gettext_noop("Điện thoại"),
    "paper": gettext_noop("Phiếu giấy"),
    "interviewer": gettext_noop("Điều tra viên"),
    "odk": gettext_noop("Ứng dụng ODK"),
}


def wave_chip(state: str) -> Chip:
    """The state of a wave as it is shown."""
    word, tone, mark = WAVE_WORDS[state]
    return Chip(_(word), tone, mark)


def person_chip(one: Any) -> Chip:
    """How a drawn person stands; who answered is only known to have done so."""
    word, tone, mark = PERSON_WORDS["answered" if one.used else one.state]
    return Chip(_(word), tone, mark)


def known_wave(request: DeskRequest, wave_id: UUID) -> Any:
    """A wave that the person may know of; 404 otherwise."""
    found = wave_for(request.actor, wave_id)
    if found is None:
        raise Http404
    return found


def own_wave(request: DeskRequest, wave_id: UUID) -> Any:
    """A wave that the person runs: 404 where they may not know of it, 403 where they only may."""
    found = known_wave(request, wave_id)
    if not planning.runs(request.actor, found):
        raise RefusedError("fieldwork.not_run_by_you")
    return found


def watched_wave(request: DeskRequest, wave_id: UUID) -> Any:
    """A wave whose progress and results the person sees; 403 for interviewers."""
    found = known_wave(request, wave_id)
    if not planning.watches(request.actor, found):
        raise RefusedError("fieldwork.not_watched_by_you")
    return found


def trail(wave: Any = None, *more: str) -> list[dict[str, str]]:
    """Where the page stands: surveys, the wave, and the page itself."""
    steps = [{"label": _("Khảo sát"), "url": reverse("waves") if wave or more else ""}]
    if wave is not None:
        here = reverse("wave", args=[wave.id]) if more else ""
        steps.append({"label": wave.title, "url": here})
    return [*steps, *({"label": one, "url": ""} for one in more)]
