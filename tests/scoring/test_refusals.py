"""Everything that section 1 of the contract refuses, each by one message at its line."""

from dataclasses import replace

import pytest
from rounds import ENTRY_HEADER, ROUND, files, group, item, refusals, row, score

from parindex.errors import ParindexError
from parindex.scoring.files import MemoryFiles

GIVEN = "{shape: given}"
GUARD = ('zero_if: {vi: "x"}',)
AREAS = {
    "1": [
        item("1.1.1", "2", GIVEN, more=GUARD),
        item("1.1.2", "2", "{shape: ratio}"),
        item("1.1.3", "2", "{shape: ratio, over_100: allowed}"),
        item("1.1.4", "2", "{shape: options, points: {a: 2, b: 0}}"),
        item("1.1.5", "2", "{shape: deduction, each: 1}"),
        item("1.1.6", "2", "{shape: bands, on: value, steps: [{from: 5, points: 2}]}"),
        item("1.1.7", "2", GIVEN, source="external"),
        item("1.1.8", "2", "{shape: ratio}", source="survey"),
        item("1.1.9", "2", "{shape: ratio}", source="dossiers"),
    ]
}
SOUND = [
    row("u1", "1.1.1", points="1"),
    row("u1", "1.1.2", numerator="1", denominator="2"),
    row("u1", "1.1.3", numerator="3", denominator="2"),
    row("u1", "1.1.4", option="a"),
    row("u1", "1.1.5", count="1"),
    row("u1", "1.1.6", value="7.5"),
    row("u1", "1.1.7", points="1"),
]
TABLES = {
    "findings.csv": "unit,item,share,se,n\nu1,1.1.8,0.5,0.01,9\n",
    "facts.csv": "unit,item,numerator,denominator\nu1,1.1.9,1,2\n",
}
CAPS = "adjustments: {bonus_cap: 2, deduction_cap: 2}\n"


def made(*more: str, tables: dict[str, str] | None = None, tail: str = CAPS) -> MemoryFiles:
    return files(AREAS, entries=[*SOUND, *more], tables={**TABLES, **(tables or {})}, tail=tail)


def codes(round_files: MemoryFiles) -> list[str]:
    try:
        score(round_files)
    except ParindexError as error:
        return [
            f"{one.file.removeprefix('round/')}:{one.line}:{one.code}" for one in error.problems
        ]
    raise AssertionError("accepted")


