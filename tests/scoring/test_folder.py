"""The files of a round as they are found, opened and read: on both sides of every limit."""

import io
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pytest
from rounds import ENTRY_HEADER, files, group, item, row, rulebook, score

from parindex.criteria.catalogue import Catalogue
from parindex.errors import ParindexError
from parindex.scoring.change import Change, Direction
from parindex.scoring.classification import applying
from parindex.scoring.files import FolderFiles, MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.inputs import (
    Adjustment,
    AdjustmentKind,
    Fact,
    Previous,
    Quantity,
    RoundSpec,
)
from parindex.survey.finding import Finding

D = Decimal
GIVEN = "{shape: given}"
TWO_GROUPS = """\
schema: parindex.round/1
round: hai-nhom
index: par-index
year: 2025
reference_date: 2025-06-30
stages: [appraised]
final_from: [appraised]
incomplete: zero
groups:
  so: {rulebook: rulebook/so.yaml}
  xa: {rulebook: rulebook/xa.yaml}
"""


def told(round_files: MemoryFiles) -> list[str]:
    try:
        score(round_files)
    except ParindexError as error:
        return [
            f"{one.file.removeprefix('round/')}:{one.line}:{one.code}" for one in error.problems
        ]
    raise AssertionError("accepted")


def one_item(*entries: str, **tables: str) -> MemoryFiles:
    return files(
        {"1": [item("1.1.1", "2", GIVEN)]},
        entries=entries,
        tables={f"{name}.csv": text for name, text in tables.items()},
        tail="adjustments: {bonus_cap: 2, deduction_cap: 2}\n",
    )


# ---- a folder on disk


def test_a_file_is_found_inside_the_folder_and_nowhere_else(tmp_path: Path):
    (tmp_path / "round").mkdir()
    (tmp_path / "round" / "units.csv").write_bytes(b"unit\n")
    (tmp_path / "outside.csv").write_bytes(b"x")
    (tmp_path / "round" / "link.csv").symlink_to(tmp_path / "outside.csv")
    made = FolderFiles(tmp_path / "round", Catalogue.of([]))
    assert made.label == str(tmp_path / "round")
    assert made.path("units.csv") == tmp_path / "round" / "units.csv"
    assert made.size("units.csv") == 5
    stream = made.open("units.csv")
    assert stream is not None
    with stream:
        assert stream.read() == b"unit\n"
    for name in ("../outside.csv", "link.csv", "missing.csv", "."):
        assert made.path(name) is None
        assert made.open(name) is None
    assert made.size("missing.csv") == 0


def test_a_rulebook_that_is_not_in_the_folder_is_found_by_name(tmp_path: Path):
    name = "template/par-index/province/2025"
    found = FolderFiles(tmp_path, Catalogue.of([])).path(name)
    assert found is not None
    assert found.as_posix().endswith(f"rulebooks/{name}.yaml")


# ---- what is read


def test_round_yaml_is_read_key_by_key():
    spec = read_folder(one_item()).round.spec
    assert spec == RoundSpec(
        round="thu",
        index="par-index",
        year=2025,
        reference_date=date(2025, 12, 31),
        stages=("self", "appraised", "council"),
        final_from=("council", "appraised"),
        incomplete=spec.incomplete,
        groups={"so": "rulebook/so.yaml"},
    )
    assert spec.incomplete == "refuse"


def test_the_letters_of_round_yaml_are_composed():
    made = one_item(row("u1", "1.1.1", "đợt cuối", points="1"))
    text = made.contents["round.yaml"].decode().replace("council", "đợt cuối")
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    contents = {**made.contents, "round.yaml": decomposed.encode()}
    assert group(replace(made, contents=contents)).results[0].points == 10000


def test_the_schema_is_refused_at_its_own_line():
    made = one_item()
    schema, rest = made.contents["round.yaml"].split(b"\n", 1)
    contents = {**made.contents, "round.yaml": rest + schema.replace(b"round/1", b"round/0")}
    line = rest.count(b"\n") + 1
    assert told(replace(made, contents=contents)) == [f"round.yaml:{line}:rulebook.schema"]


