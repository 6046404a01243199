"""Mixing the answers of a wave, and burning what could undo it.

Mixing is one transaction. Killed before its end, nothing happened; killed after, the key is burnt
at the next start. See docs/decisions/0014.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from parindex.vietnamese import has_words
from parindex.web.fieldwork import pooling, sealing
from parindex.web.fieldwork.actions import burning
from parindex.web.fieldwork.actions.gate import hold_wave, move, note, run_by
from parindex.web.fieldwork.bridge import rechecks
from parindex.web.fieldwork.bridge.rechecks import Came, RecheckPlan
from parindex.web.fieldwork.models import (
    Box,
    Cell,
    Entry,
    Quota,
    Recheck,
    Reservation,
    Response,
    Wave,
)
from parindex.web.fieldwork.opening import UnreadableError, opened_of
from parindex.web.fieldwork.pooling import Opened, Place, Pool
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.mixed import digest_of
from parindex.web.fieldwork.queries.typing import forms_waiting
from parindex.web.fieldwork.states import WaveMove
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError

# What is refused unless somebody says why it is taken so.
FORMS_WAIT: Final = "fieldwork.forms_wait"
MAY_STILL_COME: Final = "fieldwork.may_still_come"
BOX_DIFFERS: Final = "fieldwork.box_differs"
ACCEPTABLE: Final = (FORMS_WAIT, MAY_STILL_COME, BOX_DIFFERS)
NOTHING: Final[Mapping[str, str]] = {}
_BATCH: Final = 500


@action
def mix(
    actor: Actor,
    wave: UUID,
    *,
    accepting: Mapping[str, str] = NOTHING,
    recheck: RecheckPlan | None = None,
) -> Wave:
    """Mix the answers of a closed wave: from now on nobody can tell which is whose.

    While the box is open the list of whom to interview again is made, by ``recheck``. Forms that
    wait, a time that is not over, a box that lacks answers or holds some that do not open are
    refused each, unless ``accepting`` says by the refusal's code why it is taken so. Raises
    RefusedError: fieldwork.no_key, .forms_wait, .may_still_come, .box_differs.
    """
    held = run_by(actor, wave)
    # Answers that are coming in now are waited for.
    hold_wave(held.id)
    move(held, WaveMove.MIX)
    accepted = {code: accepting[code] for code in ACCEPTABLE if has_words(accepting.get(code, ""))}
    _refuse_what_waits(held, accepted)
    key = sealing.key_of(settings.KEYS_FOLDER, held.id)
    if key is None:
        raise RefusedError("fieldwork.no_key")
    answers, damaged = _opened(held, key)
    used = held.invitations.filter(used=True).count()
    if BOX_DIFFERS not in accepted and (damaged or len(answers) != used):
        raise RefusedError(BOX_DIFFERS, used=used, found=len(answers), damaged=damaged)
    places = [_place(one) for one in held.cells.order_by("position")]
    pooled = pooling.pooled(answers, places, least=held.min_cell)
    cells = [_cell_of(held, pool) for pool in pooled.pools]
    plan = recheck or RecheckPlan()
    n_rechecks = _list_rechecks(held, pooled.pools, cells, plan)
    responses = _shuffled(held, pooled.pools, cells)
    Response.objects.bulk_create(responses, batch_size=_BATCH)
    held.mixed_digest = digest_of(responses)
    held.n_mixed, held.n_withheld = len(responses), pooled.withheld
    held.save(update_fields=["state", "mixed_digest", "n_mixed", "n_withheld"])
    _empty(held)
    note(
        "wave.mixed", actor, held, reason="; ".join(dict.fromkeys(accepted.values())),
        after={
            "answers": held.n_mixed,
            "withheld": held.n_withheld,
            "used": used,
            "damaged": damaged,
            "accepted": sorted(accepted),
            "digest": held.mixed_digest,
            "recheck": plan.plain(),
            "rechecks": n_rechecks,
        },
    )  # fmt: skip
    transaction.on_commit(lambda: burning.burn(held.id))
    return held


def _refuse_what_waits(wave: Wave, accepted: Mapping[str, str]) -> None:
    waiting = forms_waiting(wave)
    if waiting and FORMS_WAIT not in accepted:
        raise RefusedError(FORMS_WAIT, count=waiting)
    if clock.written_at() <= wave.syncs_until and MAY_STILL_COME not in accepted:
        until = wave.syncs_until.astimezone(clock.VIETNAM)
        raise RefusedError(MAY_STILL_COME, until=f"{until:%H:%M %d/%m/%Y}")


def _opened(wave: Wave, key: bytes) -> tuple[list[Opened], int]:
    """The answers of the box, and how many of them do not open."""
    answers, damaged = [], 0
    cells = set(wave.cells.values_list("id", flat=True))
    sealed = Box.objects.filter(wave=wave).values_list("sealed", flat=True)
    for one in sealed.iterator(chunk_size=_BATCH):
        try:
            opened = opened_of(sealing.open_sealed(bytes(one), private_key=key, wave=wave.id))
        except (sealing.DamagedError, UnreadableError):
            damaged += 1
            continue
        if opened.cell in cells:
            answers.append(opened)
        else:
            damaged += 1
    return answers, damaged


def _place(cell: Cell) -> Place:
    return Place(
        id=cell.id,
        design=cell.design,
        unit=cell.unit_id,
        service=cell.service,
        respondents=cell.respondents,
    )


def _shuffled(wave: Wave, pools: Sequence[Pool], cells: Sequence[UUID]) -> list[Response]:
    """The answers as rows, in an order that nobody chose and nothing remembers."""
    rows = [
        Response(
            wave=wave,
            cell_id=cell,
            answers=dict(one.answers),
            mode=one.mode,
            interviewer=one.interviewer,
            week=date.fromisoformat(one.week) if one.week else None,
        )
        for cell, pool in zip(cells, pools, strict=True)
        for one in pool.answers
    ]
    secrets.SystemRandom().shuffle(rows)
    return rows


def _cell_of(wave: Wave, pool: Pool) -> UUID:
    """The cell that the answers of a pool stand in: its only one, or one made of several."""
    if len(pool.places) == 1:
        return pool.places[0].id
    cells = list(Cell.objects.filter(id__in=[one.id for one in pool.places]).order_by("position"))
    last = wave.cells.aggregate(last=Max("position"))["last"]
    made = Cell.objects.create(
        wave=wave,
        position=last + 1,
        draw=cells[0].draw if cells[0].is_counter else "",
        stratum=cells[0].stratum,
        psu=" + ".join(dict.fromkeys(one.psu for one in cells if one.psu)),
        unit=cells[0].unit,
        service=cells[0].service if len({one.service for one in cells}) == 1 else "",
        respondents=cells[0].respondents,
        design=pooling.design_of(pool),
    )
    Cell.objects.filter(id__in=[one.id for one in cells]).update(pooled_into=made)
    return made.id


def _list_rechecks(
    wave: Wave, pools: Sequence[Pool], cells: Sequence[UUID], plan: RecheckPlan
) -> int:
    """Keep whom to interview again: people by lot from each group whose answers look wrong."""
    came = [
        Came(
            answers=one.answers,
            cell=at,
            interviewer=one.interviewer,
            seconds=one.seconds,
            ended_at=one.ended_at,
        )
        for at, pool in enumerate(pools)
        for one in pool.answers
    ]
    found = rechecks.suspicions(came, questionnaire_for(wave), plan, least=wave.min_cell)
    at = clock.written_at()
    for one in found:
        made = Recheck.objects.create(
            wave=wave,
            cell_id=None if one.cell is None else cells[one.cell],
            interviewer=one.interviewer,
            signals={
                "answers": one.n,
                "score": f"{one.score:.3f}",
                "shares": {name: f"{share:.3f}" for name, share in one.signals.items()},
            },
            at=at,
        )
        asked = wave.invitations.filter(used=True)
        if one.interviewer:
            asked = asked.filter(assigned__interviewer__code=one.interviewer)
        if one.cell is not None:
            asked = asked.filter(cell__in=[place.id for place in pools[one.cell].places])
        known = list(asked.only("id"))
        count = min(plan.people, len(known))
        made.people.set(list(secrets.SystemRandom().sample(known, count)))
    return len(found)


def _empty(wave: Wave) -> None:
    """Remove what is sealed, and what was held for those who had begun."""
    # After the state is written: the box lets itself be emptied only then.
    Box.objects.filter(wave=wave).delete()
    Entry.objects.filter(invitation__wave=wave).delete()
    Reservation.objects.filter(invitation__wave=wave).delete()
    Quota.objects.filter(wave=wave).update(reserved=0)