def test_the_sound_round_stands():
    assert group(made()).results[0].points == 120000


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (row("u1", "1.1.1", "self"), "entry.empty"),
        (row("u1", "1.1.1", "self", reason="vì"), "entry.empty"),
        (row("u1", "1.1.1", "self", veto="no"), "entry.empty"),
        (row("u1", "1.1.1", "self", veto="có"), "entry.not_yes_or_no"),
        (row("u1", "1.1.1", "self", not_applicable="1"), "entry.not_yes_or_no"),
        (row("u1", "1.1.1", "self", not_applicable="yes"), "entry.no_reason"),
        (row("u1", "1.1.1", "self", not_applicable="yes", reason=" "), "entry.no_reason"),
        (row("u1", "1.1.1", "self", not_applicable="yes", reason="\u200b –"), "entry.no_reason"),
        (row("u1", "1.1.2", "self", numerator="1", denominator="-4"), "entry.negative"),
        (row("u1", "1.1.2", "self", veto="yes"), "entry.no_guard"),
        (row("u1", "1.1.1", "self", points="1", count="1"), "entry.not_read"),
        (row("u1", "1.1.4", "self", option="a", points="1"), "entry.not_read"),
        (row("u1", "1.1.6", "self", value="1", numerator="1", denominator="1"), "entry.not_read"),
        (row("u1", "1.1.2", "self", value="1", numerator="1", denominator="1"), "entry.pair_and_value"),
        (row("u1", "1.1.2", "self", value="1", denominator="1"), "entry.pair_and_value"),
        (row("u1", "1.1.2", "self", numerator="1"), "entry.half_a_pair"),
        (row("u1", "1.1.2", "self", denominator="1"), "entry.half_a_pair"),
        (row("u1", "1.1.2", "self", numerator="3", denominator="2"), "entry.numerator_above"),
        (row("u1", "1.1.2", "self", value="100.01"), "entry.over_100"),
        (row("u1", "1.1.2", "self", numerator="0", denominator="0"), "entry.none_due"),
        (row("u1", "1.1.1", "self", points="2.0001"), "entry.above_maximum"),
        (row("u1", "1.1.1", "self", points="-1"), "entry.negative"),
        (row("u1", "1.1.1", "self", points="-0.5"), "entry.negative"),
        (row("u1", "1.1.5", "self", count="-1"), "entry.negative"),
        (row("u1", "1.1.2", "self", value="-1"), "entry.negative"),
        (row("u1", "1.1.2", "self", numerator="-1", denominator="1"), "entry.negative"),
        (row("u1", "1.1.5", "self", count="1.5"), "entry.not_whole"),
        (row("u1", "1.1.4", "self", option="c"), "entry.unknown_option"),
        (row("u1", "1.1.1", "self", points="x"), "number.not_a_number"),
        (row("u1", "1.1.7", "self", points="1"), "entry.self_on_external"),
        (row("u1", "1.1.8", points="1"), "entry.not_read"),
        (row("u1", "1.1.8", numerator="1", denominator="2"), "entry.not_entered"),
        (row("u1", "1.1.8", value="1", not_applicable="yes", reason="x"), "entry.not_entered"),
        (row("u1", "1.1.9", value="1"), "entry.not_entered"),
        (row("u9", "1.1.1", points="1"), "entry.unknown_unit"),
        (row("u1", "9.9", points="1"), "entry.unknown_item"),
        (row("u1", "1.1.1", "later", points="1"), "entry.unknown_stage"),
        (row("u1", "1.1.1", points="1"), "entry.repeated"),
        (row("u1", "1.1.1", points="2"), "entry.repeated"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_stand_is_refused_at_its_line(line: str, code: str):
    assert codes(made(line)) == [f"entries.csv:9:{code}"]


@pytest.mark.parametrize(
    ("line", "points"),
    [
        (row("u1", "1.1.1", "council", veto="yes"), 0),
        (row("u1", "1.1.1", "council", points="2", veto="yes"), 0),
        (row("u1", "1.1.1", "council", points="2", veto="no"), 20000),
        (row("u1", "1.1.1", "council", points="1.5000", reason="xét lại"), 15000),
    ],
)
def test_a_guard_a_quantity_or_both_are_a_row(line: str, points: int):
    assert group(made(line)).results[0].scores[0].points == points


@pytest.mark.parametrize("cell", ["98.5%", "98.5 %", "98.5"])
def test_a_percent_sign_is_read_where_a_ratio_is_asked_for(cell: str):
    assert (
        group(made(row("u1", "1.1.2", "council", value=cell))).results[0].scores[1].points == 19700
    )
    assert codes(made(row("u1", "1.1.6", "self", value="98%"))) == [
        "entries.csv:9:number.not_a_number"
    ]


def test_every_problem_is_told_at_once_in_order():
    found = codes(made(row("u9", "1.1.1", points="1"), row("u1", "1.1.1", "self", points="3")))
    assert found == ["entries.csv:9:entry.unknown_unit", "entries.csv:10:entry.above_maximum"]


def test_many_different_rows_of_one_item_are_all_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("parindex.scoring.entries._REMEMBERED", 2)
    units = [f"u{n},Sở {n},so,yes" for n in range(6)]
    entries = [row(f"u{n}", "1.1.1", points=str(n % 4)) for n in range(6)]
    found = group(files({"1": [item("1.1.1", "4", GIVEN)]}, entries=entries, units=units))
    assert [one.points for one in found.results] == [0, 10000, 20000, 30000, 0, 10000]


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"units.csv": "unit,name,group,ranked\nu1,Sở,so,yes\nu1,Sở,so,yes\n"}, "units.csv:3:units_file.repeated"),
        ({"units.csv": "unit,name,group,ranked\nu1,Sở,so,yes\n,Sở,so,yes\n"}, "units.csv:3:units_file.empty"),
        ({"units.csv": "unit,name,group,ranked\nu1,Sở,so,yes\nu2,,so,yes\n"}, "units.csv:3:units_file.empty"),
        ({"units.csv": "unit,name,group,ranked\nu1,Sở,so,yes\nu2,Sở,xa,yes\n"}, "units.csv:3:units_file.unknown_group"),
        ({"units.csv": "unit,name,group,ranked\nu1,Sở,so,yes\nu2,Sở,so,1\n"}, "units.csv:3:entry.not_yes_or_no"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,1.01\n"}, "findings.csv:2:finding.share"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,\n"}, "findings.csv:2:round.empty_cell"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,-0.5\n"}, "findings.csv:2:number.negative"),
        ({"findings.csv": "unit,item,share,n\nu1,1.1.8,0.5,1.5\n"}, "findings.csv:2:entry.not_whole"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,0.5\nu1,1.1.8,0.5\n"}, "findings.csv:3:round.repeated_row"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,0.5\nu1,1.1.1,0.5\n"}, "findings.csv:3:round.other_source"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,0.5\nu9,1.1.8,0.5\n"}, "findings.csv:3:entry.unknown_unit"),
        ({"findings.csv": "unit,item,share\nu1,1.1.8,0.5\nu1,9,0.5\n"}, "findings.csv:3:entry.unknown_item"),
        ({"facts.csv": "unit,item,numerator,denominator\nu1,1.1.9,3,2\n"}, "facts.csv:2:entry.numerator_above"),
        ({"facts.csv": "unit,item,numerator,denominator\nu1,1.1.9,1,2\nu1,1.1.8,1,2\n"}, "facts.csv:3:round.other_source"),
        ({"facts.csv": "unit,item,numerator,denominator\nu1,1.1.9,0,0\n"}, "facts.csv:2:entry.none_due"),
        ({"facts.csv": "unit,item,numerator,denominator\nu1,1.1.9,,\n"}, "facts.csv:2:fact.empty"),
        ({"adjustments.csv": "unit,kind,code,points\nu9,bonus,B,1\n"}, "adjustments.csv:2:entry.unknown_unit"),
        ({"adjustments.csv": "unit,kind,code,points\nu1,thưởng,B,1\n"}, "adjustments.csv:2:adjustment.kind"),
        ({"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,0\n"}, "adjustments.csv:2:adjustment.not_positive"),
        ({"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,-1\n"}, "adjustments.csv:2:number.negative"),
        ({"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,\n"}, "adjustments.csv:2:round.empty_cell"),
        ({"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,1\nu1,bonus,B,1\n"}, "adjustments.csv:3:round.repeated_row"),
        ({"previous.csv": "unit,index,rank\nu1,90,0\n"}, "previous.csv:2:previous.rank"),
        ({"previous.csv": "unit,index,rank\nu1,90,1.5\n"}, "previous.csv:2:previous.rank"),
        ({"previous.csv": "unit,index,rank\nu1,x,1\n"}, "previous.csv:2:number.not_a_number"),
        ({"previous.csv": "unit,index,rank,comparable\nu1,90,1,có\n"}, "previous.csv:2:entry.not_yes_or_no"),
        ({"previous.csv": "unit,index,rank\nu9,90,1\nu9,91,1\n"}, "previous.csv:3:round.repeated_row"),
        ({"entries.csv": ""}, "entries.csv:0:csv.empty"),
        ({"units.csv": "unit,name\n"}, "units.csv:1:csv.missing_column"),
    ],
)  # fmt: skip
def test_each_table_is_held_to_its_round(tables: dict[str, str], problem: str):
    assert problem in codes(made(tables=tables))


