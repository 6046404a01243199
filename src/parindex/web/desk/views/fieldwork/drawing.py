"""The draw: the frame's digest stands already, the seed is said in public, anybody can redo it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import ParindexError
from parindex.web.desk import kept
from parindex.web.desk.attaching import attached
from parindex.web.desk.confirming import is_confirmed, unconfirmed
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import number
from parindex.web.desk.views.fieldwork import draft
from parindex.web.desk.views.fieldwork.opening import own_wave, watched_wave
from parindex.web.desk.views.fieldwork.plan_words import plan_words
from parindex.web.desk.views.fieldwork.steps import DRAW, step_page
from parindex.web.fieldwork.actions import drawing as actions
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.waves import progress
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.permissions import RefusedError

WORDS = gettext_noop("rút mẫu")


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """First the digest, then the seed; what was drawn, and the receipt that draws it again."""
    wave = own_wave(request, wave_id)
    errors: dict[str, Any] = {}
    if request.method == "POST" and wave.state == WaveState.PLANNED and wave.frame_digest:
        answer = _draw(request, wave, errors)
        if answer is not None:
            return answer
    words = plan_words(planning.stages_of(wave.plan)[1]) if wave.plan else []
    context = {
        "words_of_plan": words,
        "has_frame": _frame(request, wave) is not None,
        "confirm_words": _(WORDS),
        "consequences": [
            _("Mẫu được rút một lần, không rút lại được với số khác."),
            _("Số khởi tạo, dấu niêm phong và biên nhận vào nhật ký."),
            _("Chỉ người được chọn và dự phòng còn tên trong phần mềm; phần còn lại của khung "
              "được bỏ."),
        ],
        "seed": request.POST.get("seed", ""),
        "has": planning.set_up_of(wave),
        "strata": _strata(wave) if wave.seed else [],
        **errors,
    }  # fmt: skip
    return step_page(request, "draw", DRAW, wave=wave, status=422 if errors else 200, **context)


def _strata(wave: Any) -> list[tuple[str, int]]:
    """How many people of each stratum are asked."""
    words = planning.words_of_strata(wave)
    return [
        (words.get(label, label), one.drawn - one.replaced)
        for label, one in progress(wave).strata.items()
    ]


def _frame(request: DeskRequest, wave: Any) -> bytes | None:
    """The kept frame, where it is the registered one."""
    digest = draft.draft_of(request, wave).get("digest", "")
    same = f"sha256:{digest}" == wave.frame_digest
    return draft.frame_of(request, wave) if same else None


def _draw(request: DeskRequest, wave: Any, errors: dict[str, Any]) -> HttpResponse | None:
    content, seed = _brought(request, wave), request.POST.get("seed", "").strip()
    if content is None:
        errors["file_error"] = _("Chọn lại tệp khung mẫu đã ghi.")
    if not seed:
        errors["seed_error"] = _("Ghi số khởi tạo vừa bốc công khai.")
    if not is_confirmed(request, _(WORDS)):
        errors["confirm_error"] = unconfirmed(_(WORDS))
    if errors or content is None:
        return None
    file = draft.draft_of(request, wave).get("file", "") or "khung-mau.csv"
    try:
        made = actions.draw(request.actor, wave.id, content, seed=seed, file=file)
    except RefusedError as error:
        if error.code != "fieldwork.other_frame":
            raise
        errors["file_error"] = " ".join(error.say(get_language() or "vi"))
        return None
    except ParindexError as error:
        errors["lines"] = error.say(get_language() or "vi")
        return None
    draft.forget(request, wave)
    messages.success(
        request,
        _("Đã rút mẫu: %(n)s người. Danh sách trong tệp khung đã được bỏ; chỉ người được chọn và "
          "dự phòng còn tên trong phần mềm.") % {"n": number(planning.set_up_of(made.wave).people)},
    )  # fmt: skip
    return redirect("wave_draw", wave.id)


def _brought(request: DeskRequest, wave: Any) -> bytes | None:
    """The frame of now: the kept one, or the same file brought again."""
    upload = request.FILES.get("file")
    if upload is None or kept.is_too_large(upload):
        return _frame(request, wave)
    try:
        return planning.table_of(upload.read(), file=str(upload.name)).content
    except ParindexError:
        return None


@require_safe
def receipt(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """What anybody needs, besides the frame, to draw the same sample again."""
    wave = watched_wave(request, wave_id)
    if not wave.receipt:
        raise Http404
    name = f"bien-nhan-rut-mau-{wave.slug}.json"
    return attached(wave.receipt.encode(), name=name, kind="application/json")


@require_safe
def plan(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The sampling plan as the file that the command line takes."""
    wave = watched_wave(request, wave_id)
    if not wave.plan:
        raise Http404
    return attached(wave.plan.encode(), name=f"thiet-ke-{wave.slug}.yaml", kind="application/yaml")
