"""The interviewer's addresses: the page for anybody, the work for who has it, each interview once."""

import json
import re
from datetime import timedelta
from pathlib import Path
from posixpath import normpath

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from web.answering.field import ANSWERS

from parindex.web.answering import shell
from parindex.web.answering.field_words import FIELD_WORDS
from parindex.web.answering.words import WORDS
from parindex.web.fieldwork.models import Invitation, Wave
from parindex.web.fieldwork.states import InvitationState, WaveState
from parindex.web.journal import clock

pytestmark = pytest.mark.django_db
NUMBER = "0a1b2c3d-1111-4222-8333-444455556666"
IMPORTED = re.compile(r'from "([^"]+)"')


@pytest.fixture
def walked(wave):
    wave.assign([one for one, _ in wave.invite(2)])
    return wave


def enter(field, who="walker"):
    """A browser that is logged in, with the token that its page was given."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(field.people[who])
    work = client.get("/dieu-tra/viec").json()

    def post(url, **said):
        headers = {"X-CSRFToken": work["csrf"]}
        return client.post(url, json.dumps(said), content_type="application/json", headers=headers)

    return client, work, post


def test_an_interviewer_is_given_their_people_and_forms(walked):
    _, work, _ = enter(walked)
    assert [one["name"] for one in work["people"]] == ["Nguyễn Thị 000", "Nguyễn Thị 001"]
    [wave] = work["waves"]
    assert wave["title"] == walked.wave.title
    assert wave["questionnaire"]["consent"]["vi"]
    assert work["people"][0]["phone"] == "0900000000"
    _, others, _ = enter(walked, "other")
    assert (others["people"], others["waves"]) == ([], [])
    _, managers, _ = enter(walked, "manager")
    assert managers["people"] == []


def test_an_interview_is_kept_once_however_often_it_is_sent(walked):
    _, work, post = enter(walked)
    ended = clock.now() - timedelta(hours=3)
    sent = {
        "invitation": work["people"][0]["id"],
        "submission": NUMBER,
        "answers": ANSWERS,
        "seconds": 600,
        "ended": ended.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    for _ in range(3):
        said = post("/dieu-tra/gui", **sent)
        assert (said.status_code, said.json()) == (200, {"received": True})
    other = post("/dieu-tra/gui", **{**sent, "submission": NUMBER.replace("0a", "ff")})
    assert other.status_code == 409
    assert other.json()["problems"][0]["what"]
    [kept] = walked.kept
    assert (kept["mode"], kept["interviewer"]) == ("interviewer", "ĐTV-walker")
    assert kept["ended_at"] == f"{ended:%Y-%m-%dT%H:%M}+00:00"


@pytest.mark.parametrize(
    "ended",
    [
        "",
        "hôm qua",
        "2026-11-20T09:30",
        7,
        None,
        "0001-01-01T00:00+00:00",
        "9999-12-31T23:59-12:00",
    ],
)
def test_a_time_that_is_none_is_left_out(walked, ended):
    _, work, post = enter(walked)
    sent = {"invitation": work["people"][0]["id"], "submission": NUMBER, "answers": ANSWERS}
    assert post("/dieu-tra/gui", **sent, ended=ended).json() == {"received": True}
    assert [one["ended_at"] for one in walked.kept] == [""]


def test_what_was_asked_before_the_close_is_taken_after_it(walked):
    _, work, post = enter(walked)
    Wave.objects.update(state=WaveState.CLOSED)
    sent = {"invitation": work["people"][0]["id"], "submission": NUMBER, "answers": ANSWERS}
    assert post("/dieu-tra/gui", **sent).status_code == 200


def test_nobody_sends_for_another(walked):
    _, work, _ = enter(walked)
    _, _, post = enter(walked, "other")
    sent = {"invitation": work["people"][0]["id"], "submission": NUMBER, "answers": ANSWERS}
    assert post("/dieu-tra/gui", **sent).status_code == 404
    assert not walked.kept


def test_answers_that_are_wrong_are_told(walked):
    _, work, post = enter(walked)
    sent = {"invitation": work["people"][0]["id"], "submission": NUMBER, "answers": {"came": "9"}}
    said = post("/dieu-tra/gui", **sent)
    assert said.status_code == 422
    assert {one["question"] for one in said.json()["problems"]} == {"came", "age"}


def test_a_visit_that_came_to_nothing_is_noted_once(walked):
    _, work, post = enter(walked)
    person = work["people"][0]["id"]
    [(reserve, _)] = walked.invite(state=InvitationState.RESERVE, reserve=True)
    for _ in range(2):
        said = post("/dieu-tra/khong-gap", invitation=person, outcome="refused", reason="Bận việc")
        assert said.json() == {"received": True}
    one = Invitation.objects.get(id=person)
    assert one.state == InvitationState.REPLACED
    reserve.refresh_from_db()
    assert reserve.replaces_id == one.id
    assert str(reserve.id) in {row["id"] for row in enter(walked)[1]["people"]}


def test_a_reason_with_letters_that_are_none_is_taken_without_them(walked):
    _, work, post = enter(walked)
    person = work["people"][0]["id"]
    said = post("/dieu-tra/khong-gap", invitation=person, outcome="refused", reason="Bận\0\ud800")
    assert said.json() == {"received": True}
    assert Invitation.objects.get(id=person).reason == "refused: Bận"


def test_a_visit_to_nobody_known_is_told(walked):
    _, _, post = enter(walked)
    said = post("/dieu-tra/khong-gap", invitation=NUMBER, outcome="refused", reason="Bận")
    assert said.status_code == 404


ODD = [
    {}, {"invitation": 5}, {"invitation": "x"}, {"invitation": NUMBER},
    {"invitation": NUMBER, "submission": NUMBER, "answers": [1]},
    {"invitation": NUMBER, "outcome": "drawn", "reason": "x"},
    {"invitation": NUMBER, "outcome": ["refused"], "reason": "x"},
    {"invitation": NUMBER, "outcome": "refused", "reason": "x" * 301},
    {"invitation": NUMBER, "outcome": "refused"},
]  # fmt: skip


@pytest.mark.parametrize("said", ODD, ids=range(len(ODD)))
def test_what_no_page_sends_is_unreadable(walked, said):
    _, _, post = enter(walked)
    url = "/dieu-tra/khong-gap" if "outcome" in said else "/dieu-tra/gui"
    assert post(url, **said).status_code == 400


def test_what_is_no_json_is_unreadable(walked):
    client, work, _ = enter(walked)
    for content in (b" ", b"[]", b"{", b"[" * 50_000):
        said = client.post("/dieu-tra/gui", content, content_type="application/json",
                           headers={"X-CSRFToken": work["csrf"]})  # fmt: skip
        assert said.status_code == 400


def test_who_is_not_logged_in_is_told_where_to(walked):
    client = Client()
    for said in (
        client.get("/dieu-tra/viec"),
        client.post("/dieu-tra/gui"),
        client.post("/dieu-tra/khong-gap"),
    ):
        assert said.status_code == 401
        assert said.json()["login"] == "/accounts/login/?next=/dieu-tra/"
        assert said["Cache-Control"] == "no-store"
    walker = walked.people["walker"]
    walker.must_change_password = True
    walker.save()
    client.force_login(walker)
    said = client.get("/dieu-tra/viec", headers={"Accept-Language": "en"})
    assert said.json()["login"] == "/accounts/password/change/?next=/dieu-tra/"
    assert said.json()["problems"][0]["what"] == "You need to log in."


def test_another_site_cannot_send_in_somebody_s_name(walked):
    client, work, _ = enter(walked)
    sent = {"invitation": work["people"][0]["id"], "submission": NUMBER, "answers": ANSWERS}
    said = client.post("/dieu-tra/gui", json.dumps(sent), content_type="application/json")
    assert said.status_code == 403
    assert not walked.kept


# ---- the page that a device keeps


def test_the_page_is_the_same_for_everybody_and_names_nobody(walked):
    anybody = Client().get("/dieu-tra/")
    client, _, _ = enter(walked)
    assert anybody.content == client.get("/dieu-tra/").content
    assert b"Nguy\xe1\xbb\x85n Th\xe1\xbb\x8b" not in anybody.content
    assert anybody["Cache-Control"] == "no-cache"
    assert not anybody.cookies


def test_the_worker_keeps_every_file_that_the_page_loads(db):
    script = Client().get("/dieu-tra/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    kept = set(json.loads(re.search(r"const FILES = (\[.*?\]);", script.content.decode())[1]))
    page = shell.page()
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+|/dieu-tra/[^"]*)"', page))
    loaded |= {one["src"] for one in json.loads(shell.manifest())["icons"]}
    loaded |= {f"/static/{one}" for one in re.findall(r'url\("([^"]+)"\)', source("answering.css"))}
    waiting = ["js/dieu-tra.js"]
    while waiting:
        name = waiting.pop()
        for one in IMPORTED.findall(source(name)):
            found = normpath(f"{name}/../{one}")
            if f"/static/{found}" not in loaded:
                loaded.add(f"/static/{found}")
                waiting.append(found)
    assert kept == loaded | {shell.PAGE}


def source(name):
    return Path(finders.find(name)).read_text(encoding="utf-8")


def test_a_device_learns_of_a_change_by_the_version(db, monkeypatch):
    before = shell.version()
    assert shell.version() == before
    monkeypatch.setitem(FIELD_WORDS, "sync", "Gửi")
    shell.page.cache_clear()
    assert shell.version() != before
    shell.page.cache_clear()


def test_a_file_that_is_missing_is_noticed():
    with pytest.raises(FileNotFoundError):
        shell._read("js/khong-co.js")


def test_the_page_can_be_installed(db):
    said = Client().get("/dieu-tra/app.webmanifest")
    assert said["Content-Type"].startswith("application/manifest+json")
    words = said.json()
    assert (words["scope"], words["display"], words["lang"]) == ("/dieu-tra/", "standalone", "vi")
    assert {one["sizes"] for one in words["icons"]} == {"192x192", "512x512"}
    for one in words["icons"]:
        assert finders.find(one["src"].removeprefix(settings.STATIC_URL))


@pytest.mark.parametrize("url", ["", "sw.js", "app.webmanifest", "viec", "gui", "khong-gap"])
def test_only_what_is_meant_is_answered(walked, url):
    client = Client(raise_request_exception=False)
    client.force_login(walked.people["walker"])
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
        said = client.generic(method, f"/dieu-tra/{url}", "{}", content_type="application/json")
        allowed = {"POST"} if url in {"gui", "khong-gap"} else {"GET", "HEAD"}
        assert (said.status_code == 405) == (method not in allowed), method


# ---- words


def test_every_word_that_a_script_says_is_there_and_every_word_is_said():
    folder = Path(finders.find("js/phieu.js")).parent
    scripts = [*folder.glob("answering/*.js"), *folder.glob("interviewing/*.js")]
    source = "\n".join(one.read_text(encoding="utf-8") for one in scripts)
    known = set(WORDS | FIELD_WORDS)
    asked = set(re.findall(r'\bt\("([a-z_]+)"', source))
    assert asked <= known, asked - known
    # By a name that is made, or by the page itself.
    made = {key for key in known if key.startswith(("mark_", "outcome_", "error_"))}
    shown = {"product", "footer", "to_main", "not_kept"}
    never = known - made - shown - set(re.findall(r'"([a-z_]+)"', source))
    assert not never
