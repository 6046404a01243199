"""A round brought to appraisal, explanation or the council, for the tests of these pages."""

from contextlib import contextmanager
from datetime import timedelta

from django.test import Client
from web.desk.login import log_in
from web.province import CLAIMS, Province, when

from parindex.web.assessment.actions import claims, phasing
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock

SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
EXPLANATION, COUNCIL = PhaseKind.EXPLANATION, PhaseKind.COUNCIL
UNITS = {"finance": ("officer", "head"), "health": ("rival", "rival_head")}


def client_of(province: Province, name: str) -> Client:
    return log_in(Client(), province.people[name])


def opened(province: Province, kind: PhaseKind, number: int = 1) -> None:
    phasing.open_phase(province.admin, province.phase(kind, number).id)


def hand_in(province: Province, *units: str) -> None:
    """Each unit claims everything and submits, while self-scoring is open."""
    for unit in units:
        officer, head = UNITS[unit]
        for item, said in CLAIMS.items():
            claims.save_claim(province.actor(officer), province.sheet_id(unit), item, said, base=0)
        claims.sign(province.actor(head), province.sheet_id(unit), although_missing=True)


@contextmanager
def during(kind: PhaseKind, number: int = 1):
    """In the middle of a phase; each write a little after the one before."""
    with clock.at(when(kind, number)):
        yield


def to_appraisal(province: Province, *units: str) -> None:
    """Self-scoring is over, the first appraisal open."""
    with during(SELF):
        opened(province, SELF)
        hand_in(province, *(units or ("finance", "health")))
    with clock.at(when(APPRAISAL) - timedelta(days=1)):
        opened(province, APPRAISAL)
