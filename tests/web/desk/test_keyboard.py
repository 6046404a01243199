"""Self-scoring by the keyboard alone, in a real browser: from my work to the sheet handed in."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from web.desk.login import log_in
from web.province import Province, build

from parindex.web.assessment.actions import phasing
from parindex.web.assessment.models import ItemLine, ScoreEntry, Sheet
from parindex.web.assessment.states import PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.journal.queries import verify

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
# What a person would wait for without a thought.
SOON = 30_000


@pytest.fixture
def province(committed_db: Any) -> Province:
    start = datetime.now(UTC) - timedelta(days=3)
    made = build(start=start)
    with clock.at(start + timedelta(hours=1)):
        phasing.open_phase(made.admin, made.phase(PhaseKind.SELF_SCORING).id)
    return made


@pytest.fixture
def page(province: Province, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A browser logged in as the officer of finance; the mouse is never touched."""
    from playwright.sync_api import sync_playwright

    session = log_in(Client(), province.people["officer"]).cookies[settings.SESSION_COOKIE_NAME]
    # The browser's driver keeps a loop in this thread; the tables are read in between.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        one = context.new_page()
        one.set_default_timeout(SOON)
        one.goto(f"{live_server.url}/desk/")
        yield one
        # Within the driver's loop Django has a connection of its own.
        connections.close_all()
        browser.close()


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is where it should be; a page that cannot be reached fails."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def saved(page: Any) -> None:
    """Wait until the page says that it is saved."""
    page.wait_for_selector('[data-saved][data-state="saved"]')


def test_self_scoring_by_keyboard_alone(page: Any, province: Province) -> None:
    sheet = province.sheet_id("finance")
    tab_to(page, ".waits .button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sheets/**")
    # j walks the rows, Enter opens one.
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Ban hành kế hoạch kịp thời"
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/1.1.1/")
    tab_to(page, "input[name=option]")
    page.keyboard.press("Space")
    saved(page)
    assert "Được 1 trên 1 điểm" in page.inner_text("#points")
    # n is the next item; a figure with a comma, live points, and a note.
    page.keyboard.press("n")
    page.wait_for_url("**/items/1.1.2/")
    tab_to(page, "input[name=numerator]")
    page.keyboard.type("18,5")
    page.keyboard.press("Tab")
    page.keyboard.type("20")
    page.wait_for_selector("#points:has-text('1,85')")
    tab_to(page, "textarea[name=note]")
    page.keyboard.type("Báo cáo số 12, trang 3")
    saved(page)
    tab_to(page, "#entry a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/1.2.1/")
    tab_to(page, "input[name=count]")
    page.keyboard.type("0")
    saved(page)
    tab_to(page, "#entry a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/2.1.1/")
    tab_to(page, "input[name=points]")
    page.keyboard.type("2,5")
    # What is wrong is said at the field, and mended there.
    page.wait_for_selector("#points-slot .wrong")
    page.wait_for_selector('[data-saved][data-state="invalid"]')
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    saved(page)
    assert "Được 2 trên 2 điểm" in page.inner_text("#points")
    hand_in(page)
    assert Sheet.objects.get(id=sheet).state == SheetState.IN_UNIT_REVIEW
    kept = ItemLine.objects.filter(sheet=sheet, claim__isnull=False).values_list("item", "claimed")
    assert {item: str(points.normalize()) for item, points in kept} == {
        "1.1.1": "1", "1.1.2": "1.85", "1.2.1": "1", "2.1.1": "2",
    }  # fmt: skip
    assert (
        ScoreEntry.objects.filter(item="1.1.2").latest("version").note == "Báo cáo số 12, trang 3"
    )
    assert list(verify()) == []


def test_nothing_is_called_saved_when_the_session_has_ended(
    page: Any, province: Province, live_server: Any
) -> None:
    page.goto(f"{live_server.url}/desk/sheets/{province.sheet_id('finance')}/items/1.2.1/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    tab_to(page, "input[name=count]")
    page.keyboard.type("3")
    page.wait_for_selector('[data-saved][data-state="failed"]')
    assert page.input_value("input[name=count]") == "3"
    assert not ScoreEntry.objects.exists()


def hand_in(page: Any) -> None:
    """Back to the list, check, hand in: Tab and Enter."""
    tab_to(page, ".trail a[href*='/sheets/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sheets/[^/]+/(\?.*)?$"))
    tab_to(page, "a.button[href$='/check/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#messages .notice.success")
    assert "Đã gửi phiếu để lãnh đạo đơn vị duyệt" in page.inner_text("#messages")


def test_two_browsers_never_overwrite_each_other(
    page: Any, province: Province, live_server: Any
) -> None:
    url = f"{live_server.url}/desk/sheets/{province.sheet_id('finance')}/items/1.2.1/"
    page.goto(url)
    other = log_in(Client(), province.people["officer2"])
    answer = other.post(url.removeprefix(live_server.url), {"base": "0", "count": "1"})
    assert answer.status_code == 302
    tab_to(page, "input[name=count]")
    page.keyboard.type("3")
    page.wait_for_selector(".conflict")
    assert "Người officer2" in page.inner_text(".conflict")
    assert page.input_value("input[name=count]") == "3"
    page.wait_for_selector('[data-saved][data-state="invalid"]')
    # The focus is at the conflict; one's own figure is chosen and kept.
    tab_to(page, "input[name=keep-count]")
    if page.evaluate("document.activeElement.value") != "mine":
        page.keyboard.press("ArrowUp")
    assert page.evaluate("document.querySelector('[name=keep-count]:checked').value") == "mine"
    tab_to(page, ".conflict button[name=resolve]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#messages .notice.success")
    found = ScoreEntry.objects.order_by("version").values_list("quantity", flat=True)
    assert [one["count"] for one in found] == ["1", "3"]
