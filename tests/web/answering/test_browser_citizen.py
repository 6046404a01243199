"""The citizen's page in Chromium: by keyboard, in small and large, after a reload, without a network."""

import json
from datetime import UTC, datetime
from random import Random

import pytest
from survey.questionnaires import Maker
from web.answering.browsing import NARROW, WIDE, answer_small_form
from web.answering.field import ANSWERS, FORM, in_the_field

from parindex.survey.answers import check_answers, settle
from parindex.web.fieldwork.bridge.questionnaires import form_of

BOTH = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])


def begun(phone):
    """What the device holds."""
    return phone.page.evaluate("Object.keys(localStorage)")


@BOTH
def test_by_keyboard_alone(field, telephones, size):
    [(_, code)] = field.invite()
    phone = telephones(size=size)
    phone.go(f"/phieu/#{code}")
    phone.at("Mời Ông/Bà trả lời")
    assert phone.page.url.endswith("/phieu/"), "the code stays in the address"
    phone.look("citizen-consent")
    phone.tab_to("#answering .buttons button")
    phone.key("Enter")
    phone.at("Thông tin chung")
    assert "h1" in phone.focused()
    phone.tab_to("button[type=submit]")
    phone.key("Enter")
    assert "error-summary" in phone.focused()
    phone.look("citizen-errors")
    phone.key("Tab", "Enter")
    assert 'type="radio"' in phone.focused()
    phone.key("Space")
    phone.tab_to("#q3-field")
    phone.page.keyboard.type("47")
    phone.tab_to("#q4-0")
    phone.key("Space", "Tab", "Tab", "Space")
    phone.tab_to("textarea")
    phone.page.keyboard.type("Hàng xóm")
    phone.tab_to("button[type=submit]")
    phone.key("Enter")
    phone.at("Lần làm thủ tục")
    phone.look("citizen-visit")
    # How a day is typed depends on the system; the field itself is the browser's.
    phone.fill("Ngày đến", "2025-10-20")
    phone.tab_to("#q7-field")
    phone.page.keyboard.type("1,5")
    phone.tab_to("input[type=radio]")
    phone.key("Space", "ArrowDown", "ArrowDown")
    phone.tab_to("button[type=submit]")
    phone.key("Enter")
    phone.at("Ý kiến khác")
    phone.tab_to("textarea")
    phone.page.keyboard.type("Cảm ơn")
    phone.tab_to("button[type=submit]")
    phone.key("Enter")
    phone.at("Xem lại câu trả lời")
    assert begun(phone)
    phone.look("citizen-check")
    phone.tab_to(".buttons button")
    phone.key("Enter")
    phone.at("Đã nhận câu trả lời")
    phone.look("citizen-end")
    assert field.kept[0]["answers"] == ANSWERS
    assert 1 <= field.kept[0]["seconds"] <= 600
    assert begun(phone) == []
    assert phone.context.cookies() == []
    assert code not in phone.page.content()
    assert all(url.startswith(phone.address) for url in phone.asked), "something is asked elsewhere"
    assert not any(code in url for url in phone.asked)


