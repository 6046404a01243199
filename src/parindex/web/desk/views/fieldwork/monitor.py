"""The field while it works: by stratum, unit, cell and interviewer, counted from codes used."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.csvtable import harmless
from parindex.web.desk.attaching import CSV, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import number, percent
from parindex.web.desk.views.fieldwork.opening import trail, watched_wave, wave_chip
from parindex.web.desk.views.fieldwork.tiles import tiles_of
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import Count, Progress, progress
from parindex.web.fieldwork.states import TAKING
from parindex.web.journal import clock

_CELLS: Final = 300
_BARS: Final = 15


@require_safe
def monitor(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """How far the field is against its target; the page renews itself while the wave is open."""
    wave = watched_wave(request, wave_id)
    found = progress(wave)
    context: dict[str, Any] = {
        "wave": wave,
        "trail": trail(wave, _("Tiến độ thực địa")),
        "chip": wave_chip(wave.state),
        "live": wave.state in TAKING,
        "runs": planning.runs(request.actor, wave),
        "at": clock.now(),
        "whole": found.whole,
        "rate": percent(_share(found.whole.used, found.whole.drawn), 1),
        "done": percent(_share(found.whole.used, found.whole.target), 1),
        "n_too_few": found.n_too_few,
        "strata": _bars(found.strata, planning.words_of_strata(wave), found.quotas),
        "most_bars": _BARS,
        "units": _bars(found.units, found.unit_names) if len(found.units) > 1 else [],
        "map": tiles_of(_by_unit(found)) if len(found.units) > 1 else None,
        "cells": found.cells[:_CELLS],
        "n_cells": len(found.cells),
        "most_cells": _CELLS,
        "interviewers": [
            {"one": one, "share": _share(one.used, one.assigned)} for one in found.interviewers
        ],
    }
    return render(request, "fieldwork/progress.html", context)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _bars(
    counts: Mapping[str, Count], words: Mapping[str, str], quotas: Iterable[Any] = ()
) -> list[dict[str, Any]]:
    """One bar a part, the emptiest first: where one must look stands on top."""
    rows, limits = [], {one.label: one for one in quotas}
    for label, count in counts.items():
        share = _share(count.used, count.target)
        rows.append(
            {
                "label": words.get(label, label) or _("không ghi"),
                "count": count,
                "target": count.target,
                "quota": limits.get(label),
                "share": share,
                "percent": percent(share, 0),
                "width": f"{float(min(share or 0, 1)) * 100:.1f}%",
                "text": f"{number(count.used)}/{number(count.target)}",
                "rate": percent(_share(count.used, count.drawn), 0),
            }
        )
    return sorted(rows, key=lambda one: (one["share"] is None, one["share"] or 0, one["label"]))


def _by_unit(found: Progress) -> Iterable[tuple[str, str, Fraction | None, str]]:
    for slug, count in found.units.items():
        if slug:
            share = _share(count.used, count.target)
            text = f"{percent(share, 0)} · {number(count.used)}/{number(count.target)}"
            yield slug, found.unit_names[slug], share, text


@require_safe
def table(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The same as a table to keep: every cell and every interviewer, a row each."""
    wave = watched_wave(request, wave_id)
    found = progress(wave)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["kind", "stratum", "psu", "unit", "service", "interviewer",
         "target", "drawn", "invited", "used", "refused", "unreachable", "replaced"]
    )  # fmt: skip
    for one in found.cells:
        count = one.count
        writer.writerow(
            ["cell",
             *map(harmless, (one.cell.stratum, one.cell.psu, one.unit_name, one.cell.service)), "",
             count.target, count.drawn, count.invited, count.used, count.refused,
             count.unreachable, count.replaced]
        )  # fmt: skip
    for who in found.interviewers:
        writer.writerow(
            ["interviewer", "", "", "", "", who.code, who.assigned, "", "", who.used, "", "", ""]
        )
    at = clock.now().astimezone(clock.VIETNAM)
    name = f"tien-do-{wave.slug}-{at:%Y%m%d-%H%M}.csv"
    return attached(b"\xef\xbb\xbf" + stream.getvalue().encode(), name=name, kind=CSV)
