"""The rounds one may know of, and the overview of one: where it stands and what comes next."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import (
    extensions_of,
    groups_of,
    phase_at,
    phases_of,
    rounds_for,
)
from parindex.web.assessment.queries.sheets import sheets_for
from parindex.web.assessment.states import Direction, RoundState
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment
from parindex.web.desk.views.running.opening import (
    DIRECTION_WORDS,
    address,
    known_round,
    phase_name,
    role_words,
    trail,
)
from parindex.web.journal import clock
from parindex.web.people.queries import issuers_run_by

_OVER = {RoundState.APPROVED, RoundState.CLOSED}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Every round that the person may know of, by year."""
    found = rounds_for(request.actor)
    years = [
        {"year": year, "rounds": [(one, DIRECTION_WORDS[one.direction]) for one in rounds]}
        for year, rounds in groupby(found, key=lambda one: one.year)
    ]
    context = {"years": years, "may_plan": bool(issuers_run_by(request.actor))}
    return render(request, "running/rounds.html", context)


@require_safe
def overview(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """One round: its steps and deadlines, who got more time, and, for who runs it, what is next."""
    round_ = known_round(request, round_id)
    phases = phases_of(round_)
    now = phase_at(phases)
    runs, sees_all = running.runs(request.actor, round_), running.sees_all(request.actor, round_)
    counts = running.counts_of(round_) if sees_all else None
    context: dict[str, Any] = {
        "round": round_,
        "trail": trail(round_),
        "direction": DIRECTION_WORDS[round_.direction],
        "steps": steps_of(phases, now),
        "groups": groups_of(round_),
        "extensions": [
            (one, phase_name(one.phase.kind, one.phase.number)) for one in extensions_of(round_)
        ],
        "runs": runs,
        "counts": counts,
        "next": _next(round_, phases, now, counts) if runs and counts else None,
        "places": _places(round_, counts, runs=runs) if counts else [],
        "sheets": [] if sees_all else sheets_for(request.actor, round_),
        "provisional": role_words(now.provisional_for) if now is not None else "",
    }
    return render(request, "running/round.html", context)


def steps_of(phases: Any, now: Any) -> list[dict[str, Any]]:
    """The phases as steps, the one that is open being the current one."""
    return [
        {
            "name": phase_name(one.kind, one.number),
            "when": f"{moment(one.opens_at)} – {moment(one.closes_at)}",
            "past": one.closed_at is not None,
            "current": one is now,
            "ends_at": one.closes_at,
        }
        for one in phases
    ]


def _next(round_: Any, phases: Any, now: Any, counts: running.Counts) -> dict[str, str]:
    """What those who run the round do next: one sentence and one button."""
    if not counts.sheets:
        return {
            "text": _("Kỳ đánh giá chưa có đơn vị nào. Đưa các đơn vị vào từng khối trước khi mở."),
            "url": reverse("round_units", args=[round_.id]),
            "action": _("Thêm đơn vị vào kỳ"),
        }
    if counts.exemptions:
        return {
            "text": ngettext(
                "Có %(n)s đề nghị không áp dụng chờ quyết định; chưa quyết "
                    "định thì chưa mở được thẩm định.",
                "Có %(n)s đề nghị không áp dụng chờ quyết định; chưa quyết "
                    "định thì chưa mở được thẩm định.",
                counts.exemptions,
            ) % {"n": counts.exemptions},
            "url": reverse("round_exemptions", args=[round_.id]),
            "action": _("Quyết định các đề nghị"),
        }  # fmt: skip
    if counts.unassigned and round_.direction == Direction.DOWNWARD:
        return {
            "text": _(
                "Còn %(n)s mục chưa có cơ quan thẩm định; chưa phân công đủ "
                "thì chưa mở được thẩm định."
            )
            % {"n": counts.unassigned},
            "url": reverse("round_appraisers", args=[round_.id]),
            "action": _("Phân công cơ quan thẩm định"),
        }
    if round_.state in _OVER:
        return {}
    return _next_phase(round_, phases, now)


def _next_phase(round_: Any, phases: Any, now: Any) -> dict[str, str]:
    coming = running.next_phase(phases)
    if now is not None and clock.now() < now.closes_at:
        matrix = address("matrix", round_.id) or address("round_matrix", round_.id)
        return {
            "text": _(
                "“%(name)s” đang mở đến %(until)s. Theo dõi tiến độ; gia hạn "
                "khi có lý do chính đáng."
            )
            % {"name": phase_name(now.kind, now.number), "until": moment(now.closes_at)},
            "url": matrix or reverse("round_units", args=[round_.id]),
            "action": _("Xem tiến độ các đơn vị"),
        }
    if coming is None:
        return {
            "text": _("Mọi giai đoạn đã mở. Kiểm tra những gì còn thiếu rồi phê duyệt kết quả."),
            "url": reverse("round_approve", args=[round_.id]),
            "action": _("Phê duyệt kết quả"),
        }
    name = phase_name(coming.kind, coming.number)
    return {
        "text": _("Giai đoạn kế tiếp là “%(name)s”, dự kiến từ %(start)s.")
        % {"name": name, "start": moment(coming.opens_at)},
        "url": reverse("phase_open", args=[round_.id, coming.id]),
        "action": _("Mở “%(name)s”") % {"name": name},
    }


def _places(round_: Any, counts: running.Counts, *, runs: bool) -> list[dict[str, Any]]:
    """Where to go from the overview, each with a number where one helps."""
    id_ = round_.id
    upward = round_.direction == Direction.UPWARD
    found = [
        ("round_units", _("Đơn vị"), counts.sheets, True),
        ("round_phases", _("Giai đoạn, hạn, gia hạn"), None, True),
        ("round_appraisers", _("Cơ quan thẩm định"), None, True),
        ("round_entrusted", _("Giao mục cho đơn vị khác"), None, upward),
        ("round_exemptions", _("Đề nghị không áp dụng"), counts.exemptions, True),
        ("round_tables", _("Số liệu điều tra, hồ sơ, thưởng phạt"), None, True),
        ("matrix", _("Bảng tiến độ đơn vị × lĩnh vực"), None, True),
        ("round_matrix", _("Bảng tiến độ đơn vị × lĩnh vực"), None, True),
        ("register", _("Sổ công khai thay đổi, gia hạn"), counts.changes, True),
        ("round_register", _("Sổ công khai thay đổi, gia hạn"), counts.changes, True),
        ("round_journal", _("Nhật ký của kỳ"), None, True),
        ("round_checkpoints", _("Mốc niêm phong nhật ký"), None, True),
        ("round_approve", _("Phê duyệt kết quả"), None, runs),
    ]
    return [
        {"label": label, "url": url, "count": count}
        for name, label, count, shown in found
        if shown and (url := address(name, id_))
    ]
