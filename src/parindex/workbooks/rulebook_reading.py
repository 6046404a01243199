"""A rulebook workbook back to its criteria set and notes; every problem is told at once.

Read are the sheets ``Bộ tiêu chí`` and ``Thông tin chung``, by their names and the names of
their columns; the order of columns, blank rows, looks and other sheets do not matter, and the
column of rules in words is not read. Lines in problems are the row numbers of the sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from parindex.criteria.model import CriteriaSet
from parindex.criteria.notes import Place
from parindex.criteria.parser import from_tree, read_rulebook
from parindex.criteria.plain import digest
from parindex.criteria.writer import to_yaml
from parindex.errors import Problems
from parindex.workbooks import notation, wording
from parindex.workbooks.notation import NotUnderstoodError
from parindex.workbooks.pages import Cell, Page, open_pages
from parindex.workbooks.settings_reading import read_settings
from parindex.workbooks.texts import key_of, letters, shown
from parindex.workbooks.wording import COLUMNS, KINDS, Column
from parindex.yamltree import Tree

_Written = Mapping[str, object] | Sequence[object]

_HEADER_WITHIN: Final = 20
_COLUMNS: Final = {column.key: column for column in COLUMNS}
# Where 1.1 and 1.10 are two different things.
_EXACT: Final = frozenset({"code", "at", "id", "basis"})
_PARENTS: Final = {wording.CRITERION: wording.AREA, wording.ITEM: wording.CRITERION}


class ReadRulebook(NamedTuple):
    """What a workbook holds: the set, and the notes of its parts by place."""

    criteria: CriteriaSet
    notes: dict[Place, str]


def read_rulebook_workbook(path: Path, *, file: str | None = None) -> ReadRulebook:
    """The criteria set and the notes of a workbook that ``write_rulebook`` could have written.

    Raises UnusableInputError with everything that is wrong. ``file`` is how problems name it.
    """
    name = file if file is not None else str(path)
    problems = Problems(file=name)
    pages = open_pages(path, (wording.ITEMS_SHEET, wording.SETTINGS_SHEET), problems)
    problems.raise_if_any()
    assert pages is not None  # noqa: S101 - without pages there was a problem
    settings, head = read_settings(pages[wording.SETTINGS_SHEET])
    reader = _Items(pages[wording.ITEMS_SHEET])
    areas = reader.read()
    problems.raise_if_any()
    tree = Tree({**settings, "areas": areas})
    return ReadRulebook(
        from_tree(tree, file=name), {**({(): head} if head else {}), **reader.notes}
    )


def workbook_to_yaml(path: Path, *, file: str | None = None) -> str:
    """The YAML text of a workbook's rulebook, its notes as comments; read back to make sure.

    Raises UnusableInputError as :func:`read_rulebook_workbook` does.
    """
    name = file if file is not None else str(path)
    criteria, notes = read_rulebook_workbook(path, file=name)
    text = to_yaml(criteria, notes)
    if digest(read_rulebook(text.encode("utf-8"), file=name)) != digest(criteria):
        problems = Problems(file=name)
        problems.add("workbook.not_the_same")
        problems.raise_if_any()
    return text


class _Row:
    """One row of the main sheet, its cells asked for by the key of their column."""

    def __init__(self, page: Page, row: int, columns: Mapping[str, int]) -> None:
        self.page = page
        self.row = row
        self.line = row + 1
        self._columns = columns
        self._cells: dict[str, Cell] = {}

    def cell(self, key: str) -> Cell:
        """The cell of a column; an absent column reads as empty."""
        if key not in self._cells:
            name = _COLUMNS[key].heading
            if key in self._columns:
                at = self._columns[key]
                self._cells[key] = self.page.cell(self.row, at, name, exact=key in _EXACT)
            else:
                self._cells[key] = Cell(page=self.page, row=self.row, column=name, text="")
        return self._cells[key]

    def text(self, key: str) -> str:
        """A cell's text, which may be empty."""
        return self.cell(key).text

    def leaf(self, text: str) -> Tree:
        """A text as a piece of the tree, on this row's line."""
        return Tree(text, self.line)

    def code_of(self, key: str) -> Tree:
        """The code behind the choice in a cell."""
        choices = _COLUMNS[key].choices
        assert choices is not None  # noqa: S101 - asked for columns with a list only
        return self.leaf(self.cell(key).choice(choices))

    def words(self, vi: str, en: str) -> Tree:
        """A text in Vietnamese, and in English where there is one."""
        named = {"vi": self.leaf(self.cell(vi).filled())}
        if self.text(en):
            named["en"] = self.leaf(self.text(en))
        return Tree(named, self.line)


