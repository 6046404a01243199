"""The appraiser's queue: every item that a person may appraise in the phase that is open.

Which items of which sheets are theirs is decided here (bodies, own units, what was handed in);
where each stands is joined to it in PostgreSQL, so that a page of a long queue stays cheap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from parindex.criteria.model import Item
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import Entrusted, Group, Phase, Round, Sheet
from parindex.web.assessment.permissions import Place
from parindex.web.assessment.queries.rounds import (
    bodies_of,
    groups_of,
    phase_at,
    phases_of,
)
from parindex.web.assessment.states import PRIVATE, PhaseKind, SheetState
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role

STATES: Final = ("todo", "answered", "done", "all")


class Glance(NamedTuple):
    """Where an item stands, as a list shows it: the columns of its line that lists need."""

    claimed: Decimal | None
    found: Decimal | None
    found_stage: str
    n_evidence: int
    not_applicable: bool
    asked: bool
    disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of one sheet in an appraiser's queue; ``done``: appraised in this phase."""

    sheet: Sheet
    item: Item
    line: Glance | None
    done: bool
    answered: bool

    @property
    def key(self) -> str:
        """What it is named by in an address."""
        return f"{self.sheet.id}/{self.item.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One part of a queue's list: an item across units, or a unit across items, by its first.

    ``counts`` says how many of it are in each of ``STATES``.
    """

    sheet: Sheet
    item: Item
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What waits about one place of a queue: before it, after it, and how much in all.

    From outside the queue ``after`` is the first of what waits.
    """

    before: Waiting | None
    after: Waiting | None
    n_left: int


class Slip(NamedTuple):
    """What of a sheet decides whether it is in a queue."""

    id: UUID
    unit_id: UUID
    group_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The items that a person may appraise, by item across units or by unit across items.

    ``sheets`` are in order, each with the number of its part; ``parts`` are the sets of items by
    their place in the criteria set, ``groups`` those of the round by id. ``phase`` is None, and
    the queue empty, where no appraisal is open to the person.
    """

    actor: Actor
    round: Round
    by: str
    phase: Phase | None
    groups: Mapping[UUID, Group]
    sheets: Sequence[tuple[Slip, int]]
    parts: Sequence[Mapping[int, Item]]

    @property
    def is_open(self) -> bool:
        """Whether an appraisal is open in which the person has a part."""
        return self.phase is not None

    def parts_of_list(self) -> list[Listed]:
        """The parts of the list in order: the items, or the units, with how many are where."""
        rows = self._asked(_PARTS)
        places = [key[0] if self.by == "unit" else key[2] for key, *_ in rows]
        sheets = self._sheets(places)
        return [
            Listed(
                sheet=sheets[place],
                item=self.parts[self.sheets[place][1]][key[1]],
                counts=dict(zip(STATES, counts, strict=True)),
            )
            for place, (key, *counts) in zip(places, rows, strict=True)
        ]

    def page(
        self, state: str = "all", *, only: str = "", start: int = 0, size: int | None = None
    ) -> list[Waiting]:
        """A page of those in a state.

        ``only`` names one part: an item of a group (``group:code``) or a sheet (its id).
        """
        return self._waiting(self._asked(_PAGE, state=state, only=only, start=start, size=size))

    def around(self, sheet: UUID, item: str) -> Around:
        """What waits before and after an item of a sheet."""
        rows = self._asked(_AROUND, sheet=sheet, item=item)
        sides = [row[-1] for row in rows if row[-1] is not None]
        waiting = self._waiting([row[:-2] for row in rows if row[-1] is not None])
        found = dict(zip(sides, waiting, strict=True))
        n_left = rows[0][-2] if rows else 0
        return Around(before=found.get("before"), after=found.get("after"), n_left=n_left)

    def _waiting(self, rows: Sequence[Sequence[Any]]) -> list[Waiting]:
        sheets = self._sheets({row[2] for row in rows})
        return [
            Waiting(
                sheet=sheets[place],
                item=self.parts[self.sheets[place][1]][at],
                line=Glance(*line) if there else None,
                done=done,
                answered=answered,
            )
            for _key, _part, place, at, _sheet, _code, done, answered, there, *line in rows
        ]

    def _sheets(self, places: Collection[int]) -> dict[int, Sheet]:
        """The sheets at these places, sharing their groups and the round."""
        ids = {place: self.sheets[place][0].id for place in places}
        known = Sheet.objects.select_related("unit").in_bulk(ids.values())
        for sheet in known.values():
            sheet.group, sheet.round = self.groups[sheet.group_id], self.round
        return {place: known[id_] for place, id_ in ids.items()}

    def _asked(self, select: str, **values: Any) -> list[Any]:
        if self.phase is None or not self.sheets:
            return []
        items = [
            (number, at, item.code)
            for number, part in enumerate(self.parts)
            for at, item in part.items()
        ]
        known: dict[str, Any] = {
            "ids": [sheet.id for sheet, _ in self.sheets],
            "parts": [part for _, part in self.sheets],
            "groups": [self.groups[sheet.group_id].position for sheet, _ in self.sheets],
            "names": [self.groups[sheet.group_id].name for sheet, _ in self.sheets],
            "item_parts": [number for number, _, _ in items],
            "item_places": [at for _, at, _ in items],
            "codes": [code for _, _, code in items],
            "by_unit": self.by == "unit",
            "first": self.phase.number == 1,
            "asked": self.phase.number - 1,
            "stage": self.phase.stage,
            "double": self.round.double_appraisal,
            "person": self.actor.person,
        }
        with connection.cursor() as cursor:
            cursor.execute(_WAITING + select, known | values)
            return list(cursor.fetchall())


# Of a double appraisal an item is done for a person who gave an opinion, and for all once two did.
# From the second appraisal on there is left what was explained, is disputed or was not found yet.
_WAITING: Final = """
WITH sheets AS (
  SELECT id, part, group_place, group_name, (at - 1)::int AS place
    FROM unnest(%(ids)s::uuid[], %(parts)s::int[], %(groups)s::int[], %(names)s::text[])
         WITH ORDINALITY AS t(id, part, group_place, group_name, at)),
