"""The form of a wave, with the names of the bodies that its respondents rate."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from parindex.web.fieldwork.bridge import questionnaires
from parindex.web.fieldwork.models import Instrument, Wave
from parindex.web.fieldwork.queries.sending import SealedTo
from parindex.web.people.models import Unit


def questionnaire_for(wave: Wave | SealedTo) -> questionnaires.Questionnaire:
    """The questionnaire that the respondents of a wave get."""
    bodies: tuple[tuple[str, str], ...] = ()
    if wave.bodies:
        found = Unit.objects.filter(issuer=wave.issuer_id, slug__in=wave.bodies)
        names = dict(found.values_list("slug", "name"))
        bodies = tuple((slug, names.get(slug, slug)) for slug in wave.bodies)
    return _read(wave.instrument_id, bodies)


@lru_cache(maxsize=64)
def _read(instrument: UUID, bodies: tuple[tuple[str, str], ...]) -> questionnaires.Questionnaire:
    # An instrument never changes: hundreds of answers a second need not fetch it again.
    content = Instrument.objects.values_list("content", flat=True).get(id=instrument)
    return questionnaires.with_bodies(content, bodies)
