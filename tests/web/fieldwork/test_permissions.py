"""Who may, a colleague who may not, and a stranger to whom there is no such wave."""

from datetime import timedelta
from uuid import uuid4

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import (  # noqa: E402
    COLUMNS,
    INSTRUMENT,
    OPEN,
    PLAN,
    START,
    Survey,
    ask,
    found,
    name_walkers,
)

from parindex.web.fieldwork.actions import (  # noqa: E402
    closing,
    drawing,
    estimating,
    inviting,
    mixing,
    waves,
)
from parindex.web.fieldwork.bridge.estimates import EstimatePlan  # noqa: E402
from parindex.web.fieldwork.queries import frames, results, typing  # noqa: E402
from parindex.web.fieldwork.queries.waves import assigned_to, wave_for, waves_for  # noqa: E402
from parindex.web.fieldwork.states import InvitationState  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.people.actor import Actor  # noqa: E402
from parindex.web.people.permissions import RefusedError, UnknownError  # noqa: E402
from parindex.web.people.queries import actor_for  # noqa: E402

pytestmark = pytest.mark.django_db
PLAN_BYTES = (PLAN % {"take": 6, "reserve": 0}).encode()
# Every write of a wave, on a wave of `ask`.
WRITES = {
    "set_dates": lambda by, one: waves.set_dates(by, one.id, closes_at=OPEN, reason="x y"),
    "set_quotas": lambda by, one: waves.set_quotas(by, one.id, {}),
    "name_interviewers": lambda by, one: waves.name_interviewers(by, one.id, []),
    "open_wave": lambda by, one: waves.open_wave(by, one.id),
    "add_kiosk": lambda by, one: waves.add_kiosk(by, one.id, name="Quầy"),
    "register_frame": lambda by, one: drawing.register_frame(by, one.id, one.frame, plan=PLAN_BYTES, columns=COLUMNS, file="k"),
    "draw": lambda by, one: drawing.draw(by, one.id, one.frame, seed="1", file="k"),
    "print_letters": lambda by, one: inviting.print_letters(by, one.id),
    "print_slips": lambda by, one: inviting.print_slips(by, one.id, unit=one.units["finance"].id, count=1),
    "assign": lambda by, one: inviting.assign(by, one.id, interviewer=uuid4(), invitations=[]),
    "close": lambda by, one: closing.close_wave(by, one.id, reason="x y"),
    "reopen": lambda by, one: closing.reopen_wave(by, one.id, closes_at=OPEN, reason="x y"),
    "mix": lambda by, one: mixing.mix(by, one.id),
    "forget": lambda by, one: closing.forget_contacts(by, one.id),
    "estimate": lambda by, one: estimating.estimate(by, one.id, EstimatePlan(lonely_psu="adjust")),
}  # fmt: skip


@pytest.fixture
def survey() -> Survey:
    made = ask(take=6)
    made.people["other"] = found("ha-tinh").people["manager"]
    name_walkers(made)
    return made


def told(call, *args, **how) -> str:
    try:
        call(*args, **how)
    except UnknownError:
        return "unknown"
    except RefusedError as error:
        return error.code
    return "done"


def test_every_write_is_for_survey_managers_with_a_second_factor(survey):
    with clock.at(OPEN):
        for name, write in WRITES.items():
            for who, factor in (
                ("leader", True),
                ("walker", True),
                ("admin", True),
                ("manager", False),
            ):
                actor = survey.actor(who, second_factor=factor)
                assert told(write, actor, survey) == "fieldwork.not_run_by_you", (name, who)
            for who in ("officer", "member", "other"):
                actor = survey.actor(who)
                assert told(write, actor, survey) == "unknown", (name, who)
            mine = told(write, survey.manager, survey)
            assert mine != "fieldwork.not_run_by_you", name
            assert (mine == "unknown") == (name == "assign"), name


def test_a_wave_and_an_instrument_are_begun_by_managers_of_the_issuer_alone(survey):
    how = {"slug": "x", "title": "Đợt thử", "opens_at": START, "closes_at": OPEN}
    instrument = survey.fresh().instrument_id
    with clock.at(OPEN):
        for who, wanted in (
            ("leader", "fieldwork.not_run_by_you"),
            ("other", "fieldwork.not_run_by_you"),
            ("manager2", "done"),
        ):
            by = survey.actor(who)
            assert (
                told(waves.create_wave, by, survey.issuer, instrument=instrument, **how) == wanted
            )
            assert (
                told(waves.import_instrument, by, survey.issuer, INSTRUMENT.encode(), file="a.yaml")
                == wanted
            )
        assert (
            told(waves.create_wave, survey.manager, survey.issuer, instrument=uuid4(), **how)
            == "unknown"
        )


