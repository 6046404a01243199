"""Signatures: who, when, intact or not, and what was changed since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.good import good_pdf
from evidence.signing import (
    AT,
    authority,
    lapsed,
    official,
    roots,
    signed,
    signed_report,
    written_on,
)  # fmt: skip
from parindex.errors import UnusableInputError
from parindex.evidence.intake import examine
from parindex.evidence.signatures import Change, Signature, read_signatures


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    return roots(tmp_path / "roots", authority()[1])


def test_a_good_signature_says_who_and_when(trusted: Path):
    (found,) = read_signatures(signed_report(), roots=trusted, at=AT)
    assert (found.signer, found.organisation) == ("Nguyễn Thị Đào", "Sở Nội vụ tỉnh Quảng Trị")
    assert found.issuer == "CA thử nghiệm Chính phủ"
    assert found.serial == f"{official()[1].serial_number:x}"
    assert (found.certified_from, found.certified_until) == (
        "2024-01-01T00:00:00Z",
        "2034-01-01T00:00:00Z",
    )
    assert found.signed_at.startswith("202")
    assert found.stamped_at == ""
    assert found.is_intact
    assert found.covers_whole_file
    assert found.changed_since is Change.NOTHING
    assert found.is_trusted
    assert found.was_certified_when_signed
    assert found.revocation == "not checked"
    assert found.trouble == ""
    assert found.is_good


def test_a_row_comes_back_from_json(trusted: Path):
    (found,) = read_signatures(signed_report(), roots=trusted, at=AT)
    assert Signature.from_plain(json.loads(json.dumps(found.as_plain()))) == found


@pytest.mark.parametrize("folder", ["none", "other", "empty"])
def test_without_its_root_nobody_is_trusted(folder: str, tmp_path: Path):
    given = {
        "none": None,
        "other": roots(tmp_path / "other", authority("CA khác")[1]),
        "empty": roots(tmp_path / "empty"),
    }[folder]
    (found,) = read_signatures(signed_report(), roots=given, at=AT)
    assert found.is_intact
    assert not found.is_trusted
    assert not found.is_good
    assert found.signer == "Nguyễn Thị Đào"


def test_one_flipped_byte_is_seen(trusted: Path):
    content = bytearray(signed_report())
    content[content.index(b"595 842") + 2] = ord("4")
    (found,) = read_signatures(bytes(content), roots=trusted, at=AT)
    assert not found.is_intact
    assert not found.is_good
    assert found.signer == "Nguyễn Thị Đào"


def test_a_page_changed_later_is_seen(trusted: Path):
    (found,) = read_signatures(written_on(signed_report()), roots=trusted, at=AT)
    assert found.is_intact
    assert not found.covers_whole_file
    assert found.changed_since is Change.CONTENT
    assert not found.is_good


def test_a_second_signature_does_not_spoil_the_first(trusted: Path):
    first, second = read_signatures(signed(signed_report(), field="Ky2"), roots=trusted, at=AT)
    assert (first.field, second.field) == ("Ky1", "Ky2")
    assert not first.covers_whole_file
    assert first.changed_since is Change.FILLING
    assert first.is_good
    assert second.covers_whole_file
    assert second.is_good


def test_a_time_stamp_is_told(trusted: Path):
    (found,) = read_signatures(signed(good_pdf(), stamped=True), roots=trusted, at=AT)
    assert found.stamped_at == "2025-12-20T03:00:00Z"
    assert found.stamp_is_trusted
    assert found.is_good


def test_a_lapsed_certificate_is_not_trusted(trusted: Path):
    (found,) = read_signatures(signed(good_pdf(), lapsed()), roots=trusted, at=AT)
    assert found.is_intact
    assert not found.is_trusted
    # It was signed now, when the certificate had lapsed.
    assert not found.was_certified_when_signed


def test_an_unreadable_signature_is_a_row_with_its_trouble(trusted: Path):
    content = signed_report()
    at = content.index(b"/Contents <") + 11
    broken = content[:at] + b"00" * 40 + content[at + 80 :]
    (found,) = read_signatures(broken, roots=trusted, at=AT)
    assert found.trouble
    assert not found.is_good
    assert found.changed_since is Change.UNKNOWN


def test_nobody_signed(trusted: Path):
    assert read_signatures(good_pdf(), roots=trusted, at=AT) == ()


def test_a_bad_root_is_named(tmp_path: Path):
    folder = roots(tmp_path / "roots")
    (folder / "hong.pem").write_bytes(
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    with pytest.raises(UnusableInputError) as error:
        read_signatures(signed_report(), roots=folder, at=AT)
    assert "hong.pem" in error.value.say("vi")[0]


def test_the_door_keeps_a_signed_file_byte_for_byte():
    found = examine(signed_report(), name="quyet-dinh.pdf")
    assert found.content == signed_report()
    assert not found.is_remade
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("content", "may_be"),
    [
        (good_pdf(), False),
        (signed_report(), True),
        (signed_report().replace(b"/AcroForm", b"/AcroFrom"), True),
        (written_on(signed_report()), True),
    ],
    ids=["nobody signed", "signed", "no longer in its form", "changed later"],
)
def test_the_door_says_where_there_is_a_signature_to_read(content: bytes, may_be: bool):
    assert examine(content, name="quyet-dinh.pdf").may_be_signed is may_be


def test_only_unchanged_and_trusted_is_good(trusted: Path):
    (found,) = read_signatures(signed_report(), roots=trusted, at=AT)
    assert replace(found, changed_since=Change.ARCHIVING).is_good
    assert not replace(found, changed_since=Change.UNKNOWN).is_good
    assert not replace(found, is_intact=False).is_good
