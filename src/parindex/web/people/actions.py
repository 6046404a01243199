"""Every write of people: accounts, units, assignments, delegations, tokens, messages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from parindex.errors import Problem, UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.journal import clock
from parindex.web.journal.actions import action, record, unchanged
from parindex.web.journal.chain import About
from parindex.web.people import mailing
from parindex.web.people.actor import Actor
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
from parindex.web.people.permissions import RefusedError, can_administer
from parindex.web.people.states import (
    OF_A_UNIT,
    ROLE_WORDS,
    SECOND_FACTOR_SCOPES,
    Role,
    Scope,
)

TOKEN_DAYS_AT_MOST = 400
_log = logging.getLogger(__name__)


def _administer(actor: Actor, issuer: str) -> None:
    if not can_administer(actor, issuer=issuer):
        raise RefusedError("refused.administer")


def _check(row: Unit | Account, *, exclude: Collection[str]) -> None:
    """Hold a row to its columns and constraints; raises UnusableInputError with every trouble."""
    try:
        row.full_clean(exclude=set(exclude))
    except ValidationError as error:
        raise UnusableInputError(
            Problem(code="refused.invalid", values={"field": name, "detail": " ".join(said)})
            for name, said in error.message_dict.items()
        ) from error


def _about_person(account: Account) -> About:
    # The account name, not the person's: names may have to be erased from records.
    return About(kind="account", id=str(account.id), words=account.username)


@action
def found_issuer(
    slug: str,
    name: str,
    *,
    administrator: str,
    email: str,
    password: str | None,
    person_name: str,
    on: date,
) -> Account:
    """Begin an issuer with its first administrator: done from the command line of the host."""
    issuer = Issuer.objects.create(slug=slug, name=name)
    account = Account.objects.create_user(
        administrator, password, email=email, name=person_name, issuer=issuer
    )
    Assignment.objects.create(
        person=account, role=Role.ROUND_ADMIN, issuer=issuer, unit=None, starts_on=on
    )
    record(
        "issuer.founded",
        person="",
        issuer=slug,
        about=About(kind="issuer", id=slug, words=name),
        after={"administrator": str(account.id)},
    )
    return account


@action
def save_unit(
    actor: Actor,
    issuer: Issuer,
    slug: str,
    *,
    name: str,
    tier: str,
    group: str = "",
    parent: Unit | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    predecessors: Iterable[Unit] = (),
) -> Unit:
    """Add a unit, or change what is said of it; its slug never changes. Administrators only."""
    _administer(actor, issuer.slug)
    predecessors = list(predecessors)
    for one in (*predecessors, *([parent] if parent is not None else [])):
        if one.issuer_id != issuer.slug:
            raise RefusedError("refused.other_issuer", username=one.slug)
    unit = Unit.objects.filter(issuer=issuer, slug=slug).first()
    before = None if unit is None else _plain_unit(unit)
    if unit is None:
        unit = Unit(issuer=issuer, slug=slug)
    unit.name, unit.tier, unit.group, unit.parent = name, tier, group, parent
    unit.starts_on, unit.ends_on = starts_on, ends_on
    known = set() if before is None else set(unit.predecessions.values_list("before_id", flat=True))
    fresh = [one for one in predecessors if one.id not in known]
    if before == _plain_unit(unit) and not fresh:
        unchanged()
        return unit
    _check(unit, exclude=["folded", "sort_key", "group", "parent", "starts_on", "ends_on"])
    unit.save()
    for one in fresh:
        Succession.objects.create(before=one, after=unit)
    record(
        "unit.saved",
        person=str(actor.person),
        issuer=issuer.slug,
        about=About(kind="unit", id=str(unit.id), words=f"{slug} {name}"),
        before=before,
        after=_plain_unit(unit) | {"predecessors": [one.slug for one in fresh]},
    )
    return unit


def _plain_unit(unit: Unit) -> dict[str, str]:
    return {
        "name": unit.name,
        "tier": unit.tier,
        "group": unit.group,
        "parent": str(unit.parent_id or ""),
        "starts_on": str(unit.starts_on or ""),
        "ends_on": str(unit.ends_on or ""),
    }


@action
def save_account(
    actor: Actor,
    issuer: Issuer,
    username: str,
    *,
    name: str,
    email: str,
    password: str | None = None,
    is_active: bool = True,
) -> Account:
    """Add an account or change it; an account that is closed loses its sessions' rights at once.

    A new account without a password gets its first one by the reset link. Administrators only.
    """
    _administer(actor, issuer.slug)
    account = Account.objects.filter(username=username).first()
    if account is not None and account.issuer_id != issuer.slug:
        raise RefusedError("refused.other_issuer", username=username)
    before = None if account is None else _plain_account(account)
    if account is None:
        account = Account(username=username, issuer=issuer)
        account.set_password(password)
        account.must_change_password = password is not None
    account.name, account.email, account.is_active = name, email, is_active
    if before == _plain_account(account):
        unchanged()
        return account
    _check(
        account,
        exclude=["folded", "sort_key", "password", "email"]
        if not email
        else ["folded", "sort_key", "password"],
    )
    account.save()
    record(
        "account.saved",
        person=str(actor.person),
        issuer=issuer.slug,
        about=_about_person(account),
        before=None if before is None else {"is_active": before["is_active"]},
        after={"is_active": account.is_active},
    )
    return account


def _plain_account(account: Account) -> dict[str, object]:
    return {"name": account.name, "email": account.email, "is_active": account.is_active}


@action
def assign(
    actor: Actor,
    account: Account,
    role: Role,
    *,
    issuer: Issuer,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None = None,
    round_: UUID | None = None,
) -> Assignment:
    """Give a person a role; the same one twice is found, not doubled. Administrators only."""
    _administer(actor, issuer.slug)
    if role in OF_A_UNIT and unit is None:
        raise RefusedError("refused.role_needs_unit", role=gettext(ROLE_WORDS[role]))
    if unit is not None and unit.issuer_id != issuer.slug:
        raise RefusedError("refused.other_issuer", username=unit.slug)
    if account.issuer_id != issuer.slug:
        raise RefusedError("refused.other_issuer", username=account.username)
    found = Assignment.objects.filter(
        person=account, role=role, issuer=issuer, unit=unit, round_id=round_, ends_on=ends_on
    ).first()
    if found is not None and found.starts_on <= starts_on:
        unchanged()
        return found
    made = Assignment.objects.create(
        person=account,
        role=role,
        issuer=issuer,
        unit=unit,
        round_id=round_,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    record(
        "assignment.made",
        person=str(actor.person),
        issuer=issuer.slug,
        about=_about_person(account),
        after=_plain_assignment(made),
    )
    return made


def _plain_assignment(one: Assignment) -> dict[str, str]:
    return {
        "assignment": str(one.id),
        "role": one.role,
        "unit": str(one.unit_id or ""),
        "round": str(one.round_id or ""),
        "starts_on": str(one.starts_on),
        "ends_on": str(one.ends_on or ""),
    }


@action
def end_assignment(actor: Actor, assignment: UUID, *, on: date, reason: str = "") -> Assignment:
    """End an assignment on a day: from that day on it counts no more. Administrators only."""
    one = Assignment.objects.select_for_update().filter(id=assignment).first()
    if one is None or one.issuer_id not in actor.issuers():
        raise RefusedError("refused.unknown")
    _administer(actor, one.issuer_id)
    if one.person_id == actor.person and one.role == Role.ROUND_ADMIN:
        # Somebody must remain who can give the right back.
        raise RefusedError("refused.self_close")
    before = _plain_assignment(one)
    one.ends_on = max(on, one.starts_on)
    one.save(update_fields=["ends_on"])
    record(
        "assignment.ended",
        person=str(actor.person),
        issuer=one.issuer_id,
        about=_about_person(one.person),
        before=before,
        after=_plain_assignment(one),
        reason=reason,
    )
    return one


@action
def delegate(
    actor: Actor,
    assignment: UUID,
    to: UUID,
    *,
    starts_on: date,
    ends_on: date,
    reason: str,
) -> Delegation:
    """Lend one's own assignment to a colleague for a time, with a reason.

    The borrower shares the lender's conflicts: see :mod:`parindex.web.people.actor`.
    """
    one = Assignment.objects.filter(id=assignment, person=actor.person).first()
    borrower = Account.objects.filter(id=to, issuer=actor.issuer, is_active=True).first()
    if one is None or borrower is None or borrower.id == actor.person:
        raise RefusedError("refused.unknown")
    if ends_on < starts_on or not reason.strip():
        raise RefusedError("refused.delegation")
    made = Delegation.objects.create(
        assignment=one, to=borrower, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    record(
        "assignment.delegated",
        person=str(actor.person),
        acting_for=str(one.unit_id or ""),
        issuer=one.issuer_id,
        about=_about_person(borrower),
        after={
            "assignment": str(one.id),
            "starts_on": str(starts_on),
            "ends_on": str(ends_on),
        },
        reason=reason,
    )
    return made


@action
def end_delegation(actor: Actor, delegation: UUID, *, on: date) -> Delegation:
    """Take back what was lent: it ends with the day before, which is never before yesterday.

    What was to begin later never begins.
    """
    one = (
        Delegation.objects.select_for_update()
        .filter(id=delegation, assignment__person=actor.person)
        .first()
    )
    if one is None:
        raise RefusedError("refused.unknown")
    one.ends_on = min(one.ends_on, max(on, clock.today()) - timedelta(days=1))
    one.starts_on = min(one.starts_on, one.ends_on)
    one.save(update_fields=["starts_on", "ends_on"])
    record(
        "delegation.ended",
        person=str(actor.person),
        issuer=one.assignment.issuer_id,
        about=_about_person(one.to),
        after={"delegation": str(one.id), "ends_on": str(one.ends_on)},
    )
    return one


@action
def make_token(
    actor: Actor, name: str, *, scopes: Collection[Scope], expires_at: datetime
) -> tuple[Token, str]:
    """A key for programs, shown once; it can do no more than its person, within its scopes.

    Scopes that stand for a second factor are given out by a session that has one.
    """
    at = clock.written_at()
    if actor.scopes is not None or (set(scopes) & SECOND_FACTOR_SCOPES and not actor.second_factor):
        raise RefusedError("refused.token_second_factor")
    if not scopes or not at < expires_at <= at + timedelta(days=TOKEN_DAYS_AT_MOST):
        raise RefusedError("refused.token", days=TOKEN_DAYS_AT_MOST)
    secret = secrets.token_urlsafe(32)
    made = Token.objects.create(
        person_id=actor.person,
        name=name[:80],
        digest=token_digest(secret),
        scopes=sorted(scopes),
        made_at=at,
        expires_at=expires_at,
    )
    record(
        "token.made",
        person=str(actor.person),
        issuer=actor.issuer,
        about=About(kind="token", id=str(made.id), words=made.name),
        after={"scopes": sorted(scopes), "expires_at": expires_at.isoformat()},
    )
    return made, secret


def token_digest(secret: str) -> str:
    """What is kept of a token."""
    return sha256(secret.encode()).hexdigest()


@action
def end_token(actor: Actor, token: UUID) -> Token:
    """End a token of one's own at once."""
    one = Token.objects.filter(id=token, person=actor.person).first()
    if one is None:
        raise RefusedError("refused.unknown")
    if one.ended_at is None:
        one.ended_at = clock.written_at()
        one.save(update_fields=["ended_at"])
    record(
        "token.ended",
        person=str(actor.person),
        issuer=actor.issuer,
        about=About(kind="token", id=str(one.id), words=one.name),
    )
    return one


