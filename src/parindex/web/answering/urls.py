"""The addresses of those who answer, and of those who ask: citizens, counters, interviewers."""

from __future__ import annotations

from django.urls import path

from parindex.web.answering import citizens, interviewers, openrosa

urlpatterns = [
    path("phieu/", citizens.page, name="answering"),
    path("phieu/mo", citizens.open_form, name="answering_open"),
    path("phieu/gui", citizens.send, name="answering_send"),
    path("phieu/quay/", citizens.kiosk, name="answering_kiosk"),
    path("dieu-tra/", interviewers.page, name="interviewing"),
    path("dieu-tra/sw.js", interviewers.worker, name="interviewing_worker"),
    path("dieu-tra/app.webmanifest", interviewers.manifest, name="interviewing_manifest"),
    path("dieu-tra/viec", interviewers.work, name="interviewing_work"),
    path("dieu-tra/gui", interviewers.send, name="interviewing_send"),
    path("dieu-tra/khong-gap", interviewers.outcome, name="interviewing_outcome"),
    path("openrosa/<uuid:wave>/formList", openrosa.form_list, name="openrosa_list"),
    path("openrosa/<uuid:wave>/form.xml", openrosa.form, name="openrosa_form"),
    path("openrosa/<uuid:wave>/manifest", openrosa.manifest, name="openrosa_manifest"),
    path("openrosa/<uuid:wave>/submission", openrosa.submission, name="openrosa_submission"),
]
