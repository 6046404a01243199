"""A stored questionnaire as the engine reads it, as a page shows it, and answers held to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from parindex.errors import UnusableInputError
from parindex.forms.columns import SHEETS
from parindex.forms.xlsform_reading import from_sheets
from parindex.survey.answers import check_answers, settle
from parindex.survey.answers import clean as clean  # noqa: PLC0414 - handed on
from parindex.survey.bodies import Body, for_bodies
from parindex.survey.conditions.tree import Condition, to_json
from parindex.survey.questionnaire import Kind, Question, Section, Words
from parindex.survey.questionnaire import (
    Questionnaire as Questionnaire,  # noqa: PLC0414 - handed on
)
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.questionnaire_writer import digest, to_yaml
from parindex.survey.versions import check_succession
from parindex.web.fieldwork.models import Instrument
from parindex.workbooks.text_sheets import read_text_sheets

Form = dict[str, Any]
_FILE: Final = "questionnaire.yaml"
# Bytes of a sealed answer besides answers in words: around everything, around each question, of a
# number or a day; sizes are whole steps.
_FRAME: Final = 400
_AROUND: Final = 8
_PLAIN: Final = 34
_STEP: Final = 256


def instrument_of(instrument: Instrument) -> Questionnaire:
    """The questionnaire of an instrument, as it was imported."""
    return with_bodies(instrument.content, ())


def rates_bodies(instrument: Instrument) -> bool:
    """Whether the respondents of an instrument rate bodies that a wave names."""
    return instrument_of(instrument).rates is not None


@lru_cache(maxsize=64)
def with_bodies(content: str, bodies: tuple[tuple[str, str], ...]) -> Questionnaire:
    """The questionnaire of a stored text; where respondents rate bodies, with these (id, name)."""
    stored = read_questionnaire(content.encode(), file=_FILE)
    if not bodies:
        return stored
    return for_bodies(
        stored, [Body(unit=slug, name=Words((("vi", name),))) for slug, name in bodies]
    )


def settled(questionnaire: Questionnaire, answers: Mapping[str, Any], on: date) -> dict[str, str]:
    """The answers as they are kept. Raises UnusableInputError with everything that is wrong."""
    texts = {str(name): str(text) for name, text in answers.items() if text is not None}
    given = settle(questionnaire, texts, today=on)
    problems = check_answers(questionnaire, given, today=on)
    if problems:
        raise UnusableInputError(problems)
    return given


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


# ---- files


def read(content: bytes, *, file: str) -> Questionnaire:
    """The questionnaire of an uploaded file: YAML, or an XLSForm in Excel.

    Raises UnusableInputError with everything that is wrong.
    """
    if not file.lower().endswith((".xlsx", ".xls")):
        return read_questionnaire(content, file=file)
    sheets = read_text_sheets(content, SHEETS, file_name=file)
    return from_sheets(sheets, file=file)


def kept(questionnaire: Questionnaire) -> tuple[str, str]:
    """The text that is kept of a questionnaire, and its digest."""
    return to_yaml(questionnaire), digest(questionnaire)


def check_follows(before: Instrument, after: Questionnaire) -> None:
    """Refuse a version that would lose columns of the one before it."""
    problems = check_succession(instrument_of(before), after)
    if problems:
        raise UnusableInputError(problems)


def sealed_size(questionnaire: Questionnaire, *, text_bytes: int) -> int:
    """How many bytes any answer needs at most, with so many for each question in words.

    Answers in words share what all of them have.
    """
    size = _FRAME
    for question in questionnaire.questions():
        codes = [len(one.code) for one in questionnaire.scale(question).choices]
        longest = {
            Kind.SELECT_ONE: max(codes, default=0),
            Kind.SELECT_MULTIPLE: sum(codes) + len(codes),
            Kind.TEXT: text_bytes,
            Kind.NOTE: 0,
        }.get(question.kind, _PLAIN)
        size += len(question.name) + longest + _AROUND
    return -(-size // _STEP) * _STEP
