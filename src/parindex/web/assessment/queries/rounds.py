"""Reads of rounds: which there are, their phases, who appraises what, who got more time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from parindex.criteria.model import Item
from parindex.criteria.rules import Source
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import (
    Appraiser,
    Extension,
    Group,
    Phase,
    Round,
    Sheet,
    Table,
)
from parindex.web.assessment.states import Direction, PhaseKind, RoundState
from parindex.web.people.actor import Actor

# The sources of items that somebody claims or appraises; the others come from tables.
ENTERED = frozenset({Source.APPRAISAL, Source.EXTERNAL})


def rounds_for(actor: Actor) -> list[Round]:
    """The rounds that the person may know of, the newest year first."""
    found = Round.objects.filter(issuer__in=actor.issuers()).select_related("issuer")
    return [
        one
        for one in found.order_by("-year", "slug")
        if permissions.can_know_round(actor, issuer=one.issuer_id, round_=one.id)
    ]


def round_for(actor: Actor, id_: UUID) -> Round | None:
    """One round that the person may know of."""
    found = (
        Round.objects.filter(id=id_, issuer__in=actor.issuers())
        .select_related("issuer", "previous")
        .first()
    )
    if found is None or not permissions.can_know_round(
        actor, issuer=found.issuer_id, round_=found.id
    ):
        return None
    return found


def phases_of(round_: Round) -> list[Phase]:
    """The phases of a round in order."""
    return list(round_.phases.order_by("position"))


def phase_at(phases: Sequence[Phase]) -> Phase | None:
    """The phase that was opened last and not closed; None before, between and after."""
    found = [one for one in phases if one.opened_at is not None and one.closed_at is None]
    return found[-1] if found else None


def groups_of(round_: Round) -> list[Group]:
    """The peer groups of a round in order, with their criteria sets."""
    return list(round_.groups.select_related("rulebook").order_by("position"))


def sheets_of(round_: Round) -> list[Sheet]:
    """Every sheet of a round, whoever asks, by group and in Vietnamese order.

    They share their groups, hence one criteria set a group, and the round.
    """
    groups = {one.id: one for one in groups_of(round_)}
    found = list(round_.sheets.select_related("unit").order_by("group__position", "unit__sort_key"))
    for sheet in found:
        sheet.group, sheet.round = groups[sheet.group_id], round_
    return found


def extensions_of(round_: Round) -> list[Extension]:
    """Every extension and waiver of a round, the newest first: all its units see them."""
    found = Extension.objects.filter(phase__round=round_)
    return list(found.select_related("phase", "sheet__unit", "person").order_by("-at"))


def tables_of(round_: Round) -> Mapping[str, Table]:
    """The newest version of each uploaded table."""
    found = Table.objects.filter(round=round_).select_related("person").order_by("name", "version")
    return {one.name: one for one in found}


class Located(Protocol):
    """What decides who appraises a sheet: which it is, and of which unit."""

    @property
    def id(self) -> UUID:
        """The sheet."""

    @property
    def unit_id(self) -> UUID:
        """Its unit."""


@dataclass(frozen=True)
class Bodies:
    """Which body appraises what in a round; one named for a sheet comes before the general one."""

    general: Mapping[str, UUID]
    of_sheet: Mapping[tuple[UUID, str], UUID]

    def body(self, item: Item, sheet: Located) -> UUID | None:
        """The body that appraises an item of a sheet; never the sheet's own unit."""
        return self.body_for(item.appraiser, sheet) if item.source in ENTERED else None

    def body_for(self, key: str, sheet: Located) -> UUID | None:
        """The body that appraises the items of a key in a sheet; never the sheet's own unit."""
        found = self.of_sheet.get((sheet.id, key)) or self.general.get(key)
        return None if found == sheet.unit_id else found

    def keys(self, sheet: Located, bodies: Collection[UUID]) -> frozenset[str]:
        """The keys of a sheet whose items these bodies appraise."""
        known = frozenset(self.general) | {key for _, key in self.of_sheet}
        return frozenset(key for key in known if self.body_for(key, sheet) in bodies)

    def plain(self, sheet: Located) -> bool:
        """Whether the general bodies are those of the sheet: it has none of its own, nor is one."""
        return sheet.unit_id not in self._bodies and sheet.id not in self._special

    @cached_property
    def _bodies(self) -> frozenset[UUID]:
        return frozenset(self.general.values())

    @cached_property
    def _special(self) -> frozenset[UUID]:
        return frozenset(sheet for sheet, _ in self.of_sheet)

    def of(self, sheet: Sheet) -> frozenset[UUID]:
        """Every body that appraises anything of a sheet."""
        items = items_of(sheet.group.rulebook).values()
        found = {self.body(item, sheet) for _, item in items}
        return frozenset(one for one in found if one is not None)


