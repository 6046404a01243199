"""Phiếu tự chấm điểm as a workbook: filled in offline, sent back, returned with errors marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from parindex.criteria.model import Area, CriteriaSet, Criterion, Item
from parindex.criteria.plain import digest
from parindex.criteria.rules import Source
from parindex.criteria.sentences import number, sentence
from parindex.errors import Problem
from parindex.whole import whole_file
from parindex.workbooks.cells import NO, YES, shown_number, shown_value, tidy
from parindex.workbooks.errors_sheet import Marked
from parindex.workbooks.sheet_form import Form, Line
from parindex.workbooks.sheet_reading import Key, Remembered, SheetUpload
from parindex.workbooks.sheet_words import (
    CLOSED,
    CLOSED_BECAUSE,
    LOCKED,
    NOT_APPLICABLE,
    OPEN,
    REMEMBERED,
    SHEET,
    columns_for,
    entry_keys,
    most,
)
from parindex.workbooks.uploads import address

HEADER: Final = 4
_HOW: Final = (
    "Chỉ điền các ô nền vàng. Số thập phân dùng dấu phẩy, viết liền không có dấu ngăn hàng nghìn: "
    "1234,5. Để trống là chưa chấm, khác với 0. Điền xong thì lưu tệp và tải lên phần mềm."
)
_ENTERED_NUMBERS: Final = frozenset({"numerator", "denominator", "value", "count", "points"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a unit has claimed of an item so far, as the workbook starts from it.

    ``quantity`` holds the texts of QUANTITY_COLUMNS, numbers with a dot; ``version`` is that of
    the entry, 0 where there is none yet; ``evidence`` are the names of its documents.
    """

    quantity: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    evidence: Sequence[str] = ()
    version: int = 0


def write_sheet(
    criteria: CriteriaSet,
    *,
    unit_id: str,
    unit_name: str,
    round_id: str,
    round_title: str,
    claims: Mapping[str, Claim],
    locked: Collection[str],
    deadline_text: str,
    stage_title: str,
    file: Path | BinaryIO,
) -> None:
    """Write the workbook of a unit; the same call gives the same bytes.

    ``locked`` are codes of items that may not be changed any more. Raises UnusableInputError for
    a text that no cell holds.
    """
    lines, items = [], {}
    for row, line in enumerate(_lines(criteria, claims, locked), HEADER + 1):
        lines.append(line.at(row))
        if line.item is not None:
            items[line.item.code] = _remembered(line, claims, locked)
    key = Key(round_id=round_id, unit_id=unit_id, digest=digest(criteria), items=items)
    form = Form(
        criteria=criteria,
        title=f"Phiếu tự chấm điểm – {round_title}",
        made_on=_day(criteria),
        top=(
            f"Phiếu tự chấm điểm – {tidy(round_title)}",
            f"Đơn vị: {tidy(unit_name)} ({unit_id})",
            f"{tidy(stage_title)} · Hạn gửi: {tidy(deadline_text)} · {tidy(criteria.title.vi)}",
            _HOW,
        ),
        header=HEADER,
        columns={one.key: at for at, one in enumerate(columns_for(criteria))},
        lines=lines,
        key=key,
    )
    _save(form.content(), file)


def mark_errors(upload: SheetUpload, problems: Sequence[Problem] | None = None) -> bytes:
    """The uploaded workbook written anew, with what is wrong marked at the cells.

    Every cell keeps its place and its text; wrong ones are coloured and carry a comment, and the
    first sheet lists every problem with a link. Corrected, it can be sent in again.
    ``problems`` are the upload's own unless others are given.
    """
    told = upload.problems if problems is None else problems
    marked = Marked.of(told, sheet=SHEET)
    lines = [_again(upload, row, marked) for row in _filled_rows(upload)]
    top = [
        next((text for text in _texts(upload, row) if text), "")
        for row in range(upload.found.header)
    ]
    form = Form(
        criteria=upload.criteria,
        title=SHEET,
        made_on=_day(upload.criteria),
        top=top,
        header=upload.found.header,
        columns=upload.found.columns,
        lines=lines,
        key=upload.key,
        marked=marked,
    )
    return form.content()


def _save(content: bytes, file: Path | BinaryIO) -> None:
    if isinstance(file, Path):
        with whole_file(file) as fresh:
            fresh.write_bytes(content)
    else:
        file.write(content)


def _day(criteria: CriteriaSet) -> date:
    # Any fixed day will do for the file's properties; the year says which set it is.
    return date(min(max(criteria.year, 1900), 9999), 1, 1)


