"""The report tables of a wave as one workbook: profile, factors, units, ranking, trend."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.csvtable import harmless
from parindex.web.desk.attaching import CSV, XLSX, attached
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.fieldwork.opening import watched_wave
from parindex.web.desk.views.fieldwork.results import change_row, hidden_words
from parindex.web.fieldwork.queries import reporting
from parindex.web.fieldwork.queries.reporting import IndexRow, Report
from parindex.web.journal import clock
from parindex.workbooks.tables_book import Cell, TableColumn, TablePage, write_tables

_MEASURES: Final = (
    reporting.OVERALL, reporting.PART, reporting.FACTOR, reporting.ITEM,
)  # fmt: skip


def _report(request: HttpRequest, wave: Any) -> Report:
    report = reporting.report_of(request.actor, wave)  # type: ignore[attr-defined]
    if report is None:
        raise Http404
    return report


@require_safe
def book(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Every table of the report, a sheet each."""
    wave = watched_wave(request, wave_id)
    report = _report(request, wave)
    pages = [*_profile(wave, report), *_indices(report), *_ranking(report)]
    pages += _trend(request, wave, report)
    file = io.BytesIO()
    title = _("Kết quả khảo sát – %(title)s") % {"title": wave.title}
    write_tables(title, pages, file, made_on=clock.today())
    name = f"ket-qua-{wave.slug}-lan-{report.results.number}.xlsx"
    return attached(file.getvalue(), name=name, kind=XLSX)


def _about(report: Report) -> str:
    return _("%(hidden)s; ít phiếu: dưới %(flag)s. Dấu niêm phong %(digest)s.") % {
        "hidden": hidden_words(report).capitalize(),
        "flag": report.plan["flag_below"],
        "digest": report.results.digest,
    }


def _profile(wave: Any, report: Report) -> Iterator[TablePage]:
    """Who answered; then every other closed question."""
    asked = reporting.asked_of(wave, report)
    hidden = hidden_words(report)
    columns = [
        TableColumn(heading=_("Câu hỏi"), width=50), TableColumn(heading=_("Trả lời"), width=44),
        TableColumn(heading=_("Số phiếu"), width=22),
        TableColumn(heading=_("Tỷ lệ có quyền số (%)"), width=16, decimals=report.decimals),
    ]  # fmt: skip
    for name, about_people in ((_("Người trả lời"), True), (_("Các câu trả lời"), False)):
        rows: list[list[Cell]] = [
            [
                one.label,
                choice.label,
                hidden if choice.n is None else choice.n,
                None if choice.share is None else report.published(choice.share * 100),
            ]
            for one in asked
            if one.about_people is about_people
            for choice in one.choices
        ]
        if rows:
            yield TablePage(
                sheet_name=name, title=name, columns=columns, rows=rows, about=_about(report)
            )


def _columns(report: Report, *first: TableColumn) -> list[TableColumn]:
    decimals = report.decimals
    return [
        *first,
        TableColumn(heading=_("Chỉ số (%)"), width=30, decimals=decimals),
        TableColumn(heading=_("Sai số chuẩn"), width=12, decimals=decimals),
        TableColumn(heading=_("Từ"), width=10, decimals=decimals),
        TableColumn(heading=_("Đến"), width=10, decimals=decimals),
        TableColumn(heading=_("Số phiếu"), width=10),
        TableColumn(heading=_("Ghi chú"), width=14),
    ]


def _cells(one: IndexRow, report: Report) -> list[Cell]:
    if one.hidden or one.index is None:
        words = hidden_words(report) if one.hidden else _("không có câu trả lời")
        return [words, None, None, None, None, ""]
    numbers = (one.index, one.se, one.low, one.high)
    return [
        *(report.published(number) for number in numbers),
        one.n,
        _("ít phiếu") if one.flagged else "",
    ]


