"""Entries and checkpoints only grow; the chain begins with an empty head."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from parindex.web.journal.append_only import append_only


def _begin(apps: Any, _: Any) -> None:
    apps.get_model("journal", "Head").objects.create(id=1)


class Migration(migrations.Migration):
    """After the tables themselves."""

    dependencies: ClassVar = [("journal", "0001_initial")]
    operations: ClassVar = [
        append_only("journal_entry"),
        append_only("journal_checkpoint"),
        migrations.RunPython(_begin, migrations.RunPython.noop),
    ]
