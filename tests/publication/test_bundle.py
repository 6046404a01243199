import hashlib
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rounds import files, item, row

from parindex.canonical import canonical_json, sha256
from parindex.criteria.catalogue import Catalogue
from parindex.errors import NotGoodBundleError
from parindex.publication.bundle import MANIFEST, Bundle, Links, read_bundle
from parindex.publication.seal import seal
from parindex.publication.tables import result_files
from parindex.publication.verify import verify
from parindex.scoring.files import Files, FolderFiles, MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("round-*/round"))
LINKS = Links(
    journal_head="sha256:" + "1" * 64, bundle_before="sha256:" + "2" * 64, signature="c2ln"
)
AREAS = {
    "1": [
        item("1.1.1", "2", "{shape: given}", more=('zero_if: {vi: "x"}',)),
        item("1.1.2", "2", "{shape: ratio}", source="survey"),
        item("1.1.3", "2", "{shape: ratio}"),
    ]
}


def sealed(made: Files, *, public: bool = False, links: Links = LINKS) -> Bundle:
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal(opened, run, public=public, links=links)


def small(**tables: str) -> MemoryFiles:
    return files(
        AREAS,
        entries=[
            row("u1", "1.1.1", "self", points="2", reason="bí mật của đơn vị"),
            row("u1", "1.1.1", points="1,5".replace(",", "."), reason="thiếu tài liệu"),
            row("u1", "1.1.1", "council", points="1.75", veto="no"),
            row("u1", "1.1.3", value="98.5%", reason="theo báo cáo"),
        ],
        tail="adjustments: {bonus_cap: 2, deduction_cap: 2}\n",
        tables={
            "findings.csv": "unit,item,share,se,n\nu1,1.1.2,0.85,0.01,120\n",
            "adjustments.csv": "unit,kind,code,points,reason\nu1,bonus,B,0.5,sáng kiến\n",
            **tables,
        },
    )


def refused(content: bytes) -> list[str]:
    with pytest.raises(NotGoodBundleError) as caught:
        verify(content, file="goi.zip")
    return [one.code for one in caught.value.problems]


def forge(bundle: Bundle, **members: bytes) -> bytes:
    """A bundle whose manifest was made to fit the changed members."""
    changed = {name.replace("__", "/").replace("_dot_", "."): one for name, one in members.items()}
    return replace(bundle, members={**bundle.members, **changed}).to_bytes()


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.parent.name)
def test_what_was_sealed_verifies_and_gives_the_run_back(folder: Path, public: bool):
    made = FolderFiles(folder, Catalogue.of([]))
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    bundle, again = verify(sealed(made, public=public).to_bytes(), file="goi.zip")
    assert bundle.public is public
    assert bundle.links == LINKS
    if not public:
        assert again == run
    for ours, theirs in zip(run.groups, again.groups, strict=True):
        # A public normal form lists units by id, so compare them by unit.
        mine = {one.id: at for at, one in enumerate(ours.units)}
        for at, unit in enumerate(theirs.units):
            assert theirs.ranks[at] == ours.ranks[mine[unit.id]]
            assert theirs.results[at].exact == ours.results[mine[unit.id]].exact


def test_the_bundle_holds_what_the_contract_says():
    bundle = sealed(small())
    names = sorted(bundle.members)
    assert names == [
        "input/adjustments.csv",
        "input/entries.csv",
        "input/findings.csv",
        "input/round.yaml",
        "input/rulebook/so.yaml",
        "input/units.csv",
        "normal/adjustments.json",
        "normal/entries.json",
        "normal/facts.json",
        "normal/findings.json",
        "normal/previous.json",
        "normal/round.json",
        "normal/rulebooks.json",
        "normal/units.json",
        "results/areas.csv",
        "results/groups.csv",
        "results/items.csv",
        "results/results.csv",
        "verify.py",
    ]
    for name, content in small().contents.items():
        assert bundle.members[f"input/{name}"] == content
    manifest = bundle.manifest()
    assert manifest["schema"] == "parindex.bundle/1"
    assert manifest["members"]["input/round.yaml"] == sha256(bundle.members["input/round.yaml"])
    entries = json.loads(bundle.members["normal/entries.json"])
    assert entries["rows"] == [
        ["u1", "1.1.1", "appraised", "", "", "", "", "", "1.5", "", "", "thiếu tài liệu"],
        ["u1", "1.1.1", "council", "", "", "", "", "", "1.75", "", "", ""],
        ["u1", "1.1.1", "self", "", "", "", "", "", "2", "", "", "bí mật của đơn vị"],
        ["u1", "1.1.3", "appraised", "", "", "98.5", "", "", "", "", "", "theo báo cáo"],
    ]


def test_the_archive_is_stored_sorted_dated_1980_and_bare():
    content = sealed(small()).to_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.extra for info in infos} == {b""}
    assert {(info.create_version, info.extract_version, info.create_system) for info in infos} == {
        (20, 20, 3)
    }
    assert {info.external_attr for info in infos} == {0x81A40000}
    assert {info.internal_attr for info in infos} == {0}


