"""To type forms from paper and telephone: once or twice, compared, settled by a third."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parindex.errors import Problem, UnusableInputError
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork.opening import MODE_WORDS, known_wave, trail
from parindex.web.fieldwork.actions import entering, intake
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.invitations import goes_to, person_of
from parindex.web.fieldwork.queries.typing import (
    Mismatch,
    mismatch_of,
    typed_twice,
    waiting_for_second,
    waiting_for_third,
)
from parindex.web.fieldwork.states import TAKING, Mode
from parindex.web.people.permissions import RefusedError

MODES: Final = ("paper", "phone")
_FIELD: Final = "a-"
_SHOWN: Final = 20


def _typed_wave(request: DeskRequest, wave_id: UUID) -> Any:
    """A wave that the person types forms for: 403 for who only watches."""
    wave = known_wave(request, wave_id)
    if not planning.types(request.actor, wave):
        raise RefusedError("fieldwork.not_typed_by_you")
    return wave


@require_http_methods(["GET", "HEAD", "POST"])
def typing(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The code of a form opens it; what waits for a second typing, where two differ."""
    wave = _typed_wave(request, wave_id)
    mode = request.POST.get("mode", "") or "paper"
    if request.method == "POST" and mode in MODES:
        answer = _form(request, wave, mode)
        if answer is not None:
            return answer
    return _list(request, wave, mode=mode)


def _list(request: DeskRequest, wave: Any, *, mode: str = "paper", error: str = "") -> HttpResponse:
    context = {
        "wave": wave,
        "trail": trail(wave, _("Nhập phiếu")),
        "modes": [
            {"value": one, "label": _(MODE_WORDS[one]), "what": _twice(wave, one)} for one in MODES
        ],
        "mode": mode,
        "error": error,
        "code": request.POST.get("code", ""),
        "waiting": waiting_for_second(request.actor, wave),
        "apart": waiting_for_third(request.actor, wave),
        "may_type": wave.state in TAKING,
    }
    return _private(render(request, "fieldwork/typing.html", context, status=422 if error else 200))


def _twice(wave: Any, mode: str) -> str:
    return _("nhập hai lần, hai người") if mode in wave.typed_twice else _("nhập một lần")


def _form(request: DeskRequest, wave: Any, mode: str) -> HttpResponse | None:
    """The form of a code; or, with its answers, what came of typing it."""
    code = request.POST.get("code", "").strip()
    try:
        begun = intake.start(code, mode=mode)
        if not request.POST.get("typed"):
            return _page(request, wave, begun, code=code, mode=mode)
        answers = answers_of(begun.form, request.POST)
        made = entering.enter(request.actor, code, answers, mode=mode)
    except UnusableInputError as error:
        return _page(request, wave, begun, code=code, mode=mode, problems=error.problems)
    except RefusedError as error:
        text = " ".join(error.say(get_language() or "vi"))
        return _list(request, wave, mode=mode, error=text)
    messages.success(request, _said(made))
    return redirect("wave_typing", wave.id)


def _said(made: entering.Entered) -> str:
    if made.typed is entering.Typed.FIRST:
        return _("Đã nhập lần thứ nhất. Người khác nhập lần thứ hai để đối chiếu.")
    if made.typed is entering.Typed.DIFFERS:
        return _(
            "Hai lần nhập khác nhau ở %(n)s câu. Chuyển phiếu giấy cho người thứ ba quyết."
        ) % {"n": len(made.questions)}
    return _("Đã nhận phiếu; câu trả lời đã niêm phong.")


