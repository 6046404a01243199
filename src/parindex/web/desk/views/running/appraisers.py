"""Who appraises what: a body for each key, another for the bodies' own sheets; entrusted items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.web.assessment.actions import rounds as actions
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import (
    appraisers_of,
    keys_of,
    unassigned,
)
from parindex.web.desk.frame import DeskRequest, id_or_404
from parindex.web.desk.views.running.opening import known_round, own_round, trail
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import unit_for, units_of_issuer

_MOST = 300
_SHOWN = 60


def _bodies(request: DeskRequest, round_: Any) -> list[dict[str, str]]:
    """The units that may be chosen as bodies: all, or where there are many those above communes."""
    alive = units_of_issuer(request.actor, round_.issuer_id, on=clock.today())
    if len(alive) > _MOST:
        alive = [one for one in alive if one.tier not in {"commune", "district"}]
    return [{"value": str(one.id), "label": one.name} for one in alive]


def _unit(request: DeskRequest, text: str) -> Any:
    found = unit_for(request.actor, id_or_404(text))
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def appraisers(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The general bodies, the exceptions, and what nobody may appraise yet."""
    if request.method == "POST":
        return _set_all(request, own_round(request, round_id))
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    rows = appraisers_of(round_)
    general = {one.key: str(one.body_id) for one in rows if one.sheet_id is None}
    names = {one.key: one.body.name for one in rows if one.sheet_id is None}
    items = running.items_by_key(round_)
    lacking = unassigned(round_)
    keys = [
        {
            "key": key,
            "id": f"body-{key}",
            "value": general.get(key, ""),
            "name": names.get(key, ""),
            "items": items.get(key, []),
        }
        for key in keys_of(round_)
    ]
    context = {
        "round": round_,
        "trail": trail(round_, _("Cơ quan thẩm định")),
        "runs": running.runs(request.actor, round_),
        "keys": keys,
        "bodies": _bodies(request, round_),
        "exceptions": [one for one in rows if one.sheet_id is not None],
        "lacking": lacking[:_SHOWN],
        "n_more": max(len(lacking) - _SHOWN, 0),
        "n_lacking": sum(len(one.items) for one in lacking),
    }
    return render(request, "running/appraisers.html", context)


def _set_all(request: DeskRequest, round_: Any) -> HttpResponse:
    before = {one.key: str(one.body_id) for one in appraisers_of(round_) if one.sheet_id is None}
    changed = 0
    for key in keys_of(round_):
        chosen = request.POST.get(f"body-{key}", "")
        if chosen and chosen != before.get(key):
            actions.set_appraiser(request.actor, round_.id, key, _unit(request, chosen))
            changed += 1
    lacking = sum(len(one.items) for one in unassigned(round_))
    if lacking:
        words = _(
            "Đã lưu %(n)s phân công. Còn %(left)s mục chưa có cơ quan thẩm định: giao ở phần dưới."
        )
    else:
        words = _("Đã lưu %(n)s phân công. Mọi mục đã có cơ quan thẩm định.")
    messages.success(request, words % {"n": changed, "left": lacking})
    return redirect("round_appraisers", round_.id)


@require_POST
def one_sheet(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Name another body for the items of a key on one sheet."""
    round_ = own_round(request, round_id)
    sheets = {str(one.id): one for one in running.sheets_of(request.actor, round_)}
    sheet = sheets.get(request.POST.get("sheet", ""))
    key = request.POST.get("key", "")
    if sheet is None or key not in keys_of(round_):
        raise Http404
    if not request.POST.get("body"):
        messages.warning(request, _("Chưa chọn cơ quan thẩm định."))
        return redirect("round_appraisers", round_.id)
    body = _unit(request, request.POST["body"])
    actions.set_appraiser(request.actor, round_.id, key, body, sheet=sheet)
    messages.success(
        request,
        _("%(body)s thẩm định nhóm “%(key)s” trên phiếu của %(unit)s.")
        % {"body": body.name, "key": key, "unit": sheet.unit.name},
    )
    return redirect("round_appraisers", round_.id)


@require_http_methods(["GET", "HEAD", "POST"])
def entrusted(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Which unit fills which item of the province's own sheet."""
    if request.method == "POST":
        return _entrust(request, own_round(request, round_id))
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    known = {(one.sheet_id, one.item): one.unit.name for one in running.entrusted_of(round_)}
    sheets = running.sheets_of(request.actor, round_)
    wanted = request.GET.get("sheet", "")
    sheet = next((one for one in sheets if str(one.id) == wanted), sheets[0] if sheets else None)
    context = {
        "round": round_,
        "trail": trail(round_, _("Giao mục cho đơn vị khác")),
        "runs": running.runs(request.actor, round_),
        "sheet": sheet,
        "sheets": [{"value": str(one.id), "label": one.unit.name} for one in sheets[:_MOST]],
        "items": []
        if sheet is None
        else [
            {"code": code, "name": name, "unit": known.get((sheet.id, code), "")}
            for code, name in running.items_of_sheet(sheet)
        ],
        "units": _bodies(request, round_),
    }
    return render(request, "running/entrusted.html", context)


def _entrust(request: DeskRequest, round_: Any) -> HttpResponse:
    sheets = {str(one.id): one for one in running.sheets_of(request.actor, round_)}
    sheet = sheets.get(request.POST.get("sheet", ""))
    if sheet is None:
        raise Http404
    items = request.POST.getlist("item")
    if not items or not request.POST.get("unit"):
        messages.warning(request, _("Chọn ít nhất một mục và một đơn vị."))
    else:
        unit = _unit(request, request.POST["unit"])
        for item in items:
            actions.entrust(request.actor, sheet.id, item, unit)
        messages.success(
            request,
            _(
                "Đã giao %(n)s mục cho %(unit)s. Đơn vị thấy các mục này "
                "trong danh sách việc của mình."
            )
            % {"n": len(items), "unit": unit.name},
        )
    return redirect(f"{request.path}?sheet={sheet.id}")
