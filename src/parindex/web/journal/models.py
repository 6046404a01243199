"""The journal's tables: entries and checkpoints that only grow, and the head of the chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from parindex.web.journal.chain import NOTHING


class Entry(models.Model):
    """One entry: its canonical body, chained; the other columns only find it again.

    No foreign key leads out of here, so nothing can cascade into it.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    person = models.CharField(max_length=40, blank=True)
    acting_for = models.CharField(max_length=40, blank=True)
    issuer = models.CharField(max_length=60, blank=True)
    about_kind = models.CharField(max_length=40)
    about_id = models.CharField(max_length=80)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        """Found by what it is about, and by issuer in order."""

        db_table = "journal_entry"
        indexes: ClassVar = [
            models.Index(fields=["about_kind", "about_id", "seq"], name="journal_about"),
            models.Index(fields=["issuer", "seq"], name="journal_issuer"),
        ]


class Head(models.Model):
    """The end of the chain, one row; its lock is what puts writers in a row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=NOTHING)
    at = models.DateTimeField(null=True)

    class Meta:
        """There is one."""

        db_table = "journal_head"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head")
        ]


class Checkpoint(models.Model):
    """A signed statement of how long the chain was and how it ended; copies leave the house."""

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    text = models.TextField()

    class Meta:
        """In the order in which they were made."""

        db_table = "journal_checkpoint"
