"""Verify a parindex bundle with nothing but Python's standard library (3.9 or newer).

    python verify.py BUNDLE.zip [--lang vi|en]

It was written from the specification docs/spec/bundle.md (`parindex.bundle/1`) alone and shares no
code with parindex; the numbers in brackets below are the sections of that text. It checks that the
archive is written byte for byte as demanded and agrees with its manifest [1], that normal/ is
canonical JSON of the right form whose references resolve and whose values may be so [2], and that
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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

ZERO = Fraction(0)
ANY, SOME = "(?s:.*)", "(?s:.+)"
DECIMAL = r"-?[0-9]{1,15}(\.[0-9]{1,20})?"
NOT_NEGATIVE = f"(?!-.*[1-9]){DECIMAL}"
ABOVE_0 = f"(?=.*[1-9])(?!-){DECIMAL}"
WHOLE = r"(?!-.*[1-9])-?[0-9]{1,15}(\.0{1,20})?"
DIGEST = "sha256:[0-9a-f]{64}"
PLACES = "[0-9]|1[0-2]"

# --- what differs, and how it is told ------------------------------------------------------------

VIETNAMESE = {
    "is no readable zip archive": "không phải tệp zip đọc được",
    "is compressed and is not read": "bị nén nên không được đọc",
    "is not written as specified, from the byte after @ on": (
        "không được ghi đúng đặc tả, kể từ byte ghi sau @"
    ),
    "is there twice": "có hai lần",
    "is absent": "không có",
    "must not be there": "không được phép có",
    "has another digest than in the manifest": "mã băm khác với manifest.json",
    "is no JSON as specified (UTF-8, no numbers)": "không phải JSON theo đặc tả (UTF-8, không số)",
    "is text that is not in NFC": "là văn bản không ở dạng NFC",
    "has the wrong form": "sai dạng",
    "is out of order": "không đúng thứ tự",
    "refers to what does not exist": "tham chiếu đến cái không có",
    "differs from what it must equal": "khác với giá trị phải bằng",
    "is more than it may be": "lớn hơn mức cho phép",
    "has more decimals than points_decimals": "có nhiều chữ số thập phân hơn points_decimals",
    "does not suit the source": "không phù hợp với nguồn số liệu",
    "is 0, for which the item has no if_none_due": "bằng 0 mà tiêu chí không có if_none_due",
    "has no final row, finding or fact to score": "không có dòng cuối cùng hay số liệu để chấm",
    "is readable but not final": "đọc được nhưng không phải dòng cuối cùng",
    "is withheld but would be the final row": "bị giữ kín nhưng lẽ ra là dòng cuối cùng",
    "is both readable and withheld": "vừa đọc được vừa bị giữ kín",
    "differs from what comes out": "khác với kết quả tính lại",
    "expected": "mong đợi",
    "got": "nhận được",
    "differences": "điểm khác",
    "ok": "đúng",
    "cannot be read": "không đọc được",
    "usage: python verify.py BUNDLE.zip [--lang vi|en]": (
        "cách dùng: python verify.py GÓI.zip [--lang vi|en]"
    ),
    "checked: archive, manifest, digests, form and values of normal/, results/ computed again": (
        "đã kiểm tra: tệp nén, manifest, mã băm, dạng và giá trị của normal/, tính lại results/"
    ),
    "not checked: that normal/ is what input/ says, which needs a YAML reader": (
        "chưa kiểm tra: normal/ có khớp với input/ hay không, vì việc đó cần bộ đọc YAML"
    ),
    "not checked: that normal/ is what the input said, which is not in the bundle": (
        "chưa kiểm tra: normal/ có khớp với dữ liệu gốc hay không; gói công khai không có input/"
    ),
    "not checked: the signature": "chưa kiểm tra: chữ ký",
}
ABSENT, TWICE, FORM = "is absent", "is there twice", "has the wrong form"
STRANGE, ORDER = "must not be there", "is out of order"
UNKNOWN, SOURCE = "refers to what does not exist", "does not suit the source"
UNEQUAL, TOO_MUCH = "differs from what it must equal", "is more than it may be"
# A place, one of these, what is expected and what is got (the last two may be left out).
Fault = tuple[Any, ...]


class Difference(NamedTuple):
    """One thing that is not as it should be: where, what (a key of VIETNAMESE), and values."""

    place: str
    what: str
    expected: Any = None
    got: Any = None

    def line(self, lang: str) -> str:
        """Tell it in one line without control characters."""
        line = f"{self.place}: {said(self.what, lang)}"
        for word, value in (("expected", self.expected), ("got", self.got)):
            line += "" if value is None else f"; {said(word, lang)} {shown(value)}"
        return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in line)


class DifferentError(Exception):
    """Says why nothing more can be checked or computed."""

    def __init__(self, *found: Difference) -> None:
        super().__init__("\n".join(one.line("en") for one in found))
        self.found = found


def said(english: str, lang: str) -> str:
    """Say it in the language asked for."""
    return english if lang == "en" else VIETNAMESE[english]


def shown(value: Any) -> str:
    """Show a value shortly, whatever it is."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 120 else f'"{value[:120]}…'
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else str(value)


def bytes_differ(name: str, expected: bytes, got: bytes) -> Difference:
    """Name the offset of the first byte that differs, and the bytes there in hexadecimal."""
    at, end, step = 0, min(len(expected), len(got)), 1 << 16
    while at < end and expected[at : at + step] == got[at : at + step]:
        at += step
    while at < end and expected[at] == got[at]:
        at += 1
    at = min(at, end)
    what = "is not written as specified, from the byte after @ on"
    return Difference(f"{name}@{at}", what, expected[at : at + 8].hex(), got[at : at + 8].hex())


