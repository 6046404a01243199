"""The closed vocabulary of scoring rules, as data: five shapes, five sources.

*How* points follow from a quantity is the shape; *whence* the quantity comes is the source
(contract, section 2). A new kind of rule is a class here, a function in ``scoring.evaluate``, a
sentence in ``criteria.sentences`` and cases on both sides of its thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Source(StrEnum):
    """Whence an item's quantity comes."""

    APPRAISAL = "appraisal"
    EXTERNAL = "external"
    SURVEY = "survey"
    INDEX = "index"
    DOSSIERS = "dossiers"


class Reads(StrEnum):
    """What a rule reads: the one quantity its points follow from."""

    OPTION = "option"
    RATIO = "ratio"
    VALUE = "value"
    COUNT = "count"
    POINTS = "points"


class NoneDue(StrEnum):
    """What a denominator of 0 means for an item."""

    ZERO = "zero"
    FULL = "full"
    NOT_APPLICABLE = "not_applicable"


class BandsOn(StrEnum):
    """The quantities that bands can stand on."""

    RATIO = "ratio"
    VALUE = "value"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Exactly one option is chosen; each has its points."""

    points: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One band: from this bound on (inclusive), these points."""

    start: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """The points of the step with the greatest bound not above the quantity; below all, 0."""

    on: BandsOn
    steps: tuple[Step, ...]
    over_100: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """The maximum times ``r / full_at``, at most the maximum; 0 below ``zero_below``."""

    full_at: Decimal = Decimal(100)
    zero_below: Decimal | None = None
    over_100: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """The maximum less ``each`` for every occurrence, not below ``floor``."""

    each: Decimal
    floor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The points that the appraiser gives, from 0 to the maximum."""


ScoringRule = Options | Bands | Ratio | Deduction | Given

SHAPES: Final = {
    "options": Options,
    "bands": Bands,
    "ratio": Ratio,
    "deduction": Deduction,
    "given": Given,
}
_PROVIDED: Final = {
    Source.APPRAISAL: frozenset(Reads),
    Source.EXTERNAL: frozenset(Reads),
    Source.SURVEY: frozenset({Reads.RATIO}),
    Source.INDEX: frozenset({Reads.RATIO}),
    Source.DOSSIERS: frozenset({Reads.RATIO, Reads.VALUE}),
}


def shape_of(rule: ScoringRule) -> str:
    """The name of a rule's shape in a rulebook."""
    return type(rule).__name__.lower()


def reads(rule: ScoringRule) -> Reads:
    """The quantity that a rule reads."""
    if isinstance(rule, Bands):
        return Reads(rule.on)
    return {
        Options: Reads.OPTION,
        Ratio: Reads.RATIO,
        Deduction: Reads.COUNT,
        Given: Reads.POINTS,
    }[type(rule)]


def can_read(rule: ScoringRule, source: Source) -> bool:
    """Whether a source provides what the rule reads."""
    return reads(rule) in _PROVIDED[source]


def allows_over_100(rule: ScoringRule) -> bool:
    """Whether a ratio may exceed 100 percent."""
    return isinstance(rule, Bands | Ratio) and rule.over_100


def best_points(rule: ScoringRule, maximum: Decimal) -> Decimal:
    """The most points that any acceptable quantity earns.

    >>> best_points(Ratio(full_at=Decimal(125)), Decimal(2))
    Decimal('1.6')
    """
    if isinstance(rule, Options):
        return max(points for _, points in rule.points)
    if isinstance(rule, Bands):
        capped = rule.on is BandsOn.RATIO and not rule.over_100
        return max(
            (s.points for s in rule.steps if not capped or s.start <= 100), default=Decimal(0)
        )
    if isinstance(rule, Ratio) and not rule.over_100:
        if rule.zero_below is not None and rule.zero_below > 100:
            return Decimal(0)
        return maximum * min(Decimal(1), 100 / rule.full_at)
    return maximum
