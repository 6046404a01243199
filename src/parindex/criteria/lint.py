"""What a careful lawyer checks in a criteria set: sums, order, reach, law, texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from parindex.criteria.model import Area, CriteriaSet, Criterion, Item, Text
from parindex.criteria.rules import Bands, BandsOn, Deduction, Options, best_points, can_read
from parindex.errors import Problem, Problems
from parindex.points import decimals_of
from parindex.yamltree import is_nfc

_PART: Final = re.compile(r"[0-9]+|[^0-9.]+")


def check(criteria: CriteriaSet) -> list[Problem]:
    """Every finding about a set, without its examples (see ``scoring.examples``)."""
    problems = Problems(file=criteria.file)
    _check_sums(criteria, problems)
    _check_codes(criteria, problems)
    _check_classes(criteria, problems)
    _check_texts(criteria, problems)
    for item in criteria.items():
        _check_item(item, criteria, problems)
    return problems.found


def natural_key(code: str) -> tuple[tuple[int, int, str], ...]:
    """The order in which codes are read: by numbers, then by letters.

    >>> sorted(["1.10", "1.2", "1.2a", "1"], key=natural_key)
    ['1', '1.2', '1.2a', '1.10']
    """
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in _PART.findall(code)
    )


def _check_sums(criteria: CriteriaSet, problems: Problems) -> None:
    levels: list[tuple[Decimal | None, Iterable[Item], str, int]] = [
        (criteria.max_points, criteria.items(), criteria.group, 1)
    ]
    for area in criteria.areas:
        levels.append((area.max_points, area.items(), area.code, area.line))
        levels.extend(
            (criterion.max_points, criterion.items, criterion.code, criterion.line)
            for criterion in area.criteria
        )
    for declared, items, code, line in levels:
        if declared is None:
            continue
        total = sum((item.max_points for item in items), Decimal(0))
        if total != declared:
            problems.add("lint.sum", line=line, of=code, expected=declared, got=total)


def _check_codes(criteria: CriteriaSet, problems: Problems) -> None:
    siblings: list[Sequence[Area | Criterion | Item]] = [criteria.areas]
    for area in criteria.areas:
        siblings.append(area.criteria)
        siblings.extend(criterion.items for criterion in area.criteria)
    for group in siblings:
        for before, after in pairwise(group):
            if natural_key(after.code) < natural_key(before.code):
                problems.add("lint.unsorted", line=after.line, got=after.code, before=before.code)
    areas = [(area.code, area.line) for area in criteria.areas]
    criterions = [(one.code, one.line) for area in criteria.areas for one in area.criteria]
    codes = [(item.code, item.line) for item in criteria.items()]
    ids = [(item.id, item.line) for item in criteria.items()]
    for named, code in (
        (areas, "lint.repeated_code"),
        (criterions, "lint.repeated_code"),
        (codes, "lint.repeated_code"),
        (ids, "lint.repeated_id"),
    ):
        for name, line in _repeated(named):
            problems.add(code, line=line, got=name)


def _repeated(named: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for name, line in named:
        if name in seen:
            yield name, line
        seen.add(name)


def _check_classes(criteria: CriteriaSet, problems: Problems) -> None:
    classes = criteria.classes
    for before, after in pairwise(classes):
        if after.start >= before.start:
            problems.add("lint.class_order", line=after.line, got=after.id, before=before.id)
    if classes and classes[-1].start != 0:
        last = classes[-1]
        problems.add("lint.last_class", line=last.line, got=last.start, of=last.id)
    for name, line in _repeated((one.id, one.line) for one in classes):
        problems.add("lint.repeated_id", line=line, got=name)
    ids = {one.id for one in classes}
    codes = {item.code for item in criteria.items()}
    for ceiling in criteria.ceilings:
        if ceiling.at_most not in ids:
            problems.add("lint.unknown_class", line=ceiling.line, got=ceiling.at_most)
        if ceiling.zero_item is not None and ceiling.zero_item not in codes:
            problems.add("lint.unknown_item", line=ceiling.line, got=ceiling.zero_item)


def _check_texts(criteria: CriteriaSet, problems: Problems) -> None:
    texts: list[tuple[Text, int]] = [(criteria.title, 1)]
    texts.extend((basis.text, 1) for basis in criteria.legal_basis)
    texts.extend((one.name, one.line) for one in criteria.classes)
    for area in criteria.areas:
        texts.append((area.name, area.line))
        for criterion in area.criteria:
            if not criterion.is_item:
                texts.append((criterion.name, criterion.line))
            for item in criterion.items:
                texts.append((item.name, item.line))
                if item.zero_if is not None:
                    texts.append((item.zero_if, item.line))
                if item.law is not None:
                    texts.append((Text(vi=item.law.at), item.line))
                if isinstance(item.rule, Options):
                    texts.extend((Text(vi=option), item.line) for option, _ in item.rule.points)
    for text, line in texts:
        if not is_nfc(text.vi) or not is_nfc(text.en):
            problems.add("lint.not_nfc", line=line, got=text.vi[:60])
    for name, line in _repeated((basis.id, 1) for basis in criteria.legal_basis):
        problems.add("lint.repeated_id", line=line, got=name)


def _check_item(item: Item, criteria: CriteriaSet, problems: Problems) -> None:
    if item.law is None:
        problems.add("lint.no_law", line=item.line, of=item.code)
    elif item.law.basis not in {basis.id for basis in criteria.legal_basis}:
        problems.add("lint.unknown_basis", line=item.line, of=item.code, got=item.law.basis)
    if not can_read(item.rule, item.source):
        problems.add("lint.cannot_read", line=item.line, of=item.code, source=item.source)
    if decimals_of(item.max_points) > criteria.policies.points_decimals:
        problems.add(
            "lint.finer_than_rounding",
            line=item.line,
            of=item.code,
            got=item.max_points,
            decimals=criteria.policies.points_decimals,
        )
    _check_order(item, problems)
    for points in _named_points(item):
        if points > item.max_points:
            problems.add(
                "lint.above_maximum", line=item.line, of=item.code, got=points, max=item.max_points
            )
    best = best_points(item.rule, item.max_points)
    if best < item.max_points:
        problems.add(
            "lint.out_of_reach",
            line=item.line,
            of=item.code,
            got=f"{best.normalize():f}",
            max=item.max_points,
        )


def _check_order(item: Item, problems: Problems) -> None:
    rule = item.rule
    if not isinstance(rule, Bands):
        return
    for above, below in pairwise(rule.steps):
        if below.start >= above.start or below.points >= above.points:
            problems.add("lint.steps_out_of_order", line=item.line, of=item.code, got=below.start)
    if rule.over_100 and rule.on is not BandsOn.RATIO:
        problems.add("lint.over_100_not_ratio", line=item.line, of=item.code)


def _named_points(item: Item) -> list[Decimal]:
    """Every number of points that the rulebook itself names for an item."""
    named = [example.points for example in item.examples]
    if isinstance(item.rule, Options):
        named += [points for _, points in item.rule.points]
    elif isinstance(item.rule, Bands):
        named += [step.points for step in item.rule.steps]
    elif isinstance(item.rule, Deduction):
        named.append(item.rule.floor)
    return named
