"""The workbook of units, people and assignments back, strictly; every problem at its cell.

Only what the workbook itself can tell is checked here; comparing it with what is already known
is for the caller. Days are read as people write them, from the first to the last one inclusive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from parindex.errors import Problem, Problems
from parindex.validity import DateSpan
from parindex.workbooks.cells import Fault, day_of, narrow, tidy
from parindex.workbooks.people_words import (
    ASSIGNMENTS,
    COLUMNS,
    HEADINGS,
    NAMES,
    PEOPLE,
    SHEETS,
    UNITS,
)
from parindex.workbooks.tables_reading import Table, find
from parindex.workbooks.texts import shown
from parindex.workbooks.uploads import open_upload
from parindex.workbooks.wording import TIERS, Choices

_Row = TypeVar("_Row")

# Whose work is always that of one unit.
OF_A_UNIT: Final = frozenset({"officer", "head"})
_UNIT: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(@[0-9]{4}(-[0-9]{2}-[0-9]{2})?)?")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,149}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
_PHONE: Final = re.compile(r"(?:\+|0)[0-9](?:[ .-]?[0-9]){6,13}")
_MOST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit of the workbook; both days are inclusive, ``None`` being open."""

    id: str
    name: str
    tier: str
    group: str = ""
    parent: str = ""
    start_on: date | None = None
    last_on: date | None = None
    predecessors: tuple[str, ...] = ()
    row: int = 0

    @property
    def span(self) -> DateSpan:
        """The days as a half-open span."""
        return _span(self.start_on, self.last_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person with the account to log in by."""

    account: str
    name: str
    email: str
    phone: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """What a person is in which unit and round; ``role`` is the code, both days are inclusive."""

    account: str
    role: str
    unit: str = ""
    round: str = ""
    start_on: date | None = None
    last_on: date | None = None
    row: int = 0

    @property
    def span(self) -> DateSpan:
        """The days as a half-open span."""
        return _span(self.start_on, self.last_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleUpload:
    """A workbook that was read: the sound rows, and every problem at its cell."""

    file_name: str
    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]
    assignments: tuple[AssignmentRow, ...]
    problems: tuple[Problem, ...]
    tables: Mapping[str, Table]

    def problem(self, code: str, sheet: str, row: int, key: str, **values: object) -> Problem:
        """A problem at a cell for what only the caller can know; ``row`` is that of the row."""
        return self.tables[sheet].problem(code, row - 1, key, **values)


def read_people(content: bytes, *, file_name: str, roles: Mapping[str, str]) -> PeopleUpload:
    """What a workbook lists, and what is wrong at which cell; nothing is stored.

    Roles and tiers are read by code or by word. Raises UnusableInputError for what is no such
    workbook.
    """
    grids = open_upload(content, SHEETS, file_name=file_name)
    problems = Problems(file=file_name)
    for sheet in SHEETS:
        if sheet not in grids:
            problems.add("people.missing_sheet", sheet=sheet, sheets=", ".join(SHEETS))
    problems.raise_if_any()
    tables: dict[str, Table] = {}
    for sheet, columns in COLUMNS.items():
        required = [one.key for one in columns if one.required]
        found = find(grids[sheet], NAMES[sheet], required, problems)
        if found is not None:
            tables[sheet] = Table(grids[sheet], found, HEADINGS[sheet], problems)
    problems.raise_if_any()
    for table in tables.values():
        table.refuse_strays()
    units = list(_rows(tables[UNITS], _Units(tables[UNITS]).read))
    people = list(_rows(tables[PEOPLE], _People(tables[PEOPLE]).read))
    reader = _Assignments(tables[ASSIGNMENTS], Choices(roles))
    assignments = list(_rows(tables[ASSIGNMENTS], reader.read))
    if not any(list(table.rows()) for table in tables.values()):
        problems.add("people.nothing")
        problems.raise_if_any()
    return PeopleUpload(
        file_name=file_name,
        units=tuple(units),
        people=tuple(people),
        assignments=tuple(assignments),
        problems=tuple(problems.found),
        tables=tables,
    )


def _span(start: date | None, last: date | None) -> DateSpan:
    end = last + timedelta(days=1) if last is not None and last < date.max else None
    return DateSpan(start=start, end=end)


# ---- reading


def _rows(table: Table, read: Callable[[int], _Row]) -> Iterator[_Row]:
    """The rows that stand; what does not is noted."""
    for row in table.rows():
        before = len(table.problems.found)
        made = read(row)
        if len(table.problems.found) == before:
            yield made


class _Rows:
    """What the three sheets have in common."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._seen: dict[tuple[str, ...], int] = {}

    def text(self, row: int, key: str, *, required: bool = False) -> str:
        said = self.table.text(row, key)
        if said == "" and required:
            self.table.note("people.empty", row, key)
        return said or ""

    def like(
        self, row: int, key: str, shape: re.Pattern[str], code: str, *, required: bool = False
    ) -> str:
        text = narrow(self.text(row, key, required=required))
        if text and not shape.fullmatch(text):
            self.table.note(code, row, key)
        return text

    def choice(self, row: int, key: str, choices: Choices, code: str) -> str:
        text = self.text(row, key, required=True)
        found = choices.code(text) if text else ""
        if found is None:
            self.table.note(code, row, key, choices=" | ".join(choices.labels.values()))
        return found or ""

    def days(self, row: int) -> tuple[date | None, date | None]:
        start, last = self.day(row, "start_on"), self.day(row, "last_on")
        if start is not None and last is not None and last < start:
            told = f"{start:%d/%m/}{start.year:04}"
            self.table.note("people.ends_before", row, "last_on", start=told)
        return start, last

    def day(self, row: int, key: str) -> date | None:
        table = self.table
        spot = row, table.columns.get(key, -1)
        value = table.value(row, key)
        if isinstance(value, str) and spot not in table.grid.formulas | table.grid.errors:
            text = tidy(value)
            if not text:
                return None
            value = text
        elif spot in table.grid.formulas | table.grid.errors:
            table.text(row, key)
            return None
        day = day_of(value)
        if isinstance(day, Fault):
            table.note(day.code, row, key)
            return None
        return day

    def once(self, row: int, key: str, *name: str) -> None:
        """Note a row that says the same as an earlier one."""
        if not all(name[:1]):
            return
        folded = tuple(part.casefold() for part in name)
        first = self._seen.setdefault(folded, row)
        if first != row:
            self.table.note("people.repeated", row, key, first=first + 1)


class _Units(_Rows):
    def read(self, row: int) -> UnitRow:
        unit = self.like(row, "id", _UNIT, "people.unit_id", required=True)
        self.once(row, "id", unit)
        name = self.text(row, "name", required=True)
        tier = self.choice(row, "tier", TIERS, "people.tier")
        parent = self.like(row, "parent", _UNIT, "people.unit_id")
        before = self._predecessors(row)
        for key, others in (("parent", (parent,)), ("predecessors", before)):
            if unit and unit in others:
                self.table.note("people.own_parent", row, key, got=unit)
        start, last = self.days(row)
        return UnitRow(
            id=unit,
            name=name,
            tier=tier,
            group=self.text(row, "group"),
            parent=parent,
            start_on=start,
            last_on=last,
            predecessors=before,
            row=row + 1,
        )

    def _predecessors(self, row: int) -> tuple[str, ...]:
        text = narrow(self.text(row, "predecessors"))
        names = [name.strip() for name in re.split(r"[;,\n]", text) if name.strip()]
        for name in names:
            if not _UNIT.fullmatch(name):
                self.table.note("people.unit_id", row, "predecessors", got=shown(name))
        return tuple(dict.fromkeys(names))


class _People(_Rows):
    def read(self, row: int) -> PersonRow:
        account = self.like(row, "account", _ACCOUNT, "people.account", required=True)
        self.once(row, "account", account)
        name = self.text(row, "name", required=True)
        email = self.like(row, "email", _EMAIL, "people.email", required=True)
        if len(email) > _MOST_EMAIL:
            self.table.note("people.email", row, "email")
        phone = self.like(row, "phone", _PHONE, "people.phone")
        return PersonRow(account=account, name=name, email=email, phone=phone, row=row + 1)


class _Assignments(_Rows):
    def __init__(self, table: Table, roles: Choices) -> None:
        super().__init__(table)
        self._roles = roles

    def read(self, row: int) -> AssignmentRow:
        account = self.like(row, "account", _ACCOUNT, "people.account", required=True)
        role = self.choice(row, "role", self._roles, "people.role")
        unit = self.like(row, "unit", _UNIT, "people.unit_id")
        if role in OF_A_UNIT and not unit and self.table.plain(row, "role"):
            self._needs_unit(row, role)
        of_round = self.text(row, "round")
        start, last = self.days(row)
        if account and role:
            self.once(row, "account", account, role, unit, of_round, str(start))
        return AssignmentRow(
            account=account,
            role=role,
            unit=unit,
            round=of_round,
            start_on=start,
            last_on=last,
            row=row + 1,
        )

    def _needs_unit(self, row: int, role: str) -> None:
        self.table.note("people.no_unit", row, "unit", role=self._roles.label(role))
