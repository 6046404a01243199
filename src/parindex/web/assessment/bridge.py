"""Rows to engine values and back: quantities, scores, traces, and a round as its folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from parindex.canonical import sha256
from parindex.criteria.model import Area, Item
from parindex.criteria.plain import plain_decimal
from parindex.csvtable import Numbers
from parindex.errors import Problem, Problems, UnusableInputError
from parindex.publication.seal import seal
from parindex.scoring.entries import KEY_COLUMNS, QUANTITY_COLUMNS, QuantityReader
from parindex.scoring.evaluate import Scorer
from parindex.scoring.explain import EntryExplainer, Explainer, Why
from parindex.scoring.files import COLUMNS, ENTRIES, ROUND_FILE, UNITS
from parindex.scoring.files import MemoryFiles as MemoryFiles  # noqa: PLC0414 - handed on
from parindex.scoring.folder import RoundFolder, read_folder
from parindex.scoring.inputs import Quantity
from parindex.scoring.run import IndexRun, score_index
from parindex.scoring.trace import Marker as Marker  # noqa: PLC0414 - handed on
from parindex.scoring.trace import Score
from parindex.web.reference.bridge import criteria_of
from parindex.web.reference.models import Rulebook
from parindex.workbooks.plain_table import read_plain_table

# What an entry keeps of its columns: those that say something, as text with a decimal point.
Said = Mapping[str, str]
# typed: by a person, with a decimal comma or point; plain: by a program, with a point.
Written = Literal["typed", "plain"]
_UPLOADED: Final = ("findings.csv", "facts.csv", "adjustments.csv", "previous.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What an entry says, as it is kept, and the points that follow."""

    said: Said
    points: Decimal
    maximum: Decimal
    marker: Marker


def items_of(rulebook: Rulebook) -> Mapping[str, tuple[Area, Item]]:
    """The items of a set by code, each with its area, in rulebook order."""
    return _items(rulebook.digest, rulebook.content)


@lru_cache(maxsize=64)
def _items(digest: str, content: str) -> Mapping[str, tuple[Area, Item]]:
    criteria = criteria_of(Rulebook(digest=digest, content=content))
    return {item.code: (area, item) for area in criteria.areas for item in area.items()}


def read_said(
    rulebook: Rulebook, item: Item, fields: Mapping[str, str], *, written: Written = "typed"
) -> Scored:
    """What the fields of an entry say of an item, by the contract's own reader.

    ``fields`` are columns of ``entries.csv``; absent or empty ones say nothing. Raises
    UnusableInputError with everything that the contract refuses.
    """
    problems = Problems()
    cells, separator = _cells(fields, written)
    numbers = Numbers(separator=separator, problems=problems)
    policies = criteria_of(rulebook).policies
    reader = QuantityReader(item, policies, numbers=numbers, problems=problems)
    read = reader.read(cells, 0)
    numbers.finish()
    problems.raise_if_any()
    assert read is not None  # noqa: S101 - None comes with a problem
    quantity, score = read
    return _scored(quantity, score, policies.points_decimals)


def _cells(fields: Mapping[str, str], written: Written) -> tuple[tuple[str, ...], str]:
    cells = [" ".join(fields.get(column, "").split()) for column in QUANTITY_COLUMNS]
    if written == "plain":
        return tuple(cells), ","
    # A form is no file: each number stands alone, and a comma in it can only be the decimal mark.
    # A point is one too unless it could as well part thousands: then the reader asks.
    commas = [at for at, cell in enumerate(cells[:6]) if cell.count(",") == 1 and "." not in cell]
    dots = any("." in cell for cell in cells[:6])
    for at in commas:
        cells[at] = cells[at].replace(",", ".")
    return tuple(cells), ";" if dots and not commas else ","


def _scored(quantity: Quantity, score: Score, decimals: int) -> Scored:
    said = {}
    for column in QUANTITY_COLUMNS:
        value = getattr(quantity, column)
        if isinstance(value, bool):
            if value:
                said[column] = "yes"
        elif isinstance(value, Decimal):
            said[column] = plain_decimal(value)
        elif value is not None and value != "":
            said[column] = str(value)
    return Scored(
        said=said,
        points=Decimal(score.points).scaleb(-decimals),
        maximum=Decimal(score.maximum).scaleb(-decimals),
        marker=score.marker,
    )


def why(rulebook: Rulebook, item: Item, said: Said, *, language: str) -> Why:
    """What a kept entry says in words, and how its points follow."""
    policies = criteria_of(rulebook).policies
    problems = Problems()
    reader = QuantityReader(
        item, policies, numbers=Numbers(separator=",", problems=problems), problems=problems
    )
    cells = tuple(said.get(column, "") for column in QUANTITY_COLUMNS)
    read = reader.read(cells, 0)
    problems.raise_if_any()
    assert read is not None  # noqa: S101 - what is kept was read before
    explainer = EntryExplainer(points_decimals=policies.points_decimals, language=language)
    return explainer.why(item, *read)


def law_of(rulebook: Rulebook, item: Item, *, language: str) -> tuple[str, str]:
    """The decision that an item rests on, in words, and where in it."""
    if item.law is None:
        return "", ""
    bases = {one.id: one.text for one in criteria_of(rulebook).legal_basis}
    basis = bases.get(item.law.basis)
    return (basis.say(language) if basis is not None else ""), item.law.at


def not_applicable(rulebook: Rulebook, item: Item, reason: str) -> Scored:
    """The entry of an item that does not apply, with its reason."""
    policies = criteria_of(rulebook).policies
    quantity = Quantity(not_applicable=True, reason=reason)
    score = Scorer(item, policies).score(quantity)
    return _scored(quantity, score, policies.points_decimals)


