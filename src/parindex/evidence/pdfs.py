"""PDF files: opened by PDFium, and looked through for what acts or hides in them."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pypdfium2
from pypdfium2 import raw

from parindex.errors import Problem
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import MEGABYTE, Limits
from parindex.evidence.refusals import Plain, refused, to_plain

# PDF pages are measured in points.
POINTS: Final = 72
# A scan of a large plan inside a PDF has more points than a picture that is sent alone.
PLAN: Final = 4
# Lists of objects and filters in filters, which are unpacked in memory; honest ones are small.
MOST_KEPT: Final = 64 * MEGABYTE
_TAIL: Final = 1024
_WHITE: Final = b" \t\r\n\x0c\x00"
_STREAM: Final = re.compile(rb">>[ \t\r\n\x0c\x00]{0,64}stream\r?\n?")
_NAME_CODE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_FLATE: Final = re.compile(rb"/(?:FlateDecode|Fl)(?![A-Za-z])")
_SIZE: Final = re.compile(rb"/(Width|Height)[ \t\r\n]+(\d{1,12})")
_EDGE: Final = rb"(?![A-Za-z0-9])"
_ACTS: Final = (
    ("evidence.pdf_script", re.compile(rb"/(?:JavaScript|JS|XFA)" + _EDGE)),
    (
        "evidence.pdf_launch",
        re.compile(rb"/S[ \t\r\n]*/(?:Launch|SubmitForm|ImportData|GoToR|GoToE)" + _EDGE),
    ),
    (
        "evidence.pdf_attachments",
        re.compile(rb"/(?:EmbeddedFiles?|RichMedia)" + _EDGE),
    ),
)


def examine(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:  # noqa: ARG001 - tasks have one signature
    """The pages of a PDF that opens, with what to be wary of in it."""
    content = source.read_bytes()
    _check_end(content)
    acts = _Scan(limits).look(content)
    with _opened(source) as pdf:
        pages = len(pdf)
        if pages > limits.pages:
            raise refused("evidence.too_many_pages", limit=limits.pages, got=pages)
        if raw.FPDFDoc_GetJavaScriptActionCount(pdf) > 0:
            acts.add("evidence.pdf_script")
        if pdf.count_attachments() > 0:
            acts.add("evidence.pdf_attachments")
        # What a signature covers is named by its place in the file, so it is never compressed.
        signed = raw.FPDF_GetSignatureCount(pdf) > 0 or b"/ByteRange" in content
        # A file that opens and has no first page was cut or put together wrongly.
        with _closing(pdf[0]):
            pass
    warnings = [Problem(code=code) for code, _ in _ACTS if code in acts]
    return {
        "kind": Kind.PDF,
        "pages": pages,
        "warnings": to_plain(warnings),
        "may_be_signed": signed,
    }


def read_text(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:  # noqa: ARG001 - tasks have one signature
    """The text of each page, as far as there is any."""
    pages: list[str] = []
    left = limits.characters
    with _opened(source) as pdf:
        for number in range(min(len(pdf), limits.pages)):
            pages.append(_page_text(pdf, number)[:left])
            left -= len(pages[-1])
    return {"pages": pages, "cut": left <= 0}


def render(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:
    """One page as a PNG of so many dots an inch, or so wide; its width and height."""
    number = int(str(options["page"]))
    most = min(int(str(options["most_pixels"])), limits.pixels)
    with _opened(source) as pdf, _closing(pdf[number]) as page:
        width, height = page.get_size()
        scale = int(str(options["dpi"])) / POINTS
        if options["width"]:
            scale = int(str(options["width"])) / max(width, height, 1)
        scale = min(scale, (most / max(width * height, 1)) ** 0.5)
        image = page.render(scale=scale, grayscale=bool(options["grey"])).to_pil()
        image.save(made, "PNG", compress_level=1)
        return {"width": image.width, "height": image.height, "pages": len(pdf)}


# ---- PDFium


class _closing:  # noqa: N801 - used as a with statement's word
    """A page that is closed after use."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page

    def __enter__(self) -> pypdfium2.PdfPage:
        return self._page

    def __exit__(self, *_: object) -> None:
        self._page.close()


def _opened(source: Path) -> pypdfium2.PdfDocument:
    try:
        pdf = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        password = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        if password:
            raise refused("evidence.encrypted", got="PDF") from error
        raise refused("evidence.damaged") from error
    # A file that opens without a password may still be locked against reading by others.
    if raw.FPDF_GetSecurityHandlerRevision(pdf) != -1:
        pdf.close()
        raise refused("evidence.encrypted", got="PDF")
    return pdf


