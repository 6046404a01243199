"""Reads for those who fill a sheet: what may be done to it now, and what an entry would earn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from parindex.criteria.rules import Source
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.bridge import Said, Written
from parindex.web.assessment.models import ItemLine, Question, ScoreEntry
from parindex.web.assessment.queries.rounds import extended_until, shown_stages
from parindex.web.assessment.queries.sheets import OpenSheet, Row
from parindex.web.assessment.states import MOVES, PhaseKind, SheetMove, SheetState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor

if TYPE_CHECKING:
    from parindex.scoring.explain import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a person may do to a sheet at this moment; ``until`` is when self-scoring ends for it.

    ``heads``: the person is the head of its unit. ``barred`` says why nothing may be claimed,
    although the person fills the sheet: locked, closed, not_opened or nothing.
    """

    fills: bool
    heads: bool
    claims: bool
    hands_in: bool
    signs: bool
    sends_back: bool
    attaches: bool
    answers: bool
    until: datetime | None
    barred: str = ""


def rights(actor: Actor, opened: OpenSheet) -> Rights:
    """What the person may do to a sheet now; the actions ask the same again when they write."""
    now, state, place = clock.now(), opened.place.state, opened.place
    phase = opened.phase_of(PhaseKind.SELF_SCORING)
    until, in_time = None, False
    if phase is not None:
        extended = extended_until(phase, opened.sheet.id)
        until = max([phase.closes_at, *extended])
        in_time = phase.window.is_open(now, extended=extended)
    explaining = state is SheetState.EXPLAINING and (
        opened.in_time(PhaseKind.EXPLANATION, now) is not None
    )
    drafting = state is SheetState.DRAFTING
    hands = permissions.handing_in_standing(actor, place) is not None
    signs = permissions.signing_standing(actor, place) is not None
    fills = permissions.fills(actor, place)
    barred = ""
    if phase is None:
        barred = "not_opened"
    elif not drafting:
        barred = "locked"
    elif not in_time:
        barred = "closed"
    return Rights(
        fills=fills,
        heads=signs,
        claims=fills and drafting and in_time,
        hands_in=hands and drafting and in_time,
        signs=signs and in_time and state in MOVES[SheetMove.SIGN].sources,
        sends_back=signs and in_time and state in MOVES[SheetMove.SEND_BACK].sources,
        attaches=hands
        and state in {SheetState.DRAFTING, SheetState.IN_UNIT_REVIEW, SheetState.SUBMITTED},
        answers=fills and explaining,
        until=until,
        barred=barred if fills else "",
    )


def claim_barred(allowed: Rights, row: Row) -> str:
    """Why an item may not be claimed by the person now, in one word; empty where it may."""
    if row.item.source is not Source.APPRAISAL:
        return "not_entered"
    if row.line is not None and row.line.not_applicable:
        return "not_applicable"
    if not row.mine:
        return "entrusted" if allowed.fills and row.entrusted else "not_yours"
    return "" if allowed.claims else allowed.barred


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What fields would earn, and why; nothing is written."""

    said: Said
    points: Decimal
    maximum: Decimal
    why: Why


def worth(
    opened: OpenSheet,
    code: str,
    fields: Mapping[str, str],
    *,
    language: str,
    written: Written = "typed",
) -> Worth | None:
    """What the fields of an item would earn; None where they say nothing.

    Raises UnusableInputError with what the contract refuses.
    """
    said = {key: value for key, value in fields.items() if value.strip()}
    if not said:
        return None
    rulebook, item = opened.sheet.group.rulebook, opened.items[code][1]
    scored = bridge.read_said(rulebook, item, said, written=written)
    return Worth(
        said=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        why=bridge.why(rulebook, item, scored.said, language=language),
    )


def law_of(opened: OpenSheet, code: str, *, language: str) -> tuple[str, str]:
    """The decision that an item rests on, and where in it."""
    return bridge.law_of(opened.sheet.group.rulebook, opened.items[code][1], language=language)


def question_open(actor: Actor, opened: OpenSheet, code: str) -> Question | None:
    """The question about an item that the person may answer now."""
    if opened.place.state is not SheetState.EXPLAINING:
        return None
    entrusted = opened.entrusted.get(code)
    if permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted) is None:
        return None
    phase = opened.in_time(PhaseKind.EXPLANATION, clock.now())
    if phase is None:
        return None
    return Question.objects.filter(sheet=opened.sheet, item=code, number=phase.number).first()


def questions_of(actor: Actor, opened: OpenSheet) -> list[Question]:
    """Everything that was asked about a sheet and that the person may read, in rulebook order."""
    found = (
        Question.objects.filter(sheet=opened.sheet)
        .select_related("person")
        .prefetch_related("answers__person")
    )
    order = {code: at for at, code in enumerate(opened.items)}
    bodies = opened.bodies.of(opened.sheet)
    stages = shown_stages(opened.phases, opened.sheet.round)
    seen = [
        one
        for one in found
        if permissions.can_see_findings(
            actor,
            opened.place,
            shown_to_units=f"appraised-{one.number}" in stages,
            bodies=bodies,
        )
    ]
    return sorted(seen, key=lambda one: (-one.number, order.get(one.item, len(order))))


def claims_of(actor: Actor, opened: OpenSheet) -> dict[str, ScoreEntry]:
    """The claim that stands of each item, where the person may read them."""
    bodies = opened.bodies.of(opened.sheet)
    if not permissions.can_see_claims(actor, opened.place, bodies=bodies):
        return {}
    lines = ItemLine.objects.filter(sheet=opened.sheet, claim__isnull=False)
    return {
        one.item: one.claim
        for one in lines.select_related("claim__person")
        if one.claim is not None
    }