items AS (
  SELECT * FROM unnest(%(item_parts)s::int[], %(item_places)s::int[], %(codes)s::text[])
         AS t(part, place, code)),
opinions AS (
  SELECT sheet_id, item FROM assessment_scoreentry
   WHERE %(double)s AND stage = %(stage)s AND seat > 0 AND sheet_id = ANY(%(ids)s::uuid[])
   GROUP BY sheet_id, item
  HAVING count(DISTINCT person_id) > 1 OR bool_or(person_id = %(person)s)),
explained AS (
  SELECT DISTINCT q.sheet_id, q.item
    FROM assessment_question q JOIN assessment_answer a ON a.question_id = q.id
   WHERE q.number = %(asked)s AND NOT a.accepts AND q.sheet_id = ANY(%(ids)s::uuid[])),
waiting AS (
  SELECT CASE WHEN %(by_unit)s THEN ARRAY[s.place, i.place]
              ELSE ARRAY[s.group_place, i.place, s.place] END AS key,
         CASE WHEN %(by_unit)s THEN s.id::text ELSE s.group_name || ':' || i.code END AS part,
         s.place AS sheet_place, i.place AS item_place, s.id AS sheet, i.code,
         CASE WHEN %(double)s THEN o.sheet_id IS NOT NULL
              ELSE coalesce(l.found_stage = %(stage)s, false) END AS done,
         e.sheet_id IS NOT NULL AS answered, l.id IS NOT NULL AS there,
         l.claimed, l.found, l.found_stage, l.n_evidence, l.not_applicable, l.asked, l.disputed
    FROM sheets s JOIN items i ON i.part = s.part
    LEFT JOIN assessment_itemline l ON l.sheet_id = s.id AND l.item = i.code
    LEFT JOIN opinions o ON o.sheet_id = s.id AND o.item = i.code
    LEFT JOIN explained e ON e.sheet_id = s.id AND e.item = i.code
   WHERE NOT coalesce(l.not_applicable, false)
     AND (%(first)s OR l.id IS NULL OR l.disputed OR l.found IS NULL OR e.sheet_id IS NOT NULL
          OR l.found_stage = %(stage)s))
