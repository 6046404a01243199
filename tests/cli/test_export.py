"""`parindex export` as a user types it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
COMMAND = Path(sys.executable).parent / "parindex"


def run(*words: object, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PARINDEX_LANG": language},
    )


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("goi")
    folder = shutil.copytree(EXAMPLES / "round-2" / "round", place / "vong")
    assert run("seal", folder, "-o", place / "goi.zip").returncode == 0
    assert run("seal", folder, "-o", place / "cong-khai.zip", "--public").returncode == 0
    return place


def tree(where: Path) -> dict[str, bytes]:
    return {
        path.relative_to(where).as_posix(): path.read_bytes()
        for path in sorted(where.rglob("*"))
        if path.is_file()
    }


def test_export_replaces_the_folder_whole_and_a_full_bundle_gives_its_public_form(
    sealed: Path, tmp_path: Path
):
    out = tmp_path / "ra"
    out.mkdir()
    (out / "cu.txt").write_text("old")
    done = run("export", sealed / "goi.zip", "--to", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"50 files exported to {out}\n"
    made = tree(out)
    assert len(made) == 50
    assert {"datapackage.json", "dcat.jsonld", "open-data.xlsx", "README.md"} < {*made}
    assert made["bundle.zip"] == (sealed / "cong-khai.zip").read_bytes()
    again = tmp_path / "lai"
    assert run("export", sealed / "cong-khai.zip", "--to", again, language="vi").returncode == 0
    assert tree(again) == made


def test_terms_are_told_on_the_way(sealed: Path, tmp_path: Path):
    done = run(
        *("export", sealed / "cong-khai.zip", "--to", tmp_path / "ra", "--licence", "ODC-BY-1.0"),
        *("--publisher", "UBND tỉnh Thử", "--url", "https://x.vn/a", "--issued", "2026-01-15"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    entry = (tmp_path / "ra" / "dcat.jsonld").read_text(encoding="utf-8")
    for told in (
        "https://x.vn/a/csv/results.csv",
        "UBND tỉnh Thử",
        "licenses/by/1-0",
        "2026-01-15",
    ):
        assert told in entry


def test_a_bundle_that_does_not_verify_is_no_and_leaves_the_folder_alone(
    sealed: Path, tmp_path: Path
):
    bad = tmp_path / "hong.zip"
    content = bytearray((sealed / "cong-khai.zip").read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(bytes(content))
    out = tmp_path / "ra"
    out.mkdir()
    (out / "cu.txt").write_text("old")
    done = run("export", bad, "--to", out)
    assert done.returncode == 1
    assert done.stdout == ""
    assert str(bad) in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(out) == {"cu.txt": b"old"}


def test_what_cannot_be_used_is_said(sealed: Path, tmp_path: Path):
    bundle = sealed / "cong-khai.zip"
    done = run("export", bundle, "--to", tmp_path / "ra", "--licence", "MIT")
    assert done.returncode == 2
    assert done.stderr.startswith("unknown licence “MIT”; expected one of CC-BY-4.0")
    done = run("export", bundle, "--to", tmp_path / "ra", "--issued", "15/01/2026")
    assert done.returncode == 2
    assert done.stderr.startswith("the day of issue is no day; expected year-month-day")
    done = run("export", bundle, "--to", sealed)
    assert done.returncode == 2
    assert bundle.exists()
    done = run("export", tmp_path / "khong-co.zip", "--to", tmp_path / "ra")
    assert done.returncode == 2
    assert not (tmp_path / "ra").exists()
