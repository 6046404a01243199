"""To hand out forms: letters in batches, slips for counters, tablets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parindex.errors import ParindexError
from parindex.web.desk.attaching import PDF, attached
from parindex.web.desk.frame import DeskRequest, id_or_404
from parindex.web.desk.views.fieldwork.opening import own_wave, trail
from parindex.web.desk.views.fieldwork.steps import HAND_OUT, step_page
from parindex.web.desk.views.running.opening import address
from parindex.web.fieldwork.actions import inviting
from parindex.web.fieldwork.actions import waves as actions
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.states import PREPARING
from parindex.web.journal import clock
from parindex.web.people.queries import units_of_issuer


@require_safe
def letters(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Who waits for a letter, by stratum; slips, tablets, interviewers."""
    wave = own_wave(request, wave_id)
    strata = planning.letters_of(wave)
    words = planning.words_of_strata(wave)
    units = units_of_issuer(request.actor, wave.issuer_id, on=clock.today())
    return step_page(
        request, "letters", HAND_OUT, wave=wave,
        strata=[(one, words[one.stratum]) for one in strata],
        waiting=sum(one.waiting for one in strata), at_once=inviting.AT_ONCE,
        units=[{"value": str(one.id), "label": one.name} for one in units],
        kiosks=planning.kiosks_of(wave), interviewers=planning.interviewers_of(wave),
        has=planning.set_up_of(wave), may_change=wave.state in PREPARING,
    )  # fmt: skip


@require_POST
def print_letters(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The next batch of letters as a PDF; the codes stand there and nowhere else."""
    wave = own_wave(request, wave_id)
    said = request.POST.get("stratum")
    batch = inviting.print_letters(request.actor, wave.id, stratum=said)
    return _paper(wave, batch, "thu-moi")


@require_POST
def print_again(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Letters that went astray, anew: the codes before count no more."""
    wave = own_wave(request, wave_id)
    again = [id_or_404(one) for one in request.POST.getlist("person")]
    batch = inviting.print_letters(request.actor, wave.id, again=again)
    return _paper(wave, batch, "thu-moi-in-lai")


@require_POST
def print_slips(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Slips for a counter as a PDF, eight a page."""
    wave = own_wave(request, wave_id)
    count = request.POST.get("count", "").strip()
    batch = inviting.print_slips(
        request.actor, wave.id, unit=id_or_404(request.POST.get("unit", "")),
        service=request.POST.get("service", "")[:200],
        count=int(count) if count.isdecimal() and len(count) < 6 else 0,
    )  # fmt: skip
    return _paper(wave, batch, "phieu-quay")


def _paper(wave: Any, batch: inviting.Batch, stem: str) -> HttpResponse:
    at = clock.now().astimezone(clock.VIETNAM)
    name = f"{stem}-{wave.slug}-{at:%Y%m%d-%H%M}-{batch.count}.pdf"
    return attached(batch.pdf, name=name, kind=PDF)


# ---- tablets


@require_http_methods(["GET", "HEAD", "POST"])
def kiosks(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The tablets of a wave; a new one's key is shown once."""
    wave = own_wave(request, wave_id)
    made, key, lines = None, "", list[str]()
    if request.method == "POST":
        try:
            made, key = actions.add_kiosk(request.actor, wave.id, name=request.POST.get("name", ""))
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
    page = request.build_absolute_uri(address("answering_kiosk")) if key else ""
    context = {
        "wave": wave, "trail": trail(wave, _("Máy tại quầy")), "kiosks": planning.kiosks_of(wave),
        "made": made, "key": key, "link": f"{page}#{key}", "lines": lines,
        "may_change": wave.state in PREPARING,
    }  # fmt: skip
    answer = render(request, "fieldwork/kiosks.html", context, status=422 if lines else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def end_kiosk(request: DeskRequest, wave_id: UUID, kiosk_id: UUID) -> HttpResponse:
    """Take a tablet its right away."""
    wave = own_wave(request, wave_id)
    actions.end_kiosk(request.actor, kiosk_id)
    messages.success(request, _("Đã ngừng máy. Phiếu đã gửi từ máy vẫn giữ."))
    return redirect("wave_kiosks", wave.id)
