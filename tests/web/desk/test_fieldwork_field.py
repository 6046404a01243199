"""A survey in the field at the desk: progress, people and their replacement, typing forms."""

import csv
import io
from fractions import Fraction

import pytest
import web_setup

web_setup.set_up()

from django.urls import reverse  # noqa: E402
from web.desk.login import log_in  # noqa: E402
from web.fieldwork.surveying import OPEN, START, answers, ask, name_walkers  # noqa: E402

from parindex.web.desk.templatetags.words import percent  # noqa: E402
from parindex.web.fieldwork.actions import intake, inviting, waves  # noqa: E402
from parindex.web.fieldwork.models import Box, Entry, Invitation, Wave  # noqa: E402
from parindex.web.fieldwork.states import InvitationState  # noqa: E402
from parindex.web.journal import clock  # noqa: E402

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey():
    """A wave that is open, its interviewers sent to a stratum each."""
    made = ask(take=6, in_frame=12, reserve=2)
    walkers = name_walkers(made)
    with clock.at(START):
        for at, walker in enumerate(walkers):
            cell = made.wave.cells.order_by("position")[at]
            inviting.assign(
                made.manager, made.id, interviewer=walker.id,
                invitations=list(cell.invitations.filter(reserve=False).values_list("id", flat=True)),
            )  # fmt: skip
    with clock.at(OPEN):
        yield made


def enter(client, survey, name):
    client.logout()
    return log_in(client, survey.people[name])


def url(name, survey, *args):
    return reverse(name, args=[survey.id, *args])


def page(answer):
    return answer.content.decode()


def answer_some(survey, n):
    for at, one in enumerate(survey.invitations(reserve=False)[:n]):
        intake.submit(survey.codes[one.id], f"may-{at}", answers(at), mode="web", seconds=60)


# ---- progress


def test_progress_is_against_target_and_the_emptiest_stands_first(client, survey):
    answer_some(survey, 9)
    enter(client, survey, "leader")
    shown = client.get(url("wave_progress", survey)).context
    assert (shown["whole"].used, shown["whole"].target) == (9, 24)
    assert shown["done"] == "37,5%"
    assert [row["text"] for row in shown["strata"]] == ["0/6", "0/6", "3/6", "6/6"]
    assert [one["text"] for one in shown["map"]["tiles"]] == ["75% · 9/12", "0% · 0/12"]
    assert not shown["map"]["placed"]
    assert [row["one"].used for row in shown["interviewers"]] == [6, 3, 0]
    assert shown["n_too_few"] == 3
    assert 'hx-trigger="every 60s"' in page(client.get(url("wave_progress", survey)))


def test_a_quota_below_the_draw_is_the_target_wherever_it_is_shown(client, survey):
    answer_some(survey, 3)
    stratum = survey.wave.cells.order_by("position").first().stratum
    waves.set_quotas(survey.manager, survey.id, {stratum: 4})
    enter(client, survey, "leader")
    shown = client.get(url("wave_progress", survey)).context
    assert (shown["whole"].target, shown["done"]) == (22, percent(Fraction(3, 22), 1))
    assert [row["text"] for row in shown["strata"]] == ["0/6", "0/6", "0/6", "3/4"]
    assert sorted(one["text"] for one in shown["map"]["tiles"]) == ["0% · 0/12", "30% · 3/10"]
    assert [row["target"] for row in shown["units"]] == [12, 10]
    text = client.get(url("wave_progress_file", survey)).content.decode("utf-8-sig")
    rows = [one for one in csv.DictReader(io.StringIO(text)) if one["kind"] == "cell"]
    assert sum(int(one["target"]) for one in rows) == 22
    enter(client, survey, "manager")
    quotas = client.get(url("wave_quotas", survey)).context["rows"]
    assert {one["drawn"] for one in quotas} == {6}, "whom a quota leaves out was drawn all the same"


def test_the_table_of_progress_names_nobody_who_was_asked(client, survey):
    answer_some(survey, 9)
    enter(client, survey, "leader")
    text = client.get(url("wave_progress_file", survey)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(one["used"]) for one in rows if one["kind"] == "cell") == 9
    assert [one["used"] for one in rows if one["kind"] == "interviewer"] == ["6", "3", "0"]
    assert "Người số" not in text


def test_provinces_stand_where_they_lie(survey):
    from parindex.web.desk.views.fieldwork.tiles import tiles_of

    made = tiles_of([
        ("ha-noi@2012", "Thành phố Hà Nội", Fraction(1), "100%"), ("ca-mau@2025", "Tỉnh Cà Mau", None, "–"),
    ])  # fmt: skip
    assert made["placed"]
    first, last = made["tiles"]
    assert (first["name"], first["shade"]) == ("Cà Mau", "none")
    assert (last["name"], last["shade"]) == ("Hà Nội", "q4")
    assert int(first["row"]) > int(last["row"])


