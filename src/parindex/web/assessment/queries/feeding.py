"""Findings put into a round's table: which items take them, what stands there, what comes, and
what a unit sees of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from parindex.criteria.rules import Source
from parindex.points import parse_decimal
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import Round
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import (
    groups_of,
    rounds_for,
    shows_findings,
    tables_of,
)
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import RoundState
from parindex.web.people.actor import Actor

FINDINGS: Final = "findings.csv"
_COLUMNS: Final = ("unit", "item", "share", "se", "n")
_FED: Final = frozenset({Source.SURVEY, Source.INDEX})
_OVER: Final = {RoundState.APPROVED, RoundState.CLOSED}
Key = tuple[str, str]
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FedItem:
    """An item that findings give; ``is_index`` for one that another index is the source of."""

    code: str
    name: str
    is_index: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FedGroup:
    """A peer group of a round: its units by slug, and the items that findings give."""

    name: str
    units: Mapping[str, str]
    items: Sequence[FedItem]


def fed_rounds(actor: Actor, issuer: str) -> list[Round]:
    """The rounds of an issuer that the person runs and that still take figures."""
    return [
        one
        for one in rounds_for(actor)
        if one.issuer_id == issuer and one.state not in _OVER and running.runs(actor, one)
    ]


def fed_groups(round_: Round) -> list[FedGroup]:
    """The peer groups of a round that have items of the survey or of another index."""
    units: dict[str, dict[str, str]] = {}
    for sheet in round_.sheets.select_related("group", "unit").order_by("unit__sort_key"):
        units.setdefault(sheet.group.name, {})[sheet.unit.slug] = sheet.unit.name
    found = []
    for group in groups_of(round_):
        items = [
            FedItem(code=code, name=item.name.vi, is_index=item.source is Source.INDEX)
            for code, (_area, item) in items_of(group.rulebook).items()
            if item.source in _FED
        ]
        if items and units.get(group.name):
            found.append(FedGroup(name=group.name, units=units[group.name], items=items))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An item of some findings and a peer group whose units have it, and how many of them.

    ``guess`` is the item of the group's criteria that takes it unless another is said: the one of
    its code, for an overall index the only one that an index gives; empty for none.
    """

    group: FedGroup
    item: str
    units: int
    guess: str


def pairs_of(
    round_: Round, findings: Sequence[Mapping[str, str]], *, overall: str
) -> tuple[list[Pair], list[str]]:
    """Which groups of a round the findings of units reach; and the units, that it does not have.

    ``findings`` have the columns of findings.csv, ``overall`` is their item of an overall index.
    """
    groups = fed_groups(round_)
    known = {unit for group in groups for unit in group.units}
    units: dict[tuple[str, str], int] = {}
    for one in findings:
        for group in groups:
            if one["unit"] in group.units:
                key = (group.name, one["item"])
                units[key] = units.get(key, 0) + 1
    pairs = [
        Pair(
            group=group,
            item=item,
            units=units[group.name, item],
            guess=_guess(group, item, overall),
        )
        for group in groups
        for item in sorted({one["item"] for one in findings})
        if (group.name, item) in units
    ]
    return pairs, sorted({one["unit"] for one in findings} - known)


def _guess(group: FedGroup, item: str, overall: str) -> str:
    if any(one.code == item for one in group.items):
        return item
    of_index = [one.code for one in group.items if one.is_index]
    return of_index[0] if item == overall and len(of_index) == 1 else ""


def proposed(
    findings: Sequence[Mapping[str, str]], pairs: Sequence[Pair], takes: Mapping[Key, str]
) -> dict[Key, Row]:
    """The rows that a round would get: share, se, n by unit and item of its criteria.

    ``takes`` says by group and item of the findings which item takes it; empty, or an item that
    the group does not have, for none. What is not said is taken as guessed.
    """
    found: dict[Key, Row] = {}
    for pair in pairs:
        code = takes.get((pair.group.name, pair.item), pair.guess)
        if all(one.code != code for one in pair.group.items):
            continue
        for one in findings:
            if one["item"] == pair.item and one["unit"] in pair.group.units:
                found[one["unit"], code] = (one["share"], one["se"], one["n"])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A findings table with new rows in it: its text, and what each new row does to it.

    ``before`` holds what stood in place of rows that are replaced.
    """

    text: str
    before: Mapping[Key, Row]
    added: int
    replaced: int
    kept: int


def merged(round_: Round, rows: Mapping[Key, Row]) -> Merged:
    """The findings of a round as they would be with some rows put in: share, se, n by unit, item.

    Every other row stays as it is.
    """
    known = _standing(round_)
    both = {key: known[key] for key in rows if key in known}
    table = known | dict(rows)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((*key, *row) for key, row in sorted(table.items()))
    return Merged(
        text=stream.getvalue(),
        before=both,
        added=len(rows) - len(both),
        replaced=len(both),
        kept=len(known) - len(both),
    )


def _standing(round_: Round) -> dict[Key, Row]:
    """The findings that a round has, with decimal points whatever they were written with."""
    table = tables_of(round_).get(FINDINGS)
    if table is None:
        return {}
    header = table.content.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    found = {}
    for one in csv.DictReader(io.StringIO(table.content), delimiter=separator):
        cells = (one["share"], one.get("se") or "", one.get("n") or "")
        share, se, n = (text.strip().replace(",", ".") for text in cells)
        found[one["unit"].strip(), one["item"].strip()] = (share, se, n)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a survey found of a unit: a share of 1, its standard error, and of how many answers.

    The last two are None where the table does not say.
    """

    share: Decimal
    se: Decimal | None
    n: int | None


def figure_for(actor: Actor, opened: OpenSheet, code: str) -> Figure | None:
    """The finding of a sheet's item that nobody enters, or None: units see it with what else was
    found of them, once a phase shows that.
    """
    _area, item = opened.items[code]
    round_ = opened.sheet.round
    if item.source not in _FED or not permissions.can_see_findings(
        actor,
        opened.place,
        shown_to_units=shows_findings(opened.phases, round_),
        entrusted_to=opened.entrusted.get(code),
        bodies=opened.bodies.of(opened.sheet),
    ):
        return None
    row = _standing(round_).get((opened.sheet.unit.slug, code))
    if row is None:
        return None
    share, se = parse_decimal(row[0]), parse_decimal(row[1])
    if share is None:
        return None
    return Figure(share=share, se=se, n=int(row[2]) if row[2].isdecimal() else None)
