"""The addresses of the desk: one list a room of work."""

from __future__ import annotations

from django.urls import include, path

from parindex.web.desk.views import gallery

urlpatterns = [
    path("", include("parindex.web.desk.views.scoring.urls")),
    path("", include("parindex.web.desk.views.evidence.urls")),
    path("", include("parindex.web.desk.views.appraisal.urls")),
    path("", include("parindex.web.desk.views.running.urls")),
    path("", include("parindex.web.desk.views.people.urls")),
    path("", include("parindex.web.desk.views.fieldwork.urls")),
    path("components/", gallery.gallery, name="components"),
]
