"""Bundles for the verifiers: generated seasons, and small ones with a single fault each."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import seasons
from rounds import files, item, row

import parindex
from parindex.canonical import canonical_json
from parindex.criteria.catalogue import Catalogue
from parindex.publication import standalone
from parindex.publication.bundle import Bundle
from parindex.publication.seal import seal
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index

CLASSES = """\
classes:
  - {id: good, name: {vi: "Tốt"}, from: 50}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
ceilings: [{at_most: weak, when: {area_index_below: 10}}]
"""
ROUND, BOOKS, UNITS = "normal/round.json", "normal/rulebooks.json", "normal/units.json"
ENTRIES, FINDINGS = "normal/entries.json", "normal/findings.json"
PREVIOUS, ADJUSTMENTS = "normal/previous.json", "normal/adjustments.json"
FACTS = "normal/facts.json"
Documents = dict[str, Any]
Change = Callable[[Documents], object]
# Every round that is shipped: the small ones of the contract, those of the demonstration.
SHIPPED = {
    path.parent.name if path.name == "round" else path.name: path
    for path in (
        *sorted((Path(__file__).parents[1] / "examples").glob("round-*/round")),
        *sorted(
            one.parent
            for one in (Path(parindex.__file__).parent / "demonstration").glob("*/round.yaml")
        ),
    )
}


def generated(first: int, count: int) -> Iterator[tuple[int, Bundle]]:
    """Bundles of generated seasons: every fourth on ties, every other public."""
    for seed in range(first, first + count):
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory() as name:
            seasons.write_season(
                Path(name),
                rng,
                units=rng.randint(2, 8),
                items=rng.randint(3, 10),
                groups=rng.randint(1, 2),
                ties=seed % 4 == 0,
                flavour=rng.choice([None, *sorted(seasons.FLAVOURS)]),
            )
            yield seed, sealed(Path(name), public=seed % 2 == 1)


def sealed(folder: Path, *, public: bool) -> Bundle:
    """The bundle of a round's folder."""
    opened = read_folder(FolderFiles(folder, Catalogue.of([])))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal(opened, run, public=public)


# ---- what the values may be ---------------------------------------------------------------------


def wide(*, public: bool) -> Bundle:
    """A bundle with an item of every source and shape, and with a row in every table."""
    areas = {
        "1": [
            item("1.1.1", "2", "{shape: ratio}", more=("if_none_due: full",)),
            item("1.1.2", "2", "{shape: options, points: {yes: 2, no: 0}}", more=('zero_if: {vi: "Vi phạm"}', "examples: [{option: 'no', points: 0}]")),
            item("1.1.3", "2", "{shape: deduction, each: 1, floor: 0}"),
            item("1.1.4", "2", "{shape: given}", source="external"),
            item("1.1.5", "2", "{shape: bands, on: value, steps: [{from: 5, points: 2}, {from: 1, points: 1}]}"),
            item("1.1.6", "2", "{shape: bands, on: count, steps: [{from: 5, points: 2}]}"),
            item("1.1.7", "2", "{shape: ratio}"),
        ],
        "2": [
            item("2.1.1", "2", "{shape: ratio}", source="survey"),
            item("2.1.2", "2", "{shape: ratio}", source="index"),
            item("2.1.3", "2", "{shape: ratio}", source="dossiers"),
            item("2.1.4", "2", "{shape: ratio, over_100: allowed}"),
        ],
    }  # fmt: skip
    made = files(
        areas,
        entries=[
            row("u1", "1.1.1", "self", numerator="0", denominator="0"),
            row("u1", "1.1.1", numerator="1", denominator="2"),
            row("u1", "1.1.2", option="yes"),
            row("u1", "1.1.3", count="3"),
            row("u1", "1.1.4", points="1"),
            row("u1", "1.1.5", value="0"),
            row("u1", "1.1.6", count="9"),
            row("u1", "1.1.7", not_applicable="yes", reason="không có"),
            row("u1", "2.1.2", not_applicable="yes", reason="không có"),
            row("u1", "2.1.4", value="130"),
        ],
        tail="adjustments: {bonus_cap: 3, deduction_cap: 3}\nmax_points: 22\n" + CLASSES,
        tables={
            "findings.csv": "unit,item,share,se,n\nu1,2.1.1,0.5,0.1,30\nu1,2.1.2,0.5,0.1,30\n",
            "facts.csv": "unit,item,numerator,denominator,value\nu1,2.1.3,1,2,\n",
            "adjustments.csv": "unit,kind,code,points,reason\nu1,bonus,a,1,vì\n",
            "previous.csv": "unit,index,rank\nu0,50,3\n",
        },
    )
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal(opened, run, public=public)


