"""What planning a wave needs of the engine: shipped forms, sample sizes, plans, uploaded frames."""

from __future__ import annotations

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from parindex.csvtable import CsvFile
from parindex.errors import Problems
from parindex.survey.questionnaire import SHIPPED, Questionnaire
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.questionnaire_writer import digest
from parindex.survey.sampling.allocation import allocated
from parindex.survey.sampling.plan import SCHEMA, Stage, read_plan
from parindex.survey.sampling.size import sample_size_of
from parindex.workbooks.plain_table import read_plain_table

_PLAN: Final = "plan.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedForm:
    """A questionnaire that comes with the product, as a file that an issuer can import."""

    name: str
    content: bytes
    digest: str
    questionnaire: Questionnaire


@cache
def shipped() -> tuple[ShippedForm, ...]:
    """The questionnaires that come with the product, by name."""
    found = []
    for name in SHIPPED.names():
        path = SHIPPED.find(name)
        assert path is not None  # noqa: S101 - it was listed just now
        content = path.read_bytes()
        read = read_questionnaire(content, file=path.name)
        form = ShippedForm(name=name, content=content, digest=digest(read), questionnaire=read)
        found.append(form)
    return tuple(found)


def size_of(population: str, margin: str, deff: str, response: str) -> int:
    """How many to invite, of numbers as they were typed; margin and response are shares.

    Raises UnusableInputError with a problem for each number that is out of its range.
    """
    return sample_size_of(population, margin, deff, response)


def shared_out(total: int, sizes: Mapping[str, int], *, evenly: bool) -> dict[str, int]:
    """A total over strata by their sizes or evenly; see the engine's ``allocated``.

    Raises UnusableInputError where it is too small for all of them.
    """
    return allocated(total, sizes, evenly=evenly)


# ---- frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An uploaded frame as the CSV file that is drawn from: its columns and all its rows."""

    content: bytes
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(content: bytes, *, file: str) -> Table:
    """A frame from CSV, byte for byte, or from a workbook of one sheet, as CSV.

    Raises UnusableInputError for what is neither, with all that a draw would refuse to read.
    """
    if file.lower().endswith(".xlsx"):
        content = _from_workbook(content, file=file)
    if not content.removeprefix(BOM_UTF8).strip():
        return Table(content=content, columns=(), rows=())
    problems = Problems(file=file)
    table = CsvFile(io.BytesIO(content), required=(), free=True, problems=problems)
    rows = tuple(row for _, row in table.rows())
    problems.raise_if_any()
    return Table(content=content, columns=table.columns, rows=rows)


def _from_workbook(content: bytes, *, file: str) -> bytes:
    rows = read_plain_table(content, name="khung", file_name=file)
    width = len(rows[0]) if rows else 0
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return stream.getvalue().encode()


# ---- plans


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """A stage of a draw as it is filled in on a page; see the engine's ``Stage``."""

    method: str
    take: int
    cluster: str = ""
    strata: tuple[str, ...] = ()
    size: str = ""
    reserve: int = 0
    short: str = "refuse"
    take_in: Mapping[str, int] = field(default_factory=dict)


def plan_text(id_: str, stages: Sequence[StagePlan]) -> bytes:
    """The sampling plan of some stages as its YAML file."""
    lines = [f"schema: {SCHEMA}", f"id: {_quoted(id_)}", "stages:"]
    for one in stages:
        said = [f"method: {one.method}", f"take: {one.take}"]
        if one.cluster:
            said.insert(0, f"cluster: {_quoted(one.cluster)}")
        if one.strata:
            said.append(f"strata: [{', '.join(map(_quoted, one.strata))}]")
        if one.size:
            said.append(f"size: {_quoted(one.size)}")
        if one.reserve:
            said.append(f"reserve: {one.reserve}")
        said.append(f"short: {one.short}")
        if one.take_in:
            inner = ", ".join(f"{_quoted(name)}: {n}" for name, n in one.take_in.items())
            said.append(f"take_in: {{{inner}}}")
        lines.append(f"  - {{{', '.join(said)}}}")
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    # A JSON string is a YAML one.
    return json.dumps(text, ensure_ascii=False)


def stages_of(plan: bytes) -> tuple[str, tuple[StagePlan, ...]]:
    """The id column and the stages of a plan's file. Raises UnusableInputError."""
    read = read_plan(plan, file=_PLAN)
    return read.id, tuple(_stage(one) for one in read.stages)


def _stage(one: Stage) -> StagePlan:
    return StagePlan(
        method=str(one.method),
        take=one.take,
        cluster=one.cluster,
        strata=one.strata,
        size=one.size,
        reserve=one.reserve,
        short=str(one.short),
        take_in=dict(one.take_in),
    )
