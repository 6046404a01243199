"""How a sample was drawn: its stages of strata and clusters, population sizes and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from parindex.errors import Problems
from parindex.survey.estimation.columns import Column
from parindex.survey.estimation.numbering import (
    BoolArray,
    FloatArray,
    IntArray,
    first_rows,
    renumbered,
)
from parindex.survey.estimation.responses import Responses

# A stratum of which all but this share of units was drawn adds nothing to the variance.
CERTAIN: Final = 1e-7


class LonelyPsu(StrEnum):
    """What a stratum with a single unit adds to the variance, unless it was drawn whole."""

    FAIL = "fail"
    ADJUST = "adjust"
    AVERAGE = "average"
    REMOVE = "remove"
    CERTAINTY = "certainty"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignColumns:
    """The columns that say how a sample was drawn; empty where the sample has no such thing.

    ``strata``, ``clusters`` and ``fpc`` (population sizes) go by stages, the first stage first.
    """

    strata: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    weights: str = ""
    fpc: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every column named, in the order asked for."""
        return (*self.strata, *self.clusters, *((self.weights,) if self.weights else ()), *self.fpc)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """One stage of a draw that adds to the variance.

    ``unit_of_row`` numbers the units drawn at this stage, nested in those above it; for each
    unit ``stratum_of_unit`` and ``parent_of_unit`` (the unit of the stage above, itself at the
    first). For each stratum: ``taken`` units of a population of ``size`` (infinite where drawn
    with replacement), the product ``above`` of the sampling fractions of the stages above, and
    ``row`` the first row of its data.
    """

    unit_of_row: IntArray
    stratum_of_unit: IntArray
    parent_of_unit: IntArray
    taken: FloatArray
    size: FloatArray
    above: FloatArray
    row: IntArray

    @property
    def n_units(self) -> int:
        """How many units were drawn, over all strata."""
        return len(self.stratum_of_unit)

    @property
    def n_strata(self) -> int:
        """How many strata there are."""
        return len(self.taken)

    @property
    def fraction(self) -> FloatArray:
        """The sampling fraction of each stratum."""
        return self.taken / self.size

    @property
    def is_lonely(self) -> BoolArray:
        """The strata with a single unit that were not drawn whole."""
        lonely: BoolArray = (self.taken == 1) & (1 - self.fraction >= CERTAIN)
        return lonely


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The stages of a sample that add to the variance, outermost first, and the base weights.

    ``weights`` holds one positive weight a row.
    """

    stages: tuple[Stage, ...]
    weights: FloatArray
    lonely_psu: LonelyPsu

    @property
    def df(self) -> int:
        """Degrees of freedom: units of the first stage less its strata."""
        return self.stages[0].n_units - self.stages[0].n_strata


def read_sample(
    columns: DesignColumns, responses: Responses, *, lonely_psu: LonelyPsu, problems: Problems
) -> Sample:
    """The sample that columns describe.

    Raises UnusableInputError for missing cells, weights that are not positive, population sizes
    that are smaller than the sample or differ within a stratum, and single-unit strata under
    ``fail``.
    """
    for name in dict.fromkeys(columns.names()):
        _check_present(name, responses, problems)
    problems.raise_if_any()
    stages = _stages(columns, responses, problems)
    if stages[0].n_units < 2:
        problems.add("survey.one_unit")
    if columns.weights:
        weights = responses.columns[columns.weights].numbers
        bad = np.flatnonzero(~(weights > 0))
        if len(bad):
            problems.add(
                "survey.weight",
                line=responses.line(int(bad[0])),
                column=columns.weights,
                got=f"{weights[bad[0]]:.10g}",
                count=len(bad),
            )
    else:
        weights = np.ones(responses.n_rows)
        for stage in stages:
            weights = weights / stage.fraction[stage.stratum_of_unit[stage.unit_of_row]]
    if lonely_psu is LonelyPsu.FAIL:
        _check_lonely(stages, columns, responses, problems)
    problems.raise_if_any()
    return Sample(stages=tuple(stages), weights=weights, lonely_psu=lonely_psu)


def _check_present(name: str, responses: Responses, problems: Problems) -> None:
    column: Column = responses.columns[name]
    missing = np.flatnonzero(column.is_missing)
    if len(missing):
        problems.add(
            "survey.missing_cell",
            line=responses.line(int(missing[0])),
            column=name,
            count=len(missing),
        )


def _stages(columns: DesignColumns, responses: Responses, problems: Problems) -> list[Stage]:
    """The stages outermost first; those below the last population size add no variance."""
    stages: list[Stage] = []
    above: IntArray = np.zeros(responses.n_rows, dtype=np.intp)
    n_above, chance = 1, np.ones(1)
    n_stages = max(len(columns.clusters), len(columns.fpc), 1)
    for at in range(n_stages):
        strata, n_strata = above, n_above
        if at < len(columns.strata):
            strata, n_strata = _within(strata, n_strata, columns.strata[at], responses)
        if at < len(columns.clusters):
            units, n_units = _within(strata, n_strata, columns.clusters[at], responses)
        else:
            units, n_units = np.arange(responses.n_rows), responses.n_rows
        rows = first_rows(units, n_units)
        stratum_of_unit = strata[rows]
        taken = np.bincount(stratum_of_unit, minlength=n_strata).astype(float)
        row = first_rows(strata, n_strata)
        size = np.full(n_strata, np.inf)
        if at < len(columns.fpc):
            size = _sizes(columns.fpc[at], strata, row, taken, responses, problems)
        stage = Stage(
            unit_of_row=units,
            stratum_of_unit=stratum_of_unit,
            parent_of_unit=above[rows],
            taken=taken,
            size=size,
            above=chance[above[row]],
            row=row,
        )
        stages.append(stage)
        chance = (stage.above * stage.fraction)[stratum_of_unit]
        above, n_above = units, n_units
        if not chance.any():
            break
    return stages


def _within(outer: IntArray, n_outer: int, name: str, responses: Responses) -> tuple[IntArray, int]:
    """The categories of a column numbered apart within each outer number."""
    categories = responses.columns[name].categories
    n_inner = len(categories.names)
    numbers, occurring = renumbered(outer * n_inner + categories.codes, n_outer * n_inner)
    return numbers, len(occurring)


def _sizes(
    name: str,
    strata: IntArray,
    row: IntArray,
    taken: FloatArray,
    responses: Responses,
    problems: Problems,
) -> FloatArray:
    """The population size of each stratum, one for all of its rows and no smaller than drawn."""
    written = responses.columns[name].numbers
    size = written[row]
    for code, bad in (
        ("survey.fpc_differs", np.flatnonzero(written != size[strata])),
        ("survey.fpc_small", row[size < taken]),
    ):
        if len(bad):
            at = int(bad[0])
            problems.add(
                code,
                line=responses.line(at),
                column=name,
                got=f"{written[at]:.10g}",
                first=f"{size[strata[at]]:.10g}",
                taken=int(taken[strata[at]]),
                count=len(bad),
            )
    return size


def _check_lonely(
    stages: Sequence[Stage], columns: DesignColumns, responses: Responses, problems: Problems
) -> None:
    for at, stage in enumerate(stages):
        lonely = np.flatnonzero(stage.is_lonely)
        if len(lonely):
            row = int(stage.row[lonely[0]])
            named = (*columns.strata[: at + 1], *columns.clusters[:at])
            problems.add(
                "survey.lonely",
                line=responses.line(row),
                stage=at + 1,
                count=len(lonely),
                stratum=", ".join(f"{name}={_cell(name, row, responses)}" for name in named),
            )


def _cell(name: str, row: int, responses: Responses) -> str:
    categories = responses.columns[name].categories
    return categories.names[int(categories.codes[row])]
