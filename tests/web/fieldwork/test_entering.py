"""Forms from paper: two persons type, what differs is listed, a third settles it."""

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import AFTER, OPEN, answers, name_walkers  # noqa: E402
from web.fieldwork.surveying import ask as asked  # noqa: E402

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web.fieldwork.actions import closing, entering, mixing  # noqa: E402
from parindex.web.fieldwork.actions.gate import UnknownError  # noqa: E402
from parindex.web.fieldwork.models import Box, Entry, Invitation, Response  # noqa: E402
from parindex.web.fieldwork.queries.typing import mismatches, waiting_for_second  # noqa: E402
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
        (seen,) = mismatches(third, made.fresh())
        assert [(each.name, each.label, each.first, each.second) for each in seen.differences] == [
            ("bribe", "Bị gợi ý chi thêm", "0", ""), ("q2", "Thái độ", "5", "2"),
            ("more", "Ý kiến khác", "", "Tốt"),
        ]  # fmt: skip
        assert (seen.mine, seen.dossier) == (False, one.dossier)
        assert mismatches(first, made.fresh())[0].mine
        assert mismatches(made.actor("leader"), made.fresh()) == []
        refused("fieldwork.third_person", entering.settle, second, one.id, FORM)
        refused("fieldwork.not_typed_by_you", entering.settle, made.actor("leader"), one.id, FORM)
        with pytest.raises(UnusableInputError):
            entering.settle(third, one.id, {"q1": "4"})
        entering.settle(third, one.id, {**FORM, "q2": "2"})
        refused("fieldwork.nothing_to_settle", entering.settle, third, one.id, FORM)
        with pytest.raises(UnknownError):
            entering.settle(third, made.id, FORM)
        assert mismatches(third, made.fresh()) == []
    assert (Box.objects.count(), Entry.objects.count()) == (1, 0)
    (line,) = [line for line in lines_about("wave", str(made.id)) if line.verb == "entry.settled"]
    assert line.after == {"questions": 3}
    assert str(one.id) not in str(line)


def test_the_settled_answer_is_the_one_that_is_mixed():
    made = ask(take=6, min_cell=2)
    people = made.invitations(reserve=False, cell__stratum="finance@2021/khai-sinh")
    with clock.at(OPEN):
        first, second, third = (made.actor(name) for name in ("walker", "walker2", "walker3"))
        entering.enter(first, made.codes[people[0].id], FORM, mode="paper")
        entering.enter(second, made.codes[people[0].id], {**FORM, "q1": "1"}, mode="paper")
        entering.settle(third, people[0].id, {**FORM, "q1": "2"})
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
        mixing.mix(made.manager, made.id, accepting="Phiếu giấy thất lạc")
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
