"""Small rounds made in memory for tests: an item list and a few rows are enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parindex.errors import ParindexError
from parindex.scoring.files import MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import GroupRun, IndexRun, score_index

ROUND = """\
schema: parindex.round/1
round: thu
index: par-index
year: 2025
reference_date: 2025-12-31
stages: [self, appraised, council]
final_from: [council, appraised]
incomplete: {incomplete}
groups:
  so: {{rulebook: rulebook/so.yaml}}
"""
HEAD = """\
schema: parindex.rulebook/1
issuer: thu
index: par-index
group: so
tier: department
status: template
year: 2025
revision: 1
title: {vi: "Bộ tiêu chí thử"}
legal_basis: [{id: a, vi: "Quyết định thử", issued: 2025-01-10}]
"""
POLICIES: Mapping[str, str] = {
    "points_decimals": "4",
    "index_decimals": "2",
    "rank_on": "published",
    "ties": "share_best",
    "not_applicable": "renormalise",
}
ENTRY_HEADER = (
    "unit,item,stage,numerator,denominator,value,count,option,points,veto,not_applicable,reason"
)


def item(
    code: str, maximum: str, rule: str, *, source: str = "appraisal", more: Iterable[str] = ()
) -> str:
    """The lines of one item, to be put under `items:`."""
    lines = [
        f'- code: "{code}"',
        f"  id: i-{code.replace('.', '-')}",
        f'  name: {{vi: "Mục {code}"}}',
        f"  max_points: {maximum}",
        f"  source: {source}",
        f"  rule: {rule}",
        *(f"  {line}" for line in more),
    ]
    if not any(line.startswith("law:") for line in more):
        lines.append('  law: {basis: a, at: "1"}')
    return "\n".join(lines) + "\n"


def rulebook(
    areas: Mapping[str, Iterable[str]], *, tail: str = "", head: str = HEAD, **policies: str
) -> str:
    """A rulebook of areas, each a criterion of items; `tail` holds classes and the like."""
    chosen = {**POLICIES, **policies}
    text = head + "policies: {" + ", ".join(f"{k}: {v}" for k, v in chosen.items()) + "}\n" + tail
    text += "areas:\n"
    for code, items in areas.items():
        text += f'  - code: "{code}"\n    name: {{vi: "Lĩnh vực {code}"}}\n    criteria:\n'
        text += f'      - code: "{code}.1"\n        name: {{vi: "Tiêu chí"}}\n        items:\n'
        text += "".join(" " * 10 + line + "\n" for one in items for line in one.splitlines())
    return text


def files(
    areas: Mapping[str, Iterable[str]],
    *,
    entries: Iterable[str] = (),
    units: Iterable[str] = ("u1,Sở Một,so,yes",),
    tail: str = "",
    incomplete: str = "refuse",
    tables: Mapping[str, str] | None = None,
    **policies: str,
) -> MemoryFiles:
    """The files of a round; `tables` adds or replaces whole files."""
    contents = {
        "round.yaml": ROUND.format(incomplete=incomplete),
        "rulebook/so.yaml": rulebook(areas, tail=tail, **policies),
        "units.csv": "unit,name,group,ranked\n" + "".join(f"{one}\n" for one in units),
        "entries.csv": ENTRY_HEADER + "\n" + "".join(f"{one}\n" for one in entries),
        **(tables or {}),
    }
    return MemoryFiles("round", {name: text.encode() for name, text in contents.items()})


def row(unit: str, code: str, stage: str = "appraised", **cells: str) -> str:
    """A line of entries.csv."""
    columns = ENTRY_HEADER.split(",")
    return ",".join([unit, code, stage, *(cells.get(column, "") for column in columns[3:])])


def score(made: MemoryFiles) -> IndexRun:
    """The run of a round."""
    opened = read_folder(made)
    return score_index(opened.round, opened.entries(), problems=opened.problems)


def group(made: MemoryFiles) -> GroupRun:
    """The only group of a round, scored."""
    return score(made).groups[0]


def refusals(made: MemoryFiles) -> list[str]:
    """What the engine says against a round, in English; an accepted round is an error."""
    try:
        score(made)
    except ParindexError as error:
        return error.say("en")
    raise AssertionError("accepted")
