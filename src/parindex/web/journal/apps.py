"""The journal as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Nhật ký."""

    name = "parindex.web.journal"
    label = "journal"
