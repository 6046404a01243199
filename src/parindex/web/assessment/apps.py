"""The assessment as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Kỳ đánh giá: tự chấm, thẩm định, giải trình, hội đồng."""

    name = "parindex.web.assessment"
    label = "assessment"
