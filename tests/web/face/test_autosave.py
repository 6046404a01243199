"""Saving by itself: it says what it does, and what the network loses is offered again."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

FORM = """{% extends "base.html" %}{% block main %}<form method="post" action="/item" data-autosave="item"
 hx-post="/item" hx-trigger="autosave" hx-sync="this:queue last" hx-swap="none">
{% include "components/input.html" with id="note" label="Note" type="textarea" value="" only %}
{% include "components/saved.html" with at=None only %}</form>{% endblock %}"""


@pytest.fixture
def page(browser: Browser, site: Any, rendered: Any, tmp_path: Any, settings: Any) -> Any:
    (tmp_path / "saving.html").write_text(FORM, encoding="utf-8")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]
    site.pages["/saving"] = rendered("saving.html")
    one = browser.new_page()
    one.goto(f"{site.address}/saving")
    yield one
    one.close()


def test_saving_says_so_and_sends_the_token_and_the_words(page: Page):
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(route.request)
        route.fulfill(status=204)

    page.route("**/item", take)
    page.get_by_label("Note").fill("Đã đối chiếu")
    expect(page.locator("[data-saved-text]")).to_contain_text("Đã lưu")
    assert len(sent) == 1
    assert "note=" in sent[0].post_data
    assert sent[0].headers["x-csrftoken"]


def test_what_the_network_lost_is_offered_again(page: Page):
    page.route("**/item", lambda route: route.abort())
    page.get_by_label("Note").fill("Ba nhiệm vụ")
    expect(page.locator("[data-saved-text]")).to_contain_text("Chưa lưu được")
    expect(page.get_by_role("button", name="Thử lưu lại")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert page.get_by_label("Note").input_value() == ""
    page.unroute("**/item")
    page.route("**/item", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Lấy lại nội dung đã gõ").click()
    assert page.get_by_label("Note").input_value() == "Ba nhiệm vụ"
    expect(page.locator("[data-saved-text]")).to_contain_text("Đã lưu")


def test_leaving_is_asked_about_only_when_something_is_unsaved(page: Page):
    asked: list[str] = []

    def note(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    page.route("**/item", lambda route: route.fulfill(status=204))
    page.get_by_label("Note").fill("a")
    expect(page.locator("[data-saved-text]")).to_contain_text("Đã lưu")
    page.reload()
    assert not asked
    page.unroute("**/item")
    page.route("**/item", lambda route: route.abort())
    page.get_by_label("Note").fill("b")
    expect(page.locator("[data-saved-text]")).to_contain_text("Chưa lưu được")
    page.reload()
    assert asked == ["beforeunload"]
