"""A scoring rule in words, as an official would read it in the annex of a decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from parindex.criteria.model import Item
from parindex.criteria.plain import plain_decimal
from parindex.criteria.rules import Bands, Deduction, NoneDue, Options, Ratio, Reads, reads

_SAID: Final = {
    "vi": {
        "options": "Chọn một mức: {steps}.",
        "option": "{name} được {points} điểm",
        "bands": "Tính theo {quantity}: {steps}; dưới mức thấp nhất được 0 điểm.",
        "step": "từ {start}{unit} trở lên được {points} điểm",
        "ratio": "Điểm = {max} × tỷ lệ / {full}%, không quá {max} điểm.",
        "ratio_100": "Điểm = {max} × tỷ lệ (%) / 100.",
        "zero_below": " Tỷ lệ dưới {zero}% được 0 điểm.",
        "over_100": " Tỷ lệ được vượt 100%.",
        "deduction": "Được {max} điểm, trừ {each} điểm cho mỗi lần, không dưới {floor} điểm.",
        "given": "Cơ quan thẩm định cho từ 0 đến {max} điểm.",
        "zero_if": " Được 0 điểm nếu: {guard}.",
        "zero": " Không phát sinh (mẫu số bằng 0): 0 điểm.",
        "full": " Không phát sinh (mẫu số bằng 0): đủ điểm.",
        "not_applicable": " Không phát sinh (mẫu số bằng 0): không áp dụng.",
        "by_ratio": "tỷ lệ phần trăm",
        "by_value": "giá trị",
        "by_count": "số lượng",
    },
    "en": {
        "options": "One option is chosen: {steps}.",
        "option": "{name} earns {points} points",
        "bands": "By {quantity}: {steps}; below the lowest step 0 points.",
        "step": "from {start}{unit} on {points} points",
        "ratio": "Points = {max} × ratio / {full}%, at most {max} points.",
        "ratio_100": "Points = {max} × ratio (%) / 100.",
        "zero_below": " A ratio below {zero}% earns 0 points.",
        "over_100": " The ratio may exceed 100%.",
        "deduction": "{max} points, less {each} points each time, not below {floor} points.",
        "given": "The appraising body gives from 0 to {max} points.",
        "zero_if": " 0 points if: {guard}.",
        "zero": " None due (denominator 0): 0 points.",
        "full": " None due (denominator 0): full points.",
        "not_applicable": " None due (denominator 0): not applicable.",
        "by_ratio": "the ratio in percent",
        "by_value": "the value",
        "by_count": "the count",
    },
}


def sentence(item: Item, language: str) -> str:
    """The rule of an item in one or a few sentences.

    Numbers are written as the language writes them: ``0,25`` in Vietnamese.
    """
    said = _SAID[language]
    text = _shape(item, language)
    if item.zero_if is not None:
        text += said["zero_if"].format(guard=item.zero_if.say(language))
    if item.if_none_due is not None:
        text += said[NoneDue(item.if_none_due)]
    return text


def number(value: Decimal, language: str) -> str:
    """A decimal as a language writes it, as many places as it has."""
    text = plain_decimal(value)
    return text.replace(".", ",") if language == "vi" else text


def _shape(item: Item, language: str) -> str:
    said, rule = _SAID[language], item.rule
    most = number(item.max_points, language)
    if isinstance(rule, Options):
        steps = "; ".join(
            said["option"].format(name=name, points=number(points, language))
            for name, points in rule.points
        )
        return said["options"].format(steps=steps)
    if isinstance(rule, Bands):
        read = reads(rule)
        unit = "%" if read is Reads.RATIO else ""
        steps = "; ".join(
            said["step"].format(
                start=number(step.start, language), unit=unit, points=number(step.points, language)
            )
            for step in rule.steps
        )
        text = said["bands"].format(quantity=said[f"by_{read}"], steps=steps)
    elif isinstance(rule, Ratio):
        template = "ratio_100" if rule.full_at == 100 else "ratio"
        text = said[template].format(max=most, full=number(rule.full_at, language))
        if rule.zero_below is not None:
            text += said["zero_below"].format(zero=number(rule.zero_below, language))
    elif isinstance(rule, Deduction):
        return said["deduction"].format(
            max=most, each=number(rule.each, language), floor=number(rule.floor, language)
        )
    else:
        return said["given"].format(max=most)
    return text + (said["over_100"] if rule.over_100 else "")