def test_a_broken_units_file_does_not_make_strangers_of_everybody():
    found = codes(made(tables={"units.csv": "unit,name,group,rank\nu1,Sở,so,yes\n"}))
    assert found == ["units.csv:1:csv.unknown_column", "units.csv:1:csv.missing_column"]
    found = codes(made(tables={"units.csv": 'unit,name,group,ranked\n"u1 ",Sở,so,yes\n'}))
    assert found == ["units.csv:2:units_file.spaces"]


@pytest.mark.parametrize("name", ["Units.csv", "entres.csv", "adjustment.csv", "finding.csv"])
def test_a_file_that_is_nearly_ours_is_named(name: str):
    assert codes(made(tables={name: "x\n"})) == [f"{name}:0:round.nearly"]


@pytest.mark.parametrize("name", ["costs.csv", "ghi-chu.csv", "readme.txt", "units.xlsx"])
def test_other_files_may_lie_in_the_folder(name: str):
    assert group(made(tables={name: "x\n"})).ranks == [1]


def test_an_empty_index_or_rank_of_last_year_is_accepted():
    tables = {"previous.csv": "unit,index,rank,group,comparable\nu1,,,so,no\n"}
    run = score(made(tables=tables))
    before = run.round.previous["u1"]
    assert (before.index, before.rank, before.group, before.comparable) == (None, None, "so", False)


