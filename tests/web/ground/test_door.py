"""Who comes in and for how long; what every answer carries; where mail and jobs go."""

import time
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from parindex.web import jobs
from parindex.web import settings as made
from parindex.web.people.adapter import MatchingAdapter
from parindex.web.people.models import Account

PASSWORD = "mot-mat-khau-rat-dai"


@pytest.fixture
def person(db: None) -> Account:
    cache.clear()
    return Account.objects.create_user("an.nv", PASSWORD, email="An.NV@tinh.gov.vn", name="An")


@pytest.fixture
def client(person: Account) -> Client:
    return Client()


def log_in(client: Client, password: str = PASSWORD, username: str = "an.nv") -> int:
    page = client.post("/accounts/login/", {"login": username, "password": password})
    return int(page.status_code)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ---- headers


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/desk/", "/api/", "/desk/không-có/"])
def test_every_answer_is_strict_and_private_pages_are_not_kept(path: str):
    page = Client().get(path)
    policy = dict(
        one.strip().split(" ", 1) for one in page.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in page.headers["Permissions-Policy"]


def test_behind_https_cookies_are_bound_to_the_host(tmp_path, monkeypatch):
    import importlib

    monkeypatch.setenv("PARINDEX_ADDRESS", "https://cchc.tinh.gov.vn")
    monkeypatch.setenv("PARINDEX_DATA", str(tmp_path))
    monkeypatch.setenv("PARINDEX_SECRET_KEY", "x" * 60)
    try:
        secure = importlib.reload(made)
        assert secure.SESSION_COOKIE_SECURE
        assert secure.CSRF_COOKIE_SECURE
        assert secure.SESSION_COOKIE_NAME == "__Host-session"
        assert secure.SECURE_HSTS_SECONDS > 0
        assert not secure.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN
    finally:
        monkeypatch.undo()
        importlib.reload(made)


@pytest.mark.django_db
def test_a_post_without_its_token_is_refused():
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403


# ---- logging in


def test_a_person_logs_in_by_user_name_and_the_session_is_seen(client: Client, person: Account):
    assert log_in(client, "sai") == 200
    assert not is_in(client)
    assert log_in(client) == 302
    assert is_in(client)
    assert client.session.get_expire_at_browser_close()
    assert UserSession.objects.get().user == person
    # The address does not open the door, only the name.
    assert log_in(Client(), username="an.nv@tinh.gov.vn") == 200


def test_a_closed_account_stays_out(client: Client, person: Account):
    Account.objects.update(is_active=False)
    log_in(client)
    assert not is_in(client)


def test_nobody_signs_up(client: Client):
    page = client.post(
        "/accounts/signup/", {"username": "moi", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert page.status_code in {200, 403, 404}
    assert not Account.objects.filter(username="moi").exists()


def test_the_sixth_wrong_password_is_not_even_looked_at(client: Client):
    for _ in range(5):
        log_in(client, "sai")
    # The right one comes too late, at whichever worker: the counts lie in the database.
    log_in(client)
    assert not is_in(client)
    assert not is_in(Client())


def test_with_a_second_factor_the_password_alone_is_not_enough(client: Client, person: Account):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    assert log_in(client) == 302
    assert not is_in(client)
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)


# ---- sessions end


def test_a_session_slides_and_still_ends_after_half_a_day(client: Client, time_machine):
    start = time.time()
    log_in(client)
    for step in range(1, 38):
        time_machine.move_to(start + step * 20 * 60, tick=False)
        client.get("/accounts/logout/")
        assert is_in(client) is (step * 20 * 60 <= settings.SESSION_LONGEST), step


def test_an_idle_session_is_over(client: Client, time_machine):
    log_in(client)
    time_machine.move_to(time.time() + settings.SESSION_COOKIE_AGE + 1, tick=False)
    assert client.get("/accounts/logout/").status_code == 302
    assert not is_in(client)
    call_command("clearsessions")
    assert not Session.objects.filter(session_key=client.cookies["session"].value).exists()


def test_the_last_request_is_written_once_a_minute(
    client: Client, time_machine, django_assert_num_queries
):
    log_in(client)
    client.get("/accounts/logout/")
    seen = client.session["seen"]
    client.get("/accounts/logout/")
    assert client.session["seen"] == seen
    time_machine.move_to(time.time() + 90, tick=False)
    client.get("/accounts/logout/")
    assert client.session["seen"] > seen


# ---- one's own identity provider


class Login(SimpleNamespace):
    """As allauth hands it over."""

    is_existing = False

    def connect(self, _: object, account: Account) -> None:
        self.tied = account


def coming(*addresses: tuple[str, bool]) -> Login:
    listed = [EmailAddress(email=email, verified=verified) for email, verified in addresses]
    return Login(email_addresses=listed, tied=None)


@pytest.mark.parametrize(
    ("addresses", "finds"),
    [
        ([("an.nv@tinh.gov.vn", True)], True),
        ([("an.nv@tinh.gov.vn", False)], False),
        ([("ai.do@tinh.gov.vn", True)], False),
        ([], False),
    ],
)
def test_only_a_verified_address_finds_its_account(
    person: Account, rf, monkeypatch, addresses: list[tuple[str, bool]], finds: bool
):
    told: list[str] = []
    monkeypatch.setattr("django.contrib.messages.error", lambda _, words: told.append(words))
    login = coming(*addresses)
    if finds:
        MatchingAdapter().pre_social_login(rf.get("/"), login)
        assert login.tied == person
    else:
        with pytest.raises(ImmediateHttpResponse):
            MatchingAdapter().pre_social_login(rf.get("/"), login)
        assert login.tied is None
        assert told
    assert Account.objects.count() == 1
    assert not MatchingAdapter().is_open_for_signup(rf.get("/"), login)


def test_an_address_of_two_accounts_finds_neither(person: Account, rf, monkeypatch):
    monkeypatch.setattr("django.contrib.messages.error", lambda *_: None)
    Account.objects.create_user("an.hai", PASSWORD, email="an.nv@tinh.gov.vn", name="An hai")
    with pytest.raises(ImmediateHttpResponse):
        MatchingAdapter().pre_social_login(rf.get("/"), coming(("an.nv@tinh.gov.vn", True)))


def test_the_environment_names_the_provider():
    assert made.oidc({}) == {}
    (app,) = made.oidc(
        {"PARINDEX_OIDC_ISSUER": "https://sso.gov.vn", "PARINDEX_OIDC_CLIENT_ID": "parindex"}
    )["openid_connect"]["APPS"]
    assert (app["client_id"], app["settings"]["server_url"]) == ("parindex", "https://sso.gov.vn")


# ---- mail and databases


def test_mail_goes_to_files_or_to_a_server(tmp_path):
    assert made.mail("", tmp_path)["EMAIL_FILE_PATH"] == tmp_path
    found = made.mail("smtps://an:b%40c@thu.gov.vn", tmp_path)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("thu.gov.vn", 465)
    assert (found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_SSL"]) == ("b@c", True)
    found = made.mail("smtp://thu.gov.vn:2525", tmp_path)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (2525, True)
    assert len(mail.outbox) == 0


def test_an_address_of_a_database_is_read():
    found = made.database("postgresql://an:b%40c@may-chu:5433/cchc?sslmode=verify-full")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("may-chu", "5433", "cchc")
    assert (found["USER"], found["PASSWORD"]) == ("an", "b@c")
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert made.database("postgresql://postgres@/x?host=%2Fsrv%2Fa")["HOST"] == "/srv/a"


# ---- jobs


@pytest.mark.django_db
def test_a_job_is_there_when_its_transaction_is_and_only_then():
    def spoiled() -> None:
        with transaction.atomic():
            jobs.defer(jobs.clean_up, timestamp=0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        spoiled()
    assert not ProcrastinateJob.objects.exists()
    with transaction.atomic():
        jobs.defer(jobs.clean_up, timestamp=0)
    assert ProcrastinateJob.objects.count() == 1


@pytest.mark.django_db
def test_a_job_with_a_key_waits_once():
    assert jobs.defer_once(jobs.clean_up, key="x", timestamp=0)
    assert not jobs.defer_once(jobs.clean_up, key="x", timestamp=0)
    assert ProcrastinateJob.objects.count() == 1
