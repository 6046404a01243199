"""Verify a parindex bundle with nothing but Python's standard library (3.9 or newer).

    python verify.py BUNDLE.zip [--lang vi|en]

It was written from the specification docs/spec/bundle.md (`parindex.bundle/1`) alone and shares no
code with parindex; the numbers in brackets below are the sections of that text. It checks that the
archive is written byte for byte as demanded and agrees with its manifest [1], that normal/ is
canonical JSON of the right form whose references resolve [2], and that results/ comes out of
normal/ byte for byte when computed again [3, 4].

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
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

ZERO = Fraction(0)
ANY, SOME, YES = "(?s:.*)", "(?s:.+)", "(yes)?"
DECIMAL = r"-?[0-9]{1,15}(\.[0-9]{1,20})?"
NUMBER, PLACES, DIGEST = f"({DECIMAL})?", "[0-9]|1[0-9]|20", "sha256:[0-9a-f]{64}"

# --- what differs, and how it is told ------------------------------------------------------------

VIETNAMESE = {
    "is no readable zip archive": "không phải tệp zip đọc được",
    "is compressed and is not read": "bị nén nên không được đọc",
    "is not written as in section 1 of the specification": "không được ghi đúng mục 1 của đặc tả",
    "is there twice": "có hai lần",
    "is absent": "không có",
    "must not be there": "không được phép có",
    "has another digest than in the manifest": "mã băm khác với manifest.json",
    "is no JSON as specified (UTF-8, no numbers)": "không phải JSON theo đặc tả (UTF-8, không số)",
    "holds text that is not in NFC": "có văn bản không ở dạng NFC",
    "is not canonical JSON": "không phải JSON chính tắc",
    "has the wrong form": "sai dạng",
    "has missing or unknown keys": "thiếu khóa hoặc có khóa lạ",
    "is out of order": "không đúng thứ tự",
    "refers to what does not exist": "tham chiếu đến cái không có",
    "lacks what the rule scores": "thiếu dữ liệu mà quy tắc chấm điểm cần",
    "has no final row, which this round refuses": "không có dòng cuối cùng, đợt này không cho phép",
    "has no finding or fact": "không có kết quả khảo sát hoặc số liệu hồ sơ",
    "is readable but not final": "đọc được nhưng không phải dòng cuối cùng",
    "is withheld but would be the final row": "bị giữ kín nhưng lẽ ra là dòng cuối cùng",
    "is both readable and withheld": "vừa đọc được vừa bị giữ kín",
    "differs from what comes out": "khác với kết quả tính lại",
    "does not come out": "không có khi tính lại",
    "is written or ordered otherwise": "được ghi hoặc sắp xếp khác",
    "expected": "mong đợi",
    "got": "nhận được",
    "differences": "điểm khác",
    "ok": "đúng",
    "usage: python verify.py BUNDLE.zip [--lang vi|en]": (
        "cách dùng: python verify.py GÓI.zip [--lang vi|en]"
    ),
    "cannot be read": "không đọc được",
    "checked: archive, manifest, digests, form of normal/, results/ computed again": (
        "đã kiểm tra: tệp nén, manifest, mã băm, dạng của normal/, tính lại results/"
    ),
    "not checked: that normal/ is what input/ says, which needs a YAML reader (parindex verify)": (
        "chưa kiểm tra: normal/ có khớp với input/ hay không, vì cần bộ đọc YAML (parindex verify)"
    ),
    "not checked: that normal/ is what the input said; a public bundle does not hold input/": (
        "chưa kiểm tra: normal/ có khớp với dữ liệu gốc hay không; gói công khai không có input/"
    ),
    "not checked: the signature": "chưa kiểm tra: chữ ký",
}


class Difference(NamedTuple):
    """One thing that is not as it should be: where, what (a key of VIETNAMESE), and values."""

    place: str
    what: str
    expected: Any = ""
    got: Any = ""

    def line(self, lang: str) -> str:
        """Tell it in one line without control characters."""
        line = f"{self.place}: {said(self.what, lang)}"
        if self.expected != "" or self.got != "":
            line += f"; {said('expected', lang)} {shown(self.expected)}" if self.expected else ""
            line += f"; {said('got', lang)} {shown(self.got)}"
        return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in line)


class DifferentError(ValueError):
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


def bytes_differ(name: str, what: str, expected: bytes, got: bytes) -> Difference:
    """Name the offset of the first byte that differs, and the bytes there in hexadecimal."""
    at, end, step = 0, min(len(expected), len(got)), 1 << 16
    while at < end and expected[at : at + step] == got[at : at + step]:
        at += step
    while at < end and expected[at] == got[at]:
        at += 1
    at = min(at, end)
    return Difference(f"{name}@{at}", what, expected[at : at + 8].hex(), got[at : at + 8].hex())


# --- the archive [1] -----------------------------------------------------------------------------

LOCAL, CENTRAL, END = (struct.Struct(form) for form in ("<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"))


def read_archive(content: bytes) -> list[tuple[str, bytes]]:
    """Read the stored members that a zip file lists; nothing is ever decompressed."""
    members, total = [], 0
    try:
        fields = END.unpack_from(content, content.rindex(b"PK\x05\x06"))
        at = fields[6]
        for _ in range(fields[4]):
            head = CENTRAL.unpack_from(content, at)
            name = content[at + CENTRAL.size :][: head[10]].decode("utf-8")
            at += CENTRAL.size + head[10] + head[11] + head[12]
            local = LOCAL.unpack_from(content, head[16])
            start = head[16] + LOCAL.size + local[9] + local[10]
            total += head[8]
            if head[0] != b"PK\x01\x02" or local[0] != b"PK\x03\x04" or total > len(content):
                break
            if head[4] != 0 or head[8] != head[9]:
                raise DifferentError(Difference(name, "is compressed and is not read"))
            members.append((name, content[start : start + head[8]]))
        else:
            return members
    except (struct.error, UnicodeDecodeError):
        pass
    except ValueError as error:
        if isinstance(error, DifferentError):
            raise
    raise DifferentError(Difference("zip", "is no readable zip archive"))


def write_archive(members: list[tuple[str, bytes]]) -> bytes:
    """Write the archive as section 1 demands."""
    body, directory, at = [], [], 0
    for name, data in sorted(members):
        raw = name.encode("utf-8")
        common = (20, 0 if name.isascii() else 0x0800, 0, 0, 0x0021)
        common += (zlib.crc32(data), len(data), len(data), len(raw), 0)
        body += [LOCAL.pack(b"PK\x03\x04", *common), raw, data]
        directory += [CENTRAL.pack(b"PK\x01\x02", 0x0314, *common, 0, 0, 0, 0x81A40000, at), raw]
        at += LOCAL.size + len(raw) + len(data)
    tail = b"".join(directory)
    end = END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(tail), at, 0)
    return b"".join([*body, tail, end])


# --- canonical JSON and its forms [2] ------------------------------------------------------------


def refuse_number(text: str) -> NoReturn:
    """Refuse a JSON number; every number of a bundle is text."""
    raise ValueError(text)


def in_order(value: Any) -> Any:
    """Sort the keys by UTF-16 code units."""
    if isinstance(value, list):
        return [in_order(one) for one in value]
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: in_order(value[key]) for key in keys}
    return value


def texts(value: Any) -> Iterable[str]:
    """Give every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts(one)


