"""Ending a wave: it is closed, its answers are mixed, and what could undo the mixing is burnt.

Mixing is one transaction. Killed before its end, nothing happened; killed after, the key is burnt
at the next start. See docs/decisions/0012.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from parindex.vietnamese import has_words
from parindex.web.fieldwork import pooling, sealing
from parindex.web.fieldwork.actions.gate import hold_wave, move, note, run_by
from parindex.web.fieldwork.models import (
    Box,
    Cell,
    Entry,
    Invitation,
    Quota,
    Reservation,
    Response,
    Wave,
)
from parindex.web.fieldwork.pooling import Opened, Place, Pool
from parindex.web.fieldwork.queries.mixed import digest_of
from parindex.web.fieldwork.states import MIXED, WaveMove, WaveState
from parindex.web.journal import clock
from parindex.web.journal.actions import action, unchanged
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError

_BATCH: Final = 500
# What held a sealed answer, or said when a code was used.
_EMPTIED: Final = ("fieldwork_box", "fieldwork_entry", "fieldwork_reservation")


@action
def close_wave(actor: Actor, wave: UUID, *, reason: str = "") -> Wave:
    """Close a wave: no answer comes in any more but what was given offline before.

    A reason is needed before its time is over.
    """
    held = run_by(actor, wave)
    if clock.written_at() < held.closes_at and not has_words(reason):
        raise RefusedError("refused.no_reason")
    return _close(actor, held, reason)


def _close(actor: Actor | None, held: Wave, reason: str) -> Wave:
    hold_wave(held.id, shared=False)
    move(held, WaveMove.CLOSE)
    held.save(update_fields=["state"])
    used = held.invitations.filter(used=True).count()
    note("wave.closed", actor, held, after={"used": used}, reason=reason)
    return held


@action
def reopen_wave(actor: Actor, wave: UUID, *, closes_at: datetime, reason: str) -> Wave:
    """Open a closed wave again, before its answers are mixed, until a later moment."""
    held = run_by(actor, wave)
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    move(held, WaveMove.REOPEN)
    if closes_at <= clock.written_at():
        raise RefusedError("refused.until_past")
    held.closes_at, held.syncs_until = closes_at, max(held.syncs_until, closes_at)
    held.save(update_fields=["state", "closes_at", "syncs_until"])
    note("wave.reopened", actor, held, after={"closes_at": closes_at.isoformat()}, reason=reason)
    return held


def close_due() -> int:
    """Close the waves whose time is over; how many there were."""
    due = Wave.objects.filter(state=WaveState.OPEN, closes_at__lt=clock.now())
    ids = list(due.values_list("id", flat=True))
    for one in ids:
        _close_due(one)
    return len(ids)


@action
def _close_due(wave: UUID) -> None:
    held = Wave.objects.select_for_update(of=("self",), no_key=True).get(id=wave)
    if held.state == WaveState.OPEN and held.closes_at < clock.written_at():
        _close(None, held, "")
    else:
        unchanged()


# ---- mixing


def mix(actor: Actor, wave: UUID, *, accepting: str = "") -> Wave:
    """Mix the answers of a closed wave: from now on nobody can tell which is whose.

    What is missing in the box, or does not open, is refused unless ``accepting`` says why it is
    taken so. Raises RefusedError: fieldwork.no_key, .box_differs, .waits (forms that are not
    settled, answers that may still come in).
    """
    return _mix(actor, wave, accepting=accepting)


@action
def _mix(actor: Actor, wave: UUID, *, accepting: str) -> Wave:
    held = run_by(actor, wave)
    # Answers that are coming in now are waited for.
    hold_wave(held.id, shared=False)
    move(held, WaveMove.MIX)
    accepted = has_words(accepting)
    if not accepted:
        _refuse_what_waits(held)
    key = sealing.key_of(settings.KEYS_FOLDER, held.id)
    if key is None:
        raise RefusedError("fieldwork.no_key")
    answers, damaged = _opened(held, key)
    used = held.invitations.filter(used=True).count()
    if not accepted and (damaged or len(answers) != used):
        raise RefusedError("fieldwork.box_differs", used=used, found=len(answers), damaged=damaged)
    cells = list(held.cells.order_by("position"))
    pooled = pooling.pooled(answers, [_place(one) for one in cells], least=held.min_cell)
    responses = _shuffled(held, pooled.pools)
    Response.objects.bulk_create(responses, batch_size=_BATCH)
    held.mixed_digest = digest_of(responses)
    held.n_mixed, held.n_withheld = len(responses), pooled.withheld
    held.save(update_fields=["state", "mixed_digest", "n_mixed", "n_withheld"])
    _empty(held)
    note(
        "wave.mixed", actor, held, reason=accepting,
        after={
            "answers": held.n_mixed,
            "withheld": held.n_withheld,
            "used": used,
            "damaged": damaged,
            "digest": held.mixed_digest,
        },
    )  # fmt: skip
    transaction.on_commit(lambda: burn(held.id))
    return held


def _refuse_what_waits(wave: Wave) -> None:
    waiting = Entry.objects.filter(invitation__wave=wave).values("invitation").distinct().count()
    if waiting:
        raise RefusedError("fieldwork.forms_wait", count=waiting)
    if clock.written_at() <= wave.syncs_until:
        until = wave.syncs_until.astimezone(clock.VIETNAM)
        raise RefusedError("fieldwork.may_still_come", until=f"{until:%H:%M %d/%m/%Y}")


def _opened(wave: Wave, key: bytes) -> tuple[list[Opened], int]:
    """The answers of the box, and how many of them do not open."""
    answers, damaged = [], 0
    cells = set(wave.cells.values_list("id", flat=True))
    sealed = Box.objects.filter(wave=wave).values_list("sealed", flat=True)
    for one in sealed.iterator(chunk_size=_BATCH):
        try:
            said = json.loads(sealing.open_sealed(bytes(one), private_key=key, wave=wave.id))
        except sealing.DamagedError:
            damaged += 1
            continue
        opened = Opened(**{**said, "cell": UUID(said["cell"])})
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


def _shuffled(wave: Wave, pools: Sequence[Pool]) -> list[Response]:
    """The answers as rows, in an order that nobody chose and nothing remembers."""
    rows = [
        Response(
            wave=wave,
            cell_id=cell,
            answers=dict(one.answers),
            mode=one.mode,
            interviewer=one.interviewer,
            week=date.fromisoformat(one.week) if one.week else None,
            seconds=one.seconds,
        )
        for cell, pool in ((_cell_of(wave, pool), pool) for pool in pools)
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
        stratum=cells[0].stratum,
        psu=" + ".join(dict.fromkeys(one.psu for one in cells if one.psu)),
        unit=cells[0].unit,
        service=cells[0].service if len({one.service for one in cells}) == 1 else "",
        respondents=cells[0].respondents,
        design=pooling.design_of(pool),
    )
    Cell.objects.filter(id__in=[one.id for one in cells]).update(pooled_into=made)
    return made.id


def _empty(wave: Wave) -> None:
    """Remove what is sealed, and what was held for those who had begun."""
    # After the state is written: the box lets itself be emptied only then.
    Box.objects.filter(wave=wave).delete()
    Entry.objects.filter(invitation__wave=wave).delete()
    Reservation.objects.filter(invitation__wave=wave).delete()
    Quota.objects.filter(wave=wave).update(reserved=0)


def burn(wave: UUID) -> None:
    """Destroy the key of a mixed wave, and what is left of the sealed in the tables' pages.

    Done once the mixing is committed; done again it changes nothing.
    """
    if Wave.objects.filter(id=wave, state__in=MIXED).exists():
        sealing.destroy_key(settings.KEYS_FOLDER, wave)
        vacuum(*_EMPTIED)


def finish_mixing() -> int:
    """Burn the keys of waves that were mixed by one who was stopped right after; how many."""
    kept = [one for one, _ in sealing.kept_keys(settings.KEYS_FOLDER)]
    mixed = Wave.objects.filter(id__in=kept, state__in=MIXED).values_list("id", flat=True)
    for one in mixed:
        burn(one)
    return len(mixed)


def vacuum(*tables: str) -> None:
    """Clear removed rows out of the pages of tables."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM {table}")


