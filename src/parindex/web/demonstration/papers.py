"""A small PDF of two pages as made-up evidence, without diacritics: its one font has none."""

from __future__ import annotations

from collections.abc import Sequence


def paper(unit: str, item: str) -> bytes:
    """A document that says whose and what it is; the same bytes for the same words."""
    first = (
        "TAI LIEU MINH HOA - KHONG PHAI VAN BAN THAT",
        f"Don vi: {unit}",
        f"Tai lieu kiem chung cho muc {item}",
    )
    second = ("Trang 2", "2. Ket qua thuc hien: hoan thanh theo ke hoach nam 2025 (so minh hoa).")
    return _pdf([first, second])


def _pdf(pages: Sequence[Sequence[str]]) -> bytes:
    objects: list[bytes] = []
    n_pages = len(pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(n_pages))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {n_pages} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for at, lines in enumerate(pages):
        said = "".join(f"({line}) Tj 0 -24 Td " for line in lines)
        stream = f"BT /F1 14 Tf 60 760 Td {said}ET".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    body = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    start = len(body)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    body += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return body
