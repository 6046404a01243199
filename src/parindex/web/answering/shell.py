"""What an interviewer's device keeps of the page itself: its files, and by what they are known."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext, override

from parindex.web.answering.field_words import FIELD_WORDS
from parindex.web.answering.words import WORDS, spoken

PAGE: Final = "/dieu-tra/"
MANIFEST: Final = "/dieu-tra/app.webmanifest"
_WORKER: Final = "js/interviewing/worker.js"
_FONTS: Final = tuple(
    f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "vietnamese")
    for weight in (400, 600)
)
_ICONS: Final = (("192", 192, "any"), ("512", 512, "any"), ("maskable-512", 512, "maskable"))
# Every file that the page loads; that none is missing is a test.
FILES: Final = (
    "answering.css", "mark.svg", *_FONTS,
    *(f"icons/field-{name}.png" for name, _, _ in _ICONS),
    "js/conditions.js", "js/dieu-tra.js",
    "js/answering/asking.js", "js/answering/codes.js", "js/answering/dom.js",
    "js/answering/questionnaire.js", "js/answering/questions.js", "js/answering/visit.js",
    "js/answering/words.js", "js/interviewing/day.js", "js/interviewing/device.js",
    "js/interviewing/store.js", "js/interviewing/sync.js",
)  # fmt: skip


@cache
def page() -> str:
    """The page, the same for everybody: it holds nobody's name and nobody's work."""
    with override("vi"):
        context = {"language": "vi", "words": spoken(WORDS | FIELD_WORDS)}
        return render_to_string("answering/dieu-tra.html", context)


@cache
def worker() -> str:
    """The service worker: the list of files and their common digest, and its own code below."""
    addresses = [PAGE, MANIFEST, *(static(one) for one in FILES)]
    head = f"const VERSION = {json.dumps(version())};\nconst FILES = {json.dumps(addresses)};\n"
    return head + _read(_WORKER).decode()


def manifest() -> str:
    """How the page is installed on a device."""
    icons = [
        {
            "src": static(f"icons/field-{name}.png"),
            "type": "image/png",
            "sizes": f"{size}x{size}",
            "purpose": purpose,
        }
        for name, size, purpose in _ICONS
    ]
    with override("vi"):
        words = {
            "id": PAGE, "start_url": PAGE, "scope": PAGE, "display": "standalone", "lang": "vi",
            "name": gettext("Điều tra viên – Khảo sát"), "short_name": gettext("Điều tra"),
            "background_color": "#ffffff", "theme_color": "#0b5c6b", "icons": icons,
        }  # fmt: skip
    return json.dumps(words, ensure_ascii=False)


def version() -> str:
    """By what a device knows that something changed: a digest over all that it keeps."""
    whole = sha256()
    for content in (page().encode(), manifest().encode(), _read(_WORKER), *map(_read, FILES)):
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()[:16]


def _read(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
