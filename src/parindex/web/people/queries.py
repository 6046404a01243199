"""Every read of people: the actor of a request, and lists for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db.models import Q

from parindex.web.people import actor as acting
from parindex.web.people.actor import Actor, Attachment, Lent, Standing
from parindex.web.people.models import (
    Account,
    Assignment,
    Delegation,
    Issuer,
    Message,
    Succession,
    Token,
    Unit,
)
from parindex.web.people.permissions import can_administer
from parindex.web.people.states import Role

# Conflicts look back this many years, to whom somebody worked for in the year that is assessed.
LOOKS_BACK_YEARS = 2


def actor_for(
    account: Account,
    *,
    on: date,
    second_factor: bool = False,
    scopes: Iterable[str] | None = None,
) -> Actor:
    """The actor that an account is on a day: own assignments, and those delegated to it."""
    active = Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    own = Assignment.objects.filter(active, person=account).select_related("unit")
    lent = Delegation.objects.filter(to=account, starts_on__lte=on, ends_on__gte=on).select_related(
        "assignment__unit", "assignment__person"
    )
    standings = [_standing(one, account, delegated=False) for one in own]
    standings += [
        _standing(one.assignment, one.assignment.person, delegated=True)
        for one in lent
        if one.assignment.starts_on <= on
        and (one.assignment.ends_on is None or one.assignment.ends_on > on)
        and one.assignment.person.is_active
    ]
    return Actor(
        person=account.id,
        name=account.name,
        issuer=account.issuer_id or "",
        standings=tuple(standings) if account.is_active else (),
        own_units=own_units(account, since=date(on.year - LOOKS_BACK_YEARS, 1, 1)),
        second_factor=second_factor,
        scopes=None if scopes is None else frozenset(scopes),
    )


def _standing(one: Assignment, of: Account, *, delegated: bool) -> Standing:
    return Standing(
        role=Role(one.role),
        issuer=one.issuer_id,
        unit=one.unit_id,
        unit_name=one.unit.name if one.unit else "",
        round=one.round_id,
        of=of.id,
        of_name=of.name,
        delegated=delegated,
    )


def own_units(account: Account, *, since: date) -> frozenset[UUID]:
    """The units in whose matters the account has no say; see :func:`actor.own_units`."""
    # All of its issuer's, since who lent to a lender counts too; nobody lends beyond the issuer.
    lendings = Delegation.objects.filter(assignment__issuer=account.issuer_id, ends_on__gte=since)
    lent = [
        Lent(
            of=one.assignment.person_id,
            to=one.to_id,
            unit=one.assignment.unit_id,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
        )
        for one in lendings.select_related("assignment")
    ]
    people = {account.id} | acting.lenders(account.id, lent)
    attachments = [
        Attachment(
            person=one.person_id, unit=one.unit_id, starts_on=one.starts_on, ends_on=one.ends_on
        )
        for one in Assignment.objects.filter(person__in=people, unit__isnull=False)
        if one.unit_id is not None
    ]
    if not attachments:
        return frozenset()
    issuers = Unit.objects.filter(id__in={one.unit for one in attachments}).values("issuer")
    successions = Succession.objects.filter(
        Q(before__issuer__in=issuers) | Q(after__issuer__in=issuers)
    ).values_list("before_id", "after_id")
    return acting.own_units(
        account.id, attachments=attachments, lent=lent, successions=successions, since=since
    )


def issuer_exists(slug: str) -> bool:
    """Whether there is such an issuer: asked on the host only."""
    return Issuer.objects.filter(slug=slug).exists()


def account_exists(username: str) -> bool:
    """Whether there is such an account: asked on the host only."""
    return Account.objects.filter(username=username).exists()


def account_by_id(id_: UUID) -> Account | None:
    """The account of an id."""
    return Account.objects.filter(id=id_).first()


def names_of(people: Iterable[UUID | str]) -> dict[str, str]:
    """The names of accounts by id as text; the journal keeps ids only."""
    ids = {str(one) for one in people if one}
    return {str(one.id): one.name for one in Account.objects.filter(id__in=ids)}


def names_of_units(units: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of units by id."""
    ids = {one for one in units if one is not None}
    return dict(Unit.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}


def issuers_of(actor: Actor) -> list[Issuer]:
    """The issuers that the person is anything in."""
    return list(Issuer.objects.filter(slug__in=actor.issuers()).order_by("slug"))


def units_of_issuer(actor: Actor, issuer: str, *, on: date | None = None) -> list[Unit]:
    """The units of an issuer of the person's, in Vietnamese order; alive on a day when given."""
    if issuer not in actor.issuers():
        return []
    found = Unit.objects.filter(issuer=issuer)
    if on is not None:
        found = found.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=on),
            Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        )
    return list(found.order_by("sort_key", "slug"))


