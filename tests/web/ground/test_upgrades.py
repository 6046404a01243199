"""What an earlier version kept, this one keeps: migrations go forward, the journal stays as it was."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from web.ground.ledger import found, write

from parindex.web import keeping, starting
from parindex.web.journal import queries
from parindex.web.journal.models import Entry

RELEASES = sorted((Path(__file__).parent.parent / "releases").glob("*.tar"))


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


def test_earlier_releases_are_carried_over(committed_db, empty_database, tmp_path):
    for release in RELEASES:
        folder = tmp_path / release.stem
        here = override_settings(
            EVIDENCE_FOLDER=folder / "evidence",
            KEYS_FOLDER=folder / "keys",
            CHECKPOINT_FOLDER=folder / "checkpoints",
        )
        with empty_database(), here:
            manifest = keeping.restore(release, progress=lambda _done, _of: None)
            assert Entry.objects.count() == manifest["journal"]["seq"]
            assert list(queries.verify()) == []
            write(1)
