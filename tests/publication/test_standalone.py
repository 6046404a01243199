"""The verifier inside the bundle, written from the specification alone, agrees to the last byte.

1,000 generated seasons by default, PARINDEX_SEASONS sets another number.
"""

import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publication.bundles import (
    BOOKS,
    CLASSES,
    ENTRIES,
    FINDINGS,
    PREVIOUS,
    PUBLIC,
    ROUND,
    UNITS,
    VALUES,
    Documents,
    cell,
    entry,
    forged,
    generated,
    wide,
)  # fmt: skip
from rounds import files, item, row

from parindex.canonical import canonical_json
from parindex.errors import NotGoodBundleError
from parindex.publication import standalone
from parindex.publication.bundle import Bundle, Links, read_bundle
from parindex.publication.seal import seal
from parindex.publication.verify import verify
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index

SEASONS = int(os.environ.get("PARINDEX_SEASONS", "1000"))


def engine_refuses(content: bytes) -> bool:
    try:
        verify(content, file="goi.zip")
    except NotGoodBundleError:
        return True
    return False


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.campaign) for part in (1, 2, 3))]
)
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


def test_the_program_answers_yes_no_or_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
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
    [
        b"[]",
        b"{}",
        b"1",
        b"\xff",
        b"null",
        b'{"columns":[],"rows":[]}',
        b'{"rows": 1, "columns": 2}',
        b"[" * 5000,
    ],
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


def changed(change: Callable[[dict[str, Any]], object], *, public: bool = False) -> bytes:
    """A bundle of a small round whose normal form was changed, with a manifest made to fit."""
    bundle = small(public=public)
    normal = {
        name: json.loads(one) for name, one in bundle.members.items() if name.startswith("normal/")
    }
    change(normal)
    kept = {name: one for name, one in bundle.members.items() if not name.startswith("normal/")}
    members = {**kept, **{name: canonical_json(one) for name, one in normal.items()}}
    return replace(bundle, members=members).to_bytes()


def small(*, public: bool = False) -> Bundle:
    areas = {
        "1": [
            item("1.1.1", "2", "{shape: ratio}", more=("if_none_due: full",)),
            item("1.1.2", "2", "{shape: ratio}", source="survey"),
        ]
    }
    made = files(
        areas,
        entries=[
            row("u1", "1.1.1", "self", numerator="0", denominator="0"),
            row("u1", "1.1.1", numerator="1", denominator="2"),
            row("u2", "1.1.1", numerator="1", denominator="2"),
        ],
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"],
        tail=CLASSES,
        tables={"findings.csv": "unit,item,share\nu1,1.1.2,0.5\nu2,1.1.2,0.75\n"},
    )
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal(opened, run, public=public)


def first_item(normal: dict[str, Any]) -> dict[str, Any]:
    items: dict[str, Any] = normal[BOOKS]["so"]["areas"][0]["criteria"][0]["items"][0]
    return items


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda normal: normal.pop(FINDINGS), "normal/findings.json: is absent"),
        (lambda normal: normal[UNITS]["rows"][0].__setitem__(1, "So\u031b\u0309"), "NFC"),
        (lambda normal: normal[UNITS]["rows"].append(["u2", "Sở Hai", "so", "no"]), "units"),
        (lambda normal: normal[UNITS]["rows"].reverse(), "out of order"),
        (lambda normal: normal[BOOKS]["so"]["classes"].reverse(), "out of order"),
        (lambda normal: normal[BOOKS]["so"]["classes"].pop(), "refers to what does not exist"),
        (lambda normal: normal[BOOKS]["so"]["classes"][0].__setitem__("from", "101"), "results"),
        (lambda normal: normal[BOOKS]["so"].__setitem__("classes", [{"id": "weak", "name": {"vi": "Yếu"}, "from": "99"}]), "class"),
        (lambda normal: normal[BOOKS]["so"]["ceilings"][0].__setitem__("when", {}), "when"),
        (lambda normal: first_item(normal)["rule"].__setitem__("full_at", "0"), "full_at"),
        (lambda normal: first_item(normal).pop("if_none_due"), "self"),
        (lambda normal: normal[FINDINGS]["rows"].pop(), "no final row, finding or fact"),
        (lambda normal: normal[ENTRIES]["rows"].pop(), "no final row, finding or fact"),
        (lambda normal: normal[ROUND].__setitem__("incomplete", "x"), "incomplete"),
        (lambda normal: normal[FINDINGS].__setitem__("rows", [["u1", "1.1.2", "0.60", "", ""], ["u2", "1.1.2", "0.75", "", ""]]), "results/results.csv"),
    ],
)  # fmt: skip
def test_each_fault_of_a_normal_form_is_named(
    change: Callable[[dict[str, Any]], object], said: str
):
    content = changed(change)
    found = standalone.differences(content)
    assert any(said in line for line in found), found
    assert engine_refuses(content)


def test_a_row_that_is_both_shown_and_withheld_is_named():
    def both(normal: dict[str, Any]) -> None:
        normal[ENTRIES]["withheld"]["rows"].append(
            ["u2", "1.1.1", "appraised", "sha256:" + "0" * 64]
        )

    content = changed(both, public=True)
    assert any("both readable and withheld" in line for line in standalone.differences(content))
    assert engine_refuses(content)


