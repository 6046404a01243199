"""Forms typed from paper: which wait for a second typing, and in what two typings differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from parindex.web.fieldwork import permissions, sealing
from parindex.web.fieldwork.models import Entry, Wave
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.sending import SealedTo
from parindex.web.fieldwork.states import Mode
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One question that two typists read differently."""

    name: str
    label: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A form on which two typists differ; ``mine`` when the person is one of them."""

    invitation: UUID
    dossier: str
    mode: Mode
    differences: tuple[Difference, ...]
    answers: dict[str, str]
    mine: bool


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


def waiting_for_second(actor: Actor, wave: Wave) -> int:
    """How many forms of a wave were typed once; for those who type."""
    if not permissions.can_type(actor, issuer=wave.issuer_id):
        return 0
    return _once(wave) - len(_twice(wave))


def mismatches(actor: Actor, wave: Wave) -> list[Mismatch]:
    """The forms of a wave on which two typists differ, with both readings; for those who type."""
    if not permissions.can_type(actor, issuer=wave.issuer_id):
        return []
    labels = {one.name: one.label.say("vi") for one in questionnaire_for(wave).questions()}
    twice = _twice(wave)
    rows: dict[UUID, list[Entry]] = {}
    found = Entry.objects.filter(invitation__in=twice).select_related("invitation")
    for entry in found.order_by("invitation__dossier", "invitation_id", "number"):
        rows.setdefault(entry.invitation_id, []).append(entry)
    return [_mismatch(actor, wave, entries, labels) for entries in rows.values()]


def _mismatch(actor: Actor, wave: Wave, entries: list[Entry], labels: dict[str, str]) -> Mismatch:
    first, second = (opened(wave, one)["answers"] for one in entries)
    names = list(dict.fromkeys([*first, *second]))
    return Mismatch(
        invitation=entries[0].invitation_id,
        dossier=entries[0].invitation.dossier,
        mode=Mode(entries[0].mode),
        differences=tuple(
            Difference(
                name=name,
                label=labels.get(name, name),
                first=first.get(name, ""),
                second=second.get(name, ""),
            )
            for name in names
            if first.get(name, "") != second.get(name, "")
        ),
        answers=dict(first),
        mine=any(one.person_id == actor.person for one in entries),
    )


def _once(wave: Wave) -> int:
    return Entry.objects.filter(invitation__wave=wave, number=1).count()


def _twice(wave: Wave) -> list[UUID]:
    found = Entry.objects.filter(invitation__wave=wave, number=2)
    return list(found.values_list("invitation_id", flat=True))
