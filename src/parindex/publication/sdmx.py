"""The figures as SDMX-CSV 2.0 (SDMX 3.0, data message), and what its codes stand for.

SDMX allows letters, digits and ``@ $ _ -`` in a code, and a round allows more in its ids: each
gets a code, and ``sdmx/codes.csv`` says of every code what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from parindex.csvtable import csv_line, harmless
from parindex.publication import tables
from parindex.publication.open_data import Published, Terms, citation
from parindex.vietnamese import folded

OBSERVATIONS: Final = "sdmx/observations.csv"
CODES: Final = "sdmx/codes.csv"
VERSION: Final = "1.0.0"
DIMENSIONS: Final = ("FREQ", "TIME_PERIOD", "PEER_GROUP", "UNIT", "AREA", "ITEM", "MEASURE")
ATTRIBUTES: Final = ("UNIT_MEASURE", "DECIMALS", "OBS_STATUS")
COLUMNS: Final = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
    *DIMENSIONS,
    "OBS_VALUE",
    *ATTRIBUTES,
)
CODE_COLUMNS: Final = ("dimension", "code", "id", "name_vi", "name_en")
_TOTAL: Final = "_T"
_ANNUAL: Final = "A"
# Normal and missing values, after the code list CL_OBS_STATUS.
_NORMAL: Final = "A"
_MISSING: Final = "M"
_PERCENT: Final = "PT"
_POINTS: Final = "POINTS"
_NUMBER: Final = "PURE_NUMB"
_MEASURES: Final = {
    "INDEX": ("Chỉ số", "Index", _PERCENT),
    "RANK": ("Thứ hạng trong nhóm", "Rank within the group", _NUMBER),
    "POINTS": ("Điểm", "Points", _POINTS),
    "MAXIMUM": ("Điểm tối đa", "Maximum", _POINTS),
    "BONUS": ("Điểm thưởng", "Bonus", _POINTS),
    "DEDUCTION": ("Điểm trừ", "Deduction", _POINTS),
}
_NOT_A_CODE: Final = re.compile(r"[^A-Za-z0-9@$_-]+")

# Of a unit, an area and an item: the measure and its value as text.
_Figure = tuple[str, str, str, str, str]


class Codes:
    """The codes of a dimension: one for each id, the same ids in the same order the same codes."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.of: dict[str, str] = {}
        taken = {_TOTAL.casefold()}
        for one in ids:
            wanted = _NOT_A_CODE.sub("_", one)
            if not one.isascii():
                wanted = _NOT_A_CODE.sub("_", folded(one))
            # What begins with - or @ could be run by a spreadsheet.
            wanted = code = wanted.strip("_-@$") or "X"
            number = 2
            while code.casefold() in taken:
                code, number = f"{wanted}-{number}", number + 1
            taken.add(code.casefold())
            self.of[one] = code


def structure(of: Published) -> str:
    """The identifier of the dataflow: ``PARINDEX:PAR-INDEX(1.0.0)``."""
    index = _NOT_A_CODE.sub("_", folded(of.run.round.spec.index)).upper()
    return f"PARINDEX:{index}({VERSION})"


def sdmx_files(of: Published, terms: Terms) -> dict[str, bytes]:
    """The observations and the codes, each with its licence and citation in a note beside it."""
    codes = _codes(of)
    flow, year = structure(of), str(of.run.round.spec.year)
    lines = [csv_line(COLUMNS)]
    for group in of.run.groups:
        points, index = (
            group.criteria.policies.points_decimals,
            group.criteria.policies.index_decimals,
        )
        decimals = {_PERCENT: str(index), _POINTS: str(points), _NUMBER: "0"}
        for unit, area, item, measure, value in _figures(of, group.name):
            unit_measure = _MEASURES[measure][2]
            lines.append(
                csv_line(
                    (
                        *("dataflow", flow, "I", _ANNUAL, year),
                        codes["PEER_GROUP"].of[group.name],
                        codes["UNIT"].of[unit],
                        _TOTAL if not area else codes["AREA"].of[area],
                        _TOTAL if not item else codes["ITEM"].of[item],
                        *(measure, value, unit_measure, decimals[unit_measure]),
                        _NORMAL if value else _MISSING,
                    )
                )
            )
    named = [csv_line(CODE_COLUMNS), *(csv_line(row) for row in _code_rows(of, codes))]
    cited = citation(of, terms)
    note = f"{cited.vi}\n{cited.en}\n{terms.licence.title.vi}\n{terms.licence.url}\n"
    return {
        OBSERVATIONS: "".join(lines).encode("utf-8"),
        CODES: "".join(named).encode("utf-8"),
        "sdmx/README.md": note.encode("utf-8"),
    }


def _figures(of: Published, group: str) -> Iterator[_Figure]:
    """Every figure of a group: units, then their areas, then their items."""
    for row in tables.results_rows(of.run, claims=False):
        if row[0] == group:
            told = dict(zip(tables.RESULTS_COLUMNS, row, strict=True))
            for name in ("index", "rank", "points", "maximum", "bonus", "deduction"):
                yield told["unit"], "", "", name.upper(), told[name]
    for row in tables.areas_rows(of.run):
        if row[0] == group:
            told = dict(zip(tables.AREAS_COLUMNS, row, strict=True))
            for name in ("index", "rank", "points", "maximum"):
                yield told["unit"], told["area"], "", name.upper(), told[name]
    yield from _item_figures(of, group)


def _item_figures(of: Published, name: str) -> Iterator[_Figure]:
    group = next(one for one in of.run.groups if one.name == name)
    decimals = group.criteria.policies.points_decimals
    places = [(area.code, item.code) for area in group.criteria.areas for item in area.items()]
    for at in group.in_order():
        unit = group.units[at].id
        for (area, item), score in zip(places, group.results[at].scores, strict=True):
            points, maximum, _ = tables.item_cells(score, decimals)
            yield unit, area, item, "POINTS", points
            yield unit, area, item, "MAXIMUM", maximum


def _codes(of: Published) -> dict[str, Codes]:
    criteria = of.run.round.criteria
    return {
        "PEER_GROUP": Codes(criteria),
        "UNIT": Codes(unit.id for group in of.run.groups for unit in group.units),
        "AREA": Codes(dict.fromkeys(area.code for one in criteria.values() for area in one.areas)),
        "ITEM": Codes(
            dict.fromkeys(item.code for one in criteria.values() for item in one.items())
        ),
    }


def _code_rows(of: Published, codes: dict[str, Codes]) -> Iterator[tuple[str, ...]]:
    """What every code stands for; areas and items by group where groups name them differently."""
    criteria = of.run.round.criteria
    for group, one in criteria.items():
        code = codes["PEER_GROUP"].of[group]
        yield "PEER_GROUP", code, *map(harmless, (group, one.title.vi, one.title.en))
    for group_ in of.run.groups:
        for unit in group_.units:
            yield "UNIT", codes["UNIT"].of[unit.id], *map(harmless, (unit.id, unit.name, ""))
    told: dict[tuple[str, ...], None] = {}
    for one in criteria.values():
        for area in one.areas:
            names = (area.code, area.name.vi, area.name.en)
            told["AREA", codes["AREA"].of[area.code], *map(harmless, names)] = None
    for one in criteria.values():
        for item in one.items():
            names = (item.code, item.name.vi, item.name.en)
            told["ITEM", codes["ITEM"].of[item.code], *map(harmless, names)] = None
    yield from told
    for measure, (vi, en, _) in _MEASURES.items():
        yield "MEASURE", measure, measure.lower(), vi, en
