"""An interviewer's day in Chromium: forty interviews without a network, the browser killed twice."""

import os
import signal
import subprocess
import time
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from web.answering.browsing import (
    ARGUMENTS,
    CHROMIUM,
    NARROW,
    PATIENCE,
    WIDE,
    answer_small_form,
    watch,
)
from web.answering.field import ANSWERS
from web.answering.gate import Gate
from web.desk.login import log_in

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip

from parindex.web.fieldwork.models import Box, Invitation
from parindex.web.fieldwork.states import InvitationState

PASSWORD = "một-mùa-khảo-sát-2025"
FORTY = 40
# An interview as fast as a page can take it: what a hand would press, pressed by a script.
FAST = """async (age) => {
  const main = document.getElementById("answering");
  const until = async (test) => {
    for (let n = 0; n < 600; n += 1) { const found = test(); if (found) return found; await new Promise((done) => setTimeout(done, 10)); }
    throw new Error(`never came: ${test}; ${main.innerText.slice(0, 200)}`);
  };
  const button = (words) => [...main.querySelectorAll("button")].find((one) => one.textContent === words);
  const press = async (words) => (await until(() => button(words))).click();
  const at = (title) => until(() => main.querySelector("h1")?.textContent.startsWith(title));
  const group = (words) => [...main.querySelectorAll(".question")].find((one) => one.textContent.startsWith(words));
  const choose = (words, n) => group(words).querySelectorAll("input")[n].click();
  const type = (words, text) => {
    const field = group(words).querySelector("input, textarea");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const agree = () => button("Đồng ý và bắt đầu") ?? button("Đồng ý và trả lời tiếp");
  const first = await until(() => button("Bắt đầu hỏi") ?? agree());
  first.click();
  if (first.textContent === "Bắt đầu hỏi") (await until(agree)).click();
  await at("Thông tin chung");
  choose("Ông/Bà có đến", 0); type("Tuổi", String(age)); choose("Biết tin", 0); choose("Biết tin", 2); type("Ghi cụ thể", "Hàng xóm");
  await press("Tiếp tục");
  await at("Lần làm thủ tục");
  type("Ngày đến", "2025-10-20"); type("Chờ mấy giờ", "1,5"); choose("Thái độ", 2);
  await press("Tiếp tục");
  await at("Ý kiến khác");
  type("Góp ý", "Cảm ơn");
  await press("Tiếp tục");
  await at("Xem lại");
  await press("Hoàn thành và lưu");
  await at("Đã lưu trong máy");
}"""
HELD = """async () => {
  const { all } = await import("/static/js/interviewing/store.js");
  return all("interviews");
}"""


def until(page, test):
    """Wait until the device holds an interview of which something is so."""
    for _ in range(200):
        if any(test(one) for one in page.evaluate(HELD)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(HELD))


