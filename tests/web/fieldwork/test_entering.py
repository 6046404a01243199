"""Forms from paper: two persons type, what differs is listed, a third settles it."""

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import AFTER, OPEN, answers, name_walkers  # noqa: E402
from web.fieldwork.surveying import ask as asked  # noqa: E402

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web.fieldwork.actions import (  # noqa: E402
    closing,
    entering,
    intake,
    inviting,
    mixing,
)
from parindex.web.fieldwork.models import Box, Entry, Invitation, Response  # noqa: E402
from parindex.web.fieldwork.queries.typing import (  # noqa: E402
    mismatch_of,
    waiting_for_second,
    waiting_for_third,
)
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

pytestmark = pytest.mark.django_db
FORM = {"q1": "4", "q2": "5", "bribe": "0"}


def ask(**how):
    made = asked(**how)
    name_walkers(made)
    return made


def refused(wanted, call, *args, **how):
    with pytest.raises(RefusedError) as caught:
        call(*args, **how)
    assert caught.value.code == wanted


def test_two_equal_typings_are_one_answer():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    with clock.at(OPEN):
        first, second, manager = made.actor("walker"), made.actor("walker2"), made.manager
        with pytest.raises(UnusableInputError):
            entering.enter(first, code, {"q1": "8"}, mode="paper")
        assert entering.enter(first, code, FORM, mode="paper").typed == "first"
        refused("fieldwork.typed_by_you", entering.enter, first, code, FORM, mode="paper")
        assert waiting_for_second(manager, made.fresh()) == 1
        assert not Box.objects.exists()
        assert entering.enter(second, code, {**FORM, "more": " "}, mode="paper").typed == "kept"
        assert waiting_for_second(manager, made.fresh()) == 0
        refused("fieldwork.used_code", entering.enter, manager, code, FORM, mode="paper")
    assert (Box.objects.count(), Entry.objects.count()) == (1, 0)
    assert Invitation.objects.filter(used=True).count() == 1


def test_typings_that_differ_are_listed_question_by_question_and_settled_by_a_third():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    code = made.codes[one.id]
    with clock.at(OPEN):
        first, second, third = (made.actor(name) for name in ("walker", "walker2", "walker3"))
        entering.enter(first, code, FORM, mode="paper")
        came = entering.enter(second, code, {"q1": "4", "q2": "2", "more": "Tốt"}, mode="paper")
        assert (came.typed, came.questions) == ("differs", ("bribe", "q2", "more"))
        refused("fieldwork.typed_already", entering.enter, third, code, FORM, mode="paper")
        wave = made.fresh()
        seen = mismatch_of(third, wave, code.lower())
        assert [(each.name, each.label, each.first, each.second) for each in seen.differences] == [
            ("bribe", "Bị gợi ý chi thêm", "0", ""), ("q2", "Thái độ", "5", "2"),
            ("more", "Ý kiến khác", "", "Tốt"),
        ]  # fmt: skip
        for secret in (one.dossier, one.name, str(one.id), "Thời gian"):
            assert secret not in str(seen)
        assert waiting_for_third(first, wave) == 1
        assert waiting_for_third(made.actor("leader"), wave) == 0
        for call in (lambda *who: mismatch_of(*who, wave, code), settled(code)):
            refused("fieldwork.third_person", call, first)
            refused("fieldwork.third_person", call, second)
            refused("fieldwork.not_typed_by_you", call, made.actor("leader"))
        other = made.codes[made.invitations(reserve=False)[1].id]
        for wrong, why in ((other, "fieldwork.nothing_to_settle"), ("0" * 26, "fieldwork.unknown_code"), (str(one.id), "fieldwork.unknown_code")):  # fmt: skip
            refused(why, mismatch_of, third, wave, wrong)
            refused(why, settled(wrong), third)
        with pytest.raises(UnusableInputError):
            entering.settle(third, code, {"bribe": "0"})
        # What both typed alike stays, whatever is said of it.
        entering.settle(third, code, {"bribe": "0", "q2": "2", "q1": "1"})
        refused("fieldwork.nothing_to_settle", mismatch_of, third, wave, code)
        refused("fieldwork.nothing_to_settle", settled(code), third)
        assert waiting_for_third(third, wave) == 0
    assert (Box.objects.count(), Entry.objects.count()) == (1, 0)
    (line,) = [line for line in lines_about("wave", str(made.id)) if line.verb == "entry.settled"]
    assert line.after == {"questions": 3}
    assert str(one.id) not in str(line)


