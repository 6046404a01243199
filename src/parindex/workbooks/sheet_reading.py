"""A unit's self-scoring workbook back: what it claims of each item, every problem at its cell.

Rows are matched by their codes, so that they may be moved or left out; what a cell may say is
held to the item's rule by the reader of entries.csv. A workbook of another round, unit or
criteria set is refused whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from parindex.criteria.model import CriteriaSet, Item
from parindex.criteria.plain import digest
from parindex.criteria.rules import Options, Source
from parindex.csvtable import Numbers
from parindex.errors import Problem, Problems
from parindex.scoring.entries import QUANTITY_COLUMNS, QuantityReader
from parindex.scoring.inputs import Quantity
from parindex.scoring.trace import Score
from parindex.workbooks.cells import Fault, cell_text, narrow, number_text, shown_value, yes_or_no
from parindex.workbooks.sheet_words import (
    CLOSED,
    ENTRY_KEYS,
    HEADINGS,
    KEY_FACTS,
    KEY_HEADER,
    KEY_SHEET,
    OPEN,
    REMEMBERED,
    SCHEMA,
    SHEET,
    columns_for,
    entry_keys,
    most,
)
from parindex.workbooks.tables_reading import Found, Table, find
from parindex.workbooks.texts import key_of
from parindex.workbooks.uploads import Grid, address, open_upload

_NUMBERS: Final = frozenset({"numerator", "denominator", "value", "count", "points"})
_NOT_FILLED_IN: Final = frozenset({"name", "max_points", "sentence", "evidence"})
_NAMES: Final = {key: (heading,) for key, heading in HEADINGS.items()}
# What the reader of entries refuses, with the message at the cell and the column it stands in.
_AT_CELL: Final = {
    "entry.numerator_above": ("sheet.numerator_above", "numerator"),
    "entry.over_100": ("sheet.over_100", "value"),
    "entry.none_due": ("sheet.none_due", "denominator"),
    "entry.above_maximum": ("sheet.above_maximum", "points"),
    "entry.not_whole": ("sheet.not_whole", "count"),
    "entry.pair_and_value": ("sheet.pair_and_value", "value"),
}
_LONGEST_VERSION: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the workbook was written with: the version of an item's entry and the cells' texts."""

    version: int = 0
    state: str = OPEN
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What the hidden sheet says: whose workbook this is, and what it is based on."""

    round_id: str
    unit_id: str
    digest: str
    items: Mapping[str, Remembered]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """What a workbook claims of one item.

    ``cells`` are the texts of QUANTITY_COLUMNS as entries.csv has them: numbers with a dot,
    ``yes`` for the guard. ``quantity`` and ``score`` are None where nothing is claimed or where
    something is wrong, of which ``sound`` tells. ``version`` is that of the entry on which the
    workbook is based; ``changed`` tells whether a cell or the note was changed since. A
    ``closed`` row was not the unit's to fill in, and claims nothing.
    """

    code: str
    row: int
    cells: tuple[str, ...]
    note: str
    version: int
    changed: bool
    closed: bool
    sound: bool
    quantity: Quantity | None
    score: Score | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetUpload:
    """A workbook that was read; with problems, its sound rows are still there to be shown."""

    file_name: str
    round_id: str
    unit_id: str
    digest: str
    criteria: CriteriaSet
    rows: tuple[SheetRow, ...]
    problems: tuple[Problem, ...]
    grid: Grid
    found: Found
    key: Key

    def row(self, code: str) -> SheetRow | None:
        """The row of an item, if the workbook still has it."""
        return next((row for row in self.rows if row.code == code), None)

    def problem(self, code: str, of: str, column: str, **values: object) -> Problem:
        """A problem at the cell of an item, for what only the caller can know.

        ``code`` is the message, ``of`` the item's code, ``column`` a key such as ``numerator``.
        """
        problems = Problems(file=self.file_name)
        table = Table(self.grid, self.found, HEADINGS, problems)
        row = self.row(of)
        return table.problem(code, row.row - 1 if row else 0, column, **{"of": of, **values})


def read_sheet(
    content: bytes,
    criteria: CriteriaSet,
    *,
    file_name: str,
    round_id: str | None = None,
    unit_id: str | None = None,
) -> SheetUpload:
    """What a workbook claims, and what is wrong at which cell; nothing is stored.

    Raises UnusableInputError for what is no such workbook, or one of another round, unit (where
    they are given) or criteria set.
    """
    grids = open_upload(content, (SHEET, KEY_SHEET), file_name=file_name)
    problems = Problems(file=file_name)
    key = _key(grids.get(KEY_SHEET))
    grid = grids.get(SHEET)
    if key is None or grid is None:
        problems.add("sheet.not_a_sheet", sheet=SHEET)
    elif round_id is not None and key.round_id != round_id:
        problems.add("sheet.other_round", got=key.round_id[:60], expected=round_id)
    elif unit_id is not None and key.unit_id != unit_id:
        problems.add("sheet.other_unit", got=key.unit_id[:60], expected=unit_id)
    elif key.digest != digest(criteria):
        problems.add("sheet.other_rulebook")
    problems.raise_if_any()
    assert key is not None  # noqa: S101 - without it there was a problem
    assert grid is not None  # noqa: S101 - likewise
    required = [one.key for one in columns_for(criteria) if one.key not in _NOT_FILLED_IN]
    found = find(grid, _NAMES, required, problems)
    problems.raise_if_any()
    assert found is not None  # noqa: S101 - likewise
    reader = _Reader(Table(grid, found, HEADINGS, problems), criteria, key)
    rows = reader.read()
    return SheetUpload(
        file_name=file_name,
        round_id=key.round_id,
        unit_id=key.unit_id,
        digest=key.digest,
        criteria=criteria,
        rows=tuple(rows),
        problems=tuple(problems.found),
        grid=grid,
        found=found,
        key=key,
    )


def _key(grid: Grid | None) -> Key | None:
    """What the hidden sheet says, or None where it is not as it was written."""
    if grid is None:
        return None

    def text(row: int, column: int) -> str:
        said = cell_text(grid.value(row, column))
        return "" if isinstance(said, Fault) else said

    facts = {text(row, 0): text(row, 1) for row in range(len(KEY_FACTS))}
    header = len(KEY_FACTS)
    names = tuple(text(header, column) for column in range(len(KEY_HEADER)))
    if set(facts) != set(KEY_FACTS) or facts["schema"] != SCHEMA or names != KEY_HEADER:
        return None
    items: dict[str, Remembered] = {}
    for row in range(header + 1, len(grid.rows)):
        code, version, state, *texts = (text(row, column) for column in range(len(KEY_HEADER)))
        if not code:
            continue
        whole = version.isascii() and version.isdigit() and len(version) <= _LONGEST_VERSION
        if code in items or not whole or state not in {OPEN, CLOSED}:
            return None
        items[code] = Remembered(
            version=int(version), state=state, texts=dict(zip(REMEMBERED, texts, strict=True))
        )
    return Key(round_id=facts["round"], unit_id=facts["unit"], digest=facts["digest"], items=items)


class _Reader:
    """The rows of the main sheet, one item each."""

    def __init__(self, table: Table, criteria: CriteriaSet, key: Key) -> None:
        self._table = table
        self._key = key
        self._items = {item.code: item for item in criteria.items()}
        self._order = {code: at for at, code in enumerate(self._items)}
        parts = {area.code for area in criteria.areas}
        parts |= {one.code for area in criteria.areas for one in area.criteria}
        self._headings = parts - set(self._items)
        self._criteria = criteria
        self._entered = [key for key in (*ENTRY_KEYS, "note") if key in table.columns]

    def read(self) -> list[SheetRow]:
        """The rows in the order of the criteria set; what is wrong is noted."""
        table = self._table
        table.refuse_strays()
        places: dict[str, list[int]] = {}
        for row in table.rows():
            code = self._code(row)
            if code:
                places.setdefault(code, []).append(row)
        rows = []
        for code, found in places.items():
            if len(found) == 1:
                rows.append(self._row(self._items[code], found[0]))
                continue
            for row in found:
                others = ", ".join(address(one, table.columns["code"]) for one in found)
                table.note("sheet.repeated_code", row, "code", of=code, cells=others)
        table.problems.found.sort(key=lambda one: (one.line, str(one.values.get("cell", ""))))
        return sorted(rows, key=lambda one: self._order[one.code])

    def _code(self, row: int) -> str:
        """The code of an item's row; empty for any other, of which what is wrong is noted."""
        table = self._table
        said = table.plain(row, "code")
        # Excel makes a number of a code that is typed again, and 1.10 becomes 1.1.
        if isinstance(said, Fault) or not isinstance(table.value(row, "code"), str):
            table.note("sheet.code_cell", row, "code")
            return ""
        code = narrow(said)
        if code in self._items:
            return code
        filled = [key for key in self._entered if self._filled(row, key)]
        if code in self._headings or (not code and not filled):
            for key in filled:
                table.note("sheet.heading_filled", row, key, of=code)
            return ""
        table.note("sheet.unknown_code" if code else "sheet.no_code", row, "code")
        return ""

    def _filled(self, row: int, key: str) -> bool:
        return bool(shown_value(self._table.value(row, key)).strip())

    def _row(self, item: Item, row: int) -> SheetRow:
        table = self._table
        base = self._key.items.get(item.code, Remembered())
        before = len(table.problems.found)
        texts = {key: table.text(row, key) for key in self._entered}
        evidence = table.plain(row, "evidence") if "evidence" in table.columns else ""
        changed = [key for key in self._entered if texts[key] != base.texts.get(key, "")]
        if "evidence" in table.columns and evidence != base.texts.get("evidence", ""):
            table.note("sheet.evidence_here", row, "evidence", of=item.code)
        note = texts.pop("note", "") or ""
        cells, quantity, score = ("",) * len(QUANTITY_COLUMNS), None, None
        closed = item.source is not Source.APPRAISAL or base.state == CLOSED
        if closed:
            own = "sheet.closed" if item.source is Source.APPRAISAL else "sheet.not_claimed"
            for key in changed:
                table.note(own, row, key, of=item.code)
        else:
            self._refuse_unread(item, row, texts)
            cells = self._cells(item, row, texts)
            if len(table.problems.found) == before and any(cells):
                quantity, score = self._quantity(item, row, cells)
        return SheetRow(
            code=item.code,
            row=row + 1,
            cells=cells,
            note="" if closed else note,
            version=base.version,
            changed=bool(changed),
            closed=closed,
            sound=len(table.problems.found) == before,
            quantity=quantity,
            score=score,
        )

    def _refuse_unread(self, item: Item, row: int, texts: Mapping[str, str | None]) -> None:
        keys = entry_keys(item)
        columns = ", ".join(f"“{HEADINGS[key]}”" for key in keys)
        for key, text in texts.items():
            if text and key not in keys:
                code = "sheet.no_guard" if key == "veto" else "sheet.not_read"
                self._table.note(code, row, key, of=item.code, columns=columns)

    def _cells(self, item: Item, row: int, texts: Mapping[str, str | None]) -> tuple[str, ...]:
        """The cells as entries.csv has them; what is not understood is noted and left empty."""
        said: dict[str, str] = {}
        for key in entry_keys(item):
            text = texts.get(key)
            if not text:
                continue
            read = self._cell(item, key, text)
            if isinstance(read, Fault):
                self._table.note(
                    read.code, row, key, of=item.code, options=_options(item), got=text[:60]
                )
            else:
                said[key] = read
        return tuple(said.get(column, "") for column in QUANTITY_COLUMNS)

    def _cell(self, item: Item, key: str, text: str) -> str | Fault:
        if key == "veto":
            said = yes_or_no(text)
            return said if isinstance(said, Fault) else "yes" if said else ""
        if key == "option":
            return _option(item, text)
        limit = most(item, key)
        number = narrow(text)
        # People write 98,7% where a ratio in percent is asked for (domain.md, invariant 11).
        if key == "value" and "numerator" in entry_keys(item):
            number = number.removesuffix("%").rstrip()
        return number_text(number, most=limit)

    def _quantity(
        self, item: Item, row: int, cells: Sequence[str]
    ) -> tuple[Quantity | None, Score | None]:
        """What the rule makes of the cells; what it refuses is noted where it stands."""
        private = Problems()
        numbers = Numbers(separator=",", problems=private)
        reader = QuantityReader(item, self._criteria.policies, numbers=numbers, problems=private)
        answer = reader.read(tuple(cells), row + 1)
        for problem in private.found:
            if problem.code == "entry.half_a_pair":
                key = "denominator" if cells[0] else "numerator"
                self._table.note("sheet.half_a_pair", row, key, of=item.code)
                continue
            code, key = _AT_CELL[problem.code]
            self._table.note(code, row, key, of=item.code, max=_comma(item.max_points))
        return answer or (None, None)


def _option(item: Item, text: str) -> str | Fault:
    assert isinstance(item.rule, Options)  # noqa: S101 - the column is read by this rule only
    codes = [code for code, _ in item.rule.points]
    if text in codes:
        return text
    alike = [code for code in codes if key_of(code) == key_of(narrow(text))]
    return alike[0] if len(alike) == 1 else Fault("sheet.option")


def _options(item: Item) -> str:
    if not isinstance(item.rule, Options):
        return ""
    return " | ".join(code for code, _ in item.rule.points)


def _comma(value: object) -> str:
    return str(value).replace(".", ",")
