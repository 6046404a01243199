"""Whom to interview again: groups whose answers look odd, and people by lot; nothing is deleted."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from parindex.web.desk.attaching import XLSX, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import percent
from parindex.web.desk.views.fieldwork.opening import own_wave, trail
from parindex.web.fieldwork.queries.results import RecheckLine, rechecks_of
from parindex.web.fieldwork.states import MIXED
from parindex.web.journal import clock
from parindex.workbooks.tables_book import TableColumn, write_table

SIGNALS: Final[Mapping[str, str]] = {
    "near_duplicate": gettext_noop("gần giống hệt một phiếu khác của cùng người hỏi"),
    "straight_line": gettext_noop("một mức cho cả dãy câu"),
    "burst": gettext_noop("nhiều phiếu dồn trong ít phút"),
    "overlap": gettext_noop("hai cuộc phỏng vấn trùng giờ"),
    "short": gettext_noop("xong nhanh khác thường"),
    "interviewer": gettext_noop("kết quả lệch hẳn so với các điều tra viên khác cùng nơi"),
}


@require_safe
def rechecks(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The list, the most suspicious first, with the reasons in words."""
    wave = own_wave(request, wave_id)
    context = {
        "wave": wave,
        "trail": trail(wave, _("Danh sách phỏng vấn lại")),
        "rows": [_row(one) for one in rechecks_of(request.actor, wave)],
        "mixed": wave.state in MIXED,
    }
    return render(request, "fieldwork/rechecks.html", context)


def _row(one: RecheckLine) -> dict[str, Any]:
    return {
        "where": one.cell or _("mọi nơi đã đi"),
        "interviewer": one.interviewer,
        "answers": one.signals["answers"],
        "reasons": _reasons(one.signals),
        "people": one.people,
    }


def _reasons(signals: Mapping[str, Any]) -> list[str]:
    """Each sign with how many of the answers show it."""
    shares = sorted(signals["shares"].items(), key=lambda one: -Decimal(one[1]))
    return [
        _("%(share)s số phiếu: %(sign)s")
        % {"share": percent(Decimal(share), 0), "sign": _(SIGNALS.get(name, name))}
        for name, share in shares
    ]


@require_safe
def rechecks_book(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Whom to telephone, as a workbook for the one who calls."""
    wave = own_wave(request, wave_id)
    columns = [
        TableColumn(heading=_("Nơi"), width=40),
        TableColumn(heading=_("Điều tra viên"), width=14),
        TableColumn(heading=_("Vì sao"), width=60),
        TableColumn(heading=_("Họ tên"), width=28),
        TableColumn(heading=_("Điện thoại"), width=16),
        TableColumn(heading=_("Mã hồ sơ"), width=20),
        TableColumn(heading=_("Kết quả gọi lại"), width=40),
    ]
    rows = [
        [_row(line)["where"], line.interviewer, "; ".join(_reasons(line.signals)),
         person.name, person.phone, person.dossier, ""]
        for line in rechecks_of(request.actor, wave)
        for person in line.people
    ]  # fmt: skip
    file = io.BytesIO()
    write_table(
        _("Danh sách phỏng vấn lại – %(title)s") % {"title": wave.title}, columns, rows, file,
        made_on=clock.today(), sheet_name=_("Phỏng vấn lại"),
        about=_("Người được rút ngẫu nhiên trong số đã trả lời ở đó; không biết ai trả lời gì."),
    )  # fmt: skip
    return attached(file.getvalue(), name=f"phong-van-lai-{wave.slug}.xlsx", kind=XLSX)