def test_a_typed_code_and_what_is_wrong_with_one(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go("/phieu/")
    phone.at("Nhập mã")
    phone.look("citizen-code")
    phone.press("Mở phiếu")
    phone.sees("Chưa nhập mã")
    phone.page.fill("#code", "k7q2")
    phone.press("Mở phiếu")
    phone.sees("mới có 4")
    assert not any(url.endswith("/mo") for url in phone.asked), "a try is spent on what can be none"
    phone.page.fill("#code", "0" * 26)
    phone.press("Mở phiếu")
    phone.sees("Không có phiếu nào mang mã này")
    assert "error-summary" in phone.focused()
    phone.look("citizen-code-wrong")
    phone.page.fill("#code", code.lower().replace("-", " "))
    phone.press("Mở phiếu")
    phone.at("Mời Ông/Bà trả lời")


def test_what_was_begun_is_there_after_a_reload_and_in_its_language(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    phone.press("Đồng ý và bắt đầu")
    phone.choose("Ông/Bà có đến", "Có")
    phone.fill("Tuổi", "47")
    phone.press("Tiếp tục")
    phone.at("Lần làm thủ tục")
    phone.press("English")
    phone.at("The visit")
    phone.page.reload()
    phone.at("Phiếu đang trả lời dở")
    phone.look("citizen-begun")
    phone.press("Trả lời tiếp")
    phone.at("The visit")
    assert phone.page.evaluate("document.documentElement.lang") == "en"
    # The telephone's own way back, and on again.
    phone.press("Go back")
    phone.at("General")
    assert phone.page.get_by_label("Age", exact=True).input_value() == "47"
    phone.press("Continue")
    phone.at("The visit")
    phone.page.go_back()
    phone.at("General")
    phone.page.go_forward()
    phone.at("The visit")
    # The letter's code opens the same draft.
    phone.go("/phieu/?again")
    phone.go(f"/phieu/#{code}")
    phone.at("The visit")


def test_a_draft_is_removed_only_when_it_is_said_twice(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    phone.press("Đồng ý và bắt đầu")
    phone.choose("Ông/Bà có đến", "Không")
    phone.page.reload()
    phone.page.once("dialog", lambda one: one.dismiss())
    phone.press("Xóa khỏi máy này")
    assert begun(phone)
    phone.page.once("dialog", lambda one: one.accept())
    phone.press("Xóa khỏi máy này")
    phone.at("Nhập mã")
    assert begun(phone) == []


def test_what_is_skipped_is_skipped_at_once_and_not_sent(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    answer_small_form(phone)
    phone.page.get_by_role("button", name="Sửa các câu trả lời, từ câu: Ông/Bà có đến").click()
    phone.choose("Ông/Bà có đến", "Không")
    phone.page.get_by_label("Cách khác").uncheck()
    assert not phone.page.get_by_label("Ghi cụ thể").is_visible()
    phone.press("Tiếp tục")
    phone.at("Xem lại câu trả lời")
    assert phone.page.get_by_text("Lần làm thủ tục").count() == 0
    phone.press("Gửi câu trả lời")
    phone.at("Đã nhận")
    kept = {"came": "2", "age": "47", "ways": "a", "other": "Cảm ơn"}
    assert field.kept[0]["answers"] == kept


def test_the_list_leads_to_what_a_change_made_necessary(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    phone.press("Đồng ý và bắt đầu")
    phone.choose("Ông/Bà có đến", "Không")
    phone.fill("Tuổi", "47")
    phone.press("Tiếp tục")
    phone.at("Ý kiến khác")
    phone.press("Tiếp tục")
    phone.at("Xem lại câu trả lời")
    phone.page.get_by_role("button", name="Sửa các câu trả lời, từ câu: Ông/Bà có đến").click()
    phone.choose("Ông/Bà có đến", "Có")
    phone.press("Tiếp tục")
    phone.at("Lần làm thủ tục")
    phone.page.go_back()
    phone.page.go_back()
    phone.at("Xem lại câu trả lời")
    assert phone.page.get_by_role("button", name="Gửi câu trả lời").count() == 0
    phone.press("Đến câu còn thiếu")
    phone.at("Lần làm thủ tục")


def test_a_lost_network_loses_nothing(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    answer_small_form(phone)
    phone.context.set_offline(True)
    phone.press("Gửi câu trả lời")
    phone.sees("Chưa kết nối được")
    assert "error-summary" in phone.focused()
    phone.context.set_offline(False)
    phone.press("Gửi câu trả lời")
    phone.at("Đã nhận")
    assert len(field.kept) == 1


def test_a_receipt_that_was_lost_is_fetched_again(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    answer_small_form(phone)

    def swallow(route):
        route.fetch()
        route.abort()

    phone.page.route("**/phieu/gui", swallow)
    phone.press("Gửi câu trả lời")
    phone.sees("Chưa kết nối được")
    assert len(field.kept) == 1
    phone.page.unroute("**/phieu/gui")
    phone.page.reload()
    phone.press("Trả lời tiếp")
    phone.at("Đã nhận")
    assert len(field.kept) == 1
    assert begun(phone) == []


def test_what_stands_behind_the_address_and_is_no_code_changes_nothing(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go("/phieu/#%")
    phone.at("Nhập mã trên thư mời")
    assert "#" not in phone.page.url
    phone.go(f"/phieu/?again#{code}")
    phone.press("Đồng ý và bắt đầu")
    phone.at("Thông tin chung")
    phone.fill("Tuổi", "47")
    asked = len(phone.asked)
    phone.page.evaluate("location.hash = '#main'")
    phone.page.wait_for_function("() => !location.hash")
    # The way past the head of the page leads to what is asked, and leaves it there.
    phone.page.locator(".skip").focus()
    phone.key("Enter")
    assert phone.page.evaluate("document.activeElement.id") == "main"
    assert phone.page.get_by_label("Tuổi").input_value() == "47"
    assert phone.heading() == "Thông tin chung"
    assert not any("/phieu/" in url for url in phone.asked[asked:])


def test_a_code_used_elsewhere_leaves_the_answers_here(field, telephones, post):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    answer_small_form(phone)
    post("/phieu/gui", code=code, submission="cua-may-khac", answers=ANSWERS)
    phone.press("Gửi câu trả lời")
    phone.sees("đã được dùng")
    assert begun(phone)
    phone.page.reload()
    phone.press("Trả lời tiếp")
    phone.at("từ máy khác")
    phone.look("citizen-used")
    assert begun(phone)


def test_a_device_that_keeps_nothing_says_so_and_still_sends(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    phone.go(f"/phieu/#{code}")
    phone.press("Đồng ý và bắt đầu")
    phone.sees("Máy này không lưu được câu trả lời")
    phone.go(f"/phieu/?again#{code}")
    answer_small_form(phone)
    phone.press("Gửi câu trả lời")
    phone.at("Đã nhận")


def test_who_does_not_take_part_leaves_nothing(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    phone.press("Không tham gia")
    phone.at("Xin cảm ơn")
    assert begun(phone) == []
    assert not field.kept


def test_texts_of_a_form_are_texts(site, telephones):
    odd = "<img src=x onerror=alert(1)> {age} & “"
    field = in_the_field(FORM.replace('"Thông tin chung"', json.dumps(odd)))
    [(_, code)] = field.invite()
    phone = telephones()
    phone.go(f"/phieu/#{code}")
    phone.press("Đồng ý và bắt đầu")
    assert phone.heading() == odd
    assert phone.page.locator("main img").count() == 0


@BOTH
def test_without_scripts(field, telephones, size):
    [(_, code)] = field.invite()
    phone = telephones(size=size, java_script_enabled=False)
    phone.go("/phieu/")
    phone.page.fill("#code", code)
    phone.press("Mở phiếu")
    phone.at("Mời Ông/Bà trả lời")
    phone.page.screenshot(path=phone.folder / f"plain-{size['width']}.png", full_page=True)
    phone.choose("Ông/Bà có đến", "Có")
    phone.choose("Biết tin", "Loa phát thanh xã", "Cách khác")
    phone.fill("Ghi cụ thể", "Hàng xóm")
    phone.press("English")
    assert phone.page.get_by_label("Please write").input_value() == "Hàng xóm"
    phone.press("Send the answers")
    phone.sees("3 to look at again")
    phone.page.screenshot(path=phone.folder / f"plain-errors-{size['width']}.png", full_page=True)
    phone.press("Tiếng Việt")
    phone.fill("Tuổi", "47")
    phone.fill("Ngày đến", "2025-10-20")
    phone.fill("Chờ mấy giờ", "1,5")
    phone.choose("Thái độ", "Rất hài lòng")
    phone.fill("Góp ý", "Cảm ơn")
    phone.press("Gửi câu trả lời")
    phone.at("Đã nhận")
    assert field.kept[0]["answers"] == ANSWERS
    assert phone.context.cookies() == []


def test_the_plain_page_has_no_barrier_either(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    phone.page.route("**/phieu.js", lambda route: route.abort())
    phone.go("/phieu/")
    phone.look("plain-code")
    phone.page.fill("#code", code)
    phone.press("Mở phiếu")
    phone.at("Mời Ông/Bà trả lời")
    phone.look("plain-form")
    phone.press("Gửi câu trả lời")
    phone.sees("câu cần xem lại")
    phone.look("plain-form-errors")


def test_the_first_view_weighs_at_most_200_kilobytes(field, telephones):
    [(_, code)] = field.invite()
    phone = telephones()
    sizes = {}

    def weigh(response):
        sizes[response.url] = len(response.body())

    phone.page.on("response", weigh)
    phone.go(f"/phieu/#{code}")
    phone.at("Mời Ông/Bà trả lời")
    phone.page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 200_000, sizes


def test_the_page_and_the_server_agree_on_every_answer(site, telephones):
    """Any form, any answers: what is asked, what is wrong, what is sent."""
    today = datetime.now(UTC).date()
    cases, expected = [], []
    for seed in range(120):
        random = Random(seed)
        form = Maker(random).questionnaire()
        answers = {one.name: _some(random, form, one) for one in form.questions()}
        answers = {name: text for name, text in answers.items() if text}
        kept = settle(form, answers, today=today)
        wrong = {
            (one.values["question"], one.code) for one in check_answers(form, kept, today=today)
        }
        cases.append([form_of(form), answers])
        expected.append((kept, {(name, _ALIKE.get(code, code)) for name, code in wrong}))
    phone = telephones()
    phone.go("/phieu/")
    found = phone.page.evaluate(
        """async ([cases, on]) => {
          const { settle, faults } = await import("/static/js/answering/questionnaire.js");
          return cases.map(([form, answers]) => {
            const kept = settle(form, answers, on);
            const all = form.sections.flatMap((section) => section.questions);
            return [kept, faults(form, all, kept, on).map((one) => [one.question.name, `answer.${one.code}`])];
          });
        }""",
        [cases, today.isoformat()],
    )
    told = 0
    for (form, answers), (kept, wrong), (js_kept, js_wrong) in zip(
        cases, expected, found, strict=True
    ):
        # The server looks at constraints once the rest is right; the page shows both at once.
        said = {(name, code) for name, code in js_wrong}
        first = {one for one in said if one[1] != "answer.constraint"} or said
        assert (kept, wrong) == (js_kept, first), (form, answers)
        told += len(wrong)
    assert told > 100, "nothing is wrong with any"


# The page offers only choices that there are, and says of all else that one should choose.
_ALIKE = {
    "answer.unknown_code": "answer.required",
    "answer.repeated_code": "answer.required",
    "answer.text": "answer.too_long",
}
_TYPED = ("", "0", "7", "18", "-3", "12.50", "12,5", "2025-02-28", "2025-02-30", "x y", "ế  “", "1e3", "99999999999")  # fmt: skip


def _some(random, form, question):
    codes = [choice.code for choice in form.scale(question).choices]
    if question.kind == "note":
        return ""
    if not codes or random.random() < 0.1:
        return random.choice(_TYPED)
    if question.kind == "select_multiple":
        return " ".join(random.sample(codes, random.randint(0, len(codes))))
    return random.choice(["", *codes])
