"""Bundles changed on purpose, from a flipped bit to a policy with a manifest made to fit.

Each mutation is given a good bundle and chance and answers the changed bytes, or None where the
bundle has nothing of the kind. Most change what a verifier must find; some may change nothing that
counts (ties `dense` where nobody ties), and then every verifier must say so.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from publication.archives import Layout, Members, written

from parindex.canonical import canonical_json
from parindex.publication import standalone
from parindex.publication.bundle import Bundle

Chance = random.Random
Mutation = Callable[[Bundle, Chance], bytes | None]
Documents = dict[str, Any]
ENTRIES, BOOKS, ROUND = "normal/entries.json", "normal/rulebooks.json", "normal/round.json"
NUMBERS = {
    ENTRIES: ("numerator", "denominator", "value", "count", "points"),
    "normal/findings.json": ("share",),
    "normal/facts.json": ("numerator", "denominator", "value"),
    "normal/adjustments.json": ("points",),
    "normal/previous.json": ("index", "rank"),
}
TABLES = (*NUMBERS, "normal/units.json")
POLICIES = {
    "points_decimals": ("0", "1", "2", "3", "4", "6", "12"),
    "index_decimals": ("0", "1", "2", "3", "4", "6", "12"),
    "rank_on": ("published", "exact"),
    "ties": ("share_best", "dense"),
    "not_applicable": ("renormalise", "renormalise_within_area", "award_max"),
}
# Keys of an item that a verifier computes with.
COMPUTED = {"code", "id", "max_points", "source", "rule", "if_none_due"}


def members_of(bundle: Bundle) -> Members:
    """All members with the manifest, in the order of the archive."""
    whole = {**bundle.members, "manifest.json": canonical_json(bundle.manifest())}
    return sorted(whole.items(), key=lambda one: one[0].encode())


# ---- bytes and archive --------------------------------------------------------------------------


def flipped_bit(bundle: Bundle, chance: Chance) -> bytes:
    content = bytearray(bundle.to_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def cut_off(bundle: Bundle, chance: Chance) -> bytes:
    content = bundle.to_bytes()
    return content[: chance.randrange(len(content))]


def something_around(bundle: Bundle, chance: Chance) -> bytes:
    content, more = bundle.to_bytes(), chance.randbytes(chance.randint(1, 30))
    return content + more if chance.random() < 0.5 else more + content


def out_of_order(bundle: Bundle, chance: Chance) -> bytes:
    members = members_of(bundle)
    one = chance.randrange(len(members) - 1)
    members[one], members[one + 1] = members[one + 1], members[one]
    return written(members)


def twice_there(bundle: Bundle, chance: Chance) -> bytes:
    members = members_of(bundle)
    at = chance.randrange(len(members))
    return written([*members[:at], members[at], *members[at:]])


LAYOUTS = (
    *({"version": 10}, {"made_by": 0x14}, {"flags": 8}, {"time": 1}, {"date": 0x22}, {"crc": 1}),
    *({"extra": b"ab\0\0"}, {"comment_of_member": b"hi"}, {"internal": 1}, {"external": 0}),
    *({"deflated": True}, {"offset": 1}, {"gap": b"\0"}),
)


def laid_out_otherwise(bundle: Bundle, chance: Chance) -> bytes:
    members = members_of(bundle)
    if chance.random() < 0.1:
        return written(members, wrong=Layout(comment=b"hello"))
    wrong: Any = chance.choice(LAYOUTS)
    return written(members, chance.randrange(len(members)), Layout(**wrong))


# ---- manifest and members -----------------------------------------------------------------------


def with_manifest(bundle: Bundle, manifest: object, content: bytes | None = None) -> bytes:
    made = canonical_json(manifest) if content is None else content
    return written([(n, made if n == "manifest.json" else one) for n, one in members_of(bundle)])


def another_digest(bundle: Bundle, chance: Chance) -> bytes:
    manifest: Documents = json.loads(canonical_json(bundle.manifest()))
    name = chance.choice(sorted(manifest["members"]))
    manifest["members"][name] = f"sha256:{chance.getrandbits(256):064x}"
    return with_manifest(bundle, manifest)


def another_manifest(bundle: Bundle, chance: Chance) -> bytes:
    manifest: Documents = json.loads(canonical_json(bundle.manifest()))
    changes: list[Callable[[], object]] = [
        lambda: manifest["members"].pop(chance.choice(sorted(manifest["members"]))),
        lambda: manifest["members"].update({"normal/zz.json": f"sha256:{0:064}"}),
        lambda: manifest.update(schema="parindex.bundle/2"),
        lambda: manifest.update(public=not manifest["public"]),
        lambda: manifest.update(public="yes"),
        lambda: manifest.update(note="x"),
        lambda: manifest.pop("signature"),
        lambda: manifest.update(journal_head=["x"]),
        lambda: manifest.update(members=[]),
    ]
    chance.choice(changes)()
    return with_manifest(bundle, manifest)


def loosely_written_manifest(bundle: Bundle, chance: Chance) -> bytes:
    text = canonical_json(bundle.manifest()).decode()
    ways = [
        text + "\n",
        text.replace(":", ": ", 1),
        "\ufeff" + text,
        text.replace("p", "\\u0070", 1),
    ]
    ways.append(json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":")))
    return with_manifest(bundle, None, chance.choice(ways).encode())


def strange_member(bundle: Bundle, chance: Chance) -> bytes:
    names = ["notes.txt", "normal/notes.json", "results/notes.csv", "input", "verify.pyc"]
    name = chance.choice(names + (["input/round.yaml"] if bundle.public else []))
    return replace(bundle, members={**bundle.members, name: b"{}"}).to_bytes()


def absent_member(bundle: Bundle, chance: Chance) -> bytes:
    gone = chance.choice(sorted(one for one in bundle.members if not one.startswith("input/")))
    kept = {name: one for name, one in bundle.members.items() if name != gone}
    return replace(bundle, members=kept).to_bytes()


# ---- the normal form ----------------------------------------------------------------------------


def documents_of(bundle: Bundle) -> Documents:
    return {n: json.loads(one) for n, one in bundle.members.items() if n.startswith("normal/")}


def rewritten(bundle: Bundle, documents: Documents, *, results: bool) -> bytes:
    """The bundle of these documents, with a manifest to fit and, where told, results to fit."""
    members = {**bundle.members, **{name: canonical_json(one) for name, one in documents.items()}}
    if results:
        with suppress(
            standalone.DifferentError,
            LookupError,
            ValueError,
            ArithmeticError,
            TypeError,
            AttributeError,
        ):
            members |= standalone.results(documents, bundle.public)
    return replace(bundle, members=members).to_bytes()


def other_number(text: str, chance: Chance) -> str:
    """A number that is near, far, written otherwise, or none at all."""
    digits = [at for at, one in enumerate(text) if one.isdigit()]
    at = chance.choice(digits)
    ways = [
        text[:at] + chance.choice("0123456789") + text[at + 1 :],
        text[:at] + chance.choice("0123456789") + text[at + 1 :],
        text + ("0" if "." in text else ".0"),
        "0", "1", "100", "100.00000000000000000001", "-" + text, "1e1", "+1", "01", "", ".5", "5.", "1,5", " 1",
        "1" * 16, "0." + "3" * 21, "٣",
    ]  # fmt: skip
    return chance.choice(ways)


def items_of(documents: Documents) -> Iterator[dict[str, Any]]:
    for book in documents[BOOKS].values():
        for area in book["areas"]:
            for criterion in area["criteria"]:
                yield from criterion.get("items", [criterion])


def a_number(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes | None:
    documents = documents_of(bundle)
    name = chance.choice([one for one in NUMBERS if documents[one]["rows"]] or [ENTRIES])
    table = documents[name]
    found = [
        (row, table["columns"].index(column))
        for row in table["rows"]
        for column in NUMBERS[name]
        if row[table["columns"].index(column)]
    ]
    if not found:
        return None
    row, place = chance.choice(found)
    row[place] = other_number(row[place], chance)
    table["rows"].sort()
    return rewritten(bundle, documents, results=results)


def a_cell(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes | None:
    documents = documents_of(bundle)
    name = chance.choice([one for one in TABLES if documents[one]["rows"]])
    table = documents[name]
    row = chance.choice(table["rows"])
    place = chance.randrange(len(row))
    seen = sorted({one[place] for one in table["rows"]} | {"", "yes", "no", "zz", "1", "0", "self"})
    row[place] = chance.choice(seen)
    if chance.random() < 0.8:
        table["rows"].sort()
    return rewritten(bundle, documents, results=results)


def a_row(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes | None:
    documents = documents_of(bundle)
    tables = [documents[one] for one in TABLES if documents[one]["rows"]]
    tables += [one["withheld"] for one in tables if one.get("withheld", {}).get("rows")]
    table = chance.choice(tables)
    rows = table["rows"]
    at = chance.randrange(len(rows))
    changes: list[Callable[[], object]] = [
        lambda: rows.pop(at),
        lambda: rows.insert(at, list(rows[at])),
        rows.reverse,
        lambda: rows[at].append(""),
        rows[at].pop,
        lambda: rows.__setitem__(at, None),
        table["columns"].reverse,
        lambda: table.update(note="x"),
        lambda: table.update(rows={}),
    ]
    chance.choice(changes[: 1 if chance.random() < 0.4 else None])()
    return rewritten(bundle, documents, results=results)


def a_policy(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes:
    documents = documents_of(bundle)
    book = documents[BOOKS][chance.choice(sorted(documents[BOOKS]))]
    policy = chance.choice(sorted(POLICIES))
    book["policies"][policy] = chance.choice(POLICIES[policy])
    return rewritten(bundle, documents, results=results)


def the_round(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes:
    documents = documents_of(bundle)
    told = documents[ROUND]
    changes: list[Callable[[], object]] = [
        lambda: told.update(incomplete="zero" if told["incomplete"] == "refuse" else "refuse"),
        told["final_from"].reverse,
        told["final_from"].pop,
        told["groups"].reverse,
        lambda: told["groups"].append("zz"),
        lambda: told["stages"].append("zz"),
        lambda: told.update(year="1999"),
        lambda: told.update(round="another"),
        lambda: told.update(reference_date="2023-02-29"),
        lambda: told.update(note="x"),
        lambda: told.pop("round"),
    ]
    chance.choice(changes)()
    return rewritten(bundle, documents, results=results)


def the_rulebook(bundle: Bundle, chance: Chance, *, results: bool = False) -> bytes | None:
    documents = documents_of(bundle)
    book = documents[BOOKS][chance.choice(sorted(documents[BOOKS]))]
    item = chance.choice(list(items_of(documents)))
    rule = item["rule"]
    fields = [key for key in ("full_at", "zero_below", "each", "floor") if key in rule]
    changes: list[Callable[[], object]] = [
        lambda: rule.update({key: other_number(rule[key], chance) for key in fields}),
        lambda: rule.update({key: other_number(rule[key], chance) for key in fields}),
        lambda: [step.update({key: other_number(step[key], chance)}) for key in ("from", "points") for step in rule["steps"][:1]] if "steps" in rule else None,
        lambda: rule["points"].update({option: other_number(points, chance) for option, points in list(rule["points"].items())[:1]}) if rule["shape"] == "options" else None,
        lambda: [one.update({"from": other_number(one["from"], chance)}) for one in book["classes"][:1]],
        lambda: book["ceilings"].append({"at_most": book["classes"][-1]["id"], "when": chance.choice([{"area_index_below": "70"}, {"zero_item": item["code"]}])}) if book["classes"] else None,
        lambda: book.update(adjustments={"bonus_cap": "0.5", "deduction_cap": "0.25"}),
        lambda: item.update(max_points=other_number(item["max_points"], chance)),
        lambda: item.update(if_none_due=chance.choice(["zero", "full", "not_applicable", "x"])),
        lambda: item.update(source=chance.choice(["appraisal", "external", "survey", "index", "dossiers", "x"])),
        lambda: item.update(zero_if={"vi": "Vi phạm"}),
        lambda: item.pop(chance.choice(sorted(item))),
        lambda: rule.pop(chance.choice(sorted(rule))),
        lambda: book.pop(chance.choice(sorted(book))),
        lambda: book["policies"].pop(chance.choice(sorted(book["policies"]))),
        lambda: rule.update(over_100="allowed"),
        lambda: chance.choice([book, item, rule, book["policies"], book["areas"][0]]).update(note="x"),
        book["areas"].reverse,
        lambda: item.update(code="zz"),
        lambda: book.update(year="1999"),
        book["classes"].clear,
    ]  # fmt: skip
    chance.choice(changes)()
    return rewritten(bundle, documents, results=results)


def loosely_written(bundle: Bundle, chance: Chance) -> bytes:
    name = chance.choice([one for one in bundle.members if one.startswith("normal/")])
    text = bundle.members[name].decode()
    escaped = text.replace("a", "\\u0061", 1)
    ways = [
        text + "\n", " " + text, text.replace(",", ", ", 1), "\ufeff" + text, escaped, text[:-1],
        unicodedata.normalize("NFD", text) + "" if not text.isascii() else text + " ",
        text.replace('"', '"\\ud800', 1), "[" * 3000, "null", "[1]", "{}", '"x"', "1",
        json.dumps(json.loads(text), ensure_ascii=True, separators=(",", ":"), indent=0),
    ]  # fmt: skip
    return replace(
        bundle, members={**bundle.members, name: chance.choice(ways).encode()}
    ).to_bytes()


def not_text(bundle: Bundle, chance: Chance) -> bytes:
    """A cell or value that is a number, nothing or a list where text must be."""
    documents = documents_of(bundle)
    strange = chance.choice([None, True, ["x"], {"x": "y"}])
    if chance.random() < 0.5:
        name = chance.choice([one for one in TABLES if documents[one]["rows"]])
        row = chance.choice(documents[name]["rows"])
        row[chance.randrange(len(row))] = strange
    else:
        item = chance.choice(list(items_of(documents)))
        item[chance.choice(sorted(item.keys() & COMPUTED))] = strange
    return rewritten(bundle, documents, results=False)


def what_is_hidden(bundle: Bundle, chance: Chance) -> bytes | None:
    """A public bundle that says too much, or hides what counts."""
    if not bundle.public:
        return None
    documents = documents_of(bundle)
    table = documents[ENTRIES]
    withheld, columns = table["withheld"]["rows"], table["columns"]
    reasoned = [row for row in table["rows"] if row[-1]]
    changes: list[Callable[[], object]] = [
        lambda: chance.choice(reasoned).__setitem__(-1, "không có") if reasoned else None,
        lambda: chance.choice(withheld).__setitem__(3, "x") if withheld else None,
        lambda: withheld.append([*chance.choice(table["rows"])[:3], f"sha256:{0:064}"]),
        lambda: withheld.append([*chance.choice(table["rows"])[:2], documents[ROUND]["final_from"][0], f"sha256:{0:064}"]),
        lambda: table["rows"].append([*withheld.pop()[:3], *[""] * (len(columns) - 3)]) if withheld else None,
        lambda: table["rows"].remove(chance.choice(table["rows"])),
        lambda: table.pop("withheld"),
    ]  # fmt: skip
    if not table["rows"]:
        return None
    chance.choice(changes)()
    table["rows"].sort()
    withheld.sort()
    return rewritten(bundle, documents, results=False)


# ---- the results --------------------------------------------------------------------------------


def another_result(bundle: Bundle, chance: Chance) -> bytes:
    name = chance.choice([one for one in bundle.members if one.startswith("results/")])
    content = bundle.members[name]
    lines = content.decode().split("\n")
    at = chance.randrange(len(lines) - 1)
    digits = [place for place, one in enumerate(content) if one in b"0123456789"]
    place = chance.choice(digits)
    ways = [
        content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        "\n".join(lines[:at] + lines[at + 1 :]).encode(),
        "\n".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]).encode(),
        content.replace(b"\n", b"\r\n"),
        "\ufeff".encode() + content,
        content[:-1],
        content + b"\n",
        content.replace(b",", b";"),
        b'"' + content.replace(b",", b'",', 1),
        b"",
        b"\xff" + content,
    ]
    return replace(bundle, members={**bundle.members, name: chance.choice(ways)}).to_bytes()


def forged(mutation: Callable[..., bytes | None]) -> Mutation:
    """The same change with results made to fit, as a careful forger would."""

    def change(bundle: Bundle, chance: Chance) -> bytes | None:
        return mutation(bundle, chance, results=True)

    return change


# What is wrong whatever it hits.
ALWAYS: dict[str, Mutation] = {
    one.__name__: one
    for one in (
        flipped_bit, cut_off, something_around, out_of_order, twice_there, laid_out_otherwise,
        another_digest, another_manifest, loosely_written_manifest, strange_member, absent_member,
        loosely_written, not_text, another_result,
    )
}  # fmt: skip
_SEMANTIC = (a_number, a_cell, a_row, a_policy, the_round, the_rulebook)
# What may be harmless, or a good bundle of other data.
SOMETIMES: dict[str, Mutation] = {
    **{one.__name__: one for one in (*_SEMANTIC, what_is_hidden)},
    **{f"{one.__name__} with results to fit": forged(one) for one in _SEMANTIC},
}
