"""Verify a parindex bundle with nothing but Python's standard library (3.9 or newer).

    python verify.py BUNDLE.zip [--lang vi|en]

It was written from the specification docs/spec/bundle.md (`parindex.bundle/1`) alone and shares no
code with parindex; the numbers in brackets below are the sections of that text. It checks that the
archive is written byte for byte as demanded [1], that every member has the digest of the manifest
[1], that normal/ is canonical JSON of the right form whose references resolve [2], and that
results/ comes out of normal/ byte for byte when computed again [3, 4].

Exit status: 0 all is as it should be; 1 something differs, or the file is no bundle, with one line
a difference (the first 200 and a count); 2 wrong usage. Messages are Vietnamese, or English with
`--lang en` or PARINDEX_LANG=en. The verdict goes to standard output, differences to standard error.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import struct
import sys
import unicodedata
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

SHOWN = 200
ZERO = Fraction(0)
DECIMAL = r"-?[0-9]{1,15}(\.[0-9]{1,20})?"
NUMBER = rf"({DECIMAL})?"
PLACES = "[0-9]|1[0-9]|20"
DIGEST = "sha256:[0-9a-f]{64}"
SOME = "(?s:.+)"
ANY = ""
YES = "(yes)?"

# Each table of normal/: how many columns are its key, and its columns with the form of their cells.
TABLES: dict[str, tuple[int, dict[str, str]]] = {
    "units": (1, {"unit": SOME, "name": ANY, "group": SOME, "ranked": "yes|no"}),
    "entries": (
        3,
        {"unit": SOME, "item": SOME, "stage": SOME}
        | {"numerator": NUMBER, "denominator": NUMBER, "value": NUMBER, "count": NUMBER}
        | {"option": ANY, "points": NUMBER, "veto": YES, "not_applicable": YES, "reason": ANY},
    ),
    "findings": (2, {"unit": SOME, "item": SOME, "share": NUMBER, "se": NUMBER, "n": NUMBER}),
    "facts": (
        2,
        {"unit": SOME, "item": SOME, "numerator": NUMBER, "denominator": NUMBER, "value": NUMBER}
        | {"basis": ANY, "digest": ANY},
    ),
    "adjustments": (
        0,
        {"unit": SOME, "kind": "bonus|deduction", "code": ANY, "points": DECIMAL, "reason": ANY},
    ),
    "previous": (
        1,
        {"unit": SOME, "index": NUMBER, "rank": "([0-9]{1,15})?", "group": ANY}
        | {"comparable": "(yes|no)?"},
    ),
}
WITHHELD = (3, {"unit": SOME, "item": SOME, "stage": SOME, "digest": DIGEST})
# Each table of results/: its columns, the first of which (the number) name a row.
RESULTS: dict[str, tuple[int, str]] = {
    "results": (
        2,
        "group,unit,name,points,maximum,bonus,deduction,index,rank,class,change,rank_change,"
        "appraised_points,appraised_maximum,survey_points,survey_maximum,self_points",
    ),
    "areas": (3, "group,unit,area,points,maximum,index,rank"),
    "items": (3, "group,unit,item,points,maximum,marker"),
    "groups": (1, "group,n_units,n_ranked,mean,min,max"),
}
NORMAL = [f"normal/{name}.json" for name in ("round", "rulebooks", *TABLES)]
FIXED = {"manifest.json", "verify.py", *NORMAL, *(f"results/{name}.csv" for name in RESULTS)}

WHAT = {  # (Vietnamese, English)
    "zip": ("không phải tệp zip đọc được", "is no readable zip archive"),
    "packed": ("thành phần bị nén, không đọc", "the member is compressed and is not read"),
    "form": (
        "tệp nén không được ghi đúng mục 1; khi ghi lại, byte khác đầu tiên ở vị trí sau dấu hai"
        " chấm",
        "the archive is not written as in section 1; rewritten, the first byte that differs is at"
        " the offset after the colon",
    ),
    "twice": ("có hai lần", "is there twice"),
    "absent": ("không có", "is absent"),
    "foreign": ("không được phép có", "must not be there"),
    "unlisted": ("không có trong manifest.json", "is not in manifest.json"),
    "digest": ("mã băm khác với manifest.json", "has another digest than in manifest.json"),
    "json": (
        "không phải JSON theo đặc tả (UTF-8, không có số)",
        "is no JSON as specified (UTF-8, without numbers)",
    ),
    "nfc": ("văn bản không ở dạng NFC", "text is not in NFC"),
    "canonical": (
        "JSON không chính tắc (RFC 8785), byte khác đầu tiên ở vị trí sau dấu hai chấm",
        "is not canonical JSON (RFC 8785); the first byte that differs is at the offset after the"
        " colon",
    ),
    "value": ("giá trị sai dạng", "has the wrong form"),
    "key": ("thiếu khóa hoặc có khóa lạ", "keys are missing or unknown"),
    "order": ("không theo thứ tự", "is out of order"),
    "unknown": ("tham chiếu đến cái không có", "refers to what does not exist"),
    "lacks": ("thiếu dữ liệu để chấm điểm", "lacks what the score needs"),
    "missing": (
        "thiếu dữ liệu cuối cùng, đợt này không cho phép bỏ trống",
        "has no final row or measurement, which this round refuses",
    ),
    "not final": (
        "gói công khai có dòng không phải cuối cùng",
        "a row of a public bundle is not final",
    ),
    "hides": (
        "dòng bị giữ kín lẽ ra là dòng cuối cùng",
        "the withheld row would be the final one",
    ),
    "both": ("vừa đọc được vừa bị giữ kín", "is both readable and withheld"),
    "cell": ("kết quả khác", "the result differs"),
    "no row": ("thiếu dòng kết quả", "the row of results is absent"),
    "extra row": ("thừa dòng kết quả", "the row of results should not be there"),
    "bytes": (
        "cách ghi hoặc thứ tự dòng khác, byte khác đầu tiên ở vị trí sau dấu hai chấm",
        "is written or ordered otherwise; the first byte that differs is at the offset after the"
        " colon",
    ),
}


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    place: str
    what: str
    expected: str = ""
    got: str = ""

    def line(self, lang: str) -> str:
        """Tell it in one line without control characters."""
        told = f"{self.place}: {WHAT[self.what][lang == 'en']}"
        for text, words in (
            (self.expected, ("mong đợi", "expected")),
            (self.got, ("nhận được", "got")),
        ):
            if text:
                told += f"; {words[lang == 'en']} {text}"
        return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in told)


class DifferentError(ValueError):
    """What cannot be computed from, with every reason."""

    def __init__(self, found: list[Difference]) -> None:
        super().__init__("\n".join(one.line("en") for one in found))
        self.found = found


def shown(value: object) -> str:
    """Show a value shortly, whatever it is."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 80 else f'"{value[:80]}…"'
    return {
        dict: "{…}",
        list: "[…]",
        bool: str(value).lower() if value in (True, False) else "",
    }.get(type(value), "null")


