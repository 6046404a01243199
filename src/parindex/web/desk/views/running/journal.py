"""The journal of a round and its checkpoints; and whether the whole chain holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.csvtable import harmless
from parindex.web import jobs
from parindex.web.assessment.queries import running
from parindex.web.desk.attaching import CSV, attached, streamed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment
from parindex.web.desk.views.running.opening import known_round, trail
from parindex.web.desk.views.running.words import VERBS, details, verb_words
from parindex.web.journal import queries as journal
from parindex.web.journal.tasks import verify as verify_task
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import units_of_issuer

_PER_PAGE = 50
_AT_ONCE = 2_000


def _seen_round(request: DeskRequest, round_id: UUID) -> Any:
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    return round_


def _names(request: DeskRequest, round_: Any) -> dict[str, str]:
    """The names of the units and sheets that entries name by id."""
    units = units_of_issuer(request.actor, round_.issuer_id)
    names = {str(one.id): one.name for one in units} | {one.slug: one.name for one in units}
    sheets = running.sheets_of(request.actor, round_)
    return names | {str(one.id): one.unit.name for one in sheets}


@require_safe
def lines(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """What was done in a round: when, by whom, for which unit, to what, from what to what, why."""
    round_ = _seen_round(request, round_id)
    verb = request.GET.get("verb", "")
    before = request.GET.get("before", "")
    found = running.journal_of(
        request.actor, round_, verb=verb if verb in VERBS else "",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=_PER_PAGE + 1,
    )  # fmt: skip
    more = len(found) > _PER_PAGE
    names = _names(request, round_)
    context = {
        "round": round_,
        "trail": trail(round_, _("Nhật ký")),
        "rows": [_row(one, names) for one in found[:_PER_PAGE]],
        "older": found[_PER_PAGE - 1].line.seq if more else None,
        "first": not before,
        "filters": [
            {
                "kind": "select", "id": "verb", "name": "verb", "label": _("Việc"), "value": verb,
                "empty": _("Mọi việc"),
                "options": [{"value": key, "label": str(words)} for key, words in VERBS.items()],
            }
        ],
        "clear_url": request.path if verb or before else "",
    }  # fmt: skip
    return render(request, "running/journal.html", context)


def _row(one: running.RoundLine, names: dict[str, str]) -> dict[str, Any]:
    line = one.line
    return {
        "line": line,
        "who": one.who,
        "acting_for": names.get(line.acting_for, ""),
        "words": verb_words(line.verb),
        "hidden": one.hidden,
        "before": [] if one.hidden else details(line.before, names),
        "after": [] if one.hidden else details(line.after, names),
        "reason": "" if one.hidden else line.reason,
    }


@require_safe
def export(request: DeskRequest, round_id: UUID) -> StreamingHttpResponse:
    """The same as a CSV file for Excel: every entry, or those of one verb."""
    round_ = _seen_round(request, round_id)
    verb = request.GET.get("verb", "")
    names = _names(request, round_)
    rows = _exported(request, round_, verb if verb in VERBS else "", names)
    return streamed(rows, name=f"nhat-ky-{round_.slug}.csv", kind=CSV)


def _exported(request: DeskRequest, round_: Any, verb: str, names: dict[str, str]) -> Iterator[str]:
    heads = [
        _("Số"),
        _("Lúc"),
        _("Việc"),
        _("Người"),
        _("Thay mặt"),
        _("Về"),
        _("Trước"),
        _("Sau"),
        _("Lý do"),
        _("Dấu niêm phong"),
    ]
    yield "\ufeff" + _csv(heads)
    before: int | None = None
    while found := running.journal_of(
        request.actor, round_, verb=verb, before=before, limit=_AT_ONCE
    ):
        for one in found:
            row = _row(one, names)
            hidden = _("chưa hiện: phiếu còn là của riêng đơn vị") if one.hidden else ""
            yield _csv(
                [
                    str(one.line.seq), moment(one.line.at), row["words"], row["who"],
                    row["acting_for"], one.line.about_words, _pairs(row["before"]),
                    hidden or _pairs(row["after"]), row["reason"], one.line.digest,
                ]
            )  # fmt: skip
        before = found[-1].line.seq


def _pairs(found: list[tuple[str, str]]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in found)


def _csv(cells: list[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(harmless(cell) for cell in cells)
    return stream.getvalue()


@require_safe
def checkpoints(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The signed checkpoints at the round's phases: to be kept elsewhere."""
    round_ = _seen_round(request, round_id)
    found = journal.checkpoints_about(str(round_.id))
    rows = [(one, _occasion(one.reason)) for one in found]
    context = {"round": round_, "trail": trail(round_, _("Mốc niêm phong")), "rows": rows}
    return render(request, "running/checkpoints.html", context)


def _occasion(reason: str) -> str:
    verb, *rest = reason.split(" ")
    named = details({"phase": " ".join(rest[:2])}, {}) if len(rest) == 3 else []
    return f"{verb_words(verb)}: {named[0][1]}" if named else verb_words(verb)


@require_safe
def checkpoint(request: DeskRequest, round_id: UUID, number: int) -> HttpResponse:
    """The text of one checkpoint, as it was signed."""
    round_ = _seen_round(request, round_id)
    found = [one for one in journal.checkpoints_about(str(round_.id)) if one.pk == number]
    if not found:
        raise Http404
    name = f"niem-phong-{found[0].seq:012d}-{number}.txt"
    return attached(found[0].text.encode(), name=name, kind="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: DeskRequest) -> HttpResponse:
    """Whether the chain holds from the first entry to the last, and how it ends."""
    if request.method == "POST":
        if jobs.defer_once(verify_task, key="journal.verify"):
            messages.success(
                request, _("Đã xếp hàng việc kiểm tra; kết quả hiện ở trang này sau ít phút.")
            )
        else:
            messages.info(request, _("Việc kiểm tra đang chờ hoặc đang chạy."))
        return redirect("journal_verify")
    seq, digest = journal.head()
    found = journal.verified()
    language = get_language() or "vi"
    context = {
        "seq": seq,
        "digest": digest,
        "found": found,
        "last": None if found else journal.last_verified(),
        "problems": [one.say(language) for one in found.problems] if found else [],
        "trail": [{"label": _("Kiểm tra nhật ký"), "url": ""}],
    }
    return render(request, "running/verify.html", context)
