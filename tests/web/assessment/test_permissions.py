"""Who may do what: for every action exactly these people, and nobody else of this province or another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import transaction
from PIL import Image
from web.province import CLAIMS, PEOPLE, RULEBOOK, START, Province, build, when

from parindex.errors import ParindexError
from parindex.web.assessment import permissions, states
from parindex.web.assessment.actions import (
    appraisal,
    claims,
    council,
    ending,
    evidence,
    exempting,
    explaining,
    past,
    phasing,
    rounds,
    workbook,
)
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.models import Exemption
from parindex.web.assessment.permissions import Place
from parindex.web.assessment.states import (
    NoSuchMoveError,
    PhaseKind,
    RoundState,
    SheetMove,
    SheetState,
    Window,
)
from parindex.web.journal import chain, clock
from parindex.web.people import actions as people
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.models import Assignment
from parindex.web.people.permissions import RefusedError, UnknownError, can_administer
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Role, Scope
from parindex.web.reference.actions import import_rulebook

SELF, COUNCIL = PhaseKind.SELF_SCORING, PhaseKind.COUNCIL
APPRAISAL, EXPLANATION = PhaseKind.APPRAISAL, PhaseKind.EXPLANATION
# A deputy has a lent job alone; a stand-in works in Finance and was lent a job at Home Affairs.
NAMES = ["admin", *PEOPLE, "deputy", "stand_in"]
FINANCE = {"officer", "officer2", "head", "deputy", "stand_in"}
SEES_ALL = {"admin", "member", "chair", "leader", "observer"}
ADMIN = {"admin"}
Call = Callable[[Actor], Any]


@pytest.fixture
def province(db):
    made = build()
    with clock.at(START):
        for name in ("deputy", "stand_in"):
            made.people[name] = people.save_account(
                made.admin, made.issuer, f"{made.issuer.slug}.{name}", name=name, email=""
            )
        people.assign(
            made.admin, made.people["stand_in"], Role.OFFICER, issuer=made.issuer,
            unit=made.units["finance"], starts_on=date(2025, 1, 1),
        )  # fmt: skip
        for lender, borrower in (("officer", "deputy"), ("appraiser", "stand_in")):
            people.delegate(
                made.actor(lender), _job(made, lender), made.people[borrower].id,
                starts_on=clock.today(), ends_on=date(2026, 12, 31), reason="Đi công tác",
            )  # fmt: skip
    return made


def _job(made: Province, name: str) -> UUID:
    id_: UUID = Assignment.objects.get(person=made.people[name]).id
    return id_


def outcome(call: Call, actor: Actor, *, passes: str = "") -> str:
    """may, refused or unknown; whatever was done is undone."""
    point = transaction.savepoint()
    try:
        call(actor)
    except UnknownError:
        return "unknown"
    except RefusedError as error:
        return "may" if error.code == passes else "refused"
    except ConflictError:
        return "may"
    except ParindexError:
        return "may"  # the fields are looked at after the person
    else:
        return "may"
    finally:
        transaction.savepoint_rollback(point)


def who_may(made: Province, call: Call, **more: Any) -> set[str]:
    return {name for name in NAMES if outcome(call, made.actor(name), **more) == "may"}


def who_knows(made: Province, call: Call, **more: Any) -> set[str]:
    """Who is not told that there is no such thing."""
    return {name for name in NAMES if outcome(call, made.actor(name), **more) != "unknown"}


def _received(name: str = "anh.png") -> evidence.Received:
    picture = BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "PNG")
    return evidence.receive(picture.getvalue(), name=name)


def hold(made: Province, other: Province, cases: dict[str, tuple[Call, set[str]]]) -> None:
    """Each action for each person of this province, and for those of another: none of them."""
    for name, (call, expected) in cases.items():
        passes = {"signed form": "refused.not_pdf", "decide exemption": "refused.decided"}
        got = who_may(made, call, passes=passes.get(name, ""))
        assert got == expected, name
        for stranger in ("admin", "officer", "head", "appraiser", "chair"):
            assert outcome(call, other.actor(stranger)) != "may", (name, stranger)


def test_before_and_during_self_scoring(province):
    other = build("dak-lak")
    made, finance = province, province.sheet_id("finance")
    round_ = made.round
    with clock.at(START):
        hold(made, other, _of_planning(made))
    with clock.at(when(SELF)):
        phasing.open_phase(made.admin, made.phase(SELF).id)
        for item, fields in CLAIMS.items():
            claims.save_claim(made.actor("officer"), finance, item, fields, base=0)
        asked = exempting.request_exemption(
            made.actor("officer"), finance, "2.1.1", reason="Không có"
        )
        received = _received()
        use = evidence.add_evidence(made.actor("officer"), finance, "1.1.1", received)
        row = workbook.Row(item="1.2.1", fields={"count": "3"}, note="", base=1)

        def claim(who: Actor) -> Any:
            return claims.save_claim(who, finance, "1.2.1", {"count": "2"}, base=1)

        cases: dict[str, tuple[Call, set[str]]] = {
            "claim": (claim, FINANCE),
            "fill": (lambda who: workbook.fill_from_workbook(who, finance, [row], file_name="a"), FINANCE),
            "check filling": (lambda who: workbook.check_filling(who, finance), FINANCE),
            "hand in": (lambda who: claims.hand_in(who, finance), FINANCE),
            "sign": (lambda who: claims.sign(who, finance, although_missing=True), {"head"}),
            "evidence": (lambda who: evidence.add_evidence(who, finance, "1.2.1", received), FINANCE),
            "use again": (lambda who: evidence.use_again(who, finance, "1.2.1", use.revision_id), FINANCE),
            "withdraw": (lambda who: evidence.withdraw(who, use.id), FINANCE),
            "signed form": (lambda who: evidence.attach_signed_form(who, finance, received), FINANCE),
            "request": (lambda who: exempting.request_exemption(who, finance, "1.2.1", reason="x"), FINANCE),
            "decide exemption": (
                lambda who: exempting.decide_exemption(who, asked.id, grant=True, why="Đúng"), ADMIN,
            ),
            "extend": (
                lambda who: phasing.extend(
                    who, made.phase(SELF).id, sheet=finance, until=clock.now() + timedelta(days=30), reason="Bão"
                ),
                ADMIN,
            ),
            "close": (lambda who: phasing.close_phase(who, made.phase(SELF).id), ADMIN),
            "upload": (
                lambda who: ending.upload_table(who, round_.id, "facts.csv", b"unit,item,value\n", source="a"), ADMIN,
            ),
            "entrust": (
                lambda who: rounds.entrust(who, made.sheet_id("health"), "1.1.1", made.units["home"]), ADMIN,
            ),
        }  # fmt: skip
        hold(made, other, cases)
        assert who_knows(made, claim) == FINANCE | SEES_ALL | {
            "appraiser", "appraiser2", "lawyer", "lawyer2",
        }  # fmt: skip
        claims.hand_in(made.actor("officer"), finance)
        hold(made, other, {
            "send back": (lambda who: claims.send_back(who, finance, reason="Thiếu"), {"head"}),
        })  # fmt: skip
        weak = actor_for(made.people["admin"], on=clock.today(), second_factor=False)
        assert outcome(cases["close"][0], weak) == "refused"
        key = actor_for(
            made.people["officer"], on=clock.today(), second_factor=True, scopes=[Scope.READ]
        )
        assert outcome(claim, key) == "refused"
        Exemption.objects.get(id=asked.id)


def _of_planning(made: Province) -> dict[str, tuple[Call, set[str]]]:
    round_, issuer, today = made.round, made.issuer, clock.today()
    assert round_ is not None
    group = round_.groups.get()
    phase = made.phase(COUNCIL)
    officer = made.people["officer"]
    lent = people.delegate(
        made.actor("head"), _job(made, "head"), made.people["officer2"].id,
        starts_on=today, ends_on=today, reason="Đi họp",
    )  # fmt: skip
    token, _ = people.make_token(
        made.actor("head"), "máy", scopes=[Scope.READ], expires_at=clock.now() + timedelta(days=1)
    )
    plan = [
        rounds.PhasePlan(kind=kind, number=1, opens_at=START + timedelta(days=at), closes_at=START + timedelta(days=at + 1))
        for at, kind in enumerate([SELF, APPRAISAL])
    ]  # fmt: skip
    book = RULEBOOK.format(issuer=issuer.slug).encode()
    unit = made.units["health"]
    return {
        "open": (lambda who: phasing.open_phase(who, made.phase(SELF).id), ADMIN),
        "plan": (
            lambda who: rounds.create_round(
                who, issuer, slug="2026", title="x", year=2025, index="par-index",
                reference_date=date(2025, 12, 31), groups=[("departments", group.rulebook)], phases=plan,
            ),
            ADMIN,
        ),
        "add units": (lambda who: rounds.add_units(who, round_.id, [(unit, "departments", True)]), ADMIN),
        "set appraiser": (lambda who: rounds.set_appraiser(who, round_.id, "justice", unit), ADMIN),
        "replan": (
            lambda who: phasing.replan_phase(who, phase.id, opens_at=phase.opens_at, closes_at=phase.closes_at), ADMIN,
        ),
        "start from": (lambda who: rounds.start_from(who, round_.id, round_.id), ADMIN),
        "import scores": (
            lambda who: past.import_entries(who, round_.id, b"unit,item,stage,option\n", source="a"), ADMIN,
        ),
        "rulebook": (lambda who: import_rulebook(who, issuer, book, file="a.yaml"), ADMIN),
        "unit": (lambda who: people.save_unit(who, issuer, "x@2025", name="Sở X", tier="department"), ADMIN),
        "account": (lambda who: people.save_account(who, issuer, "x.y", name="x", email=""), ADMIN),
        "add account": (lambda who: people.add_account(who, issuer, "x.z", name="x", email=""), ADMIN),
        "assign": (
            lambda who: people.assign(who, officer, Role.HEAD, issuer=issuer, unit=unit, starts_on=today), ADMIN,
        ),
        "end assignment": (lambda who: people.end_assignment(who, _job(made, "officer"), on=today), ADMIN),
        "close account": (lambda who: people.set_open(who, officer, is_active=False, reason="Nghỉ"), ADMIN),
        "end sessions": (lambda who: people.end_sessions(who, officer), ADMIN),
        "lend": (
            lambda who: people.delegate(
                who, _job(made, "officer"), made.people["member"].id, starts_on=today, ends_on=today, reason="x"
            ),
            {"officer"},
        ),
        "take back": (lambda who: people.end_delegation(who, lent.id, on=today), {"head"}),
        "end token": (lambda who: people.end_token(who, token.id), {"head"}),
    }  # fmt: skip


def test_from_appraisal_to_changes_after_the_lock(province):
    other = build("dak-lak")
    made, finance, health = province, province.sheet_id("finance"), province.sheet_id("health")
    home = made.sheet_id("home")
    with clock.at(when(SELF)):
        phasing.open_phase(made.admin, made.phase(SELF).id)

    def find(sheet: UUID, item: str) -> Call:
        fields = {"1.1.1": {"option": "timely"}, "1.2.1": {"count": "0"}}[item]
        return lambda who: appraisal.save_finding(who, sheet, item, fields, base=0)

    with clock.at(when(APPRAISAL)):
        phasing.open_phase(made.admin, made.phase(APPRAISAL).id)
        mine, law = {"appraiser", "appraiser2"}, {"lawyer", "lawyer2"}
        hold(made, other, {
            "find in Finance": (find(finance, "1.1.1"), mine),
            "find in Health": (find(health, "1.1.1"), mine | {"stand_in"}),
            "find of the appraisers' own": (find(home, "1.1.1"), law),
            "find by law": (find(finance, "1.2.1"), law),
            "ask": (lambda who: appraisal.ask(who, finance, "1.1.1", text="Vì sao?"), mine),
            "transcribe": (
                lambda who: ending.transcribe(who, finance, "1.1.1", {"option": "late"}, document="1", base=0), set(),
            ),
        })  # fmt: skip
        assert who_knows(made, find(home, "1.1.1")) == {
            # Those who fill the sheet, whoever sees all, and the body that appraises it.
            "home_officer", "home_head",
            *SEES_ALL, "lawyer", "lawyer2",
        }  # fmt: skip
        weak = actor_for(made.people["appraiser"], on=clock.today(), second_factor=False)
        assert outcome(find(finance, "1.1.1"), weak) == "refused"
        appraisal.ask(made.actor("appraiser"), finance, "1.1.1", text="Vì sao?")
    with clock.at(when(EXPLANATION)):
        phasing.open_phase(made.admin, made.phase(EXPLANATION).id)
        hold(made, other, {
            "answer": (lambda who: explaining.answer(who, finance, "1.1.1", accepts=True), FINANCE),
        })  # fmt: skip
    with clock.at(when(COUNCIL)):
        phasing.open_phase(made.admin, made.phase(APPRAISAL, 2).id)
        phasing.open_phase(made.admin, made.phase(COUNCIL).id)
        ballot = Ballot(in_favour=5, against=0, abstained=0, minutes="1", held_on=clock.today())
        hold(made, other, {
            "decide": (
                lambda who: council.decide(
                    who, finance, "1.1.1", {"option": "timely"}, reason="x", ballot=ballot, base=0
                ),
                {"member", "chair"},
            ),
            "propose": (
                lambda who: council.propose_change(who, finance, "1.1.1", {"option": "late"}, reason="x"),
                {"appraiser", "appraiser2", "member", "chair", "admin"},
            ),
            "approve": (lambda who: ending.approve_round(who, made.round.id), ADMIN),
        })  # fmt: skip
        for item, proposer, may in (
            ("1.1.1", "member", {"admin", "chair"}),
            ("1.2.1", "chair", {"admin"}),
            ("2.1.1", "admin", {"chair"}),
        ):
            fields = {
                "1.1.1": {"option": "late"},
                "1.2.1": {"count": "1"},
                "2.1.1": {"points": "1"},
            }
            one = council.propose_change(
                made.actor(proposer), finance, item, fields[item], reason="Nhầm"
            )
            hold(made, other, {
                "change": (lambda who, one=one: council.decide_change(who, one.id, approve=True), may),
            })  # fmt: skip


def test_nobody_approves_what_was_proposed_in_their_own_name(province):
    made = province
    with clock.at(START):
        people.delegate(
            made.actor("chair"), _job(made, "chair"), made.people["leader"].id,
            starts_on=clock.today(), ends_on=date(2026, 1, 31), reason="Đi công tác",
        )  # fmt: skip
    for kind, number in ((SELF, 1), (APPRAISAL, 1), (EXPLANATION, 1), (APPRAISAL, 2), (COUNCIL, 1)):
        with clock.at(when(kind, number)):
            phasing.open_phase(made.admin, made.phase(kind, number).id)
    with clock.at(when(COUNCIL)):
        one = council.propose_change(
            made.actor("leader"), made.sheet_id("finance"), "1.2.1", {"count": "1"}, reason="Nhầm"
        )
        assert who_may(made, lambda who: council.decide_change(who, one.id, approve=True)) == ADMIN


# ---- the predicates by themselves

NAME = UUID(int=1)
ROUND, ELSEWHERE, UNIT, BODY, LENT, ME, YOU = (uuid5(NAME, one) for one in "abcdefg")
PLACE = Place(issuer="a", round=ROUND, unit=UNIT, state=SheetState.DRAFTING)


def somebody(*standings: Standing, **more: Any) -> Actor:
    own = frozenset(one.unit for one in standings if one.unit is not None)
    given = {"second_factor": True, "own_units": own} | more
    return Actor(person=ME, name="", issuer="a", standings=standings, **given)


def as_(role: Role, unit: UUID | None = None, **more: Any) -> Standing:
    return Standing(role=role, unit=unit, **({"issuer": "a", "of": ME} | more))


def test_what_a_standing_is_good_for():
    one = somebody(as_(Role.OFFICER, UNIT, round=ELSEWHERE), as_(Role.OFFICER, BODY))
    assert one.standing(Role.OFFICER, issuer="a", round_=ROUND) == one.standings[1]
    assert one.standing(Role.OFFICER, issuer="a", round_=ROUND, unit=UNIT) is None
    assert one.standing(Role.OFFICER, issuer="b") is None
    assert one.standing([Role.HEAD], issuer="a") is None
    assert one.standing(Role.OFFICER, issuer="a", but={ME}) is None
    assert one.units(Role.OFFICER, issuer="a", round_=ROUND) == {BODY}
    assert one.units(Role.OFFICER, issuer="a", round_=ELSEWHERE) == {UNIT, BODY}
    assert one.issuers() == {"a"}


@pytest.mark.parametrize(
    ("actor", "round_", "expected"),
    [
        (somebody(as_(Role.OBSERVER)), ROUND, True),
        (somebody(as_(Role.OBSERVER, round=ROUND)), ROUND, True),
        (somebody(as_(Role.OBSERVER, round=ELSEWHERE)), ROUND, False),
        (somebody(as_(Role.OBSERVER, issuer="b")), ROUND, False),
        (somebody(as_(Role.OBSERVER), scopes=frozenset({Scope.SCORE})), ROUND, False),
        (somebody(), ROUND, False),
    ],
)
def test_who_may_know_of_a_round(actor, round_, expected):
    assert permissions.can_know_round(actor, issuer="a", round_=round_) is expected


READ_ONLY = frozenset({Scope.READ})
NO_SCOPE: frozenset[Scope] = frozenset()


@pytest.mark.parametrize(
    ("role", "unit", "sees", "claims_", "signs", "hands_in", "appraises", "decides", "proposes"),
    [
        (Role.OFFICER, UNIT, True, True, False, True, False, False, False),
        (Role.HEAD, UNIT, True, True, True, True, False, False, False),
        (Role.APPRAISER, UNIT, False, False, False, False, False, False, False),
        (Role.OFFICER, BODY, False, False, False, False, False, False, False),
        (Role.APPRAISER, BODY, True, False, False, False, True, False, True),
        (Role.APPRAISER, LENT, False, False, False, False, False, False, False),
        (Role.COUNCIL_MEMBER, None, True, False, False, False, False, True, True),
        (Role.COUNCIL_CHAIR, UNIT, True, False, False, False, False, False, False),
        (Role.ROUND_ADMIN, None, True, False, False, False, False, False, True),
        (Role.ROUND_ADMIN, UNIT, True, False, False, False, False, False, False),
        (Role.LEADER, None, True, False, False, False, False, False, False),
        (Role.OBSERVER, None, True, False, False, False, False, False, False),
    ],
)  # fmt: skip
def test_what_each_role_may_do(
    role, unit, sees, claims_, signs, hands_in, appraises, decides, proposes
):
    one = somebody(as_(role, unit))
    got = (
        permissions.can_see_sheet(one, PLACE, bodies={BODY}),
        permissions.claiming_standing(one, PLACE, entrusted_to=None) is not None,
        permissions.signing_standing(one, PLACE) is not None,
        permissions.handing_in_standing(one, PLACE) is not None,
        permissions.appraising_standing(one, PLACE, body=BODY) is not None,
        permissions.deciding_standing(one, PLACE) is not None,
        permissions.proposing_standing(one, PLACE, body=BODY) is not None,
    )
    assert got == (sees, claims_, signs, hands_in, appraises, decides, proposes)
    bare = replace(one, scopes=NO_SCOPE)
    assert not permissions.can_see_sheet(bare, PLACE, bodies={BODY})
    assert permissions.claiming_standing(bare, PLACE, entrusted_to=None) is None
    assert permissions.signing_standing(bare, PLACE) is None
    assert permissions.handing_in_standing(bare, PLACE) is None
    assert permissions.appraising_standing(bare, PLACE, body=BODY) is None
    assert permissions.deciding_standing(bare, PLACE) is None
    assert permissions.proposing_standing(bare, PLACE, body=BODY) is None
    weak = replace(one, second_factor=False)
    assert permissions.appraising_standing(weak, PLACE, body=BODY) is None
    assert permissions.appraising_standing(one, PLACE, body=None) is None


def test_an_item_that_is_entrusted_is_filled_by_whoever_it_is_entrusted_to():
    place = replace(PLACE, entrusted=frozenset({LENT}))
    one = somebody(as_(Role.OFFICER, LENT), as_(Role.APPRAISER, BODY))
    assert permissions.fills(one, place)
    assert not permissions.fills(one, PLACE)
    assert permissions.is_own(one, place)
    assert permissions.claiming_standing(one, place, entrusted_to=LENT) is not None
    assert permissions.claiming_standing(one, place, entrusted_to=None) is None
    assert permissions.appraising_standing(one, PLACE, body=BODY) is not None
    assert permissions.appraising_standing(one, place, body=BODY) is None


def test_the_second_person_is_another_and_not_in_the_name_of_the_first():
    def may(actor: Actor, **by: UUID) -> bool:
        found = permissions.approving_standing(actor, PLACE, **({"proposed_by": YOU} | by))
        return found is not None

    admin, chair = as_(Role.ROUND_ADMIN), as_(Role.COUNCIL_CHAIR)
    assert may(somebody(admin))
    assert may(somebody(chair))
    assert may(somebody(as_(Role.COUNCIL_CHAIR, of=BODY)))
    # An own right counts where the lent one does not.
    assert may(somebody(as_(Role.ROUND_ADMIN, of=YOU), chair))
    assert not may(somebody(as_(Role.COUNCIL_MEMBER)))
    assert not may(somebody(chair), proposed_by=ME)
    assert not may(somebody(chair), proposed_for=ME)
    assert not may(somebody(as_(Role.COUNCIL_CHAIR, of=YOU)))
    assert not may(somebody(as_(Role.COUNCIL_CHAIR, of=LENT)), proposed_for=LENT)
    assert not may(somebody(chair, own_units=frozenset({UNIT})))
    assert not may(somebody(admin, second_factor=False))
    assert not may(somebody(chair, scopes=READ_ONLY))
    assert may(somebody(admin, scopes=frozenset({Scope.ADMINISTER})))
    assert not may(somebody(as_(Role.ROUND_ADMIN, round=ROUND)))


def test_who_reads_claims_and_findings():
    officer, body = somebody(as_(Role.OFFICER, UNIT)), somebody(as_(Role.APPRAISER, BODY))
    leader, stranger = somebody(as_(Role.LEADER)), somebody(as_(Role.OFFICER, LENT))
    handed_in = replace(PLACE, state=SheetState.SUBMITTED)
    reads = permissions.can_see_claims
    for one, private, public in (
        (officer, True, True), (body, False, True), (leader, False, True), (stranger, False, False),
    ):  # fmt: skip
        assert reads(one, PLACE, bodies={BODY}) is private
        assert reads(one, handed_in, bodies={BODY}) is public
    for one, before, shown in (
        (officer, False, True), (body, True, True), (leader, True, True), (stranger, False, False),
    ):  # fmt: skip
        for is_shown, expected in ((False, before), (True, shown)):
            got = permissions.can_see_findings(
                one, handed_in, shown_to_units=is_shown, bodies={BODY}
            )
            assert got is expected


def test_who_exempts_and_who_reads_the_provisional_result():
    admin = somebody(as_(Role.ROUND_ADMIN))
    assert permissions.can_exempt(admin, PLACE)
    assert not permissions.can_exempt(replace(admin, own_units=frozenset({UNIT})), PLACE)
    assert not permissions.can_exempt(somebody(as_(Role.LEADER)), PLACE)
    assert permissions.can_run_round(admin, issuer="a")
    assert not can_administer(replace(admin, scopes=READ_ONLY), issuer="a")

    def reads(actor: Actor, state: RoundState, *allowed: Role) -> bool:
        return permissions.can_see_provisional(
            actor, issuer="a", round_=ROUND, state=state, allowed=list(allowed)
        )

    officer = somebody(as_(Role.OFFICER, UNIT))
    assert not reads(admin, RoundState.OPEN)
    assert reads(admin, RoundState.APPRAISING, Role.ROUND_ADMIN)
    assert not reads(officer, RoundState.APPRAISING, Role.ROUND_ADMIN)
    assert reads(officer, RoundState.APPROVED)
    assert not reads(somebody(as_(Role.APPRAISER, BODY)), RoundState.CLOSED)
    assert not reads(replace(officer, scopes=NO_SCOPE), RoundState.APPROVED)


# ---- states, and the chain


def test_every_move_leads_where_the_table_says_and_from_nowhere_else():
    for move, row in states.MOVES.items():
        for state in SheetState:
            if state in row.sources:
                assert states.after(move, state) is row.target
            else:
                with pytest.raises(NoSuchMoveError) as error:
                    states.after(move, state)
                assert (error.value.move, error.value.state) == (move, state)
    assert {one.value for one in states.MOVES} == {one.value for one in SheetMove}


def test_stages_and_where_the_final_score_is_looked_for():
    assert [states.stage_of(kind, 2) for kind in PhaseKind] == [
        "self", "appraised-2", "appraised-2", "council",
    ]  # fmt: skip
    assert states.stages(1) == ("self", "appraised-1", "council", "corrected")
    assert "self" not in states.final_from(3)


@pytest.mark.parametrize(
    ("opened", "closed", "minutes", "extended", "expected"),
    [
        (True, False, 0, [], True),
        (True, False, 60, [], True),
        (True, False, 61, [], False),
        (True, False, 61, [90], True),
        (True, False, -1, [90], False),
        (False, False, 1, [90], False),
        (True, True, 1, [], False),
        (True, True, 1, [90], True),
        (True, True, 91, [90, 30], False),
    ],
)
def test_when_a_phase_may_be_written_in(opened, closed, minutes, extended, expected):
    window = Window(
        opens_at=START, closes_at=START + timedelta(minutes=60), opened=opened, closed=closed
    )
    until = [START + timedelta(minutes=one) for one in extended]
    assert window.is_open(START + timedelta(minutes=minutes), extended=until) is expected


def test_a_checkpoint_is_read_as_it_was_written():
    text = chain.checkpoint_text(seq=12, root="ab", at=START, reason="mở kỳ") + "ký\n"
    read = chain.read_checkpoint(text)
    assert (read.seq, read.root, read.reason, read.signature) == (12, "ab", "mở kỳ", "ký")
    for wrong in ("", "x\n" * 6, text.replace("\n12\n", "\n-2\n"), text.replace("\n12\n", "\n１\n"),
                  text.rsplit("\n", 2)[0]):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011 - the text itself is its message
            chain.read_checkpoint(wrong)
    note = chain.Note(
        verb="a", person="p", acting_for="", issuer="", before={"x": 1},
        about=chain.About(kind="k", id="1", words="w"),
    )  # fmt: skip
    body = chain.body_of(note, seq=1, at=START)
    assert '"after":null,' in body
    assert '"before":{"x":1},' in body
    assert chain.link("", body) != chain.link("0", body)
    assert chain.body_of(replace(note, after={"y": 2}, before=None), seq=1, at=START) != body
