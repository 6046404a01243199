"""A plain pandas pipeline to the same tables, in floats, as an analyst would write it.

It knows the rules from the rulebook's YAML by a loose reading and checks nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML


def read_rules(folder: Path) -> pd.DataFrame:
    """One row an item: code, area, maximum and rule."""
    book = YAML(typ="safe", pure=False).load(
        next((folder / "rulebook").glob("*.yaml")).read_text("utf-8")
    )
    rows = [
        {
            "item": str(item["code"]),
            "area": str(area["code"]),
            "maximum": float(item["max_points"]),
            "rule": item["rule"],
        }
        for area in book["areas"]
        for criterion in area["criteria"]
        for item in criterion.get("items", [criterion])
    ]
    return pd.DataFrame(rows)


def points_of(rows: pd.DataFrame, rule: dict[str, Any], maximum: float) -> Any:
    """The points of all rows of one item."""
    ratio = rows["value"].fillna(100 * rows["numerator"] / rows["denominator"])
    if rule["shape"] == "options":
        return rows["option"].map({key: float(one) for key, one in rule["points"].items()})
    if rule["shape"] == "given":
        return rows["points"]
    if rule["shape"] == "deduction":
        floor = float(rule.get("floor", 0))
        return np.maximum(floor, maximum - float(rule["each"]) * rows["count"])
    if rule["shape"] == "ratio":
        full, zero = float(rule.get("full_at", 100)), float(rule.get("zero_below", 0))
        return np.where(ratio < zero, 0, maximum * np.minimum(1, ratio / full))
    on = {"ratio": ratio, "value": rows["value"], "count": rows["count"]}[rule["on"]]
    steps = rule["steps"]
    return np.select(
        [on >= float(one["from"]) for one in steps], [float(one["points"]) for one in steps], 0
    )


def main(folder: Path, out: Path) -> None:
    """Read, score, aggregate, rank, write."""
    text = {"unit": str, "item": str, "option": str, "reason": str, "not_applicable": str}
    rules = read_rules(folder)
    entries = pd.read_csv(folder / "entries.csv", dtype=text)
    findings = pd.read_csv(folder / "findings.csv", dtype=text)
    findings["value"] = 100 * findings["share"]
    rows = pd.concat([entries[entries["stage"] == "appraised"], findings], ignore_index=True)
    scores = []
    for rule in rules.itertuples():
        mine = rows[rows["item"] == rule.item]
        scored = pd.DataFrame({"unit": mine["unit"], "item": rule.item, "area": rule.area})
        scored["points"] = np.round(points_of(mine, rule.rule, rule.maximum), 4)
        scored["maximum"] = rule.maximum
        scores.append(scored)
    items = pd.concat(scores, ignore_index=True)
    areas = items.groupby(["unit", "area"], as_index=False)[["points", "maximum"]].sum()
    areas["index"] = (100 * areas["points"] / areas["maximum"]).round(2)
    areas["rank"] = areas.groupby("area")["index"].rank(ascending=False, method="min")
    units = items.groupby("unit", as_index=False)[["points", "maximum"]].sum()
    units["index"] = (100 * units["points"] / units["maximum"]).round(2)
    units["rank"] = units["index"].rank(ascending=False, method="min")
    names = pd.read_csv(folder / "units.csv", dtype=str)
    units.merge(names, on="unit").sort_values(["rank", "unit"]).to_csv(
        out / "p-results.csv", index=False
    )
    areas.to_csv(out / "p-areas.csv", index=False)
    items.to_csv(out / "p-items.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
