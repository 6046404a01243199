"""A rulebook as a workbook that staff can edit: its rows as in the annex, its settings, help."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from parindex.criteria.model import Area, CriteriaSet, Criterion, Item, Text
from parindex.criteria.notes import Notes, Place
from parindex.criteria.plain import digest, plain_decimal
from parindex.criteria.sentences import sentence
from parindex.errors import Problems, UnusableInputError
from parindex.whole import whole_file
from parindex.workbooks import notation, wording
from parindex.workbooks.help_sheet import write_help
from parindex.workbooks.layout import (
    FONT,
    GREY,
    LINE,
    MOST_CHARACTERS,
    Book,
    Holder,
    Sheet,
    offer,
)
from parindex.workbooks.measure import LINE_HEIGHT, lines, row_height
from parindex.workbooks.rulebook_reading import read_rulebook_workbook
from parindex.workbooks.settings_sheet import write_settings
from parindex.workbooks.texts import clean, letters
from parindex.workbooks.wording import COLUMNS, KINDS

HEADER: Final = 2
# Rows below the last one that are ready for new items: lists, help, text cells.
SPARE_ROWS: Final = 300
_BACKGROUND: Final = {"printed": "#D9E2F3", "edited": "#E2EFD9", "technical": "#EDEDED"}
_BANDS: Final = dict(zip(("printed", "edited", "technical"), wording.GROUPS, strict=True))
_NAMING: Final = 3
_AREA: Final = {"bold": True, "bg_color": "#F2F2F2"}


def write_rulebook(criteria: CriteriaSet, path: Path, *, notes: Notes | None = None) -> None:
    """Write a set and the notes beside its parts (see ``criteria.notes``) to a workbook.

    What is written comes back with the same digest, which is tried before the file takes its
    place. Raises UnusableInputError for texts that a cell does not keep.
    """
    problems = Problems(file=criteria.file)
    content = _book(criteria, notes or {}, problems)
    problems.raise_if_any()
    with whole_file(path) as fresh:
        fresh.write_bytes(content)
        try:
            same = digest(read_rulebook_workbook(fresh).criteria) == digest(criteria)
        except UnusableInputError:
            same = False
        if not same:
            problems.add("workbook.not_the_same")
        problems.raise_if_any()


def _book(criteria: CriteriaSet, notes: Notes, problems: Problems) -> bytes:
    # Any fixed day will do for the file's properties; the year says which set it is.
    made_on = date(min(max(criteria.year, 1900), 9999), 1, 1)
    book = Book(title=clean(criteria.title.vi), made_on=made_on)
    sheet = book.add(wording.ITEMS_SHEET, colour="#1F4E79")
    holder = Holder(problems)
    bases = write_settings(book, criteria, clean(notes.get((), "")), holder)
    _Rows(book, sheet, criteria, notes, holder).write(bases)
    write_help(book)
    return book.content()


class _Rows:
    """The main sheet: header, then areas, criteria and items in their order."""

    def __init__(
        self, book: Book, sheet: Sheet, criteria: CriteriaSet, notes: Notes, holder: Holder
    ) -> None:
        self._book = book
        self._sheet = sheet
        self._criteria = criteria
        self._notes = notes
        self._holder = holder
        self._next = HEADER + 1

    def write(self, bases: str) -> None:
        """Write everything; ``bases`` is the range in which the ids of legal bases stand."""
        self._title()
        self._header()
        for number, area in enumerate(self._criteria.areas):
            self._area(area, (number,))
        last = self._next - 1
        self._offers(last + SPARE_ROWS, bases)
        sheet, printed = self._sheet, len(wording.PRINTED)
        sheet.freeze_panes(HEADER + 1, 2)
        sheet.autofilter(HEADER, 0, last, len(COLUMNS) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{letters(len(COLUMNS) - 1)}{last + 1}"})
        sheet.print_area(0, 0, last, printed - 1)
        sheet.repeat_rows(HEADER)
        sheet.fit_to_pages(1, 0)

    def _title(self) -> None:
        criteria, sheet = self._criteria, self._sheet
        last = len(wording.PRINTED) - 1
        big = self._book.style(bold=True, font_size=14, align="center", text_wrap=True)
        small = self._book.style(italic=True, align="center", text_wrap=True)
        title = clean(criteria.title.vi)
        sheet.merge_range(0, 0, 0, last, title, big)
        width = sum(column.width for column in wording.PRINTED)
        # Set in 14 points, where other text is in 12.
        sheet.set_row(0, 14 / 12 * LINE_HEIGHT * lines(title, 12 / 14 * width, bold=True) + 4)
        items = list(criteria.items())
        total = sum((item.max_points for item in items), items[0].max_points * 0)
        n_criteria = sum(len(area.criteria) for area in criteria.areas)
        status = wording.STATUSES.label(criteria.status)
        summary = (
            f"{status} · {wording.TIERS.label(criteria.tier)} · Năm {criteria.year} · "
            f"{len(criteria.areas)} lĩnh vực, {n_criteria} tiêu chí, {len(items)} mục chấm điểm · "
            f"Tổng {plain_decimal(total.normalize())} điểm"
        )
        sheet.merge_range(1, 0, 1, last, summary, small)
        sheet.set_row(1, 20)

    def _header(self) -> None:
        sheet, column = self._sheet, 0
        for band, (title, columns) in _BANDS.items():
            label = self._book.style(bold=True, font_color=GREY)
            if band != "printed":
                sheet.write_string(1, column, title, label)
            looks = self._looks(bold=True, align="center", valign="vcenter")
            head = self._book.style(**looks, bg_color=_BACKGROUND[band])
            for one in columns:
                sheet.set_column(
                    column, column, one.width, self._book.style(num_format="@", text_wrap=True)
                )
                sheet.write_string(HEADER, column, one.heading, head)
                sheet.write_comment(
                    HEADER,
                    column,
                    f"{one.about}\n({one.key})",
                    {"font_name": FONT, "font_size": 11, "width": 320, "height": 130},
                )
                column += 1
        sheet.set_row(HEADER, 50)

    def _area(self, area: Area, place: Place) -> None:
        values = self._named(area.code, area.name, place)
        values["kind"] = KINDS.label(wording.AREA)
        if area.max_points is not None:
            values["max_points"] = plain_decimal(area.max_points)
        self._row(values, area.line, **_AREA)
        for number, criterion in enumerate(area.criteria):
            self._criterion(criterion, (*place, number))

    def _criterion(self, criterion: Criterion, place: Place) -> None:
        if criterion.is_item:
            self._item(criterion.items[0], place, wording.CRITERION)
            return
        values = self._named(criterion.code, criterion.name, place)
        values["kind"] = KINDS.label(wording.CRITERION)
        if criterion.max_points is not None:
            values["max_points"] = plain_decimal(criterion.max_points)
        self._row(values, criterion.line, bold=True)
        for number, item in enumerate(criterion.items):
            self._item(item, (*place, number), wording.ITEM)

    def _item(self, item: Item, place: Place, kind: str) -> None:
        values = self._named(item.code, item.name, place)
        values |= {
            "kind": KINDS.label(kind),
            "id": item.id,
            "max_points": plain_decimal(item.max_points),
            "sentence": clean(sentence(item, "vi"))[:MOST_CHARACTERS],
            "source": wording.SOURCES.label(item.source),
            "appraiser": item.appraiser,
            "evidence": wording.EVIDENCE.label(item.evidence),
            "shape": wording.SHAPES.label(notation.shape_key(item.rule)),
            "parameters": notation.write_parameters(item.rule),
            "examples": notation.write_examples(item.examples),
        }
        if item.if_none_due is not None:
            values["if_none_due"] = wording.NONE_DUE.label(item.if_none_due)
        if item.zero_if is not None:
            values |= {"zero_if": item.zero_if.vi, "zero_if_en": item.zero_if.en}
        if item.law is not None:
            values |= {"basis": item.law.basis, "at": item.law.at}
        self._row(values, item.line, **({"bold": True} if kind == wording.CRITERION else {}))

    def _named(self, code: str, name: Text, place: Place) -> dict[str, str]:
        note = clean(self._notes.get(place, ""))
        return {"code": code, "name": name.vi, "name_en": name.en, "note": note}

    def _row(self, values: dict[str, str], line: int, **looks: object) -> None:
        bold = "bold" in looks
        texts = [values.get(column.key, "") for column in COLUMNS]
        self._sheet.set_row(
            self._next,
            row_height(
                (text, column.width, bold and at < _NAMING)
                for at, (text, column) in enumerate(zip(texts, COLUMNS, strict=True))
            ),
        )
        for at, column in enumerate(COLUMNS):
            # Only what names the row is bold; the rest reads better plain.
            own = {k: v for k, v in looks.items() if k != "bold" or at < _NAMING}
            if column.key in {"max_points", "code"}:
                own["align"] = "center" if column.key == "max_points" else "left"
            if column.key == "sentence":
                own["font_color"] = GREY
            self._holder.put(
                self._sheet,
                (self._next, at),
                texts[at],
                self._book.style(**self._looks(**own)),
                column=column.heading,
                of=values["code"],
                line=line,
            )
        self._next += 1

    def _looks(self, **looks: object) -> dict[str, object]:
        return {
            "border": 1, "border_color": LINE, "text_wrap": True, "num_format": "@", **looks
        }  # fmt: skip

    def _offers(self, last: int, bases: str) -> None:
        for at, column in enumerate(COLUMNS):
            offer(
                self._sheet,
                (HEADER + 1, at, last, at),
                title=column.heading,
                about=column.about,
                choices=None if column.choices is None else column.choices.labels,
                among=bases if column.key == "basis" else "",
                fixed=column.key == "sentence",
            )
