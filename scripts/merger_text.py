"""Read the text of the commune mergers: names, what is said of each, whom they mean."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

Row = dict[str, str]

# ---- names: when two spellings are the same name

_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MARKS: Final = re.compile(r"[’'`‘\-–—.]")
_DAK: Final = re.compile(r"\b(đắk|đak)\b")


def tones_last(name: str) -> str:
    """A name with each tone mark behind its syllable, so that Hoà and Hòa are the same."""
    syllables = []
    for syllable in unicodedata.normalize("NFC", name).split():
        apart = unicodedata.normalize("NFD", syllable)
        tone = "".join(sign for sign in apart if sign in _TONES)
        bare = "".join(sign for sign in apart if sign not in _TONES)
        syllables.append(unicodedata.normalize("NFC", bare) + tone)
    return " ".join(syllables)


def fold(name: str) -> str:
    """A name as it is compared: lower case, tones last, Đắk as Đăk, no hyphens nor spaces."""
    lower = unicodedata.normalize("NFC", name).casefold()
    return tones_last(_MARKS.sub(" ", _DAK.sub("đăk", lower))).replace(" ", "")


def look_alike(name: str) -> str:
    """A name with small l and capital I as one, for headings that were read from pictures."""
    return fold(name).replace("l", "i")


# ---- the free text: which names it holds, and what it says of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One predecessor as the text names it: its words, type and district, and how much of it.

    ``part`` is ``plain`` (only listed), ``part`` (the text says so) or ``unclear`` (listed
    behind a singular “một phần … của xã X”, which may or may not govern the rest).
    """

    text: str
    type: str
    name: str
    inherits: bool = False
    places: tuple[str, ...] = ()
    part: str = "plain"


_MARKER: Final = re.compile(
    r"(?P<how>một phần|phần còn l[aạ]i|toàn b[ộố])\s*"
    r"(diện tích\s*(tự nhiên|TN)?)?,?\s*((và )?(toàn b[ộố] )?quy mô dân số)?\s*"
    r"((của|củ)\s+)*(?P<all>các\s+)?",
    re.IGNORECASE,
)
_TYPE: Final = re.compile(r"(phường|xã|thị trấn|huyện)\s+", re.IGNORECASE)
_MANY: Final = re.compile(r"^các\s+(?=(phường|xã|thị trấn)\s)", re.IGNORECASE)
_LEAD: Final = re.compile(r"^sắp xếp\s*", re.IGNORECASE)
_CLOSE: Final = re.compile(r"\s*sau khi sắp xếp.*$", re.IGNORECASE)
_PLACE: Final = re.compile(r"^(thuộc )?(huyện|quận|thị xã|thành phố|tỉnh)\s", re.IGNORECASE)
_REST: Final = re.compile(r"^(phần còn lại|một phần)", re.IGNORECASE)


def read_mentions(text: str) -> list[Mention]:
    """The names of one text in order, each with what the text says of it."""
    asides: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        asides.append(found[1])
        return f" <{len(asides) - 1}> "

    plain = re.sub(r"\(([^)]*)\)", put_aside, text)
    plain = _MARKER.sub(lambda found: f",[{found['how'].lower()}{found['all'] or ''}]", plain)
    mentions: list[Mention] = []
    mode, opened, of_type = "plain", 0, ""
    for token in re.split(r",|;|\bvà\b", plain):
        words = token.strip()
        if marker := re.match(r"\[(.*?)\]\s*", words):
            words = words[marker.end() :]
            opened = len(mentions)
            mode = "plain" if marker[1].startswith("toàn") else "part"
        closed = _CLOSE.search(words)
        said = [asides[int(at)] for at in re.findall(r"<(\d+)>", words)]
        words = _LEAD.sub("", _MANY.sub("", re.sub(r"\s*<\d+>\s*", "", _CLOSE.sub("", words))))
        if not words:
            continue
        name, own_type = words, ""
        while found := _TYPE.match(name):
            own_type, name = found[1].lower(), name[found.end() :]
        of_type = own_type or of_type
        rest = any(_REST.match(aside) for aside in said)
        mentions.append(
            Mention(
                text=words,
                type=of_type,
                name=name.strip(),
                inherits=not own_type,
                places=tuple(p for aside in said if _PLACE.match(aside) for p in aside.split(", ")),
                part="part" if rest else mode,
            )
        )
        if closed:
            # “phần còn lại của X, Y sau khi sắp xếp” governs all that stands between.
            mentions[opened:] = [replace(one, part="part") for one in mentions[opened:]]
            mode = "plain"
        elif marker and mode == "part" and "các" not in marker[1]:
            mode = "unclear"
    return _give_runs_their_place(mentions)


def _give_runs_their_place(mentions: Sequence[Mention]) -> list[Mention]:
    """“Phường 1, Phường 3, Phường 9 (thành phố Trà Vinh)”: the place is that of the whole run.

    Numbers alone distinguish no ward, so the law names the place once, behind the last.
    """
    placed = list(mentions)
    for at in range(len(placed) - 2, -1, -1):
        here, behind = placed[at], placed[at + 1]
        if here.name.isdigit() and behind.name.isdigit() and not here.places:
            placed[at] = replace(here, places=behind.places)
    return placed


# ---- resolving names


class Predecessors:
    """The units of 30 June 2025, found by the province they went to, their type and their name."""

    def __init__(
        self,
        communes: Sequence[Row],
        districts: Sequence[Row],
        *,
        merged: Row,
        province_names: Row,
    ) -> None:
        self._district_names = {row["code"]: fold(row["full_name"]) for row in districts}
        self._province_names = {code: fold(name) for code, name in province_names.items()}
        self._by_type: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        self._by_name: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in communes:
            new, name = merged[row["province_code"]], fold(row["name"])
            self._by_type[new, fold(row["unit_type"]), name].append(row)
            self._by_name[new, name].append(row)
        for row in districts:
            self._by_type[merged[row["province_code"]], fold("huyện"), fold(row["name"])].append(
                row
            )

    def find(self, province: str, mention: Mention) -> tuple[list[Row], str]:
        """The units a mention can mean, and why they are not exactly one ("" when they are)."""
        of_type, name = fold(mention.type), fold(mention.name)
        found = self._by_type[province, of_type, name]
        # “Phường Đúc” is a name that holds the word of its own kind.
        found = found or self._by_type[province, of_type, fold(mention.text)]
        if not found and mention.inherits:
            found = self._by_name[province, name]
        if not found:
            others = self._by_name[province, name]
            return others, "other_kind" if others else "unknown_name"
        placed = [row for row in found if all(self._lies_in(row, p) for p in mention.places)]
        if len(placed) == 1:
            return placed, ""
        return placed or found, "several_of_that_name" if placed else "other_place"

    def _lies_in(self, row: Row, place: str) -> bool:
        wanted = fold(place.removeprefix("thuộc "))
        if place.startswith("tỉnh "):
            return self._province_names[row["province_code"]] == wanted
        return self._district_names[row["district_code"]] == wanted
