"""The form of an official document as values: head, number, bases, body, signature, annexes.

Thể thức văn bản hành chính: Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 của Chính phủ về công tác
văn thư, Phụ lục I (thể thức, kỹ thuật trình bày) and Phụ lục III (chữ viết tắt tên loại).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from parindex.documents.charts.canvas import Chart

MOTTO: Final = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
# What a file says of its day where its document has none yet.
UNKNOWN_DAY: Final = date(1980, 1, 1)
_BLANK: Final = "\u00a0" * 8
_ROMAN: Final = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class Kind(StrEnum):
    """Tên loại văn bản by its abbreviation (Phụ lục III); a letter has no name of its own."""

    DECISION = "QĐ"
    NOTICE = "TB"
    REPORT = "BC"
    PLAN = "KH"
    MINUTES = "BB"
    SUBMISSION = "TTr"
    LETTER = "CV"

    @property
    def printed(self) -> str:
        """The name in capitals above the subject, empty for a letter."""
        return _NAMES[self].upper()


_NAMES: Final = {
    Kind.DECISION: "Quyết định",
    Kind.NOTICE: "Thông báo",
    Kind.REPORT: "Báo cáo",
    Kind.PLAN: "Kế hoạch",
    Kind.MINUTES: "Biên bản",
    Kind.SUBMISSION: "Tờ trình",
    Kind.LETTER: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Số, ký hiệu: a number of the year and a symbol such as ``QĐ-UBND``.

    ``number`` None leaves room for it, as in a draft that is not yet registered.
    """

    symbol: str
    number: int | None = None

    @property
    def printed(self) -> str:
        """The whole line; numbers below ten bear a nought before them.

        >>> Number(symbol="QĐ-UBND", number=5).printed
        'Số: 05/QĐ-UBND'
        """
        return f"Số: {self.plain}"

    @property
    def plain(self) -> str:
        """Number and symbol, as other documents refer to them."""
        number = _BLANK if self.number is None else f"{self.number:02}"
        return f"{number}/{self.symbol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Địa danh và thời gian ban hành; without a day, its place is left open."""

    place: str
    day: date | None = None

    @property
    def printed(self) -> str:
        """Place and day in words, noughts before days under ten and the first two months.

        >>> Dated(place="Hà Nội", day=date(2026, 1, 5)).printed
        'Hà Nội, ngày 05 tháng 01 năm 2026'
        >>> Dated(place="Hà Nội", day=date(2026, 3, 15)).printed
        'Hà Nội, ngày 15 tháng 3 năm 2026'
        """
        return f"{self.place}, {self.on}"

    @property
    def on(self) -> str:
        """The day in words."""
        if self.day is None:
            return f"ngày{_BLANK}tháng{_BLANK}năm{_BLANK}"
        month = f"{self.day.month:02}" if self.day.month < 3 else str(self.day.month)
        return f"ngày {self.day.day:02} tháng {month} năm {self.day.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signs: the lines of authority (TM., KT., the post) and the name below the signature."""

    lines: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The title of a part (rank 1) or a section (rank 2) of a report or plan."""

    text: str
    rank: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Điều: the first paragraph stands behind the number, the others below."""

    number: int
    text: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; ``width`` is its share of the table's width, by any measure."""

    heading: str
    width: float
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose header row is repeated on every page it takes; every cell is text."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart with its caption; its finding is its alternative text."""

    chart: Chart


Block = Paragraph | Heading | Article | Table | Picture


def paragraphs(texts: Iterable[str]) -> list[Block]:
    """Texts as running text, a paragraph each."""
    return [Paragraph(text=one) for one in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """Phụ lục: its title and what stands in it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the figures come from: the bundle's digest, the journal's head, who verifies them.

    ``address`` is where a reader verifies; the QR code holds it.
    """

    digest: str
    journal_head: str | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an office gives to a document: names, number, day, bases, signature, recipients.

    ``draft_for`` names the person a draft was made for; None makes the document final.
    """

    issuer: str
    number: Number
    dated: Dated
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...]
    superior: str = ""
    bases: tuple[str, ...] = ()
    authority: str = ""
    draft_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An official document, whole and without layout.

    ``subject`` is the trích yếu without “Về việc”; ``addressees`` stand behind “Kính gửi”.
    """

    kind: Kind
    head: Head
    subject: str
    body: tuple[Block, ...]
    addressees: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    provenance: Provenance | None = None

    def annex_label(self, at: int) -> str:
        """“Phụ lục”, with a Roman number where there are several."""
        return "Phụ lục" if len(self.annexes) == 1 else f"Phụ lục {roman(at + 1)}"

    @property
    def reference(self) -> str:
        """How an annex refers to the document that it belongs to."""
        name = _NAMES[self.kind] or "Công văn"
        return (
            f"(Kèm theo {name} số {self.head.number.plain} {self.head.dated.on}"
            f" của {self.head.issuer})"
        )


def roman(number: int) -> str:
    """A number from 1 in Roman numerals.

    >>> [roman(one) for one in (1, 4, 9, 14)]
    ['I', 'IV', 'IX', 'XIV']
    """
    said = ""
    for worth, letters in _ROMAN:
        while number >= worth:
            said += letters
            number -= worth
    return said
