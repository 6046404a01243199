"""Surveys by programs: waves, progress and results for those who watch; never a name or an answer."""

from datetime import timedelta

import pytest
import web_setup

web_setup.set_up()

from django.test import Client  # noqa: E402
from web.desk.surveyed import answered, results  # noqa: E402
from web.fieldwork.surveying import AFTER, OPEN, ask, found, name_walkers  # noqa: E402

from parindex.web.journal import clock  # noqa: E402
from parindex.web.people import actions as people  # noqa: E402
from parindex.web.people.states import Scope  # noqa: E402

pytestmark = pytest.mark.django_db


def program(survey, who):
    _, secret = people.make_token(
        survey.actor(who),
        "thử",
        scopes=[Scope.READ, Scope.FIELDWORK],
        expires_at=clock.now() + timedelta(days=9),
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_progress_is_read_by_who_watches_and_names_nobody():
    survey = answered(ask(take=6, in_frame=8, reserve=1))
    name_walkers(survey)
    with clock.at(OPEN + timedelta(hours=1)):
        said = program(survey, "leader").get(f"/api/waves/{survey.id}/progress")
        assert said.json()["whole"]["target"] == 24
        assert said.json()["whole"]["used"] == survey.wave.boxes.count()
        assert set(said.json()["units"]) == {"finance@2021", "health@2021"}
        assert said.json()["unit_names"]["health@2021"] == "Sở Y tế"
        assert "Người số" not in said.content.decode()
        assert program(survey, "leader").get(f"/api/waves/{survey.id}/results").status_code == 404
        for who, status in (("walker", 403), ("member", 404), ("officer", 404)):
            told = program(survey, who).get(f"/api/waves/{survey.id}/progress")
            assert told.status_code == status, who
        stranger = program(found("dak-lak"), "manager")
        assert stranger.get(f"/api/waves/{survey.id}/progress").status_code == 404
        assert stranger.get("/api/waves").json() == []


def test_results_are_what_their_digest_is_of():
    survey = results(take=12)
    with clock.at(AFTER + timedelta(days=1)):
        program_ = program(survey, "leader")
        [wave] = program_.get("/api/waves").json()
        assert (wave["state"], wave["n_mixed"]) == ("estimated", survey.wave.n_mixed)
        said = program_.get(f"/api/waves/{survey.id}/results").json()
        assert said["content"]["answers"] == survey.wave.n_mixed
        hidden = [one for one in said["content"]["indices"] if one["shown"] == "suppressed"]
        assert all("index" not in one for one in hidden)
