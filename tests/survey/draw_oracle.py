"""Another program for docs/spec/draw.md, written from its text alone: plain, slow, of one piece."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from fractions import Fraction
from typing import Any

Stage = dict[str, Any]
Choice = tuple[str, str, Fraction | None]  # member, "drawn" or "reserve", overall probability


def number(seed: str, stage: int, path: list[str], unit: str | None) -> int:
    content = json.dumps(
        ["parindex.draw/1", seed, stage, path, unit], ensure_ascii=False, separators=(",", ":")
    )
    return int(hashlib.sha256(content.encode("utf-8")).hexdigest(), 16)


def oracle(frame: str, id_: str, stages: list[Stage], seed: str) -> list[Choice]:
    """The members in the order of the sample, with their overall probabilities."""
    rows = list(csv.DictReader(io.StringIO(frame)))
    return list(choices(rows, id_, stages, seed, 1, [], Fraction(1)))


def choices(
    rows: list[dict[str, str]],
    id_: str,
    stages: list[Stage],
    seed: str,
    depth: int,
    above: list[str],
    chance: Fraction,
) -> list[Choice]:
    stage = stages[depth - 1]
    last = depth == len(stages)
    found: list[Choice] = []
    strata = list(dict.fromkeys(tuple(row[one] for one in stage.get("strata", [])) for row in rows))
    for stratum in strata:
        inside = [row for row in rows if tuple(row[c] for c in stage.get("strata", [])) == stratum]
        column = id_ if last else stage["cluster"]
        units = list(dict.fromkeys(row[column] for row in inside))
        path = [*above, *stratum]
        wanted = stage.get("take_in", {}).get("/".join(stratum), stage["take"])
        n = min(wanted, len(units)) if stage.get("short") == "take_all" else wanted
        lot = {unit: number(seed, depth, path, unit) for unit in units}
        u = Fraction(number(seed, depth, path, None), 2**256)
        members = {unit: [row for row in inside if row[column] == unit] for unit in units}
        picked = select(stage, units, members, n, lot, u)
        if last:
            found += [(unit, "drawn", chance * part) for unit, part in picked.items()]
            rest = sorted((unit for unit in units if unit not in picked), key=lot.__getitem__)
            found += [(unit, "reserve", None) for unit in rest[: stage.get("reserve", 0)]]
        else:
            for unit in units:
                if unit in picked:
                    found += choices(
                        members[unit], id_, stages, seed, depth + 1, [*path, unit],
                        chance * picked[unit],
                    )  # fmt: skip
    return found


def select(
    stage: Stage,
    units: list[str],
    members: dict[str, list[dict[str, str]]],
    n: int,
    lot: dict[str, int],
    u: Fraction,
) -> dict[str, Fraction]:
    if stage["method"] == "srs":
        return {unit: Fraction(n, len(units)) for unit in sorted(units, key=lot.__getitem__)[:n]}
    if stage["method"] == "systematic":
        spots = [(j + u) * len(units) / n for j in range(n)]
        return {
            units[spot.numerator // spot.denominator]: Fraction(n, len(units)) for spot in spots
        }
    size = {
        unit: Fraction(of[0][stage["size"]]) if "size" in stage else Fraction(len(of))
        for unit, of in members.items()
    }
    picked: dict[str, Fraction] = {}
    m = n
    for unit in sorted(units, key=lambda unit: (-size[unit], units.index(unit))):
        left = sum((size[one] for one in units if one not in picked), Fraction(0))
        if m == 0 or size[unit] * m < left:
            break
        picked[unit] = Fraction(1)
        m -= 1
    picked = {unit: picked[unit] for unit in units if unit in picked}
    left = sum((size[one] for one in units if one not in picked), Fraction(0))
    passed, hits = Fraction(0), 0
    for unit in sorted((one for one in units if one not in picked), key=lot.__getitem__):
        passed += size[unit]
        if m and passed > (hits + u) * left / m:
            picked[unit] = m * size[unit] / left
            hits += 1
    return picked
