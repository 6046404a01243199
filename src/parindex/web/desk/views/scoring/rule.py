"""An item's rule as a form: what it reads, in words and as fields; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from parindex.criteria.model import Item
from parindex.criteria.rules import Options, Reads, allows_over_100, reads
from parindex.criteria.sentences import sentence

# The options that rulebooks name by a word of theirs, as an official says them.
_OPTIONS: Final = {
    "timely": gettext_lazy("Đúng thời hạn"),
    "late": gettext_lazy("Chậm so với thời hạn"),
    "none": gettext_lazy("Không thực hiện"),
    "full": gettext_lazy("Thực hiện đầy đủ"),
    "partial": gettext_lazy("Thực hiện một phần"),
    "improved": gettext_lazy("Tăng so với năm trước"),
    "maintained": gettext_lazy("Giữ như năm trước"),
    "applied": gettext_lazy("Đã áp dụng"),
    "chair": gettext_lazy("Chủ tịch chủ trì"),
    "deputy_chair": gettext_lazy("Phó Chủ tịch chủ trì"),
    "director": gettext_lazy("Giám đốc"),
    "deputy_director": gettext_lazy("Phó Giám đốc"),
    "department_head": gettext_lazy("Trưởng phòng"),
    "division_head": gettext_lazy("Trưởng phòng, ban"),
    "province_leader": gettext_lazy("Lãnh đạo tỉnh"),
    "district_leader": gettext_lazy("Lãnh đạo huyện"),
    "commune_leader": gettext_lazy("Lãnh đạo xã"),
}
COLUMNS: Final[Mapping[Reads, tuple[str, ...]]] = {
    Reads.OPTION: ("option",),
    Reads.RATIO: ("numerator", "denominator", "value"),
    Reads.VALUE: ("value",),
    Reads.COUNT: ("count",),
    Reads.POINTS: ("points",),
}
LABELS: Final = {
    "option": gettext_lazy("Mức đạt được"),
    "numerator": gettext_lazy("Tử số (đã thực hiện)"),
    "denominator": gettext_lazy("Mẫu số (phải thực hiện)"),
    "value": gettext_lazy("Giá trị"),
    "count": gettext_lazy("Số lượng"),
    "points": gettext_lazy("Điểm"),
    "veto": gettext_lazy("Trường hợp bị 0 điểm"),
    "note": gettext_lazy("Ghi chú"),
}
# What the contract refuses, in the words of a form; what is not here is told in its own words.
_WRONG: Final = {
    "entry.half_a_pair": gettext_lazy("Nhập cả tử số và mẫu số, ví dụ 19 và 20."),
    "entry.numerator_above": gettext_lazy(
        "Tử số lớn hơn mẫu số. Kiểm tra lại hai số, ví dụ 19 trên 20."
    ),
    "entry.over_100": gettext_lazy("Tỷ lệ trên 100%. Nhập từ 0 đến 100, ví dụ 98,7."),
    "entry.pair_and_value": gettext_lazy(
        "Chỉ nhập một cách: tử số và mẫu số, hoặc tỷ lệ. Xóa một trong hai."
    ),
    "entry.above_maximum": gettext_lazy("Điểm cao hơn điểm tối đa của mục. Nhập từ 0 đến {max}."),
    "entry.not_whole": gettext_lazy("Số lượng phải là số nguyên, ví dụ 2."),
    "entry.negative": gettext_lazy("Không nhập số âm. Không có thì ghi 0."),
    "entry.none_due": gettext_lazy(
        "Mẫu số bằng 0 thì không tính được tỷ lệ. Nếu không phát sinh nhiệm vụ, đề nghị"
        " không áp dụng mục này."
    ),
    "entry.unknown_option": gettext_lazy("Chọn một mức trong danh sách."),
    "number.not_a_number": gettext_lazy("“{got}” không phải là số. Nhập như 92,43."),
    "number.thousands": gettext_lazy("Viết số liền, không có dấu ngăn hàng nghìn, như 1234,5."),
    "number.ambiguous": gettext_lazy(
        "Không rõ “{got}” là số thập phân hay hàng nghìn. Dùng dấu phẩy cho phần thập phân,"
        " như 1,234; hoặc viết liền, như 1234."
    ),
}


def language() -> str:
    """The language of the page, as the engine names it."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def number_words(value: Decimal | None) -> str:
    """A number with every place that it has, as the language writes it: 1,3875."""
    if value is None:
        return "–"
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",") if language() == "vi" else text


def option_words(name: str) -> str:
    """An option as it is said; an unknown one by its own name."""
    return str(_OPTIONS[name]) if name in _OPTIONS else name.replace("_", " ")


