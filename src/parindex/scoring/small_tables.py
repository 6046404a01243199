"""The smaller tables of a round: units, findings, facts, adjustments, last year's results."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parindex.criteria.model import CriteriaSet
from parindex.criteria.rules import Source
from parindex.csvtable import Numbers, Row
from parindex.errors import Problems
from parindex.points import Number
from parindex.scoring.entries import QuantityReader
from parindex.scoring.files import (
    ADJUSTMENTS,
    FACTS,
    FINDINGS,
    PREVIOUS,
    UNITS,
    Files,
    at,
    each_row,
)
from parindex.scoring.inputs import (
    Adjustment,
    AdjustmentKind,
    AssessedUnit,
    Fact,
    Previous,
    RoundSpec,
)
from parindex.survey.finding import Finding


def read_units(files: Files, spec: RoundSpec, problems: Problems) -> dict[str, AssessedUnit]:
    """units.csv: the units of the round in the order written, by id."""
    units: dict[str, AssessedUnit] = {}
    here = at(problems, files, UNITS)

    def put(line: int, row: Row, numbers: Numbers) -> None:
        unit, name, group, ranked = row
        if not unit or not name:
            here.add("units_file.empty", line=line)
        elif unit != unit.strip():
            here.add("units_file.spaces", line=line, got=unit)
        elif unit in units:
            here.add("units_file.repeated", line=line, got=unit)
        elif group not in spec.groups:
            here.add(
                "units_file.unknown_group", line=line, got=group, groups=", ".join(spec.groups)
            )
        elif ranked not in {"yes", "no"}:
            here.add("entry.not_yes_or_no", line=line, of=unit, column="ranked", got=ranked)
        else:
            units[unit] = AssessedUnit(
                id=unit, name=name, group=group, ranked=ranked == "yes", line=line
            )

    each_row(files, UNITS, put, problems)
    return units


class SmallTables:
    """Reads the smaller tables of a round against its units and criteria sets."""

    def __init__(
        self,
        files: Files,
        criteria: Mapping[str, CriteriaSet],
        units: Mapping[str, AssessedUnit],
        problems: Problems,
    ) -> None:
        self._files = files
        self._criteria = criteria
        self._units = units
        self._problems = problems
        self._items = {
            group: {item.code: item for item in one.items()} for group, one in criteria.items()
        }

    def findings(self) -> dict[tuple[str, str], Finding]:
        """findings.csv: shares of survey and index items."""
        found: dict[tuple[str, str], Finding] = {}
        here = at(self._problems, self._files, FINDINGS)

        def put(line: int, row: Row, numbers: Numbers) -> None:
            unit, code, share_cell, se_cell, n_cell = row
            if not self._stands(here, line, (unit, code), {Source.SURVEY, Source.INDEX}, found):
                return
            share = _read(numbers, share_cell, line, "share", here, required=True)
            se = _read(numbers, se_cell, line, "se", here)
            n = _read(numbers, n_cell, line, "n", here)
            if share is not None and share > 1:
                here.add("finding.share", line=line, got=share_cell)
            if n is not None and n != int(n):
                here.add("entry.not_whole", line=line, of=code, got=n_cell)
            found[unit, code] = Finding(
                unit=unit,
                item=code,
                share=Decimal(share or 0),
                se=None if se is None else Decimal(se),
                n=None if n is None else int(n),
            )

        each_row(self._files, FINDINGS, put, self._problems)
        return found

    def facts(self) -> dict[tuple[str, str], Fact]:
        """facts.csv: measured quantities of dossier items."""
        found: dict[tuple[str, str], Fact] = {}
        here = at(self._problems, self._files, FACTS)
        readers: dict[tuple[str, str], QuantityReader] = {}

        def put(line: int, row: Row, numbers: Numbers) -> None:
            unit, code, numerator, denominator, value, basis, digest = row
            if not self._stands(here, line, (unit, code), {Source.DOSSIERS}, found):
                return
            if not numerator and not denominator and not value:
                here.add("fact.empty", line=line, of=code)
                return
            group = self._units[unit].group
            if (group, code) not in readers:
                readers[group, code] = QuantityReader(
                    self._items[group][code],
                    self._criteria[group].policies,
                    numbers=numbers,
                    problems=here,
                )
            reader = readers[group, code]
            answer = reader.read((numerator, denominator, value, "", "", "", "", "", ""), line)
            if answer is not None:
                found[unit, code] = Fact(
                    unit=unit, item=code, quantity=answer[0], basis=basis, digest=digest
                )

        each_row(self._files, FACTS, put, self._problems)
        return found

    def _stands(
        self,
        here: Problems,
        line: int,
        key: tuple[str, str],
        sources: set[Source],
        found: Mapping[tuple[str, str], object],
    ) -> bool:
        """Whether a row's unit and item are known, of the right source, and not yet there."""
        unit, code = key
        if unit not in self._units:
            here.add("entry.unknown_unit", line=line, got=unit[:60])
            return False
        group = self._units[unit].group
        if code not in self._items[group]:
            here.add("entry.unknown_item", line=line, got=code[:60], group=group)
            return False
        source = self._items[group][code].source
        if source not in sources:
            here.add(
                "round.other_source",
                line=line,
                of=code,
                got=source,
                sources=" | ".join(sorted(sources)),
            )
            return False
        if key in found:
            here.add("round.repeated_row", line=line, got=f"{unit}, {code}")
            return False
        return True

    def adjustments(self) -> tuple[Adjustment, ...]:
        """adjustments.csv: bonus and deduction points of sheets."""
        found: dict[tuple[str, str, str], Adjustment] = {}
        here = at(self._problems, self._files, ADJUSTMENTS)

        def put(line: int, row: Row, numbers: Numbers) -> None:
            unit, kind, code, cell, reason = row
            points = _read(numbers, cell, line, "points", here, required=True)
            if unit not in self._units:
                here.add("entry.unknown_unit", line=line, got=unit[:60])
            elif self._criteria[self._units[unit].group].adjustments is None:
                here.add("adjustment.no_caps", line=line, group=self._units[unit].group)
            elif kind not in set(AdjustmentKind):
                here.add("adjustment.kind", line=line, got=kind[:60])
            elif (unit, kind, code) in found:
                here.add("round.repeated_row", line=line, got=f"{unit}, {kind}, {code}")
            elif points is not None and points == 0:
                here.add("adjustment.not_positive", line=line, got=cell)
            elif points is not None:
                found[unit, kind, code] = Adjustment(
                    unit=unit,
                    kind=AdjustmentKind(kind),
                    code=code,
                    points=Decimal(points),
                    reason=reason,
                )

        each_row(self._files, ADJUSTMENTS, put, self._problems)
        return tuple(found[key] for key in sorted(found))

    def previous(self) -> dict[str, Previous]:
        """previous.csv: last year's published results; units not in this round are ignored."""
        found: dict[str, Previous] = {}
        seen: set[str] = set()
        here = at(self._problems, self._files, PREVIOUS)

        def put(line: int, row: Row, numbers: Numbers) -> None:
            unit, index_cell, rank_cell, group, comparable = row
            index = _read(numbers, index_cell, line, "index", here)
            rank = _read(numbers, rank_cell, line, "rank", here)
            if rank is not None and (rank != int(rank) or rank == 0):
                here.add("previous.rank", line=line, got=rank_cell)
                rank = None
            if comparable not in {"", "yes", "no"}:
                here.add(
                    "entry.not_yes_or_no", line=line, of=unit, column="comparable", got=comparable
                )
            if unit in seen:
                here.add("round.repeated_row", line=line, got=unit)
            seen.add(unit)
            if unit in self._units:
                found[unit] = Previous(
                    unit=unit,
                    index=None if index is None else Decimal(index),
                    rank=None if rank is None else int(rank),
                    group=group,
                    comparable=comparable != "no",
                )

        each_row(self._files, PREVIOUS, put, self._problems)
        return found


def _read(
    numbers: Numbers,
    cell: str,
    line: int,
    column: str,
    problems: Problems,
    *,
    required: bool = False,
) -> Number | None:
    """A number of zero or more, or None: an empty cell, or a problem noted."""
    if not cell:
        if required:
            problems.add("round.empty_cell", line=line, column=column)
        return None
    number = numbers.read(cell, line, column)
    if number is not None and number < 0:
        problems.add("number.negative", line=line, column=column, got=cell)
        return None
    return number
