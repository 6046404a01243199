"""The gallery of components, each with an example, from fixed sample data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NOW: Final = dt.datetime(2025, 12, 12, 9, 0, tzinfo=_ZONE)
DEADLINE: Final = dt.datetime(2025, 12, 15, 17, 0, tzinfo=_ZONE)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its example; nothing here is anybody's data."""
    return render(request, "desk/components.html", examples())


class _Form(forms.Form):
    share = forms.CharField(
        label="Tỷ lệ nhiệm vụ hoàn thành",
        help_text="Số nhiệm vụ hoàn thành chia cho số nhiệm vụ phải hoàn thành. Ví dụ: 92,5",
        error_messages={
            "required": "Nhập tỷ lệ, ví dụ 92,5; nếu không có nhiệm vụ, chọn “Không áp dụng”."
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    signed_on = forms.DateField(
        label="Ngày ban hành kế hoạch",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    kind = forms.ChoiceField(
        label="Hình thức ban hành",
        choices=[("decision", "Quyết định"), ("plan", "Kế hoạch"), ("letter", "Công văn")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Giải trình", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    public = forms.BooleanField(label="Đã công khai trên cổng thông tin điện tử", required=False)


def _task(code: str, name: str, state: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "state": state, "url": "#tasks", **more}


def examples() -> dict[str, Any]:
    """The sample data of the gallery's page."""
    wrong = _Form({"share": "", "kind": "plan", "note": "Có 3 nhiệm vụ chuyển sang năm sau."})
    wrong.is_valid()
    tasks = [
        _task(
            "1.1",
            "Ban hành kế hoạch cải cách hành chính năm",
            "done",
            points=Decimal("1.5"),
            max_points=Decimal("1.5"),
            n_evidence=2,
            who="Sở Nội vụ",
        ),
        _task(
            "1.2",
            "Mức độ hoàn thành kế hoạch cải cách hành chính",
            "started",
            points=Decimal("1.3875"),
            max_points=Decimal(2),
            n_evidence=1,
            who="Sở Nội vụ",
        ),
        _task(
            "1.3",
            "Công tác tuyên truyền cải cách hành chính",
            "late",
            points=None,
            max_points=Decimal(1),
            n_evidence=0,
            who="Sở Văn hóa, Thể thao và Du lịch",
            late=True,
            note="Quá hạn 2 ngày: chưa có tài liệu kiểm chứng",
        ),
    ]
    more = [
        _task(
            "2.1",
            "Xử lý văn bản trái pháp luật do cơ quan có thẩm quyền phát hiện qua kiểm tra",
            "not_applicable",
            points=None,
            max_points=Decimal(1),
            n_evidence=1,
            who="Sở Tư pháp",
        ),
        _task(
            "2.2",
            "Rà soát, hệ thống hóa văn bản",
            "empty",
            points=None,
            max_points=Decimal("1.5"),
            n_evidence=0,
            who="Sở Tư pháp",
        ),
    ]
    units: list[tuple[str, list[str], bool]] = [
        ("Sở Nội vụ", ["1", "0.9", "0.45", "0.2"], False),
        ("Ban Quản lý Khu kinh tế, công nghiệp tỉnh", ["0.8", "0.35", "0", "0"], True),
        ("Sở Nông nghiệp và Môi trường", ["1", "1", "0.75", "0.6"], False),
    ]
    return {
        "now": NOW,
        "deadline": DEADLINE,
        "states": (
            "empty",
            "started",
            "missing_evidence",
            "done",
            "late",
            "not_applicable",
            "locked",
            "in_unit_review",
            "submitted",
            "accepted",
            "lowered",
            "refused",
            "asked",
            "signed",
            "signature_unknown",
            "queued",
            "failed",
        ),
        "form": wrong,
        "trail_example": [
            {"label": "Việc của tôi", "url": "#"},
            {"label": "Phiếu tự chấm điểm", "url": "#"},
            {"label": "1.2 Mức độ hoàn thành kế hoạch"},
        ],
        "waits": [
            {
                "n": 7,
                "text": "tiêu chí chưa tự chấm điểm",
                "deadline": DEADLINE,
                "url": "#",
                "action": "Chấm tiếp",
            },
            {
                "n": 2,
                "text": "yêu cầu giải trình chờ trả lời",
                "deadline": NOW - dt.timedelta(days=2),
                "url": "#",
                "action": "Giải trình",
            },
            {"n": 1, "text": "phiếu chờ duyệt để gửi", "url": "#", "action": "Xem và duyệt"},
        ],
        "figures": [
            {"label": "Điểm tự chấm", "value": "61,25", "of": "70"},
            {"label": "Tiêu chí đã xong", "value": "31", "of": "38"},
            {"label": "Tài liệu kiểm chứng", "value": "94"},
        ],
        "areas": [
            {
                "code": "1",
                "name": "Công tác chỉ đạo, điều hành",
                "points": Decimal("2.8875"),
                "max_points": Decimal("4.5"),
                "tasks": tasks,
            },
            {
                "code": "2",
                "name": "Cải cách thể chế",
                "points": Decimal(0),
                "max_points": Decimal("2.5"),
                "tasks": more,
            },
        ],
        "rows": [
            {"key": "Tỷ lệ hoàn thành", "value": "92,5%", "url": "#", "action": "Sửa"},
            {
                "key": "Tài liệu kiểm chứng",
                "value": "2 tệp",
                "state": "signed",
                "url": "#",
                "action": "Sửa",
            },
            {"key": "Điểm tự chấm", "value": "1,3875/2"},
        ],
        "columns": [
            {"label": "Đơn vị", "sort": "name"},
            {"label": "Tự chấm", "numeric": True, "sort": "self"},
            {"label": "Thẩm định", "numeric": True, "sort": "found"},
            {"label": "Thay đổi", "numeric": True},
            {"label": "Trạng thái"},
        ],
        "table_rows": [
            ["Sở Nội vụ", "92,43", "90,11", "▼ 2,32", {"state": "concluded"}],
            ["Sở Tài chính", "88,00", "88,00", "– không đổi", {"state": "appraising"}],
            [
                {"text": "Ban Quản lý Khu kinh tế, công nghiệp tỉnh", "url": "#"},
                "85,50",
                "–",
                "không so sánh",
                {"state": "late"},
            ],
        ],
        "matrix_columns": [
            {"label": "Chỉ đạo", "full": "Công tác chỉ đạo, điều hành"},
            {"label": "Thể chế", "full": "Cải cách thể chế"},
            {"label": "Thủ tục", "full": "Cải cách thủ tục hành chính"},
            {"label": "Bộ máy", "full": "Cải cách tổ chức bộ máy"},
        ],
        "matrix_rows": [
            {
                "label": name,
                "url": "#matrix",
                "cells": [
                    {
                        "share": Decimal(share),
                        "text": f"{round(float(share) * 20)}/20",
                        "late": late and not float(share),
                        "url": "#matrix",
                    }
                    for share in shares
                ],
                "sum": f"{round(sum(float(share) for share in shares) * 20)}/80",
            }
            for name, shares, late in units
        ],
        "matrix_foot": ["56/60", "45/60", "24/60", "16/60", "141/240"],
        "steps": [
            {"name": "Tự chấm điểm", "when": "01/11 – 30/11/2025", "past": True},
            {
                "name": "Thẩm định lần 1",
                "when": "01/12 – 15/12/2025",
                "current": True,
                "ends_at": DEADLINE,
            },
            {"name": "Giải trình", "when": "16/12 – 22/12/2025"},
            {"name": "Hội đồng quyết định", "when": "05/01/2026"},
            {"name": "Công bố", "when": "15/01/2026"},
        ],
        "tabs": [
            {"label": "Chờ tôi", "url": "#tabs", "current": True, "count": 7},
            {"label": "Đã xong", "url": "#tabs", "count": 31},
            {"label": "Tất cả", "url": "#tabs", "count": 38},
        ],
        "node": {
            "label": "1.2 Mức độ hoàn thành kế hoạch",
            "value": "1,3875",
            "law": "Quyết định số …/QĐ-UBND, phụ lục II, mục 1.2",
            "children": [
                {"label": "Tỷ lệ hoàn thành (nhập)", "value": "92,5%"},
                {
                    "label": "Quy tắc: từ 80% trở lên, điểm = tỷ lệ × 1,5",
                    "value": "1,3875",
                    "children": [
                        {"label": "Ngưỡng dưới: dưới 80% được 0 điểm", "value": "không áp dụng"},
                        {"label": "92,5% × 1,5", "value": "1,3875"},
                    ],
                },
            ],
        },
        "scale": {
            "low": Decimal(0),
            "high": Decimal(100),
            "bands": [
                {"from_": Decimal(0), "to": Decimal(80), "text": "0 điểm"},
                {"from_": Decimal(80), "to": Decimal(100), "text": "tỷ lệ × 1,5"},
            ],
            "marks": [
                {"at": Decimal(0), "text": "0%"},
                {"at": Decimal(80), "text": "80%"},
                {"at": Decimal(100), "text": "100%"},
            ],
            "value": Decimal("92.5"),
            "value_text": "92,5%",
            "says": "Từ 0% đến 100%; dưới 80% được 0 điểm; giá trị đã nhập 92,5%.",
        },
        "files": [
            {
                "name": "Kế hoạch số 12/KH-UBND.pdf",
                "url": "#viewer",
                "n_bytes": 1_482_000,
                "kind": "PDF",
                "state": "sound",
                "signature": "signed",
                "at": NOW,
                "who": "Trần Thị Bình",
                "page": "3–5",
                "current": True,
                "remove_url": "#",
            },
            {
                "name": "Báo cáo kết quả thực hiện (bản quét).pdf",
                "url": "#viewer",
                "n_bytes": 8_230_000,
                "kind": "PDF",
                "state": "checking",
                "at": NOW,
                "who": "Trần Thị Bình",
            },
        ],
        "entries": [
            {"at": NOW, "who": "Nguyễn Văn An", "text": "Yêu cầu giải trình mục 1.2"},
            {
                "at": NOW - dt.timedelta(days=12),
                "who": "Trần Thị Bình",
                "text": "Gửi phiếu tự chấm điểm",
            },
        ],
        "options": [
            {"value": "accept", "label": "Chấp nhận điểm tự chấm", "worth": "1,3875", "key": "1"},
            {"value": "lower", "label": "Giảm điểm", "what": "Ghi lý do và căn cứ", "key": "2"},
            {
                "value": "ask",
                "label": "Yêu cầu giải trình",
                "what": "Đơn vị có thời gian trả lời đến hết bước giải trình",
                "key": "3",
            },
        ],
        "filter_fields": [
            {"kind": "search", "id": "filter-q", "name": "q", "label": "Tên hoặc mã", "value": ""},
            {
                "kind": "select",
                "id": "filter-state",
                "name": "state",
                "label": "Trạng thái",
                "value": "late",
                "empty": "Tất cả",
                "options": [
                    {"value": "late", "label": "Quá hạn"},
                    {"value": "done", "label": "Đã xong"},
                ],
            },
        ],
        "page_example": Paginator(range(168), 20).page(3),
        "conflict_rows": [
            {"name": "share", "label": "Tỷ lệ hoàn thành", "mine": "92,5%", "theirs": "91,0%"},
            {
                "name": "note",
                "label": "Giải trình",
                "mine": "Có 3 nhiệm vụ chuyển sang năm sau.",
                "theirs": "",
            },
        ],
        "consequences": [
            "Phiếu được khóa; từ nay chỉ xem được.",
            "Sở Nội vụ nhận được thông báo và bắt đầu thẩm định.",
            "Muốn sửa phải đề nghị trả lại phiếu, có lý do.",
        ],
        "keys_example": [
            {"key": "j", "says": "dòng sau"},
            {"key": "k", "says": "dòng trước"},
            {"key": "Enter", "says": "mở"},
        ],
        "lines": [
            "Hàng 14, cột D: “92.5%” không phải là số. Nhập 92,5.",
            "Hàng 20: chưa có mã đơn vị.",
        ],
    }
