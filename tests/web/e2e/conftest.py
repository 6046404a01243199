"""The browser and the album of a play in it; both tests of this folder are left out without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web.e2e.playing import CHROMIUM, Album, chromium


@pytest.fixture
def browser(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opened once the server stands: the browser's driver keeps a loop in this thread."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what is worth looking at afterwards is kept."""
    asked = os.environ.get("PARINDEX_ARTEFACTS")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def album(artefacts: Path) -> Album:
    return Album(artefacts)
