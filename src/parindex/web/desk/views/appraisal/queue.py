"""The appraiser's queue: what waits, by item across units or by unit across items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.web.assessment.queries.queue import STATES, Listed, Waiting, is_appraiser, queue
from parindex.web.assessment.queries.rounds import phase_at, phases_of
from parindex.web.assessment.states import PhaseKind
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.appraisal.asked import round_or_404
from parindex.web.people.permissions import RefusedError

PAGE: Final = 50
BY: Final = ("item", "unit")


@require_safe
def appraisal_queue(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """What the person appraises in the phase that is open, a page of it."""
    round_ = round_or_404(request, round_id)
    if not is_appraiser(request.actor, round_):
        raise RefusedError("refused.not_yours")
    by = chosen(request.GET.get("by"), BY)
    state = chosen(request.GET.get("state"), STATES)
    only = request.GET.get("only", "")
    waiting = queue(request.actor, round_, by=by)
    parts = waiting.parts_of_list()
    counts = _summed(one for one in parts if only in {"", _part(one, by)[0]})
    paginator = Paginator(range(counts[state]), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    rows = waiting.page(state, only=only, start=max(page.start_index() - 1, 0), size=PAGE)
    whole = _summed(parts)
    phase = phase_at(phases_of(round_))
    appraising = phase is not None and phase.kind == PhaseKind.APPRAISAL
    context = {
        "round": round_,
        "phase": phase if appraising else None,
        "by": by,
        "tabs": _tabs(by, state),
        "states": _states(counts, by, state, only),
        "filters": _filters(parts, by, state, only),
        "page": page,
        "parts": _parts(rows, by, state),
        "n_done": whole["done"],
        "n_all": whole["all"],
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Hàng đợi thẩm định")},
        ],
        "double": round_.double_appraisal,
    }
    return render(request, "appraisal/queue.html", context)


def chosen(value: str | None, among: Sequence[str]) -> str:
    """A choice in an address, the first where it says nothing that there is."""
    return value if value is not None and value in among else among[0]


def _part(one: Waiting | Listed, by: str) -> tuple[str, str]:
    """The key and the heading of the part of the list that one stands in."""
    if by == "unit":
        return str(one.sheet.id), one.sheet.unit.name
    group = f"{one.sheet.group.name}:{one.item.code}"
    return group, f"{one.item.code} {one.item.name.vi}"


def _tabs(by: str, state: str) -> list[dict[str, Any]]:
    labels = {"item": _("Từng mục, qua các đơn vị"), "unit": _("Từng đơn vị, qua các mục")}
    return [
        {
            "label": labels[one],
            "url": f"?{urlencode({'by': one, 'state': state})}",
            "current": one == by,
        }
        for one in BY
    ]


def _states(counts: Mapping[str, int], by: str, state: str, only: str) -> list[dict[str, Any]]:
    labels = {
        "todo": _("Cần thẩm định"),
        "answered": _("Đã giải trình, chờ xem lại"),
        "done": _("Đã thẩm định"),
        "all": _("Tất cả"),
    }
    return [
        {
            "label": labels[one],
            "url": f"?{urlencode({'by': by, 'state': one} | ({'only': only} if only else {}))}",
            "current": one == state,
            "count": counts[one],
        }
        for one in STATES
    ]


def _summed(parts: Iterable[Listed]) -> dict[str, int]:
    """How many of some parts of the list are in each state."""
    kept = list(parts)
    return {state: sum(one.counts[state] for one in kept) for state in STATES}


def _filters(found: Sequence[Listed], by: str, state: str, only: str) -> dict[str, Any]:
    parts = dict(_part(one, by) for one in found)
    return {
        "by": by,
        "state": state,
        "only": only,
        "label": _("Đơn vị") if by == "unit" else _("Mục"),
        "empty": _("Mọi đơn vị") if by == "unit" else _("Mọi mục"),
        "options": [{"value": key, "label": label} for key, label in parts.items()],
    }


def _parts(rows: Sequence[Waiting], by: str, state: str) -> list[dict[str, Any]]:
    """The rows of a page under their headings."""
    parts: list[dict[str, Any]] = []
    for one in rows:
        key, heading = _part(one, by)
        if not parts or parts[-1]["key"] != key:
            parts.append({"key": key, "heading": heading, "most": one.item.max_points, "rows": []})
        line = one.line
        parts[-1]["rows"].append(
            {
                "url": f"{address(one)}?{urlencode({'by': by, 'state': state})}",
                "name": f"{one.item.code} {one.item.name.vi}" if by == "unit" else one.sheet,
                "most": one.item.max_points,
                "claimed": line.claimed if line else None,
                "found": line.found if line else None,
                "n_evidence": line.n_evidence if line else 0,
                "state": _chip(one),
                "late": one.sheet.late,
            }
        )
    return parts


def _chip(one: Waiting) -> str:
    line = one.line
    if not one.done:
        return "answered" if one.answered else "to_appraise"
    if line is None or line.found is None:
        # Of a double appraisal: one's own opinion is in, the other is not, or they differ.
        return "disputed" if line is not None and line.disputed else "waits_for_second"
    if line.asked:
        return "asked"
    if line.claimed is None or line.found == line.claimed:
        return "accepted"
    return "lowered" if line.found < line.claimed else "raised"


def address(one: Waiting) -> str:
    """Where one is appraised."""
    return reverse("appraise", args=[one.sheet.id, one.item.code])
