"""Problems: what, where, expected, got, how to fix; in Vietnamese and in English.

The tree of exceptions::

    ParindexError
    ├── UnusableInputError      the input cannot be read or is refused (exit status 2)
    │   └── IncompleteError     a final entry is missing and the round refuses that
    └── NotGoodBundleError      a file that is no good bundle (exit status 1)

The words stand in ``messages.yaml`` beside this module, one block a code, so that an official
can read them all without reading Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("vi", "en")
PARTS: Final = ("what", "expected", "got", "fix")
_LABELS: Final = {
    "vi": {"expected": "cần", "got": "gặp", "fix": "cách sửa:"},
    "en": {"expected": "expected", "got": "got", "fix": "fix:"},
}
SHOWN_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, at one place.

    ``line`` counts from 1; 0 stands for what is missing from the file altogether.
    """

    code: str
    file: str = ""
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)

    def parts(self, language: str) -> dict[str, str]:
        """What is said of it part by part; only a problem's own parts are there."""
        block = _catalogue()[self.code]
        return {
            part: block[part][language].format_map(self.values) for part in PARTS if part in block
        }

    def say(self, language: str) -> str:
        """The problem on one line: ``file:line: what; expected …; got …; fix …``."""
        labels = {"what": "", **{k: f"{v} " for k, v in _LABELS[language].items()}}
        line = "; ".join(labels[part] + text for part, text in self.parts(language).items())
        # A cell may hold line breaks; a problem is one line whatever it quotes.
        line = " ".join(line.split())
        return f"{self.file}:{self.line}: {line}" if self.file else line


class ParindexError(Exception):
    """The root: everything this product refuses, with its list of problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.say("en"))

    def say(self, language: str) -> list[str]:
        """One line a problem, the first 200, then a count of the rest."""
        lines = [problem.say(language) for problem in self.problems[:SHOWN_AT_MOST]]
        hidden = len(self.problems) - len(lines)
        if hidden:
            lines.append(Problem(code="more_problems", values={"count": hidden}).say(language))
        return lines


class UnusableInputError(ParindexError):
    """The input is unreadable, against its schema, or refused by the contract."""


class IncompleteError(UnusableInputError):
    """A final entry, finding or fact is missing and the round says ``incomplete: refuse``."""


class NotGoodBundleError(ParindexError):
    """The file is no bundle, or one that does not verify."""


class Problems:
    """A list that problems are put on while reading goes on, so that all are told at once."""

    def __init__(self, *, file: str = "") -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, code: str, *, line: int = 0, file: str | None = None, **values: object) -> None:
        """Note one problem; ``values`` fill the message's placeholders."""
        where = self.file if file is None else file
        self.found.append(Problem(code=code, file=where, line=line, values=values))

    def raise_if_any(self, error: type[ParindexError] = UnusableInputError) -> None:
        """Raise everything noted so far in the order of file and line; do nothing if none."""
        if self.found:
            raise error(sorted(self.found, key=lambda problem: (problem.file, problem.line)))


@cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    # Read only when something is wrong, so that a good run never pays for it.
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow import

    text = files("parindex").joinpath("messages.yaml").read_text(encoding="utf-8")
    catalogue: dict[str, dict[str, dict[str, str]]] = YAML(typ="safe").load(text)
    return catalogue


def message_codes() -> frozenset[str]:
    """Every code that has words, for the test that reads all of them."""
    return frozenset(_catalogue())
