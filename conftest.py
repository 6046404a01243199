"""For the whole run: Django is set up when the web is met, and CI leaves no test out."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

WEB = Path(__file__).parent / "src" / "parindex" / "web"


def pytest_collect_file(file_path: Path) -> None:
    """The web's modules are looked through for examples too; that needs Django set up first."""
    if WEB in file_path.parents:
        import web_setup

        web_setup.set_up()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Whatever was set up while collecting: no test reaches a database without asking for it."""
    from pytest_django.plugin import _setup_django

    _setup_django(session.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where PARINDEX_NO_SKIPS is set, as in CI, a program that a test misses is a failure."""
    report = yield
    if report.skipped and os.environ.get("PARINDEX_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
