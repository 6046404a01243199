"""Names: for any text the result is a name, and only a name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.evidence.kinds import Kind
from parindex.evidence.names import MAX_LENGTH, UNNAMED, safe_name

ODD = st.text(
    alphabet=st.sampled_from("a=+-@＝＋－＠.\t \u202e\u200b\x00/\\:é\u0301pdfexCON\ud800"),
    max_size=40,
)


@given(st.one_of(st.text(), ODD), st.sampled_from(Kind))
def test_any_text_becomes_a_name(text: str, kind: Kind):
    name = safe_name(text, kind)
    assert name.endswith(kind.extension)
    assert len(name) <= MAX_LENGTH
    assert name == unicodedata.normalize("NFC", name)
    assert name[0] not in "=+-@＝＋－＠.\t "
    assert not any(unicodedata.category(one)[0] == "C" for one in name)
    assert not set(name) & set('/\\<>:"|?*')
    assert safe_name(name, kind) == name


@pytest.mark.parametrize(
    ("given_name", "kind", "name"),
    [
        ("Báo cáo.PDF", Kind.PDF, "Báo cáo.pdf"),
        ("Ba\u0301o ca\u0301o", Kind.PDF, "Báo cáo.pdf"),
        ("QĐ 12.2025", Kind.DOCX, "QĐ 12.2025.docx"),
        ("anh.jpeg", Kind.JPEG, "anh.jpg"),
        ("a.pdf.exe", Kind.PDF, "a.pdf"),
        ("", Kind.XLSX, f"{UNNAMED}.xlsx"),
        ("=HYPERLINK(1)", Kind.XLSX, "HYPERLINK(1).xlsx"),
        ("x" * 500, Kind.PDF, "x" * 196 + ".pdf"),
    ],
)
def test_names_people_give(given_name: str, kind: Kind, name: str):
    assert safe_name(given_name, kind) == name
