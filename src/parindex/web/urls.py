"""Every address: the desk, the doors of those who answer, the API and accounts."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(url="/desk/"), name="home"),
    path("accounts/", include("allauth.urls")),
    path("desk/", include("parindex.web.desk.urls")),
    path("api/", include("parindex.web.api.urls")),
    path("", include("parindex.web.answering.urls")),
    path("language/", include("django.conf.urls.i18n")),
]
