"""The file of known totals: margins.csv, one row a category or a numeric variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import numpy as np

from parindex.csvtable import CsvFile, Numbers
from parindex.errors import Problems
from parindex.survey.estimation.calibration import CalibrationMethod, Margin
from parindex.survey.estimation.columns import Categories
from parindex.survey.estimation.numbering import IntArray
from parindex.survey.estimation.responses import Responses

CROSS: Final = " x "
CELL: Final = "|"
_SAME_SUM: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTotals:
    """The totals of one variable by category, with their lines; one category "" for numbers.

    A variable may be columns crossed, written ``a x b``, with categories written ``x|y``.
    """

    variable: str
    totals: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_numeric(self) -> bool:
        """Whether the total is one of numbers, not of categories."""
        return set(self.totals) == {""}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the variable is made of."""
        return tuple(self.variable.split(CROSS))


def read_margins(stream: BinaryIO, *, file: str) -> tuple[KnownTotals, ...]:
    """The known totals of a file, variables in the order of their first rows.

    Raises UnusableInputError for what cannot be read, repeats, or mixes categories and numbers.
    """
    problems = Problems(file=file)
    csv = CsvFile(stream, required=("variable", "level", "total"), problems=problems)
    numbers = Numbers(separator=csv.separator, problems=problems)
    found: dict[str, KnownTotals] = {}
    for line, (variable, category, cell) in csv.rows():
        if not variable:
            problems.add("survey.missing_cell", line=line, column="variable", count=1)
            continue
        one = found.setdefault(variable, KnownTotals(variable=variable))
        total = numbers.read(cell, line, "total")
        if category in one.totals or ("" in {category, *one.totals} and one.totals):
            problems.add("margins.repeated", line=line, variable=variable, got=category)
        elif total is not None and total < 0 and category:
            problems.add("number.negative", line=line, column="total", got=cell)
        else:
            one.totals[category] = float(total or 0)
            one.lines[category] = line
    numbers.finish()
    if not found and not problems.found:
        problems.add("margins.none", line=1)
    problems.raise_if_any()
    return tuple(found.values())


def margins(
    known: Sequence[KnownTotals], method: CalibrationMethod, responses: Responses, *, file: str
) -> tuple[Margin, ...]:
    """Known totals matched with the responses that must meet them.

    Raises UnusableInputError for missing cells, categories that only one side has, margins that
    do not add up to one population, and post-stratification by more than one margin.
    """
    problems = Problems(file=file)
    if method is CalibrationMethod.POSTSTRATIFY and (len(known) > 1 or known[0].is_numeric):
        problems.add("margins.one", line=0, n=len(known))
    found = [_margin(one, responses, problems) for one in known]
    _check_sums([one for one in known if not one.is_numeric], problems)
    problems.raise_if_any()
    return tuple(found)


def _margin(one: KnownTotals, responses: Responses, problems: Problems) -> Margin:
    totals = np.array(list(one.totals.values()))
    if one.is_numeric:
        values = responses.columns[one.variable].numbers
        _check_there(one, ~np.isnan(values), responses, problems)
        nothing = np.zeros(responses.n_rows, dtype=np.intp)
        return Margin(one.variable, nothing, totals, ("",), np.nan_to_num(values))
    categories = crossed([responses.columns[name].categories for name in one.columns])
    _check_there(one, categories.codes >= 0, responses, problems)
    place = {name: at for at, name in enumerate(one.totals)}
    code_of = np.array([*(place.get(name, -1) for name in categories.names), -1], dtype=np.intp)
    codes = code_of[categories.codes]
    n_seen = np.bincount(codes[codes >= 0], minlength=len(place))
    occurring = np.bincount(categories.codes[categories.codes >= 0], minlength=len(code_of))
    for name, n in zip(categories.names, occurring, strict=False):
        if n and not one.totals.get(name):
            line = one.lines.get(name, 0)
            problems.add("margins.unknown", line=line, variable=one.variable, got=name, n=int(n))
    for name, n in zip(one.totals, n_seen, strict=True):
        if not n and one.totals[name]:
            line = one.lines[name]
            problems.add("margins.unseen", line=line, variable=one.variable, got=name)
    return Margin(one.variable, np.maximum(codes, 0), totals, tuple(one.totals))


def crossed(columns: Sequence[Categories]) -> Categories:
    """Categories crossed with one another, named ``x|y``; missing where any is missing."""
    codes, names = columns[0].codes, columns[0].names
    for other in columns[1:]:
        n = len(other.names)
        there = (codes >= 0) & (other.codes >= 0)
        codes = np.where(there, codes * n + other.codes, -1)
        names = tuple(f"{one}{CELL}{two}" for one in names for two in other.names)
    return Categories(codes, names)


def _check_there(
    one: KnownTotals,
    there: np.ndarray[tuple[int], np.dtype[np.bool_]],
    responses: Responses,
    problems: Problems,
) -> None:
    missing: IntArray = np.flatnonzero(~there)
    if len(missing):
        problems.add(
            "margins.missing",
            line=next(iter(one.lines.values())),
            variable=one.variable,
            count=len(missing),
            first=responses.line(int(missing[0])),
        )


def _check_sums(known: Sequence[KnownTotals], problems: Problems) -> None:
    sums = [(one, sum(one.totals.values())) for one in known]
    for one, total in sums[1:]:
        first, wanted = sums[0]
        if abs(total - wanted) > _SAME_SUM * wanted:
            problems.add(
                "margins.sums",
                line=next(iter(one.lines.values())),
                variable=one.variable,
                got=f"{total:.10g}",
                first=first.variable,
                expected=f"{wanted:.10g}",
            )


def wanted_columns(known: Sequence[KnownTotals]) -> Iterator[tuple[str, int, bool]]:
    """The columns that known totals are about: name, line, and whether numbers are read."""
    for one in known:
        for name in (one.variable,) if one.is_numeric else one.columns:
            yield name, next(iter(one.lines.values())), one.is_numeric
