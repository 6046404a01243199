"""How long an answer took is kept no more: whoever saw somebody begin and end found it by that."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """The column goes; what the answers of a wave say is then read without it."""

    dependencies: ClassVar = [("fieldwork", "0002_only_grows")]
    operations: ClassVar = [migrations.RemoveField(model_name="response", name="seconds")]
