"""The steps of setting a wave up: how far each is, and what to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import moment, number
from parindex.web.desk.views.fieldwork.opening import trail
from parindex.web.fieldwork.queries.planning import SetUp
from parindex.web.fieldwork.states import WaveState
from parindex.web.journal import clock

FORM, FRAME, DESIGN, DRAW, HAND_OUT, OPEN = range(6)


def names() -> tuple[str, ...]:
    """What the steps are called."""
    return (
        _("Bộ phiếu"),
        _("Khung mẫu"),
        _("Thiết kế, cỡ mẫu"),
        _("Rút mẫu"),
        _("Phát phiếu"),
        _("Mở đợt"),
    )


def steps_at(at: int, done: int = -1) -> list[dict[str, Any]]:
    """The steps, one of them the present one; those up to ``done`` are behind."""
    return [
        {"name": name, "past": position <= max(done, at - 1), "current": position == at}
        for position, name in enumerate(names())
    ]


def step_page(
    request: DeskRequest,
    template: str,
    at: int,
    *,
    wave: Any = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A step's page with the steps above it."""
    done = -1
    if wave is not None and wave.state != WaveState.PLANNED:
        done = OPEN if wave.state != WaveState.DRAWN else DRAW
    context |= {
        "wave": wave,
        "steps": steps_at(at, done),
        "trail": trail(wave, names()[at] if wave else _("Lập đợt mới")),
    }
    return render(request, f"fieldwork/{template}.html", context, status=status)


def tasks_of(wave: Any, has: SetUp) -> list[dict[str, Any]]:
    """The steps of a wave as a list of tasks: how far each is and where it is done."""
    rows = [
        ("wave_dates", "done", wave.instrument.title),
        (
            "wave_frame",
            "done" if wave.frame_digest else "empty",
            wave.frame_digest[:23] + "…" if wave.frame_digest else _("chưa khai"),
        ),
        (
            "wave_design",
            "done" if wave.plan else "empty",
            _("đã ghi cùng khung mẫu") if wave.plan else _("chưa ghi"),
        ),
        (
            "wave_draw",
            "done" if wave.seed else "empty",
            _drawn_words(has) if wave.seed else _("chưa rút"),
        ),
        ("wave_letters", _handed(has), _handed_words(has)),
        ("wave_open", "empty", _("chưa mở")),
    ]
    return [
        {
            "key": key,
            "state": state,
            "value": value,
            "url": reverse(name, args=[wave.id]),
            "action": _("Làm bước này") if state != "done" else _("Xem lại"),
        }
        for key, (name, state, value) in zip(names(), rows, strict=True)
    ]


def _drawn_words(has: SetUp) -> str:
    return _("%(drawn)s người được chọn, %(reserve)s dự phòng") % {
        "drawn": number(has.people), "reserve": number(has.reserve),
    }  # fmt: skip


def _handed(has: SetUp) -> str:
    if not has.invited and not has.assigned:
        return "empty"
    return "started" if has.waiting else "done"


def _handed_words(has: SetUp) -> str:
    said = [_("%(n)s thư, phiếu đã in") % {"n": number(has.invited)}]
    if has.waiting:
        said.append(_("%(n)s người chờ thư") % {"n": number(has.waiting)})
    if has.assigned:
        said.append(_("%(n)s người đã giao điều tra viên") % {"n": number(has.assigned)})
    if has.kiosks:
        said.append(_("%(n)s máy tại quầy") % {"n": number(has.kiosks)})
    return "; ".join(said)


def next_of(wave: Any, has: SetUp) -> dict[str, str]:
    """What those who run the wave do next: one sentence and one button."""
    found = _NEXT[WaveState(wave.state)](wave, has)
    text, name, action = found
    return {"text": text, "url": reverse(name, args=[wave.id]), "action": action}


def _planned(wave: Any, has: SetUp) -> tuple[str, str, str]:
    if wave.frame_digest:
        return (
            _("Khung mẫu và thiết kế đã ghi, dấu niêm phong đã vào nhật ký. Giờ mới bốc số "
              "khởi tạo công khai và rút mẫu."),
            "wave_draw",
            _("Rút mẫu"),
        )  # fmt: skip
    if has.invited:
        return (
            _("Đã in phiếu phát tại quầy. Không rút mẫu thì có thể mở đợt."),
            "wave_open",
            _("Mở đợt"),
        )
    return (
        _("Chưa có khung mẫu: danh sách những người có thể được hỏi, mỗi người một dòng. "
          "Khảo sát tại quầy thì không cần khung; in phiếu có mã ở bước “Phát phiếu”."),
        "wave_frame",
        _("Khai khung mẫu"),
    )  # fmt: skip


def _drawn(_wave: Any, has: SetUp) -> tuple[str, str, str]:
    if has.waiting:
        text = ngettext(
            "Còn %(n)s người được chọn chưa có thư mời. In thư theo từng đợt, hoặc giao cho "
                "điều tra viên.",
            "Còn %(n)s người được chọn chưa có thư mời. In thư theo từng đợt, hoặc giao cho "
                "điều tra viên.",
            has.waiting,
        ) % {"n": number(has.waiting)}  # fmt: skip
        return text, "wave_letters", _("Phát phiếu")
    return _("Mẫu đã rút, phiếu đã phát. Kiểm tra lần cuối rồi mở đợt."), "wave_open", _("Mở đợt")


def _open(wave: Any, _has: SetUp) -> tuple[str, str, str]:
    now = clock.now()
    if now > wave.closes_at:
        text = _(
            "Hạn nhận phiếu đã qua lúc %(at)s. Đóng đợt; phiếu giấy và phiếu của điều "
            "tra viên còn nhận đến %(until)s."
        ) % {"at": moment(wave.closes_at), "until": moment(wave.syncs_until)}
        return text, "wave_close", _("Đóng đợt")
    if now < wave.opens_at:
        text = _("Đợt đã mở; bắt đầu nhận phiếu lúc %(at)s.") % {"at": moment(wave.opens_at)}
    else:
        text = _("Đang nhận phiếu đến %(until)s. Theo dõi tiến độ từng địa bàn.") % {
            "until": moment(wave.closes_at)
        }
    return text, "wave_progress", _("Xem tiến độ thực địa")


def _closed(wave: Any, _has: SetUp) -> tuple[str, str, str]:
    if clock.now() <= wave.syncs_until:
        text = _(
            "Đợt đã đóng; phiếu giấy và phiếu của điều tra viên còn nhận đến %(until)s. "
            "Nhập xong phiếu giấy rồi mới trộn."
        ) % {"until": moment(wave.syncs_until)}
        return text, "wave_typing", _("Nhập phiếu")
    return (
        _("Mọi phiếu đã về. Trộn phiếu để mở thùng: từ đó không ai biết phiếu nào của ai."),
        "wave_mix",
        _("Trộn phiếu"),
    )


def _mixed(_wave: Any, _has: SetUp) -> tuple[str, str, str]:
    return _("Phiếu đã trộn. Tính kết quả của đợt."), "wave_estimate", _("Tính kết quả")


def _estimated(_wave: Any, _has: SetUp) -> tuple[str, str, str]:
    return (
        _("Đã có kết quả. Xem, tải bảng, và đưa vào kỳ đánh giá."),
        "wave_results",
        _("Xem kết quả"),
    )


_NEXT = {
    WaveState.PLANNED: _planned,
    WaveState.DRAWN: _drawn,
    WaveState.OPEN: _open,
    WaveState.CLOSED: _closed,
    WaveState.MIXED: _mixed,
    WaveState.ESTIMATED: _estimated,
}
