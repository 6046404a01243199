"""The appraiser's queue: its parts, its pages and its neighbours tell one list."""

import pytest
from web.province import CLAIMS, Province, build, when

from parindex.web.assessment.actions import appraisal, claims, phasing
from parindex.web.assessment.queries.queue import STATES, Waiting, queue
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock

pytestmark = pytest.mark.django_db
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL


@pytest.fixture
def province() -> Province:
    """Finance and health were handed in, and one item of one of them is appraised."""
    found = build()
    with clock.at(when(SELF)):
        phasing.open_phase(found.admin, found.phase(SELF).id)
        for unit, officer in (("finance", "officer"), ("health", "rival")):
            for item, fields in CLAIMS.items():
                claims.save_claim(
                    found.actor(officer), found.sheet_id(unit), item, fields, comment="", base=0
                )
    with clock.at(when(APPRAISAL)):
        phasing.open_phase(found.admin, found.phase(APPRAISAL).id)
        appraisal.save_finding(
            found.actor("appraiser"), found.sheet_id("finance"), "1.1.2",
            {"numerator": "1", "denominator": "2"}, reason="Thiếu tài liệu", base=0,
        )  # fmt: skip
    return found


def _at(found: Waiting) -> tuple[str, str]:
    return found.sheet.unit.name, found.item.code


@pytest.mark.parametrize("by", ["item", "unit"])
def test_parts_pages_and_neighbours_tell_one_list(province, by):
    with clock.at(when(APPRAISAL)):
        found = queue(
            province.actor("lawyer2" if by == "unit" else "appraiser"), province.round, by=by
        )
        whole = found.page()
        assert whole
        assert {one.sheet.unit.name for one in whole} >= {"Sở Tài chính", "Sở Y tế"}
        order = [(one.item.code, one.sheet.unit.sort_key) for one in whole]
        assert order == sorted(order, key=lambda pair: pair[:: 1 if by == "item" else -1])
        for state in STATES:
            picked = {
                "todo": [one for one in whole if not one.done],
                "answered": [one for one in whole if one.answered and not one.done],
                "done": [one for one in whole if one.done],
                "all": whole,
            }[state]
            pages = [found.page(state, start=at, size=1) for at in range(len(picked) + 1)]
            assert [_at(one) for page in pages for one in page] == [_at(one) for one in picked]
            assert sum(one.counts[state] for one in found.parts_of_list()) == len(picked)
        heads = [
            (one.item.code if by == "item" else one.sheet.unit.name)
            for one in found.parts_of_list()
        ]
        assert heads == list(
            dict.fromkeys(one.item.code if by == "item" else one.sheet.unit.name for one in whole)
        )
        for at, one in enumerate(whole):
            around = found.around(one.sheet.id, one.item.code)
            before = [two for two in whole[:at] if not two.done]
            after = [two for two in whole[at + 1 :] if not two.done]
            assert around.before == (before[-1] if before else None)
            assert around.after == (after[0] if after else None)
            assert around.n_left == sum(not two.done for two in whole)


def test_only_what_was_appraised_is_done(province):
    with clock.at(when(APPRAISAL)):
        whole = queue(province.actor("appraiser"), province.round).page()
    assert [_at(one) for one in whole if one.done] == [("Sở Tài chính", "1.1.2")]


def test_one_part_of_the_list(province):
    with clock.at(when(APPRAISAL)):
        by_item = queue(province.actor("appraiser"), province.round)
        group = by_item.page()[0].sheet.group.name
        assert {one.item.code for one in by_item.page(only=f"{group}:1.1.2")} == {"1.1.2"}
        by_unit = queue(province.actor("appraiser"), province.round, by="unit")
        health = province.sheet_id("health")
        assert {one.sheet.id for one in by_unit.page(only=str(health))} == {health}


def test_from_outside_the_queue_the_first_that_waits_is_next(province):
    with clock.at(when(APPRAISAL)):
        found = queue(province.actor("appraiser"), province.round)
        around = found.around(province.sheet_id("finance"), "2.1.1")
        assert (around.before, around.after) == (None, found.page("todo")[0])


def test_nothing_waits_for_whom_no_appraisal_is_open(province):
    with clock.at(when(APPRAISAL)):
        for actor in (province.actor("officer"), province.actor("appraiser", second_factor=False)):
            found = queue(actor, province.round)
            assert not found.is_open
            assert (found.page(), found.parts_of_list()) == ([], [])
            assert found.around(province.sheet_id("finance"), "1.1.1").n_left == 0
