"""A wave in the field, for those who knock at the doors of who answers and of who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from web.answering.field import FORM

from parindex.web.fieldwork import codes, sealing
from parindex.web.fieldwork.models import (
    Assigned,
    Cell,
    Instrument,
    Interviewer,
    Invitation,
    Wave,
)
from parindex.web.fieldwork.states import InvitationState, WaveState
from parindex.web.journal import clock
from parindex.web.people.models import Account, Issuer

# What a telephone sends; the person is put in.
RESPONSE = """<data id="khao-sat" version="1"><parindex_person>{person}</parindex_person>
<came>2</came><age>47</age><meta><instanceID>uuid:0a1b2c3d-1111-4222-8333-444455556666</instanceID></meta></data>"""
ANSWERS = {"came": "2", "age": "47"}
NUMBER = "0a1b2c3d-1111-4222-8333-444455556666"


@dataclass(frozen=True)
class Asked:
    """The wave, whom its interviewer goes to, and the code of that person's letter."""

    wave: Wave
    invitation: Invitation
    code: str


def asked(issuer: Issuer, walker: Account, mark: Callable[[str], str]) -> Asked:
    """A wave that takes answers for two months, with one person, whose every word is a mark."""
    now = clock.now()
    instrument = Instrument.objects.create(
        issuer=issuer, slug="khao-sat", version=1, title="Phiếu", status="template", digest="",
        content=FORM, person=walker, at=now,
    )  # fmt: skip
    wave = Wave.objects.create(
        issuer=issuer, slug="khao-sat", title=mark("wave_title"), instrument=instrument,
        state=WaveState.OPEN, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=60),
        syncs_until=now + timedelta(days=61), sealed_size=8_000,
    )  # fmt: skip
    Wave.objects.filter(id=wave.id).update(
        public_key=sealing.make_key(settings.KEYS_FOLDER, wave.id)
    )
    code = codes.new_code()
    one = Invitation.objects.create(
        wave=wave, cell=Cell.objects.create(wave=wave, position=0), order=1,
        name=mark("asked_name"), phone=mark("asked_phone"), address=mark("asked_address"),
        state=InvitationState.INVITED, token_hash=codes.hash_of(code),
    )  # fmt: skip
    walks = Interviewer.objects.create(wave=wave, person=walker, code="01")
    Assigned.objects.create(invitation=one, interviewer=walks)
    return Asked(wave=wave, invitation=one, code=code)
