"""The tablet at a counter in Chromium: person after person, and nothing of anybody stays."""

from web.answering.browsing import WIDE, answer_small_form
from web.answering.field import ANSWERS

TABLET = {"width": 1024, "height": 768}


def left_behind(phone):
    """Everything that the device holds but its own key."""
    return phone.page.evaluate(
        """async () => ({
          local: Object.keys(localStorage).filter((key) => key !== "quay"),
          session: Object.keys(sessionStorage),
          bases: (await indexedDB.databases()).map((one) => one.name),
          cookies: document.cookie,
        })"""
    )


NOTHING = {"local": [], "session": [], "bases": [], "cookies": ""}


def registered(field, telephones, size=TABLET):
    phone = telephones(size=size)
    phone.page.clock.install()
    phone.go(f"/phieu/quay/#{field.kiosk('Bộ phận Một cửa')}")
    phone.at("Ông/Bà thấy việc phục vụ")
    assert "#" not in phone.page.url
    return phone


def test_one_person_after_another(field, telephones):
    slips = field.invite(2, name="", phone="", address="")
    phone = registered(field, telephones)
    phone.look("kiosk-welcome")
    for at, (_, code) in enumerate(slips):
        phone.press("Bắt đầu")
        phone.at("Nhập mã trên phiếu giấy")
        # As a scanner types it: the whole address of the slip's QR, and Enter.
        phone.page.keyboard.type(f"{phone.address}/phieu/#{code}\n")
        phone.at("Mời Ông/Bà trả lời")
        answer_small_form(phone)
        if not at:
            phone.look("kiosk-check")
        phone.press("Gửi câu trả lời")
        phone.at("Đã nhận")
        assert code not in phone.page.content()
        phone.page.clock.run_for(13_000)
        phone.at("Ông/Bà thấy việc phục vụ")
        assert left_behind(phone) == NOTHING
        assert "47" not in phone.page.content()
    assert [one["mode"] for one in field.kept] == ["kiosk", "kiosk"]
    assert all(one["answers"] == ANSWERS for one in field.kept)


def test_who_walks_away_is_forgotten(field, telephones):
    [(_, code)] = field.invite(name="")
    phone = registered(field, telephones)
    phone.press("Bắt đầu")
    phone.page.fill("#code", code)
    phone.press("Mở phiếu")
    phone.press("Đồng ý và bắt đầu")
    phone.choose("Ông/Bà có đến", "Có")
    phone.fill("Tuổi", "47")
    phone.page.clock.run_for(91_000)
    phone.sees("Ông/Bà còn trả lời không?")
    phone.look("kiosk-idle")
    phone.page.mouse.click(5, 5)
    assert not phone.page.locator("#idle").is_visible()
    assert phone.page.get_by_label("Tuổi").input_value() == "47"
    phone.page.clock.run_for(112_000)
    phone.at("Ông/Bà thấy việc phục vụ")
    assert left_behind(phone) == NOTHING
    phone.page.go_back()
    phone.at("Ông/Bà thấy việc phục vụ")
    assert phone.page.get_by_label("Tuổi").count() == 0
    # The slip is still good.
    phone.press("Bắt đầu")
    phone.page.fill("#code", code)
    phone.press("Mở phiếu")
    phone.at("Mời Ông/Bà trả lời")


def test_only_a_whole_key_takes_the_place_of_the_one_that_is_kept(field, telephones):
    phone = registered(field, telephones)
    kept = phone.page.evaluate("localStorage.getItem('quay')")
    for fragment in ("main", "%", "K7Q2"):
        phone.go(f"/phieu/quay/?{fragment.strip('%')}#{fragment}")
        phone.at("Ông/Bà thấy việc phục vụ")
        assert phone.page.evaluate("localStorage.getItem('quay')") == kept


def test_a_wrong_slip_and_going_away(field, telephones):
    phone = registered(field, telephones)
    phone.press("Bắt đầu")
    phone.press("Mở phiếu")
    phone.sees("Chưa nhập mã")
    phone.page.fill("#code", "0" * 26)
    phone.press("Mở phiếu")
    phone.sees("Không có phiếu nào mang mã này")
    phone.look("kiosk-wrong")
    phone.press("Thôi, không trả lời")
    phone.at("Ông/Bà thấy việc phục vụ")


def test_a_tablet_without_a_key_asks_for_one(field, telephones):
    [(_, code)] = field.invite(name="")
    phone = telephones(size=WIDE)
    phone.go("/phieu/quay/")
    phone.at("Máy này chưa được đăng ký")
    phone.look("kiosk-unknown")
    phone.page.fill("#key", "sai-khoa")
    phone.press("Lưu khóa")
    phone.press("Bắt đầu")
    phone.page.fill("#code", code)
    phone.press("Mở phiếu")
    phone.sees("Khóa của máy không đúng")
    phone.at("Máy này chưa được đăng ký")
    phone.page.fill("#key", field.kiosk("Quầy 2"))
    phone.press("Lưu khóa")
    phone.page.reload()
    phone.at("Ông/Bà thấy việc phục vụ")
