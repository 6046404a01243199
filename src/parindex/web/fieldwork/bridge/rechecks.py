"""Which cells and interviewers to ask again about: the engine's signals, gathered so that no
single answer is told.

Signals are worked out while the box is open, with the times of the answers; what is kept is of
groups only, and the times are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Final

from parindex.survey.questionnaire import Kind, Questionnaire
from parindex.survey.reinterview.interviews import interviews_of
from parindex.survey.reinterview.ranking import ReinterviewPlan, Suspect, reinterview_list
from parindex.survey.reinterview.signals import Signal

# An answer that as few as one in ten show is counted as showing a signal.
_ONE_IN_TEN: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckPlan:
    """How the list is made: what each signal counts, when answers are a burst, how long it is.

    ``share`` of the groups are listed, of each ``people`` are asked again.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: {str(one): 1.0 for one in Signal})
    burst_minutes: float = 10
    share: float = 0.1
    people: int = 5

    def plain(self) -> dict[str, object]:
        """The plan as the journal keeps it."""
        return {
            "weights": {name: str(value) for name, value in self.weights.items()},
            "burst_minutes": str(self.burst_minutes),
            "share": str(self.share),
            "people": self.people,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An answer with how it came: the number of its group's cell, who asked, when, how long."""

    answers: Mapping[str, str]
    cell: int
    interviewer: str
    seconds: int | None
    ended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A group to ask again: of a cell and interviewer, or of an interviewer everywhere (None).

    ``signals`` gives the share of its answers that show each signal, 0 to 1.
    """

    cell: int | None
    interviewer: str
    n: int
    score: float
    signals: Mapping[str, float]


def suspicions(
    came: Sequence[Came], questionnaire: Questionnaire, plan: RecheckPlan, *, least: int
) -> list[Suspicion]:
    """The groups that show most, the worst first; none of fewer than ``least`` answers."""
    if not came:
        return []
    listed = {one.id: one for one in _list(came, questionnaire, plan)}
    scored = [
        _suspicion(key, [listed[str(row)] for row in rows])
        for key, rows in _groups(came, least).items()
    ]
    scored = [one for one in scored if one.score > 0]
    scored.sort(key=lambda one: (-one.score, one.interviewer, one.cell or 0))
    return scored[: ceil(plan.share * len(scored))]


def _list(
    came: Sequence[Came], questionnaire: Questionnaire, plan: RecheckPlan
) -> tuple[Suspect, ...]:
    closed = [one for one in questionnaire.questions() if one.kind is Kind.SELECT_ONE]
    ended = [_minutes(one.ended_at) for one in came]
    lasted = [None if one.seconds is None else one.seconds / 60 for one in came]
    interviews = interviews_of(
        [str(row) for row in range(len(came))],
        interviewer=[one.interviewer or None for one in came],
        place=[str(one.cell) for one in came],
        # Where nobody asked, those of one cell are held against each other.
        compared=[one.interviewer or f"cell {one.cell}" for one in came],
        choices={one.name: [row.answers.get(one.name) for row in came] for one in closed},
        no_opinion={
            one.name: [choice.code for choice in questionnaire.scale(one).choices if choice.missing]
            for one in closed
        },
        grids=list(_grids(questionnaire)),
        started_at=[
            None if end is None or took is None else end - took
            for end, took in zip(ended, lasted, strict=True)
        ],
        ended_at=ended,
    )
    weights = {Signal(name): value for name, value in plan.weights.items()}
    return reinterview_list(
        interviews, ReinterviewPlan(weights=weights, burst_minutes=plan.burst_minutes)
    )


def _minutes(moment: str) -> float | None:
    return datetime.fromisoformat(moment).timestamp() / 60 if moment else None


def _grids(questionnaire: Questionnaire) -> Iterator[list[str]]:
    """Questions of one scale that are asked in a row."""
    for section in questionnaire.sections:
        run: list[str] = []
        scale = ""
        for question in section.questions:
            same = question.kind is Kind.SELECT_ONE and question.scale == scale
            if not same:
                if len(run) > 1:
                    yield run
                run = []
            scale = question.scale if question.kind is Kind.SELECT_ONE else ""
            if scale:
                run.append(question.name)
        if len(run) > 1:
            yield run


def _groups(came: Sequence[Came], least: int) -> dict[tuple[int | None, str], list[int]]:
    """The rows of each cell and interviewer; too small ones of an interviewer together."""
    found: dict[tuple[int | None, str], list[int]] = {}
    for row, one in enumerate(came):
        found.setdefault((one.cell, one.interviewer), []).append(row)
    groups = {key: rows for key, rows in found.items() if len(rows) >= least}
    rest: dict[tuple[int | None, str], list[int]] = {}
    for key, rows in found.items():
        if len(rows) < least and key[1]:
            rest.setdefault((None, key[1]), []).extend(rows)
    return groups | {key: rows for key, rows in rest.items() if len(rows) >= least}


def _suspicion(key: tuple[int | None, str], suspects: Sequence[Suspect]) -> Suspicion:
    counts: dict[str, int] = {}
    for one in suspects:
        for reason in one.reasons:
            if reason.surprise >= _ONE_IN_TEN:
                counts[str(reason.signal)] = counts.get(str(reason.signal), 0) + 1
    n = len(suspects)
    return Suspicion(
        cell=key[0],
        interviewer=key[1],
        n=n,
        score=sum(one.score for one in suspects) / n,
        signals={name: count / n for name, count in sorted(counts.items())},
    )
