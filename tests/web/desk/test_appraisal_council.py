"""The council's pages, changes after the lock by two persons, the public register, the Ministry."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web.desk.appraised import (
    APPRAISAL,
    COUNCIL,
    EXPLANATION,
    SELF,
    client_of,
    during,
    opened,
    to_appraisal,
)
from web.province import build, when

from parindex.web.assessment.actions import appraisal, explaining, phasing, rounds
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.models import Change, ItemLine, ScoreEntry, Vote
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.states import Role

pytestmark = pytest.mark.django_db
DECISION = {
    "base": "0", "option": "timely", "reason": "Chấp nhận giải trình", "in_favour": "5",
    "against": "2", "abstained": "0", "minutes": "01/BB-HĐTĐ", "held_on": "2025-12-01",
}  # fmt: skip


def disputed(province, *units: str):
    """The appraiser lowers an item of each unit, and the unit does not accept it."""
    to_appraisal(province)
    for unit in units:
        with during(APPRAISAL):
            appraisal.save_finding(
                province.actor("appraiser"), province.sheet_id(unit), "1.1.1",
                {"option": "late"}, reason="Kế hoạch ban hành ngày 15/3", base=0,
            )  # fmt: skip
    with during(EXPLANATION):
        opened(province, EXPLANATION)
        for unit in units:
            officer = {"finance": "officer", "health": "rival"}[unit]
            explaining.answer(
                province.actor(officer), province.sheet_id(unit), "1.1.1",
                accepts=False, text="Kế hoạch ban hành ngày 5/1, xem trang 2",
            )  # fmt: skip
    with during(APPRAISAL, 2):
        opened(province, APPRAISAL, 2)


@pytest.fixture
def province():
    made = build()
    disputed(made, "finance")
    with during(COUNCIL):
        opened(made, COUNCIL)
        yield made


def council_url(province):
    return reverse("council", args=[province.round.id])


def decide_url(province, unit="finance", item="1.1.1"):
    return reverse("decide", args=[province.sheet_id(unit), item])


# ---- the council


@pytest.mark.parametrize(
    ("name", "lists", "decides"),
    [
        ("chair", 200, 200),
        ("member", 200, 200),
        ("admin", 200, 403),
        ("leader", 200, 403),
        ("observer", 200, 403),
        ("appraiser", 403, 403),
        ("officer", 403, 403),
        ("rival", 403, 404),
    ],
)
def test_who_reads_the_list_and_who_decides(province, name, lists, decides):
    client = client_of(province, name)
    assert client.get(council_url(province)).status_code == lists
    assert client.get(decide_url(province)).status_code == decides
    posted = client.post(decide_url(province), DECISION | {"confirm": "yes"})
    assert posted.status_code == (302 if decides == 200 else decides)
    assert Vote.objects.count() == (decides == 200)


def test_another_province_knows_of_no_council(province):
    other = build("dak-lak")
    for name in ("chair", "admin"):
        client = client_of(other, name)
        assert client.get(council_url(province)).status_code == 404
        assert client.get(decide_url(province)).status_code == 404
        assert client.post(decide_url(province), DECISION | {"confirm": "yes"}).status_code == 404


def test_nobody_of_the_council_decides_on_their_own_unit(province):
    people.assign(
        province.admin, province.people["member"], Role.OFFICER, issuer=province.issuer,
        unit=province.units["finance"], starts_on=date(2025, 1, 1),
    )  # fmt: skip
    client = client_of(province, "member")
    assert client.post(decide_url(province), DECISION | {"confirm": "yes"}).status_code == 403
    assert not Vote.objects.exists()


def test_a_dispute_is_listed_with_all_that_was_said(province):
    page = client_of(province, "chair").get(council_url(province))
    for words in (
        "Sở Tài chính", "1.1.1 Ban hành kế hoạch kịp thời", "Đúng thời hạn",
        "Chậm so với thời hạn", "Kế hoạch ban hành ngày 15/3",
        "Kế hoạch ban hành ngày 5/1, xem trang 2",
    ):  # fmt: skip
        assert words in page.text
    assert page.context["n_disputed"] == 1


def test_a_decision_is_looked_over_before_it_is_recorded(province):
    client = client_of(province, "chair")
    looked = client.post(decide_url(province), DECISION)
    assert looked.status_code == 200
    assert "Ghi quyết định này?" in looked.text
    assert not ScoreEntry.objects.filter(stage="council").exists()
    done = client.post(decide_url(province), DECISION | {"confirm": "yes"})
    assert done.url == council_url(province)
    entry = ScoreEntry.objects.get(stage="council")
    assert (entry.points, entry.vote.minutes, entry.vote.in_favour) == (1, "01/BB-HĐTĐ", 5)
    page = client.get(council_url(province))
    assert page.context["n_disputed"] == 0
    assert "Đồng ý 5, không đồng ý 2, phiếu trắng 0" in page.text
    assert list(verify()) == []
    assert list(reconcile()) == []


def test_everything_that_a_decision_lacks_is_told_at_once(province):
    client = client_of(province, "chair")
    refused = client.post(decide_url(province), {"base": "0", "in_favour": "nhiều"})
    assert refused.status_code == 422
    ids = {one["id"] for one in refused.context["form"].errors}
    assert ids == {
        "finding-fields", "reason", "in_favour", "against", "abstained", "minutes", "held_on",
    }  # fmt: skip
    later = client.post(decide_url(province), DECISION | {"held_on": "2026-01-01"})
    assert later.status_code == 422


def test_a_tie_needs_the_chair(province):
    client = client_of(province, "chair")
    tie = DECISION | {"in_favour": "3", "against": "3", "confirm": "yes"}
    assert client.post(decide_url(province), tie).status_code == 422
    assert not Vote.objects.exists()
    assert client.post(decide_url(province), tie | {"chair_decided": "yes"}).status_code == 302
    assert Vote.objects.get().chair_decided


def test_two_who_record_at_once_see_both(province):
    client_of(province, "chair").post(decide_url(province), DECISION | {"confirm": "yes"})
    other = client_of(province, "member").post(
        decide_url(province), DECISION | {"confirm": "yes", "option": "late"}
    )
    assert other.status_code == 409
    assert "Người chair" in other.text
    assert 'name="minutes"' in other.text
    assert ScoreEntry.objects.filter(stage="council").count() == 1


def test_the_list_needs_as_many_queries_for_two_disputes_as_for_one():
    counts = []
    for slug, units in (("mot", ["finance"]), ("hai", ["finance", "health"])):
        made = build(slug)
        disputed(made, *units)
        with during(COUNCIL):
            opened(made, COUNCIL)
            client = client_of(made, "chair")
            client.get(council_url(made))
            with CaptureQueriesContext(connection) as queries:
                page = client.get(council_url(made))
            assert page.context["n_disputed"] == len(units)
            counts.append(len(queries))
    assert counts[0] == counts[1]


# ---- changes after the lock


def propose_url(province, unit="finance", item="1.1.2"):
    return reverse("propose_change", args=[province.sheet_id(unit), item])


PROPOSAL = {"numerator": "18", "denominator": "20", "reason": "Công văn 12/STC đính chính số liệu"}


@pytest.mark.parametrize(
    ("name", "status"),
    [("appraiser", 302), ("chair", 302), ("admin", 302), ("lawyer", 403), ("leader", 403),
     ("officer", 403), ("head", 403), ("rival", 404)],
)  # fmt: skip
def test_who_proposes_a_change(province, name, status):
    client = client_of(province, name)
    assert client.get(propose_url(province)).status_code == (200 if status == 302 else status)
    assert client.post(propose_url(province), PROPOSAL).status_code == status
    assert Change.objects.count() == (status == 302)


def test_a_change_takes_a_reason_two_persons_and_is_public(province):
    appraiser, chair = client_of(province, "appraiser"), client_of(province, "chair")
    assert appraiser.post(propose_url(province), PROPOSAL | {"reason": ""}).status_code == 422
    wrong = appraiser.post(propose_url(province), PROPOSAL | {"numerator": "30"})
    assert wrong.status_code == 422
    made = appraiser.post(propose_url(province), PROPOSAL)
    change = Change.objects.get()
    url = reverse("decide_change", args=[change.id])
    assert made.url == url
    assert "chờ người thứ hai" in appraiser.get(url).text
    for name, status in (("appraiser", 403), ("officer", 403), ("leader", 403), ("member", 403)):
        client = client_of(province, name)
        assert client.get(url).status_code == 200
        assert client.post(url, {"decision": "approve"}).status_code == status
    assert ItemLine.objects.get(sheet=province.sheet_id("finance"), item="1.1.2").found is None
    assert "Duyệt thay đổi này?" in chair.get(url).text
    assert chair.post(url, {"decision": "approve"}).status_code == 302
    line = ItemLine.objects.get(sheet=province.sheet_id("finance"), item="1.1.2")
    assert (line.found, line.found_stage) == (Decimal("1.8"), "corrected")
    assert chair.post(url, {"decision": "approve"}).status_code == 403
    for name in ("rival", "officer", "observer"):
        page = client_of(province, name).get(reverse("register", args=[province.round.id]))
        for words in ("Công văn 12/STC", "Người appraiser", "Người chair", "1,80"):
            assert words in page.text
    assert list(verify()) == []


def test_a_refusal_of_a_change_needs_its_reason(province):
    client_of(province, "appraiser").post(propose_url(province), PROPOSAL)
    url = reverse("decide_change", args=[Change.objects.get().id])
    admin = client_of(province, "admin")
    admin.post(url, {"decision": "refuse", "why": ""})
    assert Change.objects.get().approved is None
    admin.post(url, {"decision": "refuse", "why": "Không đủ căn cứ"})
    assert Change.objects.get().approved is False
    page = admin.get(reverse("register", args=[province.round.id]))
    assert "Không đủ căn cứ" in page.text


def test_before_the_lock_nothing_is_changed_this_way():
    made = build()
    to_appraisal(made)
    with during(APPRAISAL):
        client = client_of(made, "appraiser")
        assert client.get(propose_url(made)).status_code == 403
        assert client.post(propose_url(made), PROPOSAL).status_code == 403


def test_another_province_reads_no_register_and_no_change(province):
    client_of(province, "appraiser").post(propose_url(province), PROPOSAL)
    other = build("dak-lak")
    client = client_of(other, "admin")
    url = reverse("decide_change", args=[Change.objects.get().id])
    assert client.get(url).status_code == 404
    assert client.post(url, {"decision": "approve"}).status_code == 404
    assert client.get(reverse("register", args=[province.round.id])).status_code == 404
    assert client.get(propose_url(province)).status_code == 404


def test_extensions_and_reopenings_are_in_the_register():
    made = build()
    with during(SELF):
        opened(made, SELF)
        phasing.extend(
            made.admin, made.phase(SELF).id, sheet=made.sheet_id("finance"),
            until=when(SELF) + timedelta(days=30), reason="Mất điện do bão", waives_lateness=True,
            reopen=True,
        )  # fmt: skip
        page = client_of(made, "rival").get(reverse("register", args=[made.round.id]))
        for words in ("Sở Tài chính", "Mất điện do bão", "không tính nộp muộn", "mở lại phiếu"):
            assert words in page.text


# ---- the Ministry's scores


@pytest.fixture
def upward():
    made = build()
    start = when(SELF) - timedelta(days=3)
    kinds = [(PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1)]
    with clock.at(start):
        made.round = rounds.create_round(
            made.admin, made.issuer, slug="len-bo", title="Chỉ số của tỉnh", year=2025,
            index="par-index", reference_date=date(2025, 12, 31), direction=Direction.UPWARD,
            groups=[("departments", made.round.groups.get().rulebook)],
            phases=[
                PhasePlan(
                    kind=kind, number=number, opens_at=start + timedelta(days=7 * at),
                    closes_at=start + timedelta(days=7 * at + 7),
                )
                for at, (kind, number) in enumerate(kinds)
            ],
        )  # fmt: skip
        (sheet,) = rounds.add_units(
            made.admin, made.round.id, [(made.units["finance"], "departments", True)]
        )
        made.sheets = {"finance": sheet}
    with during(SELF):
        opened(made, SELF)
    with during(APPRAISAL):
        opened(made, APPRAISAL)
        yield made


def ministry_url(province, area="1"):
    return reverse("transcribe", args=[province.sheet_id("finance")], query={"area": area})


def test_who_enters_the_scores_of_the_ministry(upward):
    data = {"document": "Công văn 1/BNV", "1.1.1-base": "0", "1.1.1-option": "late"}
    for name, status in (("chair", 403), ("officer", 403), ("rival", 404)):
        client = client_of(upward, name)
        assert client.get(ministry_url(upward)).status_code == status
        assert client.post(ministry_url(upward), data).status_code == status
    other = build("dak-lak")
    assert client_of(other, "admin").get(ministry_url(upward)).status_code == 404
    assert client_of(upward, "admin").get(ministry_url(upward)).status_code == 200
    assert not ScoreEntry.objects.exists()


def test_the_scores_of_the_ministry_are_entered_with_their_document(upward):
    client = client_of(upward, "admin")
    data = {
        "document": "Công văn 12/BNV-CCHC ngày 02/3/2026", "1.1.1-base": "0",
        "1.1.1-option": "late", "1.1.2-base": "0", "1.1.2-numerator": "18",
        "1.1.2-denominator": "20", "1.2.1-base": "0",
    }  # fmt: skip
    nameless = client.post(ministry_url(upward), data | {"document": ""})
    assert nameless.status_code == 422
    assert not ScoreEntry.objects.exists()
    assert client.post(ministry_url(upward), data).status_code == 302
    found = {one.item: one for one in ScoreEntry.objects.filter(stage="appraised-1")}
    assert set(found) == {"1.1.1", "1.1.2"}
    assert found["1.1.1"].reason == "Công văn 12/BNV-CCHC ngày 02/3/2026"
    page = client.get(ministry_url(upward))
    assert page.context["document"] == "Công văn 12/BNV-CCHC ngày 02/3/2026"
    again = data | {"1.1.1-base": "1", "1.1.2-base": "1"}
    assert client.post(ministry_url(upward), again).status_code == 302
    assert ScoreEntry.objects.count() == 2  # what did not change is not written again


def test_what_is_wrong_or_written_meanwhile_is_told_at_the_item(upward):
    client = client_of(upward, "admin")
    data = {"document": "Công văn 12/BNV", "1.1.2-base": "0", "1.1.2-numerator": "30",
            "1.1.2-denominator": "20"}  # fmt: skip
    wrong = client.post(ministry_url(upward), data)
    assert wrong.status_code == 422
    assert "Tử số lớn hơn mẫu số" in wrong.text
    good = data | {"1.1.2-numerator": "18"}
    assert client.post(ministry_url(upward), good).status_code == 302
    conflict = client.post(ministry_url(upward), good | {"1.1.2-numerator": "10"})
    assert conflict.status_code == 409
    assert "18/20" in conflict.text
    assert "10/20" in conflict.text
    assert ScoreEntry.objects.count() == 1


def test_a_downward_sheet_has_no_ministry(province):
    url = reverse("transcribe", args=[province.sheet_id("finance")])
    assert client_of(province, "admin").get(url).status_code == 404
