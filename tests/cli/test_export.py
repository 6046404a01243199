"""`parindex export` as a user types it."""

import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pypdfium2
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
    assert done.stdout == f"56 files exported to {out}\n"
    made = tree(out)
    assert len(made) == 56
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


OFFICE = """\
schema: parindex.office/1
issuer: Ủy ban nhân dân tỉnh Thử
place: Thử
symbol: UBND
scope: các xã, phường tỉnh Thử
authority: Chủ tịch Ủy ban nhân dân tỉnh
bases: [Căn cứ Luật Tổ chức chính quyền địa phương]
signatures:
  - {lines: [TM. Ủy ban nhân dân, Chủ tịch], name: Nguyễn Văn An}
recipients: [Như Điều 3, "Lưu: VT"]
"""


def words_of(document: bytes) -> str:
    """Every paragraph and cell of the body, a line each."""
    read = docx.Document(io.BytesIO(document))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in read.paragraphs), *cells])


def test_documents_come_with_the_data_as_word_and_pdf(sealed: Path, tmp_path: Path):
    office = tmp_path / "co-quan.yaml"
    office.write_text(OFFICE, encoding="utf-8")
    done = run(
        *("export", sealed / "cong-khai.zip", "--to", tmp_path / "ra", "--letterhead", office),
        *("--notices", "--issued", "2026-01-15", "--url", "https://x.vn/a"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    made = tree(tmp_path / "ra")
    results = list(csv.DictReader(io.StringIO(made["csv/results.csv"].decode("utf-8-sig"))))
    expected = {"decision", "report", "sipas-report"} | {
        f"notices/{row['unit']}" for row in results
    }
    for kind in ("docx", "pdf"):
        found = {path for path in made if path.startswith("documents/") and path.endswith(kind)}
        assert {path[len("documents/") : -len(kind) - 1] for path in found} == expected
    said = words_of(made["documents/decision.docx"])
    for told in ("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH", "Thử, ngày 15 tháng 01 năm 2026", "Nguyễn Văn An",
                 "Căn cứ Luật Tổ chức chính quyền địa phương."):  # fmt: skip
        assert told in said
    for row in results:
        assert row["index"].replace(".", ",") in said
    assert "DỰ THẢO" not in said
    for path, content in made.items():
        if path.endswith(".pdf"):
            with pypdfium2.PdfDocument(content) as pdf:
                assert len(pdf) >= 1


def test_without_its_office_a_document_is_a_draft(sealed: Path, tmp_path: Path):
    done = run("export", sealed / "cong-khai.zip", "--to", tmp_path / "ra", "--publisher", "Sở Thử")
    assert done.returncode == 0
    made = tree(tmp_path / "ra")
    read = docx.Document(io.BytesIO(made["documents/decision.docx"]))
    heads = "".join(section.header._element.xml for section in read.sections)
    assert "DỰ THẢO" in heads
    assert "SỞ THỬ" in words_of(made["documents/decision.docx"])


def test_every_fault_of_an_office_is_told_with_its_line(sealed: Path, tmp_path: Path):
    office = tmp_path / "co-quan.yaml"
    office.write_text(OFFICE.replace("place: Thử\n", "").replace("symbol:", "sign:"), "utf-8")
    done = run("export", sealed / "cong-khai.zip", "--to", tmp_path / "ra", "--letterhead", office)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(str(office) in one for one in lines)
    assert not (tmp_path / "ra").exists()


def test_an_office_in_the_folder_to_replace_is_not_lost(sealed: Path, tmp_path: Path):
    out = tmp_path / "ra"
    out.mkdir()
    office = out / "co-quan.yaml"
    office.write_text(OFFICE, encoding="utf-8")
    done = run("export", sealed / "cong-khai.zip", "--to", out, "--letterhead", office)
    assert done.returncode == 2
    assert str(office) in done.stderr
    assert tree(out) == {"co-quan.yaml": OFFICE.encode()}


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
    done = run(
        *("export", bundle, "--to", tmp_path / "ra", "--confidence", "95", "--url", "x.vn"),
        *("--issued", "hôm nay"),
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    done = run("export", bundle, "--to", sealed)
    assert done.returncode == 2
    assert bundle.exists()
    done = run("export", tmp_path / "khong-co.zip", "--to", tmp_path / "ra")
    assert done.returncode == 2
    assert not (tmp_path / "ra").exists()
