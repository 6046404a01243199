"""To open a wave: what is there, what lacks, what will happen; and the quotas of strata."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.errors import ParindexError
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import Chip, moment, number
from parindex.web.desk.views.fieldwork.numbers import read_whole
from parindex.web.desk.views.fieldwork.opening import own_wave, trail
from parindex.web.desk.views.fieldwork.steps import OPEN, step_page
from parindex.web.fieldwork.actions import waves as actions
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import progress
from parindex.web.fieldwork.states import SETTING_UP
from parindex.web.journal import clock

WORDS = gettext_noop("mở đợt")


@require_http_methods(["GET", "HEAD", "POST"])
def open_wave(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The check list; then, confirmed in words, the wave is open."""
    wave = own_wave(request, wave_id)
    error = ""
    if request.method == "POST" and wave.state in SETTING_UP:
        if is_confirmed(request, _(WORDS)):
            actions.open_wave(request.actor, wave.id)
            messages.success(
                request,
                _("Đã mở đợt. Phiếu được nhận từ %(opens)s đến %(closes)s.")
                % {"opens": moment(wave.opens_at), "closes": moment(wave.closes_at)},
            )
            return redirect("wave_progress", wave.id)
        error = unconfirmed(_(WORDS))
    has = planning.set_up_of(wave)
    checks = _checks(wave, has)
    return step_page(
        request, "open", OPEN, wave=wave,
        over=wave.state not in SETTING_UP,
        checks=checks,
        blocked=any(one["state"].tone == "late" for one in checks),
        consequences=[
            _("Một khóa riêng của đợt được tạo: câu trả lời được niêm phong ngay khi gửi, không ai "
              "mở được từng phiếu trước khi trộn."),
            _("Dấu niêm phong của bộ phiếu vào nhật ký; bộ phiếu không đổi được nữa."),
            _("Mã trên thư, phiếu bắt đầu có hiệu lực từ %(at)s.") % {"at": moment(wave.opens_at)},
            _("Chép tệp khóa của đợt (thư mục keys/waves) ra nơi cất riêng: mất khóa là mất mọi "
              "phiếu chưa trộn."),
        ],
        words=_(WORDS), error=error, cancel_url=reverse("wave", args=[wave.id]),
        status=422 if error else 200,
    )  # fmt: skip


def _checks(wave: Any, has: planning.SetUp) -> list[dict[str, Any]]:
    """What an opening needs (late), should have (waiting), and has (done)."""
    url = {name: reverse(name, args=[wave.id]) for name in _PAGES}
    invited = has.invited + has.assigned
    rows = [
        (
            _("Bộ phiếu"),
            "done",
            wave.instrument.title,
            "",
        ),
        (
            _("Lịch"),
            "done" if wave.closes_at > clock.now() else "late",
            _("%(opens)s đến %(closes)s")
            % {"opens": moment(wave.opens_at), "closes": moment(wave.closes_at)},
            url["wave_dates"],
        ),
        (
            _("Mẫu"),
            "done" if wave.seed or has.slips else "late",
            _("%(n)s người được chọn") % {"n": number(has.people)}
            if wave.seed
            else _("không rút mẫu; %(n)s phiếu tại quầy") % {"n": number(has.slips)},
            url["wave_draw"],
        ),
        (
            _("Thư, phiếu, điều tra viên"),
            "done" if invited and not has.waiting else "waiting" if invited else "late",
            _("còn %(n)s người chưa có thư và chưa giao điều tra viên; in được cả sau khi mở")
            % {"n": number(has.waiting)}
            if has.waiting
            else _("mọi người được chọn đã có thư, phiếu hoặc điều tra viên"),
            url["wave_letters"],
        ),
    ]
    if has.small:
        rows.append(
            (
                _("Ô mẫu đủ người"),
                "waiting",
                _("%(n)s ô có dưới %(least)s người; sẽ được gộp khi trộn phiếu")
                % {"n": number(has.small), "least": wave.min_cell},
                url["wave_draw"],
            )
        )
    chips = {
        "done": Chip(_("Đủ"), "done", "tick"),
        "waiting": Chip(_("Lưu ý"), "waiting", "bang"),
        "late": Chip(_("Thiếu"), "late", "cross"),
    }
    return [
        {"key": key, "state": chips[state], "value": value, "url": where, "action": _("Xem")}
        for key, state, value, where in rows
    ]


_PAGES = ("wave_dates", "wave_draw", "wave_letters")


@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """How many answers each stratum takes at most."""
    wave = own_wave(request, wave_id)
    lines: list[str] = []
    texts = {
        name.removeprefix("limit-"): request.POST.get(name, "").strip()
        for name in request.POST
        if name.startswith("limit-")
    }
    read = {label: read_whole(text, least=0) for label, text in texts.items()}
    errors = {label: wrong for label, (_limit, wrong) in read.items() if wrong}
    if request.method == "POST" and not errors:
        limits = {label: limit for label, (limit, _wrong) in read.items()}
        try:
            actions.set_quotas(request.actor, wave.id, limits)
        except ParindexError as error:
            lines = error.say(get_language() or "vi")
        else:
            messages.success(request, _("Đã ghi hạn ngạch."))
            return redirect("wave_quotas", wave.id)
    found = progress(wave)
    known = {one.label: one for one in found.quotas}
    words = planning.words_of_strata(wave)
    context = {
        "wave": wave, "trail": trail(wave, _("Hạn ngạch")),
        "lines": lines + [f"{words.get(one, one)}: {wrong}" for one, wrong in errors.items()],
        "rows": [
            {
                "label": label,
                "words": words.get(label, label),
                "count": count,
                "drawn": count.drawn - count.replaced,
                "quota": known.get(label),
                "text": texts.get(label, str(known[label].limit) if label in known else ""),
                "error": errors.get(label, ""),
            }
            for label, count in found.strata.items()
        ],
    }  # fmt: skip
    return render(request, "fieldwork/quotas.html", context, status=422 if lines or errors else 200)