class _Items:
    """The main sheet, from its header to its last row."""

    def __init__(self, page: Page) -> None:
        self.notes: dict[Place, str] = {}
        self._page = page
        self._areas: list[Tree] = []
        self._criteria: list[Tree] = []
        self._items: list[Tree] | None = None
        self._scored = ""
        self._unsure = False
        self._parents: list[tuple[str, int, list[Tree]]] = []

    def read(self) -> Tree:
        """The areas of the sheet."""
        found = _header(self._page)
        if found is None:
            return Tree([])
        header, columns = found
        read = [at for key, at in columns.items() if key != "sentence"]
        _check_outside(self._page, header, columns)
        for row in range(header + 1, len(self._page.rows)):
            if not self._page.is_empty(row, read):
                self._row(_Row(self._page, row, columns))
        for code, row, children in self._parents:
            if not children and not self._unsure:
                self._page.problem("workbook.childless", row, got=code)
        if not self._areas and not self._unsure:
            self._page.problem("workbook.nothing", -1)
        return Tree(self._areas)

    def _row(self, row: _Row) -> None:
        cell = row.cell("kind")
        kind = KINDS.code(cell.text)
        if kind is None:
            self._of_no_kind(row)
            return
        place = self._put[kind](self, row)
        if place and row.text("note"):
            self.notes[place] = row.text("note")

    def _of_no_kind(self, row: _Row) -> None:
        """Tell of the kind, and of what else the row has wrong; what follows may stand below it."""
        row.cell("kind").choice(KINDS)
        if _is_scored(row):
            _item(row)
        self._items, self._scored, self._unsure = [], "", True

    def _area(self, row: _Row) -> Place:
        self._refuse_scoring(row, wording.AREA)
        self._criteria, self._items, self._scored = [], None, ""
        self._areas.append(self._parent(row, "criteria", self._criteria))
        return (len(self._areas) - 1,)

    def _criterion(self, row: _Row) -> Place:
        if not self._areas:
            self._out_of_place(row, wording.CRITERION)
            return ()
        if _is_scored(row):
            self._items, self._scored = None, row.text("code")
            self._criteria.append(_item(row))
        else:
            self._items, self._scored = [], ""
            self._criteria.append(self._parent(row, "items", self._items))
        return (len(self._areas) - 1, len(self._criteria) - 1)

    def _item(self, row: _Row) -> Place:
        item = _item(row)
        if self._scored:
            row.page.problem(
                "workbook.scored_parent", row.row, got=shown(row.text("code")), of=self._scored
            )
        elif self._items is None:
            self._out_of_place(row, wording.ITEM)
        else:
            self._items.append(item)
            return (len(self._areas) - 1, len(self._criteria) - 1, len(self._items) - 1)
        return ()

    _put: Final[Mapping[str, Callable[[_Items, _Row], Place]]] = {
        wording.AREA: _area,
        wording.CRITERION: _criterion,
        wording.ITEM: _item,
    }

    def _parent(self, row: _Row, below: str, children: list[Tree]) -> Tree:
        named = {"code": row.leaf(row.cell("code").filled()), "name": row.words("name", "name_en")}
        if row.text("max_points"):
            named["max_points"] = row.leaf(row.cell("max_points").decimal())
        named[below] = Tree(children, row.line)
        self._parents.append((row.text("code"), row.row, children))
        return Tree(named, row.line)

    def _refuse_scoring(self, row: _Row, kind: str) -> None:
        for key in wording.SCORED_ONLY:
            if row.text(key):
                row.cell(key).problem("workbook.not_for_row", kind=KINDS.label(kind))

    def _out_of_place(self, row: _Row, kind: str) -> None:
        row.page.problem(
            "workbook.out_of_place",
            row.row,
            got=shown(row.text("code")),
            kind=KINDS.label(kind),
            parent=KINDS.label(_PARENTS[kind]),
        )