# ---- a fresh workbook


def _lines(
    criteria: CriteriaSet, claims: Mapping[str, Claim], locked: Collection[str]
) -> Iterator[Line]:
    codes = {item.code for item in criteria.items()}
    for area in criteria.areas:
        yield _heading(area, "area", codes)
        for criterion in area.criteria:
            if not criterion.is_item:
                yield _heading(criterion, "criterion", codes)
            for item in criterion.items:
                claim = claims.get(item.code, Claim())
                yield _item(item, claim, is_locked=item.code in locked)


def _heading(part: Area | Criterion, kind: str, codes: Collection[str]) -> Line:
    total = sum((item.max_points for item in _items(part)), start=Decimal(0)).normalize()
    texts = {
        # A code names one row: where an item has the same one, it is the item's.
        "code": "" if part.code in codes else part.code,
        "name": tidy(part.name.vi),
        "max_points": number(total, "vi"),
    }
    return Line(row=0, kind=kind, texts=texts)


def _items(part: Area | Criterion) -> Iterator[Item]:
    yield from part.items() if isinstance(part, Area) else part.items


def _item(item: Item, claim: Claim, *, is_locked: bool) -> Line:
    said = claim.quantity
    texts = {
        "code": item.code,
        "name": tidy(item.name.vi),
        "max_points": number(item.max_points, "vi"),
        "sentence": tidy(sentence(item, "vi")),
        "note": tidy(claim.note),
        "evidence": tidy("\n".join(claim.evidence)),
    }
    for key in entry_keys(item):
        texts[key] = _shown(item, key, said.get(key, ""))
    if item.source is not Source.APPRAISAL:
        texts["note"] = CLOSED_BECAUSE[item.source]
    elif said.get("not_applicable") == "yes":
        texts["note"] = tidy(NOT_APPLICABLE.format(reason=said.get("reason", "")))
    elif is_locked:
        texts["note"] = tidy(f"{LOCKED} {texts['note']}")
    is_open = _is_open(item, claim, is_locked=is_locked)
    fields = frozenset({*entry_keys(item), "note"}) if is_open else frozenset()
    return Line(row=0, kind="item", texts=texts, item=item, fields=fields)


def _is_open(item: Item, claim: Claim, *, is_locked: bool) -> bool:
    if item.source is not Source.APPRAISAL or is_locked:
        return False
    return claim.quantity.get("not_applicable") != "yes"


def _shown(item: Item, key: str, text: str) -> str:
    if key == "veto":
        return {"yes": YES, "no": NO}.get(text, "")
    if key in _ENTERED_NUMBERS:
        return shown_number(text, most=most(item, key))
    return text


def _remembered(line: Line, claims: Mapping[str, Claim], locked: Collection[str]) -> Remembered:
    assert line.item is not None  # noqa: S101 - asked for items only
    claim = claims.get(line.item.code, Claim())
    is_open = _is_open(line.item, claim, is_locked=line.item.code in locked)
    return Remembered(
        version=claim.version,
        state=OPEN if is_open else CLOSED,
        texts={key: line.texts.get(key, "") for key in REMEMBERED},
    )


# ---- the same workbook again


def _filled_rows(upload: SheetUpload) -> Iterator[int]:
    for row in range(upload.found.header + 1, len(upload.grid.rows)):
        if any(_texts(upload, row)):
            yield row


def _texts(upload: SheetUpload, row: int) -> list[str]:
    grid = upload.grid
    return [
        shown_value(value, percent=(row, column) in grid.percents)
        for column, value in enumerate(grid.rows[row])
    ]


def _again(upload: SheetUpload, row: int, marked: Marked) -> Line:
    texts, columns = _texts(upload, row), upload.found.columns
    known = {key: texts[at] for key, at in columns.items() if at < len(texts)}
    extra = {at: text for at, text in enumerate(texts) if text and at not in columns.values()}
    items = {item.code: item for item in upload.criteria.items()}
    item = items.get(tidy(known.get("code", "")))
    fields: frozenset[str] = frozenset()
    if item is not None and upload.key.items.get(item.code, Remembered()).state == OPEN:
        fields = frozenset({*entry_keys(item), "note"})
    wrong = {key for key, at in columns.items() if address(row, at) in marked.cells}
    areas = {area.code for area in upload.criteria.areas}
    kind = "item" if item else "area" if known.get("code", "") in areas else "criterion"
    return Line(row=row, kind=kind, texts=known, item=item, fields=fields | wrong, extra=extra)
