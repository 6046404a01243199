"""The workbook of results: numbers that are numbers, names that are text, the order of ranks."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from parindex.criteria.catalogue import Catalogue
from parindex.publication.tables import item_cells, results_rows
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import GroupRun, IndexRun, score_index
from parindex.workbooks.results_sheets import write_results

EXAMPLES = Path(__file__).parent.parent / "examples"
Rows = list[list[object]]


def scored(name: str) -> IndexRun:
    opened = read_folder(FolderFiles(EXAMPLES / name / "round", Catalogue.of([])))
    return score_index(opened.round, opened.entries(), problems=opened.problems)


def sheets(path: Path) -> dict[str, Rows]:
    with CalamineWorkbook.from_path(path) as workbook:
        return {
            name: [list(row) for row in workbook.get_sheet_by_name(name).to_python(False)]
            for name in workbook.sheet_names
        }


def written(run: IndexRun, folder: Path, language: str = "vi") -> dict[str, Rows]:
    path = folder / "ket-qua.xlsx"
    write_results(run, path, language=language)
    assert [one.name for one in folder.iterdir()] == [path.name]
    return sheets(path)


def numbers(cells: list[str]) -> list[object]:
    return [float(cell) if cell else "" for cell in cells]


@pytest.mark.parametrize("name", ["round-1", "round-2", "round-5", "round-12"])
def test_ranks_are_those_of_the_results_file(name: str, tmp_path: Path) -> None:
    run = scored(name)
    pages = written(run, tmp_path)
    rows = iter(results_rows(run))
    for group in run.groups:
        shown = pages[group.name][3:]
        assert len(shown) == len(group.units)
        named = {one.id: one.name.vi for one in group.criteria.classes} | {"": ""}
        for cells, at in zip(shown, group.in_order(), strict=True):
            expected = next(rows)
            _, unit, title, points, maximum, bonus, deduction, index, place = expected[:9]
            assert cells[1:3] == [title, unit]
            assert [cells[0], cells[3]] == numbers([place, index])
            assert cells[4] == named[expected[9]]
            assert cells[5:9] == numbers([points, maximum, bonus, deduction])
            assert cells[9:11] == numbers([*expected[10:12]])
            areas = group.results[at].areas
            decimals = 10**group.criteria.policies.index_decimals
            assert cells[11:] == [
                "" if area.index is None else area.index / decimals for area in areas
            ]


@pytest.mark.parametrize("name", ["round-5", "round-12"])
def test_items_are_those_of_the_items_file(name: str, tmp_path: Path) -> None:
    run = scored(name)
    pages = written(run, tmp_path)
    for group in run.groups:
        page = pages[f"{group.name} - mục"]
        items = list(group.criteria.items())
        assert page[3][2:] == [item.name.vi for item in items]
        assert page[4][2:] == [float(item.max_points) for item in items]
        assert page[5][2:] == [item.code for item in items]
        for cells, at in zip(page[6:], group.in_order(), strict=True):
            assert cells[1] == group.units[at].id
            decimals = group.criteria.policies.points_decimals
            expected = [item_cells(score, decimals)[0] for score in group.results[at].scores]
            assert cells[2:] == [float(one) if one else "KAD" for one in expected]


def test_overview_gives_the_figures_of_each_group(tmp_path: Path) -> None:
    run = scored("round-12")
    page = written(run, tmp_path, "en")["Overview"]
    assert page[0][0] == "Results of the index par-index, 2022"
    assert page[1][0] == "Round: oracle · Reference date: 31/12/2022"
    for cells, group in zip(page[4:], run.groups, strict=True):
        figures = group.figures()
        assert cells[0] == group.name
        assert cells[1] == (
            f"{group.criteria.title.en}\nBy a template criteria set, which is no law."
        )
        assert cells[2:4] == [figures.n_units, figures.n_ranked]
        assert figures.greatest is not None
        assert cells[6] == figures.greatest / 100


def test_same_run_gives_the_same_bytes_and_the_day_of_the_round(tmp_path: Path) -> None:
    run = scored("round-5")
    write_results(run, tmp_path / "a.xlsx")
    write_results(run, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    core = _part(tmp_path / "a.xlsx", "docProps/core.xml")
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2022-12-31T00:00:00Z"}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def _part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def _renamed(run: IndexRun, group: str, unit: str) -> IndexRun:
    def change(one: GroupRun) -> GroupRun:
        units = (replace(one.units[0], id="=1+1", name=unit), *one.units[1:])
        return replace(one, name=group, units=units)

    return replace(run, groups=tuple(change(one) for one in run.groups))


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://a.b")', "@SUM(A1)", "+1", "https://a.b", "1E5"]
)
def test_names_never_become_formulas_links_or_numbers(name: str, tmp_path: Path) -> None:
    run = _renamed(scored("round-1"), "so", name)
    pages = written(run, tmp_path)
    assert name in [row[1] for row in pages["so"]]
    assert "=1+1" in [row[2] for row in pages["so"]]
    with zipfile.ZipFile(tmp_path / "ket-qua.xlsx") as archive:
        inside = "".join(
            archive.read(part).decode() for part in archive.namelist() if "worksheets" in part
        )
    assert "<f>" not in inside
    assert "hyperlink" not in inside


@pytest.mark.parametrize(
    ("name", "tab"),
    [
        ("a/b:c*[d]?\\e", "a-b-c--d---e"),
        ("x" * 40, "x" * 31),
        ("'quoted'", "quoted"),
        ("", "–"),
        ("History", "History (2)"),
        ("tổng hợp", "tổng hợp (2)"),
    ],
)
def test_any_group_name_makes_a_tab(name: str, tab: str, tmp_path: Path) -> None:
    assert tab in written(_renamed(scored("round-1"), name, "Đơn vị"), tmp_path)


def test_numbers_show_as_many_decimals_as_are_published(tmp_path: Path) -> None:
    written(scored("round-1"), tmp_path)
    styles = _part(tmp_path / "ket-qua.xlsx", "xl/styles.xml")
    assert 'formatCode="0.0000"' in styles
    assert 'formatCode="+0.00;-0.00;0.00"' in styles
    assert 'formatCode="+0;-0;0"' in styles
    sheet = _part(tmp_path / "ket-qua.xlsx", "xl/worksheets/sheet2.xml")
    assert '<pane xSplit="2" ySplit="3"' in sheet
    assert "<autoFilter" in sheet
    assert 'orientation="landscape"' in sheet
