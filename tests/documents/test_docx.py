"""Word files: the form of the decree, the bundle's numbers, and text that stays text."""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import docx
import pypdfium2
import pytest
from documents.papers import ADDRESS, HEAD, HOSTILE, JOURNAL, comma, demonstration, names, small
from docx.document import Document as Read
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Pt
from docx.table import Table

from parindex.documents.catalogue import CATALOGUE, Paper
from parindex.documents.docx import NotATemplateError, template_of, write_docx
from parindex.documents.form import Dated, Document, Kind, Number, Paragraph
from parindex.documents.reports import Narrative, report
from parindex.documents.results import decision, notice
from parindex.documents.wording import line

ROOT = Path(__file__).parent.parent.parent
SOFFICE = shutil.which("soffice")


def published_decision() -> Document:
    made = demonstration()
    return decision(made.run, HEAD, provenance=made.provenance, scope="các tỉnh, thành phố")


@cache
def written(document: Document, paper: Paper) -> bytes:
    """What is asked for by several tests is written once."""
    return write_docx(document, paper)


def opened(document: Document, paper: Paper) -> Read:
    return docx.Document(io.BytesIO(written(document, paper)))


def words(read: Read) -> str:
    """Everything that is said anywhere in the file."""
    parts = [read.element.body]
    for section in read.sections:
        parts += [section.header._element, section.footer._element]
        parts += [section.first_page_header._element, section.first_page_footer._element]
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
        for part in parts
        for paragraph in part.iter(qn("w:p"))
    )


def captioned(read: Read, words_: str) -> Table:
    """The table whose description for screen readers begins with some words."""
    for table in read.tables:
        caption = table._tbl.tblPr.find(qn("w:tblCaption"))
        if caption is not None and words_ in caption.get(qn("w:val")):
            return table
    raise AssertionError(words_)


def cells(table: Table) -> list[list[str]]:
    return [
        ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.tc_lst]
        for row in table._tbl.tr_lst
    ]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_templates", ROOT / "scripts" / "make_templates.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_every_document_of_the_catalogue_has_the_template_that_the_script_makes():
    making = script()
    assert set(making.TEMPLATES) == set(Paper) == {one.paper for one in CATALOGUE}
    for name, sort in making.TEMPLATES.items():
        assert members(making.template(sort)) == members(template_of(Paper(name))), name


def test_a_decision_has_the_form_of_the_decree():
    read = opened(published_decision(), Paper.DECISION)
    first, annex = read.sections
    assert [page(one) for one in (first, annex)] == [(210, 297), (297, 210)]
    for section in (first, annex):
        margins = [
            section.top_margin,
            section.bottom_margin,
            section.left_margin,
            section.right_margin,
        ]
        top, bottom, left, right = (0 if one is None else round(one.mm) for one in margins)
        assert 20 <= top <= 25
        assert 20 <= bottom <= 25
        assert 30 <= left <= 35
        assert 15 <= right <= 20
    for style in read.styles:
        if style.type == 1 and style.name in {"Nội dung", "Căn cứ", "Quốc hiệu", "Tên loại"}:
            assert style.font.name == "Times New Roman"
            assert Pt(13) <= style.font.size <= Pt(14)
            fonts = style.element.rPr.find(qn("w:rFonts"))
            assert fonts.get(qn("w:eastAsia")) == "Times New Roman"
    said = words(read)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN TỈNH TÂY NINH", "Số: 05/QĐ-UBND", "Tây Ninh, ngày 05 tháng 01 năm 2026",
        "QUYẾT ĐỊNH", "Về việc phê duyệt và công bố Chỉ số cải cách hành chính năm 2025 của các",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH TÂY NINH",
        "Căn cứ Luật Tổ chức chính quyền địa phương;", "Theo đề nghị của Giám đốc Sở Nội vụ.",
        "QUYẾT ĐỊNH:", "Điều 1. Phê duyệt", "thi hành Quyết định này./.", "Nơi nhận:",
        "- Như Điều 3;", "- Lưu: VT, SNV.", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Văn Ắằẳ",
        "Phụ lục\n", "(Kèm theo Quyết định số 05/QĐ-UBND ngày 05 tháng 01 năm 2026 của Ủy ban",
    ):  # fmt: skip
        assert part in said, part
    for mark in ("{{", "}}", "{%", "%}"):
        assert mark not in said


def page(section: Section) -> tuple[int, int]:
    sides = (section.page_width, section.page_height)
    width, height = (0 if one is None else round(one.mm) for one in sides)
    return width, height


def test_pages_are_numbered_from_the_second_on():
    read = opened(published_decision(), Paper.DECISION)
    first = read.sections[0]
    assert first.different_first_page_header_footer
    assert "PAGE" not in first.first_page_header._element.xml
    assert "PAGE" in first.header._element.xml
    assert read.sections[1].header.is_linked_to_previous


