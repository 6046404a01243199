"""Charts and codes as pixels: what Word shows where it cannot draw SVG."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import segno
import typst

from parindex.documents.charts.canvas import Chart

# Enough for print at the width of a page, and no more.
_DOTS_AN_INCH: Final = 200
_FRAME: Final = """\
#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)
"""


@cache
def fonts() -> typst.Fonts:
    """The typefaces that documents are set in, those of the machine left out.

    Where Tinos was not built, typst's own stand in.
    """
    with as_file(files("parindex.documents").joinpath("fonts")) as folder:
        found = [folder] if folder.is_dir() else []
        return typst.Fonts(include_system_fonts=False, font_paths=found)


def png(chart: Chart) -> bytes:
    """A chart as PNG on white."""
    made = typst.compile(
        _FRAME.format(width=chart.width, height=chart.height).encode(),
        sys_inputs={"svg": chart.svg},
        format="png",
        ppi=_DOTS_AN_INCH,
        font_paths=fonts(),
    )
    assert isinstance(made, bytes)  # noqa: S101 - one page
    return made


def code(text: str, *, kind: str = "png") -> bytes:
    """The QR code of a text, with the quiet rim that readers need."""
    stream = io.BytesIO()
    made = segno.make(text, error="m", micro=False)
    if kind == "svg":
        made.save(stream, kind=kind, border=2, xmldecl=False, omitsize=True)
    else:
        made.save(stream, kind=kind, border=2, scale=8)
    return stream.getvalue()
