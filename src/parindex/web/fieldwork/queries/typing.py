"""Forms typed from paper: which wait for a second typing, and in what two typings differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet

from parindex.web.fieldwork import codes, permissions, sealing
from parindex.web.fieldwork.models import Entry, Wave
from parindex.web.fieldwork.queries import sending
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.sending import SealedTo, Sending
from parindex.web.fieldwork.states import ANSWERABLE, Mode
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError

BOTH: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One question that two typists read differently."""

    name: str
    label: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A form on which two typists differ: by which way it came, and nothing of whose it is."""

    mode: Mode
    differences: tuple[Difference, ...]


def typed_twice(wave: Wave | SealedTo, mode: Mode) -> bool:
    """Whether forms of this way in are typed twice in a wave."""
    return str(mode) in wave.typed_twice


def opened(wave: Wave | SealedTo, entry: Entry) -> dict[str, Any]:
    """What a typed form says, while the wave's key is there."""
    key = sealing.key_of(settings.KEYS_FOLDER, wave.id)
    if key is None:
        raise RefusedError("fieldwork.no_key")
    content = sealing.open_sealed(bytes(entry.sealed), private_key=key, wave=wave.id)
    found: dict[str, Any] = json.loads(content)
    return found


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> tuple[str, ...]:
    """The questions in which two typings differ, in the order of the first."""
    names = dict.fromkeys([*first, *second])
    return tuple(name for name in names if first.get(name, "") != second.get(name, ""))


def waiting_for_second(actor: Actor, wave: Wave) -> int:
    """How many forms of a wave were typed once; for those who type."""
    return _count(actor, wave, number=1) - _count(actor, wave, number=2)


def waiting_for_third(actor: Actor, wave: Wave) -> int:
    """On how many forms of a wave two typists differ; for those who type. None is opened."""
    return _count(actor, wave, number=2)


def _count(actor: Actor, wave: Wave, *, number: int) -> int:
    if not permissions.can_type(actor, issuer=wave.issuer_id):
        return 0
    return _waiting(wave).filter(number=number).count()


def forms_waiting(wave: Wave) -> int:
    """How many typed forms of a wave wait for another person, of those that still count."""
    return _waiting(wave).filter(number=1).count()


def _waiting(wave: Wave) -> QuerySet[Entry]:
    """The typed forms of those who have not answered meanwhile, and for whom nobody stepped in."""
    return Entry.objects.filter(
        invitation__wave=wave, invitation__used=False, invitation__state__in=ANSWERABLE
    )


def apart(actor: Actor, one: Sending) -> tuple[Entry, Entry]:
    """The two typings of a form that differ, for a third person who types.

    Raises RefusedError: fieldwork.not_typed_by_you, .nothing_to_settle, .third_person.
    """
    if not permissions.can_type(actor, issuer=one.wave.issuer_id):
        raise RefusedError("fieldwork.not_typed_by_you")
    typed = list(Entry.objects.filter(invitation=one.id).order_by("number"))
    if one.used or len(typed) != BOTH:
        raise RefusedError("fieldwork.nothing_to_settle")
    if any(entry.person_id == actor.person for entry in typed):
        raise RefusedError("fieldwork.third_person")
    return typed[0], typed[1]


def mismatch_of(actor: Actor, wave: Wave, token: str) -> Mismatch:
    """Where two typists differ on the form with a code, for a third person with it in hand.

    This opens two sealed forms before all are mixed, and shows where they differ and no more.
    Raises as :func:`apart`, and RefusedError for a code of no form of the wave.
    """
    one = sending.by_token_hash(codes.hash_of(token))
    if one is None or one.wave.id != wave.id or one.state not in ANSWERABLE:
        raise RefusedError("fieldwork.unknown_code")
    entries = apart(actor, one)
    first, second = (opened(one.wave, entry)["answers"] for entry in entries)
    labels = {each.name: each.label.say("vi") for each in questionnaire_for(wave).questions()}
    return Mismatch(
        mode=Mode(entries[0].mode),
        differences=tuple(
            Difference(
                name=name,
                label=labels.get(name, name),
                first=first.get(name, ""),
                second=second.get(name, ""),
            )
            for name in differing(first, second)
        ),
    )
