"""Opinions of officials: what answers are worth, by respondent group, of each body they rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from parindex.errors import Problems
from parindex.points import rounded
from parindex.survey.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionItem:
    """A survey item and what the options are worth, 0 to 100 percent; None counts nowhere."""

    item: str
    percent: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondentGroup:
    """A group of respondents: its weight, above 0, and its size where every member is known."""

    id: str
    weight: Decimal
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One answer: who, of which group and unit, says which option of which body's item.

    ``respondent`` is a number of the form, not a name; ``own_unit`` is empty for respondents
    who belong to no unit that is rated.
    """

    respondent: str
    group: str
    own_unit: str
    unit: str
    item: str
    option: str
    line: int = field(default=0, compare=False)


def opinion_findings(
    opinions: Iterable[Opinion],
    items: Sequence[OpinionItem],
    groups: Sequence[RespondentGroup],
    *,
    decimals: int,
    file: str = "",
) -> dict[tuple[str, str], Finding]:
    """The findings of all bodies and items that anybody has a valid opinion of.

    Of an item, a group says the mean percent of its valid answers; all groups together the mean
    of these by their weights, over the groups that have a valid answer. The share is exact until
    it is rounded half up to ``decimals``. The standard error, rounded to two decimals more, takes
    each group as a simple random sample of its members (the whole of them has none); it is None
    where a group that counts has a single answer and is larger than that.

    Raises UnusableInputError with every answer of a strange group, item or option, of somebody
    about the own unit, or given twice.
    """
    problems = Problems(file=file)
    known = {one.item: one.percent for one in items}
    weights = {one.id: one for one in groups}
    seen: set[tuple[str, str, str]] = set()
    percents: dict[tuple[str, str], dict[str, list[Decimal]]] = {}
    for one in opinions:
        key = (one.respondent, one.unit, one.item)
        if one.group not in weights:
            problems.add("opinion.group", line=one.line, got=one.group[:60])
        elif one.option not in known.get(one.item, {}):
            problems.add("opinion.option", line=one.line, of=one.item[:60], got=one.option[:60])
        elif one.own_unit and one.own_unit == one.unit:
            problems.add("opinion.own_unit", line=one.line, got=one.unit[:60])
        elif key in seen:
            problems.add("opinion.repeated", line=one.line, got=", ".join(key)[:120])
        else:
            percent = known[one.item][one.option]
            if percent is not None:
                by_group = percents.setdefault((one.unit, one.item), {})
                by_group.setdefault(one.group, []).append(percent)
        seen.add(key)
    problems.raise_if_any()
    return {
        key: _finding(key, by_group, weights, decimals)
        for key, by_group in sorted(percents.items())
    }


def _finding(
    key: tuple[str, str],
    by_group: Mapping[str, Sequence[Decimal]],
    groups: Mapping[str, RespondentGroup],
    decimals: int,
) -> Finding:
    total = sum(Fraction(groups[name].weight) for name in by_group)
    share, variance, known = Fraction(0), 0.0, True
    for name, answers in by_group.items():
        part = Fraction(groups[name].weight) / total
        exact = [Fraction(one) / 100 for one in answers]
        n, size = len(exact), groups[name].size
        mean = sum(exact, Fraction(0)) / n
        share += part * mean
        rest = Fraction(1) if size is None else max(Fraction(size - n, size), Fraction(0))
        if rest and n == 1:
            known = False
        elif rest:
            spread = sum((one - mean) ** 2 for one in exact) / (n - 1)
            variance += float(part**2 * rest * spread / n)
    return Finding(
        unit=key[0],
        item=key[1],
        share=rounded(share, decimals),
        # A small error must not be rounded to none, which means that nothing was sampled.
        se=rounded(sqrt(variance), decimals + 2) if known else None,
        n=sum(map(len, by_group.values())),
    )
