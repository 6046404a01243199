"""The comments of a rulebook, each at the area, criterion or item that it stands beside.

A comment stands beside a part when it is on one of the part's lines, or on lines of its own
directly above the part, or indented below it. Comments at the very head of the file are kept
under the place ``()``. Comments among the other settings (title, policies, classes …) have no
place here and are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

# Positions from the root: (area), (area, criterion), (area, criterion, item); () is the head.
Place = tuple[int, ...]
Notes = Mapping[Place, str]

_BREAK: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MARK: Final = re.compile(r"(?:^|(?<=[ \t]))#")
_CHILDREN: Final = ("areas", "criteria", "items")


class _Part(NamedTuple):
    """Where a part begins, the column of its keys, and the line after which it is next."""

    line: int
    column: int
    after: int
    place: Place


class _Comment(NamedTuple):
    line: int
    column: int
    alone: bool
    text: str


def notes_of(content: bytes) -> dict[Place, str]:
    r"""The comments of a rulebook that ``read_rulebook`` accepts, by place.

    >>> notes_of(b'# head\nareas:\n  # first\n  - code: "1"  # beside\n')
    {(): 'head', (0,): 'first\nbeside'}
    """
    text = content.decode("utf-8-sig")
    root = YAML(typ="safe", pure=False).compose(text)
    parts = sorted(_parts(root, ()))
    begins = [part.line for part in parts]
    found: defaultdict[Place, list[str]] = defaultdict(list)
    for comment in _comments(text, root):
        place = _place(comment, parts, bisect_right(begins, comment.line), root.start_mark.line)
        if place is not None:
            found[place].append(comment.text)
    notes = {place: "\n".join(lines).strip() for place, lines in found.items()}
    return {place: note for place, note in notes.items() if note}


def _place(comment: _Comment, parts: list[_Part], begun: int, head: int) -> Place | None:
    following = parts[begun] if begun < len(parts) else None
    if (
        comment.alone
        and following is not None
        and comment.line > following.after
        and comment.column < following.column
    ):
        return following.place
    if begun:
        return parts[begun - 1].place
    return () if comment.line < head else None


def _parts(node: Node, place: Place) -> Iterator[_Part]:
    if not isinstance(node, MappingNode) or len(place) == len(_CHILDREN):
        return
    for key, value in node.value:
        if key.value != _CHILDREN[len(place)] or not isinstance(value, SequenceNode):
            continue
        after = key.start_mark.line
        for number, child in enumerate(value.value):
            begins = child.start_mark
            yield _Part(begins.line, begins.column, after, (*place, number))
            yield from _parts(child, (*place, number))
            after = begins.line


def _comments(text: str, root: Node) -> Iterator[_Comment]:
    spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for scalar in _scalars(root):
        start, end = scalar.start_mark, scalar.end_mark
        for line in range(start.line, end.line + 1):
            first = start.column if line == start.line else 0
            last = end.column if line == end.line else 1 << 30
            spans[line].append((first, last))
    for line, written in enumerate(_BREAK.split(text)):
        for mark in _MARK.finditer(written):
            column = mark.start()
            if any(first <= column < last for first, last in spans[line]):
                continue
            said = written[column + 1 :].removeprefix(" ").rstrip()
            yield _Comment(line, column, not written[:column].strip(), said)
            break


def _scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
        return
    for one in node.value:
        # The entries of a mapping are pairs of a key and a value.
        for inner in one if isinstance(one, tuple) else (one,):
            yield from _scalars(inner)
