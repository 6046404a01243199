"""The store: once under its digest, whole or not at all, never overwritten, never erased."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parindex.canonical import sha256
from parindex.errors import UnusableInputError
from parindex.evidence.store import LEFTOVER_AFTER, Store


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_content_is_kept_once_under_its_digest(tmp_path: Path):
    store = Store(tmp_path / "kho")
    digest = store.put(b"abc")
    assert digest == sha256(b"abc")
    plain = digest.removeprefix("sha256:")
    other = tmp_path / "other"
    other.write_bytes(b"abc")
    assert store.put(other) == digest
    assert files(store.folder) == [f"{plain[:2]}/{plain[2:4]}/{plain}"]
    with store.open(digest) as stream:
        assert stream.read() == b"abc"
    assert store.holds(digest)
    assert list(store.digests()) == [digest]
    assert list(store.check()) == []


def test_a_large_path_is_kept_in_pieces(tmp_path: Path):
    path = tmp_path / "large"
    path.write_bytes(os.urandom(3 << 20))
    store = Store(tmp_path / "kho")
    assert store.put(path) == sha256(path.read_bytes())
    assert list(store.check()) == []


def test_damaged_content_is_told_and_never_overwritten(tmp_path: Path):
    store = Store(tmp_path)
    digest = store.put(b"abc")
    kept = store.path(digest)
    kept.chmod(0o600)
    kept.write_bytes(b"abd")
    (problem,) = store.check()
    assert (problem.code, problem.file) == ("evidence.content_differs", str(kept))
    with pytest.raises(UnusableInputError):
        store.put(b"abc")
    assert kept.read_bytes() == b"abd"
    assert len(files(tmp_path)) == 1


def test_a_stranger_in_the_store_is_told(tmp_path: Path):
    store = Store(tmp_path)
    plain = store.put(b"abc").removeprefix("sha256:")
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / plain).write_bytes(b"abc")
    (tmp_path / "note.txt").write_bytes(b"x")
    assert [one.code for one in store.check()] == ["evidence.stranger"] * 2
    assert len(list(store.digests())) == 1


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "abc",
        "sha256:",
        "sha256:../../etc/passwd",
        "sha256:" + "A" * 64,
        "sha256:" + "0" * 63 + "\n",
        "0" * 64,
    ],
)
def test_what_is_no_digest_has_no_path(digest: str, tmp_path: Path):
    with pytest.raises(UnusableInputError):
        Store(tmp_path).path(digest)


def test_what_is_not_kept_cannot_be_opened(tmp_path: Path):
    with pytest.raises(UnusableInputError) as error:
        Store(tmp_path).open(sha256(b"x"))
    assert error.value.problems[0].code == "evidence.not_kept"
    assert not Store(tmp_path).holds(sha256(b"x"))


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_failing_disk_leaves_nothing_under_a_name(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError(28, "no space")

    store = Store(tmp_path)
    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", fail)
        else:
            patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="no space"):
            store.put(b"abc")
    assert files(tmp_path) == []
    assert store.put(b"abc") == sha256(b"abc")


def test_the_file_is_safe_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps: list[str] = []
    sync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112 - of a handle
        sync(handle)

    def renamed(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    Store(tmp_path).put(b"abc")
    assert steps == ["file", "folder", "folder", "rename", "folder"]


def test_leftovers_are_swept_after_a_day(tmp_path: Path):
    store = Store(tmp_path)
    digest = store.put(b"abc")
    now = datetime(2026, 12, 1, tzinfo=UTC)
    for name, age in (
        ("old", LEFTOVER_AFTER + timedelta(seconds=1)),
        ("young", LEFTOVER_AFTER - timedelta(seconds=1)),
    ):
        path = tmp_path / "incoming" / name
        path.write_bytes(b"half")
        moment = (now - age).timestamp()
        os.utime(path, (moment, moment))
    os.utime(store.path(digest), (0, 0))
    assert store.sweep(now) == 1
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["young"]
    assert store.holds(digest)
    assert list(store.check()) == []


def test_sweeping_nothing_is_fine(tmp_path: Path):
    assert Store(tmp_path / "none").sweep(datetime(2026, 12, 1, tzinfo=UTC)) == 0