@action
def add_account(actor: Actor, issuer: Issuer, username: str, *, name: str, email: str) -> Account:
    """Add one account; unlike :func:`save_account` it never changes one that is there."""
    _administer(actor, issuer.slug)
    if Account.objects.filter(username=username).exists():
        raise RefusedError("refused.username_taken", username=username)
    return save_account(actor, issuer, username, name=name, email=email)


@action
def set_open(actor: Actor, account: Account, *, is_active: bool, reason: str) -> Account:
    """Close an account, ending its sessions and tokens at once, or open it again; with a reason."""
    _administer(actor, account.issuer_id or "")
    if account.id == actor.person:
        raise RefusedError("refused.self_close")
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    one = Account.objects.select_for_update().get(id=account.id)
    if one.is_active == is_active:
        unchanged()
        return one
    one.is_active = is_active
    one.save(update_fields=["is_active"])
    if not is_active:
        _end_sessions(one)
        Token.objects.filter(person=one, ended_at=None).update(ended_at=clock.written_at())
    record(
        "account.opened" if is_active else "account.closed",
        person=str(actor.person),
        issuer=one.issuer_id or "",
        about=_about_person(one),
        before={"is_active": not is_active},
        after={"is_active": is_active},
        reason=reason.strip(),
    )
    return one