def forged(bundle: Bundle, change: Change) -> bytes:
    """The bundle with its normal form changed, and with the results that come out where any do."""
    members = dict(bundle.members)
    normal = {name: json.loads(one) for name, one in members.items() if name.startswith("normal/")}
    change(normal)
    members |= {name: canonical_json(one) for name, one in normal.items()}
    with suppress(standalone.DifferentError, LookupError, ValueError, ArithmeticError):
        members |= standalone.results(normal, bundle.public)
    return replace(bundle, members=members).to_bytes()


def cell(table: str, key: str, **cells: str) -> Change:
    """Set cells of the first row whose key begins so; `key` is its cells with spaces between."""

    def change(normal: Documents) -> None:
        columns, rows = normal[table]["columns"], normal[table]["rows"]
        found = next(one for one in rows if one[: len(key.split())] == key.split())
        for column, text in cells.items():
            found[columns.index(column)] = text
        rows.sort()

    return change


def entry(code: str, **cells: str) -> Change:
    return cell(ENTRIES, f"u1 {code} appraised", **cells)


def added(table: str, *cells: str) -> Change:
    def change(normal: Documents) -> None:
        normal[table]["rows"].append(list(cells))
        normal[table]["rows"].sort()

    return change


def at(*path: str | int) -> Callable[[object], Change]:
    """Set what stands at a path of the documents; None takes it away."""

    def to(value: object) -> Change:
        def change(normal: Documents) -> None:
            inside: Any = normal
            for key in path[:-1]:
                inside = inside[key]
            if value is None:
                del inside[path[-1]]
            else:
                inside[path[-1]] = value

        return change

    return to


def of_book(*path: str | int) -> Callable[[object], Change]:
    return at(BOOKS, "so", *path)


def of_item(code: str, *path: str | int) -> Callable[[object], Change]:
    area, _, place = code.split(".")
    inside = ("areas", int(area) - 1, "criteria", 0, "items", int(place) - 1)
    return of_book(*inside, *path)


def fine(normal: Documents) -> None:
    of_item("1.1.7", "max_points")("2.00001")(normal)
    of_book("max_points")("22.00001")(normal)


