"""The drawn people of a wave: how each stands, who goes there, who steps in for whom."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import ParindexError
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork.opening import (
    PERSON_WORDS,
    known_wave,
    own_wave,
    person_chip,
    trail,
)
from parindex.web.desk.views.running.opening import search_field, select_field
from parindex.web.fieldwork.actions import inviting
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.invitations import (
    goes_to,
    has_reserve,
    named,
    people_of,
    person_of,
)
from parindex.web.fieldwork.queries.typing import typed_twice
from parindex.web.fieldwork.states import GIVEN_UP, PREPARING, InvitationState, Mode, WaveState

_PER_PAGE: Final = 100
_STATES: Final = (
    "waiting", "answered", "drawn", "invited", "refused", "unreachable", "replaced", "reserve",
)  # fmt: skip
_GIVING_UP: Final = {WaveState.DRAWN, WaveState.OPEN}


@require_safe
def people(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Everybody who was drawn, searched and filtered; for those who run the wave."""
    wave = own_wave(request, wave_id)
    said = {key: request.GET.get(key, "") for key in ("q", "stratum", "state", "interviewer")}
    state = said["state"] if said["state"] in _STATES else ""
    found: Any = people_of(
        request.actor, wave, stratum=said["stratum"], state=state, interviewer=said["interviewer"]
    )
    if said["q"].strip():
        found = named(found, said["q"][:100])
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    strata = planning.words_of_strata(wave)
    words = {"waiting": _("Chờ trả lời")} | {one: _(PERSON_WORDS[one][0]) for one in PERSON_WORDS}
    context = {
        "wave": wave,
        "trail": trail(wave, _("Người được chọn")),
        "page": page,
        "rows": [(one, person_chip(one)) for one in page],
        "n_found": page.paginator.count,
        "clear_url": request.path if any(said.values()) else "",
        "filters": [
            search_field("q", _("Tìm tên, điện thoại, hồ sơ"), said["q"]),
            select_field(
                "state", _("Tình trạng"), state, empty=_("Mọi người được chọn"),
                options=[(one, words[one]) for one in _STATES],
            ),
            select_field(
                "stratum", _("Tầng"), said["stratum"], empty=_("Mọi tầng"),
                options=sorted((one for one in strata.items() if one[0]), key=lambda one: one[1]),
            ),
            select_field(
                "interviewer", _("Điều tra viên"), said["interviewer"], empty=_("Bất kỳ ai"),
                options=[
                    (one.code, f"{one.code} – {one.person.name}")
                    for one in planning.interviewers_of(wave)
                ],
            ),
        ],
    }  # fmt: skip
    return render(request, "fieldwork/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: DeskRequest, wave_id: UUID, person_id: UUID) -> HttpResponse:
    """One drawn person; given up with a reason, the next reserve steps in."""
    wave = known_wave(request, wave_id)
    one = person_of(request.actor, person_id)
    if one is None or one.wave_id != wave.id:
        raise Http404
    errors: dict[str, Any] = {}
    if request.method == "POST":
        answer = _give_up(request, wave, one, errors)
        if answer is not None:
            return answer
    runs = planning.runs(request.actor, wave)
    who = getattr(getattr(one, "assigned", None), "interviewer", None)
    open_ = not one.used and one.state in {InvitationState.DRAWN, InvitationState.INVITED}
    context = {
        "wave": wave,
        "trail": trail(wave, one.name or _("Phiếu không tên")),
        "one": one,
        "chip": person_chip(one),
        "runs": runs,
        "who": who,
        "may_call": open_
        and wave.state == WaveState.OPEN
        and goes_to(request.actor, one)
        and not typed_twice(wave, Mode.PHONE),
        "by": getattr(one, "replaced_by", None),
        "may_give_up": open_ and wave.state in _GIVING_UP,
        "has_reserve": has_reserve(one),
        "may_print": runs and open_ and wave.state in PREPARING and one.token_hash,
        "options": [
            {"value": str(who.id), "label": f"{who.code} – {who.person.name}"}
            for who in planning.interviewers_of(wave)
        ]
        if runs and open_ and wave.state in PREPARING
        else [],
        "states": [
            {"value": "unreachable", "label": _("Không liên lạc được, không gặp được")},
            {"value": "refused", "label": _("Từ chối trả lời")},
        ],
        "said": request.POST,
        **errors,
    }
    return render(request, "fieldwork/person.html", context, status=422 if errors else 200)


def _give_up(
    request: DeskRequest, wave: Any, one: Any, errors: dict[str, Any]
) -> HttpResponse | None:
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    if state not in GIVEN_UP:
        errors["state_error"] = _("Chọn một trong hai.")
    if not reason.strip():
        errors["reason_error"] = _("Ghi lý do: đã gọi, đã đến mấy lần, khi nào.")
    if errors:
        return None
    try:
        made = inviting.give_up(request.actor, one.id, state=InvitationState(state), reason=reason)
    except ParindexError as error:
        errors["lines"] = error.say(get_language() or "vi")
        return None
    if made.reserve is None:
        messages.warning(request, _("Đã ghi. Ô mẫu này không còn ai dự phòng để thay."))
        return redirect("wave_person", wave.id, one.id)
    messages.success(
        request,
        _("Đã ghi. Người dự phòng kế tiếp theo thứ tự rút được mời thay: %(name)s.")
        % {"name": made.reserve.name or "–"},
    )
    to = made.reserve.id if planning.runs(request.actor, wave) else one.id
    return redirect("wave_person", wave.id, to)
