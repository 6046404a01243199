"""The examples of a rulebook, run as tests of its own rules."""

from __future__ import annotations

from parindex.criteria.model import CriteriaSet, Example, Item
from parindex.criteria.plain import plain_decimal
from parindex.criteria.rules import Given, Source
from parindex.csvtable import Numbers
from parindex.errors import Problem, Problems
from parindex.points import show, to_steps
from parindex.scoring.entries import QUANTITY_COLUMNS, QuantityReader


def check_examples(criteria: CriteriaSet) -> list[Problem]:
    """What is wrong with the examples of a set: those refused and those that earn other points."""
    problems = Problems(file=criteria.file)
    for item in criteria.items():
        for example in item.examples:
            _check(item, example, criteria, problems)
    return problems.found


def _check(item: Item, example: Example, criteria: CriteriaSet, problems: Problems) -> None:
    if example.points > item.max_points:
        return  # a finding of the careful lawyer's already
    policies = criteria.policies
    numbers = Numbers(separator=",", problems=problems)
    reader = QuantityReader(item, policies, numbers=numbers, problems=problems)
    fields = dict(example.fields)
    if "share" in fields:
        if item.source not in {Source.SURVEY, Source.INDEX}:
            problems.add("example.share", line=example.line, of=item.code)
            return
        # A share of 0.8 is a ratio of 80 percent, written as the pair 0.8 / 1.
        fields |= {"numerator": fields["share"], "denominator": "1"}
    elif isinstance(item.rule, Given) and not fields:
        # The points given are the points earned.
        fields = {"points": plain_decimal(example.points)}
    cells = tuple(fields.get(column, "") for column in QUANTITY_COLUMNS)
    answer = reader.read(cells, example.line)
    if answer is None:
        return
    earned = answer[1].points
    if earned != to_steps(example.points, policies.points_decimals):
        got = show(earned, policies.points_decimals)
        problems.add(
            "example.other_points",
            line=example.line,
            of=item.code,
            expected=example.points,
            got=got,
        )
