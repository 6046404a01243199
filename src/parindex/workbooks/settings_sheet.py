"""The settings sheet of a rulebook workbook, written: title, policies, caps, three tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from parindex.criteria.model import CriteriaSet
from parindex.criteria.plain import SCHEMA, plain_decimal
from parindex.workbooks import wording
from parindex.workbooks.layout import GREY, LINE, Book, Holder, offer
from parindex.workbooks.measure import row_height
from parindex.workbooks.wording import SETTING_SECTIONS, SETTINGS_SHEET, Setting, Table

WIDTHS: Final = (36, 70, 46, 18)
# Empty rows below each table, ready for more.
SPARE_ROWS: Final = 5


def write_settings(book: Book, criteria: CriteriaSet, note: str, holder: Holder) -> str:
    """Write the sheet; the range in which the ids of the legal bases stand comes back."""
    writer = _Settings(book, holder)
    for title, settings in SETTING_SECTIONS:
        writer.section(title, settings, {**_values(criteria), "note": note})
    bases = writer.table(wording.LEGAL_BASIS, _legal_basis(criteria))
    classes = writer.table(wording.CLASSES, _classes(criteria))
    writer.table(wording.CEILINGS, _ceilings(criteria), among=classes)
    writer.finish()
    return f"='{SETTINGS_SHEET}'!{bases}"


def _values(criteria: CriteriaSet) -> dict[str, str]:
    policies, caps = criteria.policies, criteria.adjustments
    values = {
        "schema": SCHEMA,
        "title_vi": criteria.title.vi,
        "title_en": criteria.title.en,
        "issuer": criteria.issuer,
        "index": criteria.index,
        "group": criteria.group,
        "tier": wording.TIERS.label(criteria.tier),
        "year": str(criteria.year),
        "revision": str(criteria.revision),
        "status": wording.STATUSES.label(criteria.status),
        "points_decimals": str(policies.points_decimals),
        "index_decimals": str(policies.index_decimals),
        "rank_on": wording.RANK_ON.label(policies.rank_on),
        "ties": wording.TIES.label(policies.ties),
        "not_applicable": wording.NOT_APPLICABLE.label(policies.not_applicable),
    }
    if criteria.max_points is not None:
        values["max_points"] = plain_decimal(criteria.max_points)
    if caps is not None:
        values["bonus_cap"] = plain_decimal(caps.bonus_cap)
        values["deduction_cap"] = plain_decimal(caps.deduction_cap)
    return values


def _legal_basis(criteria: CriteriaSet) -> list[Sequence[str]]:
    return [
        (one.id, one.text.vi, one.text.en, f"{one.issued:%d/%m}/{one.issued.year:04}")
        for one in criteria.legal_basis
    ]


def _classes(criteria: CriteriaSet) -> list[Sequence[str]]:
    return [
        (one.id, one.name.vi, one.name.en, plain_decimal(one.start)) for one in criteria.classes
    ]


def _ceilings(criteria: CriteriaSet) -> list[Sequence[str]]:
    return [
        (
            one.at_most,
            "" if one.area_index_below is None else plain_decimal(one.area_index_below),
            one.zero_item or "",
        )
        for one in criteria.ceilings
    ]


class _Settings:
    """Writes block below block."""

    def __init__(self, book: Book, holder: Holder) -> None:
        self._holder = holder
        self._sheet = book.add(SETTINGS_SHEET, colour="#548235")
        box = {"border": 1, "border_color": LINE, "text_wrap": True, "num_format": "@"}
        self._cell = book.style(**box)
        self._label = book.style(**box, bg_color="#F2F2F2")
        self._head = book.style(**box, bold=True, bg_color="#E2EFD9", align="center")
        self._title = book.style(bold=True, font_size=13)
        self._about = book.style(italic=True, font_color=GREY, text_wrap=True)
        self._next = 0
        for column, width in enumerate(WIDTHS):
            text = book.style(num_format="@", text_wrap=True)
            self._sheet.set_column(column, column, width, text)

    def section(self, title: str, settings: Sequence[Setting], values: Mapping[str, str]) -> None:
        """A block of labels and values."""
        self._heading(title)
        for setting in settings:
            row = self._next
            value = values.get(setting.key, "")
            self._grow(row, [setting.label, value, setting.about])
            self._sheet.write_string(row, 0, setting.label, self._label)
            self._holder.put(
                self._sheet,
                (row, 1),
                value,
                self._cell,
                column=setting.label,
                of=SETTINGS_SHEET,
            )
            self._sheet.write_string(row, 2, setting.about, self._about)
            offer(
                self._sheet,
                (row, 1, row, 1),
                title=setting.label,
                about=setting.about,
                choices=None if setting.choices is None else setting.choices.labels,
            )
            self._next += 1
        self._next += 1

    def table(self, table: Table, rows: Sequence[Sequence[str]], *, among: str = "") -> str:
        """A table with spare rows; the range of its first column comes back."""
        self._heading(table.title, table.about)
        for column, (_, heading) in enumerate(table.columns):
            self._sheet.write_string(self._next, column, heading, self._head)
        first = self._next + 1
        last = self._next + len(rows) + SPARE_ROWS
        for number in range(first, last + 1):
            at = number - first
            texts = rows[at] if at < len(rows) else [""] * len(table.columns)
            self._grow(number, texts)
            for column, text in enumerate(texts):
                heading = table.columns[column][1]
                self._holder.put(
                    self._sheet, (number, column), text, self._cell, column=heading, of=texts[0]
                )
        for column, (key, heading) in enumerate(table.columns):
            listed = f"={among}" if key == "at_most" else ""
            place = (first, column, last, column)
            offer(self._sheet, place, title=heading, about=table.about, among=listed)
        self._next = last + 2
        return f"$A${first + 1}:$A${last + 1}"

    def finish(self) -> None:
        """The looks of the sheet as a whole."""
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:D{self._next}"})
        self._sheet.fit_to_pages(1, 0)

    def _grow(self, row: int, texts: Sequence[str]) -> None:
        cells = ((text, WIDTHS[at], False) for at, text in enumerate(texts))
        self._sheet.set_row(row, row_height(cells))

    def _heading(self, title: str, about: str = "") -> None:
        self._sheet.set_row(self._next, 22)
        self._sheet.write_string(self._next, 0, title, self._title)
        if about:
            self._sheet.write_string(self._next, 1, about, self._about)
        self._next += 1
