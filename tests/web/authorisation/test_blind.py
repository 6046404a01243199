"""Two opinions, blind until both are in: who reads what of them, on every page and list."""

from types import SimpleNamespace

import pytest
from web.authorisation import expecting
from web.authorisation.knocking import OTHER_IDS, Door, many_requests, routes
from web.desk.appraised import APPRAISAL, during, to_appraisal
from web.province import build

from parindex.web.assessment.actions import appraisal

pytestmark = pytest.mark.django_db
FIRST, SECOND = "ykienthunhat-rieng", "ykienthuhai-rieng"
PARTS = {"round_id", "sheet_id", "item"}


@pytest.fixture
def door():
    province = build(double=True)
    to_appraisal(province, "finance")
    sheet = province.sheet_id("finance")
    world = SimpleNamespace(
        people=province.people, actor=province.actor,
        ids={"round_id": province.round.id, "sheet_id": sheet, "item": "1.1.1"},
    )  # fmt: skip
    with during(APPRAISAL), many_requests():
        yield Door(world, world)


def met(door: Door, persona: str) -> set[str]:
    """The opinions that a person meets, wherever they look."""
    found = set()
    for name, route in routes().items():
        row = expecting.matrix()["routes"][name]
        if "GET" in row and route.parts and set(route.parts) <= PARTS and name not in OTHER_IDS:
            said = door.knock(persona, route, "GET")[2]
            found |= {one for one in (FIRST, SECOND) if one.encode() in said}
    return found


def find(door: Door, who: str, option: str, words: str) -> None:
    appraisal.save_finding(
        door.world.actor(who), door.world.ids["sheet_id"], "1.1.1", {"option": option}, base=0,
        reason=words, comment=words,
    )  # fmt: skip


def test_one_opinion_is_read_by_nobody_else(door):
    find(door, "appraiser", "late", FIRST)
    assert met(door, "appraiser") == {FIRST}
    for who in ("appraiser2", "lawyer", "officer", "head", "admin", "chair", "observer", "rival"):
        assert met(door, who) == set(), who


def test_both_are_read_once_both_are_in_but_not_by_the_unit(door):
    find(door, "appraiser", "late", FIRST)
    find(door, "appraiser2", "none", SECOND)
    for who in ("appraiser", "appraiser2", "chair", "observer"):
        assert met(door, who) == {FIRST, SECOND}, who
    for who in ("officer", "head", "rival"):
        assert met(door, who) == set(), who