def _page_text(pdf: pypdfium2.PdfDocument, number: int) -> str:
    try:
        with _closing(pdf[number]) as page:
            words = page.get_textpage()
            text: str = words.get_text_bounded()
            words.close()
    except pypdfium2.PdfiumError:
        # One broken page does not take the text of the others with it.
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = (
        one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs", "Cn"}
    )
    return unicodedata.normalize("NFC", "".join(shown))


# ---- the bytes


def _check_end(content: bytes) -> None:
    tail = content[-_TAIL:].rstrip(_WHITE)
    if not tail.endswith(b"%%EOF"):
        code = "evidence.two_in_one" if b"%%EOF" in content else "evidence.cut_short"
        # A file written on after its end mark has new content; one cut has none of it.
        raise refused("evidence.cut_short" if _is_cut(content) else code)
    at = content.rfind(b"PK\x05\x06")
    if at >= 0 and len(content) >= at + 22:
        comment = int.from_bytes(content[at + 20 : at + 22], "little")
        if at + 22 + comment == len(content) and b"PK\x01\x02" in content[:at]:
            raise refused("evidence.two_in_one")


def _is_cut(content: bytes) -> bool:
    """True where an update was begun after the last end mark and not finished."""
    rest = content[content.rfind(b"%%EOF") + 5 :]
    return re.match(rb"[ \t\r\n\x0c\x00]*(?:\d+ \d+ obj|xref|%)", rest) is not None


@dataclass(slots=True)
class _Scan:
    """One look through the bytes: what acts is in dictionaries, which may be packed in streams."""

    limits: Limits
    acts: set[str] = field(default_factory=set)
    left: int = 0

    def look(self, content: bytes) -> set[str]:
        """The codes of what was found."""
        self.left = self.limits.unpacked_bytes
        for structure, packed in _streams(content):
            plain = _NAME_CODE.sub(lambda code: bytes([int(code[1], 16)]), structure)
            self._note(plain)
            if packed:
                self._unpack(plain[max(0, plain.rfind(b" obj")) :], packed)
        return self.acts

    def _note(self, plain: bytes) -> None:
        for code, pattern in _ACTS:
            if code not in self.acts and pattern.search(plain):
                self.acts.add(code)

    def _unpack(self, about: bytes, packed: bytes) -> None:
        if re.search(rb"/Subtype[ \t\r\n]*/Image", about):
            sizes = dict(_SIZE.findall(about))
            width, height = int(sizes.get(b"Width", b"0")), int(sizes.get(b"Height", b"0"))
            if width * height > PLAN * self.limits.pixels:
                raise refused(
                    "evidence.too_many_pixels",
                    limit=PLAN * self.limits.pixels // 1_000_000, width=width, height=height,
                )  # fmt: skip
            return
        times = len(_FLATE.findall(about))
        if times > 2:
            raise refused("evidence.bomb")
        content = packed
        for turn in range(times):
            is_wanted = b"/ObjStm" in about or turn + 1 < times
            content = self._inflate(content, keep=is_wanted)
        if times and b"/ObjStm" in about:
            self._note(_NAME_CODE.sub(lambda code: bytes([int(code[1], 16)]), content))

    def _inflate(self, packed: bytes, *, keep: bool) -> bytes:
        """What a stream inflates to, if it is wanted; its size counts in either case."""
        inflater = zlib.decompressobj()
        kept: list[bytes] = []
        kept_bytes = 0
        feed = packed
        try:
            while feed and not inflater.eof:
                piece = inflater.decompress(feed, MEGABYTE)
                feed = inflater.unconsumed_tail
                self.left -= len(piece)
                if self.left < 0:
                    raise refused("evidence.bomb")
                if keep:
                    kept.append(piece)
                    kept_bytes += len(piece)
                    if kept_bytes > MOST_KEPT:
                        raise refused("evidence.bomb")
                if not piece:
                    break
        except zlib.error:
            # Readers take what they got so far, and so does this look.
            pass
        return b"".join(kept)


def _streams(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each stretch of structure, with the bytes of the stream that follows it."""
    at = 0
    while found := _STREAM.search(content, at):
        end = content.find(b"endstream", found.end())
        end = len(content) if end < 0 else end
        yield content[at : found.start() + 2], content[found.end() : end]
        at = end
    yield content[at:], b""
