"""Findings put into a round's table: which items take them, what stands there, what comes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from parindex.criteria.rules import Source
from parindex.web.assessment.bridge import items_of
from parindex.web.assessment.models import Round
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import groups_of, rounds_for, tables_of
from parindex.web.assessment.states import RoundState
from parindex.web.people.actor import Actor

FINDINGS: Final = "findings.csv"
_COLUMNS: Final = ("unit", "item", "share", "se", "n")
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
            if item.source in {Source.SURVEY, Source.INDEX}
        ]
        if items and units.get(group.name):
            found.append(FedGroup(name=group.name, units=units[group.name], items=items))
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