# --- the archive [1] -----------------------------------------------------------------------------

LOCAL, CENTRAL, END = map(struct.Struct, ("<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"))


def read_archive(content: bytes) -> list[tuple[str, bytes]]:
    """Read the stored members that a zip file lists; nothing is ever decompressed."""
    members, total = [], 0
    try:
        end = END.unpack_from(content, content.rindex(b"PK\x05\x06"))
        at = end[6]
        for _ in range(end[4]):
            head = CENTRAL.unpack_from(content, at)
            method, packed, size, start = head[4], head[8], head[9], head[16]
            name = content[at + CENTRAL.size : at + CENTRAL.size + head[10]].decode("utf-8")
            at += CENTRAL.size + head[10] + head[11] + head[12]
            local = LOCAL.unpack_from(content, start)
            start += LOCAL.size + local[9] + local[10]
            total += size
            if method != 0 or packed != size or total > len(content):
                raise DifferentError(Difference(name, "is compressed and is not read"))
            members.append((name, content[start : start + size]))
    except (struct.error, ValueError) as error:
        raise DifferentError(Difference("zip", "is no readable zip archive")) from error
    if len(content) >= 1 << 32:
        raise DifferentError(Difference("zip", "is no readable zip archive"))
    return members


def write_archive(members: list[tuple[str, bytes]]) -> bytes:
    """Write the archive as section 1 demands."""
    body, directory, at = [], [], 0
    for name, data in sorted(members):
        raw = name.encode("utf-8")
        how = (20, 0 if name.isascii() else 0x0800, 0, 0, 0x0021)
        common = (*how, zlib.crc32(data), len(data), len(data), len(raw), 0)
        body += [LOCAL.pack(b"PK\x03\x04", *common), raw, data]
        directory += [CENTRAL.pack(b"PK\x01\x02", 0x0314, *common, 0, 0, 0, 0x81A40000, at), raw]
        at += LOCAL.size + len(raw) + len(data)
    tail = b"".join(directory)
    end = END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(tail), at, 0)
    return b"".join([*body, tail, end])


# --- canonical JSON ------------------------------------------------------------------------------


def refuse_number(text: str) -> NoReturn:
    """Refuse a JSON number; every number of a bundle is text."""
    raise ValueError(text)


def in_order(name: str, value: Any) -> Any:
    """Sort the keys by UTF-16 code units; refuse text that is not in NFC."""
    if isinstance(value, list):
        return [in_order(name, one) for one in value]
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {in_order(name, key): in_order(name, value[key]) for key in keys}
    if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise DifferentError(Difference(name, "is text that is not in NFC", got=value))
    return value


def read_json(name: str, data: bytes, found: list[Difference]) -> Any:
    """Read a member that must be canonical JSON."""
    no = refuse_number
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_int=no, parse_float=no, parse_constant=no)
        text = json.dumps(in_order(name, value), ensure_ascii=False, separators=(",", ":"))
        canonical = text.encode("utf-8")
    except (ValueError, RecursionError) as error:
        what = "is no JSON as specified (UTF-8, no numbers)"
        raise DifferentError(Difference(name, what)) from error
    if canonical != data:
        found.append(bytes_differ(name, canonical, data))
    return value


# --- the normal form [2] -------------------------------------------------------------------------


def form(words: str, **own: Any) -> dict[str, Any]:
    """Make the form of a mapping, or of a table's rows, from its keys in their order.

    A key ending with `!` holds text that is not empty, with `#` a decimal, with `+` one above 0,
    with `~` one that is not negative or nothing, with `^` yes or nothing; one that begins with `?`
    may be absent; the form of one in `own` stands there; any other may hold anything.
    """
    kinds = {"!": SOME, "#": DECIMAL, "+": ABOVE_0, "~": f"({NOT_NEGATIVE})?", "^": "(yes)?"}
    return {
        word.rstrip("!#+~^"): own.get(word.lstrip("?"), kinds.get(word[-1]))
        for word in words.split()
    }


def table(name: str, **more: Any) -> dict[str, Any]:
    """Make the form of a table."""
    columns = list(TABLES[name])
    told = ",".join(columns)

    def row(cells: Any) -> Any:
        texts = isinstance(cells, list) and all(isinstance(cell, str) for cell in cells)
        return None if texts and len(cells) == len(columns) else (told,)

    return {"columns": lambda names: None if names == columns else (told,), "rows": [row], **more}


def text_or_null(value: Any) -> Any:
    """Choose the form of text or null."""
    return None if value is None else ANY


def day(value: Any) -> Any:
    """Choose the form of a day."""
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return ("YYYY-MM-DD",)
    return "[0-9]{4}-[0-9]{2}-[0-9]{2}"


