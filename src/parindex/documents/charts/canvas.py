"""What every chart is drawn with: SVG of attributes alone, measured text, quiet colours.

Styles stand in presentation attributes, never in ``style`` or ``<style>``: a page whose policy
allows no inline style still shows them, and its stylesheet may set them anew by class. Nothing is
fetched, nothing runs, and the same values give the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from parindex.criteria.model import Text
from parindex.documents.wording import line

INK: Final = "#1b2733"
QUIET: Final = "#5b6570"
LINE: Final = "#d9d6cc"
PAPER: Final = "#ffffff"
BAND: Final = "#f1efe7"
ACCENT: Final = "#0b5c6b"
SOFT: Final = "#8fb3ba"
FONT: Final = "Be Vietnam Pro, Tinos, Arial, sans-serif"
Anchor = Literal["start", "middle", "end"]

_NARROW: Final = frozenset("iIjlftr.,:;'|()[]/- ")
_WIDE: Final = frozenset("mwMW@%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture with all it says: the SVG, its finding in words, and the table behind it.

    ``width`` and ``height`` are those of the drawing, in its own units (CSS pixels).
    """

    svg: str
    title: str
    alt: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int
    height: int


class Canvas:
    """Shapes and text put one behind the other; :meth:`finish` closes them into an SVG."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._parts: list[str] = []
        self._definitions: list[str] = []

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str, kind: str = ""
    ) -> None:
        """A filled rectangle; ``kind`` is the class under which a stylesheet knows it."""
        self._put("rect", kind, x=_n(x), y=_n(y), width=_n(width), height=_n(height), fill=fill)

    def frame(self, x: float, y: float, width: float, height: float, *, stroke: str = INK) -> None:
        """The outline of a rectangle."""
        self._put(
            "rect", "", x=_n(x), y=_n(y), width=_n(width), height=_n(height), fill="none",
            stroke=stroke,
        )  # fmt: skip

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = LINE, width: float = 1,
        dashes: str = "", kind: str = "",
    ) -> None:  # fmt: skip
        """A straight line; ``dashes`` as in ``stroke-dasharray``."""
        more = {"stroke_dasharray": dashes} if dashes else {}
        self._put(
            "line", kind, x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), stroke=stroke,
            stroke_width=_n(width), **more,
        )  # fmt: skip

    def dot(self, x: float, y: float, radius: float, *, fill: str, stroke: str = PAPER) -> None:
        """A filled circle with a thin rim that parts it from what it covers."""
        self._put("circle", "", cx=_n(x), cy=_n(y), r=_n(radius), fill=fill, stroke=stroke)

    def path(self, points: Sequence[tuple[float, float]], *, stroke: str, width: float) -> None:
        """An open line through points."""
        d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        self._put(
            "path", "", d=d, fill="none", stroke=stroke, stroke_width=_n(width),
            stroke_linejoin="round",
        )  # fmt: skip

    def polygon(self, points: Sequence[tuple[float, float]], *, fill: str, stroke: str) -> None:
        """A closed shape through points."""
        said = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._put("polygon", "", points=said, fill=fill, stroke=stroke, stroke_width="1.5")

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, anchor: Anchor = "start",
        fill: str = INK, bold: bool = False, turned: bool = False,
    ) -> None:  # fmt: skip
        """One line of text on its base line; ``turned`` reads upwards."""
        more: dict[str, str] = {}
        if bold:
            more["font_weight"] = "600"
        if anchor != "start":
            more["text_anchor"] = anchor
        if turned:
            more["transform"] = f"rotate(-90 {_n(x)} {_n(y)})"
        self._put(
            "text", "", escape(line(words)), x=_n(x), y=_n(y), font_size=_n(size), fill=fill,
            **more,
        )  # fmt: skip

    def hatch(self, name: str) -> str:
        """Define the hatching of what is missing; how a shape is filled with it."""
        self._definitions.append(
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" fill="{PAPER}"/>'
            f'<path d="M0 6L6 0" stroke="{LINE}" stroke-width="1.5"/></pattern>'
        )
        return f"url(#{name})"

    def finish(self, height: float, *, key: str, title: str, alt: str, language: str) -> str:
        """The SVG: an image to screen readers, named by its title and told by its finding.

        ``key`` makes its ids its own among the charts of a page.
        """
        size = f"{self.width} {_n(height)}"
        definitions = "".join(self._definitions)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{self.width}"'
            f' height="{_n(height)}" role="img" class="chart" lang={quoteattr(language)}'
            f' aria-labelledby="{key}-title {key}-alt" font-family={quoteattr(FONT)}>'
            f'<title id="{key}-title">{escape(line(title))}</title>'
            f'<desc id="{key}-alt">{escape(line(alt))}</desc>'
            + (f"<defs>{definitions}</defs>" if definitions else "")
            + "".join(self._parts)
            + "</svg>"
        )

    def _put(self, tag: str, kind: str, inside: str = "", **attributes: str) -> None:
        said = "".join(
            f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in attributes.items()
        )
        if kind:
            said += f' class="{kind}"'
        self._parts.append(f"<{tag}{said}>{inside}</{tag}>" if inside else f"<{tag}{said}/>")


def _n(value: float) -> str:
    """A coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def width_of(words: str, size: float) -> float:
    """About how wide a line of text is; a little more than less, whatever the typeface."""
    wide = 0.0
    for letter in unicodedata.normalize("NFD", line(words)):
        if unicodedata.combining(letter):
            continue
        if letter in _NARROW:
            wide += 0.36
        elif letter in _WIDE:
            wide += 0.92
        elif letter.isupper():
            wide += 0.7
        else:
            wide += 0.58
    return wide * size


