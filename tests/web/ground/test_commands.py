"""The commands of the web: what they say, in which language, and their exit status."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from web.ground.ledger import write

from parindex.web import commands
from parindex.web.journal.actions import make_checkpoint


@pytest.fixture
def house(committed_db, tmp_path: Path, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("PARINDEX_LANG", "en")
    with override_settings(
        EVIDENCE_FOLDER=tmp_path / "evidence",
        KEYS_FOLDER=tmp_path / "keys",
        CHECKPOINT_FOLDER=tmp_path / "checkpoints",
    ):
        write(3)
        yield tmp_path


def test_the_journal_is_verified_exported_and_held_to_its_past(house: Path, capsys):
    assert commands.run(["journal", "checkpoint", "--reason", "thử"]) == 0
    text = capsys.readouterr().out
    old = house / "old.txt"
    old.write_text(text, encoding="utf-8")
    assert commands.run(["journal", "verify"]) == 0
    assert "3 entries in one chain" in capsys.readouterr().out
    out = house / "journal.jsonl"
    assert commands.run(["journal", "export", "-o", str(out)]) == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    assert commands.run(["journal", "verify-diff", str(old)]) == 0
    assert commands.run(["journal", "verify-diff", str(out)]) == 0
    write(1)
    assert commands.run(["journal", "verify-diff", str(out)]) == 0
    capsys.readouterr()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE journal_entry SET body = '{}', digest = 'x' WHERE seq = 2")
    assert commands.run(["journal", "verify"]) == 1
    told = capsys.readouterr().err
    assert "the body of entry 2 was altered" in told
    assert "Traceback" not in told
    assert commands.run(["journal", "verify-diff", str(out)]) == 1
    assert "entry 2 differs from the older copy" in capsys.readouterr().err


def test_a_backup_is_written_and_restored_and_refused(
    house: Path, empty_database, capsys, monkeypatch
):
    make_checkpoint("thử")
    backup = house / "b.tar"
    assert commands.run(["backup", "-o", str(backup)]) == 0
    assert "3 journal entries" in capsys.readouterr().out
    assert commands.run(["restore", str(backup)]) == 2
    assert "is in use" in capsys.readouterr().err
    with empty_database():
        assert commands.run(["restore", str(backup)]) == 0
        assert "the journal verifies" in capsys.readouterr().out
    changed = bytearray(backup.read_bytes())
    changed[2000] ^= 1
    backup.write_bytes(changed)
    with empty_database():
        assert commands.run(["restore", str(backup)]) == 1
        assert "“database.dump” of the backup was altered" in capsys.readouterr().err
        monkeypatch.setenv("PARINDEX_LANG", "vi")
        assert commands.run(["restore", str(backup)]) == 1
        assert "“database.dump” trong bản sao lưu đã bị thay đổi" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["journal"],
        ["journal", "x"],
        ["backup"],
        ["restore"],
        ["restore", "/khong/co"],
        ["serve", "--port", "x"],
        ["journal", "verify-diff", "/khong/co"],
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(house: Path, capsys, words: list[str]):
    assert commands.run(words) == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert "; fix: " in told


def test_help_is_no_error(capsys):
    with pytest.raises(SystemExit) as ended:
        commands.run(["--help"])
    assert ended.value.code == 0
    assert "backup" in capsys.readouterr().out


def test_the_command_line_hands_over(tmp_path: Path):
    done = subprocess.run(
        [str(Path(sys.executable).parent / "parindex"), "journal", "verify"],
        capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PARINDEX_DATA": str(tmp_path), "PARINDEX_DATABASE_URL": "", "PARINDEX_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"there are no data in {tmp_path} yet")
    assert not (tmp_path / "postgres").exists()