def _header(page: Page) -> tuple[int, dict[str, int]] | None:
    """The row of column names, and where each known column stands."""
    known = {name: column for column in COLUMNS for name in (key_of(column.heading), column.key)}
    for row in range(min(_HEADER_WITHIN, len(page.rows))):
        named = {at: key_of(page.raw(row, at)) for at in range(len(page.rows[row]))}
        if sum(name in known for name in named.values()) >= 3:
            return row, _columns(page, row, named, known)
    page.problem("workbook.no_header", -1, columns=", ".join(one.heading for one in COLUMNS[:3]))
    return None


def _columns(
    page: Page, row: int, named: Mapping[int, str], known: Mapping[str, Column]
) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, name in named.items():
        if not name:
            continue
        column = known.get(name)
        heading = shown(page.raw(row, at))
        if column is None:
            headings = ", ".join(one.heading for one in COLUMNS)
            page.problem("workbook.unknown_column", row, got=heading, columns=headings)
        elif column.key in columns:
            page.problem("workbook.repeated_column", row, got=heading)
        else:
            columns[column.key] = at
    for column in COLUMNS:
        if column.required and column.key not in columns:
            page.problem("workbook.missing_column", row, column=column.heading)
    return columns


def _check_outside(page: Page, header: int, columns: Mapping[str, int]) -> None:
    """Refuse what would be overlooked: cells beside the table, and joined ones within it."""
    for at, row in page.filled_columns(header + 1).items():
        if at not in columns.values() and not page.raw(header, at):
            cell = f"{letters(at)}{row + 1}"
            page.problem("workbook.stray_cell", row, cell=cell, got=shown(page.raw(row, at)))
    for row, cell in page.joined_from(header, list(columns.values())):
        page.problem("workbook.joined", row, cell=cell)


def _is_scored(row: _Row) -> bool:
    return any(row.text(key) or row.cell(key).broken for key in wording.SCORED_ONLY)


def _item(row: _Row) -> Tree:
    """A scored row as the mapping of an item."""
    named = {
        "code": row.leaf(row.cell("code").filled()),
        "id": row.leaf(row.cell("id").filled()),
        "name": row.words("name", "name_en"),
        "max_points": row.leaf(row.cell("max_points").decimal(positive=True)),
        "source": row.code_of("source"),
        "rule": _rule(row),
    }
    if row.text("appraiser"):
        named["appraiser"] = row.leaf(row.text("appraiser"))
    for key in ("evidence", "if_none_due"):
        if row.text(key):
            named[key] = row.code_of(key)
    if row.text("zero_if"):
        named["zero_if"] = row.words("zero_if", "zero_if_en")
    elif row.text("zero_if_en"):
        _alone(row, "zero_if_en", "zero_if")
    examples = _understood(row, "examples", "examples", notation.read_examples)
    if examples:
        named["examples"] = examples
    if row.text("basis") and row.text("at"):
        law = {"basis": row.leaf(row.text("basis")), "at": row.leaf(row.text("at"))}
        named["law"] = Tree(law, row.line)
    elif row.text("basis"):
        _alone(row, "basis", "at")
    elif row.text("at"):
        _alone(row, "at", "basis")
    return Tree(named, row.line)


def _alone(row: _Row, key: str, other: str) -> None:
    row.cell(key).problem("workbook.goes_together", other=_COLUMNS[other].heading)


def _rule(row: _Row) -> Tree:
    shape = str(row.code_of("shape").value)
    if not row.text("shape"):
        return row.leaf("")
    shown_as = shape.partition(":")[0]
    read = _understood(row, "parameters", shown_as, lambda text: notation.read_rule(shape, text))
    return read or row.leaf("")


def _understood(
    row: _Row,
    key: str,
    shown_as: str,
    read: Callable[[str], Mapping[str, object] | Sequence[object]],
) -> Tree | None:
    cell = row.cell(key)
    try:
        plain = read(cell.text)
    except NotUnderstoodError as error:
        if not cell.broken:
            cell.problem(
                "workbook.not_understood",
                example=notation.SHOWN[shown_as],
                got=shown(error.entry),
            )
        return None
    return _tree(plain, row.line) if plain else None


def _tree(plain: object, line: int) -> Tree:
    if isinstance(plain, Mapping):
        return Tree({key: _tree(value, line) for key, value in plain.items()}, line)
    if isinstance(plain, list):
        return Tree([_tree(value, line) for value in plain], line)
    return Tree(str(plain), line)
