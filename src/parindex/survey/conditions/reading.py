"""The text of a condition to its tree; everything outside the language is refused."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from parindex.survey.conditions.tree import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    PRECEDENCE,
    Answer,
    Call,
    Condition,
    Number,
    Quoted,
    This,
    depth_of,
)
from parindex.validity import parse_date

_TOKEN: Final = re.compile(
    r"""(?:
        (?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)
      | (?P<quoted>"[^"]*"|'[^']*')
      | \$\{[ ]*(?P<answer>[A-Za-z_][A-Za-z0-9_.-]*)[ ]*\}
      | (?P<word>[A-Za-z][A-Za-z0-9_-]*)
      | (?P<sign><=|>=|!=|[=<>+*(),.-])
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_BINARY: Final = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"),
                  ("*", "div", "mod"))  # fmt: skip


class ConditionError(ValueError):
    """Why a text is no condition: the code of the message and what fills it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse_condition(text: str) -> Condition:
    """The tree of a condition.

    Raises ConditionError where the text is none, with the position (from 1) where reading ended.

    >>> parse_condition("${a1} = '2'")
    Call(name='=', arguments=(Answer(name='a1'), Quoted(text='2')))
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError("condition.too_long", limit=MAX_LENGTH, got=len(text))
    reader = _Reader(_tokens(text))
    condition = reader.operation(0)
    reader.expect("end", "")
    if depth_of(condition) > MAX_DEPTH:
        raise ConditionError("condition.too_deep", limit=MAX_DEPTH)
    return condition


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        start = len(text) - len(text[at:].lstrip(" \t\r\n"))
        found = _TOKEN.match(text, start)
        if found is None:
            raise ConditionError("condition.syntax", at=start + 1, got=text[start : start + 20])
        # Every token is of one kind, even the end.
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], start + 1))
        at = found.end()
    return tokens


class _Reader:
    """Reads operations from the loosest to the tightest."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._open = 0

    def operation(self, looseness: int) -> Condition:
        """One operation and everything that binds tighter."""
        if looseness == len(_BINARY):
            return self._negative()
        names = _BINARY[looseness]
        left = self.operation(looseness + 1)
        if names in {("or",), ("and",)}:
            parts = [left]
            while self._take(names):
                parts.append(self.operation(looseness + 1))
            return left if len(parts) == 1 else Call(names[0], tuple(parts))
        while name := self._take(names):
            left = Call(name, (left, self.operation(looseness + 1)))
        return left

    def expect(self, kind: str, text: str) -> None:
        """Go past a token that must be there."""
        token = self._tokens[self._next]
        if token.kind != kind or (text and token.text != text):
            raise ConditionError("condition.syntax", at=token.at, got=token.text or "…")
        self._next += kind != "end"

    def _take(self, names: tuple[str, ...]) -> str:
        token = self._tokens[self._next]
        if token.kind in {"sign", "word"} and token.text in names:
            self._next += 1
            return token.text
        return ""

    def _negative(self) -> Condition:
        if self._take(("-",)):
            self._enter()
            value = Call("neg", (self._negative(),))
            self._open -= 1
            return value
        return self._value()

    def _value(self) -> Condition:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        if token.kind == "number":
            return Number(token.text)
        if token.kind == "quoted":
            return Quoted(token.text[1:-1])
        if token.kind == "answer":
            return Answer(token.text)
        if token.text == "." and token.kind == "sign":
            return This()
        if token.text == "(":
            self._enter()
            inside = self.operation(0)
            self.expect("sign", ")")
            self._open -= 1
            return inside
        if token.kind == "word" and token.text not in PRECEDENCE:
            return self._call(token)
        raise ConditionError("condition.syntax", at=token.at, got=token.text or "…")

    def _call(self, token: _Token) -> Condition:
        if token.text not in FUNCTIONS:
            known = ", ".join(f"{name}()" for name in FUNCTIONS)
            raise ConditionError("condition.function", at=token.at, got=token.text, known=known)
        self.expect("sign", "(")
        self._enter()
        arguments: list[Condition] = []
        while not self._take((")",)):
            if arguments:
                self.expect("sign", ",")
            arguments.append(self.operation(0))
        self._open -= 1
        wanted = FUNCTIONS[token.text]
        sound = len(arguments) == len(wanted) and all(map(_fits, wanted, arguments))
        if not sound:
            usage = f"{token.text}({', '.join(_SHOWN[one] for one in wanted)})"
            raise ConditionError("condition.arguments", at=token.at, got=token.text, usage=usage)
        return Call(token.text, tuple(arguments))

    def _enter(self) -> None:
        self._open += 1
        if self._open > MAX_DEPTH:
            raise ConditionError("condition.too_deep", limit=MAX_DEPTH)


_SHOWN: Final = {"any": "…", "answer": "${…}", "code": "'…'", "day": "'2025-12-31'"}


def _fits(wanted: str, argument: Condition) -> bool:
    if wanted == "answer":
        return isinstance(argument, Answer | This)
    if wanted == "code":
        return isinstance(argument, Quoted | Answer)
    if wanted == "day":
        return isinstance(argument, Quoted) and parse_date(argument.text) is not None
    return True
