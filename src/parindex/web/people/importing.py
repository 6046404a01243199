"""The import of units, people and assignments: what a workbook would change, and the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from parindex.canonical import canonical_json, sha256
from parindex.errors import Problem, UnusableInputError
from parindex.web.journal import clock
from parindex.web.journal.actions import action, record, unchanged
from parindex.web.journal.chain import About
from parindex.web.people import actions, bridge
from parindex.web.people.actor import Actor
from parindex.web.people.bridge import ASSIGNMENTS, PEOPLE, UNITS
from parindex.web.people.models import Account, Assignment, Issuer, Succession, Unit
from parindex.web.people.permissions import RefusedError, can_administer
from parindex.web.people.queries import predecessors_of
from parindex.web.people.states import ROLE_WORDS, Role


class Effect(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that changes: its heading, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the workbook and what it would do."""

    sheet: str
    row: int
    words: str
    effect: Effect
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a workbook would change; ``digest`` names exactly these changes."""

    file: str
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    upload: bridge.Upload
    phones: bool = False
    writes: tuple[Callable[[Actor, Issuer], object], ...] = field(default=(), repr=False)

    @property
    def digest(self) -> str:
        """Of what would change, so that what is applied is what was shown."""
        said = [
            [
                one.sheet,
                one.words,
                one.effect,
                *(f"{d.label}|{d.before}|{d.after}" for d in one.differences),
            ]
            for one in self.lines
            if one.effect is not Effect.UNCHANGED
        ]
        return sha256(canonical_json(said))

    def count(self, effect: Effect, sheet: str | None = None) -> int:
        """How many rows do this, in one sheet or in all."""
        return sum(one.effect is effect and sheet in {None, one.sheet} for one in self.lines)

    @property
    def n_changes(self) -> int:
        """How many rows change anything."""
        return len(self.lines) - self.count(Effect.UNCHANGED)


class PlanChangedError(Exception):
    """What would change is no longer what was shown: ``plan`` is what would change now."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__(plan.digest)


def plan_import(
    actor: Actor, issuer: Issuer, content: bytes, *, file: str, rounds: Mapping[str, UUID]
) -> Plan:
    """What a workbook would change, row by row; nothing is written.

    ``rounds`` gives the id of each round's slug. Raises UnusableInputError for what is no such
    workbook, RefusedError for anyone but the issuer's administrators.
    """
    if not can_administer(actor, issuer=issuer.slug):
        raise RefusedError("refused.administer")
    return _Planning(issuer, bridge.read(content, file=file), rounds).plan()


@action
def import_people(
    actor: Actor,
    issuer: Issuer,
    content: bytes,
    *,
    file: str,
    rounds: Mapping[str, UUID],
    shown: str,
) -> Plan:
    """Apply a workbook whole, or not at all: what is applied is what was shown, by its digest.

    Each unit, account and assignment has its own entry; one more names the file. Raises
    UnusableInputError while anything in it is wrong, PlanChangedError when others changed
    meanwhile what it is compared with.
    """
    # One import of an issuer at a time.
    list(Issuer.objects.select_for_update().filter(slug=issuer.slug).values_list("slug"))
    plan = plan_import(actor, issuer, content, file=file, rounds=rounds)
    if plan.problems:
        raise UnusableInputError(plan.problems)
    if plan.digest != shown:
        raise PlanChangedError(plan)
    for write in plan.writes:
        write(actor, issuer)
    if not plan.n_changes:
        unchanged()
        return plan
    record(
        "people.imported",
        person=str(actor.person),
        issuer=issuer.slug,
        about=About(kind="issuer", id=issuer.slug, words=issuer.name),
        after={
            "file": file[:200],
            "digest": sha256(content),
            "new": plan.count(Effect.NEW),
            "changed": plan.count(Effect.CHANGED),
        },
    )
    return plan


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"