def fitted(words: str, room: float, size: float) -> str:
    """The text cut to a width, with an ellipsis where something is cut off."""
    words = line(words)
    if width_of(words, size) <= room:
        return words
    kept = words
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(words: str, room: float, size: float, *, most: int = 2) -> list[str]:
    """The text on at most so many lines of a width; what does not fit is cut from the last."""
    lines: list[str] = []
    rest = line(words).split(" ")
    while rest and len(lines) < most - 1:
        here = [rest.pop(0)]
        while rest and width_of(" ".join([*here, rest[0]]), size) <= room:
            here.append(rest.pop(0))
        lines.append(fitted(" ".join(here), room, size))
    if rest:
        lines.append(fitted(" ".join(rest), room, size))
    return lines


def ticks(low: Decimal, high: Decimal, *, most: int = 7) -> list[Decimal]:
    """Round numbers that enclose a span, evenly spaced, at most so many and at least two.

    >>> [str(one) for one in ticks(Decimal("78.7"), Decimal("93.1"))]
    ['75', '80', '85', '90', '95']
    """
    step = Decimal(1)
    steps = (Decimal(1), Decimal(2), Decimal(5))
    scale = Decimal(1).scaleb((high - low).adjusted() - 1) if high > low else Decimal(1)
    while True:
        for one in steps:
            step = one * scale
            first = (low / step).to_integral_value("ROUND_FLOOR") * step
            last = (high / step).to_integral_value("ROUND_CEILING") * step
            last = last if last > first else first + step
            if (last - first) / step < most:
                n = int((last - first) / step)
                return [_plain(first + step * at) for at in range(n + 1)]
        scale *= 10


def _plain(value: Decimal) -> Decimal:
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


# The scale of magnitudes: cividis, made to be told apart with any colour vision and in grey
# (Nuñez, Anderton and Renslow, PLOS ONE 13(7), 2018), from little to much.
_CIVIDIS: Final = (
    (0, 34, 78), (33, 53, 109), (66, 78, 108), (92, 101, 112), (120, 123, 120), (151, 147, 118),
    (184, 172, 110), (219, 200, 93), (254, 232, 56),
)  # fmt: skip


def shade(value: Decimal, low: Decimal, high: Decimal) -> str:
    """The colour of a value between the two ends of a scale; beyond them, that of the end."""
    part = float((value - low) / (high - low)) if high > low else 0.5
    at = min(max(part, 0.0), 1.0) * (len(_CIVIDIS) - 1)
    below = min(int(at), len(_CIVIDIS) - 2)
    mixed = [
        round(one + (other - one) * (at - below))
        for one, other in zip(_CIVIDIS[below], _CIVIDIS[below + 1], strict=True)
    ]
    return "#" + "".join(f"{one:02x}" for one in mixed)


def on(fill: str) -> str:
    """Black or white, whichever reads better upon a colour: at least 4.5 to 1, as WCAG asks."""
    bright = [_linear(int(fill[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    luminance = 0.2126 * bright[0] + 0.7152 * bright[1] + 0.0722 * bright[2]
    return "#000000" if luminance > 0.179 else PAPER


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
