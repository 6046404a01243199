"""The sampling frame: a list of members as nested strata and clusters, checked before any draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from parindex.csvtable import CsvFile, Numbers, Row
from parindex.errors import Problems
from parindex.points import decimals_of, to_steps
from parindex.survey.sampling.plan import Method, SamplingPlan, Short, Stage, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The units of one stratum at one stage, inside the clusters that lead to it.

    ``path`` holds the values of the stratum behind those of the stages above, with the cluster
    drawn at each; ``take`` is how many to draw, never above the number of ``units``. ``units``
    are ids in the order of the frame, and for each of them ``sizes`` holds its size in whole
    steps (pps only), ``inside`` its cells at the next stage (clusters only) and ``rows`` its row
    (members only).
    """

    path: tuple[str, ...]
    stratum: tuple[str, ...]
    take: int
    units: tuple[str, ...]
    sizes: tuple[int, ...] = ()
    inside: tuple[tuple[Cell, ...], ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame that a plan can be drawn from: its rows as read, and its cells at the first stage."""

    plan: SamplingPlan
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]


def read_frame(stream: BinaryIO, plan: SamplingPlan, *, file: str) -> Frame:
    """The frame of a CSV file, one row a member; columns that the plan does not name come along.

    Raises UnusableInputError with every duplicate, gap and shortage: each would bend the chances
    of selection, so none is mended silently. Linear in the number of rows.
    """
    problems = Problems(file=file)
    table = CsvFile(stream, required=plan.columns(), free=True, problems=problems)
    rows: list[Row] = []
    lines: list[int] = []
    for line, row in table.rows():
        rows.append(row)
        lines.append(line)
    # The rows of a header or a line that cannot be read would be told of again, as gaps.
    problems.raise_if_any()
    if not rows:
        problems.add("frame.no_rows", line=1)
    _check_cells(plan, rows, lines, problems)
    sizes = {
        stage.size: _sizes(stage.size, at, rows, lines, table.separator, problems)
        for stage in plan.stages
        if stage.size
        for at in [table.columns.index(stage.size)]
    }
    problems.raise_if_any()
    planting = _Planting(plan, table.columns, rows, lines, sizes, problems)
    cells = planting.cells(range(len(rows)), 0, ())
    planting.check_take_in()
    problems.raise_if_any()
    return Frame(plan=plan, columns=table.columns, rows=tuple(rows), cells=cells)


def _check_cells(
    plan: SamplingPlan, rows: Sequence[Row], lines: Sequence[int], problems: Problems
) -> None:
    """Ids that repeat; ids, clusters and strata that are empty or stand between spaces."""
    # A size is a number, which has a check of its own; the plan's columns stand first.
    used = dict.fromkeys((plan.id, *_named(plan)))
    places = [(plan.columns().index(name), name) for name in used]
    first: dict[str, int] = {}
    for line, row in zip(lines, rows, strict=True):
        for at, name in places:
            cell = row[at]
            if not cell:
                problems.add("frame.empty", line=line, column=name)
            elif cell != cell.strip():
                problems.add("frame.spaces", line=line, column=name, got=cell[:60])
        before = first.setdefault(row[0], line)
        if before != line and row[0]:
            problems.add("frame.repeated", line=line, got=row[0][:60], first_line=before)


def _named(plan: SamplingPlan) -> Iterator[str]:
    for stage in plan.stages:
        yield from stage.strata
        if stage.cluster:
            yield stage.cluster


def _sizes(
    name: str,
    at: int,
    rows: Sequence[Row],
    lines: Sequence[int],
    separator: str,
    problems: Problems,
) -> list[int]:
    """The sizes of a column as whole steps, all of the same width."""
    numbers = Numbers(separator=separator, problems=problems)
    read: list[Decimal] = []
    for line, row in zip(lines, rows, strict=True):
        number = numbers.read(row[at], line, name)
        if number is not None and number <= 0:
            problems.add("frame.size", line=line, column=name, got=row[at])
        read.append(Decimal(number or 0))
    numbers.finish()
    decimals = max(map(decimals_of, read), default=0)
    return [to_steps(one, decimals) for one in read]


class _Planting:
    """Sorts rows into cells, stage by stage; each row is touched once a stage."""

    def __init__(
        self,
        plan: SamplingPlan,
        columns: Sequence[str],
        rows: Sequence[Row],
        lines: Sequence[int],
        sizes: Mapping[str, Sequence[int]],
        problems: Problems,
    ) -> None:
        self._plan = plan
        self._at = {name: at for at, name in enumerate(columns)}
        self._rows = rows
        self._lines = lines
        self._sizes = sizes
        self._problems = problems
        self._strata: list[set[str]] = [set() for _ in plan.stages]

    def cells(self, members: Sequence[int], depth: int, above: tuple[str, ...]) -> tuple[Cell, ...]:
        """The cells of a stage that hold some members, in the order of the frame."""
        stage = self._plan.stages[depth]
        strata_at = [self._at[name] for name in stage.strata]
        unit_at = self._at[stage.cluster or self._plan.id]
        strata: dict[tuple[str, ...], dict[str, list[int]]] = {}
        stratum_of: dict[str, tuple[str, ...]] = {}
        for member in members:
            row = self._rows[member]
            stratum = tuple(row[at] for at in strata_at)
            unit = row[unit_at]
            if stratum_of.setdefault(unit, stratum) != stratum:
                self._problems.add(
                    "frame.two_strata",
                    line=self._lines[member],
                    of=unit,
                    got=label(stratum),
                    first=label(stratum_of[unit]),
                )
            strata.setdefault(stratum, {}).setdefault(unit, []).append(member)
        self._strata[depth].update(map(label, strata))
        return tuple(
            self._cell(stage, depth, (*above, *stratum), stratum, units)
            for stratum, units in strata.items()
        )

    def _cell(
        self,
        stage: Stage,
        depth: int,
        path: tuple[str, ...],
        stratum: tuple[str, ...],
        units: Mapping[str, list[int]],
    ) -> Cell:
        last = depth == len(self._plan.stages) - 1
        return Cell(
            path=path,
            stratum=stratum,
            take=self._take(stage, path, stratum, units),
            units=tuple(units),
            sizes=self._cell_sizes(stage, units) if stage.method is Method.PPS else (),
            inside=()
            if last
            else tuple(
                self.cells(members, depth + 1, (*path, unit)) for unit, members in units.items()
            ),
            rows=tuple(members[0] for members in units.values()) if last else (),
        )

    def _take(
        self,
        stage: Stage,
        path: tuple[str, ...],
        stratum: tuple[str, ...],
        units: Mapping[str, list[int]],
    ) -> int:
        take = stage.take_in.get(label(stratum), stage.take)
        if take > len(units):
            if stage.short is Short.REFUSE:
                first = next(iter(units.values()))[0]
                self._problems.add(
                    "frame.too_few",
                    line=self._lines[first],
                    of=label(path) or "*",
                    take=take,
                    got=len(units),
                )
            return len(units)
        return take

    def _cell_sizes(self, stage: Stage, units: Mapping[str, list[int]]) -> tuple[int, ...]:
        if not stage.size:
            return tuple(map(len, units.values()))
        sizes = self._sizes[stage.size]
        for unit, members in units.items():
            size = sizes[members[0]]
            other = next((member for member in members if sizes[member] != size), None)
            if other is not None:
                at = self._at[stage.size]
                self._problems.add(
                    "frame.two_sizes",
                    line=self._lines[other],
                    of=unit,
                    got=self._rows[other][at],
                    first=self._rows[members[0]][at],
                )
        return tuple(sizes[members[0]] for members in units.values())

    def check_take_in(self) -> None:
        """Strata that the plan names and the frame does not have."""
        for stage, known in zip(self._plan.stages, self._strata, strict=True):
            for name in stage.take_in:
                if name not in known:
                    self._problems.add("frame.unknown_stratum", line=1, got=name)
