"""The surveys of the demonstration: last year's, closed and estimated, and one in the field.

Frames, people and answers are made up, the same at every run, and say so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from parindex.web.assessment.actions import ending
from parindex.web.assessment.models import Round
from parindex.web.assessment.queries import feeding
from parindex.web.fieldwork.actions import closing, drawing, estimating, intake, inviting, mixing
from parindex.web.fieldwork.actions import waves as actions
from parindex.web.fieldwork.models import Instrument, Invitation, Wave
from parindex.web.fieldwork.queries import planning, reporting
from parindex.web.fieldwork.queries.reporting import SIPAS, EstimatePlan
from parindex.web.fieldwork.states import InvitationState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.people.models import Issuer, Unit
from parindex.web.people.permissions import UnknownError

MANAGER: Final = "khaosat"
INTERVIEWERS: Final = ("dieutra1", "dieutra2", "dieutra3", "dieutra4")
FORM: Final = "sipas-citizens-2022"
_COLUMNS: Final = {
    "name": "ho_ten", "phone": "dien_thoai", "address": "dia_chi", "dossier": "ma_ho_so",
    "unit": "don_vi", "service": "linh_vuc",
}  # fmt: skip
_SURNAMES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Phan", "Đặng", "Bùi", "Đỗ")
_MIDDLE: Final = ("Văn", "Thị", "Minh", "Thanh", "Ngọc", "Hoàng", "Kim", "Quốc")
_GIVEN: Final = (
    "An", "Bình", "Châu", "Dung", "Hạnh", "Hùng", "Lan", "Long", "Mai", "Nam", "Phúc", "Quý",
    "Sơn", "Tâm", "Thảo", "Tuấn", "Vân", "Yến",
)  # fmt: skip
_SERVICES: Final = ("Hộ tịch", "Đất đai", "Đăng ký kinh doanh", "Chứng thực")
# Weights of the five levels of satisfaction, for a unit that serves badly and one that serves well.
_BAD: Final = (6, 14, 30, 38, 12)
_GOOD: Final = (1, 2, 9, 52, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Who works in the field, as they are at the clock's day."""

    issuer: Issuer
    actor: Callable[[str], Actor]
    chance: Random

    @property
    def manager(self) -> Actor:
        """Who runs the surveys."""
        return self.actor(MANAGER)


def last_year(field: Field, units: Sequence[Unit], now: datetime) -> Wave:
    """A wave about the districts, from its plan to its results."""
    day = now - timedelta(days=418)
    with clock.at(day):
        wave = _planned(
            field, "Khảo sát sự hài lòng của người dân năm 2024 (minh họa)", day, days=14
        )
    _draw(field, wave, units, day, members=150, take=36, seed="Minh họa 2024: 481726")
    _answers(field, wave, day + timedelta(days=5), part=0.86)
    with clock.at(day + timedelta(days=15)):
        closing.close_wave(field.manager, wave.id)
    with clock.at(day + timedelta(days=16)):
        mixing.mix(field.manager, wave.id)
        estimating.estimate(
            field.manager, wave.id, EstimatePlan(lonely_psu="adjust", sipas_item=SIPAS)
        )
    return wave


def this_year(field: Field, units: Sequence[Unit], now: datetime) -> Wave:
    """A wave about the communes, in the middle of its field."""
    day = now - timedelta(days=16)
    with clock.at(day):
        wave = _planned(
            field, "Khảo sát sự hài lòng của người dân năm 2025 (minh họa)", day, days=32
        )
    _draw(field, wave, units, day, members=60, take=14, seed="Minh họa 2025: 204518")
    _answers(field, wave, now - timedelta(days=3), part=0.45)
    return wave


def feed(admin: Actor, field: Field, wave: Wave, round_: Round) -> None:
    """Put the results of a wave into the findings of a round, as the page does."""
    report = reporting.report_of(field.manager, wave)
    assert report is not None  # noqa: S101 - it was estimated just now
    pairs, _outside = feeding.pairs_of(round_, report.findings, overall=SIPAS)
    takes = {
        (one.group.name, one.item): next(
            (two.code for two in one.group.items if two.is_index and one.item == SIPAS), ""
        )
        for one in pairs
    }
    merged = feeding.merged(round_, feeding.proposed(report.findings, pairs, takes))
    source = f"Đợt khảo sát “{wave.title}”, {report.results.digest}"
    ending.upload_table(
        admin, round_.id, feeding.FINDINGS, merged.text.encode(), source=source[:300]
    )


def _planned(field: Field, title: str, day: datetime, *, days: int) -> Wave:
    form = next(one for one, look in planning.shipped_for(field.manager) if look.id == FORM)
    instrument: Instrument = actions.import_instrument(
        field.manager, field.issuer, form.content, file=f"{form.name}.yaml"
    )
    return actions.create_wave(
        field.manager, field.issuer, slug=f"sipas-{day.year}-{day.month:02}", title=title,
        instrument=instrument.id, opens_at=day + timedelta(days=4),
        closes_at=day + timedelta(days=days), syncs_until=day + timedelta(days=days + 1),
    )  # fmt: skip


