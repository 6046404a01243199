"""The stages of a sampling plan as the form of a design says them, with what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parindex.errors import UnusableInputError
from parindex.web.desk.views.fieldwork.frame import said
from parindex.web.desk.views.fieldwork.numbers import read_whole
from parindex.web.fieldwork.queries import planning
from parindex.web.fieldwork.queries.planning import StagePlan, called

SHARING = ("proportional", "evenly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Stages with the texts that were typed for their numbers and what is wrong, by field."""

    stages: list[StagePlan]
    texts: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """What is wrong, each with its field in words."""
        last = len(self.stages)
        found = []
        for name, wrong in self.errors.items():
            stage, _dash, key = name.removeprefix("s").partition("-")
            words = _name(key, last=int(stage) == last)
            if last > 1:
                words = _("Giai đoạn %(at)s, %(what)s") % {"at": stage, "what": words.lower()}
            found.append(f"{words}: {wrong}")
        return found

    def forms(self) -> list[dict[str, Any]]:
        """The stages as fields."""
        last = len(self.stages)
        return [
            {
                "at": at,
                "one": one,
                "last": at == last,
                "only": last == 1,
                "prefix": f"s{at}",
                "take": self.texts[f"s{at}-take"],
                "take_error": self.errors.get(f"s{at}-take", ""),
                "reserve": self.texts[f"s{at}-reserve"],
                "reserve_error": self.errors.get(f"s{at}-reserve", ""),
            }
            for at, one in enumerate(self.stages, 1)
        ]


def _name(key: str, *, last: bool) -> str:
    if key == "reserve":
        return _("Dự phòng thêm")
    return _("Số người mỗi tầng hoặc cụm") if last else _("Số cụm mỗi tầng")


def begun(made: Mapping[str, Any], plan: str, wanted: str) -> Said:
    """The stages as they were left; else as recorded; else one stage, by unit if there are any.

    ``wanted`` is another number of stages, or empty.
    """
    if made.get("stages"):
        found = [StagePlan(**{**one, "strata": tuple(one["strata"])}) for one in made["stages"]]
    elif plan:
        found = list(planning.stages_of(plan)[1])
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
    texts: dict[str, str] = {}
    for at, one in enumerate(found, 1):
        texts |= {f"s{at}-take": str(one.take), f"s{at}-reserve": str(one.reserve)}
    return Said(stages=found, texts=texts)


def typed(data: QueryDict) -> Said:
    """The stages as the form says them; a number that cannot be read is told, never taken as 0."""
    count = data.get("stages", "1")
    last = int(count) if count in {"1", "2", "3"} else 1
    found: list[StagePlan] = []
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for at in range(1, last + 1):
        how = {key: data.get(f"s{at}-{key}", "") for key in ("cluster", "method", "size", "short")}
        numbers = {"take": 0, "reserve": 0}
        for key, least in (("take", 1), ("reserve", 0)):
            name = f"s{at}-{key}"
            texts[name] = data.get(name, "").strip()
            if key == "reserve" and at < last:
                continue
            number, wrong = read_whole(texts[name], least=least)
            if number is None and not wrong and key == "take":
                wrong = _("Ghi một số.")
            if wrong:
                errors[name] = wrong
            numbers[key] = number or 0
        found.append(
            StagePlan(
                cluster=how["cluster"] if at < last else "",
                method=how["method"] if how["method"] in {"srs", "systematic", "pps"} else "srs",
                size=how["size"] if how["method"] == "pps" else "",
                short="take_all" if how["short"] else "refuse",
                strata=tuple(data.getlist(f"s{at}-strata")),
                take=numbers["take"],
                reserve=numbers["reserve"],
            )
        )
    return Said(stages=found, texts=texts, errors=errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """How many of each stratum, where it is not the common number; what was typed, what is wrong.

    ``total`` and ``total_error`` are those of the number that was shared out, ``capped`` all that
    the strata have where it was more.
    """

    take_in: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    total: str = ""
    total_error: str = ""
    capped: int | None = None

    def lines(self, names: Mapping[str, str]) -> list[str]:
        """What is wrong, in the order of the page; ``names`` are those of the units."""
        found = [f"{called(one, names)}: {wrong}" for one, wrong in self.errors.items()]
        return [*found, self.total_error] if self.total_error else found


def takes(
    sizes: Mapping[str, int], data: QueryDict, before: Mapping[str, int], first: StagePlan
) -> Takes:
    """How many of each stratum: as shared out, as typed, or as they were ``before``."""
    if not first.strata:
        return Takes()
    if data.get("act", "") in SHARING:
        return _shared(sizes, data, first)
    if not data:
        return Takes(take_in=_others({n: t for n, t in before.items() if n in sizes}, first))
    texts = {name: data.get(f"take-{name}", "").strip() for name in sizes}
    read = {name: read_whole(text, least=1) for name, text in texts.items()}
    return Takes(
        take_in=_others({name: n for name, (n, _wrong) in read.items() if n}, first),
        texts={name: text for name, text in texts.items() if text},
        errors={name: wrong for name, (_n, wrong) in read.items() if wrong},
    )


def _shared(sizes: Mapping[str, int], data: QueryDict, first: StagePlan) -> Takes:
    text = data.get("total", "").strip()
    total, wrong = read_whole(text, least=1)
    if total is None:
        return Takes(total=text, total_error=wrong or _("Ghi tổng số cần chia."))
    try:
        parts = planning.shared_out(total, sizes, evenly=data.get("act") == "evenly")
    except UnusableInputError as error:
        language = get_language() or "vi"
        return Takes(
            total=text, total_error=" ".join(said(one, language) for one in error.problems)
        )
    whole = sum(sizes.values())
    return Takes(take_in=_others(parts, first), total=text, capped=whole if total > whole else None)


def _others(chosen: Mapping[str, int], first: StagePlan) -> dict[str, int]:
    return {name: n for name, n in chosen.items() if n != first.take}