def test_the_tables_are_read_cell_by_cell():
    areas = {
        "1": [
            item("1.1.1", "2", "{shape: ratio}", source="survey"),
            item("1.1.2", "2", "{shape: ratio}", source="dossiers"),
        ]
    }
    made = files(
        areas,
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,no"],
        tables={
            "findings.csv": "unit,item,share,se,n\nu1,1.1.1,1,0.25,12\nu2,1.1.1,0,,\n",
            "facts.csv": "unit,item,numerator,denominator,basis,digest\n"
            "u1,1.1.2,3,4,resolved,abc\nu2,1.1.2,0,4,,\n",
            "adjustments.csv": "unit,kind,code,points,reason\n"
            "u2,bonus,B,1,hay\nu1,deduction,C,0.5,trễ\nu1,bonus,B,0.25,\n",
            "previous.csv": "unit,index,rank,group,comparable\nu1,0,1,so,yes\nu2,90.5,2,,no\n",
        },
        tail="adjustments: {bonus_cap: 2, deduction_cap: 2}\n",
    )
    run = score(made)
    assert run.round.findings == {
        ("u1", "1.1.1"): Finding(unit="u1", item="1.1.1", share=D(1), se=D("0.25"), n=12),
        ("u2", "1.1.1"): Finding(unit="u2", item="1.1.1", share=D(0), se=None, n=None),
    }
    assert run.round.facts == {
        ("u1", "1.1.2"): Fact(
            unit="u1", item="1.1.2", quantity=Quantity(3, 4), basis="resolved", digest="abc"
        ),
        ("u2", "1.1.2"): Fact(unit="u2", item="1.1.2", quantity=Quantity(0, 4)),
    }
    bonus, deduction = AdjustmentKind.BONUS, AdjustmentKind.DEDUCTION
    assert run.round.adjustments == (
        Adjustment(unit="u1", kind=bonus, code="B", points=D("0.25")),
        Adjustment(unit="u1", kind=deduction, code="C", points=D("0.5"), reason="trễ"),
        Adjustment(unit="u2", kind=bonus, code="B", points=D(1), reason="hay"),
    )
    assert run.round.previous == {
        "u1": Previous(unit="u1", index=D(0), rank=1, group="so", comparable=True),
        "u2": Previous(unit="u2", index=D("90.5"), rank=2, group="", comparable=False),
    }
    assert [one.line for one in run.round.units] == [2, 3]
    assert [one.ranked for one in run.round.units] == [True, False]
    assert [one.points for one in run.groups[0].results] == [35000, 0]


def test_every_number_of_a_table_is_a_decimal_or_whole():
    run = score(
        one_item(
            row("u1", "1.1.1", points="1"),
            adjustments="unit,kind,code,points\nu1,bonus,B,1\n",
            previous="unit,index,rank\nu1,90,1\n",
        )
    )
    assert isinstance(run.round.adjustments[0].points, Decimal)
    assert isinstance(run.round.previous["u1"].index, Decimal)


# ---- both sides of what a row may say

EDGES = {
    "1": [
        item("1.1.1", "2", GIVEN),
        item("1.1.2", "2", "{shape: ratio}"),
        item("1.1.3", "2", "{shape: deduction, each: 1}"),
    ]
}


@pytest.mark.parametrize(
    ("line", "points"),
    [
        (row("u1", "1.1.1", points="2"), 20000),
        (row("u1", "1.1.1", points="0"), 0),
        (row("u1", "1.1.2", numerator="4", denominator="4"), 20000),
        (row("u1", "1.1.2", numerator="0.5", denominator="0.5"), 20000),
        (row("u1", "1.1.2", numerator="1", denominator="12345678901234"), 0),
        (row("u1", "1.1.2", numerator="12345678", denominator="12345678"), 20000),
        (row("u1", "1.1.2", value="100"), 20000),
        (row("u1", "1.1.2", value="100%"), 20000),
        (row("u1", "1.1.3", count="2.0"), 0),
        (row("u1", "1.1.3", count="0"), 20000),
    ],
)
def test_the_last_figure_that_may_stand(line: str, points: int):
    found = group(files(EDGES, entries=[line], incomplete="zero")).results[0]
    assert found.points == points


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"numerator": "٣", "denominator": "4"}, ["number.not_a_number"]),
        ({"numerator": "²", "denominator": "4"}, ["number.not_a_number"]),
        ({"numerator": "1" * 16, "denominator": "1" * 16}, ["number.not_a_number"] * 2),
        ({"numerator": "x", "denominator": "0.5"}, ["number.not_a_number"]),
        ({"numerator": "1", "option": "a", "value": "x"},
         ["entry.not_read", "entry.pair_and_value", "number.not_a_number"]),
    ],
)  # fmt: skip
def test_what_may_not_stand_is_told_wholly_and_once(cells: dict[str, str], codes: list[str]):
    made = files(EDGES, entries=[row("u1", "1.1.2", **cells)])
    assert told(made) == [f"entries.csv:2:{code}" for code in codes]


def test_an_external_item_is_entered_at_every_stage_but_the_claim():
    made = files({"1": [item("1.1.1", "2", GIVEN, source="external")]})
    contents = dict(made.contents)
    for stages in (b"[appraised, council]", b"[council, appraised]"):
        contents["round.yaml"] = made.contents["round.yaml"].replace(
            b"[self, appraised, council]", stages
        )
        for stage in ("appraised", "council"):
            line = row("u1", "1.1.1", stage, points="1")
            contents["entries.csv"] = f"{ENTRY_HEADER}\n{line}\n".encode()
            assert group(replace(made, contents=contents)).results[0].points == 10000


def test_a_decimal_that_could_be_thousands_is_refused_in_every_file():
    sound = row("u1", "1.1.1", points="1.234")
    assert group(one_item(sound, previous="unit,index,rank\nu1,1.234,1\n")).ranks == [1]
    doubtful = f"{ENTRY_HEADER}\n{sound}\n".replace(",", ";")
    assert told(one_item(entries=doubtful)) == ["entries.csv:2:number.ambiguous"]
    previous = "unit;index;rank\nu1;1.234;1\n"
    assert told(one_item(sound, previous=previous)) == ["previous.csv:2:number.ambiguous"]


