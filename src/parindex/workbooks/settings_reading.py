"""The settings sheet of a rulebook workbook: title, policies, caps, and three tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parindex.workbooks import wording
from parindex.workbooks.pages import Cell, Page
from parindex.workbooks.texts import key_of, shown
from parindex.workbooks.wording import SETTING_SECTIONS, SETTINGS, TABLES, Setting, Table
from parindex.yamltree import Tree

_LABELS: Final = {
    name: setting for setting in SETTINGS for name in (key_of(setting.label), setting.key)
}
_SECTIONS: Final = frozenset(key_of(title) for title, _ in SETTING_SECTIONS)
_TABLES: Final = {key_of(table.title): table for table in TABLES}
_EXACT: Final = frozenset({"id", "at_most", "zero_item"})
_WHOLE: Final = frozenset({"year", "revision", "points_decimals", "index_decimals"})


def read_settings(page: Page) -> tuple[dict[str, Tree], str]:
    """Everything of a rulebook but its areas, and the note at its head."""
    values: dict[str, Cell] = {}
    rows: dict[str, list[tuple[int, dict[str, Cell]]]] = {table.key: [] for table in TABLES}
    table: Table | None = None
    headed = True
    for row, cell in page.joined_from(0, range(4)):
        page.problem("workbook.joined", row, cell=cell)
    for row in range(len(page.rows)):
        name = key_of(page.raw(row, 0))
        if name in _SECTIONS:
            table = None
        elif name in _TABLES:
            table, headed = _TABLES[name], False
        elif table is None:
            _setting(page, row, values)
        elif not page.is_empty(row, range(len(table.columns))):
            if headed:
                rows[table.key].append((row, _cells(page, row, table)))
            else:
                headed = True
                _check_header(page, row, table)
    for setting in SETTINGS:
        if setting.key not in values and setting.required:
            page.problem("workbook.missing_setting", -1, setting=setting.label)
    return {**_general(values), **_tables(rows)}, _text(values, "note")


def _setting(page: Page, row: int, values: dict[str, Cell]) -> None:
    label = page.raw(row, 0)
    setting = _LABELS.get(key_of(label))
    if setting is None:
        # A title may stand above the first section; further down a row must be known.
        if (label and values) or not page.is_empty(row, (1,)):
            labels = ", ".join(one.label for one in SETTINGS)
            page.problem("workbook.unknown_setting", row, got=shown(label), labels=labels)
    elif setting.key in values:
        page.problem("workbook.repeated_setting", row, got=shown(label))
    else:
        exact = setting.choices is None and setting.key in {"issuer", "index", "group", "schema"}
        cell = page.cell(row, 1, setting.label, exact=exact)
        values[setting.key] = cell
        _check(cell, setting)


def _check(cell: Cell, setting: Setting) -> None:
    if not setting.required and not cell.text:
        return
    if setting.choices is not None:
        cell.choice(setting.choices)
    elif setting.key in _WHOLE:
        cell.whole()
    elif setting.key in {"max_points", "bonus_cap", "deduction_cap"}:
        cell.decimal()
    else:
        cell.filled()


def _cells(page: Page, row: int, table: Table) -> dict[str, Cell]:
    return {
        key: page.cell(row, at, heading, exact=key in _EXACT, day=key == "issued")
        for at, (key, heading) in enumerate(table.columns)
    }


def _check_header(page: Page, row: int, table: Table) -> None:
    for at, (key, heading) in enumerate(table.columns):
        if key_of(page.raw(row, at)) not in {key_of(heading), key}:
            page.problem("workbook.missing_column", row, column=heading)


def _text(values: Mapping[str, Cell], key: str) -> str:
    return values[key].text if key in values else ""


def _general(values: Mapping[str, Cell]) -> dict[str, Tree]:
    def leaf(setting: Setting) -> Tree:
        cell = values[setting.key]
        text = cell.text
        if setting.choices is not None:
            text = setting.choices.code(text) or ""
        elif setting.key in {"max_points", "bonus_cap", "deduction_cap"}:
            text = text.replace(",", ".")
        return Tree(text, cell.row + 1)

    given = {one.key: leaf(one) for one in SETTINGS if _text(values, one.key)}
    given.pop("note", None)
    named = {
        one.key: given[one.key]
        for one in wording.GENERAL
        if one.key in given and not one.key.startswith("title_")
    }
    named["title"] = Tree(
        {key.removeprefix("title_"): given[key] for key in ("title_vi", "title_en") if key in given}
    )
    named["policies"] = Tree(
        {one.key: given[one.key] for one in wording.POLICIES if one.key in given}
    )
    caps = {one.key: given[one.key] for one in wording.ADJUSTMENTS if one.key in given}
    if len(caps) == 1:
        other = next(one for one in wording.ADJUSTMENTS if one.key not in caps)
        values[next(iter(caps))].problem("workbook.goes_together", other=other.label)
    if caps:
        named["adjustments"] = Tree({**caps})
    return named


def _tables(rows: Mapping[str, list[tuple[int, dict[str, Cell]]]]) -> dict[str, Tree]:
    trees: dict[str, list[Tree]] = {}
    for key, found in rows.items():
        trees[key] = [Tree(_ROW[key](cells), row + 1) for row, cells in found]
    return {key: Tree([*found]) for key, found in trees.items() if found or key == "legal_basis"}


def _leaf(cell: Cell, text: str) -> Tree:
    return Tree(text, cell.row + 1)


def _words(cells: Mapping[str, Cell]) -> dict[str, Tree]:
    words = {"vi": _leaf(cells["vi"], cells["vi"].filled())}
    if cells["en"].text:
        words["en"] = _leaf(cells["en"], cells["en"].text)
    return words


def _basis(cells: Mapping[str, Cell]) -> dict[str, Tree]:
    return {
        "id": _leaf(cells["id"], cells["id"].filled()),
        **_words(cells),
        "issued": _leaf(cells["issued"], cells["issued"].day()),
    }


def _class(cells: Mapping[str, Cell]) -> dict[str, Tree]:
    return {
        "id": _leaf(cells["id"], cells["id"].filled()),
        "name": Tree(_words(cells), cells["id"].row + 1),
        "from": _leaf(cells["from"], cells["from"].decimal()),
    }


def _ceiling(cells: Mapping[str, Cell]) -> dict[str, Tree]:
    below, zero = cells["area_index_below"], cells["zero_item"]
    when: dict[str, Tree] = {}
    if bool(below.text or below.broken) == bool(zero.text or zero.broken):
        below.page.problem("workbook.one_condition", below.row)
    elif below.text:
        when["area_index_below"] = _leaf(below, below.decimal())
    elif zero.text:
        when["zero_item"] = _leaf(zero, zero.text)
    return {
        "at_most": _leaf(cells["at_most"], cells["at_most"].filled()),
        "when": Tree({**when}, below.row + 1),
    }


_ROW: Final = {"legal_basis": _basis, "classes": _class, "ceilings": _ceiling}
