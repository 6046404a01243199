"""The forms of people: accounts, assignments, delegations, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from parindex.web.desk.views.running.opening import DayField, choices_of
from parindex.web.journal import clock
from parindex.web.people.states import OF_A_UNIT, ROLE_WORDS, Role, Scope

SCOPE_WORDS = {
    Scope.READ: _("Đọc"),
    Scope.SCORE: _("Tự chấm điểm, giải trình"),
    Scope.APPRAISE: _("Thẩm định, quyết định"),
    Scope.ADMINISTER: _("Quản trị kỳ và người dùng"),
    Scope.FIELDWORK: _("Phỏng vấn bằng điện thoại (ODK Collect)"),
}
_USERNAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._@-]{2,59}$",
    _("Chữ thường không dấu, chữ số, dấu chấm, gạch; ví dụ nguyen.van.an."),
)


class AccountForm(forms.Form):
    """A person's account."""

    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=60,
        validators=[_USERNAME],
        help_text=_("Chữ thường không dấu, ví dụ nguyen.van.an. Không đổi được về sau."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(label=_("Họ và tên"), max_length=120)
    email = forms.EmailField(
        label=_("Thư điện tử công vụ"),
        help_text=_("Nơi nhận đường dẫn đặt mật khẩu và các nhắc việc."),
    )

    def clean_username(self) -> str:
        """Names are kept in small letters."""
        return str(self.cleaned_data["username"]).lower()


class ChangeForm(forms.Form):
    """What may change of an account."""

    name = AccountForm.base_fields["name"]
    email = AccountForm.base_fields["email"]


class AssignForm(forms.Form):
    """A role for a person."""

    role = forms.ChoiceField(
        label=_("Vai trò"), choices=[(str(one), _(words)) for one, words in ROLE_WORDS.items()]
    )
    unit = forms.ChoiceField(
        label=_("Đơn vị"), required=False,
        help_text=_("Cần cho cán bộ đầu mối, thủ trưởng và chuyên viên thẩm định."),
    )  # fmt: skip
    round = forms.ChoiceField(label=_("Kỳ đánh giá"), required=False)
    starts_on = DayField(label=_("Từ ngày"))
    last_on = DayField(label=_("Đến hết ngày"), required=False)

    def __init__(self, *args: Any, units: list[Any], rounds: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "unit").choices = [
            ("", _("Không gắn với đơn vị")),
            *((str(one.id), one.name) for one in units),
        ]
        choices_of(self, "round").choices = [
            ("", _("Mọi kỳ")),
            *((str(one.id), one.title) for one in rounds),
        ]

    def clean(self) -> dict[str, Any]:
        """The roles of a unit need one; an end is not before its beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("role") in {str(one) for one in OF_A_UNIT} and not cleaned.get("unit"):
            self.add_error("unit", _("Vai trò này phải gắn với một đơn vị. Chọn đơn vị."))
        starts, last = cleaned.get("starts_on"), cleaned.get("last_on")
        if starts and last and last < starts:
            self.add_error("last_on", _("Ngày kết thúc trước ngày bắt đầu. Sửa một trong hai."))
        return cleaned


class DelegationForm(forms.Form):
    """A right lent to a colleague."""

    assignment = forms.ChoiceField(label=_("Vai trò ủy quyền"))
    to = forms.ChoiceField(
        label=_("Cho ai"),
        help_text=_(
            "Người nhận cũng không được thẩm định, quyết định cho đơn vị của người ủy quyền."
        ),
    )
    starts_on = DayField(label=_("Từ ngày"))
    ends_on = DayField(label=_("Đến hết ngày"))
    reason = forms.CharField(
        label=_("Lý do"), max_length=500, help_text=_("Ví dụ: đi công tác, nghỉ phép.")
    )

    def __init__(
        self, *args: Any, assignments: list[Any], colleagues: list[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "assignment").choices = [
            (str(one.id), assignment_words(one)) for one in assignments
        ]
        choices_of(self, "to").choices = [
            ("", _("Chọn đồng nghiệp")),
            *((str(one.id), f"{one.name} ({one.username})") for one in colleagues),
        ]

    def clean(self) -> dict[str, Any]:
        """A delegation ends, and not before it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("Ngày kết thúc trước ngày bắt đầu. Sửa một trong hai."))
        return cleaned


def assignment_words(one: Any) -> str:
    """An assignment in words: role and unit."""
    words = str(_(ROLE_WORDS[Role(one.role)]))
    return f"{words}, {one.unit.name}" if one.unit else words


class TokenForm(forms.Form):
    """A key for programs."""

    name = forms.CharField(
        label=_("Tên khóa"),
        max_length=80,
        help_text=_("Chương trình nào dùng, ví dụ: nạp số liệu một cửa."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Được làm gì"), widget=forms.CheckboxSelectMultiple,
        choices=[(str(one), words) for one, words in SCOPE_WORDS.items()],
        help_text=_("Không bao giờ nhiều hơn quyền của chính người tạo."),
    )  # fmt: skip
    last_on = DayField(label=_("Dùng đến hết ngày"), help_text=_("Nhiều nhất 400 ngày."))

    def clean_last_on(self) -> Any:
        """A key ends in the future, and within the time allowed."""
        day = self.cleaned_data["last_on"]
        if not clock.today() <= day <= clock.today() + timedelta(days=399):
            raise forms.ValidationError(_("Chọn một ngày từ hôm nay đến 399 ngày nữa."))
        return day
