"""Strict trees: YAML read as text with its lines; unknown and repeated keys are refused.

Every scalar stays the text that was written (``1.50`` keeps its places, ``on`` is no truth
value); the caller says what each one must be. The same reader serves canonical JSON, where no
lines are known.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parindex.errors import Problems
from parindex.points import parse_decimal
from parindex.validity import parse_date

MAX_BYTES: Final = 4 << 20
MAX_DEPTH: Final = 40
_Choice = TypeVar("_Choice", bound=str)
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class Tree:
    """A piece of a file: text, a list of trees, or named trees; with the line it starts on."""

    value: str | list[Tree] | dict[str, Tree]
    line: int = 0


def read_yaml(content: bytes, problems: Problems, *, compose: bool = False) -> Tree | None:
    """The tree of a YAML document, or None with the problems noted.

    ``compose`` brings decomposed letters together, where the text is a person's input and not
    the law, which is read as it was written.
    """
    if len(content) > MAX_BYTES:
        problems.add("yaml.too_large", limit=MAX_BYTES, got=len(content))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.add("yaml.encoding", line=line)
        return None
    if compose:
        text = unicodedata.normalize("NFC", text)
    if _deepest(text) > MAX_DEPTH:
        problems.add("yaml.too_deep", limit=MAX_DEPTH)
        return None
    try:
        node = YAML(typ="safe", pure=False).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add("yaml.syntax", line=mark.line + 1 if mark else 0, detail=error.problem)
        return None
    except YAMLError as error:
        problems.add("yaml.syntax", detail=error)
        return None
    if node is None:
        problems.add("yaml.empty")
        return None
    seen: set[int] = set()
    tree = _tree(node, problems, seen)
    return None if problems.found else tree


def tree_of(content: bytes, problems: Problems, *, compose: bool = False) -> Tree:
    """The tree of a YAML document; raises UnusableInputError where it cannot be read."""
    tree = read_yaml(content, problems, compose=compose)
    problems.raise_if_any()
    assert tree is not None  # noqa: S101 - a missing tree was a problem
    return tree


def read_json(content: bytes) -> Tree:
    """The tree of a canonical JSON document of texts, lists and mappings."""
    return _from_plain(json.loads(content))


def _from_plain(value: object) -> Tree:
    if isinstance(value, Mapping):
        return Tree({key: _from_plain(one) for key, one in value.items()})
    if isinstance(value, list):
        return Tree([_from_plain(one) for one in value])
    if isinstance(value, str):
        return Tree(value)
    message = "a canonical document holds text, lists and mappings only"
    raise TypeError(message)


def _deepest(text: str) -> int:
    # Counted before parsing, since the parser itself recurses. Brackets inside quoted text
    # count as well: a sentence with 40 unclosed brackets is no rulebook either.
    depth = deepest = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    indents = max((len(line) - len(line.lstrip(" -")) for line in text.splitlines()), default=0)
    return max(deepest, indents // 2)


def _tree(node: Node, problems: Problems, seen: set[int]) -> Tree:
    line = node.start_mark.line + 1
    if id(node) in seen:
        problems.add("yaml.alias", line=line)
        return Tree("", line)
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return Tree(node.value, line)
    if isinstance(node, SequenceNode):
        return Tree([_tree(one, problems, seen) for one in node.value], line)
    named: dict[str, Tree] = {}
    assert isinstance(node, MappingNode)  # noqa: S101 - YAML has no fourth kind of node
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if name in named:
            problems.add("yaml.repeated_key", line=key.start_mark.line + 1, got=name)
        named[name] = _tree(value, problems, seen)
    return Tree(named, line)


class Fields:
    """The fields of one mapping, asked for by name; :meth:`close` refuses the rest.

    A field that is missing or of the wrong kind is noted as a problem and read as something
    harmless of the right type, so that reading goes on and every problem is told at once.
    """

    def __init__(self, tree: Tree, problems: Problems, *, about: str) -> None:
        self.problems = problems
        self.about = about
        self.line = tree.line
        self._asked: list[str] = []
        self._fields: dict[str, Tree] = {}
        if isinstance(tree.value, dict):
            self._fields = tree.value
        else:
            problems.add("yaml.not_a_mapping", line=tree.line, about=about)
            # What is no mapping misses every key; that is said once.
            self.problems = Problems()

    def has(self, key: str) -> bool:
        """Whether the field was written."""
        self._asked.append(key)
        return key in self._fields

    def line_of(self, key: str) -> int:
        """The line of a field, or of the mapping where the field is absent."""
        return self._fields[key].line if key in self._fields else self.line

    def tree(self, key: str) -> Tree | None:
        """A field as it stands; None with a problem when it is absent."""
        if self.has(key):
            return self._fields[key]
        self.problems.add("yaml.missing_key", line=self.line, key=key, about=self.about)
        return None

    def text(self, key: str, default: str | None = None) -> str:
        """A field's text, not empty."""
        if default is not None and not self.has(key):
            return default
        tree = self.tree(key)
        if tree is None:
            return ""
        if not isinstance(tree.value, str) or not tree.value.strip():
            self.problems.add("yaml.not_text", line=tree.line, key=key)
            return ""
        return tree.value

    def schema(self, expected: str) -> None:
        """Refuse a document of another schema than ours."""
        got = self.text("schema")
        if got and got != expected:
            line = self.line_of("schema")
            self.problems.add("rulebook.schema", line=line, got=got, schema=expected)

    def _parsed(
        self, key: str, parse: Callable[[str], _Parsed | None], harmless: _Parsed, code: str
    ) -> _Parsed:
        text = self.text(key)
        value = parse(text) if text else harmless
        if value is None:
            self.problems.add(code, line=self.line_of(key), key=key, got=text[:60])
            return harmless
        return value

    def decimal(self, key: str) -> Decimal:
        """A field's number, zero or more."""
        return self._parsed(key, _not_negative, Decimal(0), "yaml.not_a_number")

    def whole(self, key: str) -> int:
        """A field's whole number, zero or more."""
        return self._parsed(key, _whole, 0, "yaml.not_whole")

    def day(self, key: str) -> date:
        """A field's day, written YYYY-MM-DD."""
        return self._parsed(key, parse_date, date.min, "yaml.not_a_date")

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of the words of an enumeration."""
        words: list[_Choice] = list(choices)  # type: ignore[call-overload]  # a StrEnum iterates
        if default is not None and not self.has(key):
            return default
        text = self.text(key)
        for word in words:
            if text == word:
                return word
        if text:
            self.problems.add(
                "yaml.not_a_choice",
                line=self.line_of(key),
                key=key,
                got=text[:60],
                choices=" | ".join(words),
            )
        return words[0]

    def mapping(self, key: str, *, about: str) -> Fields:
        """A field that is itself a mapping."""
        return Fields(self.tree(key) or Tree({}, self.line), self.problems, about=about)

    def named(self, key: str) -> dict[str, Tree]:
        """A field that maps free names to trees, in the order written."""
        tree = self.tree(key)
        if tree is not None and isinstance(tree.value, dict):
            return tree.value
        if tree is not None:
            self.problems.add("yaml.not_a_mapping", line=tree.line, about=key)
        return {}

    def sequence(self, key: str, *, optional: bool = False) -> list[Tree]:
        """A field that is a list; empty where it is optional and absent."""
        if optional and not self.has(key):
            return []
        tree = self.tree(key)
        if tree is None:
            return []
        if not isinstance(tree.value, list):
            self.problems.add("yaml.not_a_list", line=tree.line, key=key)
            return []
        return tree.value

    def close(self) -> None:
        """Refuse every field that nobody asked for."""
        for key, tree in self._fields.items():
            if key not in self._asked:
                self.problems.add(
                    "yaml.unknown_key",
                    line=tree.line,
                    got=key,
                    about=self.about,
                    keys=", ".join(sorted(set(self._asked))),
                )


def _not_negative(text: str) -> Decimal | None:
    value = parse_decimal(text)
    return value if value is not None and value >= 0 else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def is_nfc(text: str) -> bool:
    """Whether text is in Unicode Normalisation Form C, as the law's texts must be."""
    return unicodedata.is_normalized("NFC", text)
