"""The door for programs: who comes in, what they may do, how a refusal is told."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from evidence.good import good_pdf
from web.province import CLAIMS, build, when

from parindex.web.api import door
from parindex.web.api.urls import api
from parindex.web.assessment.actions import claims, phasing
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.permissions import RefusedError
from parindex.web.people.states import Scope

pytestmark = pytest.mark.django_db
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
OPENAPI = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


@pytest.fixture
def province():
    made = build()
    with clock.at(when(SELF)):
        phasing.open_phase(made.admin, made.phase(SELF).id)
        yield made


def token(province, who, *scopes: Scope, days=30):
    actor = province.actor(who)
    made, secret = people.make_token(
        actor, "thử", scopes=scopes or tuple(Scope), expires_at=clock.now() + timedelta(days=days)
    )
    return made, secret


class Program:
    """A program with a person's token."""

    def __init__(self, secret) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def __call__(self, method, path, sent=None, **headers: str) -> HttpResponse:
        content = None if sent is None else json.dumps(sent)
        return self.client.generic(
            method, f"/api{path}", content or "", content_type="application/json", headers=headers
        )


def program(province, who, *scopes: Scope):
    return Program(token(province, who, *scopes)[1])


def test_openapi_is_committed_and_current():
    schema = api.get_openapi_schema(path_prefix="/api/")
    text = json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
    if os.environ.get("PARINDEX_WRITE_OPENAPI"):
        OPENAPI.write_text(text, encoding="utf-8")
    assert OPENAPI.read_text(encoding="utf-8") == text
    assert schema["openapi"].startswith("3.1")
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            declared = {str(code) for code in one["responses"]}
            assert declared >= {"400", "401", "403", "404", "409", "413", "422", "429"}, (
                method,
                path,
            )


def test_the_description_needs_no_token():
    said = Client().get("/api/openapi.json")
    assert said.status_code == 200
    assert "/api/rounds" in said.json()["paths"]
    plain = Client().get("/api/")
    assert "PUT    /api/sheets/{sheet_id}/items/{item}/claim" in plain.content.decode()


def test_only_a_good_token_comes_in(province):
    made, secret = token(province, "officer")
    assert Program(secret)("GET", "/me").json()["name"] == "Người officer"
    assert Client().get("/api/me").status_code == 401
    for wrong in ("", "nhầm", secret[:-1], "é" * 3, "x" * 5000):
        assert Program(wrong)("GET", "/me").status_code == 401
    with clock.at(made.expires_at):
        assert Program(secret)("GET", "/me").status_code == 401
    people.end_token(province.actor("officer"), made.id)
    response = Program(secret)("GET", "/me")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["problems"][0]["code"] == "api.no_token"


def test_a_closed_account_has_no_token(province):
    _, secret = token(province, "officer")
    people.save_account(
        province.admin, province.issuer, province.people["officer"].username,
        name="Người officer", email="officer@tay-ninh.example", is_active=False,
    )  # fmt: skip
    assert Program(secret)("GET", "/me").status_code == 401


def test_a_token_does_no_more_than_its_scopes(province):
    sheet = province.sheet_id("finance")
    path = f"/sheets/{sheet}/items/1.2.1/claim"
    sent = {"fields": {"count": "1"}, "base": 0}
    reader = program(province, "officer", Scope.READ)
    assert reader("GET", f"/sheets/{sheet}").status_code == 200
    assert reader("PUT", path, sent).status_code == 403
    writer = program(province, "officer", Scope.SCORE)
    assert writer("GET", f"/sheets/{sheet}").status_code == 403
    assert writer("PUT", path, sent).status_code == 200
    admin = program(province, "admin", Scope.READ)
    phase = province.phase(APPRAISAL)
    assert admin("POST", f"/phases/{phase.id}/open").status_code == 403
    assert not program(province, "admin", Scope.READ)("GET", "/me").json()["second_factor"]


def test_a_token_stands_for_a_second_factor_only_where_its_session_had_one(province):
    plain = province.actor("appraiser", second_factor=False)
    until = clock.now() + timedelta(days=3)
    for scope in (Scope.APPRAISE, Scope.ADMINISTER):
        with pytest.raises(RefusedError):
            people.make_token(plain, "thử", scopes=[Scope.READ, scope], expires_at=until)
    people.make_token(plain, "thử", scopes=[Scope.READ], expires_at=until)
    assert program(province, "appraiser")("GET", "/me").json()["second_factor"]


