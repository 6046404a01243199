"""Write the Word templates of official documents, in the form of Decree 30/2020/NĐ-CP.

    .venv/bin/python scripts/make_templates.py

What stands between {{ }} and {% %} is filled in; everything else is there to be edited in Word.
The measures are those of Phụ lục I: A4, margins of 20 to 25, 30 to 35 and 15 to 20 mm, Times New
Roman of 13 and 14 points, page numbers at the top from the second page on.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from docx import Document
from docx.document import Document as Made
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _Footer, _Header
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from parindex.vietnamese import folded

FOLDER: Final = Path(__file__).parent.parent / "src" / "parindex" / "documents" / "templates"
FONT: Final = "Times New Roman"
WIDTH: Final = 165
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
Where = Made | _Cell | _Header | _Footer

# The name of a style, its size, and how it looks; editing a style in Word changes it everywhere.
_STYLES: Final[dict[str, dict[str, object]]] = {
    "Cơ quan chủ quản": {"size": 13, "align": ALIGN.CENTER},
    "Cơ quan ban hành": {"size": 13, "bold": True, "align": ALIGN.CENTER},
    "Quốc hiệu": {"size": 13, "bold": True, "align": ALIGN.CENTER},
    "Tiêu ngữ": {"size": 14, "bold": True, "align": ALIGN.CENTER},
    "Số ký hiệu": {"size": 13, "align": ALIGN.CENTER, "before": 6},
    "Địa danh, ngày": {"size": 13, "italic": True, "align": ALIGN.CENTER, "before": 6},
    "Tên loại": {"size": 14, "bold": True, "align": ALIGN.CENTER, "before": 18},
    "Trích yếu": {"size": 14, "bold": True, "align": ALIGN.CENTER},
    "Trích yếu công văn": {"size": 12, "align": ALIGN.CENTER},
    "Kính gửi": {"size": 14, "align": ALIGN.CENTER, "before": 12, "after": 6},
    "Thẩm quyền": {"size": 14, "bold": True, "align": ALIGN.CENTER, "before": 12, "after": 6},
    "Căn cứ": {"size": 14, "italic": True, "align": ALIGN.JUSTIFY, "indent": 10, "after": 6},
    "Nội dung": {"size": 14, "align": ALIGN.JUSTIFY, "indent": 10, "after": 6, "line": 1.15},
    "Phần": {"size": 14, "bold": True, "indent": 10, "before": 6, "after": 6, "keep": True},
    "Mục": {"size": 14, "bold": True, "indent": 10, "before": 6, "after": 6, "keep": True},
    "Tên bảng": {"size": 13, "italic": True, "align": ALIGN.CENTER, "before": 6, "after": 3,
                 "keep": True},
    "Ô tiêu đề": {"size": 11, "bold": True, "align": ALIGN.CENTER},
    "Ô": {"size": 11},
    "Ghi chú": {"size": 11, "italic": True, "align": ALIGN.JUSTIFY, "before": 3, "after": 6},
    "Hình": {"size": 13, "align": ALIGN.CENTER, "before": 6, "keep": True},
    "Tên hình": {"size": 13, "italic": True, "align": ALIGN.CENTER, "after": 9},
    "Nơi nhận": {"size": 12, "bold": True, "italic": True},
    "Dòng nơi nhận": {"size": 11},
    "Chức vụ": {"size": 14, "bold": True, "align": ALIGN.CENTER},
    "Họ tên": {"size": 14, "bold": True, "align": ALIGN.CENTER, "before": 78},
    "Phụ lục": {"size": 14, "bold": True, "align": ALIGN.CENTER, "page": True, "keep": True},
    "Tên phụ lục": {"size": 14, "bold": True, "align": ALIGN.CENTER, "keep": True},
    "Kèm theo": {"size": 14, "italic": True, "align": ALIGN.CENTER, "after": 6, "keep": True},
    "Số trang": {"size": 13, "align": ALIGN.CENTER},
    "Chân trang": {"size": 7.5},
    "Lệnh": {"size": 2},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What sort of document a template is: how its head reads, who signs, how its annexes lie."""

    head: Literal["decision", "named", "letter"]
    annexes: Literal["portrait", "landscape"] = "portrait"
    two_sign: bool = False


TEMPLATES: Final = {
    "decision": Sort(head="decision", annexes="landscape"),
    "notice": Sort(head="named"),
    "report": Sort(head="named", annexes="landscape"),
    "sipas-report": Sort(head="named", annexes="landscape"),
    "guidance": Sort(head="letter"),
    "plan": Sort(head="named"),
    "self-assessment": Sort(head="named"),
    "minutes": Sort(head="named", two_sign=True),
    "certificates": Sort(head="decision"),
}


