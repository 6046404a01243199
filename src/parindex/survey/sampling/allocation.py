"""How a total is shared out over strata, and how many members a plan will draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from parindex.errors import Problem, UnusableInputError
from parindex.survey.sampling.frame import Cell

# Of a single unit nobody can tell how much the units of its stratum differ.
LEAST: Final = 2


def allocated(total: int, sizes: Mapping[str, int], *, evenly: bool) -> dict[str, int]:
    """So many units over strata, in proportion to their sizes or evenly.

    Each stratum gets :data:`LEAST` or more, all that it has where that is less, and never more
    than it has; what one cannot take or must have besides is shared out again over the others,
    the largest remainders rounded up (Cochran, Sampling Techniques, 1977, section 5.8). The parts
    sum to ``total``, 1 or more, or to all there is where that is less. ``sizes`` are 1 or more.

    Raises UnusableInputError where the total is too small for the least of every stratum.

    >>> allocated(10, {"a": 700, "b": 200, "c": 1}, evenly=False)
    {'a': 7, 'b': 2, 'c': 1}
    >>> allocated(400, {"a": 1_000, "b": 50, "c": 50, "d": 50}, evenly=True)
    {'a': 250, 'b': 50, 'c': 50, 'd': 50}
    """
    least = {name: min(LEAST, size) for name, size in sizes.items()}
    if total < sum(least.values()):
        values = {"got": total, "strata": len(sizes), "least": sum(least.values())}
        raise UnusableInputError([Problem(code="sampling.total", values=values)])
    total = min(total, sum(sizes.values()))
    weights = dict.fromkeys(sizes, 1) if evenly else sizes
    settled: dict[str, int] = {}
    while True:
        exact = _shares(total - sum(settled.values()), weights, without=settled)
        held = {name: _within(one, least[name], sizes[name]) for name, one in exact.items()}
        # Where floors add more than ceilings take away, whoever stands on a floor stays there;
        # where they add less, whoever stands under a ceiling; where neither, all is said.
        moved = sum(held.values()) - sum(exact.values())
        if not moved:
            break
        settled |= {
            name: int(one)
            for name, one in held.items()
            if (one > exact[name] if moved > 0 else one < exact[name])
        }
    parts = settled | _rounded(held)
    return {name: parts[name] for name in sizes}


def _shares(
    total: int, weights: Mapping[str, int], *, without: Mapping[str, int]
) -> dict[str, Fraction]:
    """A total in proportion to the weights of all that are not settled."""
    mine = {name: weight for name, weight in weights.items() if name not in without}
    whole = sum(mine.values())
    return {name: Fraction(total * weight, whole) for name, weight in mine.items()}


def _within(value: Fraction, low: int, high: int) -> Fraction:
    return min(max(value, Fraction(low)), Fraction(high))


def _rounded(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares whose sum is whole as whole numbers of that sum, the largest remainders up."""
    parts = {name: int(one) for name, one in shares.items()}
    over = int(sum(shares.values())) - sum(parts.values())
    for name in sorted(shares, key=lambda one: parts[one] - shares[one])[:over]:
        parts[name] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many members are drawn, at least and at most: which clusters come, a seed decides."""

    least: int
    most: int


def drawn_from(cells: Sequence[Cell]) -> Drawn:
    """How many members a draw takes from some cells of a frame, reserves left out.

    Both ends are equal where every cluster gives the same number.
    """
    least = most = 0
    for cell in cells:
        if not cell.inside:
            least, most = least + cell.take, most + cell.take
            continue
        inner = [drawn_from(one) for one in cell.inside]
        least += sum(sorted(one.least for one in inner)[: cell.take])
        most += sum(sorted((one.most for one in inner), reverse=True)[: cell.take])
    return Drawn(least, most)
