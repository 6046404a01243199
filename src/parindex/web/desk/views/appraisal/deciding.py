"""The council: what is disputed with all that was said of it, and its decision with the vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment.actions import council as actions
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.queries.deciding import (
    Dispute,
    decision_barred,
    decisions,
    disputes,
    sits,
)
from parindex.web.assessment.queries.rounds import phase_at, phases_of
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.assessment.states import COUNCIL, SELF, PhaseKind
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import exact
from parindex.web.desk.views.appraisal import fields
from parindex.web.desk.views.appraisal.appraising import worth_of
from parindex.web.desk.views.appraisal.asked import base_of, item_or_404, round_or_404
from parindex.web.desk.views.evidence.context import evidence_context
from parindex.web.desk.views.scoring.rule import rule_words, shown_values
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError

PAGE: Final = 20
_VOTES: Final = {
    "in_favour": gettext_lazy("Đồng ý"),
    "against": gettext_lazy("Không đồng ý"),
    "abstained": gettext_lazy("Phiếu trắng"),
}
_BARRED: Final = {
    "own_unit": "refused.own_unit",
    "not_yours": "refused.not_yours",
    "not_appraised": "refused.not_appraised",
    "not_applicable": "refused.not_applicable",
    "not_open": "refused.not_opened",
    "not_before_council": "refused.not_before_council",
}


@require_safe
def council(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The items before the council, and below what it decided."""
    round_ = round_or_404(request, round_id)
    if not sits(request.actor, round_):
        raise RefusedError("refused.not_yours")
    every = disputes(request.actor, round_)
    page = Paginator(every, PAGE).get_page(request.GET.get("page"))
    phase = phase_at(phases_of(round_))
    context = {
        "round": round_,
        "phase": phase if phase is not None and phase.kind == PhaseKind.COUNCIL else None,
        "page": page,
        "n_disputed": len(every),
        "disputes": [_dispute(one) for one in page.object_list],
        "decisions": [
            {
                "entry": one.entry,
                "item": one.item,
                "says": fields.says(one.item, one.entry.quantity),
            }
            for one in decisions(request.actor, round_)
        ],
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Hội đồng thẩm định")},
        ],
    }
    return render(request, "appraisal/council.html", context)


def _dispute(one: Dispute) -> dict[str, Any]:
    item = one.item
    return {
        "dispute": one,
        "item": item,
        "claim_says": fields.says(item, one.claim.quantity) if one.claim else "",
        "findings": [{"entry": e, "says": fields.says(item, e.quantity)} for e in one.findings],
        "blind": [{"entry": e, "says": fields.says(item, e.quantity)} for e in one.blind],
    }


@dataclass
class Form:
    """A decision as it was typed, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    minutes: str = ""
    held_on: str = ""
    votes: dict[str, str] = field(default_factory=dict)
    chair_decided: bool = False
    base: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    field_errors: Mapping[str, str] = field(default_factory=dict)
    conflict: dict[str, Any] | None = None
    ballot: Ballot | None = None
    status: int = 200

    def fault(self, name: str, text: str, *, of: str = "") -> None:
        """Note what is wrong at a field; the summary names whose it is."""
        self.wrong[name] = text
        self.errors.append({"id": name, "text": f"{of}: {text}" if of else text})
        self.status = 422


@require_http_methods(["GET", "POST"])
def decide(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Record the council's decision on an item: typed, looked over, then confirmed."""
    opened, page = item_or_404(request, sheet_id, item)
    barred = decision_barred(request.actor, opened, page)
    if barred:
        raise RefusedError(_BARRED[barred], item=item)
    stands = page.latest(COUNCIL)
    form = Form(base=stands.version if stands is not None else 0)
    if request.method == "POST":
        form = _typed(request, page)
        _check(page, opened, form)
        if not form.errors and form.ballot is not None and request.POST.get("confirm") == "yes":
            done = _record(request, opened, page, form, form.ballot)
            if done is not None:
                return done
    elif stands is not None:
        form.values, form.reason = shown_values(stands.quantity), stands.reason
    looked_over = (
        request.method == "POST"
        and not form.errors
        and form.conflict is None
        and not request.POST.get("mend")
    )
    context = _context(request, opened, page, form) | {"looked_over": looked_over}
    return render(request, "appraisal/decide.html", context, status=form.status)


