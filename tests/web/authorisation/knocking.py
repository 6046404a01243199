# ruff: noqa: ARG005 - what is sent is a table of functions of one shape
"""Who knocks at which door how: the addresses, what is sent, and what came back, by its class."""

import io
import json
import logging
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any
from unittest import mock

from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from evidence.good import good_pdf
from web.authorisation.asked import ANSWERS, NUMBER, RESPONSE
from web.authorisation.surveys import Surveys
from web.authorisation.world import FINDINGS, World
from web.desk.login import log_in
from web.fieldwork.surveying import INSTRUMENT
from web.province import RULEBOOK

from parindex.web.api import door as api_door
from parindex.web.api.urls import api
from parindex.web.assessment.actions import claims, council, exempting
from parindex.web.assessment.models import Change, Exemption
from parindex.web.assessment.queries import workbook
from parindex.web.assessment.queries.sheets import open_sheet
from parindex.web.fieldwork.actions import closing, drawing
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people import queries as people_queries
from parindex.web.people.models import Account, Assignment
from parindex.web.people.states import Scope

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
OFFERED = ("GET", "POST", "PUT")
# Those whose session or token has no second factor, although they are administrators.
PLAIN = {"admin_plain": "admin"}
FOREIGN = {"foreign_officer": "officer", "foreign_admin": "admin"}


# ---- what there is


@dataclass(frozen=True)
class Route:
    """A door: its name in the matrix, its place in the resolver, what parts its address has."""

    name: str
    path: str
    parts: tuple[str, ...]
    methods: tuple[str, ...] = METHODS

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api.")

    @property
    def is_openrosa(self) -> bool:
        return self.name.startswith("openrosa_")

    @property
    def takes_json(self) -> bool:
        """A page of an interviewer sends JSON with the session's cookie."""
        return self.is_api or self.name.startswith("interviewing_")


@cache
def routes() -> dict[str, Route]:
    """Every address of the resolver but the library's own, and every operation of the API."""
    found = {}
    for path, name, parts in _walk(get_resolver()):
        if path.startswith(("api/", "accounts/")):
            continue
        key = name or path
        found[key] = Route(name=key, path=path, parts=parts)
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"api.{operation.view_func.__name__}"
                assert name not in found, name
                plain = path.replace("uuid:", "").replace("uuidstr:", "")
                parts = tuple(one.split("}")[0] for one in plain.split("{")[1:])
                found[name] = Route(name, f"api{plain}", parts, tuple(operation.methods))
    return found


@cache
def outside() -> dict[str, str]:
    """The addresses of the library for accounts, and those of the API that are no operation."""
    operations = {one.path for one in routes().values()}
    found = {}
    for path, name, _ in _walk(get_resolver()):
        plain = path.replace("<uuidstr:", "{").replace("<", "{").replace(">", "}")
        if path.startswith("accounts/") or (path.startswith("api/") and plain not in operations):
            found[name or path] = path
    return found


def _walk(patterns: Any, before: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for one in patterns.url_patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, path)
        else:
            yield path, one.name, tuple(one.pattern.converters)


def address(route: Route, world: World, more: Mapping[str, Any] | None = None) -> str:
    """Where a route is for a world's ids."""
    ids = world.ids | OTHER_IDS.get(route.name, lambda _: {})(world) | dict(more or {})
    if route.is_api:
        return "/" + route.path.format(**ids)
    if not route.parts:
        return f"/{route.path}"
    return reverse(route.name, kwargs={one: ids[one] for one in route.parts})