DIGEST = "sha256:" + "0" * 64
VALUES: dict[str, tuple[Change, str]] = {
    # The round.
    "year of a rulebook": (of_book("year")("2021"), "so/year"),
    "index of a rulebook": (of_book("index")("other"), "so/index"),
    "group of a rulebook": (of_book("group")("other"), "so/group"),
    "reference date": (at(ROUND, "reference_date")("zz"), "reference_date"),
    "no day of the calendar": (at(ROUND, "reference_date")("2025-02-30"), "reference_date"),
    "a day otherwise written": (at(ROUND, "reference_date")("20251231"), "reference_date"),
    "a day that is no text": (at(ROUND, "reference_date")(["2025-12-31"]), "reference_date"),
    "issued": (of_book("legal_basis", 0, "issued")("2025-13-01"), "issued"),
    "not issued": (of_book("legal_basis", 0, "issued")(None), "issued"),
    "final from a strange stage": (at(ROUND, "final_from", 0)("nowhere"), "final_from"),
    "final from a stage twice": (at(ROUND, "final_from")(["council", "appraised", "council"]), "final_from"),
    "a round without a name": (at(ROUND, "round")(""), "round"),
    "a stage without a name": (at(ROUND, "stages")(["self", "appraised", "council", ""]), "stages"),
    "an area without a code": (of_book("areas", 0, "code")(""), "code"),
    "a criterion without a code": (of_book("areas", 0, "criteria", 0, "code")(""), "code"),
    "an item without an id": (of_item("1.1.1", "id")(""), "id"),
    "area code twice": (of_book("areas", 0, "code")("2"), "areas: is there twice"),
    "a stage twice": (at(ROUND, "stages")(["self", "appraised", "council", "self"]), "stages"),
    # The rulebook.
    "maximum of the set": (of_book("max_points")("99"), "max_points"),
    "maximum of an area": (of_book("areas", 0, "max_points")("99"), "[1] max_points"),
    "maximum of a criterion": (of_book("areas", 0, "criteria", 0, "max_points")("99"), "[1.1] max_points"),
    "item code twice": (of_item("1.1.7", "code")("1.1.6"), "items: is there twice"),
    "item id twice": (of_item("1.1.2", "id")("i-1-1-1"), "ids: is there twice"),
    "class id twice": (of_book("classes", 0, "id")("weak"), "classes: is there twice"),
    "finer than the rounding": (fine, "more decimals"),
    "a claim on an external item": (added(ENTRIES, "u1", "1.1.4", "self", *[""] * 5, "1", "", "", ""), "stage: does not suit"),
    "13 decimals": (of_book("policies", "points_decimals")("13"), "points_decimals"),
    "13 decimals of the index": (of_book("policies", "index_decimals")("13"), "index_decimals"),
    "rank on": (of_book("policies", "rank_on")("both"), "rank_on"),
    "ties": (of_book("policies", "ties")("none"), "ties"),
    "not applicable": (of_book("policies", "not_applicable")("none"), "not_applicable"),
    "full at 0": (of_item("1.1.7", "rule", "full_at")("0.0"), "full_at"),
    "full at less": (of_item("1.1.7", "rule", "full_at")("-1"), "full_at"),
    "each 0": (of_item("1.1.3", "rule", "each")("0"), "each"),
    "maximum 0": (of_item("1.1.7", "max_points")("0"), "max_points"),
    "over 100 forbidden": (of_item("2.1.4", "rule", "over_100")("forbidden"), "over_100"),
    "option points": (of_item("1.1.2", "rule", "points", "no")("2.5"), "[1.1.2] points"),
    "step points": (of_item("1.1.5", "rule", "steps", 0, "points")("2.5"), "[1.1.5] points"),
    "floor": (of_item("1.1.3", "rule", "floor")("2.5"), "[1.1.3] points"),
    "example points": (of_item("1.1.2", "examples", 0, "points")("2.5"), "[1.1.2] points"),
    "steps from": (of_item("1.1.5", "rule", "steps", 1, "from")("5"), "steps"),
    "steps points": (of_item("1.1.5", "rule", "steps", 1, "points")("2"), "steps"),
    "classes level": (of_book("classes", 0, "from")("0"), "classes: is out of order"),
    "last class above 0": (of_book("classes", 1, "from")("10"), "classes/from"),
    "survey read by options": (of_item("2.1.1", "rule")({"shape": "given"}), "does not suit"),
    "index read by value": (of_item("2.1.2", "rule")({"shape": "bands", "on": "value", "steps": [{"from": "0", "points": "2"}]}), "does not suit"),
    "dossiers read by count": (of_item("2.1.3", "rule")({"shape": "deduction", "each": "1", "floor": "0"}), "does not suit"),
    "law": (of_item("1.1.1", "law", "basis")("b"), "law"),
    "no law": (of_item("1.1.1", "law")(None), "law"),
    # Entries and facts.
    "negative numerator": (entry("1.1.1", numerator="-1"), "numerator"),
    "negative count": (entry("1.1.3", count="-3"), "count"),
    "negative value": (entry("1.1.5", value="-0.5"), "value"),
    "a field the rule does not read": (entry("1.1.3", value="3"), "value: must not be there"),
    "options: points": (entry("1.1.2", points="1"), "points: must not be there"),
    "given: count": (entry("1.1.4", count="1"), "count: must not be there"),
    "value: a pair": (entry("1.1.5", numerator="1", denominator="2"), "numerator: must not be there"),
    "not read though not applicable": (entry("1.1.7", count="1"), "count: must not be there"),
    "half a count": (entry("1.1.3", count="10.5"), "count"),
    "half a count of bands": (entry("1.1.6", count="9.5"), "count"),
    "half a pair": (entry("1.1.1", denominator=""), "wrong form"),
    "half a pair though not applicable": (entry("1.1.7", numerator="1"), "wrong form"),
    "pair and value": (entry("1.1.1", value="50"), "wrong form"),
    "strange option": (entry("1.1.2", option="maybe"), "option"),
    "strange option though vetoed": (entry("1.1.2", option="maybe", veto="yes"), "option"),
    "points above the maximum": (entry("1.1.4", points="2.5"), "points"),
    "numerator above": (entry("1.1.1", numerator="3"), "numerator"),
    "value above 100": (entry("1.1.1", numerator="", denominator="", value="101"), "value"),
    "value above 100 though not applicable": (entry("1.1.7", value="101"), "value"),
    "nothing": (entry("1.1.3", count=""), "count: is absent"),
    "a reason alone": (entry("1.1.3", count="", reason=DIGEST), "count: is absent"),
    "veto without zero_if": (entry("1.1.6", veto="yes"), "veto"),
    "no reason": (entry("1.1.7", reason=""), "reason"),
    "none due": (entry("2.1.4", value="", numerator="0", denominator="0"), "if_none_due"),
    "an entry on a survey item": (added(ENTRIES, "u1", "2.1.1", "appraised", "1", "2", *[""] * 7), "does not suit"),
    "an entry on a dossiers item": (added(ENTRIES, "u1", "2.1.3", "appraised", "1", "2", *[""] * 7), "does not suit"),
    "more than not applicable on an index item": (entry("2.1.2", numerator="1", denominator="2"), "does not suit"),
    "fact: negative": (cell(FACTS, "u1", numerator="-1"), "numerator"),
    "fact: half a pair": (cell(FACTS, "u1", denominator=""), "wrong form"),
    "fact: above": (cell(FACTS, "u1", numerator="3"), "numerator"),
    "fact: nothing": (cell(FACTS, "u1", numerator="", denominator=""), "is absent"),
    "fact: none due": (cell(FACTS, "u1", numerator="0", denominator="0"), "if_none_due"),
    # The other tables.
    "finding on an appraised item": (added(FINDINGS, "u1", "1.1.1", "0.5", "", ""), "does not suit"),
    "share above 1 that does not count": (cell(FINDINGS, "u1 2.1.2", share="1.5"), "share"),
    "share below 0 that does not count": (cell(FINDINGS, "u1 2.1.2", share="-0.5"), "share"),
    "no share": (cell(FINDINGS, "u1 2.1.2", share=""), "share"),
    "se": (cell(FINDINGS, "u1", se="-5"), "se"),
    "half of n": (cell(FINDINGS, "u1", n="30.5"), "n"),
    "n below 0": (cell(FINDINGS, "u1", n="-30"), "n"),
    "fact on an appraised item": (added(FACTS, "u1", "1.1.1", "1", "2", "", "", ""), "does not suit"),
    "adjustment of 0": (cell(ADJUSTMENTS, "u1", points="0"), "points"),
    "adjustment below 0": (cell(ADJUSTMENTS, "u1", points="-1"), "points"),
    "adjustment twice": (added(ADJUSTMENTS, "u1", "bonus", "a", "2", ""), "is there twice"),
    "adjustment without caps": (of_book("adjustments")(None), "points: must not be there"),
    "previous index": (cell(PREVIOUS, "u0", index="-1"), "index"),
    "previous rank 0": (cell(PREVIOUS, "u0", rank="0"), "rank"),
    "previous rank below 0": (cell(PREVIOUS, "u0", rank="-1"), "rank"),
    "half a previous rank": (cell(PREVIOUS, "u0", rank="1.5"), "rank"),
    # References.
    "a strange unit": (added(FINDINGS, "zz", "2.1.1", "0.5", "", ""), "unit: refers"),
    "a strange unit adjusted": (added(ADJUSTMENTS, "zz", "bonus", "a", "1", ""), "unit: refers"),
    "a strange item": (added(FINDINGS, "u1", "zz", "0.5", "", ""), "item: refers"),
    "a strange stage": (added(ENTRIES, "u1", "1.1.1", "zz", "1", "2", *[""] * 7), "stage: refers"),
    "a strange ceiling": (of_book("ceilings", 0, "when")({"zero_item": "zz"}), "ceilings"),
}  # fmt: skip


