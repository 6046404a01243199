"""Drawing a wave's people: the frame is fixed first, the seed is said then, anybody can redo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from parindex.web.fieldwork.actions.gate import move, note, run_by
from parindex.web.fieldwork.bridge import frames
from parindex.web.fieldwork.bridge.frames import CellRow, FrameLook
from parindex.web.fieldwork.models import Cell, Invitation, Wave
from parindex.web.fieldwork.queries.frames import known_units, look_for
from parindex.web.fieldwork.states import InvitationState, WaveMove, WaveState
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError

_BATCH: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnWave:
    """What was drawn, and the cells too small for anybody to hide in: their strata and sizes."""

    wave: Wave
    counts: Mapping[str, int]
    too_small: tuple[tuple[str, str, int], ...]


@action
def register_frame(
    actor: Actor,
    wave: UUID,
    frame: bytes,
    *,
    plan: bytes,
    columns: Mapping[str, str],
    file: str,
) -> FrameLook:
    """Fix the frame and the plan of a wave: their digests are recorded before any seed is said.

    The frame itself is not kept: whoever holds it brings it again to draw. A further frame takes
    the place of one that was not drawn from yet. Raises UnusableInputError with its problems.
    """
    held = run_by(actor, wave)
    if held.state != WaveState.PLANNED:
        raise RefusedError("fieldwork.move", state=held.state, move=WaveMove.DRAW)
    seen = look_for(held, frame, plan=plan, columns=columns, file=file)
    before = {"frame": held.frame_digest} if held.frame_digest else None
    held.frame_digest, held.plan = seen.digest, plan.decode("utf-8-sig")
    held.columns = dict(columns)
    held.save(update_fields=["frame_digest", "plan", "columns"])
    note(
        "frame.registered", actor, held, before=before,
        after={
            "frame": seen.digest,
            "plan": frames.digest_of(held.plan.encode()),
            "members": seen.members,
            "columns": dict(columns),
        },
    )  # fmt: skip
    return seen


@action
def draw(actor: Actor, wave: UUID, frame: bytes, *, seed: str, file: str) -> DrawnWave:
    """Draw the people of a wave from the registered frame with a public seed.

    Of each person only what the columns name is kept, and only for those drawn or in reserve.
    Raises RefusedError for another frame than the registered one.
    """
    held = run_by(actor, wave)
    if not held.frame_digest:
        raise RefusedError("fieldwork.no_frame")
    if frames.digest_of(frame) != held.frame_digest:
        raise RefusedError("fieldwork.other_frame", registered=held.frame_digest)
    move(held, WaveMove.DRAW)
    made = frames.drawn(frame, held.plan.encode(), seed.strip(), held.columns, file=file)
    held.seed, held.receipt = seed.strip()[:200], made.receipt
    held.save(update_fields=["state", "seed", "receipt"])
    units = known_units(held)
    start = held.cells.count()
    small = []
    for position, row in enumerate(made.cells, start):
        cell = _keep_cell(held, row, position, units.get(row.unit))
        if row.people and cell.n_drawn < held.min_cell:
            small.append((row.stratum, row.psu, cell.n_drawn))
    note(
        "wave.drawn", actor, held,
        after={
            "seed": held.seed,
            "frame": held.frame_digest,
            "receipt": frames.digest_of(made.receipt.encode()),
            "counts": dict(made.counts),
            "cells": len(made.cells),
            "too_small": len(small),
        },
    )  # fmt: skip
    return DrawnWave(wave=held, counts=made.counts, too_small=tuple(small))


def _keep_cell(wave: Wave, row: CellRow, position: int, unit: UUID | None) -> Cell:
    cell = Cell.objects.create(
        wave=wave,
        position=position,
        draw=row.draw,
        stratum=row.stratum,
        psu=row.psu,
        unit_id=unit,
        service=row.service,
        respondents=row.respondents,
        design=dict(row.design),
        n_drawn=sum(not one.reserve for one in row.people),
    )
    Invitation.objects.bulk_create(
        (
            Invitation(
                wave=wave,
                cell=cell,
                order=one.order,
                reserve=one.reserve,
                state=InvitationState.RESERVE if one.reserve else InvitationState.DRAWN,
                **one.said,
            )
            for one in row.people
        ),
        batch_size=_BATCH,
    )
    return cell
