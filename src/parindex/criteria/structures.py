"""The published structures of official sets, as a table to compare a set with."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

from parindex.criteria.model import CriteriaSet
from parindex.errors import Problem, Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """One line that a source prints: how many criteria, sub-criteria and points an area has.

    ``area`` is empty for the whole set; None stands for a figure that the source does not give.
    """

    decision: str
    tier: str
    area: str
    n_criteria: int | None
    n_subcriteria: int | None
    max_points: Decimal | None
    source: str


def published_structures() -> list[Structure]:
    """Every line of the shipped table, in its order."""
    text = files("parindex").joinpath("rulebooks/structures.csv").read_text(encoding="utf-8")
    return [
        Structure(
            decision=row["decision"],
            tier=row["tier"],
            area="" if row["area_no"] == "0" else row["area_no"],
            n_criteria=int(row["n_criteria"]) if row["n_criteria"] else None,
            n_subcriteria=int(row["n_subcriteria"]) if row["n_subcriteria"] else None,
            max_points=Decimal(row["max_points"]) if row["max_points"] else None,
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    ]


def compare(criteria: CriteriaSet, decision: str) -> list[Problem]:
    """Where a set departs from the published structure of a decision, for its tier.

    An unknown decision, or one without lines for the tier, is itself a finding.
    """
    problems = Problems(file=criteria.file)
    lines = [
        one
        for one in published_structures()
        if one.decision == decision and one.tier == criteria.tier
    ]
    if not lines:
        known = ", ".join(dict.fromkeys(one.decision for one in published_structures()))
        problems.add("structure.unknown", got=decision, tier=criteria.tier, known=known)
    areas = {area.code: area for area in criteria.areas}
    for line in lines:
        if line.area and line.area not in areas:
            problems.add("structure.no_area", area=line.area, decision=decision)
            continue
        chosen = [areas[line.area]] if line.area else list(criteria.areas)
        criterions = [one for area in chosen for one in area.criteria]
        figures = {
            "n_criteria": (line.n_criteria, len(criterions)),
            "n_subcriteria": (
                line.n_subcriteria,
                sum(len(one.items) for one in criterions if not one.is_item),
            ),
            "max_points": (
                line.max_points,
                sum((item.max_points for area in chosen for item in area.items()), Decimal(0)),
            ),
        }
        for figure, (expected, got) in figures.items():
            if expected is not None and expected != got:
                problems.add(
                    "structure.differs",
                    line=chosen[0].line if line.area else 1,
                    figure=figure,
                    area=line.area or "–",
                    expected=expected,
                    got=got,
                    decision=decision,
                )
    return problems.found
