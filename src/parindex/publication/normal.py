"""The normal form of a round: the same content as canonical JSON, full or public, and back.

What the members hold is specified in docs/spec/bundle.md, section 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from parindex.canonical import canonical_json, sha256
from parindex.criteria import parser, plain
from parindex.csvtable import CsvFile, Row, csv_line
from parindex.errors import Problems
from parindex.scoring.files import ADJUSTMENTS, COLUMNS, ENTRIES, MemoryFiles
from parindex.scoring.folder import SCHEMA, RoundFolder, assemble, spec_from_tree
from parindex.scoring.inputs import RoundSpec
from parindex.yamltree import Tree, read_json

# The documents of the normal form by member name, as mappings, lists and texts.
Documents = dict[str, dict[str, Any]]

ROUND: Final = "normal/round.json"
RULEBOOKS: Final = "normal/rulebooks.json"
WITHHELD_COLUMNS: Final = ("unit", "item", "stage", "digest")
_NUMBERS: Final = frozenset(
    {"numerator", "denominator", "value", "count", "points", "share", "se", "n", "index", "rank"}
)
_FLAGS: Final = frozenset({"veto", "not_applicable"})
_KEY: Final = b"parindex.public/1\n"


def member(table: str) -> str:
    """The member that holds a table of the round folder: ``normal/units.json``."""
    return "normal/" + table.removesuffix(".csv") + ".json"


def normalise(opened: RoundFolder) -> Documents:
    """The full normal form of a round that was read without a problem."""
    documents: Documents = {
        ROUND: _plain_round(opened.round.spec),
        RULEBOOKS: {
            group: plain.to_plain(criteria) for group, criteria in opened.round.criteria.items()
        },
    }
    for table, (required, optional) in COLUMNS.items():
        columns = (*required, *optional)
        stream = opened.files.open(table)
        rows: list[Row] = []
        if stream is not None:
            with stream:
                file = CsvFile(
                    stream, required=required, optional=optional, problems=Problems(file=table)
                )
                rows = [_normal_row(columns, row) for _, row in file.rows()]
        documents[member(table)] = _table(columns, rows)
    return documents


def _plain_round(spec: RoundSpec) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "round": spec.round,
        "index": spec.index,
        "year": str(spec.year),
        "reference_date": spec.reference_date.isoformat(),
        "stages": list(spec.stages),
        "final_from": list(spec.final_from),
        "incomplete": str(spec.incomplete),
        "groups": list(spec.groups),
    }


def _normal_row(columns: Sequence[str], row: Row) -> Row:
    return tuple(
        _normal_cell(column, cell) if cell else cell
        for column, cell in zip(columns, row, strict=True)
    )


def _normal_cell(column: str, cell: str) -> str:
    if column in _NUMBERS:
        return cell.removesuffix("%").rstrip().replace(",", ".")
    return "" if column in _FLAGS and cell == "no" else cell


def _table(columns: Sequence[str], rows: Iterable[Row]) -> dict[str, Any]:
    return {"columns": list(columns), "rows": sorted(rows)}


def publish(documents: Documents) -> Documents:
    """The public normal form: final rows and codes stay, everything said beside them is hidden."""
    key = _key(documents)
    public = dict(documents)
    public[member(ENTRIES)] = _public_entries(documents, key)
    adjustments = documents[member(ADJUSTMENTS)]
    public[member(ADJUSTMENTS)] = _table(
        adjustments["columns"], [_without_reason(row, key) for row in adjustments["rows"]]
    )
    return public


def _key(documents: Documents) -> str:
    # Made of everything that stays private, so that nobody without it can try out guesses.
    digests = "".join(sha256(canonical_json(documents[name])) + "\n" for name in sorted(documents))
    return hashlib.sha256(_KEY + digests.encode()).hexdigest()


def _hidden(row: Row, key: str) -> str:
    return sha256(key.encode() + b"\n" + canonical_json(row))


def _without_reason(row: Row, key: str) -> Row:
    return (*row[:-1], _hidden(row, key)) if row[-1] else row


def _public_entries(documents: Documents, key: str) -> dict[str, Any]:
    entries = documents[member(ENTRIES)]
    final = final_stages(entries["rows"], documents[ROUND]["final_from"])
    shown, withheld = [], []
    for row in entries["rows"]:
        unit, item, stage = row[:3]
        if final.get((unit, item)) == stage:
            shown.append(_without_reason(row, key))
        else:
            withheld.append((unit, item, stage, _hidden(row, key)))
    return {
        **_table(entries["columns"], shown),
        "withheld": _table(WITHHELD_COLUMNS, withheld),
    }


def final_stages(rows: Iterable[Row], final_from: Sequence[str]) -> dict[tuple[str, str], str]:
    """For each unit and item the stage that is final: the first of ``final_from`` with a row."""
    order = {stage: at for at, stage in enumerate(final_from)}
    final: dict[tuple[str, str], str] = {}
    for unit, item, stage, *_ in rows:
        if stage not in order:
            continue
        held = final.get((unit, item))
        if held is None or order[stage] < order[held]:
            final[unit, item] = stage
    return final


def open_normal(documents: Mapping[str, bytes], *, label: str) -> RoundFolder:
    """The round that the members of a normal form hold.

    Raises UnusableInputError where they do not hold a sound round, and KeyError, TypeError or
    ValueError where they are no normal form at all.
    """
    problems = Problems(file=f"{label}/{ROUND}")
    plain = read_json(documents[ROUND])
    spec = spec_from_tree(_with_rulebooks(plain), problems)
    problems.raise_if_any()
    rulebooks = read_json(documents[RULEBOOKS]).value
    if not isinstance(rulebooks, dict):
        raise TypeError(RULEBOOKS)
    criteria = {
        group: parser.from_tree(rulebooks[group], file=f"{label}/{RULEBOOKS}")
        for group in spec.groups
    }
    files = MemoryFiles(label, {table: _as_csv(documents[member(table)]) for table in COLUMNS})
    return assemble(files, spec, criteria, problems)


def read_withheld(content: bytes) -> dict[str, Any]:
    """The table of withheld rows of a public entries member."""
    table = read_json(content).value
    if not isinstance(table, dict) or not isinstance(table["withheld"].value, dict):
        raise TypeError(ENTRIES)
    rows = table["withheld"].value["rows"].value
    if not isinstance(rows, list):
        raise TypeError(ENTRIES)
    return _table(WITHHELD_COLUMNS, [tuple(_cells(row)) for row in rows])


def _with_rulebooks(plain: Tree) -> Tree:
    """A round's tree with its list of groups as the mapping that a round file has."""
    if not isinstance(plain.value, dict):
        raise TypeError(ROUND)
    groups = plain.value["groups"].value
    if not isinstance(groups, list):
        raise TypeError(ROUND)
    mapping = {str(one.value): Tree({"rulebook": Tree("-")}) for one in groups}
    return Tree({**plain.value, "groups": Tree(mapping)})


def _as_csv(content: bytes) -> bytes:
    table = read_json(content).value
    if not isinstance(table, dict):
        raise TypeError("a table has columns and rows")
    lines = [csv_line(_cells(table["columns"]))]
    rows = table["rows"].value
    if not isinstance(rows, list):
        raise TypeError("rows are a list")
    lines.extend(csv_line(_cells(row)) for row in rows)
    return "".join(lines).encode("utf-8")


def _cells(row: Tree) -> list[str]:
    if not isinstance(row.value, list):
        raise TypeError("a row is a list")
    cells = [cell.value for cell in row.value]
    if not all(isinstance(cell, str) for cell in cells):
        raise TypeError("a cell is text")
    return [str(cell) for cell in cells]
