"""An item's rule as a drawing: the scale with its thresholds, and why an entry earns what; pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parindex.criteria.model import Item
from parindex.criteria.rules import Bands, Ratio, Reads, reads
from parindex.web.desk.views.scoring.rule import number_words, rule_words, said_words

if TYPE_CHECKING:
    from parindex.web.assessment.queries.entering import Worth


def scale_of(item: Item, said: Mapping[str, str]) -> dict[str, Any] | None:
    """The rule as a scale with its thresholds, and the entered value as a dot on it."""
    value = _quantity(said)
    bands = _bands(item)
    if not bands:
        return None
    low, high = Decimal(0), bands[-1]["to"]
    if value is not None and value > high:
        high = bands[-1]["to"] = value
    unit = "%" if reads(item.rule) is Reads.RATIO else ""
    bounds = [band["from_"] for band in bands] + ([high] if unit else [])
    made: dict[str, Any] = {
        "low": low,
        "high": high,
        "bands": bands,
        "marks": [{"at": at, "text": f"{number_words(at)}{unit}"} for at in bounds],
        "value": value,
    }
    says = _("Thang điểm: {bands}.").format(
        bands="; ".join(
            _("từ {start} được {text}").format(
                start=f"{number_words(band['from_'])}{unit}", text=band["text"]
            )
            for band in bands
        )
    )
    if value is not None:
        rounded = value.quantize(Decimal("0.01")) if value != value.to_integral() else value
        made["value_text"] = f"{number_words(rounded)}{unit}"
        share = value / high if high else Decimal(0)
        made["value_anchor"] = "start" if share < Decimal("0.1") else ""
        made["value_anchor"] = "end" if share > Decimal("0.9") else made["value_anchor"]
        says += " " + _("Giá trị đã nhập: {value}.").format(value=made["value_text"])
    made["says"] = says
    return made


def _bands(item: Item) -> list[dict[str, Any]]:
    rule, most = item.rule, item.max_points
    if isinstance(rule, Ratio):
        first = rule.zero_below or Decimal(0)
        words = (
            _("đủ {points} điểm khi đạt {full}%")
            if rule.full_at != 100
            else _("tỷ lệ × {points} điểm")
        )
        high = max(Decimal(100), rule.full_at)
        text = words.format(points=number_words(most), full=number_words(rule.full_at))
        found = [{"from_": first, "to": high, "text": text}]
        if first:
            found.insert(0, {"from_": Decimal(0), "to": first, "text": _("0 điểm")})
        return found
    if not isinstance(rule, Bands) or not rule.steps:
        return []
    steps = sorted(rule.steps, key=lambda step: step.start)
    percent = reads(rule) is Reads.RATIO
    high = max(Decimal(100), steps[-1].start) if percent else steps[-1].start * Decimal("1.25")
    high = max(high, steps[-1].start + (0 if percent else 1))
    starts = [step.start for step in steps] + [high]
    found = [
        {
            "from_": step.start,
            "to": starts[at + 1],
            "text": _("{points} điểm").format(points=number_words(step.points)),
        }
        for at, step in enumerate(steps)
    ]
    if steps[0].start > 0:
        found.insert(0, {"from_": Decimal(0), "to": steps[0].start, "text": _("0 điểm")})
    return found


def _quantity(said: Mapping[str, str]) -> Decimal | None:
    try:
        if "numerator" in said:
            below = Decimal(said.get("denominator") or 0)
            return Decimal(said["numerator"]) / below * 100 if below else None
        text = said.get("value") or said.get("count")
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def trace_of(item: Item, worth: Worth, law: tuple[str, str]) -> dict[str, Any]:
    """Why an entry earns its points, as the trace component takes it."""
    why = worth.why
    label = _("{points} trên {max} điểm").format(
        points=number_words(worth.points), max=number_words(worth.maximum or item.max_points)
    )
    said = said_words(item, worth.said) or why.text
    steps = [{"label": one.text} for one in why.because]
    return {
        "label": label,
        "children": [
            {"label": _("Đã nhập: {said}").format(said=said), "children": steps},
            {"label": rule_words(item), "law": _law_line(law)},
        ],
    }


def _law_line(law: tuple[str, str]) -> str:
    return ", ".join(one for one in (law[0].rstrip("."), law[1]) if one)
