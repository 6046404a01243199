"""Criteria sets only grow."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from parindex.web.journal.append_only import append_only


class Migration(migrations.Migration):
    """After the tables themselves."""

    dependencies: ClassVar = [("reference", "0001_initial")]
    operations: ClassVar = [append_only("reference_rulebook")]
