"""The forms of surveys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parindex.web.desk.views.fieldwork.opening import MODE_WORDS
from parindex.web.desk.views.running.opening import DayField, MomentField

_SYNCS = _(
    "Phiếu trả lời trong hạn nhưng gửi sau (nhập từ giấy, điện thoại, máy của điều tra viên khi "
    "có mạng) còn được nhận đến lúc này."
)
_TYPED = ("paper", "phone")


class DatesForm(forms.Form):
    """When a wave takes answers."""

    opens_at = MomentField(label=_("Bắt đầu nhận phiếu"))
    closes_at = MomentField(label=_("Hạn nhận phiếu (kể cả thời điểm này)"), end=True)
    syncs_until = MomentField(
        label=_("Nhận phiếu gửi sau đến"), end=True, required=False, help_text=_SYNCS
    )
    reason = forms.CharField(label=_("Lý do đổi"), max_length=500, required=False)

    def __init__(self, *args: Any, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_reason:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """It opens before it closes."""
        cleaned: dict[str, Any] = super().clean() or {}
        _check_order(self, cleaned)
        return cleaned


def _check_order(form: forms.Form, cleaned: dict[str, Any]) -> None:
    opens, closes, syncs = (cleaned.get(one) for one in ("opens_at", "closes_at", "syncs_until"))
    if opens and closes and closes <= opens:
        form.add_error("closes_at", _("Hạn phải sau lúc bắt đầu. Sửa một trong hai thời điểm."))
    if closes and syncs and syncs < closes:
        form.add_error("syncs_until", _("Không được trước hạn nhận phiếu."))


class WaveForm(forms.Form):
    """What a wave is."""

    title = forms.CharField(
        label=_("Tên đợt khảo sát"), max_length=300,
        help_text=_("In trên thư mời và hiện với người trả lời."),
    )  # fmt: skip
    opens_at = MomentField(label=_("Bắt đầu nhận phiếu"))
    closes_at = MomentField(label=_("Hạn nhận phiếu (kể cả thời điểm này)"), end=True)
    syncs_until = MomentField(
        label=_("Nhận phiếu gửi sau đến"), end=True, required=False, help_text=_SYNCS
    )
    bodies = forms.MultipleChoiceField(
        label=_("Các đơn vị được chấm"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Mỗi người trả lời chấm tất cả các đơn vị này, trừ đơn vị của mình."),
    )  # fmt: skip
    typed_twice = forms.MultipleChoiceField(
        label=_("Nhập hai lần để đối chiếu"), required=False,
        choices=[(one, _(MODE_WORDS[one])) for one in _TYPED],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Hai người nhập cùng một phiếu; chỗ khác nhau do người thứ ba quyết."),
    )  # fmt: skip
    min_cell = forms.IntegerField(
        label=_("Số người tối thiểu của một ô mẫu"), min_value=2, max_value=50,
        help_text=_(
            "Ít người hơn thì câu trả lời có thể lộ là của ai; phần mềm cảnh báo khi rút mẫu và "
            "gộp ô khi trộn phiếu."
        ),
    )  # fmt: skip
    contacts_until = DayField(
        label=_("Xóa họ tên, điện thoại, địa chỉ vào ngày"), required=False,
        help_text=_("Sau ngày này danh sách liên hệ không còn; kết quả vẫn giữ."),
    )  # fmt: skip

    def __init__(self, *args: Any, bodies: list[Any], rates: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rates:
            field = self.fields["bodies"]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - it says so above
            field.choices = [(one.slug, one.name) for one in bodies]
        else:
            del self.fields["bodies"]

    def clean(self) -> dict[str, Any]:
        """It opens before it closes."""
        cleaned: dict[str, Any] = super().clean() or {}
        _check_order(self, cleaned)
        return cleaned