def test_a_row_that_would_be_final_cannot_be_withheld():
    def hidden(normal: dict[str, Any]) -> None:
        normal[ENTRIES]["withheld"]["rows"].append(["u2", "1.1.1", "council", "sha256:" + "0" * 64])

    content = changed(hidden, public=True)
    assert any("would be the final row" in line for line in standalone.differences(content))
    assert engine_refuses(content)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"notes.txt": b"hello"}, "notes.txt: must not be there"),
        ({"results/groups.csv": b"\xff"}, "results/groups.csv"),
        ({"results/groups.csv": b'group,"'}, "results/groups.csv"),
        ({"results/groups.csv": None}, "results/groups.csv: is absent"),
        ({UNITS: b'{"columns": [], "rows": []}'}, "normal/units.json"),
    ],
)
def test_each_fault_of_a_member_is_named(members: dict[str, bytes | None], said: str):
    bundle = small()
    forged = {name: one for name, one in {**bundle.members, **members}.items() if one is not None}
    content = replace(bundle, members=forged).to_bytes()
    assert any(said in line for line in standalone.differences(content))
    assert engine_refuses(content)


def test_a_manifest_that_leaves_a_member_out_is_a_difference():
    class Forgetful(Bundle):
        def manifest(self) -> dict[str, Any]:
            told = super().manifest()
            del told["members"]["verify.py"]
            return told

    bundle = small()
    content = Forgetful(members=bundle.members, public=False, links=bundle.links).to_bytes()
    assert standalone.differences(content) == ["manifest.json/members/verify.py: is absent"]
    assert engine_refuses(content)


def test_the_first_byte_that_differs_is_named_however_far_in():
    long = b"x" * 200_000
    found = standalone.bytes_differ("file", long + b"a", long + b"b")
    assert "200000" in str(found)


def test_results_need_a_whole_normal_form():
    with pytest.raises(standalone.DifferentError):
        standalone.results({}, public=False)


def test_a_full_bundle_without_its_inputs_is_a_difference():
    bundle = small()
    members = {name: one for name, one in bundle.members.items() if not name.startswith("input/")}
    content = replace(bundle, members=members).to_bytes()
    assert standalone.differences(content) == ["input/: is absent"]
    assert engine_refuses(content)


def test_a_file_too_large_for_the_format_is_no_bundle():
    class Vast(bytes):
        def __len__(self) -> int:
            return 1 << 32

    assert standalone.differences(Vast(small().to_bytes()))


def test_what_was_not_checked_is_said(tmp_path: Path):
    signed = replace(small(public=True), links=Links(signature="c2ln"))
    bundle = tmp_path / "goi.zip"
    bundle.write_bytes(signed.to_bytes())
    status, said = main("--lang", "en", str(bundle))
    assert status == 0
    assert "not checked: the signature" in said
    assert "what the input said, which is not in the bundle" in said


def test_the_sealed_verifier_is_the_shipped_one():
    content = one_bundle().to_bytes()
    sealed = read_bundle(content, file="goi.zip").members["verify.py"]
    assert sealed == Path(standalone.__file__).read_bytes()


# ---- what the values may be ---------------------------------------------------------------------


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("case", sorted(VALUES))
def test_a_value_that_may_not_be_is_refused_by_both(case: str, public: bool):
    change, said = VALUES[case]
    content = forged(wide(public=public), change)
    found = standalone.differences(content)
    assert any(said in line for line in found), found
    assert engine_refuses(content)


@pytest.mark.parametrize("case", sorted(PUBLIC))
def test_a_public_bundle_that_says_too_much_or_nonsense_is_refused_by_both(case: str):
    change, said = PUBLIC[case]
    content = forged(wide(public=True), change)
    assert any(said in line for line in standalone.differences(content))
    assert engine_refuses(content)


@pytest.mark.parametrize("key", ["journal_head", "bundle_before", "signature"])
@pytest.mark.parametrize("value", [True, ["sha256:"], {"text": "x"}])
def test_a_link_that_is_neither_text_nor_null_is_refused_by_both(key: str, value: object):
    class Linked(Bundle):
        def manifest(self) -> dict[str, Any]:
            return {**super().manifest(), key: value}

    for public in (False, True):
        one = small(public=public)
        content = Linked(members=one.members, public=public, links=one.links).to_bytes()
        assert any(f"manifest.json/{key}" in line for line in standalone.differences(content))
        assert engine_refuses(content)


def test_whole_numbers_may_be_written_with_decimals_that_are_0():
    def change(normal: Documents) -> None:
        entry("1.1.3", count="3.0")(normal)
        cell(PREVIOUS, "u0", rank="3.0")(normal)
        cell(FINDINGS, "u1", se="-0")(normal)
        normal[PREVIOUS]["rows"].append(["u1", "50", "4.0", "", ""])

    content = forged(wide(public=True), change)
    assert standalone.differences(content) == []
    assert not engine_refuses(content)


def test_what_is_changed_by_nothing_verifies():
    for public in (False, True):
        content = forged(wide(public=public), lambda _: None)
        assert standalone.differences(content) == []
        assert not engine_refuses(content)