def bodies_of(round_: Round | UUID) -> Bodies:
    """Who appraises what in a round."""
    rows = list(Appraiser.objects.filter(round=round_))
    return Bodies(
        general={one.key: one.body_id for one in rows if one.sheet_id is None},
        of_sheet={(one.sheet_id, one.key): one.body_id for one in rows if one.sheet_id is not None},
    )


def appraisers_of(round_: Round) -> list[Appraiser]:
    """The rows of who appraises what, the general ones first."""
    found = Appraiser.objects.filter(round=round_).select_related("body", "sheet__unit")
    return sorted(found, key=lambda one: (one.sheet_id is not None, one.key))


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Items of a sheet that no body may appraise yet: none is named, or it is the unit itself."""

    sheet: Sheet
    key: str
    items: tuple[str, ...]


def unassigned(round_: Round) -> list[Unassigned]:
    """What blocks the first appraisal; an upward sheet is scored by a ministry."""
    if round_.direction == Direction.UPWARD:
        return []
    bodies = bodies_of(round_)
    entered = {one.id: _entered(one) for one in groups_of(round_)}
    found: list[Unassigned] = []
    for sheet in _maybe_unassigned(round_, bodies, entered):
        for key, codes in entered[sheet.group_id].items():
            if bodies.body_for(key, sheet) is None:
                found.append(Unassigned(sheet, key, codes))
    return found


def _maybe_unassigned(
    round_: Round, bodies: Bodies, entered: Mapping[UUID, Mapping[str, object]]
) -> QuerySet[Sheet]:
    """Every sheet where a key has no general body; else only those of the bodies themselves."""
    lacking = [id_ for id_, keys in entered.items() if set(keys) - set(bodies.general)]
    own = Q(unit__in=set(bodies.general.values())) | Q(id__in={id_ for id_, _ in bodies.of_sheet})
    found = round_.sheets.filter(own | Q(group__in=lacking)).select_related("unit")
    return found.order_by("group__position", "unit__sort_key")


def _entered(group: Group) -> dict[str, tuple[str, ...]]:
    """The codes of the items that somebody appraises, by the key of who does."""
    found: dict[str, tuple[str, ...]] = {}
    for code, (_, item) in items_of(group.rulebook).items():
        if item.source in ENTERED:
            found[item.appraiser] = (*found.get(item.appraiser, ()), code)
    return found


def keys_of(round_: Round) -> list[str]:
    """The specialist keys that the round's criteria sets name."""
    keys = {
        item.appraiser
        for group in groups_of(round_)
        for _, item in items_of(group.rulebook).values()
        if item.source in ENTERED
    }
    return sorted(keys)


def extended_until(phase: Phase, sheet_id: UUID) -> list[datetime]:
    """The later deadlines that a sheet has in a phase.

    More time for all ends when the phase is closed; more time for one sheet does not.
    """
    closed = phase.closed_at
    return [
        one.until
        for one in Extension.objects.filter(phase=phase)
        if one.sheet_id == sheet_id
        or (one.sheet_id is None and (closed is None or one.at > closed))
    ]


def shows_findings(phases: Sequence[Phase], round_: Round) -> bool:
    """Whether units see what was found of them by now."""
    if round_.state in {RoundState.APPROVED, RoundState.CLOSED}:
        return True
    return any(one.units_see_findings and one.opened_at is not None for one in phases)


def shown_stages(phases: Sequence[Phase], round_: Round) -> frozenset[str]:
    """The stages whose findings units may read: of closed phases, once they are shown."""
    if not shows_findings(phases, round_):
        return frozenset()
    approved = round_.state in {RoundState.APPROVED, RoundState.CLOSED}
    closed = {
        one.stage
        for one in phases
        if one.kind != PhaseKind.EXPLANATION and (one.closed_at is not None or approved)
    }
    return frozenset(closed | ({"corrected"} if approved else set()))
