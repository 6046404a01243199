"""Rounds by programs: to read and plan them, their phases, who appraises, who got more time."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.problems import ProblemOut, told
from parindex.web.api.schemas import (
    AppraiserIn,
    AppraiserOut,
    ChangeOut,
    DigestOut,
    Exact,
    ExtensionIn,
    ExtensionOut,
    PhaseOut,
    RoundIn,
    RoundOut,
    RoundUnitIn,
    RoundWhole,
    SheetOut,
    SpanIn,
)
from parindex.web.api.things import the_issuer, the_round, the_sheet, the_unit
from parindex.web.assessment.actions import ending, phasing
from parindex.web.assessment.actions import rounds as actions
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.queries import appraisal, calculation, overview, rounds
from parindex.web.assessment.queries.sheets import sheets_for
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.reference.queries import rulebook_for

router = Router(tags=["rounds"])


@operation(router, "GET", "/rounds", list[RoundOut])
def list_rounds(request: ApiRequest) -> Any:
    """The rounds that the person may know of."""
    return rounds.rounds_for(request.auth)


@operation(router, "POST", "/issuers/{issuer}/rounds", RoundOut, status=201)
def create_round(request: ApiRequest, issuer: str, sent: RoundIn) -> Any:
    """Plan a round from criteria sets and phases. Administrators."""
    groups = []
    for one in sent.groups:
        rulebook = rulebook_for(request.auth, one.rulebook)
        if rulebook is None:
            raise UnknownError
        groups.append((one.name, rulebook))
    return Status(201, actions.create_round(
        request.auth,
        the_issuer(request.auth, issuer),
        slug=sent.slug,
        title=sent.title,
        year=sent.year,
        index=sent.index,
        reference_date=sent.reference_date,
        direction=sent.direction,
        double_appraisal=sent.double_appraisal,
        missing_is_zero=sent.missing_is_zero,
        groups=groups,
        phases=[
            PhasePlan(**one.model_dump(exclude={"provisional_for"}),
                      provisional_for=one.provisional_for)
            for one in sent.phases
        ],
    ))  # fmt: skip


@operation(router, "GET", "/rounds/{uuid:round_id}", RoundWhole)
def read_round(request: ApiRequest, round_id: UUID) -> Any:
    """A round with its phases and peer groups."""
    found = the_round(request.auth, round_id)
    return {
        **RoundOut.from_orm(found).model_dump(by_alias=True),
        "phases": rounds.phases_of(found),
        "groups": rounds.groups_of(found),
    }


@operation(router, "GET", "/rounds/{uuid:round_id}/sheets", list[SheetOut])
def list_sheets(request: ApiRequest, round_id: UUID) -> Any:
    """The sheets of a round that the person may know of."""
    return sheets_for(request.auth, the_round(request.auth, round_id))


@operation(router, "POST", "/rounds/{uuid:round_id}/units", list[SheetOut], status=201)
def add_units(request: ApiRequest, round_id: UUID, sent: list[RoundUnitIn]) -> Any:
    """Give units their sheets, before the round opens. Administrators."""
    found = the_round(request.auth, round_id)
    units = [
        (the_unit(request.auth, found.issuer_id, one.unit), one.group, one.ranked) for one in sent
    ]
    return Status(201, actions.add_units(request.auth, round_id, units))


@operation(router, "POST", "/rounds/{uuid:round_id}/start-from/{uuid:previous_id}", RoundOut)
def start_from(request: ApiRequest, round_id: UUID, previous_id: UUID) -> Any:
    """Begin with the units and bodies of an earlier round. Administrators."""
    return actions.start_from(request.auth, round_id, previous_id)


@operation(router, "GET", "/rounds/{uuid:round_id}/appraisers", list[AppraiserOut])
def list_appraisers(request: ApiRequest, round_id: UUID) -> Any:
    """Which body appraises the items of which key."""
    return rounds.appraisers_of(the_round(request.auth, round_id))


@operation(router, "PUT", "/rounds/{uuid:round_id}/appraisers", AppraiserOut)
def set_appraiser(request: ApiRequest, round_id: UUID, sent: AppraiserIn) -> Any:
    """Name the body that appraises the items of a key. Administrators."""
    found = the_round(request.auth, round_id)
    body = the_unit(request.auth, found.issuer_id, sent.body)
    sheet = the_sheet(request.auth, sent.sheet).sheet if sent.sheet else None
    return actions.set_appraiser(request.auth, round_id, sent.key, body, sheet=sheet)


@operation(router, "POST", "/rounds/{uuid:round_id}/approval", DigestOut)
def approve_round(request: ApiRequest, round_id: UUID) -> Any:
    """Approve the results and seal the bundle. Administrators."""
    return {"digest": ending.approve_round(request.auth, round_id)}


# ---- phases


@operation(router, "PUT", "/phases/{uuid:phase_id}", PhaseOut)
def replan_phase(request: ApiRequest, phase_id: UUID, sent: SpanIn) -> Any:
    """Change when a phase begins and ends, before it is opened. Administrators."""
    return phasing.replan_phase(
        request.auth, phase_id,
        opens_at=sent.opens_at, closes_at=sent.closes_at, reason=sent.reason,
    )  # fmt: skip


@operation(router, "POST", "/phases/{uuid:phase_id}/open", PhaseOut)
def open_phase(request: ApiRequest, phase_id: UUID) -> Any:
    """Open a phase, closing the one before. Administrators."""
    return phasing.open_phase(request.auth, phase_id)


@operation(router, "POST", "/phases/{uuid:phase_id}/close", PhaseOut)
def close_phase(request: ApiRequest, phase_id: UUID) -> Any:
    """Close a phase. Administrators."""
    return phasing.close_phase(request.auth, phase_id)


@operation(router, "POST", "/phases/{uuid:phase_id}/extensions", ExtensionOut, status=201)
def extend(request: ApiRequest, phase_id: UUID, sent: ExtensionIn) -> Any:
    """Give a sheet, or all, more time; every unit of the round is told. Administrators."""
    return Status(201, phasing.extend(request.auth, phase_id, **sent.model_dump()))


# ---- what became of it


class CellOut(Schema):
    """One unit and area."""

    done: int
    due: int
    appraised: int
    to_appraise: int
    claimed: Exact
    found: Exact
    maximum: Exact


class MatrixRowOut(Schema):
    """One unit across the areas, by their codes."""

    sheet: UUID = Field(alias="sheet.id")
    unit_name: str = Field(alias="sheet.unit.name")
    late: bool
    cells: dict[str, CellOut]


class MatrixOut(Schema):
    """A page of the units of a peer group by areas; ``total`` counts all of them."""

    group: str = Field(alias="group.name")
    total: int
    rows: list[MatrixRowOut]


class PlaceOut(Schema):
    """One unit's place in the provisional result."""

    unit: str
    name: str
    group: str
    index: Exact | None
    rank: int | None
    of: int
    classification: str
    missing: int


