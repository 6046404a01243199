"""Tier, Kind, UnitState, UnitEvent and Life: who can be measured, and in what shape, on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from parindex.errors import UnusableInputError
from parindex.validity import DateSpan


class UnknownUnitError(UnusableInputError):
    """No unit has ever had this id, or none has this code on that day."""


class UnitNotAliveError(UnusableInputError):
    """The unit exists in the table, but not on that day."""


class DayNotKnownError(UnusableInputError):
    """The table does not reach back to that day, so it says nothing rather than something false."""


class TierNotLoadedError(UnusableInputError):
    """The registry holds no unit of that tier; an empty answer would read as “there are none”."""


class Tier(StrEnum):
    """Cấp: the rung on which a unit stands. When a rung existed is data (``tiers.csv``)."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"
    CENTRAL_AGENCY = "central_agency"


class EventKind(StrEnum):
    """What can happen to units: four begin or end lives, four change one within its life."""

    CREATE = "create"
    MERGE = "merge"
    SPLIT = "split"
    ABOLISH = "abolish"
    RENAME = "rename"
    RECLASSIFY = "reclassify"
    MOVE = "move"
    RECODE = "recode"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTerm:
    """When a tier existed, and the first day on which its units are known to this table."""

    tier: Tier
    vi: str
    en: str
    span: DateSpan
    known_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a unit of a tier is called by law (tỉnh, thành phố, xã, phường), and when it could be.

    ``prefix`` is the word that stands before the name: a centrally-run city is “Thành phố”.
    """

    id: str
    tier: Tier
    vi: str
    en: str
    prefix: str
    span: DateSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The tiers and kinds that the law knows, each with its time."""

    tiers: Mapping[Tier, TierTerm]
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The act an event stands on. ``decided_on`` is None where the day was not found."""

    id: str
    vi: str
    decided_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """A unit as it is on a day.

    It says nothing of the life's end: what was true on a day must read the same after the
    unit has ended.
    """

    id: str
    tier: Tier
    kind: str
    name: str
    code: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvent:
    """One thing that happened on one day: the ``units`` it ends or changes, those it begins.

    ``on`` is None for a unit created before the table begins. ``to`` is the new name, kind,
    parent or code of a change. ``file`` and ``line`` only say where it was read.
    """

    kind: EventKind
    on: date | None
    units: tuple[str, ...] = ()
    into: tuple[UnitState, ...] = ()
    to: str = ""
    basis: Basis | None = None
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One unit from its beginning to its end, with its dated states, oldest first."""

    id: str
    tier: Tier
    span: DateSpan
    states: tuple[tuple[date | None, UnitState], ...]
    begun_by: UnitEvent
    ended_by: UnitEvent | None = None

    def on(self, day: date) -> UnitState | None:
        """The unit as it was on this day, or None when it was not alive."""
        if not self.span.on(day):
            return None
        # Nearly every life has one state; the latest that has begun is the one that holds.
        for start, state in reversed(self.states[1:]):
            if start is not None and start <= day:
                return state
        return self.states[0][1]
