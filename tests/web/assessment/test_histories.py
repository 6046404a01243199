"""Generated histories of organisations: nobody ever has a say in a matter of their own, and whoever
has no tie is not refused. The oracle is a relation, written apart from the code that it judges.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest

from parindex.web.assessment import permissions
from parindex.web.assessment.permissions import Place
from parindex.web.assessment.states import SheetState
from parindex.web.people import actor as acting
from parindex.web.people.actor import Actor, Attachment, Lent, Standing
from parindex.web.people.models import Account, Assignment, Delegation, Issuer, Succession, Unit
from parindex.web.people.queries import LOOKS_BACK_YEARS, actor_for
from parindex.web.people.states import COUNCIL, OF_A_UNIT, Role

HISTORIES = int(os.environ.get("PARINDEX_HISTORIES", "5000"))
IN_THE_DATABASE = 60
SEED = 2025
ON = date(2026, 3, 2)
SINCE = date(ON.year - LOOKS_BACK_YEARS, 1, 1)
ROUND, OTHER_ROUND = (uuid5(UUID(int=0), one) for one in ("round", "other"))
ISSUER = "tay-ninh"


@dataclass(frozen=True)
class Job:
    """A person was something in a time."""

    person: UUID
    role: Role
    unit: UUID | None
    round: UUID | None
    starts: date
    ends: date | None


@dataclass(frozen=True)
class Loan:
    """A job was lent in a time, both days counted."""

    job: int
    to: UUID
    starts: date
    ends: date


@dataclass
class History:
    """An organisation through the years."""

    units: list[UUID]
    # Units from here on are of another issuer.
    n_ours: int
    people: list[UUID]
    closed: set[UUID] = field(default_factory=set)
    jobs: list[Job] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    became: set[tuple[UUID, UUID]] = field(default_factory=set)
    sheets: list[tuple[UUID, frozenset[UUID]]] = field(default_factory=list)


def generate(number: int) -> History:
    """One history: units that merge, divide and are renamed; people who move, and lend rights."""
    dice = random.Random(f"{SEED}/{number}")
    name = UUID(int=number)
    made = History(
        units=[uuid5(name, f"unit {at}") for at in range(dice.randint(4, 9))],
        n_ours=0,
        people=[uuid5(name, f"person {at}") for at in range(dice.randint(3, 6))],
    )
    made.n_ours = len(made.units) - dice.choice([0, 0, 0, 1])
    _change_units(dice, made)
    made.closed = {one for one in made.people if dice.random() < 0.05}
    ours = made.units[: made.n_ours]
    for person in made.people:
        for _ in range(dice.choice([0, 1, 1, 2, 2, 3])):
            role = dice.choice(list(Role) + [Role.APPRAISER] * 4 + [Role.COUNCIL_CHAIR] * 2)
            starts = date(2021, 1, 1) + timedelta(days=dice.randint(0, 2300))
            ends = None if dice.random() < 0.6 else starts + timedelta(days=dice.randint(0, 1500))
            bound = role in OF_A_UNIT or dice.random() < 0.2
            made.jobs.append(
                Job(
                    person=person,
                    role=role,
                    unit=dice.choice(ours) if bound else None,
                    round=dice.choice([None, None, None, ROUND, OTHER_ROUND]),
                    starts=starts,
                    ends=ends,
                )
            )
    for _ in range(dice.choice([0, 1, 2, 3, 4]) if made.jobs else 0):
        at = dice.randrange(len(made.jobs))
        others = [one for one in made.people if one != made.jobs[at].person]
        # Before the right began, while it lasted, after it had ended, or still to come.
        starts = ON + timedelta(days=dice.choice([0, -3, -30, -400, -900, 20]))
        ends = starts + timedelta(days=dice.choice([0, 5, 60, 600]))
        made.loans.append(Loan(job=at, to=dice.choice(others), starts=starts, ends=ends))
    for unit in dice.sample(ours, min(3, len(ours))):
        others = [one for one in ours if one != unit]
        lent = dice.sample(others, 1) if dice.random() < 0.2 else []
        made.sheets.append((unit, frozenset(lent)))
    return made


def _change_units(dice: random.Random, made: History) -> None:
    """Mergers, divisions and renames, in order of time; chains of them come about."""
    ours = made.n_ours
    for after in range(1, len(made.units)):
        kind = dice.choice(["none", "none", "rename", "merger", "division"])
        before = list(range(min(after, ours)))
        sources = {"none": 0, "rename": 1, "merger": 2, "division": 1}[kind]
        for at in dice.sample(before, min(sources, len(before))):
            made.became.add((made.units[at], made.units[after]))
            if kind == "division" and after + 1 < ours:
                made.became.add((made.units[at], made.units[after + 1]))


# ---- the code under test


def actor_of(history: History, person: UUID) -> Actor:
    """The actor as :func:`queries.actor_for` makes it, from plain values."""
    jobs = history.jobs
    own = [one for one in jobs if one.person == person and _holds(one)]
    lent = [
        jobs[one.job]
        for one in history.loans
        if one.to == person and one.starts <= ON <= one.ends and _holds(jobs[one.job])
    ]
    standings = [_standing(one, delegated=False) for one in own]
    standings += [
        _standing(one, delegated=True) for one in lent if one.person not in history.closed
    ]
    return Actor(
        person=person,
        name="",
        issuer=ISSUER,
        standings=() if person in history.closed else tuple(standings),
        own_units=acting.own_units(
            person,
            attachments=[
                Attachment(person=one.person, unit=one.unit, starts_on=one.starts, ends_on=one.ends)
                for one in jobs
                if one.unit is not None
            ],
            lent=[
                Lent(
                    of=jobs[one.job].person, to=one.to, unit=jobs[one.job].unit,
                    starts_on=one.starts, ends_on=one.ends,
                )
                for one in history.loans
            ],
            successions=history.became,
            since=SINCE,
        ),
        second_factor=True,
    )  # fmt: skip


def _holds(job: Job) -> bool:
    return job.starts <= ON and (job.ends is None or job.ends > ON)


def _standing(job: Job, *, delegated: bool) -> Standing:
    return Standing(
        role=job.role, issuer=ISSUER, unit=job.unit, round=job.round, of=job.person,
        delegated=delegated,
    )  # fmt: skip


# ---- the oracle


def ties(history: History) -> set[tuple[UUID, UUID]]:
    """Who is tied to which unit: the least relation that holds three sentences.

    Whoever has or had a job in a unit lately is tied to it. Whoever was lent a job is tied to its
    unit, and to all that the lender is tied to. Who is tied to a unit is tied to what it became
    and came from.
    """
    tied = {
        (one.person, one.unit)
        for one in history.jobs
        if one.unit is not None and not (one.ends is not None and one.ends < SINCE)
    }
    lately = [(one, history.jobs[one.job]) for one in history.loans if not one.ends < SINCE]
    tied |= {(loan.to, job.unit) for loan, job in lately if job.unit is not None}
    while True:
        fresh = {(loan.to, unit) for loan, job in lately for who, unit in tied if who == job.person}
        for one, other in history.became:
            fresh |= {(who, other) for who, unit in tied if unit == one}
            fresh |= {(who, one) for who, unit in tied if unit == other}
        if fresh <= tied:
            return tied
        tied |= fresh


def rights(history: History, person: UUID) -> list[tuple[Role, UUID | None, UUID]]:
    """The roles that a person has in the round on the day: role, unit, whose they are."""
    if person in history.closed:
        return []
    found = []
    for at, job in enumerate(history.jobs):
        if job.starts > ON or (job.ends is not None and job.ends <= ON):
            continue
        if job.round not in {None, ROUND}:
            continue
        borrowed = any(
            one.job == at and one.to == person and one.starts <= ON <= one.ends
            for one in history.loans
        )
        if job.person == person or (borrowed and job.person not in history.closed):
            found.append((job.role, job.unit, job.person))
    return found


def runs(history: History, person: UUID) -> bool:
    """Whether a person runs all rounds: a right for one round alone does not."""
    of_all = [one for one in history.jobs if one.round is None]
    kept = History(
        units=history.units, n_ours=history.n_ours, people=history.people, closed=history.closed,
        jobs=history.jobs, loans=history.loans,
    )  # fmt: skip
    kept.jobs = [
        one if one in of_all else Job(one.person, Role.OBSERVER, one.unit, one.round, one.starts, one.ends)
        for one in history.jobs
    ]  # fmt: skip
    return any(role == Role.ROUND_ADMIN for role, _, _ in rights(kept, person))


@dataclass
class Tally:
    """How often a right was refused for a tie, and given without one."""

    refused: int = 0
    given: int = 0
    by_loan: int = 0


def judge(history: History, tally: Tally, dice: random.Random) -> Iterator[str]:
    """Every disagreement between the code and the oracle."""
    tied = ties(history)
    for person in history.people:
        actor = actor_of(history, person)
        if actor.own_units != {unit for who, unit in tied if who == person}:
            yield f"own units of {person}"
        mine = rights(history, person)
        admin = runs(history, person)
        for unit, lent in history.sheets:
            place = Place(
                issuer=ISSUER, round=ROUND, unit=unit, state=SheetState.APPRAISING, entrusted=lent
            )
            own = any((person, one) in tied for one in {unit, *lent})
            body = dice.choice(history.units[: history.n_ours])
            by, for_ = dice.choice(history.people), dice.choice([None, *history.people])
            barred = {by, for_}
            may = {
                "appraise": (Role.APPRAISER, body) in {(role, at) for role, at, _ in mine},
                "decide": any(role in COUNCIL for role, _, _ in mine),
                "approve": person not in barred
                and any(
                    (role == Role.COUNCIL_CHAIR or (role == Role.ROUND_ADMIN and admin))
                    and of not in barred
                    for role, _, of in mine
                ),
                "exempt": admin,
            }
            may["propose"] = may["appraise"] or may["decide"] or admin
            got = {
                "appraise": permissions.appraising_standing(actor, place, body=body),
                "decide": permissions.deciding_standing(actor, place),
                "approve": permissions.approving_standing(
                    actor, place, proposed_by=by, proposed_for=for_
                ),
                "exempt": permissions.can_exempt(actor, place) or None,
                "propose": permissions.proposing_standing(actor, place, body=body),
            }
            for what, right in may.items():
                if (got[what] is not None) != (right and not own):
                    yield f"{what} of {person} on {unit}: tie {own}, right {right}"
                tally.refused += right and own
                tally.given += right and not own
                standing = got[what]
                tally.by_loan += isinstance(standing, Standing) and standing.delegated


def test_no_history_lets_anybody_judge_their_own_and_none_refuses_more():
    tally, dice = Tally(), random.Random(SEED)
    found = [
        f"history {number}: {one}"
        for number in range(HISTORIES)
        for one in judge(generate(number), tally, dice)
    ]
    assert found == []
    # The rule is not "nobody", and it bites.
    assert tally.given > HISTORIES
    assert tally.refused > HISTORIES
    assert tally.by_loan > HISTORIES / 20


@pytest.mark.django_db
def test_actors_of_the_database_are_those_of_the_values():
    chains = 0
    for number in range(IN_THE_DATABASE):
        history = generate(number)
        accounts = _put(history, number)
        tied = ties(history)
        for person in history.people:
            found = actor_for(accounts[person], on=ON, second_factor=True)
            plain = actor_of(history, person)
            assert found.own_units == plain.own_units, (number, person)
            assert found.own_units == {unit for who, unit in tied if who == person}
            key = lambda one: (one.role, str(one.unit), str(one.round), str(one.of))  # noqa: E731
            assert sorted(map(key, found.standings)) == sorted(map(key, plain.standings))
            chains += len(found.own_units) > 2
    assert chains > IN_THE_DATABASE / 2


def _put(history: History, number: int) -> dict[UUID, Account]:
    issuer, other = (
        Issuer.objects.create(slug=f"{name}-{number}", name=name) for name in ("ours", "theirs")
    )
    Unit.objects.bulk_create(
        Unit(
            id=one, issuer=issuer if at < history.n_ours else other, slug=f"{at}", name=f"Sở {at}",
            tier="department",
        )
        for at, one in enumerate(history.units)
    )  # fmt: skip
    accounts = {
        one: Account.objects.create(
            id=one, username=f"{number}.{at}", name="N", issuer=issuer,
            is_active=one not in history.closed,
        )
        for at, one in enumerate(history.people)
    }  # fmt: skip
    jobs = Assignment.objects.bulk_create(
        Assignment(
            person=accounts[one.person], role=one.role, issuer=issuer, unit_id=one.unit,
            round_id=one.round, starts_on=one.starts, ends_on=one.ends,
        )
        for one in history.jobs
    )  # fmt: skip
    Delegation.objects.bulk_create(
        Delegation(
            assignment=jobs[one.job], to=accounts[one.to], starts_on=one.starts, ends_on=one.ends,
            reason="đi công tác",
        )
        for one in history.loans
    )  # fmt: skip
    Succession.objects.bulk_create(
        Succession(before_id=one, after_id=after) for one, after in sorted(history.became)
    )
    return accounts
