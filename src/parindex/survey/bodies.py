"""The bodies that respondents rate, put into a questionnaire once a wave knows their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from parindex.errors import Problems
from parindex.survey.conditions.tree import Answer, Call, Condition, Quoted
from parindex.survey.questionnaire import (
    CODE,
    Choice,
    Question,
    Questionnaire,
    Rates,
    ResponseScale,
    Section,
    Words,
)

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A unit to be rated: its id, and its name as respondents read it."""

    unit: str
    name: Words


def for_bodies(questionnaire: Questionnaire, bodies: Sequence[Body]) -> Questionnaire:
    """The questionnaire with its rating sections once for each body.

    Questions get the unit behind their name (``q1.so-noi-vu-2020``), sections keep it as
    ``body``. Where the instrument asks for the respondent's own unit, the bodies are put into
    that scale and the own one is skipped; nobody rates the own unit.

    Raises UnusableInputError where there is nobody to rate, or two units have one name in XML.
    """
    problems = Problems(file=questionnaire.file)
    rates = questionnaire.rates
    marks = [_mark(body.unit) for body in bodies]
    if rates is None or not bodies:
        problems.add("form.nobody_to_rate")
    for body, mark in zip(bodies, marks, strict=True):
        if not CODE.fullmatch(body.unit):
            problems.add("form.choice_code", got=body.unit[:40])
        if marks.count(mark) > 1:
            problems.add("form.bodies_alike", got=body.unit)
    problems.raise_if_any()
    assert rates is not None  # noqa: S101 - told above
    sections: list[Section] = []
    for section in questionnaire.sections:
        if section.per_body:
            sections += (_about(section, body, rates) for body in bodies)
        else:
            sections.append(section)
    own = questionnaire.question(rates.own) if rates.own else None
    scales = questionnaire.scales
    if own is not None:
        # A scale of its own: other questions may share the one that it had.
        spoken = [code for code, _ in questionnaire.languages]
        units = tuple(Choice(code=one.unit, label=_spoken(one.name, spoken)) for one in bodies)
        choices = units + questionnaire.scale(own).choices
        renamed = replace(own, scale=f"{own.name}.units")
        sections = [_with(section, renamed) for section in sections]
        scales = (*scales, ResponseScale(id=renamed.scale, choices=choices))
    return replace(questionnaire, sections=tuple(sections), scales=scales)


def _spoken(name: Words, languages: Sequence[str]) -> Words:
    """A name in the languages of the form, those that it has."""
    texts = dict(name.texts)
    return Words(tuple((code, texts[code]) for code in languages if code in texts))


def _with(section: Section, question: Question) -> Section:
    """The section with one of its questions replaced, if it is there."""
    changed = (question if one.name == question.name else one for one in section.questions)
    return replace(section, questions=tuple(changed))


def _mark(unit: str) -> str:
    return _NOT_IN_NAMES.sub("-", unit)


def _about(section: Section, body: Body, rates: Rates) -> Section:
    mark = _mark(body.unit)
    inside = {question.name: f"{question.name}.{mark}" for question in section.questions}
    own: Condition | None = None
    if rates.own:
        own = Call("!=", (Answer(rates.own), Quoted(body.unit)))
    return replace(
        section,
        name=f"{section.name}.{mark}",
        label=_titled(section.label, body.name),
        per_body=False,
        body=body.unit,
        relevant=_both(own, section.relevant),
        questions=tuple(_asked_of(question, inside) for question in section.questions),
    )


def _titled(label: Words, name: Words) -> Words:
    """The section's words and the body's name, in the languages of the section."""
    return Words(tuple((code, f"{text}: {name.say(code)}") for code, text in label.texts))


def _both(left: Condition | None, right: Condition | None) -> Condition | None:
    if left is None or right is None:
        return left or right
    return Call("and", (left, right))


def _asked_of(question: Question, inside: dict[str, str]) -> Question:
    return replace(
        question,
        name=inside[question.name],
        relevant=_renamed(question.relevant, inside),
        constraint=_renamed(question.constraint, inside),
    )


def _renamed(condition: Condition | None, inside: dict[str, str]) -> Condition | None:
    if isinstance(condition, Answer):
        return Answer(inside.get(condition.name, condition.name))
    if isinstance(condition, Call):
        parts = (_renamed(one, inside) for one in condition.arguments)
        return Call(condition.name, tuple(one for one in parts if one is not None))
    return condition
