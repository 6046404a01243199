"""A sampling plan in words, and how many it draws."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
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


def drawn_total(stages: Sequence[StagePlan], look: Any) -> int:
    """How many people a plan draws: units of the first stage, times what each of them gives."""
    inside = 1
    for one in stages[1:]:
        inside *= one.take
    first: int = sum(one.take for one in look.strata)
    return first * inside


def allocated(total: int, sizes: Sequence[tuple[str, int]], *, evenly: bool) -> dict[str, int]:
    """So many over strata, in proportion to their sizes or evenly; 2 at least, never above a size.

    The largest remainders get what is left over.

    >>> allocated(10, [("a", 700), ("b", 200), ("c", 1)], evenly=False)
    {'a': 8, 'b': 2, 'c': 1}
    >>> allocated(10, [("a", 700), ("b", 200), ("c", 1)], evenly=True)
    {'a': 4, 'b': 3, 'c': 1}
    """
    whole = sum(size for _name, size in sizes) or 1
    shares = [Fraction(1, len(sizes)) if evenly else Fraction(size, whole) for _name, size in sizes]
    exact = [total * share for share in shares]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return {name: min(size, max(part, 2)) for (name, size), part in zip(sizes, parts, strict=True)}