@action
def end_sessions(actor: Actor, account: Account) -> int:
    """Log an account out everywhere: for a lost machine or a doubtful log-in. Gives how many."""
    _administer(actor, account.issuer_id or "")
    count = _end_sessions(account)
    record(
        "account.sessions_ended",
        person=str(actor.person),
        issuer=account.issuer_id or "",
        about=_about_person(account),
        after={"sessions": count},
    )
    return count


def _end_sessions(account: Account) -> int:
    sessions = list(UserSession.objects.filter(user=account))
    for one in sessions:
        one.end()
    return len(sessions)


@action
def send_password_link(actor: Actor, account: Account) -> Account:
    """Mail an account the link by which its person sets a password of their own."""
    _administer(actor, account.issuer_id or "")
    if not account.email or not account.is_active:
        raise RefusedError("refused.no_email", username=account.username)
    record(
        "account.link_sent",
        person=str(actor.person),
        issuer=account.issuer_id or "",
        about=_about_person(account),
    )
    try:
        mailing.password_link(account)
    except OSError as error:  # an SMTPException is one
        raise RefusedError("refused.mail", detail=str(error)[:200]) from error
    return account


# Messages are no facts of a round: they are told once a key, and not journalled.


def tell(people: Iterable[Account], issuer: str, *, words: str, path: str, key: str) -> None:
    """Tell people something in the application; mail follows by a job."""
    at = clock.now()
    Message.objects.bulk_create(
        [
            Message(person=one, issuer_id=issuer, words=words[:500], path=path, key=key, at=at)
            for one in people
        ],
        ignore_conflicts=True,
    )


def mark_read(actor: Actor) -> None:
    """The person has seen their messages."""
    Message.objects.filter(person=actor.person, read_at__isnull=True).update(read_at=clock.now())


def mail_unread(*, at_most: int = 500) -> int:
    """Mail each person what they have not read and were not mailed: one letter a person.

    A message is marked in the transaction that sends it, person by person, so that a crash mails
    one person twice at worst. Gives how many letters went out; an address that is refused waits
    for the next time.
    """
    waiting = Message.objects.filter(
        read_at__isnull=True, mailed_at__isnull=True, person__is_active=True
    ).exclude(person__email="")
    people = list(waiting.order_by("person").values_list("person", flat=True).distinct()[:at_most])
    sent = 0
    for person in people:
        with transaction.atomic():
            mine = list(
                waiting.filter(person=person)
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("person")
                .order_by("at")
            )
            if not mine:
                continue
            try:
                mailing.digest(mine[0].person, mine)
            except OSError:
                _log.warning("no mail to account %s", person, exc_info=True)
                continue
            Message.objects.filter(id__in=[one.id for one in mine]).update(mailed_at=clock.now())
            sent += 1
    return sent