# Where a route is about something else than most are.
OTHER_IDS = {
    "phase_open": lambda w: {"phase_id": w.next.id},
    "api.open_phase": lambda w: {"phase_id": w.next.id},
    "phase_replan": lambda w: {"phase_id": w.phases[-1].id},
    "api.replan_phase": lambda w: {"phase_id": w.phases[-1].id},
    # A name in an address is whatever one likes; what the file is called is a mark.
    "signed_form_file": lambda w: {"name": "phieu.pdf"},
    "file": lambda w: {"name": "tep.pdf"},
    "round_units": lambda w: {"round_id": w.planned.id},
    "round_units_previous": lambda w: {"round_id": w.planned.id},
    "api.add_units": lambda w: {"round_id": w.planned.id},
    "api.start_from": lambda w: {"round_id": w.planned.id},
    "api.upload_table": lambda w: {"name": "findings.csv"},
    "propose_change": lambda w: {"item": "1.1.2"},
    "api.propose_change": lambda w: {"item": "1.1.2"},
    "item_exemption": lambda w: {"item": "1.2.1"},
    "api.request_exemption": lambda w: {"item": "1.2.1"},
    **dict.fromkeys(
        ("wave_frame", "wave_frame_file", "wave_design", "wave_design_look", "wave_draw", "wave_open"),
        lambda w: {"wave_id": _surveys(w).planned.id},
    ),
    **dict.fromkeys(
        ("wave_estimate", "wave_results", "wave_results_book", "wave_results_file", "wave_findings",
         "wave_feed", "api.read_results"),
        lambda w: {"wave_id": _surveys(w).closed.id},
    ),
}  # fmt: skip


def _surveys(world: World) -> Surveys:
    assert world.surveys is not None
    return world.surveys


# ---- who knocks


@contextmanager
def many_requests() -> Iterator[None]:
    """What is the same at every request is looked up once, so that thousands take minutes.

    Who a person is cannot change from one request to the next, since all are undone; and no word
    is written of refusals, nor of when a session was last seen, nor are a token's requests counted.
    """
    known: dict[Any, Any] = {}
    found = people_queries.actor_for

    def actor_for(account: Account, *, scopes: Any = None, **more: Any) -> Any:
        key = account.id, scopes, *sorted(more.items())
        if key not in known:
            known[key] = found(account, scopes=scopes, **more)
        return known[key]

    usual, api_door.rate.per_minute = api_door.rate.per_minute, 10**9
    logging.disable(logging.ERROR)
    try:
        with (
            mock.patch.object(UserSession.objects, "create_from_request"),
            mock.patch.object(people_queries, "actor_for", actor_for),
        ):
            yield
    finally:
        api_door.rate.per_minute = usual
        logging.disable(logging.NOTSET)


