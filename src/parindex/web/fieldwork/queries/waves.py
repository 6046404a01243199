"""Reading waves: which ones a person may know of, how they go, and whom an interviewer goes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Count as Rows
from django.db.models import Q, QuerySet

from parindex.web.fieldwork import codes, permissions
from parindex.web.fieldwork.models import Cell, Invitation, Kiosk, Quota, Wave
from parindex.web.fieldwork.states import MIXED, TAKING, InvitationState
from parindex.web.people.actor import Actor


def wave_for(actor: Actor, id_: UUID) -> Wave | None:
    """A wave that the person may know of, or None: an interviewer's only where they walk."""
    return _known(actor).filter(id=id_).first()


def waves_for(actor: Actor) -> list[Wave]:
    """The waves that the person may know of, the latest first."""
    return list(_known(actor).order_by("-opens_at", "slug"))


def _known(actor: Actor) -> QuerySet[Wave]:
    issuers = [one for one in actor.issuers() if permissions.can_know_waves(actor, issuer=one)]
    watched = [one for one in issuers if permissions.watches(actor, issuer=one)]
    found = Wave.objects.select_related("issuer", "instrument")
    return found.filter(
        Q(issuer__in=watched) | Q(issuer__in=issuers, interviewers__person=actor.person)
    ).distinct()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far some invitations are, reserves that were not called left out.

    ``target`` is how many answers are wanted: those drawn, or the quota where it is less.
    """

    target: int = 0
    drawn: int = 0
    invited: int = 0
    used: int = 0
    refused: int = 0
    unreachable: int = 0
    replaced: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(**{name: getattr(self, name) + getattr(other, name) for name in _COUNTS})


_COUNTS: Final = tuple(one.name for one in fields(Count))


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProgress:
    """How far a cell is; ``too_few`` when its answers are not yet enough to hide among."""

    cell: Cell
    unit_name: str
    count: Count
    too_few: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewerProgress:
    """How far an interviewer is with those assigned to them."""

    code: str
    person: UUID
    name: str
    assigned: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a wave goes, counted from codes used and never from answers.

    ``units`` are by slug, since two may have one name; "" stands for the cells of no unit.
    """

    whole: Count
    strata: Mapping[str, Count]
    units: Mapping[str, Count]
    unit_names: Mapping[str, str]
    cells: Sequence[CellProgress]
    interviewers: Sequence[InterviewerProgress]
    quotas: Sequence[Quota]
    n_too_few: int


def progress(wave: Wave) -> Progress:
    """How a wave goes, whole, by stratum, by unit rated, by cell, by interviewer.

    The caller has found the wave by :func:`wave_for`.
    """
    cells = list(
        wave.cells.filter(pooled_cells=None).select_related("unit", "quota").order_by("position")
    )
    rows: Iterable[Mapping[str, Any]] = (
        Invitation.objects.filter(wave=wave)
        .exclude(state=InvitationState.RESERVE)
        .values("cell")
        .annotate(drawn=Rows("id"), used=Rows("id", filter=Q(used=True)), **_BY_STATE)
    )
    counted = {
        row["cell"]: Count(**{name: row[name] for name in _COUNTS if name != "target"})
        for row in rows
    }
    targets = _targets(cells)
    strata: dict[str, Count] = {}
    units: dict[str, Count] = {}
    names: dict[str, str] = {}
    made: list[CellProgress] = []
    for cell in cells:
        count = replace(counted.get(cell.id, Count()), target=targets[cell.id])
        slug, name = (cell.unit.slug, cell.unit.name) if cell.unit else ("", "")
        strata[cell.stratum] = strata.get(cell.stratum, Count()) + count
        units[slug] = units.get(slug, Count()) + count
        names[slug] = name
        few = count.used < wave.min_cell
        made.append(CellProgress(cell=cell, unit_name=name, count=count, too_few=few))
    return Progress(
        whole=sum(strata.values(), Count()),
        strata=strata,
        units=units,
        unit_names=names,
        cells=made,
        interviewers=_interviewers(wave),
        quotas=list(wave.quotas.order_by("label")),
        n_too_few=sum(one.too_few for one in made),
    )