# A form is a pattern of text, None for anything, [form] for a list, {key: form} for a mapping (`*`
# is any key), (words,) for what is wrong where the words are right, or a function that chooses the
# form for a value.
RULES: dict[str, Any] = {
    "options": form("shape points", points={"*": DECIMAL}),
    "bands": form(
        "shape on steps ?over_100",
        on="ratio|value|count",
        steps=[form("from# points#")],
        over_100="allowed",
    ),
    "ratio": form("shape full_at+ ?zero_below# ?over_100", over_100="allowed"),
    "deduction": form("shape each+ floor#"),
    "given": form("shape"),
}
ITEM = form(
    "code! id! name max_points+ source evidence rule ?appraiser ?if_none_due ?zero_if law"
    " ?examples",
    source="appraisal|external|survey|index|dossiers",
    rule=lambda rule: RULES.get(
        str(rule.get("shape")) if isinstance(rule, dict) else "", {"shape": "|".join(RULES)}
    ),
    if_none_due="zero|full|not_applicable",
    law={"basis": SOME, "*": None},
    examples=[{"points": DECIMAL, "*": None}],
)
CRITERION = form("code! name ?max_points+ items", items=[ITEM])
AREA = form(
    "code! name ?max_points+ criteria",
    criteria=[lambda one: CRITERION if isinstance(one, dict) and "items" in one else ITEM],
)
BOOK = form(
    "schema issuer index! group! tier year! revision status title legal_basis ?max_points+ policies"
    " ?adjustments classes ceilings areas",
    legal_basis=[{"id": SOME, "issued": day, "*": None}],
    policies=form(
        "points_decimals index_decimals rank_on ties not_applicable",
        points_decimals=PLACES,
        index_decimals=PLACES,
        rank_on="published|exact",
        ties="share_best|dense",
        not_applicable="renormalise|renormalise_within_area|award_max",
    ),
    adjustments=form("bonus_cap# deduction_cap#"),
    classes=[form("id! name from#")],
    ceilings=[form("at_most! when", when=form("?area_index_below# ?zero_item!"))],
    areas=[AREA],
)
ROUND = form(
    "schema round! index! year! reference_date stages final_from incomplete groups",
    schema=r"parindex\.round/1",
    reference_date=day,
    stages=[SOME],
    final_from=[SOME],
    incomplete="refuse|zero",
    groups=[SOME],
)
MANIFEST = form(
    "schema public members journal_head bundle_before signature",
    schema=r"parindex\.bundle/1",
    public=lambda value: None if isinstance(value, bool) else ("true|false",),
    members={"*": DIGEST},
    journal_head=text_or_null,
    bundle_before=text_or_null,
    signature=text_or_null,
)
TABLES = {
    "units": form("unit! name group! ranked", ranked="yes|no"),
    "entries": form(
        "unit! item! stage! numerator~ denominator~ value~ count option points~ veto^"
        " not_applicable^ reason",
        count=f"({WHOLE})?",
    ),
    "findings": form("unit! item! share se~ n", share=NOT_NEGATIVE, n=f"({WHOLE})?"),
    "facts": form("unit! item! numerator~ denominator~ value~ basis digest"),
    "adjustments": form("unit! kind code points+ reason", kind="bonus|deduction"),
    "previous": form(
        "unit! index~ rank group comparable",
        rank=f"((?=.*[1-9])(?!-){WHOLE})?",
        comparable="(yes|no)?",
    ),
    "withheld": form("unit! item! stage! digest", digest=DIGEST),
}
KEYS = {"units": 1, "entries": 3, "findings": 2, "facts": 2, "adjustments": 3, "previous": 1}
KEYS["withheld"] = 3
QUANTITIES = list(TABLES["entries"])[3:9]
RATIO, JUDGED = QUANTITIES[:3], ["appraisal", "external"]
PROVIDE = {"findings": ["survey", "index"], "facts": ["dossiers"]}
# What a rule of each shape reads; bands say it themselves.
NOTHING = dict.fromkeys(TABLES["entries"], "")
READS = {"options": "option", "ratio": "ratio", "deduction": "count", "given": "points"}
NORMAL = [f"normal/{name}.json" for name in ("round", "rulebooks", *TABLES) if name != "withheld"]


def where(name: str) -> str:
    """Give the place of a table."""
    return "normal/entries.json/withheld" if name == "withheld" else f"normal/{name}.json"


def check(place: str, value: Any, shape: Any, found: list[Difference]) -> None:
    """Check that a value has a form."""
    shape = shape(value) if callable(shape) else shape
    if isinstance(shape, list) and isinstance(value, list):
        for at, one in enumerate(value, 1):
            check(f"{place}:{at}", one, shape[0], found)
    elif isinstance(shape, dict) and isinstance(value, dict):
        known = {key.lstrip("?"): one for key, one in shape.items()}
        lacking = {key for key in shape if key[0] not in "?*"} - set(value)
        odd = set() if "*" in known else set(value) - set(known)
        found += [Difference(f"{place}/{key}", ABSENT) for key in sorted(lacking)]
        found += [Difference(f"{place}/{key}", STRANGE) for key in sorted(odd)]
        for key in sorted(set(value) - odd):
            check(f"{place}/{key}", value[key], known.get(key, known.get("*")), found)
    elif isinstance(shape, str) and isinstance(value, str) and re.fullmatch(shape, value):
        pass
    elif shape is not None:
        wanted = shape[0] if isinstance(shape, tuple) else shape
        found.append(Difference(place, FORM, wanted, value))


def row_faults(name: str, rows: list[list[str]]) -> Iterator[Fault]:
    """Name what is wrong with the cells, the order and the keys of a table."""
    width = KEYS[name]
    columns = enumerate(TABLES[name].items())
    tests = [(at, column, re.compile(test)) for at, (column, test) in columns if test]
    seen: set[tuple[str, ...]] = set()
    before: list[str] = []
    for line, row in enumerate(rows, 1):
        place, key = f":{line} [{' '.join(row[:width])}]", tuple(row[:width])
        for at, column, test in tests:
            if not test.fullmatch(row[at]):
                yield f"{place} {column}", FORM, test.pattern, row[at]
        if row < before:
            yield place, ORDER
        if key in seen:
            yield place, TWICE
        seen.add(key)
        before = row


