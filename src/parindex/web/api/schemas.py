"""What programs send and get: the values of rounds, sheets, items, evidence and people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer

from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.people.states import Role


def no_nul(text: str) -> str:
    """A text that the database can hold."""
    if "\x00" in text:
        raise ValueError("NUL")
    return text


def _in_our_time(moment: Any) -> Any:
    if not 2000 <= moment.year <= 2100:
        raise ValueError("2000-2100")
    return moment


# Exact numbers travel as texts, never as floats.
Exact = Annotated[
    Decimal, PlainSerializer(lambda one: format(one.normalize() + 0, "f"), return_type=str)
]
Line = Annotated[str, Field(max_length=300), AfterValidator(no_nul)]
Words = Annotated[str, Field(max_length=1000), AfterValidator(no_nul)]
Text = Annotated[str, Field(max_length=20_000), AfterValidator(no_nul)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9@.-]{0,59}$")]
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Day = Annotated[date, AfterValidator(_in_our_time)]
Version = Annotated[int, Field(ge=0, le=2_000_000_000)]
Count = Annotated[int, Field(ge=0, le=10_000)]


class In(Schema):
    """What is sent: nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


# ---- who


class StandingOut(Schema):
    """What the person is, where."""

    role: Role
    issuer: str
    unit: UUID | None
    unit_name: str
    round: UUID | None
    delegated: bool


class MeOut(Schema):
    """Who a token acts for."""

    person: UUID
    name: str
    issuer: str
    second_factor: bool
    scopes: list[str]
    standings: list[StandingOut]


# ---- rounds


class PhaseOut(Schema):
    """A phase of a round."""

    id: UUID
    kind: PhaseKind
    number: int
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    units_see_findings: bool
    provisional_for: list[str]


class RoundOut(Schema):
    """A round."""

    id: UUID
    issuer: str = Field(alias="issuer_id")
    slug: str
    title: str
    index: str
    year: int
    reference_date: date
    direction: Direction
    state: str
    double_appraisal: bool
    approved_at: datetime | None


class GroupOut(Schema):
    """A peer group and its criteria set."""

    name: str
    rulebook: UUID = Field(alias="rulebook_id")


class RoundWhole(RoundOut):
    """A round with its phases and peer groups."""

    phases: list[PhaseOut]
    groups: list[GroupOut]


class SheetOut(Schema):
    """A unit's sheet in a round."""

    id: UUID
    unit: UUID = Field(alias="unit_id")
    unit_name: str = Field(alias="unit.name")
    group: str = Field(alias="group.name")
    ranked: bool
    state: str
    submitted_at: datetime | None
    late: bool


class PhasePlanIn(In):
    """A phase as planned."""

    kind: PhaseKind
    number: Annotated[int, Field(ge=1, le=20)] = 1
    opens_at: Moment
    closes_at: Moment
    units_see_findings: bool = False
    provisional_for: Annotated[tuple[Role, ...], Field(max_length=8)] = ()


class GroupIn(In):
    """A peer group to be: its name in the round and its criteria set."""

    name: Slug
    rulebook: UUID


class RoundIn(In):
    """A round to be."""

    slug: Slug
    title: Line
    index: Slug
    year: Annotated[int, Field(ge=2000, le=2100)]
    reference_date: Day
    direction: Direction = Direction.DOWNWARD
    double_appraisal: bool = False
    missing_is_zero: bool = False
    groups: Annotated[list[GroupIn], Field(max_length=50)]
    phases: Annotated[list[PhasePlanIn], Field(max_length=50)]


class RoundUnitIn(In):
    """A unit that gets a sheet."""

    unit: UUID
    group: Line
    ranked: bool = True


class AppraiserIn(In):
    """Which body appraises the items of a key, for all sheets or one."""

    key: Slug
    body: UUID
    sheet: UUID | None = None


class AppraiserOut(Schema):
    """Which body appraises what."""

    key: str
    body: UUID = Field(alias="body_id")
    body_name: str = Field(alias="body.name")
    sheet: UUID | None = Field(alias="sheet_id")


class SpanIn(In):
    """When a phase begins and ends."""

    opens_at: Moment
    closes_at: Moment
    reason: Words = ""


class ExtensionIn(In):
    """More time in a phase, for one sheet or all."""

    sheet: UUID | None = None
    until: Moment
    reason: Annotated[str, Field(max_length=500), AfterValidator(no_nul)]
    waives_lateness: bool = False
    reopen: bool = False


