"""The form of a wave, with the names of the bodies that its respondents rate."""

from __future__ import annotations

from parindex.web.fieldwork.bridge import questionnaires
from parindex.web.fieldwork.models import Wave
from parindex.web.people.models import Unit


def questionnaire_for(wave: Wave) -> questionnaires.Questionnaire:
    """The questionnaire that the respondents of a wave get."""
    names: dict[str, str] = {}
    if wave.bodies:
        found = Unit.objects.filter(issuer=wave.issuer_id, slug__in=wave.bodies)
        names = dict(found.values_list("slug", "name"))
    return questionnaires.questionnaire_of(wave, names)
