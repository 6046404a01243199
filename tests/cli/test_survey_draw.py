"""`parindex survey size` and `draw` as a user types them."""

import json
from pathlib import Path

import pytest
from cli.test_commands import run, tree
from survey.frames import THREE_STAGES, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        f"D{c}-{v}-{m},C{c:02d},{'xã' if c % 3 else 'phường'},{5_000 if c == 4 else 100 + c},V{v}"
        for c in range(24)
        for v in range(3)
        for m in range(17)
    ]
    (tmp_path / "frame.csv").write_bytes(table("dossier_id,commune,kind,population,village", rows))
    (tmp_path / "plan.yaml").write_text(THREE_STAGES, encoding="utf-8")
    return tmp_path


def test_size_says_a_number_and_nothing_else():
    done = run("survey", "size", "--population", "10000")
    assert (done.returncode, done.stdout, done.stderr) == (0, "385\n", "")
    done = run(
        "survey",
        "size",
        "--population",
        "1000",
        "--margin",
        "0,03",
        "--deff",
        "1.5",
        "--response",
        "0.8",
    )
    assert done.stdout == "987\n"


def test_size_refuses_what_is_no_population():
    done = run("survey", "size", "--population", "-5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("the population is unusable; expected ")


def test_draw_writes_the_sample_and_the_receipt_and_tells_the_certain(folder: Path):
    out = folder / "mau.csv"
    done = run(
        "survey",
        "draw",
        folder / "frame.csv",
        "--plan",
        folder / "plan.yaml",
        "--seed",
        "2026",
        "--out",
        out,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "360 drawn and 120 in reserve from the frame's 1224 rows" in done.stdout
    assert "Certain at stage 1: xã / C04\n" in done.stdout
    assert sorted(tree(folder)) == ["frame.csv", "mau.csv", "mau.receipt.json", "plan.yaml"]
    receipt = json.loads((folder / "mau.receipt.json").read_bytes())
    assert receipt["sample"] in done.stdout
    assert len(out.read_bytes().splitlines()) == 481
    total = sum(
        float(line.split(b",")[-3])
        for line in out.read_bytes().splitlines()[1:]
        if b",drawn," in line
    )
    # Communes are drawn in proportion to people whom the frame does not list: not exactly 1,224.
    assert 900 < total < 1_600


def test_a_receipt_draws_the_same_list_elsewhere(folder: Path):
    run(
        "survey",
        "draw",
        folder / "frame.csv",
        "--plan",
        folder / "plan.yaml",
        "--seed",
        "é",
        "--out",
        folder / "s.csv",
    )
    receipt = folder / "s.receipt.json"
    done = run(
        "survey", "draw", folder / "frame.csv", "--replay", receipt, "--out", folder / "again.csv"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Verified: drawn again, the list is that of the receipt\n")
    assert (folder / "again.csv").read_bytes() == (folder / "s.csv").read_bytes()
    assert (folder / "again.receipt.json").read_bytes() == receipt.read_bytes()
    # The same letter typed in another form is the same seed.
    run(
        "survey",
        "draw",
        folder / "frame.csv",
        "--plan",
        folder / "plan.yaml",
        "--seed",
        "e\u0301",
        "--out",
        folder / "t.csv",
    )
    assert (folder / "t.receipt.json").read_bytes() == receipt.read_bytes()
    before = tree(folder)
    assert run("survey", "draw", folder / "frame.csv", "--replay", receipt).returncode == 0
    assert tree(folder) == before


def test_a_list_that_a_receipt_does_not_give_is_answered_with_no(folder: Path):
    run(
        "survey",
        "draw",
        folder / "frame.csv",
        "--plan",
        folder / "plan.yaml",
        "--seed",
        "1",
        "--out",
        folder / "s.csv",
    )
    frame = folder / "frame.csv"
    frame.write_bytes(frame.read_bytes() + "D,C00,phường,100,V0\n".encode())
    done = run(
        "survey",
        "draw",
        frame,
        "--replay",
        folder / "s.receipt.json",
        "--out",
        folder / "again.csv",
    )
    assert done.returncode == 1
    assert [line.split(";")[0].rpartition(":0: ")[2] for line in done.stderr.splitlines()] == [
        "the frame differs from the receipt",
        "the sample differs from the receipt",
        "the counts differs from the receipt",
    ]
    assert not (folder / "again.csv").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--plan", "plan.yaml"], ["--seed is missing", "--out is missing"]),
        (["--replay", "r.json", "--seed", "1"], ["--seed does not go with --replay"]),
        (["--plan", "plan.yaml", "--seed", "1", "--out", "frame.csv"], ["frame.csv:0: "]),
        (["--plan", "plan.yaml", "--seed", " ", "--out", "s.csv"], ["the seed is empty"]),
        (
            ["--plan", "frame.csv", "--seed", "1", "--out", "s.csv"],
            ["frame.csv:1: plan.yaml must be key: value pairs"],
        ),
        (["--replay", "frame.csv"], ["frame.csv:0: this is no receipt of a draw"]),
        (["--replay", "none.json"], ["none.json:0: the file cannot be read"]),
    ],
)
def test_what_cannot_be_drawn_is_refused_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: list[str]
):
    monkeypatch.chdir(folder)
    before = tree(folder)
    done = run("survey", "draw", "frame.csv", *options)
    assert (done.returncode, done.stdout) == (2, "")
    for line, start in zip(done.stderr.splitlines(), said, strict=True):
        assert line.startswith(start)
    assert tree(folder) == before


def test_every_trouble_of_a_frame_is_one_line(folder: Path):
    frame = folder / "frame.csv"
    lines = frame.read_text(encoding="utf-8").splitlines()
    lines[1:4] = [",C00,phường,100,V0", "D0-0-1,C00,,100,V0", "D0-0-1,C00,phường,0,V0"]
    frame.write_text("\n".join(lines), encoding="utf-8")
    done = run(
        "survey",
        "draw",
        frame,
        "--plan",
        folder / "plan.yaml",
        "--seed",
        "1",
        "--out",
        folder / "s.csv",
    )
    assert done.returncode == 2
    assert [line.split(";")[0].removeprefix(f"{frame}:") for line in done.stderr.splitlines()] == [
        "2: “dossier_id” is empty",
        "3: “kind” is empty",
        "4: “D0-0-1” stands on line 3 already",
        "4: the size “population” is not above 0",
    ]
    assert not (folder / "s.csv").exists()
