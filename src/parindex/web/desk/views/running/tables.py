"""Tables of figures: survey findings, facts of dossiers, bonus and penalty, last year's results."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.web.assessment.actions import ending
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import tables_of
from parindex.web.desk import kept
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.running.forms import TableForm
from parindex.web.desk.views.running.opening import known_round, own_round, trail
from parindex.web.people.permissions import RefusedError

NAMES: Final[dict[str, str | Promise]] = {
    "findings.csv": gettext_lazy("Kết quả điều tra xã hội học"),
    "facts.csv": gettext_lazy("Số liệu hồ sơ, chỉ số đo được"),
    "adjustments.csv": gettext_lazy("Điểm thưởng, điểm trừ"),
    "previous.csv": gettext_lazy("Kết quả kỳ trước"),
}
_KEY: Final = "round_table"
_SHOWN: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """What figures a round has, from where and when; and to upload a table for a dry run."""
    round_ = known_round(request, round_id)
    if not running.sees_all(request.actor, round_):
        raise RefusedError("refused.administer")
    runs = running.runs(request.actor, round_)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TableForm(data, files, names=[(one, str(words)) for one, words in NAMES.items()])
    if request.method == "POST":
        own_round(request, round_id)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            if not kept.is_too_large(upload):
                said = form.cleaned_data
                request.session[_KEY] = {
                    "round": str(round_.id),
                    "digest": kept.keep(request.actor, upload.read()),
                    "file": str(upload.name)[-200:],
                    "name": said["name"],
                    "source": said["source"],
                }
                return redirect("round_table_check", round_.id)
            form.add_error(
                "file", _("Tệp lớn hơn 20 MB. Bỏ bớt cột, trang không dùng rồi gửi lại.")
            )
    known = tables_of(round_)
    context = {
        "round": round_,
        "trail": trail(round_, _("Số liệu")),
        "rows": [(words, name, known.get(name)) for name, words in NAMES.items()],
        "form": form,
        "runs": runs,
    }
    return render(request, "running/tables.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: DeskRequest, round_id: UUID) -> HttpResponse:
    """The dry run: what was read and what is wrong at which line; then, confirmed, it is put."""
    round_ = own_round(request, round_id)
    said = request.session.get(_KEY) or {}
    content = kept.kept(request.actor, said.get("digest", ""))
    if content is None or said.get("round") != str(round_.id):
        messages.warning(request, _("Không còn tệp đang kiểm tra. Chọn lại tệp."))
        return redirect("round_tables", round_.id)
    reading = running.table_reading(round_, said["name"], content, file=said["file"])
    if request.method == "POST" and not reading.problems:
        return _put(request, round_, said, reading)
    language = get_language() or "vi"
    context: dict[str, Any] = {
        "round": round_,
        "trail": trail(round_, _("Kiểm tra số liệu")),
        "said": said,
        "words": NAMES[said["name"]],
        "header": reading.rows[0] if reading.rows else (),
        "rows": reading.rows[1:],
        "count": reading.count,
        "problems": [(one.line, one.say(language)) for one in reading.problems[:_SHOWN]],
        "n_problems": len(reading.problems),
        "before": tables_of(round_).get(said["name"]),
    }
    return render(
        request, "running/table_check.html", context, status=422 if reading.problems else 200
    )


def _put(
    request: DeskRequest, round_: Any, said: dict[str, str], reading: running.Reading
) -> HttpResponse:
    made = ending.upload_table(
        request.actor, round_.id, said["name"], reading.text.encode(), source=said["source"]
    )
    kept.drop(request.actor, said["digest"])
    del request.session[_KEY]
    messages.success(
        request,
        _("Đã ghi “%(words)s”, bản %(version)s, %(n)s dòng. Bản trước vẫn còn trong nhật ký.")
        % {"words": NAMES[said["name"]], "version": made.version, "n": reading.count},
    )
    return redirect("round_tables", round_.id)
