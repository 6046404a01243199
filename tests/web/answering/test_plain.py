"""The page without scripts: the whole form, held to its rules by the server, in both languages."""

import html
import re

import pytest
from django.test import Client
from web.answering.field import ANSWERS, SHIPPED, in_the_field

from parindex.web.answering.tries import LIMIT
from parindex.web.fieldwork import codes
from parindex.web.fieldwork.models import Wave

pytestmark = pytest.mark.django_db
TYPED = {
    "a:came": "1", "a:age": "47", "a:ways": ["a", "c"], "a:ways_other": "Hàng xóm",
    "a:day": "2025-10-20", "d:hours": "1,5", "a:staff": "5", "a:other": "Cảm ơn",
}  # fmt: skip


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def text(response):
    return html.unescape(response.content.decode())


def opened(client, code, **more):
    page = text(client.post("/phieu/mo", {"code": code, **more}))
    found = re.search(r'name="submission" value="([^"]+)"', page)
    return page, found[1] if found else ""


def test_a_code_gives_the_whole_form_and_the_answers_a_thank_you(wave, client):
    [(_, code)] = wave.invite()
    page, number = opened(client, code)
    for words in (
        "Thông tin chung",
        "Thái độ của công chức",
        "Góp ý để phục vụ tốt hơn",
        "UBND xã Hòa Bình",
    ):
        assert words in page
    assert "Chỉ trả lời nếu câu “Ông/Bà có đến làm thủ tục không?” là “Có”." in page
    assert "Chỉ trả lời nếu câu “Biết tin qua đâu?” là “Cách khác”." in page
    assert "<script" not in page
    sent = {"code": code, "submission": number, "spoken": "vi", **TYPED}
    for _ in range(2):
        end = client.post("/phieu/gui", sent)
        assert end.status_code == 200
        assert "Đã nhận câu trả lời" in text(end)
        assert code not in text(end)
        assert not end.cookies
    [kept] = wave.kept
    assert kept["answers"] == ANSWERS


def test_wrong_answers_are_listed_and_the_others_stay(wave, client):
    [(_, code)] = wave.invite()
    _, number = opened(client, code)
    typed = {"code": code, "submission": number, **TYPED, "a:age": "mười hai", "a:staff": ""}
    page = client.post("/phieu/gui", typed)
    assert page.status_code == 422
    said = text(page)
    assert "Còn 2 câu cần xem lại" in said
    assert '<a href="#q3">Tuổi: xin gõ một số, ví dụ 35</a>' in said
    assert '<a href="#q8">Thái độ của công chức: xin chọn một câu trả lời</a>' in said
    assert 'value="mười hai"' in said
    assert 'value="1,5"' in said
    assert re.search(r'value="c" checked', said)
    assert f'name="submission" value="{number}"' in said
    assert not wave.kept
    young = client.post("/phieu/gui", {**typed, "a:age": "12", "a:staff": "3"})
    assert "Người trả lời từ đủ 18 tuổi" in text(young)
    assert client.post("/phieu/gui", {**typed, "a:age": "47", "a:staff": "3"}).status_code == 200
    assert wave.kept[0]["answers"]["staff"] == "3"


def test_what_is_wrong_with_no_question_is_told_too(wave, client):
    [(_, code)] = wave.invite()
    _, number = opened(client, code)
    Wave.objects.update(sealed_size=100)
    page = client.post("/phieu/gui", {"code": code, "submission": number, **TYPED})
    assert page.status_code == 422
    said = text(page)
    assert "Còn 1 câu cần xem lại" in said
    [told] = re.findall(r'<div class="error-summary".*?<li>(.*?)</li>', said)
    assert "dài" in told
    assert "<a" not in told
    assert 'value="47"' in said
    assert not wave.kept


def test_another_language_keeps_what_was_typed(wave, client):
    [(_, code)] = wave.invite()
    page, number = opened(client, code, language="rad", **TYPED, submission="so-cua-trang-nay")
    assert number == "so-cua-trang-nay"
    assert '<html lang="rad">' in page
    assert "Ih mâo hriê mă?" in page
    assert '<label for="q3" lang="vi">Tuổi</label>' in page.replace("\n", "")
    assert 'value="47"' in page
    english, _ = opened(client, code, language="en")
    assert "Attitude of the staff" in english
    assert "Send the answers" in english
    assert "Answer only if “Did you come for a procedure?” is “Yes”." in english
    assert opened(client, code, language="xx")[0].count('<html lang="vi">') == 1


def test_a_code_that_is_none_is_told_beside_the_field(wave, client):
    typed = codes.new_code()
    page = client.post("/phieu/mo", {"code": typed})
    assert page.status_code == 404
    said = text(page)
    assert "Không có phiếu nào mang mã này." in said
    assert f'value="{typed}"' in said
    assert 'aria-invalid="true"' in said
    # Long ones are not given back whole, and markup is only text.
    odd = client.post("/phieu/mo", {"code": '"><script>' + "x" * 500})
    assert odd.status_code == 404
    assert b"<script" not in odd.content
    sent = client.post("/phieu/gui", {"code": typed, "submission": "12345678", **TYPED})
    assert sent.status_code == 404


def test_a_used_code_is_told_so(wave, client):
    [(_, code)] = wave.invite()
    _, number = opened(client, code)
    client.post("/phieu/gui", {"code": code, "submission": number, **TYPED})
    assert "đã được dùng" in text(client.post("/phieu/mo", {"code": code}))
    again = client.post("/phieu/gui", {"code": code, "submission": number + "2", **TYPED})
    assert again.status_code == 409


def test_too_many_tries_are_told_to_wait(wave, client):
    for _ in range(LIMIT):
        client.post("/phieu/mo", {"code": codes.new_code()})
    page = client.post("/phieu/mo", {"code": codes.new_code()})
    assert page.status_code == 429
    assert page["Retry-After"]


def test_the_first_page_is_there_in_both_languages(db, client):
    assert "Nhập mã trên thư mời" in text(client.get("/phieu/"))
    english = text(client.get("/phieu/?lang=en"))
    assert "Enter the code of your letter" in english
    assert '<html lang="en">' in english
    assert '<html lang="vi">' in text(client.get("/phieu/?lang=xx"))


@pytest.mark.parametrize("name", ["sipas/citizens/2022.yaml", "sipas/citizens/2017.yaml"])
def test_the_shipped_forms_have_a_field_for_every_question(db, client, name):
    wave = in_the_field((SHIPPED / name).read_text(encoding="utf-8"))
    [(_, code)] = wave.invite()
    page, number = opened(client, code)
    fields = set(re.findall(r'name="([ad]:[^"]+)"', page))
    said = client.post("/phieu/gui", {"code": code, "submission": number})
    wrong = re.findall(r'<li><a href="#(q\d+)">', text(said))
    assert wrong, "nothing is required"
    assert set(wrong) <= set(re.findall(r'id="(q\d+)"', page))
    assert len(fields) == len(re.findall(r"<legend|<label for=\"q", page))