class ProvisionalOut(Schema):
    """The index as things stand; ``problems`` where it cannot be computed."""

    complete: bool
    places: list[PlaceOut]
    problems: list[ProblemOut]


class RegisterOut(Schema):
    """What every unit of a round may read: changes after the lock, and who got more time."""

    changes: list[ChangeOut]
    extensions: list[ExtensionOut]


@operation(router, "GET", "/rounds/{uuid:round_id}/matrix", MatrixOut)
def read_matrix(
    request: ApiRequest,
    round_id: UUID,
    group: Annotated[str, Field(max_length=60)] = "",
    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0,
    size: Annotated[int, Field(ge=1, le=500)] = 100,
) -> Any:
    """Progress and points of units by areas, for those who run, decide, lead or watch a round."""
    found = overview.matrix_for(
        request.auth, the_round(request.auth, round_id), group or None, start=start, size=size
    )
    if found is None:
        raise RefusedError("refused.not_yours")
    return found


@operation(router, "GET", "/rounds/{uuid:round_id}/provisional", ProvisionalOut)
def read_provisional(request: ApiRequest, round_id: UUID) -> Any:
    """The provisional index and ranks, for whom the phase allows them."""
    found = calculation.provisional_for(request.auth, the_round(request.auth, round_id))
    if found is None:
        raise RefusedError("refused.not_yours")
    return {
        "complete": found.complete,
        "places": found.places,
        "problems": told(found.problems, request)["problems"],
    }


@operation(router, "GET", "/rounds/{uuid:round_id}/register", RegisterOut)
def read_register(request: ApiRequest, round_id: UUID) -> Any:
    """The public register: every change after the lock, every extension and waiver."""
    found = the_round(request.auth, round_id)
    return {
        "changes": appraisal.changes_of(found),
        "extensions": rounds.extensions_of(found),
    }
