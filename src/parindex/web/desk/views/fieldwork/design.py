"""The design of a sample: how many, in which stages and strata; tried out on the frame live."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from parindex.web.desk.views.fieldwork import draft
from parindex.web.desk.views.fieldwork.frame import said
from parindex.web.desk.views.fieldwork.opening import own_wave
from parindex.web.desk.views.fieldwork.plan_words import allocated, drawn_total, plan_words
from parindex.web.desk.views.fieldwork.steps import DESIGN, step_page
from parindex.web.fieldwork.actions import drawing
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.frames import preview
from parindex.web.fieldwork.queries.planning import StagePlan, called
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.permissions import RefusedError

MOST_STAGES: Final = 3
_SHOWN: Final = 40
_WHOLE: Final = re.compile(r"\d{1,7}")
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
    stages = _typed(request.POST) if request.method == "POST" else _begun(request, wave)
    tried = _tried(request, wave, content, stages, request.POST)
    if request.method == "POST":
        draft.save(request, wave, stages=[_plain(one) for one in tried["stages"]])
        if request.POST.get("act") == "record" and not tried["lines"]:
            return _record(request, wave, content, tried)
    return _page(request, wave, content, tried)


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
    tried = _tried(request, wave, content, _typed(request.POST), request.POST)
    return render(request, "fieldwork/design_look.html", {"wave": wave, **tried})


def _begun(request: DeskRequest, wave: Any) -> list[StagePlan]:
    """The stages as they were left; else as recorded; else one stage, by unit if there are any."""
    made = draft.draft_of(request, wave)
    wanted = request.GET.get("stages", "")
    if made.get("stages"):
        found = [StagePlan(**{**one, "strata": tuple(one["strata"])}) for one in made["stages"]]
    elif wave.plan:
        found = list(planning.stages_of(wave.plan)[1])
    else:
        unit = made.get("columns", {}).get("unit", "")
        found = [StagePlan(method="srs", take=30, reserve=5, strata=(unit,) if unit else ())]
    if wanted in {"1", "2", "3"} and int(wanted) != len(found):
        first = found[0]
        found = [StagePlan(method="pps", take=5, strata=first.strata)]
        found += [StagePlan(method="systematic", take=3)] * (int(wanted) - 2)
        found.append(StagePlan(method="srs", take=12, reserve=4))
        if wanted == "1":
            found = [replace(first, cluster="", size="", method="srs", reserve=5)]
    return found


def _typed(data: QueryDict) -> list[StagePlan]:
    """The stages as the form says them."""
    count = data.get("stages", "1")
    last = int(count) if count in {"1", "2", "3"} else 1
    found = []
    for at in range(1, last + 1):
        said = {key: data.get(f"s{at}-{key}", "") for key in ("cluster", "method", "size", "short")}
        found.append(
            StagePlan(
                cluster=said["cluster"] if at < last else "",
                method=said["method"] if said["method"] in {"srs", "systematic", "pps"} else "srs",
                size=said["size"] if said["method"] == "pps" else "",
                short="take_all" if said["short"] else "refuse",
                strata=tuple(data.getlist(f"s{at}-strata")),
                take=_whole(data.get(f"s{at}-take")),
                reserve=_whole(data.get(f"s{at}-reserve")) if at == last else 0,
            )
        )
    return found


def _whole(text: str | None) -> int:
    return int(text) if text and _WHOLE.fullmatch(text.strip()) else 0


def _plain(one: StagePlan) -> dict[str, Any]:
    return {
        "method": one.method, "take": one.take, "cluster": one.cluster, "strata": list(one.strata),
        "size": one.size, "reserve": one.reserve, "short": one.short, "take_in": dict(one.take_in),
    }  # fmt: skip


def _rest(made: Mapping[str, Any]) -> dict[str, str]:
    return {part: name for part, name in made.get("columns", {}).items() if part != "id"}


def _tried(
    request: DeskRequest, wave: Any, content: bytes, stages: list[StagePlan], data: QueryDict
) -> dict[str, Any]:
    """What a plan draws from the frame: its words, its strata, how many, or what is wrong."""
    made = draft.draft_of(request, wave)
    by_stratum = stages[0].take_in
    stages = [replace(stages[0], take_in={}), *stages[1:]]
    found: dict[str, Any] = {"stages": stages, "look": None, "lines": [], "total": 0, "plan": b""}
    found["lines"] = [
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
        seen = tried(bare)
        take_in = _take_in(seen, data, by_stratum, stages[0])
        stages = [replace(stages[0], take_in=take_in), *stages[1:]]
        found["stages"] = stages
        found["look"] = tried(stages)
    except RefusedError:
        raise
    except ParindexError as error:
        language = get_language() or "vi"
        found["lines"] = [said(one, language) for one in error.problems[:_SHOWN]]
        return found
    total = drawn_total(stages, found["look"])
    return found | {
        "words": plan_words(stages),
        "total": total,
        "rows": _rows(found["look"], stages, planning.names_of_units(wave)),
        "several": len(stages) > 1,
        "smallest": found["look"].smallest[:_SHOWN],
        "n_smallest": len(found["look"].smallest),
    }


def _take_in(
    seen: Any, data: QueryDict, before: Mapping[str, int], first: StagePlan
) -> dict[str, int]:
    """How many of each stratum: as allocated, or as typed, where it is not the common number."""
    if not first.strata:
        return {}
    sizes = [(one.label, one.units) for one in seen.strata]
    act, total = data.get("act", ""), _whole(data.get("total"))
    if act in {"proportional", "evenly"} and total:
        chosen = allocated(total, sizes, evenly=act == "evenly")
    else:
        typed = {name: _whole(data.get(f"take-{name}")) for name, _size in sizes}
        chosen = {name: n for name, n in typed.items() if n} if data else dict(before)
        known = {name for name, _size in sizes}
        chosen = {name: n for name, n in chosen.items() if name in known}
    return {name: n for name, n in chosen.items() if n != first.take}


def _rows(seen: Any, stages: Sequence[StagePlan], names: Mapping[str, str]) -> list[dict[str, Any]]:
    inside = 1
    for one in stages[1:]:
        inside *= one.take
    return [
        {
            "label": one.label,
            "words": _("cả khung") if one.label == "*" else called(one.label, names),
            "members": one.members,
            "units": one.units,
            "take": one.take,
            "people": one.take * inside,
            "fixed": not stages[0].strata,
        }
        for one in seen.strata
    ]


def _page(request: DeskRequest, wave: Any, content: bytes, tried: dict[str, Any]) -> HttpResponse:
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
        forms=[
            {"at": at, "one": one, "last": at == last, "only": last == 1, "prefix": f"s{at}"}
            for at, one in enumerate(stages, 1)
        ],
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
        status=422 if tried["lines"] and request.method == "POST" else 200,
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