def withheld(*cells: str) -> Change:
    def change(normal: Documents) -> None:
        normal[ENTRIES]["withheld"]["rows"].append(list(cells))
        normal[ENTRIES]["withheld"]["rows"].sort()

    return change


PUBLIC: dict[str, tuple[Change, str]] = {
    "an open reason": (entry("1.1.7", reason="không có"), "reason"),
    "an open reason of an adjustment": (cell(ADJUSTMENTS, "u1", reason="vì"), "reason"),
    "a withheld row without digest": (withheld("u1", "1.1.2", "self", "sha256:"), "digest"),
    "a withheld claim on an external item": (withheld("u1", "1.1.4", "self", DIGEST), "suit"),
    "a withheld row of a strange unit": (withheld("zz", "1.1.1", "self", DIGEST), "unit"),
    "a withheld row of a strange item": (withheld("u1", "zz", "self", DIGEST), "item"),
    "a withheld row of a strange stage": (withheld("u1", "1.1.1", "zz", DIGEST), "stage"),
    "a row withheld twice": (withheld("u1", "1.1.1", "self", DIGEST), "twice"),
    "a claim in the open": (added(ENTRIES, "u1", "1.1.2", "self", *[""] * 4, "yes", *[""] * 4), "not final"),
}  # fmt: skip
