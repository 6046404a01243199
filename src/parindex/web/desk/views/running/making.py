"""To plan a round, step by step: what it is, its criteria, its phases, check and create."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.errors import ParindexError
from parindex.web.assessment.actions import rounds as actions
from parindex.web.assessment.queries.rounds import rounds_for
from parindex.web.assessment.states import Direction
from parindex.web.desk import kept
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import day
from parindex.web.desk.views.running import draft
from parindex.web.desk.views.running.forms import AboutForm
from parindex.web.desk.views.running.making_phases import plan_words
from parindex.web.desk.views.running.opening import (
    DIRECTION_WORDS,
    phase_name,
)
from parindex.web.desk.views.running.steps import PAGES, begun_draft, own_issuers, step_page
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError
from parindex.web.reference.actions import import_rulebook
from parindex.web.reference.queries import rulebook_for, rulebooks_for, shipped_for


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: DeskRequest) -> HttpResponse:
    """Step 1: title, year, index, direction, reference date, last year's round."""
    issuers = own_issuers(request)
    mine = {one.slug for one in issuers}
    known = [one for one in rounds_for(request.actor) if one.issuer_id in mine]
    indices = {one.index for slug in mine for one in rulebooks_for(request.actor, slug)}
    year = clock.today().year
    initial = {
        "year": year,
        "title": _("Chỉ số cải cách hành chính năm %(year)s") % {"year": year},
        "reference_date": date(year, 12, 31),
        "index": "par-index",
        "direction": Direction.DOWNWARD,
        "previous": str(known[0].id) if known else "",
    } | draft.draft_of(request)
    form = AboutForm(
        request.POST or None, issuers=issuers, previous=known, indices=indices, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        draft.save(request, **said | {"reference_date": said["reference_date"].isoformat()})
        return redirect("round_new_criteria")
    return step_page(request, "new_about", 0, form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: DeskRequest) -> HttpResponse:
    """Step 2: the criteria set of each peer group, of those imported or shipped."""
    begun = begun_draft(request)
    if begun is None:
        return redirect("round_new")
    issuer, made = begun
    if request.method == "POST":
        chosen = _import_shipped(request, issuer, request.POST.getlist("rulebook"))
        error = _wrong_sets(request, made, chosen)
        draft.save(request, rulebooks=chosen)
        if not error:
            return redirect("round_new_phases")
        return _criteria(request, issuer, made | {"rulebooks": chosen}, error=error)
    return _criteria(request, issuer, made)


def _criteria(
    request: DeskRequest, issuer: Any, made: dict[str, Any], *, error: str = "", lines: Any = ()
) -> HttpResponse:
    imported = rulebooks_for(request.actor, issuer.slug)
    digests = {one.digest for one in imported}
    year, index = made["year"], made["index"]
    options = [
        _option(str(one.id), one.title, one, fits=(one.year, one.index) == (year, index))
        for one in imported
    ]
    options += [
        _option(
            one.digest,
            one.criteria.title.vi,
            one.criteria,
            fits=(one.criteria.year, one.criteria.index) == (year, index),
            note=_("có sẵn trong phần mềm"),
        )
        for one in shipped_for(request.actor)
        if one.digest not in digests
    ]
    options.sort(key=lambda one: not one["fits"])
    return step_page(
        request, "new_criteria", 1,
        options=[one for one in options if one["fits"]],
        others=[one for one in options if not one["fits"]],
        chosen=made.get("rulebooks", []), year=year, error=error, lines=lines,
        status=422 if error or lines else 200,
    )  # fmt: skip


def _option(value: str, title: str, of: Any, *, fits: bool, note: str = "") -> dict[str, Any]:
    what = _("khối %(group)s · năm %(year)s · bản %(revision)s") % {
        "group": of.group, "year": of.year, "revision": of.revision,
    }  # fmt: skip
    return {
        "value": value,
        "label": title,
        "what": f"{what} · {note}" if note else what,
        "fits": fits,
    }


def _import_shipped(request: DeskRequest, issuer: Any, chosen: list[str]) -> list[str]:
    """The ids of the chosen sets; a shipped one is imported first, as the issuer's own."""
    shipped = {one.digest: one for one in shipped_for(request.actor)}
    return [
        str(import_rulebook(request.actor, issuer, shipped[one].content, file=shipped[one].file).id)
        if one in shipped
        else one
        for one in chosen
    ]


def _sets(request: DeskRequest, made: dict[str, Any]) -> list[Any]:
    found = []
    for one in made.get("rulebooks", []):
        try:
            rulebook = rulebook_for(request.actor, UUID(one))
        except ValueError:
            rulebook = None
        if rulebook is not None and rulebook.issuer_id == made["issuer"]:
            found.append(rulebook)
    return found


def _wrong_sets(request: DeskRequest, made: dict[str, Any], chosen: list[str]) -> str:
    sets = _sets(request, made | {"rulebooks": chosen})
    groups = [one.group for one in sets]
    if not sets:
        return _("Chọn ít nhất một bộ tiêu chí.")
    twice = sorted({one for one in groups if groups.count(one) > 1})
    if twice:
        return _("Khối “%(group)s” có hai bộ tiêu chí; bỏ chọn một bộ.") % {"group": twice[0]}
    return ""


@require_POST
def upload(request: DeskRequest) -> HttpResponse:
    """Import a rulebook, YAML or Excel, for step 2; what is wrong in it is told line by line."""
    begun = begun_draft(request)
    if begun is None:
        return redirect("round_new")
    issuer, made = begun
    file = request.FILES.get("file")
    if file is None or kept.is_too_large(file):
        return _criteria(
            request, issuer, made, error=_("Chọn một tệp .yaml hoặc .xlsx, không quá 20 MB.")
        )
    try:
        rulebook = import_rulebook(request.actor, issuer, file.read(), file=str(file.name)[-200:])
    except RefusedError:
        raise
    except ParindexError as error:
        return _criteria(request, issuer, made, lines=error.say(get_language() or "vi"))
    draft.save(request, rulebooks=[*made.get("rulebooks", []), str(rulebook.id)])
    messages.success(
        request,
        _("Đã nhập bộ tiêu chí “%(title)s” và chọn cho kỳ này.") % {"title": rulebook.title},
    )
    return redirect("round_new_criteria")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: DeskRequest) -> HttpResponse:
    """Step 4: everything once more, then the round is made."""
    begun = begun_draft(request)
    if begun is None:
        return redirect("round_new")
    issuer, made = begun
    sets = _sets(request, made)
    if not sets:
        return redirect("round_new_criteria")
    if not made.get("phases"):
        return redirect("round_new_phases")
    previous = next(
        (one for one in rounds_for(request.actor) if str(one.id) == made["previous"]), None
    )
    if request.method == "POST":
        try:
            return _create(request, issuer, made, sets, previous)
        except RefusedError:
            raise
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
            return _check(request, made, sets, previous, lines=lines, status=422)
    return _check(request, made, sets, previous)