def test_adjustments_need_caps():
    tables = {"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,1\n"}
    assert codes(made(tables=tables, tail="")) == ["adjustments.csv:2:adjustment.no_caps"]


def changed(name: str, old: str, new: str) -> list[str]:
    contents = dict(made().contents)
    before = contents[name]
    contents[name] = before.replace(old.encode(), new.encode())
    assert contents[name] != before
    return codes(replace(made(), contents=contents))


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("round.yaml", "round/1", "round/2", "round.yaml:1:rulebook.schema"),
        ("round.yaml", "[council, appraised]", "[council, x]", "round.yaml:7:round.unknown_stage"),
        ("round.yaml", "[council, appraised]", "[]", "round.yaml:7:yaml.empty_list"),
        ("round.yaml", "[self, appraised, council]", "[self, appraised, council, self]", "round.yaml:6:yaml.repeated_key"),
        ("round.yaml", "[self, appraised, council]", "[self, appraised, council, [x]]", "round.yaml:6:yaml.not_text"),
        ("round.yaml", "refuse", "ask", "round.yaml:8:yaml.not_a_choice"),
        ("round.yaml", "  so: {rulebook: rulebook/so.yaml}", "  {}", "round.yaml:10:yaml.empty_list"),
        ("round.yaml", "rulebook/so.yaml", "rulebook/khac.yaml", "round.yaml:0:round.no_rulebook"),
        ("round.yaml", "{rulebook: ", "{colour: red, rulebook: ", "round.yaml:10:yaml.unknown_key"),
        ("round.yaml", "year: 2025", "year: 2024", "rulebook/so.yaml:0:round.other_rulebook"),
        ("round.yaml", "index: par-index", "index: sipas", "rulebook/so.yaml:0:round.other_rulebook"),
        ("rulebook/so.yaml", "group: so", "group: xa", "rulebook/so.yaml:0:round.other_rulebook"),
        ("rulebook/so.yaml", "tier: department", "tier: x", "rulebook/so.yaml:5:yaml.not_a_choice"),
        ("rulebook/so.yaml", "{a: 2, b: 0}", "{a: 3, b: 0}", "rulebook/so.yaml:42:lint.above_maximum"),
        ("rulebook/so.yaml", "            law:", "            examples: [{points: 1}]\n            law:", "rulebook/so.yaml:35:entry.empty"),
        ("round.yaml", "schema", "\tschema", "round.yaml:1:yaml.syntax"),
    ],
)  # fmt: skip
def test_round_and_rulebook_must_fit(name: str, old: str, new: str, problem: str):
    assert problem in changed(name, old, new)


@pytest.mark.parametrize("name", ["round.yaml", "units.csv", "entries.csv"])
def test_a_required_file_is_missed(name: str):
    contents = {key: value for key, value in made().contents.items() if key != name}
    assert f"{name}:0:round.missing_file" in codes(replace(made(), contents=contents))


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    limit = len(made().contents["entries.csv"]) - 1
    monkeypatch.setattr("parindex.scoring.files.MAX_BYTES", limit)
    assert "entries.csv:0:round.too_large" in codes(made())


def test_a_dialect_changes_nothing():
    plain = group(made())
    contents = dict(made().contents)
    for name, dotted in (("entries.csv", "7.5"), ("findings.csv", "0.5;0.01")):
        text = contents[name].decode().replace(",", ";")
        assert dotted in text
        text = text.replace(dotted, dotted.replace(".", ","))
        contents[name] = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert group(replace(made(), contents=contents)) == plain


def test_messages_are_in_the_readers_language():
    english = refusals(made(row("u1", "1.1.1", "self", points="3")))
    assert english == [
        "round/entries.csv:9: the points of item “1.1.1” are above its maximum; "
        "expected from 0 to 2; got 3; fix: mend the points"
    ]
    assert ENTRY_HEADER.count(",") == 11
    assert "{incomplete}" in ROUND
