"""The commands as a user types them: what they write, say and answer."""

import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
COMMAND = Path(sys.executable).parent / "parindex"


def run(
    *words: object, language: str = "en", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PARINDEX_LANG": language, **environment},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES / "round-2" / "round", tmp_path / "vong")


def tree(where: Path) -> dict[str, bytes]:
    return {
        path.relative_to(where).as_posix(): path.read_bytes()
        for path in sorted(where.rglob("*"))
        if path.is_file()
    }


def test_score_writes_four_tables_and_replaces_the_folder_whole(folder: Path, tmp_path: Path):
    out = tmp_path / "ket-qua"
    out.mkdir()
    (out / "cu.txt").write_text("old")
    done = run("score", folder, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "11 units scored" in done.stdout
    assert sorted(tree(out)) == ["areas.csv", "groups.csv", "items.csv", "results.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ket-qua", "vong"]


def test_score_refuses_whole_and_writes_nothing(folder: Path, tmp_path: Path):
    entries = folder / "entries.csv"
    lines = entries.read_text(encoding="utf-8").splitlines(keepends=True)
    entries.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    out = tmp_path / "ket-qua"
    done = run("score", folder, "--out", out)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{entries}:{len(lines) + 1}: unit ")
    assert done.stderr.count("\n") == 1
    for word in ("; expected ", "; got ", "; fix: "):
        assert word in done.stderr
    vietnamese = run("score", folder, "--out", out, language="").stderr
    for word in ("; cần ", "; gặp ", "; cách sửa: "):
        assert word in vietnamese
    assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["vong"]


def test_an_old_result_survives_a_refusal(folder: Path, tmp_path: Path):
    out = tmp_path / "ket-qua"
    assert run("score", folder, "--out", out).returncode == 0
    before = tree(out)
    (folder / "units.csv").write_bytes(b"\xff\n")
    assert run("score", folder, "--out", out).returncode == 2
    assert tree(out) == before


@pytest.mark.parametrize("place", [".", "..", "../.."])
def test_a_folder_that_holds_the_round_is_never_replaced(folder: Path, place: str):
    inside = folder / "rulebook"
    before = tree(folder)
    done = run("score", folder, "--out", inside / place / ".." if place == "." else inside / place)
    assert done.returncode == 2
    assert "would replace" in done.stderr
    assert tree(folder) == before


def test_an_output_never_takes_the_place_of_an_input(folder: Path, tmp_path: Path):
    rulebook = folder / "rulebook" / "departments.yaml"
    before = tree(folder)
    for words in (
        ("score", folder, "--out", folder / "rulebook"),
        ("score", folder, "--out", tmp_path / "o", "--xlsx", folder / "units.csv"),
        ("seal", folder, "-o", folder / "entries.csv"),
        ("rulebook", "export", rulebook, "-o", rulebook),
        ("rulebook", "import", rulebook, "-o", rulebook),
    ):
        done = run(*words)
        assert done.returncode == 2
        assert "would replace" in done.stderr
        assert done.stderr.count("\n") == 1
    assert tree(folder) == before
    assert not (tmp_path / "o").exists()


def test_results_may_lie_in_the_round_and_the_workbook_in_the_results(folder: Path):
    out = folder / "ket-qua"
    assert run("score", folder, "--out", out, "--xlsx", out / "a.xlsx").returncode == 0
    assert "a.xlsx" in tree(out)
    assert run("score", folder, "--out", out, "--xlsx", folder / "b.xlsx").returncode == 0
    assert "a.xlsx" not in tree(out)
    assert (folder / "b.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "vi", "en"),
    [
        (("nope",), "không có lệnh hoặc tùy chọn “nope”", "no command or option “nope”"),
        (("score",), "thiếu “ROUND”", "“ROUND” is missing"),
        (("score", "x"), "thiếu “--out”", "“--out” is missing"),
        (("score", "x", "--foo"), "tùy chọn “--foo”", "option “--foo”"),
        (("score", "x", "y", "--out", "z"), "lệnh gõ chưa đúng", "the command is not right"),
    ],
)
def test_a_command_typed_wrongly_is_told_in_the_readers_language(
    words: tuple[str, ...], vi: str, en: str
):
    for language, expected in (("", vi), ("en", en)):
        done = run(*words, language=language)
        assert (done.returncode, done.stdout) == (2, "")
        assert expected in done.stderr
        assert "--help" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_unit_typed_in_decomposed_letters_is_found(folder: Path):
    units = folder / "units.csv"
    for file in folder.glob("*.csv"):
        text = file.read_text(encoding="utf-8-sig")
        file.write_text(text.replace("dep-003", "sở-3"), encoding="utf-8")
    assert "sở-3" in units.read_text(encoding="utf-8")
    typed = unicodedata.normalize("NFD", "sở-3")
    assert typed != "sở-3"
    assert run("explain", folder, typed).returncode == 0


def test_the_same_input_gives_the_same_bytes_anywhere(folder: Path, tmp_path: Path):
    bundles, results = set(), set()
    header, *lines = (folder / "entries.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    for at, environment in enumerate(
        (
            {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
            {"LC_ALL": "C.UTF-8", "TZ": "Asia/Ho_Chi_Minh", "PYTHONHASHSEED": "1"},
            {"LC_ALL": "vi_VN.UTF-8", "TZ": "America/New_York", "PYTHONHASHSEED": "2"},
        )
    ):
        out = tmp_path / f"ra-{at}"
        assert run("score", folder, "--out", out, **environment).returncode == 0
        results.add(tuple(tree(out).items()))
        sealed = tmp_path / f"goi-{at}.zip"
        assert run("seal", folder, "-o", sealed, **environment).returncode == 0
        bundles.add(sealed.read_bytes())
    assert len(bundles) == len(results) == 1
    (folder / "entries.csv").write_text(header + "".join(reversed(lines)), encoding="utf-8")
    out = tmp_path / "dao"
    assert run("score", folder, "--out", out).returncode == 0
    assert tuple(tree(out).items()) in results


def test_explain_tells_why(folder: Path):
    done = run("explain", folder, "dep-003", "1.1.1")
    assert done.returncode == 0
    assert done.stdout.startswith("1.1.1 Mục 1.1.1: 0.6370/1.0000 points\n  Rule: ")
    whole = run("explain", folder, "dep-003", language="vi").stdout
    assert whole.startswith("dep-003 – Đơn vị dep-003: chỉ số 79,12, hạng 9/10")
    assert run("explain", folder, "x").returncode == 2
    stranger = run("explain", folder, "dep-003", "9.9")
    assert stranger.returncode == 2
    assert "item “9.9” is not in the criteria set" in stranger.stderr


def test_seal_and_verify(folder: Path, tmp_path: Path):
    first, second = tmp_path / "goi.zip", tmp_path / "sau.zip"
    sealed = run("seal", folder, "-o", first)
    assert sealed.returncode == 0
    digest = sealed.stdout.split()[-1]
    signature = tmp_path / "chu-ky.txt"
    signature.write_text("c2ln\n")
    linked = run(
        "seal", folder, "-o", second, "--public", "--journal-head", "sha256:" + "0" * 64,
        "--bundle-before", first, "--signature", signature,
    )  # fmt: skip
    assert linked.returncode == 0
    assert digest.encode() in second.read_bytes()
    for bundle in (first, second):
        good = run("verify", bundle)
        assert (good.returncode, good.stderr) == (0, "")
        assert good.stdout.startswith("Verified: 11 units")
    forged = bytearray(first.read_bytes())
    forged[len(forged) // 2] ^= 1
    first.write_bytes(forged)
    bad = run("verify", first)
    assert bad.returncode == 1
    assert bad.stderr.startswith(f"{first}:0: ")
    assert run("seal", folder, "-o", second, "--bundle-before", digest).returncode == 0
    assert digest.encode() in second.read_bytes()


def test_the_verifier_inside_runs_alone(folder: Path, tmp_path: Path):
    bundle = tmp_path / "goi.zip"
    assert run("seal", folder, "-o", bundle).returncode == 0
    shutil.unpack_archive(bundle, tmp_path / "mo")
    alone = [sys.executable, "-I", "-S", str(tmp_path / "mo" / "verify.py"), str(bundle)]
    done = subprocess.run(
        alone, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "sha256:" in done.stdout


def test_what_cannot_be_read_is_one_message(tmp_path: Path):
    for words in (
        ("score", tmp_path / "none", "--out", tmp_path / "o"),
        ("verify", tmp_path / "none.zip"),
        ("rulebook", "check", tmp_path / "none.yaml"),
        ("rulebook", "check", tmp_path),
    ):
        done = run(*words)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr


def test_rulebook_check_and_diff(folder: Path, tmp_path: Path):
    rulebook = folder / "rulebook" / "departments.yaml"
    good = run("rulebook", "check", rulebook)
    assert (good.returncode, good.stderr) == (0, "")
    changed = tmp_path / "moi.yaml"
    text = rulebook.read_text(encoding="utf-8")
    changed.write_text(
        text.replace("max_points: 1\n", "max_points: 1.00001\n", 1), encoding="utf-8"
    )
    bad = run("rulebook", "check", rulebook, changed)
    assert bad.returncode == 1
    assert "no input can reach the maximum" in bad.stderr
    compared = run("rulebook", "check", rulebook, "--structure", "876/QĐ-BNV")
    assert compared.returncode == 1
    assert "no published structure" in compared.stderr
    same = run("rulebook", "diff", rulebook, rulebook)
    assert (same.returncode, same.stdout) == (0, "")
    other = run("rulebook", "diff", rulebook, changed)
    assert other.returncode == 0
    assert other.stdout == "changed: item item-1-1-1 · max_points: 1 → 1.00001\n"


def test_a_rulebook_is_found_by_name(folder: Path, tmp_path: Path):
    own = tmp_path / "thu-vien" / "tinh"
    own.mkdir(parents=True)
    shutil.move(folder / "rulebook" / "departments.yaml", own / "so.yaml")
    text = (folder / "round.yaml").read_text(encoding="utf-8")
    (folder / "round.yaml").write_text(
        text.replace("rulebook/departments.yaml", "tinh/so"), encoding="utf-8"
    )
    out = tmp_path / "ra"
    assert run("score", folder, "--out", out).returncode == 2
    found = run("score", folder, "--out", out, PARINDEX_RULEBOOKS=str(own.parent))
    assert found.returncode == 0


def test_a_reader_that_has_seen_enough_is_no_error(folder: Path):
    explain = subprocess.Popen(
        [COMMAND, "explain", folder, "dep-003"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert explain.stdout is not None
    explain.stdout.close()
    assert explain.stderr is not None
    with explain.stderr as stream:
        assert stream.read() == b""
    explain.wait()


def test_python_m_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "parindex", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "rulebook" in done.stdout
