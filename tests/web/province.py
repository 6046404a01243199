"""A small province for tests: two departments, Home Affairs and Justice that appraise, a council.

Everything goes through actions, so that the journal is whole; the clock is set by the caller.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from parindex.web.assessment.actions import rounds
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.models import Phase, Round, Sheet
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.actor import Actor
from parindex.web.people.models import Account, Issuer, Unit
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Role
from parindex.web.reference.actions import import_rulebook

START = datetime(2025, 11, 1, 1, 0, tzinfo=UTC)
PASSWORD = "cải-cách-2025-thử"

RULEBOOK = """\
schema: parindex.rulebook/1
issuer: {issuer}
index: par-index
group: departments
tier: department
year: 2025
revision: 1
status: template
title: {{vi: "Bộ tiêu chí thử của {issuer}"}}
legal_basis: [{{id: a, vi: "Bộ tiêu chí dùng để thử", issued: 2025-01-01}}]
policies: {{points_decimals: 4, index_decimals: 2, rank_on: published, ties: share_best, not_applicable: renormalise}}
adjustments: {{bonus_cap: 2, deduction_cap: 5}}
classes:
  - {{id: good, name: {{vi: "Tốt"}}, from: 80}}
  - {{id: weak, name: {{vi: "Yếu"}}, from: 0}}
areas:
  - code: "1"
    name: {{vi: "Chỉ đạo, điều hành"}}
    criteria:
      - code: "1.1"
        name: {{vi: "Kế hoạch"}}
        items:
          - {{code: "1.1.1", id: plan-issued, name: {{vi: "Ban hành kế hoạch kịp thời"}}, max_points: 1, source: appraisal, appraiser: home-affairs, evidence: required, rule: {{shape: options, points: {{timely: 1, late: 0.5, none: 0}}}}, law: {{basis: a, at: "1.1.1"}}}}
          - {{code: "1.1.2", id: plan-done, name: {{vi: "Hoàn thành kế hoạch"}}, max_points: 2, source: appraisal, appraiser: home-affairs, evidence: optional, rule: {{shape: ratio, full_at: 100, zero_below: 50}}, if_none_due: full, law: {{basis: a, at: "1.1.2"}}}}
      - code: "1.2"
        name: {{vi: "Sai phạm"}}
        items:
          - {{code: "1.2.1", id: faults, name: {{vi: "Số lần chậm báo cáo"}}, max_points: 1, source: appraisal, appraiser: justice, evidence: none, rule: {{shape: deduction, each: 0.25}}, zero_if: {{vi: "Có cán bộ bị kỷ luật"}}, law: {{basis: a, at: "1.2.1"}}}}
  - code: "2"
    name: {{vi: "Thể chế và đánh giá ngoài"}}
    criteria:
      - code: "2.1"
        name: {{vi: "Thể chế"}}
        items:
          - {{code: "2.1.1", id: given, name: {{vi: "Chất lượng văn bản"}}, max_points: 2, source: appraisal, appraiser: justice, evidence: optional, rule: {{shape: given}}, law: {{basis: a, at: "2.1.1"}}}}
          - {{code: "2.1.2", id: outside, name: {{vi: "Đánh giá của cơ quan ngoài"}}, max_points: 1, source: external, appraiser: justice, rule: {{shape: bands, on: value, steps: [{{from: 90, points: 1}}, {{from: 50, points: 0.5}}]}}, law: {{basis: a, at: "2.1.2"}}}}
      - code: "2.2"
        name: {{vi: "Hài lòng"}}
        items:
          - {{code: "2.2.1", id: sipas, name: {{vi: "Mức độ hài lòng"}}, max_points: 3, source: survey, rule: {{shape: ratio}}, law: {{basis: a, at: "2.2.1"}}}}
"""
# What a unit claims of each item that it claims.
CLAIMS = {
    "1.1.1": {"option": "timely"},
    "1.1.2": {"numerator": "19", "denominator": "20"},
    "1.2.1": {"count": "1"},
    "2.1.1": {"points": "1,5"},
}


@dataclass
class Province:
    """What was built, by short names."""

    issuer: Issuer
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    round: Round | None = None
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def actor(self, name: str, *, second_factor: bool = True) -> Actor:
        """The person of a short name, as they are at the clock's day."""
        return actor_for(self.people[name], on=clock.today(), second_factor=second_factor)

    @property
    def admin(self) -> Actor:
        return self.actor("admin")

    def phase(self, kind: PhaseKind, number: int = 1) -> Phase:
        assert self.round is not None
        return self.round.phases.get(kind=kind, number=number)

    def sheet_id(self, unit: str) -> UUID:
        return self.sheets[unit].id


