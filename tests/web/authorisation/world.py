"""A province in the middle of a phase with words of its own in every field, and all who knock.

``story`` plays a round up to a phase. Whatever is text or file in it is a mark: a word that names
its field and stands nowhere else, so that a page which shows it can be held to who may read it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from evidence.good import good_pdf
from web.authorisation.asked import Asked, asked
from web.authorisation.surveys import NO_IDS, Surveys, people_of_surveys, surveys_of
from web.province import RULEBOOK, START, Province, build, when

from parindex.web.assessment.actions import (
    appraisal,
    claims,
    council,
    ending,
    evidence,
    exempting,
    explaining,
    phasing,
    reading,
    rounds,
)
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.models import (
    Change,
    Exemption,
    Phase,
    Round,
    SignedForm,
    Use,
)
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import checkpoints_about
from parindex.web.people import actions as people
from parindex.web.people.models import Account, Assignment, Delegation, Token
from parindex.web.people.states import Role, Scope
from parindex.web.reference.actions import import_rulebook
from parindex.web.reference.models import Rulebook

WHOLE = bool(os.environ.get("PARINDEX_WHOLE_MATRIX"))
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
EXPLANATION, COUNCIL = PhaseKind.EXPLANATION, PhaseKind.COUNCIL
PHASES = ("self_scoring", "appraisal", "explanation", "council", "approved")
APPROVED_AT = START + timedelta(days=36)
Mark = Callable[[str], str]
# Figures that stand nowhere else, so that they too can be looked for.
CLAIMED, FOUND = "86753091", "75642091"
DUE = "98765432"
CLAIMS = {
    "1.1.1": {"option": "timely"},
    "1.1.2": {"numerator": CLAIMED, "denominator": DUE},
    "1.2.1": {"count": "1"},
}
FINDINGS = "unit,item,share\n" + "".join(
    f"{unit}@2021,2.2.1,0.85\n" for unit in ("finance", "health", "home", "justice")
)


def moment_of(phase: str) -> datetime:
    """A moment in the middle of a phase; of the approved round, a little later."""
    return APPROVED_AT if phase == "approved" else when(PhaseKind(phase))


@dataclass
class World:
    """The province of a story, what to name in addresses, and whoever knocks."""

    province: Province
    phase: str
    mark: Mark
    planned: Round
    people: dict[str, Account]
    asked: Asked
    uses: dict[str, Use] = field(default_factory=dict)
    surveys: Surveys | None = None

    @property
    def slug(self) -> str:
        return str(self.province.issuer.slug)

    @property
    def round(self) -> Round:
        assert self.province.round is not None
        return self.province.round

    @property
    def sheet(self) -> UUID:
        return self.province.sheet_id("finance")

    def actor(self, name: str) -> Any:
        return self.province.actor(name)

    @cached_property
    def phases(self) -> list[Phase]:
        return list(self.round.phases.order_by("position"))

    @property
    def now(self) -> Phase:
        """The phase that is open; of an approved round the last one."""
        return [one for one in self.phases if one.opened_at is not None][-1]

    @property
    def next(self) -> Phase:
        """The phase to open next; where there is none, the last one."""
        return next((one for one in self.phases if one.opened_at is None), self.phases[-1])

    @cached_property
    def ids(self) -> dict[str, Any]:
        """What addresses name, by the name of their part."""
        use = self.uses["first"]
        change = Change.objects.filter(sheet=self.sheet, approved=None).first()
        assignment = Assignment.objects.get(person=self.people["rival"])
        return {
            "round_id": self.round.id,
            "sheet_id": self.sheet,
            "item": "1.1.1",
            "phase_id": self.now.id,
            "use_id": use.id,
            "document_id": use.revision.evidence_id,
            "revision_id": use.revision_id,
            "name": use.revision.name,
            "form_id": SignedForm.objects.get(sheet=self.sheet).id,
            "exemption_id": Exemption.objects.get(sheet=self.sheet).id,
            # Before the lock there is no change; no address of one leads anywhere.
            "change_id": change.id if change else UUID(int=1),
            "account_id": self.people["rival"].id,
            "assignment_id": assignment.id,
            "delegation_id": Delegation.objects.get(to=self.people["delegate"]).id,
            "token_id": Token.objects.filter(person=self.people["officer"]).earliest("made_at").id,
            "number": checkpoints_about(str(self.round.id))[0].pk,
            "unit": "finance@2021",
            "issuer": self.slug,
            "slug": "finance@2021",
            "username": f"{self.slug}.rival",
            "previous_id": self.round.id,
            "wave": self.asked.wave.id,
            **(self.surveys.ids if self.surveys else NO_IDS),
        }


def story(
    slug: str, phase: str, mark: Mark, *, renamed: bool = False, surveyed: bool = False
) -> World:
    """A province whose round has come to a phase, each text and file of it a mark."""
    made = build(slug)
    world = _peopled(made, phase, mark)
    # Surveys are the same in every phase of the round: they are there in the first, or as asked.
    if surveyed or WHOLE or (phase == PHASES[0] and not renamed):
        world.surveys = surveys_of(made, mark)
    if renamed:
        _renamed(world)
    at = PHASES.index(phase)
    with clock.at(when(SELF)):
        _self_scoring(world, submits=at > 0)
    if at > 0:
        with clock.at(when(APPRAISAL) - timedelta(days=1)):
            _open(world, APPRAISAL)
        with clock.at(when(APPRAISAL) - timedelta(hours=1)):
            _appraisal(world)
    if at > 1:
        with clock.at(when(EXPLANATION) - timedelta(days=1)):
            _open(world, EXPLANATION)
        with clock.at(when(EXPLANATION) - timedelta(hours=1)):
            _explanation(world)
    if at > 2:
        with clock.at(when(APPRAISAL, 2)):
            _open(world, APPRAISAL, 2)
        with clock.at(when(COUNCIL) - timedelta(days=1)):
            _open(world, COUNCIL)
        with clock.at(when(COUNCIL) - timedelta(hours=1)):
            _council(world)
    if at > 3:
        with clock.at(APPROVED_AT - timedelta(hours=1)):
            _approve(world)
    world.__dict__.pop("phases", None)
    return world


# ---- the people


def _peopled(made: Province, phase: str, mark: Mark) -> World:
    """Further people: of two units, moved, gone, lent to, of another round, closed."""
    with clock.at(START):
        admin, issuer = made.admin, made.issuer
        groups = [("departments", Rulebook.objects.get(issuer=issuer))]
        planned = rounds.create_round(
            admin, issuer, slug="2025-b", title=mark("planned_title"), year=2025,
            index="par-index", reference_date=date(2025, 12, 31), groups=groups,
            phases=[PhasePlan(kind=kind, number=1, opens_at=START + timedelta(days=90 + n),
                              closes_at=START + timedelta(days=91 + n))
                    for n, kind in enumerate((SELF, APPRAISAL))],
        )  # fmt: skip

        def person(name: str) -> Account:
            made.people[name] = people.save_account(
                admin, issuer, f"{issuer.slug}.{name}", name=f"Người {name}",
                email=f"{name}@{issuer.slug}.example",
            )  # fmt: skip
            return made.people[name]

        def assign(account: Account, role: Role, unit: str | None, **more: Any) -> Assignment:
            return people.assign(
                admin, account, role, issuer=issuer, unit=made.units[unit] if unit else None,
                **{"starts_on": date(2025, 1, 1), **more},
            )  # fmt: skip

        torn, moved, former = person("torn"), person("moved"), person("former")
        assign(torn, Role.APPRAISER, "home")
        assign(torn, Role.OFFICER, "finance")
        assign(moved, Role.APPRAISER, "home")
        assign(moved, Role.OFFICER, "finance", starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 1))
        assign(former, Role.OFFICER, "finance", ends_on=date(2025, 6, 1))
        assign(person("guest"), Role.OBSERVER, None, round_=planned.id)
        people_of_surveys(made)
        closed = person("closed")
        assign(closed, Role.OFFICER, "finance")
        lent = Assignment.objects.get(person=made.people["officer"])
        people.delegate(
            made.actor("officer"), lent.id, person("delegate").id, starts_on=date(2025, 10, 1),
            ends_on=date(2026, 6, 1), reason=mark("delegation_reason"),
        )  # fmt: skip
        people.make_token(
            made.actor("officer"), mark("token_name"), scopes=[Scope.READ],
            expires_at=START + timedelta(days=300),
        )  # fmt: skip
        walker = person("interviewer")
        assign(walker, Role.INTERVIEWER, None)
        field = asked(issuer, walker, mark)
    return World(
        province=made, phase=phase, mark=mark, planned=planned, people=made.people, asked=field
    )


# ---- the round


def _open(world: World, kind: PhaseKind, number: int = 1) -> None:
    phasing.open_phase(world.actor("admin"), world.province.phase(kind, number).id)


def _shown(world: World, item: str, part: str, who: str = "officer") -> Use:
    """A document shown for an item, each part of it a mark; its text is read."""
    mark = world.mark
    received = evidence.receive(good_pdf(mark(f"{part}_text")), name=f"{mark(f'{part}_file')}.pdf")
    use = evidence.add_evidence(
        world.actor(who), world.sheet, item, received, title=mark(f"{part}_title"),
        number=mark(f"{part}_number"), issued_on=date(2025, 1, 10), pointer=mark(f"{part}_pointer"),
    )  # fmt: skip
    reading.read_text(use.revision.file_id)
    return use


def _self_scoring(world: World, *, submits: bool) -> None:
    mark, sheet, actor = world.mark, world.sheet, world.actor
    _open(world, SELF)
    admin = actor("admin")
    Round.objects.filter(id=world.round.id).update(missing_is_zero=True)
    ending.upload_table(
        admin, world.round.id, "findings.csv", FINDINGS.encode(), source=mark("table_source")
    )
    phasing.extend(
        admin, world.province.phase(SELF).id, sheet=world.province.sheet_id("health"),
        until=when(SELF) + timedelta(days=9), reason=mark("extension_reason"),
    )  # fmt: skip
    for unit, who in (("finance", "officer"), ("health", "rival")):
        for item, said in CLAIMS.items():
            claims.save_claim(
                actor(who), world.province.sheet_id(unit), item, said, base=0,
                comment=mark(f"{unit}_note") if item == "1.1.1" else "",
            )  # fmt: skip
    world.uses["first"] = _shown(world, "1.1.1", "evidence")
    taken_back = _shown(world, "1.1.2", "withdrawn")
    evidence.withdraw(actor("officer"), taken_back.id, reason=mark("withdrawal_reason"))
    form = evidence.receive(good_pdf(mark("form_text")), name=f"{mark('form_file')}.pdf")
    evidence.attach_signed_form(actor("officer"), sheet, form)
    claims.hand_in(actor("officer"), sheet)
    claims.send_back(actor("head"), sheet, reason=mark("sent_back_reason"))
    asked = exempting.request_exemption(actor("officer"), sheet, "2.1.1", reason=mark("exemption"))
    if submits:
        exempting.decide_exemption(admin, asked.id, grant=False, why=mark("exemption_why"))
        claims.sign(actor("head"), sheet, although_missing=True)
        claims.sign(actor("rival_head"), world.province.sheet_id("health"), although_missing=True)


def _appraisal(world: World) -> None:
    mark, sheet, actor = world.mark, world.sheet, world.actor
    appraisal.save_finding(
        actor("appraiser"), sheet, "1.1.1", {"option": "late"}, base=0,
        reason=mark("finding_reason"), comment=mark("finding_note"),
    )  # fmt: skip
    appraisal.save_finding(
        actor("appraiser"), sheet, "1.1.2", {"numerator": FOUND, "denominator": DUE}, base=0,
        reason=mark("lowered_reason"),
    )  # fmt: skip
    appraisal.save_finding(actor("lawyer"), sheet, "1.2.1", {"count": "1"}, base=0)
    appraisal.ask(actor("appraiser"), sheet, "1.1.2", text=mark("question"))


def _explanation(world: World) -> None:
    explaining.answer(
        world.actor("officer"), world.sheet, "1.1.2", accepts=False, text=world.mark("answer")
    )
    world.uses["explaining"] = _shown(world, "1.1.2", "explained")


def _council(world: World) -> None:
    mark, sheet, actor = world.mark, world.sheet, world.actor
    ballot = Ballot(
        in_favour=5, against=1, abstained=0, minutes=mark("minutes"), held_on=date(2025, 11, 30)
    )
    council.decide(
        actor("chair"), sheet, "1.1.2", {"numerator": FOUND, "denominator": DUE}, base=0,
        reason=mark("decision_reason"), ballot=ballot,
    )  # fmt: skip
    council.propose_change(
        actor("lawyer"), sheet, "1.2.1", {"count": "2"}, reason=mark("change_reason")
    )


def _approve(world: World) -> None:
    change = Change.objects.get(sheet=world.sheet, approved=None)
    council.decide_change(
        world.actor("chair"), change.id, approve=False, why=world.mark("change_why")
    )
    ending.approve_round(world.actor("admin"), world.round.id)
    council.propose_change(
        world.actor("lawyer"), world.sheet, "1.2.1", {"count": "3"},
        reason=world.mark("late_change_reason"),
    )  # fmt: skip


# ---- another province: its secrets

CANARY = "bimattinhkhac"
# A word of its texts that is searched for, without being the secret itself.
BAIT = "nhuchimmoi"


def canary(label: str) -> str:
    """A text of the other province."""
    return f"{CANARY} {BAIT} {label}"


def other_province(phase: str, *, surveyed: bool = False) -> World:
    """The other province, every text and file of it a canary, its names too."""
    return story("dak-lak", phase, canary, renamed=True, surveyed=surveyed)


def _renamed(world: World) -> None:
    made = world.province
    with clock.at(START):
        for short, unit in made.units.items():
            people.save_unit(
                made.admin, made.issuer, unit.slug, name=canary(short), tier=unit.tier,
                group=unit.group, starts_on=unit.starts_on,
            )  # fmt: skip
        for short, account in made.people.items():
            people.save_account(
                made.admin, made.issuer, account.username, name=canary(short),
                email=f"{CANARY}.{short}@dak-lak.example",
            )  # fmt: skip
        text = RULEBOOK.format(issuer="dak-lak").replace("revision: 1", "revision: 3")
        text = text.replace("Bộ tiêu chí", canary("rulebook")).replace("Kế hoạch", canary("item"))
        import_rulebook(made.admin, made.issuer, text.encode(), file=f"{CANARY}.yaml")
    type(made.issuer).objects.filter(slug="dak-lak").update(name=canary("issuer"))
    Round.objects.filter(issuer="dak-lak", slug="2025").update(title=canary("round"))
    world.round.refresh_from_db()
