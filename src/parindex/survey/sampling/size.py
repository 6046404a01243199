"""How many to ask: the sample size that a margin of error needs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from parindex.csvtable import Numbers
from parindex.errors import Problems
from parindex.points import Number

_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_FITS: Final[dict[str, Callable[[Number], bool]]] = {
    "sampling.margin": lambda one: 0 < one < 1,
    "sampling.deff": lambda one: one > 0,
    "sampling.response": lambda one: 0 < one <= 1,
}


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

    Raises UnusableInputError with a problem for each number that is out of its range, or that
    reads in two ways: 10.000 people are ten thousand to some and ten to others.
    """
    problems = Problems()
    count = int(population) if _WHOLE.fullmatch(population) else 0
    if not count:
        problems.add("sampling.population", got=population[:60])
    typed = {"sampling.margin": margin, "sampling.deff": deff, "sampling.response": response}
    shares = [_number(text, code, problems) for code, text in typed.items()]
    problems.raise_if_any()
    return sample_size(count, margin=shares[0], deff=shares[1], response=shares[2])


def _number(text: str, code: str, problems: Problems) -> Fraction:
    """The number typed, with a problem where it is none or out of the range of its code."""
    doubts = Problems()
    numbers = Numbers(separator=";", problems=doubts)
    number = numbers.read(text, 0, code)
    numbers.finish()
    if number is None or not _FITS[code](number):
        problems.add(code, got=text[:60])
    else:
        problems.found += doubts.found
    return Fraction(number or 0)
