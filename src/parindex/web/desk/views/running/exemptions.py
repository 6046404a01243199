"""Requests that an item do not apply to a unit: to read them all, and to decide those that wait."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parindex.vietnamese import has_words
from parindex.web.assessment.actions import exempting
from parindex.web.assessment.queries import running
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.running.opening import known_round, own_round, trail
from parindex.web.people.permissions import RefusedError


@require_safe
def exemptions(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The requests that wait, then those that were decided, with who and why."""
    return _shown(request, known_round(request, round_id))


def _shown(
    request: DeskRequest, round_: Any, *, wrong: UUID | None = None, error: str = ""
) -> HttpResponse:
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    found = running.exemptions_of(request.actor, round_)
    runs = running.runs(request.actor, round_)
    rows: list[dict[str, Any]] = [
        {
            "one": one,
            "name": running.item_name(one.sheet, one.item),
            "own": running.is_own(request.actor, one.sheet),
            "error": error if one.id == wrong else "",
            "granted": one.id == wrong and request.POST.get("grant", ""),
            "why": request.POST.get("why", "") if one.id == wrong else "",
        }
        for one in found
    ]
    context = {
        "round": round_,
        "trail": trail(round_, _("Đề nghị không áp dụng")),
        "waiting": [one for one in rows if one["one"].granted is None],
        "decided": [one for one in rows if one["one"].granted is not None],
        "runs": runs,
        "choices": [
            {"value": "yes", "label": _("Đồng ý: mục này không áp dụng")},
            {"value": "no", "label": _("Không đồng ý: mục này vẫn áp dụng")},
        ],
    }
    return render(request, "running/exemptions.html", context, status=422 if error else 200)


@require_POST
def decide(request: DeskRequest, round_id: UUID, exemption_id: UUID) -> HttpResponse:
    """Grant or refuse one request, with a reason that the unit reads."""
    round_ = own_round(request, round_id)
    found = {one.id: one for one in running.exemptions_of(request.actor, round_)}
    if exemption_id not in found:
        raise Http404
    grant, why = request.POST.get("grant", ""), request.POST.get("why", "").strip()
    if grant not in {"yes", "no"} or not has_words(why):
        error = _("Chọn đồng ý hoặc không đồng ý, và ghi lý do để đơn vị biết.")
        return _shown(request, round_, wrong=exemption_id, error=error)
    one = exempting.decide_exemption(request.actor, exemption_id, grant=grant == "yes", why=why)
    unit = found[exemption_id].sheet.unit.name
    words = (
        _("Mục %(item)s không áp dụng với %(unit)s. Đơn vị đã được báo.")
        if one.granted
        else _("Mục %(item)s vẫn áp dụng với %(unit)s. Đơn vị đã được báo.")
    )
    messages.success(request, words % {"item": one.item, "unit": unit})
    return redirect("round_exemptions", round_.id)
