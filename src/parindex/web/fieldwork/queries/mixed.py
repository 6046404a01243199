"""The mixed answers of a wave: their digest, and whether they are still those that were mixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from parindex.canonical import canonical_json, sha256
from parindex.errors import Problem
from parindex.web.fieldwork.models import Response, Wave
from parindex.web.fieldwork.states import MIXED
from parindex.web.journal.queries import lines_about


def digest_of(responses: Iterable[Response]) -> str:
    """The digest of answers whatever their order: of their canonical JSON, sorted, line by line."""
    return sha256(b"\n".join(sorted(canonical_json(plain(one)) for one in responses)))


def plain(one: Response) -> dict[str, object]:
    """An answer as plain content, without its number."""
    return {
        "cell": str(one.cell_id),
        "answers": one.answers,
        "mode": one.mode,
        "interviewer": one.interviewer,
        "week": str(one.week or ""),
    }


def reconcile() -> Iterator[Problem]:
    """Hold the answers of every mixed wave to what the journal says was mixed."""
    for wave in Wave.objects.filter(state__in=MIXED).order_by("id"):
        lines = lines_about("wave", str(wave.id))
        said = next((one.after for one in lines if one.verb == "wave.mixed"), None)
        found = digest_of(Response.objects.filter(wave=wave).iterator(chunk_size=2_000))
        if said is None or said["digest"] != found:
            yield Problem(code="fieldwork.altered", values={"wave": wave.title[:120]})


def not_mixed(waves: Iterable[UUID]) -> set[UUID]:
    """Of some waves, those whose answers are not mixed yet."""
    found = Wave.objects.filter(id__in=list(waves)).exclude(state__in=MIXED)
    return set(found.values_list("id", flat=True))


def keys_that_fit(public: Mapping[UUID, str]) -> list[UUID]:
    """Of public keys by wave, those that answers still in the box were sealed to."""
    waves = Wave.objects.filter(id__in=public).exclude(state__in=MIXED)
    return [one.id for one in waves if one.public_key == public[one.id]]