def first_difference(one: bytes, two: bytes) -> int:
    """Find the offset of the first byte that differs."""
    at, end, step = 0, min(len(one), len(two)), 1 << 16
    while at < end and one[at : at + step] == two[at : at + step]:
        at += step
    while at < end and one[at] == two[at]:
        at += 1
    return min(at, end)


# --- the archive [1] -----------------------------------------------------------------------------

LOCAL, CENTRAL, END = (struct.Struct(f) for f in ("<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"))


def read_archive(content: bytes) -> list[tuple[str, bytes]]:
    """Read the stored members a zip file lists; nothing is ever decompressed."""
    members, total = [], 0
    try:
        fields = END.unpack_from(content, content.rindex(b"PK\x05\x06"))
        count, at = fields[4], fields[6]
        for _ in range(count):
            head = CENTRAL.unpack_from(content, at)
            method, packed, size, start = head[4], head[8], head[9], head[16]
            name = content[at + CENTRAL.size : at + CENTRAL.size + head[10]].decode("utf-8")
            at += CENTRAL.size + head[10] + head[11] + head[12]
            if method != 0 or packed != size:
                raise DifferentError([Difference(name, "packed")])
            local = LOCAL.unpack_from(content, start)
            start += LOCAL.size + local[9] + local[10]
            total += size
            if head[0] != b"PK\x01\x02" or local[0] != b"PK\x03\x04" or total > len(content):
                raise DifferentError([Difference("zip", "zip")])
            members.append((name, content[start : start + size]))
    except (struct.error, ValueError) as error:
        if isinstance(error, DifferentError):
            raise
        raise DifferentError([Difference("zip", "zip")]) from error
    return members


