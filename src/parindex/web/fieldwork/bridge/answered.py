"""The mixed answers of a wave as the engine's columns, and the design of their sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parindex.errors import Problems
from parindex.survey.estimation.columns import Column, column_of
from parindex.survey.estimation.design import DesignColumns, LonelyPsu, read_sample
from parindex.survey.estimation.responses import Responses, responses_of
from parindex.survey.estimation.weighting import Design, weighted
from parindex.survey.questionnaire import Question, Questionnaire
from parindex.survey.sampling.plan import Method, read_plan

DIMENSIONS: Final = ("unit", "service", "stratum")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOfAnswers:
    """What the engine needs of a cell; ``n_drawn`` people stand for its part of the population.

    At a ``counter`` nobody was drawn: whoever came counts as they are. ``pooled_into`` is the
    place of the larger cell that its answers stand in, where they were too few.
    """

    unit: str
    service: str
    stratum: str
    respondents: str
    design: Mapping[str, Any]
    n_drawn: int
    counter: bool
    pooled_into: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers of a wave, each with its cell; ``cells`` are all, also those nobody answered in.

    ``cell_of_row`` gives the place of each answer's cell in ``cells``; ``plan`` is the sampling
    plan's text, empty where nobody was drawn.
    """

    cells: Sequence[CellOfAnswers]
    cell_of_row: Sequence[int]
    answers: Sequence[Mapping[str, str]]
    plan: str

    def rows(self) -> list[CellOfAnswers]:
        """The cell of each answer."""
        return [self.cells[at] for at in self.cell_of_row]


class Named:
    """Units, services and strata by number, so that no name can be mistaken for a domain's sign."""

    def __init__(self, answered: Answered) -> None:
        self._names = {
            name: sorted({getattr(one, name) for one in answered.cells} - {""})
            for name in DIMENSIONS
        }

    def has(self, dimension: str) -> bool:
        """Whether answers are told apart by it."""
        return bool(self._names[dimension])

    def codes(self, dimension: str, texts: Sequence[str]) -> list[str | None]:
        """Names as categories; None where there is no name."""
        number = {text: f"n{at}" for at, text in enumerate(self._names[dimension])}
        return [number.get(text) for text in texts]

    def name(self, dimension: str, code: str) -> str:
        """The name of a category."""
        name: str = self._names[dimension][int(code[1:])]
        return name

    def domain(self, text: str) -> dict[str, str]:
        """A domain of the engine by names."""
        pairs = (part.split("=", 1) for part in text.split(";") if part)
        return {dimension: self.name(dimension, code) for dimension, code in pairs}


def responses_for(answered: Answered, questionnaire: Questionnaire, named: Named) -> Responses:
    """The answers as columns: what they are about, closed questions, worths, the design."""
    rows = answered.rows()
    columns: dict[str, Column] = {
        name: column_of(named.codes(name, [getattr(one, name) for one in rows]))
        for name in DIMENSIONS
    }
    for question in questionnaire.questions():
        if question.kind.chooses:
            columns[question.name] = column_of(
                [one.get(question.name) or None for one in answered.answers]
            )
    for question in feeding(questionnaire):
        columns[worth_of(question)] = column_of(_worths(questionnaire, question, answered))
    columns |= _design_of_rows(answered, rows)
    return responses_of(columns)


def feeding(questionnaire: Questionnaire) -> Iterator[Question]:
    """The questions that feed an item of the rulebook for the unit that an answer is about."""
    for section in questionnaire.sections:
        if not section.body:
            yield from (one for one in section.questions if one.feeds and one.kind.chooses)


def worth_of(question: Question) -> str:
    """The column that holds what the answers to a feeding question are worth."""
    return f"worth of {question.name}"


def percents_of(questionnaire: Questionnaire, question: Question) -> dict[str, Any]:
    """What each choice is worth for a survey item, 0 to 100; None where it counts nowhere."""
    return {
        one.code: None if one.missing else one.percent
        for one in questionnaire.scale(question).choices
    }


