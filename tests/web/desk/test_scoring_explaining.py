"""Explanation at the desk: what was asked, the answer of the unit, and only in the open round."""

import pytest
from web.desk.scoring import (
    EXPLANATION,
    SELF,
    address,
    claim_all,
    client_of,
    item_address,
    open_round,
)
from web.province import when

from parindex.web.assessment.actions import appraisal, claims, phasing
from parindex.web.assessment.models import Answer
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock

pytestmark = pytest.mark.django_db
APPRAISAL = PhaseKind.APPRAISAL


@pytest.fixture
def province():
    made = open_round()
    sheet = made.sheet_id("finance")
    with clock.at(when(SELF)):
        claim_all(made)
        claims.sign(made.actor("head"), sheet, although_missing=True)
    with clock.at(when(APPRAISAL)):
        phasing.open_phase(made.admin, made.phase(APPRAISAL).id)
        appraisal.save_finding(
            made.actor("appraiser"), sheet, "1.1.1", {"option": "late"},
            reason="Kế hoạch ban hành ngày 15/3", base=0,
        )  # fmt: skip
    return made


def opened(province):
    phasing.open_phase(province.admin, province.phase(EXPLANATION).id)


def test_what_was_found_is_not_seen_before_its_time(province):
    client = client_of(province, "officer")
    with clock.at(when(APPRAISAL)):
        for url in (address(province, "explanations"), item_address(province, "1.1.1")):
            page = client.get(url).content.decode()
            assert "15/3" not in page
        assert (
            "Chưa có yêu cầu giải trình"
            in client.get(address(province, "explanations")).content.decode()
        )
        answer = client.post(item_address(province, "1.1.1") + "answer/", {"answer": "accept"})
        assert answer.status_code == 403


def test_the_unit_explains(province):
    client = client_of(province, "officer")
    url = item_address(province, "1.1.1")
    with clock.at(when(EXPLANATION)):
        opened(province)
        page = client.get(address(province, "explanations")).content.decode()
        assert "Còn 1 yêu cầu chưa trả lời" in page
        assert "Kế hoạch ban hành ngày 15/3" in page
        item = client.get(url).content.decode()
        assert "Yêu cầu giải trình" in item
        assert "Thẩm định lần 1" in item
        assert "<strong>0,5</strong>/1" in item
        assert client.post(url + "answer/", {}).status_code == 422
        empty = client.post(url + "answer/", {"answer": "explain", "text": "?!"})
        assert empty.status_code == 422
        assert "Viết nội dung giải trình" in empty.content.decode()
        done = client.post(
            url + "answer/",
            {"answer": "explain", "text": "Ban hành ngày 5/1, trang 2"},
            follow=True,
        ).content.decode()
        assert "Đã gửi giải trình mục 1.1.1" in done
        assert "Ban hành ngày 5/1, trang 2" in done
    one = Answer.objects.get()
    assert (one.accepts, one.text) == (False, "Ban hành ngày 5/1, trang 2")


def test_the_unit_accepts(province):
    client = client_of(province, "head")
    with clock.at(when(EXPLANATION)):
        opened(province)
        done = client.post(
            item_address(province, "1.1.1") + "answer/", {"answer": "accept"}, follow=True
        )
        assert "chấp nhận điểm thẩm định" in done.content.decode()
    assert Answer.objects.get().accepts


def test_others_do_not_answer(province):
    url = item_address(province, "1.1.1") + "answer/"
    with clock.at(when(EXPLANATION)):
        opened(province)
        said = {"answer": "explain", "text": "Không phải của tôi"}
        assert client_of(province, "rival").post(url, said).status_code == 404
        assert client_of(province, "appraiser").post(url, said).status_code == 403
        assert client_of(province, "observer").post(url, said).status_code == 403
        assert (
            client_of(province, "rival").get(address(province, "explanations")).status_code == 404
        )
    assert not Answer.objects.exists()


def test_an_item_that_was_not_asked_about_has_no_form(province):
    client = client_of(province, "officer")
    with clock.at(when(EXPLANATION)):
        opened(province)
        page = client.get(item_address(province, "1.2.1")).content.decode()
        assert "Trả lời của đơn vị" not in page
        answer = client.post(item_address(province, "1.2.1") + "answer/", {"answer": "accept"})
        assert answer.status_code == 403
