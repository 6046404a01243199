"""How large, how deep and how slow a file may be before it goes no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one file, and those of the process that reads it.

    ``unpacked_bytes`` counts everything an archive or a PDF inflates to, ``markup_bytes`` the XML
    alone. A file that inflates to more than ``ratio`` times its size is a bomb once it passes
    ``ratio_from`` bytes: honest spreadsheets reach a ratio of a hundred, small ones more.
    """

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 300 * MEGABYTE
    markup_bytes: int = 100 * MEGABYTE
    ratio: int = 200
    ratio_from: int = 50 * MEGABYTE
    members: int = 10_000
    pixels: int = 40_000_000
    pages: int = 2_000
    characters: int = 20_000_000
    cpu_seconds: int = 10
    wall_seconds: int = 60
    memory_bytes: int = 640 * MEGABYTE
