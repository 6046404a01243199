"""A whole round through its actions: what each step leaves, and what it refuses."""

from datetime import timedelta

import pytest
from web.province import CLAIMS, Province, build, when

from parindex.web.assessment.actions import appraisal, claims, council, explaining, phasing
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.models import ScoreEntry, Sheet
from parindex.web.assessment.queries import appraisal as appraising
from parindex.web.assessment.queries import calculation, overview
from parindex.web.assessment.queries.queue import queue
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.assessment.queries.sheets import item_page, sheet_for
from parindex.web.assessment.states import PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.journal.queries import verify
from parindex.web.people.permissions import RefusedError, UnknownError

pytestmark = pytest.mark.django_db
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
EXPLANATION, COUNCIL = PhaseKind.EXPLANATION, PhaseKind.COUNCIL


def _claim_all(province: Province, unit: str, officer: str) -> None:
    for item, fields in CLAIMS.items():
        claims.save_claim(
            province.actor(officer), province.sheet_id(unit), item, fields, comment="", base=0
        )


def _open(province: Province, kind: PhaseKind, number: int = 1) -> None:
    phasing.open_phase(province.admin, province.phase(kind, number).id)


def test_a_round_from_plan_to_approval():
    province = build()
    with clock.at(when(SELF)):
        _open(province, SELF)
        _claim_all(province, "finance", "officer")
        with pytest.raises(RefusedError) as refused:
            claims.sign(province.actor("head"), province.sheet_id("finance"))
        assert refused.value.code == "refused.missing"
        claims.hand_in(province.actor("officer"), province.sheet_id("finance"))
        claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
        waits = [one.kind for one in overview.waits_for(province.actor("rival"))]
        assert waits == ["claim"]
    with clock.at(when(APPRAISAL)):
        _open(province, APPRAISAL)
        found = queue(province.actor("appraiser"), province.round).page()
        assert {one.item.code for one in found if one.sheet.id == province.sheet_id("finance")} == {
            "1.1.1", "1.1.2",
        }  # fmt: skip
        assert province.sheet_id("home") not in {one.sheet.id for one in found}
        with pytest.raises(RefusedError) as refused:
            appraisal.save_finding(
                province.actor("appraiser"), province.sheet_id("finance"), "1.1.1",
                {"option": "late"}, base=0,
            )  # fmt: skip
        assert refused.value.code == "refused.reason_below"
        appraisal.save_finding(
            province.actor("appraiser"), province.sheet_id("finance"), "1.1.1",
            {"option": "late"}, reason="Kế hoạch ban hành ngày 15/3", base=0,
        )  # fmt: skip
        opened = sheet_for(province.actor("officer"), province.sheet_id("finance"))
        page = item_page(province.actor("officer"), opened, "1.1.1")
        assert [one.stage for one in page.entries] == ["self"]
        assert page.row.found is None
    with clock.at(when(EXPLANATION)):
        _open(province, EXPLANATION)
        opened = sheet_for(province.actor("officer"), province.sheet_id("finance"))
        page = item_page(province.actor("officer"), opened, "1.1.1")
        assert [one.stage for one in page.entries] == ["self", "appraised-1"]
        assert [one.text for one in page.questions] == ["Kế hoạch ban hành ngày 15/3"]
        explaining.answer(
            province.actor("officer"), province.sheet_id("finance"), "1.1.1",
            accepts=False, text="Kế hoạch ban hành ngày 5/1, xem trang 2",
        )  # fmt: skip
    with clock.at(when(APPRAISAL, 2)):
        _open(province, APPRAISAL, 2)
        found = queue(province.actor("appraiser"), province.round).page()
        assert ("finance", "1.1.1") in {
            (next(k for k, v in province.sheets.items() if v.id == one.sheet.id), one.item.code)
            for one in found
        }
    with clock.at(when(COUNCIL)):
        _open(province, COUNCIL)
        assert [
            one.item for one in appraising.disputed(province.actor("chair"), province.round)
        ] == ["1.1.1"]
        council.decide(
            province.actor("chair"), province.sheet_id("finance"), "1.1.1", {"option": "timely"},
            reason="Chấp nhận giải trình", base=0,
            ballot=Ballot(in_favour=5, against=2, abstained=0, minutes="01/BB-HĐ", held_on=clock.today()),
        )  # fmt: skip
        shown = calculation.provisional_for(province.admin, province.round)
        assert shown is not None and not shown.complete and not shown.problems
        assert calculation.provisional_for(province.actor("officer"), province.round) is None
    assert list(verify()) == []
    assert list(reconcile()) == []


def test_two_people_on_one_item_never_overwrite_silently():
    province = build()
    with clock.at(when(SELF)):
        _open(province, SELF)
        sheet = province.sheet_id("finance")
        claims.save_claim(province.actor("officer"), sheet, "1.2.1", {"count": "1"}, base=0)
        with pytest.raises(ConflictError) as conflict:
            claims.save_claim(province.actor("officer2"), sheet, "1.2.1", {"count": "2"}, base=0)
    assert conflict.value.theirs.quantity == {"count": "1"}
    assert conflict.value.version == 1
    assert ScoreEntry.objects.count() == 1


@pytest.mark.parametrize("stranger", ["rival", "rival_head", "lawyer", "observer", "leader"])
def test_only_the_unit_claims(stranger):
    province = build()
    with clock.at(when(SELF)):
        _open(province, SELF)
        with pytest.raises((RefusedError, UnknownError)):
            claims.save_claim(
                province.actor(stranger),
                province.sheet_id("finance"),
                "1.2.1",
                {"count": "1"},
                base=0,
            )
    assert not ScoreEntry.objects.exists()


def test_another_province_is_not_there():
    province, other = build(), build("dak-lak")
    with clock.at(when(SELF)):
        _open(province, SELF)
        for name in ("officer", "head", "admin", "appraiser", "chair"):
            assert sheet_for(other.actor(name), province.sheet_id("finance")) is None
            with pytest.raises(UnknownError):
                claims.save_claim(
                    other.actor(name), province.sheet_id("finance"), "1.2.1", {"count": "1"}, base=0
                )


def test_a_sheet_is_locked_after_it_is_submitted_and_after_the_deadline():
    province = build()
    sheet = province.sheet_id("finance")
    with clock.at(when(SELF)):
        _open(province, SELF)
        _claim_all(province, "finance", "officer")
        closes = province.phase(SELF).closes_at
    with clock.at(closes):
        claims.save_claim(province.actor("officer"), sheet, "1.2.1", {"count": "2"}, base=1)
    with clock.at(closes + timedelta(microseconds=1)), pytest.raises(RefusedError) as late:
        claims.save_claim(province.actor("officer"), sheet, "1.2.1", {"count": "3"}, base=2)
    assert late.value.code == "refused.closed"
    assert Sheet.objects.get(id=sheet).state == SheetState.DRAFTING
