"""One item at the desk: autosave, live points, two people at once, what is refused and how."""

import re
from datetime import timedelta

import pytest
from web.desk.scoring import HTMX, SELF, client_of, item_address, open_round
from web.province import when

from parindex.web.assessment.actions import claims, exempting
from parindex.web.assessment.models import Exemption, ScoreEntry
from parindex.web.journal import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = open_round()
    with clock.at(when(SELF)):
        yield made


def base_in(response) -> str:
    return re.search(r'name="base" value="(\d+)"', response.content.decode()).group(1)


def save(client, province, code="1.2.1", **fields):
    return client.post(item_address(province, code), {"base": "0", **fields}, **HTMX)


def test_autosave_saves_and_answers_with_the_new_base(province):
    client = client_of(province, "officer")
    first = save(client, province, count="1", note="Báo cáo 12")
    assert first.status_code == 200
    assert base_in(first) == "1"
    assert "Được 0,75 trên 1 điểm" in first.content.decode()
    second = save(client, province, count="2", base=base_in(first))
    assert base_in(second) == "2"
    kept = ScoreEntry.objects.order_by("version").values_list("quantity", "note")
    assert list(kept) == [({"count": "1"}, "Báo cáo 12"), ({"count": "2"}, "")]


def test_two_clients_conflict_and_nothing_is_lost(province):
    one, other = client_of(province, "officer"), client_of(province, "officer2")
    assert save(one, province, count="1", note="của một").status_code == 200
    told = save(other, province, count="3", note="của hai")
    page = told.content.decode()
    assert told.status_code == 409
    assert "Người officer" in page
    for value in (">1<", ">3<", ">của một<", ">của hai<"):
        assert value in page
    # Going on typing conflicts again: the base stays what it was.
    assert base_in(told) == "0"
    assert ScoreEntry.objects.count() == 1
    resolved = other.post(
        item_address(province, "1.2.1"),
        {
            "base": "0", "theirs": "1", "resolve": "yes", "count": "3", "note": "của hai",
            "keep-count": "theirs", "keep-note": "mine",
        },
    )  # fmt: skip
    assert resolved.status_code == 302
    last = ScoreEntry.objects.get(version=2)
    assert (last.quantity, last.note) == ({"count": "1"}, "của hai")


def test_a_choice_made_on_an_old_conflict_conflicts_again(province):
    one, other = client_of(province, "officer"), client_of(province, "officer2")
    save(one, province, count="1")
    save(one, province, count="2", base="1")
    told = other.post(
        item_address(province, "1.2.1"),
        {"base": "0", "theirs": "1", "resolve": "yes", "count": "3", "keep-count": "mine"},
    )
    assert told.status_code == 409
    assert ScoreEntry.objects.count() == 2


@pytest.mark.parametrize("said", ["1,5", " 1,5 ", "1.5"])
def test_decimals_may_have_a_comma(province, said):
    response = save(client_of(province, "officer"), province, "2.1.1", points=said)
    assert response.status_code == 200
    assert ScoreEntry.objects.get().quantity == {"points": "1.5"}
    assert "Được 1,5 trên 2 điểm" in response.content.decode()


def test_empty_fields_clear(province):
    client = client_of(province, "officer")
    save(client, province, count="1")
    response = save(client, province, count="", base="1")
    assert response.status_code == 200
    assert ScoreEntry.objects.get(version=2).quantity == {}
    assert "Chưa nhập" in response.content.decode()


def test_the_button_clears_an_option(province):
    client = client_of(province, "officer")
    save(client, province, "1.1.1", option="timely")
    response = client.post(
        item_address(province, "1.1.1"), {"base": "1", "option": "timely", "clear": "yes"}
    )
    assert response.status_code == 302
    assert ScoreEntry.objects.get(version=2).quantity == {}


def test_points_are_computed_without_saving(province):
    client = client_of(province, "officer")
    url = item_address(province, "1.1.2") + "points/"
    response = client.post(url, {"numerator": "19", "denominator": "20"}, **HTMX)
    page = response.content.decode()
    assert "Được 1,9 trên 2 điểm" in page
    assert "tỷ lệ = 95,0000%" in page
    assert not ScoreEntry.objects.exists()
    half = client.post(url, {"numerator": "19"}, **HTMX)
    assert half.status_code == 422
    assert "Chưa tính được điểm" in half.content.decode()


@pytest.mark.parametrize(
    ("code", "fields", "field", "words"),
    [
        ("1.1.2", {"numerator": "19"}, "denominator", "Nhập cả tử số và mẫu số"),
        ("1.1.2", {"numerator": "21", "denominator": "20"}, "numerator", "Tử số lớn hơn mẫu số"),
        ("1.1.2", {"value": "120"}, "value", "Tỷ lệ trên 100%"),
        ("1.2.1", {"count": "1,5"}, "count", "số nguyên"),
        ("1.2.1", {"count": "-1"}, "count", "số âm"),
        ("1.2.1", {"count": "nhiều"}, "count", "“nhiều” không phải là số"),
        ("2.1.1", {"points": "2,5"}, "points", "Điểm cao hơn điểm tối đa"),
        ("1.1.1", {"option": "never"}, "option", "Chọn một mức"),
    ],
)
def test_what_is_refused_is_told_at_its_field(province, code, fields, field, words):
    client = client_of(province, "officer")
    response = save(client, province, code, **fields)
    page = response.content.decode()
    assert response.status_code == 422
    slot = re.search(rf'<div id="{field}-slot".*?</div></div>', page, re.DOTALL).group()
    assert words in slot
    whole = client.post(item_address(province, code), {"base": "0", **fields})
    assert whole.status_code == 422
    assert words in whole.content.decode()
    assert not ScoreEntry.objects.exists()


