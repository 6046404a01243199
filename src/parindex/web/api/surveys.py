"""Surveys by programs: which waves there are, how each goes, what came out; never who was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from parindex.web.api.door import ApiRequest, operation
from parindex.web.fieldwork.queries import planning, waves
from parindex.web.fieldwork.queries.results import content_of, latest
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.permissions import RefusedError, UnknownError

router = Router(tags=["surveys"])


class WaveOut(Schema):
    """A wave: when it takes answers, and what was sealed of it so far."""

    id: UUID
    issuer_id: str
    slug: str
    title: str
    state: WaveState
    opens_at: datetime
    closes_at: datetime
    syncs_until: datetime
    frame_digest: str
    seed: str
    mixed_digest: str
    n_mixed: int | None


class CountOut(Schema):
    """How far some people are: counted from codes used, never from answers."""

    target: int
    drawn: int
    invited: int
    used: int
    refused: int
    unreachable: int
    replaced: int


class ProgressOut(Schema):
    """How far a wave is, whole, by stratum and by unit rated, with the units' names by slug."""

    whole: CountOut
    strata: dict[str, CountOut]
    units: dict[str, CountOut]
    unit_names: dict[str, str]


class ResultsOut(Schema):
    """The results of a wave that stand; ``content`` is what the digest is of, numbers as texts."""

    number: int
    digest: str
    at: datetime
    content: dict[str, Any]


@operation(router, "GET", "/waves", list[WaveOut])
def list_waves(request: ApiRequest) -> Any:
    """The waves of surveys that the person may know of."""
    return waves.waves_for(request.auth)


def _watched(request: ApiRequest, wave_id: UUID) -> Any:
    wave = waves.wave_for(request.auth, wave_id)
    if wave is None:
        raise UnknownError
    if not planning.watches(request.auth, wave):
        raise RefusedError("fieldwork.not_watched_by_you")
    return wave


@operation(router, "GET", "/waves/{uuid:wave_id}/progress", ProgressOut)
def read_progress(request: ApiRequest, wave_id: UUID) -> Any:
    """How far a wave is. Who runs or watches surveys."""
    return waves.progress(_watched(request, wave_id))


@operation(router, "GET", "/waves/{uuid:wave_id}/results", ResultsOut)
def read_results(request: ApiRequest, wave_id: UUID) -> Any:
    """The indices and findings of a wave; 404 before there are any. Who runs or watches surveys."""
    found = latest(request.auth, _watched(request, wave_id))
    if found is None:
        raise UnknownError
    return {
        "number": found.number,
        "digest": found.digest,
        "at": found.at,
        "content": content_of(found),
    }