# ---- people


def test_people_are_found_by_name_telephone_and_state_by_the_manager_alone(client, survey):
    answer_some(survey, 2)
    enter(client, survey, "manager")
    where = url("wave_people", survey)
    assert client.get(where).context["n_found"] == 24
    assert client.get(where, {"state": "answered"}).context["n_found"] == 2
    assert client.get(where, {"state": "reserve"}).context["n_found"] == 8
    assert client.get(where, {"state": "waiting", "interviewer": "001"}).context["n_found"] == 4
    one = survey.invitations(reserve=False)[3]
    found = client.get(where, {"q": one.name.lower().replace("ư", "u").replace("ờ", "o")})
    assert one in [row for row, _chip in found.context["rows"]]
    assert client.get(where, {"q": one.phone}).context["n_found"] == 1
    for name in ("leader", "walker"):
        enter(client, survey, name)
        assert client.get(where).status_code == 403, name


def test_who_is_given_up_makes_room_for_the_next_reserve(client, survey):
    one = survey.invitations(reserve=False)[0]
    reserve = survey.invitations(reserve=True)[0]
    enter(client, survey, "manager")
    where = url("wave_person", survey, one.id)
    refused = client.post(where, {"state": "answered", "reason": " "})
    assert refused.status_code == 422
    assert refused.context["state_error"]
    assert refused.context["reason_error"]
    done = client.post(where, {"state": "unreachable", "reason": "gọi ba lần không nghe"})
    assert done["Location"] == url("wave_person", survey, reserve.id)
    one.refresh_from_db()
    assert one.state == InvitationState.REPLACED
    after = client.get(where).context
    assert after["by"].id == reserve.id
    assert not after["may_give_up"]
    assert client.get(url("wave_person", survey, reserve.id)).context["one"].replaces == one
    again = client.post(where, {"state": "refused", "reason": "x"})
    assert again.status_code == 422
    assert again.context["lines"]


def test_an_interviewer_knows_only_of_those_they_go_to(client, survey):
    mine = survey.invitations(reserve=False)[0]
    other = survey.invitations(reserve=False)[-1]
    enter(client, survey, "walker")
    shown = client.get(url("wave", survey)).context
    assert len(shown["mine"]) == 6
    assert client.get(url("wave_person", survey, mine.id)).status_code == 200
    assert client.get(url("wave_person", survey, other.id)).status_code == 404
    assert client.post(url("wave_person", survey, other.id), {"state": "refused", "reason": "x"}).status_code == 404  # fmt: skip
    done = client.post(url("wave_person", survey, mine.id), {"state": "refused", "reason": "bận"})
    assert done["Location"] == url("wave_person", survey, mine.id)
    assert client.get(done["Location"]).status_code == 404, "they go to the reserve now"


def test_an_interviewer_fills_in_the_form_on_the_telephone(client, survey):
    mine, other = survey.invitations(reserve=False)[0], survey.invitations(reserve=False)[-1]
    enter(client, survey, "walker")
    where = url("wave_call", survey, mine.id)
    assert "Thái độ" in page(client.get(where))
    wrong = client.post(where, {"a-q1": "7"})
    assert wrong.status_code == 422
    assert {one["id"] for one in wrong.context["errors"]} == {"a-q1", "a-q2"}
    assert client.post(where, {"a-q1": "4", "a-q2": "5"}).status_code == 302
    mine.refresh_from_db()
    assert mine.used
    assert client.get(url("wave_call", survey, other.id)).status_code == 404
    Wave.objects.filter(id=survey.id).update(typed_twice=["paper", "phone"])
    assert client.get(where).status_code == 403
    # Who goes to nobody knows of no such call; who only watches types nothing at all.
    for name, status in (("manager", 404), ("leader", 403)):
        enter(client, survey, name)
        assert client.get(where).status_code == status, name


def test_a_reserve_is_promised_only_where_there_is_one(client, survey):
    enter(client, survey, "manager")
    cell = survey.wave.cells.order_by("position").first()
    for _turn in range(2):
        one = cell.invitations.filter(state=InvitationState.INVITED).first()
        shown = page(client.get(url("wave_person", survey, one.id)))
        assert "Mã của người này hết hiệu lực." in shown
        inviting.give_up(survey.manager, one.id, state=InvitationState.REFUSED, reason="không muốn")
    one = cell.invitations.filter(state=InvitationState.INVITED).first()
    shown = page(client.get(url("wave_person", survey, one.id)))
    assert "Người này vẫn trả lời được bằng mã của mình." in shown
    assert "Mã của người này hết hiệu lực" not in shown
    inviting.give_up(survey.manager, one.id, state=InvitationState.REFUSED, reason="không muốn")
    intake.submit(survey.codes[one.id], "may-9", answers(9), mode="web", seconds=60)


