"""Where a round's files come from, and which of them are its inputs."""

from dataclasses import replace
from pathlib import Path

import pytest
from rounds import files, item, row

from parindex.criteria.catalogue import Catalogue
from parindex.errors import IncompleteError, ParindexError
from parindex.scoring.files import COLUMNS, FolderFiles, MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.inputs import Entry, Quantity
from parindex.scoring.run import score_index

GIVEN = "{shape: given}"
AREAS = {
    "1": [
        item("1.1.1", "2", GIVEN),
        item("1.1.2", "2", "{shape: ratio}", more=("if_none_due: full",)),
    ]
}
ENTRIES = (row("u1", "1.1.1", points="1"), row("u1", "1.1.2", value="50"))


def made(*more: str, tables: dict[str, str] | None = None) -> MemoryFiles:
    return files(AREAS, entries=[*ENTRIES, *more], tables=tables)


def problems(round_files: MemoryFiles) -> list[tuple[str, int, str, dict[str, object]]]:
    try:
        opened = read_folder(round_files)
        score_index(opened.round, opened.entries(), problems=opened.problems)
    except ParindexError as error:
        return [(one.file, one.line, one.code, dict(one.values)) for one in error.problems]
    raise AssertionError("accepted")


def test_the_inputs_of_a_round_are_the_files_that_are_there(tmp_path: Path):
    for name, content in made().contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    source = FolderFiles(tmp_path, Catalogue.of([]))
    opened = read_folder(source)
    assert opened.names() == ("round.yaml", "rulebook/so.yaml", *COLUMNS)
    assert source.inputs(opened.names()) == [
        tmp_path / name for name in ("round.yaml", "rulebook/so.yaml", "units.csv", "entries.csv")
    ]
    assert sorted(source.names()) == ["entries.csv", "round.yaml", "rulebook", "units.csv"]


def test_a_file_that_is_nearly_ours_is_told_with_both_names():
    assert problems(made(tables={"Adjustment.csv": ""})) == [
        (
            "round/Adjustment.csv",
            0,
            "round.nearly",
            {"got": "Adjustment.csv", "name": "adjustments.csv"},
        )
    ]


def test_a_file_below_the_folder_is_nobodys_double():
    assert made(tables={"rulebook/units.cs": ""}).names() == [
        "round.yaml",
        "units.csv",
        "entries.csv",
    ]


def test_a_unit_with_outer_spaces_is_quoted():
    found = problems(made(tables={"units.csv": "unit,name,group,ranked\nu1 ,Sở,so,yes\n"}))
    assert found == [("round/units.csv", 2, "units_file.spaces", {"got": "u1 "})]


def test_a_rulebook_that_fails_its_check_is_told_before_the_tables_are_read():
    broken = made(tables={"units.csv": "x\n"})
    text = broken.contents["rulebook/so.yaml"].replace(b'at: "1"', b'at: "1", basis: b')
    text = text.replace(b"basis: a, ", b"")
    contents = {**broken.contents, "rulebook/so.yaml": text}
    assert [code for _, _, code, _ in problems(replace(broken, contents=contents))] == [
        "lint.unknown_basis",
        "lint.unknown_basis",
    ]


@pytest.mark.parametrize(("numerator", "denominator"), [("1", "0"), ("0.8", "0.5"), ("0.1", "0")])
def test_a_numerator_above_its_denominator_is_refused_however_small(
    numerator: str, denominator: str
):
    line = row("u1", "1.1.2", "self", numerator=numerator, denominator=denominator)
    assert [code for _, _, code, _ in problems(made(line))] == ["entry.numerator_above"]


def test_what_is_missing_is_told_of_its_table_where_the_round_has_no_folder():
    opened = read_folder(made())
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    hollow = replace(run.groups[0], sheets=tuple(((None,) * 2,) * 3 for _ in run.groups[0].sheets))
    entry = Entry("u1", "1.1.1", "appraised", Quantity(points=1))
    with pytest.raises(IncompleteError) as caught:
        replace(run, groups=(hollow,)).with_entry(entry)
    assert [one.file for one in caught.value.problems] == ["entries.csv"]