def write_archive(members: list[tuple[str, bytes]]) -> bytes:
    """Write the archive as section 1 demands."""
    body, directory, at = [], [], 0
    for name, data in sorted(members):
        raw = name.encode("utf-8")
        common = (20, 0 if name.isascii() else 0x0800, 0, 0, 0x0021)
        sizes = (zlib.crc32(data), len(data), len(data), len(raw), 0)
        body += [LOCAL.pack(b"PK\x03\x04", *common, *sizes), raw, data]
        central = CENTRAL.pack(b"PK\x01\x02", 0x0314, *common, *sizes, 0, 0, 0, 0x81A40000, at)
        directory += [central, raw]
        at += LOCAL.size + len(raw) + len(data)
    tail = b"".join(directory)
    end = END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(tail), at, 0)
    return b"".join([*body, tail, end])


# --- canonical JSON ------------------------------------------------------------------------------


def refuse_number(text: str) -> NoReturn:
    """Refuse a JSON number; every number of a bundle is text."""
    raise ValueError(text)


def ordered(place: str, value: Any) -> Any:
    """Sort the keys by UTF-16 code units; refuse text that is not in NFC."""
    if isinstance(value, list):
        return [ordered(place, one) for one in value]
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {ordered(place, key): ordered(place, value[key]) for key in keys}
    if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise DifferentError([Difference(place, "nfc", got=shown(value))])
    return value


