"""The forms of the end of a wave, and the plan of estimation that one of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parindex.web.desk.views.running.opening import MomentField
from parindex.web.fieldwork.queries.reporting import SIPAS, EstimatePlan, GroupPlan

# What a plan has where nothing else is said.
_USUAL = EstimatePlan(lonely_psu="adjust")
_LONELY = (
    ("adjust", _("Tính theo trung bình chung (thận trọng, mặc định)")),
    ("average", _("Lấy phương sai trung bình của các tầng khác")),
    ("certainty", _("Coi là chắc chắn được chọn, không có sai số")),
    ("fail", _("Không tính, báo lỗi để gộp tầng")),
)
_INTERVALS = (
    ("t", _("Theo phân phối t (mặc định)")),
    ("logit", _("Logit: không vượt 0–100%")),
)


class ReopenForm(forms.Form):
    """Until when, and why."""

    closes_at = MomentField(label=_("Hạn nhận phiếu mới (kể cả thời điểm này)"), end=True)
    reason = forms.CharField(
        label=_("Lý do"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class EstimateForm(forms.Form):
    """By which rules a wave is estimated; kept with the results."""

    confidence = forms.ChoiceField(
        label=_("Độ tin cậy của khoảng"),
        choices=[("0.95", "95%"), ("0.90", "90%"), ("0.99", "99%")],
    )  # fmt: skip
    interval = forms.ChoiceField(label=_("Cách lập khoảng tin cậy"), choices=_INTERVALS)
    lonely_psu = forms.ChoiceField(
        label=_("Tầng chỉ có một cụm"), choices=_LONELY,
        help_text=_(
            "Một cụm thì không biết các cụm trong tầng khác nhau bao nhiêu; phải chọn cách tính."
        ),
    )  # fmt: skip
    suppress_below = forms.IntegerField(
        label=_("Không công bố số của dưới bao nhiêu phiếu"),
        min_value=5,
        max_value=100,
        initial=_USUAL.suppress_below,
    )
    flag_below = forms.IntegerField(
        label=_("Đánh dấu “ít phiếu” khi dưới"),
        min_value=5,
        max_value=500,
        initial=_USUAL.flag_below,
    )
    decimals = forms.IntegerField(
        label=_("Số chữ số thập phân công bố"), min_value=0, max_value=4, initial=_USUAL.decimals
    )

    def __init__(
        self, *args: Any, scored: bool, groups: Sequence[tuple[str, int]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not scored:
            del self.fields["decimals"]
        for at, (name, _n) in enumerate(groups):
            self.fields[f"weight_{at}"] = forms.DecimalField(
                label=_("Trọng số của nhóm “%(name)s”") % {"name": name},
                min_value=Decimal("0.01"), max_value=1000, initial=1, localize=True,
            )  # fmt: skip
            self.fields[f"group_{at}"] = forms.CharField(
                widget=forms.HiddenInput, initial=name, required=False
            )

    def clean(self) -> dict[str, Any]:
        """What is flagged begins where what is hidden ends, or later."""
        cleaned: dict[str, Any] = super().clean() or {}
        hidden, flagged = cleaned.get("suppress_below"), cleaned.get("flag_below")
        if hidden and flagged and flagged < hidden:
            self.add_error("flag_below", _("Không được nhỏ hơn mức không công bố."))
        return cleaned


def plan_of(said: Mapping[str, Any]) -> EstimatePlan:
    """The plan that a form says."""
    groups = {
        said[f"group_{at}"]: GroupPlan(weight=said[f"weight_{at}"])
        for at in range(len(said))
        if f"weight_{at}" in said
    }
    return EstimatePlan(
        lonely_psu=said["lonely_psu"],
        interval=said["interval"],
        confidence=Decimal(said["confidence"]),
        flag_below=said["flag_below"],
        suppress_below=said["suppress_below"],
        decimals=said.get("decimals", _USUAL.decimals),
        sipas_item=SIPAS if "decimals" in said else "",
        groups=groups,
    )