def test_rows_in_another_order_change_the_inputs_and_nothing_else():
    shuffled = small()
    contents = dict(shuffled.contents)
    header, *lines = contents["entries.csv"].decode().splitlines(keepends=True)
    contents["entries.csv"] = (header + "".join(reversed(lines))).encode()
    one, other = sealed(small()), sealed(replace(shuffled, contents=contents))
    assert one.members["input/entries.csv"] != other.members["input/entries.csv"]
    for name in one.members:
        if not name.startswith("input/"):
            assert one.members[name] == other.members[name]


# ---- the public bundle


def test_no_claim_reason_or_note_of_a_person_leaves():
    content = sealed(small(), public=True).to_bytes()
    for said in ("bí mật", "thiếu tài liệu", "theo báo cáo", "sáng kiến"):
        assert said.encode() not in content
    bundle = read_bundle(content, file="f")
    assert not any(name.startswith("input/") for name in bundle.members)
    entries = json.loads(bundle.members["normal/entries.json"])
    assert [one[:3] for one in entries["rows"]] == [
        ["u1", "1.1.1", "council"],
        ["u1", "1.1.3", "appraised"],
    ]
    assert [one[:3] for one in entries["withheld"]["rows"]] == [
        ["u1", "1.1.1", "appraised"],
        ["u1", "1.1.1", "self"],
    ]
    results = bundle.members["results/results.csv"].decode().splitlines()
    assert results[1].endswith(",")
    assert (
        sealed(small()).members["results/results.csv"].decode().splitlines()[1].endswith(",2.0000")
    )


def test_what_is_hidden_can_be_opened_by_whoever_holds_the_full_bundle():
    full, public = sealed(small()), sealed(small(), public=True)
    digests = "".join(
        sha256(full.members[name]) + "\n"
        for name in sorted(full.members)
        if name.startswith("normal/")
    )
    key = hashlib.sha256(b"parindex.public/1\n" + digests.encode()).hexdigest()
    claim = ["u1", "1.1.1", "self", "", "", "", "", "", "2", "", "", "bí mật của đơn vị"]
    expected = "sha256:" + hashlib.sha256(key.encode() + b"\n" + canonical_json(claim)).hexdigest()
    withheld = json.loads(public.members["normal/entries.json"])["withheld"]["rows"]
    assert ["u1", "1.1.1", "self", expected] in withheld
    # A plain digest of a short text could be guessed by trying.
    assert sha256(canonical_json(claim)) != expected


# ---- what does not verify


def test_one_flipped_byte_anywhere_is_found():
    rng = random.Random(7)
    for public in (False, True):
        content = sealed(small(), public=public).to_bytes()
        for _ in range(150):
            at = rng.randrange(len(content))
            flipped = bytearray(content)
            flipped[at] ^= 1 << rng.randrange(8)
            assert refused(bytes(flipped))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"hello", b"PK\x05\x06" + b"\0" * 18, canonical_json({})]
)
def test_what_is_no_bundle_at_all_is_said_so(content: bytes):
    assert refused(content)[0] in {"bundle.unreadable", "bundle.no_manifest"}


def test_a_deflated_archive_is_not_inflated():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_file:
        zip_file.writestr(MANIFEST, b"{}" + b" " * 10_000_000)
    assert refused(archive.getvalue()) == ["bundle.deflated"]


@pytest.mark.parametrize("key", ["journal_head", "bundle_before", "signature"])
def test_a_link_that_is_no_text_is_refused(key: str):
    class Odd(Bundle):
        def manifest(self) -> dict[str, Any]:
            return {**super().manifest(), key: 1}

    bundle = sealed(small())
    odd = Odd(members=bundle.members, public=False, links=bundle.links)
    assert refused(odd.to_bytes()) == ["bundle.no_manifest"]


def test_a_forged_number_is_named():
    bundle = sealed(small())
    results = bundle.members["results/results.csv"]
    content = forge(bundle, results__results_dot_csv=results.replace(b",1.7500,", b",1.7600,"))
    if results == results.replace(b",1.7500,", b",1.7600,"):
        content = forge(bundle, results__results_dot_csv=results.replace(b"so,u1,", b"so,u2,"))
    assert set(refused(content)) == {"bundle.number"}
    items = bundle.members["results/items.csv"]
    content = forge(bundle, results__items_dot_csv=items.replace(b"1.7500", b"2.0000", 1))
    with pytest.raises(NotGoodBundleError) as caught:
        verify(content, file="goi.zip")
    assert caught.value.say("en") == [
        "goi.zip:0: results/items.csv: row so, u1, 1.1.1, column points differs from what was "
        "computed again; expected “1.7500”; got “2.0000”; fix: the number was changed or computed "
        "wrongly; do not use it"
    ]


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        ({"results__results_dot_csv": b"group,unit\nso,u9\n"}, {"bundle.number"}),
        ({"results__results_dot_csv": b"\xff"}, {"bundle.number"}),
        ({"verify_dot_py": b"print('ok')\n"}, {"bundle.member"}),
        ({"normal__units_dot_json": b"{}"}, {"bundle.member"}),
        ({"notes_dot_txt": b"hello"}, {"bundle.strange_member"}),
        ({"input__round_dot_yaml": b"schema: x\n"}, {"bundle.inputs"}),
    ],
)
def test_a_forged_member_is_named(members: dict[str, bytes], codes: set[str]):
    found = refused(forge(sealed(small()), **members))
    assert found[0] in codes