def _worths(
    questionnaire: Questionnaire, question: Question, answered: Answered
) -> list[float | None]:
    percents = percents_of(questionnaire, question)
    worth = {
        code: None if percent is None else float(percent) / 100
        for code, percent in percents.items()
    }
    return [worth.get(one.get(question.name, "")) for one in answered.answers]


def _design_of_rows(answered: Answered, rows: Sequence[CellOfAnswers]) -> dict[str, Column]:
    columns = {"weight": column_of(_weights(answered))}
    first = rows[0].design
    for stage in range(len(first["fpc"])):
        columns[f"stratum {stage}"] = column_of([one.design["strata"][stage] for one in rows])
        sizes = [one.design["fpc"][stage] for one in rows]
        columns[f"fpc {stage}"] = column_of([float(one) if one else None for one in sizes])
    for stage in range(len(first["units"])):
        columns[f"unit {stage}"] = column_of([one.design["units"][stage] for one in rows])
    columns["design stratum"] = column_of([one.design["stratum"] for one in rows])
    # Where the people themselves are the primary units, each answer is its own.
    columns["design psu"] = column_of(
        [one.design["psu"] or f"answer {at}" for at, one in enumerate(rows)]
    )
    return columns


def _weights(answered: Answered) -> list[float]:
    """The weight of each answer: of its cell, times what makes up for those who did not answer.

    Within a stratum of the variance all who were drawn are stood for by all who answered: the
    weighting-class adjustment (Oh and Scheuren 1983). Strata with cells that stand together (of
    clusters taken for certain) are one class.
    """
    class_of = _classes(answered.cells)
    drawn: dict[str, float] = {}
    came: dict[str, float] = {}
    for cell in answered.cells:
        one = class_of[cell.design["stratum"]]
        drawn[one] = drawn.get(one, 0.0) + float(cell.design["weight"]) * cell.n_drawn
    rows = answered.rows()
    for cell in rows:
        one = class_of[cell.design["stratum"]]
        came[one] = came.get(one, 0.0) + float(cell.design["weight"])
    found = []
    for cell in rows:
        one, weight = class_of[cell.design["stratum"]], float(cell.design["weight"])
        found.append(weight if cell.counter else weight * drawn[one] / came[one])
    return found


def _classes(cells: Sequence[CellOfAnswers]) -> dict[str, str]:
    """The weighting class of each stratum, called by one of its strata."""
    class_of = {one.design["stratum"]: one.design["stratum"] for one in cells}
    for cell in cells:
        if cell.pooled_into is None:
            continue
        mine = class_of[cell.design["stratum"]]
        theirs = class_of[cells[cell.pooled_into].design["stratum"]]
        if mine != theirs:
            class_of = {name: theirs if one == mine else one for name, one in class_of.items()}
    return class_of


def design_for(answered: Answered, responses: Responses, *, lonely_psu: str) -> Design:
    """The sample's design. Raises UnusableInputError, as for a single unit under ``fail``."""
    problems = Problems(file="design")
    sample = read_sample(
        _columns_of_design(answered),
        responses,
        lonely_psu=LonelyPsu(lonely_psu),
        problems=problems,
    )
    problems.raise_if_any()
    return weighted(sample)


def _columns_of_design(answered: Answered) -> DesignColumns:
    """As docs/spec/draw.md says: with population sizes at every stage where the plan has them,
    else between primary units as if drawn with replacement, which is never too small.
    """
    cells = [answered.cells[at] for at in set(answered.cell_of_row)]
    if _has_sizes(answered.plan) and all(all(one.design["fpc"]) for one in cells):
        stages = len(cells[0].design["fpc"])
        return DesignColumns(
            strata=("stratum 0",),
            clusters=tuple(f"unit {stage}" for stage in range(stages - 1)),
            weights="weight",
            fpc=tuple(f"fpc {stage}" for stage in range(stages)),
        )
    return DesignColumns(strata=("design stratum",), clusters=("design psu",), weights="weight")


def _has_sizes(plan: str) -> bool:
    """Whether every stage has a population size, with strata at the first one only."""
    if not plan:
        return False
    stages = read_plan(plan.encode(), file="plan.yaml").stages
    return all(one.method is not Method.PPS for one in stages) and not any(
        one.strata for one in stages[1:]
    )