def book_faults(book: dict[str, Any]) -> Iterator[Fault]:
    """Name what the form of a rulebook does not say: sums, codes, classes and references."""
    every, classes = items_of(book), [one["id"] for one in book["classes"]]
    items, ids = [item["code"] for item in every], [item["id"] for item in every]
    areas = [area["code"] for area in book["areas"]]
    for key, names in (("items", items), ("ids", ids), ("areas", areas), ("classes", classes)):
        twice = sorted(name for name, times in Counter(names).items() if times > 1)
        yield from ((f"/{key}", TWICE, None, name) for name in twice)
    criteria = [one for area in book["areas"] for one in area["criteria"]]
    for whole in (book, *book["areas"], *criteria):
        most = sum((number(item["max_points"]) for item in items_of(whole)), ZERO)
        if "max_points" in whole and number(whole["max_points"]) != most:
            yield f" [{whole.get('code', '')}] max_points", UNEQUAL, most, whole["max_points"]
    if not descend(book["classes"], "from"):
        yield "/classes", ORDER
    for last in book["classes"][-1:]:
        if number(last["from"]) != 0:
            yield "/classes/from", UNEQUAL, "0", last["from"]
    for at, one in enumerate(book["ceilings"], 1):
        if len(one["when"]) != 1:
            yield f"/ceilings:{at}/when", FORM
        item = one["when"].get("zero_item")
        for code, known in ((one["at_most"], classes), (item, [None, *items])):
            if code not in known:
                yield f"/ceilings:{at}", UNKNOWN, None, code
    for one in every:
        yield from ((f" [{one['code']}] {key}", *told) for key, *told in item_faults(one, book))


def item_faults(item: dict[str, Any], book: dict[str, Any]) -> Iterator[Fault]:
    """Name the key of an item and what is wrong there."""
    rule, most, reads = item["rule"], item["max_points"], what_is_read(item["rule"])
    decimals, steps = book["policies"]["points_decimals"], rule.get("steps", [])
    if half_up(number(most), int(decimals)) != number(most):
        yield "max_points", "has more decimals than points_decimals", decimals, most
    named = [*item.get("examples", []), *steps, *({"points": x} for x in [rule.get("floor")] if x)]
    named += [{"points": points} for points in rule.get("points", {}).values()]
    for one in named:
        if number(one["points"]) > number(most):
            yield "points", TOO_MUCH, most, one["points"]
    if not descend(steps, "from") or not descend(steps, "points"):
        yield "steps", ORDER
    provided = {"survey": ["ratio"], "index": ["ratio"], "dossiers": ["ratio", "value"]}
    if reads not in provided.get(item["source"], [reads]):
        yield "rule", SOURCE, item["source"], reads
    if item["law"]["basis"] not in [one["id"] for one in book["legal_basis"]]:
        yield "law", UNKNOWN, None, item["law"]["basis"]


def quantity_faults(item: dict[str, Any], entry: dict[str, str]) -> Iterator[Fault]:
    """Name the column of an entry or a fact and what is wrong there."""
    rule, reads = item["rule"], what_is_read(item["rule"])
    own = RATIO if reads == "ratio" else [reads]
    said = [column for column in QUANTITIES if entry[column]]
    excused = entry["veto"] or entry["not_applicable"]
    yield from ((column, STRANGE, None, entry[column]) for column in said if column not in own)
    said = [column for column in said if column in own]
    if not said and not excused:
        yield " | ".join(own), ABSENT
    if own is RATIO and said not in ([], RATIO[:2], RATIO[2:]):
        yield " | ".join(own), FORM, "numerator, denominator | value", ", ".join(said)
    elif said == ["option"] and entry["option"] not in rule["points"]:
        yield "option", UNKNOWN, None, entry["option"]
    elif said == ["points"] and number(entry["points"]) > number(item["max_points"]):
        yield "points", TOO_MUCH, item["max_points"], entry["points"]
    elif own is RATIO and said and "over_100" not in rule:
        most = entry["denominator"] or "100"
        if number(entry[said[0]]) > number(most):
            yield said[0], TOO_MUCH, most, entry[said[0]]
    if entry["veto"] and "zero_if" not in item:
        yield "veto", STRANGE
    if entry["not_applicable"] and not entry["reason"]:
        yield "reason", ABSENT
    due = not entry["denominator"] or number(entry["denominator"]) != 0
    if not (due or excused or "if_none_due" in item):
        yield "denominator", "is 0, for which the item has no if_none_due"


def descend(some: list[dict[str, str]], key: str) -> bool:
    """Tell whether numbers descend strictly."""
    numbers = [number(one[key]) for one in some]
    return numbers == sorted(set(numbers), reverse=True)


def what_is_read(rule: dict[str, Any]) -> str:
    """Name the quantity that a rule reads."""
    return READS.get(rule["shape"]) or str(rule["on"])


