"""Looking at a frame before anything is fixed: what it holds, and how a plan would draw from it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.bridge import frames
from parindex.web.fieldwork.bridge.frames import FrameLook
from parindex.web.fieldwork.models import Wave
from parindex.web.people.actor import Actor
from parindex.web.people.models import Unit


def preview(
    actor: Actor,
    wave: Wave,
    frame: bytes,
    *,
    plan: bytes,
    columns: Mapping[str, str],
    file: str,
) -> FrameLook | None:
    """What a frame holds, for those who run the wave; nothing is kept, nobody else gets any.

    Raises UnusableInputError with everything that is wrong.
    """
    if not permissions.can_run_waves(actor, issuer=wave.issuer_id):
        return None
    return look_for(wave, frame, plan=plan, columns=columns, file=file)


def look_for(
    wave: Wave, frame: bytes, *, plan: bytes, columns: Mapping[str, str], file: str
) -> FrameLook:
    """The same, of a wave that the caller may run."""
    return frames.look_at(
        frame,
        plan,
        columns,
        known_units=known_units(wave),
        min_cell=wave.min_cell,
        file=file,
    )


def known_units(wave: Wave) -> dict[str, UUID]:
    """The units of the issuer by slug."""
    return dict(Unit.objects.filter(issuer=wave.issuer_id).values_list("slug", "id"))
