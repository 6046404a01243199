"""Build the unit tables under rulebooks/units from the snapshot that their README names.

    python scripts/build_units.py SOURCE_FOLDER TARGET_FOLDER

Writes province_events.csv, districts.csv, communes.csv, commune_events.csv,
commune_lineage.csv and unresolved.csv. The free text of the commune mergers is read by the
rules of ``merger_text.py``; a name that they do not settle goes to unresolved.csv.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from merger_text import Predecessors, Row, fold, look_alike, read_mentions, tones_last

LAST_DAY: Final = "2025-06-30"  # the day of the older state
CHANGE: Final = "2025-07-01"
FIRST_INDEX_YEAR: Final = "2012"
FIRST_TABLE_YEAR: Final = "2005"

KINDS: Final = {
    "Tỉnh": "province",
    "Thành phố trực thuộc trung ương": "city",
    "Huyện": "rural_district",
    "Quận": "urban_district",
    "Thị xã": "town",
    "Thành phố thuộc tỉnh": "provincial_city",
    "Thành phố thuộc thành phố trực thuộc trung ương": "municipal_city",
    "Xã": "commune",
    "Phường": "ward",
    "Thị trấn": "township",
    "Đặc khu tại hải đảo": "special_zone",
}

# Resolution 237/NQ-UBTVQH16 of 14 April 2026 made wards of these communes of Đồng Nai, and
# 388/NQ-UBTVQH16 of these of Bắc Ninh; the snapshot holds the former as wards already.
WARDS_OF_DONG_NAI: Final = (
    *("25270", "25357", "25363", "26116", "26170"),
    *("26248", "26326", "26368", "26425", "26485"),
)
WARDS_OF_BAC_NINH: Final = (
    *("07294", "07375", "07399", "07444", "07840", "09193"),
    *("09292", "09313", "09319", "09454", "09475", "09496"),
)

EVENT_COLUMNS: Final = (
    *("event", "on", "units", "to"),
    *("id", "kind", "name", "code", "parent", "basis"),
)
STOCK_COLUMNS: Final = (
    *("id", "kind", "name", "code", "parent"),
    *("begins_on", "begins_by", "ends_on", "ends_by"),
)

FROM_TEXT: Final = "vpd-text"
NAMED_BY_SEVERAL: Final = "vpd-named-by-several"
WITHIN_DISTRICT: Final = "vpd-within-district"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The source files as they lie."""

    provinces: list[Row]
    merged: list[Row]
    districts: list[Row]
    before: list[Row]
    after: list[Row]
    texts: list[Row]

    @property
    def new_province(self) -> Row:
        """The code of the province of 2025, by the code before."""
        return {row["old_code"]: row["new_code"] for row in self.merged}


def read_snapshot(folder: Path) -> Snapshot:
    """Read the six tables."""

    def rows(name: str) -> list[Row]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    return Snapshot(
        provinces=rows("provinces_63.csv"),
        merged=rows("province_merge_63_to_34.csv"),
        districts=rows("districts_before_2025_07.csv"),
        before=rows("communes_before_2025_07.csv"),
        after=rows("communes_after_2025_07.csv"),
        texts=rows("commune_merge_text.csv"),
    )


