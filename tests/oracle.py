"""An independent reading of the contract that scores a round folder in the plainest way."""

import csv
import io
import math
import unicodedata
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Row = dict[str, str]
Points = Fraction | None
"""The points of an item; None is not applicable."""

OF_PEOPLE = ("survey", "index")
MEASURED = ("survey", "index", "dossiers")


def compute(folder: Path) -> dict[str, Any]:
    """Score the round in a folder; every number is a string as the contract's CSV prints it."""
    round_ = _yaml(folder / "round.yaml")
    units = _csv(folder / "units.csv")
    entries = {
        (row["unit"], row["item"], row["stage"]): row for row in _csv(folder / "entries.csv")
    }
    measures = {
        (row["unit"], row["item"]): row
        for name in ("findings.csv", "facts.csv")
        for row in _csv(folder / name)
    }
    adjustments = _csv(folder / "adjustments.csv")
    previous = {row["unit"]: row for row in _csv(folder / "previous.csv")}

    results: dict[str, Any] = {"units": {}, "groups": {}}
    for group, where in round_["groups"].items():
        rulebook = _yaml(folder / where["rulebook"])
        policies = rulebook["policies"]
        index_decimals = int(policies["index_decimals"])
        members = {row["unit"]: row for row in units if row["group"] == group}

        exact = {}
        for unit in members:
            finals = _finals(unit, rulebook, round_, entries, measures)
            own = {
                code: entries[unit, code, "self"]
                for code in finals
                if (unit, code, "self") in entries
            }
            changes = [row for row in adjustments if row["unit"] == unit]
            results["units"][unit], exact[unit] = _score(rulebook, finals, own, changes)

        in_race = [unit for unit, row in members.items() if row["ranked"] == "yes"]
        for key in ("", *(area["code"] for area in rulebook["areas"])):
            ranks = _ranks({unit: exact[unit][key] for unit in in_race}, policies)
            for unit in members:
                if key:
                    results["units"][unit]["area_ranks"][key] = ranks.get(unit)
                else:
                    results["units"][unit]["rank"] = ranks.get(unit)

        for unit in members:
            result = results["units"][unit]
            result["change"], result["rank_change"] = _compare(
                result, previous.get(unit), group, index_decimals
            )

        published = [
            Fraction(results["units"][unit]["index"])
            for unit in in_race
            if results["units"][unit]["index"] is not None
        ]
        mean = sum(published, Fraction(0)) / len(published) if published else None
        results["groups"][group] = {
            "n_units": len(members),
            "n_ranked": len(published),
            "mean": _text(mean, index_decimals),
            "min": _text(min(published, default=None), index_decimals),
            "max": _text(max(published, default=None), index_decimals),
        }
    return results


# ---- reading -----------------------------------------------------------------------------------


def _yaml(path: Path) -> Any:
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    return YAML(typ="base").load(text)  # every scalar stays text


def _csv(path: Path) -> list[Row]:
    if not path.exists():
        return []
    text = unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    separator = ";" if ";" in text.splitlines()[0] else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval=""))


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


# ---- rounding and printing ---------------------------------------------------------------------


def _rounded(number: Fraction, places: int) -> Fraction:
    """Half away from zero, which for what is not negative is half up."""
    size = Fraction(math.floor(abs(number) * 10**places + Fraction(1, 2)), 10**places)
    return size if number >= 0 else -size


def _text(number: Fraction | None, places: int) -> str | None:
    if number is None:
        return None
    digits = int(_rounded(number, places) * 10**places)
    sign = "-" if digits < 0 else ""
    whole, part = divmod(abs(digits), 10**places)
    return f"{sign}{whole}.{part:0{places}}" if places else f"{sign}{whole}"


# ---- one item ----------------------------------------------------------------------------------


def _items(area: Any) -> list[Any]:
    items = []
    for criterion in area["criteria"]:
        items += criterion.get("items", [criterion])
    return items


