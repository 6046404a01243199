"""Letters: a page each, every letter drawn, and a QR code that holds the link."""

import io

import pypdfium2
import segno

from parindex.documents.letters import Letter, Sender, write_letters

SENDER = Sender(
    name="Ủy ban nhân dân tỉnh Tây Ninh", title="Khảo sát sự hài lòng năm 2026",
    address="https://khaosat.example.vn/phieu/", closes="17:00 ngày 30/11/2026",
    paragraphs=["Tỉnh mời ông/bà trả lời một phiếu hỏi."], promises=["Câu trả lời không gắn với tên."],
)  # fmt: skip
HARD = 'Nguyễn Thị Ắằẳẵặ Ỹ-đôn <b>"$#*_@\\'


def letters(count: int) -> list[Letter]:
    return [
        Letter(
            code=f"ABCD-EFGH-JK{at:02}", link=f"https://khaosat.example.vn/phieu/#ABCDEFGHJK{at:02}",
            name=f"{HARD} {at}", address="ấp Đông, xã Phước Chỉ", about="Đăng ký khai sinh",
        )
        for at in range(count)
    ]  # fmt: skip


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return [one.get_textpage().get_text_range().replace("\r\n", "\n") for one in document]


def test_each_letter_has_its_page_with_its_name_and_code_alone():
    read = pages(write_letters(letters(3), SENDER))
    assert len(read) == 3
    for at, page in enumerate(read):
        assert f"{HARD} {at}" in page.replace("\n", " ")
        assert [other for other in range(3) if f"ABCD-EFGH-JK{other:02}" in page] == [at]
        assert "ỦY BAN NHÂN DÂN TỈNH TÂY NINH" in page.replace("\n", " ")
        assert "17:00 ngày 30/11/2026" in page


def test_slips_stand_eight_on_a_page_and_name_nobody():
    read = pages(
        write_letters(
            [Letter(code=one.code, link=one.link) for one in letters(9)], SENDER, kind="slips"
        )
    )
    assert [page.count("ABCD-EFGH") for page in read] == [8, 1]
    assert HARD not in "".join(read)


def test_fonts_are_embedded_and_the_document_is_tagged():
    content = write_letters(letters(1), SENDER)
    assert b"/FontFile" in content
    assert b"/StructTreeRoot" in content


def is_square(box: tuple[float, float, float, float]) -> bool:
    return 90 < box[2] - box[0] < 110 and 90 < box[3] - box[1] < 110


def drawn_code(page: pypdfium2.PdfPage, link: str) -> list[list[bool]]:
    """The modules of the QR code on a page, as a camera would see them."""
    n = len(segno.make(link, error="m", micro=False).matrix)
    # Bounds count the width of the strokes in; the drawn square stands in their middle.
    box = next(one for one in (one.get_bounds() for one in page.get_objects()) if is_square(one))
    middle, centre, width = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 34 / 25.4 * 72
    left, top = middle - width / 2, centre + width / 2
    scale = 8
    seen = page.render(scale=scale).to_numpy()[:, :, 0]
    side, height = width / n, page.get_height()
    return [
        [
            bool(
                seen[
                    int((height - top + (row + 0.5) * side) * scale),
                    int((left + (column + 0.5) * side) * scale),
                ]
                < 128
            )
            for column in range(n)
        ]
        for row in range(n)
    ]


def test_the_qr_code_on_a_letter_holds_its_link():
    made = letters(2)
    document = pypdfium2.PdfDocument(io.BytesIO(write_letters(made, SENDER)))
    for page, letter, other in zip(document, made, reversed(made), strict=True):
        wanted, wrong = (
            [[bool(module) for module in row] for row in segno.make(link, error="m").matrix]
            for link in (letter.link, other.link)
        )
        assert drawn_code(page, letter.link) == wanted != wrong
