"""What must not stand in this system: papers marked as secret, lists of identity numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from parindex.errors import Problem

# A stamp stands on the first page; a letter may lie before the marked paper.
FIRST_PAGES: Final = 5
MANY_NUMBERS: Final = 5

# Decree 26/2020: the marks are "A" TUYỆT MẬT, "B" TỐI MẬT, "C" MẬT, in capitals in a frame.
_MARK: Final = r"(?:TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)"
_AROUND: Final = r"[\s\[\](){}|*\"'“”‘’«»<>.:_=~#+/\\–—-]*"
_ALONE: Final = re.compile(rf"{_AROUND}({_MARK}){_AROUND}")
_LETTERED: Final = re.compile(r"[ABC]\s*[-:.]?\s*(TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)")
_BRACKETED: Final = re.compile(rf"[\[(〔【]\s*({_MARK})\s*[\])〕】]")
_STATED: Final = re.compile(
    r"(?:^|[.;,(\s])độ\s+mật\s*[:：]\s*[\[(“\"]?\s*(tuyệt\s+mật|tối\s+mật|mật)\b(?!\s*(?:mã|khẩu|độ))",
    re.IGNORECASE,
)
# Recognised without its marks; the short word alone would be too many other words.
_UNMARKED: Final = re.compile(rf"{_AROUND}(TUYET\s+MAT|TOI\s+MAT){_AROUND}")
_SPACED: Final = re.compile(r"\b(?:[A-ZĐÀ-Ỹ] ){2,}[A-ZĐÀ-Ỹ]\b")
# A heading that was broken over two lines: BẢO / MẬT, MẬT / KHẨU.
_GOES_ON: Final = re.compile(r"(?:BẢO|BÍ|CƠ|AN NINH|VÀ|CHẾ ĐỘ)\s*$", re.IGNORECASE)
_CAME_FROM: Final = re.compile(r"\s*(?:KHẨU|MÃ|ĐỘ|ONG|THIẾT|VỤ|NGHỊ|THƯ|DANH)\b", re.IGNORECASE)

# A citizen's number: the province of birth, the sex and century, the year, six digits.
_NUMBER: Final = re.compile(
    r"(?<![\d.,/-])(0(?:0[1-9]|[1-8]\d|9[0-6])[ .]?[0-3]\d{2}[ .]?(?:\d{6}|\d{3}[ .]\d{3}))"
    r"(?!\d|[,./-]\d)"
)


def find_cautions(pages: Sequence[str], *, file: str = "") -> tuple[Problem, ...]:
    """The warnings that the text of a file gives rise to."""
    found = []
    mark = looks_classified(pages)
    if mark is not None:
        found.append(Problem(code="evidence.classified", file=file, values={"got": mark}))
    count = count_identity_numbers(pages)
    if count >= MANY_NUMBERS:
        found.append(Problem(code="evidence.identity_numbers", file=file, values={"got": count}))
    return tuple(found)


def looks_classified(pages: Sequence[str]) -> str | None:
    r"""The mark of secrecy on one of the first pages, or None: a line of its own, or in brackets.

    >>> looks_classified(["ỦY BAN NHÂN DÂN TỈNH\nTỐI MẬT\nSố: 12/BC-UBND"])
    'TỐI MẬT'
    >>> looks_classified(["Bảo đảm an toàn, bảo mật thông tin\nBẢO MẬT"]) is None
    True
    """
    for page in pages[:FIRST_PAGES]:
        mark = next(_marks(page), None)
        if mark is not None:
            return " ".join(mark.upper().split())
    return None


def count_identity_numbers(pages: Iterable[str]) -> int:
    """How many different citizens' numbers of twelve digits stand in the text."""
    numbers = {
        re.sub(r"[ .]", "", number) for page in pages for number in _NUMBER.findall(page)
    }  # fmt: skip
    return len(numbers)


def _marks(page: str) -> Iterator[str]:
    lines = [
        line for line in re.split(r"[\n\f\t]", unicodedata.normalize("NFC", page)) if line.strip()
    ]
    for place, line in enumerate(lines):
        text = _SPACED.sub(lambda spread: spread[0].replace(" ", ""), line)
        text = re.sub(r"\b(TUYỆT|TỐI)(?=MẬT\b)", r"\1 ", text)
        found = (
            _ALONE.fullmatch(text) or _LETTERED.fullmatch(text.strip()) or _UNMARKED.fullmatch(text)
        )
        if found is not None:
            before = lines[place - 1] if place else ""
            after = lines[place + 1] if place + 1 < len(lines) else ""
            is_part = _GOES_ON.search(before) or _CAME_FROM.match(after)
            if not (is_part and found[1] == "MẬT"):
                yield found[1]
        for pattern in (_BRACKETED, _STATED):
            for mark in pattern.finditer(text):
                yield mark[1]
