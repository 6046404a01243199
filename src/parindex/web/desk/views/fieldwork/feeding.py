"""To put the findings of a wave into a round: which item takes which, a look, then the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import group_words, percent, points
from parindex.web.desk.views.fieldwork.ending_forms import SIPAS
from parindex.web.desk.views.fieldwork.opening import CSV, attached, trail, watched_wave
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
        self._report = report
        self.groups = rounds.fed_groups(round_)
        of_unit = {slug: one.name for one in self.groups for slug in one.units}
        items = sorted({one["item"] for one in report.findings})
        self.outside = sorted({one["unit"] for one in report.findings} - of_unit.keys())
        pairs = [
            (group, item)
            for group in self.groups
            for item in items
            if any(self._is_of(one, group, item) for one in report.findings)
        ]
        self.choices = [
            self._choice(group, item, data, at) for at, (group, item) in enumerate(pairs)
        ]
        takes = {(one["group"], one["item"]): one["value"] for one in self.choices}
        self.rows: dict[tuple[str, str], tuple[str, str, str]] = {}
        for one in report.findings:
            group_name = of_unit.get(one["unit"])
            code = takes.get((group_name, one["item"]), "")
            if code:
                self.rows[one["unit"], code] = (one["share"], one["se"], one["n"])
        self.merged = rounds.merged(round_, self.rows)

    @staticmethod
    def _is_of(one: Mapping[str, str], group: rounds.FedGroup, item: str) -> bool:
        return one["item"] == item and one["unit"] in group.units

    def _choice(self, group: rounds.FedGroup, item: str, data: Any, at: int) -> dict[str, Any]:
        """Which item of a group's criteria takes a finding: as said, else the one of its code."""
        codes = [one.code for one in group.items]
        of_index = [one.code for one in group.items if one.is_index]
        alone = of_index[0] if item == SIPAS and len(of_index) == 1 else ""
        guess = item if item in codes else alone
        said = data.get(f"item-{at}")
        units = sum(self._is_of(one, group, item) for one in self._report.findings)
        return {
            "id": f"item-{at}",
            "group": group.name,
            "item": item,
            "label": _("%(what)s → %(group)s (%(n)s đơn vị)")
            % {
                "what": _("Chỉ số hài lòng") if item == SIPAS else item,
                "group": group_words(group.name),
                "n": units,
            },
            "options": [
                {"value": one.code, "label": f"{one.code}. {one.name}"} for one in group.items
            ],
            "value": guess if said is None else said if said in codes else "",
        }

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
