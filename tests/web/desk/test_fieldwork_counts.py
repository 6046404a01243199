"""Pages of surveys need the same number of queries however many waves and people they show."""

from datetime import timedelta

import pytest
import web_setup

web_setup.set_up()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from web.desk.login import log_in  # noqa: E402
from web.desk.surveyed import answered, estimated, mixed  # noqa: E402
from web.fieldwork.surveying import (  # noqa: E402
    AFTER,
    CLOSES,
    COLUMNS,
    OPEN,
    PLAN,
    START,
    Survey,
    ask,
    frame_of,
    give_codes,
    name_walkers,
)

from parindex.web.fieldwork.actions import drawing, inviting, waves  # noqa: E402
from parindex.web.journal import clock  # noqa: E402

pytestmark = pytest.mark.django_db

# Queries of a page, session and person among them.
MANAGER_FIRST, WALKER_FIRST, LEADER_FIRST = 17, 14, 12
MANAGER_WAVES, WALKER_WAVES = 12, 11
PEOPLE, PROGRESS, RESULTS = 16, 17, 16


def another(survey, slug, *, opens_at=START, take=6):
    """A further open wave of the same body and form, whose interviewers go to a cell each."""
    made = Survey(issuer=survey.issuer, units=survey.units, people=survey.people)
    with clock.at(START):
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug=slug, title=f"Khảo sát {slug}", opens_at=opens_at,
            closes_at=CLOSES, instrument=survey.fresh().instrument_id,
        )  # fmt: skip
        made.frame = frame_of(take + 2)
        drawing.register_frame(
            made.manager, made.id, made.frame, columns=COLUMNS, file="k.csv",
            plan=(PLAN % {"take": take, "reserve": 2}).encode(),
        )  # fmt: skip
        drawing.draw(made.manager, made.id, made.frame, seed=slug, file="k.csv")
        give_codes(made)
        made.wave = waves.open_wave(made.manager, made.id)
        send(made)
    return made


def send(made):
    """Each interviewer to a cell."""
    for at, walker in enumerate(name_walkers(made)):
        cell = made.wave.cells.order_by("position")[at]
        people = list(cell.invitations.filter(reserve=False).values_list("id", flat=True))
        with clock.at(START):
            inviting.assign(made.manager, made.id, interviewer=walker.id, invitations=people)


def count(client, where, data=None):
    """How many queries a page needs, once it was seen before."""
    client.get(where, data or {})
    with CaptureQueriesContext(connection) as seen:
        assert client.get(where, data or {}).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("name", "where", "most"),
    [
        ("manager", "work", MANAGER_FIRST),
        ("walker", "work", WALKER_FIRST),
        ("leader", "work", LEADER_FIRST),
        ("manager", "waves", MANAGER_WAVES),
        ("walker", "waves", WALKER_WAVES),
    ],
)
def test_three_waves_need_as_many_queries_as_one(client, name, where, most):
    survey = ask(take=6, in_frame=12, reserve=2)
    send(survey)
    log_in(client, survey.people[name])
    with clock.at(OPEN):
        assert count(client, reverse(where)) == most
        another(survey, "hai")
        another(survey, "ba")
        assert survey.wave.title in client.get(reverse("waves")).content.decode()
        assert count(client, reverse(where)) == most


@pytest.mark.parametrize(("page", "most"), [("wave_people", PEOPLE), ("wave_progress", PROGRESS)])
def test_many_people_need_as_many_queries_as_few(client, page, most):
    few, many = ask(take=6, in_frame=12, reserve=2), None
    send(few)
    log_in(client, few.people["manager"])
    many = another(few, "nhieu", take=20)
    with clock.at(OPEN):
        for one in (few, many):
            assert count(client, reverse(page, args=[one.id])) == most


def test_results_need_as_many_queries_whatever_came_before(client):
    survey = ask(take=12, in_frame=20, reserve=0)
    last = another(survey, "sau", opens_at=START + timedelta(days=2), take=12)
    between = [another(survey, f"giua-{n}", opens_at=START + timedelta(days=1)) for n in (1, 2)]
    for one in (survey, last):
        estimated(mixed(answered(one)))
    log_in(client, survey.people["leader"])
    where = reverse("wave_results", args=[last.id])
    with clock.at(AFTER):
        assert count(client, where, {"show": "change"}) == RESULTS
        for one in between:
            estimated(mixed(answered(one)))
        assert len(client.get(where, {"show": "change"}).context["earlier"]) == 3
        assert count(client, where, {"show": "change"}) == RESULTS
