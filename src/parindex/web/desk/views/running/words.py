"""The words of the journal: what each verb says, and the names of what an entry keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from parindex.web.desk.templatetags.words import moment, stage
from parindex.web.desk.views.running.opening import phase_name

VERBS: Final[Mapping[str, str | Promise]] = {
    "round.planned": lazy("Lập kỳ đánh giá"),
    "round.started_from": lazy("Lấy đơn vị từ kỳ trước"),
    "round.units_added": lazy("Thêm đơn vị"),
    "round.appraiser_set": lazy("Phân công cơ quan thẩm định"),
    "round.table_put": lazy("Nhập bảng số liệu"),
    "round.approved": lazy("Phê duyệt kết quả"),
    "phase.replanned": lazy("Đổi thời gian giai đoạn"),
    "phase.opened": lazy("Mở giai đoạn"),
    "phase.closed": lazy("Đóng giai đoạn"),
    "phase.extended": lazy("Gia hạn"),
    "item.entrusted": lazy("Giao mục cho đơn vị khác"),
    "claim.saved": lazy("Tự chấm điểm"),
    "evidence.added": lazy("Thêm tài liệu kiểm chứng"),
    "evidence.withdrawn": lazy("Rút tài liệu kiểm chứng"),
    "exemption.asked": lazy("Đề nghị không áp dụng"),
    "exemption.granted": lazy("Quyết định không áp dụng"),
    "exemption.refused": lazy("Quyết định vẫn áp dụng"),
    "sheet.handed_in": lazy("Trình lãnh đạo đơn vị"),
    "sheet.sent_back": lazy("Trả lại phiếu"),
    "sheet.submitted": lazy("Gửi phiếu"),
    "sheet.signed_form": lazy("Đính kèm phiếu đã ký"),
    "finding.saved": lazy("Thẩm định"),
    "finding.agreed": lazy("Hai ý kiến thẩm định trùng nhau"),
    "finding.disputed": lazy("Hai ý kiến thẩm định khác nhau"),
    "finding.transcribed": lazy("Nhập điểm của Bộ"),
    "explanation.asked": lazy("Yêu cầu giải trình"),
    "explanation.given": lazy("Giải trình"),
    "council.decided": lazy("Hội đồng quyết định"),
    "change.proposed": lazy("Đề nghị thay đổi sau khóa"),
    "change.approved": lazy("Duyệt thay đổi sau khóa"),
    "change.refused": lazy("Không duyệt thay đổi sau khóa"),
}
_KEYS: Final[Mapping[str, str | Promise]] = {
    "points": lazy("điểm"),
    "marker": lazy("dấu"),
    "note": lazy("ghi chú"),
    "reason": lazy("lý do"),
    "stage": lazy("bước"),
    "phase": lazy("giai đoạn"),
    "until": lazy("hạn mới"),
    "closes_at": lazy("hạn"),
    "opens_at": lazy("mở lúc"),
    "waives_lateness": lazy("không tính muộn"),
    "reopened": lazy("mở lại phiếu"),
    "sheets": lazy("số phiếu"),
    "sheet": lazy("phiếu"),
    "body": lazy("cơ quan thẩm định"),
    "key": lazy("nhóm"),
    "unit": lazy("đơn vị"),
    "units": lazy("đơn vị"),
    "table": lazy("bảng"),
    "version": lazy("bản"),
    "digest": lazy("dấu niêm phong"),
    "bundle": lazy("gói số liệu"),
    "groups": lazy("khối"),
    "year": lazy("năm"),
    "reference_date": lazy("ngày chốt"),
    "previous": lazy("kỳ trước"),
    "accepts": lazy("chấp nhận"),
    "text": lazy("nội dung"),
    "quantity": lazy("số liệu"),
    "for_person": lazy("thay cho"),
    "option": lazy("mức chọn"),
    "numerator": lazy("tử số"),
    "denominator": lazy("mẫu số"),
    "value": lazy("giá trị"),
    "count": lazy("số lượng"),
    "veto": lazy("điểm liệt"),
    "in_favour": lazy("đồng ý"),
    "against": lazy("không đồng ý"),
    "abstained": lazy("phiếu trắng"),
    "chair_decided": lazy("Chủ tịch quyết định"),
    "minutes": lazy("biên bản"),
    "held_on": lazy("ngày họp"),
}
# Codes of the engine that stand as values.
_VALUES: Final[Mapping[str, str | Promise]] = {
    "scored": lazy("đã chấm"),
    "zero_if": lazy("điểm liệt"),
    "none_due_zero": lazy("không phát sinh, 0 điểm"),
    "none_due_full": lazy("không phát sinh, đủ điểm"),
    "not_applicable": lazy("không áp dụng"),
    "missing": lazy("chưa có"),
}
# Ids of rows tell nobody anything.
_LEFT_OUT: Final = frozenset(
    {"entry", "extension", "exemption", "question", "answer", "use", "seat"}
)
_FIGURES: Final = frozenset({"points", "numerator", "denominator", "value"})
_FIGURE: Final = re.compile(r"-?\d+(\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_PHASE: Final = re.compile(r"(self_scoring|appraisal|explanation|council) (\d+)")


def verb_words(verb: str) -> str:
    """What a verb says; one that has no words is shown as it is."""
    return str(VERBS.get(verb, verb))


def details(values: Mapping[str, Any] | None, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What an entry keeps, key by key, ids as the names of what they are."""
    return [
        (str(_KEYS.get(key, key)), _of(key, value, names))
        for key, value in (values or {}).items()
        if key not in _LEFT_OUT and value not in ("", None, [], {})
    ]


def _of(key: str, value: Any, names: Mapping[str, str]) -> str:
    """A value whose key says how it is written."""
    text = str(value)
    if key == "marker" and text in _VALUES:
        return str(_VALUES[text])
    if key == "stage":
        return stage(text)
    if key in _FIGURES and _FIGURE.fullmatch(text):
        return text.replace(".", ",")
    if key == "held_on" and _DAY.fullmatch(text):
        return "/".join(reversed(text.split("-")))
    return _said(value, names)


def _said(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, Mapping):
        return "; ".join(
            f"{_KEYS.get(key, key)}: {_of(key, one, names)}" for key, one in value.items()
        )
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_said(one, names) for one in value)
    text = str(value)
    if text in names:
        return names[text]
    phase = _PHASE.fullmatch(text)
    if phase:
        return phase_name(phase[1], int(phase[2]))
    if _ISO.fullmatch(text):
        try:
            return moment(datetime.fromisoformat(text))
        except ValueError:
            return text
    return text if len(text) <= 300 else text[:300] + "…"
