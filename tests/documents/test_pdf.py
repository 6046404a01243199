"""PDF: kept for long, read aloud, with its typeface inside and the bundle's numbers."""

from __future__ import annotations

import ctypes
import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pypdfium2
import pytest
from documents.papers import ADDRESS, HEAD, HOSTILE, JOURNAL, comma, demonstration, small
from documents.test_docx import moved
from docx.enum.section import WD_ORIENT
from pypdfium2 import raw

import parindex
from parindex.documents.catalogue import CATALOGUE, Paper
from parindex.documents.docx import template_of
from parindex.documents.form import Dated, Document, Kind, Number, Paragraph, Signature
from parindex.documents.pdf import write_pdf
from parindex.documents.reports import report
from parindex.documents.results import decision, notice
from parindex.documents.wording import line

FONTS = Path(parindex.__file__).parent / "documents" / "fonts"
pytestmark = pytest.mark.skipif(
    not FONTS.is_dir(), reason="Tinos is not built (make front) into documents/fonts"
)


def published_decision() -> Document:
    made = demonstration()
    return decision(made.run, HEAD, provenance=made.provenance, scope="các tỉnh, thành phố")


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return [one.get_textpage().get_text_range().replace("\r\n", "\n") for one in document]


def flat(content: bytes) -> str:
    return " ".join(" ".join(pages(content)).split())


def letters(text: str) -> str:
    """The text without spaces: where a line is broken does not matter."""
    return "".join(text.split())


def test_a_decision_is_archival_tagged_and_set_in_tinos():
    content = write_pdf(published_decision(), Paper.DECISION)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/StructTreeRoot" in content
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    faces: set[str] = set()
    for page in document:
        for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(one.raw)
            assert raw.FPDFFont_GetIsEmbedded(font) == 1
            faces.add(base_name(font))
    assert {one.split("+")[-1] for one in faces} == {
        "Tinos-Regular", "Tinos-Bold", "Tinos-Italic", "Tinos-BoldItalic",
    }  # fmt: skip


def base_name(font: object) -> str:
    buffer = ctypes.create_string_buffer(120)
    raw.FPDFFont_GetBaseFontName(font, buffer, 120)
    return buffer.value.decode()


def test_a_decision_says_what_the_decree_asks():
    said = flat(write_pdf(published_decision(), Paper.DECISION))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 05/QĐ-UBND",
        "Tây Ninh, ngày 05 tháng 01 năm 2026", "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH TÂY NINH",
        "Căn cứ Luật Tổ chức chính quyền địa phương;", "Điều 1. Phê duyệt", "./.", "Nơi nhận:",
        "- Như Điều 3;", "- Lưu: VT, SNV.", "PHÓ CHỦ TỊCH", "Nguyễn Văn Ắằẳ", "(Kèm theo Quyết định",
    ):  # fmt: skip
        assert part in said, part


def test_the_annex_holds_the_numbers_of_the_bundle_and_its_head_row_on_every_page():
    made = demonstration()
    first, *annex = pages(write_pdf(published_decision(), Paper.DECISION))
    assert "94,93" not in first
    assert len(annex) >= 2
    assert all("Xếp loại" in page for page in annex)
    said = letters("".join(annex))
    classes = {one.id: one.name.vi for one in made.run.groups[0].criteria.classes}
    areas: dict[str, str] = {}
    for row in made.table("areas"):
        areas[row["unit"]] = areas.get(row["unit"], "") + comma(row["index"])
    for row in made.table("results"):
        wanted = (
            row["rank"] + row["name"] + comma(row["index"]) + classes[row["class"]]
            + moved(row["change"]) + moved(row["rank_change"]) + areas[row["unit"]]
        )  # fmt: skip
        assert letters(wanted) in said, wanted


def test_a_notice_holds_every_item_of_its_unit():
    made = demonstration()
    unit = made.table("results")[0]["unit"]
    content = write_pdf(notice(made.run, unit, HEAD, provenance=made.provenance), Paper.NOTICE)
    said = letters(flat(content))
    names = {item.code: item.name.vi for item in made.run.groups[0].criteria.items()}
    for row in made.table("items"):
        if row["unit"] == unit:
            cells = names[row["item"]] + comma(row["maximum"]) + comma(row["points"])
            assert letters(row["item"] + cells) in said, row