class ExtensionOut(Schema):
    """Who got more time, why, until when."""

    id: UUID
    phase: UUID = Field(alias="phase_id")
    sheet: UUID | None = Field(alias="sheet_id")
    until: datetime
    reason: str
    waives_lateness: bool
    person: str = Field(alias="person.name")
    at: datetime


class ReasonIn(In):
    """Why."""

    reason: Words = ""


class DigestOut(Schema):
    """The digest of what was sealed."""

    digest: str


# ---- items


class Fields(In):
    """What an entry says of an item: columns of entries.csv, numbers with a decimal point."""

    numerator: Line = ""
    denominator: Line = ""
    value: Line = ""
    count: Line = ""
    option: Line = ""
    points: Line = ""
    veto: Line = ""

    def said(self) -> dict[str, str]:
        """The columns that say something."""
        return {key: value for key, value in self.model_dump().items() if value.strip()}


class EntryOut(Schema):
    """One opinion of an item at a stage; the last of a stage stands."""

    id: UUID
    stage: str
    seat: int
    version: int
    fields: dict[str, Any] = Field(alias="quantity")
    points: Exact
    maximum: Exact
    marker: str
    note: str
    reason: str
    person: str = Field(alias="person.name")
    at: datetime


class RowOut(Schema):
    """An item in the list of a sheet, with what the person may read of it."""

    code: str
    name: str
    area: str
    max_points: Exact
    source: str
    state: str
    claimed: Exact | None
    found: Exact | None
    n_evidence: int | None
    appraised_by: UUID | None
    entrusted_to: UUID | None
    mine: bool


class SheetWhole(SheetOut):
    """A sheet with its items."""

    round: UUID
    deadline: datetime | None
    items: list[RowOut]


class AnswerOut(Schema):
    """What the unit answered."""

    accepts: bool
    text: str
    person: str = Field(alias="person.name")
    at: datetime


class QuestionOut(Schema):
    """What the unit was asked of an item."""

    id: UUID
    sheet: UUID = Field(alias="sheet_id")
    item: str
    number: int
    text: str
    at: datetime
    answers: list[AnswerOut]


class ExemptionOut(Schema):
    """A request not to apply an item, and what was decided of it."""

    id: UUID
    sheet: UUID = Field(alias="sheet_id")
    item: str
    reason: str
    at: datetime
    granted: bool | None
    decided_why: str
    decided_at: datetime | None


class ClaimIn(In):
    """What the unit claims; ``base`` is the version that the writer saw, 0 for none."""

    fields: Fields = Fields()
    note: Text = ""
    base: Version


class FindingIn(ClaimIn):
    """What the appraiser finds."""

    reason: Text = ""


class TranscriptionIn(In):
    """What a ministry scored, and in which document."""

    fields: Fields
    document: Words
    base: Version


class TextIn(In):
    """Words."""

    text: Text


class AnswerIn(In):
    """What the unit answers."""

    accepts: bool
    text: Text = ""


class ExemptionDecisionIn(In):
    """What is decided of a request."""

    grant: bool
    why: Words


class BallotIn(In):
    """How the council voted, and in which minutes."""

    in_favour: Count
    against: Count
    abstained: Count = 0
    chair_decided: bool = False
    minutes: Annotated[str, Field(max_length=200), AfterValidator(no_nul)]
    held_on: Day


class DecisionIn(In):
    """The council's score of an item."""

    fields: Fields
    reason: Text
    ballot: BallotIn
    base: Version


class ChangeIn(In):
    """A change after the lock, proposed."""

    fields: Fields
    reason: Text


class ChangeDecisionIn(In):
    """What the second person says of it."""

    approve: bool
    why: Text = ""


class ChangeOut(Schema):
    """A change after the lock."""

    id: UUID
    sheet: UUID = Field(alias="sheet_id")
    item: str
    fields: dict[str, Any] = Field(alias="quantity")
    points: Exact
    reason: str
    proposed_by: str = Field(alias="proposed_by.name")
    proposed_at: datetime
    approved: bool | None
    decided_at: datetime | None
    decided_why: str


class SignIn(In):
    """To submit a sheet, also when something is missing."""

    although_missing: bool = False


class MissingOut(Schema):
    """What a sheet lacks."""

    item: str
    what: str