def test_what_waits_is_told_on_the_first_page(client, survey):
    answer_some(survey, 5)
    enter(client, survey, "manager")
    [waits] = client.get("/desk/").context["waits"]
    assert (waits["n"], waits["url"]) == (19, url("wave_progress", survey))
    enter(client, survey, "walker2")
    [waits] = client.get("/desk/").context["waits"]
    assert (waits["n"], waits["deadline"]) == (6, survey.wave.syncs_until)
    for name in ("leader", "admin"):
        enter(client, survey, name)
        assert client.get("/desk/").context["waits"] == [], name


# ---- typing


def typed(client, survey, code, **said):
    data = {"code": code, "mode": "paper"}
    if said:
        data |= {"typed": "1"} | {f"a-{name}": text for name, text in said.items()}
    return client.post(url("wave_typing", survey), data)


@pytest.fixture
def code(survey):
    """The code on a paper form."""
    return survey.codes[survey.invitations(reserve=False)[0].id]


def test_a_code_opens_its_form_and_a_wrong_one_says_so(client, survey, code):
    enter(client, survey, "manager")
    shown = typed(client, survey, code.lower().replace("-", " "))
    assert [one["id"] for one in shown.context["sections"][0]["questions"]][:2] == ["a-q1", "a-q2"]
    assert shown["Cache-Control"] == "no-store"
    wrong = typed(client, survey, "0000")
    assert wrong.status_code == 422
    assert "không có phiếu nào mang mã này" in page(wrong)


def test_what_is_wrong_leads_to_its_field_and_keeps_what_was_typed(client, survey, code):
    enter(client, survey, "manager")
    wrong = typed(client, survey, code, q1="7", bribe="1", more="Xin cảm ơn")
    assert wrong.status_code == 422
    assert {one["id"] for one in wrong.context["errors"]} == {"a-q1", "a-q2"}
    assert "Xin cảm ơn" in page(wrong)
    assert not Entry.objects.exists()


def test_two_equal_typings_are_one_answer(client, survey, code):
    enter(client, survey, "walker")
    typed(client, survey, code, q1="4", q2="5")
    assert client.get(url("wave_typing", survey)).context["waiting"] == 1
    own = typed(client, survey, code, q1="4", q2="5")
    assert own.status_code == 422
    assert Box.objects.count() == 0
    enter(client, survey, "walker2")
    assert typed(client, survey, code, q1="4", q2="5").status_code == 302
    assert Box.objects.count() == 1
    assert Invitation.objects.filter(used=True).count() == 1


def test_a_third_person_settles_where_two_differ(client, survey, code):
    for name, read in (("walker", "4"), ("walker2", "2")):
        enter(client, survey, name)
        typed(client, survey, code, q1=read, q2="5")
    where = url("wave_typing_settle", survey)
    opens = {"code": code}
    assert client.post(where, opens).status_code == 403
    enter(client, survey, "manager")
    listed = client.get(url("wave_typing", survey))
    assert listed.context["apart"] == 1
    one = survey.invitations(reserve=False)[0]
    assert one.dossier not in page(listed)
    assert client.get(where).context["rows"] == []
    wrong = client.post(where, {"code": "0000"})
    assert wrong.status_code == 422
    assert "không có phiếu nào mang mã này" in page(wrong)
    shown = client.post(where, opens)
    assert shown["Cache-Control"] == "no-store"
    assert one.dossier not in page(shown)
    [row] = shown.context["rows"]
    assert (row["first"], row["second"]) == ("4 – Hài lòng", "2 – Không hài lòng")
    settles = opens | {"settled": "1"}
    assert client.post(where, settles).status_code == 422
    assert client.post(where, settles | {"pick-0": "other", "other-0": "8"}).status_code == 422
    assert Box.objects.count() == 0
    assert client.post(where, settles | {"pick-0": "other", "other-0": "3"}).status_code == 302
    assert Box.objects.count() == 1
    again = client.post(where, opens)
    assert (again.status_code, again.context["rows"]) == (422, [])


def test_typing_is_for_interviewers_and_the_manager(client, survey):
    for name, status in (("manager", 200), ("walker", 200), ("leader", 403)):
        enter(client, survey, name)
        assert client.get(url("wave_typing", survey)).status_code == status, name