def read_json(name: str, data: bytes, found: list[Difference]) -> Any:
    """Read a member that must be canonical JSON."""
    no = refuse_number
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_int=no, parse_float=no, parse_constant=no)
        again = json.dumps(in_order(value), ensure_ascii=False, separators=(",", ":"))
        if again.encode("utf-8") != data:
            canonical = again.encode("utf-8")
            found.append(bytes_differ(name, "is not canonical JSON", canonical, data))
        odd = [one for one in texts(value) if not unicodedata.is_normalized("NFC", one)]
    except (ValueError, RecursionError) as error:
        what = "is no JSON as specified (UTF-8, no numbers)"
        raise DifferentError(Difference(name, what)) from error
    found += [Difference(name, "holds text that is not in NFC", got=one) for one in odd]
    return value


def by_shape(value: Any) -> Any:
    """Choose the form of a rule."""
    shape = value.get("shape") if isinstance(value, dict) else None
    return RULES.get(str(shape), {"shape": "|".join(RULES)})


def by_items(value: Any) -> Any:
    """Choose the form of a criterion: with items, or an item itself."""
    return CRITERION if isinstance(value, dict) and "items" in value else ITEM


def by_condition(value: Any) -> Any:
    """Choose the form of the condition of a ceiling."""
    area = isinstance(value, dict) and "area_index_below" in value
    return {"area_index_below": DECIMAL} if area else {"zero_item": SOME}


