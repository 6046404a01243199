"""A sample as a CSV file: its members with probabilities, weights and what estimation reads."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Final

from parindex.csvtable import csv_line
from parindex.errors import Problems
from parindex.points import show_fraction
from parindex.survey.sampling.draw import DrawnCell, Pick, Sample, Step
from parindex.survey.sampling.frame import Cell
from parindex.survey.sampling.plan import Method, label

PROBABILITY_DECIMALS: Final = 15
WEIGHT_DECIMALS: Final = 9

_BEFORE: Final = ("draw", "draw_order")
_OF_STAGE: Final = ("stratum", "unit", "probability", "fpc")
_BEHIND: Final = ("probability", "weight", "design_stratum", "design_psu")


def sample_columns(stages: int) -> tuple[str, ...]:
    """The columns that a draw of so many stages adds behind those of the frame.

    >>> sample_columns(1)[2:6]
    ('stratum_1', 'unit_1', 'probability_1', 'fpc_1')
    """
    of_stages = [f"{name}_{stage}" for stage in range(1, stages + 1) for name in _OF_STAGE]
    return (*_BEFORE, *of_stages, *_BEHIND)


def check_columns(columns: tuple[str, ...], stages: int, *, file: str) -> None:
    """Refuse a frame with a column of a name that the sample needs for itself."""
    problems = Problems(file=file)
    for name in sample_columns(stages):
        if name in columns:
            problems.add("frame.taken_column", line=1, got=name)
    problems.raise_if_any()


def sample_lines(sample: Sample) -> Iterator[str]:
    """The lines of the file, the header first: cell by cell, in each the drawn, then the reserve.

    A reserve has no probability and no weight: who steps in takes those of whom it replaces.
    """
    frame = sample.frame
    yield csv_line((*frame.columns, *sample_columns(len(frame.plan.stages))))
    for cell in sample.cells:
        for order, pick in enumerate(cell.picks, 1):
            row = frame.rows[cell.cell.rows[pick.position]]
            yield csv_line((*row, "drawn", str(order), *_member(sample, cell, pick)))
        for order, position in enumerate(cell.reserve, 1):
            row = frame.rows[cell.cell.rows[position]]
            beside = _member(sample, cell, Pick(position, Fraction(0)))
            yield csv_line((*row, "reserve", str(order), *beside))


def _member(sample: Sample, cell: DrawnCell, pick: Pick) -> Iterator[str]:
    steps = (*cell.trail, Step(cell.cell, pick))
    names = [_names(depth, step) for depth, step in enumerate(steps, 1)]
    for stage, step, name in zip(sample.frame.plan.stages, steps, names, strict=True):
        yield from name
        yield _probability(step.pick.probability)
        # A draw proportional to size has no single population size to correct with.
        yield "" if stage.method is Method.PPS else str(len(step.cell.units))
    overall = prod((step.pick.probability for step in steps), start=Fraction(1))
    yield _probability(overall)
    yield show_fraction(1 / overall, WEIGHT_DECIMALS) if overall else ""
    # A cluster taken for certain varies nothing by itself: it is a stratum of its own, and the
    # units drawn inside it are the primary ones.
    uncertain = (at for at, step in enumerate(cell.trail) if step.pick.probability != 1)
    yield from names[next(uncertain, len(cell.trail))]


def _names(depth: int, step: Step) -> tuple[str, str]:
    """A stage's stratum and unit, each under a name that nothing else in the frame has."""
    return label((str(depth), *step.cell.path)), label((*step.cell.path, step.unit))


def _probability(value: Fraction) -> str:
    return show_fraction(value, PROBABILITY_DECIMALS) if value else ""


def certainties(sample: Sample) -> list[tuple[int, tuple[str, ...], str]]:
    """The units taken for certain: stage from 1, path of the cell, id; only where others are not.

    A cell that is taken whole is a census of that cell and needs no telling.
    """
    told: dict[tuple[int, tuple[str, ...], str], None] = {}
    for drawn in sample.cells:
        for depth, step in enumerate(drawn.trail, 1):
            if _is_certain(step.cell, step.pick):
                told[depth, step.cell.path, step.unit] = None
        for pick in drawn.picks:
            if _is_certain(drawn.cell, pick):
                unit = drawn.cell.units[pick.position]
                told[len(drawn.trail) + 1, drawn.cell.path, unit] = None
    return list(told)


def _is_certain(cell: Cell, pick: Pick) -> bool:
    return pick.probability == 1 and cell.take < len(cell.units)
