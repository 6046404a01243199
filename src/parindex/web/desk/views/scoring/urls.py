"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from parindex.web.desk.views.scoring import item, requests, sheet, submitting, work

_ITEM = "sheets/<uuid:sheet_id>/items/<str:item>/"

urlpatterns = [
    path("", work.work, name="work"),
    path("notifications/", work.notifications, name="notifications"),
    path("acting/", work.acting, name="acting"),
    path("search/", work.find, name="search"),
    path("sheets/<uuid:sheet_id>/", sheet.sheet, name="sheet"),
    path("sheets/<uuid:sheet_id>/print/", sheet.printed, name="sheet_print"),
    path("sheets/<uuid:sheet_id>/check/", submitting.check, name="sheet_check"),
    path("sheets/<uuid:sheet_id>/sign/", submitting.sign, name="sheet_sign"),
    path("sheets/<uuid:sheet_id>/send-back/", submitting.send_back, name="sheet_send_back"),
    path("sheets/<uuid:sheet_id>/explanations/", requests.explanations, name="explanations"),
    path(_ITEM, item.item, name="item"),
    path(f"{_ITEM}points/", item.item_points, name="item_points"),
    path(f"{_ITEM}exemption/", requests.exemption, name="item_exemption"),
    path(f"{_ITEM}answer/", requests.answer, name="item_answer"),
]
