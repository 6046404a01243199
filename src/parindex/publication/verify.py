"""Recompute a bundle from its own inputs and name each file or number that differs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from parindex.canonical import canonical_json
from parindex.criteria.rules import Source
from parindex.errors import NotGoodBundleError, ParindexError, Problem, Problems
from parindex.publication import normal, seal
from parindex.publication.bundle import INPUT, NORMAL, RESULTS, Bundle, read_bundle
from parindex.scoring.files import ADJUSTMENTS, ENTRIES, MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.inputs import SELF_STAGE, Round
from parindex.scoring.run import IndexRun, score_index

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_KEYS: Final = {"results.csv": 2, "areas.csv": 3, "items.csv": 3, "groups.csv": 1}


def verify(content: bytes, *, file: str) -> tuple[Bundle, IndexRun]:
    """The bundle and the run recomputed from its inputs, if every byte of it holds.

    Raises NotGoodBundleError naming each member and each number that differs.
    """
    bundle = read_bundle(content, file=file)
    try:
        again, run = _again(bundle, file)
    except (
        ParindexError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        problems = error.problems if isinstance(error, ParindexError) else ()
        first = Problem(code="bundle.inputs", file=file)
        raise NotGoodBundleError([first, *problems]) from error
    found = Problems(file=file)
    _compare(bundle, again, found)
    if not found.found and again.to_bytes() != content:
        found.add("bundle.bytes", at=_first_difference(again.to_bytes(), content))
    found.raise_if_any(NotGoodBundleError)
    return bundle, run


def _again(bundle: Bundle, file: str) -> tuple[Bundle, IndexRun]:
    """The bundle as it must be, made anew from the input files, or from a public normal form."""
    if bundle.public:
        opened = normal.open_normal(bundle.part(NORMAL), label=file)
        run = score_index(opened.round, opened.entries(), problems=opened.problems)
        documents = {
            name: canonical_json(document)
            for name, document in _public_documents(
                bundle, file, opened.round, normal.normalise(opened)
            ).items()
        }
        again = seal.assemble(
            originals={}, documents=documents, run=run, public=True, links=bundle.links
        )
        return again, run
    inside = {name.removeprefix(INPUT): content for name, content in bundle.part(INPUT).items()}
    opened = read_folder(MemoryFiles(f"{file}/input", inside))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal.seal(opened, run, links=bundle.links), run


def _public_documents(
    bundle: Bundle, file: str, round_: Round, read: normal.Documents
) -> normal.Documents:
    """A public normal form as it must be written, from what was read of it.

    Raises NotGoodBundleError where something is open that a public bundle must hide.
    """
    problems = Problems(file=f"{file}/{normal.member(ENTRIES)}")
    withheld = normal.read_withheld(bundle.members[normal.member(ENTRIES)])
    entries = read[normal.member(ENTRIES)]
    final_from = read[normal.ROUND]["final_from"]
    final = normal.final_stages([*entries["rows"], *withheld["rows"]], final_from)
    for row in entries["rows"]:
        if final[row[0], row[1]] != row[2]:
            problems.add("bundle.open_row", row=", ".join(row[:3]))
    seen = {row[:3] for row in entries["rows"]}
    places = _places(round_)
    for row in withheld["rows"]:
        if row[:3] in seen or row[:3] not in places or not _DIGEST.fullmatch(row[3]):
            problems.add("bundle.withheld_row", row=", ".join(row[:3]))
        seen.add(row[:3])
    for table in (ENTRIES, ADJUSTMENTS):
        for row in read[normal.member(table)]["rows"]:
            if row[-1] and not _DIGEST.fullmatch(row[-1]):
                problems.add("bundle.open_reason", row=", ".join(row[:3]))
    problems.raise_if_any(NotGoodBundleError)
    return {**read, normal.member(ENTRIES): {**entries, "withheld": withheld}}


def _places(round_: Round) -> set[tuple[str, str, str]]:
    """Every unit, item and stage under which something can have been entered."""
    return {
        (unit.id, item.code, stage)
        for unit in round_.units
        for item in round_.criteria[unit.group].items()
        for stage in round_.spec.stages
        if item.source is not Source.EXTERNAL or stage != SELF_STAGE
    }


def _compare(bundle: Bundle, again: Bundle, found: Problems) -> None:
    for name in sorted({*bundle.members, *again.members}):
        if name not in bundle.members:
            found.add("bundle.missing_member", member=name)
        elif name not in again.members:
            found.add("bundle.strange_member", member=name)
        elif bundle.members[name] != again.members[name]:
            if name.startswith(RESULTS):
                _compare_table(name, bundle.members[name], again.members[name], found)
            else:
                at = _first_difference(again.members[name], bundle.members[name])
                found.add("bundle.member", member=name, at=at)


def _compare_table(name: str, sealed: bytes, computed: bytes, found: Problems) -> None:
    """Each cell of a result table that differs, by the row's key and the column."""
    width = _KEYS[name.removeprefix(RESULTS)]
    header, *_ = computed.decode("utf-8").splitlines()
    columns = header.split(",")
    theirs, ours = _keyed(sealed, width), _keyed(computed, width)
    before = len(found.found)
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        mine, other = ours.get(key, []), theirs.get(key, [])
        for at, column in enumerate(columns):
            expected = mine[at] if at < len(mine) else ""
            got = other[at] if at < len(other) else ""
            if expected != got:
                found.add(
                    "bundle.number",
                    member=name,
                    row=", ".join(key),
                    column=column,
                    expected=expected,
                    got=got,
                )
    if len(found.found) == before:
        found.add("bundle.member", member=name, at=_first_difference(computed, sealed))


def _keyed(content: bytes, width: int) -> dict[tuple[str, ...], list[str]]:
    rows: Iterator[list[str]] = csv.reader(
        io.StringIO(content.decode("utf-8", errors="replace"), newline="")
    )
    return {tuple(row[:width]): row for row in rows}


def _first_difference(expected: bytes, got: bytes) -> int:
    """The offset of the first byte that differs, or of the end of the shorter."""
    for at, (one, other) in enumerate(zip(expected, got, strict=False)):
        if one != other:
            return at
    return min(len(expected), len(got))
