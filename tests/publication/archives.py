"""Archives written byte by byte, so that any of it can be written wrongly."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

Members = list[tuple[str, bytes]]
# Signature, version, flags, method, time, date, CRC-32, two sizes, lengths of name and extra field.
_LOCAL = "<4s5H3L2H"
# The same with version made by; then lengths of extra field and comment, disk, attributes, offset.
_CENTRAL = "<4s6H3L5H2L"
_END = "<4s4H2LH"


@dataclass(frozen=True)
class Layout:
    """How an archive is written: as the specification says, unless told otherwise."""

    version: int = 20
    made_by: int = 0x0314
    flags: int = 0
    time: int = 0
    date: int = 0x21
    extra: bytes = b""
    comment: bytes = b""
    comment_of_member: bytes = b""
    internal: int = 0
    external: int = 0x81A40000
    deflated: bool = False
    crc: int = 0
    offset: int = 0
    gap: bytes = b""


def written(members: Iterable[tuple[str, bytes]], at: int = -1, wrong: Layout = Layout()) -> bytes:
    """The archive of these members, of which one (or, by -1, the archive's end) is laid out wrongly."""
    files, directory = b"", b""
    count = 0
    for place, (name, content) in enumerate(members):
        how = wrong if place == at else Layout()
        raw, flags = name.encode(), how.flags | (0 if name.isascii() else 0x800)
        packed = zlib.compress(content, wbits=-15) if how.deflated else content
        method, crc = 8 if how.deflated else 0, zlib.crc32(content) ^ how.crc
        shared = (flags, method, how.time, how.date, crc, len(packed), len(content), len(raw))
        offset = len(files) + how.offset
        files += struct.pack(_LOCAL, b"PK\3\4", how.version, *shared, len(how.extra))
        files += raw + how.extra + packed + how.gap
        directory += struct.pack(
            _CENTRAL, b"PK\1\2", how.made_by, how.version, *shared, len(how.extra),
            len(how.comment_of_member), 0, how.internal, how.external, offset,
        )  # fmt: skip
        directory += raw + how.extra + how.comment_of_member
        count += 1
    comment = wrong.comment if at == -1 else b""
    end = (0, 0, count, count, len(directory), len(files), len(comment))
    return files + directory + struct.pack(_END, b"PK\5\6", *end) + comment
