"""The Ministry's scores of an upward sheet, an area at a time, with the document's number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from parindex.criteria.model import Area, Item
from parindex.errors import UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment.actions.ending import transcribe as write
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.queries.finding import transcribed, transcribes
from parindex.web.assessment.queries.rounds import ENTERED
from parindex.web.assessment.queries.sheets import OpenSheet, sheet_for, task_list
from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.appraisal import fields
from parindex.web.desk.views.scoring.rule import rule_words, shown_values
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError

if TYPE_CHECKING:
    from parindex.web.assessment.models import ScoreEntry


@dataclass
class Line:
    """One item of the form: what stands, what was typed, what is wrong."""

    item: Item
    stands: ScoreEntry | None
    claimed: Any
    values: Mapping[str, str] = field(default_factory=dict)
    base: int = 0
    field_errors: Mapping[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return f"{self.item.code}-"

    @property
    def changed(self) -> bool:
        """Whether anything else was typed than what stands."""
        before = shown_values(self.stands.quantity) if self.stands is not None else {}
        return bool(self.values) and dict(self.values) != before


@require_http_methods(["GET", "POST"])
def transcribe(request: DeskRequest, sheet_id: UUID) -> HttpResponse:
    """One area's items with the Ministry's scores; those that changed are saved, each alone."""
    opened = sheet_for(request.actor, sheet_id)
    if opened is None or opened.sheet.round.direction != Direction.UPWARD:
        raise Http404
    if not transcribes(request.actor, opened):
        raise RefusedError("refused.administer")
    phase = opened.in_time(PhaseKind.APPRAISAL, clock.now())
    latest = phase or opened.phase_of(PhaseKind.APPRAISAL)
    area = _area(opened, request.GET.get("area", ""))
    stage = latest.stage if latest is not None else ""
    lines = _lines(request, opened, area, stage)
    document = request.POST.get("document", "").replace("\x00", "").strip()[:500]
    errors: list[dict[str, str]] = []
    status = 200
    if request.method == "POST":
        status, n_saved, errors = _save(request, opened, lines, document)
        if n_saved:
            said = ngettext(
                "Đã lưu điểm của Bộ cho %(n)s mục, theo %(document)s.",
                "Đã lưu điểm của Bộ cho %(n)s mục, theo %(document)s.",
                n_saved,
            )
            messages.success(request, said % {"n": n_saved, "document": document})
        if status == 200:
            if not n_saved:
                messages.info(request, _("Chưa có mục nào thay đổi nên không lưu gì thêm."))
            return redirect(f"{request.path}?area={area.code}")
    context = _context(opened, area, lines, stage) | {
        "phase": phase,
        "document": document or _document(lines),
        "errors": errors,
    }
    return render(request, "appraisal/transcribe.html", context, status=status)


def _areas(opened: OpenSheet) -> list[Area]:
    return list({area.code: area for area, _item in opened.items.values()}.values())


def _area(opened: OpenSheet, code: str) -> Area:
    areas = _areas(opened)
    return next((one for one in areas if one.code == code), areas[0])


def _lines(request: DeskRequest, opened: OpenSheet, area: Area, stage: str) -> list[Line]:
    stands = transcribed(opened, stage)
    claims = {row.item.code: row.claimed for row in task_list(request.actor, opened)}
    lines = []
    for item in area.items():
        if item.source not in ENTERED:
            continue
        one = Line(item=item, stands=stands.get(item.code), claimed=claims.get(item.code))
        one.base = one.stands.version if one.stands is not None else 0
        one.values = shown_values(one.stands.quantity) if one.stands is not None else {}
        if request.method == "POST":
            one.values = fields.read(item, request.POST, prefix=one.prefix)
            base = request.POST.get(f"{one.prefix}base", "")
            one.base = int(base) if base.isdecimal() and len(base) < 10 else 0
        lines.append(one)
    return lines


def _document(lines: list[Line]) -> str:
    """The document that was named last, offered again."""
    named = [one.stands for one in lines if one.stands is not None]
    return max(named, key=lambda one: one.at).reason if named else ""


def _save(
    request: DeskRequest, opened: OpenSheet, lines: list[Line], document: str
) -> tuple[int, int, list[dict[str, str]]]:
    """Save what changed: the status, how many were saved, and what is wrong at which item."""
    if not has_words(document):
        text = " ".join(fields.problem_lines(RefusedError("refused.no_source")))
        return 422, 0, [{"id": "document", "text": text}]
    status, n_saved = 200, 0
    errors: list[dict[str, str]] = []
    for one in lines:
        if not one.changed:
            continue
        try:
            one.stands = write(
                request.actor, opened.sheet.id, one.item.code, dict(one.values),
                document=document, base=one.base,
            )  # fmt: skip
        except ConflictError as error:
            status = max(status, 409)
            one.lines, one.base = _conflicted(one, error), error.version
        except UnusableInputError as error:
            wrong = fields.wrong(one.item, one.values, error)
            one.field_errors, one.lines, status = wrong.errors, wrong.general, 422
        else:
            one.base = one.stands.version
            n_saved += 1
            continue
        first = next(iter(one.field_errors.values()), " ".join(one.lines))
        errors.append({"id": f"item-{one.item.code}", "text": f"{one.item.code}: {first}"})
    return status, n_saved, errors


def _conflicted(one: Line, error: ConflictError) -> list[str]:
    theirs = error.theirs
    if theirs is None:
        return []
    said = _("%(who)s vừa lưu: %(theirs)s. Nội dung của tôi: %(mine)s. Lưu lại để thay, hoặc sửa.")
    values = {
        "who": theirs.person.name,
        "theirs": fields.says(one.item, theirs.quantity),
        "mine": fields.says(one.item, one.values),
    }
    return [said % values]


def _context(opened: OpenSheet, area: Area, lines: list[Line], stage: str) -> dict[str, Any]:
    round_ = opened.sheet.round
    return {
        "opened": opened,
        "stage": stage,
        "area": area,
        "tabs": [
            {
                "label": f"{one.code}. {one.name.vi}",
                "url": f"?area={one.code}",
                "current": one.code == area.code,
            }
            for one in _areas(opened)
        ],
        "lines": [
            {
                "line": one,
                "rule": rule_words(one.item),
                "fields": fields.shown(
                    one.item, one.values, prefix=one.prefix, errors=one.field_errors
                ),
            }
            for one in lines
        ],
        "trail": [
            {"label": round_.title, "url": f"/desk/rounds/{round_.id}/"},
            {"label": opened.sheet.unit.name, "url": f"/desk/sheets/{opened.sheet.id}/"},
            {"label": _("Điểm của Bộ")},
        ],
    }
