"""The task list of a sheet: areas, items, totals, steps; and the sheet as it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from parindex.criteria.model import EvidenceNeed
from parindex.web.assessment.queries import entering
from parindex.web.assessment.queries.rounds import extensions_of
from parindex.web.assessment.queries.sheets import (
    OpenSheet,
    Row,
    missing,
    signed_forms,
    task_list,
    uses_for,
)
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment, word
from parindex.web.desk.views.scoring.opening import (
    barred_words,
    item_url,
    opened_sheet,
    sheet_url,
    steps_of,
    tasks_key,
    trail,
)
from parindex.web.desk.views.scoring.rule import number_words, said_words
from parindex.web.people.queries import names_of_units

# The states of a row as chips know them.
CHIPS: Final = {"no_evidence": "missing_evidence"}
_FILTERS: Final = ("state", "area", "mine")


@require_GET
def sheet(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """Every item of a sheet with where it stands."""
    opened = opened_sheet(request, sheet_id)
    rows = task_list(request.actor, opened)
    chosen = {name: request.GET.get(name, "") for name in _FILTERS}
    query = urlencode({name: value for name, value in chosen.items() if value})
    if request.session.get(tasks_key(opened), "") != query:
        request.session[tasks_key(opened)] = query
    shown = [row for row in rows if _is_chosen(row, chosen)]
    names = names_of_units(
        {row.body for row in rows} | {row.entrusted for row in rows} | {opened.sheet.unit_id}
    )
    allowed = entering.rights(request.actor, opened)
    return render(
        request,
        "scoring/sheet.html",
        {
            "opened": opened,
            "trail": [*trail(request, opened)[:1], {"label": opened.sheet.unit.name, "url": ""}],
            "allowed": allowed,
            "barred": barred_words(allowed.barred, allowed),
            "figures": figures(rows),
            "areas": _areas(opened, rows, shown, names),
            "filters": _filter_fields(rows, chosen),
            "n_found": len(shown),
            "clear_url": sheet_url(opened) if query else "",
            "hidden": any(row.state == "hidden" for row in rows),
            "lacks": len(missing(opened)) if allowed.hands_in or allowed.signs else 0,
            "asked": any(row.state == "asked" for row in rows),
            "steps": steps_of(opened),
            "extensions": _extensions(opened),
            "forms": signed_forms(opened) if not any(r.state == "hidden" for r in rows) else [],
        },
    )


def _is_chosen(row: Row, chosen: Mapping[str, str]) -> bool:
    return (
        chosen["state"] in {"", row.state}
        and chosen["area"] in {"", row.area.code}
        and (not chosen["mine"] or row.mine)
    )


def figures(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The totals of a sheet: points claimed, items done, evidence; points found where shown."""
    claimed = [row.claimed for row in rows if row.claimed is not None]
    due = [row for row in rows if row.state not in {"not_entered", "not_applicable"}]
    open_ = [row for row in due if row.state in {"empty", "hidden"}]
    most = sum((row.item.max_points for row in due), Decimal(0))
    found = [row.found for row in rows if row.found is not None]
    if any(row.state == "hidden" for row in rows):
        return [{"label": _("Mục tự chấm"), "value": str(len(due))}]
    made = [
        {
            "label": _("Điểm tự chấm"),
            "value": number_words(sum(claimed, Decimal(0))),
            "of": number_words(most),
        },
        {"label": _("Mục đã chấm"), "value": str(len(due) - len(open_)), "of": str(len(due))},
        {
            "label": _("Tài liệu kiểm chứng"),
            "value": str(sum(row.line.n_evidence for row in rows if row.line is not None)),
        },
    ]
    if found:
        made.append({"label": _("Điểm thẩm định"), "value": number_words(sum(found, Decimal(0)))})
    return made


