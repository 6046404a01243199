"""What is said of evidence: cautions, signatures and the state of its text, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parindex.web.assessment.queries.evidence import Caution
from parindex.web.journal.clock import VIETNAM

_N = gettext_noop
_CAUTIONS: Final[Mapping[str, str]] = {
    "several_items": _N("Tệp này được dùng cho nhiều mục: %(items)s."),
    "another_unit": _N("Tệp này cũng có trong phiếu đã gửi của %(n)s đơn vị khác."),
    "outside_year": _N("Văn bản ban hành ngày %(issued)s, ngoài năm đánh giá %(year)s."),
    "no_text": _N("Không đọc được chữ trong tệp nên không tìm kiếm được nội dung."),
    "reading": _N("Đang nhận dạng chữ trong tệp; nội dung tìm kiếm được sau khi xong."),
    "evidence.classified": _N(
        "Có dấu chỉ độ mật. Không đưa tài liệu mật lên hệ thống: kiểm tra ngay và rút tài liệu."
    ),
    "evidence.identity_numbers": _N(
        "Có danh sách số định danh cá nhân. Che các số này rồi nộp bản sửa đổi nếu không cần thiết."
    ),
    "evidence.embedded": _N("Trong tệp có tệp khác nhúng kèm; chỉ nội dung chính được xem xét."),
    "evidence.links_outside": _N("Tệp lấy nội dung từ nơi khác; phần đó có thể thay đổi."),
    "evidence.pdf_script": _N("Tệp PDF có đoạn chương trình; hệ thống không chạy."),
    "evidence.pdf_launch": _N("Tệp PDF có lệnh mở chương trình; hệ thống không chạy."),
    "evidence.pdf_attachments": _N("Tệp PDF có tệp đính kèm; chỉ nội dung chính được xem xét."),
}
_OTHER: Final = _N("Cần xem lại tệp này (%(code)s).")
_CHANGES: Final[Mapping[str, str]] = {
    "nothing": _N("không có thay đổi sau khi ký"),
    "archiving": _N("sau khi ký chỉ thêm dấu thời gian để lưu trữ"),
    "filling": _N("sau khi ký chỉ điền biểu mẫu hoặc ký thêm"),
    "content": _N("nội dung đã thay đổi sau khi ký"),
    "unknown": _N("không xác định được thay đổi sau khi ký"),
}
_TEXTS: Final[Mapping[str, str]] = {
    "none": _N("Chờ đọc nội dung để tìm kiếm"),
    "layer": _N("Có nội dung chữ, tìm kiếm được"),
    "reading": _N("Đang nhận dạng chữ: %(done)s trang"),
    "read": _N("Đã nhận dạng chữ, tìm kiếm được"),
    "failed": _N("Không đọc được chữ"),
}
GRAVE: Final = frozenset({"evidence.classified", "another_unit"})


def caution_words(one: Caution) -> str:
    """A caution as a sentence."""
    found = _CAUTIONS.get(one.code)
    if found is None:
        return _(_OTHER) % {"code": one.code.removeprefix("evidence.")}
    return _(found) % one.values if one.values else _(found)


def text_words(state: str, done: int) -> str:
    """Where the searchable text of a file stands."""
    return _(_TEXTS.get(state, _TEXTS["none"])) % {"done": done}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature as it is told: who, when, and what holds of it; ``state`` is a chip's code."""

    state: str
    who: str
    when: str
    holds: tuple[str, ...]


def signature_lines(rows: list[Mapping[str, object]]) -> list[SignatureLine]:
    """The signatures of a file; empty where nobody signed."""
    return [_line(row) for row in rows]


def _line(row: Mapping[str, object]) -> SignatureLine:
    changed = str(row.get("changed_since", "unknown"))
    intact, trusted = bool(row.get("is_intact")), bool(row.get("is_trusted"))
    who = str(row.get("signer") or _("không rõ người ký"))
    if row.get("organisation"):
        who = f"{who}, {row['organisation']}"
    holds = [
        _("phần được ký còn nguyên vẹn") if intact else _("phần được ký đã bị sửa"),
        _("ký trên cả tệp") if row.get("covers_whole_file") else _("không ký trên cả tệp"),
        _(_CHANGES.get(changed, _CHANGES["unknown"])),
        _("chứng thư số được tin cậy") if trusted else _("chứng thư số chưa được tin cậy"),
    ]
    if not row.get("was_certified_when_signed"):
        holds.append(_("không xác nhận được chứng thư còn hạn lúc ký"))
    if row.get("revocation", "not checked") == "not checked":
        holds.append(_("chưa kiểm tra thu hồi chứng thư"))
    if row.get("trouble"):
        holds.append(_("có phần không kiểm tra được"))
    if not intact or changed == "content":
        state = "signature_invalid"
    elif trusted and changed in {"nothing", "archiving", "filling"}:
        state = "signed"
    else:
        state = "signature_unknown"
    return SignatureLine(state=state, who=who, when=_when(row), holds=tuple(holds))


def _when(row: Mapping[str, object]) -> str:
    stamped = str(row.get("stamped_at") or "")
    text = stamped or str(row.get("signed_at") or "")
    try:
        moment = datetime.fromisoformat(text).astimezone(VIETNAM)
    except ValueError:
        return _("không rõ lúc ký")
    said = f"{moment:%H:%M %d/%m/%Y}"
    return said if stamped else _("%(at)s (theo máy của người ký)") % {"at": said}
