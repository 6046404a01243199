"""One item appraised: the claim, the evidence, and what is found; questions to the unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.criteria.model import Item
from parindex.errors import UnusableInputError
from parindex.web.assessment.actions import appraisal as actions
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.queries.deciding import why_of
from parindex.web.assessment.queries.entering import law_of, worth
from parindex.web.assessment.queries.finding import Finding, finding_of, usual_reasons
from parindex.web.assessment.queries.queue import STATES, queue
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.assessment.states import SELF
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import exact
from parindex.web.desk.views.appraisal import fields
from parindex.web.desk.views.appraisal.asked import base_of, item_or_404
from parindex.web.desk.views.appraisal.queue import BY, address, chosen
from parindex.web.desk.views.evidence.context import evidence_context
from parindex.web.desk.views.scoring.drawing import scale_of
from parindex.web.desk.views.scoring.rule import language, rule_words, shown_values
from parindex.web.people.permissions import RefusedError

if TYPE_CHECKING:
    from parindex.web.assessment.models import ScoreEntry

BARRED: Final[Mapping[str, str]] = {
    "own_unit": "refused.own_unit",
    "not_yours": "refused.not_yours",
    "not_appraised": "refused.not_appraised",
    "not_applicable": "refused.not_applicable",
    "not_open": "refused.not_opened",
    "not_appraising": "refused.not_appraising",
    "settled": "refused.settled",
    "taken": "refused.seats_taken",
}
# Refusals that are mended in the form itself.
_IN_FORM: Final = frozenset({"refused.reason_below", "refused.no_reason"})


@dataclass
class Form:
    """What was typed, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    comment: str = ""
    base: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    field_errors: Mapping[str, str] = field(default_factory=dict)
    reason_error: str = ""
    conflict: dict[str, Any] | None = None
    status: int = 200


