"""Nothing of another province is ever met, whatever is asked for; and nobody is made to act unasked."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from web.authorisation import expecting, knocking
from web.authorisation.knocking import Door, Route, body_of, many_requests, outcome, routes
from web.authorisation.world import BAIT, CANARY, World, moment_of, other_province, story
from web.desk.login import log_in

from parindex.web.journal import clock
from parindex.web.reference.models import Rulebook

FOREIGN_WORDS = (CANARY.encode(), b"dak-lak")
# What a page is asked for besides: searches, filters, other pages of a list, other issuers.
ASKED_BESIDES = {
    "search": [f"?q={BAIT}", "?q=bimat", "?q=minutes", "?q=1.1.1"],
    "documents": [f"?q={BAIT}", "?q=evidence_text"],
    "api.list_documents": [f"?q={BAIT}", "?q=evidence_text"],
    "people": [f"?q={BAIT}", "?issuer=dak-laks", "?state=closed", "?role=none"],
    "units": [f"?q={BAIT}", "?over=1", "?issuer=dak-laks"],
    "people_export": ["?issuer=dak-laks"],
    "round_units": [f"?q={BAIT}", "?page=2"],
    "round_journal": ["?before=99999", "?verb=claim.saved", "?before=40"],
    "round_journal_export": ["?verb=change.proposed"],
    "api.read_journal": ["?before=40", "?limit=500", "?verb=finding.saved"],
    "matrix": ["?show=points", "?show=appraisal", "?group=departments"],
    "council": ["?page=9"],
    "appraisal_queue": ["?by=unit&state=all", "?state=done"],
    "sheet": ["?state=done", "?mine=1"],
    "round_entrusted": ["?sheet=0"],
    "file": ["?inline"],
}
WRITERS = ("admin", "head", "appraiser", "chair", "surveyor")


def mark(label: str) -> str:
    return f"dauriengcua-{label}-het"


@pytest.fixture(scope="module")
def door(django_db_setup, django_db_blocker) -> Iterator[Door]:
    """Two provinces before the council, built once; every request is undone, at the end all is."""
    with django_db_blocker.unblock(), transaction.atomic():
        other = other_province("council", surveyed=True)
        world = story("tay-ninh", "council", mark, surveyed=True)
        with clock.at(moment_of("council")), many_requests():
            yield Door(world, other)
        transaction.set_rollback(True)


def natives() -> list[str]:
    return [one for one in expecting.personas() if one not in knocking.FOREIGN]


def sighted(said: bytes) -> bool:
    return any(one in said.lower() for one in FOREIGN_WORDS)


@pytest.mark.long
def test_what_another_province_has_is_not_there(door, record_property):
    """With the other province's ids nothing is found, by reading or by writing."""
    wrong, counted = [], Counter()
    for route, method, persona in _with_foreign_ids():
        url, response, said = door.knock(persona, route, method, world=door.other)
        got = outcome(response)
        counted[got] += 1
        right = _hidden(route, persona)
        if got not in right:
            wrong.append(f"{method} {route.name} {persona}: {got}, not {sorted(right)}; {url}")
        if sighted(said.replace(url.encode(), b"")):
            wrong.append(f"{method} {route.name} {persona}: shows {url}")
    record_property("answers", dict(counted))
    assert not wrong, "\n".join(wrong)
    assert sum(counted.values()) > 1_000


def _with_foreign_ids() -> Iterator[tuple[Route, str, str]]:
    for name, route in routes().items():
        row = expecting.matrix()["routes"][name]
        if not route.parts:
            continue
        for persona in natives():
            if "GET" in row:
                yield route, "GET", persona
            for method in ("POST", "PUT"):
                if method in row and persona in WRITERS:
                    yield route, method, persona


def _hidden(route: Route, persona: str) -> set[str]:
    if persona in expecting.OUT:
        return {"login"}
    row = expecting.matrix()["routes"][route.name]
    if persona == "admin_plain" and not route.is_api and not row.get("one_factor"):
        return {"second_factor"}
    thing = row.get("of", "nothing")
    if thing == "an_account" and persona != "admin":
        return {"refused"}
    # A questionnaire is looked for by those who plan waves.
    if route.name == "wave_new_about" and persona != "surveyor":
        return {"refused"}
    if route.name == "api.save_account":
        return {"unknown"}
    return {"unknown"}


@pytest.mark.long
def test_no_list_search_or_export_shows_another_province(door, record_property):
    wrong, n = [], 0
    for name, route in routes().items():
        row = expecting.matrix()["routes"][name]
        if "GET" not in row or (route.parts and name not in ASKED_BESIDES):
            continue
        for persona in natives():
            for query in ["", *ASKED_BESIDES.get(name, [])]:
                url, _response, said = door.knock(persona, route, "GET", query=query)
                n += 1
                if sighted(said.replace(b"dak-laks", b"")):
                    wrong.append(f"{name} {persona}: {url}")
    record_property("answers", n)
    assert not wrong, "\n".join(wrong)


