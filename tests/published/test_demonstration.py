"""The rounds of the demonstration: rebuilt byte by byte, scored, and held to what is printed."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import parindex
from parindex.criteria.catalogue import Catalogue
from parindex.points import show, show_fraction
from parindex.scoring.change import Direction
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import GroupRun, IndexRun, score_index
from parindex.scoring.trace import Marker
from published.tables import DATA, table

DEMONSTRATION = Path(parindex.__file__).parent / "demonstration"
SCRIPT = Path(__file__).parents[2] / "scripts" / "build_demonstration.py"


def scored(name: str) -> IndexRun:
    opened = read_folder(FolderFiles(DEMONSTRATION / name, Catalogue.of([])))
    return score_index(opened.round, opened.entries(), problems=opened.problems)


def only_group(run: IndexRun) -> GroupRun:
    (one,) = run.groups
    return one


def published_indices(group: GroupRun) -> dict[str, str]:
    return {
        unit.name: show(result.index, 2)
        for unit, result in zip(group.units, group.results, strict=True)
        if result.index is not None
    }


def names_in_order(group: GroupRun) -> list[str]:
    return [group.units[at].name for at in group.in_order()]


def directions(run: IndexRun) -> dict[Direction, int]:
    group = only_group(run)
    found = [run.change(group, at).direction for at in range(len(group.units))]
    return {one: found.count(one) for one in Direction if one in found}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_script_builds_the_same_bytes_again(tmp_path: Path) -> None:
    fresh = tmp_path / "demonstration"
    shutil.copytree(DEMONSTRATION, fresh)
    tables = list(fresh.rglob("*.csv"))
    assert len(tables) == 19
    for one in tables:
        one.unlink()
    subprocess.run([sys.executable, str(SCRIPT), str(DATA), str(fresh)], check=True)
    assert files_of(fresh) == files_of(DEMONSTRATION)


def test_the_script_wants_two_folders(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")


def test_papi_2015_is_the_printed_total_in_percent_of_60_and_in_its_order() -> None:
    run = scored("papi-2015")
    group = only_group(run)
    rows = [one for one in table("indices/papi_2011_2015.csv") if one["year"] == "2015"]
    totals = sorted((Fraction(one["papi_unweighted"]) for one in rows), reverse=True)
    assert len(totals) == 63
    computed = [group.index(at) for at in group.in_order()]
    assert [show_fraction(total * 100 / 60, 2) for total in totals] == [
        f"{index:.2f}" for index in computed if index is not None
    ]
    assert names_in_order(group)[:3] == ["Hà Tĩnh", "Cần Thơ", "Phú Thọ"]
    assert len(group.criteria.areas) == 6
    assert directions(run) == {
        Direction.UP: 18,
        Direction.DOWN: 43,
        Direction.NOT_COMPARABLE: 2,
    }


def test_pci_2014_is_the_printed_index() -> None:
    run = scored("pci-2014")
    group = only_group(run)
    rows = [one for one in table("indices/pci_2005_2014.csv") if one["year"] == "2014"]
    printed = [show_fraction(Decimal(one["pci_weighted"]), 2) for one in rows]
    assert sorted(published_indices(group).values()) == sorted(printed)
    assert names_in_order(group)[:3] == ["Đà Nẵng", "Đồng Tháp", "Lào Cai"]
    assert len(run.round.previous) == 13


def test_ministries_2023_has_the_printed_parts_and_ranks() -> None:
    group = only_group(scored("ministries-2023"))
    rows = [one for one in table("published/par_index_ministries.csv") if one["year"] == "2023"]
    assert [
        (unit.name, show(result.appraised_points, 2), show(result.survey_points, 2), rank)
        for unit, result, rank in zip(group.units, group.results, group.ranks, strict=True)
    ] == [
        (
            one["ministry"],
            f"{Decimal(one['appraised_score']):.2f}",
            f"{Decimal(one['survey_score']):.2f}",
            int(one["rank"]),
        )
        for one in rows
    ]
    assert {(one.appraised_maximum, one.survey_maximum) for one in group.results} == {(6850, 3150)}


def test_tay_ninh_2023_is_the_printed_table() -> None:
    group = only_group(scored("tay-ninh-2023"))
    rows = [
        one
        for one in table("published/unit_index.csv")
        if (one["year"], one["province"], one["level"]) == ("2023", "Tây Ninh", "department")
    ]
    classes = {one.id: one.name.vi for one in group.criteria.classes}
    assert [
        (unit.name, result.index, rank, classes[result.classification], result.maximum)
        for unit, result, rank in zip(group.units, group.results, group.ranks, strict=True)
    ] == [
        (
            one["unit"],
            int(100 * Decimal(one["index_pct"])),
            int(one["rank"]),
            one["classification"],
            int(100 * Decimal(one["max_score"])),
        )
        for one in rows
    ]


def test_a_whole_year_by_the_template_uses_every_road_and_says_that_it_is_illustration() -> None:
    run = scored("province-template-2025")
    group = only_group(run)
    assert run.round.spec.round == "minh-hoa-2025"
    assert run.round.spec.groups == {"provinces": "template/par-index/province/2025"}
    assert len(group.units) == 34
    assert all(unit.name.endswith(" (minh họa)") for unit in group.units)
    markers = {score.marker for result in group.results for score in result.scores}
    assert markers == set(Marker) - {Marker.MISSING}
    stages = [[score for sheet in group.sheets for score in sheet[at] if score] for at in range(3)]
    assert all(stages)
    assert all(result.self_points for result in group.results)
    assert len({result.classification for result in group.results}) >= 3
    found = directions(run)
    assert found[Direction.NOT_COMPARABLE] == 23
    assert set(found) >= {Direction.UP, Direction.DOWN}


def test_dak_lak_2022_is_fragments_and_no_round() -> None:
    folder = DEMONSTRATION / "dak-lak-2022"
    assert [one.name for one in folder.iterdir()] == ["fragments.csv"]
    with (folder / "fragments.csv").open(encoding="utf-8", newline="") as stream:
        fragments = list(csv.DictReader(stream))
    rows = [one for one in table("published/unit_index.csv") if one["source_id"] == "DLK22"]
    assert [(one["unit"], one["index"], one["rank"]) for one in fragments] == [
        (one["unit"], one["index_pct"], one["rank"]) for one in rows
    ]
    assert len(fragments) == 8


@pytest.mark.parametrize("name", ["papi-2015", "pci-2014", "ministries-2023", "tay-ninh-2023"])
def test_a_constructed_rulebook_says_that_it_is_no_official_annex(name: str) -> None:
    criteria = only_group(scored(name)).criteria
    assert criteria.status == "template"
    for basis in criteria.legal_basis:
        assert "KHÔNG phải là phụ lục chính thức" in basis.text.vi
        assert "NOT the official annex" in basis.text.en
