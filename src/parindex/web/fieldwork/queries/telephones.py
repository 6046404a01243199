"""Forms for ODK Collect: those of the waves in which a person goes to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from parindex.web.fieldwork.bridge import telephones
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.waves import Visit, assigned_to, wave_for
from parindex.web.people.actor import Actor

# The answer that names the invitation.
PERSON = telephones.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneForm:
    """A form as a telephone gets it: its id, its version, its title and its XML."""

    form_id: str
    version: str
    title: str
    xform: str


def form_for(actor: Actor, wave: UUID) -> TelephoneForm | None:
    """The form of a wave with all whom the person goes to; None where they go to nobody.

    Those who have answered stay in the list: a form that changed with every answer would have to
    be fetched after every answer.
    """
    found = wave_for(actor, wave)
    visits = assigned_to(actor, wave)
    if found is None or not visits:
        return None
    questionnaire = questionnaire_for(found)
    return TelephoneForm(
        form_id=found.slug,
        version=str(questionnaire.version),
        title=found.title,
        xform=telephones.xform_for(
            questionnaire,
            [(str(one.invitation), _words(one)) for one in visits],
            form_id=found.slug,
            title=found.title,
        ),
    )


def _words(one: Visit) -> str:
    return ", ".join(part for part in (one.name, one.address or one.phone, one.service) if part)
