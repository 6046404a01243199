"""Provinces whose rounds stand at every stage at this moment, for the pages that need one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from evidence.good import good_pdf
from web.authorisation.surveys import people_of_surveys, surveys_of
from web.desk.login import log_in
from web.province import CLAIMS, PASSWORD, RULEBOOK, Province, build

from parindex.web.assessment.actions import (
    appraisal,
    claims,
    council,
    ending,
    exempting,
    phasing,
    rounds,
)
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.states import Role
from parindex.web.reference.actions import import_rulebook

SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
EXPLANATION, COUNCIL = PhaseKind.EXPLANATION, PhaseKind.COUNCIL
_ORDER = [(SELF, 1), (APPRAISAL, 1), (EXPLANATION, 1), (APPRAISAL, 2), (COUNCIL, 1)]
_LONG = "Ban Quản lý Khu kinh tế, công nghiệp và Khu công nghệ cao tỉnh"


@dataclass
class World:
    """The provinces by the stage that they stand at, and things on the way."""

    planned: Province
    scoring: Province
    appraising: Province
    explaining: Province
    deciding: Province
    upward: Any = None
    things: dict[str, Any] = field(default_factory=dict)
    surveys: Any = None

    def client(self, province: Province, name: str) -> Client:
        return log_in(Client(), province.people[name])


def make() -> World:
    """Everything, through the actions and the pages."""
    now = datetime.now(UTC)
    world = World(
        planned=build("ca-mau", start=now),
        scoring=build("tay-ninh", start=now - timedelta(days=3)),
        appraising=build("dak-lak", start=now - timedelta(days=10)),
        explaining=build("quang-tri", start=now - timedelta(days=17)),
        deciding=build("lang-son", start=now - timedelta(days=31)),
    )
    _scoring(world)
    for province, stages in ((world.appraising, 2), (world.explaining, 3), (world.deciding, 5)):
        _bring(province, stages)
    _deciding(world)
    _upward(world)
    people_of_surveys(world.scoring)
    world.surveys = surveys_of(world.scoring, _words_of.get, start=now - timedelta(days=3))
    return world


# What is a mark elsewhere, as a page of every day has it.
_words_of = {
    "field_title": "Khảo sát mức độ hài lòng của người dân, tổ chức đối với sự phục vụ năm 2025",
    "respondent_name": "Nguyễn Thị Hồng Nhung",
    "other_respondent_name": "Trần Văn Lâm",
}


def _during(province: Province, stage: int) -> Any:
    """A day after a phase began."""
    assert province.round is not None
    kind, number = _ORDER[stage]
    return clock.at(province.phase(kind, number).opens_at + timedelta(days=1))


def _open(province: Province, stage: int) -> None:
    phasing.open_phase(province.admin, province.phase(*_ORDER[stage]).id)


def _scoring(world: World) -> None:
    province = world.scoring
    with _during(province, 0):
        _open(province, 0)
        for item, said in CLAIMS.items():
            claims.save_claim(province.actor("officer"), province.sheet_id("finance"), item, said, base=0)  # fmt: skip
        claims.hand_in(province.actor("rival"), province.sheet_id("health"))
    officer = world.client(province, "officer")
    sheet = province.sheet_id("finance")
    paper = SimpleUploadedFile(
        "ke-hoach.pdf", good_pdf("Kế hoạch cải cách hành chính", "Trang hai")
    )
    officer.post(reverse("evidence_add", args=[sheet, "1.1.1"]), {"file": paper, "title": "Kế hoạch cải cách hành chính năm 2025 của " + _LONG, "number": "15/KH-STC", "page": "1"})  # fmt: skip
    opened = officer.get(reverse("item", args=[sheet, "1.1.1"])).context
    use = opened["evidence"].uses[0]
    world.things |= {"use": use.id, "document": use.document}
    exempting.request_exemption(province.actor("officer"), sheet, "1.2.1", reason="Đơn vị không có nhiệm vụ này")  # fmt: skip
    phasing.extend(
        province.admin, province.phase(SELF).id, sheet=province.sheet_id("health"),
        until=clock.now() + timedelta(days=9), reason="Bão số 9, mất điện ba ngày", waives_lateness=True, reopen=False,
    )  # fmt: skip
    TOTP.activate(province.people["appraiser2"], generate_totp_secret())
    RecoveryCodes.activate(province.people["appraiser2"])
    for name in ("head", "rival"):
        province.people[name].set_password(PASSWORD)
        province.people[name].save()
    head = province.people["head"]
    today = clock.today()
    people.delegate(
        province.actor("head"), head.assignments.get().id, province.people["officer2"].id,
        starts_on=today, ends_on=today + timedelta(days=3), reason="Đi công tác",
    )  # fmt: skip


def _bring(province: Province, stages: int) -> None:
    """Play as many phases as asked, the last of them open now."""
    for stage in range(stages):
        with _during(province, stage):
            _open(province, stage)
            if stage == 0:
                for unit, officer, head in (("finance", "officer", "head"), ("health", "rival", "rival_head")):  # fmt: skip
                    for item, said in CLAIMS.items():
                        claims.save_claim(province.actor(officer), province.sheet_id(unit), item, said, base=0)  # fmt: skip
                    claims.sign(province.actor(head), province.sheet_id(unit), although_missing=True)  # fmt: skip
            if stage == 1:
                appraisal.save_finding(
                    province.actor("appraiser"), province.sheet_id("finance"), "1.1.1", {"option": "late"},
                    reason="Kế hoạch ban hành ngày 15/3", base=0,
                )  # fmt: skip
                appraisal.ask(province.actor("appraiser"), province.sheet_id("health"), "1.1.2", text="Đề nghị gửi danh mục nhiệm vụ")  # fmt: skip
                appraisal.save_finding(
                    province.actor("lawyer"), province.sheet_id("finance"), "2.1.1", {"points": "1"},
                    reason="Hai văn bản sai thể thức", base=0,
                )  # fmt: skip


def _deciding(world: World) -> None:
    province = world.deciding
    with _during(province, 4):
        council.decide(
            province.actor("chair"), province.sheet_id("finance"), "2.1.1", {"points": "1,5"},
            reason="Chấp nhận giải trình", base=0,
            ballot=Ballot(in_favour=5, against=2, abstained=0, minutes="01/BB-HĐ", held_on=clock.today()),
        )  # fmt: skip
        made = council.propose_change(
            province.actor("appraiser"), province.sheet_id("health"), "1.1.1", {"option": "late"},
            reason="Văn bản ban hành sau thời hạn",
        )  # fmt: skip
        world.things["change"] = made.id
    findings = "\n".join(["unit,item,share,se,n", *(f"{one}@2021,2.2.1,0.9,0.01,300" for one in ("finance", "health"))])  # fmt: skip
    ending.upload_table(province.admin, province.round.id, "findings.csv", findings.encode(), source="Báo cáo 12/BC-SNV")  # type: ignore[union-attr]  # fmt: skip


def _upward(world: World) -> None:
    """The province's own sheet, that the Ministry appraises."""
    province = world.deciding
    now = clock.now()
    text = RULEBOOK.replace("group: departments", "group: provinces")
    rulebook = import_rulebook(province.admin, province.issuer, text.format(issuer=province.issuer.slug).encode(), file="bo.yaml")  # fmt: skip
    plans = [
        PhasePlan(kind=kind, number=1, opens_at=now + timedelta(hours=at), closes_at=now + timedelta(days=9, hours=at + 1),
                  units_see_findings=False, provisional_for=(Role.ROUND_ADMIN,))
        for at, kind in enumerate((SELF, APPRAISAL))
    ]  # fmt: skip
    plans[1] = PhasePlan(
        kind=APPRAISAL, number=1, opens_at=plans[0].closes_at, closes_at=plans[0].closes_at + timedelta(days=9),
        units_see_findings=False, provisional_for=(Role.ROUND_ADMIN,),
    )  # fmt: skip
    made = rounds.create_round(
        province.admin, province.issuer, slug="gui-bo", title="Tỉnh tự chấm gửi Bộ", year=2025,
        index="par-index", reference_date=date(2025, 12, 31), groups=[("provinces", rulebook)],
        phases=plans, direction=Direction.UPWARD,
    )  # fmt: skip
    [sheet] = rounds.add_units(province.admin, made.id, [(province.units["home"], "provinces", True)])  # fmt: skip
    for phase in made.phases.order_by("position"):
        phasing.open_phase(province.admin, phase.id)
    world.upward = made
    world.things["upward_sheet"] = sheet.id
