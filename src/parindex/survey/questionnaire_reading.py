"""A questionnaire from its YAML, or from any tree; strict about every key, name and condition."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from parindex.criteria.model import Status
from parindex.errors import Problem, Problems
from parindex.survey.conditions.reading import ConditionError, parse_condition
from parindex.survey.conditions.tree import Condition
from parindex.survey.questionnaire import (
    CODE,
    SCHEMA,
    Aspect,
    Choice,
    Factor,
    Kind,
    Method,
    Overall,
    Part,
    Question,
    Questionnaire,
    Rates,
    Respondents,
    ResponseScale,
    Scoring,
    Section,
    Words,
)
from parindex.survey.questionnaire_checks import Checks
from parindex.yamltree import Fields, Tree, tree_of

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,11}")
_Read = TypeVar("_Read")


class _YesNo(StrEnum):
    NO = "no"
    YES = "yes"


def read_questionnaire(content: bytes, *, file: str) -> Questionnaire:
    """The questionnaire that a YAML file's bytes hold.

    Raises UnusableInputError with every departure from the schema, each with its line.
    """
    problems = Problems(file=file)
    return from_tree(tree_of(content, problems, compose=True), file=file)


def from_tree(tree: Tree, *, file: str) -> Questionnaire:
    """The questionnaire that a tree holds; the tree of ``to_plain`` gives an equal one.

    Raises UnusableInputError with everything that is wrong.
    """
    problems = Problems(file=file)
    top = Fields(tree, problems, about="questionnaire")
    top.schema(SCHEMA)
    reader = _Reader(problems, top)
    questionnaire = reader.questionnaire(file)
    top.close()
    problems.raise_if_any()
    return questionnaire


class _Reader:
    """Reads the parts of one questionnaire in the order in which they depend on each other."""

    def __init__(self, problems: Problems, top: Fields) -> None:
        self._problems = problems
        self._top = top
        self._languages = self._read_languages()
        # Without them every text would be in a language that is not declared.
        self._sound = not problems.found
        self._checks = Checks(problems)

    def questionnaire(self, file: str) -> Questionnaire:
        """Everything; what is wrong is noted."""
        top, checks = self._top, self._checks
        parts = self._some(top, "parts", self._part)
        factors = self._some(top, "factors", self._factor)
        scales = self._scales()
        rates = self._rates()
        checks.know(scales, rates)
        sections = self._some(top, "sections", self._section, needed=True)
        questionnaire = Questionnaire(
            id=self._name(top, "id"),
            version=self._version(),
            status=top.choice("status", Status),
            title=self._words(top, "title"),
            languages=self._languages,
            scales=scales,
            sections=sections,
            consent=self._optional_words(top, "consent"),
            respondents=self._respondents(),
            scoring=self._scoring(),
            rates=rates,
            parts=parts,
            factors=factors,
            file=file,
        )
        checks.finish(questionnaire, top)
        return questionnaire

    # ---- the head

    def _read_languages(self) -> tuple[tuple[str, str], ...]:
        found = []
        for code, name in self._top.named("languages").items():
            if not _LANGUAGE.fullmatch(code):
                self._problems.add("form.language_code", line=name.line, got=code[:40])
            if isinstance(name.value, str) and name.value.strip():
                found.append((code, name.value))
            else:
                self._problems.add("yaml.not_text", line=name.line, key=f"languages.{code}")
        if self._top.has("languages") and "vi" not in dict(found):
            self._problems.add("form.no_vietnamese", line=self._top.line_of("languages"))
        return tuple(found)

    def _version(self) -> int:
        text = self._top.text("version")
        if _VERSION.fullmatch(text):
            return int(text)
        if text:
            line = self._top.line_of("version")
            self._problems.add("form.version", line=line, got=text[:40])
        return 1

    def _respondents(self) -> Respondents | None:
        if not self._top.has("respondents"):
            return None
        fields = self._top.mapping("respondents", about="respondents")
        group = Respondents(id=self._name(fields, "id"), name=self._words(fields, "name"))
        fields.close()
        return group

    def _scoring(self) -> Scoring | None:
        if not self._top.has("scoring"):
            return None
        fields = self._top.mapping("scoring", about="scoring")
        method = fields.choice("method", Method)
        overall = fields.choice("overall", Overall)
        scoring = Scoring(
            method=method,
            overall=overall,
            zero_at=fields.decimal("zero_at") if method is Method.MEAN else Decimal(0),
            question=fields.text("question") if overall is Overall.QUESTION else "",
        )
        fields.close()
        return scoring

    def _rates(self) -> Rates | None:
        if not self._top.has("rates"):
            return None
        fields = self._top.mapping("rates", about="rates")
        rates = Rates(group=self._name(fields, "group"), own=fields.text("own", default=""))
        fields.close()
        return rates

    def _part(self, fields: Fields) -> Part:
        part = Part(id=self._name(fields, "id"), name=self._words(fields, "name"))
        self._checks.define("part", part.id, fields.line_of("id"))
        return part

    def _factor(self, fields: Fields) -> Factor:
        factor = Factor(
            id=self._name(fields, "id"),
            name=self._words(fields, "name"),
            part=self._checks.link(fields, "part"),
        )
        self._checks.define("factor", factor.id, fields.line_of("id"))
        return factor

    # ---- scales

    def _scales(self) -> tuple[ResponseScale, ...]:
        found = []
        for name, tree in self._top.named("scales").items() if self._top.has("scales") else ():
            self._checks.named(name, tree.line, what="scale")
            fields = Fields(Tree({"choices": tree}, tree.line), self._problems, about=name)
            choices = self._some(fields, "choices", self._choice, needed=True)
            self._checks.codes(name, choices, tree)
            found.append(ResponseScale(id=name, choices=choices))
        return tuple(found)

    def _choice(self, fields: Fields) -> Choice:
        code = fields.text("code")
        if code and not CODE.fullmatch(code):
            self._problems.add("form.choice_code", line=fields.line_of("code"), got=code[:40])
        choice = Choice(
            code=code,
            label=self._words(fields, "label"),
            score=fields.decimal("score") if fields.has("score") else None,
            percent=fields.decimal("percent") if fields.has("percent") else None,
            missing=fields.choice("missing", _YesNo, _YesNo.NO) is _YesNo.YES,
        )
        self._checks.choice(choice, fields)
        return choice

    # ---- sections and questions

    def _section(self, fields: Fields) -> Section:
        named = fields.has("name")
        name = self._name(fields, "name") if named else ""
        relevant = self._condition(fields, "relevant")
        self._checks.enter(name, relevant, fields)
        section = Section(
            name=name,
            label=self._words(fields, "label") if named else Words(),
            relevant=relevant,
            per_body=fields.choice("per_body", _YesNo, _YesNo.NO) is _YesNo.YES,
            body=fields.text("body", default=""),
            questions=self._some(fields, "questions", self._question, needed=True),
        )
        self._checks.leave(section, fields)
        return section

    def _question(self, fields: Fields) -> Question:
        before = len(self._problems.found)
        kind = fields.choice("kind", Kind)
        # A kind that is not known may not have needed a scale.
        needed = None if len(self._problems.found) == before else ""
        name = self._name(fields, "name")
        asked = kind is not Kind.NOTE
        relevant = self._condition(fields, "relevant")
        question = Question(
            name=name,
            kind=kind,
            label=self._words(fields, "label"),
            hint=self._optional_words(fields, "hint"),
            scale=fields.text("scale", default=needed) if kind.chooses else "",
            required=asked and fields.choice("required", _YesNo, _YesNo.NO) is _YesNo.YES,
            relevant=relevant,
            constraint=self._condition(fields, "constraint") if asked else None,
            message=self._optional_words(fields, "message") if asked else Words(),
            factor=self._checks.link(fields, "factor") if asked else "",
            aspect=fields.choice("aspect", Aspect) if asked and fields.has("aspect") else None,
            feeds=fields.text("feeds", default="") if asked else "",
        )
        self._checks.question(question, fields)
        return question

    def _condition(self, fields: Fields, key: str) -> Condition | None:
        if not fields.has(key):
            return None
        text = fields.text(key)
        line = fields.line_of(key)
        try:
            condition = parse_condition(text) if text else None
        except ConditionError as error:
            values = {**error.values, "key": key}
            self._problems.found.append(
                Problem(code=error.code, file=self._problems.file, line=line, values=values)
            )
            return None
        return condition

    # ---- texts and lists

    def _name(self, fields: Fields, key: str) -> str:
        name = fields.text(key)
        self._checks.named(name, fields.line_of(key), what=key)
        return name

    def _optional_words(self, fields: Fields, key: str) -> Words:
        return self._words(fields, key) if fields.has(key) else Words()

    def _words(self, fields: Fields, key: str) -> Words:
        if fields.tree(key) is None:
            return Words()
        before = len(self._problems.found)
        texts = fields.mapping(key, about=key)
        found = []
        for code, _ in self._languages:
            if code == "vi" or texts.has(code):
                text = texts.text(code)
                if "${" in text:
                    self._problems.add("form.reference_in_text", line=texts.line_of(code))
                found.append((code, text))
        if len(self._problems.found) == before and self._sound:
            texts.close()
        return Words(tuple(found))

    def _some(
        self,
        fields: Fields,
        key: str,
        read: Callable[[Fields], _Read],
        *,
        needed: bool = False,
    ) -> tuple[_Read, ...]:
        trees = fields.sequence(key, optional=not needed)
        if not trees and fields.has(key):
            self._problems.add("yaml.empty_list", line=fields.line_of(key), key=key)
        found = []
        for tree in trees:
            one = Fields(tree, self._problems, about=key)
            found.append(read(one))
            one.close()
        return tuple(found)
