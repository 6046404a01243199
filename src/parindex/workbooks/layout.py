"""How our workbooks look and are stored: the one place that knows XlsxWriter."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # it ships no marker for its types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # likewise

from parindex.errors import Problems
from parindex.workbooks.texts import clean, shown

# The typeface of official documents (Decree 30/2020); staff have it, and so do printers.
FONT: Final = "Times New Roman"
SIZE: Final = 12
A4: Final = 9
LINE: Final = "#A6A6A6"
GREY: Final = "#595959"
MOST_CHARACTERS: Final = 32_767
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
# The two characters that XML has no way to write; control characters Excel has its own for.
_NOT_IN_XML: Final = frozenset("\ufffe\uffff")
_NAME_LENGTH: Final = 31
_TITLE_LENGTH: Final = 32

# XlsxWriter gives no types; sheets and styles are passed on as they come.
Sheet = Any
Style = Any


class _GrowingRows(Worksheet):  # type: ignore[misc]  # its type is not known
    """A sheet whose rows have a height but grow when more is typed into them.

    XlsxWriter marks every height as chosen by hand, and such rows never grow.
    """

    def _xml_start_tag_unencoded(
        self, tag: str, attributes: Sequence[tuple[str, object]] = ()
    ) -> None:
        if tag == "row":
            attributes = [one for one in attributes if one[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)


class Book:
    """A workbook that is being written; the same calls give the same bytes.

    Text stays text: no cell becomes a formula, a link or a number because of what it says.
    """

    def __init__(self, *, title: str, made_on: date) -> None:
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._bytes,
            {
                # In memory the members of the archive get a fixed date.
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": FONT, "font_size": SIZE},
            },
        )
        day = datetime(max(made_on.year, 1900), made_on.month, made_on.day)  # noqa: DTZ001 - a day
        self._book.set_properties({"title": title[:255], "created": day})
        self._styles: dict[tuple[tuple[str, object], ...], Style] = {}
        self._taken: set[str] = set()

    def add(self, name: str, *, colour: str = "") -> Sheet:
        """A new sheet, landscape on A4; its name made fit for a tab and unlike the others."""
        sheet = self._book.add_worksheet(self._tab(name), _GrowingRows)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(f'&C&"{FONT},Regular"&10&P/&N')
        if colour:
            sheet.set_tab_color(colour)
        return sheet

    def style(self, **looks: object) -> Style:
        """A style of cells; equal looks share one."""
        key = tuple(sorted(looks.items()))
        if key not in self._styles:
            wanted = {"font_name": FONT, "font_size": SIZE, "valign": "top", **looks}
            self._styles[key] = self._book.add_format(wanted)
        return self._styles[key]

    def content(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._bytes.getvalue()

    def _tab(self, name: str) -> str:
        wanted = name.translate(_FORBIDDEN).strip(" '") or "–"
        tab, number = wanted[:_NAME_LENGTH].rstrip(" '"), 2
        while tab.casefold() in self._taken or tab.casefold() == "history":
            ending = f" ({number})"
            tab, number = wanted[: _NAME_LENGTH - len(ending)] + ending, number + 1
        self._taken.add(tab.casefold())
        return tab


class Holder:
    """Puts texts into cells, and tells of those that would not come out the same."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def put(
        self, sheet: Sheet, at: tuple[int, int], text: str, style: object, *, column: str,
        of: str, line: int = 0,
    ) -> None:  # fmt: skip
        """Write one text, or note that it cannot be."""
        too_long = len(text.encode("utf-16-le")) // 2 > MOST_CHARACTERS
        if clean(text) != text or too_long or _NOT_IN_XML & set(text):
            self._problems.add(
                "workbook.cannot_hold",
                line=line,
                column=column,
                of=of,
                got=shown(text),
                limit=MOST_CHARACTERS,
            )
        elif text:
            sheet.write_string(*at, text, style)
        else:
            sheet.write_blank(*at, None, style)


def offer(
    sheet: Sheet,
    place: tuple[int, int, int, int],
    *,
    title: str,
    about: str,
    choices: Mapping[str, str] | None = None,
    among: str = "",
    fixed: bool = False,
) -> None:
    """Help that shows when one of the cells is chosen, and the list that may stand there.

    ``choices`` are offered by their labels, ``among`` is a range that holds what may be chosen;
    ``fixed`` cells are not to be typed into.
    """
    asked: dict[str, object] = {"validate": "any"}
    if choices is not None:
        asked = {"validate": "list", "source": list(choices.values())}
    elif among:
        asked = {"validate": "list", "source": among}
    elif fixed:
        asked = {"validate": "custom", "value": "=FALSE"}
    sheet.data_validation(
        *place,
        {
            **asked,
            "input_title": title[:_TITLE_LENGTH],
            "input_message": about[:255],
            "error_title": title[:_TITLE_LENGTH],
            "error_message": about[:255],
        },
    )