def _page(
    request: DeskRequest,
    wave: Any,
    begun: Any,
    *,
    code: str,
    mode: str,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    answers = answers_of(begun.form, request.POST) if request.POST.get("typed") else {}
    context = {
        "wave": wave,
        "trail": trail(wave, _("Nhập phiếu")),
        "begun": begun,
        "code": code,
        "mode": mode,
        "mode_words": _(MODE_WORDS[mode]),
        "sections": sections_of(begun.form, answers, problems),
        "errors": errors_of(begun.form, problems)[:_SHOWN],
    }
    return _private(
        render(request, "fieldwork/typing_form.html", context, status=422 if problems else 200)
    )


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def call(request: DeskRequest, wave_id: UUID, person_id: UUID) -> HttpResponse:
    """The form of somebody assigned to the interviewer, filled in while they are on the line."""
    wave = _typed_wave(request, wave_id)
    one = person_of(request.actor, person_id)
    if one is None or one.wave_id != wave.id or not goes_to(request.actor, one):
        raise Http404
    if typed_twice(wave, Mode.PHONE):
        raise RefusedError("fieldwork.phone_twice")
    begun = intake.start_assigned(request.actor, person_id)
    problems: Sequence[Problem] = ()
    if request.method == "POST":
        answers = answers_of(begun.form, request.POST)
        try:
            intake.submit_assigned(
                request.actor, person_id, str(person_id), answers, mode="phone", seconds=None
            )
        except UnusableInputError as error:
            problems = error.problems
        else:
            messages.success(request, _("Đã nhận phiếu; câu trả lời đã niêm phong."))
            return redirect("wave", wave.id)
    return _page(request, wave, begun, code="", mode="phone", problems=problems)


# ---- a questionnaire as fields


def sections_of(
    form: Mapping[str, Any], answers: Mapping[str, str], problems: Sequence[Problem]
) -> list[dict[str, Any]]:
    """The sections of a questionnaire as the page shows them, with what was typed and is wrong."""
    language = get_language() or "vi"
    wrong = {str(one.values.get("question")): words_of(one, language) for one in problems}
    return [
        {
            "label": _say(section["label"]),
            "questions": [
                {
                    "id": f"{_FIELD}{one['name']}",
                    "label": _say(one["label"]),
                    "hint": _say(one["hint"]),
                    "kind": one["kind"],
                    "many": one["kind"] == "select_multiple",
                    "only": one["relevant"] is not None or section["relevant"] is not None,
                    "required": one["required"],
                    "value": answers.get(one["name"], ""),
                    "values": answers.get(one["name"], "").split(),
                    "options": [
                        {"code": two["code"], "label": _say(two["label"])}
                        for two in form["scales"].get(one["scale"], [])
                    ],
                    "error": wrong.get(one["name"], ""),
                }
                for one in section["questions"]
            ],
        }
        for section in form["sections"]
    ]


def errors_of(form: Mapping[str, Any], problems: Sequence[Problem]) -> list[dict[str, str]]:
    """What is wrong, each leading to its field."""
    language = get_language() or "vi"
    asked = (one for section in form["sections"] for one in section["questions"])
    names = {one["name"]: _say(one["label"]) for one in asked}
    return [
        {
            "id": f"{_FIELD}{name}" if name in names else "",
            "text": f"{names.get(name, name)}: {words_of(one, language)}",
        }
        for one in problems
        for name in [str(one.values.get("question", ""))]
    ]


def words_of(one: Problem, language: str) -> str:
    """What is wrong with an answer; whoever types knows what a missing one is."""
    if one.code == "answer.required":
        return _("chưa trả lời")
    parts = one.parts(language)
    return "; ".join(parts[key] for key in ("what", "expected", "fix") if key in parts)


def _say(words: Mapping[str, str]) -> str:
    return words.get(get_language() or "vi") or words.get("vi", "")


def answers_of(form: Mapping[str, Any], data: QueryDict) -> dict[str, str]:
    """The answers as typed; what is left empty is no answer."""
    found = {}
    for section in form["sections"]:
        for one in section["questions"]:
            given = data.getlist(f"{_FIELD}{one['name']}")
            text = " ".join(part.strip() for part in given if part.strip())
            if one["kind"] == "decimal":
                text = text.replace(",", ".")
            if text:
                found[one["name"]] = text
    return found


# ---- where two differ


@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """The code on the paper opens its two readings; a third person says which is right."""
    wave = _typed_wave(request, wave_id)
    if request.method != "POST":
        return _settling(request, wave)
    code = request.POST.get("code", "").strip()
    lines: list[str] = []
    try:
        one = mismatch_of(request.actor, wave, code)
        if request.POST.get("settled"):
            answers, lines = _picked(request.POST, one)
            if not lines:
                entering.settle(request.actor, code, answers)
                messages.success(request, _("Đã quyết; câu trả lời đã niêm phong."))
                return redirect("wave_typing", wave.id)
    except UnusableInputError as error:
        lines = error.say(get_language() or "vi")
    except RefusedError as error:
        if error.code not in _OF_CODES:
            raise
        return _settling(request, wave, error=" ".join(error.say(get_language() or "vi")))
    return _settling(request, wave, one=one, lines=lines)


# What is wrong with a code; that somebody may not settle is said as everywhere.
_OF_CODES: Final = frozenset({"fieldwork.unknown_code", "fieldwork.nothing_to_settle"})


def _picked(data: QueryDict, one: Mismatch) -> tuple[dict[str, str], list[str]]:
    """The reading that was chosen for each question, and what was chosen for none."""
    answers: dict[str, str] = {}
    lines = []
    for at, row in enumerate(one.differences):
        picked = data.get(f"pick-{at}", "")
        other = data.get(f"other-{at}", "").strip()
        answers[row.name] = {"first": row.first, "second": row.second}.get(picked, other)
        if not picked:
            lines.append(_("Chưa chọn ở câu: %(label)s") % {"label": row.label})
    return answers, lines


def _settling(
    request: DeskRequest,
    wave: Any,
    *,
    one: Mismatch | None = None,
    error: str = "",
    lines: Sequence[str] = (),
) -> HttpResponse:
    choices = _choices(wave) if one else {}
    context = {
        "wave": wave, "trail": trail(wave, _("Chỗ hai lần nhập khác nhau")), "one": one,
        "code": request.POST.get("code", ""), "error": error, "lines": lines,
        "mode_words": _(MODE_WORDS[one.mode]) if one else "",
        "rows": [
            {
                "label": row.label,
                "first": _read(row.name, row.first, choices),
                "second": _read(row.name, row.second, choices),
                "picked": request.POST.get(f"pick-{at}", ""),
                "other": request.POST.get(f"other-{at}", ""),
            }
            for at, row in enumerate(one.differences if one else ())
        ],
    }  # fmt: skip
    status = 422 if error or lines else 200
    return _private(render(request, "fieldwork/settle.html", context, status=status))


def _choices(wave: Any) -> dict[tuple[str, str], str]:
    """What each code of each question says."""
    form, language = questionnaire_for(wave), get_language() or "vi"
    return {
        (question.name, choice.code): choice.label.say(language)
        for question in form.questions()
        for choice in form.scale(question).choices
    }


def _read(name: str, text: str, choices: Mapping[tuple[str, str], str]) -> str:
    """A reading in words, its code before them."""
    words = choices.get((name, text))
    return f"{text} – {words}" if words else text or _("(để trống)")
