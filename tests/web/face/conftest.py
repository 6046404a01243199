"""Pages rendered by Django's engine and served, with their files, under the site's own policy."""

from __future__ import annotations

import http.server
import shutil
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import web_setup
from playwright.sync_api import Browser, sync_playwright

# Django's parts can be imported only when it is set up.
web_setup.set_up()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import RequestFactory, override_settings  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.translation import override  # noqa: E402

from parindex.web.desk.views import gallery  # noqa: E402

WEB = Path(__file__).resolve().parents[3] / "src" / "parindex" / "web"
TEMPLATES = WEB / "desk" / "templates"
POLICY = "; ".join(
    f"{name} {' '.join(map(str, values))}"
    for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)

# What the frame itself links to: accounts and languages, none of the desk's own pages.
DOORS = types.ModuleType("doors")
DOORS.urlpatterns = [  # type: ignore[attr-defined]
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
]


class Person:
    """Somebody signed in, for a header without a database."""

    is_authenticated = True
    is_active = True
    pk = 1

    def __str__(self) -> str:
        return "tran.thi.binh@example.gov.vn"

    def get_short_name(self) -> str:
        return "Trần Thị Bình"


def desk() -> dict[str, Any]:
    return {
        "body": "Ủy ban nhân dân tỉnh Quảng Trị",
        "acting": "Sở Nội vụ – Chuyên viên",
        "choices": [
            {"label": "Sở Nội vụ – Chuyên viên", "value": "1", "current": True},
            {
                "label": "Ban Quản lý Khu kinh tế, công nghiệp tỉnh – Thẩm định",
                "value": "2",
                "note": "Lĩnh vực 3, 4",
            },
        ],
        "unread": 3,
        "round": "Chỉ số CCHC các sở, ban, ngành năm 2025",
        "phase": {"name": "Thẩm định lần 1", "ends_at": gallery.DEADLINE},
        "places": [
            {"label": "Việc của tôi", "url": "#", "current": True, "count": 9},
            {"label": "Phiếu tự chấm điểm", "url": "#"},
            {"label": "Thẩm định", "url": "#"},
            {"label": "Tiến độ", "url": "#"},
            {"label": "Kết quả", "url": "#"},
        ],
        "as_of": gallery.NOW,
        "journal_head": "8f2b6c0e7d1a4b55",
    }


def render(
    template: str,
    context: dict[str, Any] | None = None,
    *,
    signed_in: bool = False,
    language: str = "vi",
) -> str:
    """A template as a page, with everything a request would bring."""
    request = RequestFactory().get("/desk/")
    request.session = {}  # type: ignore[assignment]
    request.user = Person() if signed_in else AnonymousUser()  # type: ignore[assignment]
    request._messages = []  # type: ignore[attr-defined]
    if signed_in:
        request.desk = desk()  # type: ignore[attr-defined]
    with override(language), override_settings(ROOT_URLCONF=DOORS):
        return render_to_string(template, context or {}, request)


class Handler(http.server.BaseHTTPRequestHandler):
    """Pages from a dictionary, files from the two folders, the policy on each answer."""

    pages: dict[str, str]
    sent: dict[str, int]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        content, kind, status = b"", "text/html; charset=utf-8", 200
        if path in self.pages:
            content = self.pages[path].encode()
        else:
            name = path.removeprefix("/static/")
            found = [one / name for one in settings.STATICFILES_DIRS if (one / name).is_file()]
            if found and path.startswith("/static/"):
                content = found[0].read_bytes()
                kind = {
                    ".js": "text/javascript",
                    ".css": "text/css",
                    ".svg": "image/svg+xml",
                    ".pdf": "application/pdf",
                }.get(found[0].suffix, "application/octet-stream")
            else:
                status = 404
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.sent[path] = len(content)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Site:
    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.sent: dict[str, int] = {}
        handler = type("Bound", (Handler,), {"pages": self.pages, "sent": self.sent})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The gallery, and other pages that a test adds."""
    if not (WEB / "front" / "built" / "htmx.min.js").exists():
        pytest.skip("the front is not built: make front")
    one = Site()
    one.pages["/gallery"] = render("desk/components.html", gallery.examples(), signed_in=True)
    yield one
    one.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: its driver keeps a loop in this thread, in which Django refuses to work."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as play:
        one = play.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield one
        one.close()


@pytest.fixture(scope="session")
def rendered() -> Any:
    """`render`, for tests of one page."""
    return render
