"""A province with a survey for tests: its manager, interviewers, who watches, who is a stranger.

Everything goes through actions; only codes are given out without the paper that they stand on.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from parindex.web.fieldwork import codes
from parindex.web.fieldwork.actions import closing, drawing, intake, mixing, waves
from parindex.web.fieldwork.models import Interviewer, Invitation, Wave
from parindex.web.fieldwork.states import InvitationState
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.actor import Actor
from parindex.web.people.models import Account, Issuer, Unit
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Role

START = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
OPEN = START + timedelta(days=3)
CLOSES = START + timedelta(days=30)
SYNCS = CLOSES + timedelta(days=5)
AFTER = SYNCS + timedelta(days=1)

INSTRUMENT = """\
schema: parindex.questionnaire/1
id: hai-long-thu
version: 1
status: template
title: {vi: "Phiếu thử sự hài lòng", en: "Trial of satisfaction"}
languages: {vi: "Tiếng Việt", en: English}
respondents: {id: citizens, name: {vi: "Người dân", en: Citizens}}
consent: {vi: "Trả lời là tự nguyện; phiếu không gắn với tên.", en: "Answering is voluntary; no name is kept."}
scoring: {method: top2, overall: factors}
factors:
  - {id: access, name: {vi: "Tiếp cận", en: Access}}
scales:
  five:
    - {code: "1", label: {vi: "Rất không hài lòng", en: "Very dissatisfied"}, score: 1, percent: 0}
    - {code: "2", label: {vi: "Không hài lòng", en: Dissatisfied}, score: 2, percent: 20}
    - {code: "3", label: {vi: "Bình thường", en: Neutral}, score: 3, percent: 60}
    - {code: "4", label: {vi: "Hài lòng", en: Satisfied}, score: 4, percent: 80}
    - {code: "5", label: {vi: "Rất hài lòng", en: "Very satisfied"}, score: 5, percent: 100}
    - {code: "9", label: {vi: "Không ý kiến", en: "No opinion"}, missing: yes}
  yesno:
    - {code: "1", label: {vi: "Có", en: Yes}}
    - {code: "0", label: {vi: "Không", en: No}}
sections:
  - name: about
    label: {vi: "Về dịch vụ", en: "The service"}
    questions:
      - {name: q1, kind: select_one, scale: five, label: {vi: "Thời gian", en: Time}, required: yes, factor: access, aspect: satisfaction, feeds: "2.2.1"}
      - {name: q2, kind: select_one, scale: five, label: {vi: "Thái độ", en: Manners}, required: yes, factor: access, aspect: satisfaction}
      - {name: bribe, kind: select_one, scale: yesno, label: {vi: "Bị gợi ý chi thêm", en: "Asked to pay more"}}
      - {name: more, kind: text, label: {vi: "Ý kiến khác", en: "Anything else"}}
"""
PLAN = """\
schema: parindex.sampling/1
id: dossier
stages:
  - {method: srs, strata: [unit, service], take: %(take)d, reserve: %(reserve)d}
"""
COLUMNS = {
    "name": "name", "phone": "phone", "address": "address", "dossier": "dossier",
    "unit": "unit", "service": "service",
}  # fmt: skip
UNITS = {"finance": "Sở Tài chính", "health": "Sở Y tế"}
SERVICES = ("khai-sinh", "dat-dai")
# short name: role
PEOPLE = {
    "manager": Role.SURVEY_MANAGER,
    "manager2": Role.SURVEY_MANAGER,
    "walker": Role.INTERVIEWER,
    "walker2": Role.INTERVIEWER,
    "walker3": Role.INTERVIEWER,
    "leader": Role.LEADER,
    "member": Role.COUNCIL_MEMBER,
}


@dataclass
class Survey:
    """What was built, by short names."""

    issuer: Issuer
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    wave: Wave | None = None
    frame: bytes = b""
    # invitation: its code, as the letter has it
    codes: dict[UUID, str] = field(default_factory=dict)

    def actor(self, name: str, *, second_factor: bool = True) -> Actor:
        """The person of a short name, as they are at the clock's day."""
        return actor_for(self.people[name], on=clock.today(), second_factor=second_factor)

    @property
    def manager(self) -> Actor:
        return self.actor("manager")

    @property
    def id(self) -> UUID:
        assert self.wave is not None
        return self.wave.id

    def fresh(self) -> Wave:
        return Wave.objects.select_related("issuer", "instrument").get(id=self.id)

    def invitations(self, **where) -> list[Invitation]:
        rows = Invitation.objects.filter(wave=self.wave, **where).select_related("cell")
        return list(rows.order_by("cell__position", "reserve", "order"))


def frame_of(n: int, *, units=tuple(UNITS), services=SERVICES) -> bytes:
    """A frame of n people for each unit and service."""
    rows = ["dossier,name,phone,address,unit,service"]
    at = 0
    for unit in units:
        for service in services:
            for _ in range(n):
                at += 1
                rows.append(
                    f"H{at:05},Người số {at},09{at:08},Số {at} phố Huế,{unit}@2021,{service}"
                )
    return ("\n".join(rows) + "\n").encode()


