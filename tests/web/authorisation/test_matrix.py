"""Every door, method, person and phase: the answer is the matrix's, and no other."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from web.authorisation import expecting, knocking
from web.authorisation.knocking import METHODS, Door, Route, many_requests, outcome, routes
from web.authorisation.world import CANARY, PHASES, WHOLE, moment_of, other_province, story

from parindex.web.journal import clock

pytestmark = pytest.mark.django_db
# Who is nothing in the round, and so in no phase of it.
STRANGERS = {"anonymous", "closed", "former", "guest", "foreign_officer", "foreign_admin"}
TOLD_APART = ("anonymous", "admin_plain", "officer")
# The phase in which there is most to be met.
FULLEST = "council"
FOREIGN_WORDS = (CANARY.encode(), b"dak-lak")
MARK = re.compile(rb"dauriengcua-(\w+)-het")


def mark(label: str) -> str:
    """A text of a field: a word that names it."""
    return f"dauriengcua-{label}-het"


def marks_in(said: bytes) -> set[str]:
    return {one.decode() for one in MARK.findall(said)}


@pytest.fixture(params=PHASES)
def door(request, db):
    """A province in a phase, another beside it, and everybody's sessions and tokens."""
    phase = request.param
    other = other_province("council")
    world = story("tay-ninh", phase, mark)
    with clock.at(moment_of(phase)), many_requests():
        yield Door(world, other)


def knocks(phase: str) -> Iterator[tuple[Route, str, str]]:
    """Every route, method and person to try in a phase.

    What cannot depend on the phase is tried in the first: rows that are said once, and methods that
    no row has, by those whom a door tells apart before it looks at the method. What every phase
    answers alike is read in each and written in the first and the fullest, where also those knock
    who are nothing in the round. Where the whole is asked for, everybody tries everything always.
    """
    file = expecting.matrix()
    first, full = phase == PHASES[0], WHOLE or phase in {PHASES[0], FULLEST}
    for name, route in routes().items():
        row = file["routes"][name]
        if row.get("once") and not first and not WHOLE:
            continue
        for method in METHODS:
            if method in row:
                if full or method == "GET" or expecting.varies(row, method):
                    who = [one for one in file["personas"] if full or one not in STRANGERS]
                    yield from ((route, method, one) for one in who)
            elif method in route.methods and (first or WHOLE):
                who = file["personas"] if WHOLE else TOLD_APART
                yield from ((route, method, one) for one in who)


def test_every_route_has_its_row_and_every_row_its_route():
    rows = set(expecting.matrix()["routes"])
    assert set(routes()) - rows == set(), "a route without a row"
    assert rows - set(routes()) == set(), "a row without a route"
    for name, row in expecting.matrix()["routes"].items():
        route = routes()[name]
        if route.is_api:
            assert set(row) & set(METHODS) == set(route.methods), name


@pytest.mark.long
def test_every_answer_is_the_matrix_s(door, record_property):
    phase, counted, wrong = door.world.phase, Counter(), []
    met: dict[str, set[str]] = {}
    for route, method, persona in knocks(phase):
        url, response, said = door.knock(persona, route, method)
        got, right = outcome(response), expecting.expected(route, method, persona, phase)
        counted[got] += 1
        if got not in right:
            wrong.append(
                f"{phase} {method} {route.name} {persona}: {got}, not {sorted(right)}; {url}"
            )
        if persona not in knocking.FOREIGN:
            if any(one in said for one in FOREIGN_WORDS):
                wrong.append(f"{phase} {method} {route.name} {persona}: of another province; {url}")
            if method == "GET":
                met.setdefault(persona, set()).update(marks_in(said))
    for persona, said in _further_items(door):
        met.setdefault(persona, set()).update(marks_in(said))
        if persona not in knocking.FOREIGN and any(one in said for one in FOREIGN_WORDS):
            wrong.append(f"{phase} {persona}: of another province on a further item")
    wrong += _misread(phase, met)
    record_property("answers", dict(counted))
    assert not wrong, "\n".join(wrong)


def _further_items(door: Door) -> Iterator[tuple[str, bytes]]:
    """Other items of the sheet, and the other unit's, whose marks are looked for too."""
    health = door.world.province.sheet_id("health")
    for name, ids in (
        ("api.read_item", {"item": "1.1.2"}),
        ("item", {"item": "1.1.2"}),
        ("appraise", {"item": "1.1.2"}),
        ("api.read_item", {"item": "2.1.1"}),
        ("item", {"item": "2.1.1"}),
        ("api.read_item", {"sheet_id": health}),
        ("item", {"sheet_id": health}),
        ("sheet_print", {"sheet_id": health}),
    ):
        for persona in expecting.personas():
            if persona not in STRANGERS:
                yield persona, door.knock(persona, routes()[name], "GET", more=ids)[2]


def _misread(phase: str, met: dict[str, set[str]]) -> list[str]:
    """Marks that somebody met who may not; and those that nobody met of all who may."""
    wrong = []
    for name in expecting.matrix()["fields"]:
        may = expecting.readers(name, phase)
        found = {persona for persona, marks in met.items() if name in marks}
        wrong += [f"{phase} {name}: read by {one}" for one in sorted(found - may)]
        once = expecting.matrix()["fields"][name].get("once") and phase != PHASES[0]
        if may and not found and not once:
            wrong.append(f"{phase} {name}: met by nobody")
    return wrong