def test_two_programs_on_one_item_never_overwrite_silently(province):
    path = f"/sheets/{province.sheet_id('finance')}/items/1.2.1/claim"
    first, second = program(province, "officer"), program(province, "officer2")
    assert first("PUT", path, {"fields": {"count": "1"}, "base": 0}).json()["points"] == "0.75"
    response = second("PUT", path, {"fields": {"count": "2"}, "note": "khác", "base": 0})
    assert response.status_code == 409
    said = response.json()
    assert said["theirs"]["fields"] == {"count": "1"}
    assert said["theirs"]["person"] == "Người officer"
    assert said["mine"]["fields"] == {"count": "2"}
    assert said["problems"][0]["code"] == "api.conflict"
    again = second("PUT", path, {"fields": {"count": "2"}, "base": said["theirs"]["version"]})
    assert again.json()["version"] == 2


def test_refusals_are_problems_in_the_language_asked_for(province):
    one = program(province, "officer")
    path = f"/sheets/{province.sheet_id('finance')}/items/2.1.1/claim"
    vi = one("PUT", path, {"fields": {"points": "9"}, "base": 0})
    en = one("PUT", path, {"fields": {"points": "9"}, "base": 0}, **{"Accept-Language": "en-GB"})
    assert (vi.status_code, en.status_code) == (422, 422)
    assert vi.json()["problems"][0]["code"] == en.json()["problems"][0]["code"]
    assert vi.json()["problems"][0]["what"] != en.json()["problems"][0]["what"]
    unknown = one("PUT", path, {"fields": {"điểm": "1"}, "base": -1})
    assert unknown.status_code == 422
    assert {p["where"] for p in unknown.json()["problems"]} >= {"body/sent/base"}
    broken = one.client.generic("PUT", f"/api{path}", b"{", content_type="application/json")
    assert broken.status_code == 400
    assert broken.json()["problems"][0]["code"] == "api.unreadable"
    assert one("GET", "/nowhere").status_code == 404
    assert one("GET", "/nowhere").json()["problems"][0]["code"] == "api.unknown"
    large = one("PUT", path, {"fields": {}, "note": "x" * 6_000_000, "base": 0})
    assert large.status_code == 413


