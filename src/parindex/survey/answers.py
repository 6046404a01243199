"""Answers held to their questionnaire: what was asked, what must be there, ranges and codes.

Pure, and the same for a page, a kiosk and a telephone. Answers are texts by the question's name,
as a form on a telephone sends them: several codes are separated by spaces, days are 2025-12-31,
decimals have a dot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from parindex.errors import Problem, Problems
from parindex.survey.conditions.tree import to_text
from parindex.survey.conditions.values import holds
from parindex.survey.questionnaire import Kind, Question, Questionnaire
from parindex.validity import parse_date

Answers = Mapping[str, str]

MAX_TEXT: Final = 5_000
# What a whole number on a telephone may hold.
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def settle(questionnaire: Questionnaire, answers: Answers, *, today: date) -> dict[str, str]:
    """The answers as they are kept: composed letters, no space around, nothing that was skipped.

    A telephone leaves out what a later answer made irrelevant; this does the same for a page.
    Answers to no question of the questionnaire stay, for ``check_answers`` to tell.
    """
    tidy = {name: _tidy(text) for name, text in answers.items()}
    asked = asked_questions(questionnaire, tidy, today=today)
    known = {question.name for question in questionnaire.questions()}
    return {
        name: text for name, text in tidy.items() if text and (name in asked or name not in known)
    }


def asked_questions(
    questionnaire: Questionnaire, answers: Answers, *, today: date
) -> frozenset[str]:
    """The names of the questions that are asked, given the answers; notes that are shown too.

    The answer to a question that was skipped counts as none in every later condition.
    """
    counted: dict[str, str] = {}
    asked: list[str] = []
    for section in questionnaire.sections:
        if not holds(section.relevant, counted, today=today):
            continue
        for question in section.questions:
            if holds(question.relevant, counted, today=today):
                asked.append(question.name)
                counted[question.name] = answers.get(question.name, "")
    return frozenset(asked)


def check_answers(
    questionnaire: Questionnaire, answers: Answers, *, today: date, file: str = ""
) -> tuple[Problem, ...]:
    """Everything that is wrong with the answers; empty where they can be kept.

    Each problem's value ``question`` is the name of the question. ``file`` is how problems name
    where the answers came from, ``today`` the day on which they were given.
    """
    problems = Problems(file=file)
    asked = asked_questions(questionnaire, answers, today=today)
    named = {question.name: question for question in questionnaire.questions()}
    for name in answers:
        if name not in named:
            problems.add("answer.unknown_question", question=name[:60])
    for name, question in named.items():
        text = answers.get(name, "")
        if name not in asked or question.kind is Kind.NOTE:
            if text:
                problems.add("answer.not_asked", question=name, got=text[:60])
        elif text:
            _check(questionnaire, question, text, problems)
        elif question.required:
            problems.add("answer.required", question=name, label=_label(question))
    if not problems.found:
        counted = {name: answers.get(name, "") for name in asked}
        _check_constraints(named.values(), counted, problems, today)
    return tuple(problems.found)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def clean(text: str) -> str:
    r"""A text as one in words may be: composed letters, no space around, nothing unseen.

    >>> clean(" Đi va\u0306\u0301ng\x00 ")
    'Đi vắng'
    """
    return _tidy(_UNSEEN.sub("", text))


def _label(question: Question) -> str:
    return question.label.say("vi")[:120]


def _check(questionnaire: Questionnaire, question: Question, text: str, problems: Problems) -> None:
    """Hold one answer to its kind and its scale."""
    known = [choice.code for choice in questionnaire.scale(question).choices]
    code = _fault(question.kind, text, known)
    if code:
        problems.add(
            code,
            question=question.name,
            label=_label(question),
            got=text[:60],
            codes=", ".join(known[:20]),
            limit=MAX_TEXT,
        )


def _fault(kind: Kind, text: str, known: Sequence[str]) -> str:
    """The code of what is wrong with an answer; empty where nothing is."""
    if kind.chooses:
        codes = text.split(" ") if kind is Kind.SELECT_MULTIPLE else [text]
        if any(code not in known for code in codes):
            return "answer.unknown_code"
        return "answer.repeated_code" if len(set(codes)) < len(codes) else ""
    if kind is Kind.INTEGER:
        return "" if _WHOLE.fullmatch(text) else "answer.not_whole"
    if kind is Kind.DECIMAL:
        return "" if _DECIMAL.fullmatch(text) else "answer.not_a_number"
    if kind is Kind.DATE:
        return "" if parse_date(text) else "answer.not_a_date"
    return "answer.text" if len(text) > MAX_TEXT or _UNSEEN.search(text) else ""


def _check_constraints(
    questions: Iterable[Question], counted: Answers, problems: Problems, today: date
) -> None:
    """Hold answers of the right kind to the checks of their questions."""
    for question in questions:
        text = counted.get(question.name, "")
        if not text or question.constraint is None:
            continue
        if not holds(question.constraint, counted, here=text, today=today):
            problems.add(
                "answer.constraint",
                question=question.name,
                label=_label(question),
                got=text[:60],
                message=question.message.say("vi") or to_text(question.constraint),
            )
