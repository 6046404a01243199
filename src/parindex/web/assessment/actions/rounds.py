"""A round made: its groups, phases and units, who appraises and fills what, from last year's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from parindex.errors import Problem, UnusableInputError
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions.administering import administered, must_run, note_round
from parindex.web.assessment.actions.gate import locked_sheet, note
from parindex.web.assessment.models import (
    Appraiser,
    Entrusted,
    Group,
    Phase,
    Round,
    ScoreEntry,
    Sheet,
)
from parindex.web.assessment.states import (
    Direction,
    PhaseKind,
    RoundState,
)
from parindex.web.journal.actions import action, unchanged
from parindex.web.people.actor import Actor
from parindex.web.people.models import Issuer, Unit
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.states import Role
from parindex.web.reference.models import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePlan:
    """A phase as planned; deadlines are instants, inclusive."""

    kind: PhaseKind
    number: int
    opens_at: datetime
    closes_at: datetime
    units_see_findings: bool = False
    provisional_for: tuple[Role, ...] = ()


@action
def create_round(
    actor: Actor,
    issuer: Issuer,
    *,
    slug: str,
    title: str,
    year: int,
    index: str,
    reference_date: date,
    groups: Iterable[tuple[str, Rulebook]],
    phases: Iterable[PhasePlan],
    direction: Direction = Direction.DOWNWARD,
    double_appraisal: bool = False,
    missing_is_zero: bool = False,
    previous: Round | None = None,
) -> Round:
    """Plan a round from its criteria sets and phases; the digests of the sets are recorded now,
    before any score is known. Raises UnusableInputError for a plan that cannot be.
    """
    if not permissions.can_run_round(actor, issuer=issuer.slug):
        raise RefusedError("refused.administer")
    planned, sets = list(phases), list(groups)
    _check_plan(year, index, sets, planned)
    round_ = Round.objects.create(
        issuer=issuer,
        slug=slug,
        title=title,
        index=index,
        year=year,
        reference_date=reference_date,
        direction=direction,
        n_appraisals=sum(one.kind is PhaseKind.APPRAISAL for one in planned),
        double_appraisal=double_appraisal,
        missing_is_zero=missing_is_zero,
        previous=previous,
    )
    for position, (name, rulebook) in enumerate(sets):
        Group.objects.create(round=round_, name=name, rulebook=rulebook, position=position)
    for position, plan in enumerate(planned):
        Phase.objects.create(
            round=round_,
            kind=plan.kind,
            number=plan.number,
            position=position,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            units_see_findings=plan.units_see_findings,
            provisional_for=[str(role) for role in plan.provisional_for],
        )
    note_round(
        "round.planned",
        actor,
        round_,
        after={
            "year": year,
            "reference_date": reference_date.isoformat(),
            "direction": str(direction),
            "double_appraisal": double_appraisal,
            "missing_is_zero": missing_is_zero,
            "groups": {name: rulebook.digest for name, rulebook in sets},
            "phases": [
                f"{one.kind} {one.number} {one.opens_at.isoformat()} {one.closes_at.isoformat()}"
                for one in planned
            ],
        },
    )
    return round_


def _check_plan(
    year: int, index: str, groups: list[tuple[str, Rulebook]], phases: list[PhasePlan]
) -> None:
    problems: list[Problem] = []
    if not groups:
        problems.append(Problem(code="plan.no_group"))
    for name, rulebook in groups:
        for key, expected, got in (
            ("year", year, rulebook.year),
            ("index", index, rulebook.index),
            ("group", name, rulebook.group),
        ):
            if expected != got:
                values = {"name": name, "key": key, "expected": expected, "got": got}
                problems.append(Problem(code="plan.other_rulebook", values=values))
    if not any(one.kind is PhaseKind.SELF_SCORING for one in phases):
        problems.append(Problem(code="plan.no_self_scoring"))
    if not any(one.kind is PhaseKind.APPRAISAL for one in phases):
        problems.append(Problem(code="plan.no_appraisal"))
    for before, one in pairwise(phases):
        if one.opens_at < before.closes_at:
            values = {
                "phase": f"{one.kind} {one.number}",
                "before": f"{before.kind} {before.number}",
            }
            problems.append(Problem(code="plan.overlap", values=values))
    for one in phases:
        if one.opens_at >= one.closes_at:
            values = {"phase": f"{one.kind} {one.number}"}
            problems.append(Problem(code="plan.backwards", values=values))
    if problems:
        raise UnusableInputError(problems)


@action
def add_units(actor: Actor, round_: UUID, units: Iterable[tuple[Unit, str, bool]]) -> list[Sheet]:
    """Give units their sheets: unit, peer group, whether ranked. Only before the round opens.

    Refused for a unit that does not live on the reference date, or has a sheet already in
    another group.
    """
    held = administered(actor, round_)
    if held.state != RoundState.PLANNED:
        raise RefusedError("refused.round_opened")
    groups = {one.name: one for one in held.groups.all()}
    made = []
    for unit, group, ranked in units:
        if unit.issuer_id != held.issuer_id or group not in groups:
            raise RefusedError("refused.unknown")
        day = held.reference_date
        if (unit.starts_on is not None and unit.starts_on > day) or (
            unit.ends_on is not None and unit.ends_on <= day
        ):
            raise RefusedError("refused.not_alive", unit=unit.name, on=f"{day:%d/%m/%Y}")
        sheet, fresh = Sheet.objects.get_or_create(
            round=held, unit=unit, defaults={"group": groups[group], "ranked": ranked}
        )
        if fresh:
            made.append(sheet)
    if not made:
        unchanged()
        return []
    note_round("round.units_added", actor, held, after={"units": [one.unit.slug for one in made]})
    return made


@action
def set_appraiser(
    actor: Actor, round_: UUID, key: str, body: Unit, *, sheet: Sheet | None = None
) -> Appraiser:
    """Name the body that appraises the items of a specialist key, for all or for one sheet."""
    held = administered(actor, round_)
    if body.issuer_id != held.issuer_id or (sheet is not None and sheet.round_id != held.id):
        raise RefusedError("refused.unknown")
    if sheet is not None and sheet.unit_id == body.id:
        raise RefusedError("refused.own_unit")
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    row = Appraiser.objects.filter(round=held, key=key, sheet=sheet).first()
    before = None if row is None else {"body": str(row.body_id)}
    if row is not None and row.body_id == body.id:
        unchanged()
        return row
    row = row or Appraiser(round=held, key=key, sheet=sheet)
    row.body = body
    row.save()
    after = {"key": key, "body": str(body.id), "sheet": str(sheet.id) if sheet else ""}
    note_round("round.appraiser_set", actor, held, before=before, after=after)
    return row


@action
def entrust(actor: Actor, sheet: UUID, item: str, unit: Unit) -> Entrusted:
    """Entrust an item of a sheet to the unit that fills it: the upward round."""
    opened = locked_sheet(actor, sheet)
    must_run(actor, opened.sheet.round)
    if item not in opened.items or unit.issuer_id != opened.place.issuer:
        raise UnknownError
    claimed = ScoreEntry.objects.filter(sheet=opened.sheet, item=item).exists()
    if claimed or opened.sheet.round.state not in {RoundState.PLANNED, RoundState.OPEN}:
        # Whoever filled an item would no more be of those who may not appraise it.
        raise RefusedError("refused.locked", item=item)
    row, _ = Entrusted.objects.update_or_create(
        sheet=opened.sheet, item=item, defaults={"unit": unit}
    )
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    note("item.entrusted", actor, standing, opened, item=item, after={"unit": str(unit.id)})
    return row


@action
def start_from(actor: Actor, round_: UUID, previous: UUID) -> Round:
    """Begin with last year's units, bodies and entrusted items.

    A unit that ended is followed to all that it became; a body or one that fills an item only
    where it became one. Items are found again by their ids.
    """
    held = administered(actor, round_)
    before = Round.objects.filter(id=previous, issuer=held.issuer).first()
    if before is None:
        raise UnknownError
    if held.state != RoundState.PLANNED:
        raise RefusedError("refused.round_opened")
    groups = {one.name: one for one in held.groups.all()}
    day = held.reference_date
    added = 0
    for sheet in before.sheets.select_related("unit", "group"):
        if sheet.group.name not in groups:
            continue
        group = groups[sheet.group.name]
        for unit in _living(sheet.unit, day):
            made, fresh = Sheet.objects.get_or_create(
                round=held, unit=unit, defaults={"group": group, "ranked": sheet.ranked}
            )
            added += fresh
            _same_hands(sheet, made, day)
    for row in before.appraisers.filter(sheet=None).select_related("body"):
        bodies = _living(row.body, day)
        if len(bodies) == 1:
            Appraiser.objects.get_or_create(
                round=held, key=row.key, sheet=None, defaults={"body": bodies[0]}
            )
    held.previous = before
    held.save(update_fields=["previous"])
    note_round(
        "round.started_from", actor, held, after={"previous": str(before.id), "units": added}
    )
    return held


def _same_hands(old: Sheet, new: Sheet, day: date) -> None:
    """The bodies named for last year's sheet, and its entrusted items, for this year's."""
    for row in old.appraiser_set.select_related("body"):
        bodies = [one for one in _living(row.body, day) if one.id != new.unit_id]
        if len(bodies) == 1:
            Appraiser.objects.get_or_create(
                round=new.round, key=row.key, sheet=new, defaults={"body": bodies[0]}
            )
    ids = {code: item.id for code, (_, item) in bridge.items_of(old.group.rulebook).items()}
    codes = {item.id: code for code, (_, item) in bridge.items_of(new.group.rulebook).items()}
    for lent in old.entrusted.select_related("unit"):
        code, units = codes.get(ids.get(lent.item, "")), _living(lent.unit, day)
        if code is not None and len(units) == 1:
            Entrusted.objects.get_or_create(sheet=new, item=code, defaults={"unit": units[0]})


def _living(unit: Unit, day: date) -> list[Unit]:
    """The unit itself where it lives on the day, or those that it became."""
    waiting, seen, found = [unit], {unit.id}, []
    while waiting:
        one = waiting.pop(0)
        if one.ends_on is not None and one.ends_on <= day:
            after = Unit.objects.filter(predecessions__before=one).order_by("slug")
            fresh = [other for other in after if other.id not in seen]
            seen |= {other.id for other in fresh}
            waiting += fresh
        elif one.starts_on is None or one.starts_on <= day:
            found.append(one)
    return found
