"""A province in the middle of self-scoring, and requests to its pages."""

from django.test import Client
from django.urls import reverse
from web.desk.login import log_in
from web.province import CLAIMS, Province, build, when

from parindex.web.assessment.actions import claims, phasing
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock

SELF, EXPLANATION = PhaseKind.SELF_SCORING, PhaseKind.EXPLANATION
HTMX = {"HTTP_HX_REQUEST": "true"}


def open_round(**options) -> Province:
    """A province whose self-scoring is open; the clock is the caller's."""
    province = build(**options)
    with clock.at(when(SELF)):
        phasing.open_phase(province.admin, province.phase(SELF).id)
    return province


def client_of(province: Province, name: str) -> Client:
    return log_in(Client(), province.people[name])


def item_address(province: Province, code: str, unit: str = "finance") -> str:
    return reverse("item", args=[province.sheet_id(unit), code])


def address(province: Province, name: str, unit: str = "finance") -> str:
    return reverse(name, args=[province.sheet_id(unit)])


def claim_all(province: Province, unit: str = "finance", officer: str = "officer") -> None:
    for item, fields in CLAIMS.items():
        claims.save_claim(province.actor(officer), province.sheet_id(unit), item, fields, base=0)