class _Planning:
    """Holds a workbook to what is known, sheet by sheet; later sheets know of the earlier."""

    def __init__(self, issuer: Issuer, upload: bridge.Upload, rounds: Mapping[str, UUID]) -> None:
        self.issuer = issuer
        self.upload = upload
        self.rounds = rounds
        self.problems = list(upload.problems)
        self.writes: list[Callable[[Actor, Issuer], object]] = []
        found = Unit.objects.filter(issuer=issuer).select_related("parent")
        self.units = {one.slug: one for one in found}
        names = {one.account.lower() for one in upload.people}
        names |= {one.account.lower() for one in upload.assignments}
        self.accounts = {
            one.username: one for one in Account.objects.filter(username__in=sorted(names))
        }
        self.fresh_units = {one.id for one in upload.units}
        self.fresh_people = {one.account.lower() for one in upload.people}

    def plan(self) -> Plan:
        lines = [*self._units(), *self._people(), *self._assignments()]
        return Plan(
            file=self.upload.file_name,
            lines=tuple(lines),
            problems=tuple(self.problems),
            upload=self.upload,
            phones=any(one.phone for one in self.upload.people),
            writes=tuple(self.writes),
        )

    def _wrong(self, code: str, sheet: str, row: int, key: str, **values: object) -> None:
        self.problems.append(self.upload.problem(code, sheet, row, key, **values))

    def _units(self) -> Iterator[Line]:
        successions: dict[str, set[str]] = {}
        for before, after in Succession.objects.filter(after__issuer=self.issuer).values_list(
            "before__slug", "after__slug"
        ):
            successions.setdefault(after, set()).add(before)
        # Those that others name come first, so that a parent or a predecessor is there in time.
        there = set(self.units)
        for one in _in_order(self.upload.units):
            for key, names in (("parent", (one.parent,)), ("predecessors", one.predecessors)):
                for name in names:
                    if name and name not in there:
                        code = (
                            "people.circle" if name in self.fresh_units else "people.unknown_unit"
                        )
                        self._wrong(code, UNITS, one.row, key, unit=name)
            for key, text, most in (
                ("id", one.id, 80),
                ("name", one.name, 200),
                ("group", one.group, 60),
            ):
                if len(text) > most:
                    self._wrong("people.too_long", UNITS, one.row, key, limit=most)
            there.add(one.id)
            yield self._unit(one, successions.get(one.id, set()))

    def _unit(self, one: bridge.UnitRow, before: set[str]) -> Line:
        unit = self.units.get(one.id)
        span = one.span
        pairs = [
            ("name", unit.name if unit else "", one.name),
            ("tier", bridge.tier_words(unit.tier) if unit else "", bridge.tier_words(one.tier)),
            ("group", unit.group if unit else "", one.group),
            ("parent", unit.parent.slug if unit and unit.parent else "", one.parent),
            ("start_on", _day(unit.starts_on) if unit else "", _day(span.start)),
            ("last_on", _day(unit.ends_on) if unit else "", _day(span.end)),
        ]
        fresh = [name for name in one.predecessors if name not in before]
        if fresh:
            pairs.append(("predecessors", "; ".join(sorted(before)), "; ".join(one.predecessors)))
        different = tuple(
            Difference(label=bridge.heading(UNITS, key), before=was, after=now)
            for key, was, now in pairs
            if was != now
        )
        words = f"{one.name} ({one.id})"
        if unit is not None and not different:
            return Line(sheet=UNITS, row=one.row, words=words, effect=Effect.UNCHANGED)

        def write(actor: Actor, issuer: Issuer) -> None:
            of = Unit.objects.filter(issuer=issuer)
            actions.save_unit(
                actor, issuer, one.id, name=one.name, tier=one.tier, group=one.group,
                parent=of.get(slug=one.parent) if one.parent else None,
                starts_on=span.start, ends_on=span.end,
                predecessors=list(of.filter(slug__in=one.predecessors)),
            )  # fmt: skip

        self.writes.append(write)
        return Line(
            sheet=UNITS,
            row=one.row,
            words=words,
            effect=Effect.NEW if unit is None else Effect.CHANGED,
            differences=tuple(one for one in different if unit or one.after not in {"–", ""}),
        )

    def _people(self) -> Iterator[Line]:
        for one in self.upload.people:
            username = one.account.lower()
            account = self.accounts.get(username)
            if account is not None and account.issuer_id != self.issuer.slug:
                self._wrong("people.taken", PEOPLE, one.row, "account")
                continue
            if len(username) > 60 or len(one.name) > 120:
                key, most = ("account", 60) if len(username) > 60 else ("name", 120)
                self._wrong("people.too_long", PEOPLE, one.row, key, limit=most)
                continue
            words = f"{one.name} ({username})"
            if account is None:
                self.writes.append(_account(username, one))
                yield Line(sheet=PEOPLE, row=one.row, words=words, effect=Effect.NEW)
                continue
            pairs = (("name", account.name, one.name), ("email", account.email, one.email))
            different = tuple(
                Difference(label=bridge.heading(PEOPLE, key), before=was or "–", after=now)
                for key, was, now in pairs
                if was != now
            )
            if different:
                self.writes.append(_account(username, one, is_active=account.is_active))
            effect = Effect.CHANGED if different else Effect.UNCHANGED
            yield Line(sheet=PEOPLE, row=one.row, words=words, effect=effect, differences=different)

    def _assignments(self) -> Iterator[Line]:
        known: dict[tuple[str, str, str, UUID | None], list[Assignment]] = {}
        for row in Assignment.objects.filter(
            issuer=self.issuer, person__in=self.accounts.values()
        ).select_related("person", "unit"):
            slug = row.unit.slug if row.unit else ""
            known.setdefault((row.person.username, row.role, slug, row.round_id), []).append(row)
        for one in self.upload.assignments:
            username = one.account.lower()
            account = self.accounts.get(username)
            mine = account is not None and account.issuer_id == self.issuer.slug
            wrong = False
            if not mine and (account is not None or username not in self.fresh_people):
                self._wrong("people.unknown_account", ASSIGNMENTS, one.row, "account")
                wrong = True
            if one.unit and one.unit not in self.units.keys() | self.fresh_units:
                self._wrong("people.unknown_unit", ASSIGNMENTS, one.row, "unit", unit=one.unit)
                wrong = True
            if one.round and one.round not in self.rounds:
                rounds = ", ".join(sorted(self.rounds)) or "–"
                self._wrong("people.unknown_round", ASSIGNMENTS, one.row, "round", rounds=rounds)
                wrong = True
            if not wrong:
                round_ = self.rounds[one.round] if one.round else None
                found = known.get((username, one.role, one.unit, round_), [])
                yield self._assignment(one, username, round_, found)

    def _assignment(
        self,
        one: bridge.AssignmentRow,
        username: str,
        round_: UUID | None,
        found: list[Assignment],
    ) -> Line:
        end = one.span.end
        role = Role(one.role)
        place = f", {one.unit}" if one.unit else ""
        words = f"{username}: {ROLE_WORDS[role]}{place}"
        same = [row for row in found if one.start_on in {None, row.starts_on}]
        if any(row.ends_on == end for row in same):
            return Line(sheet=ASSIGNMENTS, row=one.row, words=words, effect=Effect.UNCHANGED)
        open_ = next((row for row in same if row.ends_on is None), None)
        label = bridge.heading(ASSIGNMENTS, "last_on")
        if open_ is not None and end is not None:
            of = open_.id

            def write_end(actor: Actor, _issuer: Issuer) -> None:
                actions.end_assignment(actor, of, on=end)

            self.writes.append(write_end)
            difference = Difference(label=label, before="–", after=_day(one.last_on))
            return Line(
                sheet=ASSIGNMENTS, row=one.row, words=words, effect=Effect.CHANGED,
                differences=(difference,),
            )  # fmt: skip
        start = one.start_on or clock.today()

        def write(actor: Actor, issuer: Issuer) -> None:
            actions.assign(
                actor, Account.objects.get(username=username), role, issuer=issuer,
                unit=Unit.objects.get(issuer=issuer, slug=one.unit) if one.unit else None,
                starts_on=start, ends_on=end, round_=round_,
            )  # fmt: skip

        if end is not None and end < start:
            self._wrong("people.ends_before", ASSIGNMENTS, one.row, "last_on", start=_day(start))
        else:
            self.writes.append(write)
        differences = (
            Difference(
                label=bridge.heading(ASSIGNMENTS, "start_on"), before="–", after=_day(start)
            ),
            *((Difference(label=label, before="–", after=_day(one.last_on)),) if end else ()),
        )
        return Line(
            sheet=ASSIGNMENTS, row=one.row, words=words, effect=Effect.NEW, differences=differences
        )