class Tablet:
    """A browser of its own process, with a profile that outlives it."""

    def __init__(self, play, profile, gate) -> None:
        self.play, self.profile, self.gate = play, profile, gate
        self.troubles = []
        self.start()

    def start(self):
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        command = [
            CHROMIUM, "--headless=new", f"--user-data-dir={self.profile}", "--remote-debugging-port=0",
            *ARGUMENTS, "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(400):
            if port.exists() and port.read_text().strip():
                break
            time.sleep(0.05)
        address = f"http://127.0.0.1:{port.read_text().split()[0]}"
        self.browser = self.play.chromium.connect_over_cdp(address)
        self.context = self.browser.contexts[0]
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.pages[0]
        self.page.set_viewport_size(NARROW)
        watch(self.page, self.troubles)

    def kill(self):
        """As when the battery is taken out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def killed_and_opened_again(self):
        self.kill()
        self.start()
        self.page.goto(f"{self.gate.address}/dieu-tra/")
        self.page.locator(".counts").wait_for()

    def count(self, words):
        found = self.page.locator(".counts li").filter(has_text=words).locator("strong")
        return int(found.inner_text())

    def person(self, at):
        self.page.locator(".people a").filter(has_text=f"Nguyễn Thị {at:03}").click()

    def to_list(self):
        self.page.get_by_role("link", name="Về danh sách").click()
        self.page.locator(".counts").wait_for()

    def log_in(self, username):
        self.page.get_by_role("link", name="Đăng nhập").click()
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.locator(".counts").wait_for()


@pytest.fixture
def walked(field):
    field.assign([one for one, _ in field.invite(FORTY)])
    field.people["walker"].set_password(PASSWORD)
    field.people["walker"].save()
    return field


@pytest.fixture
def tablet(play, walked, site, tmp_path):
    parts = urlsplit(site)
    gate = Gate((parts.hostname, parts.port))
    one = Tablet(play, tmp_path, gate)
    yield one
    one.kill()
    gate.end()
    assert not one.troubles, one.troubles


def test_forty_interviews_without_a_network(tablet, walked):
    page, gate = tablet.page, tablet.gate
    page.goto(f"{gate.address}/dieu-tra/")
    tablet.log_in("walker.khao-sat")
    assert tablet.count("chưa hỏi") == FORTY
    page.evaluate("navigator.serviceWorker.ready")

    # The road is closed for the day.
    gate.close()
    page.reload()
    page.locator(".counts").wait_for()
    page.locator(".offline").wait_for()
    for at in range(12):
        tablet.person(at)
        page.evaluate(FAST, 18 + at)
        tablet.to_list()
    # The thirteenth is broken off in the middle of a screen.
    tablet.person(12)
    page.get_by_role("button", name="Bắt đầu hỏi").click()
    page.get_by_role("button", name="Đồng ý và bắt đầu").click()
    page.get_by_role("group", name="Ông/Bà có đến").get_by_label("Có", exact=True).check()
    page.get_by_label("Tuổi").fill("30")
    until(page, lambda one: one["state"] == "draft" and one["answers"].get("age") == "30")
    tablet.killed_and_opened_again()
    page = tablet.page
    assert (tablet.count("chờ gửi"), tablet.count("hỏi dở")) == (12, 1)
    tablet.person(12)
    page.get_by_role("button", name="Hỏi tiếp").click()
    assert page.get_by_label("Tuổi").input_value() == "30"
    page.get_by_role("button", name="Quay lại").click()
    page.evaluate(FAST, 30)
    tablet.to_list()
    # The browser empties its caches; the page still opens.
    assert page.evaluate(
        "caches.keys().then((all) => Promise.all(all.map((one) => caches.delete(one))))"
    ) == [True]
    page.reload()
    page.locator(".counts").wait_for()
    for at in range(13, 27):
        tablet.person(at)
        page.evaluate(FAST, 18 + at)
        if at < 26:
            tablet.to_list()
    # Killed in the very moment at which it says that it is kept.
    tablet.killed_and_opened_again()
    page = tablet.page
    assert tablet.count("chờ gửi") == 27
    for at in range(27, FORTY):
        tablet.person(at)
        page.evaluate(FAST, 18 + at)
        tablet.to_list()
    assert (tablet.count("chờ gửi"), tablet.count("chưa hỏi")) == (FORTY, 0)
    assert Box.objects.count() == 0

    # In the evening the road is open, and the log-in has lapsed.
    gate.open()
    Session.objects.all().delete()
    page.get_by_role("button", name="Gửi và cập nhật").click()
    page.get_by_text("40 phiếu chờ gửi còn nguyên").wait_for()
    assert tablet.count("chờ gửi") == FORTY
    # Receipts are lost on their way, and then the road once more.
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        if len(lost) == 7:
            gate.close()
        route.abort()

    page.route("**/dieu-tra/gui", lambda route: lose(route) if len(lost) < 7 else route.fallback())
    tablet.log_in("walker.khao-sat")
    page.locator(".offline").wait_for()
    assert tablet.count("chờ gửi") == FORTY
    for _ in range(6):
        page.get_by_role("button", name="Gửi và cập nhật").click()
        page.wait_for_timeout(300)
    gate.open()
    page.unroute_all()
    page.get_by_role("button", name="Gửi và cập nhật").click()
    page.get_by_text("hệ thống đã nhận thêm 40 phiếu").wait_for(timeout=60_000)
    assert (tablet.count("đã xong"), tablet.count("chờ gửi")) == (FORTY, 0)

    kept = walked.kept
    assert len(kept) == FORTY
    assert sorted(int(one["answers"]["age"]) for one in kept) == list(range(18, 18 + FORTY))
    assert all({**one["answers"], "age": "47"} == ANSWERS for one in kept)
    assert Invitation.objects.filter(used=True).count() == FORTY
    # What is left on the device is that there were interviews, and nothing of what was said.
    held = page.evaluate(HELD)
    assert {one["state"] for one in held} == {"confirmed"}
    assert not any("answers" in one or "sending" in one for one in held)


# ---- what may go wrong


@pytest.fixture
def phone(telephones, walked):
    return entered(telephones, walked)


def entered(telephones, field, who="walker", **more):
    """A telephone whose browser is logged in, at the list."""
    one = telephones(**more)
    value = log_in(Client(), field.people[who]).cookies[settings.SESSION_COOKIE_NAME].value
    one.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": one.address}]
    )
    one.go("/dieu-tra/")
    one.page.locator(".people a").first.wait_for()
    one.page.evaluate("navigator.serviceWorker.ready")
    return one


def visit(phone, at):
    phone.page.locator(".people a").filter(has_text=f"Nguyễn Thị {at:03}").click()
    phone.at(f"Nguyễn Thị {at:03}")


def finish(phone):
    phone.press("Bắt đầu hỏi")
    answer_small_form(phone)
    phone.press("Hoàn thành và lưu")
    phone.at("Đã lưu trong máy")


def held(phone):
    return phone.page.evaluate(HELD)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])
def test_every_screen_of_the_day(telephones, walked, size):
    phone = entered(telephones, walked, size=size)
    phone.sees("Nguyễn Thị 039")
    phone.look("day-list")
    phone.fill("Tìm theo tên", "thon 3")
    assert phone.page.locator(".people a").count() == FORTY / 5
    phone.fill("Tìm theo tên", "")
    phone.press("English")
    phone.at("Today's work")
    phone.press("Tiếng Việt")
    visit(phone, 1)
    phone.look("day-person")
    phone.press("Không hỏi được")
    phone.press("Lưu")
    phone.sees("Xin chọn một câu trả lời")
    phone.look("day-outcome")
    phone.press("Quay lại")
    finish(phone)
    phone.look("day-finished")


def test_an_interview_is_sent_at_once_where_there_is_a_network(phone, walked):
    visit(phone, 0)
    finish(phone)
    until(phone.page, lambda one: one["state"] == "confirmed")
    assert walked.kept[0]["answers"] == ANSWERS
    assert phone.heading() == "Đã lưu trong máy"


def test_a_conflict_is_kept_and_shown(phone, walked, post):
    phone.context.set_offline(True)
    visit(phone, 0)
    finish(phone)
    Invitation.objects.filter(name="Nguyễn Thị 000").update(used=True, receipt="cua-nguoi-khac")
    phone.context.set_offline(False)
    phone.page.get_by_role("link", name="Về danh sách").click()
    phone.press("Gửi và cập nhật")
    phone.sees("Bị trùng")
    visit(phone, 0)
    phone.sees("Người này đã có phiếu khác được nhận trước")
    phone.look("day-conflict")
    [kept] = held(phone)
    assert kept["state"] == "conflict"
    assert kept["sending"] == ANSWERS
    phone.press("Gửi lại")
    phone.sees("Đã cập nhật.")
    phone.sees("Người này đã có phiếu khác được nhận trước")
    phone.page.once("dialog", lambda one: one.dismiss())
    phone.press("Xóa khỏi máy")
    assert len(held(phone)) == 1
    phone.page.once("dialog", lambda one: one.accept())
    phone.press("Xóa khỏi máy")
    phone.at("Việc hôm nay")
    assert held(phone) == []


def test_what_the_server_refuses_can_be_mended(phone, walked):
    visit(phone, 0)
    phone.page.route("**/dieu-tra/gui", lambda route: route.fulfill(
        status=422, json={"problems": [{"code": "answer.x", "what": "Tuổi chưa đúng.", "fix": "Xem lại."}]}))  # fmt: skip
    finish(phone)
    until(phone.page, lambda one: one["state"] == "refused")
    phone.page.unroute_all()
    phone.page.get_by_role("link", name="Về danh sách").click()
    visit(phone, 0)
    phone.sees("Tuổi chưa đúng.")
    phone.press("Hỏi tiếp")
    phone.at("Xem lại câu trả lời")
    phone.press("Hoàn thành và lưu")
    until(phone.page, lambda one: one["state"] == "confirmed")
    assert len(walked.kept) == 1


def test_a_visit_that_came_to_nothing(phone, walked):
    [(reserve, _)] = walked.invite(state=InvitationState.RESERVE, reserve=True)
    phone.context.set_offline(True)
    visit(phone, 2)
    phone.press("Không hỏi được")
    phone.page.get_by_label("Từ chối trả lời").check()
    phone.press("Lưu")
    phone.sees("Chờ gửi")
    phone.context.set_offline(False)
    phone.press("Gửi và cập nhật")
    phone.sees(reserve.name)
    gone = Invitation.objects.get(name="Nguyễn Thị 002")
    assert (gone.state, gone.reason) == ("replaced", "refused: Từ chối trả lời")


def test_what_somebody_else_asked_waits_for_them(telephones, walked):
    phone = entered(telephones, walked)
    phone.context.set_offline(True)
    visit(phone, 0)
    finish(phone)
    phone.context.clear_cookies()
    value = log_in(Client(), walked.people["other"]).cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": phone.address}]
    )
    phone.context.set_offline(False)
    phone.go("/dieu-tra/")
    phone.sees("phiếu của một điều tra viên khác")
    [kept] = held(phone)
    assert kept["state"] == "finished"
    assert walked.kept == []


def switched(phone, field, who):
    """Another one logs in at the same device."""
    phone.context.clear_cookies()
    value = log_in(Client(), field.people[who]).cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": phone.address}]
    )
    phone.go(f"/dieu-tra/?{who}")
    phone.page.locator(".people a").first.wait_for()


def test_a_shared_tablet_shows_each_their_own_people(telephones, walked):
    [(theirs, _)] = walked.invite(name="Trần Văn Bên")
    walked.assign([theirs], "other")
    phone = entered(telephones, walked)
    refusal = {"problems": [{"code": "answer.x", "what": "Tuổi chưa đúng."}]}
    phone.page.route("**/dieu-tra/gui", lambda route: route.fulfill(status=422, json=refusal))
    visit(phone, 0)
    finish(phone)
    until(phone.page, lambda one: one["state"] == "refused")
    phone.page.unroute_all()
    phone.page.get_by_role("link", name="Về danh sách").click()
    visit(phone, 1)
    phone.press("Bắt đầu hỏi")
    phone.press("Đồng ý và bắt đầu")
    phone.fill("Tuổi", "30")
    until(phone.page, lambda one: one["state"] == "draft" and one["answers"].get("age") == "30")
    [refused, _] = sorted(held(phone), key=lambda one: one["state"], reverse=True)

    switched(phone, walked, "other")
    phone.sees("Trần Văn Bên")
    assert phone.page.locator(".people a").count() == 1
    assert "Nguyễn Thị" not in phone.page.content()
    phone.page.evaluate(f"location.hash = '#/nguoi/{refused['invitation']}'")
    phone.page.wait_for_timeout(300)
    phone.at("Việc hôm nay")
    assert "Nguyễn Thị" not in phone.page.content()
    assert {one["state"] for one in held(phone)} == {"refused", "draft"}

    switched(phone, walked, "walker")
    phone.sees("Nguyễn Thị 000")
    assert "Trần Văn Bên" not in phone.page.content()
    visit(phone, 0)
    phone.sees("Tuổi chưa đúng.")


def test_what_the_server_fails_at_holds_nothing_up_and_what_it_cannot_read_is_told(phone, walked):
    phone.context.set_offline(True)
    for at in range(3):
        visit(phone, at)
        finish(phone)
        phone.page.get_by_role("link", name="Về danh sách").click()
        phone.page.locator(".counts").wait_for()
    answers = iter([500, 413])
    phone.page.route(
        "**/dieu-tra/gui",
        lambda route: (
            route.fulfill(status=status, body="<h1>x</h1>", content_type="text/html")
            if (status := next(answers, 0))
            else route.fallback()
        ),
    )
    phone.context.set_offline(False)
    phone.press("Gửi và cập nhật")
    until(phone.page, lambda one: one["state"] == "confirmed")
    phone.page.wait_for_function("() => document.querySelector('.mark.refused')")
    assert sorted(one["state"] for one in held(phone)) == ["confirmed", "finished", "refused"]
    assert len(walked.kept) == 1
    phone.sees("Hệ thống đang bận")
    phone.press("Gửi và cập nhật")
    phone.page.wait_for_function("() => !document.querySelector('.mark.finished')")
    assert sorted(one["state"] for one in held(phone)) == ["confirmed", "confirmed", "refused"]


def test_an_interview_that_was_begun_while_sending_goes_on(phone, walked):
    waiting = []
    phone.page.route("**/dieu-tra/viec", lambda route: waiting.append(route))  # noqa: PLW0108
    phone.press("Gửi và cập nhật")
    visit(phone, 0)
    phone.press("Bắt đầu hỏi")
    phone.press("Đồng ý và bắt đầu")
    phone.fill("Tuổi", "30")
    assert waiting
    for one in waiting:
        one.continue_()
    phone.sees("Đã cập nhật.")
    assert phone.page.get_by_label("Tuổi").input_value() == "30"
    assert phone.heading() == "Thông tin chung"


def test_the_device_is_read_again_after_its_storage_was_taken_over(phone, walked):
    # As when a newer version of the page was opened beside this one, and closed.
    phone.page.evaluate(
        """() => new Promise((done) => { indexedDB.deleteDatabase("dieu-tra").onsuccess = done; })"""
    )
    phone.press("Gửi và cập nhật")
    phone.sees("Nguyễn Thị 000")
    phone.sees("Đã cập nhật.")


def test_a_device_that_is_nearly_full_says_so(telephones, walked):
    full = "navigator.storage.estimate = async () => ({ usage: 95e6, quota: 1e8 });"
    phone = telephones()
    phone.context.add_init_script(full)
    phone.go("/dieu-tra/")
    phone.sees("Máy sắp hết chỗ: còn khoảng 5 MB")


def test_an_answer_that_cannot_be_written_is_told_at_once(phone, walked):
    visit(phone, 0)
    phone.press("Bắt đầu hỏi")
    phone.press("Đồng ý và bắt đầu")
    phone.page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    phone.choose("Ông/Bà có đến", "Có")
    phone.sees("Máy không ghi được câu trả lời vừa rồi")


def test_the_browser_is_asked_to_keep_what_it_holds(telephones, walked):
    phone = telephones()
    phone.context.add_init_script(
        "navigator.storage.persist = async () => { window.asked = true; return true; };"
    )
    phone.go("/dieu-tra/")
    phone.page.wait_for_function("() => window.asked")


def test_work_that_was_taken_away_leaves_the_device(phone, walked):
    walked.assign([])
    Invitation.objects.get(name="Nguyễn Thị 005").assigned.delete()
    phone.press("Gửi và cập nhật")
    phone.page.get_by_text("Nguyễn Thị 005").wait_for(state="detached")
    names = phone.page.evaluate(
        """async () => (await (await import("/static/js/interviewing/store.js")).all("people")).map((one) => one.name)"""
    )
    assert "Nguyễn Thị 005" not in names
    assert len(names) == FORTY - 1