def test_the_head_row_of_every_table_stands_on_each_page():
    made = demonstration()
    document = report(made.run, HEAD, provenance=made.provenance, scope="các tỉnh")
    read = opened(document, Paper.REPORT)
    tables = [one for one in read.tables if one._tbl.tblPr.find(qn("w:tblCaption")) is not None]
    assert len(tables) == 4
    for table in tables:
        heads = [row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is not None
                 for row in table._tbl.tr_lst]  # fmt: skip
        assert heads == [True] + [False] * (len(heads) - 1)
        widths = [int(one.get(qn("w:w"))) for one in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        assert len(widths) == len(table._tbl.tr_lst[0].tc_lst) == len(table._tbl.tr_lst[-1].tc_lst)


def test_the_annex_of_a_decision_holds_the_numbers_of_the_bundle():
    made = demonstration()
    read = cells(captioned(opened(published_decision(), Paper.DECISION), "Xếp hạng"))
    assert read[0][:6] == [
        "Hạng", "Đơn vị", "Chỉ số (%)", "Xếp loại", "Thay đổi chỉ số", "Thay đổi hạng",
    ]  # fmt: skip
    classes = {one.id: one.name.vi for one in made.run.groups[0].criteria.classes}
    areas: dict[str, list[str]] = {}
    for row in made.table("areas"):
        areas.setdefault(row["unit"], []).append(comma(row["index"]))
    wanted = [
        [
            row["rank"], row["name"], comma(row["index"]), classes[row["class"]],
            moved(row["change"]), moved(row["rank_change"]), *areas[row["unit"]],
        ]
        for row in made.table("results")
    ]  # fmt: skip
    assert read[1:] == wanted
    assert len(wanted) == 34


def moved(cell: str) -> str:
    if not cell:
        return "–"
    if not float(cell):
        return "không đổi"
    return ("▼ " if cell.startswith("-") else "▲ ") + comma(cell.removeprefix("-"))


def test_a_notice_tells_one_unit_every_item_and_nothing_of_claims():
    made = demonstration()
    unit = made.table("results")[-1]["unit"]
    document = notice(made.run, unit, HEAD, provenance=made.provenance)
    read = opened(document, Paper.NOTICE)
    wanted = [
        [row["item"], comma(row["maximum"]), comma(row["points"])]
        for row in made.table("items")
        if row["unit"] == unit
    ]
    found = cells(captioned(read, "Điểm từng tiêu chí"))
    assert [[one[0], *one[2:4]] for one in found[1:]] == wanted
    areas = [row for row in made.table("areas") if row["unit"] == unit]
    shown = cells(captioned(read, "Kết quả theo lĩnh vực"))
    assert [one[1:5] for one in shown[1:]] == [
        [comma(row["points"]), comma(row["maximum"]), comma(row["index"]), row["rank"]]
        for row in areas
    ]
    said = words(read)
    assert f"xếp hạng {made.table('results')[-1]['rank']}/34" in said
    assert f"Kính gửi: {names(made)[unit]}." in said
    assert "tự chấm" not in said
    with pytest.raises(LookupError):
        notice(made.run, "nowhere", HEAD, provenance=made.provenance)


def test_values_stay_text_whatever_they_look_like():
    made = small()
    document = decision(made.run, HEAD, provenance=made.provenance, scope=HOSTILE)
    read = opened(document, Paper.DECISION)
    name = cells(captioned(read, "Xếp hạng"))[1][1]
    assert name == line(HOSTILE)
    assert "{{ 7*7 }}" in name
    assert unicodedata.is_normalized("NFC", words(read))
    assert "49 " not in name


def test_charts_are_pictures_with_words_for_who_cannot_see():
    made = demonstration()
    document = report(made.run, HEAD, provenance=made.provenance, scope="các tỉnh")
    read = opened(document, Paper.REPORT)
    drawn = [one.get("descr") for one in read.element.body.iter(qn("wp:docPr"))]
    assert len(drawn) == 2
    assert drawn[0].startswith("34 đơn vị xếp hạng; cao nhất là")
    assert "Hình 1. Thứ hạng – 2025" in words(read)


def test_the_foot_says_where_the_figures_come_from():
    made = demonstration()
    read = opened(published_decision(), Paper.DECISION)
    for foot in (read.sections[0].first_page_footer, read.sections[0].footer):
        said = "".join(one.text or "" for one in foot._element.iter(qn("w:t")))
        assert made.digest in said
        assert JOURNAL in said
        assert ADDRESS in said
        assert [one.get("descr") for one in foot._element.iter(qn("wp:docPr"))] == [
            f"Mã QR: {ADDRESS}"
        ]
    without = replace(published_decision(), provenance=None)
    assert "sha256" not in words(opened(without, Paper.DECISION))


def test_a_draft_bears_the_name_of_who_has_it_on_every_page():
    document = published_decision()
    drafted = replace(document, head=replace(document.head, draft_for='Trần "Ỷ" <Lan>'))
    section = opened(drafted, Paper.DECISION).sections[0]
    for header in (section.first_page_header, section.header):
        marks = [one.get("string") for one in header._element.iter(
            "{urn:schemas-microsoft-com:vml}textpath") if one.get("string")]  # fmt: skip
        assert marks == ['DỰ THẢO – Trần "Ỷ" <Lan>']
    final = opened(document, Paper.DECISION).sections[0]
    assert "textpath" not in final.first_page_header._element.xml + final.header._element.xml


def test_room_is_left_for_a_number_and_a_day_that_are_not_known():
    head = replace(HEAD, number=Number(symbol="QĐ-UBND"), dated=Dated(place="Huế"))
    said = words(opened(replace(published_decision(), head=head), Paper.DECISION))
    assert "Số:\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/QĐ-UBND" in said
    assert "Huế, ngày\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0tháng" in said


def test_a_document_without_annexes_has_no_page_for_them():
    document = Document(
        kind=Kind.LETTER, head=HEAD, subject="Hướng dẫn tự chấm", body=(Paragraph(text="Nội dung"),),
        addressees=("Sở Y tế", "Sở Tài chính"),
    )  # fmt: skip
    read = opened(document, Paper.GUIDANCE)
    assert len(read.sections) == 1
    said = words(read)
    assert "V/v hướng dẫn tự chấm" in said
    assert "- Sở Y tế;" in said
    assert "Nội dung./." in said


def test_a_report_says_what_people_wrote_and_leaves_out_what_they_did_not():
    made = demonstration()
    wrote = Narrative(conduct=("Đã triển khai.",), proposals=("Đề nghị khắc phục",))
    document = report(made.run, HEAD, provenance=made.provenance, scope="các tỉnh", narrative=wrote)
    said = words(opened(document, Paper.REPORT))
    for part in (
        "I. TÌNH HÌNH TRIỂN KHAI", "II. KẾT QUẢ CHỈ SỐ", "1. Kết quả chung", "III. NHẬN XÉT",
        "IV. KIẾN NGHỊ, ĐỀ XUẤT", "Đề nghị khắc phục./.",
    ):  # fmt: skip
        assert part in said
    assert "Nguyên nhân" not in said


def test_the_same_document_gives_the_same_bytes():
    document = published_decision()
    assert write_docx(document, Paper.DECISION) == write_docx(document, Paper.DECISION)


def edited(old: str, new: str) -> bytes:
    """The template of a decision as somebody changed it in Word."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members(template_of(Paper.DECISION)).items():
            file.writestr(name, content.replace(old.encode(), new.encode()))
    return out.getvalue()


def test_an_office_has_its_own_template():
    template = edited("QUYẾT ĐỊNH:", "NAY QUYẾT ĐỊNH:")
    content = write_docx(published_decision(), Paper.DECISION, template=template)
    assert "NAY QUYẾT ĐỊNH:" in words(docx.Document(io.BytesIO(content)))


@pytest.mark.parametrize(
    "wrong",
    [
        "{{ nothing_like_it }}", "{{ motto.__class__.__mro__ }}", "{% for one in bases %}",
        "{{ body.append(1) }}", "{{ 1/0 }}",
    ],
)  # fmt: skip
def test_a_template_can_show_what_a_document_holds_and_nothing_else(wrong: str):
    template = edited("QUYẾT ĐỊNH:", wrong)
    with pytest.raises(NotATemplateError) as caught:
        write_docx(published_decision(), Paper.DECISION, template=template, file="mau.docx")
    (problem,) = caught.value.problems
    assert problem.code == "document.template"
    assert problem.say("vi").startswith("mau.docx:0: không điền được mẫu văn bản")


def test_a_template_whose_table_has_another_column_is_refused_in_words():
    made = docx.Document(io.BytesIO(template_of(Paper.DECISION)))
    for table in made.tables:
        if table._tbl.tblPr.find(qn("w:tblCaption")) is not None:
            table.add_column(Pt(40))
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(NotATemplateError) as caught:
        write_docx(published_decision(), Paper.DECISION, template=out.getvalue(), file="mau.docx")
    assert caught.value.problems[0].code == "document.template"


def test_what_is_no_word_file_is_refused():
    for content in (b"", b"PK\x03\x04", zipped({"a": b"b"}), b"<html>"):
        with pytest.raises(NotATemplateError) as caught:
            write_docx(published_decision(), Paper.DECISION, template=content)
        assert caught.value.problems[0].code == "document.no_docx"


def zipped(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, one in content.items():
            file.writestr(name, one)
    return out.getvalue()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is absent")
def test_libreoffice_opens_it_and_every_page_has_the_head_row(tmp_path: Path):
    assert SOFFICE is not None
    source = tmp_path / "quyet-dinh.docx"
    source.write_bytes(write_docx(published_decision(), Paper.DECISION))
    subprocess.run(
        [
            SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(source),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    pages = [
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(tmp_path / "quyet-dinh.pdf")
    ]
    assert "Điều 1." in pages[0]
    annex = pages[1:]
    assert len(annex) >= 2
    for page in annex:
        assert "Xếp loại" in page
    everything = "".join(annex)
    for row in demonstration().table("results"):
        assert comma(row["index"]) in everything
