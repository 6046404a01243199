"""Questionnaire: questions, scales, conditions, and the item that each question feeds; frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final

from parindex.criteria.catalogue import Catalogue
from parindex.criteria.model import Status
from parindex.survey.conditions.tree import Condition

SCHEMA: Final = "parindex.questionnaire/1"
# Questions that every form on a telephone has besides ours.
CONSENT: Final = "consent_text"
RESERVED: Final = (CONSENT, "meta", "start", "end", "instanceID")
# Codes of choices; ids of units are among them.
CODE: Final = re.compile(r"[A-Za-z0-9_.@-]{1,80}")
SHIPPED: Final = Catalogue(folders=(Path(__file__).parent.parent / "instruments",))


class Kind(StrEnum):
    """What is answered; the words are XLSForm's."""

    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    NOTE = "note"

    @property
    def chooses(self) -> bool:
        """Whether the answer is of a scale."""
        return self in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE}


class Aspect(StrEnum):
    """In which way a factor is asked: nhận định, sự hài lòng, sự mong đợi."""

    ASSESSMENT = "assessment"
    SATISFACTION = "satisfaction"
    EXPECTATION = "expectation"


class Method(StrEnum):
    """How an item's index follows from its answers: the two highest scores, or the mean score."""

    TOP2 = "top2"
    MEAN = "mean"


class Overall(StrEnum):
    """What the overall index is: a mean of factors, a mean of parts, or one question's index."""

    FACTORS = "factors"
    PARTS = "parts"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in languages, in the questionnaire's order; none at all where it is absent.

    Vietnamese is always among them.
    """

    texts: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts)

    def say(self, language: str) -> str:
        """The text in a language, in Vietnamese where there is no other.

        >>> Words((("vi", "Giới tính"), ("en", "Sex"))).say("rad")
        'Giới tính'
        """
        known = dict(self.texts)
        return known.get(language) or known.get("vi", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers of a scale.

    ``score`` is its place for TOP2 and MEAN, ``percent`` (0 to 100) what it is worth for a
    survey item. A ``missing`` choice (không biết, không ý kiến) counts in neither.
    """

    code: str
    label: Words
    score: Decimal | None = None
    percent: Decimal | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseScale:
    """Thang đo: the choices that questions share, in the order shown."""

    id: str
    choices: tuple[Choice, ...]

    def find(self, code: str) -> Choice | None:
        """The choice of a code."""
        return next((one for one in self.choices if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Câu hỏi. ``name`` is its column, for ever; ``feeds`` the code of a rulebook's item."""

    name: str
    kind: Kind
    label: Words
    hint: Words = Words()
    scale: str = ""
    required: bool = False
    relevant: Condition | None = None
    constraint: Condition | None = None
    message: Words = Words()
    factor: str = ""
    aspect: Aspect | None = None
    feeds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions shown together, all of them skipped where ``relevant`` does not hold.

    A section ``per_body`` stands for one of each rated body; ``body`` is the unit it is about.
    """

    questions: tuple[Question, ...]
    name: str = ""
    label: Words = Words()
    relevant: Condition | None = None
    per_body: bool = False
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents:
    """Đối tượng khảo sát: the group of people who answer."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How the index follows: TOP2 is 100·(answers with the two highest scores)/n; MEAN is
    100·(mean - zero_at)/(highest score - zero_at).

    ``question`` is the overall question where ``overall`` says so.
    """

    method: Method
    overall: Overall
    zero_at: Decimal = Decimal(0)
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Whom the respondents rate: the units of a peer group, except the one named by ``own``.

    ``own`` is the question that asks for the respondent's own unit; empty where nobody rated can
    be among those who answer.
    """

    group: str
    own: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the index, the mean of its factors."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor of the index, the mean of its questions; ``part`` may be empty."""

    id: str
    name: Words
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """Phiếu hỏi: one version of an instrument.

    ``languages`` pairs codes with what their speakers call them, in the order offered; every
    text is there in Vietnamese. ``file`` only says where it was read.
    """

    id: str
    version: int
    status: Status
    title: Words
    languages: tuple[tuple[str, str], ...]
    scales: tuple[ResponseScale, ...]
    sections: tuple[Section, ...]
    consent: Words = Words()
    respondents: Respondents | None = None
    scoring: Scoring | None = None
    rates: Rates | None = None
    parts: tuple[Part, ...] = ()
    factors: tuple[Factor, ...] = ()
    file: str = field(default="", compare=False)

    def questions(self) -> Iterator[Question]:
        """Every question, in the order asked; notes too."""
        for section in self.sections:
            yield from section.questions

    def question(self, name: str) -> Question | None:
        """The question of a name."""
        return next((one for one in self.questions() if one.name == name), None)

    def scale(self, question: Question) -> ResponseScale:
        """The scale of a question; one without choices where it asks for none."""
        none = ResponseScale(id="", choices=())
        return next((one for one in self.scales if one.id == question.scale), none)
