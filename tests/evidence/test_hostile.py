"""Three hundred hostile files: each is refused with a clear reason or kept as what it truly is."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from PIL import Image

from evidence.hostile import hostile_files
from parindex.errors import ParindexError
from parindex.evidence.intake import Examined, examine
from parindex.evidence.kinds import Kind

# What is good about each is its name, its picture or its small oddity; the rest is refused.
MUST_BE_REFUSED = (
    "bom-chong",
    "bom-noi",
    "bom-ty-le",
    "macro",
    "dde",
    "duong-dan",
    "mat-khau",
    "long-nhau",
    "rong",
    "cuoi",
    "phinh",
    "zip-sau",
)
STARTS = {
    Kind.PDF: b"%PDF-",
    Kind.DOCX: b"PK",
    Kind.XLSX: b"PK",
    Kind.JPEG: b"\xff\xd8\xff",
    Kind.PNG: b"\x89PNG",
}

Outcome = Examined | ParindexError


def outcome(named: tuple[str, bytes]) -> Outcome:
    name, content = named
    try:
        return examine(content, name=name)
    except ParindexError as error:
        return error


@cache
def outcomes() -> list[tuple[str, bytes, Outcome]]:
    files = hostile_files()
    with ThreadPoolExecutor(2) as pool:
        return [
            (*named, found) for named, found in zip(files, pool.map(outcome, files), strict=True)
        ]


def test_there_are_three_hundred_different_ones():
    assert len(set(hostile_files())) == len(hostile_files()) >= 300
    assert len({content for _, content in hostile_files()}) >= 300
    assert sum(len(content) for _, content in hostile_files()) < 40 << 20


def test_each_is_refused_in_words_or_kept_as_what_it_is():
    for name, _, found in outcomes():
        if isinstance(found, ParindexError):
            (problem,) = found.problems
            assert problem.code.startswith("evidence."), (name, problem)
            for language in ("vi", "en"):
                (said,) = found.say(language)
                assert len(said) > 40, said
                assert said.isprintable(), said
        else:
            kept = found.content if isinstance(found.content, bytes) else found.content.read_bytes()
            assert kept.startswith(STARTS[found.kind]), name
            assert found.name.endswith(found.kind.extension), name
            assert found.name.isprintable(), name
            assert not set(found.name) & set('/\\<>"'), name
            assert found.name[0] not in "=+-@＝＋－＠.", name
            assert len(found.name) <= 200
            for warning in found.warnings:
                assert warning.say("vi")


def test_what_must_be_refused_is_refused():
    kept = [
        name
        for name, content, found in outcomes()
        if name.startswith(MUST_BE_REFUSED) and isinstance(found, Examined)
    ]
    assert kept == []


def test_no_picture_keeps_what_hid_in_it():
    for name, _, found in outcomes():
        if isinstance(found, Examined) and found.kind.is_image:
            assert isinstance(found.content, bytes)
            for hidden in (b"<script", b"<html", b"<?php", b"PK\x03\x04", b"Exif"):
                assert hidden not in found.content, (name, hidden)
            with Image.open(io.BytesIO(found.content)) as image:
                image.load()


def test_what_acts_in_a_pdf_is_told():
    told = {
        name: [one.code for one in found.warnings]
        for name, _, found in outcomes()
        if isinstance(found, Examined)
    }
    script, launch, attached = (
        "evidence.pdf_script",
        "evidence.pdf_launch",
        "evidence.pdf_attachments",
    )
    assert {
        name.removeprefix("hanh-dong-"): codes
        for name, codes in told.items()
        if name.startswith("hanh-dong")
    } == {
        "js.pdf": [script],
        "js-ma-hoa.pdf": [script],
        "js-ten.pdf": [script],
        "chay.pdf": [launch],
        "chay-win.pdf": [launch],
        "gui.pdf": [launch],
        "nhap.pdf": [launch],
        "tep-khac.pdf": [launch],
        "dinh-kem.pdf": [attached],
        "xfa.pdf": [script],
        "uri.pdf": [],
        "trang.pdf": [script],
    }
    assert told["giau-trong-luong.pdf"] == [script]


def test_kept_packages_open_and_hold_no_macro():
    for name, _, found in outcomes():
        if isinstance(found, Examined) and found.kind in {Kind.DOCX, Kind.XLSX}:
            assert isinstance(found.content, bytes)
            with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
                assert archive.testzip() is None, name
                assert not any("vba" in part.lower() for part in archive.namelist())


def test_a_path_is_taken_as_well_as_bytes(tmp_path: Path):
    for name, content, found in outcomes()[::25]:
        path = tmp_path / "content"
        path.write_bytes(content)
        try:
            again: Outcome = examine(path, name=name)
        except ParindexError as error:
            again = error
        assert type(again) is type(found)
        if isinstance(again, Examined) and isinstance(found, Examined):
            assert again.digest == found.digest
        elif isinstance(again, ParindexError) and isinstance(found, ParindexError):
            assert again.problems == found.problems
