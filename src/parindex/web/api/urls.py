"""The addresses of the door for programs."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from parindex.web.api import appraising, evidence, people, rounds, sheets, surveys, tables
from parindex.web.api.door import api, nowhere

for room in (people, rounds, tables, sheets, evidence, appraising, surveys):
    api.add_router("", room.router)

urlpatterns = [path("", api.urls), path("<path:rest>", csrf_exempt(nowhere))]
