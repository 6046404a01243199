"""The ground the web's tests stand on."""

import pytest
from django.db import connection, transaction

from parindex.web.journal.models import Entry, Head


@pytest.mark.django_db
def test_a_database_of_ones_own_is_migrated():
    assert Head.objects.get().seq == 0
    assert connection.settings_dict["NAME"].startswith("test_")


def test_a_committed_database_is_empty_again(committed_db):
    assert Entry.objects.count() == 0
    with transaction.atomic():
        Head.objects.update(seq=1)


def test_a_committed_database_is_empty_each_time(committed_db):
    assert Head.objects.get().seq == 0
