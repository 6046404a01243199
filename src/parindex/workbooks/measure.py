"""How high a row must be for the texts in it, so that nothing is cut off when it opens.

Programs lay out rows anew only when a cell is edited; until then they believe the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

# Points from line to line at size 12, and the most that a row may have.
LINE_HEIGHT: Final = 15.75
_HIGHEST: Final = 409.0
# Widths in Times New Roman, a digit being 1; what is not listed is about as wide as a digit.
_WIDTHS: Final = {
    **dict.fromkeys("acez", 0.89), **dict.fromkeys("fr", 0.67), **dict.fromkeys("ijlt'I", 0.58),
    **dict.fromkeys(" .,;:|", 0.5), "m": 1.56, "w": 1.44, "s": 0.78, "M": 1.78, "W": 1.89,
    "%": 1.67, "→": 2.0, "–": 1.0, "(": 0.67, ")": 0.67, "-": 0.67,
}  # fmt: skip
_BREAK: Final = re.compile(r" |(?<=-)")
_CAPITAL: Final = 1.4
_BOLD: Final = 1.08
# Cells have a margin on either side.
_MARGIN: Final = 1.0


def row_height(cells: Iterable[tuple[str, float, bool]]) -> float:
    """The height in points for cells of (text, column width, whether bold)."""
    most = max((lines(text, width, bold=bold) for text, width, bold in cells), default=1)
    return min(_HIGHEST, most * LINE_HEIGHT + 1)


def lines(text: str, width: float, *, bold: bool = False) -> int:
    """How many lines a wrapped text takes in a column so wide.

    >>> lines("Kế hoạch cải cách hành chính", 40), lines("Kế hoạch cải cách hành chính", 12)
    (1, 3)
    """
    scale = _BOLD if bold else 1.0
    room = (width - _MARGIN) / scale
    return sum(_wrapped(line, room) for line in text.split("\n"))


def _wrapped(line: str, room: float) -> int:
    count, used = 1, 0.0
    # Lines break behind spaces and behind hyphens.
    for word in _BREAK.split(line):
        wide = _word(word)
        if used and used + wide > room:
            count, used = count + 1, 0.0
        # A word wider than the cell is broken where the cell ends.
        over = int(wide // room) if wide > room else 0
        count += over
        used += wide - over * room + _WIDTHS[" "]
    return count


@cache
def _word(word: str) -> float:
    return sum(map(_letter, word))


@cache
def _letter(letter: str) -> float:
    plain = unicodedata.normalize("NFD", letter)[0]
    return _WIDTHS.get(plain, _CAPITAL if plain.isupper() else 1.0)
