"""The small stylesheet: its colours are those of the desk, and no others."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from web.face import test_tokens

SHEET = Path(finders.find("answering.css")).read_text(encoding="utf-8")
LIGHT, DARK = re.findall(r":root \{(.*?)\}", SHEET, flags=re.DOTALL)


def tokens(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def test_the_tokens_are_those_of_the_desk():
    light, dark = tokens(LIGHT), tokens(DARK)
    assert light.items() <= test_tokens.THEMES["light"].items()
    assert dark.items() <= test_tokens.THEMES["dark"].items()
    assert set(light) == set(dark)
    used = set(re.findall(r"var\(--([a-z-]+)\)", SHEET))
    assert used == set(light)


def test_no_colour_stands_outside_the_tokens():
    rest = SHEET.replace(LIGHT, "").replace(DARK, "")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\.)|rgb|hsl", re.sub(r"#[a-z]+[ ,:{]", "", rest))
