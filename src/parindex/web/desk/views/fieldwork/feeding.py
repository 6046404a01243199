"""To put the findings of a wave into a round: which item takes which, a look, then the table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import ParindexError
from parindex.web.assessment.actions import ending
from parindex.web.assessment.queries import feeding as rounds
from parindex.web.desk.attaching import CSV, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import group_words, percent, points
from parindex.web.desk.views.fieldwork.opening import trail, watched_wave
from parindex.web.fieldwork.queries import planning, reporting
from parindex.web.fieldwork.queries.results import findings_csv
from parindex.web.people.permissions import RefusedError

_SHOWN: Final = 400


@require_safe
def findings(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The findings of the results that stand, as the contract's findings.csv."""
    wave = watched_wave(request, wave_id)
    text = findings_csv(wave)
    if not text:
        raise Http404
    return attached(text.encode(), name=f"findings-{wave.slug}.csv", kind=CSV)


@require_http_methods(["GET", "HEAD", "POST"])
def feed(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Choose the round and its items, look at what comes, then put it into the round's table."""
    wave = watched_wave(request, wave_id)
    report = reporting.report_of(request.actor, wave)
    if report is None:
        raise Http404
    data = request.POST if request.method == "POST" else request.GET
    mine = rounds.fed_rounds(request.actor, wave.issuer_id)
    chosen = next((one for one in mine if str(one.id) == data.get("round", "")), None)
    if request.method == "POST" and chosen is None:
        raise RefusedError("refused.administer")
    lines: list[str] = []
    found = _Feed(report, chosen, data) if chosen is not None else None
    if request.method == "POST" and chosen is not None and found is not None and found.rows:
        try:
            made = ending.upload_table(
                request.actor, chosen.id, rounds.FINDINGS, found.merged.text.encode(),
                source=_source(wave, report),
            )  # fmt: skip
        except RefusedError:
            raise
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
        else:
            messages.success(
                request,
                _("Đã đưa %(n)s kết quả vào kỳ “%(title)s”, bản %(version)s của bảng điều tra.")
                % {"n": len(found.rows), "title": chosen.title, "version": made.version},
            )
            return redirect("round_tables", chosen.id)
    names = planning.names_of_units(wave)
    context = {
        "wave": wave,
        "trail": trail(wave, _("Đưa kết quả vào kỳ đánh giá")),
        "rounds": [{"value": str(one.id), "label": one.title} for one in mine],
        "chosen": chosen,
        "feed": found,
        "shown": found.preview(names)[:_SHOWN] if found else [],
        "outside": [names.get(one, one) for one in found.outside][:_SHOWN] if found else [],
        "n_findings": len(report.findings),
        "lines": lines,
    }
    return render(request, "fieldwork/feed.html", context, status=422 if lines else 200)


def _source(wave: Any, report: reporting.Report) -> str:
    return _("Đợt khảo sát “%(title)s”, kết quả lần %(n)s, %(digest)s") % {
        "title": wave.title[:120], "n": report.results.number, "digest": report.results.digest,
    }  # fmt: skip


class _Feed:
    """What would be put into a round, as far as it is said which item takes what."""

    def __init__(self, report: reporting.Report, round_: Any, data: Any) -> None:
        pairs, self.outside = rounds.pairs_of(round_, report.findings, overall=reporting.SIPAS)
        said = {
            (one.group.name, one.item): data[_field(at)]
            for at, one in enumerate(pairs)
            if _field(at) in data
        }
        self.rows = rounds.proposed(report.findings, pairs, said)
        self.merged = rounds.merged(round_, self.rows)
        self.choices = [
            _choice(one, said.get((one.group.name, one.item), one.guess), at)
            for at, one in enumerate(pairs)
        ]

    def preview(self, names: dict[str, str]) -> Sequence[dict[str, Any]]:
        """The rows that come, with what stood there before."""
        return [
            {
                "unit": names.get(unit, unit),
                "item": item,
                "share": percent(Decimal(share)),
                "se": points(Decimal(se) * 100) if se else "–",
                "n": n or "–",
                "before": percent(Decimal(self.merged.before[unit, item][0]))
                if (unit, item) in self.merged.before
                else "",
            }
            for (unit, item), (share, se, n) in sorted(
                self.rows.items(), key=lambda one: (one[0][1], names.get(one[0][0], ""))
            )
        ]


def _field(at: int) -> str:
    return f"item-{at}"


def _choice(pair: rounds.Pair, value: str, at: int) -> dict[str, Any]:
    """Which item of a group's criteria takes a finding."""
    group = pair.group
    return {
        "id": _field(at),
        "group": group.name,
        "item": pair.item,
        "label": _("%(what)s → %(group)s (%(n)s đơn vị)")
        % {
            "what": _("Chỉ số hài lòng") if pair.item == reporting.SIPAS else pair.item,
            "group": group_words(group.name),
            "n": pair.units,
        },
        "options": [{"value": one.code, "label": f"{one.code}. {one.name}"} for one in group.items],
        "value": value if any(one.code == value for one in group.items) else "",
    }
