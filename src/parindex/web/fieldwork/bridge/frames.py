"""A frame and a seed to the cells and people of a wave, by the engine's own draw."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parindex.canonical import sha256
from parindex.errors import Problems
from parindex.survey.sampling.allocation import Drawn, drawn_from
from parindex.survey.sampling.frame import Cell as FrameCell
from parindex.survey.sampling.frame import Frame, read_frame
from parindex.survey.sampling.plan import SamplingPlan, label, read_plan
from parindex.survey.sampling.receipt import draw_files

# What a column of a frame may say of a person; of a cell, since all of it share them: the unit
# rated (or the one that served), the service, the respondent group. `own_unit` is where the person
# works, held against the unit rated and then forgotten.
PERSON: Final = ("name", "phone", "address", "dossier")
SHARED: Final = ("unit", "service", "respondents")
KNOWN: Final = (*PERSON, *SHARED, "own_unit")
_PLAN: Final = "plan.yaml"
_LENGTHS: Final = {
    "name": 200, "phone": 40, "address": 400, "dossier": 120, "service": 200, "respondents": 120,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumLook:
    """A stratum of the first stage: its members, its units, how many of these are drawn, and how
    many members that gives.
    """

    label: str
    members: int
    units: int
    take: int
    people: Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLook:
    """What a frame holds and how a plan would draw from it; nobody by name.

    ``people`` is how many are drawn in all, ``smallest`` the cells from which fewer are drawn than
    can hide among each other.
    """

    digest: str
    columns: tuple[str, ...]
    members: int
    people: Drawn
    strata: tuple[StratumLook, ...]
    smallest: tuple[tuple[str, int], ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody drawn, or held in reserve."""

    order: int
    reserve: bool
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """People who share everything that estimation needs to know; see ``models.Cell``."""

    draw: str
    stratum: str
    psu: str
    unit: str
    service: str
    respondents: str
    design: Mapping[str, Any]
    people: Sequence[PersonRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRows:
    """What a seed drew: cells with their people, and the receipt that draws them again."""

    cells: tuple[CellRow, ...]
    receipt: str
    counts: Mapping[str, int]


def digest_of(frame: bytes) -> str:
    """The digest that is told before the seed is."""
    return sha256(frame)


def look_at(
    frame: bytes,
    plan: bytes,
    columns: Mapping[str, str],
    *,
    known_units: Collection[str],
    min_cell: int,
    file: str,
) -> FrameLook:
    """Read and check a frame.

    Raises UnusableInputError with every problem: of the plan, of the frame, of columns that are
    not there, of units that nobody knows, of people who would rate their own unit.
    """
    sampling = read_plan(plan, file=_PLAN)
    read = read_frame(io.BytesIO(frame), sampling, file=file)
    problems = Problems(file=file)
    _check_columns(read, columns, problems)
    problems.raise_if_any()
    units = _check_units(read, columns, known_units, problems)
    _check_lengths(read, columns, problems)
    problems.raise_if_any()
    leaves = list(_leaves(read.cells))
    return FrameLook(
        digest=sha256(frame),
        columns=read.columns,
        members=len(read.rows),
        people=drawn_from(read.cells),
        strata=tuple(
            StratumLook(
                label=label(one.stratum) or "*",
                members=sum(len(leaf.units) for leaf in _leaves((one,))),
                units=len(one.units),
                take=one.take,
                people=drawn_from((one,)),
            )
            for one in read.cells
        ),
        smallest=tuple(
            (label(leaf.path) or "*", leaf.take) for leaf in leaves if leaf.take < min_cell
        ),
        units=tuple(sorted(units)),
    )


def _leaves(cells: Sequence[FrameCell]) -> Iterator[FrameCell]:
    for one in cells:
        if one.inside:
            for inner in one.inside:
                yield from _leaves(inner)
        else:
            yield one


def _check_columns(frame: Frame, columns: Mapping[str, str], problems: Problems) -> None:
    for key, name in columns.items():
        if key not in KNOWN:
            problems.add("fieldwork.unknown_part", got=key, known=", ".join(KNOWN))
        elif name not in frame.columns:
            problems.add(
                "fieldwork.no_column", line=1, part=key, got=name, columns=", ".join(frame.columns)
            )


def _check_units(
    frame: Frame, columns: Mapping[str, str], known: Collection[str], problems: Problems
) -> set[str]:
    """The units that members are asked about."""
    if "unit" not in columns:
        return set()
    at = frame.columns.index(columns["unit"])
    own_at = frame.columns.index(columns["own_unit"]) if "own_unit" in columns else None
    told: set[str] = set()
    for line, row in enumerate(frame.rows, 2):
        unit = row[at].strip()
        if unit not in known and unit not in told:
            told.add(unit)
            problems.add("fieldwork.unknown_unit", line=line, got=unit[:60])
        if own_at is not None and row[own_at].strip() == unit:
            problems.add("fieldwork.own_unit", line=line, got=unit[:60], id=row[0][:60])
    return {row[at].strip() for row in frame.rows}


def _check_lengths(frame: Frame, columns: Mapping[str, str], problems: Problems) -> None:
    for key, limit in _LENGTHS.items():
        if key not in columns:
            continue
        at = frame.columns.index(columns[key])
        for line, row in enumerate(frame.rows, 2):
            if len(row[at]) > limit:
                problems.add("fieldwork.too_long_cell", line=line, column=columns[key], limit=limit)


def drawn(
    frame: bytes, plan: bytes, seed: str, columns: Mapping[str, str], *, file: str
) -> DrawnRows:
    """What a seed draws from a frame, cell by cell.

    People belong to one cell when they were drawn from the same cell of the frame with the same
    weight and are asked about the same unit and service. Raises UnusableInputError.
    """
    sampling = read_plan(plan, file=_PLAN)
    made = draw_files(frame, sampling, seed, file=file)
    rows = list(csv.DictReader(io.StringIO(made.csv.decode())))
    weights = _weights_of_reserves(rows, len(sampling.stages))
    cells: dict[tuple[object, ...], list[dict[str, str]]] = {}
    for row in rows:
        shared = tuple(row[columns[key]].strip() if key in columns else "" for key in SHARED)
        draw = row[f"stratum_{len(sampling.stages)}"]
        row["weight"] = row["weight"] or weights.get(draw, "1")
        cells.setdefault((draw, row["weight"], shared), []).append(row)
    return DrawnRows(
        cells=tuple(
            _cell(sampling, members, columns, draw=str(key[0])) for key, members in cells.items()
        ),
        receipt=made.receipt.to_json().decode(),
        counts=made.receipt.counts,
    )


def _weights_of_reserves(rows: Sequence[Mapping[str, str]], stages: int) -> dict[str, str]:
    """The weight of each cell of the frame, which a reserve takes over when it steps in."""
    return {row[f"stratum_{stages}"]: row["weight"] for row in rows if row["draw"] == "drawn"}


def _cell(
    sampling: SamplingPlan,
    rows: Sequence[Mapping[str, str]],
    columns: Mapping[str, str],
    *,
    draw: str,
) -> CellRow:
    first, last = rows[0], len(sampling.stages)
    stages = range(1, last + 1)
    shared = {key: first[columns[key]].strip() if key in columns else "" for key in SHARED}
    own_psu = first["design_psu"] == first[f"unit_{last}"]
    return CellRow(
        draw=draw,
        stratum=first["stratum_1"].partition("/")[2],
        psu=first[f"unit_{last - 1}"] if last > 1 else "",
        **shared,
        design={
            "strata": [first[f"stratum_{stage}"] for stage in stages],
            "units": [first[f"unit_{stage}"] for stage in stages if stage < last],
            "fpc": [first[f"fpc_{stage}"] for stage in stages],
            "weight": first["weight"],
            "stratum": first["design_stratum"],
            # Where the people themselves are the primary units, each answer is its own.
            "psu": "" if own_psu else first["design_psu"],
        },
        people=tuple(
            PersonRow(
                order=int(row["draw_order"]),
                reserve=row["draw"] == "reserve",
                said={key: row[columns[key]].strip() for key in PERSON if key in columns},
            )
            for row in rows
        ),
    )
