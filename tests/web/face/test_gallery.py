"""The gallery: without barriers, in both themes, wide and narrow, and light on a slow line."""

from typing import Any, Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser, site: Any, request: pytest.FixtureRequest) -> Any:
    width, theme = cast(
        "tuple[int, Literal['light', 'dark']]", getattr(request, "param", (1280, "light"))
    )
    one = browser.new_page(viewport={"width": width, "height": 800})
    one.emulate_media(color_scheme=theme)
    troubles: list[str] = []
    told = {"Warning: Indexing all PDF objects", "InvalidPDFException"}  # of the file that is none
    one.on(
        "console",
        lambda message: (
            troubles.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    one.on("pageerror", lambda error: troubles.append(str(error)))
    one.goto(f"{site.address}/gallery")
    one.wait_for_selector("evidence-viewer canvas")
    yield one
    assert not set(troubles) - told, "the policy of the site, or a script, complained"
    one.close()


BOTH = pytest.mark.parametrize(
    "page", [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")], indirect=True, ids=str
)


@BOTH
def test_no_barrier(page: Page):
    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert not [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in grave]


@BOTH
def test_page_is_never_wider_than_the_screen(page: Page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("page", [(360, "light")], indirect=True)
def test_targets_are_large_enough_for_a_thumb(page: Page):
    small = page.evaluate(
        """() => [...document.querySelectorAll("button:not(.small), a.button:not(.small), select, summary, .choices label, .places a")]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 36)
        .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert not small


def test_first_view_weighs_at_most_200_kilobytes(browser: Browser, site: Any, rendered: Any):
    site.pages["/first"] = rendered("404.html", signed_in=True)
    site.sent.clear()
    page = browser.new_page()
    page.goto(f"{site.address}/first")
    page.wait_for_load_state("networkidle")
    page.close()
    assert sum(site.sent.values()) <= 200_000, site.sent


def test_viewer_turns_pages_by_button_key_and_link(page: Page):
    label = "evidence-viewer canvas"
    page.get_by_label("Trang sau", exact=True).click()
    page.wait_for_selector(f"{label}[aria-label='Trang 2 trong 2']")
    page.locator("evidence-viewer .sheet").press("ArrowLeft")
    page.wait_for_selector(f"{label}[aria-label='Trang 1 trong 2']")
    page.get_by_role("link", name="Đến trang 2").click()
    page.wait_for_selector(f"{label}[aria-label='Trang 2 trong 2']")
    assert "Trang 2" in (page.locator("evidence-viewer .sheet .sr").text_content() or "")


def test_viewer_leaves_the_link_when_a_file_cannot_be_opened(page: Page):
    page.route("**/none.pdf", lambda route: route.fulfill(status=200, body="no pdf"))
    page.evaluate("document.querySelector('evidence-viewer').setAttribute('src', '/none.pdf')")
    page.get_by_text("Không mở được tài liệu trong trang").wait_for()
    assert page.locator("evidence-viewer .sheet a[download]").count() == 1


def test_list_is_walked_by_keys(page: Page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert (
        page.evaluate("document.activeElement.textContent")
        == "Mức độ hoàn thành kế hoạch cải cách hành chính"
    )
    page.keyboard.press("k")
    assert (
        page.evaluate("document.activeElement.textContent")
        == "Ban hành kế hoạch cải cách hành chính năm"
    )


def test_option_is_chosen_by_its_number_outside_of_fields_only(page: Page):
    page.locator("#autosaved").press("2")
    assert page.locator("input[name=finding][value=accept]").is_checked()
    page.locator("h1").click()
    page.keyboard.press("2")
    assert page.locator("input[name=finding][value=lower]").is_checked()
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").get_by_text("Giảm điểm").is_visible()
    page.locator("#keys-dialog").get_by_text("Dùng phím tắt một ký tự").click()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    assert page.locator("input[name=finding][value=lower]").is_checked()


def test_final_act_waits_for_its_words(page: Page):
    button = page.get_by_role("button", name="Gửi phiếu tự chấm điểm")
    assert button.is_disabled()
    page.get_by_label("Gõ đúng dòng chữ").fill("  Gửi phiếu ")
    assert button.is_enabled()


def test_error_summary_has_the_focus_and_leads_to_its_field(page: Page):
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.locator(".error-summary a").click()
    assert page.evaluate("document.activeElement.name") == "share"


def test_theme_is_kept_for_the_next_page(page: Page):
    page.locator("details.menu > summary", has_text="Trần Thị Bình").click()
    page.get_by_role("button", name="Giao diện tối").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert "theme=dark" in page.evaluate("document.cookie")


def test_dialog_opens_and_closes_by_keyboard(page: Page):
    page.get_by_role("button", name="Mở hộp hỏi").press("Enter")
    assert page.locator("#example-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#example-dialog").is_visible()