def test_the_page_shows_only_what_the_rule_reads(province):
    client = client_of(province, "officer")
    page = client.get(item_address(province, "1.1.1")).content.decode()
    assert 'value="timely"' in page
    assert "Đúng thời hạn" in page
    assert 'name="numerator"' not in page
    page = client.get(item_address(province, "1.1.2")).content.decode()
    assert 'name="numerator"' in page
    assert 'type="radio"' not in page
    page = client.get(item_address(province, "1.2.1")).content.decode()
    assert "Có cán bộ bị kỷ luật" in page
    assert "Sở Tư pháp" in page
    page = client.get(item_address(province, "2.1.2")).content.decode()
    assert "data-autosave" not in page
    assert "Mục này không tự chấm" in page


def test_a_veto_gives_no_points(province):
    response = save(client_of(province, "officer"), province, count="0", veto="yes")
    assert "Được 0 trên 1 điểm" in response.content.decode()
    assert ScoreEntry.objects.get().quantity == {"count": "0", "veto": "yes"}


@pytest.mark.parametrize("name", ["rival", "rival_head", "home_officer"])
def test_a_colleague_of_another_unit_finds_nothing(province, name):
    client = client_of(province, name)
    url = item_address(province, "1.2.1")
    assert client.get(url).status_code == 404
    assert client.post(url, {"base": "0", "count": "1"}).status_code == 404
    assert client.post(url, {"base": "0", "count": "1"}, **HTMX).status_code == 404
    for path in ("points/", "exemption/", "answer/"):
        assert client.post(url + path, {"count": "1", "reason": "x"}).status_code == 404
    assert not ScoreEntry.objects.exists()


def test_an_observer_sees_the_item_but_no_private_claim(province):
    save(client_of(province, "officer"), province, count="3", note="bí mật của đơn vị")
    client = client_of(province, "observer")
    page = client.get(item_address(province, "1.2.1")).content.decode()
    assert "bí mật của đơn vị" not in page
    assert "Được 0,25" not in page
    assert "chỉ đơn vị đó xem được" in page
    answer = client.post(item_address(province, "1.2.1"), {"base": "1", "count": "1"}, **HTMX)
    assert answer.status_code == 403
    assert ScoreEntry.objects.count() == 1


def test_autosave_without_a_session_is_not_answered_with_a_page(province, client):
    assert save(client, province, count="1").status_code == 401
    assert client.post(item_address(province, "1.2.1"), {"count": "1"}).status_code == 302
    assert not ScoreEntry.objects.exists()


def test_an_unknown_item_is_not_there(province):
    assert client_of(province, "officer").get(item_address(province, "9.9")).status_code == 404


def test_after_the_deadline_it_is_said_clearly(province):
    closes = province.phase(SELF).closes_at
    client = client_of(province, "officer")
    with clock.at(closes + timedelta(seconds=1)):
        told = save(client, province, count="1")
        assert told.status_code == 422
        assert "đã hết hạn của giai đoạn này" in told.content.decode()
        assert (
            client.post(item_address(province, "1.2.1"), {"base": "0", "count": "1"}).status_code
            == 403
        )
        page = client.get(item_address(province, "1.2.1")).content.decode()
    assert "Đã hết hạn tự chấm điểm lúc 08/11/2025 08:00" in page
    assert "data-autosave" not in page
    assert not ScoreEntry.objects.exists()


def test_an_item_is_asked_not_to_apply_and_the_decision_is_shown(province):
    client = client_of(province, "officer")
    url = item_address(province, "1.2.1")
    empty = client.post(url + "exemption/", {"reason": " "})
    assert empty.status_code == 422
    assert "Ghi lý do" in empty.content.decode()
    assert client.post(url + "exemption/", {"reason": "x" * 1001}).status_code == 422
    asked = client.post(url + "exemption/", {"reason": "Đơn vị không có bộ phận này"}, follow=True)
    assert "Đã gửi đề nghị không áp dụng mục 1.2.1" in asked.content.decode()
    exempting.decide_exemption(
        province.admin, Exemption.objects.get().id, grant=True, why="Đúng như đề nghị"
    )
    page = client.get(url).content.decode()
    assert "Đơn vị không có bộ phận này" in page
    assert "Đúng như đề nghị" in page
    assert "data-autosave" not in page
    assert save(client, province, count="1").status_code == 422


def test_the_history_tells_every_version(province):
    client = client_of(province, "officer")
    save(client, province, count="1")
    save(client, province, count="2", base="1")
    page = client.get(item_address(province, "1.2.1")).content.decode()
    assert "Tự chấm: 0,75 điểm (số lượng 1)" in page
    assert "Tự chấm: 0,5 điểm (số lượng 2)" in page


def test_the_query_count_does_not_grow_with_versions(province, django_assert_max_num_queries):
    client = client_of(province, "officer")
    save(client, province, count="1")
    url = item_address(province, "1.2.1")
    client.get(url)
    with django_assert_max_num_queries(60) as few:
        client.get(url)
    for version in range(1, 8):
        claims.save_claim(
            province.actor("officer2"), province.sheet_id("finance"), "1.2.1",
            {"count": str((version + 1) % 3)}, base=version,
        )  # fmt: skip
    with django_assert_max_num_queries(len(few)):
        client.get(url)