def template(sort: Sort) -> bytes:
    """The template of a sort of document; the same bytes every time."""
    made = Document()
    _styles(made)
    section = made.sections[0]
    _page(section, "portrait")
    section.different_first_page_header_footer = True
    _headers(section)
    _footers(section)
    _head(made, sort)
    _opening(made, sort)
    _blocks(made, "body")
    _signing(made, sort)
    annexes = made.add_section(WD_SECTION.NEW_PAGE)
    _page(annexes, sort.annexes)
    annexes.different_first_page_header_footer = False
    _annexes(made)
    made.core_properties.author = ""
    made.core_properties.title = ""
    made.core_properties.comments = ""
    made.core_properties.created = made.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    return _packed(made)


def _page(section: Section, lie: Literal["portrait", "landscape"]) -> None:
    sides = (Mm(210), Mm(297)) if lie == "portrait" else (Mm(297), Mm(210))
    section.orientation = WD_ORIENT.PORTRAIT if lie == "portrait" else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = sides
    section.top_margin, section.bottom_margin = Mm(20), Mm(23)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance, section.footer_distance = Mm(10), Mm(5)


def _styles(made: Made) -> None:
    normal = made.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)  # noqa: S101 - Word's own
    _font(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    for name, looks in _STYLES.items():
        style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - just made
        style.element.set(qn("w:styleId"), folded(name).title().replace(" ", "").replace(",", ""))
        style.base_style = normal
        style.quick_style = True
        size = looks["size"]
        assert isinstance(size, int | float)  # noqa: S101 - by the table above
        _font(style, size)
        style.font.bold = bool(looks.get("bold"))
        style.font.italic = bool(looks.get("italic"))
        form = style.paragraph_format
        form.alignment = looks.get("align")
        form.space_before = Pt(_number(looks, "before"))
        form.space_after = Pt(_number(looks, "after"))
        form.first_line_indent = Mm(_number(looks, "indent"))
        form.line_spacing = _number(looks, "line") or 1.0
        form.keep_with_next = bool(looks.get("keep"))
        form.page_break_before = bool(looks.get("page"))


def _number(looks: dict[str, object], key: str) -> float:
    value = looks.get(key, 0)
    assert isinstance(value, int | float)  # noqa: S101 - by the table above
    return float(value)


def _font(style: ParagraphStyle, size: float) -> None:
    style.font.name = FONT
    style.font.size = Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for face in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{face}"), FONT)
    for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    if properties.find(qn("w:lang")) is None:
        language = OxmlElement("w:lang")
        for name in ("val", "eastAsia"):
            language.set(qn(f"w:{name}"), "vi-VN")
        properties.append(language)


def _put(where: Where, style: str, text: str = "") -> Paragraph:
    return where.add_paragraph(text, style=style)


def _rule(where: Where, indent: float) -> None:
    """A thin line, shorter than its room by an indent on both sides."""
    paragraph = _put(where, "Lệnh")
    paragraph.paragraph_format.left_indent = Mm(indent)
    paragraph.paragraph_format.right_indent = Mm(indent)
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
        "</w:pBdr>"
    )
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders
    properties.insert_element_before(borders, "w:ind", "w:jc")