def _create(
    request: DeskRequest, issuer: Any, made: dict[str, Any], sets: list[Any], previous: Any
) -> HttpResponse:
    slugs = {one.slug for one in rounds_for(request.actor) if one.issuer_id == issuer.slug}
    stem = f"{made['index']}-{made['year']}"
    slug = next(
        one for n in range(1, 100) if (one := stem if n == 1 else f"{stem}-{n}") not in slugs
    )
    round_ = actions.create_round(
        request.actor, issuer, slug=slug, title=made["title"], year=made["year"],
        index=made["index"], reference_date=date.fromisoformat(made["reference_date"]),
        groups=[(one.group, one) for one in sets], phases=draft.plans(made["phases"]),
        direction=Direction(made["direction"]), double_appraisal=made["double_appraisal"],
        missing_is_zero=made["missing_is_zero"], previous=previous,
    )  # fmt: skip
    if previous is not None:
        actions.start_from(request.actor, round_.id, previous.id)
    draft.forget(request)
    messages.success(
        request,
        _("Đã lập kỳ “%(title)s”. Tiếp theo: kiểm tra danh sách đơn vị và cơ quan thẩm định.")
        % {"title": round_.title},
    )
    return redirect("round", round_.id)


def _check(
    request: DeskRequest,
    made: dict[str, Any],
    sets: list[Any],
    previous: Any,
    *,
    lines: Any = (),
    status: int = 200,
) -> HttpResponse:
    first, second, third = (reverse(one) for one in PAGES[:3])
    edit = _("Sửa")
    yes, no = _("có"), _("không")
    rows = [
        {"key": _("Tên kỳ đánh giá"), "value": made["title"], "url": first, "action": edit},
        {"key": _("Năm đánh giá"), "value": str(made["year"]), "url": first, "action": edit},
        {
            "key": _("Chiều đánh giá"),
            "value": DIRECTION_WORDS[made["direction"]],
            "url": first,
            "action": edit,
        },
        {
            "key": _("Ngày chốt số liệu"),
            "value": day(date.fromisoformat(made["reference_date"])),
            "url": first,
            "action": edit,
        },
        {
            "key": _("Bắt đầu từ kỳ trước"),
            "value": previous.title if previous else no,
            "url": first,
            "action": edit,
        },
        {
            "key": _("Hai người thẩm định độc lập"),
            "value": yes if made["double_appraisal"] else no,
            "url": first,
            "action": edit,
        },
        {
            "key": _("Thiếu điểm thì tính 0"),
            "value": yes if made["missing_is_zero"] else no,
            "url": first,
            "action": edit,
        },
        *(
            {
                "key": _("Khối %(group)s") % {"group": one.group},
                "value": one.title,
                "url": second,
                "action": edit,
            }
            for one in sets
        ),
        *(
            {
                "key": phase_name(one.kind, one.number),
                "value": plan_words(one),
                "url": third,
                "action": edit,
            }
            for one in draft.plans(made["phases"])
        ),
    ]
    return step_page(request, "new_check", 3, rows=rows, lines=lines, status=status)
