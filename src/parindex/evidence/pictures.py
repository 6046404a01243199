"""Pictures, made anew: upright, without camera data, without whatever else hid in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits
from parindex.evidence.refusals import Plain, refused

QUALITY: Final = 92
# Whatever reads the directory of a camera's file may fail in as many ways.
_BAD_DIRECTORY: Final = (
    OSError, ValueError, TypeError, LookupError, SyntaxError, ArithmeticError, EOFError,
    AttributeError, NotImplementedError,
)  # fmt: skip


def examine(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:
    """A picture whose every point could be read; what is kept of it stands at ``made``."""
    kind = Kind(str(options["kind"]))
    image = _read(source, kind, limits)
    if kind is Kind.JPEG:
        image = image if image.mode == "L" else image.convert("RGB")
        image.save(made, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
    else:
        image.save(made, "PNG", compress_level=4)
    return {"kind": kind, "pages": 1, "warnings": [], "width": image.width, "height": image.height}


def render(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:
    """A picture as a grey or coloured PNG no larger than wished."""
    image = _read(source, Kind(str(options["kind"])), limits)
    plain = image.convert("L" if options["grey"] else "RGB")
    most = int(str(options["most_pixels"]))
    if options["width"]:
        plain.thumbnail((int(str(options["width"])),) * 2)
    elif plain.width * plain.height > most:
        share = (most / (plain.width * plain.height)) ** 0.5
        plain = plain.resize((max(1, int(plain.width * share)), max(1, int(plain.height * share))))
    plain.save(made, "PNG", compress_level=1)
    return {"width": plain.width, "height": plain.height}


def _read(source: Path, kind: Kind, limits: Limits) -> Image.Image:
    """A picture, decoded to its last point and turned as the camera was held."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below, before any point is decoded
    with Image.open(source, formats=[kind.upper()]) as opened:
        if opened.width * opened.height > limits.pixels:
            raise refused(
                "evidence.too_many_pixels",
                limit=limits.pixels // 1_000_000,
                width=opened.width,
                height=opened.height,
            )
        opened.load()
        try:
            image = ImageOps.exif_transpose(opened)
        except _BAD_DIRECTORY:
            image = opened.copy()
    seen_through = image.info.get("transparency")
    image.info.clear()
    if seen_through is not None:
        image.info["transparency"] = seen_through
    return image
