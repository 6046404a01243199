"""Versions of an instrument: a later one keeps every column, a table of answers has them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parindex.errors import Problem, Problems
from parindex.survey.questionnaire import Kind, Question, Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table of answers: a question, or one choice of one with several answers."""

    name: str
    question: str
    code: str = ""


def check_succession(before: Questionnaire, after: Questionnaire) -> tuple[Problem, ...]:
    """Why ``after`` cannot follow ``before``; empty where it can.

    A question is withdrawn by ``relevant: "false()"``, never by leaving it out, and a choice by
    asking a new question: else the columns of two versions would shift against each other.
    """
    problems = Problems(file=after.file)
    if after.id != before.id:
        problems.add("versions.other_instrument", got=after.id, expected=before.id)
    if after.version <= before.version:
        problems.add("versions.not_later", got=after.version, before=before.version)
    kept = {question.name: question for question in after.questions()}
    for question in before.questions():
        if question.kind is Kind.NOTE:
            continue
        later = kept.get(question.name)
        if later is None:
            problems.add(
                "versions.lost_question",
                question=question.name,
                label=question.label.say("vi")[:120],
                before=before.version,
            )
        elif later.kind is not question.kind:
            problems.add(
                "versions.other_kind",
                question=question.name,
                got=later.kind,
                expected=question.kind,
            )
        else:
            _check_choices(before, question, after, later, problems)
    return tuple(problems.found)


def _check_choices(
    before: Questionnaire,
    question: Question,
    after: Questionnaire,
    later: Question,
    problems: Problems,
) -> None:
    kept = {choice.code for choice in after.scale(later).choices}
    for choice in before.scale(question).choices:
        if choice.code not in kept:
            problems.add(
                "versions.lost_choice",
                question=question.name,
                got=choice.code,
                label=choice.label.say("vi")[:120],
                before=before.version,
            )


def columns_of(versions: Iterable[Questionnaire]) -> tuple[Column, ...]:
    """The columns of a table of answers to several versions: the union, each once.

    They stand in the order of the latest version, then whatever only earlier ones have.
    """
    columns: dict[str, Column] = {}
    for questionnaire in sorted(versions, key=lambda one: -one.version):
        for question in questionnaire.questions():
            for column in _columns(questionnaire, question):
                columns.setdefault(column.name, column)
    asked = dict.fromkeys(column.question for column in columns.values())
    # A choice that only an earlier version has stands beside the others of its question.
    return tuple(one for name in asked for one in columns.values() if one.question == name)


def _columns(questionnaire: Questionnaire, question: Question) -> list[Column]:
    if question.kind is Kind.NOTE:
        return []
    columns = [Column(name=question.name, question=question.name)]
    if question.kind is Kind.SELECT_MULTIPLE:
        columns += [
            Column(name=f"{question.name}/{one.code}", question=question.name, code=one.code)
            for one in questionnaire.scale(question).choices
        ]
    return columns
