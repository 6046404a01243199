"""The addresses of these pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from parindex.web.desk.views.people import account, accounts, importing, mine, units

_ONE = "people/<uuid:account_id>/"
urlpatterns: list[URLPattern] = [
    path("people/", accounts.accounts, name="people"),
    path("people/new/", accounts.add, name="person_new"),
    path("people/import/", importing.upload, name="people_import"),
    path("people/import/preview/", importing.preview, name="people_import_preview"),
    path("people/import/marked.xlsx", importing.marked, name="people_import_marked"),
    path("people/export.xlsx", importing.export, name="people_export"),
    path("people/template.xlsx", importing.template, name="people_template"),
    path(_ONE, account.account, name="person"),
    path(f"{_ONE}change/", account.change, name="person_change"),
    path(f"{_ONE}assign/", account.assign, name="person_assign"),
    path(
        f"{_ONE}assignments/<uuid:assignment_id>/end/",
        account.end_assignment,
        name="person_end_assignment",
    ),
    path(f"{_ONE}sessions/end/", account.end_sessions, name="person_end_sessions"),
    path(f"{_ONE}password-link/", account.password_link, name="person_password_link"),
    path(f"{_ONE}close/", account.close, name="person_close"),
    path("units/", units.units, name="units"),
    path("delegations/", mine.delegations, name="delegations"),
    path("delegations/<uuid:delegation_id>/end/", mine.end_delegation, name="delegation_end"),
    path("tokens/", mine.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/end/", mine.end_token, name="token_end"),
]