def truth(value: Any) -> Any:
    """Choose the form of a truth value."""
    return None if isinstance(value, bool) else "true|false"


def perhaps(value: Any) -> Any:
    """Choose the form of text or null."""
    return None if value is None else ANY


# Forms: a pattern for text, None for anything, [form] for a list, {key: form} for a mapping where
# `key?` may be absent and `*` stands for any key, and a function that chooses a form for a value.
Rules = dict[str, Any]
RULES: Rules = {
    "options": {"shape": SOME, "points": {"*": DECIMAL}},
    "bands": {
        "shape": SOME,
        "on": "ratio|value|count",
        "steps": [{"from": DECIMAL, "points": DECIMAL}],
        "over_100?": None,
    },
    "ratio": {"shape": SOME, "full_at": DECIMAL, "zero_below?": DECIMAL, "over_100?": None},
    "deduction": {"shape": SOME, "each": DECIMAL, "floor": DECIMAL},
    "given": {"shape": SOME},
}
ITEM: Rules = {
    **{"code": SOME, "max_points": DECIMAL, "rule": by_shape},
    **{"source": "appraisal|external|survey|index|dossiers"},
    **{"if_none_due?": "zero|full|not_applicable"},
    **dict.fromkeys(["id", "name", "evidence", "law", "appraiser?", "zero_if?", "examples?"]),
}
CRITERION: Rules = {"code": SOME, "name": None, "max_points?": DECIMAL, "items": [ITEM]}
AREA: Rules = {"code": SOME, "name": None, "max_points?": DECIMAL, "criteria": [by_items]}
BOOK: Rules = {
    **dict.fromkeys(["schema", "issuer", "index", "group", "tier", "year", "revision"]),
    **dict.fromkeys(["status", "title", "legal_basis"]),
    "max_points?": DECIMAL,
    "policies": {
        **{"points_decimals": PLACES, "index_decimals": PLACES, "rank_on": SOME},
        **{"ties": "share_best|dense", "not_applicable": SOME},
    },
    "adjustments?": {"bonus_cap": DECIMAL, "deduction_cap": DECIMAL},
    "classes": [{"id": SOME, "name": None, "from": DECIMAL}],
    "ceilings": [{"at_most": SOME, "when": by_condition}],
    "areas": [AREA],
}
ROUND: Rules = {
    **{"schema": r"parindex\.round/1", "round": ANY, "index": ANY, "year": ANY},
    **{"reference_date": ANY, "stages": [SOME], "final_from": [SOME]},
    **{"incomplete": "refuse|zero", "groups": [SOME]},
}
MANIFEST: Rules = {
    **{"schema": r"parindex\.bundle/1", "public": truth, "members": {"*": DIGEST}},
    **dict.fromkeys(["journal_head", "bundle_before", "signature"], perhaps),
}
# Tables: the columns in their order and the forms of their cells; and how many are the key.
TABLES: dict[str, dict[str, str]] = {
    "units": {"unit": SOME, "name": ANY, "group": SOME, "ranked": "yes|no"},
    "entries": {
        **dict.fromkeys(["unit", "item", "stage"], SOME),
        **dict.fromkeys(["numerator", "denominator", "value", "count"], NUMBER),
        **{"option": ANY, "points": NUMBER, "veto": YES, "not_applicable": YES, "reason": ANY},
    },
    "findings": {"unit": SOME, "item": SOME, "share": NUMBER, "se": NUMBER, "n": NUMBER},
    "facts": {
        **{"unit": SOME, "item": SOME, "numerator": NUMBER, "denominator": NUMBER},
        **{"value": NUMBER, "basis": ANY, "digest": ANY},
    },
    "adjustments": {
        **{"unit": SOME, "kind": "bonus|deduction", "code": ANY, "points": DECIMAL, "reason": ANY},
    },
    "previous": {
        **{"unit": SOME, "index": NUMBER, "rank": "([0-9]{1,15})?", "group": ANY},
        **{"comparable": "(yes|no)?"},
    },
    "withheld": {"unit": SOME, "item": SOME, "stage": SOME, "digest": DIGEST},
}
KEYS = {"units": 1, "entries": 3, "findings": 2, "facts": 2, "previous": 1, "withheld": 3}
RESULTS = {
    "results": (
        "group,unit,name,points,maximum,bonus,deduction,index,rank,class,change,rank_change,"
        "appraised_points,appraised_maximum,survey_points,survey_maximum,self_points"
    ),
    "areas": "group,unit,area,points,maximum,index,rank",
    "items": "group,unit,item,points,maximum,marker",
    "groups": "group,n_units,n_ranked,mean,min,max",
}
NORMAL = [f"normal/{name}.json" for name in ("round", "rulebooks", *TABLES) if name != "withheld"]
FIXED = {"manifest.json", "verify.py", *NORMAL, *(f"results/{name}.csv" for name in RESULTS)}


