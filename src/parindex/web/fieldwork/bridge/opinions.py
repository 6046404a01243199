"""The answers of officials, who rate many bodies on one form, as the engine's opinions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parindex.survey.finding import Finding
from parindex.survey.questionnaire import Questionnaire
from parindex.survey.satisfaction.opinion import (
    Opinion,
    OpinionItem,
    RespondentGroup,
    opinion_findings,
)
from parindex.web.fieldwork.bridge.answered import Answered, percents_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """How much a group of respondents counts, and how many it has where all are known."""

    weight: Decimal = Decimal(1)
    size: int | None = None


def findings(
    answered: Answered,
    questionnaire: Questionnaire,
    groups: Mapping[str, GroupPlan],
    *,
    decimals: int,
    suppress_below: int,
) -> list[Finding]:
    """What groups of respondents together say of each body and item, small ones left out.

    A group that is not named counts 1. Raises UnusableInputError for what the engine refuses.
    """
    opinions = list(_opinions(answered, questionnaire))
    known = sorted({one.group for one in opinions})
    made = opinion_findings(
        opinions,
        list(_items(questionnaire).values()),
        [_group(name, groups.get(name, GroupPlan())) for name in known],
        decimals=decimals,
    )
    return [one for one in made.values() if (one.n or 0) >= suppress_below]


def _group(name: str, plan: GroupPlan) -> RespondentGroup:
    return RespondentGroup(id=name, weight=plan.weight, size=plan.size)


def _items(questionnaire: Questionnaire) -> dict[str, OpinionItem]:
    """The items that the sections on bodies feed: one question each."""
    return {
        question.feeds: OpinionItem(
            item=question.feeds, percent=percents_of(questionnaire, question)
        )
        for section in questionnaire.sections
        if section.body
        for question in section.questions
        if question.feeds
    }


def _opinions(answered: Answered, questionnaire: Questionnaire) -> Iterator[Opinion]:
    rates, group = questionnaire.rates, questionnaire.respondents
    asked = [
        (section.body, question)
        for section in questionnaire.sections
        if section.body
        for question in section.questions
        if question.feeds
    ]
    cells: Sequence[str] = [one.respondents for one in answered.rows()]
    for at, (answers, respondents) in enumerate(zip(answered.answers, cells, strict=True)):
        own = answers.get(rates.own, "") if rates is not None and rates.own else ""
        for body, question in asked:
            option = answers.get(question.name, "")
            if option:
                yield Opinion(
                    respondent=str(at),
                    group=respondents or (group.id if group is not None else ""),
                    own_unit=own,
                    unit=body,
                    item=question.feeds,
                    option=option,
                )
