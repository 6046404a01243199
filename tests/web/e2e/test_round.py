"""A whole round played in a real browser, through the pages alone: from founding to approval.

Screenshots are kept in PARINDEX_ARTEFACTS, or in the folder of the run; with PARINDEX_GUIDES=1
those of the guides are written to docs/images/guides too.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from web.e2e.playing import PASSWORD, PATIENCE, WIDE, Album, Person, one_time_code, watched
from web.e2e.round_of_two import (
    FINANCE,
    FINDINGS,
    HEALTH,
    HOME,
    JUSTICE,
    PEOPLE,
    RULEBOOK,
    filled,
    paper,
    people_book,
)

# What each appraiser finds where it is not what the unit claimed: (unit, item).
FOUND = {
    (FINANCE, "1.1.1"): ("sau 15/01", "Kế hoạch ban hành ngày 20/01, sau thời hạn 15/01"),
    (FINANCE, "2.1.2"): ("95,5", "Theo thông báo của cơ quan đánh giá"),
    (HEALTH, "2.1.2"): ("72", "Theo thông báo của cơ quan đánh giá"),
}


class Stage:
    """The server, the browser, who has come so far, and what went wrong on any page."""

    def __init__(self, browser: Any, address: str, album: Album) -> None:
        self.browser, self.address, self.album = browser, address, album
        self.troubles: list[str] = []
        self.people: dict[str, Person] = {}

    def enter(self, username: str) -> Person:
        """A person at a browser of their own."""
        context = self.browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport=WIDE)  # fmt: skip
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        # Listened for from the beginning: a dialog asked for before that would be the system's own.
        page.on("filechooser", lambda _: None)
        watched(page, self.address, self.troubles)
        self.people[username] = Person(username, page, self.address, self.album)
        return self.people[username]

    def ends(self) -> None:
        """Where everybody stood: what a failure is read from."""
        for username, one in self.people.items():
            one.page.screenshot(path=self.album.folder / f"last-{username}.png", full_page=True)

    def invited(self, admin: Person, username: str, *, shots: bool = False) -> Person:
        """The administrator sends the link; its person sets a password and logs in."""
        admin.go("/desk/people/?q=" + username)
        admin.press(PEOPLE[username][0])
        if shots:
            admin.shot("quan-tri-05-tai-khoan")
        admin.press("Gửi đường dẫn đặt mật khẩu")
        admin.told("Đã gửi đường dẫn đặt mật khẩu")
        [path] = re.findall(r"https?://[^/\s]+(/accounts/\S+)", str(mail.outbox[-1].body))
        one = self.enter(username)
        one.go(path)
        one.page.fill("input[name=password1]", PASSWORD)
        one.page.fill("input[name=password2]", PASSWORD)
        if shots:
            one.shot("can-bo-01-dat-mat-khau")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/done/")
        one.log_in()
        if PEOPLE[username][1] == "appraiser":
            one.set_up_second_factor()
            self.with_second_factor(one)
        one.page.wait_for_url("**/desk/")
        return one

    def with_second_factor(self, one: Person) -> None:
        """Turn it on, and prove it once more for this session."""
        secret = str(one.page.inner_text("#authenticator_secret")).strip()
        one.press("Bật ứng dụng xác thực")
        one.page.wait_for_load_state()
        one.go("/desk/")
        one.page.fill("input[name=code]", one_time_code(secret, later=1))
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/desk/")


def command(database: str, *words: str, said: str = "") -> str:
    """One of the host's own commands, as a process of its own; what it says."""
    environment = os.environ | {
        "PARINDEX_DATABASE_URL": database, "PARINDEX_DATA": str(settings.DATA), "PARINDEX_LANG": "vi",
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", *words], input=said, env=environment, text=True, capture_output=True,
        check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_a_whole_round_is_played_through_the_pages(
    committed_db: Any,
    live_server: Any,
    browser: Any,
    album: Album,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    command(
        committed_db.url, "parindex.web", "found_issuer", "tay-ninh", "Ủy ban nhân dân tỉnh Tây Ninh",
        "--administrator", "nguyen.van.an", "--person", "Nguyễn Văn An",
        "--email", "nguyen.van.an@tayninh.example", said=PASSWORD + "\n",
    )  # fmt: skip
    stage = Stage(browser, live_server.url, album)
    request.addfinalizer(stage.ends)
    admin = administrator_comes(stage)
    people_from_excel(admin)
    round_ = plan_round(admin)
    team = {one: stage.invited(admin, one, shots=one == "tran.thi.binh") for one in PEOPLE}
    open_phase(admin, round_, "quan-tri-11-mo-giai-doan")
    binh, dung = team["tran.thi.binh"], team["pham.thi.dung"]
    self_scoring_by_keyboard(binh, browser)
    self_scoring_by_workbook(dung, tmp_path)
    sign(team["le.van.cuong"], FINANCE, shots=True)
    sign(team["hoang.van.em"], HEALTH, lacking=True)
    admin.go(f"{round_}matrix/")
    admin.shot("quan-tri-13-bang-theo-doi")
    open_phase(admin, round_)
    appraise(team["vo.thi.giang"], shots=True, ask={(HEALTH, "1.1.2"): "Đề nghị gửi danh mục nhiệm vụ đã hoàn thành."})  # fmt: skip
    appraise(team["dang.van.hai"])
    open_phase(admin, round_)
    explain(binh, "1.1.1", "Kế hoạch số 15/KH-STC ban hành ngày 12/01, xem trang 1 của tài liệu.", shots=True)  # fmt: skip
    explain(dung, "1.1.2", "Danh mục 18 nhiệm vụ đã hoàn thành gửi kèm báo cáo năm.")
    open_phase(admin, round_)
    appraise(team["vo.thi.giang"])
    figures(admin, round_)
    open_phase(admin, round_)
    council(team["bui.thi.khanh"])
    team["ngo.van.long"].go(f"{round_}matrix/?show=points")
    team["ngo.van.long"].shot("lanh-dao-02-bang-diem")
    shown = index_and_approval(admin, round_)
    folder = admin.download(lambda: admin.press("Tải thư mục của kỳ"))
    assert scored(folder, tmp_path) == shown
    assert shown[FINANCE][:2] == ("2/2", "87,30")
    watchers(team["ngo.van.long"], binh, admin, round_)
    assert "Đúng" in command(committed_db.url, "parindex.web", "journal", "verify")
    assert stage.troubles == []


def administrator_comes(stage: Stage) -> Person:
    """The first log-in asks for a second factor; the next one asks for its code."""
    admin = stage.enter("nguyen.van.an")
    admin.go("/accounts/login/")
    admin.shot("chung-01-dang-nhap")
    admin.log_in()
    secret = admin.set_up_second_factor()
    admin.shot("chung-02-xac-thuc")
    admin.press("Bật ứng dụng xác thực")
    admin.page.wait_for_load_state()
    admin.shot("chung-03-ma-du-phong")
    admin.page.context.clear_cookies()
    admin.log_in()
    admin.page.fill("input[name=code]", one_time_code(secret, later=1))
    admin.shot("chung-04-nhap-ma")
    admin.page.keyboard.press("Enter")
    admin.page.wait_for_url("**/desk/")
    return admin


def people_from_excel(admin: Person) -> None:
    """A workbook with a wrong role is told where; the mended one is shown first, then written."""
    admin.go("/desk/people/import/")
    admin.shot("quan-tri-02-nhap-excel")
    admin.attach("#file", "don-vi-nguoi-dung.xlsx", people_book(wrong=True))
    admin.press("Xem trước thay đổi")
    admin.sees("Bảng tính có 1 chỗ phải sửa")
    admin.shot("quan-tri-03-chinh-loi")
    assert admin.download(lambda: admin.press("Tải bảng tính với các ô sai đã đánh dấu"))[:2] == b"PK"  # fmt: skip
    admin.press("Chọn tệp khác")
    admin.attach("#file", "don-vi-nguoi-dung.xlsx", people_book())
    admin.press("Xem trước thay đổi")
    admin.shot("quan-tri-04-xem-truoc")
    admin.press("Ghi")
    admin.told("Đã nhập")


def plan_round(admin: Person) -> str:
    """Criteria, phases, units and appraising bodies; the round's address."""
    admin.go("/desk/rounds/")
    admin.press("Lập kỳ đánh giá đầu tiên")
    admin.fill("Tên kỳ đánh giá", "Chỉ số cải cách hành chính các sở, ngành (minh họa)")
    admin.shot("quan-tri-06-lap-ky")
    admin.press("Tiếp: chọn bộ tiêu chí")
    admin.attach("#file", "bo-tieu-chi.yaml", RULEBOOK.encode())
    admin.press("Kiểm tra và nhập")
    admin.told("Đã nhập bộ tiêu chí")
    admin.shot("quan-tri-07-bo-tieu-chi")
    admin.press("Tiếp: các giai đoạn")
    admin.shot("quan-tri-08-giai-doan")
    admin.press("Tiếp: kiểm tra")
    admin.shot("quan-tri-09-kiem-tra", guide=False)
    admin.press("Lập kỳ đánh giá")
    admin.told("Đã lập kỳ")
    round_: str = "/desk/rounds/" + admin.page.url.rstrip("/").rsplit("/", 1)[1] + "/"
    admin.press("Thêm đơn vị vào kỳ")
    for unit in (FINANCE, HEALTH):
        admin.page.get_by_label(unit).check()
    admin.press("Thêm các đơn vị đã chọn")
    admin.told("Đã đưa 2 đơn vị")
    admin.go(f"{round_}appraisers/")
    admin.page.select_option("[name=body-home-affairs]", label=HOME)
    admin.page.select_option("[name=body-justice]", label=JUSTICE)
    admin.shot("quan-tri-10-co-quan-tham-dinh")
    admin.press("Lưu phân công")
    admin.told("Mọi mục đã có cơ quan thẩm định")
    return round_


def open_phase(admin: Person, round_: str, shot: str = "") -> None:
    """Open the phase that comes next."""
    admin.go(f"{round_}phases/")
    admin.press("Mở giai đoạn")
    if shot:
        admin.shot(shot)
    admin.confirm("Mở “")
    admin.told("Đã mở")
    if shot:
        admin.shot("quan-tri-12-ky-danh-gia")


def self_scoring_by_keyboard(binh: Person, browser: Any) -> None:
    """From the desk to the sheet handed in; the mouse is not touched."""
    plan = paper(browser, "KẾ HOẠCH<br>Cải cách hành chính năm", "15/KH-STC", "Ban hành kèm theo kế hoạch này các nhiệm vụ cải cách hành chính của Sở Tài chính.")  # fmt: skip
    binh.go("/desk/")
    binh.shot("can-bo-02-viec-cua-toi")
    binh.tab_to(".waits .button")
    binh.key("Enter")
    binh.page.wait_for_url("**/sheets/**")
    binh.shot("can-bo-03-phieu")
    binh.key("j")
    binh.key("Enter")
    binh.page.wait_for_url("**/items/1.1.1/")
    binh.tab_to("input[name=option]")
    binh.key("Space")
    saved(binh)
    binh.tab_to("#evidence-file")
    with binh.page.expect_file_chooser() as asked:
        binh.key("Enter")
    asked.value.set_files(
        {"name": "ke-hoach-15.pdf", "mimeType": "application/pdf", "buffer": plan}
    )
    binh.tab_to("#evidence-title-field")
    binh.type("Kế hoạch cải cách hành chính năm")
    binh.tab_to("#evidence-number")
    binh.type("15/KH-STC")
    binh.tab_to("#evidence-page")
    binh.type("1")
    binh.tab_to("#evidence-add button[type=submit]")
    binh.key("Enter")
    binh.page.wait_for_selector("#evidence .evidence-list li")
    binh.page.wait_for_selector("evidence-viewer canvas")
    binh.page.wait_for_timeout(500)
    binh.shot("can-bo-04-mot-muc")
    for item, fields in {
        "1.1.2": {"numerator": "18,5", "denominator": "20"},
        "1.2.1": {"count": "1"},
        "2.1.1": {"points": "1,5"},
    }.items():
        binh.tab_to("[data-key=n]")
        binh.key("n")
        binh.page.wait_for_url(f"**/items/{item}/")
        for name, value in fields.items():
            binh.tab_to(f"input[name={name}]")
            binh.type(value)
        saved(binh)
    binh.shot("can-bo-05-diem-tinh-ngay", guide=False)
    binh.tab_to("[data-key=u]")
    binh.key("Enter")
    binh.page.wait_for_url(re.compile(r"/sheets/[^/]+/(\?.*)?$"))
    binh.tab_to("a.button[href$='/check/']")
    binh.key("Enter")
    binh.page.wait_for_url("**/check/")
    binh.shot("can-bo-06-kiem-tra")
    binh.tab_to("main form button[type=submit]")
    binh.key("Enter")
    binh.told("Đã gửi phiếu để lãnh đạo đơn vị duyệt")


def saved(one: Person) -> None:
    """Leave the field, and wait until the page says that it is saved."""
    one.page.wait_for_selector('[data-saved][data-state="saved"]')


def self_scoring_by_workbook(dung: Person, folder: Path) -> None:
    """The workbook out, filled with a wrong cell, marked; mended, tried, confirmed; handed in."""
    dung.go("/desk/")
    dung.page.locator(".waits .button").first.click()
    dung.page.wait_for_url("**/sheets/**")
    sheet = dung.page.url.removeprefix(dung.address).split("?")[0]
    workbook = dung.download(lambda: dung.press("Tải phiếu Excel"))
    dung.press("Nạp phiếu Excel")
    dung.shot("can-bo-07-nap-excel")
    typed = {
        ("1.1.1", "option"): "trước 15/01", ("1.1.2", "numerator"): "mười tám",
        ("1.1.2", "denominator"): 20, ("1.2.1", "count"): 0, ("2.1.1", "points"): "1,75",
        ("2.1.1", "note"): "Theo báo cáo số 41",
    }  # fmt: skip
    dung.attach("#workbook-file", "phieu-so-y-te.xlsx", filled(workbook, typed))
    dung.press("Xem trước thay đổi")
    dung.sees("Có 1 chỗ cần sửa trong tệp")
    dung.shot("can-bo-08-o-sai")
    marked = dung.download(lambda: dung.press("Tải tệp đã đánh dấu chỗ sai"))
    (folder / "marked.xlsx").write_bytes(marked)
    dung.press("Tải tệp khác lên")
    dung.attach("#workbook-file", "phieu-so-y-te.xlsx", filled(marked, {("1.1.2", "numerator"): 18}))  # fmt: skip
    dung.press("Xem trước thay đổi")
    dung.sees("Các mục sẽ thay đổi")
    dung.shot("can-bo-09-xem-truoc")
    dung.press("Ghi các mục vào phiếu")
    dung.page.wait_for_url(f"**{sheet}*")
    dung.press("Kiểm tra và gửi phiếu")
    dung.press("Gửi phiếu để duyệt")
    dung.told("Đã gửi phiếu để lãnh đạo đơn vị duyệt")


def sign(head: Person, unit: str, *, lacking: bool = False, shots: bool = False) -> None:
    """The head looks the sheet over, types the words and sends it."""
    head.go("/desk/")
    if shots:
        head.shot("thu-truong-01-viec-cua-toi")
    head.page.locator(".waits .button").first.click()
    head.sees(unit)
    if "/sign/" not in head.page.url:
        head.press("Duyệt và gửi phiếu")
    if lacking:
        head.page.get_by_label("Vẫn gửi dù còn thiếu").check()
    if shots:
        head.shot("thu-truong-02-duyet-gui")
    head.confirm("Gửi phiếu tự chấm điểm")
    head.page.locator("#messages .notice.success").first.wait_for()
    if shots:
        head.shot("thu-truong-03-da-gui")


def appraise(one: Person, *, shots: bool = False, ask: dict[tuple[str, str], str] | None = None) -> None:  # fmt: skip
    """Work through the queue: accept, or find otherwise and say why; ask where it is unclear."""
    one.go("/desk/")
    one.press("Hàng đợi thẩm định", within="header")
    if shots:
        one.shot("tham-dinh-01-hang-doi")
    one.page.locator("tr[data-row] a").first.click()
    asked = dict(ask or {})
    while "/desk/appraisal/" in one.page.url:
        where = one.page.inner_text("main .kicker").strip(), one.page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]  # fmt: skip
        if where in asked:
            one.page.get_by_text("Yêu cầu đơn vị giải trình").click()
            one.fill("Cần giải trình điều gì", asked.pop(where))
            one.press("Gửi yêu cầu giải trình")
            one.told("Đã ghi yêu cầu giải trình")
        if where in FOUND:
            found(one, *FOUND[where])
        else:
            with one.page.expect_response("**from=claim*"):
                one.key("a")
            one.page.locator("#points strong").first.wait_for()
        if shots and where in FOUND:
            one.page.wait_for_timeout(800)
            one.shot("tham-dinh-02-mot-muc")
            shots = False
        before = one.page.url
        one.key("s")
        one.page.wait_for_url(lambda url, before=before: url != before)
        one.page.locator("#messages .notice.success").first.wait_for()
    assert not asked


def found(one: Person, value: str, reason: str) -> None:
    """Type what was found, and why."""
    option = one.page.get_by_role("radio", name=value)
    if option.count():
        option.check()
    else:
        one.page.locator("#finding-fields input").first.fill(value)
    one.fill("Lý do", reason)
    one.page.locator("#points strong").first.wait_for()
    one.page.locator("#reason").blur()


def explain(officer: Person, item: str, text: str, *, shots: bool = False) -> None:
    """Answer what was asked."""
    officer.go("/desk/")
    officer.page.locator(".waits .button").first.click()
    if "/explanations/" not in officer.page.url and "/items/" not in officer.page.url:
        officer.press("Trả lời các yêu cầu giải trình")
    if shots:
        officer.shot("can-bo-10-yeu-cau")
    if "/items/" not in officer.page.url:
        officer.page.locator(".tasks a.go").first.click()
    officer.page.wait_for_url(f"**/items/{item}/**")
    officer.page.get_by_role("radio", name="Giải trình").check()
    officer.fill("Nội dung giải trình", text)
    if shots:
        officer.shot("can-bo-11-giai-trinh")
    officer.press("Gửi trả lời")
    officer.page.locator("#messages .notice.success").first.wait_for()


def figures(admin: Person, round_: str) -> None:
    """The survey's findings, checked before they are put."""
    admin.go(f"{round_}tables/")
    admin.page.select_option("[name=name]", "findings.csv")
    admin.fill("Nguồn số liệu", "Báo cáo điều tra số 12/BC-SNV (minh họa)")
    admin.attach("[name=file]", "findings.csv", FINDINGS.encode(), "text/csv")
    admin.shot("quan-tri-14-so-lieu")
    admin.press("Kiểm tra tệp")
    admin.sees("Đọc được 2 dòng, không có chỗ sai")
    admin.press("Ghi bảng này vào kỳ")
    admin.told("Đã ghi")


def council(chair: Person) -> None:
    """What is still disputed is decided with a vote and the minutes."""
    chair.go("/desk/")
    chair.press("Hội đồng", within="header")
    chair.shot("hoi-dong-01-danh-sach")
    chair.press("Ghi quyết định")
    chair.page.get_by_role("radio", name="trước 15/01").check()
    chair.fill("Lý do của quyết định", "Chấp nhận giải trình: kế hoạch ghi ngày 12/01")
    for name, votes in {"in_favour": "6", "against": "1", "abstained": "0"}.items():
        chair.page.fill(f"[name={name}]", votes)
    chair.fill("Số biên bản", "12/BB-HĐTĐ")
    chair.page.fill("[name=held_on]", chair.page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Ho_Chi_Minh'})"))  # fmt: skip
    chair.page.wait_for_timeout(600)
    chair.shot("hoi-dong-02-quyet-dinh")
    chair.press("Kiểm tra quyết định")
    chair.sees("Ghi quyết định này?")
    chair.shot("hoi-dong-03-kiem-tra", guide=False)
    chair.press("Ghi quyết định")
    chair.told("Đã ghi quyết định của Hội đồng")


Shown = dict[str, tuple[str, ...]]


def index_and_approval(admin: Person, round_: str) -> Shown:
    """The provisional index, then the approval; what the approved page shows of each unit."""
    admin.go(f"{round_}index/")
    admin.sees("TẠM TÍNH")
    admin.shot("quan-tri-15-chi-so-tam-tinh")
    before = ranking(admin)
    admin.go(f"{round_}approve/")
    admin.shot("quan-tri-16-phe-duyet")
    admin.confirm("Phê duyệt kết quả")
    admin.told("Đã phê duyệt kết quả")
    admin.go(f"{round_}index/")
    admin.shot("quan-tri-17-ket-qua")
    assert ranking(admin) == before
    return before


def ranking(one: Person) -> Shown:
    """Unit: rank, index and class, as the table shows them."""
    rows = one.page.locator("main table tbody tr").all()
    return {
        row.locator("th").inner_text(): tuple(
            row.locator("td").nth(n).inner_text() for n in range(3)
        )
        for row in rows
    }


def scored(folder: bytes, into: Path) -> Shown:
    """What `parindex score` makes of the downloaded folder, in the words of the page."""
    with zipfile.ZipFile(io.BytesIO(folder)) as packed:
        packed.extractall(into / "round")
        top = packed.namelist()[0].split("/")[0]
    command("", "parindex", "score", str(into / "round" / top), "--out", str(into / "out"))
    with (into / "out" / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["name"]: (f"{row['rank']}/{len(rows)}", row["index"].replace(".", ","), {"good": "Tốt"}[row["class"]])
        for row in rows
    }  # fmt: skip


def watchers(leader: Person, officer: Person, admin: Person, round_: str) -> None:
    """What the leader, the unit and the journal show when it is over."""
    leader.go("/desk/")
    leader.shot("lanh-dao-01-viec-cua-toi")
    leader.go(round_)
    leader.shot("lanh-dao-03-ky-danh-gia", guide=False)
    officer.go("/desk/")
    officer.shot("can-bo-12-xong", guide=False)
    officer.go("/desk/notifications/")
    officer.shot("chung-05-thong-bao", guide=False)
    admin.go(f"{round_}journal/")
    admin.shot("quan-tri-18-nhat-ky")
    admin.go("/desk/journal/verify/")
    admin.shot("quan-tri-19-kiem-tra-nhat-ky", guide=False)
