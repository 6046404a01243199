"""The surveys of a world: one planned, one in the field, one with its results; marks in each."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from web.fieldwork.surveying import COLUMNS, INSTRUMENT, PLAN, SERVICES
from web.province import START, Province

from parindex.web.fieldwork import codes
from parindex.web.fieldwork.actions import (
    closing,
    drawing,
    entering,
    estimating,
    intake,
    inviting,
    mixing,
    waves,
)
from parindex.web.fieldwork.bridge.estimates import EstimatePlan
from parindex.web.fieldwork.models import Instrument, Invitation, Wave
from parindex.web.fieldwork.states import InvitationState
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.states import Role

PEOPLE = {
    "surveyor": Role.SURVEY_MANAGER,
    "walker": Role.INTERVIEWER,
}
# So many of each unit and service are listed, and asked.
LISTED, ASKED = 14, 12


@dataclass
class Surveys:
    """The waves of a province by how far they are, and what addresses name."""

    instrument: Instrument
    planned: Wave
    field: Wave
    closed: Wave
    frame: bytes
    ids: dict[str, Any] = field(default_factory=dict)
    # The code of a form that is typed for the first time, and of one on which two typings differ.
    code: str = ""
    twice: str = ""


def people_of_surveys(made: Province) -> None:
    """The survey's manager and an interviewer."""
    for name, role in PEOPLE.items():
        made.people[name] = people.save_account(
            made.admin, made.issuer, f"{made.issuer.slug}.{name}", name=f"Người {name}",
            email=f"{name}@{made.issuer.slug}.example",
        )  # fmt: skip
        people.assign(
            made.admin, made.people[name], role, issuer=made.issuer, unit=None,
            starts_on=date(2025, 1, 1),
        )  # fmt: skip


def surveys_of(made: Province, mark: Any, *, start: datetime = START) -> Surveys:
    """Three waves around the beginning of a round; the people of that in the field are marks."""
    frame = _frame(mark)
    with clock.at(start - timedelta(days=60)):
        manager = made.actor("surveyor")
        instrument = waves.import_instrument(
            manager, made.issuer, INSTRUMENT.encode(), file="phieu.yaml"
        )
        planned, in_field, over = (
            _wave(made, instrument, title, slug, frame, start)
            for slug, title in (
                ("planned", "Khảo sát sắp tới"), ("field", mark("field_title")), ("over", "Khảo sát đã xong"),
            )
        )  # fmt: skip
    done = Surveys(instrument=instrument, planned=planned, field=in_field, closed=over, frame=frame)
    _results(made, over, frame, start)
    _in_the_field(made, done, mark, start)
    return done


def _frame(mark: Any) -> bytes:
    rows = ["dossier,name,phone,address,unit,service"]
    for unit in ("finance", "health"):
        for service in SERVICES:
            rows += [
                f"H-{unit}-{service}-{at:02},{mark('other_respondent_name')},0900,Số 1,{unit}@2021,{service}"
                for at in range(LISTED)
            ]  # fmt: skip
    return ("\n".join(rows) + "\n").encode()


def _wave(
    made: Province, instrument: Instrument, title: str, slug: str, frame: bytes, start: datetime
) -> Wave:
    # The wave with results is over when the round begins; the others go on as long as it does.
    starts, lasts = start - timedelta(days=50), 20 if slug == "over" else 200
    wave = waves.create_wave(
        made.actor("surveyor"), made.issuer, slug=slug, title=title, instrument=instrument.id,
        opens_at=starts, closes_at=starts + timedelta(days=lasts),
    )  # fmt: skip
    drawing.register_frame(
        made.actor("surveyor"), wave.id, frame, columns=COLUMNS, file="khung.csv",
        plan=(PLAN % {"take": ASKED, "reserve": 1}).encode(),
    )  # fmt: skip
    return wave


def _coded(rows: list[Invitation]) -> list[str]:
    given = [codes.new_code() for _ in rows]
    for one, code in zip(rows, given, strict=True):
        one.token_hash, one.state = codes.hash_of(code), InvitationState.INVITED
    Invitation.objects.bulk_update(rows, ["token_hash", "state"])
    return given


def _results(made: Province, wave: Wave, frame: bytes, start: datetime) -> None:
    starts, chance = start - timedelta(days=50), random.Random(1)
    with clock.at(starts):
        manager = made.actor("surveyor")
        drawing.draw(manager, wave.id, frame, seed="7", file="khung.csv")
        waves.open_wave(manager, wave.id)
    with clock.at(starts + timedelta(days=1)):
        asked = _coded(list(Invitation.objects.filter(wave=wave, reserve=False)))
        for at, code in enumerate(asked):
            said = {"q1": chance.choice("345"), "q2": chance.choice("345")}
            intake.submit(code, f"may-{at}", said, mode="web", seconds=60)
    with clock.at(starts + timedelta(days=21)):
        manager = made.actor("surveyor")
        closing.close_due()
        mixing.mix(manager, wave.id)
        estimating.estimate(manager, wave.id, EstimatePlan(lonely_psu="adjust"))


def _in_the_field(made: Province, done: Surveys, mark: Any, start: datetime) -> None:
    wave = done.field
    with clock.at(start):
        manager = made.actor("surveyor")
        drawing.draw(manager, wave.id, done.frame, seed="8", file="khung.csv")
        [walker] = waves.name_interviewers(manager, wave.id, [made.people["walker"].id])
        first = wave.cells.order_by("position")[0]
        mine = list(first.invitations.filter(reserve=False).order_by("order"))
        Invitation.objects.filter(cell=first, reserve=False).update(name=mark("respondent_name"))
        inviting.assign(
            manager, wave.id, interviewer=walker.id, invitations=[one.id for one in mine]
        )
        kiosk, _key = waves.add_kiosk(manager, wave.id, name="Quầy 1")
        waves.open_wave(manager, wave.id)
    on_paper = list(
        wave.invitations.filter(reserve=False).exclude(cell=first).order_by("cell__position")[:2]
    )
    done.code, done.twice = _coded(on_paper)
    with clock.at(start + timedelta(hours=1)):
        for name, read in (("surveyor", "4"), ("walker", "5")):
            entering.enter(made.actor(name), done.twice, {"q1": read, "q2": "5"}, mode="paper")
    done.ids = {
        "wave_id": wave.id,
        "instrument_id": done.instrument.id,
        "person_id": mine[0].id,
        "kiosk_id": kiosk.id,
        "walker": walker.id,
        "cell": wave.cells.order_by("position")[1].id,
    }


NO_IDS = {name: UUID(int=1) for name in ("wave_id", "instrument_id", "person_id", "kiosk_id")}
