"""The guides: every image is there and small, every page and setting that is named exists."""

import re
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from web.e2e.playing import GUIDE_IMAGES, ROOT

GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
MOST_BYTES = 1_500_000


def _settings() -> set[str]:
    """The variables that the web and the evidence tool read."""
    sources = [
        *(ROOT / "src" / "parindex" / "web").rglob("*.py"),
        *(ROOT / "src" / "parindex" / "evidence").rglob("*.py"),
    ]
    found = (
        re.findall(r"PARINDEX_[A-Z_]*[A-Z]", one.read_text(encoding="utf-8")) for one in sources
    )
    return {name for names in found for name in names}


def test_there_is_a_guide_for_each_role():
    assert {one.stem for one in GUIDES} == {
        "can-bo-dau-moi", "chuyen-vien-tham-dinh", "dieu-tra-vien", "hoi-dong", "lanh-dao-va-theo-doi",
        "quan-ly-khao-sat", "quan-tri-ky", "quan-tri-may-chu", "thu-truong-don-vi",
    }  # fmt: skip


@pytest.mark.parametrize("guide", GUIDES, ids=lambda one: one.stem)
def test_what_a_guide_names_is_there(guide: Path):
    text = guide.read_text(encoding="utf-8")
    for image in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text):
        assert (guide.parent / image).is_file(), image
    for page in re.findall(r"`(/(?:desk|accounts|phieu|dieu-tra)/[^`]*)`", text):
        try:
            resolve(page)
        except Resolver404:
            pytest.fail(f"{guide.name}: no page at {page}")
    assert set(re.findall(r"PARINDEX_[A-Z_]*[A-Z]", text)) - {"PARINDEX_OIDC"} <= _settings()


def test_every_setting_is_told():
    told = (ROOT / "docs" / "guides" / "quan-tri-may-chu.md").read_text(encoding="utf-8")
    assert {one for one in _settings() if f"`{one}`" not in told} == set()


def test_the_images_are_used_and_small():
    images = set(GUIDE_IMAGES.glob("*"))
    texts = "".join(one.read_text(encoding="utf-8") for one in GUIDES)
    assert {one.name for one in images if one.name not in texts} == set()
    assert sum(one.stat().st_size for one in images) < MOST_BYTES
