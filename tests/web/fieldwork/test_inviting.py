"""Letters carry codes that nobody keeps; reserves step in in drawn order; interviewers go along."""

import io
import re

import pypdfium2
import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import OPEN, START, answers, ask, draw, plan  # noqa: E402

from parindex.web.fieldwork import codes  # noqa: E402
from parindex.web.fieldwork.actions import intake, inviting, waves  # noqa: E402
from parindex.web.fieldwork.models import Assigned, Invitation, Reservation  # noqa: E402
from parindex.web.fieldwork.states import InvitationState  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402
from parindex.web.people.permissions import RefusedError, UnknownError  # noqa: E402

pytestmark = pytest.mark.django_db
REFUSED, UNREACHABLE = InvitationState.REFUSED, InvitationState.UNREACHABLE
CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}")


def refused(wanted, call, *args, **how):
    with pytest.raises(RefusedError) as caught:
        call(*args, **how)
    assert caught.value.code == wanted


def printed(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [" ".join(one.get_textpage().get_text_range().split()) for one in document]


def test_letters_come_in_batches_in_drawn_order_and_their_codes_work():
    made = draw(plan(take=6))
    with clock.at(START):
        waves.open_wave(made.manager, made.id)
        first = inviting.print_letters(made.manager, made.id, limit=4)
        rest = inviting.print_letters(made.manager, made.id, stratum="health@2021/dat-dai")
        assert (first.count, first.left, rest.count) == (4, 20, 6)
        pages = printed(first.pdf)
        assert len(pages) == 4
        for one, page in zip(made.invitations(reserve=False), pages, strict=False):
            assert one.name in page
            (code,) = CODE.findall(page)
            assert codes.hash_of(code) == one.token_hash
            assert one.state == "invited"
    with clock.at(OPEN):
        (code,) = CODE.findall(pages[0])
        assert not intake.submit(code, "d-1", answers(), mode="web", seconds=60).already
    # The code stands nowhere but on paper.
    assert not Invitation.objects.filter(token_hash__contains=codes.plain_code(code)).exists()
    assert all(code not in str(one.after) for one in lines_about("wave", str(made.id)))


def test_a_letter_printed_again_has_a_fresh_code_and_the_old_one_counts_no_more():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        again = inviting.print_letters(made.manager, made.id, again=[one.id])
        (code,) = CODE.findall(printed(again.pdf)[0])
        refused(
            "fieldwork.unknown_code",
            intake.submit,
            made.codes[one.id],
            "d",
            answers(),
            mode="web",
            seconds=1,
        )
        intake.submit(code, "d", answers(), mode="web", seconds=60)
        refused(
            "fieldwork.nobody_waits", inviting.print_letters, made.manager, made.id, again=[one.id]
        )
        refused("fieldwork.nobody_waits", inviting.print_letters, made.manager, made.id)


def test_letters_printed_again_say_how_many_are_left():
    made = ask(take=6)
    again = [one.id for one in made.invitations(reserve=False)[:5]]
    with clock.at(OPEN):
        batch = inviting.print_letters(made.manager, made.id, again=again, limit=3)
    assert (batch.count, batch.left) == (3, 2)


def test_slips_of_a_further_service_count_against_the_counter_s_quota():
    made = draw(plan(take=6))
    unit = made.units["finance"]
    with clock.at(START):
        waves.open_wave(made.manager, made.id)
        inviting.print_slips(made.manager, made.id, unit=unit.id, service="khai-sinh", count=1)
        waves.set_quotas(made.manager, made.id, {unit.name: 1})
        more = inviting.print_slips(made.manager, made.id, unit=unit.id, service="dat-dai", count=2)
    first, second = (code for page in printed(more.pdf) for code in CODE.findall(page))
    with clock.at(OPEN):
        intake.start(first, mode="kiosk")
        refused("fieldwork.quota_full", intake.start, second, mode="kiosk")


def test_a_reason_is_kept_without_what_no_database_takes():
    made = ask(take=6)
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        for nothing in ("\0", "\ud800 "):
            refused(
                "refused.no_reason",
                inviting.give_up,
                made.manager,
                one.id,
                state=REFUSED,
                reason=nothing,
            )
        inviting.give_up(
            made.manager, one.id, state=REFUSED, reason=" Đi va\u0306\u0301ng\0\ud800 "
        )
    assert Invitation.objects.get(id=one.id).reason == "refused: Đi v\u1eafng"


def test_slips_are_invitations_of_nobody_and_a_further_batch_joins_the_first():
    made = draw(plan(take=6))
    unit = made.units["finance"].id
    with clock.at(START):
        waves.open_wave(made.manager, made.id)
        slips = inviting.print_slips(made.manager, made.id, unit=unit, service="khai-sinh", count=9)
        more = inviting.print_slips(made.manager, made.id, unit=unit, service="khai-sinh", count=2)
        refused("fieldwork.batch", inviting.print_slips, made.manager, made.id, unit=unit, count=0)
        with pytest.raises(UnknownError):
            inviting.print_slips(made.manager, made.id, unit=made.id, count=1)
    found = [code for page in printed(slips.pdf) for code in CODE.findall(page)]
    assert len(found) == 9
    assert more.count == 2
    rows = Invitation.objects.filter(cell__draw="counter/finance@2021")
    assert rows.count() == 11
    assert set(rows.values_list("name", "phone")) == {("", "")}
    assert rows.first().cell.n_drawn == 11
    with clock.at(OPEN):
        assert not intake.submit(found[0], "d", answers(), mode="kiosk", seconds=60).already


def test_reserves_step_in_in_drawn_order_until_there_are_none():
    made = ask(take=6, reserve=2)
    stratum = "finance@2021/khai-sinh"
    people = made.invitations(cell__stratum=stratum, reserve=False)
    reserves = made.invitations(cell__stratum=stratum, reserve=True)
    assert [one.order for one in reserves] == [1, 2]
    with clock.at(OPEN):
        refused(
            "refused.no_reason",
            inviting.give_up,
            made.manager,
            people[0].id,
            state=REFUSED,
            reason="",
        )
        refused(
            "fieldwork.not_given_up",
            inviting.give_up,
            made.manager,
            people[0].id,
            state=InvitationState.DRAWN,
            reason="x",
        )
        given = [
            inviting.give_up(
                made.manager, one.id, state=state, reason="Đã chuyển đi, số 0900000001"
            )
            for one, state in zip(people, (REFUSED, UNREACHABLE, REFUSED), strict=False)
        ]
        assert [one.reserve for one in given] == [*reserves, None]
        refused(
            "refused.decided",
            inviting.give_up,
            made.manager,
            people[0].id,
            state=REFUSED,
            reason="x",
        )
    states = [Invitation.objects.get(id=one.id).state for one in people[:3]]
    assert states == ["replaced", "replaced", "refused"]
    first = Invitation.objects.get(id=reserves[0].id)
    assert (first.state, first.replaces_id) == ("drawn", people[0].id)
    said = [one for one in lines_about("wave", str(made.id)) if one.verb == "invitation.given_up"]
    assert [one.after["reserve"] for one in reversed(said)] == [
        str(reserves[0].id),
        str(reserves[1].id),
        "",
    ]
    assert "0900000001" not in str([(one.after, one.reason) for one in said])
    with clock.at(OPEN):
        for one, wanted in ((people[0], "fieldwork.withdrawn_code"), (people[2], None)):
            if wanted:
                refused(
                    wanted, intake.submit, made.codes[one.id], "d", answers(), mode="web", seconds=1
                )
            else:
                intake.submit(made.codes[one.id], "d", answers(), mode="web", seconds=60)
        refused(
            "fieldwork.used_code",
            inviting.give_up,
            made.manager,
            people[2].id,
            state=REFUSED,
            reason="x",
        )


def test_a_reserve_takes_over_the_interviewer_and_the_place():
    made = ask(take=6, reserve=2)
    one = made.invitations(reserve=False)[0]
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {one.cell.stratum: 1})
        walks, idle = waves.name_interviewers(
            made.manager, made.id, [made.people["walker"].id, made.people["walker2"].id]
        )
        inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[one.id])
        refused(
            "fieldwork.not_assigned",
            inviting.give_up,
            made.actor("walker2"),
            one.id,
            state=REFUSED,
            reason="x",
        )
        given = inviting.give_up(
            made.actor("walker"), one.id, state=UNREACHABLE, reason="Vắng nhà ba lần"
        )
    assert given.reserve is not None
    assert Assigned.objects.get(invitation=given.reserve).interviewer == walks
    assert not Assigned.objects.filter(invitation=one).exists()
    assert [held.invitation_id for held in Reservation.objects.all()] == [given.reserve.id]
    assert idle.code == "002"


def test_only_interviewers_of_the_body_are_named_and_sent():
    made = ask(take=6)
    with clock.at(OPEN):
        refused(
            "fieldwork.no_interviewer",
            waves.name_interviewers,
            made.manager,
            made.id,
            [made.people["leader"].id],
        )
        (walks,) = waves.name_interviewers(made.manager, made.id, [made.people["walker"].id])
        with pytest.raises(UnknownError):
            inviting.assign(made.manager, made.id, interviewer=made.id, invitations=[])
        with pytest.raises(UnknownError):
            inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[])
