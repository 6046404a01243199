"""The citizen's addresses: a code opens while it is good, an answer is kept once, nothing is noted."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from web.answering.field import ANSWERS, in_the_field

from parindex.web.answering.taking import MOST_ANSWERS
from parindex.web.answering.tries import LIMIT, Tries
from parindex.web.fieldwork import codes
from parindex.web.fieldwork.models import Invitation, Wave
from parindex.web.fieldwork.states import InvitationState, WaveState
from parindex.web.journal.models import Entry

pytestmark = pytest.mark.django_db
NUMBER = "0a1b2c3d-1111-4222-8333-444455556666"


def test_a_code_opens_its_form_and_an_answer_is_kept_once(wave, post):
    [(one, code)] = wave.invite()
    opened = post("/phieu/mo", code=code.lower().replace("-", " ")).json()
    assert opened["unit"] == "UBND xã Hòa Bình"
    parts = [part["name"] for part in opened["questionnaire"]["sections"]]
    assert parts == ["general", "visit", "closing"]
    sent = {"code": code, "submission": NUMBER, "answers": ANSWERS, "seconds": 95}
    for _ in range(3):
        assert post("/phieu/gui", **sent).json() == {"received": True}
    [kept] = wave.kept
    assert kept["answers"] == ANSWERS
    assert kept["mode"] == "web"
    other = post("/phieu/gui", **{**sent, "submission": NUMBER.replace("0a", "ff")})
    assert other.status_code == 409
    assert other.json()["problems"][0]["code"] == "fieldwork.used_code"
    assert post("/phieu/mo", code=code).status_code == 409
    assert len(wave.kept) == 1
    one.refresh_from_db()
    assert one.used


def test_a_page_is_told_nothing_that_it_does_not_need(wave, post):
    [(one, code)] = wave.invite()
    said = post("/phieu/mo", code=code).content.decode()
    for secret in (one.name, one.phone, one.address, str(one.id), "score", "percent", "feeds"):
        assert secret not in said


def test_codes_that_are_none_and_codes_that_were_withdrawn_are_told_alike(wave, post):
    [(_, code)] = wave.invite(state=InvitationState.REPLACED)
    never, short = codes.new_code(), "K7Q2"
    for url in ("/phieu/mo", "/phieu/gui"):
        said = {
            (answer.status_code, answer.content)
            for answer in (
                post(url, code=one, submission=NUMBER, answers=ANSWERS)
                for one in (code, never, short, "")
            )
        }
        [(status, content)] = said
        assert status == 404
        assert json.loads(content)["problems"][0]["code"] == "fieldwork.unknown_code"


def test_they_are_looked_up_by_as_many_queries(wave, post):
    [(_, withdrawn)] = wave.invite(state=InvitationState.REPLACED)
    counted = set()
    for code in (withdrawn, codes.new_code()):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            post("/phieu/mo", code=code)
        counted.add(len(asked))
    assert len(counted) == 1


def test_an_address_waits_after_twenty_codes_that_were_none(wave, post):
    [(_, code)] = wave.invite()
    for _ in range(LIMIT):
        assert post("/phieu/mo", code=codes.new_code()).status_code == 404
    blocked = post("/phieu/mo", code=code)
    assert blocked.status_code == 429
    assert int(blocked["Retry-After"]) <= 60
    assert "giây" in blocked.json()["problems"][0]["fix"]
    assert post("/phieu/gui", code=code, submission=NUMBER, answers=ANSWERS).status_code == 429
    assert not wave.kept


def test_good_codes_count_for_nothing(wave, post):
    invited = wave.invite(LIMIT + 5)
    assert all(post("/phieu/mo", code=code).status_code == 200 for _, code in invited)


def test_tries_are_counted_by_address_and_forgotten_after_a_minute():
    now = [1_000.0]
    tries = Tries(limit=3, seconds=60, now=lambda: now[0])
    for _ in range(3):
        assert tries.wait("203.0.113.7") == 0
        tries.failed("203.0.113.7")
    assert tries.wait("203.0.113.7") == 61
    assert tries.wait("203.0.113.8") == 0
    now[0] += 59.5
    assert tries.wait("203.0.113.7") == 1
    now[0] += 0.5
    assert tries.wait("203.0.113.7") == 0
    tries.failed("203.0.113.7")
    assert tries.wait("203.0.113.7") == 0


def test_only_our_own_proxies_are_believed(wave, settings):
    client = Client()

    def knock(client_said, code):
        said = json.dumps({"code": code})
        headers = {"X-Forwarded-For": client_said}
        return client.post("/phieu/mo", said, content_type="application/json", headers=headers)

    [(_, code)] = wave.invite()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for at in range(LIMIT):
        knock(f"10.9.8.{at}, 203.0.113.7", codes.new_code())
    assert knock("198.51.100.1, 203.0.113.7", code).status_code == 429
    assert knock("203.0.113.7, 198.51.100.1", code).status_code == 200
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    for at in range(LIMIT):
        knock(f"10.9.8.{at}", codes.new_code())
    assert knock("10.1.1.1", code).status_code == 429


def test_answers_that_are_wrong_are_told_question_by_question(wave, post):
    [(_, code)] = wave.invite()
    answers = {**ANSWERS, "age": "12", "staff": ""}
    said = post("/phieu/gui", code=code, submission=NUMBER, answers=answers, language="en")
    assert said.status_code == 422
    told = {one["question"]: one["code"] for one in said.json()["problems"]}
    assert told == {"staff": "answer.required"}
    said = post("/phieu/gui", code=code, submission=NUMBER, answers={**ANSWERS, "age": "12"})
    assert [one["code"] for one in said.json()["problems"]] == ["answer.constraint"]
    assert not wave.kept
    assert post("/phieu/gui", code=code, submission=NUMBER, answers=ANSWERS).status_code == 200


def test_what_was_skipped_is_not_kept(wave, post):
    [(_, code)] = wave.invite()
    answers = {**ANSWERS, "came": "2"}
    assert post("/phieu/gui", code=code, submission=NUMBER, answers=answers).status_code == 200
    [kept] = wave.kept
    assert set(kept["answers"]) == {"came", "age", "ways", "ways_other", "other"}


def test_after_the_close_nothing_is_opened_or_kept(wave, post):
    [(_, code)] = wave.invite()
    Wave.objects.update(closes_at=wave.wave.opens_at + timedelta(hours=1))
    for url in ("/phieu/mo", "/phieu/gui"):
        said = post(url, code=code, submission=NUMBER, answers=ANSWERS)
        assert said.status_code == 403
        assert said.json()["problems"][0]["code"] == "fieldwork.not_open"
    Wave.objects.update(closes_at=wave.wave.closes_at, state=WaveState.CLOSED)
    assert post("/phieu/mo", code=code).status_code == 403


ODD = [
    b" ", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 50_000,
    json.dumps({"code": 5}).encode(), json.dumps({"code": "x" * 65}).encode(),
    json.dumps({"code": "x", "answers": []}).encode(),
    json.dumps({"code": "x", "answers": {"a": 1}}).encode(),
    json.dumps({"code": "x", "answers": {"a" * 201: "1"}}).encode(),
    json.dumps({"code": "x", "answers": {"\ud800": "1"}}).encode(),
    json.dumps({"code": "x", "answers": {"\0": "1"}}).encode(),
    json.dumps({"code": "x", "answers": {"a": "b" * 20_001}}).encode(),
    json.dumps({"code": "x", "answers": {f"a{at}": "" for at in range(MOST_ANSWERS + 1)}}).encode(),
    json.dumps({"code": "x", "submission": "a b"}).encode(),
    json.dumps({"code": "x", "submission": 12345678}).encode(),
    json.dumps({"code": "x", "seconds": True}).encode(),
    json.dumps({"code": "x", "seconds": -1}).encode(),
    json.dumps({"code": "x", "seconds": 1.5}).encode(),
    json.dumps({"code": "x", "device": ["y"]}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("content", ODD, ids=range(len(ODD)))
def test_what_no_page_sends_is_told_as_unreadable(wave, content):
    client = Client(raise_request_exception=True)
    for url in ("/phieu/mo", "/phieu/gui"):
        said = client.post(url, content, content_type="application/json")
        assert said.status_code == 400, content[:40]
        assert said.json()["problems"][0]["code"] == "answering.unreadable"


def test_an_answer_without_a_number_of_its_own_is_refused(wave, post):
    [(_, code)] = wave.invite()
    assert post("/phieu/gui", code=code, answers=ANSWERS).status_code == 400
    assert not wave.kept


def test_what_is_too_large_is_not_read(wave, post):
    said = post("/phieu/gui", code="x", answers={"a": "b" * 400_000})
    assert said.status_code == 413
    said = Client().post("/phieu/gui", b"{}", content_type="application/json", CONTENT_LENGTH="x")
    assert said.status_code == 413


@pytest.mark.parametrize("url", ["/phieu/", "/phieu/quay/", "/phieu/mo", "/phieu/gui"])
def test_only_what_is_meant_is_answered(db, url):
    allowed = {"GET", "HEAD"} if url.endswith("/") else {"POST"}
    client = Client()
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        said = client.generic(method, url, "{}", content_type="application/json")
        assert (said.status_code == 405) == (method not in allowed), method


# ---- what is carried, and what is not


def test_answers_carry_a_policy_and_no_cookie(wave, client, post):
    [(_, code)] = wave.invite()
    client.force_login(wave.people["manager"])
    sent = {"code": code, "submission": NUMBER, "answers": ANSWERS}
    for said in (client.get("/phieu/"), client.get("/phieu/quay/"), post("/phieu/mo", code=code),
                 post("/phieu/gui", **sent), post("/phieu/mo", code="no")):  # fmt: skip
        assert not said.cookies
        assert said["Cache-Control"] == "no-store"
        assert said["Referrer-Policy"] == "no-referrer"
        assert said["X-Frame-Options"] == "DENY"
        policy = said["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


def test_who_is_logged_in_beside_is_not_looked_up(wave, client):
    [(_, code)] = wave.invite()
    client.force_login(wave.people["manager"])
    said = json.dumps({"code": code, "submission": NUMBER, "answers": ANSWERS})
    with CaptureQueriesContext(connection) as asked:
        client.post("/phieu/gui", said, content_type="application/json")
    assert wave.kept
    tables = " ".join(one["sql"] for one in asked)
    assert "session" not in tables
    assert "people_account" not in tables


def test_nothing_of_an_answer_is_written_anywhere_else(wave, post, caplog):
    [(one, code)] = wave.invite()
    before = Entry.objects.count()
    with caplog.at_level(logging.DEBUG):
        post("/phieu/mo", code=code)
        post("/phieu/gui", code=code, submission=NUMBER, answers=ANSWERS)
        post("/phieu/gui", code=code, submission=NUMBER.upper(), answers=ANSWERS)
        post("/phieu/mo", code=codes.new_code())
    assert Entry.objects.count() == before
    logged = " ".join(
        f"{row.getMessage()} {row.args}"
        for row in caplog.records
        if row.name != "django.db.backends"
    )
    for secret in (code, codes.plain_code(code), NUMBER, "Hàng xóm"):
        assert secret not in logged
    one.refresh_from_db()
    stored = json.dumps(Invitation.objects.filter(id=one.id).values().get(), default=str)
    assert codes.plain_code(code) not in stored
    assert NUMBER not in stored


def test_an_address_that_is_none_is_a_page_like_any_other(db, client):
    assert client.get("/phieu/khong-co").status_code == 404


# ---- a tablet at a counter


def test_a_tablet_answers_with_its_key_and_is_known_as_one(wave, post):
    [(_, code)] = wave.invite(name="", phone="", address="")
    key = wave.kiosk("Bộ phận Một cửa")
    assert post("/phieu/mo", code=code, device=key).status_code == 200
    sent = post("/phieu/gui", code=code, device=key, submission=NUMBER, answers=ANSWERS)
    assert sent.status_code == 200
    assert wave.kept[0]["mode"] == "kiosk"


def test_a_text_that_is_none_is_told_and_stops_nothing(wave, post):
    [(_, code)] = wave.invite()
    for wrong in ({"other": "\ud800"}, {"came": "\ud800"}, {"age": "\0"}):
        said = post("/phieu/gui", code=code, submission=NUMBER, answers={**ANSWERS, **wrong})
        assert said.status_code == 422
        assert {one["question"] for one in said.json()["problems"]} == set(wrong)
    assert post("/phieu/mo", code="\ud800" * 26, device="\ud800").status_code == 403
    assert not wave.kept


def test_a_tablet_takes_the_slips_of_its_own_wave_alone(wave, post):
    other = in_the_field(slug="sipas-2026")
    [(_, code)] = wave.invite(name="")
    stranger, own = other.kiosk("Xã bên"), wave.kiosk("Bộ phận Một cửa")
    for url in ("/phieu/mo", "/phieu/gui"):
        said = post(url, code=code, device=stranger, submission=NUMBER, answers=ANSWERS)
        assert said.status_code == 404
        assert said.json()["problems"][0]["code"] == "fieldwork.unknown_code"
    assert wave.kept == other.kept == []
    assert post("/phieu/mo", code=code, device=own).status_code == 200
    # Closed, the key waits for the wave to be opened again; mixed, it is over.
    for state, status, told in (
        (WaveState.CLOSED, 403, "fieldwork.not_open"),
        (WaveState.MIXED, 403, "answering.unknown_kiosk"),
    ):
        Wave.objects.filter(id=wave.wave.id).update(state=state)
        said = post("/phieu/mo", code=code, device=own)
        assert (said.status_code, said.json()["problems"][0]["code"]) == (status, told)


def test_a_tablet_without_a_good_key_takes_nothing(wave, post):
    [(_, code)] = wave.invite()
    ended = wave.kiosk("Máy cũ", ended=True)
    for key in (codes.new_code(), ended, "abc"):
        for url in ("/phieu/mo", "/phieu/gui"):
            said = post(url, code=code, device=key, submission=NUMBER, answers=ANSWERS)
            assert said.status_code == 403
            assert said.json()["problems"][0]["code"] == "answering.unknown_kiosk"
    assert not wave.kept
