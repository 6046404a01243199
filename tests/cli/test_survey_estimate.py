"""`parindex survey estimate` as a user types it."""

import csv
from pathlib import Path

import pytest
from cli.test_commands import run

REFERENCE = Path(__file__).parent.parent / "reference" / "survey"
DESIGN = """schema: parindex.design/1
clusters: dnum
weights: pw
fpc: fpc
lonely_psu: fail
ci: t
replicates: none
statistics:
  - {of: api00, what: mean}
  - {of: stype, what: share}
"""


@pytest.fixture
def design(tmp_path: Path) -> Path:
    path = tmp_path / "design.yaml"
    path.write_text(DESIGN.replace("  - {of: flag, what: share}\n", ""), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_estimates_are_written_whole(design: Path, tmp_path: Path):
    out = tmp_path / "est.csv"
    done = run("survey", "estimate", REFERENCE / "apiclus1.csv", "--design", design, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 estimates from 183 responses" in done.stdout
    rows = read(out)
    assert ",".join(rows[0]) == (
        "statistic,variable,level,domain,estimate,se,ci_low,ci_high,df,deff,n,suppressed"
    )
    assert [row["level"] for row in rows] == ["", "E", "H", "M"]
    assert float(rows[0]["se"]) == pytest.approx(23.542240693781, rel=1e-9)
    assert b"\r" not in out.read_bytes()


def test_known_totals_lie_beside_the_design(design: Path, tmp_path: Path):
    out = tmp_path / "est.csv"
    design.write_text(
        design.read_text(encoding="utf-8") + "calibrate: {method: poststratify, margins: m.csv}\n",
        encoding="utf-8",
    )
    words = ("survey", "estimate", REFERENCE / "apiclus1.csv", "--design", design, "--out", out)
    missing = run(*words)
    assert missing.returncode == 2
    assert f"{design}:11: there is no file of known totals" in missing.stderr
    assert not out.exists()
    margins = tmp_path / "m.csv"
    margins.write_text("variable,level,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n")
    assert run(*words).returncode == 0
    rows = read(out)
    assert float(rows[0]["estimate"]) == pytest.approx(642.310788211582, rel=1e-12)
    assert [row["se"] for row in rows[1:]] == ["0"] * 3
    over = run(*words[:-1], margins)
    assert over.returncode == 2
    assert "would replace" in over.stderr


@pytest.mark.parametrize(("language", "said"), [("en", "Note: all"), ("", "Lưu ý: mọi phiếu")])
def test_what_goes_wrong_is_said_in_a_line(tmp_path: Path, language: str, said: str):
    design, data, out = (tmp_path / name for name in ("d.yaml", "a.csv", "est.csv"))
    design.write_text(
        "schema: parindex.design/1\nweights: w\nlonely_psu: fail\n"
        "statistics: [{of: y, what: mean}]\n"
    )
    words = ("survey", "estimate", data, "--design", design, "--out", out)
    data.write_text("w,y\n0,1\n2,1\n")
    done = run(*words, language=language)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"{data}:2: ")
    assert run(*words[:2], tmp_path / "none.csv", *words[3:], language=language).returncode == 2
    data.write_text("w,y\n1,1\n2,1\n")
    done = run(*words, language=language)
    assert done.returncode == 0
    assert said in done.stdout