def _targets(cells: Sequence[Cell]) -> dict[UUID, int]:
    """How many answers each cell is to give: those drawn, or its part of a quota that is less.

    The parts of a quota are as the cells are drawn, in whole answers, and together the quota.
    """
    whole: dict[UUID, int] = {}
    for cell in cells:
        if cell.quota_id is not None:
            whole[cell.quota_id] = whole.get(cell.quota_id, 0) + cell.n_drawn
    before = dict.fromkeys(whole, 0)
    found = {}
    for cell in cells:
        found[cell.id] = cell.n_drawn
        if cell.quota is not None and cell.quota.limit < whole[cell.quota.id]:
            start = before[cell.quota.id]
            end = before[cell.quota.id] = start + cell.n_drawn
            limit, drawn = cell.quota.limit, whole[cell.quota.id]
            found[cell.id] = limit * end // drawn - limit * start // drawn
    return found


_BY_STATE: Final = {
    str(state): Rows("id", filter=Q(state=state))
    for state in (
        InvitationState.INVITED,
        InvitationState.REFUSED,
        InvitationState.UNREACHABLE,
        InvitationState.REPLACED,
    )
}


def _interviewers(wave: Wave) -> list[InterviewerProgress]:
    found = (
        wave.interviewers.select_related("person")
        .annotate(
            n_assigned=Rows("assigned"),
            n_used=Rows("assigned", filter=Q(assigned__invitation__used=True)),
        )
        .order_by("code")
    )
    return [
        InterviewerProgress(
            code=one.code,
            person=one.person_id,
            name=one.person.name,
            assigned=one.n_assigned,
            used=one.n_used,
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody whom an interviewer goes to: what is needed to find them, and whether it is done."""

    invitation: UUID
    cell: UUID
    name: str
    phone: str
    address: str
    dossier: str
    unit_name: str
    service: str
    state: InvitationState
    used: bool


def assigned_to(actor: Actor, wave: UUID) -> list[Visit]:
    """Whom the person goes to in a wave, in drawn order; nobody while it takes no answers."""
    found = wave_for(actor, wave)
    if found is None or not permissions.can_interview(actor, issuer=found.issuer_id):
        return []
    if found.state not in TAKING:
        return []
    rows = Invitation.objects.filter(
        wave=found, assigned__interviewer__person=actor.person
    ).select_related("cell__unit")
    return [
        Visit(
            invitation=one.id,
            cell=one.cell_id,
            name=one.name,
            phone=one.phone,
            address=one.address,
            dossier=one.dossier,
            unit_name=one.cell.unit.name if one.cell.unit else "",
            service=one.cell.service,
            state=InvitationState(one.state),
            used=one.used,
        )
        for one in rows.order_by("cell__position", "reserve", "order")
    ]


def visits_left(actor: Actor, waves: Iterable[Wave]) -> dict[UUID, int]:
    """How many the person still goes to, by wave; waves where there are none are left out."""
    taking = [
        one.id
        for one in waves
        if one.state in TAKING and permissions.can_interview(actor, issuer=one.issuer_id)
    ]
    rows = (
        Invitation.objects.filter(
            wave__in=taking, assigned__interviewer__person=actor.person, used=False
        )
        .values("wave")
        .annotate(n=Rows("id"))
    )
    return {row["wave"]: row["n"] for row in rows}


def kiosk_by_key(key: str) -> Kiosk | None:
    """The tablet that has a key, with its wave, until its right is taken or all are mixed."""
    found = Kiosk.objects.filter(key_hash=codes.hash_of(key), ended=False)
    return found.exclude(wave__state__in=MIXED).select_related("wave").first() if key else None