def name_the_unnamed(texts: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The texts, those without a code given that of the one commune left that looks the same."""
    told = {row["code"] for row in texts}
    left: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in after:
        if row["code"] not in told:
            heading = f"{row['unit_type']} {row['name']}"
            left[row["province_code"], look_alike(heading)].append(row["code"])
    named = []
    for row in texts:
        code = row["code"]
        if not code:
            (code,) = left[row["province_code"], look_alike(row["name"])]
        named.append({**row, "code": code})
    return named


def build_lineage(
    snapshot: Snapshot, predecessors: Predecessors
) -> tuple[list[Row], list[Row], Counter[str]]:
    """The links, the names that do not resolve, and the counts of both."""
    found: dict[tuple[str, str], str] = {}
    unresolved: list[Row] = []
    counts: Counter[str] = Counter()
    for row in name_the_unnamed(snapshot.texts, snapshot.after):
        successor = f"{row['code']}@{CHANGE}"
        if row["before_merge"] == "giữ nguyên":
            counts["unchanged"] += 1
            continue
        for mention in read_mentions(row["before_merge"]):
            counts["names"] += 1
            units, reason = predecessors.find(row["province_code"], mention)
            if not reason:
                counts["resolved"] += 1
                link = (units[0]["code"], successor)
                # A name said twice of one successor is one link; “part” is the more careful.
                found[link] = min(found.get(link, mention.part), mention.part)
                continue
            counts[reason] += 1
            place = f" ({', '.join(mention.places)})" if mention.places else ""
            unresolved.append(
                {
                    "successor": successor,
                    "text": mention.text + place,
                    "reason": reason,
                    "candidates": " ".join(f"{unit['code']}@{LAST_DAY}" for unit in units),
                }
            )
    times = Counter(code for code, _ in found)
    links: list[tuple[str, str, str, str]] = []
    for (code, successor), said in found.items():
        part, source = how_much(said, alone=times[code] == 1)
        links.append((f"{code}@{LAST_DAY}", successor, part, source))
        links.extend(
            (f"{within}@{LAST_DAY}", successor, part, WITHIN_DISTRICT)
            for within in communes_within(snapshot, code)
        )
    counts.update(f"part {part}, source {source}" for _, _, part, source in links)
    columns = ("predecessor", "successor", "part", "source")
    rows = [dict(zip(columns, link, strict=True)) for link in sorted(links)]
    return rows, unresolved, counts


def how_much(said: str, *, alone: bool) -> tuple[str, str]:
    """How much of a predecessor a successor has, and whence that is known.

    What several successors list, none of them has whole, whether the text says so or not.
    """
    if said == "part":
        return "part", FROM_TEXT
    if not alone:
        return "part", NAMED_BY_SEVERAL
    return ("whole" if said == "plain" else "unknown"), FROM_TEXT


def communes_within(snapshot: Snapshot, district: str) -> list[str]:
    """The communes of a district that became a special zone whole (Kiên Hải)."""
    return [row["code"] for row in snapshot.before if row["district_code"] == district]


# ---- lives


def province_ids(snapshot: Snapshot) -> tuple[Row, Row]:
    """The id of each province by its code: before 1 July 2025, and from then on."""
    slugs = {row["code"]: row["code_name"].replace("_", "-") for row in snapshot.provinces}
    slugs["46"] = "thua-thien-hue"  # an id is of the name at birth
    before = {code: f"{slug}@{FIRST_INDEX_YEAR}" for code, slug in slugs.items()}
    by_name = {row["name"]: slugs[row["code"]] for row in snapshot.provinces}
    after = {}
    for row in snapshot.merged:
        old = row["old_code"]
        if row["merged"] == "no":
            after[row["new_code"]] = before[old]
        elif fold(row["old_name"]) == fold(row["new_name"]):
            after[row["new_code"]] = f"{by_name[row['old_name']]}@2025"
    return before, after


def province_events(snapshot: Snapshot) -> Iterator[Row]:
    """The provinces known in 2005, and all that has happened to them since."""
    before, after = province_ids(snapshot)
    born_2008 = "01"
    for row in snapshot.provinces:
        name, kind = row["name"], KINDS[row["unit_type"]]
        if row["code"] == "46":
            name, kind = "Thừa Thiên Huế", "province"
        unit = before[row["code"]]
        if row["code"] == born_2008:
            unit = f"ha-noi@{FIRST_TABLE_YEAR}"
        name = {"Hoà Bình": "Hòa Bình"}.get(name, name)
        yield {"event": "create", "id": unit, "kind": kind, "name": name, "code": row["code"]}
        if row["code"] == "27":
            hatay = f"ha-tay@{FIRST_TABLE_YEAR}"
            yield {"event": "create", "id": hatay, "kind": "province"} | {
                "name": "Hà Tây",
                "code": "28",
            }
    yield {
        "event": "merge",
        "on": "2008-08-01",
        "units": f"ha-noi@{FIRST_TABLE_YEAR} ha-tay@{FIRST_TABLE_YEAR}",
        "id": before["01"],
        "kind": "city",
        "name": "Hà Nội",
        "code": "01",
        "basis": "nq-15-2008-qh12",
    }
    hue = {"on": "2025-01-01", "units": before["46"], "basis": "nq-175-2024-qh15"}
    yield {"event": "rename", **hue, "to": "Huế"}
    yield {"event": "reclassify", **hue, "to": "city"}
    names = {row["code"]: row["name"] for row in snapshot.provinces}
    kinds = {row["code"]: KINDS[row["unit_type"]] for row in snapshot.provinces}
    merged: defaultdict[str, list[str]] = defaultdict(list)
    for row in snapshot.merged:
        if row["merged"] == "yes":
            merged[row["new_code"]].append(row["old_code"])
    for code, old in sorted(merged.items()):
        same = next(o for o in old if before[o].split("@")[0] == after[code].split("@")[0])
        yield {
            "event": "merge",
            "on": CHANGE,
            "units": " ".join(before[o] for o in old),
            "id": after[code],
            "kind": kinds[same],
            "name": names[same],
            "code": code,
            "basis": "nq-202-2025-qh15",
        }
    for code, day, basis in (
        ("75", "2026-04-30", "nq-30-2026-qh16"),
        ("22", "2026-09-01", "nq-36-2026-qh16"),
        ("24", "2026-09-20", "nq-39-2026-qh16"),
    ):
        change = {"event": "reclassify", "on": day, "units": after[code], "to": "city"}
        yield {**change, "basis": basis}


def district_rows(snapshot: Snapshot) -> Iterator[Row]:
    """The districts of the last day on which there were any."""
    parents, _ = province_ids(snapshot)
    for row in snapshot.districts:
        yield {
            "id": f"{row['code']}@{LAST_DAY}",
            "kind": KINDS[row["unit_type"]],
            "name": row["name"],
            "code": row["code"],
            "parent": parents[row["province_code"]],
            "ends_on": CHANGE,
            "ends_by": "nq-203-2025-qh15",
        }


def commune_rows(snapshot: Snapshot, unchanged: frozenset[str]) -> Iterator[Row]:
    """The communes of both states; the unchanged ones once."""
    _, parents = province_ids(snapshot)
    for row in snapshot.before:
        end = {"ends_on": CHANGE, "ends_by": "nq-1654-1687-ubtvqh15"}
        yield {
            "id": f"{row['code']}@{LAST_DAY}",
            "kind": KINDS[row["unit_type"]],
            "name": row["name"],
            "code": row["code"],
            "parent": f"{row['district_code']}@{LAST_DAY}",
        } | ({} if row["code"] in unchanged else end)
    for row in snapshot.after:
        if row["code"] not in unchanged:
            ward_later = row["code"] in WARDS_OF_DONG_NAI
            yield {
                "id": f"{row['code']}@{CHANGE}",
                "kind": "commune" if ward_later else KINDS[row["unit_type"]],
                "name": row["name"],
                "code": row["code"],
                "parent": parents[row["province_code"]],
                "begins_on": CHANGE,
                "begins_by": "nq-1654-1687-ubtvqh15",
            }


def commune_events(snapshot: Snapshot, unchanged: frozenset[str]) -> Iterator[Row]:
    """What happened to communes that live on: another parent, another spelling, another kind."""
    _, parents = province_ids(snapshot)
    before = {row["code"]: row for row in snapshot.before}
    moved: defaultdict[str, list[str]] = defaultdict(list)
    for row in snapshot.after:
        if row["code"] in unchanged:
            moved[parents[row["province_code"]]].append(f"{row['code']}@{LAST_DAY}")
    for parent, units in moved.items():
        move = {"event": "move", "on": CHANGE, "units": " ".join(units), "to": parent}
        yield {**move, "basis": "nq-203-2025-qh15"}
    for row in snapshot.after:
        if row["code"] not in unchanged:
            continue
        # Where only the tone mark stands elsewhere, the name is the same.
        if tones_last(row["name"]) != tones_last(before[row["code"]]["name"]):
            unit = f"{row['code']}@{LAST_DAY}"
            rename = {"event": "rename", "on": CHANGE, "units": unit, "to": row["name"]}
            yield {**rename, "basis": "qd-19-2025-ttg"}
    for codes, day, basis in (
        (WARDS_OF_DONG_NAI, "2026-04-30", "nq-237-ubtvqh16"),
        (WARDS_OF_BAC_NINH, "2026-09-20", "nq-388-ubtvqh16"),
    ):
        wards = " ".join(f"{code}@{CHANGE}" for code in codes)
        yield {"event": "reclassify", "on": day, "units": wards, "to": "ward", "basis": basis}


# ---- writing


def write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one table: UTF-8, LF, minimal quotes, NFC."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: unicodedata.normalize("NFC", v) for k, v in row.items()})


def main(source: Path, target: Path) -> None:
    """Build every table and say the counts."""
    snapshot = read_snapshot(source)
    unchanged = frozenset(
        row["code"]
        for row in name_the_unnamed(snapshot.texts, snapshot.after)
        if row["before_merge"] == "giữ nguyên"
    )
    predecessors = Predecessors(
        snapshot.before,
        snapshot.districts,
        merged=snapshot.new_province,
        province_names={row["code"]: row["full_name"] for row in snapshot.provinces},
    )
    links, unresolved, counts = build_lineage(snapshot, predecessors)
    write(target / "province_events.csv", EVENT_COLUMNS, province_events(snapshot))
    write(target / "districts.csv", STOCK_COLUMNS, district_rows(snapshot))
    write(target / "communes.csv", STOCK_COLUMNS, commune_rows(snapshot, unchanged))
    write(target / "commune_events.csv", EVENT_COLUMNS, commune_events(snapshot, unchanged))
    write(target / "commune_lineage.csv", list(links[0]), links)
    write(target / "unresolved.csv", list(unresolved[0]), unresolved)
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"{name} {count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
