from pathlib import Path

import pytest

from parindex.whole import whole_file, whole_folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_file_is_replaced_whole(tmp_path: Path):
    target = tmp_path / "sâu" / "tệp.txt"
    for text in ("one", "two"):
        with whole_file(target) as fresh:
            fresh.write_text(text)
            assert target.exists() == (text == "two")
        assert target.read_text() == text
    assert names(tmp_path) == ["sâu", "sâu/tệp.txt"]


def half_a_file(target: Path) -> None:
    with whole_file(target) as fresh:
        fresh.write_text("half")
        raise RuntimeError


def half_a_folder(target: Path) -> None:
    with whole_folder(target) as fresh:
        (fresh / "half").write_text("half")
        raise RuntimeError


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "tệp.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError):
        half_a_file(target)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["tệp.txt"]


def test_a_folder_is_replaced_whole(tmp_path: Path):
    target = tmp_path / "ra"
    for name in ("a", "b"):
        with whole_folder(target) as fresh:
            (fresh / name).write_text(name)
        assert names(target) == [name]
    assert names(tmp_path) == ["ra", "ra/b"]


def test_a_failure_leaves_the_old_folder_and_nothing_else(tmp_path: Path):
    target = tmp_path / "ra"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(RuntimeError):
        half_a_folder(target)
    assert names(tmp_path) == ["ra", "ra/old"]


def test_somebodys_file_is_never_replaced_by_a_folder(tmp_path: Path):
    target = tmp_path / "ra"
    target.write_text("mine")
    with pytest.raises(NotADirectoryError):
        half_a_folder(target)
    assert target.read_text() == "mine"
    assert names(tmp_path) == ["ra"]


def test_a_folder_is_never_replaced_by_a_file(tmp_path: Path):
    target = tmp_path / "ra"
    target.mkdir()
    with pytest.raises(OSError, match="ra"), whole_file(target) as fresh:
        fresh.write_text("x")
    assert names(tmp_path) == ["ra"]


def test_a_place_that_cannot_be_written_is_named_as_the_user_did(tmp_path: Path):
    (tmp_path / "tệp").write_text("mine")
    target = tmp_path / "tệp" / "ra.csv"
    with pytest.raises(OSError, match="ra") as caught, whole_file(target):
        pass
    assert caught.value.filename == str(target)
