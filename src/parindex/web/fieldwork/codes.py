"""The one-time codes of letters and slips: 128 bits of chance in letters nobody mistakes."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

# Crockford's base 32: no I, L, O or U.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS: Final = 128
_LENGTH: Final = 26
# What is misread for a digit is that digit; what people put between groups is nothing.
_MISREAD: Final = str.maketrans(
    {"I": "1", "L": "1", "O": "0", "-": None, " ": None, "\u00a0": None}
)


def new_code() -> str:
    """A fresh code in groups of four letters, for a letter."""
    number = secrets.randbits(_BITS)
    letters = [_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_LENGTH))]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, _LENGTH, 4))


def plain_code(text: str) -> str:
    """A code as typed, without what only helps reading; empty for what can be none.

    >>> plain_code("0oil-0000 0000-0000-0000-0000-07")
    '00110000000000000000000007'
    >>> plain_code("hello")
    ''
    """
    letters = text.strip().upper().translate(_MISREAD)
    if len(letters) != _LENGTH or not set(letters) <= set(_ALPHABET):
        return ""
    return letters


def hash_of(code: str) -> str:
    """What is kept of a code: the SHA-256 of its plain letters, in hexadecimal."""
    return sha256(plain_code(code).encode()).hexdigest()


def receipt_of(submission: str) -> str:
    """What is kept of a device's own number of its answer."""
    return sha256(submission.encode()).hexdigest()
