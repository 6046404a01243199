"""What a questionnaire must keep to as a whole: names, references, scales that can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Final

from parindex.errors import Problems
from parindex.survey.conditions.tree import (
    Answer,
    Call,
    Condition,
    Quoted,
    This,
    names_in,
    parts_of,
)
from parindex.survey.questionnaire import (
    RESERVED,
    Aspect,
    Choice,
    Kind,
    Method,
    Overall,
    Question,
    Questionnaire,
    Rates,
    ResponseScale,
    Scoring,
    Section,
)
from parindex.yamltree import Fields, Tree

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}")
_FULL: Final = Decimal(100)


class Checks:
    """Follows a questionnaire as it is read, from the head to the last question."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._ids: dict[str, set[str]] = {"part": set(), "factor": set()}
        self._scales: dict[str, ResponseScale] = {}
        self._rates: Rates | None = None
        self._names: set[str] = {name.casefold() for name in RESERVED}
        self._last_named = True
        # What conditions further down may ask about.
        self._asked: dict[str, Question] = {}

    # ---- the head

    def named(self, name: str, line: int, *, what: str) -> None:
        """Names become columns and elements of XML."""
        if name and not _NAME.fullmatch(name):
            self._problems.add("form.name", line=line, key=what, got=name[:60])

    def define(self, what: str, name: str, line: int) -> None:
        """A part or factor that is there from now on."""
        if name in self._ids[what]:
            self._problems.add("form.repeated_id", line=line, key=what, got=name)
        self._ids[what].add(name)

    def link(self, fields: Fields, key: str) -> str:
        """The part or factor that a field names; empty where it is absent."""
        if not fields.has(key):
            return ""
        name = fields.text(key)
        if name and name not in self._ids[key]:
            known = ", ".join(sorted(self._ids[key])) or "–"
            line = fields.line_of(key)
            self._problems.add("form.unknown_id", line=line, key=key, got=name, known=known)
        return name

    def know(self, scales: Iterable[ResponseScale], rates: Rates | None) -> None:
        """The scales, and whether bodies are rated, before the questions are read."""
        self._scales = {scale.id: scale for scale in scales}
        self._rates = rates

    def choice(self, choice: Choice, fields: Fields) -> None:
        """A choice is worth at most the whole, and nothing where it is no opinion."""
        if choice.percent is not None and choice.percent > _FULL:
            line = fields.line_of("percent")
            self._problems.add("form.percent", line=line, of=choice.code, got=choice.percent)
        if choice.missing and (choice.score is not None or choice.percent is not None):
            self._problems.add("form.missing_counts", line=fields.line, of=choice.code)

    def codes(self, scale: str, choices: Iterable[Choice], tree: Tree) -> None:
        """Every code of a scale once."""
        seen: set[str] = set()
        for choice, one in zip(choices, tree.value, strict=True):
            if choice.code in seen:
                line = one.line if isinstance(one, Tree) else tree.line
                got = choice.code
                self._problems.add("form.repeated_code", line=line, scale=scale, got=got)
            seen.add(choice.code)

    # ---- sections and questions

    def enter(self, name: str, relevant: Condition | None, fields: Fields) -> None:
        """A section begins; it may be skipped for what was asked before."""
        named = fields.has("name")
        if named:
            self._take(name, fields.line_of("name"))
        elif relevant is not None or not self._last_named:
            self._problems.add("form.unnamed_section", line=fields.line)
        self._last_named = named
        self._condition(relevant, "relevant", fields, self._asked)

    def leave(self, section: Section, fields: Fields) -> None:
        """A section ends; what it asks of each body has no one answer behind it."""
        about_one = bool(section.body)
        if (section.per_body or about_one) and (
            self._rates is None or not section.name or (section.per_body and about_one)
        ):
            self._problems.add("form.per_body", line=fields.line)
        if not section.per_body:
            return
        for question in section.questions:
            self._asked.pop(question.name, None)

    def question(self, question: Question, fields: Fields) -> None:
        """A question; from now on conditions may ask about it."""
        line = fields.line_of("name")
        fresh = self._take(question.name, line)
        scale = self._scales.get(question.scale)
        if question.scale and scale is None:
            known = ", ".join(self._scales) or "–"
            self._problems.add(
                "form.unknown_id",
                line=fields.line_of("scale"),
                key="scale",
                got=question.scale,
                known=known,
            )
        self._condition(question.relevant, "relevant", fields, self._asked)
        within = {**self._asked, question.name: question}
        self._condition(question.constraint, "constraint", fields, within, this=question)
        if question.message and question.constraint is None:
            self._problems.add("form.message_alone", line=fields.line_of("message"))
        if question.feeds:
            self._feeds(question, scale, fields)
        if fresh and question.kind is not Kind.NOTE:
            self._asked[question.name] = question

    def _take(self, name: str, line: int) -> bool:
        # Spreadsheets and some readers of forms tell no capital from a small letter.
        key = name.casefold()
        fresh = not name or key not in self._names
        if not fresh:
            self._problems.add("form.repeated_name", line=line, got=name)
        self._names.add(key)
        return fresh

    def _feeds(self, question: Question, scale: ResponseScale | None, fields: Fields) -> None:
        counted = [one for one in scale.choices if not one.missing] if scale else []
        of_one = question.kind is Kind.SELECT_ONE
        if not of_one or (scale and any(one.percent is None for one in counted)):
            line = fields.line_of("feeds")
            self._problems.add("form.feeds", line=line, of=question.name, got=question.feeds)

    # ---- conditions

    def _condition(
        self,
        condition: Condition | None,
        key: str,
        fields: Fields,
        known: Mapping[str, Question],
        *,
        this: Question | None = None,
    ) -> None:
        if condition is None:
            return
        line = fields.line_of(key)
        for name in names_in(condition):
            if name not in known:
                self._problems.add("condition.unknown", line=line, key=key, got=name)
        parts = list(parts_of(condition))
        if this is None and This() in parts:
            self._problems.add("condition.this", line=line, key=key)
        for part in parts:
            if isinstance(part, Call):
                self._codes_exist(part, known, this, line)

    def _codes_exist(
        self, call: Call, known: Mapping[str, Question], this: Question | None, line: int
    ) -> None:
        """A code that no choice has can never be chosen: most likely it is mistyped."""
        if call.name not in {"=", "!=", "selected"}:
            return
        for one, other in (call.arguments, call.arguments[::-1]):
            question = known.get(one.name) if isinstance(one, Answer) else None
            question = this if isinstance(one, This) else question
            scale = self._scales.get(question.scale) if question else None
            if scale is None or not isinstance(other, Quoted) or not other.text:
                continue
            if scale.find(other.text) is None and not self._is_body(question):
                self._problems.add(
                    "condition.unknown_code",
                    line=line,
                    got=other.text[:40],
                    of=question.name if question else "",
                    codes=", ".join(choice.code for choice in scale.choices[:20]),
                )

    def _is_body(self, question: Question | None) -> bool:
        # The units that may be chosen there are put in when the wave is known.
        return question is not None and self._rates is not None and (
            question.name == self._rates.own
        )  # fmt: skip

    # ---- the whole

    def finish(self, questionnaire: Questionnaire, top: Fields) -> None:
        """What only the whole can tell."""
        if questionnaire.rates is not None:
            self._check_rates(questionnaire, questionnaire.rates, top)
        if questionnaire.scoring is not None:
            self._check_scoring(questionnaire, questionnaire.scoring, top)

    def _check_rates(self, questionnaire: Questionnaire, rates: Rates, top: Fields) -> None:
        line = top.line_of("rates")
        rating = [bool(one.per_body or one.body) for one in questionnaire.sections]
        if True not in rating:
            self._problems.add("form.rates_nothing", line=line)
            return
        before = questionnaire.sections[: rating.index(True)]
        asked = [one for section in before for one in section.questions]
        own = [one for one in asked if one.name == rates.own]
        sound = own and own[0].kind is Kind.SELECT_ONE and own[0].required
        if rates.own and not sound:
            self._problems.add("form.own", line=line, got=rates.own)

    def _check_scoring(self, questionnaire: Questionnaire, scoring: Scoring, top: Fields) -> None:
        line = top.line_of("scoring")
        named = questionnaire.question(scoring.question) if scoring.question else None
        counted = [
            one
            for one in questionnaire.questions()
            if one is named or (one.aspect is Aspect.SATISFACTION and one.factor)
        ]
        if scoring.question and (named is None or named.kind is not Kind.SELECT_ONE):
            self._problems.add("form.scoring_question", line=line, got=scoring.question)
        if not counted and not scoring.question:
            self._problems.add("form.scoring_nothing", line=line)
        for scale in dict.fromkeys(one.scale for one in counted if one.kind.chooses):
            self._check_scores(scale, scoring, line)
        for one in counted:
            if one.kind is not Kind.SELECT_ONE and one is not named:
                self._problems.add("form.scoring_question", line=line, got=one.name)
        if scoring.overall is Overall.PARTS and not all(one.part for one in questionnaire.factors):
            self._problems.add("form.scoring_parts", line=line)

    def _check_scores(self, name: str, scoring: Scoring, line: int) -> None:
        scale = self._scales.get(name)
        counted = [one for one in scale.choices if not one.missing] if scale else []
        scores = [one.score for one in counted if one.score is not None]
        ordered = all(one < other for one, other in pairwise(scores))
        falling = all(one > other for one, other in pairwise(scores))
        # Of two scores the two best are all: such an index is 100 % whatever is answered.
        least = 3 if scoring.method is Method.TOP2 else 2
        few = len(scores) < max(least, len(counted))
        if scale and (few or not (ordered or falling)):
            self._problems.add("form.scale_without_scores", line=line, scale=name, least=least)
        elif scale and scoring.method is Method.MEAN and scoring.zero_at > min(scores):
            self._problems.add("form.zero_at", line=line, scale=name, got=scoring.zero_at)