def _areas(
    opened: OpenSheet, rows: Sequence[Row], shown: Sequence[Row], names: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    areas: dict[str, dict[str, Any]] = {}
    wanted = {row.area.code for row in shown}
    for row in rows:
        area = areas.setdefault(
            row.area.code,
            {
                "code": row.area.code,
                "name": row.area.name.vi,
                "points": Decimal(0),
                "max_points": Decimal(0),
                "tasks": [],
            },
        )
        area["points"] += row.claimed or 0
        area["max_points"] += row.item.max_points
    for row in shown:
        areas[row.area.code]["tasks"].append(_task(opened, row, names))
    return [area for code, area in areas.items() if code in wanted]


def _task(opened: OpenSheet, row: Row, names: Mapping[UUID, str]) -> dict[str, Any]:
    notes = []
    if row.entrusted is not None:
        notes.append(_("Giao {unit} chấm").format(unit=names.get(row.entrusted, "")))
    if row.found is not None:
        notes.append(_("Thẩm định: {points} điểm").format(points=number_words(row.found)))
    hidden = not row.sees_claim
    n_evidence = row.line.n_evidence if row.line is not None else 0
    wants = row.item.evidence is not EvidenceNeed.NONE and row.state != "not_entered"
    return {
        "code": row.item.code,
        "name": row.item.name.vi,
        "url": item_url(opened, row.item.code),
        "state": CHIPS.get(row.state, row.state),
        "points": row.claimed,
        "max_points": row.item.max_points,
        "n_evidence": None if hidden or not (wants or n_evidence) else n_evidence,
        "who": names.get(row.body, "") if row.body is not None else "",
        "note": "; ".join(notes),
        "key": row.item.code.replace(".", "-"),
    }


def _filter_fields(rows: Sequence[Row], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    states = dict.fromkeys(row.state for row in rows)
    areas = {row.area.code: row.area.name.vi for row in rows}
    fields = [
        {
            "kind": "select",
            "id": "filter-state",
            "name": "state",
            "label": _("Trạng thái"),
            "value": chosen["state"],
            "empty": _("Mọi trạng thái"),
            "options": [{"value": one, "label": word(CHIPS.get(one, one))} for one in states],
        },
        {
            "kind": "select",
            "id": "filter-area",
            "name": "area",
            "label": _("Lĩnh vực"),
            "value": chosen["area"],
            "empty": _("Mọi lĩnh vực"),
            "options": [
                {"value": code, "label": f"{code}. {name}"} for code, name in areas.items()
            ],
        },
    ]
    if any(row.mine for row in rows) and not all(row.mine for row in rows):
        fields.append(
            {
                "kind": "select",
                "id": "filter-mine",
                "name": "mine",
                "label": _("Người chấm"),
                "value": chosen["mine"],
                "empty": _("Mọi mục"),
                "options": [{"value": "1", "label": _("Mục đơn vị tôi chấm")}],
            }
        )
    return fields


def _extensions(opened: OpenSheet) -> list[dict[str, Any]]:
    return [
        {
            "at": one.at,
            "who": one.person.name,
            "text": _("Gia hạn {whom} đến {until}: {reason}").format(
                whom=one.sheet.unit.name if one.sheet is not None else _("mọi đơn vị"),
                until=moment(one.until),
                reason=one.reason,
            ),
        }
        for one in extensions_of(opened.sheet.round)
        if one.sheet_id in {None, opened.sheet.id}
    ]


@require_GET
def printed(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """The sheet as it is printed on A4 across, to be signed; a draft says that it is one."""
    opened = opened_sheet(request, sheet_id)
    rows = task_list(request.actor, opened)
    claims = entering.claims_of(request.actor, opened)
    titles: dict[str, list[str]] = {}
    for use in uses_for(request.actor, opened):
        if getattr(use, "withdrawal", None) is None:
            document = use.revision.evidence
            titles.setdefault(use.item, []).append(
                " ".join(one for one in (document.number, document.title) if one)
            )
    areas: dict[str, dict[str, Any]] = {}
    for row in rows:
        area = areas.setdefault(
            row.area.code,
            {"area": row.area, "rows": [], "points": Decimal(0), "max_points": Decimal(0)},
        )
        claim = claims.get(row.item.code)
        area["points"] += row.claimed or 0
        area["max_points"] += row.item.max_points
        area["rows"].append(
            {
                "row": row,
                "max": number_words(row.item.max_points),
                "points": number_words(row.claimed),
                "said": said_words(row.item, claim.quantity) if claim is not None else "",
                "note": claim.note if claim is not None else "",
                "evidence": titles.get(row.item.code, []),
            }
        )
    for area in areas.values():
        area["points"] = number_words(area["points"])
        area["max_points"] = number_words(area["max_points"])
    draft = opened.sheet.submitted_at is None
    context = {"opened": opened, "areas": list(areas.values()), "draft": draft}
    return render(request, "scoring/print.html", {**context, "figures": figures(rows)})
