"""What an earlier version kept, this one keeps: migrations go forward, the journal stays as it was."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from web.ground.ledger import found, write

from parindex.web import keeping, starting
from parindex.web.assessment.models import Round
from parindex.web.assessment.queries import calculation
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.demonstration import filling
from parindex.web.journal import queries


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_run_from_nothing_and_again_to_no_effect(committed_db, empty_database):
    tables = set(connection.introspection.table_names())
    with empty_database():
        assert connection.introspection.table_names() == []
        starting.bring_up_to_date()
        assert set(connection.introspection.table_names()) == tables
        found("ha-tinh")
        write(3)
        head, lines = queries.head(), list(queries.export())
        starting.bring_up_to_date()
        assert (queries.head(), list(queries.export())) == (head, lines)
        assert list(queries.verify()) == []


def folders(folder: Path) -> override_settings:
    return override_settings(
        EVIDENCE_FOLDER=folder / "evidence",
        KEYS_FOLDER=folder / "keys",
        CHECKPOINT_FOLDER=folder / "checkpoints",
    )


def results() -> dict[str, calculation.Provisional]:
    """What every round computes now, not what was computed before."""
    calculation._computed.cache_clear()
    return {one.slug: calculation.result_of(one) for one in Round.objects.all()}


@pytest.mark.long
def test_a_whole_province_is_carried_over(committed_db, empty_database, tmp_path):
    with folders(tmp_path / "old"):
        filling.fill()
        head, before = queries.head(), results()
        keeping.back_up(tmp_path / "province.tar", progress=lambda _done, _of: None)
    assert {slug: len(one.places) for slug, one in before.items()} == {
        "cchc-2024": 32,
        "cchc-2025": 114,
        "bo-noi-vu-2025": 1,
    }
    with empty_database(), folders(tmp_path / "new"):
        keeping.restore(tmp_path / "province.tar", progress=lambda _done, _of: None)
        assert queries.head() == head
        assert list(queries.verify()) == []
        assert list(reconcile()) == []
        assert results() == before