# ---- a round as its folder


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRows:
    """A round as plain rows, ready to be written as the contract's folder."""

    slug: str
    index: str
    year: int
    reference_date: date
    stages: Sequence[str]
    final_from: Sequence[str]
    missing_is_zero: bool
    # name of the group, its rulebook
    groups: Sequence[tuple[str, Rulebook]]
    # slug, name, group, ranked
    units: Sequence[tuple[str, str, str, bool]]
    # unit slug, item, stage, what is said
    entries: Iterable[tuple[str, str, str, Said]]
    # file name, content
    tables: Mapping[str, str]


def as_files(rows: RoundRows) -> MemoryFiles:
    """The round as the files of contract section 1, which `parindex score` reads too."""
    contents = {ROUND_FILE: _round_yaml(rows).encode()}
    for name, rulebook in rows.groups:
        contents[f"rulebook/{name}.yaml"] = rulebook.content.encode()
    contents[UNITS] = _csv(
        COLUMNS[UNITS][0],
        (
            (slug, name, group, "yes" if ranked else "no")
            for slug, name, group, ranked in rows.units
        ),
    )
    contents[ENTRIES] = _csv(
        (*KEY_COLUMNS, *QUANTITY_COLUMNS),
        (
            (unit, item, stage, *(said.get(column, "") for column in QUANTITY_COLUMNS))
            for unit, item, stage, said in rows.entries
        ),
    )
    contents |= {name: text.encode() for name, text in rows.tables.items() if name in _UPLOADED}
    return MemoryFiles(rows.slug, contents)


def _round_yaml(rows: RoundRows) -> str:
    groups = "".join(f"  {name}: {{rulebook: rulebook/{name}.yaml}}\n" for name, _ in rows.groups)
    return (
        "schema: parindex.round/1\n"
        f"round: {rows.slug}\nindex: {rows.index}\nyear: {rows.year}\n"
        f"reference_date: {rows.reference_date.isoformat()}\n"
        f"stages: [{', '.join(rows.stages)}]\nfinal_from: [{', '.join(rows.final_from)}]\n"
        f"incomplete: {'zero' if rows.missing_is_zero else 'refuse'}\n"
        f"groups:\n{groups}"
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def run_of(files: MemoryFiles) -> tuple[RoundFolder, IndexRun]:
    """The calculation of a round's files, by the one path that there is."""
    opened = read_folder(files)
    return opened, score_index(opened.round, opened.entries(), problems=opened.problems)


def unit_why(folder: RoundFolder, run: IndexRun, unit: str, *, language: str) -> Why:
    """Why a unit has its index: the tree of `parindex explain`."""
    at = {one.id: position for position, one in enumerate(folder.round.units)}[unit]
    kept = [row for row in folder.entries() if row[0] == at]
    return Explainer(run, unit, kept, language=language).unit()


def check_table(files: MemoryFiles) -> None:
    """Read a round's tables as the engine does; raises UnusableInputError with the problems."""
    # What is wrong in a table is noted while it is read, and raised by nobody until scored.
    read_folder(files).problems.raise_if_any(UnusableInputError)


def sealed(files: MemoryFiles) -> tuple[bytes, str]:
    """The bundle of a round and its digest. Raises IncompleteError with what is missing."""
    opened, run = run_of(files)
    content = seal(opened, run).to_bytes()
    return content, sha256(content)


def table_text(content: bytes, *, file: str, name: str) -> str:
    """An uploaded table as the text of its CSV file, from CSV or from a workbook of one sheet.

    Line n is row n. Raises UnusableInputError for what is neither.
    """
    if not file.lower().endswith(".xlsx"):
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problem = Problem(
                code="csv.encoding", file=file, line=content.count(b"\n", 0, error.start) + 1,
                values={"got": f"byte {error.start}"},
            )  # fmt: skip
            raise UnusableInputError([problem]) from error
    rows = read_plain_table(content, name=name.removesuffix(".csv"), file_name=file)
    width = len(rows[0]) if rows else 0
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return stream.getvalue()


def table_rows(text: str, *, most: int) -> tuple[list[list[str]], int]:
    """The header and the first rows of a table's text, and how many rows there are below it."""
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    shown: list[list[str]] = []
    count = 0
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        if not any(cell.strip() for cell in row):
            continue
        if count <= most:
            shown.append(row)
        count += 1
    return shown, max(count - 1, 0)


def digest_of(text: str) -> str:
    """The digest of a table's text."""
    return sha256(text.encode())


def scored_entries(files: MemoryFiles, entries: bytes) -> list[tuple[str, str, str, Scored]]:
    """The rows of an `entries.csv` for a round, each scored: unit, item, stage, what it says.

    Raises UnusableInputError with everything that the contract refuses.
    """
    opened = read_folder(MemoryFiles(files.label, {**files.contents, ENTRIES: entries}))
    round_ = opened.round
    items = {name: list(one.items()) for name, one in round_.criteria.items()}
    decimals = {name: one.policies.points_decimals for name, one in round_.criteria.items()}
    found = []
    for unit_at, item_at, stage_at, quantity, score, _ in opened.entries():
        unit = round_.units[unit_at]
        said = _scored(quantity, score, decimals[unit.group])
        item = items[unit.group][item_at].code
        found.append((unit.id, item, round_.spec.stages[stage_at], said))
    opened.problems.raise_if_any()
    return found