def check(place: str, value: Any, form: Any, found: list[Difference]) -> None:
    """Check that a value has a form."""
    form = form(value) if callable(form) else form
    if isinstance(form, str):
        if not isinstance(value, str) or not re.fullmatch(form, value):
            found.append(Difference(place, "has the wrong form", form, value))
    elif isinstance(form, list) and isinstance(value, list):
        for at, one in enumerate(value):
            check(f"{place}/{at}", one, form[0], found)
    elif isinstance(form, dict) and isinstance(value, dict):
        known = {key.rstrip("?"): one for key, one in form.items()}
        odd = set() if "*" in form else set(value) - set(known)
        odd |= {key for key in form if key not in value and key[-1] not in "?*"}
        if odd:
            found.append(Difference(place, "has missing or unknown keys", got=" ".join(sorted(odd))))
        for key in sorted(set(value) - odd):
            check(f"{place}/{key}", value[key], known.get(key, known.get("*")), found)
    elif form is not None:
        found.append(Difference(place, "has the wrong form", type(form)(), value))


def check_table(name: str, place: str, table: Any, found: list[Difference]) -> list[list[str]]:
    """Check the columns, cells, order and keys of a table, and give its rows."""
    columns, width = TABLES[name], KEYS.get(name, 0)
    if table["columns"] != list(columns):
        raise DifferentError(Difference(f"{place}/columns", "has the wrong form", " ".join(columns)))
    tests = [(at, one, re.compile(form)) for at, (one, form) in enumerate(columns.items())]
    seen: set[tuple[str, ...]] = set()
    before: list[str] = []
    for number, row in enumerate(table["rows"], 1):
        if len(row) != len(columns) or not all(isinstance(cell, str) for cell in row):
            raise DifferentError(Difference(f"{place}/rows:{number}", "has the wrong form"))
        where, key = f"{place}/rows:{number} [{' '.join(row[: width or 3])}]", tuple(row[:width])
        for at, column, pattern in tests:
            if not pattern.fullmatch(row[at]):
                what = "has the wrong form"
                found.append(Difference(f"{where} {column}", what, pattern.pattern, row[at]))
        if row < before:
            found.append(Difference(where, "is out of order"))
        if key and key in seen:
            found.append(Difference(where, "is there twice"))
        seen.add(key)
        before = row
    return list(table["rows"])


def check_book(place: str, book: Any, found: list[Difference]) -> None:
    """Check what the form of a rulebook does not say: codes, classes and references."""
    items = [item["code"] for _, area in items_of(book) for item in area]
    areas, classes = ([one[key] for one in book[of]] for of, key in (("areas", "code"), ("classes", "id")))
    for codes, where in ((items, "areas"), (areas, "areas"), (classes, "classes")):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        found += [Difference(f"{place}/{where}", "is there twice", got=code) for code in twice]
    floors = [number(one["from"]) for one in book["classes"]]
    if floors != sorted(floors, reverse=True):
        found.append(Difference(f"{place}/classes", "is out of order"))
    for at, ceiling in enumerate(book["ceilings"]):
        item = ceiling["when"].get("zero_item")
        odd = [ceiling["at_most"]] if ceiling["at_most"] not in classes else []
        odd += [item] if item is not None and item not in items else []
        where = f"{place}/ceilings/{at}"
        found += [Difference(where, "refers to what does not exist", got=one) for one in odd]
    for _, area in items_of(book):
        for item in area:
            if item["rule"]["shape"] == "ratio" and number(item["rule"]["full_at"]) <= 0:
                where = f"{place} [{item['code']}] full_at"
                found.append(Difference(where, "has the wrong form", "> 0", item["rule"]["full_at"]))


def items_of(book: Any) -> list[tuple[str, list[Any]]]:
    """Give the areas of a rulebook by code, each with its items in order."""
    return [
        (area["code"], [item for one in area["criteria"] for item in one.get("items", [one])])
        for area in book["areas"]
    ]


