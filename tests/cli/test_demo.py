"""The demonstration from end to end: printed, written, sealed, verified, drawn."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

COMMAND = Path(sys.executable).parent / "parindex"
ROUNDS = ("papi-2015", "pci-2014", "ministries-2023", "tay-ninh-2023", "province-template-2025")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    where = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [COMMAND, "demo", "--out", "demo", "--picture", "hinh.svg"],
        cwd=where,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PARINDEX_LANG": "vi", "COLUMNS": "120"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return where, done.stdout


def test_each_round_leaves_tables_a_workbook_and_a_bundle(shown: tuple[Path, str]):
    where, _ = shown
    assert sorted(path.name for path in (where / "demo").iterdir()) == sorted(
        [*ROUNDS, *(f"{name}.xlsx" for name in ROUNDS), *(f"{name}.zip" for name in ROUNDS)]
    )
    for name in ROUNDS:
        rows = (where / "demo" / name / "results.csv").read_text(encoding="utf-8").splitlines()
        sheets = CalamineWorkbook.from_path(str(where / "demo" / f"{name}.xlsx"))
        cells = [
            str(cell)
            for sheet in sheets.sheet_names
            for row in sheets.get_sheet_by_name(sheet).to_python()
            for cell in row
        ]
        first = rows[1].split(",")[2]
        assert first in cells


def test_rankings_are_printed_with_bars_and_arrows(shown: tuple[Path, str]):
    _, printed = shown
    assert re.search(r"1 +Hà Tĩnh +70,55 +█+\S* +▲ 7,93 \(\+14\)", printed)
    assert re.search(r"19 +Sở Y tế +49,07 +█+\S* +Kém +▼ 6,20", printed)
    assert "không so sánh" in printed
    assert "… 50 đơn vị nữa" in printed
    assert "19 đơn vị xếp hạng · trung bình 86,23 · thấp nhất 49,07 · cao nhất 96,85" in printed
    assert printed.count("tính lại khớp từng byte") == len(ROUNDS)


def test_fragments_are_shown_as_such(shown: tuple[Path, str]):
    _, printed = shown
    assert "Đắk Lắk 2022 (trích)" in printed
    assert re.search(r"1 +Sở Công Thương +92,43", printed)
    assert re.search(r"15 +UBND huyện Lắk +73,17", printed)


def test_the_illustration_says_so(shown: tuple[Path, str]):
    _, printed = shown
    assert "(minh họa)" in printed
    assert "không phải văn bản chính thức" in printed


def test_the_picture_needs_no_other_host(shown: tuple[Path, str]):
    where, _ = shown
    drawn = (where / "hinh.svg").read_text(encoding="utf-8")
    assert "▲" in drawn
    assert set(re.findall(r"https?://[^\"' )]+", drawn)) == {"http://www.w3.org/2000/svg"}
