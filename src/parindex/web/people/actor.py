"""Who acts: a person's standings on a day, and the units where they have no say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from parindex.web.people.states import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person is: a role in a unit or an issuer, for one round or for all.

    ``of`` is the person whose standing it is: another one when it was delegated.
    """

    role: Role
    issuer: str
    unit: UUID | None
    unit_name: str = ""
    round: UUID | None = None
    of: UUID
    of_name: str = ""
    delegated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person with everything that decides what they may do.

    ``own_units`` are the units this person belongs to, belonged to, or acts for by delegation,
    with all that those units came from or became: nobody scores, appraises or approves there.
    """

    person: UUID
    name: str
    issuer: str
    standings: tuple[Standing, ...]
    own_units: frozenset[UUID] = field(default_factory=frozenset)
    second_factor: bool = False
    scopes: frozenset[str] | None = None

    def standing(
        self,
        role: Role | Collection[Role],
        *,
        issuer: str,
        round_: UUID | None = None,
        unit: UUID | None = None,
        but: Collection[UUID] = (),
    ) -> Standing | None:
        """The first standing with this role for this issuer, round and, when given, unit.

        Those of the people in ``but`` do not count.
        """
        roles = {role} if isinstance(role, Role) else set(role)
        for one in self.standings:
            if one.role not in roles or one.issuer != issuer or one.of in but:
                continue
            if one.round is not None and one.round != round_:
                continue
            if unit is not None and one.unit != unit:
                continue
            return one
        return None

    def units(self, role: Role, *, issuer: str, round_: UUID | None) -> frozenset[UUID]:
        """The units in which the person has this role in this round."""
        return frozenset(
            one.unit
            for one in self.standings
            if one.role is role
            and one.issuer == issuer
            and one.unit is not None
            and (one.round is None or one.round == round_)
        )

    def issuers(self) -> frozenset[str]:
        """The issuers for which the person is anything at all."""
        return frozenset(one.issuer for one in self.standings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A person worked for a unit in a time, half-open; an open end is None."""

    person: UUID
    unit: UUID
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """An attachment's rights were lent to another person."""

    of: UUID
    to: UUID
    unit: UUID | None
    starts_on: date
    ends_on: date


def own_units(
    person: UUID,
    *,
    attachments: Iterable[Attachment],
    lent: Iterable[Lent],
    successions: Iterable[tuple[UUID, UUID]],
    since: date,
) -> frozenset[UUID]:
    """The units of a person from ``since`` on, with their predecessors and successors.

    Whoever acts for another by delegation shares the other's units too: a right that is lent
    carries the conflict of its owner, and with it of whoever lent the owner anything.
    """
    lendings = [one for one in lent if one.ends_on >= since]
    people = lenders(person, lendings) | {person}
    found = {
        one.unit
        for one in attachments
        if one.person in people and (one.ends_on is None or one.ends_on >= since)
    }
    found |= {one.unit for one in lendings if one.unit is not None and one.to in people}
    return frozenset(_kin(found, successions))


def lenders(person: UUID, lent: Iterable[Lent]) -> frozenset[UUID]:
    """Everybody who lent the person anything, or lent it to one who did."""
    of: dict[UUID, set[UUID]] = {}
    for one in lent:
        of.setdefault(one.to, set()).add(one.of)
    waiting, found = [person], {person}
    while waiting:
        fresh = of.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found - {person})


def _kin(units: Iterable[UUID], successions: Iterable[tuple[UUID, UUID]]) -> Iterator[UUID]:
    """The units with all that they came from and became; cousins by a common ancestor too."""
    near: dict[UUID, set[UUID]] = {}
    for before, after in successions:
        near.setdefault(before, set()).add(after)
        near.setdefault(after, set()).add(before)
    waiting, seen = list(units), set(units)
    while waiting:
        one = waiting.pop()
        yield one
        fresh = near.get(one, set()) - seen
        seen |= fresh
        waiting.extend(fresh)
