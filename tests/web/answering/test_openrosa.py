"""A telephone fetches the wave's form, plays an interview and sends it; it is kept once, or says why."""

import base64
import re
from datetime import UTC, timedelta

import pytest
from django.test import Client
from forms.odk_client import Answered, NotFilledError, OdkClient, multipart
from web.answering.field import ANSWERS, SHIPPED, in_the_field

from parindex.web.answering.tries import LIMIT
from parindex.web.fieldwork.models import Assigned, Wave
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.models import Account
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Scope

pytestmark = pytest.mark.django_db
INSTANCE = "uuid:0a1b2c3d-1111-4222-8333-444455556666"


def app_token(account: Account, *scopes: Scope, days: int = 30) -> str:
    actor = actor_for(account, on=clock.today(), second_factor=True)
    given = scopes or (Scope.FIELDWORK,)
    _, secret = people.make_token(
        actor, "ODK", scopes=given, expires_at=clock.now() + timedelta(days=days)
    )
    return secret


class Telephone:
    """ODK Collect with a server's address, a user name and a password."""

    def __init__(self, wave, username="", password="") -> None:
        self.server = f"/openrosa/{wave.id}"
        self.client = Client(raise_request_exception=False)
        text = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {text}"} if username else {}
        self.odk = OdkClient(self.get, self.post)

    def get(self, url):
        return self._answered(
            self.client.get(url.removeprefix("http://testserver"), headers=self.headers)
        )

    def post(self, url, kind, body):
        return self._answered(self.client.post(url, body, content_type=kind, headers=self.headers))

    def head(self, url):
        return self.client.head(url, headers=self.headers)

    def _answered(self, said):
        return Answered(status=said.status_code, headers=dict(said.headers), body=said.content)

    def form(self):
        [listed] = self.odk.list_forms(f"{self.server}/formList").values()
        return self.odk.download(listed)

    def send(self, response):
        return self.odk.send(f"{self.server}/submission", response)


@pytest.fixture
def walked(wave):
    """A wave with three people assigned to an interviewer."""
    wave.assign([one for one, _ in wave.invite(3)])
    return wave


@pytest.fixture
def telephone(walked):
    walker = walked.people["walker"]
    return Telephone(walked.wave, walker.username, app_token(walker))


def filled(form, **more):
    person = form.named("parindex_person").choices[0][0]
    return form.fill(
        {**ANSWERS, "parindex_person": person, **more}, today=clock.today(), instance_id=INSTANCE
    )


def test_what_the_form_asks_is_sent_and_kept_once(walked, telephone):
    form = telephone.form()
    assert form.title == walked.wave.title
    people = form.named("parindex_person").choices
    assert [words.split(",")[0] for _, words in people] == [
        f"Nguyễn Thị {at:03}" for at in range(3)
    ]
    with pytest.raises(NotFilledError):
        filled(form, age="12")
    for _ in range(3):
        assert telephone.send(filled(form)) == (201, "Đã nhận phiếu.")
    [kept] = walked.kept
    assert kept["answers"] == ANSWERS
    assert (kept["mode"], kept["interviewer"]) == ("odk", "ĐTV-walker")


def test_the_telephone_s_own_time_is_sealed_with_the_response(walked, telephone):
    ended = clock.now().astimezone(clock.VIETNAM) - timedelta(hours=3)
    text = ended.isoformat(timespec="milliseconds")
    said = re.sub(rb"<end>[^<]*</end>", f"<end>{text}</end>".encode(), filled(telephone.form()))
    assert telephone.send(said)[0] == 201
    same = ended.astimezone(UTC)
    assert [one["ended_at"] for one in walked.kept] == [f"{same:%Y-%m-%dT%H:%M}+00:00"]


def test_a_response_about_somebody_of_another_wave_is_refused(walked, telephone):
    other = in_the_field(slug="sipas-2026")
    [(one, _)] = other.invite()
    other.assign([one])
    form = telephone.form()
    mine = form.named("parindex_person").choices[0][0]
    assert telephone.send(filled(form).replace(mine.encode(), str(one.id).encode()))[0] == 404
    assert walked.kept == other.kept == []


def test_another_interview_of_the_same_person_is_a_conflict_that_is_told(walked, telephone):
    form = telephone.form()
    telephone.send(filled(form))
    other = filled(form).replace(INSTANCE.encode(), b"uuid:ffffffff-1111-4222-8333-444455556666")
    status, words = telephone.send(other)
    assert status == 409
    assert "đã được dùng" in words
    assert len(walked.kept) == 1


def test_each_interviewer_goes_to_their_own_people(walked, telephone):
    other = walked.people["other"]
    stranger = Telephone(walked.wave, other.username, app_token(other))
    for path in ("formList", "form.xml", "manifest"):
        assert stranger.get(f"{stranger.server}/{path}").status == 404
    assert stranger.head(f"{stranger.server}/submission").status_code == 404
    assert stranger.send(filled(telephone.form()))[0] == 404
    walked.assign([], "other")
    assert stranger.odk.list_forms(f"{stranger.server}/formList") == {}
    assert stranger.get(f"{stranger.server}/form.xml").status == 404
    assert stranger.send(filled(telephone.form()))[0] == 404
    [(mine, _)] = walked.invite()
    walked.assign([mine], "other")
    [(id_, _)] = stranger.form().named("parindex_person").choices
    assert id_ == str(mine.id)
    status, words = stranger.send(filled(telephone.form()))
    assert (status, walked.kept) == (404, [])
    assert "không còn được giao" in words


