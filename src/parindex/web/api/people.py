"""People by programs: who one is, units, accounts, assignments, messages; the journal's lines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field

from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.schemas import Day, In, Line, MeOut, Slug, Words, no_nul
from parindex.web.api.things import the_account, the_issuer, the_round, the_unit
from parindex.web.assessment.queries import running
from parindex.web.people import actions
from parindex.web.people import queries as people
from parindex.web.people.permissions import UnknownError
from parindex.web.people.states import Role

router = Router(tags=["people"])


class UnitOut(Schema):
    """A unit of an issuer."""

    id: UUID
    slug: str
    name: str
    tier: str
    group: str
    parent: UUID | None = Field(alias="parent_id")
    starts_on: date | None
    ends_on: date | None


class UnitIn(In):
    """A unit as it is to be; ``predecessors`` are units that became it."""

    name: Annotated[str, Field(max_length=200, min_length=1), AfterValidator(no_nul)]
    tier: Slug
    group: Annotated[str, Field(max_length=60), AfterValidator(no_nul)] = ""
    parent: UUID | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    predecessors: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()


class AccountOut(Schema):
    """An account of an issuer."""

    id: UUID
    username: str
    name: str
    email: str
    is_active: bool


class AccountIn(In):
    """An account as it is to be; a new one gets its password by a link."""

    name: Annotated[str, Field(max_length=120, min_length=1), AfterValidator(no_nul)]
    email: Annotated[str, Field(max_length=254), AfterValidator(no_nul)] = ""
    is_active: bool = True


class AssignmentOut(Schema):
    """A person is something, where, when."""

    id: UUID
    person: UUID = Field(alias="person_id")
    person_name: str = Field(alias="person.name")
    role: Role
    unit: UUID | None = Field(alias="unit_id")
    round: UUID | None = Field(alias="round_id")
    starts_on: date
    ends_on: date | None


class AssignmentIn(In):
    """What a person is to be."""

    person: UUID
    role: Role
    unit: UUID | None = None
    round: UUID | None = None
    starts_on: Day
    ends_on: Day | None = None


class EndIn(In):
    """The day from which on an assignment counts no more."""

    on: Day
    reason: Words = ""


class MessageOut(Schema):
    """A reminder or a notice."""

    id: UUID
    words: str
    path: str
    at: datetime
    read_at: datetime | None


class LineOut(Schema):
    """An entry of the journal; its values are left out while they are not to be shown yet."""

    seq: int
    at: datetime
    verb: str
    person: str
    acting_for: str
    about_kind: str
    about_id: str
    about_words: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    digest: str


@operation(router, "GET", "/me", MeOut)
def me(request: ApiRequest) -> Any:
    """Who the token acts for, and what that person is today."""
    actor = request.auth
    return {
        "person": actor.person,
        "name": actor.name,
        "issuer": actor.issuer,
        "second_factor": actor.second_factor,
        "scopes": sorted(actor.scopes or ()),
        "standings": actor.standings,
    }


@operation(router, "GET", "/messages", list[MessageOut])
def list_messages(request: ApiRequest) -> Any:
    """The person's reminders and notices, the newest first."""
    return people.messages_of(request.auth)


@operation(router, "POST", "/messages/read", list[MessageOut])
def read_messages(request: ApiRequest) -> Any:
    """The person has seen their messages."""
    actions.mark_read(request.auth)
    return people.messages_of(request.auth)


@operation(router, "GET", "/issuers/{issuer}/units", list[UnitOut])
def list_units(request: ApiRequest, issuer: str) -> Any:
    """The units of an issuer."""
    return people.units_of_issuer(request.auth, the_issuer(request.auth, issuer).slug)


@operation(router, "PUT", "/issuers/{issuer}/units/{slug}", UnitOut)
def save_unit(request: ApiRequest, issuer: str, slug: Slug, sent: UnitIn) -> Any:
    """Add a unit or change it; its slug never changes. Administrators."""
    owner = the_issuer(request.auth, issuer)
    parent = the_unit(request.auth, issuer, sent.parent) if sent.parent else None
    before = [the_unit(request.auth, issuer, one) for one in sent.predecessors]
    return actions.save_unit(
        request.auth, owner, slug, name=sent.name, tier=sent.tier, group=sent.group,
        parent=parent, starts_on=sent.starts_on, ends_on=sent.ends_on, predecessors=before,
    )  # fmt: skip


@operation(router, "GET", "/issuers/{issuer}/people", list[AccountOut])
def list_people(request: ApiRequest, issuer: str) -> Any:
    """The accounts of an issuer, for its administrators; others get none."""
    return people.accounts_of_issuer(request.auth, the_issuer(request.auth, issuer).slug)


@operation(router, "PUT", "/issuers/{issuer}/people/{username}", AccountOut)
def save_account(request: ApiRequest, issuer: str, username: Slug, sent: AccountIn) -> Any:
    """Add an account or change it, or close it. Administrators."""
    owner = the_issuer(request.auth, issuer)
    return actions.save_account(
        request.auth, owner, username,
        name=sent.name, email=sent.email, is_active=sent.is_active,
    )  # fmt: skip


@operation(router, "GET", "/issuers/{issuer}/assignments", list[AssignmentOut])
def list_assignments(request: ApiRequest, issuer: str) -> Any:
    """Who is what in an issuer, for its administrators; others get none."""
    return people.assignments_of_issuer(request.auth, the_issuer(request.auth, issuer).slug)


@operation(router, "POST", "/issuers/{issuer}/assignments", AssignmentOut, status=201)
def assign(request: ApiRequest, issuer: str, sent: AssignmentIn) -> Any:
    """Give a person a role. Administrators."""
    owner = the_issuer(request.auth, issuer)
    account = the_account(request.auth, issuer, sent.person)
    unit = the_unit(request.auth, issuer, sent.unit) if sent.unit else None
    if sent.round is not None:
        the_round(request.auth, sent.round)
    return Status(201, actions.assign(
        request.auth, account, sent.role, issuer=owner, unit=unit,
        starts_on=sent.starts_on, ends_on=sent.ends_on, round_=sent.round,
    ))  # fmt: skip


@operation(router, "POST", "/assignments/{uuid:assignment_id}/end", AssignmentOut)
def end_assignment(request: ApiRequest, assignment_id: UUID, sent: EndIn) -> Any:
    """End an assignment on a day. Administrators."""
    known = {
        one.id
        for issuer in people.issuers_of(request.auth)
        for one in people.assignments_of_issuer(request.auth, issuer.slug)
    }
    if assignment_id not in known:
        raise UnknownError
    return actions.end_assignment(request.auth, assignment_id, on=sent.on, reason=sent.reason)


@operation(router, "GET", "/rounds/{uuid:round_id}/journal", list[LineOut])
def read_journal(
    request: ApiRequest,
    round_id: UUID,
    before: Annotated[int, Field(ge=1, le=2**62)] | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
    verb: Line = "",
) -> Any:
    """What was done in a round, the newest first, for those who see every sheet of it."""
    found = running.journal_of(
        request.auth, the_round(request.auth, round_id), verb=verb, before=before, limit=limit
    )
    return [
        {
            name: None if one.hidden and name in {"before", "after"} else getattr(one.line, name)
            for name in LineOut.model_fields
        }
        | ({"reason": ""} if one.hidden else {})
        for one in found
    ]