def accounts_of_issuer(actor: Actor, issuer: str) -> list[Account]:
    """The accounts of an issuer, for its administrators; nobody else gets any."""
    if actor.standing(Role.ROUND_ADMIN, issuer=issuer) is None:
        return []
    found = Account.objects.filter(issuer=issuer).prefetch_related("assignments__unit")
    return list(found.order_by("sort_key", "username"))


def assignments_of_issuer(actor: Actor, issuer: str) -> list[Assignment]:
    """Who is what in an issuer, for its administrators."""
    if actor.standing(Role.ROUND_ADMIN, issuer=issuer) is None:
        return []
    found = Assignment.objects.filter(issuer=issuer).select_related("person", "unit")
    return list(found.order_by("person__sort_key", "starts_on"))


def delegations_of(actor: Actor) -> list[Delegation]:
    """What the person lent and borrowed."""
    found = Delegation.objects.filter(Q(assignment__person=actor.person) | Q(to=actor.person))
    return list(
        found.select_related("assignment__unit", "assignment__person", "to").order_by("-starts_on")
    )


def own_assignments(actor: Actor) -> list[Assignment]:
    """The person's own assignments, which they may lend."""
    found = Assignment.objects.filter(person=actor.person).select_related("unit")
    return list(found.order_by("starts_on"))


def issuers_run_by(actor: Actor) -> list[Issuer]:
    """The issuers that the person administers: with the second factor, and in scope."""
    mine = [one for one in actor.issuers() if can_administer(actor, issuer=one)]
    return list(Issuer.objects.filter(slug__in=mine).order_by("slug"))


def account_for(actor: Actor, id_: UUID) -> Account | None:
    """An account of an issuer that the person administers, or None."""
    issuers = [one for one in actor.issuers() if can_administer(actor, issuer=one)]
    found = Account.objects.filter(id=id_, issuer__in=issuers)
    return found.select_related("issuer").prefetch_related("assignments__unit").first()


def unit_for(actor: Actor, id_: UUID) -> Unit | None:
    """A unit of an issuer of the person's, or None."""
    found = Unit.objects.filter(id=id_, issuer__in=actor.issuers())
    return found.select_related("issuer", "parent").first()


def tiers_of(issuer: str) -> list[str]:
    """The tiers that an issuer has units of, for a filter."""
    return sorted(set(Unit.objects.filter(issuer=issuer).values_list("tier", flat=True)))


def predecessors_of(issuer: str) -> dict[str, tuple[str, ...]]:
    """The slugs of the units that became each unit, by its slug."""
    found: dict[str, list[str]] = {}
    rows = Succession.objects.filter(after__issuer=issuer).order_by("before__slug")
    for before, after in rows.values_list("before__slug", "after__slug"):
        found.setdefault(after, []).append(before)
    return {after: tuple(slugs) for after, slugs in found.items()}


def sessions_of(actor: Actor, account: Account) -> list[UserSession]:
    """Where an account is logged in, the latest first: for those who administer its issuer."""
    if not can_administer(actor, issuer=account.issuer_id or ""):
        return []
    found = UserSession.objects.filter(user=account).order_by("-last_seen_at")
    return [one for one in found if one.exists()]


def colleagues(actor: Actor) -> list[Account]:
    """Whom the person may lend a right to: active accounts of the same issuer."""
    found = Account.objects.filter(issuer=actor.issuer, is_active=True).exclude(id=actor.person)
    return list(found.order_by("sort_key"))


def people_with(
    roles: Iterable[Role], *, issuer: str, on: date, unit: UUID | None = None
) -> list[Account]:
    """The accounts that have one of these roles on a day: whom to tell."""
    found = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        role__in=list(roles),
        issuer=issuer,
        starts_on__lte=on,
        person__is_active=True,
    )
    if unit is not None:
        found = found.filter(unit=unit)
    return list(Account.objects.filter(id__in=found.values("person")).order_by("username"))


def messages_of(actor: Actor, *, limit: int = 50) -> list[Message]:
    """The person's messages, the newest first."""
    return list(Message.objects.filter(person=actor.person).order_by("-at")[:limit])


def unread(actor: Actor) -> int:
    """How many messages the person has not read."""
    return Message.objects.filter(person=actor.person, read_at__isnull=True).count()


def tokens_of(actor: Actor) -> list[Token]:
    """The person's API tokens."""
    return list(Token.objects.filter(person=actor.person).order_by("-made_at"))


def token_by_digest(digest: str) -> Token | None:
    """The token that has a digest, whether or not it is still good."""
    return Token.objects.filter(digest=digest).select_related("person").first()
