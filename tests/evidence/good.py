"""Good small files of each kind, made by hand so that a test can break any part of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.{}.main+xml"

Parts = dict[str, bytes]


# ---- PDF


def pdf(objects: Mapping[int, bytes], *, trailer: bytes = b"", head: bytes = b"") -> bytes:
    """A PDF of these objects; number 1 is its catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + head)
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        at = places.get(number)
        out += b"0000000000 65535 f \n" if at is None else b"%010d 00000 n \n" % at
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, trailer, start,
    )  # fmt: skip
    return bytes(out)


def stream(content: bytes, about: bytes = b"", *, packed: bool = False) -> bytes:
    body = zlib.compress(content) if packed else content
    about += b" /Filter /FlateDecode" if packed else b""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), about, body)


def pages_of(
    texts: Sequence[str],
    *,
    catalog: bytes = b"",
    page: bytes = b"",
    more: Mapping[int, bytes] | None = None,
) -> dict[int, bytes]:
    """The objects of a PDF with these texts, in any letters; those of number 100 up are spare."""
    letters = sorted({letter for text in texts for letter in text if letter != "\n"})
    codes = {letter: code for code, letter in enumerate(letters, start=1)}
    pairs = b"\n".join(
        b"<%02x> <%s>" % (code, letter.encode("utf-16-be").hex().encode())
        for letter, code in codes.items()
    )
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        b"%d beginbfchar\n%s\nendbfchar endcmap end end" % (len(codes), pairs)
    )
    count = len(texts)
    kids = b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(count))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>",
        4: stream(cmap),
    }
    for n, text in enumerate(texts):
        shown = b"".join(
            b"<%s> Tj 0 -16 Td\n" % bytes(codes[one] for one in line).hex().encode()
            for line in text.split("\n")
        )
        objects[10 + 2 * n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> %s >>" % (11 + 2 * n, page)
        )
        objects[11 + 2 * n] = stream(b"BT /F1 12 Tf 60 780 Td\n" + shown + b"ET", packed=True)
    return objects | dict(more or {})


REPORT = "BÁO CÁO\nKết quả thực hiện kế hoạch cải cách hành chính năm 2025"


def good_pdf(*texts: str) -> bytes:
    return pdf(pages_of(texts or (REPORT,)))


def scan_pdf(image: Image.Image) -> bytes:
    """A page that is a picture and has no text."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "PDF", resolution=150)
    return out.getvalue()


# ---- packages


def package(parts: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, compression)
    return out.getvalue()


def types(part: str, kind: str, more: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/>{more}</Types>'
    ).encode()


def relations(*rows: tuple[str, str, str]) -> bytes:
    """Relations of (kind, target, mode)."""
    inside = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (f' TargetMode="{mode}"' if mode else "")
        + "/>"
        for n, (kind, target, mode) in enumerate(rows, start=1)
    )
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}">{inside}</Relationships>'.encode()
    )


def docx_parts(body: str = "") -> Parts:
    body = body or "".join(
        f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in REPORT.split("\n")
    )
    return {
        "[Content_Types].xml": types(
            "word/document.xml", MAIN_TYPE.format("wordprocessingml.document")
        ),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode(),
        "word/_rels/document.xml.rels": relations(("hyperlink", "https://example.vn/", "External")),
    }


def xlsx_parts(
    rows: Sequence[Sequence[str]] = (("Đơn vị", "Điểm"), ("Sở Nội vụ", "92,5")),
) -> Parts:
    strings = [cell for row in rows for cell in row]
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    cells = iter(range(len(strings)))
    body = "".join(
        "<row>" + "".join(f'<c t="s"><v>{next(cells)}</v></c>' for _ in row) + "</row>"
        for row in rows
    )
    return {
        "[Content_Types].xml": types("xl/workbook.xml", MAIN_TYPE.format("spreadsheetml.sheet")),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", "")),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="Bảng điểm" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml", ""), ("sharedStrings", "sharedStrings.xml", "")
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{body}</sheetData></worksheet>'.encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">{shared}</sst>'.encode(),
    }


def good_docx(body: str = "") -> bytes:
    return package(docx_parts(body))


def good_xlsx() -> bytes:
    return package(xlsx_parts())


# ---- pictures


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """A picture that is red at its left and blue at its right."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return image


def good_jpeg(*, exif: bytes = b"") -> bytes:
    out = io.BytesIO()
    picture().save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def good_png(mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    picture().convert(mode).save(out, "PNG")
    return out.getvalue()
