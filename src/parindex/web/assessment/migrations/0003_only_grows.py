"""What was claimed, found, asked, answered, voted, shown and granted only grows; text is found."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from parindex.web.journal.append_only import append_only

_ONLY_GROW = (
    "extension", "scoreentry", "evidence", "revision", "use", "withdrawal", "signedform",
    "question", "answer", "vote", "table",
)  # fmt: skip


class Migration(migrations.Migration):
    """After the tables themselves."""

    dependencies: ClassVar = [("assessment", "0002_initial")]
    operations: ClassVar = [
        *(append_only(f"assessment_{name}") for name in _ONLY_GROW),
        # The configuration `simple` is always there, and the text is folded already.
        migrations.RunSQL(
            "CREATE INDEX assessment_storedfile_text ON assessment_storedfile "
            "USING gin (to_tsvector('simple', folded))",
            "DROP INDEX assessment_storedfile_text",
        ),
    ]
