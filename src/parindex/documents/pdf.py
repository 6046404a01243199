"""Official documents as PDF/A with their typefaces inside, from the same values as Word's."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Final

import typst

from parindex.documents.catalogue import CATALOGUE, Paper
from parindex.documents.form import UNKNOWN_DAY, Document, Kind
from parindex.documents.pictures import code, fonts
from parindex.documents.printed import printed

_WIDE: Final = {one.paper: one.wide_annexes for one in CATALOGUE}
_SHAPES: Final = {Kind.DECISION: "decision", Kind.LETTER: "letter"}


def write_pdf(document: Document, paper: Paper) -> bytes:
    """The document as PDF; the same values give the same bytes.

    It is not signed: an office signs it with its own token and gives back what it signed.
    """
    # PDF/A asks for a date; one that is not known yet must not be the machine's.
    day = document.head.dated.day or UNKNOWN_DAY
    words = printed(document)
    said = {
        **words,
        "wide": _WIDE[paper],
        "shape": _SHAPES.get(document.kind, "named"),
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "qr": code(words["address"], kind="svg").decode() if words["address"] else "",
        "qr_alt": f"Mã QR: {words['address']}",
    }
    made = typst.compile(
        files("parindex.documents").joinpath("official.typ").read_bytes(),
        sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
        font_paths=fonts(),
        # Kept for long and read aloud: PDF/A-2a (ISO 19005-2), tagged, and PDF/UA-1 (ISO 14289-1).
        pdf_standards=["a-2a", "ua-1"],
    )
    assert isinstance(made, bytes)  # noqa: S101 - a single PDF
    return made