def settled(code):
    return lambda who: entering.settle(who, code, FORM)


def test_a_form_of_another_wave_is_opened_by_nobody_here():
    made, other = ask(take=6), asked("dak-lak", take=6)
    code = next(iter(other.codes.values()))
    with clock.at(OPEN):
        third = made.actor("walker3")
        refused("fieldwork.unknown_code", mismatch_of, third, made.fresh(), code)
        refused("fieldwork.unknown_code", settled(code), third)


def test_the_settled_answer_is_the_one_that_is_mixed():
    made = ask(take=6, min_cell=2)
    people = made.invitations(reserve=False, cell__stratum="finance@2021/khai-sinh")
    with clock.at(OPEN):
        first, second, third = (made.actor(name) for name in ("walker", "walker2", "walker3"))
        entering.enter(first, made.codes[people[0].id], FORM, mode="paper")
        entering.enter(second, made.codes[people[0].id], {**FORM, "q1": "1"}, mode="paper")
        entering.settle(third, made.codes[people[0].id], {"q1": "2"})
        for one in people[1:3]:
            entering.enter(first, made.codes[one.id], answers(), mode="phone")
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    said = sorted(one.answers["q1"] for one in Response.objects.all())
    assert said == ["1", "1", "2"]


def test_forms_that_wait_stop_the_mixing_unless_it_is_said_why():
    made = ask(take=6)
    with clock.at(OPEN):
        entering.enter(made.actor("walker"), next(iter(made.codes.values())), FORM, mode="paper")
    with clock.at(AFTER):
        closing.close_due()
        refused("fieldwork.forms_wait", mixing.mix, made.manager, made.id)
        refused(
            "fieldwork.forms_wait", mixing.mix, made.manager, made.id,
            accepting={"fieldwork.box_differs": "Đủ phiếu"},
        )  # fmt: skip
        lost = {"fieldwork.forms_wait": "Phiếu giấy thất lạc"}
        mixing.mix(made.manager, made.id, accepting=lost)
    assert not Entry.objects.exists()


def test_forms_of_who_answered_otherwise_or_was_replaced_wait_no_more():
    made = ask(take=6, reserve=1)
    sent, gone, twice = made.invitations(reserve=False)[:3]
    with clock.at(OPEN):
        for one in (sent, gone, twice):
            entering.enter(made.actor("walker"), made.codes[one.id], FORM, mode="paper")
        entering.enter(
            made.actor("walker2"), made.codes[twice.id], {**FORM, "q1": "1"}, mode="paper"
        )
        assert waiting_for_second(made.manager, made.fresh()) == 2
        for at, one in enumerate((sent, twice)):
            intake.submit(made.codes[one.id], f"d-{at}", answers(), mode="web", seconds=60)
        inviting.give_up(made.manager, gone.id, state="refused", reason="Bận")
        assert waiting_for_second(made.manager, made.fresh()) == 0
        assert waiting_for_third(made.manager, made.fresh()) == 0
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    assert not Entry.objects.exists()


def test_a_way_that_is_not_typed_twice_is_kept_at_once():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    with clock.at(OPEN):
        refused(
            "fieldwork.not_typed_by_you",
            entering.enter,
            made.actor("leader"),
            code,
            FORM,
            mode="phone",
        )
        refused(
            "fieldwork.unknown_code",
            entering.enter,
            made.actor("officer"),
            code,
            FORM,
            mode="phone",
        )
        assert entering.enter(made.manager, code, FORM, mode="phone").typed == "kept"
    assert Box.objects.count() == 1