# ---- and the people


@action
def forget_contacts(actor: Actor, wave: UUID) -> int:
    """Forget the names, telephones and addresses of all who were invited to a mixed wave."""
    held = run_by(actor, wave)
    if held.state not in MIXED:
        raise RefusedError("fieldwork.move", state=held.state, move="forget_contacts")
    return _forget(actor, held)


def forget_due() -> int:
    """The same for the waves whose day has come; how many there were."""
    due = Wave.objects.filter(state__in=MIXED, contacts_until__lt=clock.today())
    known = due.filter(invitations__in=Invitation.objects.exclude(**_NOBODY)).distinct()
    ids = list(known.values_list("id", flat=True))
    for one in ids:
        _forget_due(one)
    return len(ids)


@action
def _forget_due(wave: UUID) -> None:
    _forget(None, Wave.objects.select_for_update(of=("self",), no_key=True).get(id=wave))


_NOBODY: Final = {"name": "", "phone": "", "address": "", "dossier": "", "reason": ""}


def _forget(actor: Actor | None, wave: Wave) -> int:
    known = wave.invitations.exclude(**_NOBODY)
    count = known.update(**_NOBODY)
    note("contacts.forgotten", actor, wave, after={"count": count})
    transaction.on_commit(lambda: vacuum("fieldwork_invitation"))
    return count
