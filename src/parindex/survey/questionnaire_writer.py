"""A questionnaire as plain data, as its digest, and as the YAML that gives an equal one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from parindex.canonical import digest as canonical_digest
from parindex.criteria.plain import plain_decimal
from parindex.criteria.writer import quoted
from parindex.survey.conditions.tree import Condition, to_text
from parindex.survey.questionnaire import (
    SCHEMA,
    Choice,
    Method,
    Question,
    Questionnaire,
    Scoring,
    Section,
    Words,
)

Plain = dict[str, object]

WIDTH: Final = 150
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
# Words that other YAML readers take for something else than text; yes and no are meant so.
_NOT_TEXT: Final = frozenset({"null", "true", "false", "on", "off", "y", "n"})
# Numbers stand bare; codes of digits in quotes, since 1.10 is none.
_NUMBERS: Final = frozenset({"version", "zero_at", "score", "percent"})


def to_plain(questionnaire: Questionnaire) -> Plain:
    """The questionnaire as texts, lists and mappings; parts that are absent are left out."""
    plain: Plain = {
        "schema": SCHEMA,
        "id": questionnaire.id,
        "version": str(questionnaire.version),
        "status": str(questionnaire.status),
        "title": _words(questionnaire.title),
        "languages": dict(questionnaire.languages),
    }
    if questionnaire.respondents is not None:
        group = questionnaire.respondents
        plain["respondents"] = {"id": group.id, "name": _words(group.name)}
    if questionnaire.consent:
        plain["consent"] = _words(questionnaire.consent)
    if questionnaire.scoring is not None:
        plain["scoring"] = _scoring(questionnaire.scoring)
    if questionnaire.rates is not None:
        rates = questionnaire.rates
        plain["rates"] = {"group": rates.group, **_given(own=rates.own)}
    if questionnaire.parts:
        plain["parts"] = [{"id": one.id, "name": _words(one.name)} for one in questionnaire.parts]
    if questionnaire.factors:
        plain["factors"] = [
            {"id": one.id, **_given(part=one.part), "name": _words(one.name)}
            for one in questionnaire.factors
        ]
    if questionnaire.scales:
        plain["scales"] = {
            scale.id: [_choice(one) for one in scale.choices] for scale in questionnaire.scales
        }
    plain["sections"] = [_section(one) for one in questionnaire.sections]
    return plain


def digest(questionnaire: Questionnaire) -> str:
    """The digest of a questionnaire's content, whatever file it came from."""
    return canonical_digest(to_plain(questionnaire))


def to_yaml(questionnaire: Questionnaire) -> str:
    """The YAML of a questionnaire: ``read_questionnaire`` gives an equal one."""
    lines: list[str] = []
    for key, value in to_plain(questionnaire).items():
        lines += _entry(key, value, "", whole=key in {"scales", "sections"})
    return "\n".join(lines) + "\n"


def _given(**texts: str) -> Plain:
    return {key: text for key, text in texts.items() if text}


def _words(words: Words) -> dict[str, str]:
    return dict(words.texts)


def _condition(condition: Condition | None) -> str:
    return "" if condition is None else to_text(condition)


def _scoring(scoring: Scoring) -> Plain:
    plain: Plain = {"method": str(scoring.method)}
    if scoring.method is Method.MEAN:
        plain["zero_at"] = plain_decimal(scoring.zero_at)
    plain["overall"] = str(scoring.overall)
    return {**plain, **_given(question=scoring.question)}


def _choice(choice: Choice) -> Plain:
    plain: Plain = {"code": choice.code, "label": _words(choice.label)}
    if choice.score is not None:
        plain["score"] = plain_decimal(choice.score)
    if choice.percent is not None:
        plain["percent"] = plain_decimal(choice.percent)
    if choice.missing:
        plain["missing"] = "yes"
    return plain


def _section(section: Section) -> Plain:
    plain: Plain = dict(_given(name=section.name))
    if section.name:
        plain["label"] = _words(section.label)
    plain |= _given(relevant=_condition(section.relevant), body=section.body)
    if section.per_body:
        plain["per_body"] = "yes"
    return {**plain, "questions": [_question(one) for one in section.questions]}


def _question(question: Question) -> Plain:
    plain: Plain = {"name": question.name, "kind": str(question.kind)}
    plain |= _given(scale=question.scale)
    plain["label"] = _words(question.label)
    if question.hint:
        plain["hint"] = _words(question.hint)
    if question.required:
        plain["required"] = "yes"
    plain |= _given(
        relevant=_condition(question.relevant), constraint=_condition(question.constraint)
    )
    if question.message:
        plain["message"] = _words(question.message)
    aspect = "" if question.aspect is None else str(question.aspect)
    return plain | _given(factor=question.factor, aspect=aspect, feeds=question.feeds)


# ---- the text


def _entry(key: str, value: object, indent: str, *, whole: bool = False) -> Iterator[str]:
    """``key: value`` on one line where it fits, else with the value below."""
    flow = f"{indent}{_pair(key, value)}"
    if isinstance(value, str) or (len(flow) <= WIDTH and not whole):
        yield flow
        return
    yield f"{indent}{_scalar(key)}:"
    yield from _block(value, indent + "  ")


def _block(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            # Questions and choices stand one a line, however short their list is.
            yield from _entry(key, one, indent, whole=isinstance(one, Sequence))
        return
    assert isinstance(value, Sequence)  # noqa: S101 - plain data has no fourth kind
    for one in value:
        flow = f"{indent}- {_flow(one)}"
        if len(flow) <= WIDTH and "questions" not in one:
            yield flow
            continue
        lines = _block(one, indent + "  ")
        yield f"{indent}- {next(lines).removeprefix(indent + '  ')}"
        yield from lines


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(_pair(key, one) for key, one in value.items()) + "}"
    if isinstance(value, str):
        return _scalar(value)
    assert isinstance(value, Sequence)  # noqa: S101 - as above
    return "[" + ", ".join(map(_flow, value)) + "]"


def _pair(key: str, value: object) -> str:
    return f"{_scalar(key)}: {value if key in _NUMBERS else _flow(value)}"


def _scalar(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return quoted(text)
