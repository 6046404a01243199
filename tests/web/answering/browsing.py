"""Somebody at a telephone: what they press and read, and what is held to every screen they see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from web.e2e.playing import GUIDE_IMAGES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
PATIENCE = 20_000
# Screens that a guide shows: those of a telephone, as far as one reads.
GUIDES = {
    "day-list": "dieu-tra-01-viec-hom-nay",
    "day-person": "dieu-tra-02-mot-nguoi",
    "day-finished": "dieu-tra-03-da-luu",
    "day-conflict": "dieu-tra-04-bi-trung",
}
MOST_OF_A_PAGE = 900
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# What a thumb must hit, and is smaller than 48 px.
_SMALL = """() => [...document.querySelectorAll("button, .choice, a.button, input:not([type=radio], [type=checkbox], [type=hidden]), textarea, .people a, .error-summary li a")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 48)
  .map((one) => one.outerHTML.slice(0, 120))"""
# Of losing the network, which is what some tests are about.
_HARMLESS = ("Failed to load resource",)


@contextmanager
def chromium(play: Playwright) -> Iterator[Browser]:
    browser = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    yield browser
    browser.close()


class Telephone:
    """A page of a context of its own, watched for complaints of scripts and of the policy."""

    def __init__(
        self, browser: Browser, address: str, folder: Path, *, size: Any = None, **more: Any
    ) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=size or NARROW, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **more
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.address, self.folder = address, folder
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self.shots = 0
        watch(self.page, self.troubles)
        self.page.on("request", lambda one: self.asked.append(one.url))

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def at(self, title: str) -> None:
        """Wait for a screen by its title."""
        self.page.locator("h1", has_text=title).wait_for()

    def choose(self, question: str, *choices: str) -> None:
        group = self.page.get_by_role("group", name=question)
        for one in choices:
            group.get_by_label(one, exact=True).check()

    def fill(self, question: str, text: str) -> None:
        self.page.get_by_role("textbox", name=question).or_(
            self.page.get_by_label(question)
        ).first.fill(text)

    def look(self, name: str) -> None:
        """Hold the screen to what holds for all: axe, width, thumbs; and keep a picture of it."""
        self.shots += 1
        size = self.page.viewport_size or NARROW
        self.page.screenshot(path=self.folder / f"{name}-{size['width']}.png", full_page=True)
        assert self.page.locator("h1").count() == 1, name
        if os.environ.get("PARINDEX_GUIDES") and size == NARROW and name in GUIDES:
            picture = Image.open(self.folder / f"{name}-360.png").convert("RGB")
            seen = picture.crop((0, 0, picture.width, min(picture.height, MOST_OF_A_PAGE)))
            seen.save(GUIDE_IMAGES / f"{GUIDES[name]}.webp", quality=55, method=6)
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{name}: {over} px too wide"
        assert self.page.evaluate(_SMALL) == [], name
        found = Axe().run(self.page, options=_RULES).response["violations"]
        grave = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert not grave, [(one["id"], one["nodes"][0]["html"][:200]) for one in grave]

    # ---- by keyboard alone

    def tab_to(self, selector: str) -> None:
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"Tab never came to {selector}")

    def key(self, *names: str) -> None:
        for one in names:
            self.page.keyboard.press(one)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.outerHTML")).split(">")[0]

    def close(self) -> None:
        self.context.close()
        assert not self.troubles, self.troubles


def watch(page: Page, troubles: list[str]) -> None:
    """Note what scripts and the policy complain of."""

    def console(said: Any) -> None:
        if said.type in {"error", "warning"} and not said.text.startswith(_HARMLESS):
            troubles.append(said.text)

    page.on("console", console)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))


def answer_small_form(phone: Telephone) -> None:
    """The small form of the tests, screen by screen, from the consent to the list of answers."""
    phone.press("Đồng ý và bắt đầu")
    phone.at("Thông tin chung")
    phone.choose("Ông/Bà có đến", "Có")
    phone.fill("Tuổi", "47")
    phone.choose("Biết tin", "Loa phát thanh xã", "Cách khác")
    phone.fill("Ghi cụ thể", "Hàng xóm")
    phone.press("Tiếp tục")
    phone.at("Lần làm thủ tục")
    phone.fill("Ngày đến", "2025-10-20")
    phone.fill("Chờ mấy giờ", "1,5")
    phone.choose("Thái độ", "Rất hài lòng")
    phone.press("Tiếp tục")
    phone.at("Ý kiến khác")
    phone.fill("Góp ý", "Cảm ơn")
    phone.press("Tiếp tục")
    phone.at("Xem lại câu trả lời")