@require_http_methods(["GET", "POST"])
def appraise(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """The item: what the unit claimed, its evidence, and the finding."""
    opened, page = item_or_404(request, sheet_id, item)
    finding = finding_of(request.actor, opened, page)
    if finding.is_own and not finding.reads:
        raise RefusedError("refused.own_unit")
    form = Form(base=finding.base)
    if request.method == "POST":
        form = _typed(request, page)
        try:
            entry = actions.save_finding(
                request.actor, sheet_id, item, form.values,
                reason=form.reason, comment=form.comment, base=form.base,
            )  # fmt: skip
        except ConflictError as error:
            form.conflict = fields.conflict_of(page.row.item, form.values, form.reason, error)
            form.base, form.status = error.version, 409
        except (RefusedError, UnusableInputError) as error:
            _told(page.row.item, form, error)
        else:
            return _next(request, opened, page, entry)
    elif request.GET.get("from") == "claim" and page.claim is not None:
        form.values = shown_values(page.claim.quantity)
    elif finding.mine is not None:
        form.values = shown_values(finding.mine.quantity)
        form.reason, form.comment = finding.mine.reason, finding.mine.note
    context = _context(request, opened, page, finding, form)
    if request.htmx and request.GET.get("from") == "claim":
        return render(request, "appraisal/finding_fields.html", context)
    return render(request, "appraisal/appraise.html", context, status=form.status)


def _typed(request: DeskRequest, page: ItemPage) -> Form:
    item = page.row.item
    values, reason = fields.read(item, request.POST), request.POST.get("reason", "")
    if request.POST.get("resolve"):
        values, reason = fields.resolved(item, request.POST)
    comment = request.POST.get("comment", "").replace("\x00", "").strip()
    reason = reason.replace("\x00", "").strip()
    return Form(values=values, reason=reason, comment=comment, base=base_of(request))


def _told(item: Item, form: Form, error: RefusedError | UnusableInputError) -> None:
    """Put what is wrong at its place; a refusal of another kind is a page of its own."""
    form.status = 422
    if isinstance(error, UnusableInputError):
        wrong = fields.wrong(item, form.values, error)
        form.field_errors, form.errors = wrong.errors, wrong.summary
        return
    if error.code not in _IN_FORM:
        raise error
    form.reason_error = " ".join(fields.problem_lines(error))
    form.errors = [{"id": "reason", "text": form.reason_error}]


def _next(
    request: DeskRequest, opened: OpenSheet, page: ItemPage, entry: ScoreEntry
) -> HttpResponse:
    """To what waits next, having said what was saved."""
    item = page.row.item
    by, state = _where(request)
    after = queue(request.actor, opened.sheet.round, by=by).around(opened.sheet.id, item.code).after
    said = _("Đã lưu kết quả thẩm định mục %(item)s của %(unit)s: %(points)s điểm.") % {
        "item": item.code,
        "unit": opened.sheet.unit.name,
        "points": exact(entry.points),
    }
    if after is None:
        messages.success(request, f"{said} {_('Không còn mục nào phía sau chờ thẩm định.')}")
        return redirect("appraisal_queue", opened.sheet.round.id)
    messages.success(request, f"{said} {_('Tiếp theo là mục dưới đây.')}")
    return redirect(f"{address(after)}?{urlencode({'by': by, 'state': state})}")


def _where(request: DeskRequest) -> tuple[str, str]:
    """How the queue was walked when the page was opened."""
    query = request.GET
    return chosen(query.get("by"), BY), chosen(query.get("state"), STATES)


def _context(
    request: DeskRequest, opened: OpenSheet, page: ItemPage, finding: Finding, form: Form
) -> dict[str, Any]:
    item = page.row.item
    by, state = _where(request)
    walked = queue(request.actor, opened.sheet.round, by=by)
    around = walked.around(opened.sheet.id, item.code)
    walk = urlencode({"by": by, "state": state})
    law, at = law_of(opened, item.code, language=language())
    claim = page.claim if page.claim is not None and page.claim.quantity else None
    context = {
        "opened": opened,
        "page": page,
        "item": item,
        "area": page.row.area,
        "finding": finding,
        "writes": not finding.barred,
        "barred": _barred(finding, item.code),
        "rule": rule_words(item),
        "law": f"{law}, {at}",
        "scale": scale_of(item, claim.quantity if claim else {}),
        "claim": claim,
        "claim_says": fields.says(item, claim.quantity) if claim else "",
        "claim_why": why_of(opened, claim, language=language()) if claim else None,
        "fields": fields.shown(
            item, form.values, claimed=claim.quantity if claim else None, errors=form.field_errors
        ),
        "form": form,
        "reasons": usual_reasons(request.actor, opened, item.code) if not finding.barred else [],
        "opinions": _opinions(page, finding),
        "pair": [
            {"entry": one, "says": fields.says(item, one.quantity)} for one in finding.pair or ()
        ],
        "claims": [one for one in page.entries if one.stage == SELF],
        "before": f"{address(around.before)}?{walk}" if around.before else "",
        "after": f"{address(around.after)}?{walk}" if around.after else "",
        "n_left": around.n_left,
        "walk": walk,
        "queue_url": f"{reverse('appraisal_queue', args=[opened.sheet.round.id])}?{walk}",
        "trail": _trail(opened, page, walk, walking=walked.is_open),
    }
    return (
        context
        | worth_of(opened, item.code, form.values)
        | evidence_context(request, opened, page, reading=True)
    )


def _trail(opened: OpenSheet, page: ItemPage, walk: str, *, walking: bool) -> list[dict[str, str]]:
    round_, item = opened.sheet.round, page.row.item
    queue_url = f"{reverse('appraisal_queue', args=[round_.id])}?{walk}"
    first = (
        {"label": _("Hàng đợi thẩm định"), "url": queue_url}
        if walking
        else {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"}
    )
    return [
        first,
        {"label": opened.sheet.unit.name, "url": f"/desk/sheets/{opened.sheet.id}/"},
        {"label": f"{item.code} {item.name.vi}"},
    ]


def worth_of(opened: OpenSheet, item: str, values: Mapping[str, str]) -> dict[str, Any]:
    """What the values typed would earn, for the live points; ``error`` is what is refused."""
    try:
        found = worth(opened, item, values, language=language())
    except UnusableInputError as error:
        wrong = fields.wrong(opened.items[item][1], values, error)
        lines = [*wrong.errors.values(), *wrong.general]
        return {"worth": None, "worth_lines": lines, "error": error}
    return {"worth": found, "worth_lines": [], "error": None}


def _barred(finding: Finding, item: str) -> list[str]:
    if not finding.barred:
        return []
    return fields.problem_lines(RefusedError(BARRED[finding.barred], item=item))


def _opinions(page: ItemPage, finding: Finding) -> list[dict[str, Any]]:
    """What was found at earlier stages, and earlier versions: frozen and readable."""
    now = finding.mine.id if finding.mine is not None and not finding.barred else None
    return [
        {"entry": one, "says": fields.says(page.row.item, one.quantity)}
        for one in page.entries
        if one.stage != SELF and one.seat == 0 and one.id != now
    ]


@require_POST
def appraised_points(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """What the fields typed would earn, while they are typed; nothing is written."""
    opened, page = item_or_404(request, sheet_id, item)
    if finding_of(request.actor, opened, page).barred:
        raise RefusedError("refused.not_yours")
    context = worth_of(opened, item, _typed(request, page).values)
    claim = page.claim if page.claim is not None and page.claim.quantity else None
    status = 422 if context["worth_lines"] else 200
    context |= {"claim": claim, "item": page.row.item}
    return render(request, "appraisal/points.html", context, status=status)


@require_POST
def ask(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """Ask the unit to explain the item in the round of explanation to come."""
    opened, page = item_or_404(request, sheet_id, item)
    by, state = _where(request)
    back = f"{reverse('appraise', args=[sheet_id, item])}?{urlencode({'by': by, 'state': state})}"
    try:
        actions.ask(request.actor, sheet_id, item, text=request.POST.get("question", ""))
    except RefusedError as error:
        if error.code not in _IN_FORM:
            raise
        finding = finding_of(request.actor, opened, page)
        form = Form(base=finding.base, status=422)
        form.errors = [{"id": "question", "text": _("Ghi câu hỏi gửi đơn vị rồi gửi lại.")}]
        context = _context(request, opened, page, finding, form)
        context["question_error"] = form.errors[0]["text"]
        return render(request, "appraisal/appraise.html", context, status=422)
    said = _(
        "Đã ghi yêu cầu giải trình mục %(item)s. %(unit)s trả lời khi mở giai đoạn giải trình."
    )
    messages.success(request, said % {"item": item, "unit": opened.sheet.unit.name})
    return redirect(back)
