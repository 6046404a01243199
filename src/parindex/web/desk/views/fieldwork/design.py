"""The design of a sample: how many, in which stages and strata; tried out on the frame live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parindex.errors import ParindexError
from parindex.points import parse_decimal
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork import design_form, draft
from parindex.web.desk.views.fieldwork.design_form import Said, Takes
from parindex.web.desk.views.fieldwork.frame import said as said_of
from parindex.web.desk.views.fieldwork.opening import own_wave
from parindex.web.desk.views.fieldwork.plan_words import between, plan_words
from parindex.web.desk.views.fieldwork.steps import DESIGN, step_page
from parindex.web.fieldwork.actions import drawing
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.frames import preview
from parindex.web.fieldwork.queries.planning import StagePlan, called
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.permissions import RefusedError

_SHOWN: Final = 40
# What a field of the calculator holds before anybody types: percent, but for the design effect.
_SIZE: Final = {"margin": "5", "deff": "1", "response": "100"}


@require_http_methods(["GET", "HEAD", "POST"])
def design(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Say the stages, see what they draw; then frame and design are recorded together."""
    wave = own_wave(request, wave_id)
    content = draft.frame_of(request, wave)
    if wave.state != WaveState.PLANNED or (content is None and request.method != "POST"):
        return _fixed(request, wave)
    if content is None:
        messages.warning(request, _("Không còn tệp đang kiểm tra. Chọn lại tệp."))
        return redirect("wave_frame", wave.id)
    if request.method == "POST":
        said = design_form.typed(request.POST)
    else:
        made = draft.draft_of(request, wave)
        said = design_form.begun(made, wave.plan, request.GET.get("stages", ""))
    tried = _tried(request, wave, content, said, request.POST)
    if request.method == "POST" and not said.errors and not tried["wrong"]:
        draft.save(request, wave, stages=[_plain(one) for one in tried["stages"]])
        if request.POST.get("act") == "record" and not tried["lines"]:
            return _record(request, wave, content, tried)
    return _page(request, wave, content, said, tried)


def _record(request: DeskRequest, wave: Any, content: bytes, tried: Any) -> HttpResponse:
    made = draft.draft_of(request, wave)
    drawing.register_frame(
        request.actor, wave.id, content, plan=tried["plan"], columns=_rest(made), file=made["file"],
    )  # fmt: skip
    messages.success(
        request,
        _("Đã ghi khung mẫu và thiết kế; dấu niêm phong đã vào nhật ký. Tiếp theo: bốc số khởi tạo "
          "công khai và rút mẫu."),
    )  # fmt: skip
    return redirect("wave_draw", wave.id)


def _fixed(request: DeskRequest, wave: Any) -> HttpResponse:
    """The design as it was recorded, or what lacks before there can be one."""
    words: list[str] = []
    if wave.plan:
        words = plan_words(planning.stages_of(wave.plan)[1])
    return step_page(request, "design_fixed", DESIGN, wave=wave, words=words)