"""
_PARTS: Final = """
SELECT min(key), count(*) FILTER (WHERE NOT done), count(*) FILTER (WHERE answered AND NOT done),
       count(*) FILTER (WHERE done), count(*)
  FROM waiting GROUP BY part ORDER BY 1
"""
_PAGE: Final = """
SELECT * FROM waiting
 WHERE %(only)s IN ('', part)
   AND CASE %(state)s WHEN 'todo' THEN NOT done WHEN 'answered' THEN answered AND NOT done
                      WHEN 'done' THEN done ELSE true END
 ORDER BY key OFFSET %(start)s LIMIT %(size)s
"""
_AROUND: Final = """,
here AS (SELECT key FROM waiting WHERE sheet = %(sheet)s AND code = %(item)s),
edges AS (
  SELECT count(*) AS n_left, max(key) FILTER (WHERE key < (SELECT key FROM here)) AS before,
         min(key) FILTER (WHERE key > coalesce((SELECT key FROM here), '{}')) AS after
    FROM waiting WHERE NOT done)
SELECT waiting.*, n_left, CASE key WHEN before THEN 'before' WHEN after THEN 'after' END
  FROM edges LEFT JOIN waiting ON key = before OR key = after
"""


def is_appraiser(actor: Actor, round_: Round) -> bool:
    """Whether the person has a queue in a round."""
    return bool(actor.units(Role.APPRAISER, issuer=round_.issuer_id, round_=round_.id))


def queue(actor: Actor, round_: Round, *, by: str = "item") -> Queue:
    """The queue of a person in a round, by ``item`` or by ``unit``."""
    phase = phase_at(phases_of(round_))
    mine = actor.units(Role.APPRAISER, issuer=round_.issuer_id, round_=round_.id)
    if phase is None or phase.kind != PhaseKind.APPRAISAL or not mine or not actor.second_factor:
        return Queue(actor=actor, round=round_, by=by, phase=None, groups={}, sheets=(), parts=())
    groups = {one.id: one for one in groups_of(round_)}
    bodies = bodies_of(round_)
    # Sheets of one group with the same bodies have the same items: looked up once.
    numbers: dict[tuple[UUID, frozenset[str] | None], int] = {}
    parts: list[Mapping[int, Item]] = []
    sheets: list[tuple[Slip, int]] = []
    for sheet in _others(actor, round_):
        like = sheet.group_id, None if bodies.plain(sheet) else bodies.keys(sheet, mine)
        if like not in numbers:
            numbers[like] = len(parts)
            items = enumerate(items_of(groups[sheet.group_id].rulebook).values())
            parts.append({at: item for at, (_, item) in items if bodies.body(item, sheet) in mine})
        sheets.append((sheet, numbers[like]))
    return Queue(
        actor=actor, round=round_, by=by, phase=phase, groups=groups, sheets=sheets, parts=parts
    )


def _others(actor: Actor, round_: Round) -> list[Slip]:
    """The sheets that were handed in and are not of the person's own, in Vietnamese order."""
    lent: dict[UUID, list[UUID]] = {}
    entrusted = Entrusted.objects.filter(sheet__round=round_)
    for sheet_id, unit in entrusted.values_list("sheet_id", "unit_id"):
        lent.setdefault(sheet_id, []).append(unit)
    handed_in = round_.sheets.exclude(state__in=PRIVATE)
    rows = handed_in.order_by("group__position", "unit__sort_key", "id").values_list(*Slip._fields)
    return [
        one
        for one in map(Slip._make, rows)
        if not permissions.is_own(
            actor,
            Place(
                issuer=round_.issuer_id,
                round=round_.id,
                unit=one.unit_id,
                state=SheetState(one.state),
                entrusted=frozenset(lent.get(one.id, ())),
            ),
        )
    ]