def test_the_canaries_are_there_to_be_met(door):
    """The crawl would see them: the other province's own people do."""
    for name, persona in (("search", "foreign_officer"), ("people", "foreign_admin"),
                          ("people_export", "foreign_admin"), ("api.list_documents", "foreign_officer")):  # fmt: skip
        query = f"?q={BAIT}" if name in {"search", "api.list_documents"} else ""
        _, response, said = door.knock(persona, routes()[name], "GET", query=query)
        assert outcome(response) == "ok"
        assert sighted(said), name
    for name in ("sheet", "item", "register", "document", "sheet_workbook", "api.read_item"):
        _, response, said = door.knock("foreign_officer", routes()[name], "GET", world=door.other)
        assert outcome(response) == "ok", name
        assert sighted(said), name


def test_ids_of_two_provinces_do_not_mix(door):
    """One's own thing named together with another province's."""
    own, other = door.world, door.other
    foreign_rulebook = str(Rulebook.objects.filter(issuer="dak-lak").first().id)
    unit, sheet = str(other.province.units["health"].id), str(other.sheet)
    mixed = [
        ("admin", "phase_extend", "POST", {"phase_id": other.now.id}, {}),
        ("admin", "exemption_decide", "POST", {"exemption_id": other.ids["exemption_id"]}, {}),
        ("admin", "round_checkpoint", "GET", {"number": other.ids["number"]}, {}),
        ("admin", "why", "GET", {"unit": "nowhere@2021"}, {}),
        ("admin", "person_end_assignment", "POST", {"assignment_id": other.ids["assignment_id"]}, {}),
        ("admin", "round_appraisers", "POST", {}, {"body-home-affairs": unit}),
        ("admin", "round_appraiser_one", "POST", {}, {"sheet": sheet, "key": "home-affairs", "body": unit}),
        ("admin", "round_entrusted", "POST", {}, {"sheet": sheet, "item": ["2.1.2"], "unit": unit}),
        ("admin", "round_units_previous", "POST", {}, {"previous": str(other.round.id)}),
        ("admin", "api.set_appraiser", "PUT", {}, {"key": "home-affairs", "body": unit}),
        ("admin", "api.start_from", "POST", {"previous_id": other.round.id}, {}),
        ("admin", "api.add_units", "POST", {}, [{"unit": unit, "group": "departments"}]),
        ("admin", "api.assign", "POST", {}, {"person": str(other.people["rival"].id), "role": "leader", "starts_on": "2025-11-01"}),
        ("admin", "api.assign", "POST", {}, {"person": str(own.people["rival"].id), "role": "head", "unit": unit, "starts_on": "2025-11-01"}),
        ("admin", "api.create_round", "POST", {}, {**knocking._round_in(own), "groups": [{"name": "departments", "rulebook": foreign_rulebook}]}),
        ("admin", "api.extend", "POST", {}, {"sheet": sheet, "until": "2026-12-01T00:00:00Z", "reason": "bão"}),
        ("admin", "api.save_unit", "PUT", {}, {"name": "x", "tier": "department", "parent": unit}),
    ]  # fmt: skip
    for persona, name, method, ids, body in mixed:
        got, said = _mixed(door, persona, name, method, ids, body)
        assert got in {"unknown", "refused"}, (name, body, got)
        assert not sighted(said), (name, body)


def _mixed(door: Door, persona, name, method, ids, body) -> tuple[str, bytes]:
    route = routes()[name]
    client = door.token(persona) if route.is_api else door.session(persona)
    with transaction.atomic():
        url = knocking.address(route, door.world, ids)
        response = knocking._send(client, route, method, url, body)
        said = body_of(response)
        transaction.set_rollback(True)
    return outcome(response), said


def test_a_post_without_its_token_does_nothing(door):
    """Every form of the desk, as another site would send it."""
    client = log_in(Client(enforce_csrf_checks=True), door.world.people["admin"])
    n = 0
    for name, route in routes().items():
        if route.is_api or "POST" not in expecting.matrix()["routes"][name]:
            continue
        # These read no session, so that another site's form has none to borrow.
        if name.startswith(("answering", "openrosa")):
            continue
        with transaction.atomic():
            response = client.post(knocking.address(route, door.world), {})
            transaction.set_rollback(True)
        assert response.status_code == 403, name
        n += 1
    assert n > 30
    # A session opens no door of programs, so that nothing need be guarded there.
    assert client.get(f"/api/rounds/{door.world.round.id}").status_code == 401


def test_the_library_s_own_pages_tell_nothing_either(door):
    """Log-in, second factor, sessions: for a stranger and for an officer."""
    for name, path in knocking.outside().items():
        if "{" in path or "(?P" in path or "^" in path:
            continue
        for persona in ("anonymous", "officer"):
            with transaction.atomic():
                route = Route(name, path, ())
                response = knocking._send(door.session(persona), route, "GET", f"/{path}", {})
                said = body_of(response)
                transaction.set_rollback(True)
            assert response.status_code < 500, name
            assert not sighted(said), name


def fits(world: World) -> bool:
    """Whether a world's addresses can be built at all; for whoever adds a part to them."""
    return all(knocking.address(one, world) for one in routes().values())


def test_every_address_can_be_built(door):
    assert fits(door.world)
    assert fits(door.other)
