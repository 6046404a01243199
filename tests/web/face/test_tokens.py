"""The colours of the stylesheet can be read: 4.5:1 for words, 3:1 for the edges of fields."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[3] / "src/parindex/web/static/parindex.css"
WORDS = [
    ("ink", "paper"), ("ink", "ground"), ("muted", "paper"), ("muted", "ground"),
    ("accent", "paper"), ("accent", "ground"), ("accent", "accent-tint"), ("accent-deep", "accent-tint"),
    ("on-accent", "accent"), ("on-accent", "accent-deep"), ("done", "done-tint"), ("done", "paper"),
    ("waiting", "waiting-tint"), ("waiting", "paper"), ("late", "late-tint"), ("late", "paper"),
    ("on-late", "late"), ("ink", "accent-tint"), ("ink", "done-tint"), ("ink", "waiting-tint"),
    ("ink", "late-tint"), ("paper", "ink"), ("muted", "accent-tint"),
]  # fmt: skip
EDGES = [
    ("edge", "paper"),
    ("edge", "ground"),
    ("accent", "paper"),
    ("late", "paper"),
    ("done", "paper"),
]


def tokens(selector: str) -> dict[str, str]:
    block = SHEET.read_text(encoding="utf-8").split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


LIGHT = tokens(":root")
THEMES = {"light": LIGHT, "dark": LIGHT | tokens(':root[data-theme="dark"]')}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), WORDS)
def test_words_have_contrast(theme: str, front: str, back: str):
    assert contrast(THEMES[theme][front], THEMES[theme][back]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_have_contrast(theme: str, front: str, back: str):
    assert contrast(THEMES[theme][front], THEMES[theme][back]) >= 3


def test_the_two_dark_themes_are_one():
    assert tokens(':root:not([data-theme="light"])') == tokens(':root[data-theme="dark"]')


def test_no_colour_stands_outside_the_tokens():
    rules = SHEET.read_text(encoding="utf-8").split("/* Type */", 1)[1].split("/* Paper */", 1)[0]
    # White paper under a scanned page and under a QR code is white in the dark as well.
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {"#fff"}


def test_headings_of_the_sheet_follow_its_list():
    text = SHEET.read_text(encoding="utf-8")
    places = [
        text.index(f"/* {name}")
        for name in ("Tokens", "Type", "Frame", "Actions", "Fields", "Tables", "Paper")
    ]
    assert all(one < other for one, other in pairwise(places))
