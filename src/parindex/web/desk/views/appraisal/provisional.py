"""The provisional index with its reasons, and the round's folder to compute it elsewhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.errors import Problem
from parindex.web.assessment.queries.calculation import (
    Place,
    folder_for,
    provisional_for,
    why_for,
)
from parindex.web.assessment.states import RoundState
from parindex.web.desk.attaching import ZIP, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.appraisal.asked import round_or_404
from parindex.web.desk.views.scoring.rule import language
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError

if TYPE_CHECKING:
    from parindex.scoring.explain import Why

_MOST_LACKING: Final = 30
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)


@require_safe
def provisional(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """Index, rank and class as things stand, group by group, for those whom the phase allows."""
    round_ = round_or_404(request, round_id)
    result = provisional_for(request.actor, round_)
    if result is None:
        raise Http404
    lacking = _lacking(result.lacking)
    context = {
        "round": round_,
        "final": round_.state in {RoundState.APPROVED, RoundState.CLOSED},
        "result": result,
        "problems": [one.say(language()) for one in result.problems[:_MOST_LACKING]],
        "groups": _groups(round_.id, result.places),
        "lacking": lacking[:_MOST_LACKING],
        "n_more": max(len(lacking) - _MOST_LACKING, 0),
        "n_lacking": len(result.lacking),
        "as_of": clock.now(),
        "downloads": folder_for(request.actor, round_) is not None,
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Chỉ số")},
        ],
    }
    return render(request, "appraisal/provisional.html", context)


def _groups(round_id: UUID, places: Sequence[Place]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in places:
        row = {"place": one, "url": reverse("why", args=[round_id, one.unit])}
        groups.setdefault(one.group, []).append(row)
    return [{"name": name, "rows": rows} for name, rows in groups.items()]


def _lacking(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What is missing, one line an item, with the units that lack it."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in problems:
        key = one.code, str(one.values.get("of", ""))
        found.setdefault(key, []).append(str(one.values.get("unit", "")))
    words = {
        "round.missing_final": _("chưa có kết quả thẩm định cuối cùng"),
        "round.missing_measure": _("chưa có số liệu điều tra hoặc hồ sơ"),
    }
    return [
        {"item": item, "what": words.get(code, code), "n": len(units), "units": units[:5]}
        for (code, item), units in found.items()
    ]


@require_safe
def why(request: DeskRequest, round_id: UUID, unit: str) -> HttpResponse:
    """Why a unit has its provisional index: the tree down to the rule and the entry."""
    round_ = round_or_404(request, round_id)
    found = why_for(request.actor, round_, unit, language=language())
    if found is None:
        raise Http404
    result = provisional_for(request.actor, round_)
    places = result.places if result is not None else ()
    name = next((one.name for one in places if one.unit == unit), unit)
    context = {
        "round": round_,
        "name": name,
        "final": round_.state in {RoundState.APPROVED, RoundState.CLOSED},
        "node": _node(found),
        "as_of": clock.now(),
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Chỉ số tạm tính"), "url": reverse("provisional", args=[round_.id])},
            {"label": name},
        ],
    }
    return render(request, "appraisal/why.html", context)


def _node(one: Why) -> dict[str, Any]:
    return {"label": one.text, "children": [_node(two) for two in one.because]}


@require_safe
def round_folder(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The round's folder as a ZIP, the same bytes for the same round, for `parindex score`."""
    round_ = round_or_404(request, round_id)
    contents = folder_for(request.actor, round_)
    if contents is None:
        raise RefusedError("refused.administer")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(contents):
            about = zipfile.ZipInfo(f"{round_.slug}/{name}", date_time=_ZIP_DAY)
            about.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(about, contents[name])
    return attached(file.getvalue(), name=f"{round_.slug}.zip", kind=ZIP)