def items_of(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the items of a rulebook, an area or a criterion in order, or an item itself."""
    for key in ("areas", "criteria", "items"):
        if key in part:
            return [item for one in part[key] for item in items_of(one)]
    return [part]


def placed(place: str, faults: Iterator[Fault]) -> list[Difference]:
    """Make differences of faults, each at a place within this one."""
    return [Difference(f"{place}{within}", *told) for within, *told in faults]


class Season:
    """All of normal/, checked and ready to compute from; making one raises DifferentError."""

    def __init__(self, normal: dict[str, Any], public: bool) -> None:
        found = [Difference(name, ABSENT) for name in NORMAL if name not in normal]
        if found:
            raise DifferentError(*found)
        self.round, self.books, self.public = normal[NORMAL[0]], normal[NORMAL[1]], public
        check(NORMAL[0], self.round, ROUND, found)
        check(NORMAL[1], self.books, {"*": BOOK}, found)
        tables = {name: normal[f"normal/{name}.json"] for name in TABLES if name != "withheld"}
        for name, value in tables.items():
            hidden = {"withheld": table("withheld")} if public and name == "entries" else {}
            check(f"normal/{name}.json", value, table(name, **hidden), found)
        if found:
            raise DifferentError(*found)
        if public:
            tables["withheld"] = tables["entries"]["withheld"]
        self.rows = {name: value["rows"] for name, value in tables.items()}
        for group, book in self.books.items():
            found += placed(f"{NORMAL[1]}/{group}", book_faults(book))
        found += placed("normal/", self.round_faults())
        for name, rows in self.rows.items():
            found += placed(where(name), row_faults(name, rows))
        if found:
            raise DifferentError(*found)
        self.homes = {row[0]: row[2] for row in self.rows["units"]}
        self.items = {
            group: {item["code"]: item for item in items_of(book)}
            for group, book in self.books.items()
        }
        self.turn = {stage: at for at, stage in enumerate(self.round["final_from"])}
        self.final: dict[tuple[str, str], list[str]] = {}
        self.claims: dict[str, list[list[str]]] = {}
        for row in self.rows["entries"]:
            if self.comes_first(row):
                self.final[row[0], row[1]] = row
            if row[2] == "self":
                self.claims.setdefault(row[0], []).append(row)
        for name, rows in self.rows.items():
            for at, row in enumerate(rows if name not in ("units", "previous") else [], 1):
                for column, *told in self.value_faults(name, row):
                    key = " ".join(row[: KEYS[name]])
                    found.append(Difference(f"{where(name)}:{at} [{key}] {column}", *told))
        if found:
            raise DifferentError(*found)
        self.findings = {(row[0], row[1]): row for row in self.rows["findings"]}
        self.facts = {(row[0], row[1]): row for row in self.rows["facts"]}
        self.previous = {row[0]: row for row in self.rows["previous"]}
        self.adjustments: dict[tuple[str, str], Fraction] = {}
        for unit, kind, _, points, _ in self.rows["adjustments"]:
            sofar = self.adjustments.get((unit, kind), ZERO)
            self.adjustments[unit, kind] = sofar + number(points)

    def comes_first(self, row: list[str]) -> bool:
        """Tell whether a row's stage makes it final before the row that is so far."""
        final = self.final.get((row[0], row[1]))
        return row[2] in self.turn and (final is None or self.turn[row[2]] < self.turn[final[2]])

    def round_faults(self) -> Iterator[Fault]:
        """Name where the round, its rulebooks and its units do not belong together."""
        stages, finals, groups = (self.round[key] for key in ("stages", "final_from", "groups"))
        for key, names in (("stages", stages), ("final_from", finals), ("groups", groups)):
            if len(set(names)) < len(names):
                yield f"round.json/{key}", TWICE
        homes = sorted({row[2] for row in self.rows["units"]})
        for place, names, known in (
            ("round.json/final_from", finals, stages),
            ("round.json/groups", groups, self.books),
            ("rulebooks.json", self.books, groups),
            ("units.json", homes, groups),
        ):
            yield from ((place, UNKNOWN, None, name) for name in names if name not in known)
        for group, book in self.books.items():
            for key, one in {**self.round, "group": group}.items():
                if key in ("year", "index", "group") and book[key] != one:
                    yield f"rulebooks.json/{group}/{key}", UNEQUAL, one, book[key]

    def value_faults(self, name: str, row: list[str]) -> Iterator[Fault]:
        """Name the column of a row and what is wrong there, given its unit and its item."""
        group = self.homes.get(row[0], "")
        hidden = self.public and name in ("entries", "adjustments")
        if hidden and not re.fullmatch(f"({DIGEST})?", row[-1]):
            yield "reason", FORM, DIGEST, row[-1]
        if not group:
            yield "unit", UNKNOWN, None, row[0]
        elif name == "adjustments":
            if "adjustments" not in self.books[group]:
                yield "points", STRANGE
        elif row[1] not in self.items[group]:
            yield "item", UNKNOWN, None, row[1]
        else:
            item, source = self.items[group][row[1]], self.items[group][row[1]]["source"]
            if source not in PROVIDE.get(name, [source]):
                yield "item", SOURCE, source
            if name == "findings" and number(row[2]) > 1:
                yield "share", TOO_MUCH, "1", row[2]
            if name in ("entries", "facts"):
                yield from quantity_faults(item, as_entry(name, row))
            if name in ("entries", "withheld"):
                yield from self.stage_faults(name, row, source)

    def stage_faults(self, name: str, row: list[str], source: str) -> Iterator[Fault]:
        """Name what is wrong with the stage of an entry, or with its being there at all."""
        if row[2] not in self.round["stages"]:
            yield "stage", UNKNOWN, None, row[2]
        if source == "external" and row[2] == "self":
            yield "stage", SOURCE, source, row[2]
        final = self.final.get((row[0], row[1]))
        if name == "withheld":
            if final is not None and final[2] == row[2]:
                yield "", "is both readable and withheld"
            if self.comes_first(row):
                yield "", "is withheld but would be the final row"
        elif source not in JUDGED and (any(row[3:10]) or not row[10]):
            yield "item", SOURCE, source
        elif self.public and final is not row:
            yield "", "is readable but not final"


# --- the computation [3] -------------------------------------------------------------------------


@dataclass
class Scored:
    """An item of a unit with its points and maximum, or with neither where it does not count."""

    item: dict[str, Any]
    points: Fraction | None
    maximum: Fraction | None
    marker: str


class Area(NamedTuple):
    """An area of a unit."""

    points: Fraction
    maximum: Fraction
    percent: Fraction | None


@dataclass
class Standing:
    """A unit with all that is computed from its own rows."""

    unit: str
    name: str
    ranked: bool
    items: list[Scored]
    areas: list[Area]
    points: Fraction
    maximum: Fraction
    bonus: Fraction
    deduction: Fraction
    index: Fraction | None
    claimed: Fraction | None


@lru_cache(maxsize=1 << 16)
def number(text: str) -> Fraction:
    """Read a decimal."""
    return Fraction(text)


def scaled(x: Fraction, decimals: int) -> int:
    """Round half up, halves away from zero, to whole multiples of 10^-decimals."""
    top, bottom = abs(x.numerator) * 10**decimals, x.denominator
    whole: int = (2 * top + bottom) // (2 * bottom)
    return -whole if x.numerator < 0 else whole


def half_up(x: Fraction, decimals: int) -> Fraction:
    """Round half up."""
    return Fraction(scaled(x, decimals), 10**decimals)


def ratio(entry: dict[str, str]) -> Fraction:
    """Compute r: the value, or the numerator as a percentage of the denominator."""
    if entry["value"]:
        return number(entry["value"])
    return 100 * number(entry["numerator"]) / number(entry["denominator"])


def by_rule(rule: dict[str, Any], most: Fraction, entry: dict[str, str]) -> Fraction:
    """Compute the points of an entry."""
    shape = rule["shape"]
    if shape == "options":
        return number(rule["points"][entry["option"]])
    if shape == "bands":
        x = ratio(entry) if rule["on"] == "ratio" else number(entry[rule["on"]])
        reached = (step for step in rule["steps"] if number(step["from"]) <= x)
        return next((number(step["points"]) for step in reached), ZERO)
    if shape == "ratio":
        r = ratio(entry)
        if "zero_below" in rule and r < number(rule["zero_below"]):
            return ZERO
        return most * min(Fraction(1), r / number(rule["full_at"]))
    if shape == "deduction":
        return max(number(rule["floor"]), most - number(rule["each"]) * number(entry["count"]))
    return number(entry["points"])


def score(item: dict[str, Any], entry: dict[str, str], policies: dict[str, str]) -> Scored:
    """Score an item by the first case that applies."""
    most = number(item["max_points"])
    if entry["not_applicable"] != "yes":
        if entry["veto"] == "yes":
            return Scored(item, ZERO, most, "zero_if")
        if not entry["denominator"] or number(entry["denominator"]) != 0:
            points = by_rule(item["rule"], most, entry)
            return Scored(item, half_up(points, int(policies["points_decimals"])), most, "scored")
        if item["if_none_due"] != "not_applicable":
            points = most if item["if_none_due"] == "full" else ZERO
            return Scored(item, points, most, f"none_due_{item['if_none_due']}")
    kept = most if policies["not_applicable"] == "award_max" else None
    return Scored(item, kept, kept, "not_applicable")


def total(scores: list[Scored], *sources: str) -> tuple[Fraction, Fraction]:
    """Sum the points and the maxima of the items that count, of some sources or of all."""
    chosen = [one for one in scores if not sources or one.item["source"] in sources]
    points = sum((one.points for one in chosen if one.points is not None), ZERO)
    return points, sum((one.maximum for one in chosen if one.maximum is not None), ZERO)


def sum_area(scores: list[Scored], policy: str) -> Area:
    """Sum an area up."""
    points, applicable = total(scores)
    if applicable == 0:
        return Area(ZERO, ZERO, None)
    index = 100 * points / applicable
    if policy == "renormalise_within_area":
        full = sum((number(one.item["max_points"]) for one in scores), ZERO)
        return Area(points * full / applicable, full, index)
    return Area(points, applicable, index)


def assess(season: Season, row: list[str], found: list[Difference]) -> Standing:
    """Compute all of a unit that does not depend on other units."""
    unit, name, group, ranked = row
    book, policies = season.books[group], season.books[group]["policies"]

    def find(item: dict[str, Any]) -> Scored:
        key, source = (unit, item["code"]), item["source"]
        if key in season.final:
            return score(item, as_entry("entries", season.final[key]), policies)
        if source == "dossiers" and key in season.facts:
            return score(item, as_entry("facts", season.facts[key]), policies)
        if source in ("survey", "index") and key in season.findings:
            share = season.findings[key][2]
            return score(item, {**NOTHING, "numerator": share, "denominator": "1"}, policies)
        if source not in JUDGED or season.round["incomplete"] == "refuse":
            what = "has no final row, finding or fact to score"
            found.append(Difference(f"normal/ [{unit} {item['code']}]", what))
        return Scored(item, ZERO, number(item["max_points"]), "missing")

    scores = [[find(item) for item in items_of(area)] for area in book["areas"]]
    areas = [sum_area(some, policies["not_applicable"]) for some in scores]
    points = sum((area.points for area in areas), ZERO)
    maximum = sum((area.maximum for area in areas), ZERO)
    bonus, deduction = (
        min(season.adjustments.get((unit, kind), ZERO), number(book["adjustments"][f"{kind}_cap"]))
        if "adjustments" in book
        else ZERO
        for kind in ("bonus", "deduction")
    )
    index = None
    if maximum != 0:
        index = min(max(100 * (points + bonus - deduction) / maximum, ZERO), Fraction(100))
    claimed = None
    if unit in season.claims:
        items, rows = season.items[group], season.claims[unit]
        claimed = total([score(items[row[1]], as_entry("entries", row), policies) for row in rows])[
            0
        ]
    flat = [one for some in scores for one in some]
    return Standing(
        unit, name, ranked == "yes", flat, areas, points, maximum, bonus, deduction, index, claimed
    )


def as_entry(name: str, row: list[str]) -> dict[str, str]:
    """Name the cells of a row of entries or facts, as one of entries."""
    return {**NOTHING, **{column: row[at] for at, column in enumerate(TABLES[name])}}


def rank(indices: dict[str, Fraction | None], policies: dict[str, str]) -> dict[str, int]:
    """Rank the units that have an index; the greatest is 1."""
    exact, decimals = policies["rank_on"] == "exact", int(policies["index_decimals"])
    values = {
        unit: index if exact else half_up(index, decimals)
        for unit, index in indices.items()
        if index is not None
    }
    line = set(values.values()) if policies["ties"] == "dense" else values.values()
    best: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(line, reverse=True), 1):
        best.setdefault(value, place)
    return {unit: best[value] for unit, value in values.items()}


