"""A round as its folder, and its provisional result for those whom the phase allows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Max

from parindex.errors import IncompleteError, ParindexError, Problem
from parindex.web.assessment import permissions
from parindex.web.assessment.bridge import (
    MemoryFiles,
    RoundRows,
    Said,
    as_files,
    items_of,
    run_of,
    unit_why,
)
from parindex.web.assessment.models import ItemLine, Round, ScoreEntry, Table
from parindex.web.assessment.queries.rounds import groups_of, phase_at, phases_of, shows_findings
from parindex.web.assessment.queries.sheets import place_of
from parindex.web.assessment.states import PRIVATE, SELF, RoundState
from parindex.web.people.actor import Actor

if TYPE_CHECKING:
    from parindex.scoring.explain import Why
    from parindex.scoring.folder import RoundFolder
    from parindex.scoring.run import IndexRun

_NOT_YET = "Chưa có kết quả, tạm không tính"


def files_of(round_: Round, *, tables: Mapping[str, str] | None = None) -> MemoryFiles:
    """The round as the contract's folder: the units' claims once they are handed in, every
    stage's score that stands, and the newest tables; ``tables`` stand in for those kept.
    """
    newest = {
        one.name: one.content for one in Table.objects.filter(round=round_).order_by("version")
    }
    return as_files(_rows(round_, newest | dict(tables or {}), partial=False))


def _rows(round_: Round, tables: Mapping[str, str], *, partial: bool) -> RoundRows:
    groups = groups_of(round_)
    sheets = list(
        round_.sheets.select_related("unit", "group").order_by("group__position", "unit__slug")
    )
    unit_of = {one.id: one.unit.slug for one in sheets}
    private = {one.id for one in sheets if one.state in PRIVATE}
    entries: list[tuple[str, str, str, Said]] = []
    found = (
        ScoreEntry.objects.filter(sheet__round=round_, seat=0)
        .order_by("sheet_id", "item", "stage", "-version")
        .distinct("sheet_id", "item", "stage")
        .values_list("sheet_id", "item", "stage", "quantity")
    )
    for sheet, item, stage, quantity in found.iterator(chunk_size=10_000):
        if quantity and not (stage == SELF and sheet in private):
            entries.append((unit_of[sheet], item, stage, quantity))
    if partial:
        entries += _not_yet(round_, tables, entries)
    return RoundRows(
        slug=round_.slug,
        index=round_.index,
        year=round_.year,
        reference_date=round_.reference_date,
        stages=round_.stages,
        final_from=round_.final_from,
        missing_is_zero=round_.missing_is_zero or partial,
        groups=[(one.name, one.rulebook) for one in groups],
        units=[(one.unit.slug, one.unit.name, one.group.name, one.ranked) for one in sheets],
        entries=entries,
        tables=tables,
    )


def _not_yet(
    round_: Round, tables: Mapping[str, str], entries: list[tuple[str, str, str, Said]]
) -> list[tuple[str, str, str, Said]]:
    """Entries by which items without a score or measure yet are left out of a provisional result:
    counted as 0 they would show the progress of appraisal, not the unit.
    """
    measured = {
        (row["unit"], row["item"])
        for name in ("findings.csv", "facts.csv")
        for row in csv.DictReader(io.StringIO(tables.get(name, "")))
        if "unit" in row and "item" in row
    }
    measured |= {(unit, item) for unit, item, stage, _ in entries if stage != SELF}
    stage = round_.final_from[-1]
    fresh: list[tuple[str, str, str, Said]] = []
    for sheet in round_.sheets.select_related("unit", "group__rulebook"):
        for code in items_of(sheet.group.rulebook):
            if (sheet.unit.slug, code) not in measured:
                said = {"not_applicable": "yes", "reason": _NOT_YET}
                fresh.append((sheet.unit.slug, code, stage, said))
    return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One unit's place in the provisional result."""

    unit: str
    name: str
    group: str
    index: Decimal | None
    rank: int | None
    of: int
    classification: str
    missing: int
    # Against last year; None where there is nothing to compare.
    change: Decimal | None = None
    rank_change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisional:
    """What the index would be as things stand; ``problems`` when it cannot be computed.

    ``lacking`` is what a complete result still needs: final entries and measures.
    """

    places: tuple[Place, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = False
    lacking: tuple[Problem, ...] = ()


def provisional_for(actor: Actor, round_: Round) -> Provisional | None:
    """The provisional index and ranks, or None for whom the phase does not allow them."""
    return result_of(round_) if sees_provisional(actor, round_) else None


def sees_provisional(actor: Actor, round_: Round) -> bool:
    """Whether the phase that is open lets the person see the provisional index and ranks."""
    phase = phase_at(phases_of(round_))
    return permissions.can_see_provisional(
        actor,
        issuer=round_.issuer_id,
        round_=round_.id,
        state=RoundState(round_.state),
        allowed=phase.provisional_for if phase is not None else [],
    )


def result_of(round_: Round) -> Provisional:
    """The result as things stand, for whoever has asked leave already."""
    # The count too: of two writers the one with the earlier moment may be seen last.
    scored = ScoreEntry.objects.filter(sheet__round=round_).aggregate(at=Max("at"), n=Count("id"))
    tables = Table.objects.filter(round=round_).count()
    return _computed(round_.id, round_.state, f"{scored['at']} {scored['n']} {tables}")


@lru_cache(maxsize=8)
def _computed(round_id: UUID, _state: str, _latest: str) -> Provisional:
    try:
        _, run, lacking = _as_it_stands(Round.objects.get(id=round_id))
    except ParindexError as error:
        return Provisional(places=(), problems=error.problems)
    lacks = Counter(str(one.values.get("unit", "")) for one in lacking)
    places = []
    for group in run.groups:
        n_ranked = group.figures().n_ranked
        names = {one.id: one.name.vi for one in group.criteria.classes}
        for at in group.in_order():
            result, change = group.results[at], run.change(group, at)
            places.append(
                Place(
                    unit=group.units[at].id,
                    name=group.units[at].name,
                    group=group.name,
                    index=group.index(at),
                    rank=group.ranks[at],
                    of=n_ranked,
                    classification=names.get(result.classification or "", ""),
                    missing=lacks[group.units[at].id]
                    + sum(score.marker == "missing" for score in result.scores),
                    change=change.index,
                    rank_change=change.rank,
                )
            )
    return Provisional(places=tuple(places), complete=not lacking, lacking=lacking)


def _as_it_stands(round_: Round) -> tuple[RoundFolder, IndexRun, tuple[Problem, ...]]:
    """The calculation with what there is, and what a complete one lacks."""
    tables = {
        one.name: one.content for one in Table.objects.filter(round=round_).order_by("version")
    }
    lacking: tuple[Problem, ...] = ()
    try:
        folder, run = run_of(as_files(_rows(round_, tables, partial=False)))
    except IncompleteError as error:
        lacking = error.problems
        folder, run = run_of(as_files(_rows(round_, tables, partial=True)))
    return folder, run, lacking


def why_for(actor: Actor, round_: Round, unit: str, *, language: str) -> Why | None:
    """Why a unit has its provisional index, down to the rule and the entry; None for whom the
    phase does not allow it, for a unit that is not there, and where nothing can be computed.

    Until approval the units read their own reasons alone, and only once findings are shown.
    """
    sheet = round_.sheets.filter(unit__slug=unit).select_related("unit", "round").first()
    if sheet is None or not sees_provisional(actor, round_):
        return None
    everything = permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id)
    if not everything and round_.state not in {RoundState.APPROVED, RoundState.CLOSED}:
        own = permissions.fills(actor, place_of(sheet))
        if not own or not shows_findings(phases_of(round_), round_):
            return None
    try:
        folder, run, _ = _as_it_stands(round_)
    except ParindexError:
        return None
    return unit_why(folder, run, unit, language=language)


def folder_for(actor: Actor, round_: Round) -> Mapping[str, bytes] | None:
    """The files of the round's folder by name, for `parindex score`; for those who run it."""
    if not permissions.can_run_round(actor, issuer=round_.issuer_id):
        return None
    return files_of(round_).contents


def claimed_and_found(round_: Round) -> dict[str, tuple[Decimal, Decimal]]:
    """For each unit's slug, the points claimed and found so far."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    lines = ItemLine.objects.filter(sheet__round=round_).values_list(
        "sheet__unit__slug", "claimed", "found"
    )
    for slug, claimed, found in lines:
        before = sums.get(slug, (Decimal(0), Decimal(0)))
        sums[slug] = (before[0] + (claimed or 0), before[1] + (found or 0))
    return sums
