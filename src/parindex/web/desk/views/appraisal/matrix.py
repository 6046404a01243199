"""The matrix of units by areas: progress, claim against appraisal, who is late."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.web.assessment.queries.edges import late_sheets, totals_of
from parindex.web.assessment.queries.overview import Cell, Matrix, matrix_for
from parindex.web.assessment.queries.rounds import groups_of, unassigned
from parindex.web.desk.attaching import XLSX, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import group_words, percent, points
from parindex.web.desk.views.appraisal.asked import round_or_404
from parindex.web.desk.views.appraisal.queue import chosen
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError
from parindex.workbooks.tables_book import TableColumn, write_table

if TYPE_CHECKING:
    from parindex.web.assessment.models import Round

PAGE: Final = 100
SHOWS: Final = ("progress", "points", "appraisal")
_EVERY: Final = 10_000


@require_safe
def matrix(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The units of one group by areas, a page; below, who is late and what is unassigned."""
    round_ = round_or_404(request, round_id)
    show = chosen(request.GET.get("show"), SHOWS)
    found = _matrix(request, round_)
    totals = totals_of(round_, found)
    page = Paginator(range(found.total), PAGE).get_page(request.GET.get("page"))
    lacking = unassigned(round_)
    context = {
        "round": round_,
        "group": found.group,
        "groups": _group_tabs(round_, found, show),
        "shows": _show_tabs(found, show),
        "show": show,
        "matrix": _shown(found, totals, show),
        "page": page,
        "late": late_sheets(request.actor, round_),
        "unassigned": lacking,
        "n_unassigned": sum(len(one.items) for one in lacking),
        "book_query": urlencode({"group": found.group.name}),
        "made_at": clock.now(),
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": _("Đơn vị và lĩnh vực")},
        ],
    }
    return render(request, "appraisal/matrix.html", context)


def _matrix(request: DeskRequest, round_: Round, *, every: bool = False) -> Matrix:
    text = request.GET.get("page", "")
    number = max(int(text), 1) if text.isdecimal() and len(text) < 6 else 1
    start, size = (0, _EVERY) if every else ((number - 1) * PAGE, PAGE)
    group = request.GET.get("group")
    found = matrix_for(request.actor, round_, group, start=start, size=size)
    if found is None:
        raise RefusedError("refused.not_yours")
    if not found.rows and start:
        last = max(found.total - 1, 0) // PAGE * PAGE
        found = matrix_for(request.actor, round_, group, start=last, size=PAGE) or found
    return found


def _group_tabs(round_: Round, found: Matrix, show: str) -> list[dict[str, Any]]:
    return [
        {
            "label": group_words(one.name),
            "url": f"?{urlencode({'group': one.name, 'show': show})}",
            "current": one.id == found.group.id,
        }
        for one in groups_of(round_)
    ]


def _show_tabs(found: Matrix, show: str) -> list[dict[str, Any]]:
    labels = {
        "progress": _("Tiến độ tự chấm"),
        "points": _("Điểm tự chấm và thẩm định"),
        "appraisal": _("Tiến độ thẩm định"),
    }
    return [
        {
            "label": labels[one],
            "url": f"?{urlencode({'group': found.group.name, 'show': one})}",
            "current": one == show,
        }
        for one in SHOWS
    ]


def _shown(found: Matrix, totals: Mapping[str, Cell], show: str) -> dict[str, Any]:
    """The matrix as its component takes it."""
    cell, total = _CELLS[show]
    return {
        "columns": [{"label": one.code, "full": one.name.vi} for one in found.areas],
        "rows": [
            {
                "label": row.sheet.unit.name,
                "url": f"/desk/sheets/{row.sheet.id}/",
                "late": row.late,
                "cells": [
                    cell(row.cells[one.code])
                    | {
                        "url": f"/desk/sheets/{row.sheet.id}/#area-{one.code}",
                        "late": row.late and show == "progress" and _behind(row.cells[one.code]),
                    }
                    for one in found.areas
                ],
                "sum": total(_sum(row.cells.values())),
            }
            for row in found.rows
        ],
        "foot": [total(totals[one.code]) for one in found.areas if one.code in totals]
        + ([total(_sum(totals.values()))] if totals else []),
    }