def _typed(request: DeskRequest, page: ItemPage) -> Form:
    post = {key: value.replace("\x00", "").strip() for key, value in request.POST.dict().items()}
    values, reason = fields.read(page.row.item, post), post.get("reason", "")
    if post.get("resolve"):
        values, reason = fields.resolved(page.row.item, post)
    return Form(
        values=values,
        reason=reason,
        minutes=post.get("minutes", "")[:200],
        held_on=post.get("held_on", ""),
        votes={name: post.get(name, "") for name in _VOTES},
        chair_decided=post.get("chair_decided") == "yes",
        base=base_of(request),
    )


def _check(page: ItemPage, opened: OpenSheet, form: Form) -> None:
    """Everything that is wrong at once, before anything is confirmed."""
    worth = worth_of(opened, page.row.item.code, form.values)
    if worth["worth"] is None:
        error = worth["error"]
        if error is None:
            form.fault("finding-fields", _("Nhập kết quả Hội đồng quyết định."))
        else:
            wrong = fields.wrong(page.row.item, form.values, error)
            form.field_errors, form.status = wrong.errors, 422
            form.errors += wrong.summary
    if not has_words(form.reason):
        form.fault("reason", _("Ghi lý do của quyết định."))
    counts: dict[str, int] = {}
    for name, label in _VOTES.items():
        text = form.votes[name]
        if text.isdecimal() and len(text) < 4:
            counts[name] = int(text)
        else:
            form.fault(name, _("Nhập số nguyên, ví dụ 5."), of=str(label))
    if not form.minutes:
        form.fault("minutes", _("Ghi số biên bản, ví dụ 12/BB-HĐTĐ."))
    held_on = _day(form.held_on)
    if held_on is None or held_on > clock.today():
        form.fault("held_on", _("Chọn ngày họp, không sau hôm nay."))
    if len(counts) == len(_VOTES) and held_on is not None:
        form.ballot = Ballot(
            **counts, minutes=form.minutes, held_on=held_on, chair_decided=form.chair_decided
        )
        if not form.ballot.carried:
            lines = fields.problem_lines(RefusedError("refused.not_carried"))
            form.fault("in_favour", " ".join(lines))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _record(
    request: DeskRequest, opened: OpenSheet, page: ItemPage, form: Form, ballot: Ballot
) -> HttpResponse | None:
    item = page.row.item
    try:
        entry = actions.decide(
            request.actor, opened.sheet.id, item.code, form.values,
            reason=form.reason, ballot=ballot, base=form.base,
        )  # fmt: skip
    except ConflictError as error:
        form.conflict = fields.conflict_of(item, form.values, form.reason, error)
        form.base, form.status = error.version, 409
        return None
    except UnusableInputError as error:
        wrong = fields.wrong(item, form.values, error)
        form.field_errors, form.errors, form.status = wrong.errors, wrong.summary, 422
        return None
    said = _("Đã ghi quyết định của Hội đồng: mục %(item)s của %(unit)s được %(points)s điểm.")
    messages.success(
        request,
        said % {"item": item.code, "unit": opened.sheet.unit.name, "points": exact(entry.points)},
    )
    return redirect("council", opened.sheet.round.id)


def _context(
    request: DeskRequest, opened: OpenSheet, page: ItemPage, form: Form
) -> dict[str, Any]:  # fmt: skip
    item, round_ = page.row.item, opened.sheet.round
    claim = page.claim if page.claim is not None and page.claim.quantity else None
    found = [one for one in page.entries if one.stage != SELF]
    context = {
        "opened": opened,
        "page": page,
        "item": item,
        "rule": rule_words(item),
        "claim": claim,
        "claim_says": fields.says(item, claim.quantity) if claim else "",
        "opinions": [
            {"entry": one, "says": fields.says(item, one.quantity)} for one in found if not one.seat
        ],
        "blind": [
            {"entry": one, "says": fields.says(item, one.quantity)} for one in found if one.seat
        ],
        "fields": fields.shown(
            item, form.values, claimed=claim.quantity if claim else None, errors=form.field_errors
        ),
        "form": form,
        "votes": [
            {"name": name, "label": label, "value": form.votes.get(name, ""),
             "error": form.wrong.get(name, "")}
            for name, label in _VOTES.items()
        ],
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Hội đồng thẩm định"), "url": f"/desk/rounds/{round_.id}/council/"},
            {"label": f"{opened.sheet.unit.name}, {item.code}"},
        ],
    }  # fmt: skip
    context |= worth_of(opened, item.code, form.values)
    return context | evidence_context(request, opened, page, reading=True)
