"""My work, messages, whom I act for, search, and the places of each role."""

import pytest
from django.urls import reverse
from web.desk.login import log_in
from web.desk.scoring import SELF, address, claim_all, client_of, item_address, open_round
from web.province import when

from parindex.web.assessment.actions import claims, exempting, rounds
from parindex.web.desk.frame import ACTING
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.models import Message
from parindex.web.people.states import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = open_round()
    with clock.at(when(SELF)):
        yield made


def page_of(client, url="/desk/"):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_what_waits_has_a_number_a_deadline_and_one_button(province):
    page = page_of(client_of(province, "officer"))
    assert '<span class="how-many">4</span><p>mục chưa tự chấm điểm' in page
    assert address(province, "sheet") + "?state=empty" in page
    assert 'class="deadline' in page
    assert "Chấm tiếp" in page


def test_each_role_is_told_what_waits_for_it(province):
    claim_all(province)
    assert "Kiểm tra và gửi phiếu" in page_of(client_of(province, "officer"))
    claims.hand_in(province.actor("officer"), province.sheet_id("finance"))
    assert "Không có việc nào đang chờ" in page_of(client_of(province, "officer"))
    assert address(province, "sheet_sign") in page_of(client_of(province, "head"))
    assert address(province, "sheet_sign") not in page_of(client_of(province, "rival_head"))
    exempting.request_exemption(
        province.actor("rival"), province.sheet_id("health"), "1.2.1", reason="Không có"
    )
    assert "đề nghị không áp dụng mục" in page_of(client_of(province, "admin"))


def test_an_empty_desk_teaches_the_next_step(province):
    page = page_of(client_of(province, "observer"))
    assert "Không có việc nào đang chờ" in page
    assert "Kỳ đánh giá đang theo dõi" in page
    assert province.round.title in page


def test_what_is_entrusted_waits_for_those_it_is_entrusted_to(province):
    rounds.entrust(province.admin, province.sheet_id("finance"), "1.2.1", province.units["health"])
    page = page_of(client_of(province, "rival"))
    assert "mục chưa tự chấm điểm – Sở Tài chính" in page
    assert '<span class="how-many">1</span>' in page
    claim_url = item_address(province, "1.2.1")
    assert (
        client_of(province, "rival").post(claim_url, {"base": "0", "count": "1"}).status_code == 302
    )
    assert "mục chưa tự chấm điểm – Sở Tài chính" not in page_of(client_of(province, "rival"))


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("officer", ["Việc của tôi", "Các kỳ đánh giá", "Tài liệu"]),
        ("appraiser", ["Việc của tôi", "Các kỳ đánh giá", "Hàng đợi thẩm định"]),
        ("chair", ["Việc của tôi", "Các kỳ đánh giá", "Hội đồng"]),
        ("observer", ["Việc của tôi", "Các kỳ đánh giá", "Tổng hợp", "Khảo sát"]),
        ("admin", ["Việc của tôi", "Các kỳ đánh giá", "Tổng hợp", "Người dùng", "Khảo sát"]),
    ],
)
def test_places_by_role(province, name, places):
    response = client_of(province, name).get("/desk/")
    desk = response.wsgi_request.desk
    assert [one["label"] for one in desk.places] == places
    assert [one["current"] for one in desk.places] == [True] + [False] * (len(places) - 1)


def test_messages_are_read_by_their_person_only(province):
    officer = client_of(province, "officer")
    page = page_of(officer, "/desk/notifications/")
    assert "đã mở “Tự chấm điểm”" in page
    assert "chưa đọc" in page
    n_others = (
        Message.objects.filter(read_at=None).exclude(person=province.people["officer"]).count()
    )
    assert officer.post("/desk/notifications/").status_code == 302
    assert not Message.objects.filter(person=province.people["officer"], read_at=None).exists()
    assert Message.objects.filter(read_at=None).count() == n_others
    assert "chưa đọc" not in page_of(officer, "/desk/notifications/").split("<main")[1]


def test_no_messages_yet(province):
    assert "Chưa có thông báo" in page_of(client_of(province, "observer"), "/desk/notifications/")


def test_one_acts_only_for_what_one_has(province):
    account = province.people["officer"]
    with clock.at(when(SELF)):
        people.assign(
            province.admin, account, Role.OFFICER, issuer=province.issuer,
            unit=province.units["health"], starts_on=clock.today(),
        )  # fmt: skip
    client = client_of(province, "officer")
    health = address(province, "sheet", "health")
    finance = address(province, "sheet")
    choices = client.get("/desk/").wsgi_request.desk.choices
    assert [one["label"] for one in choices] == [
        "Cán bộ đầu mối của đơn vị, Sở Tài chính",
        "Cán bộ đầu mối của đơn vị, Sở Y tế",
        "Tất cả vai trò của tôi",
    ]
    assert choices[2]["current"]
    assert client.get(health).status_code == client.get(finance).status_code == 200
    other = f"head:{province.units['finance'].id}:{account.id}"
    assert client.post("/desk/acting/", {"acting": other}).status_code == 404
    assert ACTING not in client.session
    done = client.post("/desk/acting/", {"acting": choices[1]["value"], "next": finance})
    assert done.url == "/desk/"
    assert client.get(finance).status_code == 404
    assert client.get(health).status_code == 200
    done = client.post("/desk/acting/", {"acting": "", "next": health})
    assert done.url == health
    assert client.get(finance).status_code == 200
    away = client.post("/desk/acting/", {"acting": "", "next": "https://example.org/"})
    assert away.url == "/desk/"


def test_search_finds_without_diacritics_what_one_may_know(province):
    officer = client_of(province, "officer")
    page = page_of(officer, "/desk/search/?q=hoan+thanh+ke+hoach")
    assert item_address(province, "1.1.2") in page
    page = page_of(officer, "/desk/search/?q=so+tai+chinh")
    assert address(province, "sheet") in page
    page = page_of(officer, "/desk/search/?q=so+y+te").split("<main")[1]
    assert address(province, "sheet", "health") not in page
    assert "Không tìm thấy" in page
    assert address(province, "sheet", "health") in page_of(
        client_of(province, "observer"), "/desk/search/?q=so+y+te"
    )
    assert "Tìm tên đơn vị" in page_of(officer, "/desk/search/")
    assert officer.get("/desk/search/?q=%00").status_code == 200


def test_another_province_is_never_found(province):
    with clock.at(when(SELF)):
        other = open_round(slug="dak-lak")
        client = client_of(other, "admin")
        for words in ("tay ninh", "tai chinh", "ke hoach"):
            page = page_of(client, f"/desk/search/?q={words}")
            assert str(province.sheet_id("finance")) not in page
            assert str(province.round.id) not in page
            assert "tay-ninh" not in page


def test_the_desk_needs_an_account(client, province):
    for name in ("work", "notifications", "search"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


def test_roles_of_home_affairs_need_a_second_factor(client, province):
    log_in(client, province.people["admin"], second_factor=False)
    assert client.get("/desk/").url == "/accounts/2fa/"


def test_the_query_count_does_not_grow_with_rounds_watched(province, django_assert_max_num_queries):
    client = client_of(province, "observer")
    client.get("/desk/")
    with django_assert_max_num_queries(40) as few:
        client.get("/desk/")
    claim_all(province)
    claim_all(province, "health", "rival")
    with django_assert_max_num_queries(len(few)):
        client.get("/desk/")
