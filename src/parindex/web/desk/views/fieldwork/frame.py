"""The frame of a wave: brought as CSV or XLSX, its columns said, checked, looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parindex.errors import ParindexError, Problem
from parindex.vietnamese import folded
from parindex.web.desk import kept
from parindex.web.desk.attaching import CSV, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork import draft
from parindex.web.desk.views.fieldwork.opening import own_wave
from parindex.web.desk.views.fieldwork.steps import FRAME, step_page
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.frames import preview
from parindex.web.fieldwork.queries.planning import StagePlan, Table
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.permissions import RefusedError
from parindex.workbooks.uploads import MAX_CELLS

# What a column may say, its words, and how lists usually call it.
PARTS: Final[Mapping[str, tuple[str | Promise, str | Promise, tuple[str, ...]]]] = {
    "id": (
        gettext_lazy("Mã của mỗi dòng"),
        gettext_lazy("Mỗi dòng một mã, không trùng; ví dụ mã hồ sơ."),
        ("ma ho so", "id", "ma", "dossier_id", "so ho so", "stt"),
    ),
    "name": (gettext_lazy("Họ và tên"), "", ("ho va ten", "ho ten", "name", "ten", "chu ho so")),
    "phone": (gettext_lazy("Điện thoại"), "", ("dien thoai", "so dien thoai", "phone", "sdt")),
    "address": (gettext_lazy("Địa chỉ"), "", ("dia chi", "address", "noi o")),
    "dossier": (
        gettext_lazy("Mã hồ sơ (để đối chiếu)"),
        "",
        ("ma ho so", "dossier", "dossier_id", "so ho so"),
    ),
    "unit": (
        gettext_lazy("Mã đơn vị được đánh giá"),
        gettext_lazy("Mã như ở trang Người dùng và đơn vị."),
        ("ma don vi", "don vi", "unit", "unit_id", "co quan"),
    ),
    "service": (
        gettext_lazy("Dịch vụ, lĩnh vực"),
        "",
        ("dich vu", "linh vuc", "service", "thu tuc", "ten thu tuc"),
    ),
    "respondents": (
        gettext_lazy("Nhóm đối tượng"),
        "",
        ("nhom doi tuong", "doi tuong", "respondents", "nhom"),
    ),
    "own_unit": (
        gettext_lazy("Nơi công tác của người trả lời"),
        gettext_lazy("Chỉ dùng để loại người đánh giá đơn vị mình; không được giữ lại."),
        ("noi cong tac", "don vi cong tac", "own_unit"),
    ),
}
_SHOWN: Final = 60
_ROWS: Final = 8


@require_http_methods(["GET", "HEAD", "POST"])
def frame(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Bring a frame, say what its columns are; every duplicate and gap is told, none is mended."""
    wave = own_wave(request, wave_id)
    if request.method == "POST" and wave.state == WaveState.PLANNED:
        upload = request.FILES.get("file")
        return _columns(request, wave) if upload is None else _bring(request, wave, upload)
    return _page(request, wave)


def _bring(request: DeskRequest, wave: Any, upload: Any) -> HttpResponse:
    name = str(upload.name)[-200:]
    if kept.is_too_large(upload):
        error = _("Tệp lớn hơn 20 MB. Bỏ bớt cột không dùng rồi gửi lại.")
        return _page(request, wave, error=error)
    try:
        table = planning.table_of(upload.read(), file=name)
    except ParindexError as error:
        return _page(request, wave, problems=error.problems)
    if not table.columns:
        return _page(request, wave, error=_("Tệp không có dòng nào."))
    draft.forget(request, wave)
    draft.save(
        request, wave, digest=kept.keep(request.actor, table.content), file=name,
        columns=guessed(table.columns),
    )  # fmt: skip
    return redirect("wave_frame", wave.id)


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Which column says what, told by its name.

    >>> guessed(["Mã hồ sơ", "Họ và tên", "don_vi", "ghi chú"])
    {'id': 'Mã hồ sơ', 'name': 'Họ và tên', 'dossier': 'Mã hồ sơ', 'unit': 'don_vi'}
    """
    plain = {folded(one).replace("_", " "): one for one in reversed(columns)}
    found = {}
    for part, (_words, _hint, names) in PARTS.items():
        known = next(
            (plain[name.replace("_", " ")] for name in names if name.replace("_", " ") in plain), ""
        )
        if known:
            found[part] = known
    return found


def _columns(request: DeskRequest, wave: Any) -> HttpResponse:
    content = draft.frame_of(request, wave)
    if content is None:
        messages.warning(request, _("Không còn tệp đang kiểm tra. Chọn lại tệp."))
        return redirect("wave_frame", wave.id)
    said = {part: request.POST.get(part, "") for part in PARTS}
    columns = {part: name for part, name in said.items() if name}
    draft.save(request, wave, columns=columns)
    if "id" not in columns:
        return _page(request, wave, error=_("Chọn cột chứa mã của mỗi dòng."))
    problems = problems_of(request, wave, content, columns)
    if problems:
        return _page(request, wave, problems=problems)
    return redirect("wave_design", wave.id)


def problems_of(
    request: DeskRequest, wave: Any, content: bytes, columns: Mapping[str, str]
) -> Sequence[Problem]:
    """What is wrong in a frame itself, whatever is drawn from it."""
    plan = planning.plan_text(columns["id"], [StagePlan(method="srs", take=1)])
    rest = {part: name for part, name in columns.items() if part != "id"}
    file = draft.draft_of(request, wave).get("file", "")
    try:
        preview(request.actor, wave, content, plan=plan, columns=rest, file=file)
    except RefusedError:
        raise
    except ParindexError as error:
        return error.problems
    return ()


def _page(
    request: DeskRequest, wave: Any, *, error: str = "", problems: Sequence[Problem] = ()
) -> HttpResponse:
    made, content = draft.draft_of(request, wave), draft.frame_of(request, wave)
    table = None if content is None else planning.table_of(content, file="")
    language = get_language() or "vi"
    context: dict[str, Any] = {
        "error": error,
        "problems": [(one.line, said(one, language)) for one in problems[:_SHOWN]],
        "n_problems": len(problems),
        "file": made.get("file", ""),
        "table": table,
        "may_change": wave.state == WaveState.PLANNED,
        "most_cells": MAX_CELLS,
    }
    if table is not None:
        context |= _looked(table, made)
    return step_page(
        request, "frame", FRAME, wave=wave, status=422 if error or problems else 200, **context
    )


def said(one: Problem, language: str) -> str:
    """A problem without its place."""
    parts = one.parts(language)
    return "; ".join(parts[key] for key in ("what", "expected", "got", "fix") if key in parts)


def _looked(table: Table, made: Mapping[str, Any]) -> dict[str, Any]:
    columns = made.get("columns", {})
    options = [{"value": one, "label": one} for one in table.columns]
    return {
        "digest": f"sha256:{made['digest']}",
        "count": len(table.rows),
        "rows": table.rows[:_ROWS],
        "fields": [
            {
                "name": part,
                "label": words,
                "hint": hint,
                "value": columns.get(part, ""),
                "options": options,
                "required": part == "id",
            }
            for part, (words, hint, _names) in PARTS.items()
        ],
    }


@require_safe
def frame_file(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The frame as it is drawn from, for who brought it: to keep, and to draw again."""
    wave = own_wave(request, wave_id)
    content = draft.frame_of(request, wave)
    if content is None:
        raise Http404
    return attached(content, name=f"khung-mau-{wave.slug}.csv", kind=CSV)