def test_waves_are_known_to_who_runs_watches_or_walks_in_them(survey):
    with clock.at(OPEN):
        knows = {
            name: wave_for(survey.actor(name), survey.id) is not None for name in survey.people
        }
        assert knows == {
            "admin": True, "manager": True, "manager2": True, "walker": True, "walker2": True,
            "walker3": True, "leader": True, "member": False, "officer": False, "other": False,
        }  # fmt: skip
        assert [one.id for one in waves_for(survey.manager)] == [survey.id]
        assert waves_for(survey.actor("other")) == []
        # Another wave, in which they do not walk, is not known to interviewers.
        waves.create_wave(
            survey.manager, survey.issuer, slug="b", title="Đợt hai", opens_at=START,
            closes_at=OPEN, instrument=survey.fresh().instrument_id,
        )  # fmt: skip
        assert len(waves_for(survey.manager)) == 2
        assert len(waves_for(survey.actor("walker"))) == 1


def test_people_are_seen_by_the_interviewer_sent_to_them_and_nobody_else_by_name(survey):
    one = survey.invitations(reserve=False)[0]
    with clock.at(OPEN):
        (walks, *_) = name_walkers(survey)
        inviting.assign(survey.manager, survey.id, interviewer=walks.id, invitations=[one.id])
        assert [visit.phone for visit in assigned_to(survey.actor("walker"), survey.id)] == [
            one.phone
        ]
        for who in ("walker2", "leader", "officer", "other", "manager"):
            assert assigned_to(survey.actor(who), survey.id) == []
        for who, wanted in (
            ("walker2", "fieldwork.not_assigned"),
            ("leader", "fieldwork.not_assigned"),
            ("officer", "unknown"),
            ("other", "unknown"),
        ):
            by = survey.actor(who)
            gone = told(
                inviting.give_up, by, one.id, state=InvitationState.REFUSED, reason="Từ chối"
            )
            assert gone == wanted, who
        kiosk, _ = waves.add_kiosk(survey.manager, survey.id, name="Quầy")
        assert told(waves.end_kiosk, survey.actor("leader"), kiosk.id) == "fieldwork.not_run_by_you"
        assert told(waves.end_kiosk, survey.actor("other"), kiosk.id) == "unknown"
        assert told(waves.end_kiosk, survey.manager, uuid4()) == "unknown"


def test_reading_lists_gives_nothing_to_who_may_not(survey):
    wave = survey.fresh()
    how = {"plan": PLAN_BYTES, "columns": COLUMNS, "file": "k"}
    with clock.at(OPEN):
        for who in ("leader", "officer", "other"):
            by = survey.actor(who)
            assert frames.preview(by, wave, survey.frame, **how) is None
            assert typing.waiting_for_third(by, wave) == 0
            assert typing.waiting_for_second(by, wave) == 0
            assert results.rechecks_of(by, wave) == []
        assert results.latest(survey.actor("officer"), wave) is None


def test_a_token_for_reading_runs_nothing(survey):
    with clock.at(OPEN):
        account = survey.people["manager"]
        reader: Actor = actor_for(account, on=clock.today(), second_factor=True, scopes=["read"])
        assert wave_for(reader, survey.id) is not None
        assert told(waves.set_quotas, reader, survey.id, {}) == "fieldwork.not_run_by_you"
        nothing = actor_for(account, on=clock.today(), second_factor=True, scopes=[])
        assert wave_for(nothing, survey.id) is None


def test_a_manager_whose_assignment_ended_is_a_stranger(survey):
    from parindex.web.people import actions as people
    from parindex.web.people.models import Assignment

    with clock.at(OPEN):
        one = Assignment.objects.get(person=survey.people["manager2"])
        people.end_assignment(survey.actor("admin"), one.id, on=clock.today())
    with clock.at(OPEN + timedelta(days=1)):
        assert wave_for(survey.actor("manager2"), survey.id) is None
