"""The page that verifies a bundle, in Chromium, under both policies of the project."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from publication import bundles, mutations
from web.face.conftest import POLICY

from parindex.web.answering.lean import POLICY as LEAN

PATIENCE = 30_000
PAGE = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="icon" href="/static/mark.svg">
  <link rel="stylesheet" href="/static/parindex.css">
  <link rel="stylesheet" href="/static/verifying.css">
  <script type="module" src="/static/js/verifying/page.js"></script>
</head>
<body>
  <main data-bundle-url="/bundle.zip">
    <div class="wrap">
      <h1>{title}</h1>
      <p>{about}</p>
      <p><button type="button" data-verify="start">{start}</button></p>
      <div class="field"><label for="file">{file}</label><input type="file" id="file" accept=".zip" data-verify="file"></div>
      <progress data-verify="progress" max="100" hidden aria-label="{title}"></progress>
      <p data-verify="status" role="status"></p>
      <div data-verify="verdict"></div>
    </div>
  </main>
</body>
</html>
"""
WORDS = {
    "vi": {
        "title": "Tự kiểm tra kết quả",
        "about": "Trình duyệt tải gói công khai về máy và tính lại từng con số.",
        "start": "Tải gói và tính lại",
        "file": "Hoặc chọn gói đã có trong máy",
    },
    "en": {
        "title": "Verify the results",
        "about": "The browser downloads the public bundle and computes every figure again.",
        "start": "Download and recompute",
        "file": "Or choose the bundle that you have",
    },
}


class Verifier:
    """The page in a browser: what it is given, what it says, what was complained of."""

    def __init__(
        self, browser: Browser, site: Any, *, policy: str, language: str, width: int
    ) -> None:
        self.troubles: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 800})
        self.page.set_default_timeout(PATIENCE)
        self.page.on(
            "console",
            lambda one: (
                self.troubles.append(one.text) if one.type in {"error", "warning"} else None
            ),
        )
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        html = PAGE.format(language=language, **WORDS[language])
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
        self.page.route("**/verify", lambda one: one.fulfill(body=html, headers=headers))
        self.page.goto(f"{site.address}/verify")

    def serve(self, content: bytes | None) -> None:
        """What is at the bundle's address; None is nothing."""
        told: dict[str, Any] = (
            {"status": 404}
            if content is None
            else {"body": content, "content_type": "application/zip"}
        )
        self.page.route("**/bundle.zip", lambda one: one.fulfill(**told))

    def verdict(self) -> str:
        self.page.locator("[data-verify=verdict] h2").wait_for()
        return self.page.locator("[data-verify=verdict]").inner_text()

    def press(self) -> str:
        self.page.locator("[data-verify=start]").click()
        return self.verdict()

    def kind(self) -> str:
        return str(self.page.locator("[data-verify=verdict] section").get_attribute("class"))


@pytest.fixture
def opened(browser: Browser, site: Any):
    made = []

    def verifier(*, policy: str = LEAN, language: str = "vi", width: int = 1280) -> Verifier:
        made.append(Verifier(browser, site, policy=policy, language=language, width=width))
        return made[-1]

    yield verifier
    for one in made:
        one.page.close()


def good() -> bytes:
    return bundles.wide(public=True).to_bytes()


def damaged() -> bytes:
    bundle = bundles.wide(public=True)
    documents = mutations.documents_of(bundle)
    bundles.entry("1.1.4", points="0.5")(documents)
    return mutations.rewritten(bundle, documents, results=False)


