"""A document as the mappings of plain text that templates for Word and PDF read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from parindex.documents.form import (
    MOTTO,
    Article,
    Block,
    Document,
    Heading,
    Kind,
    Paragraph,
    Picture,
    Provenance,
    Table,
    roman,
)
from parindex.documents.wording import line

DRAFT: Final = "DỰ THẢO"
# Mappings, lists, texts and truth values; a picture is the text of its SVG.
Printed = dict[str, Any]


def printed(document: Document) -> Printed:
    """The document as text in NFC without control characters, punctuated as the decree asks.

    Every block has all keys, so that a template may ask for any of them.
    """
    head = document.head
    naming = _Naming()
    body = [naming.block(one) for one in document.body]
    _close(body)
    return {
        "motto": MOTTO[0],
        "motto_below": MOTTO[1],
        "superior": line(head.superior).upper(),
        "issuer": line(head.issuer).upper(),
        "number": _spaced(head.number.printed),
        "dated": _spaced(head.dated.printed),
        "kind": document.kind.printed,
        "subject": _subject(document),
        "addressees": [line(one) for one in document.addressees],
        "bases": _ended(head.bases),
        "authority": line(head.authority).upper(),
        "body": body,
        "recipients": _ended(head.recipients),
        "signatures": [
            {"lines": [line(one).upper() for one in one.lines], "name": line(one.name)}
            for one in head.signatures
        ],
        "annexes": [
            {
                "label": document.annex_label(at),
                "title": line(one.title),
                "reference": _spaced(document.reference),
                "blocks": [naming.block(block) for block in one.blocks],
            }
            for at, one in enumerate(document.annexes)
        ],
        "footer": _footer(document.provenance),
        "address": "" if document.provenance is None else line(document.provenance.address),
        "title": line(f"{document.kind.printed} {document.subject}"),
        "draft": "" if head.draft_for is None else f"{DRAFT} – {line(head.draft_for)}",
    }


class _Naming:
    """Numbers what stands in a document: its parts, its tables, its pictures."""

    def __init__(self) -> None:
        self._parts = self._sections = self._tables = self._pictures = 0

    def block(self, block: Block) -> Printed:
        """One block as text; tables and pictures bear names of their own."""
        made: Printed = {"kind": "", "text": "", "more": [], "title": "", "note": "", "name": ""}
        made |= {"columns": [], "rows": [], "svg": "", "alt": "", "width": 0, "height": 0}
        match block:
            case Paragraph():
                made |= {"kind": "paragraph", "text": line(block.text)}
            case Heading():
                made |= {"kind": f"heading{block.rank}", "text": self._heading(block)}
            case Article():
                more = [line(one) for one in block.more]
                made |= {"kind": "article", "text": line(block.text), "more": more}
                made["name"] = f"Điều {block.number}."
            case Table():
                made |= self._table(block)
            case Picture():
                self._pictures += 1
                chart = block.chart
                made |= {"kind": "picture", "svg": chart.svg, "alt": line(chart.alt.vi)}
                made |= {"width": chart.width, "height": chart.height}
                made |= {"title": f"Hình {self._pictures}. {line(chart.title)}"}
                made["name"] = f"picture-{self._pictures}"
        return made

    def _heading(self, block: Heading) -> str:
        if block.rank == 1:
            self._parts, self._sections = self._parts + 1, 0
            return f"{roman(self._parts)}. {line(block.text).upper()}"
        self._sections += 1
        return f"{self._sections}. {line(block.text)}"

    def _table(self, block: Table) -> Printed:
        self._tables += 1
        return {
            "kind": "table",
            "name": f"table-{self._tables}",
            "title": f"Bảng {self._tables}. {line(block.title)}",
            "note": line(block.note),
            "columns": [
                {"heading": line(one.heading), "width": one.width, "align": one.align}
                for one in block.columns
            ],
            "rows": [[line(cell) for cell in row] for row in block.rows],
        }


def _subject(document: Document) -> str:
    """The trích yếu as it is printed: “Về việc …” under a decision, “V/v …” on a letter."""
    subject = line(document.subject)
    before = {Kind.DECISION: "Về việc ", Kind.LETTER: "V/v "}.get(document.kind, "")
    return before + subject[:1].lower() + subject[1:] if before else subject


def _spaced(text: str) -> str:
    """One line that keeps the room left for what is written by hand."""
    return "\u00a0".join(line(part) if part else "" for part in text.split("\u00a0"))


def _ended(texts: Sequence[str]) -> list[str]:
    """Lines of a list: each ends with a semicolon, the last with a full stop."""
    lines = [line(one).rstrip(" ;.,") for one in texts]
    return [one + (";" if at < len(lines) - 1 else ".") for at, one in enumerate(lines)]


def _close(body: list[Printed]) -> None:
    """The body of a document ends with “./.”, where it ends with words."""
    if not body or body[-1]["kind"] not in {"paragraph", "article"}:
        return
    last = body[-1]
    if last["more"]:
        last["more"][-1] = last["more"][-1].rstrip(" .;/") + "./."
    else:
        last["text"] = last["text"].rstrip(" .;/") + "./."


def _footer(provenance: Provenance | None) -> list[str]:
    if provenance is None:
        return []
    lines = [f"Gói dữ liệu: {line(provenance.digest)}"]
    if provenance.journal_head:
        lines.append(f"Đầu nhật ký: {line(provenance.journal_head)}")
    if provenance.address:
        lines.append(f"Kiểm chứng: {line(provenance.address)}")
    return lines
