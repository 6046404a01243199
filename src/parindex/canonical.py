"""Canonical JSON (RFC 8785) and SHA-256; all knowledge of bytes that must stay equal.

Decimals travel as strings, so the number rules of RFC 8785 are needed for integers only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

_ONLY: Final = "only text, true, false, null, integers, lists and mappings are canonical"
_SAFE_INTEGER: Final = 2**53 - 1


def canonical_json(value: object) -> bytes:
    """The one UTF-8 spelling of ``value`` under RFC 8785.

    Keys are sorted by UTF-16 code units, no white space, minimal escapes. Floats are refused
    (points are strings), as are integers beyond 2^53 - 1, which JavaScript could not hold.

    >>> canonical_json({"b": "0.50", "a": [1, None, True]}).decode()
    '{"a":[1,null,true],"b":"0.50"}'
    """
    return json.dumps(
        _ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode("utf-8")


def _ordered(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > _SAFE_INTEGER:
            raise ValueError(_ONLY)
        return value
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, Sequence):
        return [_ordered(one) for one in value]
    raise TypeError(_ONLY)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def sha256(content: bytes) -> str:
    """The digest as it is written everywhere: ``sha256:`` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest(value: object) -> str:
    """The digest of a value's canonical JSON."""
    return sha256(canonical_json(value))
