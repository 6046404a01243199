"""What scoring eats: the round, its units, and what was claimed, found and measured; frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from parindex.criteria.model import CriteriaSet
from parindex.points import Number
from parindex.survey.finding import Finding

SELF_STAGE: Final = "self"


class Incomplete(StrEnum):
    """What a missing final entry means in a round."""

    REFUSE = "refuse"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSpec:
    """Kỳ đánh giá: what one round is, as its ``round.yaml`` says.

    ``groups`` maps each peer group to its rulebook's file or name, in the order shown.
    """

    round: str
    index: str
    year: int
    reference_date: date
    stages: tuple[str, ...]
    final_from: tuple[str, ...]
    incomplete: Incomplete
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedUnit:
    """A unit of the round; one that is not ranked is computed, classed and listed all the same."""

    id: str
    name: str
    group: str
    ranked: bool
    line: int = field(default=0, compare=False)


class Quantity(NamedTuple):
    """What one row says of one item: only what the item's rule reads, and the two flags.

    Numbers are zero or more. ``numerator`` and ``denominator`` come together or not at all;
    ``value`` stands for a ratio in percent, or for the value that bands stand on.
    """

    numerator: Number | None = None
    denominator: Number | None = None
    value: Number | None = None
    count: int | None = None  # type: ignore[assignment]  # hides tuple.count, which nobody calls
    option: str = ""
    points: Number | None = None
    veto: bool = False
    not_applicable: bool = False
    reason: str = ""


class Entry(NamedTuple):
    """A quantity with its place: whose, of which item, at which stage, on which line."""

    unit: str
    item: str
    stage: str
    quantity: Quantity
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A measured quantity of a dossier item, with its basis and the digest of its source."""

    unit: str
    item: str
    quantity: Quantity
    basis: str = ""
    digest: str = ""


class AdjustmentKind(StrEnum):
    """Điểm thưởng, điểm trừ of a whole sheet."""

    BONUS = "bonus"
    DEDUCTION = "deduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Bonus or deduction points of a sheet; ``points`` is above 0 for both kinds."""

    unit: str
    kind: AdjustmentKind
    code: str
    points: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """Last year's published result of a unit; ``group`` empty means the same group."""

    unit: str
    index: Decimal | None
    rank: int | None
    group: str = ""
    comparable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Everything of one round but its entries, which are streamed beside it."""

    spec: RoundSpec
    criteria: Mapping[str, CriteriaSet]
    units: tuple[AssessedUnit, ...]
    findings: Mapping[tuple[str, str], Finding] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], Fact] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()
    previous: Mapping[str, Previous] = field(default_factory=dict)
