"""The text of files, marks of secrecy, identity numbers, and words recognised in scans."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from evidence.good import (
    REPORT,
    docx_parts,
    good_docx,
    good_pdf,
    good_png,
    good_xlsx,
    package,
    picture,
    scan_pdf,
    xlsx_parts,
)
from parindex.errors import UnusableInputError
from parindex.evidence import ocr
from parindex.evidence.cautions import count_identity_numbers, find_cautions, looks_classified
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits
from parindex.evidence.ocr import Recognised, recognise
from parindex.evidence.text import read_text

# ---- text


def test_text_of_a_pdf_page_by_page():
    found = read_text(good_pdf(REPORT, "Phụ lục: các sở, ban, ngành được khen thưởng"), Kind.PDF)
    assert [page.split() for page in found.pages] == [
        REPORT.split(),
        ["Phụ", "lục:", "các", "sở,", "ban,", "ngành", "được", "khen", "thưởng"],
    ]
    assert "\n" in found.pages[0]
    assert not found.needs_ocr
    assert "cai cach hanh chinh" in found.searched


def test_pages_without_words_are_named():
    found = read_text(good_pdf(REPORT, "Trang 2", REPORT), Kind.PDF)
    assert found.without_words == (1,)
    assert read_text(scan_pdf(picture()), Kind.PDF).needs_ocr
    assert read_text(good_png(), Kind.PNG).needs_ocr


def test_text_of_a_document_without_what_is_deleted():
    body = (
        "<w:p><w:r><w:t>Quyết </w:t></w:r><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>"
        "<w:r><w:t>định</w:t><w:tab/><w:t>số 5</w:t></w:r></w:p><w:p><w:r><w:t>Điều 1</w:t></w:r></w:p>"
    )
    parts = docx_parts(body)
    parts["word/header1.xml"] = (
        parts["word/document.xml"]
        .replace(b"w:document", b"w:hdr")
        .replace("Điều 1".encode(), b"MAT")
    )
    found = read_text(package(parts), Kind.DOCX)
    assert found.pages[0].startswith("Quyết định\tsố 5\nĐiều 1\n")
    assert "MAT" in found.pages[0]
    assert not found.needs_ocr


def test_text_of_a_workbook_by_sheets():
    found = read_text(good_xlsx(), Kind.XLSX)
    assert found.pages == ("Bảng điểm\nĐơn vị\tĐiểm\t\nSở Nội vụ\t92,5\t\n",)
    decomposed = package(xlsx_parts([["Sở Nội vụ"]]))
    assert "Sở Nội vụ" in read_text(decomposed, Kind.XLSX).pages[0]


def test_text_is_cut_at_the_limit():
    found = read_text(good_pdf(REPORT, REPORT), Kind.PDF, limits=Limits(characters=30))
    assert found.is_cut
    assert sum(map(len, found.pages)) <= 30
    many = package(xlsx_parts([["a" * 100] * 100]))
    assert sum(map(len, read_text(many, Kind.XLSX, limits=Limits(characters=500)).pages)) < 700
    assert read_text(good_docx(), Kind.DOCX, limits=Limits(characters=10)).is_cut


# ---- marks of secrecy


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("ỦY BAN NHÂN DÂN\nMẬT\nSố: 1", "MẬT"),
        ("TỐI MẬT", "TỐI MẬT"),
        ("  TUYỆT  MẬT  ", "TUYỆT MẬT"),
        ("| MẬT |", "MẬT"),
        ("BÁO CÁO [MẬT] năm 2025", "MẬT"),
        ("Báo cáo (TỐI MẬT)", "TỐI MẬT"),
        ("Độ mật: Mật", "MẬT"),
        ("Độ mật: tối mật.", "TỐI MẬT"),
        ("M Ậ T\nSố: 5", "MẬT"),
        ("T Ố I M Ậ T", "TỐI MẬT"),
        ("C - MẬT", "MẬT"),
        ("TUYET MAT", "TUYỆT MẬT"),
        ("TỐI\nMẬT", "MẬT"),
    ],
)
def test_stamps_are_seen(text: str, mark: str):
    found = looks_classified(["", text])
    assert found is not None
    assert found.replace("TUYET MAT", "TUYỆT MẬT") == mark


@pytest.mark.parametrize(
    "text",
    [
        "Tăng cường bảo mật, an toàn thông tin mật trong cơ quan", "BẢO MẬT", "Công tác BẢO MẬT\nnăm 2025", "AN TOÀN, BẢO\nMẬT",
        "BÍ MẬT NHÀ NƯỚC", "MẬT\nKHẨU CỦA NGƯỜI DÙNG", "Mật", "mật độ dân số", "MẬT ĐỘ DÂN SỐ", "Bảo vệ bí mật (mật) nhà nước",
        "tài liệu mật, tối mật, tuyệt mật phải được bảo vệ", "Luật Bảo vệ bí mật nhà nước", "MẶT", "MAT", "Độ mật: không",
        "Độ mật: mật khẩu", "Tối mật thư", "VĂN BẢN MẬT ĐƯỢC QUẢN LÝ RIÊNG", "CHẾ ĐỘ\nMẬT", "",
    ],
)  # fmt: skip
def test_running_text_gives_no_warning(text: str):
    assert looks_classified([text]) is None


def test_only_the_first_pages_are_looked_at():
    assert looks_classified(["x"] * 4 + ["MẬT"]) == "MẬT"
    assert looks_classified(["x"] * 5 + ["MẬT"]) is None


def test_identity_numbers_are_counted_once():
    numbers = [
        f"0{province:02}0{year:02}{n:06}"
        for n, (province, year) in enumerate([(1, 89), (45, 90), (79, 75), (96, 99), (11, 60)])
    ]
    assert count_identity_numbers(["\n".join(numbers), numbers[0]]) == 5
    assert count_identity_numbers(["045 090 000001, 045.090.000002"]) == 2
    assert (
        count_identity_numbers(
            ["123456789012 tài khoản; 0123456789; 045090000001234; 099090000001; 1.045090000001"]
        )
        == 0
    )


def test_cautions_are_problems_with_words():
    numbers = " ".join(f"04509000{n:04}" for n in range(5))
    found = find_cautions(["MẬT\n" + numbers], file="a.pdf")
    assert [one.code for one in found] == ["evidence.classified", "evidence.identity_numbers"]
    assert "“MẬT”" in found[0].say("vi")
    assert found[0].say("vi").startswith("a.pdf:")
    assert find_cautions([numbers[:50]]) == ()


# ---- recognition


def scan(words: str) -> Image.Image:
    image = Image.new("L", (1400, 260), 255)
    ImageDraw.Draw(image).text((40, 80), words, font=ImageFont.load_default(size=80), fill=0)
    return image


@pytest.fixture
def two_pages(tmp_path: Path) -> Path:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    path = tmp_path / "scan.pdf"
    scan("REPORT 2025").save(
        path, "PDF", resolution=150, save_all=True, append_images=[scan("SECOND PAGE")]
    )
    return path


def test_words_of_a_scan_are_recognised_page_by_page(two_pages: Path):
    told: list[tuple[int, int]] = []
    found = list(
        recognise(
            two_pages, Kind.PDF, pages=(0, 1), progress=lambda done, of: told.append((done, of))
        )
    )
    assert found == [Recognised(page=0, text="REPORT 2025"), Recognised(page=1, text="SECOND PAGE")]
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_recognition_stops_and_goes_on(two_pages: Path):
    seen: list[Recognised] = []
    for page in recognise(two_pages, Kind.PDF, pages=(0, 1), stop=lambda: bool(seen)):
        seen.append(page)  # noqa: PERF402 - the list stops the loop
    assert [one.page for one in seen] == [0]
    assert [one.text for one in recognise(two_pages, Kind.PDF, pages=(1,))] == ["SECOND PAGE"]


def test_a_page_that_cannot_be_recognised_is_told_and_the_next_is_read(two_pages: Path):
    found = list(recognise(two_pages, Kind.PDF, pages=(7, 1)))
    assert [one.problem is None for one in found] == [False, True]
    late = list(recognise(two_pages, Kind.PDF, pages=(0,), page_seconds=-1))
    assert late == [] or late[0].problem is None or late[0].problem.code == "evidence.unrecognised"


def test_without_tesseract_the_reason_is_clear(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(ocr, "PROGRAM", "no-such-program")
    with pytest.raises(UnusableInputError) as error:
        list(recognise(tmp_path, Kind.PDF, pages=(0,)))
    assert error.value.problems[0].code == "evidence.no_tesseract"