def _draw(
    field: Field,
    wave: Wave,
    units: Sequence[Unit],
    day: datetime,
    *,
    members: int,
    take: int,
    seed: str,
) -> None:
    """A frame of those who got a result, so many of each unit drawn, and who goes to them."""
    frame = _frame(units, field.chance, members)
    plan = planning.plan_text(
        "ma_ho_so",
        [planning.StagePlan(method="srs", take=take, reserve=2, strata=("don_vi",))],
    )
    file = "khung-mau-minh-hoa.csv"
    manager = field.manager
    with clock.at(day + timedelta(days=1)):
        drawing.register_frame(manager, wave.id, frame, plan=plan, columns=_COLUMNS, file=file)
    with clock.at(day + timedelta(days=2)):
        drawing.draw(manager, wave.id, frame, seed=seed, file=file)
        people = [field.actor(one).person for one in INTERVIEWERS]
        walkers = actions.name_interviewers(manager, wave.id, people)
        by_unit: dict[Any, list[Any]] = {}
        rows = Invitation.objects.filter(wave=wave, state=InvitationState.DRAWN)
        for id_, unit in rows.order_by("cell__position", "order").values_list("id", "cell__unit"):
            by_unit.setdefault(unit, []).append(id_)
        for at, walker in enumerate(walkers):
            mine = [id_ for ids in list(by_unit.values())[at :: len(walkers)] for id_ in ids]
            inviting.assign(manager, wave.id, interviewer=walker.id, invitations=mine)
        actions.open_wave(manager, wave.id)


def _frame(units: Sequence[Unit], chance: Random, members: int) -> bytes:
    stream = io.StringIO()
    names = ("ma_ho_so", "ho_ten", "dien_thoai", "dia_chi", "don_vi", "linh_vuc")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for number, unit in enumerate(units, 1):
        # One service a unit: answers of few people must not be told apart further.
        service = _SERVICES[number % len(_SERVICES)]
        for at in range(1, members + 1):
            name = " ".join(map(chance.choice, (_SURNAMES, _MIDDLE, _GIVEN)))
            writer.writerow(
                [f"HS{number:03}-{at:04}", name, f"0900{number:03}{at:03}", unit.name, unit.slug,
                 service]
            )  # fmt: skip
    return stream.getvalue().encode()


def _answers(field: Field, wave: Wave, at: datetime, *, part: float) -> None:
    """A part of the people answer, unit by unit better or worse; some are given up."""
    chance = field.chance
    form: Mapping[str, Any] | None = None
    rows = Invitation.objects.filter(wave=wave, assigned__isnull=False).select_related(
        "assigned__interviewer__person", "cell"
    )
    skill: dict[Any, float] = {}
    with clock.at(at):
        walkers = {one: field.actor(one) for one in INTERVIEWERS}
        for one in rows.order_by("cell__position", "order"):
            actor = walkers[one.assigned.interviewer.person.username]
            good = skill.setdefault(one.cell.unit_id, chance.uniform(0.15, 1))
            if chance.random() > part * (0.6 + 0.6 * good):
                if chance.random() < 0.04:
                    _give_up(actor, one)
                continue
            form = form or intake.start_assigned(actor, one.id).form
            intake.submit_assigned(
                actor, one.id, str(one.id), _answer(form, chance, good),
                seconds=chance.randint(400, 1500),
            )  # fmt: skip


def _give_up(actor: Actor, one: Invitation) -> None:
    try:
        inviting.give_up(
            actor, one.id, state=InvitationState.UNREACHABLE, reason="Gọi ba lần không gặp"
        )
    except UnknownError:
        return


def _answer(form: Mapping[str, Any], chance: Random, good: float) -> dict[str, str]:
    """What somebody might say; what was not asked is left out when it is kept."""
    found: dict[str, str] = {}
    for section in form["sections"]:
        for one in section["questions"]:
            kind, choices = one["kind"], form["scales"].get(one["scale"], [])
            if kind == "select_one":
                codes = [choice["code"] for choice in choices]
                weights = (
                    [bad + (fine - bad) * good for bad, fine in zip(_BAD, _GOOD, strict=True)]
                    if one["scale"] == "satisfaction"
                    else [len(codes) - at for at in range(len(codes))]
                )
                found[one["name"]] = chance.choices(codes, weights[: len(codes)])[0]
            elif kind == "select_multiple":
                found[one["name"]] = chance.choice(choices)["code"]
            elif kind == "integer":
                found[one["name"]] = str(chance.randint(19, 78))
            elif kind == "text":
                found[one["name"]] = "Minh họa"
    return found