def _account(
    username: str, one: bridge.PersonRow, *, is_active: bool = True
) -> Callable[[Actor, Issuer], None]:
    def write(actor: Actor, issuer: Issuer) -> None:
        actions.save_account(
            actor, issuer, username, name=one.name, email=one.email, is_active=is_active
        )

    return write


def _in_order(rows: tuple[bridge.UnitRow, ...]) -> list[bridge.UnitRow]:
    """The units, each after those of the same workbook that it names."""
    by_id = {one.id: one for one in rows}
    done: dict[str, bridge.UnitRow] = {}
    for one in rows:
        waiting = [(one, False)]
        while waiting:
            unit, ready = waiting.pop()
            if unit.id in done:
                continue
            if ready:
                done[unit.id] = unit
                continue
            waiting.append((unit, True))
            waiting += [
                (by_id[name], False)
                for name in (unit.parent, *unit.predecessors)
                if name in by_id and name not in done and (by_id[name], True) not in waiting
            ]
    return list(done.values())


# ---- the workbook as people get it

SHEETS = (UNITS, PEOPLE, ASSIGNMENTS)
cell_of = bridge.cell_of
tier_words = bridge.tier_words


def marked(plan: Plan) -> bytes:
    """The workbook of a plan with everything that is wrong marked at its cells."""
    return bridge.marked(plan.upload, plan.problems, on=clock.today())


def template() -> bytes:
    """The empty workbook."""
    return bridge.written((), (), (), rounds={}, predecessors={}, on=clock.today())


def export(actor: Actor, issuer: Issuer, *, rounds: Mapping[str, UUID]) -> bytes:
    """Everything that is known of an issuer's units and people, for its administrators."""
    if not can_administer(actor, issuer=issuer.slug):
        raise RefusedError("refused.administer")
    slugs = {str(id_): slug for slug, id_ in rounds.items()}
    assignments = Assignment.objects.filter(issuer=issuer).select_related("person", "unit")
    return bridge.written(
        Unit.objects.filter(issuer=issuer).select_related("parent").order_by("sort_key"),
        Account.objects.filter(issuer=issuer).order_by("sort_key"),
        assignments.order_by("person__sort_key", "starts_on"),
        rounds=slugs,
        predecessors=predecessors_of(issuer.slug),
        on=clock.today(),
    )
