"""Conditions of skips and checks: the part of XPath that XLSForm uses, as a tree.

The tree is one and the same for a page in the browser (:func:`to_json`), a form on a telephone
(:func:`to_text` is valid in XLSForm) and the server (:mod:`values`). The language is
described in docs/reference/questionnaires.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_DEPTH: Final = 40
MAX_LENGTH: Final = 4_000

# How tightly operators bind, as in XPath 1.0; calls and plain values bind tightest.
PRECEDENCE: Final = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6, "neg": 7,
}  # fmt: skip
TIGHTEST: Final = 8
# The functions, and what each argument may be: any condition, an answer (or . itself), a quoted
# text, or a code (a quoted text or an answer). Texts are never made of numbers, since a number
# has no one spelling.
FUNCTIONS: Final[dict[str, tuple[str, ...]]] = {
    "true": (),
    "false": (),
    "not": ("any",),
    "selected": ("answer", "code"),
    "count-selected": ("answer",),
    "string-length": ("answer",),
    "today": (),
    "date": ("day",),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it was written: digits, and a dot with more digits."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in quotes; it holds at most one kind of quote itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; the empty text where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """The answer that is being checked, written as a dot."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with its arguments; ``and`` and ``or`` have two or more."""

    name: str
    arguments: tuple[Condition, ...] = ()


Condition = Number | Quoted | Answer | This | Call


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it."""
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Call):
            waiting.extend(reversed(one.arguments))


def names_in(condition: Condition) -> tuple[str, ...]:
    """The questions that a condition asks about, each once, in the order they stand."""
    names = (one.name for one in parts_of(condition) if isinstance(one, Answer))
    return tuple(dict.fromkeys(names))


def depth_of(condition: Condition) -> int:
    """How many calls stand inside each other."""
    deepest, waiting = 0, [(condition, 0)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(one, Call):
            waiting.extend((part, depth + 1) for part in one.arguments)
    return deepest


def to_text(condition: Condition) -> str:
    """The condition as XLSForm writes it; reading it gives the same tree.

    >>> to_text(Call("or", (Call("=", (Answer("a"), Quoted("1"))), Call("not", (This(),)))))
    "${a} = '1' or not(.)"
    """
    return _text(condition)[0]


def _text(condition: Condition) -> tuple[str, int]:
    if isinstance(condition, Number):
        return condition.text, TIGHTEST
    if isinstance(condition, Quoted):
        mark = '"' if "'" in condition.text else "'"
        return f"{mark}{condition.text}{mark}", TIGHTEST
    if isinstance(condition, Answer):
        return f"${{{condition.name}}}", TIGHTEST
    if isinstance(condition, This):
        return ".", TIGHTEST
    binds = PRECEDENCE.get(condition.name)
    if binds is None:
        inside = ", ".join(_text(one)[0] for one in condition.arguments)
        return f"{condition.name}({inside})", TIGHTEST
    if condition.name == "neg":
        return "-" + _wrapped(condition.arguments[0], binds), binds
    # `and` and `or` hold all their parts at once; of the others only the left part may be alike.
    first = binds + 1 if condition.name in {"and", "or"} else binds
    left = _wrapped(condition.arguments[0], first)
    rest = (_wrapped(one, binds + 1) for one in condition.arguments[1:])
    return f" {condition.name} ".join((left, *rest)), binds


def _wrapped(condition: Condition, least: int) -> str:
    text, binds = _text(condition)
    return text if binds >= least else f"({text})"


def to_json(condition: Condition) -> list[object]:
    """The tree as lists of texts, the first saying what it is; for `conditions.js`.

    >>> to_json(Call(">=", (This(), Number("18"))))
    ['>=', ['this'], ['number', '18']]
    """
    if isinstance(condition, Number):
        return ["number", condition.text]
    if isinstance(condition, Quoted):
        return ["text", condition.text]
    if isinstance(condition, Answer):
        return ["answer", condition.name]
    if isinstance(condition, This):
        return ["this"]
    return [condition.name, *map(to_json, condition.arguments)]
