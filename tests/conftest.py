"""Hypothesis without deadlines (what a machine is busy with is no fault of the code), and coverage.

Coverage is asked of the engine, which its own tests reach. Tracing doubles what a test takes, so it
rests elsewhere, and in campaigns, which reach nothing that a smaller test beside them does not.
"""

import os
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

if not os.environ.get("CI"):
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")

_HERE = Path(__file__).parent
_TRACED = {
    "criteria", "ground", "improvement", "publication", "robustness", "scoring", "survey", "units",
    "workbooks",  # a rulebook is written down from its workbook
}  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, one after another for each worker, so that none is left at the end.

    pytest-xdist hands each of its workers a part of the list as it stands.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [one for one in items if one.get_closest_marker("long")]
    short = [one for one in items if not one.get_closest_marker("long")]
    ordered: list[pytest.Item] = []
    for at in range(workers):
        part = (len(items) - len(ordered)) // (workers - at)
        first = long[at::workers]
        rest = part - len(first)
        ordered += first + short[:rest]
        short = short[rest:]
    items[:] = ordered


_rested = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Trace a test of the engine alone, and no campaign."""
    global _rested  # noqa: PLW0603 - of this process, as what is remembered is
    plugin: Any = item.config.pluginmanager.getplugin("_cov")
    tracer = plugin.cov_controller if plugin is not None else None
    elsewhere = item.path.is_relative_to(_HERE) and (
        item.path.relative_to(_HERE).parts[0] not in _TRACED
    )
    if tracer is None:
        return (yield)
    if not (elsewhere or item.get_closest_marker("campaign")):
        if _rested:
            _forget()
        _rested = False
        return (yield)
    _rested = True
    tracer.pause()
    try:
        return (yield)
    finally:
        tracer.resume()


def _forget() -> None:
    """Forget what was read while nothing was traced, so that it is read again where it is."""
    for name, module in list(sys.modules.items()):
        if name.startswith("parindex.") and not name.startswith("parindex.web."):
            for one in list(vars(module).values()):
                if isinstance(one, _lru_cache_wrapper) and one.__module__ == name:
                    one.cache_clear()
