"""XML of strangers, looked through without ever declaring or fetching anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

from parindex.evidence.refusals import refused

MAX_DEPTH: Final = 1_000
_PIECE: Final = 1 << 20

Start = Callable[[str, str, Mapping[str, str]], None]
End = Callable[[str, str], None]


def look_through(
    markup: bytes,
    *,
    start: Start | None = None,
    end: End | None = None,
    text: Callable[[str], None] | None = None,
) -> str:
    """The name of the root with its namespace before it, if any handler asks for elements.

    Raises UnusableInputError for a document type, whose entities can explode or fetch, and for
    what is not well-formed.
    """
    looking = _Looking(start, end)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    # A part that nobody asks about is only parsed, ten times as fast.
    if start is not None:
        parser.StartElementHandler = looking.start
        parser.EndElementHandler = looking.end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for at in range(0, len(markup), _PIECE):
            parser.Parse(markup[at : at + _PIECE], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise refused("evidence.damaged") from error
    return looking.root


class _Looking:
    """Counts the depth and hands names on, split from their namespaces."""

    def __init__(self, start: Start | None, end: End | None) -> None:
        self.root = ""
        self._depth = 0
        self._start = start
        self._end = end

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise refused("evidence.bomb")
        if self._start is not None:
            space, _, local = name.rpartition(" ")
            self._start(space, local, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._end is not None:
            space, _, local = name.rpartition(" ")
            self._end(space, local)


def _refuse_doctype(*_: object) -> None:
    raise refused("evidence.declares_entities")