def found(slug: str = "tay-ninh") -> Survey:
    """A province with its people, and nothing asked yet."""
    with clock.at(START):
        admin = people.found_issuer(
            slug, f"Tỉnh {slug}", administrator=f"{slug}.admin", email=f"admin@{slug}.example",
            password=None, person_name=f"Quản trị {slug}", on=clock.today(),
        )  # fmt: skip
        made = Survey(issuer=Issuer.objects.get(slug=slug), people={"admin": admin})
        by = made.actor("admin")
        for short, name in UNITS.items():
            made.units[short] = people.save_unit(
                by, made.issuer, f"{short}@2021", name=name, tier="department",
                group="departments", starts_on=date(2021, 1, 1),
            )  # fmt: skip
        for short in (*PEOPLE, "officer"):
            made.people[short] = people.save_account(
                by, made.issuer, f"{slug}.{short}", name=f"Người {short}",
                email=f"{short}@{slug}.example",
            )  # fmt: skip
        for short, role in PEOPLE.items():
            people.assign(
                by, made.people[short], role, issuer=made.issuer, unit=None,
                starts_on=date(2026, 1, 1),
            )  # fmt: skip
        people.assign(
            by, made.people["officer"], Role.OFFICER, issuer=made.issuer,
            unit=made.units["finance"], starts_on=date(2026, 1, 1),
        )  # fmt: skip
    return made


def plan(
    slug: str = "tay-ninh",
    *,
    in_frame: int = 30,
    take: int = 20,
    reserve: int = 5,
    **wave,
) -> Survey:
    """A wave that is planned, its frame registered: two units with two services each."""
    made = found(slug)
    with clock.at(START):
        instrument = waves.import_instrument(
            made.manager, made.issuer, INSTRUMENT.encode(), file="phieu.yaml"
        )
        made.wave = waves.create_wave(
            made.manager, made.issuer, **{
                "slug": "2026", "title": f"Khảo sát {slug}", "instrument": instrument.id,
                "opens_at": START, "closes_at": CLOSES, "syncs_until": SYNCS, **wave,
            },
        )  # fmt: skip
        made.frame = frame_of(in_frame)
        drawing.register_frame(
            made.manager, made.wave.id, made.frame, columns=COLUMNS, file="khung.csv",
            plan=(PLAN % {"take": take, "reserve": reserve}).encode(),
        )  # fmt: skip
    return made


def draw(made: Survey, seed: str = "xổ số 08/09/2026: 482913") -> Survey:
    with clock.at(START):
        made.wave = drawing.draw(made.manager, made.id, made.frame, seed=seed, file="k.csv").wave
    return made


def ask(slug: str = "tay-ninh", **planned) -> Survey:
    """A wave that is open, with a code for each who was drawn."""
    made = draw(plan(slug, **planned))
    give_codes(made)
    with clock.at(START):
        made.wave = waves.open_wave(made.manager, made.id)
    return made


def ask_now(people: int, reserve: int = 0) -> Survey:
    """An open wave of so many people a cell, by the real clock: for threads and processes."""
    now = datetime.now(UTC)
    made = found()
    instrument = waves.import_instrument(
        made.manager, made.issuer, INSTRUMENT.encode(), file="phieu.yaml"
    )
    made.wave = waves.create_wave(
        made.manager, made.issuer, slug="2026", title="Khảo sát", instrument=instrument.id,
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=9),
    )  # fmt: skip
    made.frame = frame_of(people + reserve)
    drawing.register_frame(
        made.manager, made.id, made.frame, columns=COLUMNS, file="khung.csv",
        plan=(PLAN % {"take": people, "reserve": reserve}).encode(),
    )  # fmt: skip
    made.wave = drawing.draw(made.manager, made.id, made.frame, seed="7", file="khung.csv").wave
    give_codes(made)
    made.wave = waves.open_wave(made.manager, made.id)
    return made


def give_codes(made: Survey) -> None:
    """Codes as letters give them, without the letters."""
    rows = made.invitations(state=InvitationState.DRAWN)
    for one in rows:
        made.codes[one.id] = codes.new_code()
        one.token_hash, one.state = codes.hash_of(made.codes[one.id]), InvitationState.INVITED
    Invitation.objects.bulk_update(rows, ["token_hash", "state"], batch_size=1000)


def mixed_clusters() -> Survey:
    """A wave of villages in two strata, mixed: of two in the east, and of one alone in the west."""
    made = ask(in_frame=30, take=20, reserve=0)
    rows = ["id,village,part,unit"] + [
        f"p{village}-{at},v{village},{'west' if village > 5 else 'east'},finance@2021"
        for village in range(9)
        for at in range(12)
    ]
    made.frame = ("\n".join(rows) + "\n").encode()
    stages = (
        "  - {cluster: village, strata: [part], method: srs, take: 2, take_in: {west: 1}}\n"
        "  - {method: srs, take: 8}\n"
    )
    with clock.at(START):
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug="cum", title="Hai bước", opens_at=START,
            closes_at=CLOSES, instrument=made.fresh().instrument_id,
        )  # fmt: skip
        drawing.register_frame(
            made.manager, made.id, made.frame, columns={"unit": "unit"}, file="k",
            plan=f"schema: parindex.sampling/1\nid: id\nstages:\n{stages}".encode(),
        )  # fmt: skip
        drawing.draw(made.manager, made.id, made.frame, seed="3", file="k")
        give_codes(made)
        waves.open_wave(made.manager, made.id)
    with clock.at(OPEN):
        for at, one in enumerate(made.invitations(reserve=False)):
            intake.submit(made.codes[one.id], f"d-{at}", answers(at), mode="web", seconds=60)
    with clock.at(AFTER):
        closing.close_due()
        made.wave = mixing.mix(made.manager, made.id)
    return made


def name_walkers(made: Survey) -> list[Interviewer]:
    """The three interviewers, named for the wave."""
    with clock.at(START):
        people = [made.people[name].id for name in ("walker", "walker2", "walker3")]
        return waves.name_interviewers(made.manager, made.id, people)


def answers(at: int = 0) -> dict[str, str]:
    """Good answers that differ by number."""
    return {"q1": str(1 + at % 5), "q2": str(1 + at // 5 % 5), "bribe": str(at % 2)}