def test_whom_one_no_longer_goes_to_is_told(walked, telephone):
    form = telephone.form()
    [gone] = Assigned.objects.filter(invitation=form.named("parindex_person").choices[0][0])
    gone.delete()
    assert telephone.send(filled(form))[0] == 404


def test_answers_that_are_wrong_are_told_in_words(walked, telephone):
    sent = filled(telephone.form()).replace(b">47<", b">12<")
    status, words = telephone.send(sent)
    assert status == 422
    assert "Tuổi" in words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'id="sipas-2025"', b'id="khac"'),
        (b"<data", b"<!DOCTYPE x><data"),
        (INSTANCE.encode(), b"uuid:1"),
        (b"</data>", b""),
    ],
)
def test_what_no_form_of_ours_sends_is_refused(walked, telephone, old, new):
    content = filled(telephone.form())
    assert old in content
    status, words = telephone.send(content.replace(old, new, 1))
    assert 400 <= status < 500
    assert words
    assert not walked.kept


def test_a_response_that_names_nobody_is_refused(walked, telephone):
    form = telephone.form()
    person = form.named("parindex_person").choices[0][0].encode()
    for new in (b"", b"ai do"):
        assert telephone.send(filled(form).replace(person, new))[0] == 400


def test_a_request_without_a_response_is_refused(walked, telephone):
    kind, body = multipart(b"x")
    url = f"{telephone.server}/submission"
    assert telephone.post(url, kind, body.replace(b"xml_submission_file", b"other")).status == 400
    assert telephone.post(url, "text/xml", b"<data/>").status == 400
    assert telephone.post(url, kind, body + b" " * 3_000_000).status == 413


def test_the_telephone_is_told_where_to_send_and_how_much(telephone):
    said = telephone.head(f"{telephone.server}/submission")
    assert said.status_code == 204
    assert said["Location"].endswith(f"{telephone.server}/submission")
    assert int(said["X-OpenRosa-Accept-Content-Length"]) > 1_000_000
    assert telephone.get(f"{telephone.server}/submission").status == 405


def test_there_are_no_further_files(telephone):
    assert b"<manifest" in telephone.get(f"{telephone.server}/manifest").body


def test_nobody_comes_in_without_a_good_app_token(walked):
    walker, wave = walked.people["walker"], walked.wave
    good = app_token(walker)
    outs = [
        Telephone(wave),
        Telephone(wave, walker.username, "mật khẩu"),
        Telephone(wave, "other.khao-sat", good),
        Telephone(wave, walker.username, app_token(walker, Scope.READ, Scope.SCORE)),
    ]
    for one in outs:
        for path in ("formList", "form.xml", "manifest"):
            said = one.get(f"{one.server}/{path}")
            assert said.status == 401
            assert said.headers["WWW-Authenticate"].startswith("Basic")
            assert said.headers["X-OpenRosa-Version"] == "1.0"
        assert one.head(f"{one.server}/submission").status_code == 401
        assert one.send(b"<data/>")[0] == 401
    assert Telephone(wave, walker.username, good).get(f"/openrosa/{wave.id}/formList").status == 200
    walker.is_active = False
    walker.save()
    assert Telephone(wave, walker.username, good).get(f"/openrosa/{wave.id}/formList").status == 401


@pytest.mark.parametrize("text", ["Bearer x", "Basic ???", "Basic " + "A" * 4_000, "Basic /w=="])
def test_odd_credentials_are_none(walked, text):
    url = f"/openrosa/{walked.wave.id}/formList"
    assert Client().get(url, headers={"Authorization": text}).status_code == 401


def test_passwords_are_not_tried_for_long(walked):
    walker = walked.people["walker"]
    wrong = Telephone(walked.wave, walker.username, "sai")
    for _ in range(LIMIT):
        assert wrong.get(f"{wrong.server}/formList").status == 401
    assert wrong.get(f"{wrong.server}/formList").status == 429
    good = Telephone(walked.wave, walker.username, app_token(walker))
    assert good.get(f"{good.server}/formList").status == 429


def test_a_wave_that_is_over_offers_nothing(walked, telephone):
    sent = filled(telephone.form())
    Wave.objects.update(
        syncs_until=clock.now() - timedelta(hours=1), closes_at=clock.now() - timedelta(hours=2)
    )
    status, words = telephone.send(sent)
    assert status == 403
    assert words
    assert not walked.kept


def test_a_shipped_form_is_played(db):
    field = in_the_field((SHIPPED / "sipas/citizens/2022.yaml").read_text(encoding="utf-8"))
    field.assign([one for one, _ in field.invite(1)])
    walker = field.people["walker"]
    telephone = Telephone(field.wave, walker.username, app_token(walker))
    form = telephone.form()

    def first(control):
        return control.choices[0][0] if control.choices else "1"

    assert telephone.send(form.fill(first, today=clock.today())) == (201, "Đã nhận phiếu.")
    assert len(field.kept[0]["answers"]) > 40
