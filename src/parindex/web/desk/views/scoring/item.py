"""One item of a sheet: what the unit says, live points, autosave, and two people at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.errors import UnusableInputError
from parindex.web.assessment.actions import claims
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.queries import entering
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet, item_page
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.evidence.context import evidence_context
from parindex.web.desk.views.scoring import item_parts
from parindex.web.desk.views.scoring.drawing import scale_of, trace_of
from parindex.web.desk.views.scoring.opening import item_url, opened_sheet
from parindex.web.desk.views.scoring.rule import (
    LABELS,
    EntryForm,
    language,
    number_words,
    one_value,
    posted,
    shown_values,
)
from parindex.web.people.permissions import RefusedError, UnknownError

_LONGEST_NOTE = 5_000


@dataclass
class Asked:
    """An item as a request asks for it: the page, its form, and the version that the form is of."""

    opened: OpenSheet
    page: ItemPage
    form: EntryForm
    base: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The item's code."""
        return self.page.row.item.code


def asked_item(request: DeskRequest, sheet_id: UUID, item: str) -> Asked:
    """The item with what stands, if the person may know of it."""
    opened = opened_sheet(request, sheet_id)
    page = item_page(request.actor, opened, item)
    if page is None:
        raise UnknownError
    claim = page.claim
    form = EntryForm(
        item=page.row.item,
        values=shown_values(claim.quantity) if claim is not None else {},
        note=claim.note if claim is not None else "",
    )
    return Asked(opened=opened, page=page, form=form, base=claim.version if claim else 0)


@require_http_methods(["GET", "POST"])
def item(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """The page of an item; a POST saves what its form says."""
    asked = asked_item(request, sheet_id, item)
    if request.method == "POST":
        return _save(request, asked)
    return whole(request, asked)


@require_POST
def item_points(request: DeskRequest, sheet_id: UUID, item: str) -> HttpResponse:
    """What the form would earn, and why; nothing is saved."""
    asked = asked_item(request, sheet_id, item)
    asked.form.values = posted(asked.form.item, request.POST)
    context = _points(asked, typed=True)
    status = 422 if asked.form.errors or asked.form.general else 200
    return render(request, "scoring/points.html", context, status=status)


def whole(request: DeskRequest, asked: Asked, *, status: int = 200) -> HttpResponse:
    """The whole page of an item."""
    opened, page = asked.opened, asked.page
    allowed = entering.rights(request.actor, opened)
    context = {
        **item_parts.parts(request, opened, page, allowed),
        **_result(asked, typed=status != 200),
        **evidence_context(request, opened, page),
        **asked.extra,
        "labels": {name: str(words) for name, words in LABELS.items()},
    }
    return render(request, "scoring/item.html", context, status=status)


def _points(asked: Asked, *, typed: bool) -> dict[str, Any]:
    """The points of what the form says, or why there are none yet."""
    form = asked.form
    worth, said = None, {}
    if not typed and asked.page.claim is not None:
        said = dict(asked.page.claim.quantity)
    try:
        worth = entering.worth(
            asked.opened,
            asked.code,
            form.values if typed else said,
            language=language(),
            written="typed" if typed else "plain",
        )
    except UnusableInputError as error:
        form.take(error.problems)
    law = entering.law_of(asked.opened, asked.code, language=language())
    kept = worth.said if worth is not None else {}
    return {
        "form": form,
        "points": number_words(worth.points) if worth is not None else None,
        "max_points": number_words(form.item.max_points),
        "trace": trace_of(form.item, worth, law) if worth is not None else None,
        "scale": scale_of(form.item, kept),
        "wrong": bool(form.errors or form.general),
    }


def _result(asked: Asked, *, typed: bool) -> dict[str, Any]:
    claim = asked.page.claim
    return {
        **_points(asked, typed=typed),
        "opened": asked.opened,
        "base": asked.base,
        "saved": claim if claim is not None else None,
    }


# ---- saving


def _save(request: DeskRequest, asked: Asked) -> HttpResponse:
    """Save the form; the base that it was filled on tells whether somebody was first."""
    form, data = asked.form, request.POST
    clear = bool(data.get("clear"))
    before = asked.form
    asked.form = form = EntryForm(
        item=before.item,
        values={} if clear else posted(before.item, data),
        note=unicodedata.normalize("NFC", data.get("note", "").replace("\x00", "").strip()),
    )
    form.note = form.note.replace("\r\n", "\n")[:_LONGEST_NOTE]
    asked.base = _version(data.get("base", ""))
    if data.get("resolve"):
        asked.base = _version(data.get("theirs", ""))
        _choose(form, before, data)
    try:
        entry = claims.save_claim(
            request.actor,
            asked.opened.sheet.id,
            asked.code,
            form.values,
            comment=form.note,
            base=asked.base,
        )
    except ConflictError as conflict:
        return _conflicting(request, asked, before, conflict)
    except UnusableInputError as error:
        form.take(error.problems)
        return _answer(request, asked, status=422)
    except RefusedError as refused:
        if not request.htmx or refused.code == "refused.not_yours":
            raise
        # The form stays as typed; a notice above it says why it is not saved.
        asked.extra["refused"] = refused.say(language())
        return _answer(request, asked, status=422)
    if not request.htmx:
        words = _("Đã lưu mục {code}: {points} điểm.").format(
            code=asked.code, points=number_words(entry.points)
        )
        messages.success(request, words if form.values else _("Đã xóa số liệu của mục này."))
        return redirect(item_url(asked.opened, asked.code))
    return _answer(request, asked_item(request, asked.opened.sheet.id, asked.code), status=200)


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _choose(form: EntryForm, theirs: EntryForm, data: Any) -> None:
    """After a conflict: field by field, what is kept of the other's."""
    values = dict(form.values)
    for name in form.names:
        if data.get(f"keep-{name}") == "theirs":
            values.pop(name, None)
            if theirs.values.get(name):
                values[name] = theirs.values[name]
    form.values = values
    if data.get("keep-note") == "theirs":
        form.note = theirs.note


def _conflicting(
    request: DeskRequest, asked: Asked, theirs: EntryForm, conflict: ConflictError
) -> HttpResponse:
    """409: both values side by side, who was first and when; nothing is lost on either side."""
    form, first = asked.form, conflict.theirs
    if first is not None:
        theirs = EntryForm(item=form.item, values=shown_values(first.quantity), note=first.note)
    pairs = [(name, form.values.get(name, ""), theirs.values.get(name, "")) for name in form.names]
    rows = [
        {
            "name": name,
            "label": str(LABELS[name]),
            "mine": one_value(name, mine),
            "theirs": one_value(name, other),
        }
        for name, mine, other in pairs
        if mine != other
    ]
    if form.note != theirs.note:
        rows.append(
            {
                "name": "note",
                "label": str(LABELS["note"]),
                "mine": form.note,
                "theirs": theirs.note,
            }
        )
    asked.extra["conflict"] = {
        "who": first.person.name if first is not None else "",
        "at": first.at if first is not None else None,
        "rows": rows,
        "version": conflict.version,
    }
    return _answer(request, asked, status=409)


def _answer(request: DeskRequest, asked: Asked, *, status: int) -> HttpResponse:
    """To htmx the part below the fields, with a word at each field; else the whole page."""
    if not request.htmx:
        return whole(request, asked, status=status)
    context = {**_result(asked, typed=status != 200), **asked.extra, "slots": asked.form.slots}
    return render(request, "scoring/result.html", context, status=status)