# ---- limits and streams


class Watched:
    """Files that remember the streams they gave."""

    label = "round"

    def __init__(self, made: MemoryFiles) -> None:
        self.made = made
        self.streams: list[BinaryIO] = []

    def open(self, name: str) -> BinaryIO | None:
        if name not in self.made.contents:
            return None
        self.streams.append(io.BytesIO(self.made.contents[name]))
        return self.streams[-1]

    def size(self, name: str) -> int:
        return self.made.size(name)

    def names(self) -> list[str]:
        return list(self.made.contents)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(monkeypatch: pytest.MonkeyPatch):
    watched = Watched(one_item(row("u1", "1.1.1", points="1")))
    limit = max(map(len, watched.made.contents.values()))
    entries = watched.made.contents["entries.csv"]
    contents = {**watched.made.contents, "entries.csv": entries.ljust(limit, b"\n")}
    watched.made = replace(watched.made, contents=contents)
    monkeypatch.setattr("parindex.scoring.files.MAX_BYTES", limit)
    opened = read_folder(watched)
    assert len(list(opened.entries())) == 1
    contents["entries.csv"] += b"\n"
    assert list(opened.entries()) == []
    problem = opened.problems.found[0]
    assert (problem.code, problem.file) == ("round.too_large", "round/entries.csv")
    assert problem.values == {"limit": limit, "got": limit + 1}
    assert len(watched.streams) == 5
    assert all(stream.closed for stream in watched.streams)


# ---- several groups


def two_groups(*, entries: str = "", round_yaml: str = TWO_GROUPS) -> MemoryFiles:
    made = files({"1": [item("1.1.1", "2", GIVEN)]}, units=["u1,Sở Một,so,yes", "x1,Xã,xa,yes"])
    text = rulebook({"1": [item("1.1.1", "4", GIVEN), item("1.1.2", "4", GIVEN)]})
    contents = {
        **made.contents,
        "round.yaml": round_yaml.encode(),
        "rulebook/xa.yaml": text.replace("group: so", "group: xa").encode(),
        "entries.csv": f"{ENTRY_HEADER}\n{entries}".encode(),
    }
    return replace(made, contents=contents)


def test_every_group_has_its_own_items_sheets_and_ranks():
    entries = "".join(
        line + "\n"
        for line in (
            row("x1", "1.1.2", points="4"),
            row("u1", "1.1.1", points="1"),
            row("x1", "1.1.1", points="2"),
        )
    )
    run = score(two_groups(entries=entries))
    assert [one.name for one in run.groups] == ["so", "xa"]
    assert [[unit.id for unit in one.units] for one in run.groups] == [["u1"], ["x1"]]
    assert [one.results[0].index for one in run.groups] == [5000, 7500]
    assert [one.ranks for one in run.groups] == [[1], [1]]
    assert run.group_of("x1") == (run.groups[1], 0)
    assert told(two_groups(entries=row("u1", "1.1.2", points="1"))) == [
        "entries.csv:2:entry.unknown_item"
    ]


def test_every_missing_rulebook_is_told_at_once():
    missing = two_groups(round_yaml=TWO_GROUPS.replace("rulebook/", "khac/"))
    assert told(missing) == ["round.yaml:0:round.no_rulebook"] * 2
    contents = {
        **two_groups().contents,
        "units.csv": b"unit,name,group,ranked\nu,N,th\xc3\xb4n,no\n",
    }
    with pytest.raises(ParindexError, match="expected one of so, xa; got “thôn”"):
        score(replace(two_groups(), contents=contents))


# ---- the least differences


def test_the_least_points_rank_above_none_on_the_exact_index():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[row("u1", "1.1.1", points="0"), row("u2", "1.1.1", points="0.0001")],
        units=["u1,Một,so,yes", "u2,Hai,so,yes"],
        rank_on="exact",
    )
    assert group(made).ranks == [2, 1]


@pytest.mark.parametrize(
    ("index", "direction"),
    [
        ("0.01", Direction.UP),
        ("1", Direction.UP),
        ("-0.01", Direction.DOWN),
        ("0.00", Direction.UNCHANGED),
    ],
)
def test_the_least_change_has_a_direction(index: str, direction: Direction):
    assert Change(index=D(index)).direction is direction


def test_no_area_index_is_below_any_bound():
    made = files(
        {"1": [item("1.1.1", "2", GIVEN)]},
        tail='classes: [{id: a, name: {vi: "A"}, from: 50}, {id: b, name: {vi: "B"}, from: 0}]\n'
        "ceilings: [{at_most: b, when: {area_index_below: 60}}]\n",
    )
    criteria = read_folder(made).round.criteria["so"]
    assert applying(criteria, area_indices=[], zero_items=frozenset()) == []
    assert applying(criteria, area_indices=[D(60), D(90)], zero_items=frozenset()) == []
    assert len(applying(criteria, area_indices=[D("59.99"), D(90)], zero_items=frozenset())) == 1
