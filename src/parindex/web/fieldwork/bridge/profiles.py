"""What the mixed answers say question by question: who answered, and how many said what.

Shares are weighted as the estimates are; small counts are left out, and those that would give
them away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from parindex.survey.disclosure.protection import protect
from parindex.survey.disclosure.release import release_of
from parindex.survey.questionnaire import Kind, Question, Questionnaire
from parindex.web.fieldwork.bridge.answered import Answered, Named, design_for, responses_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How many chose one answer; both None where the number is not published."""

    code: str
    label: str
    n: int | None
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One closed question: ``n`` answered it; ``aspect`` is how it asks, empty for none."""

    name: str
    label: str
    section: str
    aspect: str
    about_people: bool
    n: int
    choices: tuple[Choice, ...]


def asked(
    answered: Answered, questionnaire: Questionnaire, *, suppress_below: int, lonely_psu: str
) -> list[Asked]:
    """Every question of one choice, in the order asked.

    The questions of the first section are those about the respondents.
    """
    named = Named(answered)
    responses = responses_for(answered, questionnaire, named)
    weights = design_for(answered, responses, lonely_psu=lonely_psu).weights
    found = []
    for section, question, first in _closed(questionnaire):
        categories = responses.columns[question.name].categories
        texts = [(*categories.names, "")[int(code)] for code in categories.codes]
        there = [text for text in texts if text]
        if not there:
            continue
        # How many answered in all is known from the rest of the page.
        release = release_of({"answer": there}, [(), ("answer",)])
        known = [()] if len(there) >= suppress_below else []
        blank = protect(release, suppress_below=suppress_below, width=suppress_below, always=known)
        hidden = {answer for key in blank for _, answer in key}
        column = np.array(texts)
        whole = float(weights[column != ""].sum())
        found.append(
            Asked(
                name=question.name,
                label=question.label.say("vi"),
                section=section,
                aspect=str(question.aspect or ""),
                about_people=first,
                n=len(there),
                choices=tuple(
                    Choice(
                        code=one.code,
                        label=one.label.say("vi"),
                        n=None if one.code in hidden else there.count(one.code),
                        share=None
                        if one.code in hidden
                        else float(weights[column == one.code].sum()) / whole,
                    )
                    for one in questionnaire.scale(question).choices
                ),
            )
        )
    return found


def _closed(questionnaire: Questionnaire) -> Iterator[tuple[str, Question, bool]]:
    for at, section in enumerate(questionnaire.sections):
        for question in section.questions:
            if question.kind is Kind.SELECT_ONE and not section.body:
                yield section.label.say("vi"), question, at == 0
