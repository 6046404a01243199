"""From design.yaml, the responses and known totals to est.csv: the whole estimation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import BinaryIO, Final

import numpy as np

from parindex.csvtable import csv_line
from parindex.errors import Problem, Problems, UnusableInputError
from parindex.survey.estimation.calibration import NotCalibratedError
from parindex.survey.estimation.columns import number_text
from parindex.survey.estimation.design import Sample, read_sample
from parindex.survey.estimation.design_file import DesignFile, StatisticPlan, What
from parindex.survey.estimation.estimates import Estimate, Estimator
from parindex.survey.estimation.margins import (
    KnownTotals,
    margins,
    read_margins,
    wanted_columns,
)
from parindex.survey.estimation.numbering import BoolArray, crossed_numbers
from parindex.survey.estimation.replicates import NoReplicatesError
from parindex.survey.estimation.responses import ResponseReader, Responses
from parindex.survey.estimation.weighting import (
    Calibration,
    Design,
    NotPositiveError,
    weighted,
)

COLUMNS: Final = (
    "statistic", "variable", "level", "domain", "estimate", "se", "ci_low", "ci_high", "df",
    "deff", "n", "suppressed",
)  # fmt: skip
SHOWN, FLAGGED, SUPPRESSED = "no", "flagged", "yes"
# An estimate of each of so many categories is a sign that the column holds quantities.
MOST_CATEGORIES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The files of an estimation: their contents, and their names for messages."""

    data: BinaryIO
    data_file: str
    design: DesignFile
    design_file: str
    margins: BinaryIO | None = None
    margins_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimation:
    """All estimates in the order of the plan, each with how it is published.

    ``constant`` are the columns of statistics in which every response says the same.
    """

    estimates: tuple[tuple[Estimate, str], ...]
    n_rows: int
    constant: tuple[str, ...]

    def csv(self) -> Iterator[str]:
        """est.csv in pieces."""
        yield csv_line(COLUMNS)
        for one, shown in self.estimates:
            numbers = (one.estimate, one.se, one.ci_low, one.ci_high, one.df, one.deff, one.n)
            withheld = shown == SUPPRESSED
            cells = (
                "" if withheld or np.isnan(number) else number_text(number) for number in numbers
            )
            yield csv_line((one.statistic, one.variable, one.level, one.domain, *cells, shown))


def estimate(inputs: Inputs) -> Estimation:
    """Everything that a design file asks for.

    Raises UnusableInputError with what is wrong in any of the files.
    """
    design = inputs.design
    known: tuple[KnownTotals, ...] = ()
    if inputs.margins is not None:
        known = read_margins(inputs.margins, file=inputs.margins_file)
    responses = _responses(inputs, known)
    problems = Problems(file=inputs.data_file)
    sample = read_sample(design.columns, responses, lonely_psu=design.lonely_psu, problems=problems)
    made = _weighted(inputs, sample, known, responses)
    estimator = Estimator(made, responses, interval=design.interval, confidence=design.confidence)
    found = [(one, estimator.estimates(one)) for one in design.statistics]
    return Estimation(
        estimates=tuple(_published(found, design, responses)),
        n_rows=responses.n_rows,
        constant=tuple(_constant(design, responses)),
    )


def _responses(inputs: Inputs, known: Iterable[KnownTotals]) -> Responses:
    """The columns that the design and the known totals name, each of which must be there."""
    problems = Problems(file=inputs.data_file)
    reader = ResponseReader(inputs.data, problems)
    problems.raise_if_any()
    numeric = inputs.design.numeric()
    mentions = [(name, line, inputs.design_file) for name, line in inputs.design.mentions()]
    for name, line, is_numeric in wanted_columns(tuple(known)):
        mentions.append((name, line, inputs.margins_file))
        if is_numeric:
            numeric[name] = True
    wanted = dict.fromkeys(name for name, _, _ in mentions)
    for name, line, file in mentions:
        if name not in reader.names:
            problems.add(
                "survey.no_column",
                file=file,
                line=line,
                got=name,
                data=inputs.data_file,
                columns=", ".join(_like(name, reader.names)),
            )
    problems.raise_if_any()
    responses = reader.read(list(wanted), numeric)
    problems.raise_if_any()
    for one in inputs.design.statistics:
        _check_statistic(one, responses, problems, inputs.design_file)
    problems.raise_if_any()
    return responses


def _like(name: str, names: tuple[str, ...]) -> list[str]:
    """The columns that a name was most likely meant for, or else the first ones."""
    return get_close_matches(name, names, n=3, cutoff=0.6) or list(names[:8])


