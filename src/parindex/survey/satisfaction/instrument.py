"""What a version of a SIPAS instrument measures: what answers are worth, and which means count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from parindex.survey.questionnaire import (
    Aspect,
    Method,
    Overall,
    Question,
    Questionnaire,
    ResponseScale,
    Scoring,
)


class Measure(StrEnum):
    """What an index is of: an item (one question), a factor, a part, or all of them."""

    ITEM = "item"
    FACTOR = "factor"
    PART = "part"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredItem:
    """A question whose answers count: each code's worth from 0 to 1.

    ``ignored`` codes (không biết, không ý kiến) are answers that count nowhere.
    """

    id: str
    worth: Mapping[str, Fraction]
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """An index made of items: the share of each, together 1."""

    measure: Measure
    id: str
    shares: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version of an instrument; indices of different ones are not compared."""

    id: str
    version: int
    items: tuple[MeasuredItem, ...]
    composites: tuple[Composite, ...] = field(default=())


def instrument_of(questionnaire: Questionnaire) -> Instrument:
    """What a questionnaire measures, by its own scoring.

    The items are the questions on satisfaction that belong to a factor, and the overall question
    where there is one. A factor is the mean of its items, a part that of its factors, the whole
    that of its parts or factors, or the overall question alone. What has no item is left out.

    Raises ValueError for a questionnaire without scoring, or without anything to score.
    """
    scoring = questionnaire.scoring
    if scoring is None:
        raise ValueError(f"{questionnaire.id} has no scoring")
    counted = [
        question
        for question in questionnaire.questions()
        if question.name == scoring.question
        or (question.aspect is Aspect.SATISFACTION and question.factor)
    ]
    return Instrument(
        id=questionnaire.id,
        version=questionnaire.version,
        items=tuple(_item(one, questionnaire.scale(one), scoring) for one in counted),
        composites=tuple(_composites(questionnaire, scoring, counted)),
    )


def _item(question: Question, scale: ResponseScale, scoring: Scoring) -> MeasuredItem:
    scores = {one.code: Fraction(one.score) for one in scale.choices if one.score is not None}
    highest = sorted(set(scores.values()), reverse=True)
    if scoring.method is Method.TOP2:
        worth = {code: Fraction(score in highest[:2]) for code, score in scores.items()}
    else:
        zero = Fraction(scoring.zero_at)
        worth = {code: (score - zero) / (highest[0] - zero) for code, score in scores.items()}
    ignored = frozenset(one.code for one in scale.choices if one.code not in worth)
    return MeasuredItem(id=question.name, worth=worth, ignored=ignored)


def _composites(
    questionnaire: Questionnaire, scoring: Scoring, counted: Iterable[Question]
) -> Iterator[Composite]:
    of_factor: dict[str, list[dict[str, Fraction]]] = {}
    for question in counted:
        if question.factor:
            of_factor.setdefault(question.factor, []).append({question.name: Fraction(1)})
    factors = {
        one.id: _mean(of_factor[one.id]) for one in questionnaire.factors if one.id in of_factor
    }
    of_part: dict[str, list[dict[str, Fraction]]] = {}
    for one in questionnaire.factors:
        if one.id in factors and one.part:
            of_part.setdefault(one.part, []).append(factors[one.id])
    parts = {one.id: _mean(of_part[one.id]) for one in questionnaire.parts if one.id in of_part}
    for id_, shares in factors.items():
        yield Composite(measure=Measure.FACTOR, id=id_, shares=shares)
    for id_, shares in parts.items():
        yield Composite(measure=Measure.PART, id=id_, shares=shares)
    whole = {
        Overall.QUESTION: [{scoring.question: Fraction(1)}],
        Overall.FACTORS: list(factors.values()),
        Overall.PARTS: list(parts.values()),
    }[scoring.overall]
    if not whole:
        raise ValueError(f"{questionnaire.id} measures nothing")
    yield Composite(measure=Measure.OVERALL, id="", shares=_mean(whole))


def _mean(of: list[dict[str, Fraction]]) -> dict[str, Fraction]:
    shares: dict[str, Fraction] = {}
    for one in of:
        for id_, share in one.items():
            shares[id_] = shares.get(id_, Fraction(0)) + share / len(of)
    return shares
