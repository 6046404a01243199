"""People and bodies as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Người dùng, đơn vị, vai trò."""

    name = "parindex.web.people"
    label = "people"