def class_of(standing: Standing, index: Fraction, book: dict[str, Any]) -> str:
    """Find the class of a published index, lowered by the ceilings; none where none is reached."""
    classes, ids = book["classes"], [one["id"] for one in book["classes"]]
    decimals = int(book["policies"]["index_decimals"])
    percents = [area.percent for area in standing.areas if area.percent is not None]
    lowest = min((half_up(percent, decimals) for percent in percents), default=None)
    zeros = [
        one.item["code"]
        for one in standing.items
        if one.points == 0 and one.marker != "not_applicable"
    ]

    def applies(when: dict[str, str]) -> bool:
        if "zero_item" in when:
            return when["zero_item"] in zeros
        return lowest is not None and lowest < number(when["area_index_below"])

    places = [at for at, one in enumerate(classes) if number(one["from"]) <= index][:1]
    places += [ids.index(one["at_most"]) for one in book["ceilings"] if applies(one["when"])]
    return str(ids[max(places)]) if places else ""


# --- the results [4] -----------------------------------------------------------------------------

RESULTS = {
    "results": (
        "group,unit,name,points,maximum,bonus,deduction,index,rank,class,change,rank_change,"
        "appraised_points,appraised_maximum,survey_points,survey_maximum,self_points"
    ),
    "areas": "group,unit,area,points,maximum,index,rank",
    "items": "group,unit,item,points,maximum,marker",
    "groups": "group,n_units,n_ranked,mean,min,max",
}


