"""The units of a round: who has a sheet, and who is added, by peer group or from last year."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.vietnamese import folded
from parindex.web.assessment.actions import rounds as actions
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import groups_of, rounds_for
from parindex.web.assessment.states import RoundState
from parindex.web.desk.frame import DeskRequest, id_or_404
from parindex.web.desk.views.running.opening import (
    known_round,
    own_round,
    search_field,
    select_field,
    trail,
)
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import units_of_issuer

_PER_PAGE = 100
# More than these are added as a whole group, or found by searching.
_SHOWN = 150


@require_http_methods(["GET", "HEAD", "POST"])
def units(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The sheets of a round; while it is planned, more units are added."""
    if request.method == "POST":
        return _add(request, own_round(request, round_id))
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    wanted = folded(request.GET.get("q", ""))
    group = request.GET.get("group", "")
    sheets = running.sheets_of(request.actor, round_)
    groups = groups_of(round_)
    shown = [
        one
        for one in sheets
        if wanted in one.unit.folded and (not group or one.group.name == group)
    ]
    planned = round_.state == RoundState.PLANNED and running.runs(request.actor, round_)
    context: dict[str, Any] = {
        "round": round_,
        "trail": trail(round_, _("Đơn vị")),
        "page": Paginator(shown, _PER_PAGE).get_page(request.GET.get("page")),
        "n_sheets": len(sheets),
        "filters": [
            search_field("q", _("Tìm đơn vị"), request.GET.get("q", "")),
            select_field(
                "group", _("Khối"), group, empty=_("Mọi khối"),
                options=[(one.name, one.name) for one in groups],
            ),
        ],
        "n_found": len(shown),
        "clear_url": request.path if request.GET else "",
        "planned": planned,
    }  # fmt: skip
    if planned:
        context |= _candidates(request, round_, groups, {one.unit_id for one in sheets})
    return render(request, "running/units.html", context)


def _candidates(request: DeskRequest, round_: Any, groups: Any, taken: set[UUID]) -> dict[str, Any]:
    alive = units_of_issuer(request.actor, round_.issuer_id, on=round_.reference_date)
    free = [one for one in alive if one.id not in taken]
    adding = []
    for group in groups:
        of_group = [one for one in free if one.group == group.name]
        of_tier = [
            one for one in free if one.group != group.name and one.tier == group.rulebook.tier
        ]
        adding.append(
            {
                "group": group,
                "count": len(of_group),
                "options": [_option(one) for one in of_group[:_SHOWN]],
                "others": [_option(one) for one in of_tier[:_SHOWN]],
            }
        )
    earlier = [
        one
        for one in rounds_for(request.actor)
        if one.issuer_id == round_.issuer_id and one.id != round_.id
    ]
    options = [{"value": str(one.id), "label": one.title} for one in earlier]
    return {"adding": adding, "earlier": options}


def _option(unit: Any) -> dict[str, str]:
    return {"value": str(unit.id), "label": unit.name, "what": unit.slug}


def _add(request: DeskRequest, round_: Any) -> HttpResponse:
    group = request.POST.get("group", "")
    alive = units_of_issuer(request.actor, round_.issuer_id, on=round_.reference_date)
    if request.POST.get("whole"):
        chosen = [one for one in alive if one.group == group]
    else:
        ids = {id_or_404(one) for one in request.POST.getlist("unit")}
        chosen = [one for one in alive if one.id in ids]
    if not chosen:
        messages.warning(request, _("Chưa chọn đơn vị nào."))
        return redirect("round_units", round_.id)
    ranked = not request.POST.get("unranked")
    made = actions.add_units(request.actor, round_.id, [(one, group, ranked) for one in chosen])
    messages.success(
        request,
        _("Đã đưa %(n)s đơn vị vào khối “%(group)s”. Tiếp theo: phân công cơ quan thẩm định.")
        % {"n": len(made), "group": group},
    )
    return redirect("round_units", round_.id)


@require_POST
def previous(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Take the units and appraising bodies of an earlier round."""
    round_ = own_round(request, round_id)
    before = {str(one.id): one for one in rounds_for(request.actor)}
    found = before.get(request.POST.get("previous", ""))
    if found is None:
        raise Http404
    n = len(running.sheets_of(request.actor, round_))
    actions.start_from(request.actor, round_.id, found.id)
    added = len(running.sheets_of(request.actor, round_)) - n
    messages.success(
        request,
        _("Đã lấy %(n)s đơn vị và cơ quan thẩm định từ “%(title)s”.")
        % {"n": added, "title": found.title},
    )
    return redirect("round_units", round_.id)
