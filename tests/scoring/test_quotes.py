"""What a refusal quotes: the item, the column, the cell and what could stand there instead."""

from dataclasses import replace

import pytest
from rounds import files, item, row, rulebook, score

from parindex.criteria.parser import read_rulebook
from parindex.errors import LANGUAGES, ParindexError, Problem
from parindex.scoring.examples import check_examples
from parindex.scoring.files import MemoryFiles

GIVEN = "{shape: given}"
BANDS = "{shape: bands, on: value, steps: [{from: 5, points: 2}]}"
AREAS = {
    "1": [
        item("1.1.1", "2", GIVEN, more=('zero_if: {vi: "x"}',)),
        item("1.1.2", "2", "{shape: ratio}"),
        item("1.1.4", "2", "{shape: options, points: {b: 2, a: 0}}"),
        item("1.1.5", "2", "{shape: deduction, each: 1}"),
        item("1.1.6", "2", BANDS),
        item("1.1.7", "2", GIVEN, source="external"),
        item("1.1.8", "2", "{shape: ratio}", source="survey"),
        item("1.1.9", "2", "{shape: ratio}", source="dossiers"),
    ]
}
TABLES = {
    "findings.csv": "unit,item,share\nu1,1.1.8,0.5\n",
    "facts.csv": "unit,item,value\nu1,1.1.9,50\n",
}
CAPS = "adjustments: {bonus_cap: 2, deduction_cap: 2}\n"
LONG = "chữ" * 30


def made(*rows: str, tables: dict[str, str] | None = None, tail: str = CAPS) -> MemoryFiles:
    return files(AREAS, entries=rows, tables={**TABLES, **(tables or {})}, tail=tail)


def told(round_files: MemoryFiles) -> list[Problem]:
    try:
        score(round_files)
    except ParindexError as error:
        return list(error.problems)
    raise AssertionError("accepted")


def quotes(problem: Problem) -> str:
    """Place, code and quotes on one line; the message must hold together in both languages."""
    for language in LANGUAGES:
        assert problem.say(language).startswith(f"{problem.file}:{problem.line}: ")
    said = "".join(f" {key}={value}" for key, value in sorted(problem.values.items()))
    return f"{problem.file}:{problem.line} {problem.code}{said}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row("u1", "1.1.1"), "entry.empty columns=points of=1.1.1"),
        (row("u1", "1.1.2"), "entry.empty columns=numerator, denominator, value of=1.1.2"),
        (row("u1", "1.1.4"), "entry.empty columns=option of=1.1.4"),
        (row("u1", "1.1.5"), "entry.empty columns=count of=1.1.5"),
        (row("u1", "1.1.6"), "entry.empty columns=value of=1.1.6"),
        (row("u1", "1.1.1", veto="có"), "entry.not_yes_or_no column=veto got=có of=1.1.1"),
        (row("u1", "1.1.1", points="1", not_applicable=LONG),
         f"entry.not_yes_or_no column=not_applicable got={LONG[:60]} of=1.1.1"),
        (row("u1", "1.1.1", not_applicable="yes"), "entry.no_reason of=1.1.1"),
        (row("u1", "1.1.2", veto="yes"), "entry.no_guard of=1.1.2"),
        (row("u1", "1.1.1", points="1", count="1"), "entry.not_read column=count columns=points of=1.1.1"),
        (row("u1", "1.1.1", points="1", count="1", veto="yes"), "entry.not_read column=count columns=points of=1.1.1"),
        (row("u1", "1.1.6", value="1", numerator="1", denominator="1"),
         "entry.not_read column=numerator, denominator columns=value of=1.1.6"),
        (row("u1", "1.1.2", numerator="1", denominator="2", option="a"),
         "entry.not_read column=option columns=numerator, denominator, value of=1.1.2"),
        (row("u1", "1.1.2", value="1", numerator="1"), "entry.pair_and_value of=1.1.2"),
        (row("u1", "1.1.2", numerator="1"), "entry.half_a_pair of=1.1.2"),
        (row("u1", "1.1.2", numerator="3", denominator="2"), "entry.numerator_above got=3 / 2 of=1.1.2"),
        (row("u1", "1.1.2", value="100.01%"), "entry.over_100 got=100.01% of=1.1.2"),
        (row("u1", "1.1.2", numerator="0", denominator="0"), "entry.none_due of=1.1.2"),
        (row("u1", "1.1.1", points="2.5"), "entry.above_maximum got=2.5 max=2 of=1.1.1"),
        (row("u1", "1.1.1", points="-1"), "entry.negative column=points got=-1 of=1.1.1"),
        (row("u1", "1.1.5", count="-1"), "entry.negative column=count got=-1 of=1.1.5"),
        (row("u1", "1.1.6", value="-1"), "entry.negative column=value got=-1 of=1.1.6"),
        (row("u1", "1.1.2", value="-1"), "entry.negative column=value got=-1 of=1.1.2"),
        (row("u1", "1.1.2", numerator="-1", denominator="1"), "entry.negative column=numerator got=-1 of=1.1.2"),
        (row("u1", "1.1.5", count="1.5"), "entry.not_whole got=1.5 of=1.1.5"),
        (row("u1", "1.1.4", option="c"), "entry.unknown_option got=c of=1.1.4 options=a | b"),
        (row("u1", "1.1.4", option=LONG), f"entry.unknown_option got={LONG[:60]} of=1.1.4 options=a | b"),
        (row("u1", "1.1.1", points="x"), "number.not_a_number column=points got=x"),
        (row("u1", "1.1.5", count="x"), "number.not_a_number column=count got=x"),
        (row("u1", "1.1.6", value="x"), "number.not_a_number column=value got=x"),
        (row("u1", "1.1.2", value="x"), "number.not_a_number column=value got=x"),
        (row("u1", "1.1.2", numerator="x", denominator="1"), "number.not_a_number column=numerator got=x"),
        (row("u1", "1.1.2", numerator="0", denominator="x"), "number.not_a_number column=denominator got=x"),
        (row("u1", "1.1.7", "self", points="1"), "entry.self_on_external of=1.1.7"),
        (row("u1", "1.1.8", value="1"), "entry.not_entered of=1.1.8"),
        (row(LONG, "1.1.1", points="1"), f"entry.unknown_unit got={LONG[:60]}"),
        (row("u1", LONG, points="1"), f"entry.unknown_item got={LONG[:60]} group=so"),
        (row("u1", "1.1.1", LONG, points="1"),
         f"entry.unknown_stage got={LONG[:60]} stages=self, appraised, council"),
    ],
)  # fmt: skip
def test_a_refused_row_is_quoted(line: str, expected: str):
    assert [quotes(one) for one in told(made(line))] == [f"round/entries.csv:2 {expected}"]


