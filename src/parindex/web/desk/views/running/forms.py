"""The forms of running a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parindex.web.assessment.states import Direction
from parindex.web.desk.views.running.opening import (
    DIRECTION_WORDS,
    PROVISIONAL_ROLES,
    DayField,
    MomentField,
    choices_of,
)
from parindex.web.people.states import ROLE_WORDS

INDEX_WORDS = {"par-index": _("Chỉ số cải cách hành chính (PAR INDEX)")}


class AboutForm(forms.Form):
    """What round it is."""

    issuer = forms.ChoiceField(label=_("Cơ quan ban hành"))
    year = forms.IntegerField(
        label=_("Năm đánh giá"), min_value=2000, max_value=2100,
        help_text=_("Năm của kết quả, không phải năm chấm."),
    )  # fmt: skip
    title = forms.CharField(
        label=_("Tên kỳ đánh giá"), max_length=300,
        help_text=_("Ví dụ: Chỉ số cải cách hành chính các sở, ban, ngành năm 2025."),
    )  # fmt: skip
    index = forms.ChoiceField(label=_("Chỉ số"))
    direction = forms.ChoiceField(
        label=_("Chiều đánh giá"), choices=list(DIRECTION_WORDS.items()),
        widget=forms.RadioSelect, initial=Direction.DOWNWARD,
    )  # fmt: skip
    reference_date = DayField(
        label=_("Ngày chốt số liệu"),
        help_text=_("Đơn vị nào tồn tại vào ngày này thì được chấm. Khác với hạn gửi phiếu."),
    )
    previous = forms.ChoiceField(
        label=_("Bắt đầu từ kỳ trước"),
        required=False,
        help_text=_(
            "Lấy lại danh sách đơn vị và cơ quan thẩm định; đơn vị đã "
            "sáp nhập được thay bằng đơn vị kế thừa."
        ),
    )
    double_appraisal = forms.BooleanField(
        label=_("Hai người thẩm định độc lập mỗi mục"),
        required=False,
        help_text=_(
            "Không ai thấy điểm của người kia cho đến khi cả hai xong; "
            "khác nhau thì Hội đồng quyết định."
        ),
    )
    missing_is_zero = forms.BooleanField(
        label=_("Mục không có điểm thì tính 0 điểm khi phê duyệt"), required=False,
        help_text=_("Bỏ trống: chưa đủ điểm thì chưa phê duyệt được."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, issuers: list[Any], previous: list[Any], indices: set[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "issuer").choices = [(one.slug, one.name) for one in issuers]
        if len(issuers) == 1:
            self.fields["issuer"].widget = forms.HiddenInput()
            self.fields["issuer"].initial = issuers[0].slug
        names = sorted(indices | set(INDEX_WORDS))
        choices_of(self, "index").choices = [(one, INDEX_WORDS.get(one, one)) for one in names]
        choices_of(self, "previous").choices = [
            ("", _("Không, bắt đầu từ đầu")),
            *((str(one.id), one.title) for one in previous),
        ]


class PhaseForm(forms.Form):
    """When a phase is, and what is seen meanwhile."""

    opens_at = MomentField(label=_("Mở lúc"))
    closes_at = MomentField(label=_("Hạn (kể cả thời điểm này)"), end=True)
    units_see_findings = forms.BooleanField(
        label=_("Từ đây đơn vị xem được điểm thẩm định của mình"), required=False
    )
    provisional_for = forms.MultipleChoiceField(
        label=_("Ai xem được chỉ số tạm tính"), required=False,
        choices=[(str(one), _(ROLE_WORDS[one])) for one in PROVISIONAL_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A phase ends after it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes_at", _("Hạn phải sau lúc mở. Sửa một trong hai thời điểm."))
        return cleaned


class ReplanForm(forms.Form):
    """Other dates for a phase that was not opened yet."""

    opens_at = MomentField(label=_("Mở lúc"))
    closes_at = MomentField(label=_("Hạn (kể cả thời điểm này)"), end=True)
    reason = forms.CharField(label=_("Lý do"), max_length=500, required=False)


class ExtendForm(forms.Form):
    """More time for one sheet or for all."""

    sheet = forms.ChoiceField(label=_("Cho đơn vị"), required=False)
    until = MomentField(label=_("Hạn mới (kể cả thời điểm này)"), end=True)
    reason = forms.CharField(
        label=_("Lý do"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Mọi đơn vị trong kỳ đều đọc được lý do này."),
    )  # fmt: skip
    waives_lateness = forms.BooleanField(
        label=_("Gửi trong hạn mới thì không tính là muộn"), required=False
    )
    reopen = forms.BooleanField(
        label=_("Mở lại phiếu đã gửi để đơn vị sửa"), required=False,
        help_text=_("Chỉ cho một đơn vị, khi đang tự chấm điểm; được ghi vào sổ công khai."),
    )  # fmt: skip

    def __init__(self, *args: Any, sheets: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "sheet").choices = [
            ("", _("Mọi đơn vị trong kỳ")),
            *((str(one.id), one.unit.name) for one in sheets),
        ]

    def clean(self) -> dict[str, Any]:
        """Only one sheet can be reopened at a time."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reopen") and not cleaned.get("sheet"):
            self.add_error("reopen", _("Chọn một đơn vị để mở lại phiếu."))
        return cleaned


class TableForm(forms.Form):
    """A table of figures that nobody enters item by item."""

    name = forms.ChoiceField(label=_("Bảng số liệu"))
    source = forms.CharField(
        label=_("Nguồn số liệu"), max_length=300,
        help_text=_("Số, ngày văn bản; ví dụ: Báo cáo 12/BC-SNV ngày 10/01/2026."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Tệp .csv hoặc .xlsx"), help_text=_("Không quá 20 MB. Chưa ghi gì ở bước này.")
    )

    def __init__(self, *args: Any, names: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "name").choices = names
