"""The addresses of these pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from parindex.web.desk.views.running import (
    appraisers,
    approval,
    exemptions,
    journal,
    making,
    making_phases,
    phases,
    rounds,
    tables,
    units,
)

_ROUND = "rounds/<uuid:round_id>/"
urlpatterns: list[URLPattern] = [
    path("rounds/", rounds.index, name="rounds"),
    path("rounds/new/", making.about, name="round_new"),
    path("rounds/new/criteria/", making.criteria, name="round_new_criteria"),
    path("rounds/new/criteria/upload/", making.upload, name="round_new_upload"),
    path("rounds/new/phases/", making_phases.phases, name="round_new_phases"),
    path("rounds/new/check/", making.check, name="round_new_check"),
    path(_ROUND, rounds.overview, name="round"),
    path(f"{_ROUND}units/", units.units, name="round_units"),
    path(f"{_ROUND}units/previous/", units.previous, name="round_units_previous"),
    path(f"{_ROUND}appraisers/", appraisers.appraisers, name="round_appraisers"),
    path(f"{_ROUND}appraisers/one/", appraisers.one_sheet, name="round_appraiser_one"),
    path(f"{_ROUND}entrusted/", appraisers.entrusted, name="round_entrusted"),
    path(f"{_ROUND}phases/", phases.phases, name="round_phases"),
    path(f"{_ROUND}phases/<uuid:phase_id>/open/", phases.open_, name="phase_open"),
    path(f"{_ROUND}phases/<uuid:phase_id>/close/", phases.close, name="phase_close"),
    path(f"{_ROUND}phases/<uuid:phase_id>/replan/", phases.replan, name="phase_replan"),
    path(f"{_ROUND}phases/<uuid:phase_id>/extend/", phases.extend, name="phase_extend"),
    path(f"{_ROUND}exemptions/", exemptions.exemptions, name="round_exemptions"),
    path(f"{_ROUND}exemptions/<uuid:exemption_id>/", exemptions.decide, name="exemption_decide"),
    path(f"{_ROUND}tables/", tables.tables, name="round_tables"),
    path(f"{_ROUND}tables/check/", tables.check, name="round_table_check"),
    path(f"{_ROUND}approve/", approval.approve, name="round_approve"),
    path(f"{_ROUND}journal/", journal.lines, name="round_journal"),
    path(f"{_ROUND}journal/export.csv", journal.export, name="round_journal_export"),
    path(f"{_ROUND}checkpoints/", journal.checkpoints, name="round_checkpoints"),
    path(f"{_ROUND}checkpoints/<int:number>.txt", journal.checkpoint, name="round_checkpoint"),
    path("journal/verify/", journal.verify, name="journal_verify"),
]