def _evaluate(item: Any, row: Row, places: int) -> tuple[Points, str]:
    """The points that a row earns and the marker that says by which way."""
    if row.get("not_applicable") == "yes":
        return None, "not_applicable"
    if row.get("veto") == "yes":
        return Fraction(0), "zero_if"
    if row.get("denominator") and _number(row["denominator"]) == 0:
        if item["if_none_due"] == "not_applicable":
            return None, "not_applicable"
        if item["if_none_due"] == "full":
            return Fraction(item["max_points"]), "none_due_full"
        return Fraction(0), "none_due_zero"
    return _rounded(_shape(item, row), places), "scored"


def _shape(item: Any, row: Row) -> Fraction:
    rule, most = item["rule"], Fraction(item["max_points"])
    if rule["shape"] == "options":
        return Fraction(rule["points"][row["option"]])
    if rule["shape"] == "given":
        return _number(row["points"])
    if rule["shape"] == "deduction":
        left = most - Fraction(rule["each"]) * _number(row["count"])
        return max(Fraction(rule.get("floor", 0)), left)
    if rule["shape"] == "bands":
        x = _percent(row) if rule["on"] == "ratio" else _number(row[rule["on"]])
        reached = [step for step in rule["steps"] if Fraction(step["from"]) <= x]
        best = max(reached, key=lambda step: Fraction(step["from"]), default={"points": "0"})
        return Fraction(best["points"])
    r = _percent(row)
    if "zero_below" in rule and r < Fraction(rule["zero_below"]):
        return Fraction(0)
    return most * min(Fraction(1), r / Fraction(rule.get("full_at", 100)))


def _percent(row: Row) -> Fraction:
    if row.get("share"):
        return 100 * _number(row["share"])
    if row.get("value"):
        return _number(row["value"])
    return 100 * _number(row["numerator"]) / _number(row["denominator"])


# ---- one unit ----------------------------------------------------------------------------------


def _finals(
    unit: str,
    rulebook: Any,
    round_: Any,
    entries: dict[tuple[str, str, str], Row],
    measures: dict[tuple[str, str], Row],
) -> dict[str, tuple[Points, str]]:
    """The final points and marker of every item."""
    places = int(rulebook["policies"]["points_decimals"])
    finals = {}
    for area in rulebook["areas"]:
        for item in _items(area):
            code = item["code"]
            keys = [(unit, code, stage) for stage in round_["final_from"]]
            row = next((entries[key] for key in keys if key in entries), None)
            measured = item["source"] in MEASURED
            if row is None and measured:
                row = measures.get((unit, code))
            if row is not None:
                finals[code] = _evaluate(item, row, places)
            elif round_["incomplete"] == "zero" and not measured:
                finals[code] = Fraction(0), "missing"
            else:
                raise ValueError(f"{unit} {code}: no final entry")
    return finals


