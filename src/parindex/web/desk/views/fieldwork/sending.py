"""Interviewers of a wave: who they are, and whom each goes to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.web.desk.frame import DeskRequest, id_or_404
from parindex.web.desk.views.fieldwork.opening import own_wave, trail
from parindex.web.fieldwork.actions import inviting
from parindex.web.fieldwork.actions import waves as actions
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.invitations import unassigned_in
from parindex.web.fieldwork.queries.waves import progress
from parindex.web.fieldwork.states import PREPARING

_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def interviewers(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Name interviewers of a wave; the cells that nobody goes to yet."""
    wave = own_wave(request, wave_id)
    if request.method == "POST":
        people = [id_or_404(one) for one in request.POST.getlist("person")]
        if not people:
            messages.warning(request, _("Chưa chọn ai."))
            return redirect("wave_interviewers", wave.id)
        made = actions.name_interviewers(request.actor, wave.id, people)
        messages.success(
            request,
            _("Đã ghi %(n)s điều tra viên. Tiếp theo: giao người phải gặp.") % {"n": len(made)},
        )
        return redirect("wave_interviewers", wave.id)
    left = planning.cells_unassigned(wave)
    words = planning.words_of_strata(wave)
    context: dict[str, Any] = {
        "wave": wave,
        "trail": trail(wave, _("Điều tra viên")),
        "named": progress(wave).interviewers,
        "could": [
            {"value": str(one.id), "label": one.name, "what": one.username}
            for one in planning.could_interview(wave)
        ],
        "cells": [
            (id_, words.get(stratum, stratum), cluster, n)
            for id_, stratum, cluster, n in left[:_SHOWN]
        ],
        "n_cells": len(left),
        "n_people": sum(one[3] for one in left),
        "options": [
            {"value": str(one.id), "label": f"{one.code} – {one.person.name}"}
            for one in planning.interviewers_of(wave)
        ],
        "may_change": wave.state in PREPARING,
    }
    return render(request, "fieldwork/interviewers.html", context)


@require_POST
def assign(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Send an interviewer to all of some cells, or to some people by name."""
    wave = own_wave(request, wave_id)
    interviewer = id_or_404(request.POST.get("interviewer", ""))
    people = {id_or_404(one) for one in request.POST.getlist("person")}
    cells = {id_or_404(one) for one in request.POST.getlist("cell")}
    if cells:
        people |= unassigned_in(request.actor, wave, cells)
    if not people:
        messages.warning(request, _("Chưa chọn ô mẫu hay người nào."))
        return redirect("wave_interviewers", wave.id)
    made = inviting.assign(request.actor, wave.id, interviewer=interviewer, invitations=people)
    messages.success(
        request,
        _("Đã giao %(n)s người; danh sách đã có trên máy của điều tra viên.") % {"n": len(made)},
    )
    if request.POST.get("back") and len(people) == 1:
        return redirect("wave_person", wave.id, *people)
    return redirect("wave_interviewers", wave.id)