def _check_statistic(
    one: StatisticPlan, responses: Responses, problems: Problems, file: str
) -> None:
    for name in (*one.of, *one.by):
        column = responses.columns[name]
        n = column.n_distinct
        if not n:
            problems.add("survey.all_missing", file=file, line=one.line, column=name)
        of_words = one.what in {What.MEAN, What.TOTAL} and not column.is_numeric
        as_categories = name in one.by or one.what is What.SHARE or of_words
        if as_categories and n > MOST_CATEGORIES:
            problems.add(
                "survey.categories",
                file=file,
                line=one.line,
                column=name,
                got=n,
                limit=MOST_CATEGORIES,
            )


def _weighted(
    inputs: Inputs, sample: Sample, known: tuple[KnownTotals, ...], responses: Responses
) -> Design:
    plan = inputs.design.calibration
    calibration = None
    if plan is not None:
        matched = margins(known, plan.method, responses, file=inputs.margins_file)
        calibration = Calibration(method=plan.method, margins=matched, bounds=plan.bounds)
    try:
        return weighted(
            sample,
            trim=inputs.design.trim,
            calibration=calibration,
            replication=inputs.design.replication,
            stratum_names=_stratum_names(inputs.design, sample, responses),
        )
    except NotCalibratedError as error:
        problem = Problem(
            code="calibration.failed",
            file=inputs.design_file,
            line=0 if plan is None else plan.line,
            values={
                "variable": error.margin.name,
                "category": error.margin.names[error.at] or "*",
                "expected": f"{error.margin.totals[error.at]:.10g}",
                "got": f"{error.reached:.10g}",
            },
        )
        raise UnusableInputError([problem]) from error
    except NotPositiveError as error:
        line, got = responses.line(error.row), f"{error.weight:.10g}"
        values = {"count": error.count, "got": got}
        problem = Problem(code=error.code, file=inputs.data_file, line=line, values=values)
        raise UnusableInputError([problem]) from error
    except NoReplicatesError as error:
        line = responses.line(error.row)
        values = error.values
        problem = Problem(code=error.code, file=inputs.data_file, line=line, values=values)
        raise UnusableInputError([problem]) from error


def _stratum_names(design: DesignFile, sample: Sample, responses: Responses) -> tuple[str, ...]:
    if not design.columns.strata:
        return ()
    categories = responses.columns[design.columns.strata[0]].categories
    return tuple(categories.names[int(categories.codes[row])] for row in sample.stages[0].row)


def _constant(design: DesignFile, responses: Responses) -> Iterator[str]:
    for name in dict.fromkeys(name for one in design.statistics for name in one.of):
        if responses.columns[name].n_distinct == 1:
            yield name


def _published(
    found: Iterable[tuple[StatisticPlan, tuple[Estimate, ...]]],
    design: DesignFile,
    responses: Responses,
) -> Iterator[tuple[Estimate, str]]:
    """Each estimate with how it is published, no small part being told by the others."""
    found = list(found)
    thresholds = design.thresholds
    below = thresholds.suppress_below
    tables: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for plan, _ in found:
        tables.setdefault(plan.of, set()).add(plan.by)
    hidden = {of: _hidden(of, by, below, responses) for of, by in tables.items() if below}
    for plan, estimates in found:
        for one in estimates:
            if one.n < below or one.domain in hidden.get(plan.of, ()):
                yield one, SUPPRESSED
            else:
                yield one, FLAGGED if one.n < thresholds.flag_below else SHOWN


def _hidden(
    of: tuple[str, ...], tables: Collection[tuple[str, ...]], below: int, responses: Responses
) -> frozenset[str]:
    """The parts whose estimates of some columns are withheld, by name."""
    missing: BoolArray = np.logical_or.reduce([responses.columns[name].is_missing for name in of])
    there = ~missing
    if not any(_has_small(by, there, below, responses) for by in tables):
        return frozenset()
    # Linear programming is met only where a part is small.
    from parindex.survey.disclosure.domains import hidden_domains  # noqa: PLC0415

    # The whole is shown where other parts withheld with a small one suffice; a whole that is hardly
    # larger than its parts would give them away, and goes with them.
    always = [()] if () in tables and np.count_nonzero(there) >= below else []
    try:
        return hidden_domains(responses, there, tables, suppress_below=below, always=always)
    except UnusableInputError:
        return hidden_domains(responses, there, tables, suppress_below=below)


def _has_small(by: tuple[str, ...], there: BoolArray, below: int, responses: Responses) -> bool:
    """Whether a part is small; rows without a category are one, though no estimate shows it."""
    if not by:
        return int(np.count_nonzero(there)) < below
    categories = [responses.columns[name].categories for name in by]
    numbers, _ = crossed_numbers([(one.codes[there] + 1, len(one.names) + 1) for one in categories])
    return bool((np.bincount(numbers) < below).any())