def _score(
    rulebook: Any,
    finals: dict[str, tuple[Points, str]],
    own: dict[str, Row],
    adjustments: list[Row],
) -> tuple[dict[str, Any], dict[str, Fraction | None]]:
    """The printed results of a unit, and its exact indices: "" is the whole, then the areas."""
    policies = rulebook["policies"]
    places, index_places = int(policies["points_decimals"]), int(policies["index_decimals"])
    policy = policies["not_applicable"]

    exact: dict[str, Fraction | None] = {}
    areas: dict[str, tuple[Fraction, Fraction]] = {}
    items: dict[str, dict[str, str]] = {}
    sums: dict[str, Fraction] = defaultdict(Fraction)
    self_points = Fraction(0)
    for area in rulebook["areas"]:
        earned = applicable = full = Fraction(0)
        for item in _items(area):
            code, most = item["code"], Fraction(item["max_points"])
            points, marker = finals[code]
            if points is None and policy == "award_max":
                points = most
            full += most
            if points is not None:
                earned += points
                applicable += most
                side = "survey" if item["source"] in OF_PEOPLE else "appraised"
                sums[f"{side}_points"] += points
                sums[f"{side}_maximum"] += most
            items[code] = {
                "points": _text(points, places) or "",
                "maximum": _text(None if points is None else most, places) or "",
                "marker": marker,
            }
            if code in own:
                claimed, _ = _evaluate(item, own[code], places)
                if claimed is None:
                    claimed = most if policy == "award_max" else Fraction(0)
                self_points += claimed
        exact[area["code"]] = 100 * earned / applicable if applicable else None
        if policy == "renormalise_within_area" and applicable:
            earned, applicable = earned * full / applicable, full
        areas[area["code"]] = earned, applicable

    points = sum((earned for earned, _ in areas.values()), Fraction(0))
    maximum = sum((most for _, most in areas.values()), Fraction(0))
    bonus = _adjusted(rulebook, adjustments, "bonus")
    deduction = _adjusted(rulebook, adjustments, "deduction")
    exact[""] = None
    if maximum:
        index = 100 * (points + bonus - deduction) / maximum
        exact[""] = min(Fraction(100), max(Fraction(0), index))
    published = {
        key: None if index is None else _rounded(index, index_places)
        for key, index in exact.items()
    }
    zeros = {code for code, (got, _) in finals.items() if got == 0}
    result = {
        "index": _text(published[""], index_places),
        "rank": None,
        "class": _class(rulebook, published, zeros),
        "areas": {code: _text(published[code], index_places) for code in areas},
        "area_ranks": dict.fromkeys(areas),
        "points": _text(points, places),
        "maximum": _text(maximum, places),
        "bonus": _text(bonus, places),
        "deduction": _text(deduction, places),
        "change": None,
        "rank_change": None,
        "appraised_points": _text(sums["appraised_points"], places),
        "appraised_maximum": _text(sums["appraised_maximum"], places),
        "survey_points": _text(sums["survey_points"], places),
        "survey_maximum": _text(sums["survey_maximum"], places),
        "self_points": _text(self_points, places) if own else None,
        "items": items,
        "area_points": {code: _text(earned, places) for code, (earned, _) in areas.items()},
        "area_maximum": {code: _text(most, places) for code, (_, most) in areas.items()},
    }
    return result, exact


def _adjusted(rulebook: Any, adjustments: list[Row], kind: str) -> Fraction:
    if "adjustments" not in rulebook:
        return Fraction(0)
    total = sum((_number(row["points"]) for row in adjustments if row["kind"] == kind), Fraction(0))
    return min(total, Fraction(rulebook["adjustments"][f"{kind}_cap"]))


def _class(rulebook: Any, published: dict[str, Fraction | None], zeros: set[str]) -> str | None:
    index = published[""]
    if index is None:
        return None
    ids: list[str] = [each["id"] for each in rulebook["classes"]]  # highest first
    place = next(
        place for place, each in enumerate(rulebook["classes"]) if index >= Fraction(each["from"])
    )
    areas = [value for key, value in published.items() if key and value is not None]
    for ceiling in rulebook.get("ceilings", []):
        when = ceiling["when"]
        if "zero_item" in when:
            applies = when["zero_item"] in zeros
        else:
            applies = any(value < Fraction(when["area_index_below"]) for value in areas)
        if applies:
            place = max(place, ids.index(ceiling["at_most"]))
    return ids[place]


# ---- between units, between years --------------------------------------------------------------


def _ranks(indices: dict[str, Fraction | None], policies: Any) -> dict[str, int]:
    places = int(policies["index_decimals"])
    values = {
        unit: _rounded(index, places) if policies["rank_on"] == "published" else index
        for unit, index in indices.items()
        if index is not None
    }
    ladder = list(values.values())
    if policies["ties"] == "dense":
        ladder = list(set(ladder))
    places_of: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(ladder, reverse=True), start=1):
        places_of.setdefault(value, place)  # the best place of those who share it
    return {unit: places_of[value] for unit, value in values.items()}


def _compare(
    result: dict[str, Any], before: Row | None, group: str, places: int
) -> tuple[str | None, int | None]:
    if before is None or before.get("comparable") == "no":
        return None, None
    if before.get("group") not in (None, "", group):
        return None, None
    change = rank_change = None
    if result["index"] is not None and before["index"]:
        change = _text(Fraction(result["index"]) - _number(before["index"]), places)
    if result["rank"] is not None and before["rank"]:
        rank_change = int(before["rank"]) - int(result["rank"])
    return change, rank_change