def test_pages_are_numbered_from_the_second_on():
    read = pages(write_pdf(published_decision(), Paper.DECISION))
    assert [bool(re.match(rf"{at}\n", page)) for at, page in enumerate(read, 1)] == [
        at > 1 for at in range(1, len(read) + 1)
    ]


def test_annexes_lie_on_their_side_where_the_catalogue_says_so():
    document = pypdfium2.PdfDocument(io.BytesIO(write_pdf(published_decision(), Paper.DECISION)))
    sizes = [tuple(round(one / 72 * 25.4) for one in page.get_size()) for page in document]
    assert sizes == [(210, 297)] + [(297, 210)] * (len(sizes) - 1)


def test_values_stay_text_whatever_they_look_like():
    made = small()
    document = decision(made.run, HEAD, provenance=made.provenance, scope="các sở")
    said = letters(flat(write_pdf(document, Paper.DECISION)))
    assert letters(line(HOSTILE)) in said


def test_the_foot_of_every_page_says_where_the_figures_come_from():
    made = demonstration()
    for page in pages(write_pdf(published_decision(), Paper.DECISION)):
        assert made.digest in page
        assert JOURNAL in page
        assert ADDRESS in page
    without = replace(published_decision(), provenance=None)
    assert "sha256" not in flat(write_pdf(without, Paper.DECISION))


def test_a_draft_bears_the_name_of_who_has_it_on_every_page():
    document = published_decision()
    drafted = replace(document, head=replace(document.head, draft_for="Trần Thị Ỷ"))
    for page in pages(write_pdf(drafted, Paper.DECISION)):
        assert "DỰ THẢO – Trần Thị Ỷ" in page
    assert "DỰ THẢO" not in flat(write_pdf(document, Paper.DECISION))


def test_the_same_document_gives_the_same_bytes():
    document = published_decision()
    assert write_pdf(document, Paper.DECISION) == write_pdf(document, Paper.DECISION)


def test_a_report_has_its_charts_with_words_for_who_cannot_see():
    made = demonstration()
    head = replace(HEAD, dated=Dated(place="Huế"), number=Number(symbol="BC-SNV"))
    content = write_pdf(
        report(made.run, head, provenance=made.provenance, scope="các tỉnh"), Paper.REPORT
    )
    assert len(re.findall(rb"/Alt\s*[(<]", content)) >= 2
    said = flat(content)
    assert "Hình 1. Thứ hạng – 2025" in said
    assert "II. NHẬN XÉT RÚT RA TỪ SỐ LIỆU" in said


def test_a_letter_and_minutes_have_their_own_heads_and_feet():
    body = (Paragraph(text="Nội dung."),)
    letter = Document(
        kind=Kind.LETTER, head=HEAD, subject="Hướng dẫn tự chấm", body=body,
        addressees=("Sở Y tế", "Sở Tài chính"),
    )  # fmt: skip
    said = flat(write_pdf(letter, Paper.GUIDANCE))
    assert "V/v hướng dẫn tự chấm" in said
    assert "Kính gửi: - Sở Y tế; - Sở Tài chính;" in said
    two = replace(
        HEAD,
        signatures=(
            Signature(lines=("Thư ký",), name="Lê A"), Signature(lines=("Chủ trì",), name="Lê B"),
        ),
    )  # fmt: skip
    minutes = Document(kind=Kind.MINUTES, head=two, subject="Họp Hội đồng thẩm định", body=body)
    said = flat(write_pdf(minutes, Paper.MINUTES))
    assert "BIÊN BẢN" in said
    assert "THƯ KÝ Lê A CHỦ TRÌ Lê B Nơi nhận:" in said


def test_templates_for_word_and_pdf_lie_alike():
    """PDF lays annexes as the catalogue says, Word as its template says."""
    for shown in CATALOGUE:
        last = docx.Document(io.BytesIO(template_of(shown.paper))).sections[-1]
        wide = last.orientation == WD_ORIENT.LANDSCAPE
        assert wide == shown.wide_annexes, shown.paper
