"""Official documents as .docx, from templates that staff edit in Word."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from parindex.documents.catalogue import Paper
from parindex.documents.form import UNKNOWN_DAY, Block, Document, Picture
from parindex.documents.pictures import code, png
from parindex.documents.printed import Printed, printed
from parindex.errors import Problem, UnusableInputError

if TYPE_CHECKING:
    from docx.document import Document as Made
    from docx.oxml.table import CT_Row, CT_Tbl
    from docxtpl import DocxTemplate

_DATE: Final = (1980, 1, 1, 0, 0, 0)
# Millimetres: how wide text is on a portrait page, and how high a picture may be.
_TEXT: Final = 165
_TALLEST: Final = 215
_CODE: Final = 14


class NotATemplateError(UnusableInputError):
    """The file is no Word template, or asks for something that no document has."""


def template_of(paper: Paper) -> bytes:
    """The template that comes with the program, to be edited in Word."""
    return files("parindex.documents").joinpath("templates", f"{paper}.docx").read_bytes()


def write_docx(
    document: Document, paper: Paper, *, template: bytes | None = None, file: str = "template.docx"
) -> bytes:
    """The document as .docx; the same values and template give the same bytes.

    ``template`` is an office's own instead of the one that comes with the program; ``file`` its
    name in messages. It is filled in a sandbox: it can show what a document holds and nothing
    else. Raises NotATemplateError where it cannot be filled.
    """
    from docxtpl import DocxTemplate  # noqa: PLC0415 - slow import
    from jinja2 import StrictUndefined  # noqa: PLC0415 - slow import
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - slow import

    words = printed(document)
    filling = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    content = template_of(paper) if template is None else template
    try:
        made = DocxTemplate(io.BytesIO(content))
        made.init_docx()
    except Exception as error:
        raise NotATemplateError([Problem(code="document.no_docx", file=file)]) from error
    shown = _with_pictures(words, document, made)
    # A template is a program that somebody wrote: whatever befalls it, the template is to mend.
    try:
        made.render(shown, filling)
        # Asked for by its method, the file would be the empty template again.
        inside = made.docx
        _finish(inside, words, has_annexes=bool(document.annexes))
    except Exception as error:
        values = {"detail": str(error)}
        raise NotATemplateError(
            [Problem(code="document.template", file=file, values=values)]
        ) from error
    _describe(inside, document)
    return _packed(made)


def _with_pictures(words: Printed, document: Document, made: DocxTemplate) -> Printed:
    """What the template reads: the words, and drawings where there are pictures."""
    charts = _charts(document.body)
    for annex in document.annexes:
        charts += _charts(annex.blocks)
    blocks = [*words["body"], *(one for annex in words["annexes"] for one in annex["blocks"])]
    for block in blocks:
        block["drawing"] = ""
        if block["kind"] == "picture":
            picture = charts.pop(0)
            width = min(_TEXT, _TALLEST * picture.chart.width / picture.chart.height)
            block["drawing"] = _Drawing(made, png(picture.chart), width, alt=block["alt"])
    address = words["address"]
    words["qr"] = ""
    if address:
        words["qr"] = _Drawing(made, code(address), _CODE, alt=f"Mã QR: {address}")
    return words


def _charts(blocks: Sequence[Block]) -> list[Picture]:
    return [one for one in blocks if isinstance(one, Picture)]


class _Drawing:
    """A picture in the running text, told to who cannot see it.

    It is made when the template asks for it, in the part of the file that asks: the body or a
    footer.
    """

    def __init__(self, made: DocxTemplate, content: bytes, width: float, *, alt: str) -> None:
        self._made, self._content, self._width, self._alt = made, content, width, alt

    def __html__(self) -> str:
        """The run that holds the drawing; what a template shows of this value."""
        from docx.shared import Mm  # noqa: PLC0415 - slow import

        part: Any = self._made.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(self._content), Mm(self._width), None)
        inline.docPr.set("descr", self._alt)
        return (
            f"</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r>"
            '<w:r><w:t xml:space="preserve">'
        )


def _finish(made: Made, words: Printed, *, has_annexes: bool) -> None:
    """What a template cannot say of itself: widths of columns, and that no annex follows."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - slow import

    named = {
        block["name"]: block
        for block in [*words["body"], *(b for annex in words["annexes"] for b in annex["blocks"])]
        if block["kind"] == "table"
    }
    body = made.element.body
    for table in body.iter(qn("w:tbl")):
        caption = table.tblPr.find(qn("w:tblCaption"))
        block = None if caption is None else named.get(caption.get(qn("w:val")))
        if caption is not None and block is not None:
            caption.set(qn("w:val"), block["title"])
            _lay_out(table, block)
    if not has_annexes:
        ends = body.xpath("./w:p[w:pPr/w:sectPr]")
        if ends:
            # The section of annexes would be an empty page.
            body.replace(body.sectPr, ends[-1].pPr.sectPr)
            body.remove(ends[-1])


def _lay_out(table: CT_Tbl, block: Mapping[str, Any]) -> None:
    """Give a table the widths and sides of its columns, within the width that it has."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - slow import

    columns = block["columns"]
    whole = sum(int(one.get(qn("w:w"))) for one in table.tblGrid.iter(qn("w:gridCol")))
    share = sum(one["width"] for one in columns)
    widths = [round(whole * one["width"] / share) for one in columns]
    for grid, width in zip(table.tblGrid.iter(qn("w:gridCol")), widths, strict=True):
        grid.set(qn("w:w"), str(width))
    rows: list[CT_Row] = list(table.tr_lst)
    for at, row in enumerate(rows):
        for cell, width, column in zip(row.tc_lst, widths, columns, strict=True):
            properties = cell.get_or_add_tcPr()
            properties.get_or_add_tcW().set(qn("w:w"), str(width))
            if at:
                for paragraph in cell.p_lst:
                    justified = paragraph.get_or_add_pPr().get_or_add_jc()
                    justified.set(qn("w:val"), column["align"])


def _describe(made: Made, document: Document) -> None:
    """The properties that a reader of the file's list sees; nothing of the machine's."""
    day = document.head.dated.day or UNKNOWN_DAY
    about = made.core_properties
    about.title = printed(document)["title"][:255]
    about.author = document.head.issuer[:255]
    about.last_modified_by = ""
    about.language = "vi-VN"
    about.created = about.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)


def _packed(made: DocxTemplate) -> bytes:
    """The file with one date on all its members."""
    stream, again = io.BytesIO(), io.BytesIO()
    made.save(stream)
    with zipfile.ZipFile(stream) as had, zipfile.ZipFile(again, "w") as out:
        for name in had.namelist():
            info = zipfile.ZipInfo(name, date_time=_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, had.read(name))
    return again.getvalue()