def _grid(where: Made | _Footer | _Cell, widths: tuple[float, ...], *, rows: int = 1) -> Table:
    """A table without borders, of fixed widths in millimetres."""
    if isinstance(where, _Footer):
        table = where.add_table(rows, len(widths), Mm(sum(widths)))
    else:
        table = where.add_table(rows, len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell._tc.remove(cell.paragraphs[0]._p)  # noqa: SLF001 - each puts its own
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def _head(made: Made, sort: Sort) -> None:
    table = _grid(made, (65, 100), rows=2)
    left, right = table.rows[0].cells
    _put(left, "Lệnh", "{%p if superior %}")
    _put(left, "Cơ quan chủ quản", "{{ superior }}")
    _put(left, "Lệnh", "{%p endif %}")
    _put(left, "Cơ quan ban hành", "{{ issuer }}")
    _rule(left, 20)
    _put(right, "Quốc hiệu", "{{ motto }}")
    _put(right, "Tiêu ngữ", "{{ motto_below }}")
    _rule(right, 22)
    left, right = table.rows[1].cells
    _put(left, "Số ký hiệu", "{{ number }}")
    if sort.head == "letter":
        _put(left, "Trích yếu công văn", "{{ subject }}")
    _put(right, "Địa danh, ngày", "{{ dated }}")


def _opening(made: Made, sort: Sort) -> None:
    if sort.head != "letter":
        _put(made, "Tên loại", "{{ kind }}")
        _put(made, "Trích yếu", "{{ subject }}")
        _rule(made, 62)
    if sort.head == "decision":
        _put(made, "Thẩm quyền", "{{ authority }}")
    else:
        _put(made, "Lệnh", "{%p if addressees|length == 1 %}")
        _put(made, "Kính gửi", "Kính gửi: {{ addressees[0] }}.")
        _put(made, "Lệnh", "{%p elif addressees %}")
        _put(made, "Kính gửi", "Kính gửi:")
        _put(made, "Lệnh", "{%p for one in addressees %}")
        paragraph = _put(made, "Nội dung", "- {{ one }};")
        paragraph.paragraph_format.left_indent = Mm(40)
        _put(made, "Lệnh", "{%p endfor %}")
        _put(made, "Lệnh", "{%p endif %}")
    _put(made, "Lệnh", "{%p for basis in bases %}")
    _put(made, "Căn cứ", "{{ basis }}")
    _put(made, "Lệnh", "{%p endfor %}")
    if sort.head == "decision":
        _put(made, "Thẩm quyền", "QUYẾT ĐỊNH:")


def _blocks(made: Made, name: str) -> None:
    """Everything that can stand in a body or an annex, chosen block by block."""
    _put(made, "Lệnh", "{%p for block in " + name + " %}")
    _put(made, "Lệnh", '{%p if block.kind == "paragraph" %}')
    _put(made, "Nội dung", "{{ block.text }}")
    for kind, style in (("heading1", "Phần"), ("heading2", "Mục")):
        _put(made, "Lệnh", '{%p elif block.kind == "' + kind + '" %}')
        _put(made, style, "{{ block.text }}")
    _put(made, "Lệnh", '{%p elif block.kind == "article" %}')
    article = _put(made, "Nội dung")
    article.add_run("{{ block.name }}").bold = True
    article.add_run(" {{ block.text }}")
    _put(made, "Lệnh", "{%p for more in block.more %}")
    _put(made, "Nội dung", "{{ more }}")
    _put(made, "Lệnh", "{%p endfor %}")
    _put(made, "Lệnh", '{%p elif block.kind == "table" %}')
    _put(made, "Tên bảng", "{{ block.title }}")
    _table(made)
    _put(made, "Lệnh", "{%p if block.note %}")
    _put(made, "Ghi chú", "{{ block.note }}")
    _put(made, "Lệnh", "{%p endif %}")
    _put(made, "Lệnh", '{%p elif block.kind == "picture" %}')
    _put(made, "Hình", "{{ block.drawing }}")
    _put(made, "Tên hình", "{{ block.title }}")
    _put(made, "Lệnh", "{%p endif %}")
    _put(made, "Lệnh", "{%p endfor %}")


def _table(made: Made) -> None:
    """A table of any columns and rows; its header row stands on every page."""
    table = made.add_table(4, 3, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    heads = ("{%tc for column in block.columns %}", "{{ column.heading }}", "{%tc endfor %}")
    cells = (
        ("Ô tiêu đề", heads),
        ("Ô", ("{%tr for row in block.rows %}", "", "")),
        ("Ô", ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}")),
        ("Ô", ("{%tr endfor %}", "", "")),
    )  # fmt: skip
    for row, (style, texts) in zip(table.rows, cells, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].style = style
            cell.paragraphs[0].add_run(text)
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has neither
        properties.append(OxmlElement("w:cantSplit"))
    heading = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(heading)  # noqa: SLF001 - likewise
    _say(table, "w:tblCaption", "{{ block.name }}")
    _say(table, "w:tblDescription", "{{ block.title }}")


def _say(table: Table, tag: str, text: str) -> None:
    element = OxmlElement(tag)
    element.set(qn("w:val"), text)
    table._tbl.tblPr.append(element)  # noqa: SLF001 - python-docx knows no such element


def _signing(made: Made, sort: Sort) -> None:
    _put(made, "Lệnh")
    if sort.two_sign:
        table = made.add_table(1, 3)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        texts = ("{%tc for signature in signatures %}", "", "{%tc endfor %}")
        for cell, text in zip(table.rows[0].cells, texts, strict=True):
            cell.paragraphs[0].add_run(text)
        middle = table.rows[0].cells[1]
        middle._tc.remove(middle.paragraphs[0]._p)  # noqa: SLF001 - put anew below
        _signature(middle)
        left = _grid(made, (WIDTH,)).rows[0].cells[0]
    else:
        table = _grid(made, (75, 90))
        left, right = table.rows[0].cells
        _put(right, "Lệnh", "{%p for signature in signatures %}")
        _signature(right)
        _put(right, "Lệnh", "{%p endfor %}")
        _put(right, "Lệnh")
    for one in made.tables[-2:]:
        for row in one.rows:
            # A name stands with its post, never alone on the next page.
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    _put(left, "Lệnh", "{%p if recipients %}")
    _put(left, "Nơi nhận", "Nơi nhận:")
    _put(left, "Lệnh", "{%p for one in recipients %}")
    _put(left, "Dòng nơi nhận", "- {{ one }}")
    _put(left, "Lệnh", "{%p endfor %}")
    _put(left, "Lệnh", "{%p endif %}")
    _put(left, "Lệnh")


def _signature(cell: _Cell) -> None:
    _put(cell, "Lệnh", "{%p for line in signature.lines %}")
    _put(cell, "Chức vụ", "{{ line }}")
    _put(cell, "Lệnh", "{%p endfor %}")
    _put(cell, "Họ tên", "{{ signature.name }}")


def _annexes(made: Made) -> None:
    _put(made, "Lệnh", "{%p for annex in annexes %}")
    _put(made, "Phụ lục", "{{ annex.label }}")
    _put(made, "Tên phụ lục", "{{ annex.title }}")
    _put(made, "Kèm theo", "{{ annex.reference }}")
    _blocks(made, "annex.blocks")
    _put(made, "Lệnh", "{%p endfor %}")


def _headers(section: Section) -> None:
    """No number on the first page, one on the others, and on all the watermark of a draft."""
    for header, numbered in ((section.first_page_header, False), (section.header, True)):
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.style = "Số trang"
        if numbered:
            _page_number(paragraph)
        _put(header, "Lệnh", "{%p if draft %}")
        _put(header, "Lệnh")._p.append(_watermark())  # noqa: SLF001 - drawn in VML
        _put(header, "Lệnh", "{%p endif %}")
        _put(header, "Lệnh")


def _page_number(paragraph: Paragraph) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)  # noqa: SLF001 - python-docx has no fields


def _watermark() -> BaseOxmlElement:
    style = (
        "position:absolute;margin-left:0;margin-top:0;width:500pt;height:62pt;rotation:315;"
        "z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        "mso-position-vertical-relative:margin"
    )
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        "</v:shapetype>"
        f'<v:shape id="watermark" o:spid="_x0000_s2049" type="#_x0000_t136" style="{style}"'
        ' o:allowincell="f" fillcolor="#c9c4b4" stroked="f"><v:fill opacity=".5"/>'
        f'<v:textpath style=\'font-family:"{FONT}";font-size:1pt\' string="{{{{ draft }}}}"/>'
        "</v:shape></w:pict></w:r>"
    )