def test_line_ends_alone_are_a_difference():
    bundle = sealed(small())
    groups = bundle.members["results/groups.csv"]
    assert refused(forge(bundle, results__groups_dot_csv=groups.replace(b"\n", b"\r\n"))) == [
        "bundle.member"
    ]
    assert refused(
        forge(bundle, results__groups_dot_csv=groups + groups.splitlines(keepends=True)[1])
    ) == ["bundle.member"]


def test_a_changed_input_is_found_in_everything_that_follows():
    bundle = sealed(small())
    entries = bundle.members["input/entries.csv"].replace(b"1.75", b"2.00")
    found = refused(forge(bundle, input__entries_dot_csv=entries))
    assert "bundle.member" in found
    assert "bundle.number" in found


def test_a_member_left_out_is_missed():
    bundle = sealed(small())
    members = {name: one for name, one in bundle.members.items() if name != "verify.py"}
    assert refused(replace(bundle, members=members).to_bytes()) == ["bundle.missing_member"]


def test_a_stranger_form_of_the_same_archive_is_found():
    bundle = sealed(small())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zip_file:
        for name, content in {
            **bundle.members,
            MANIFEST: canonical_json(bundle.manifest()),
        }.items():
            zip_file.writestr(zipfile.ZipInfo(name), content)
    assert refused(archive.getvalue()) == ["bundle.bytes"]
    assert refused(bundle.to_bytes() + b"\0") == ["bundle.bytes"]


PUBLIC = "normal/entries.json"


def public_with(change: object) -> bytes:
    bundle = sealed(small(), public=True)
    entries = json.loads(bundle.members[PUBLIC])
    change(entries)  # type: ignore[operator]
    return replace(bundle, members={**bundle.members, PUBLIC: canonical_json(entries)}).to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries["rows"][1].__setitem__(-1, "một lý do"),
        lambda entries: entries["rows"].insert(
            0, ["u1", "1.1.1", "appraised", "", "", "", "", "", "1", "", "", ""]
        ),
        lambda entries: entries["withheld"]["rows"].append(["u1", "1.1.3", "council", "sha256:0"]),
        lambda entries: entries.pop("withheld"),
        lambda entries: entries.__setitem__("withheld", []),
        lambda entries: entries["withheld"].__setitem__("rows", {}),
        lambda entries: entries.__setitem__("rows", {}),
        lambda entries: entries["rows"].append("x"),
        lambda entries: entries["rows"][0].__setitem__(0, []),
    ],
)
def test_a_public_bundle_that_tells_too_much_or_is_malformed_is_refused(change: object):
    assert refused(public_with(change))[0] in {
        "bundle.inputs",
        "bundle.open_row",
        "bundle.open_reason",
        "bundle.withheld_row",
    }


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("normal/round.json", b"[]"),
        ("normal/rulebooks.json", b"[]"),
        ("normal/units.json", b"[]"),
        ("normal/units.json", b"1"),
        ("normal/units.json", b"\xff"),
        ("normal/round.json", canonical_json({"groups": {}})),
        ("normal/round.json", canonical_json({"groups": ["so"]})),
        ("normal/adjustments.json", canonical_json({"columns": ["unit", "kind", "code", "points", "reason"], "rows": [["u1", "bonus", "B", "0.5", "lý do"]]})),
    ],
)  # fmt: skip
def test_a_malformed_normal_form_is_refused(member: str, content: bytes):
    bundle = sealed(small(), public=True)
    forged = replace(bundle, members={**bundle.members, member: content}).to_bytes()
    assert refused(forged)[0] in {"bundle.inputs", "bundle.open_reason"}


def test_a_rulebook_by_name_travels_with_the_round(tmp_path: Path):
    (tmp_path / "so.yaml").write_bytes(small().contents["rulebook/so.yaml"])
    folder = tmp_path / "round"
    folder.mkdir()
    for name, content in small().contents.items():
        if "/" not in name:
            (folder / name).write_bytes(content.replace(b"rulebook/so.yaml", b"so"))
    bundle = sealed(FolderFiles(folder, Catalogue.of([tmp_path])))
    assert "input/so" in bundle.members
    verify(bundle.to_bytes(), file="goi.zip")


def test_tables_without_claims_leave_self_points_empty():
    opened = read_folder(small())
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    with_claims = dict(result_files(run))
    without = dict(result_files(run, claims=False))
    assert "".join(with_claims["results.csv"]) != "".join(without["results.csv"])
    for name in ("areas.csv", "items.csv", "groups.csv"):
        assert "".join(with_claims[name]) == "".join(without[name])
