"""The fieldwork as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """Đợt khảo sát: phiếu hỏi, mẫu, người được mời, phiếu trả lời."""

    name = "parindex.web.fieldwork"
    label = "fieldwork"
