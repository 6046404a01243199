"""The frame and the design of a wave while they are tried out: kept in the session, a day long.

The rows of a frame are people: they stand in the kept upload of the one who brought it, and go
when the sample is drawn.
"""

from __future__ import annotations

from typing import Any, Final

from parindex.web.desk import kept
from parindex.web.desk.frame import DeskRequest

_KEY: Final = "wave_frame"


def draft_of(request: DeskRequest, wave: Any) -> dict[str, Any]:
    """The draft of a wave as far as it is; empty where there is none."""
    found = request.session.get(_KEY)
    if isinstance(found, dict) and found.get("wave") == str(wave.id):
        return dict(found)
    return {}


def save(request: DeskRequest, wave: Any, **values: Any) -> None:
    """Keep more of the draft; that of another wave goes."""
    request.session[_KEY] = draft_of(request, wave) | {"wave": str(wave.id)} | values


def frame_of(request: DeskRequest, wave: Any) -> bytes | None:
    """The frame that was brought, while it is kept."""
    return kept.kept(request.actor, draft_of(request, wave).get("digest", ""))


def forget(request: DeskRequest, wave: Any) -> None:
    """The sample is drawn, or another frame is brought: the list of people goes."""
    before = draft_of(request, wave)
    if before.get("digest"):
        kept.drop(request.actor, before["digest"])
    request.session.pop(_KEY, None)