# short name: role, unit
PEOPLE = {
    "officer": (Role.OFFICER, "finance"),
    "officer2": (Role.OFFICER, "finance"),
    "head": (Role.HEAD, "finance"),
    "rival": (Role.OFFICER, "health"),
    "rival_head": (Role.HEAD, "health"),
    "appraiser": (Role.APPRAISER, "home"),
    "appraiser2": (Role.APPRAISER, "home"),
    "lawyer": (Role.APPRAISER, "justice"),
    "lawyer2": (Role.APPRAISER, "justice"),
    "home_officer": (Role.OFFICER, "home"),
    "home_head": (Role.HEAD, "home"),
    "member": (Role.COUNCIL_MEMBER, None),
    "chair": (Role.COUNCIL_CHAIR, None),
    "leader": (Role.LEADER, None),
    "observer": (Role.OBSERVER, None),
}
UNITS = {
    "finance": "Sở Tài chính",
    "health": "Sở Y tế",
    "home": "Sở Nội vụ",
    "justice": "Sở Tư pháp",
}


def build(
    slug: str = "tay-ninh",
    *,
    start: datetime = START,
    double: bool = False,
    passwords: bool = False,
) -> Province:
    """A province with its people and a planned round; names of people carry the slug.

    Passwords cost a tenth of a second each, and are set only where somebody logs in by one.
    """
    password = PASSWORD if passwords else None
    with clock.at(start):
        admin = people.found_issuer(
            slug, f"Tỉnh {slug}", administrator=f"{slug}.admin", email=f"admin@{slug}.example",
            password=password, person_name=f"Quản trị {slug}", on=clock.today(),
        )  # fmt: skip
        issuer = Issuer.objects.get(slug=slug)
        made = Province(issuer=issuer, people={"admin": admin})
        for short, name in UNITS.items():
            made.units[short] = people.save_unit(
                made.admin, issuer, f"{short}@2021", name=name, tier="department",
                group="departments", starts_on=date(2021, 1, 1),
            )  # fmt: skip
        for short, (role, unit) in PEOPLE.items():
            account = people.save_account(
                made.admin, issuer, f"{slug}.{short}", name=f"Người {short}",
                email=f"{short}@{slug}.example", password=password,
            )  # fmt: skip
            made.people[short] = account
            people.assign(
                made.admin, account, role, issuer=issuer,
                unit=made.units[unit] if unit else None, starts_on=date(2025, 1, 1),
            )  # fmt: skip
        _plan(made, start, double=double)
    return made


def _plan(made: Province, start: datetime, *, double: bool) -> None:
    rulebook = import_rulebook(
        made.admin,
        made.issuer,
        RULEBOOK.format(issuer=made.issuer.slug).encode(),
        file="bo-tieu-chi.yaml",
    )
    week = timedelta(days=7)
    kinds = [
        (PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1), (PhaseKind.EXPLANATION, 1),
        (PhaseKind.APPRAISAL, 2), (PhaseKind.COUNCIL, 1),
    ]  # fmt: skip
    plans = [
        PhasePlan(
            kind=kind, number=number, opens_at=start + at * week, closes_at=start + (at + 1) * week,
            units_see_findings=kind is PhaseKind.EXPLANATION,
            provisional_for=(Role.ROUND_ADMIN, Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER)
            if kind is not PhaseKind.SELF_SCORING else (),
        )
        for at, (kind, number) in enumerate(kinds)
    ]  # fmt: skip
    made.round = rounds.create_round(
        made.admin, made.issuer, slug="2025", title=f"Chỉ số CCHC 2025 {made.issuer.slug}",
        year=2025, index="par-index", reference_date=date(2025, 12, 31),
        groups=[("departments", rulebook)], phases=plans, double_appraisal=double,
    )  # fmt: skip
    sheets = rounds.add_units(
        made.admin, made.round.id, [(unit, "departments", True) for unit in made.units.values()]
    )
    by_unit = {one.unit_id: one for one in sheets}
    made.sheets = {short: by_unit[unit.id] for short, unit in made.units.items()}
    for key, body, other in (("home-affairs", "home", "justice"), ("justice", "justice", "home")):
        rounds.set_appraiser(made.admin, made.round.id, key, made.units[body])
        rounds.set_appraiser(
            made.admin, made.round.id, key, made.units[other], sheet=made.sheets[body]
        )


def when(kind: PhaseKind, number: int = 1, *, start: datetime = START) -> datetime:
    """A moment in the middle of a phase of :func:`build`."""
    order = [
        (PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1), (PhaseKind.EXPLANATION, 1),
        (PhaseKind.APPRAISAL, 2), (PhaseKind.COUNCIL, 1),
    ]  # fmt: skip
    return start + timedelta(days=7 * order.index((kind, number)) + 3)
