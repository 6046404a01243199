"""A sampling plan in words, and how many it draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from parindex.web.desk.templatetags.words import number
from parindex.web.fieldwork.queries.planning import StagePlan


def plan_words(stages: Sequence[StagePlan]) -> list[str]:
    """Each stage as a sentence."""
    return [
        _stage_words(at, one, last=at == len(stages), only=len(stages) == 1)
        for at, one in enumerate(stages, 1)
    ]


def _stage_words(at: int, one: StagePlan, *, last: bool, only: bool) -> str:
    within = (
        _("trong mỗi tầng theo cột %(columns)s") % {"columns": _listed(one.strata)}
        if one.strata
        else _("không chia tầng")
    )
    how = {
        "srs": _("ngẫu nhiên đơn giản"),
        "systematic": _("hệ thống theo thứ tự của khung"),
        "pps": _("với xác suất tỷ lệ theo cột “%(size)s”") % {"size": one.size}
        if one.size
        else _("với xác suất tỷ lệ theo số người của cụm"),
    }[one.method]
    shown = {"take": number(one.take), "cluster": one.cluster}
    what = _("%(take)s người") if last else _("%(take)s cụm (cột “%(cluster)s”)")
    what %= shown
    if one.take_in:
        what = (
            _("số người định riêng cho từng tầng")
            if last
            else _("số cụm (cột “%(cluster)s”) định riêng cho từng tầng") % shown
        )
    named = (
        _("Rút %(what)s %(how)s, %(within)s")
        if only
        else _("Giai đoạn %(at)s: %(within)s, rút %(what)s %(how)s")
    )
    text = named % {"at": at, "within": within, "what": what, "how": how}
    if last and not only:
        text = _("%(text)s trong mỗi cụm đã rút") % {"text": text}
    if one.reserve:
        text = _("%(text)s; thêm %(n)s người dự phòng để thay khi không gặp được") % {
            "text": text, "n": number(one.reserve),
        }  # fmt: skip
    return text + "."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{one}”" for one in names)


def between(people: Any) -> str:
    """How many people are drawn, or the fewest and the most where a seed decides."""
    if people.least == people.most:
        return number(people.least)
    return _("%(least)s đến %(most)s") % {
        "least": number(people.least), "most": number(people.most),
    }  # fmt: skip
