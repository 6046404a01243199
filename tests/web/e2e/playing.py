"""A person at a browser: logs in, presses, types, looks; and the screenshots that are kept."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import shutil
import struct
import time
from base64 import b32decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
GUIDE_IMAGES = ROOT / "docs" / "images" / "guides"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "một-mùa-cải-cách-2025"
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 780}
# How much of a long page a guide shows, in px.
MOST_OF_A_PAGE = 1250
# What is waited for at most; a machine may be busy with more than this test.
PATIENCE = 15_000
# Of a PDF reader that misses fonts; of htmx where newer figures are asked for before the answer.
_HARMLESS = ("Warning: ", "htmx:sendAbort", "htmx:afterRequest")


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield browser
        browser.close()


def watched(page: Any, address: str, troubles: list[str]) -> None:
    """Note errors of scripts, refusals by the content policy and requests that leave the house."""

    def console(said: Any) -> None:
        text = said.text
        refused = "Content Security Policy" in text or "Content-Security-Policy" in text
        failed = said.type == "error" and "Failed to load resource" not in text
        if (refused or failed) and not text.startswith(_HARMLESS):
            troubles.append(f"{page.url}: console: {text}")

    def request(asked: Any) -> None:
        if not asked.url.startswith((address, "data:", "blob:")):
            troubles.append(f"{page.url}: asks {asked.url}")

    def response(given: Any) -> None:
        if given.status >= 500:
            troubles.append(f"{given.url}: {given.status}")

    page.on("console", console)
    page.on("request", request)
    page.on("response", response)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: script: {error}"))


def one_time_code(secret: str, *, later: int = 0) -> str:
    """What the telephone shows (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    mac = hmac.new(b32decode(secret, casefold=True), counter, hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass
class Album:
    """Where the screenshots go; those of the guides to the documentation too, when asked."""

    folder: Path
    taken: list[str] = field(default_factory=list)

    @property
    def for_guides(self) -> bool:
        return bool(os.environ.get("PARINDEX_GUIDES"))

    def take(self, page: Any, name: str, *, guide: bool = False) -> None:
        """Keep the page at 1280 and at 360 px; of a guide, what a person sees first."""
        page.mouse.move(0, 0)
        self._wide(page, name, guide=guide)
        page.set_viewport_size(NARROW)
        page.screenshot(path=self.folder / f"{name}-360.png", full_page=True)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        page.set_viewport_size(WIDE)
        assert over <= 0, f"{name}: {over} px too wide at 360"

    def _wide(self, page: Any, name: str, *, guide: bool) -> None:
        page.evaluate("scrollTo(0, 0)")
        whole = page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        self.taken.append(name)
        if guide and self.for_guides:
            seen = Image.open(io.BytesIO(whole)).convert("RGB")
            top = seen.crop((0, 0, seen.width, min(seen.height, MOST_OF_A_PAGE)))
            size = (960, round(top.height * 960 / top.width))
            top.resize(size, Image.Resampling.LANCZOS).save(
                GUIDE_IMAGES / f"{name}.webp", quality=55, method=6
            )


@dataclass
class Person:
    """Somebody at a browser of their own."""

    username: str
    page: Any
    address: str
    album: Album

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, text: str, *, within: str = "main") -> None:
        """Press the one button or link of that name."""
        named = re.compile(rf"^\s*{re.escape(text)}")
        button = self.page.locator(f"{within} button:visible").filter(has_text=named)
        link = self.page.locator(f"{within} a:visible").filter(has_text=named)
        (button if button.count() else link).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label).first.select_option(label=option)

    def attach(
        self, selector: str, name: str, content: bytes, kind: str = "application/octet-stream"
    ) -> None:
        self.page.set_input_files(selector, {"name": name, "mimeType": kind, "buffer": content})

    def confirm(self, button: str) -> None:
        """Type the words that a final act asks for, and press its button."""
        words = self.page.get_attribute("#confirm-words", "data-confirm-words")
        self.page.fill("#confirm-words", words)
        self.press(button)

    def told(self, text: str) -> None:
        """What was done is said."""
        self.page.locator("#messages .notice").filter(has_text=text).first.wait_for()

    def sees(self, text: str) -> None:
        self.page.locator("main").get_by_text(text).first.wait_for()

    def shot(self, name: str, *, guide: bool = True) -> None:
        self.album.take(self.page, name, guide=guide)

    def download(self, press: Callable[[], None]) -> bytes:
        with self.page.expect_download() as coming:
            press()
        return Path(coming.value.path()).read_bytes()

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is where it should be; what cannot be reached fails."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"Tab never came to {selector} on {self.page.url}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def log_in(self, password: str = PASSWORD) -> None:
        """By the page, with the keyboard."""
        self.go("/accounts/login/")
        self.tab_to("input[name=login]")
        self.type(self.username)
        self.tab_to("input[name=password]")
        self.type(password)
        self.key("Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def set_up_second_factor(self) -> str:
        """From the page that a new log-in is sent to; the secret."""
        self.page.wait_for_url("**/accounts/2fa/")
        self.press("Bật ứng dụng xác thực")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        secret = str(self.page.inner_text("#authenticator_secret")).strip()
        self.page.fill("input[name=code]", one_time_code(secret))
        return secret
