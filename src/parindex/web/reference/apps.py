"""Criteria sets as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Bộ tiêu chí."""

    name = "parindex.web.reference"
    label = "reference"