def _footers(section: Section) -> None:
    """Where the figures come from, with the code of where they are verified, on every page."""
    for footer in (section.first_page_footer, section.footer):
        footer.is_linked_to_previous = False
        table = _grid(footer, (16, WIDTH - 16))
        left, right = table.rows[0].cells
        _put(left, "Lệnh", "{{ qr }}")
        _put(right, "Lệnh", "{%p for line in footer %}")
        _put(right, "Chân trang", "{{ line }}")
        _put(right, "Lệnh", "{%p endfor %}")
        _put(right, "Lệnh")
        footer.paragraphs[0].style = "Lệnh"
        # A table is followed by a paragraph; the one that was there goes behind it.
        footer._element.append(footer.paragraphs[0]._p)  # noqa: SLF001 - python-docx cannot move


def _packed(made: Made) -> bytes:
    """The file with one date on all its members and without python-docx's own picture."""
    for key, relation in list(made.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del made.part.package.rels[key]
    stream = io.BytesIO()
    made.save(stream)
    again = io.BytesIO()
    with zipfile.ZipFile(stream) as had, zipfile.ZipFile(again, "w") as out:
        for name in had.namelist():
            info = zipfile.ZipInfo(name, date_time=_FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, had.read(name))
    return again.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, sort in TEMPLATES.items():
        (FOLDER / f"{name}.docx").write_bytes(template(sort))
        print(f"{name}.docx")
