"""Answers come in once, in time and whole; a place that is held stays held."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import (  # noqa: E402
    AFTER,
    CLOSES,
    OPEN,
    START,
    SYNCS,
    answers,
    ask,
    draw,
    plan,
)

from parindex.canonical import canonical_json  # noqa: E402
from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web.fieldwork import sealing  # noqa: E402
from parindex.web.fieldwork.actions import closing, intake, inviting, places, waves  # noqa: E402
from parindex.web.fieldwork.models import (  # noqa: E402
    Box,
    Cell,
    Invitation,
    Quota,
    Reservation,
)
from parindex.web.fieldwork.opening import opened_of  # noqa: E402
from parindex.web.fieldwork.queries.waves import assigned_to, progress  # noqa: E402
from parindex.web.fieldwork.states import Mode  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.people.models import Unit  # noqa: E402
from parindex.web.people.permissions import RefusedError, UnknownError  # noqa: E402

pytestmark = pytest.mark.django_db


def send(code, at=0, *, submission=None, mode="web", moment=OPEN, **more):
    with clock.at(moment):
        return intake.submit(
            code, submission or f"device-{at}", {**answers(at), **more}, mode=mode, seconds=95
        )


def refused(wanted, call, *args, **how):
    with pytest.raises(RefusedError) as caught:
        call(*args, **how)
    assert caught.value.code == wanted
    for language in ("vi", "en"):
        assert caught.value.problems[0].say(language)


def test_an_answer_is_kept_once_and_its_repetition_known():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    assert not send(code, 1).already
    assert send(code.lower().replace("-", " "), 1).already
    assert Box.objects.count() == 1
    refused("fieldwork.used_code", send, code, 2)
    with clock.at(OPEN):
        refused("fieldwork.used_code", intake.start, code)
    for wrong in ("ABCD", "", "0000-0000-0000-0000-0000-0000-00", "Ắ" * 26):
        refused("fieldwork.unknown_code", send, wrong)
    one = Invitation.objects.get(used=True)
    assert one.state == "invited"


def test_an_answer_that_was_taken_is_told_so_even_when_it_is_sent_again_after_the_close():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    send(code, 1)
    assert send(code, 1, moment=AFTER).already


def test_answers_are_held_to_the_questionnaire_before_the_code_is_used():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    for wrong in ({"q1": "7"}, {"q1": ""}, {"strange": "1"}, {"more": "x" * 9000}):
        with pytest.raises(UnusableInputError):
            send(code, 1, **wrong)
    assert not Invitation.objects.filter(used=True).exists()
    assert not Box.objects.exists()
    assert not send(code, 1, more="Cảm ơn " * 100).already


def test_every_sealed_answer_has_the_same_length():
    made = ask(take=6)
    long = {"more": "ằ" * 450, "q1": "5"}
    for at, code in enumerate(made.codes.values()):
        send(code, at, **(long if at % 2 else {}))
    lengths = {len(bytes(one.sealed)) for one in Box.objects.all()}
    assert len(lengths) == 1
    with clock.at(OPEN), pytest.raises(UnusableInputError) as caught:
        intake.seal_for(intake.invitation_of(code).wave, {"x": "a" * made.fresh().sealed_size})
    assert caught.value.problems[0].code == "fieldwork.too_long"


@pytest.mark.parametrize(
    ("mode", "moment", "taken"),
    [
        ("web", START - timedelta(seconds=1), False),
        ("web", START, True),
        ("web", CLOSES, True),
        ("web", CLOSES + timedelta(seconds=1), False),
        ("kiosk", CLOSES + timedelta(seconds=1), False),
        ("odk", CLOSES + timedelta(days=1), True),
        ("paper", SYNCS, True),
        ("interviewer", SYNCS + timedelta(seconds=1), False),
        ("interviewer", START - timedelta(seconds=1), False),
    ],
)
def test_answers_come_in_while_the_wave_is_open_and_offline_ones_a_little_later(
    mode, moment, taken
):
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    if taken:
        assert not send(code, mode=mode, moment=moment).already
    else:
        refused("fieldwork.not_open", send, code, mode=mode, moment=moment)
        assert not Box.objects.exists()


def test_a_closed_wave_takes_what_was_given_offline_and_nothing_else():
    made = ask(take=6)
    first, second, third = list(made.codes.values())[:3]
    with clock.at(OPEN):
        refused("refused.no_reason", closing.close_wave, made.manager, made.id)
        closing.close_wave(made.manager, made.id, reason="Đủ phiếu")
    refused("fieldwork.not_open", send, first)
    assert not send(second, 2, mode="odk").already
    with clock.at(OPEN):
        closing.reopen_wave(made.manager, made.id, closes_at=CLOSES, reason="Còn thiếu")
    assert not send(third, 3).already


def test_a_wave_that_nobody_closed_is_closed_by_the_clock():
    made = ask(take=6)
    with clock.at(CLOSES):
        assert closing.close_due() == 0
    with clock.at(CLOSES + timedelta(minutes=1)):
        assert closing.close_due() == 1
        assert closing.close_due() == 0
    assert made.fresh().state == "closed"


def test_the_form_comes_with_what_is_said_above_it():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        begun = intake.start(made.codes[one.id])
    assert begun.wave_title == "Khảo sát tay-ninh"
    assert (begun.unit_name, begun.service) == ("Sở Tài chính", "khai-sinh")
    assert begun.languages == {"vi": "Tiếng Việt", "en": "English"}
    assert begun.consent["vi"].startswith("Trả lời là tự nguyện")
    assert [one["name"] for one in begun.form["sections"][0]["questions"]] == [
        "q1",
        "q2",
        "bribe",
        "more",
    ]
    assert not Reservation.objects.exists()


# ---- quotas


def stratum(made, name="finance@2021/khai-sinh"):
    return Quota.objects.get(wave=made.wave, label=name)


def codes_of(made, name="finance@2021/khai-sinh"):
    return [made.codes[one.id] for one in made.invitations(cell__stratum=name, reserve=False)]


def test_a_place_is_held_when_somebody_begins_used_when_they_send_and_free_when_they_do_not():
    made = ask(take=6)
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {"finance@2021/khai-sinh": 2})
        first, second, third, *_ = codes_of(made)
        intake.start(first)
        intake.start(first)
        intake.start(second)
        assert (stratum(made).reserved, stratum(made).used) == (2, 0)
        refused("fieldwork.quota_full", intake.start, third)
    refused("fieldwork.quota_full", send, third, 3)
    assert not Invitation.objects.filter(used=True).exists()
    send(first, 1)
    assert (stratum(made).reserved, stratum(made).used) == (1, 1)
    # Who began did not finish: a day later their place is free, and somebody else takes it.
    tomorrow = OPEN + timedelta(hours=26)
    with clock.at(tomorrow):
        intake.start(third)
    assert (stratum(made).reserved, stratum(made).used) == (1, 1)
    send(third, 3, moment=tomorrow)
    refused("fieldwork.quota_full", send, second, 2, moment=tomorrow)
    assert (stratum(made).reserved, stratum(made).used) == (0, 2)


def test_the_clock_gives_back_what_lapsed_and_other_strata_are_free():
    made = ask(take=6)
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {"finance@2021/khai-sinh": 3})
        for code in codes_of(made)[:3]:
            intake.start(code)
        intake.start(codes_of(made, "health@2021/dat-dai")[0])
        assert places.give_back_all_lapsed() == 0
    with clock.at(OPEN + timedelta(hours=26)):
        assert places.give_back_all_lapsed() == 3
    assert (stratum(made).reserved, stratum(made).used) == (0, 0)


def test_beginning_never_shortens_a_place_that_is_held():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {one.cell.stratum: 1})
        (walks,) = waves.name_interviewers(made.manager, made.id, [made.people["walker"].id])
        inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[one.id])
        held = Reservation.objects.get().expires_at
        assert held > SYNCS
        intake.start(made.codes[one.id])
        assert Reservation.objects.get().expires_at == held
        assert (stratum(made).reserved, stratum(made).used) == (1, 0)
    with clock.at(OPEN + timedelta(days=2)):
        assert places.give_back_all_lapsed() == 0


def test_a_code_of_another_wave_is_unknown_where_one_is_named():
    made, other = ask(take=6), ask("dak-lak", take=6)
    code = next(iter(made.codes.values()))
    with clock.at(OPEN):
        refused("fieldwork.unknown_code", intake.start, code, wave=other.id)
        refused(
            "fieldwork.unknown_code", intake.submit, code, "d-1", answers(), mode="kiosk",
            seconds=60, wave=other.id,
        )  # fmt: skip
        assert intake.start(code, wave=made.id).unit_name
        assert not intake.submit(
            code, "d-1", answers(), mode="kiosk", seconds=60, wave=made.id
        ).already


def test_a_quota_counts_what_came_before_it_and_does_not_fall_below():
    made = ask(take=6)
    for at, code in enumerate(codes_of(made)[:3]):
        send(code, at)
    with clock.at(OPEN):
        refused(
            "fieldwork.quota_taken",
            waves.set_quotas,
            made.manager,
            made.id,
            {"finance@2021/khai-sinh": 2},
        )
        waves.set_quotas(made.manager, made.id, {"finance@2021/khai-sinh": 4})
        assert stratum(made).used == 3
        refused("fieldwork.unknown_stratum", waves.set_quotas, made.manager, made.id, {"mars": 2})
    send(codes_of(made)[3], 3)
    refused("fieldwork.quota_full", send, codes_of(made)[4], 4)


# ---- interviewers


def test_an_interviewer_answers_for_those_assigned_and_for_nobody_else():
    made = ask(take=6)
    mine, other = made.invitations(reserve=False)[:2]
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {mine.cell.stratum: 1})
        (walks,) = waves.name_interviewers(made.manager, made.id, [made.people["walker"].id])
        inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[mine.id])
        walker, idle = made.actor("walker"), made.actor("walker2")
        assert [one.invitation for one in assigned_to(walker, made.id)] == [mine.id]
        assert assigned_to(idle, made.id) == []
        assert intake.start_assigned(walker, mine.id).unit_name == "Sở Tài chính"
        # Their place is held until the last answer may come in.
        refused("fieldwork.quota_full", intake.start, made.codes[other.id])
        for actor, whom in ((idle, mine.id), (walker, other.id), (made.manager, mine.id)):
            with pytest.raises(UnknownError):
                intake.submit_assigned(actor, whom, "d", answers(), seconds=60)
        assert not intake.submit_assigned(walker, mine.id, "d1", answers(), seconds=60).already
        assert intake.submit_assigned(walker, mine.id, "d1", answers(), seconds=60).already
        refused(
            "fieldwork.used_code",
            intake.submit_assigned,
            walker,
            mine.id,
            "d2",
            answers(),
            seconds=60,
        )
        (line,) = progress(made.fresh()).interviewers
        assert (line.code, line.assigned, line.used) == ("001", 1, 1)


def test_forms_by_telephone_that_are_typed_twice_are_not_filled_in_once():
    made = ask(take=6, typed_twice=["paper", "phone"])
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        (walks,) = waves.name_interviewers(made.manager, made.id, [made.people["walker"].id])
        inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[one.id])
        how = {"seconds": None, "mode": "phone"}
        refused(
            "fieldwork.phone_twice",
            intake.submit_assigned,
            made.actor("walker"),
            one.id,
            "d1",
            answers(),
            **how,
        )
        assert not Box.objects.exists()
        how["mode"] = "interviewer"
        walker = made.actor("walker")
        assert not intake.submit_assigned(walker, one.id, "d1", answers(), **how).already


@pytest.mark.parametrize(
    ("ended", "kept"),
    [
        (datetime.min.replace(tzinfo=UTC), ""),
        (datetime.max.replace(tzinfo=UTC), ""),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=7))), ""),
        (START - timedelta(days=1), "2026-09-06T01:00+00:00"),
        (START - timedelta(days=1, seconds=1), ""),
        (OPEN + timedelta(days=1), "2026-09-11T01:00+00:00"),
        (OPEN + timedelta(days=1, seconds=1), ""),
        (OPEN.astimezone(timezone(timedelta(hours=7))), "2026-09-10T01:00+00:00"),
    ],
)
def test_a_clock_that_is_out_of_all_that_can_be_is_not_believed(ended, kept):
    made = ask(take=6)
    (one, *_) = made.invitations(reserve=False)
    with clock.at(OPEN):
        sending = intake.invitation_of(made.codes[one.id])
        how = intake.How(mode=Mode.INTERVIEWER, seconds=60, ended_at=ended)
        content = intake.content_of(sending, answers(), how)
    assert content["ended_at"] == kept
    assert opened_of(canonical_json(content)).ended_at == kept


def test_what_is_sealed_says_the_week_and_not_the_day_and_nothing_of_who():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    send(made.codes[one.id], 1)
    (box,) = Box.objects.all()
    from django.conf import settings

    key = sealing.key_of(settings.KEYS_FOLDER, made.id)
    content = sealing.open_sealed(bytes(box.sealed), private_key=key, wave=made.id).decode()
    assert '"week":"2026-09-07"' in content
    assert '"seconds":120' in content
    for secret in (made.codes[one.id], one.name, one.phone, str(one.id), "device-1", one.dossier):
        assert secret not in content


def test_progress_counts_codes_used_by_stratum_unit_and_cell():
    made = ask(take=6)
    for at, code in enumerate(codes_of(made)[:5]):
        send(code, at)
    seen = progress(made.fresh())
    assert (seen.whole.target, seen.whole.invited, seen.whole.used) == (24, 24, 5)
    assert seen.strata["finance@2021/khai-sinh"].used == 5
    assert seen.units["finance@2021"].used == 5
    assert seen.unit_names["finance@2021"] == "Sở Tài chính"
    assert [one.too_few for one in seen.cells] == [False, True, True, True]
    assert seen.n_too_few == 3


def test_units_of_one_name_are_told_apart():
    made = ask(take=6)
    for at, code in enumerate(codes_of(made)[:5]):
        send(code, at)
    Unit.objects.update(name="UBND xã Tân Lập")
    seen = progress(made.fresh())
    assert {slug: count.used for slug, count in seen.units.items()} == {
        "finance@2021": 5,
        "health@2021": 0,
    }
    assert set(seen.unit_names.values()) == {"UBND xã Tân Lập"}


def test_a_quota_that_is_less_than_those_drawn_is_the_target_everywhere():
    made = ask(take=6)
    Cell.objects.filter(unit=made.units["finance"]).update(stratum="finance")
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {"finance": 7, "health@2021/khai-sinh": 9})
    seen = progress(made.fresh())
    assert [one.count.target for one in seen.cells] == [3, 4, 6, 6]
    assert {name: one.target for name, one in seen.strata.items()} == {
        "finance": 7, "health@2021/khai-sinh": 6, "health@2021/dat-dai": 6,
    }  # fmt: skip
    assert {slug: one.target for slug, one in seen.units.items()} == {
        "finance@2021": 7,
        "health@2021": 12,
    }
    assert seen.whole.target == 19


def test_a_wave_opens_only_for_somebody_and_codes_of_a_planned_one_do_not_work():
    made = plan()
    with clock.at(START):
        refused("fieldwork.nobody_invited", waves.open_wave, made.manager, made.id)
        draw(made)
        from web.fieldwork.surveying import give_codes

        give_codes(made)
    refused("fieldwork.not_open", send, next(iter(made.codes.values())))