@require_POST
def look(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """What the stages as typed would draw: a part of the page, while it is filled in."""
    wave = own_wave(request, wave_id)
    content = draft.frame_of(request, wave)
    if content is None or wave.state != WaveState.PLANNED:
        gone = _("Không còn tệp đang kiểm tra. Quay lại bước khung mẫu và chọn lại tệp.")
        return render(request, "fieldwork/design_look.html", {"wave": wave, "lines": [gone]})
    tried = _tried(request, wave, content, design_form.typed(request.POST), request.POST)
    return render(request, "fieldwork/design_look.html", {"wave": wave, **tried})


def _plain(one: StagePlan) -> dict[str, Any]:
    return {
        "method": one.method, "take": one.take, "cluster": one.cluster, "strata": list(one.strata),
        "size": one.size, "reserve": one.reserve, "short": one.short, "take_in": dict(one.take_in),
    }  # fmt: skip


def _rest(made: Mapping[str, Any]) -> dict[str, str]:
    return {part: name for part, name in made.get("columns", {}).items() if part != "id"}


def _tried(
    request: DeskRequest, wave: Any, content: bytes, said: Said, data: QueryDict
) -> dict[str, Any]:
    """What a plan draws from the frame: its words, its strata, how many, or what is wrong.

    ``lines`` say why it draws nothing, ``wrong`` which numbers of strata were taken for nothing.
    """
    made = draft.draft_of(request, wave)
    by_stratum = said.stages[0].take_in
    stages = [replace(said.stages[0], take_in={}), *said.stages[1:]]
    found: dict[str, Any] = {"stages": stages, "look": None, "wrong": [], "plan": b""}
    found["lines"] = said.lines() + [
        _("Chọn cột ghi tên cụm cho giai đoạn %(at)s.") % {"at": at}
        for at, one in enumerate(stages[:-1], 1)
        if not one.cluster
    ]
    if found["lines"]:
        return found

    def tried(what: list[StagePlan]) -> Any:
        found["plan"] = planning.plan_text(made.get("columns", {}).get("id", ""), what)
        return preview(
            request.actor, wave, content, plan=found["plan"], columns=_rest(made), file=made["file"]
        )

    try:
        # Whatever is taken from single strata is held against the strata that there are.
        bare = [replace(stages[0], short="take_all"), *stages[1:]] if stages[0].strata else stages
        sizes = {one.label: one.units for one in tried(bare).strata}
        takes = design_form.takes(sizes, data, by_stratum, stages[0])
        stages = [replace(stages[0], take_in=takes.take_in), *stages[1:]]
        found["stages"] = stages
        found["look"] = tried(stages)
    except RefusedError:
        raise
    except ParindexError as error:
        language = get_language() or "vi"
        found["lines"] = [said_of(one, language) for one in error.problems[:_SHOWN]]
        return found
    names = planning.names_of_units(wave)
    return found | {
        "wrong": takes.lines(names),
        "takes": takes,
        "words": plan_words(stages),
        "total": found["look"].people.most,
        "total_words": between(found["look"].people),
        "rows": _rows(found["look"], takes, names, fixed=not stages[0].strata),
        "several": len(stages) > 1,
        "smallest": found["look"].smallest[:_SHOWN],
        "n_smallest": len(found["look"].smallest),
    }


def _rows(
    seen: Any, takes: Takes, names: Mapping[str, str], *, fixed: bool
) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "words": _("cả khung") if one.label == "*" else called(one.label, names),
            "members": one.members,
            "units": one.units,
            "take": one.take,
            "text": takes.texts.get(one.label, "") if one.label in takes.errors else str(one.take),
            "error": takes.errors.get(one.label, ""),
            "people": between(one.people),
            "fixed": fixed,
        }
        for one in seen.strata
    ]


def _page(
    request: DeskRequest, wave: Any, content: bytes, said: Said, tried: dict[str, Any]
) -> HttpResponse:
    table = planning.table_of(content, file="")
    stages: list[StagePlan] = tried["stages"]
    made = draft.draft_of(request, wave).get("columns", {})
    # What tells people apart is no stratum and no cluster.
    own = {made[part] for part in ("id", "name", "phone", "dossier") if part in made}
    columns = [{"value": one, "label": one} for one in table.columns if one not in own]
    last = len(stages)
    return step_page(
        request, "design", DESIGN, wave=wave,
        **tried,
        count=last,
        members=len(table.rows),
        forms=replace(said, stages=stages).forms(),
        columns=columns,
        choices=[
            {"at": at, "label": words, "current": at == last}
            for at, words in (
                (1, _("Một giai đoạn: rút thẳng từng người")),
                (2, _("Hai giai đoạn: rút cụm, rồi người")),
                (3, _("Ba giai đoạn: rút cụm lớn, cụm nhỏ, rồi người")),
            )
        ],
        size=_sized(QueryDict(), members=len(table.rows)),
        status=422 if request.method == "POST" and (tried["lines"] or tried["wrong"]) else 200,
    )  # fmt: skip


# ---- how many


@require_safe
def size(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The size that a margin of error needs: the calculator alone, live or as a page's part."""
    wave = own_wave(request, wave_id)
    context = {"wave": wave, "size": _sized(request.GET, members=None)}
    partial = bool(getattr(request, "htmx", False))
    template = "fieldwork/size_result.html" if partial else "fieldwork/size.html"
    return render(request, template, context)


def _sized(data: QueryDict, *, members: int | None) -> dict[str, Any]:
    said = {key: data.get(key, "").strip() or value for key, value in _SIZE.items()}
    population = data.get("population", "").strip() or (str(members) if members else "10000")
    found: dict[str, Any] = {"population": population, **said, "n": None, "lines": []}
    try:
        found["n"] = planning.size_of(
            population.replace(".", ""), _share(said["margin"]), said["deff"],
            _share(said["response"]),
        )  # fmt: skip
    except ParindexError as error:
        found["lines"] = [
            "; ".join(v for k, v in one.parts(get_language() or "vi").items() if k != "got")
            for one in error.problems
        ]
    return found


def _share(percent: str) -> str:
    """A percentage as typed, as a share; what is no number is handed on as it is.

    >>> _share("5"), _share("2,5"), _share("năm")
    ('0.05', '0.025', 'năm')
    """
    number = parse_decimal(percent.replace(",", ".").rstrip("% "))
    return percent if number is None else format(Decimal(number) / 100, "f")