def held_to_all(one: Verifier, name: str) -> None:
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(one.page).response["violations"]
    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert not grave, [(each["id"], each["nodes"][0]["html"][:200]) for each in grave]
    folder = os.environ.get("PARINDEX_ARTEFACTS")
    if folder:
        one.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("policy", "width"), [(POLICY, 1280), (LEAN, 360)], ids=["desk-1280", "lean-360"]
)
def test_a_good_bundle_is_green_and_says_what_was_recomputed(opened, policy: str, width: int):
    one = opened(policy=policy, width=width)
    one.serve(good())
    said = one.press()
    assert "Kết quả khớp: tính lại ra đúng từng con số" in said
    assert "success" in one.kind()
    assert "Đơn vị\n1\n" in said.replace("\n\n", "\n")
    assert "Mục tính lại\n11\n" in said.replace("\n\n", "\n")
    assert "sha256:" in said
    assert one.page.evaluate("document.activeElement.tagName") == "H2"
    assert not one.page.locator("[data-verify=progress]").is_visible()
    held_to_all(one, f"good-{width}")
    assert not one.troubles


@pytest.mark.parametrize(
    ("policy", "language", "width"),
    [(POLICY, "vi", 1280), (LEAN, "vi", 360), (LEAN, "en", 1280), (POLICY, "en", 360)],
    ids=["desk-vi-1280", "lean-vi-360", "lean-en-1280", "desk-en-360"],
)
def test_the_first_difference_is_named(opened, policy: str, language: str, width: int):
    one = opened(policy=policy, language=language, width=width)
    one.serve(damaged())
    said = one.press()
    assert "error" in one.kind()
    words = (
        ("Chỗ sai lệch đầu tiên", "Con số công bố khác con số tính lại")
        if language == "vi"
        else ("The first difference", "The published figure differs from the recomputed one")
    )
    assert all(each in said for each in words)
    assert "results/items.csv: so · u1 · 1.1.4 · points" in said
    assert "0.5000" in said
    assert "1.0000" in said
    one.page.locator("summary").click()
    held_to_all(one, f"damaged-{language}-{width}")
    assert not one.troubles


def test_a_file_of_the_reader_is_checked_too(opened, tmp_path: Path):
    one = opened(language="en")
    file = tmp_path / "bundle.zip"  # the same name again, as one who downloads it once more
    for content, kind in ((good(), "success"), (b"hello", "error"), (damaged(), "error")):
        file.write_bytes(content)
        one.page.locator("[data-verify=file]").set_input_files(file)
        one.verdict()
        assert kind in one.kind(), one.page.locator("main").inner_text()
        if content == b"hello":
            assert "The archive" in one.page.locator(".notice p").first.inner_text()
        one.page.evaluate("document.querySelector('[data-verify=verdict]').replaceChildren()")
    assert not one.troubles


def test_what_could_not_be_checked_is_never_green(opened):
    one = opened(language="en")
    one.serve(None)
    said = one.press()
    assert "could not be downloaded (404)" in said
    assert "warning" in one.kind()
    held_to_all(one, "trouble")


def test_a_browser_without_workers_verifies_in_the_page(opened):
    one = opened(language="en")
    one.page.add_init_script("delete globalThis.Worker")
    one.page.reload()
    one.serve(good())
    assert "success" in (one.press() and one.kind())
    assert not one.troubles


def test_bundles_of_seasons_and_those_shipped_verify_in_chromium(opened):
    """Chromium's own numbers, digests and texts, and not only Node's."""
    one = opened(language="en")
    told = """([name]) => Promise.all([import("/static/js/verifying/verify.js"), fetch(name).then((answer) => answer.arrayBuffer())])
      .then(([{ verify }, buffer]) => verify(new Uint8Array(buffer)))"""

    def verdict(name: str, content: bytes) -> Any:
        one.page.route(f"**/{name}", lambda route: route.fulfill(body=content))
        return one.page.evaluate(told, [f"/{name}"])

    for seed, bundle in bundles.generated(40_000, 6):
        found = verdict(f"{seed}.zip", bundle.to_bytes())
        assert found["ok"], (seed, found["findings"][:3])
        changed = mutations.another_result(bundle, random.Random(seed))
        assert not verdict(f"{seed}-changed.zip", changed)["ok"], seed
    for name, folder in bundles.SHIPPED.items():
        found = verdict(f"{name}.zip", bundles.sealed(folder, public=True).to_bytes())
        assert found["ok"], (name, found["findings"][:3])
    assert not one.troubles