@dataclass
class Door:
    """Everybody's sessions and tokens, made once; each request is undone when it is answered."""

    world: World
    other: World
    sessions: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, Client] = field(default_factory=dict)
    telephones: dict[str, Client] = field(default_factory=dict)
    count: int = 0

    def account(self, persona: str) -> Account:
        if persona in FOREIGN:
            return self.other.people[FOREIGN[persona]]
        return self.world.people[PLAIN.get(persona, persona)]

    def session(self, persona: str) -> Client:
        if persona not in self.sessions:
            client = self.sessions[persona] = Client(raise_request_exception=False)
            if persona != "anonymous":
                log_in(client, self.account(persona), second_factor=persona not in PLAIN)
                # What a session writes once a minute is written before the requests are undone.
                client.get("/desk/")
                if persona == "closed":
                    Account.objects.filter(id=self.account(persona).id).update(is_active=False)
        return self.sessions[persona]

    def token(self, persona: str) -> Client:
        if persona not in self.tokens:
            headers = {}
            if persona != "anonymous":
                world = self.other if persona in FOREIGN else self.world
                name = FOREIGN.get(persona, PLAIN.get(persona, persona))
                scopes = [Scope.READ, Scope.SCORE] if persona in PLAIN else list(Scope)
                _, secret = people.make_token(
                    world.actor(name), "chương trình", scopes=scopes,
                    expires_at=clock.now() + timedelta(days=9),
                )  # fmt: skip
                headers = {"Authorization": f"Bearer {secret}"}
            self.tokens[persona] = Client(headers=headers, raise_request_exception=False)
        return self.tokens[persona]

    def telephone(self, persona: str) -> Client:
        """ODK Collect with a user name and an app token for fieldwork."""
        if persona not in self.telephones:
            headers = {}
            if persona != "anonymous":
                world = self.other if persona in FOREIGN else self.world
                name = FOREIGN.get(persona, PLAIN.get(persona, persona))
                _, secret = people.make_token(
                    world.actor(name), "điện thoại", scopes=[Scope.FIELDWORK],
                    expires_at=clock.now() + timedelta(days=9),
                )  # fmt: skip
                said = f"{world.people[name].username}:{secret}".encode()
                headers = {"Authorization": f"Basic {b64encode(said).decode()}"}
            self.telephones[persona] = Client(headers=headers, raise_request_exception=False)
        return self.telephones[persona]

    def knocker(self, persona: str, route: Route) -> Client:
        """By what somebody comes to a door."""
        if route.is_openrosa:
            return self.telephone(persona)
        return self.token(persona) if route.is_api else self.session(persona)

    def knock(
        self,
        persona: str,
        route: Route,
        method: str,
        *,
        world: World | None = None,
        query: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> tuple[str, HttpResponse, bytes]:
        """One request, undone: its address, the answer and what it says, unpacked."""
        world = world or self.world
        client = self.knocker(persona, route)
        with transaction.atomic():
            url = address(route, world, more) + query
            if method in {"POST", "PUT"} and method in route.methods:
                PREPARED.get(route.name, lambda _: None)(world)
                body = SENT.get(route.name, lambda *_: {})(world, self.account_or_none(persona))
            else:
                body = {}
            response = _send(client, route, method, url, body)
            self.count += 1
            said = body_of(response)
            transaction.set_rollback(True)
        return url, response, said

    def account_or_none(self, persona: str) -> Account | None:
        return None if persona == "anonymous" else self.account(persona)


@cache
def _handler() -> BaseHandler:
    """The whole stack of middleware, without the instruments of the test client, which are slow."""
    made = BaseHandler()
    made.load_middleware()
    return made


def _send(client: Client, route: Route, method: str, url: str, body: Any) -> HttpResponse:
    with_file = isinstance(body, dict) and any(hasattr(one, "read") for one in body.values())
    factory = RequestFactory(**client.defaults)
    factory.cookies = client.cookies
    if method == "POST" and (not route.takes_json or with_file):
        request = factory.post(url, body)
    elif method in {"POST", "PUT"} and route.takes_json:
        request = factory.generic(method, url, json.dumps(body), content_type="application/json")
    else:
        request = factory.generic(method, url)
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return _handler().get_response(request)  # type: ignore[return-value]


def body_of(response: HttpResponse) -> bytes:
    """Everything that an answer says: packed files unpacked, the headers too."""
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    said = [content, repr(sorted(response.headers.items())).encode()]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            said += [packed.read(one) for one in packed.namelist()]
    return b"\n".join(said)


def outcome(response: HttpResponse) -> str:
    """The class of an answer."""
    status = response.status_code
    if status == 302:
        to = response.headers["Location"]
        if to.startswith("/accounts/login/"):
            return "login"
        return "second_factor" if to.startswith("/accounts/2fa/") else "ok"
    return {
        200: "ok", 201: "ok", 204: "ok", 401: "login", 403: "refused", 404: "unknown", 405: "not_allowed",
        409: "heard", 422: "heard",
    }.get(status, f"status {status}")  # fmt: skip


# ---- what is sent: what would be done where it is allowed


def _pdf(name: str = "moi.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, good_pdf("Tài liệu mới"))


def _late(days: int = 60) -> str:
    return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def _iso(days: int) -> str:
    return (clock.now() + timedelta(days=days)).isoformat()


def _base(world: World, stage: str, item: str = "1.1.1") -> int:
    from parindex.web.assessment.models import ScoreEntry

    found = ScoreEntry.objects.filter(sheet=world.sheet, item=item, stage=stage, seat=0)
    return found.count()


def _own_assignment(_: World, account: Account | None) -> dict[str, Any]:
    officer = _.people["officer"]
    assignment = Assignment.objects.filter(person=officer).first()
    day = clock.today()
    return {
        "assignment": str(assignment.id) if assignment else "", "to": str(_.people["head"].id),
        "starts_on": f"{day}", "ends_on": f"{day + timedelta(days=3)}", "reason": "đi vắng",
    }  # fmt: skip


def _acting(_: World, account: Account | None) -> dict[str, Any]:
    from parindex.web.desk.frame import _value
    from parindex.web.people.queries import actor_for

    if account is None:
        return {}
    standings = actor_for(account, on=clock.today()).standings
    return {"acting": _value(standings[0]) if standings else "officer:x:y"}


def _form() -> SimpleUploadedFile:
    content = INSTRUMENT.replace("id: hai-long-thu", "id: phieu-khac").encode()
    return SimpleUploadedFile("phieu.yaml", content)


def _rulebook(world: World) -> SimpleUploadedFile:
    text = RULEBOOK.format(issuer=world.slug).replace("revision: 1", "revision: 2")
    return SimpleUploadedFile("bo.yaml", text.encode())


def _table(_: World, __: Account | None) -> dict[str, Any]:
    file = SimpleUploadedFile("findings.csv", FINDINGS.encode())
    return {"name": "findings.csv", "source": "BC 1", "file": file}


_BALLOT = {"in_favour": 5, "against": 1, "abstained": 0, "minutes": "2/BB"}
_ON = date(2025, 11, 1)
SENT = {
    "answering_open": lambda w, a: {"code": w.asked.code},
    "answering_send": lambda w, a: {
        "code": w.asked.code, "submission": NUMBER,
        **{f"a:{name}": text for name, text in ANSWERS.items()},
    },
    "interviewing_send": lambda w, a: {
        "invitation": str(w.asked.invitation.id), "submission": NUMBER, "answers": ANSWERS,
    },
    "interviewing_outcome": lambda w, a: {
        "invitation": str(w.asked.invitation.id), "outcome": "refused", "reason": "bận việc",
    },
    "openrosa_submission": lambda w, a: {
        "xml_submission_file": SimpleUploadedFile(
            "response.xml", RESPONSE.format(person=w.asked.invitation.id).encode()
        )
    },
    "acting": _acting,
    "sheet_sign": lambda w, a: {"confirm": "gửi phiếu", "although_missing": "1"},
    "sheet_send_back": lambda w, a: {"reason": "xem lại"},
    "item": lambda w, a: {"option": "late", "base": _base(w, "self"), "note": "sửa"},
    "item_points": lambda w, a: {"option": "late"},
    "item_exemption": lambda w, a: {"reason": "không có việc này"},
    "item_answer": lambda w, a: {"answer": "explain", "text": "đã ban hành"},
    "evidence_add": lambda w, a: {"file": _pdf()},
    "evidence_reuse": lambda w, a: {"revision": str(w.uses["first"].revision_id), "pointer": "m"},
    "evidence_withdraw": lambda w, a: {"reason": "nhầm"},
    "signed_form": lambda w, a: {"file": _pdf("phieu.pdf")},
    "sheet_workbook_upload": lambda w, a: {"file": _workbook(w)},
    "appraise": lambda w, a: {
        "option": "none", "reason": "chưa có", "base": _base(w, "appraised-1"),
    },
    "appraised_points": lambda w, a: {"option": "none"},
    "ask_explanation": lambda w, a: {"question": "vì sao"},
    "decide": lambda w, a: {
        **_BALLOT, "option": "late", "reason": "theo biên bản", "held_on": f"{_ON}", "base": 0,
        "confirm": "yes",
    },
    "propose_change": lambda w, a: {"numerator": "1", "denominator": "2", "reason": "sai số"},
    "decide_change": lambda w, a: {"decision": "approve"},
    "people_import": lambda w, a: {"file": _people_book(w)},
    "person_new": lambda w, a: {"username": "nguoi.moi", "name": "Mới", "email": "m@x.example"},
    "person_change": lambda w, a: {"name": "Khác", "email": "k@x.example"},
    "person_assign": lambda w, a: {"role": "leader", "starts_on": "2025-11-01"},
    "person_end_assignment": lambda w, a: {"last_on": "2026-01-01", "reason": "chuyển"},
    "person_close": lambda w, a: {"reason": "chuyển công tác"},
    "delegations": _own_assignment,
    "tokens": lambda w, a: {
        "name": "mới", "scopes": ["read"], "last_on": f"{clock.today() + timedelta(days=9)}",
    },
    "round_new": lambda w, a: {
        "issuer": a.issuer_id if a else "", "year": "2025", "title": "Kỳ mới", "index": "par-index",
        "direction": "downward", "reference_date": "2025-12-31",
    },
    "round_new_upload": lambda w, a: {"file": _rulebook(w)},
    "round_units": lambda w, a: {"group": "departments", "whole": "1"},
    "round_units_previous": lambda w, a: {"previous": str(w.round.id)},
    "round_appraisers": lambda w, a: {"body-home-affairs": str(w.province.units["justice"].id)},
    "round_appraiser_one": lambda w, a: {
        "sheet": str(w.sheet), "key": "home-affairs", "body": str(w.province.units["justice"].id),
    },
    "round_entrusted": lambda w, a: {
        "sheet": str(w.sheet), "item": ["2.1.2"], "unit": str(w.province.units["health"].id),
    },
    "phase_open": lambda w, a: {"confirm": "mở giai đoạn"},
    "phase_close": lambda w, a: {"confirm": "đóng giai đoạn"},
    "phase_replan": lambda w, a: {"opens_at": _late(60), "closes_at": _late(70)},
    "phase_extend": lambda w, a: {"until": _late(), "reason": "bão"},
    "exemption_decide": lambda w, a: {"grant": "no", "why": "vẫn có"},
    "round_tables": _table,
    "round_approve": lambda w, a: {"confirm": "phê duyệt kết quả"},
    "set_language": lambda w, a: {"language": "vi"},
    # ---- surveys
    "wave_new": lambda w, a: {"instrument": str(_surveys(w).instrument.id)},
    "wave_new_upload": lambda w, a: {"file": _form()},
    "wave_new_about": lambda w, a: {
        "title": "Đợt mới", "opens_at": _late(10), "closes_at": _late(40), "min_cell": "5",
    },
    "wave_dates": lambda w, a: {
        "opens_at": _late(-100), "closes_at": _late(90), "reason": "lũ lụt",
    },
    "wave_frame": lambda w, a: {"id": "dossier"},
    "wave_draw": lambda w, a: {
        "seed": "9", "confirm": "rút mẫu",
        "file": SimpleUploadedFile("khung.csv", _surveys(w).frame),
    },
    "wave_letters_again": lambda w, a: {"person": str(_surveys(w).ids["person_id"])},
    "wave_slips_print": lambda w, a: {
        "unit": str(w.province.units["finance"].id), "count": "8",
    },
    "wave_kiosks": lambda w, a: {"name": "Quầy 2"},
    "wave_interviewers": lambda w, a: {"person": str(w.people["interviewer"].id)},
    "wave_assign": lambda w, a: {
        "interviewer": str(_surveys(w).ids["walker"]), "cell": str(_surveys(w).ids["cell"]),
    },
    "wave_open": lambda w, a: {"confirm": "mở đợt"},
    "wave_person": lambda w, a: {"state": "refused", "reason": "bận"},
    "wave_call": lambda w, a: {"a-q1": "4", "a-q2": "5"},
    "wave_typing": lambda w, a: {"code": _surveys(w).code, "mode": "paper"},
    "wave_typing_settle": lambda w, a: {"code": _surveys(w).twice},
    "wave_close": lambda w, a: {"confirm": "đóng đợt", "reason": "đã đủ"},
    "wave_reopen": lambda w, a: {"closes_at": _late(), "reason": "còn thiếu"},
    "wave_mix": lambda w, a: {
        "confirm": "trộn phiếu", "accepting": "đã về đủ",
        "accepts": ["fieldwork.forms_wait", "fieldwork.may_still_come", "fieldwork.box_differs"],
    },
    "wave_estimate": lambda w, a: {
        "confidence": "0.95", "interval": "t", "lonely_psu": "adjust", "suppress_below": "10",
        "flag_below": "30", "decimals": "2",
    },
    "wave_feed": lambda w, a: {"round": str(w.round.id)},
    # ---- programs
    "api.save_unit": lambda w, a: {"name": "Sở mới", "tier": "department", "group": "departments"},
    "api.save_account": lambda w, a: {"name": "Khác", "email": "k@x.example"},
    "api.assign": lambda w, a: {
        "person": str(w.people["rival"].id), "role": "leader", "starts_on": "2025-11-01",
    },
    "api.end_assignment": lambda w, a: {"on": "2026-01-01"},
    "api.create_round": lambda w, a: _round_in(w),
    "api.add_units": lambda w, a: [
        {"unit": str(w.province.units["finance"].id), "group": "departments"}
    ],
    "api.set_appraiser": lambda w, a: {
        "key": "home-affairs", "body": str(w.province.units["justice"].id),
    },
    "api.replan_phase": lambda w, a: {"opens_at": _iso(60), "closes_at": _iso(70)},
    "api.extend": lambda w, a: {"until": _iso(60), "reason": "bão"},
    "api.upload_table": _table,
    "api.upload_rulebook": lambda w, a: {"file": _rulebook(w)},
    "api.send_back": lambda w, a: {"reason": "xem lại"},
    "api.submit": lambda w, a: {"although_missing": True},
    "api.claim": lambda w, a: {"fields": {"option": "late"}, "base": _base(w, "self")},
    "api.answer": lambda w, a: {"accepts": True},
    "api.request_exemption": lambda w, a: {"reason": "không có"},
    "api.decide_exemption": lambda w, a: {"grant": False, "why": "vẫn có"},
    "api.add_evidence": lambda w, a: {"file": _pdf()},
    "api.use_again": lambda w, a: {"revision": str(w.uses["first"].revision_id), "pointer": "m"},
    "api.withdraw": lambda w, a: {"reason": "nhầm"},
    "api.attach_form": lambda w, a: {"file": _pdf("phieu.pdf")},
    "api.fill": lambda w, a: {"file": _workbook(w)},
    "api.save_finding": lambda w, a: {
        "fields": {"option": "none"}, "reason": "chưa có", "base": _base(w, "appraised-1"),
    },
    "api.ask": lambda w, a: {"text": "vì sao"},
    "api.transcribe": lambda w, a: {"fields": {"option": "late"}, "document": "1/QĐ", "base": 0},
    "api.decide": lambda w, a: {
        "fields": {"option": "late"}, "reason": "theo biên bản", "base": 0,
        "ballot": {**_BALLOT, "held_on": f"{_ON}"},
    },
    "api.propose_change": lambda w, a: {
        "fields": {"numerator": "1", "denominator": "2"}, "reason": "sai số",
    },
    "api.decide_change": lambda w, a: {"approve": True},
}  # fmt: skip


def _round_in(world: World) -> dict[str, Any]:
    from parindex.web.reference.models import Rulebook

    rulebook = Rulebook.objects.get(issuer=world.slug, revision=1)
    spans = [("self_scoring", 90), ("appraisal", 92)]
    return {
        "slug": "2025-c", "title": "Kỳ mới", "index": "par-index", "year": 2025,
        "reference_date": "2025-12-31",
        "groups": [{"name": "departments", "rulebook": str(rulebook.id)}],
        "phases": [{"kind": kind, "opens_at": _iso(n), "closes_at": _iso(n + 1)} for kind, n in spans],
    }  # fmt: skip


_books: dict[Any, bytes] = {}


def _workbook(world: World) -> SimpleUploadedFile:
    """The sheet's own workbook, unchanged."""
    if world.sheet not in _books:
        opened = open_sheet(world.sheet)
        assert opened is not None
        _books[world.sheet] = workbook.workbook_for(world.actor("officer"), opened) or b""
    return SimpleUploadedFile("phieu.xlsx", _books[world.sheet])


def _people_book(world: World) -> SimpleUploadedFile:
    from parindex.web.people import importing

    if world.slug not in _books:
        _books[world.slug] = importing.export(
            world.actor("admin"), world.province.issuer, rounds={}
        )
    return SimpleUploadedFile("nguoi.xlsx", _books[world.slug])


# ---- what has to be there before it can be done


def _in_review(world: World) -> None:
    if world.phase == "self_scoring":
        claims.hand_in(world.actor("officer"), world.sheet)


def _nothing_waits(world: World) -> None:
    for one in Exemption.objects.filter(sheet=world.sheet, granted=None):
        exempting.decide_exemption(world.actor("admin"), one.id, grant=False, why="vẫn có")
    if world.phase == "council":
        for change in Change.objects.filter(sheet=world.sheet, approved=None):
            council.decide_change(world.actor("chair"), change.id, approve=False, why="không")


def _closed(world: World) -> None:
    closing.close_wave(world.actor("surveyor"), _surveys(world).field.id, reason="đã đủ")


def _drawn(world: World) -> None:
    surveys = _surveys(world)
    drawing.draw(
        world.actor("surveyor"), surveys.planned.id, surveys.frame, seed="9", file="khung.csv"
    )


PREPARED = {
    "wave_mix": _closed,
    "wave_reopen": _closed,
    "wave_open": _drawn,
    "sheet_send_back": _in_review,
    "api.send_back": _in_review,
    "phase_open": _nothing_waits,
    "api.open_phase": _nothing_waits,
    "round_approve": _nothing_waits,
    "api.approve_round": _nothing_waits,
}