def test_a_second_row_is_named_by_its_key_and_the_rows_after_it_are_read_on():
    rows = [row("u1", "1.1.1", points="1")] * 2 + [row("u1", "1.1.1", "council", points="9")]
    assert [quotes(one) for one in told(made(*rows))] == [
        "round/entries.csv:3 entry.repeated item=1.1.1 stage=appraised unit=u1",
        "round/entries.csv:4 entry.above_maximum got=9 max=2 of=1.1.1",
    ]


@pytest.mark.parametrize(
    "first",
    [
        row("u9", "1.1.1", points="1"),
        row("u1", "1.1.1", points="x"),
        row("u1", "1.1.8", value="1"),
    ],
)
def test_reading_goes_on_behind_a_refused_row(first: str):
    found = [quotes(one) for one in told(made(first, row("u1", "1.1.5", count="1.5")))]
    assert len(found) == 2
    assert found[1] == "round/entries.csv:3 entry.not_whole got=1.5 of=1.1.5"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("units.csv", "unit,name,group,ranked\nu1,Sở,so,yes\nu1,Sở,so,yes\n", "3 units_file.repeated got=u1"),
        ("units.csv", "unit,name,group,ranked\nu1,Sở,so,yes\n,Sở,so,yes\n", "3 units_file.empty"),
        ("units.csv", "unit,name,group,ranked\nu1,Sở,so,yes\nu2,,so,yes\n", "3 units_file.empty"),
        ("units.csv", "unit,name,group,ranked\nu1,Sở,so,yes\nu2,Sở,xa,no\n", "3 units_file.unknown_group got=xa groups=so"),
        ("units.csv", "unit,name,group,ranked\nu1,Sở,so,yes\nu2,Sở,so,1\n", "3 entry.not_yes_or_no column=ranked got=1 of=u2"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,1.01\n", "2 finding.share got=1.01"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,\n", "2 round.empty_cell column=share"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,-0.5\n", "2 number.negative column=share got=-0.5"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,x\n", "2 number.not_a_number column=share got=x"),
        ("findings.csv", "unit,item,share,se\nu1,1.1.8,1,x\n", "2 number.not_a_number column=se got=x"),
        ("findings.csv", "unit,item,share,n\nu1,1.1.8,1,x\n", "2 number.not_a_number column=n got=x"),
        ("findings.csv", "unit,item,share,se\nu1,1.1.8,1,-1\n", "2 number.negative column=se got=-1"),
        ("findings.csv", "unit,item,share,n\nu1,1.1.8,1,-1\n", "2 number.negative column=n got=-1"),
        ("findings.csv", "unit,item,share,n\nu1,1.1.8,0.5,1.5\n", "2 entry.not_whole got=1.5 of=1.1.8"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,0.5\nu1,1.1.8,0.5\n", "3 round.repeated_row got=u1, 1.1.8"),
        ("findings.csv", "unit,item,share\nu1,1.1.8,0\nu1,1.1.1,0.5\n", "3 round.other_source got=appraisal of=1.1.1 sources=index | survey"),
        ("findings.csv", f"unit,item,share\nu1,1.1.8,1\n{LONG},1.1.8,0.5\n", f"3 entry.unknown_unit got={LONG[:60]}"),
        ("findings.csv", f"unit,item,share\nu1,1.1.8,1\nu1,{LONG},0.5\n", f"3 entry.unknown_item got={LONG[:60]} group=so"),
        ("facts.csv", "unit,item,numerator,denominator\nu1,1.1.9,3,2\n", "2 entry.numerator_above got=3 / 2 of=1.1.9"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,1\nu1,1.1.8,1\n", "3 round.other_source got=survey of=1.1.8 sources=dossiers"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,1\nu1,9,x\n", "3 entry.unknown_item got=9 group=so"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,1\nu9,1.1.9,x\n", "3 entry.unknown_unit got=u9"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,1\nu1,1.1.9,1\n", "3 round.repeated_row got=u1, 1.1.9"),
        ("facts.csv", "unit,item,numerator,denominator\nu1,1.1.9,0,0\n", "2 entry.none_due of=1.1.9"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,\n", "2 fact.empty of=1.1.9"),
        ("facts.csv", "unit,item,value\nu1,1.1.9,x\n", "2 number.not_a_number column=value got=x"),
        ("adjustments.csv", f"unit,kind,code,points\n{LONG},bonus,B,1\n", f"2 entry.unknown_unit got={LONG[:60]}"),
        ("adjustments.csv", f"unit,kind,code,points\nu1,{LONG},B,1\n", f"2 adjustment.kind got={LONG[:60]}"),
        ("adjustments.csv", "unit,kind,code,points\nu1,bonus,B,0\n", "2 adjustment.not_positive got=0"),
        ("adjustments.csv", "unit,kind,code,points\nu1,bonus,B,-1\n", "2 number.negative column=points got=-1"),
        ("adjustments.csv", "unit,kind,code,points\nu1,bonus,B,\n", "2 round.empty_cell column=points"),
        ("adjustments.csv", "unit,kind,code,points\nu1,bonus,B,x\n", "2 number.not_a_number column=points got=x"),
        ("adjustments.csv", "unit,kind,code,points\nu1,bonus,B,1\nu1,bonus,B,1\n", "3 round.repeated_row got=u1, bonus, B"),
        ("previous.csv", "unit,index,rank\nu1,90,0\n", "2 previous.rank got=0"),
        ("previous.csv", "unit,index,rank\nu1,90,1.5\n", "2 previous.rank got=1.5"),
        ("previous.csv", "unit,index,rank\nu1,x,1\n", "2 number.not_a_number column=index got=x"),
        ("previous.csv", "unit,index,rank\nu1,1,x\n", "2 number.not_a_number column=rank got=x"),
        ("previous.csv", "unit,index,rank\nu1,-1,1\n", "2 number.negative column=index got=-1"),
        ("previous.csv", "unit,index,rank\nu1,1,-1\n", "2 number.negative column=rank got=-1"),
        ("previous.csv", "unit,index,rank,comparable\nu1,90,1,có\n", "2 entry.not_yes_or_no column=comparable got=có of=u1"),
        ("previous.csv", "unit,index,rank\nu9,90,1\nu9,91,1\n", "3 round.repeated_row got=u9"),
    ],
)  # fmt: skip
def test_a_refused_line_of_a_table_is_quoted(name: str, text: str, expected: str):
    sound = [
        row("u1", "1.1.1", points="1"),
        row("u1", "1.1.2", numerator="1", denominator="2"),
        row("u1", "1.1.4", option="a"),
        row("u1", "1.1.5", count="1"),
        row("u1", "1.1.6", value="7.5"),
        row("u1", "1.1.7", points="1"),
    ]
    found = told(made(*sound, tables={name: text}))
    assert [quotes(one) for one in found] == [f"round/{name}:{expected}"]


