"""The round folder: its files to a round and a stream of entries (contract, section 1)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from parindex.criteria import lint
from parindex.criteria.catalogue import Catalogue
from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.criteria.rules import Source
from parindex.csvtable import MAX_BYTES, CsvFile, Numbers, Row
from parindex.errors import Problems, UnusableInputError
from parindex.points import Number
from parindex.scoring.entries import (
    KEY_COLUMNS,
    QUANTITY_COLUMNS,
    EntryReader,
    EntryRow,
    QuantityReader,
)
from parindex.scoring.examples import check_examples
from parindex.scoring.inputs import (
    Adjustment,
    AdjustmentKind,
    AssessedUnit,
    Fact,
    Incomplete,
    Previous,
    Round,
    RoundSpec,
)
from parindex.survey.finding import Finding
from parindex.yamltree import Fields, Tree, read_yaml

ROUND_FILE: Final = "round.yaml"
SCHEMA: Final = "parindex.round/1"
UNITS: Final = "units.csv"
ENTRIES: Final = "entries.csv"
FINDINGS: Final = "findings.csv"
FACTS: Final = "facts.csv"
ADJUSTMENTS: Final = "adjustments.csv"
PREVIOUS: Final = "previous.csv"

# The columns of every table: those that must stand in the header, then those that may.
COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    UNITS: (("unit", "name", "group", "ranked"), ()),
    ENTRIES: (KEY_COLUMNS, QUANTITY_COLUMNS),
    FINDINGS: (("unit", "item", "share"), ("se", "n")),
    FACTS: (("unit", "item"), ("numerator", "denominator", "value", "basis", "digest")),
    ADJUSTMENTS: (("unit", "kind", "code", "points"), ("reason",)),
    PREVIOUS: (("unit", "index", "rank"), ("group", "comparable")),
}
_REQUIRED: Final = frozenset({ROUND_FILE, UNITS, ENTRIES})

_Each = Callable[[int, Row, Numbers], None]


class Files(Protocol):
    """Where a round's files come from: a folder, or the inside of a bundle."""

    @property
    def label(self) -> str:
        """How messages name the folder."""

    def open(self, name: str) -> BinaryIO | None:
        """The file of a name as a stream of bytes, or None where there is none."""

    def size(self, name: str) -> int:
        """The bytes of a file that there is."""

    def names(self) -> list[str]:
        """The names of the files that lie at the top."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a folder on disk, and of the rulebook path."""

    folder: Path
    catalogue: Catalogue

    @property
    def label(self) -> str:
        """How messages name the folder: as the user did."""
        return str(self.folder)

    def inputs(self, names: Iterable[str]) -> list[Path]:
        """The files behind names, those that there are."""
        return [path for name in names if (path := self.path(name)) is not None]

    def path(self, name: str) -> Path | None:
        """The file of a name; one that would lead out of the folder is not found."""
        inside = self.folder / name
        if inside.is_file() and inside.resolve().is_relative_to(self.folder.resolve()):
            return inside
        return self.catalogue.find(name)

    def open(self, name: str) -> BinaryIO | None:
        """See Files."""
        path = self.path(name)
        return None if path is None else path.open("rb")

    def size(self, name: str) -> int:
        """See Files."""
        path = self.path(name)
        return path.stat().st_size if path else 0

    def names(self) -> list[str]:
        """See Files."""
        return [path.name for path in self.folder.iterdir()]


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Files held in memory, by name."""

    label: str
    contents: Mapping[str, bytes]

    def open(self, name: str) -> BinaryIO | None:
        """See Files."""
        return io.BytesIO(self.contents[name]) if name in self.contents else None

    def size(self, name: str) -> int:
        """See Files."""
        return len(self.contents[name])

    def names(self) -> list[str]:
        """See Files."""
        return [name for name in self.contents if "/" not in name]


@dataclass(frozen=True, slots=True)
class RoundFolder:
    """A round read from its files; the entries are drawn when asked for."""

    files: Files
    round: Round
    problems: Problems

    def names(self) -> tuple[str, ...]:
        """The names of every file that the round is read from, whether or not it is there."""
        return (ROUND_FILE, *self.round.spec.groups.values(), *COLUMNS)

    def entries(self) -> Iterator[EntryRow]:
        """The rows of entries.csv that stand; what does not goes onto ``problems``."""
        stream = _open(self.files, ENTRIES, self.problems)
        if stream is None:
            return
        reader = EntryReader(
            stages=self.round.spec.stages,
            units=self.round.units,
            criteria=self.round.criteria,
            problems=_at(self.problems, self.files, ENTRIES),
        )
        with stream:
            yield from reader.rows(stream)


def read_folder(files: Files) -> RoundFolder:
    """The round that files hold.

    Raises UnusableInputError when ``round.yaml``, a rulebook or a table is unusable; the entries
    are read only when drawn from :meth:`RoundFolder.entries`.
    """
    problems = Problems(file=files.label)
    spec = read_spec(files, problems)
    problems.raise_if_any()
    assert spec is not None  # noqa: S101 - a missing round file was a problem
    return assemble(files, spec, _criteria(files, spec, problems), problems)


def assemble(
    files: Files, spec: RoundSpec, criteria: Mapping[str, CriteriaSet], problems: Problems
) -> RoundFolder:
    """The round of a specification and its criteria sets, with the tables that files hold.

    Raises UnusableInputError when a criteria set does not fit the round or fails its check.
    """
    for group, one in criteria.items():
        _check_criteria(one, group, spec, problems)
    problems.raise_if_any()
    _check_names(files, problems)
    units = _units(files, spec, problems)
    # A unit that could not be read would be a stranger in every table that follows.
    problems.raise_if_any()
    reader = _TableReader(files, criteria, units, problems)
    round_ = Round(
        spec=spec,
        criteria=criteria,
        units=tuple(units.values()),
        findings=reader.findings(),
        facts=reader.facts(),
        adjustments=reader.adjustments(),
        previous=reader.previous(),
    )
    return RoundFolder(files, round_, problems)


def _at(problems: Problems, files: Files, name: str) -> Problems:
    """The same list of problems, speaking of one file."""
    here = Problems(file=f"{files.label}/{name}")
    here.found = problems.found
    return here


def _open(files: Files, name: str, problems: Problems) -> BinaryIO | None:
    stream = files.open(name)
    if stream is None:
        if name in _REQUIRED:
            _at(problems, files, name).add("round.missing_file", name=name)
        return None
    if files.size(name) > MAX_BYTES:
        stream.close()
        _at(problems, files, name).add("round.too_large", limit=MAX_BYTES, got=files.size(name))
        return None
    return stream


def read_spec(files: Files, problems: Problems) -> RoundSpec | None:
    """What ``round.yaml`` says, or None with the problems noted."""
    stream = _open(files, ROUND_FILE, problems)
    if stream is None:
        return None
    here = _at(problems, files, ROUND_FILE)
    with stream:
        tree = read_yaml(stream.read(), here, compose=True)
    return None if tree is None else spec_from_tree(tree, here)


def spec_from_tree(tree: Tree, problems: Problems) -> RoundSpec:
    """The round that a tree describes; departures from the schema are noted."""
    fields = Fields(tree, problems, about=ROUND_FILE)
    schema = fields.text("schema")
    if schema and schema != SCHEMA:
        problems.add("rulebook.schema", line=fields.line_of("schema"), got=schema, schema=SCHEMA)
    stages = _names(fields, "stages", problems)
    final_from = _names(fields, "final_from", problems)
    for stage in final_from:
        if stages and stage not in stages:
            problems.add(
                "round.unknown_stage",
                line=fields.line_of("final_from"),
                got=stage,
                stages=", ".join(stages),
            )
    groups: dict[str, str] = {}
    for name, group in fields.named("groups").items():
        inner = Fields(group, problems, about=name)
        groups[name] = inner.text("rulebook")
        inner.close()
    if not groups and fields.has("groups"):
        problems.add("yaml.empty_list", line=fields.line_of("groups"), key="groups")
    spec = RoundSpec(
        round=fields.text("round"),
        index=fields.text("index"),
        year=fields.whole("year"),
        reference_date=fields.day("reference_date"),
        stages=tuple(stages),
        final_from=tuple(final_from),
        incomplete=fields.choice("incomplete", Incomplete),
        groups=groups,
    )
    fields.close()
    return spec


def _names(fields: Fields, key: str, problems: Problems) -> list[str]:
    names: list[str] = []
    for tree in fields.sequence(key):
        if not isinstance(tree.value, str) or not tree.value:
            problems.add("yaml.not_text", line=tree.line, key=key)
        elif tree.value in names:
            problems.add("yaml.repeated_key", line=tree.line, got=tree.value)
        else:
            names.append(tree.value)
    if not names and fields.has(key):
        problems.add("yaml.empty_list", line=fields.line_of(key), key=key)
    return names


def _criteria(files: Files, spec: RoundSpec, problems: Problems) -> dict[str, CriteriaSet]:
    criteria: dict[str, CriteriaSet] = {}
    for group, name in spec.groups.items():
        stream = files.open(name)
        if stream is None:
            _at(problems, files, ROUND_FILE).add("round.no_rulebook", got=name, group=group)
            continue
        try:
            with stream:
                criteria[group] = read_rulebook(stream.read(), file=f"{files.label}/{name}")
        except UnusableInputError as error:
            problems.found.extend(error.problems)
    return criteria


def _check_names(files: Files, problems: Problems) -> None:
    """Refuse a file that is nearly one of ours: `adjustment.csv` would silently count nothing."""
    for name in sorted(set(files.names()) - set(COLUMNS)):
        near = get_close_matches(name.lower(), COLUMNS, n=1, cutoff=0.85)
        if near:
            _at(problems, files, name).add("round.nearly", got=name, name=near[0])


def _check_criteria(criteria: CriteriaSet, group: str, spec: RoundSpec, problems: Problems) -> None:
    for key, expected, got in (
        ("index", spec.index, criteria.index),
        ("year", spec.year, criteria.year),
        ("group", group, criteria.group),
    ):
        if expected != got:
            problems.add(
                "round.other_rulebook", file=criteria.file, key=key, expected=expected, got=got
            )
    problems.found.extend(lint.check(criteria))
    problems.found.extend(check_examples(criteria))


def _units(files: Files, spec: RoundSpec, problems: Problems) -> dict[str, AssessedUnit]:
    units: dict[str, AssessedUnit] = {}
    here = _at(problems, files, UNITS)

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

    _each_row(files, UNITS, put, problems)
    return units


def _each_row(files: Files, name: str, put: _Each, problems: Problems) -> None:
    stream = _open(files, name, problems)
    if stream is None:
        return
    with stream:
        here = _at(problems, files, name)
        required, optional = COLUMNS[name]
        file = CsvFile(stream, required=required, optional=optional, problems=here)
        numbers = Numbers(separator=file.separator, problems=here)
        for line, row in file.rows():
            put(line, row, numbers)
        numbers.finish()


class _TableReader:
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
        here = _at(self._problems, self._files, FINDINGS)

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

        _each_row(self._files, FINDINGS, put, self._problems)
        return found

    def facts(self) -> dict[tuple[str, str], Fact]:
        """facts.csv: measured quantities of dossier items."""
        found: dict[tuple[str, str], Fact] = {}
        here = _at(self._problems, self._files, FACTS)

        def put(line: int, row: Row, numbers: Numbers) -> None:
            unit, code, numerator, denominator, value, basis, digest = row
            if not self._stands(here, line, (unit, code), {Source.DOSSIERS}, found):
                return
            if not numerator and not denominator and not value:
                here.add("fact.empty", line=line, of=code)
                return
            group = self._units[unit].group
            reader = QuantityReader(
                self._items[group][code],
                self._criteria[group].policies,
                numbers=numbers,
                problems=here,
            )
            answer = reader.read((numerator, denominator, value, "", "", "", "", "", ""), line)
            if answer is not None:
                found[unit, code] = Fact(
                    unit=unit, item=code, quantity=answer[0], basis=basis, digest=digest
                )

        _each_row(self._files, FACTS, put, self._problems)
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
        here = _at(self._problems, self._files, ADJUSTMENTS)

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

        _each_row(self._files, ADJUSTMENTS, put, self._problems)
        return tuple(found[key] for key in sorted(found))

    def previous(self) -> dict[str, Previous]:
        """previous.csv: last year's published results; units not in this round are ignored."""
        found: dict[str, Previous] = {}
        seen: set[str] = set()
        here = _at(self._problems, self._files, PREVIOUS)

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

        _each_row(self._files, PREVIOUS, put, self._problems)
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