def written(decimals: int, *numbers: Fraction | None) -> list[str]:
    """Write numbers half up with exactly so many decimals, and nothing as nothing."""
    cells = []
    for x in numbers:
        whole = scaled(x or ZERO, decimals)
        digits = str(abs(whole)).rjust(decimals + 1, "0")
        cut = len(digits) - decimals
        text = "-" * (whole < 0) + digits[:cut] + "." * (decimals > 0) + digits[cut:]
        cells.append("" if x is None else text)
    return cells


def csv_line(cells: list[str]) -> str:
    """Write a line of CSV, quoting only what must be."""
    quoted = [
        '"' + cell.replace('"', '""') + '"' if re.search('[,"\r\n]', cell) else cell
        for cell in cells
    ]
    return ",".join(quoted) + "\n"


def results(normal: dict[str, object], public: bool) -> dict[str, bytes]:
    """Compute results/ from the parsed members of normal/, both by the names of the members.

    Raise DifferentError with all that makes it impossible.
    """
    season = Season(normal, public)
    found: list[Difference] = []
    tables = {name: [columns.split(",")] for name, columns in RESULTS.items()}
    homes: dict[str, list[Standing]] = {group: [] for group in season.round["groups"]}
    for row in season.rows["units"]:
        homes[row[2]].append(assess(season, row, found))
    if found:
        raise DifferentError(*found)
    for group, standings in homes.items():
        add_group(season, group, standings, tables, public)
    return {
        f"results/{name}.csv": "".join(map(csv_line, lines)).encode("utf-8")
        for name, lines in tables.items()
    }


def add_group(
    season: Season,
    group: str,
    standings: list[Standing],
    tables: dict[str, list[list[str]]],
    public: bool,
) -> None:
    """Rank a group and append its lines to the tables."""
    book = season.books[group]
    p, x = (int(book["policies"][key]) for key in ("points_decimals", "index_decimals"))
    ranked = [one for one in standings if one.ranked]
    ranks = rank({one.unit: one.index for one in ranked}, book["policies"])
    area_ranks = [
        rank({one.unit: one.areas[at].percent for one in ranked}, book["policies"])
        for at in range(len(book["areas"]))
    ]
    published = {one.unit: half_up(one.index, x) for one in standings if one.index is not None}
    standings.sort(key=lambda one: (one.unit not in ranks, ranks.get(one.unit, 0), one.unit))
    for one in standings:
        start, index, change, rank_change = [group, one.unit], published.get(one.unit), None, ""
        before = season.previous.get(one.unit)
        if before and before[4] != "no" and before[3] in ("", group):
            if index is not None and before[1]:
                change = index - number(before[1])
            if one.unit in ranks and before[2]:
                rank_change = str(int(number(before[2])) - ranks[one.unit])
        appraised = total(one.items, "appraisal", "external", "dossiers")
        survey = total(one.items, "survey", "index")
        line = [*start, one.name]
        line += written(p, one.points, one.maximum, one.bonus, one.deduction)
        line += [*written(x, index), str(ranks.get(one.unit, ""))]
        line += ["" if index is None else class_of(one, index, book)]
        line += [*written(x, change), rank_change]
        line += written(p, *appraised, *survey, None if public else one.claimed)
        tables["results"].append(line)
        for at, area in enumerate(one.areas):
            line = [*start, book["areas"][at]["code"], *written(p, area.points, area.maximum)]
            line += [*written(x, area.percent), str(area_ranks[at].get(one.unit, ""))]
            tables["areas"].append(line)
        for item in one.items:
            points = written(p, item.points, item.maximum)
            tables["items"].append([*start, item.item["code"], *points, item.marker])
    values = [published[unit] for unit in ranks]
    spread = [sum(values, ZERO) / len(values), min(values), max(values)] if values else [None] * 3
    counts = [str(len(standings)), str(len(ranks))]
    tables["groups"].append([group, *counts, *written(x, *spread)])


