"""Vietnamese text as it is searched and sorted: folded, and by the alphabet and the tones."""

from __future__ import annotations

import unicodedata
from typing import Final

_TONES: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES: Final = {letter: chr(ord("A") + at) for at, letter in enumerate(_ALPHABET)}


def folded(text: str) -> str:
    """The text without case, diacritics and runs of space; đ is d. For search, never for identity.

    >>> folded("  Sở Tài  chính ĐẮK LẮK ")
    'so tai chinh dak lak'
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(bare.split())


def has_words(text: str) -> bool:
    """Whether a text says anything at all: a reason of spaces and dashes is none.

    >>> has_words(" – "), has_words("Có công văn")
    (False, True)
    """
    return any(letter.isalnum() for letter in text)


def sort_key(text: str) -> str:
    """A text whose code-point order is the Vietnamese order: letters first, then tones.

    >>> sorted(["Đà Nẵng", "Da Lat", "Ấn", "Ăn", "An Giang", "Huế"], key=sort_key)
    ['An Giang', 'Ăn', 'Ấn', 'Da Lat', 'Đà Nẵng', 'Huế']
    """
    letters: list[str] = []
    tones: list[str] = []
    for word in unicodedata.normalize("NFC", text.casefold()).split():
        tone = "0"
        for letter in word:
            parts = unicodedata.normalize("NFD", letter)
            found = [_TONES[part] for part in parts if part in _TONES]
            tone = found[0] if found else tone
            bare = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
            letters.append(_PLACES.get(bare, bare))
        letters.append(" ")
        tones.append(tone)
    return "".join(letters).rstrip() + "\t" + "".join(tones)
