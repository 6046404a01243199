"""One embedded PostgreSQL for the run, one database a worker; `db` rolls back, `committed_db` not.

``db`` (or ``@pytest.mark.django_db``) is for nearly everything: a transaction that is rolled back.
``committed_db`` gives a new database, a copy of the empty one, to tests that need real commits,
threads or other processes (``committed_db.url``); append-only tables cannot be emptied, so
``transaction=True`` cannot work here, and ``live_server`` runs on ``committed_db`` too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
import pytest
import web_setup
from django.db import connection
from django.test import override_settings

web_setup.set_up()

from parindex.web import starting  # noqa: E402 - after Django is set up

EMPTY = "empty"
_numbers = count(1)


@dataclass(frozen=True)
class CommittedDatabase:
    """A database of one test: its name, and its address for other processes."""

    name: str

    @property
    def url(self) -> str:
        return web_setup.server().url(self.name)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Migrate once a run; each worker works in a copy."""
    server = web_setup.start_postgres()
    with django_db_blocker.unblock():
        with web_setup.alone():
            if server.create(EMPTY):
                _turn_to(EMPTY)
                starting.bring_up_to_date()
            _turn_to(f"test_{web_setup.WORKER}")
            _copy(EMPTY, f"test_{web_setup.WORKER}")
        yield
        starting.let_go()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[CommittedDatabase]:
    with django_db_blocker.unblock(), _another(EMPTY) as made:
        yield made


@pytest.fixture
def empty_database(committed_db: CommittedDatabase) -> Callable[[], Any]:
    """What gives a context within which all goes to a database without a single table."""
    return lambda: _another("template1")


@contextmanager
def _another(template: str) -> Iterator[CommittedDatabase]:
    made = CommittedDatabase(name=f"committed_{web_setup.WORKER}_{next(_numbers)}")
    usual = connection.settings_dict["NAME"]
    _copy(template, made.name)
    _turn_to(made.name)
    try:
        with override_settings(DATABASE_URL=made.url, EMBEDDED=None):
            yield made
    finally:
        _turn_to(usual)
        with psycopg.connect(web_setup.server().url("postgres"), autocommit=True) as pen:
            pen.execute(f'DROP DATABASE "{made.name}" WITH (FORCE)')


@pytest.fixture
def transactional_db(committed_db: CommittedDatabase) -> None:
    """What `live_server` asks for."""


def _copy(one: str, other: str) -> None:
    with psycopg.connect(web_setup.server().url("postgres"), autocommit=True) as pen:
        pen.execute(f'CREATE DATABASE "{other}" TEMPLATE "{one}"')


def _turn_to(name: str) -> None:
    starting.let_go()
    connection.settings_dict["NAME"] = name
