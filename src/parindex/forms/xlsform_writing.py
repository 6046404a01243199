"""A questionnaire as the sheets of an XLSForm, and as the survey that a telephone is given."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from parindex.criteria.plain import plain_decimal
from parindex.forms.columns import (
    CHOICES,
    COLUMNS,
    FACTORS,
    PARTS,
    SETTINGS,
    SURVEY,
    TRANSLATED,
    language_heading,
)
from parindex.survey.conditions.tree import Condition, to_text
from parindex.survey.questionnaire import CONSENT, Method, Question, Questionnaire, Section, Words

# One row by the names of its columns: a text, or words in languages.
Row = dict[str, str | Words]


def to_sheets(questionnaire: Questionnaire) -> dict[str, list[list[str]]]:
    """The sheets of the XLSForm, each with its headings first; ``from_sheets`` gives an equal one.

    Other programs take it as it is: our columns and sheets are none of theirs.
    """
    rows = {
        SURVEY: survey_rows(questionnaire),
        CHOICES: choice_rows(questionnaire),
        SETTINGS: iter([_settings(questionnaire)]),
    }
    if questionnaire.factors:
        rows[FACTORS] = (
            {"name": one.id, "part": one.part, "label": one.name} for one in questionnaire.factors
        )
    if questionnaire.parts:
        rows[PARTS] = ({"name": one.id, "label": one.name} for one in questionnaire.parts)
    return {
        sheet: [
            headings_of(sheet, questionnaire),
            *(_cells(sheet, one, questionnaire) for one in of),
        ]
        for sheet, of in rows.items()
    }


def headings_of(sheet: str, questionnaire: Questionnaire) -> list[str]:
    """The headings of a sheet, with one for each language where there are words."""
    found: list[str] = []
    for column in COLUMNS[sheet]:
        if column in TRANSLATED:
            pairs = _languages(column, questionnaire)
            found += (f"{column}::{language_heading(*one)}" for one in pairs)
        else:
            found.append(column)
    return found


def _languages(column: str, questionnaire: Questionnaire) -> list[tuple[str, str]]:
    # The title in Vietnamese is XLSForm's own form_title.
    return [one for one in questionnaire.languages if column != "titles" or one[0] != "vi"]


def _cells(sheet: str, row: Row, questionnaire: Questionnaire) -> list[str]:
    cells: list[str] = []
    for column in COLUMNS[sheet]:
        value = row.get(column, "")
        if column in TRANSLATED:
            texts = dict(value.texts) if isinstance(value, Words) else {}
            cells += (texts.get(code, "") for code, _ in _languages(column, questionnaire))
        else:
            assert isinstance(value, str)  # noqa: S101 - words stand in translated columns only
            cells.append(value)
    return cells


# ---- the rows


def survey_rows(questionnaire: Questionnaire) -> Iterator[Row]:
    """The rows of the survey: the consent, then sections as groups with their questions."""
    if questionnaire.consent:
        yield {"type": "note", "name": CONSENT, "label": questionnaire.consent}
    for section in questionnaire.sections:
        if section.name:
            yield _group(section)
        yield from map(_question, section.questions)
        if section.name:
            yield {"type": "end_group"}


def _group(section: Section) -> Row:
    return {
        "type": "begin_group",
        "name": section.name,
        "label": section.label,
        "relevant": _condition(section.relevant),
        # The questions of a section are shown together.
        "appearance": "field-list",
        "per_body": "yes" if section.per_body else "",
        "body": section.body,
    }


def _question(question: Question) -> Row:
    return {
        "type": f"{question.kind} {question.scale}"
        if question.kind.chooses
        else str(question.kind),
        "name": question.name,
        "label": question.label,
        "hint": question.hint,
        "required": "yes" if question.required else "",
        "relevant": _condition(question.relevant),
        "constraint": _condition(question.constraint),
        "constraint_message": question.message,
        "factor": question.factor,
        "aspect": "" if question.aspect is None else str(question.aspect),
        "feeds": question.feeds,
    }


def _condition(condition: Condition | None) -> str:
    return "" if condition is None else to_text(condition)


def choice_rows(questionnaire: Questionnaire) -> Iterator[Row]:
    """The choices of every scale."""
    for scale in questionnaire.scales:
        for choice in scale.choices:
            yield {
                "list_name": scale.id,
                "name": choice.code,
                "label": choice.label,
                "score": _number(choice.score),
                "percent": _number(choice.percent),
                "missing": "yes" if choice.missing else "",
            }


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain_decimal(value)


def _settings(questionnaire: Questionnaire) -> Row:
    vi = dict(questionnaire.languages)["vi"]
    row: Row = {
        "form_title": questionnaire.title.say("vi"),
        "form_id": questionnaire.id,
        "version": str(questionnaire.version),
        "default_language": language_heading("vi", vi),
        "titles": questionnaire.title,
        "status": str(questionnaire.status),
    }
    if questionnaire.respondents is not None:
        row |= {
            "respondents": questionnaire.respondents.id,
            "respondents_name": questionnaire.respondents.name,
        }
    if questionnaire.scoring is not None:
        scoring = questionnaire.scoring
        mean = scoring.method is Method.MEAN
        row |= {
            "scoring_method": str(scoring.method),
            "scoring_zero_at": plain_decimal(scoring.zero_at) if mean else "",
            "scoring_overall": str(scoring.overall),
            "scoring_question": scoring.question,
        }
    if questionnaire.rates is not None:
        row |= {"rates_group": questionnaire.rates.group, "rates_own": questionnaire.rates.own}
    return row
