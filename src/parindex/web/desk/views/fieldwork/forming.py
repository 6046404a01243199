"""To plan a wave, first step: its questionnaire, then what it is called and when it is."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.errors import ParindexError, Problem
from parindex.web.desk import kept
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork.forms import DatesForm, WaveForm
from parindex.web.desk.views.fieldwork.opening import own_wave, trail
from parindex.web.desk.views.fieldwork.steps import FORM, step_page
from parindex.web.fieldwork.actions import waves as actions
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import waves_for
from parindex.web.fieldwork.states import PREPARING, WaveState
from parindex.web.journal import clock
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import units_of_issuer

_SHOWN = 60
# For how long after the wave contacts are kept unless another day is said.
_CONTACTS = timedelta(days=180)


def _own_issuers(request: DeskRequest) -> list[Any]:
    found = planning.issuers_surveyed_by(request.actor)
    if not found:
        raise RefusedError("fieldwork.not_run_by_you")
    return found


def _issuer(request: DeskRequest) -> Any:
    """The issuer that a wave is planned for; nearly everybody has one."""
    found = {one.slug: one for one in _own_issuers(request)}
    wanted = request.POST.get("issuer") or request.GET.get("issuer") or next(iter(found))
    if wanted not in found:
        raise Http404
    return found[wanted]


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: DeskRequest) -> HttpResponse:
    """The questionnaire: one of those imported, or one that comes with the product."""
    issuer = _issuer(request)
    if request.method != "POST":
        return _choose(request, issuer)
    wanted = request.POST.get("instrument", "")
    shipped = {one.digest: one for one, _look in planning.shipped_for(request.actor)}
    if wanted in shipped:
        one = shipped[wanted]
        instrument = actions.import_instrument(
            request.actor, issuer, one.content, file=f"{one.name}.yaml"
        )
        return redirect("wave_new_about", instrument.id)
    known = {str(one.id) for one, _look in planning.instruments_for(request.actor, issuer.slug)}
    if wanted in known:
        return redirect("wave_new_about", wanted)
    return _choose(request, issuer, error=_("Chọn một bộ phiếu."))


def _choose(
    request: DeskRequest, issuer: Any, *, error: str = "", problems: Any = ()
) -> HttpResponse:
    own = planning.instruments_for(request.actor, issuer.slug)
    digests = {one.digest for one, _look in own}
    options = [_option(str(one.id), look) for one, look in own]
    shipped = [
        _option(one.digest, look)
        for one, look in sorted(
            planning.shipped_for(request.actor), key=lambda one: (not one[1].scored, one[0].name)
        )
        if one.digest not in digests
    ]
    return step_page(
        request, "new_form", FORM,
        issuer=issuer, issuers=_own_issuers(request), options=options, shipped=shipped, error=error,
        problems=[_where(one) for one in problems[:_SHOWN]], n_problems=len(problems),
        status=422 if error or problems else 200,
    )  # fmt: skip


def _option(value: str, look: planning.FormLook) -> dict[str, Any]:
    what = _("bản %(version)s · %(n)s câu hỏi") % {"version": look.version, "n": look.questions}
    more = [look.respondents]
    if look.scored:
        more.append(_("tính được chỉ số hài lòng"))
    if look.rates:
        more.append(_("người trả lời chấm các đơn vị"))
    if not look.official:
        more.append(_("mẫu, không phải văn bản chính thức"))
    return {
        "value": value,
        "label": look.title,
        "what": " · ".join([what, *(one for one in more if one)]),
    }


def _where(one: Problem) -> dict[str, str]:
    """A problem of a file: where, and what to mend there."""
    parts = one.parts(get_language() or "vi")
    # A cell of a workbook stands behind the file's name; elsewhere there is a line.
    _file, _bracket, cell = one.file.rpartition("[")
    place = cell.rstrip("]") if cell.endswith("]") else str(one.values.get("sheet", ""))
    place = place or (_("dòng %(n)s") % {"n": one.line} if one.line else "–")
    text = "; ".join(parts[key] for key in ("what", "expected", "got", "fix") if key in parts)
    return {"place": place, "text": text}


@require_POST
def upload(request: DeskRequest) -> HttpResponse:
    """Import a questionnaire, YAML or XLSForm; what is wrong in it is told place by place."""
    issuer = _issuer(request)
    file = request.FILES.get("file")
    if file is None or kept.is_too_large(file):
        return _choose(request, issuer, error=_("Chọn một tệp .xlsx hoặc .yaml, không quá 20 MB."))
    try:
        instrument = actions.import_instrument(
            request.actor, issuer, file.read(), file=str(file.name)[-200:]
        )
    except RefusedError as error:
        return _choose(request, issuer, problems=error.problems)
    except ParindexError as error:
        return _choose(request, issuer, problems=error.problems)
    messages.success(request, _("Đã nhập bộ phiếu “%(title)s”.") % {"title": instrument.title})
    return redirect("wave_new_about", instrument.id)


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: DeskRequest, instrument_id: UUID) -> HttpResponse:
    """What the wave is called, when it takes answers, whom its respondents rate."""
    instrument, look, issuer = _chosen(request, instrument_id)
    bodies = _bodies(request, issuer, look)
    form = WaveForm(
        request.POST or None, bodies=bodies, initial=_initial(look, bodies), rates=look.rates
    )
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            wave = actions.create_wave(
                request.actor, issuer,
                slug=_slug(request, issuer, instrument, said["opens_at"]),
                title=said["title"], instrument=instrument.id,
                opens_at=said["opens_at"], closes_at=said["closes_at"],
                syncs_until=said["syncs_until"] or said["closes_at"],
                min_cell=said["min_cell"], typed_twice=said["typed_twice"],
                bodies=said.get("bodies", []), contacts_until=said["contacts_until"],
            )  # fmt: skip
        except RefusedError:
            raise
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
        else:
            messages.success(
                request,
                _("Đã lập đợt “%(title)s”. Mỗi bước sau được ghi lại ngay; có thể dừng và quay lại "
                  "bất cứ lúc nào.") % {"title": wave.title},
            )  # fmt: skip
            return redirect("wave_frame", wave.id)
    return step_page(
        request, "new_about", FORM, form=form, look=look, instrument=instrument, lines=lines,
        status=422 if form.errors or lines else 200,
    )  # fmt: skip


def _chosen(request: DeskRequest, instrument_id: UUID) -> tuple[Any, planning.FormLook, Any]:
    for issuer in _own_issuers(request):
        for one, look in planning.instruments_for(request.actor, issuer.slug):
            if one.id == instrument_id:
                return one, look, issuer
    raise Http404


def _bodies(request: DeskRequest, issuer: Any, look: planning.FormLook) -> list[Any]:
    if not look.rates:
        return []
    alive = units_of_issuer(request.actor, issuer.slug, on=clock.today())
    return [one for one in alive if one.group == look.rates]


def _initial(look: planning.FormLook, bodies: list[Any]) -> dict[str, Any]:
    start = clock.today() + timedelta(days=7)
    start += timedelta(days=(7 - start.weekday()) % 7)
    end = start + timedelta(days=32)
    year = start.year
    return {
        "title": _("Khảo sát sự hài lòng năm %(year)s") % {"year": year}
        if look.scored
        else _("Điều tra xã hội học năm %(year)s") % {"year": year},
        "opens_at": datetime.combine(start, time(8), clock.VIETNAM),
        "closes_at": datetime.combine(end, time(17), clock.VIETNAM),
        "syncs_until": datetime.combine(end + timedelta(days=7), time(17), clock.VIETNAM),
        "min_cell": planning.LEAST_CELL,
        "typed_twice": ["paper"],
        "bodies": [one.slug for one in bodies],
        "contacts_until": end + _CONTACTS,
    }


def _slug(request: DeskRequest, issuer: Any, instrument: Any, opens_at: datetime) -> str:
    known = {one.slug for one in waves_for(request.actor) if one.issuer_id == issuer.slug}
    stem = f"{instrument.slug}-{opens_at.astimezone(clock.VIETNAM).year}"[:70]
    return next(
        one for n in range(1, 1000) if (one := stem if n == 1 else f"{stem}-{n}") not in known
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """When the wave takes answers; once it is open, with a reason."""
    wave = own_wave(request, wave_id)
    initial = {
        "opens_at": wave.opens_at, "closes_at": wave.closes_at, "syncs_until": wave.syncs_until,
    }  # fmt: skip
    form = DatesForm(
        request.POST or None, initial=initial, asks_reason=wave.state == WaveState.OPEN
    )
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_dates(request.actor, wave.id, **form.cleaned_data)
        except RefusedError:
            raise
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
        else:
            messages.success(request, _("Đã đổi lịch của đợt."))
            return redirect("wave", wave.id)
    context = {
        "wave": wave, "form": form, "lines": lines, "trail": trail(wave, _("Lịch của đợt")),
        "look": planning.form_look(wave), "bodies": planning.units_rated(wave),
        "may_change": wave.state in PREPARING, "cancel_url": reverse("wave", args=[wave.id]),
    }  # fmt: skip
    return render(
        request, "fieldwork/dates.html", context, status=422 if form.errors or lines else 200
    )
