import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rounds import files, item, row, score

from parindex.criteria.catalogue import Catalogue
from parindex.publication.tables import result_files
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import IndexRun, score_index

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("round-*"))


def tables(run: IndexRun) -> dict[str, list[dict[str, str]]]:
    return {
        name: list(csv.DictReader(io.StringIO("".join(pieces))))
        for name, pieces in result_files(run)
    }


def text(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_the_example_rounds_give_their_expected_results(folder: Path):
    opened = read_folder(FolderFiles(folder / "round", Catalogue.of([])))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text())
    found = tables(run)
    assert {one["unit"] for one in found["results.csv"]} == set(expected["units"])
    for line in found["results.csv"]:
        for key, value in expected["units"][line["unit"]].items():
            if key not in {"areas", "area_ranks"}:
                assert (key, line[key]) == (key, text(value))
    for line in found["areas.csv"]:
        unit = expected["units"][line["unit"]]
        assert line["index"] == text(unit["areas"][line["area"]])
        assert line["rank"] == text(unit["area_ranks"][line["area"]])
    for line in found["groups.csv"]:
        for key, value in expected["groups"][line["group"]].items():
            assert line[key] == text(value)


def test_cells_are_written_as_the_contract_says():
    made = files(
        {
            "1": [item("1.1.1", "3", "{shape: given}"), item("1.1.2", "1", "{shape: given}")],
            "2": [item("2.1.1", "2", "{shape: given}")],
        },
        entries=[
            row("u,1", "1.1.1", points="1"),
            row("u,1", "1.1.2", not_applicable="yes", reason="x"),
            row("u,1", "2.1.1", not_applicable="yes", reason="x"),
        ],
        units=['"u,1","Sở ""A"", B",so,no'],
        not_applicable="renormalise_within_area",
        tables={"previous.csv": 'unit,index,rank\n"u,1",50.00,3\n'},
    )
    contents = dict(made.contents)
    contents["entries.csv"] = contents["entries.csv"].replace(b"u,1,", b'"u,1",')
    run = score(type(made)(made.label, contents))
    lines = {name: "".join(pieces).splitlines() for name, pieces in result_files(run)}
    assert lines["results.csv"] == [
        "group,unit,name,points,maximum,bonus,deduction,index,rank,class,change,rank_change,"
        "appraised_points,appraised_maximum,survey_points,survey_maximum,self_points",
        'so,"u,1","Sở ""A"", B",1.3333,4.0000,0.0000,0.0000,33.33,,,-16.67,,'
        "1.0000,3.0000,0.0000,0.0000,",
    ]
    assert lines["areas.csv"] == [
        "group,unit,area,points,maximum,index,rank",
        'so,"u,1",1,1.3333,4.0000,33.33,',
        'so,"u,1",2,0.0000,0.0000,,',
    ]
    assert lines["items.csv"] == [
        "group,unit,item,points,maximum,marker",
        'so,"u,1",1.1.1,1.0000,3.0000,scored',
        'so,"u,1",1.1.2,,,not_applicable',
        'so,"u,1",2.1.1,,,not_applicable',
    ]
    assert lines["groups.csv"] == ["group,n_units,n_ranked,mean,min,max", "so,1,0,,,"]


def test_awarded_points_are_shown_with_their_maximum():
    made = files(
        {"1": [item("1.1.1", "3", "{shape: given}")]},
        entries=[row("u1", "1.1.1", not_applicable="yes", reason="x")],
        not_applicable="award_max",
        index_decimals="0",
    )
    found = tables(score(made))
    assert found["items.csv"][0]["points"] == found["items.csv"][0]["maximum"] == "3.0000"
    assert found["items.csv"][0]["marker"] == "not_applicable"
    assert found["results.csv"][0]["index"] == "100"
    assert found["groups.csv"][0]["mean"] == "100"
