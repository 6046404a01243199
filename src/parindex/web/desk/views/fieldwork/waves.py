"""The waves one may know of, and the overview of one: where it stands and what comes next."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment
from parindex.web.desk.views.fieldwork.opening import known_wave, trail, wave_chip
from parindex.web.desk.views.fieldwork.steps import next_of, tasks_of
from parindex.web.desk.views.running.opening import address
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import assigned_to, waves_for
from parindex.web.fieldwork.states import MIXED, PREPARING, SETTING_UP, TAKING, WaveState
from parindex.web.journal.clock import VIETNAM
from parindex.web.people.permissions import RefusedError

_SHOWN = 100


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Every wave that the person may know of, by year; 403 without a role in surveys."""
    if not planning.has_waves(request.actor):
        raise RefusedError("fieldwork.not_watched_by_you")
    found = waves_for(request.actor)
    years = [
        {"year": year, "waves": [(one, wave_chip(one.state)) for one in waves]}
        for year, waves in groupby(found, key=lambda one: one.opens_at.astimezone(VIETNAM).year)
    ]
    context = {
        "years": years,
        "may_plan": bool(planning.issuers_surveyed_by(request.actor)),
        "trail": trail(),
    }
    return render(request, "fieldwork/waves.html", context)


@require_safe
def overview(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """One wave: its dates, its set-up, how it goes, and, for who runs it, what is next."""
    wave = known_wave(request, wave_id)
    runs, watches = planning.runs(request.actor, wave), planning.watches(request.actor, wave)
    has = planning.set_up_of(wave) if watches else None
    context: dict[str, Any] = {
        "wave": wave,
        "trail": trail(wave),
        "chip": wave_chip(wave.state),
        "form": planning.form_look(wave),
        "has": has,
        "runs": runs,
        "next": next_of(wave, has) if runs and has else None,
        "tasks": tasks_of(wave, has) if runs and has and wave.state in SETTING_UP else [],
        "dates": _dates(wave),
        "bodies": planning.units_rated(wave),
        "places": _places(wave, runs=runs, watches=watches, types=_types(request, wave)),
        "own_code": planning.own_code(request.actor, wave),
        "mine": [one for one in assigned_to(request.actor, wave.id) if not one.used][:_SHOWN],
        "visits": address("interviewing"),
    }
    return render(request, "fieldwork/wave.html", context)


def _types(request: DeskRequest, wave: Any) -> bool:
    return wave.state in TAKING and planning.types(request.actor, wave)


def _dates(wave: Any) -> list[dict[str, str]]:
    return [
        {"key": _("Bắt đầu nhận phiếu"), "value": moment(wave.opens_at)},
        {"key": _("Hạn nhận phiếu (kể cả thời điểm này)"), "value": moment(wave.closes_at)},
        {
            "key": _("Nhận phiếu giấy, phiếu của điều tra viên đến"),
            "value": moment(wave.syncs_until),
        },
    ]


def _places(wave: Any, *, runs: bool, watches: bool, types: bool) -> list[dict[str, str]]:
    """Where to go from the overview."""
    planned, open_ = wave.state in SETTING_UP, wave.state == WaveState.OPEN
    drawn = wave.state != WaveState.PLANNED
    over = wave.state in MIXED
    estimated = wave.state == WaveState.ESTIMATED
    found = [
        ("wave_progress", _("Tiến độ thực địa"), watches and drawn),
        ("wave_people", _("Người được chọn, thay thế"), runs and drawn),
        ("wave_typing", _("Nhập phiếu giấy, phiếu điện thoại"), types),
        ("wave_letters", _("Phát thêm phiếu, giao điều tra viên"), runs and open_),
        ("wave_dates", _("Đổi lịch"), runs and open_),
        ("wave_draw", _("Biên nhận, thiết kế của mẫu"), runs and not planned and bool(wave.seed)),
        ("wave_quotas", _("Hạn ngạch"), runs and wave.state in PREPARING and drawn),
        ("wave_close", _("Đóng đợt"), runs and open_),
        ("wave_mix", _("Trộn phiếu"), runs and wave.state == WaveState.CLOSED),
        ("wave_results", _("Kết quả"), watches and estimated),
        ("wave_rechecks", _("Danh sách phỏng vấn lại"), runs and over),
        ("wave_estimate", _("Tính lại kết quả"), runs and estimated),
        ("wave_feed", _("Đưa kết quả vào kỳ đánh giá"), runs and estimated),
    ]
    return [
        {"label": label, "url": reverse(name, args=[wave.id])}
        for name, label, shown in found
        if shown
    ]