# --- what to verify [5] --------------------------------------------------------------------------


def compare(name: str, expected: bytes, got: bytes) -> list[Difference]:
    """Name each line and column of a member of results/ that differs."""
    if expected == got:
        return []
    columns = RESULTS[name[len("results/") : -len(".csv")]].split(",")
    keys = sum(column in ("group", "unit", "area", "item") for column in columns)
    tables = []
    try:
        for data in (expected, got):
            lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
            tables.append({tuple(cells[:keys]): (at, cells) for at, cells in enumerate(lines, 1)})
    except (ValueError, csv.Error):
        return [bytes_differ(name, expected, got)]
    found = []
    for key, (_, cells) in tables[0].items():
        at, others = tables[1].get(key, (0, []))
        if not others:
            found.append(Difference(f"{name} [{' '.join(key)}]", ABSENT))
        for i, other in enumerate(others):
            cell, column = (cells[i], columns[i]) if i < len(cells) else (None, str(i + 1))
            if cell != other:
                place = f"{name}:{at} [{' '.join(key)}] {column}"
                found.append(Difference(place, "differs from what comes out", cell, other))
    for key, (at, _) in tables[1].items():
        if key not in tables[0]:
            found.append(Difference(f"{name}:{at} [{' '.join(key)}]", STRANGE))
    return found or [bytes_differ(name, expected, got)]


def check_members(members: dict[str, bytes], manifest: Any, found: list[Difference]) -> None:
    """Check which members there are, and their digests."""
    digests = {name: digest(data) for name, data in members.items() if name != "manifest.json"}
    fixed = {"verify.py", *NORMAL, *(f"results/{name}.csv" for name in RESULTS)}
    listed = manifest["members"]
    for name in sorted({*digests, *listed, *fixed}):
        own = name in fixed or (name.startswith("input/") and not manifest["public"])
        if name not in digests:
            found.append(Difference(name, ABSENT))
        elif not own:
            found.append(Difference(name, STRANGE))
        elif name not in listed:
            found.append(Difference(f"manifest.json/members/{name}", ABSENT))
        elif digests[name] != listed[name]:
            what = "has another digest than in the manifest"
            found.append(Difference(name, what, listed[name], digests[name]))
    if not manifest["public"] and not any(name.startswith("input/") for name in members):
        found.append(Difference("input/", ABSENT))


def digest(data: bytes) -> str:
    """Compute the digest of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def examine(content: bytes) -> tuple[list[Difference], dict[str, Any]]:
    """Verify a bundle; give what differs, and the manifest."""
    found: list[Difference] = []
    manifest: dict[str, Any] = {}
    normal: dict[str, object] = {}
    try:
        archive = read_archive(content)
        members = dict(archive)
        again = write_archive(archive)
        if again != content:
            found.append(bytes_differ("zip", again, content))
        counts = Counter(name for name, _ in archive)
        found += [Difference(name, TWICE) for name in members if counts[name] > 1]
        if "manifest.json" not in members:
            return [*found, Difference("manifest.json", ABSENT)], {}
        manifest = read_json("manifest.json", members["manifest.json"], found)
        wrong: list[Difference] = []
        check("manifest.json", manifest, MANIFEST, wrong)
        if wrong:
            return [*found, *wrong], {}
    except DifferentError as error:
        return [*found, *error.found], {}
    check_members(members, manifest, found)
    for name in NORMAL:
        try:
            if name in members:
                normal[name] = read_json(name, members[name], found)
        except DifferentError as error:
            found += error.found
    try:
        if len(normal) == len(NORMAL):
            for name, data in results(normal, manifest["public"]).items():
                found += compare(name, data, members[name]) if name in members else []
    except DifferentError as error:
        found += error.found
    return found, manifest


def differences(content: bytes) -> list[str]:
    """Verify a bundle; give a line of English for each difference, none where all is right."""
    return [one.line("en") for one in examine(content)[0]]


def main(argv: list[str]) -> int:
    """Run the program with its arguments (without its own name), and give the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    lang = "en" if os.environ.get("PARINDEX_LANG") == "en" else "vi"
    words = list(argv)
    for code in ("vi", "en"):
        if words[-2:] == ["--lang", code]:
            lang, words = code, words[:-2]
        elif words[:2] == ["--lang", code]:
            lang, words = code, words[2:]
    if len(words) != 1 or words[0].startswith("-"):
        usage = said("usage: python verify.py BUNDLE.zip [--lang vi|en]", lang)
        asked = words in (["-h"], ["--help"])
        print(usage, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        content = Path(words[0]).read_bytes()
    except (OSError, ValueError):
        print(f"{words[0]}: {said('cannot be read', lang)}", file=sys.stderr)
        return 2
    found, manifest = examine(content)
    if found:
        lines = [one.line(lang) for one in found[:200]]
        print(*lines, f"{len(found)} {said('differences', lang)}", sep="\n", file=sys.stderr)
        return 1
    print(f"{said('ok', lang)}: {digest(content)}")
    what = (
        "checked: archive, manifest, digests, form and values of normal/, results/ computed again"
    )
    print(said(what, lang))
    what = "not checked: that normal/ is what input/ says, which needs a YAML reader"
    if manifest["public"]:
        what = "not checked: that normal/ is what the input said, which is not in the bundle"
    print(said(what, lang))
    if manifest["signature"] is not None:
        print(said("not checked: the signature", lang))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
