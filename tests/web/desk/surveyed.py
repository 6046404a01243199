"""Waves that have been brought so far, for the pages that need one there."""

import random
from datetime import timedelta

from web.fieldwork.surveying import AFTER, OPEN, SYNCS, Survey, ask

from parindex.web.fieldwork.actions import closing, estimating, intake, mixing
from parindex.web.fieldwork.bridge.estimates import EstimatePlan
from parindex.web.journal import clock

PLAN = EstimatePlan(lonely_psu="adjust", sipas_item="sipas")


def answered(made: Survey, share: float = 0.8, seed: int = 7) -> Survey:
    """Some of those invited answer, on the second day."""
    chance = random.Random(seed)
    with clock.at(OPEN):
        for at, one in enumerate(made.invitations(reserve=False)):
            if chance.random() < share:
                said = {"q1": chance.choice("2345"), "q2": chance.choice("345"), "bribe": "0"}
                intake.submit(made.codes[one.id], f"may-{at}", said, mode="web", seconds=90)
    return made


def mixed(made: Survey) -> Survey:
    with clock.at(SYNCS + timedelta(hours=1)):
        closing.close_wave(made.manager, made.id)
        made.wave = mixing.mix(made.manager, made.id)
    return made


def estimated(made: Survey) -> Survey:
    with clock.at(AFTER):
        estimating.estimate(made.manager, made.id, PLAN)
    made.wave = made.fresh()
    return made


def results(**planned) -> Survey:
    """A wave whose results stand."""
    return estimated(mixed(answered(ask(**planned))))
