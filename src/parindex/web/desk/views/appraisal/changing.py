"""Changes after the lock, by two persons, and the public register of the round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment.actions import council as actions
from parindex.web.assessment.actions.telling import phase_words
from parindex.web.assessment.queries.appraisal import change_for
from parindex.web.assessment.queries.deciding import (
    Registered,
    approves,
    proposes,
    register_of,
    registered,
)
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.assessment.states import RoundState
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import exact
from parindex.web.desk.views.appraisal import fields
from parindex.web.desk.views.appraisal.appraising import worth_of
from parindex.web.desk.views.appraisal.asked import item_or_404, round_or_404
from parindex.web.desk.views.scoring.rule import rule_words
from parindex.web.people.permissions import RefusedError

PAGE: Final = 50


@dataclass
class Form:
    """A proposed change as it was typed, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    reason_error: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    field_errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@require_safe
def register(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Who got more time, whose sheet was reopened, what changed after the lock: for all units."""
    round_ = round_or_404(request, round_id)
    found = register_of(request.actor, round_)
    page = Paginator(found.changes, PAGE).get_page(request.GET.get("page"))
    context = {
        "round": round_,
        "page": page,
        "changes": [_row(one) for one in page.object_list],
        "extensions": [
            {
                "row": one,
                "phase": phase_words(one.phase),
                "reopened": str(one.id) in found.reopened,
            }
            for one in found.extensions
        ],
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Sổ công khai của kỳ")},
        ],
    }
    return render(request, "appraisal/register.html", context)


def _row(one: Registered) -> dict[str, Any]:
    before = one.before
    return {
        "change": one.change,
        "item": one.item,
        "before": before.points if before is not None else None,
        "before_says": fields.says(one.item, before.quantity) if before is not None else "",
        "after_says": fields.says(one.item, one.change.quantity),
        "difference": one.change.points - before.points if before is not None else None,
        "decides": one.decides,
        "state": {None: "change_waits", True: "approved", False: "refused"}[one.change.approved],
    }


@require_http_methods(["GET", "POST"])
def propose_change(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Propose a change of an item after the lock; another person decides it, in public."""
    opened, page = item_or_404(request, sheet_id, item)
    _may_propose(request, opened, item)
    form = Form()
    if request.method == "POST":
        form.values = fields.read(page.row.item, request.POST)
        form.reason = request.POST.get("reason", "").replace("\x00", "").strip()
        try:
            made = actions.propose_change(
                request.actor, sheet_id, item, form.values, reason=form.reason
            )
        except UnusableInputError as error:
            wrong = fields.wrong(page.row.item, form.values, error)
            form.field_errors, form.errors, form.status = wrong.errors, wrong.summary, 422
        except RefusedError as error:
            if error.code != "refused.no_reason":
                raise
            form.reason_error = " ".join(fields.problem_lines(error))
            form.errors, form.status = [{"id": "reason", "text": form.reason_error}], 422
        else:
            said = _("Đã ghi đề nghị thay đổi mục %(item)s. Người thứ hai duyệt hoặc từ chối.")
            messages.success(request, said % {"item": item})
            return redirect("decide_change", made.id)
    context = _proposal(opened, page, form)
    return render(request, "appraisal/propose.html", context, status=form.status)


def _may_propose(request: DeskRequest, opened: OpenSheet, item: str) -> None:
    if not proposes(request.actor, opened, item):
        own = opened.sheet.unit_id in request.actor.own_units
        raise RefusedError("refused.own_unit" if own else "refused.not_yours")
    if opened.sheet.round.state == RoundState.CLOSED or not actions.is_locked(opened):
        raise RefusedError("refused.not_locked")


def _proposal(opened: OpenSheet, page: ItemPage, form: Form) -> dict[str, Any]:
    item, round_ = page.row.item, opened.sheet.round
    stands = page.row.line.finding if page.row.line is not None else None
    return {
        "opened": opened,
        "item": item,
        "rule": rule_words(item),
        "stands": stands,
        "stands_says": fields.says(item, stands.quantity) if stands is not None else "",
        "fields": fields.shown(
            item, form.values,
            claimed=stands.quantity if stands is not None else None, errors=form.field_errors,
        ),
        "form": form,
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Sổ công khai của kỳ"), "url": f"/desk/rounds/{round_.id}/register/"},
            {"label": f"{opened.sheet.unit.name}, {item.code}"},
        ],
    } | worth_of(opened, item.code, form.values)  # fmt: skip


@require_http_methods(["GET", "POST"])
def decide_change(request: DeskRequest, change_id: UUID) -> HttpResponse:
    """One proposed change: readable by all of the round, decided by a second person."""
    change = change_for(request.actor, change_id)
    if change is None:
        raise Http404
    if request.method == "POST":
        return _decided(request, change_id)
    one = registered(request.actor, change)
    round_ = change.sheet.round
    context = _row(one) | {
        "round": round_,
        "sheet": change.sheet,
        "proposer": change.proposed_by_id == request.actor.person,
        "consequences": _consequences(one),
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Sổ công khai của kỳ"), "url": f"/desk/rounds/{round_.id}/register/"},
            {"label": f"{change.sheet.unit.name}, {change.item}"},
        ],
    }
    return render(request, "appraisal/change.html", context)


def _consequences(one: Registered) -> list[str]:
    if one.change.approved is not None or not one.decides:
        return []
    return [
        _("Điểm của mục đổi thành %(points)s ngay khi duyệt, đứng trên mọi lần thẩm định.")
        % {"points": exact(one.change.points)},
        _("Người đề nghị, người duyệt, lý do và điểm trước, sau hiện trong sổ công khai của kỳ."),
    ]


def _decided(request: DeskRequest, change_id: UUID) -> HttpResponse:
    approve = request.POST.get("decision") == "approve"
    why = request.POST.get("why", "").replace("\x00", "").strip()
    if not approve and not has_words(why):
        change = change_for(request.actor, change_id)
        if change is not None and approves(request.actor, change):
            messages.error(request, _("Chưa ghi lý do từ chối. Ghi lý do rồi gửi lại."))
            return redirect("decide_change", change_id)
    done = actions.decide_change(request.actor, change_id, approve=approve, why=why)
    said = (
        _("Đã duyệt thay đổi mục %(item)s.") if approve else _("Đã từ chối thay đổi mục %(item)s.")
    )
    told = _("Việc này hiện trong sổ công khai của kỳ.")
    messages.success(request, f"{said % {'item': done.item}} {told}")
    return redirect("register", done.sheet.round.id)
