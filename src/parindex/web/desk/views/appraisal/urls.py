"""The addresses of appraisal: queue and item, council, changes, matrix, provisional index."""

from __future__ import annotations

from django.urls import URLPattern, path

from parindex.web.desk.views.appraisal import (
    appraising,
    changing,
    deciding,
    matrix,
    provisional,
    queue,
    transcribing,
)

_ROUND = "rounds/<uuid:round_id>"
_ITEM = "appraisal/<uuid:sheet_id>/<str:item>"

urlpatterns: list[URLPattern] = [
    path(f"{_ROUND}/appraisal/", queue.appraisal_queue, name="appraisal_queue"),
    path(f"{_ITEM}/", appraising.appraise, name="appraise"),
    path(f"{_ITEM}/points/", appraising.appraised_points, name="appraised_points"),
    path(f"{_ITEM}/question/", appraising.ask, name="ask_explanation"),
    path("sheets/<uuid:sheet_id>/ministry/", transcribing.transcribe, name="transcribe"),
    path(f"{_ROUND}/council/", deciding.council, name="council"),
    path("council/<uuid:sheet_id>/<str:item>/", deciding.decide, name="decide"),
    path(f"{_ROUND}/register/", changing.register, name="register"),
    path("changes/new/<uuid:sheet_id>/<str:item>/", changing.propose_change, name="propose_change"),
    path("changes/<uuid:change_id>/", changing.decide_change, name="decide_change"),
    path(f"{_ROUND}/matrix/", matrix.matrix, name="matrix"),
    path(f"{_ROUND}/matrix.xlsx", matrix.matrix_book, name="matrix_book"),
    path(f"{_ROUND}/index/", provisional.provisional, name="provisional"),
    path(f"{_ROUND}/index/<str:unit>/", provisional.why, name="why"),
    path(f"{_ROUND}/folder.zip", provisional.round_folder, name="round_folder"),
]