def test_too_many_requests_wait(province, monkeypatch):
    monkeypatch.setattr(door, "rate", door.Rate(3))
    one = program(province, "officer")
    assert [one("GET", "/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert one("GET", "/me")["Retry-After"] == "60"
    assert program(province, "head")("GET", "/me").status_code == 200


def test_another_province_is_not_there(province):
    other = build("dak-lak")
    one = program(other, "admin")
    sheet, round_ = province.sheet_id("finance"), province.round.id
    for path in (
        f"/rounds/{round_}", f"/rounds/{round_}/sheets", f"/rounds/{round_}/matrix",
        f"/rounds/{round_}/provisional", f"/rounds/{round_}/register", f"/rounds/{round_}/journal",
        f"/rounds/{round_}/queue", f"/rounds/{round_}/tables", f"/sheets/{sheet}",
        f"/sheets/{sheet}/items/1.1.1", f"/sheets/{sheet}/items/1.1.1/evidence",
        f"/sheets/{sheet}/workbook", f"/sheets/{sheet}/signed-forms",
        "/issuers/tay-ninh/units", "/issuers/tay-ninh/people", "/issuers/tay-ninh/rulebooks",
    ):  # fmt: skip
        assert one("GET", path).status_code == 404, path
    assert [r["issuer"] for r in one("GET", "/rounds").json()] == ["dak-lak"]
    phase = province.phase(APPRAISAL)
    assert one("POST", f"/phases/{phase.id}/open").status_code == 404
    claim = one("PUT", f"/sheets/{sheet}/items/1.2.1/claim", {"fields": {"count": "1"}, "base": 0})
    assert claim.status_code == 404


def test_a_round_goes_through_by_programs(province):
    sheet, round_ = province.sheet_id("finance"), province.round.id
    officer, head, admin = (program(province, who) for who in ("officer", "head", "admin"))
    for item, fields in CLAIMS.items():
        plain = {key: value.replace(",", ".") for key, value in fields.items()}
        sent = {"fields": plain, "note": "", "base": 0}
        assert officer("PUT", f"/sheets/{sheet}/items/{item}/claim", sent).status_code == 200
    file = SimpleUploadedFile("ke-hoach.pdf", good_pdf("Kế hoạch"))
    added = officer.client.post(
        f"/api/sheets/{sheet}/items/1.1.1/evidence",
        {"file": file, "title": "Kế hoạch", "issued_on": "2025-01-10", "page": "1"},
    )
    assert added.status_code == 201
    revision = added.json()["revision"]["id"]
    assert officer("GET", f"/revisions/{revision}/content").content.startswith(b"%PDF")
    assert program(province, "rival")("GET", f"/revisions/{revision}/content").status_code == 404
    assert officer("GET", f"/sheets/{sheet}/missing").json() == []
    assert officer("POST", f"/sheets/{sheet}/hand-in").json()["state"] == "in_unit_review"
    assert officer("POST", f"/sheets/{sheet}/submit", {}).status_code == 403
    assert head("POST", f"/sheets/{sheet}/submit", {}).json()["state"] == "submitted"
    later = when(APPRAISAL)
    with clock.at(later):
        phases = {
            (p["kind"], p["number"]): p["id"]
            for p in admin("GET", f"/rounds/{round_}").json()["phases"]
        }
        assert admin("POST", f"/phases/{phases['appraisal', 1]}/open").status_code == 200
        appraiser = program(province, "appraiser")
        queue = appraiser("GET", f"/rounds/{round_}/queue").json()
        assert {
            "sheet": str(sheet),
            "unit_name": "Sở Tài chính",
            "item": "1.1.1",
            "done": False,
            "answered": False,
        } in queue
        late = {"fields": {"option": "late"}, "base": 0}
        path = f"/sheets/{sheet}/items/1.1.1/finding"
        assert appraiser("PUT", path, late).status_code == 403
        assert appraiser("PUT", path, late | {"reason": "Ban hành 15/3"}).json()["points"] == "0.5"
        shown = appraiser("GET", f"/sheets/{sheet}/items/1.1.1").json()
        assert [one["stage"] for one in shown["entries"]] == ["self", "appraised-1"]
        assert shown["evidence"][0]["title"] == "Kế hoạch"
        assert "withdrawal" in shown["evidence"][0]
        assert officer("GET", f"/sheets/{sheet}/items/1.1.1").json()["row"]["found"] is None
        assert admin("GET", f"/rounds/{round_}/matrix").json()["total"] == 4
        assert officer("GET", f"/rounds/{round_}/matrix").status_code == 403
        assert admin("GET", f"/rounds/{round_}/provisional").status_code == 200
        assert officer("GET", f"/rounds/{round_}/provisional").status_code == 403
        verbs = [one["verb"] for one in admin("GET", f"/rounds/{round_}/journal").json()]
        assert verbs[0] == "finding.saved"


def test_lists_do_not_ask_once_a_row(province, django_assert_max_num_queries):
    admin = program(province, "admin")
    with django_assert_max_num_queries(16):
        assert len(admin("GET", f"/rounds/{province.round.id}/sheets").json()) == 4
    with django_assert_max_num_queries(16):
        assert len(admin("GET", "/issuers/tay-ninh/people").json()) == 16
    with django_assert_max_num_queries(16):
        assert len(admin("GET", "/issuers/tay-ninh/assignments").json()) == 16
    with django_assert_max_num_queries(20):
        admin("GET", f"/rounds/{province.round.id}/journal")


def test_evidence_by_programs_is_guarded_like_the_screens(province):
    sheet = province.sheet_id("finance")
    file = SimpleUploadedFile("a.pdf", good_pdf("Một trang"))
    officer = program(province, "officer")
    path = f"/api/sheets/{sheet}/items/1.1.1/evidence"
    use = officer.client.post(path, {"file": file}).json()
    rival = program(province, "rival")
    assert rival("POST", f"/uses/{use['id']}/withdrawal", {"reason": ""}).status_code == 404
    assert rival("GET", f"/documents/{use['document']}").status_code == 404
    again = {"revision": use["revision"]["id"]}
    health = province.sheet_id("health")
    assert rival("POST", f"/sheets/{health}/items/1.1.1/evidence/again", again).status_code == 404
    assert officer("POST", f"/uses/{use['id']}/withdrawal", {"reason": "nhầm"}).status_code == 201
    [shown] = officer("GET", f"/sheets/{sheet}/items/1.1.1/evidence").json()
    assert shown["use"]["withdrawal"]["reason"] == "nhầm"
    claims.sign(province.actor("head"), sheet, although_missing=True)
    file.seek(0)
    assert officer.client.post(path, {"file": file}).status_code == 403
