"""The door: good files are taken, pictures are made anew, limits hold, a crash is one problem."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from importlib import import_module
from pathlib import Path

import pytest
from PIL import Image

from evidence.good import (
    docx_parts,
    good_docx,
    good_jpeg,
    good_pdf,
    good_png,
    good_xlsx,
    package,
    picture,
    scan_pdf,
    xlsx_parts,
)  # fmt: skip
from evidence.hostile import png
from parindex.canonical import sha256
from parindex.errors import UnusableInputError
from parindex.evidence import apart, worker
from parindex.evidence.intake import examine
from parindex.evidence.kinds import Kind
from parindex.evidence.limits import Limits
from parindex.evidence.preview import draw_preview


def refusal(content: bytes, limits: Limits = Limits()) -> str:  # noqa: B008 - frozen
    with pytest.raises(UnusableInputError) as error:
        examine(content, name="báo cáo.pdf", limits=limits)
    (problem,) = error.value.problems
    assert problem.file == "báo cáo.pdf"
    return problem.code.removeprefix("evidence.")


@pytest.mark.parametrize(
    ("content", "kind", "pages"),
    [
        (good_pdf("a", "b", "c"), Kind.PDF, 3),
        (good_docx(), Kind.DOCX, None),
        (good_xlsx(), Kind.XLSX, 1),
        (scan_pdf(picture()), Kind.PDF, 1),
    ],
)
def test_good_files_are_kept_as_they_are(
    content: bytes, kind: Kind, pages: int | None, tmp_path: Path
):
    path = tmp_path / "x"
    path.write_bytes(content)
    found = examine(path, name="Báo cáo số 5")
    assert (found.kind, found.pages, found.size) == (kind, pages, len(content))
    assert found.name == f"Báo cáo số 5.{kind}"
    assert found.received == found.digest == sha256(content)
    assert found.content == path
    assert found.warnings == ()


@pytest.mark.parametrize(
    "content",
    [good_jpeg(), *(good_png(mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"))],
)
def test_pictures_are_made_anew(content: bytes):
    found = examine(content, name="ảnh")
    assert isinstance(found.content, bytes)
    assert found.received == sha256(content)
    assert found.digest == sha256(found.content)
    assert found.size == len(found.content)
    with Image.open(io.BytesIO(found.content)) as image:
        assert image.size == (60, 40)
        if found.kind is Kind.JPEG:
            assert found.is_remade


def test_a_picture_is_turned_and_loses_what_the_camera_wrote():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Máy ảnh của tôi"
    found = examine(good_jpeg(exif=exif.tobytes()), name="anh.jpg")
    assert isinstance(found.content, bytes)
    with Image.open(io.BytesIO(found.content)) as image:
        assert image.size == (40, 60)
        assert dict(image.getexif()) == {}
        top = image.convert("RGB").getpixel((20, 5))
        assert isinstance(top, tuple)
        assert top[0] > 150 > top[2]


def test_limits_hold_on_both_sides():
    content = good_pdf("a", "b", "c")
    assert examine(content, name="x", limits=Limits(pages=3)).pages == 3
    assert refusal(content, Limits(pages=2)) == "too_many_pages"
    assert refusal(content, Limits(file_bytes=len(content) - 1)) == "too_large"
    assert examine(content, name="x", limits=Limits(file_bytes=len(content))).size == len(content)
    assert examine(good_png(), name="x", limits=Limits(pixels=2400)).pages == 1
    assert refusal(good_png(), Limits(pixels=2399)) == "too_many_pixels"
    total = sum(map(len, docx_parts().values()))
    assert examine(good_docx(), name="x", limits=Limits(unpacked_bytes=total)).kind is Kind.DOCX
    assert refusal(good_docx(), Limits(unpacked_bytes=total - 1)) == "bomb"
    assert refusal(good_docx(), Limits(markup_bytes=total - 1)) == "bomb"
    assert refusal(good_docx(), Limits(members=3)) == "bomb"
    assert examine(good_docx(), name="x", limits=Limits(members=4)).kind is Kind.DOCX


def test_too_little_time_or_memory_is_one_problem():
    noise = png(
        6000,
        6000,
        packed=zlib.compress((b"\0" + random.Random(1).randbytes(6000)) * 6000, 1),
    )
    assert refusal(noise, Limits(memory_bytes=64 << 20)) in {"too_heavy", "reader_stopped"}
    bomb = package(docx_parts() | {"word/media/a.png": bytes(200 << 20)})
    slow = Limits(cpu_seconds=0, ratio=10**6)
    assert refusal(bomb, slow) == "too_heavy"


def test_a_worker_that_sleeps_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(apart, "_WORKER", "sleeper")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert refusal(good_pdf(), Limits(wall_seconds=0)) == "too_heavy"


def test_a_worker_that_crashes_is_one_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "crasher.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    monkeypatch.setattr(apart, "_WORKER", "crasher")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert refusal(good_pdf()) == "reader_stopped"


def test_no_secret_reaches_the_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    seen = tmp_path / "seen"
    (tmp_path / "looker.py").write_text(
        f"import os\nopen({str(seen)!r}, 'w').write(repr(dict(os.environ)))\nraise SystemExit(3)\n"
    )
    monkeypatch.setattr(apart, "_WORKER", "looker")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PARINDEX_DATABASE_URL", "postgres://bi-mat")
    assert refusal(good_pdf()) == "reader_stopped"
    assert "PYTHONPATH" in seen.read_text()
    assert "bi-mat" not in seen.read_text()


def test_every_task_of_the_worker_exists():
    for place in worker.TASKS.values():
        module, name = place.split(".")
        found = import_module(f"parindex.evidence.{module}")
        assert callable(getattr(found, name))


def test_what_is_normal_in_office_files_is_taken():
    parts = docx_parts() | {
        "word/media/image1.png": good_png(),
        "word/_rels/settings.xml.rels": b'<Relationships xmlns="x"><Relationship Id="r1" Type="a/attachedTemplate" Target="file:///C:\\Users\\a\\Normal.dotm" TargetMode="External"/></Relationships>',
        "docProps/thumbnail.jpeg": good_jpeg(),
    }
    found = examine(package(parts), name="van-ban.docx")
    assert [one.code for one in found.warnings] == ["evidence.links_outside"]
    stored = package(xlsx_parts(), compression=zipfile.ZIP_STORED)
    assert examine(stored, name="b.xlsx").kind is Kind.XLSX


@pytest.mark.parametrize(
    ("content", "kind"), [(good_pdf(), Kind.PDF), (good_png(), Kind.PNG), (good_jpeg(), Kind.JPEG)]
)
def test_a_preview_is_a_small_picture(content: bytes, kind: Kind):
    drawn = draw_preview(content, kind, width=50)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "PNG"
        assert max(image.size) == 50


def test_an_office_file_has_no_preview():
    assert draw_preview(good_docx(), Kind.DOCX) is None