def read_json(place: str, data: bytes, found: list[Difference]) -> Any:
    """Read a member that must be canonical JSON."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_int=refuse_number,
            parse_float=refuse_number,
            parse_constant=refuse_number,
        )
        text = json.dumps(ordered(place, value), ensure_ascii=False, separators=(",", ":"))
        again = text.encode("utf-8")
    except DifferentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DifferentError([Difference(place, "json")]) from error
    if again != data:
        found.append(Difference(f"{place}:{first_difference(again, data)}", "canonical"))
    return value


class Node(NamedTuple):
    """A value of a JSON member that knows where it stands."""

    place: str
    value: Any

    def wrong(self, what: str = "value", expected: str = "") -> DifferentError:
        """Make the error that says what is wrong here."""
        return DifferentError([Difference(self.place, what, expected, shown(self.value))])

    def entries(self) -> dict[str, Node]:
        """Take a mapping with any keys."""
        if not isinstance(self.value, dict):
            raise self.wrong(expected="{…}")
        return {key: Node(f"{self.place}/{key}", one) for key, one in self.value.items()}

    def fields(self, must: str, may: str = "") -> dict[str, Node]:
        """Take a mapping with these keys."""
        entries = self.entries()
        odd = (set(must.split()) - set(entries)) | (set(entries) - set(f"{must} {may}".split()))
        if odd:
            raise DifferentError([Difference(self.place, "key", got=", ".join(sorted(odd)))])
        return entries

    def list(self) -> list[Node]:
        """Take a list."""
        if not isinstance(self.value, list):
            raise self.wrong(expected="[…]")
        return [Node(f"{self.place}/{at}", one) for at, one in enumerate(self.value)]

    def text(self, form: str = ANY) -> str:
        """Take text of a form."""
        if not isinstance(self.value, str) or (form and not re.fullmatch(form, self.value)):
            raise self.wrong(expected=form or '"…"')
        return self.value

    def decimal(self) -> Fraction:
        """Take a decimal."""
        return Fraction(self.text(DECIMAL))

    def names(self) -> list[str]:
        """Take a list of different texts."""
        names = [one.text(SOME) for one in self.list()]
        if len(set(names)) < len(names):
            raise self.wrong("twice")
        return names


# --- the normal form [2] -------------------------------------------------------------------------


class Entry(NamedTuple):
    """A row of entries, or a finding or fact in its place."""

    unit: str
    item: str
    stage: str
    numerator: str
    denominator: str
    value: str
    count: str = ""
    option: str = ""
    points: str = ""
    veto: str = ""
    not_applicable: str = ""
    reason: str = ""
    table: str = "entries"

    def number(self, column: str) -> Fraction:
        """Take the number in a column that must have one."""
        text: str = getattr(self, column)
        return Fraction(text) if text else self.lacks(column)

    def ratio(self) -> Fraction:
        """Compute r: the value, or the numerator as a percentage of the denominator."""
        if self.value:
            return Fraction(self.value)
        return 100 * self.number("numerator") / self.number("denominator")

    def lacks(self, column: str) -> NoReturn:
        """Say that a column does not hold what the score needs."""
        place = f"normal/{self.table}.json [{self.unit} {self.item} {self.stage}] {column}"
        raise DifferentError([Difference(place, "lacks", got=shown(getattr(self, column, "")))])


class Item(NamedTuple):
    """What is scored."""

    code: str
    maximum: Fraction
    source: str
    if_none_due: str
    shape: Callable[[Entry], Fraction]


class Book(NamedTuple):
    """The rulebook of a group, as far as computing needs it."""

    points_decimals: int
    index_decimals: int
    exact: bool
    ties: str
    not_applicable: str
    caps: dict[str, Fraction]
    classes: list[tuple[str, Fraction]]
    ceilings: list[tuple[int, str, Any]]  # position of at_most, kind of condition, its operand
    areas: dict[str, list[Item]]
    items: dict[str, Item]


class Round(NamedTuple):
    """All of normal/, ready to compute from."""

    groups: list[str]
    refuse: bool
    books: dict[str, Book]
    units: list[list[str]]
    final: dict[tuple[str, str], Entry]
    measured: dict[tuple[str, str, str], Entry]  # by table, unit and item
    claims: dict[str, list[Entry]]
    adjustments: dict[tuple[str, str], Fraction]  # sums by unit and kind
    previous: dict[str, list[str]]


def read_shape(node: Node, most: Fraction) -> Callable[[Entry], Fraction]:
    """Make the function that gives an entry its points, before rounding."""
    shape = Node(f"{node.place}/shape", node.entries().get("shape", node).value).text()
    if shape == "options":
        options = node.fields("shape points")["points"].entries()
        points = {option: one.decimal() for option, one in options.items()}
        return lambda entry: (
            points[entry.option] if entry.option in points else entry.lacks("option")
        )
    if shape == "bands":
        fields = node.fields("shape on steps", "over_100")
        on = fields["on"].text("ratio|value|count")
        steps = [
            (step["from"].decimal(), step["points"].decimal())
            for step in (one.fields("from points") for one in fields["steps"].list())
        ]

        def band(entry: Entry) -> Fraction:
            x = entry.ratio() if on == "ratio" else entry.number(on)
            return next((points for least, points in steps if least <= x), ZERO)

        return band
    if shape == "ratio":
        fields = node.fields("shape full_at", "zero_below over_100")
        full_at = fields["full_at"].decimal()
        zero_below = fields["zero_below"].decimal() if "zero_below" in fields else None
        if full_at <= 0:
            raise fields["full_at"].wrong(expected="> 0")

        def ratio(entry: Entry) -> Fraction:
            r = entry.ratio()
            low = zero_below is not None and r < zero_below
            return ZERO if low else most * min(Fraction(1), r / full_at)

        return ratio
    if shape == "deduction":
        fields = node.fields("shape each floor")
        each, floor = fields["each"].decimal(), fields["floor"].decimal()
        return lambda entry: max(floor, most - each * entry.number("count"))
    if shape == "given":
        node.fields("shape")
        return lambda entry: entry.number("points")
    raise node.wrong(expected="options|bands|ratio|deduction|given")


def read_item(node: Node) -> Item:
    """Read an item."""
    fields = node.fields(
        "code id name max_points source evidence rule law",
        "appraiser if_none_due zero_if examples",
    )
    most = fields["max_points"].decimal()
    none_due = fields.get("if_none_due")
    return Item(
        fields["code"].text(SOME),
        most,
        fields["source"].text("appraisal|external|survey|index|dossiers"),
        none_due.text("zero|full|not_applicable") if none_due else "",
        read_shape(fields["rule"], most),
    )


def read_book(node: Node) -> Book:
    """Read the rulebook of a group."""
    fields = node.fields(
        "schema issuer index group tier year revision status title legal_basis"
        " policies classes ceilings areas",
        "max_points adjustments",
    )
    policies = fields["policies"].fields(
        "points_decimals index_decimals rank_on ties not_applicable"
    )
    caps = {}
    if "adjustments" in fields:
        limits = fields["adjustments"].fields("bonus_cap deduction_cap")
        caps = {kind: limits[f"{kind}_cap"].decimal() for kind in ("bonus", "deduction")}
    areas: dict[str, list[Item]] = {}
    items: dict[str, Item] = {}
    for one in fields["areas"].list():
        area = one.fields("code name criteria", "max_points")
        nodes = []
        for criterion in area["criteria"].list():
            if "items" in criterion.entries():
                nodes += criterion.fields("code name items", "max_points")["items"].list()
            else:
                nodes.append(criterion)
        code = area["code"].text(SOME)
        if code in areas:
            raise area["code"].wrong("twice")
        areas[code] = [read_item(node) for node in nodes]
        for item in areas[code]:
            if items.setdefault(item.code, item) is not item:
                raise DifferentError([Difference(one.place, "twice", got=shown(item.code))])
    classes = [one.fields("id name from") for one in fields["classes"].list()]
    ids = [one["id"].text(SOME) for one in classes]
    floors = [one["from"].decimal() for one in classes]
    if len(set(ids)) < len(ids) or sorted(set(floors), reverse=True) != floors:
        raise fields["classes"].wrong("order")
    ceilings: list[tuple[int, str, Any]] = []
    for ceiling in (one.fields("at_most when") for one in fields["ceilings"].list()):
        when = ceiling["when"].fields("", "area_index_below zero_item")
        if len(when) != 1:
            raise ceiling["when"].wrong("key")
        kind, operand = next(iter(when.items()))
        if ceiling["at_most"].text() not in ids:
            raise ceiling["at_most"].wrong("unknown")
        if kind == "zero_item" and operand.text() not in items:
            raise operand.wrong("unknown")
        bound = operand.decimal() if kind == "area_index_below" else operand.text()
        ceilings.append((ids.index(ceiling["at_most"].text()), kind, bound))
    return Book(
        int(policies["points_decimals"].text(PLACES)),
        int(policies["index_decimals"].text(PLACES)),
        policies["rank_on"].text(SOME) == "exact",
        policies["ties"].text("share_best|dense"),
        policies["not_applicable"].text(SOME),
        caps,
        [(name, floors[at]) for at, name in enumerate(ids)],
        ceilings,
        areas,
        items,
    )


def read_table(
    node: Node, form: tuple[int, dict[str, str]], found: list[Difference], more: str = ""
) -> list[list[str]]:
    """Read a table and check its columns, cells, order and keys."""
    fields, (width, columns) = node.fields(f"columns rows {more}"), form
    if fields["columns"].value != list(columns):
        raise fields["columns"].wrong(expected=",".join(columns))
    if not isinstance(fields["rows"].value, list):
        raise fields["rows"].wrong(expected="[…]")
    checks = [(at, name, re.compile(columns[name])) for at, name in enumerate(columns)]
    checks = [check for check in checks if columns[check[1]] != ANY]
    rows: list[list[str]] = []
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(fields["rows"].value, 1):
        place = f"{node.place}:{number}"
        texts = isinstance(row, list) and all(isinstance(cell, str) for cell in row)
        if not texts or len(row) != len(columns):
            found.append(Difference(place, "value", ",".join(columns), shown(row)))
            continue
        for at, name, pattern in checks:
            if not pattern.fullmatch(row[at]):
                told = f"{place} [{' '.join(row[:width])}] {name}"
                found.append(Difference(told, "value", pattern.pattern, shown(row[at])))
        if rows and row < rows[-1]:
            found.append(Difference(f"{place} [{' '.join(row[:width])}]", "order"))
        key = tuple(row[:width])
        if key in seen:
            found.append(Difference(f"{place} [{' '.join(key)}]", "twice"))
        elif key:
            seen.add(key)
        rows.append(row)
    return rows


def read_round(normal: dict[str, object], public: bool) -> Round:
    """Check the form of normal/ and make it ready; raise with all that is wrong."""
    for name in NORMAL:
        if name not in normal:
            raise DifferentError([Difference(name, "absent")])
    found: list[Difference] = []
    frame = Node(NORMAL[0], normal[NORMAL[0]]).fields(
        "schema round index year reference_date stages final_from incomplete groups"
    )
    frame["schema"].text(r"parindex\.round/1")
    for key in ("round", "index", "year", "reference_date"):
        frame[key].text()
    stages, final_from, groups = (frame[key].names() for key in ("stages", "final_from", "groups"))
    if not set(final_from) <= set(stages):
        raise frame["final_from"].wrong("unknown")
    shelf = Node(NORMAL[1], normal[NORMAL[1]])
    books = (
        {group: read_book(node) for group, node in shelf.fields(" ").items()}
        if not groups
        else {group: read_book(node) for group, node in shelf.entries().items()}
    )
    if set(books) != set(groups):
        raise DifferentError([Difference(NORMAL[1], "key", shown(" ".join(groups)))])
    tables = {
        name: read_table(
            Node(f"normal/{name}.json", normal[f"normal/{name}.json"]),
            form,
            found,
            "withheld" if public and name == "entries" else "",
        )
        for name, form in TABLES.items()
    }
    return tables  # type: ignore
