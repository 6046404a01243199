"""Step 3 of planning a round: its phases with local dates, and what is seen in each."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment
from parindex.web.desk.views.running import draft
from parindex.web.desk.views.running.forms import PhaseForm
from parindex.web.desk.views.running.opening import phase_name, role_words
from parindex.web.desk.views.running.steps import begun_draft, step_page
from parindex.web.journal import clock


@require_http_methods(["GET", "HEAD", "POST"])
def phases(request: DeskRequest) -> HttpResponse:
    """Step 3: the phases with local dates, and what is seen in each."""
    begun = begun_draft(request)
    if begun is None:
        return redirect("round_new")
    _issuer, made = begun
    n, council = made.get("n_appraisals", 2), made.get("council", True)
    known = draft.suggested(
        n, council=council, starts_on=clock.today(), kept=made.get("phases", [])
    )
    data = request.POST if request.method == "POST" else None
    forms = [
        PhaseForm(data, prefix=f"phase-{at}", initial=_initial(one)) for at, one in enumerate(known)
    ]
    if request.method == "POST":
        valid = [form.is_valid() for form in forms]
        typed = [
            _typed(one, form) if ok else one
            for one, form, ok in zip(known, forms, valid, strict=True)
        ]
        change = request.POST.get("change", "")
        if change:
            n = min(max(n + {"more": 1, "fewer": -1}.get(change, 0), 1), draft.MOST_APPRAISALS)
            council = not council if change == "council" else council
            again = draft.suggested(n, council=council, starts_on=clock.today(), kept=typed)
            draft.save(request, n_appraisals=n, council=council, phases=again)
            return redirect("round_new_phases")
        if all(valid) and _in_order(typed, forms):
            draft.save(request, n_appraisals=n, council=council, phases=typed)
            return redirect("round_new_check")
    rows: list[dict[str, Any]] = [
        {"name": phase_name(one["kind"], one["number"]), "form": form}
        for one, form in zip(known, forms, strict=True)
    ]
    errors = [
        {
            "id": form[name].id_for_label if name != "__all__" else "",
            "text": f"{row['name']}: {text}",
        }
        for row in rows
        if (form := row["form"]).is_bound
        for name, texts in form.errors.items()
        for text in texts
    ]
    return step_page(
        request, "new_phases", 2, rows=rows, errors=errors, n=n, council=council,
        more=n < draft.MOST_APPRAISALS, fewer=n > 1, status=422 if errors else 200,
    )  # fmt: skip


def _initial(one: draft.DraftPhase) -> dict[str, Any]:
    plan = draft.plans([one])[0]
    return {
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "units_see_findings": plan.units_see_findings,
        "provisional_for": [str(role) for role in plan.provisional_for],
    }


def _typed(one: draft.DraftPhase, form: PhaseForm) -> draft.DraftPhase:
    said = form.cleaned_data
    return draft.DraftPhase(
        kind=one["kind"],
        number=one["number"],
        opens_at=said["opens_at"].isoformat(),
        closes_at=said["closes_at"].isoformat(),
        units_see_findings=said["units_see_findings"],
        provisional_for=said["provisional_for"],
    )


def _in_order(typed: list[draft.DraftPhase], forms: list[PhaseForm]) -> bool:
    """Whether no phase begins before the one before ends; the field is told where one does."""
    ordered = draft.plans(typed)
    for at in range(1, len(ordered)):
        if ordered[at].opens_at < ordered[at - 1].closes_at:
            before = phase_name(ordered[at - 1].kind, ordered[at - 1].number)
            words = _(
                "Bắt đầu trước khi “%(before)s” hết hạn. Lùi lúc mở hoặc rút "
                "hạn của giai đoạn trước."
            )
            forms[at].add_error("opens_at", words % {"before": before})
    return not any(form.errors for form in forms)


def plan_words(one: Any) -> str:
    """A planned phase in words: from when to when, and what is seen."""
    words = f"{moment(one.opens_at)} – {moment(one.closes_at)}"
    if one.units_see_findings:
        words += "; " + _("đơn vị xem được điểm thẩm định của mình")
    if one.provisional_for:
        words += "; " + _("chỉ số tạm tính: %(roles)s") % {"roles": role_words(one.provisional_for)}
    return words
