"""What a member of a zip package really unpacks to: its headers are not believed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Final

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_MARK: Final = b"PK\x03\x04"
_FED: Final = 1 << 16
_MADE: Final = 1 << 20


class DamagedMemberError(ValueError):
    """A member that cannot be where or what the directory says."""


def member_start(content: bytes, member: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin, by its own header in the file.

    Raises DamagedMemberError where there is no such header.
    """
    at = member.header_offset
    header = content[at : at + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_MARK):
        raise DamagedMemberError(member.filename)
    *_, name_length, extra_length = _LOCAL.unpack(header)
    return at + _LOCAL.size + int(name_length) + int(extra_length)


def member_size(content: bytes, member: zipfile.ZipInfo, *, most: int) -> int:
    """How many bytes a member unpacks to; counting ends soon after ``most``.

    Everything is really inflated, in pieces that are thrown away. Raises DamagedMemberError for
    what cannot be inflated, or is packed in a way that office programs do not use.
    """
    start = member_start(content, member)
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise DamagedMemberError(member.filename)
    packed = memoryview(content)[start:]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = position = 0
    try:
        while not inflater.eof and size <= most:
            feed = inflater.unconsumed_tail
            if not feed:
                feed = bytes(packed[position : position + _FED])
                position += len(feed)
                if not feed:
                    raise DamagedMemberError(member.filename)
            size += len(inflater.decompress(feed, _MADE))
    except zlib.error as error:
        raise DamagedMemberError(member.filename) from error
    return size
