"""The results of a wave: the index with its intervals, by factor, item, unit, service, stratum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import change, number, percent
from parindex.web.desk.views.fieldwork.opening import trail, watched_wave, wave_chip
from parindex.web.desk.views.fieldwork.plots import dots_of, figure, interval, strips_of
from parindex.web.fieldwork.queries import planning, reporting
from parindex.web.fieldwork.queries.reporting import IndexRow, Report

SHOWS: Final = ("whole", "unit", "service", "stratum", "change", "sample")


@require_safe
def results(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """One page of the results: what it shows is said in the address."""
    wave = watched_wave(request, wave_id)
    report = reporting.report_of(request.actor, wave)
    if report is None:
        raise Http404
    tabs = _tabs(report)
    shows = {one["show"] for one in tabs}
    show = request.GET.get("show", "")
    show = show if show in shows else tabs[0]["show"]
    for one in tabs:
        one["current"] = one["show"] == show
    context: dict[str, Any] = {
        "wave": wave,
        "trail": trail(wave, _("Kết quả")),
        "chip": wave_chip(wave.state),
        "report": report,
        "tabs": tabs,
        "show": show,
        "runs": planning.runs(request.actor, wave),
        "confidence": percent(Decimal(str(report.plan["confidence"])), 0),
        "hidden_words": hidden_words(report),
        **_SHOWN[show](request, wave, report),
    }
    return render(request, "fieldwork/results.html", context)


def hidden_words(report: Report) -> str:
    """What stands in place of a number that is not published."""
    least = report.plan["suppress_below"]
    return _("không công bố (dưới %(n)s phiếu)") % {"n": least}


def _tabs(report: Report) -> list[dict[str, Any]]:
    words = {
        "whole": _("Chung, nhân tố, tiêu chí"),
        "unit": _("Theo đơn vị"),
        "service": _("Theo dịch vụ"),
        "stratum": _("Theo tầng"),
        "change": _("So với đợt trước"),
        "sample": _("Người trả lời"),
    }
    by = report.groupings
    known = [
        one
        for one in SHOWS
        if one == "sample"
        or (one in {"whole", "change"} and report.rows)
        or (one in by and report.rows)
    ]
    return [
        {"show": one, "label": words[one], "url": f"?show={one}", "current": False} for one in known
    ]


# ---- the whole


def _whole(_request: DeskRequest, _wave: Any, report: Report) -> dict[str, Any]:
    decimals, hidden = report.decimals, hidden_words(report)
    overall = next(iter(report.of(reporting.OVERALL)), None)
    factors = report.of(reporting.FACTOR)
    parts = report.of(reporting.PART)
    items = report.of(reporting.ITEM)
    return {
        "overall": _said(overall, report) if overall else None,
        "parts": [_said(one, report) for one in parts],
        "factors": dots_of(
            ((one.label, one) for one in _sorted(factors)), decimals=decimals, hidden=hidden
        ),
        "items": dots_of(
            ((one.label, one) for one in _sorted(items)), decimals=decimals, hidden=hidden
        ),
        "reading": _reading(factors, decimals),
    }


def _said(one: IndexRow, report: Report) -> dict[str, Any]:
    decimals = report.decimals
    return {
        "label": one.label,
        "value": figure(one.index, decimals) if one.index is not None else "–",
        "interval": interval(one.low, one.high, decimals),
        "n": number(one.n) if one.n is not None else "",
        "hidden": hidden_words(report) if one.hidden else "",
    }


def _sorted(rows: Iterable[IndexRow]) -> list[IndexRow]:
    """The highest first, what is blank at the end."""
    return sorted(rows, key=lambda one: (one.index is None, -(one.index or 0), one.label))


def _reading(factors: list[IndexRow], decimals: int) -> str:
    """What the factors say, in a sentence: the alternative to their drawing."""
    known = [one for one in _sorted(factors) if one.index is not None]
    if len(known) < 2:
        return ""
    return _("Cao nhất là “%(best)s” (%(high)s%%), thấp nhất là “%(worst)s” (%(low)s%%).") % {
        "best": known[0].label, "high": figure(known[0].index, decimals),
        "worst": known[-1].label, "low": figure(known[-1].index, decimals),
    }  # fmt: skip


# ---- broken down


def measures_of(report: Report) -> list[tuple[str, str, str]]:
    """What can be broken down: value of the choice, measure, words."""
    found = [(reporting.OVERALL, reporting.OVERALL, _("Chỉ số chung"))]
    found += [(f"part:{id_}", "part", name) for id_, name in report.part_names.items()]
    found += [(f"factor:{id_}", "factor", name) for id_, name, _part in report.factors]
    known = {(one.measure, one.of) for one in report.rows}
    return [one for one in found if (one[1], one[0].partition(":")[2]) in known]


def _chosen(request: DeskRequest, report: Report) -> tuple[str, str, list[dict[str, str]], str]:
    options = measures_of(report)
    wanted = request.GET.get("of", "")
    value, measure, _words = next((one for one in options if one[0] == wanted), options[0])
    shown = [{"value": one[0], "label": one[2]} for one in options]
    return measure, value.partition(":")[2], shown, value


def _unit(request: DeskRequest, _wave: Any, report: Report) -> dict[str, Any]:
    measure, of, options, value = _chosen(request, report)
    rows = _sorted(report.of(measure, of, by=frozenset({"unit"})))
    names = {one.unit: one.unit_name for one in rows}
    ranked, top = reporting.ranks_of(report, measure=measure, of=of)
    return {
        "options": options,
        "value": value,
        "plot": dots_of(
            ((one.unit_name, one) for one in rows),
            decimals=report.decimals,
            hidden=hidden_words(report),
        ),
        "top": top,
        "strips": [
            one | {"words": _chance_words(one["chance"], top)}
            for one in strips_of([(names[one.unit], one) for one in ranked])
        ],
        "n_ranked": len(ranked),
    }


def _chance_words(chance: float, top: int) -> str:
    said = {"top": top}
    if chance > 0.995:
        return _("gần như chắc chắn trong %(top)s đơn vị đầu") % said
    if chance < 0.005:
        return _("gần như chắc chắn không trong %(top)s đơn vị đầu") % said
    said |= {"chance": round(chance * 100)}
    return _("%(chance)s%% khả năng trong %(top)s đơn vị đầu") % said


def _by(name: str) -> Callable[[DeskRequest, Any, Report], dict[str, Any]]:
    def shown(request: DeskRequest, _wave: Any, report: Report) -> dict[str, Any]:
        measure, of, options, value = _chosen(request, report)
        rows = _sorted(report.of(measure, of, by=frozenset({name})))
        return {
            "options": options,
            "value": value,
            "plot": dots_of(
                ((getattr(one, name), one) for one in rows),
                decimals=report.decimals,
                hidden=hidden_words(report),
            ),
        }

    return shown


# ---- against an earlier wave


def _change(request: DeskRequest, wave: Any, report: Report) -> dict[str, Any]:
    earlier = reporting.earlier_of(request.actor, wave)
    chosen = reporting.compared_with(earlier, request.GET.get("before", ""))
    if chosen is None:
        return {"earlier": [], "before": None}
    made = reporting.changes_of(report, chosen.results)
    rows = [
        *report.of(reporting.OVERALL),
        *report.of(reporting.PART),
        *report.of(reporting.FACTOR),
        *_sorted(report.of(reporting.OVERALL, by=frozenset({"unit"}))),
    ]
    return {
        "earlier": [
            {
                "value": str(one.wave.id),
                "label": one.wave.title
                if one.same
                else f"{one.wave.title} ({_('phiếu khác, không so sánh')})",
            }
            for one in earlier
        ],
        "before": chosen.wave,
        "value": str(chosen.wave.id),
        "same": chosen.same,
        "rows": [change_row(one, made, report) for one in rows],
    }


def change_row(
    one: IndexRow, made: Mapping[tuple[str, str, str], reporting.ChangeRow], report: Report
) -> dict[str, Any]:
    """An index with its change in words."""
    moved = made.get((one.measure, one.of, one.domain))
    points = None if moved is None else report.published(moved.points)
    return {
        "label": one.unit_name or one.label or _("Chỉ số chung"),
        "of_unit": bool(one.unit),
        "now": hidden_words(report) if one.hidden else figure(one.index, report.decimals),
        "change": change(points, report.decimals),
        "interval": "" if moved is None else interval(moved.low, moved.high, report.decimals),
        "clear": moved is not None and moved.clear,
        "points": points,
    }


# ---- who answered


def _sample(_request: DeskRequest, wave: Any, report: Report) -> dict[str, Any]:
    asked = reporting.asked_of(wave, report)
    return {
        "profile": [_asked(one, report) for one in asked if one.about_people],
        "others": [
            _asked(one, report)
            for one in asked
            if not one.about_people and one.aspect != "satisfaction"
        ],
        "n_mixed": wave.n_mixed,
    }


def _asked(one: reporting.Asked, report: Report) -> dict[str, Any]:
    """A closed question with a bar an answer."""
    return {
        "name": one.name,
        "label": one.label,
        "choices": [
            {
                "label": choice.label,
                "n": choice.n,
                "width": "" if choice.share is None else f"{choice.share * 100:.2f}%",
                "percent": ""
                if choice.share is None
                else f"{figure(choice.share * 100, report.decimals)}%",
            }
            for choice in one.choices
        ],
    }


_SHOWN: Final[Mapping[str, Callable[[DeskRequest, Any, Report], dict[str, Any]]]] = {
    "whole": _whole,
    "unit": _unit,
    "service": _by("service"),
    "stratum": _by("stratum"),
    "change": _change,
    "sample": _sample,
}
