"""How many to ask: the sample size that a margin of error needs."""

from __future__ import annotations

import math
from fractions import Fraction

from parindex.errors import Problems
from parindex.points import parse_decimal


def sample_size(
    population: int,
    *,
    margin: Fraction,
    deff: Fraction = Fraction(1),
    response: Fraction = Fraction(1),
) -> int:
    """``ceil(min(N, D·N / (1 + N·e²)) / R)``: how many to invite so that enough answer.

    Yamane's formula (Statistics: An Introductory Analysis, 1967) as Vietnamese survey plans use
    it, times the design effect D, never above the population N, over the share R that answers.
    ``population`` is 1 or more, ``margin`` between 0 and 1, ``deff`` above 0, ``response`` above
    0 and at most 1. Exact, so that 400 is 400 and not 401.

    >>> [sample_size(n, margin=Fraction("0.05")) for n in (50, 1_000, 10_000, 100_000)]
    [45, 286, 385, 399]
    """
    yamane = deff * population / (1 + population * margin**2)
    return math.ceil(min(Fraction(population), yamane) / response)


def sample_size_of(population: str, margin: str, deff: str, response: str) -> int:
    """The sample size of what somebody typed; a decimal comma is as good as a dot.

    Raises UnusableInputError with a problem for each number that is out of its range.
    """
    problems = Problems()
    count = _number(population)
    numbers = {"margin": _number(margin), "deff": _number(deff), "response": _number(response)}
    if count < 1 or count.denominator != 1:
        problems.add("sampling.population", got=population[:60])
    if not 0 < numbers["margin"] < 1:
        problems.add("sampling.margin", got=margin[:60])
    if numbers["deff"] <= 0:
        problems.add("sampling.deff", got=deff[:60])
    if not 0 < numbers["response"] <= 1:
        problems.add("sampling.response", got=response[:60])
    problems.raise_if_any()
    return sample_size(int(count), **numbers)


def _number(text: str) -> Fraction:
    """The number typed, or -1, which is out of every range here."""
    number = parse_decimal(text.replace(",", "."))
    return Fraction(-1) if number is None else Fraction(number)