def _indices(report: Report) -> Iterator[TablePage]:
    """The whole by factor and item; then by unit, service and stratum."""
    names = {
        reporting.OVERALL: _("Chung"),
        reporting.PART: _("Phần"),
        reporting.FACTOR: _("Nhân tố"),
        reporting.ITEM: _("Tiêu chí"),
    }
    if not report.rows:
        return
    about = _about(report)
    yield TablePage(
        sheet_name=_("Nhân tố, tiêu chí"),
        title=_("Chỉ số theo nhân tố, tiêu chí"),
        about=about,
        columns=_columns(
            report,
            TableColumn(heading=_("Loại"), width=12),
            TableColumn(heading=_("Nội dung"), width=60),
        ),
        rows=[
            [names[measure], one.label or names[measure], *_cells(one, report)]
            for measure in _MEASURES
            for one in report.of(measure)
        ],
    )
    groupings = (
        ("unit", _("Đơn vị"), "unit_name"),
        ("service", _("Dịch vụ"), "service"),
        ("stratum", _("Tầng"), "stratum"),
    )
    for by, words, attribute in groupings:
        if by in report.groupings:
            yield TablePage(
                sheet_name=_("Theo %(what)s") % {"what": words.lower()},
                title=_("Chỉ số theo %(what)s") % {"what": words.lower()},
                about=about,
                columns=_columns(
                    report,
                    TableColumn(heading=words, width=44),
                    TableColumn(heading=_("Nội dung"), width=44),
                ),
                rows=[
                    [getattr(one, attribute), one.label or _("Chỉ số chung"), *_cells(one, report)]
                    for measure in (reporting.OVERALL, reporting.PART, reporting.FACTOR)
                    for one in report.of(measure, by=frozenset({by}))
                ],
            )


def _ranking(report: Report) -> Iterator[TablePage]:
    """The order of the units, and how sure it is."""
    ranked, top = reporting.ranks_of(report)
    if not ranked:
        return
    rows = {one.unit: one for one in report.of(reporting.OVERALL, by=frozenset({"unit"}))}
    yield TablePage(
        sheet_name=_("Xếp hạng"),
        title=_("Xếp hạng các đơn vị và khoảng thứ hạng"),
        about=_("Khoảng thứ hạng đúng cùng lúc cho mọi đơn vị với độ tin cậy đã chọn."),
        columns=[
            TableColumn(heading=_("Thứ hạng"), width=10),
            TableColumn(heading=_("Đơn vị"), width=44),
            TableColumn(heading=_("Chỉ số (%)"), width=12, decimals=report.decimals),
            TableColumn(heading=_("Hạng tốt nhất có thể"), width=14),
            TableColumn(heading=_("Hạng thấp nhất có thể"), width=14),
            TableColumn(heading=_("Khả năng trong %(n)s đơn vị đầu (%%)") % {"n": top}, width=18),
        ],
        rows=[
            [
                one.rank,
                rows[one.unit].unit_name,
                report.published(rows[one.unit].index),
                one.best,
                one.worst,
                round(one.of_top * 100),
            ]
            for one in ranked
        ],
    )


def _trend(request: DeskRequest, wave: Any, report: Report) -> Iterator[TablePage]:
    """The change against the latest earlier wave of the same instrument, else “không so sánh”."""
    earlier = reporting.earlier_of(request.actor, wave) if report.rows else []
    chosen = reporting.compared_with(earlier)
    if chosen is None:
        return
    made = reporting.changes_of(report, chosen.results)
    shown = [
        *report.of(reporting.OVERALL),
        *report.of(reporting.PART),
        *report.of(reporting.FACTOR),
        *report.of(reporting.OVERALL, by=frozenset({"unit"})),
    ]
    yield TablePage(
        sheet_name=_("So với đợt trước"),
        title=_("Thay đổi so với “%(title)s”") % {"title": chosen.wave.title},
        about=_("Điểm phần trăm. Chỉ so sánh khi cùng bộ phiếu, cùng phiên bản."),
        columns=[
            TableColumn(heading=_("Chỉ số"), width=60),
            TableColumn(heading=_("Đợt này (%)"), width=30),
            TableColumn(heading=_("Thay đổi"), width=16),
            TableColumn(heading=_("Khoảng tin cậy"), width=20),
        ],
        rows=[
            [row["label"], row["now"], row["change"], row["interval"]]
            for row in (change_row(one, made, report) for one in shown)
        ],
    )


@require_safe
def table(request: DeskRequest, wave_id: UUID) -> HttpResponse:
    """Every index as a CSV table: blank where it is not published."""
    wave = watched_wave(request, wave_id)
    report = _report(request, wave)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["measure", "id", "label", "unit", "service", "stratum", "shown", "index", "se",
         "ci_low", "ci_high", "n"]
    )  # fmt: skip
    for one in report.rows:
        shown = "suppressed" if one.hidden else "flagged" if one.flagged else "shown"
        numbers = (one.index, one.se, one.low, one.high)
        writer.writerow(
            [one.measure, one.of,
             *map(harmless, (one.label, one.unit, one.service, one.stratum)), shown,
             *("" if number is None else report.published(number) for number in numbers),
             "" if one.n is None else one.n]
        )  # fmt: skip
    content = b"\xef\xbb\xbf" + stream.getvalue().encode()
    return attached(content, name=f"ket-qua-{wave.slug}.csv", kind=CSV)
