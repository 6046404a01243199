"""The criteria set of one issuer, index, peer group, year and revision: frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from parindex.criteria.rules import NoneDue, ScoringRule, Source
from parindex.units.model import Tier


class Status(StrEnum):
    """Whether a set is law, or a template that is never presented as law."""

    OFFICIAL = "official"
    TEMPLATE = "template"


class RankOn(StrEnum):
    """Which index is ranked: the rounded one that is published, or the exact one."""

    PUBLISHED = "published"
    EXACT = "exact"


class Ties(StrEnum):
    """How units with the same index are numbered: 1,2,2,4 or 1,2,2,3."""

    SHARE_BEST = "share_best"
    DENSE = "dense"


class NotApplicable(StrEnum):
    """What an item that does not apply does to the scale."""

    RENORMALISE = "renormalise"
    RENORMALISE_WITHIN_AREA = "renormalise_within_area"
    AWARD_MAX = "award_max"


class EvidenceNeed(StrEnum):
    """Whether a claim on an item needs evidence (tài liệu kiểm chứng)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in Vietnamese, and in English where the issuer gives one."""

    vi: str
    en: str = ""

    def say(self, language: str) -> str:
        """The text in a language, Vietnamese where there is no other."""
        return (self.en if language == "en" else self.vi) or self.vi


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """Căn cứ pháp lý: a decision that the set rests on."""

    id: str
    text: Text
    issued: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Where in which decision an item stands."""

    basis: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The named choices of a set: rounding, ranking, ties, not applicable."""

    points_decimals: int
    index_decimals: int
    rank_on: RankOn
    ties: Ties
    not_applicable: NotApplicable


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that bonus and deduction points of a sheet can count."""

    bonus_cap: Decimal
    deduction_cap: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Xếp loại: a class and the index it starts at, inclusive."""

    id: str
    name: Text
    start: Decimal
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """A condition under which a unit is classed at most so high; exactly one is set."""

    at_most: str
    area_index_below: Decimal | None = None
    zero_item: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A quantity and the points it must earn; ``fields`` are entry columns or ``share``."""

    fields: tuple[tuple[str, str], ...]
    points: Decimal
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The leaf that is scored: a sub-criterion, or a criterion that has none."""

    code: str
    id: str
    name: Text
    max_points: Decimal
    source: Source
    rule: ScoringRule
    law: Law | None
    appraiser: str = ""
    evidence: EvidenceNeed = EvidenceNeed.NONE
    if_none_due: NoneDue | None = None
    zero_if: Text | None = None
    examples: tuple[Example, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """Tiêu chí: its items; one that is itself scored holds itself as its only item."""

    code: str
    name: Text
    items: tuple[Item, ...]
    is_item: bool
    max_points: Decimal | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Lĩnh vực: a field of reform with its criteria."""

    code: str
    name: Text
    criteria: tuple[Criterion, ...]
    max_points: Decimal | None = None
    line: int = field(default=0, compare=False)

    def items(self) -> Iterator[Item]:
        """The items of the area in rulebook order."""
        for criterion in self.criteria:
            yield from criterion.items


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaSet:
    """Bộ tiêu chí: the law of one issuer, index, peer group, year and revision."""

    issuer: str
    index: str
    group: str
    tier: Tier
    year: int
    revision: int
    status: Status
    title: Text
    legal_basis: tuple[LegalBasis, ...]
    policies: Policies
    areas: tuple[Area, ...]
    adjustments: Caps | None = None
    classes: tuple[Class, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    max_points: Decimal | None = None
    file: str = field(default="", compare=False)

    def items(self) -> Iterator[Item]:
        """Every item in rulebook order."""
        for area in self.areas:
            yield from area.items()
