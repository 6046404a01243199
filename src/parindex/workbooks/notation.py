"""A rule and its examples as the text of one cell, and back: the notation that staff edit.

Entries stand on lines of their own or behind semicolons. An arrow is written ``→``, ``->`` or
``=``; decimals with a dot or a comma; a name that holds one of these signs in double quotes.

========================  ================================================================
Chọn một mức (options)    ``timely = 0.5; late = 0.25; none = 0``
Theo bậc (bands)          ``100 → 1; 80 → 0.5``, on ratios also ``được vượt 100``
Theo tỷ lệ (ratio)        ``đủ điểm ở = 80; 0 điểm dưới = 50; được vượt 100``, or nothing
Trừ dần (deduction)       ``mỗi lần trừ = 0.25; không dưới = 0``
Chấm trực tiếp (given)    nothing
examples                  ``mức = late → 0.25; tử số = 8, mẫu số = 10 → 0.5``
========================  ================================================================

The English keys of the rulebook (``full_at``, ``each``, ``numerator`` …) are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from parindex.criteria.model import Example
from parindex.criteria.plain import plain_decimal
from parindex.criteria.rules import (
    Bands,
    Deduction,
    Options,
    Ratio,
    ScoringRule,
    shape_of,
)
from parindex.points import parse_decimal
from parindex.workbooks.texts import key_of

Plain = dict[str, object]

FULL_AT: Final = "đủ điểm ở"
ZERO_BELOW: Final = "0 điểm dưới"
OVER_100: Final = "được vượt 100"
EACH: Final = "mỗi lần trừ"
FLOOR: Final = "không dưới"
FIELDS: Final = {
    "numerator": "tử số",
    "denominator": "mẫu số",
    "value": "giá trị",
    "count": "số lượng",
    "option": "mức",
    "share": "tỷ lệ",
    "veto": "điểm liệt",
}
SHOWN: Final = {
    "options": "timely = 0.5; late = 0.25; none = 0",
    "bands": "100 → 1; 80 → 0.5",
    "ratio": f"{FULL_AT} = 80; {ZERO_BELOW} = 50",
    "deduction": f"{EACH} = 0.25; {FLOOR} = 0",
    "given": "–",
    "examples": "mức = late → 0.25; tử số = 8, mẫu số = 10 → 0.5",
}

_NUMBER: Final = r"-?[0-9]{1,15}(?:[.,][0-9]{1,20})?"
_ARROW: Final = r"\s*(?:→|->|=>|=|:)\s*"
_POINTS: Final = rf"(?P<points>{_NUMBER})(?:\s*điểm)?"
_QUOTED: Final = r'"(?:[^"]|"")*"'
_ENTRY: Final = re.compile(rf'(?:{_QUOTED}|[^";\n])+')
_OPTION: Final = re.compile(rf'(?P<name>{_QUOTED}|[^"=→:]+?){_ARROW}{_POINTS}')
_STEP: Final = re.compile(
    rf"(?:từ|≥|>=)?\s*(?P<start>{_NUMBER})\s*%?{_ARROW}{_POINTS}", re.IGNORECASE
)
_EXAMPLE: Final = re.compile(rf"(?P<fields>.*?)\s*(?:→|->|=>)\s*{_POINTS}", re.DOTALL)
_FIELD: Final = re.compile(
    rf'\s*(?P<key>[^"=:,]+?)\s*[=:]\s*(?P<value>{_QUOTED}|[^",=]+(?:,(?=[0-9])[^",=]+)*)\s*(?:,|$)'
)
_NAME: Final = re.compile(r"[\w.-]+(?: [\w.-]+)*")
_NUMBER_ONLY: Final = re.compile(_NUMBER)
_DOUBTFUL: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_PARAMETER: Final = {
    "full_at": rf"(?:full_at|{FULL_AT}|đủ điểm từ)",
    "zero_below": rf"(?:zero_below|{ZERO_BELOW})",
    "over_100": rf"(?:over_100(?:\s*[:=]\s*allowed)?|{OVER_100}|vượt 100)",
    "each": rf"(?:each|{EACH})",
    "floor": rf"(?:floor|{FLOOR})",
}
_PARAMETERS: Final = {
    "bands": ("over_100",),
    "ratio": ("full_at", "zero_below", "over_100"),
    "deduction": ("each", "floor"),
    "given": (),
}
# No name is so long; and the time that an entry takes grows with the square of its length.
_LONGEST: Final = 2000
_POSITIVE: Final = frozenset({"full_at", "each"})


class NotUnderstoodError(ValueError):
    """An entry of a cell that is not written in the notation, or stands twice."""

    def __init__(self, entry: str) -> None:
        super().__init__(entry)
        self.entry = entry


def decimal_text(text: str) -> str | None:
    """A number of a cell with a dot, or None: for what is no number, and for 1,234.

    >>> decimal_text("0,50"), decimal_text("1.500"), decimal_text("1,500"), decimal_text("1E5")
    ('0.50', '1.500', None, None)
    """
    if not _NUMBER_ONLY.fullmatch(text) or is_doubtful(text):
        return None
    dotted = text.replace(",", ".")
    value = parse_decimal(dotted)
    return dotted if value is not None and value >= 0 else None


def is_doubtful(text: str) -> bool:
    """Whether a number could be a decimal or a thousand.

    >>> is_doubtful("1,500"), is_doubtful("0,500"), is_doubtful("1,50")
    (True, False, False)
    """
    return _DOUBTFUL.fullmatch(text) is not None


# ---- rules


def shape_key(rule: ScoringRule) -> str:
    """The shape of a rule as the list of the workbook has it: ``bands:ratio``."""
    return f"bands:{rule.on}" if isinstance(rule, Bands) else shape_of(rule)


def write_parameters(rule: ScoringRule) -> str:
    """The levels and parameters of a rule, an entry a line; what is usual is left out."""
    entries: list[str] = []
    if isinstance(rule, Options):
        entries = [f"{_name(name)} = {plain_decimal(points)}" for name, points in rule.points]
    elif isinstance(rule, Bands):
        entries = [
            f"{plain_decimal(step.start)} → {plain_decimal(step.points)}" for step in rule.steps
        ]
    elif isinstance(rule, Ratio):
        if plain_decimal(rule.full_at) != "100":
            entries.append(f"{FULL_AT} = {plain_decimal(rule.full_at)}")
        if rule.zero_below is not None:
            entries.append(f"{ZERO_BELOW} = {plain_decimal(rule.zero_below)}")
    elif isinstance(rule, Deduction):
        entries.append(f"{EACH} = {plain_decimal(rule.each)}")
        if plain_decimal(rule.floor) != "0":
            entries.append(f"{FLOOR} = {plain_decimal(rule.floor)}")
    if isinstance(rule, Bands | Ratio) and rule.over_100:
        entries.append(OVER_100)
    return "\n".join(entries)


def read_rule(key: str, text: str) -> Plain:
    """The rule of a shape key and its parameters, as the mapping of a rulebook.

    Raises NotUnderstoodError with the first entry that is not in the notation; an empty one
    where the shape needs an entry and has none.

    >>> read_rule("bands:ratio", "từ 100% → 1; 80 -> 0,5")["steps"]
    [{'from': '100', 'points': '1'}, {'from': '80', 'points': '0.5'}]
    """
    shape, _, on = key.partition(":")
    rule: Plain = {"shape": shape, **({"on": on} if on else {})}
    points: dict[str, str] = {}
    steps: list[dict[str, str]] = []
    for entry in _entries(text):
        option, step = _OPTION.fullmatch(entry), _STEP.fullmatch(entry)
        if shape == "options" and option:
            name = _unquoted(option["name"])
            if name in points:
                raise NotUnderstoodError(entry)
            points[name] = _decimal(option["points"], entry)
        elif shape == "bands" and step:
            start = _decimal(step["start"], entry)
            steps.append({"from": start, "points": _decimal(step["points"], entry)})
        else:
            name, value = _parameter(shape, entry)
            if name in rule:
                raise NotUnderstoodError(entry)
            rule[name] = value
    if shape == "options":
        rule["points"] = points
    elif shape == "bands":
        rule["steps"] = steps
    if (shape == "options" and not points) or (shape == "bands" and not steps):
        raise NotUnderstoodError("")
    if shape == "deduction" and "each" not in rule:
        raise NotUnderstoodError("")
    return rule


def _parameter(shape: str, entry: str) -> tuple[str, str]:
    for name in _PARAMETERS.get(shape, ()):
        if name == "over_100":
            if re.fullmatch(_PARAMETER[name], key_of(entry)):
                return name, "allowed"
            continue
        pattern = rf"{_PARAMETER[name]}(?:{_ARROW}|\s+)(?P<value>{_NUMBER})\s*%?(?:\s*điểm)?"
        found = re.fullmatch(pattern, key_of(entry))
        if found:
            value = _decimal(found["value"], entry)
            if name in _POSITIVE and not value.strip("-0."):
                break
            return name, value
    raise NotUnderstoodError(entry)


# ---- examples


def write_examples(examples: Iterable[Example]) -> str:
    """The examples of an item, one behind the other."""
    lines = []
    for example in examples:
        fields = ", ".join(f"{FIELDS[key]} = {_name(value)}" for key, value in example.fields)
        lines.append(f"{fields} → {plain_decimal(example.points)}".strip())
    return "; ".join(lines)


def read_examples(text: str) -> list[Plain]:
    """The examples of a cell as the mappings of a rulebook.

    >>> read_examples("mức = late → 0,25; numerator = 8, denominator = 10 -> 1")
    [{'option': 'late', 'points': '0.25'}, {'numerator': '8', 'denominator': '10', 'points': '1'}]
    """
    examples: list[Plain] = []
    for entry in _entries(text):
        found = _EXAMPLE.fullmatch(entry)
        if found is None:
            raise NotUnderstoodError(entry)
        example: Plain = {**_fields(found["fields"], entry)}
        example["points"] = _decimal(found["points"], entry)
        examples.append(example)
    return examples


def _fields(text: str, entry: str) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = _FIELD.match(text, position)
        key = next(
            (
                key
                for key, label in FIELDS.items()
                if found and key_of(found["key"]) in {key, label}
            ),
            None,
        )
        if found is None or key is None or key in fields:
            raise NotUnderstoodError(entry)
        value = found["value"].strip()
        if not value.startswith('"'):
            value = decimal_text(value) or value
        fields[key] = _unquoted(value)
        position = found.end()
    return fields


def _field(name: str) -> str | None:
    return next((key for key, label in FIELDS.items() if key_of(name) in {key, label}), None)


# ---- entries, names, numbers


def _entries(text: str) -> list[str]:
    rest = _ENTRY.sub("", text).replace(";", "").replace("\n", "")
    if rest:
        raise NotUnderstoodError(text)
    entries = [entry for found in _ENTRY.finditer(text) if (entry := found[0].strip())]
    for entry in entries:
        if len(entry) > _LONGEST:
            raise NotUnderstoodError(entry)
    return entries


def _name(text: str) -> str:
    """A name as it stands where it holds no sign of the notation, else in quotes."""
    return text if _NAME.fullmatch(text) else '"' + text.replace('"', '""') + '"'


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def _decimal(text: str, entry: str) -> str:
    value = decimal_text(text)
    if value is None:
        raise NotUnderstoodError(entry)
    return value