def rule_words(item: Item) -> str:
    """The rule as a sentence, its options in words."""
    text = sentence(item, language())
    if isinstance(item.rule, Options):
        for name, _points in item.rule.points:
            for before in (": ", "; "):
                text = text.replace(f"{before}{name} ", f"{before}{option_words(name)} ", 1)
    return text


def posted(item: Item, data: Mapping[str, str]) -> dict[str, str]:
    """The columns that the rule reads, as they were posted."""
    names = (*COLUMNS[reads(item.rule)], "veto")
    found = {name: data.get(name, "").replace("\x00", "").strip() for name in names}
    found["veto"] = "yes" if found["veto"] and item.zero_if is not None else ""
    return {name: value for name, value in found.items() if value}


def shown_values(said: Mapping[str, str]) -> dict[str, str]:
    """What is kept, as it stands in a field of the form."""
    plain = {"option", "veto", "reason"}
    return {
        name: value if name in plain or language() != "vi" else value.replace(".", ",")
        for name, value in said.items()
    }


def one_value(name: str, value: str) -> str:
    """One column of an entry in words."""
    if name == "option":
        return option_words(value) if value else ""
    if name == "veto":
        return _("Có") if value else _("Không")
    return value


def said_words(item: Item | None, said: Mapping[str, str]) -> str:
    """What an entry says, on one line."""
    shown = shown_values(said)
    if said.get("not_applicable"):
        return _("Không áp dụng")
    unit = "%" if item is not None and reads(item.rule) is Reads.RATIO else ""
    parts = []
    if "numerator" in shown:
        parts.append(f"{shown['numerator']}/{shown.get('denominator', '')}")
    if "value" in shown:
        parts.append(f"{shown['value']}{unit}")
    if "count" in shown:
        parts.append(_("số lượng {n}").format(n=shown["count"]))
    if "option" in shown:
        parts.append(option_words(shown["option"]))
    if "points" in shown:
        parts.append(_("{points} điểm").format(points=shown["points"]))
    if "veto" in shown:
        parts.append(_("có trường hợp bị 0 điểm"))
    return ", ".join(parts)


@dataclass
class EntryForm:
    """What the fields of an item hold, and what is wrong at which."""

    item: Item
    values: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the form, in order."""
        guard = ("veto",) if self.item.zero_if is not None else ()
        return (*COLUMNS[reads(self.item.rule)], *guard)

    @property
    def reads(self) -> str:
        """The one quantity that the rule reads."""
        return reads(self.item.rule)

    @property
    def options(self) -> list[dict[str, Any]]:
        """The options with their points; 1 to 9 choose one."""
        if not isinstance(self.item.rule, Options):
            return []
        return [
            {
                "value": name,
                "label": option_words(name),
                "worth": _("{points} điểm").format(points=number_words(points)),
                "key": str(at) if at < 10 else "",
            }
            for at, (name, points) in enumerate(self.item.rule.points, start=1)
        ]

    @property
    def guard(self) -> str:
        """The guard's words, where the item has one."""
        return self.item.zero_if.say(language()) if self.item.zero_if is not None else ""

    @property
    def over_100(self) -> bool:
        """Whether the ratio may exceed 100 percent."""
        return allows_over_100(self.item.rule)

    @property
    def slots(self) -> list[dict[str, str]]:
        """Each field with what is wrong at it, empty where nothing is."""
        return [{"name": name, "error": self.errors.get(name, "")} for name in self.names]

    @property
    def summary(self) -> list[dict[str, str]]:
        """The errors for the summary on top, each leading to its field."""
        found = [
            {"id": name, "text": f"{LABELS[name]}: {self.errors[name]}"}
            for name in self.names
            if name in self.errors
        ]
        return found + [{"id": "", "text": one} for one in self.general]

    def take(self, problems: Sequence[Any]) -> None:
        """Put problems of the contract at their fields."""
        for problem in problems:
            words = _WRONG.get(problem.code)
            text = str(words).format(**problem.values) if words else problem.say(language())
            name = self._place(problem.code, problem.values)
            if name in self.names:
                self.errors.setdefault(name, text)
            else:
                self.general.append(text)

    def _place(self, code: str, values: Mapping[str, object]) -> str:
        if code == "entry.half_a_pair":
            return "numerator" if "numerator" not in self.values else "denominator"
        if code in {"entry.over_100", "entry.pair_and_value"}:
            return "value"
        if code == "entry.none_due":
            return "denominator"
        if code == "entry.no_guard":
            return "veto"
        if "column" in values:
            return str(values["column"])
        if code == "number.ambiguous":
            got = [name for name, value in self.values.items() if value == values.get("got")]
            return got[0] if got else self.names[0]
        return self.names[0]
