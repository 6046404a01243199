"""The criteria sets that an issuer has imported, each frozen by its digest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from parindex.web.people.models import Issuer


class Rulebook(models.Model):
    """Bộ tiêu chí as issued: the file itself, and what it is found by. Only grows."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="rulebooks")
    digest = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    index = models.CharField(max_length=60)
    group = models.CharField(max_length=60)
    tier = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    revision = models.SmallIntegerField()
    status = models.CharField(max_length=20)
    title = models.CharField(max_length=500)
    content = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """A set is imported once an issuer."""

        db_table = "reference_rulebook"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "digest"], name="reference_rulebook_once")
        ]

    def __str__(self) -> str:
        return self.title