def test_every_line_of_a_table_is_told_once_whatever_stands_before_it():
    text = "unit,item,share\nu9,1.1.8,9\nu1,9,9\nu1,1.1.1,9\nu1,1.1.8,2\nu1,1.1.8,9\n"
    assert [quotes(one) for one in told(made(tables={"findings.csv": text}))] == [
        "round/findings.csv:2 entry.unknown_unit got=u9",
        "round/findings.csv:3 entry.unknown_item got=9 group=so",
        "round/findings.csv:4 round.other_source got=appraisal of=1.1.1 sources=index | survey",
        "round/findings.csv:5 finding.share got=2",
        "round/findings.csv:6 round.repeated_row got=u1, 1.1.8",
    ]


def test_adjustments_of_a_group_without_caps_name_the_group():
    tables = {"adjustments.csv": "unit,kind,code,points\nu1,bonus,B,1\n"}
    assert [quotes(one) for one in told(made(tables=tables, tail=""))] == [
        "round/adjustments.csv:2 adjustment.no_caps group=so"
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("round.yaml", "round/1", "round/2", "round.yaml:1 rulebook.schema got=parindex.round/2 schema=parindex.round/1"),
        ("round.yaml", "[council, appraised]", "[council, x]",
         "round.yaml:7 round.unknown_stage got=x stages=self, appraised, council"),
        ("round.yaml", "[council, appraised]", "[]", "round.yaml:7 yaml.empty_list key=final_from"),
        ("round.yaml", "council]\nfinal", "council, self]\nfinal", "round.yaml:6 yaml.repeated_key got=self"),
        ("round.yaml", "council]\nfinal", "council, [x]]\nfinal", "round.yaml:6 yaml.not_text key=stages"),
        ("round.yaml", "council]\nfinal", 'council, ""]\nfinal', "round.yaml:6 yaml.not_text key=stages"),
        ("round.yaml", "refuse", "ask", "round.yaml:8 yaml.not_a_choice choices=refuse | zero got=ask key=incomplete"),
        ("round.yaml", "  so: {rulebook: rulebook/so.yaml}", "  {}", "round.yaml:10 yaml.empty_list key=groups"),
        ("round.yaml", "rulebook/so.yaml", "rulebook/khac.yaml",
         "round.yaml:0 round.no_rulebook got=rulebook/khac.yaml group=so"),
        ("round.yaml", "{rulebook: ", "{colour: red, rulebook: ",
         "round.yaml:10 yaml.unknown_key about=so got=colour keys=rulebook"),
        ("round.yaml", "year: 2025\n", "year: 2025\ncolour: red\n",
         "round.yaml:5 yaml.unknown_key about=round.yaml got=colour keys=final_from, groups, incomplete, index, "
         "reference_date, round, schema, stages, year"),
        ("round.yaml", "year: 2025", "year: 2024", "rulebook/so.yaml:0 round.other_rulebook expected=2024 got=2025 key=year"),
        ("round.yaml", "index: par-index", "index: sipas",
         "rulebook/so.yaml:0 round.other_rulebook expected=sipas got=par-index key=index"),
        ("rulebook/so.yaml", "group: so", "group: xa", "rulebook/so.yaml:0 round.other_rulebook expected=so got=xa key=group"),
        ("rulebook/so.yaml", "{b: 2, a: 0}", "{b: 3, a: 0}", "rulebook/so.yaml:35 lint.above_maximum got=3 max=2 of=1.1.4"),
        ("rulebook/so.yaml", "revision: 1", "revision: x", "rulebook/so.yaml:8 yaml.not_whole got=x key=revision"),
        ("round.yaml", "schema", "\tschema", "round.yaml:1 yaml.syntax detail=found character that cannot start any token"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_round_is_quoted(name: str, old: str, new: str, expected: str):
    contents = dict(made().contents)
    contents[name] = contents[name].replace(old.encode(), new.encode(), 1)
    assert contents[name] != made().contents[name]
    found = [quotes(one) for one in told(replace(made(), contents=contents))]
    assert found == [f"round/{expected}"]


@pytest.mark.parametrize(
    "key", ["schema", "round", "index", "year", "reference_date", "incomplete", "stages"]
)
def test_a_key_that_the_round_lacks_is_named(key: str):
    contents = dict(made().contents)
    lines = contents["round.yaml"].decode().splitlines()
    contents["round.yaml"] = "\n".join(one for one in lines if not one.startswith(key)).encode()
    found = [quotes(one) for one in told(replace(made(), contents=contents))]
    others = [] if key == "stages" else found[1:]
    assert found[0] == f"round/round.yaml:1 yaml.missing_key about=round.yaml key={key}"
    assert others == []


def test_a_group_without_its_rulebook_is_named():
    contents = dict(made().contents)
    contents["round.yaml"] = contents["round.yaml"].replace(b"{rulebook: rulebook/so.yaml}", b"{}")
    found = [quotes(one) for one in told(replace(made(), contents=contents))]
    assert found == ["round/round.yaml:10 yaml.missing_key about=so key=rulebook"]


@pytest.mark.parametrize("name", ["round.yaml", "units.csv", "entries.csv"])
def test_a_missing_file_is_named(name: str):
    contents = {key: value for key, value in made().contents.items() if key != name}
    found = [quotes(one) for one in told(replace(made(), contents=contents))]
    assert f"round/{name}:0 round.missing_file name={name}" in found


def test_a_file_beyond_the_limit_is_quoted_with_both_sizes(monkeypatch: pytest.MonkeyPatch):
    size = len(made().contents["entries.csv"])
    monkeypatch.setattr("parindex.scoring.files.MAX_BYTES", size - 1)
    contents = dict(made().contents)
    found = [quotes(one) for one in told(replace(made(), contents=contents))]
    assert (
        f"round/round.yaml:0 round.too_large got={len(contents['round.yaml'])} limit={size - 1}"
        in found
    )


@pytest.mark.parametrize(
    ("source", "code", "name"),
    [
        ("appraisal", "round.missing_final", "entries.csv"),
        ("external", "round.missing_final", "entries.csv"),
        ("survey", "round.missing_measure", "findings.csv"),
        ("index", "round.missing_measure", "findings.csv"),
        ("dossiers", "round.missing_measure", "facts.csv"),
    ],
)
def test_what_is_missing_is_named_with_its_unit_and_table(source: str, code: str, name: str):
    problem = told(files({"1": [item("1.1.1", "2", "{shape: ratio}", source=source)]}))[0]
    assert (problem.file, problem.line, problem.code) == (f"round/{name}", 0, code)
    assert problem.values == {"unit": "u1", "of": "1.1.1", "table": name}
    assert "u1" in problem.say("vi")


@pytest.mark.parametrize(
    ("rule", "example", "source", "expected"),
    [
        ("{shape: ratio}", "{value: 50, points: 1.01}", "appraisal",
         "example.other_points expected=1.01 got=1.0000 of=1.1.1"),
        ("{shape: ratio}", "{share: 0.5, points: 1}", "appraisal", "example.share of=1.1.1"),
        ("{shape: ratio}", "{share: 0.5, points: 2}", "survey",
         "example.other_points expected=2 got=1.0000 of=1.1.1"),
        ("{shape: ratio}", "{share: 0.5, points: 2}", "index",
         "example.other_points expected=2 got=1.0000 of=1.1.1"),
        ("{shape: ratio}", "{share: 1.5, points: 2}", "survey", "entry.numerator_above got=1.5 / 1 of=1.1.1"),
        ("{shape: ratio}", "{value: x, points: 1}", "appraisal", "number.not_a_number column=value got=x"),
        ("{shape: given}", "{value: 1, points: 1}", "external", "entry.not_read column=value columns=points of=1.1.1"),
    ],
)  # fmt: skip
def test_an_example_that_fails_is_quoted(rule: str, example: str, source: str, expected: str):
    good = {"share": "{share: 1, points: 2}"}.get(
        "share" if source in {"survey", "index"} else "", "{veto: yes, points: 0}"
    )
    more = (f"examples: [{example}, {good}]", 'zero_if: {vi: "x"}')
    text = rulebook({"1": [item("1.1.1", "2", rule, source=source, more=more)]})
    found = check_examples(read_rulebook(text.encode(), file="f.yaml"))
    assert [quotes(one) for one in found] == [f"f.yaml:{found[0].line} {expected}"]
    assert found[0].line == text.splitlines().index(f"            {more[0]}") + 1
