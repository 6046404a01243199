"""The verifier inside the bundle, written from the specification alone, agrees to the last byte.

1,000 generated seasons by default, PARINDEX_SEASONS sets another number.
"""

import io
import os
import random
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
import seasons

from parindex.canonical import canonical_json
from parindex.criteria.catalogue import Catalogue
from parindex.errors import NotGoodBundleError
from parindex.publication import standalone
from parindex.publication.bundle import Bundle, read_bundle
from parindex.publication.seal import seal
from parindex.publication.verify import verify
from parindex.scoring.folder import FolderFiles, read_folder
from parindex.scoring.run import score_index

SEASONS = int(os.environ.get("PARINDEX_SEASONS", "1000"))


def generated(first: int, count: int) -> Iterator[tuple[int, Bundle]]:
    """Bundles of generated seasons: every fourth on ties, every other public."""
    for seed in range(first, first + count):
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory() as name:
            seasons.write_season(
                Path(name),
                rng,
                units=rng.randint(2, 8),
                items=rng.randint(3, 10),
                groups=rng.randint(1, 2),
                ties=seed % 4 == 0,
                flavour=rng.choice([None, *sorted(seasons.FLAVOURS)]),
            )
            opened = read_folder(FolderFiles(Path(name), Catalogue.of([])))
            run = score_index(opened.round, opened.entries(), problems=opened.problems)
            yield seed, seal(opened, run, public=seed % 2 == 1)


def engine_refuses(content: bytes) -> bool:
    try:
        verify(content, file="goi.zip")
    except NotGoodBundleError:
        return True
    return False


@pytest.mark.parametrize("part", range(4))
def test_both_verifiers_agree_on_every_season_and_find_one_flipped_byte(part: int):
    for seed, bundle in generated(part * SEASONS // 4, SEASONS // 4):
        content = bundle.to_bytes()
        assert standalone.differences(content) == [], seed
        assert not engine_refuses(content), seed
        rng = random.Random(-seed - 1)
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        assert standalone.differences(bytes(flipped)), seed
        assert engine_refuses(bytes(flipped)), seed


def test_a_forged_result_is_found_by_both_whatever_the_manifest_says():
    for seed, bundle in generated(10_000, 40):
        rng = random.Random(seed)
        name = rng.choice([name for name in bundle.members if name.startswith("results/")])
        digits = [at for at, byte in enumerate(bundle.members[name]) if byte in b"0123456789"]
        at = rng.choice(digits)
        forged = bytearray(bundle.members[name])
        forged[at] = forged[at] ^ 1
        changed = replace(bundle, members={**bundle.members, name: bytes(forged)}).to_bytes()
        assert any(name in line for line in standalone.differences(changed)), seed
        assert engine_refuses(changed), seed


def one_bundle(*, public: bool = False) -> Bundle:
    for _, bundle in generated(1 if public else 0, 1):
        return bundle
    raise AssertionError("no season")


def main(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        status = standalone.main(list(words))
    return status, out.getvalue()


def test_the_program_answers_yes_no_or_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bundle = tmp_path / "goi.zip"
    bundle.write_bytes(one_bundle().to_bytes())
    status, said = main(str(bundle), "--lang", "en")
    assert status == 0
    assert "sha256:" in said
    assert main(str(bundle))[1] != said
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert main(str(bundle), "--lang", "en")[0] == 1
    bundle.write_bytes(b"hello")
    assert main(str(bundle))[0] == 1
    assert main(str(tmp_path / "none.zip"))[0] in (1, 2)
    with pytest.raises(SystemExit) as caught:
        raise SystemExit(main()[0])
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


HOSTILE = [
    b"",
    b"PK\x05\x06" + b"\0" * 18,
    b"PK\x03\x04" + b"\xff" * 100,
    canonical_json({}),
]


@pytest.mark.parametrize("content", HOSTILE)
def test_bytes_that_are_no_bundle_are_a_difference(content: bytes):
    assert standalone.differences(content)


def test_a_deflated_member_is_refused_without_inflating():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_file:
        zip_file.writestr("manifest.json", b"{}" + b" " * 50_000_000)
    assert standalone.differences(archive.getvalue())


@pytest.mark.parametrize(
    "content",
    [b"[]", b"{}", b"1", b"\xff", b"null", b'{"columns":[],"rows":[]}', b'{"rows": 1, "columns": 2}', b"[" * 5000],
)
@pytest.mark.parametrize(
    "member", ["normal/round.json", "normal/rulebooks.json", "normal/units.json", "normal/entries.json", "normal/adjustments.json"]
)  # fmt: skip
def test_a_malformed_normal_form_is_a_difference_for_both(member: str, content: bytes):
    for public in (False, True):
        bundle = one_bundle(public=public)
        forged = replace(bundle, members={**bundle.members, member: content}).to_bytes()
        assert standalone.differences(forged)
        assert engine_refuses(forged)


def test_the_sealed_verifier_is_the_shipped_one():
    content = one_bundle().to_bytes()
    sealed = read_bundle(content, file="goi.zip").members["verify.py"]
    assert sealed == Path(standalone.__file__).read_bytes()
