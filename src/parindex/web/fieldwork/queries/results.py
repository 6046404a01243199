"""The results of a wave: what was estimated, its findings, its change, whom to interview again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.bridge import estimates
from parindex.web.fieldwork.bridge.answered import Answered, CellOfAnswers
from parindex.web.fieldwork.models import Estimated, Invitation, Recheck, Response, Wave
from parindex.web.people.actor import Actor


def answered_of(wave: Wave) -> Answered:
    """The mixed answers of a wave as estimation reads them; the caller may run the wave."""
    cells = list(wave.cells.select_related("unit").order_by("position"))
    place = {one.id: at for at, one in enumerate(cells)}
    rows = Response.objects.filter(wave=wave).order_by("id").values_list("cell_id", "answers")
    cell_of_row, answers = [], []
    for cell, said in rows.iterator(chunk_size=2_000):
        cell_of_row.append(place[cell])
        answers.append(said)
    return Answered(
        cells=[
            CellOfAnswers(
                unit=one.unit.slug if one.unit else "",
                service=one.service,
                stratum=one.stratum,
                respondents=one.respondents,
                design=one.design,
                n_drawn=one.n_drawn,
                counter=one.is_counter,
                pooled_into=place.get(one.pooled_into_id) if one.pooled_into_id else None,
            )
            for one in cells
        ],
        cell_of_row=cell_of_row,
        answers=answers,
        plan=wave.plan,
    )


def latest(actor: Actor, wave: Wave) -> Estimated | None:
    """The results of a wave that stand, for those who run or watch it."""
    if not permissions.watches(actor, issuer=wave.issuer_id):
        return None
    return wave.estimates.order_by("-number").first()


def content_of(results: Estimated) -> dict[str, Any]:
    """What results say: see ``bridge/estimates.py``; numbers are texts."""
    said: dict[str, Any] = json.loads(results.content)
    return said


def findings_csv(wave: Wave) -> str:
    """The findings of the results that stand, as the contract's findings.csv; empty without any.

    The caller may run or watch the wave.
    """
    results = wave.estimates.order_by("-number").first()
    return estimates.findings_csv(results.content) if results is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOf:
    """The change of an index between two waves in percentage points; None where not comparable."""

    measure: str
    of: str
    domain: str
    points: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None


def changes_since(before: Estimated, now: Estimated, *, confidence: Decimal) -> Sequence[ChangeOf]:
    """The change of every index between two waves' results, in the order of the later."""
    return [
        ChangeOf(
            measure=str(one.measure),
            of=one.of,
            domain=one.domain,
            points=getattr(one, "points", None),
            se=getattr(one, "se", None),
            ci_low=getattr(one, "ci_low", None),
            ci_high=getattr(one, "ci_high", None),
        )
        for one in estimates.changes_between(before.content, now.content, confidence=confidence)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckLine:
    """A group to interview again: why, and whom to telephone; nothing of what anybody said."""

    recheck: Recheck
    cell: str
    interviewer: str
    signals: Mapping[str, Any]
    people: Sequence[Invitation]


def rechecks_of(actor: Actor, wave: Wave) -> list[RecheckLine]:
    """Whom to interview again, the most suspicious first; for those who run the wave."""
    if not permissions.can_run_waves(actor, issuer=wave.issuer_id):
        return []
    rows = wave.rechecks.select_related("cell__unit").prefetch_related("people")
    return [
        RecheckLine(
            recheck=one,
            cell=_cell_words(one),
            interviewer=one.interviewer,
            signals=one.signals,
            people=sorted(one.people.all(), key=lambda person: str(person.id)),
        )
        for one in sorted(rows, key=lambda one: -float(one.signals["score"]))
    ]


def _cell_words(one: Recheck) -> str:
    if one.cell is None:
        return ""
    unit = one.cell.unit.name if one.cell.unit else ""
    return ", ".join(part for part in (unit, one.cell.service, one.cell.psu) if part)