def _behind(cell: Cell) -> bool:
    return cell.done < cell.due


def _sum(cells: Any) -> Cell:
    every = list(cells)
    return Cell(
        done=sum(one.done for one in every),
        due=sum(one.due for one in every),
        appraised=sum(one.appraised for one in every),
        to_appraise=sum(one.to_appraise for one in every),
        claimed=sum((one.claimed for one in every), Decimal(0)),
        found=sum((one.found for one in every), Decimal(0)),
        maximum=sum((one.maximum for one in every), Decimal(0)),
    )


def _share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def _progress(cell: Cell) -> dict[str, Any]:
    says = _("đã chấm %(done)s trong %(due)s mục") % {"done": cell.done, "due": cell.due}
    text = f"{cell.done}/{cell.due}" if cell.due else "–"
    return {"share": _share(cell.done, cell.due), "text": text, "says": says}


def _points(cell: Cell) -> dict[str, Any]:
    claimed = points(cell.claimed) if cell.claimed or cell.appraised else "–"
    found = points(cell.found) if cell.appraised else "–"
    says = _("tự chấm %(claimed)s, thẩm định %(found)s trên %(most)s điểm") % {
        "claimed": claimed, "found": found, "most": points(cell.maximum),
    }  # fmt: skip
    part = cell.found if cell.appraised else cell.claimed
    text = f"{claimed} → {found}"
    return {"share": _share(part, cell.maximum), "text": text, "says": says}


def _appraisal(cell: Cell) -> dict[str, Any]:
    says = _("đã thẩm định %(done)s trong %(due)s mục") % {
        "done": cell.appraised, "due": cell.to_appraise,
    }  # fmt: skip
    text = f"{cell.appraised}/{cell.to_appraise}" if cell.to_appraise else "–"
    return {"share": _share(cell.appraised, cell.to_appraise), "text": text, "says": says}


def _progress_sum(cell: Cell) -> str:
    return percent(_share(cell.done, cell.due), 0)


def _points_sum(cell: Cell) -> str:
    return str(_points(cell)["text"])


def _appraisal_sum(cell: Cell) -> str:
    return percent(_share(cell.appraised, cell.to_appraise), 0)


_CELLS: Final[Mapping[str, tuple[Callable[[Cell], dict[str, Any]], Callable[[Cell], str]]]] = {
    "progress": (_progress, _progress_sum),
    "points": (_points, _points_sum),
    "appraisal": (_appraisal, _appraisal_sum),
}


@require_safe
def matrix_book(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The whole group as a workbook: items done, points claimed and found, area by area."""
    round_ = round_or_404(request, round_id)
    found = _matrix(request, round_, every=True)
    columns = [TableColumn(heading=_("Đơn vị"), width=44), TableColumn(heading=_("Quá hạn"))]
    for area in found.areas:
        columns += [
            TableColumn(heading=f"{area.code}. {_('Đã tự chấm (mục)')}", width=12),
            TableColumn(heading=f"{area.code}. {_('Đã thẩm định (mục)')}", width=12),
            TableColumn(heading=f"{area.code}. {_('Điểm tự chấm')}", width=12, decimals=2),
            TableColumn(heading=f"{area.code}. {_('Điểm thẩm định')}", width=12, decimals=2),
        ]
    rows = []
    for row in found.rows:
        cells: list[Any] = [row.sheet.unit.name, row.late]
        for area in found.areas:
            one = row.cells[area.code]
            cells += [one.done, one.appraised, one.claimed, one.found if one.appraised else None]
        rows.append(cells)
    file = io.BytesIO()
    write_table(
        f"{round_.title} – {found.group.name}", columns, rows, file,
        made_on=clock.today(), sheet_name=_("Tiến độ"),
        about=_("Điểm của phiếu chưa gửi không được tính ở đây."),
    )  # fmt: skip
    name = f"tien-do-{round_.slug}-{found.group.name}.xlsx"
    return attached(file.getvalue(), name=name, kind=XLSX)
