"""What a condition comes to, given the answers; as in XPath 1.0, on a telephone and in a browser.

Numbers are IEEE doubles here, since they are in Java and JavaScript: what the telephone let pass
is not refused by the server. A day is its text, 2025-12-31, and counts as days since 1970.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from parindex.survey.conditions.tree import Answer, Condition, Number, Quoted, This
from parindex.validity import parse_date

Value = str | float | bool

_NUMBER: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
# Years of four digits that JavaScript takes for what they say.
_DAY: Final = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_SPACES: Final = " \t\r\n"
_EPOCH: Final = date(1970, 1, 1).toordinal()


def holds(
    condition: Condition | None, answers: Mapping[str, str], *, here: str = "", today: date
) -> bool:
    """Whether a condition holds; the absent one does.

    ``answers`` holds the text of each answer by the question's name, several codes separated by
    spaces; ``here`` is the answer that is being checked.

    >>> from parindex.survey.conditions.reading import parse_condition
    >>> adult = parse_condition(". >= 18 and . < 120")
    >>> holds(adult, {}, here="17", today=date(2025, 12, 31))
    False
    """
    if condition is None:
        return True
    return _truth(_Values(answers, here, today).of(condition))


class _Values:
    """The values of conditions under one set of answers."""

    def __init__(self, answers: Mapping[str, str], here: str, today: date) -> None:
        self._answers = answers
        self._here = here
        self._today = today

    def of(self, condition: Condition) -> Value:
        """The value of one condition."""
        if isinstance(condition, Number):
            return float(condition.text)
        if isinstance(condition, Quoted):
            return condition.text
        if isinstance(condition, Answer):
            return self._answers.get(condition.name, "")
        if isinstance(condition, This):
            return self._here
        return self._call(condition.name, condition.arguments)

    def _call(self, name: str, arguments: tuple[Condition, ...]) -> Value:
        if name == "and":
            return all(_truth(self.of(one)) for one in arguments)
        if name == "or":
            return any(_truth(self.of(one)) for one in arguments)
        if name == "today":
            return self._today.isoformat()
        values = [self.of(one) for one in arguments]
        if name in _ARITHMETIC:
            return _ARITHMETIC[name](*map(_number, values))
        return _OTHERS[name](*values)


def _truth(value: Value) -> bool:
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _number(value: Value) -> float:
    if not isinstance(value, str):
        return float(value)
    text = value.strip(_SPACES)
    if _NUMBER.fullmatch(text):
        return float(text)
    day = parse_date(text) if _DAY.fullmatch(text) else None
    return math.nan if day is None else float(day.toordinal() - _EPOCH)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return _truth(left) == _truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return _number(left) == _number(right)
    return left == right


def _divided(left: float, right: float) -> float:
    if right == 0 or math.isnan(right):
        negative = math.copysign(1, left) != math.copysign(1, right)
        if left == 0 or math.isnan(left) or math.isnan(right):
            return math.nan
        return -math.inf if negative else math.inf
    return left / right


def _rest(left: float, right: float) -> float:
    # The sign is that of the left side, as in XPath, Java and JavaScript.
    if right == 0 or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def _codes(value: Value) -> list[str]:
    return [code for code in re.split(f"[{_SPACES}]+", str(value)) if code]


def _length(text: str) -> float:
    # In 16-bit units, as Java and JavaScript count.
    return float(len(text.encode("utf-16-le", "surrogatepass")) // 2)


_ARITHMETIC: Final[dict[str, Callable[..., Value]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divided,
    "mod": _rest,
    "neg": operator.neg,
}
_OTHERS: Final[dict[str, Callable[..., Value]]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "true": lambda: True,
    "false": lambda: False,
    "not": lambda value: not _truth(value),
    "selected": lambda chosen, code: code in _codes(chosen),
    "count-selected": lambda chosen: float(len(_codes(chosen))),
    "string-length": _length,
    "date": lambda day: day,
}
