"""Members are counted by what they unpack to, whatever their headers say."""

import io
import zipfile

import pytest

from parindex.inflating import DamagedMemberError, member_size, member_start

TEXT = b"cai cach hanh chinh " * 10_000


def packed(method: int) -> tuple[bytes, zipfile.ZipInfo]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.xml", TEXT)
    content = stream.getvalue()
    (member,) = zipfile.ZipFile(io.BytesIO(content)).infolist()
    return content, member


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_counted(method: int):
    content, member = packed(method)
    assert member_size(content, member, most=10**9) == len(TEXT)


def test_a_size_in_the_directory_is_not_believed():
    content, member = packed(zipfile.ZIP_DEFLATED)
    member.file_size = 3
    assert member_size(content, member, most=10**9) == len(TEXT)


def test_counting_ends_where_there_is_too_much():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.xml", bytes(50_000_000))
    content = stream.getvalue()
    (member,) = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert 1_000 < member_size(content, member, most=1_000) <= 1_000 + (1 << 20)
    assert member_size(content, member, most=10**9) == 50_000_000


def test_a_stored_member_begins_after_its_header():
    content, member = packed(zipfile.ZIP_STORED)
    assert content[member_start(content, member) :].startswith(b"cai cach")


def test_other_ways_of_packing_are_refused():
    content, member = packed(zipfile.ZIP_BZIP2)
    with pytest.raises(DamagedMemberError):
        member_size(content, member, most=10**9)


def test_a_member_that_is_not_where_it_should_be_is_refused():
    content, member = packed(zipfile.ZIP_DEFLATED)
    for offset in (1, len(content) - 5):
        member.header_offset = offset
        with pytest.raises(DamagedMemberError):
            member_start(content, member)


def test_a_member_cut_short_or_overwritten_is_refused():
    content, member = packed(zipfile.ZIP_DEFLATED)
    start = member_start(content, member)
    for damaged in (content[: start + 20], content[:start] + b"\xff" * (len(content) - start)):
        with pytest.raises(DamagedMemberError):
            member_size(damaged, member, most=10**9)
