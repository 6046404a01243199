"""The task list of a sheet, its check, handing in, signing, sending back, printing."""

from datetime import timedelta

import pytest
from web.desk.scoring import SELF, address, claim_all, client_of, item_address, open_round
from web.province import when

from parindex.web.assessment.actions import claims, phasing, rounds
from parindex.web.assessment.models import Sheet
from parindex.web.assessment.states import SheetState
from parindex.web.journal import clock
from parindex.web.people.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = open_round()
    with clock.at(when(SELF)):
        yield made


def page_of(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def state_of(province, unit="finance"):
    return Sheet.objects.get(id=province.sheet_id(unit)).state


def test_the_list_shows_areas_items_states_points_and_who_appraises(province):
    claim_all(province)
    page = page_of(client_of(province, "officer"), address(province, "sheet"))
    assert "1. Chỉ đạo, điều hành" in page
    assert "<strong>3,65</strong>/4,00" in page
    assert "Thiếu tài liệu kiểm chứng" in page
    assert "Không tự chấm" in page
    assert item_address(province, "1.1.2") in page
    assert page.count("data-row") == 6
    assert "Sở Tư pháp" in page
    assert "<dd>5,15<small>/6</small></dd>" in page
    assert "Kiểm tra và gửi phiếu" in page
    assert 'class="deadline' in page


def test_filters_stay_when_going_back(province):
    claim_all(province)
    client = client_of(province, "officer")
    page = page_of(client, address(province, "sheet") + "?state=no_evidence")
    assert page.count("data-row") == 1
    assert "Có 1 dòng" in page
    item = page_of(client, item_address(province, "1.1.1"))
    assert address(province, "sheet") + "?state=no_evidence" in item
    page = page_of(client, address(province, "sheet") + "?state=asked")
    assert "Không có mục nào như đã lọc" in page


def test_entrusted_items_are_told_apart(province):
    rounds.entrust(province.admin, province.sheet_id("finance"), "1.2.1", province.units["health"])
    page = page_of(client_of(province, "officer"), address(province, "sheet"))
    assert "Giao Sở Y tế chấm" in page
    mine = page_of(client_of(province, "rival"), address(province, "sheet") + "?mine=1")
    assert mine.count("data-row") == 1
    item = page_of(client_of(province, "officer"), item_address(province, "1.2.1"))
    assert "Mục này giao Sở Y tế chấm." in item
    assert "data-autosave" not in item


@pytest.mark.parametrize("name", ["rival", "rival_head", "home_officer"])
def test_a_colleague_of_another_unit_finds_no_sheet(province, name):
    client = client_of(province, name)
    for page in ("sheet", "sheet_check", "sheet_sign", "sheet_print", "explanations"):
        assert client.get(address(province, page)).status_code == 404
    for page in ("sheet_check", "sheet_sign", "sheet_send_back"):
        assert client.post(address(province, page)).status_code == 404


def test_an_observer_sees_the_list_but_no_private_claims(province):
    claim_all(province)
    client = client_of(province, "observer")
    page = page_of(client, address(province, "sheet"))
    assert page.count("data-row") == 6
    assert "3,65" not in page
    assert "5,15" not in page
    assert "Chưa gửi" in page
    printed = page_of(client, address(province, "sheet_print"))
    assert "19/20" not in printed
    assert client.get(address(province, "sheet_check")).status_code == 403
    assert client.post(address(province, "sheet_check")).status_code == 403


def test_the_check_lists_what_is_missing_and_hands_in(province):
    client = client_of(province, "officer")
    claims.save_claim(
        province.actor("officer"), province.sheet_id("finance"), "1.1.1", {"option": "late"}, base=0
    )
    page = page_of(client, address(province, "sheet_check"))
    assert "Còn thiếu 4 chỗ" in page
    assert item_address(province, "1.1.1") in page
    assert "thiếu tài liệu kiểm chứng" in page
    assert client.get(address(province, "sheet_sign")).status_code == 403
    done = client.post(address(province, "sheet_check"), follow=True).content.decode()
    assert "Đã gửi phiếu để lãnh đạo đơn vị duyệt" in done
    assert state_of(province) == SheetState.IN_UNIT_REVIEW
    assert "Phiếu đang khóa nên chỉ xem được" in done
    told = Message.objects.filter(person=province.people["head"]).values_list("words", flat=True)
    assert any("chờ lãnh đạo đơn vị duyệt" in one for one in told)


def test_the_head_signs_with_words_and_a_tick_for_what_is_missing(province):
    claim_all(province)
    claims.hand_in(province.actor("officer"), province.sheet_id("finance"))
    client, url = client_of(province, "head"), address(province, "sheet_sign")
    page = page_of(client, url)
    assert "Chỉ đạo, điều hành" in page
    assert "Vẫn gửi dù còn thiếu 1 chỗ" in page
    wrong = client.post(url, {"confirm": "ok"})
    assert wrong.status_code == 422
    assert "Gõ đúng dòng chữ" in wrong.content.decode()
    assert "Phiếu còn thiếu 1 mục" in wrong.content.decode()
    assert state_of(province) == SheetState.IN_UNIT_REVIEW
    # Words typed on a keyboard that decomposes them are the same words.
    done = client.post(url, {"confirm": "Gửi phiếu", "although_missing": "yes"}, follow=True)
    assert "Đã gửi phiếu tự chấm điểm" in done.content.decode()
    assert state_of(province) == SheetState.SUBMITTED
    again = client.post(url, {"confirm": "gửi phiếu", "although_missing": "yes"})
    assert again.status_code == 403


def test_the_head_sends_back_with_a_reason(province):
    claims.hand_in(province.actor("officer"), province.sheet_id("finance"))
    client, url = client_of(province, "head"), address(province, "sheet_send_back")
    empty = client.post(url, {"reason": "  "})
    assert empty.status_code == 422
    assert "Ghi lý do trả lại" in empty.content.decode()
    done = client.post(url, {"reason": "Mục 1.1.2 sai mẫu số"}, follow=True).content.decode()
    assert "Đã trả lại phiếu" in done
    assert state_of(province) == SheetState.DRAFTING
    told = Message.objects.filter(person=province.people["officer"]).values_list("words", flat=True)
    assert any("Mục 1.1.2 sai mẫu số" in one for one in told)
    assert client_of(province, "officer").post(url, {"reason": "x"}).status_code == 403


def test_after_the_deadline_nothing_is_handed_in_and_extensions_are_shown(province):
    phase = province.phase(SELF)
    client = client_of(province, "officer")
    late = phase.closes_at + timedelta(hours=1)
    with clock.at(late):
        page = page_of(client, address(province, "sheet"))
        assert "Đã hết hạn tự chấm điểm lúc 08/11/2025 08:00" in page
        told = client.post(address(province, "sheet_check"))
        assert told.status_code == 403
        assert "đã hết hạn của giai đoạn này" in told.content.decode()
    phasing.extend(
        province.admin, phase.id, sheet=province.sheet_id("finance"),
        until=phase.closes_at + timedelta(days=2), reason="Bão số 12",
    )  # fmt: skip
    with clock.at(late):
        page = page_of(client, address(province, "sheet"))
        assert "Gia hạn Sở Tài chính đến 10/11/2025 08:00: Bão số 12" in page
        assert "Kiểm tra và gửi phiếu" in page
        assert client.post(address(province, "sheet_check")).status_code == 302


def test_the_print_says_that_it_is_a_draft(province):
    claim_all(province)
    client = client_of(province, "head")
    page = page_of(client, address(province, "sheet_print"))
    assert "DỰ THẢO" in page
    assert "19/20" in page
    assert "print-across" in page
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    assert "DỰ THẢO" not in page_of(client, address(province, "sheet_print"))


@pytest.mark.parametrize("page", ["sheet", "sheet_check", "sheet_print"])
def test_the_query_count_does_not_grow_with_rows(province, page, django_assert_max_num_queries):
    client = client_of(province, "officer")
    client.get(address(province, page))
    with django_assert_max_num_queries(45) as few:
        client.get(address(province, page))
    claim_all(province)
    with django_assert_max_num_queries(len(few)):
        client.get(address(province, page))
