"""Rows to the survey engine and back: questionnaires, answers, samples, estimates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from parindex.errors import UnusableInputError
from parindex.survey.answers import check_answers, settle
from parindex.survey.bodies import Body, for_bodies
from parindex.survey.conditions.tree import Condition, to_json
from parindex.survey.questionnaire import Question, Section, Words
from parindex.survey.questionnaire import (
    Questionnaire as Questionnaire,  # noqa: PLC0414 - handed on
)
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.web.fieldwork.models import Instrument, Wave

Form = dict[str, Any]
_FILE: Final = "questionnaire.yaml"


def questionnaire_of(wave: Wave, names: Mapping[str, str] | None = None) -> Questionnaire:
    """The questionnaire as respondents of a wave get it: with the bodies that they rate.

    ``names`` gives the names of those units by slug; a slug stands for itself without one.
    """
    bodies = tuple((slug, (names or {}).get(slug, slug)) for slug in wave.bodies)
    return _questionnaire(wave.instrument.content, bodies)


def instrument_of(instrument: Instrument) -> Questionnaire:
    """The questionnaire of an instrument, as it was imported."""
    return _questionnaire(instrument.content, ())


@lru_cache(maxsize=64)
def _questionnaire(content: str, bodies: tuple[tuple[str, str], ...]) -> Questionnaire:
    read = read_questionnaire(content.encode(), file=_FILE)
    if not bodies:
        return read
    return for_bodies(read, [Body(unit=slug, name=Words((("vi", name),))) for slug, name in bodies])


def settled(questionnaire: Questionnaire, answers: Mapping[str, Any], on: date) -> dict[str, str]:
    """The answers as they are kept. Raises UnusableInputError with everything that is wrong."""
    texts = {str(name): str(text) for name, text in answers.items() if text is not None}
    kept = settle(questionnaire, texts, today=on)
    problems = check_answers(questionnaire, kept, today=on)
    if problems:
        raise UnusableInputError(problems)
    return kept


# ---- a questionnaire for a page


def form_of(questionnaire: Questionnaire) -> Form:
    """The questionnaire as plain content for a page; conditions are trees for `conditions.js`."""
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "title": _words(questionnaire.title),
        "languages": dict(questionnaire.languages),
        "consent": _words(questionnaire.consent),
        "scales": {
            scale.id: [
                {"code": one.code, "label": _words(one.label), "missing": one.missing}
                for one in scale.choices
            ]
            for scale in questionnaire.scales
        },
        "sections": [_section(one) for one in questionnaire.sections],
    }


def _words(words: Words) -> dict[str, str]:
    return dict(words.texts)


def _tree(condition: Condition | None) -> list[object] | None:
    return None if condition is None else to_json(condition)


def _section(section: Section) -> Form:
    return {
        "name": section.name,
        "label": _words(section.label),
        "relevant": _tree(section.relevant),
        "questions": [_question(one) for one in section.questions],
    }


def _question(question: Question) -> Form:
    return {
        "name": question.name,
        "kind": str(question.kind),
        "scale": question.scale,
        "label": _words(question.label),
        "hint": _words(question.hint),
        "required": question.required,
        "relevant": _tree(question.relevant),
        "constraint": _tree(question.constraint),
        "message": _words(question.message),
    }
