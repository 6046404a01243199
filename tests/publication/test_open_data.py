"""The open data of a bundle: valid, complete, harmless, and nothing that a public bundle hides."""

import csv
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import seasons
from rounds import files, item

from parindex.canonical import sha256
from parindex.criteria.catalogue import Catalogue
from parindex.csvtable import harmless, restored
from parindex.errors import NotGoodBundleError, UnusableInputError
from parindex.publication import open_data
from parindex.publication.bundle import Links, read_bundle
from parindex.publication.data_package import files as package_files
from parindex.publication.data_package import package_name
from parindex.publication.open_data import Published, Table, Terms, data_tables, licence, published
from parindex.publication.sdmx import ATTRIBUTES, COLUMNS, DIMENSIONS, Codes
from parindex.publication.seal import seal
from parindex.publication.tables import result_files
from parindex.scoring.files import FolderFiles, MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index

TERMS = Terms(licence=licence("CC-BY-4.0"))
FULL_TERMS = Terms(
    licence=licence("CC0-1.0"),
    publisher="UBND tỉnh Thử",
    url="https://cchc.example.vn/2025/",
    issued=date(2026, 1, 15),
)
HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1+1", "−1", " =1+1",
    '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A1", "a,b\n=1+1", "|x|<b>*y*",
)  # fmt: skip
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def bundle(made: MemoryFiles | FolderFiles, *, public: bool, links: Links | None = None) -> bytes:
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    return seal(opened, run, public=public, links=links or Links()).to_bytes()


def season(folder: Path, seed: int, **more: Any) -> FolderFiles:
    flavour = (None, *seasons.FLAVOURS)[seed % (len(seasons.FLAVOURS) + 1)]
    rng = random.Random(seed)
    seasons.write_season(folder, rng, units=9, items=10, groups=2, flavour=flavour, **more)
    return FolderFiles(folder, Catalogue.of([]))


def hostile() -> MemoryFiles:
    """A round whose every text would be a formula somewhere."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    made = files(
        {"1": [item("1.1.1", "2", "{shape: options, points: {'=a': 2, '-b': 0}}")]},
        entries=[
            f"u{at},1.1.1,{stage},,,,,{'=a' if at % 2 else '-b'},,,,@bí mật"
            for at in range(len(HOSTILE))
            for stage in ("self", "appraised")
        ],
        units=[f"u{at},{name},so,yes" for at, name in enumerate(quoted)],
        tail='classes:\n  - {id: "=top", name: {vi: "=Tốt", en: "+Good"}, from: 50}\n'
        '  - {id: "-low", name: {vi: "-Yếu"}, from: 0}\n'
        'adjustments: {bonus_cap: 2, deduction_cap: "1.5"}\n'
        'ceilings: [{at_most: "-low", when: {zero_item: "1.1.1"}}]\n',
        tables={"adjustments.csv": "unit,kind,code,points,reason\nu1,bonus,=x,0.5,@bí mật\n"},
    )
    book = made.contents["rulebook/so.yaml"].decode()
    book = book.replace('"Bộ tiêu chí thử"', '"=Bộ|tiêu chí"').replace('"Mục 1.1.1"', '"@Mục"')
    return MemoryFiles("r", {**made.contents, "rulebook/so.yaml": book.encode()})


def validated(packages: Mapping[str, Mapping[str, bytes]], folder: Path) -> dict[str, Any]:
    """What the validator of data packages says of each, in a process of its own: it leaves files
    open.
    """
    for name, made in packages.items():
        for path, content in made.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    program = (
        "import frictionless, json, os, sys\n"
        "said, here = {}, os.getcwd()\n"
        "for name in sys.argv[1:]:\n"
        "    os.chdir(os.path.join(here, name))\n"
        "    report = frictionless.validate('datapackage.json')\n"
        "    told = report.flatten(['name', 'rowNumber', 'fieldName', 'message'])[:5]\n"
        "    said[name] = {'valid': report.valid, 'tasks': len(report.tasks), 'told': told}\n"
        "print(json.dumps(said))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *packages],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    reports: dict[str, Any] = json.loads(done.stdout)
    return reports


def exported(of: Published, terms: Terms = TERMS) -> dict[str, bytes]:
    return package_files(of, terms, workbook=b"PK")


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


# ---- what leaves


def test_a_full_bundle_gives_what_its_public_form_gives(tmp_path: Path):
    made = season(tmp_path, 0)
    links = Links(journal_head="sha256:" + "0" * 64, bundle_before="x", signature="of the full one")
    full = published(bundle(made, public=False, links=links), file="x.zip")
    kept = Links(journal_head=links.journal_head, bundle_before="x")
    public = bundle(made, public=True, links=kept)
    assert full.bundle.public
    assert full.content == public
    assert full.digest == sha256(public)
    assert exported(full) == exported(published(public, file="y.zip"))


def test_no_claim_reason_or_note_leaves():
    hidden = "bí mật"
    content = bundle(hostile(), public=False)
    assert hidden.encode() in content
    of = published(content, file="x.zip")
    for path, made in exported(of).items():
        assert hidden.encode() not in made, path
        assert b'"self"' not in made or path == "bundle.zip", path
    entries = next(one for one in data_tables(of) if one.name == "entries")
    assert {one[2] for one in entries.rows} == {"appraised"}
    results = next(one for one in data_tables(of) if one.name == "results")
    assert "self_points" not in [one.name for one in results.fields]


def test_a_bundle_that_does_not_verify_gives_nothing():
    content = bytearray(bundle(hostile(), public=True))
    content[content.index(b"appraised")] ^= 1
    with pytest.raises(NotGoodBundleError):
        published(bytes(content), file="x.zip")


# ---- the tables


def test_the_validator_finds_nothing_in_any_package(tmp_path: Path):
    made = {
        f"seed-{seed}": exported(
            published(bundle(season(tmp_path / f"r{seed}", seed), public=True), file="x.zip"),
            FULL_TERMS if seed % 3 else TERMS,
        )
        for seed in range(9)
    }
    made["hostile"] = exported(published(bundle(hostile(), public=True), file="x.zip"))
    # One that is wrong, so that silence means something.
    wrong = made["seed-0"]["csv/results.csv"].replace(b"\n", b",more\n", 2)
    made["wrong"] = {**made["seed-0"], "csv/results.csv": wrong}
    said = validated(made, tmp_path / "out")
    assert not said.pop("wrong")["valid"]
    assert [(name, one["told"]) for name, one in said.items() if not one["valid"]] == []
    assert all(one["tasks"] > 2 * 13 for one in said.values())


@pytest.mark.parametrize("seed", range(9))
def test_no_cell_of_the_results_is_left_out(seed: int, tmp_path: Path):
    of = published(bundle(season(tmp_path / "r", seed), public=bool(seed % 2)), file="x.zip")
    tables = {one.name: one for one in data_tables(of)}
    for name, pieces in result_files(of.run, claims=False):
        told = rows_of("".join(pieces).encode())
        table = tables[name.removesuffix(".csv")]
        names = [field.name for field in table.fields]
        shared = [at for at, column in enumerate(told[0]) if column in names]
        assert len(shared) >= len(told[0]) - 1
        assert [[line[at] for at in shared] for line in told[1:]] == [
            [line[names.index(told[0][at])] for at in shared] for line in table.rows
        ]


@pytest.mark.parametrize("seed", [1, 4])
def test_csv_and_json_say_what_the_tables_say(seed: int, tmp_path: Path):
    of = published(bundle(season(tmp_path, seed), public=True), file="x.zip")
    made = exported(of)
    for table in data_tables(of):
        read = rows_of(made[f"csv/{table.name}.csv"])
        assert read[0] == [field.name for field in table.fields]
        assert [tuple(plain(table, line)) for line in read[1:]] == list(table.rows)
        told = json.loads(made[f"json/{table.name}.json"])
        assert told["bundle"] == of.digest
        assert told["licence"] == TERMS.licence.url
        assert of.digest in told["citation"]["vi"]
        assert [tuple(map(text, line.values())) for line in told["rows"]] == list(table.rows)
        assert all(list(line) == read[0] for line in told["rows"])


def plain(table: Table, line: list[str]) -> list[str]:
    return [
        restored(cell) if field.type == "string" else cell
        for field, cell in zip(table.fields, line, strict=True)
    ]


def text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def test_the_dictionary_has_words_in_both_languages_for_all_it_names(tmp_path: Path):
    of = published(bundle(season(tmp_path, 2), public=True), file="x.zip")
    tables = data_tables(of)
    assert len({one.name for one in tables}) == len(tables) == 14
    readme = exported(of)["README.md"].decode()
    for table in tables:
        assert table.title.vi
        assert table.title.en
        assert set(table.key) | set(table.refers) <= {one.name for one in table.fields}
        assert set(table.refers.values()) <= {one.name for one in tables}
        for field in table.fields:
            assert field.about.vi
            assert field.about.en
            assert field.type in {"string", "integer", "decimal", "boolean", "date"}
            assert f"| `{field.name}` | {field.type}" in readme


def test_whole_numbers_and_silent_flags_are_written_out():
    made = files(
        {
            "1": [
                item("1.1.1", "2", "{shape: ratio}", source="survey"),
                item("1.1.2", "2", "{shape: ratio}", source="dossiers"),
            ]
        },
        tables={
            "findings.csv": "unit,item,share,se,n\nu1,1.1.1,0.85,,120.0\n",
            "facts.csv": "unit,item,numerator,denominator,basis,digest\nu1,1.1.2,9,10,cả năm,d\n",
            "previous.csv": "unit,index,rank\nu1,80.5,2\nở nơi khác,,\n",
        },
    )
    of = published(bundle(made, public=False), file="x.zip")
    tables = {one.name: one.rows for one in data_tables(of)}
    assert tables["findings"] == (("u1", "1.1.1", "0.85", "", "120"),)
    assert tables["facts"] == (("u1", "1.1.2", "9", "10", "", "cả năm", "d"),)
    assert tables["previous"] == (
        ("u1", "80.5", "2", "", "yes"),
        ("ở nơi khác", "", "", "", "yes"),
    )
    assert tables["groups"][0][20:22] == ("", "")


# ---- harmless


@pytest.mark.parametrize("text_", [*HOSTILE, "\t=1", "\r=1", "\n=1", "\0=1", "\u3000＝1", ""])
def test_no_text_begins_a_formula_and_every_text_comes_back(text_: str):
    shown = harmless(text_)
    assert restored(shown) == text_
    assert not shown or shown[0] == "'" or shown[0].isalnum() or shown[0] == "|"


def test_there_is_no_live_formula_in_any_file():
    of = published(bundle(hostile(), public=False), file="x.zip")
    made = exported(of)
    cells = 0
    for path, content in made.items():
        if path.endswith(".csv"):
            for line in rows_of(content):
                for cell in line:
                    cells += 1
                    assert NUMBER.fullmatch(cell) or cell == harmless(restored(cell)), (path, cell)
                    first = cell.lstrip()[:1]
                    assert NUMBER.fullmatch(cell) or first not in set("=+-@＝＋－＠−"), (path, cell)
    assert cells > 500
    units = next(one for one in data_tables(of) if one.name == "units")
    read = rows_of(made["csv/units.csv"])[1:]
    assert {restored(line[2]) for line in read} == {one[2] for one in units.rows} == {*HOSTILE}
    # Nor does a page of words take a name for its own marks.
    named = exported(of, replace(FULL_TERMS, publisher="<b>A|*B*"))
    assert "<b>A|*B*" not in named["README.md"].decode()
    assert "\\<b\\>A\\|\\*B\\*" in named["README.md"].decode()


# ---- what describes


def test_equal_bundles_give_equal_bytes_and_names_stay(tmp_path: Path):
    first = published(bundle(season(tmp_path / "a", 3), public=True), file="x.zip")
    again = published(first.content, file="other.zip")
    assert exported(first) == exported(again)
    other = published(bundle(season(tmp_path / "b", 5), public=True), file="x.zip")
    assert list(exported(first)) == list(exported(other))


def test_every_file_has_its_licence_and_citation():
    of = published(bundle(hostile(), public=True), file="x.zip")
    made = exported(of, FULL_TERMS)
    package = json.loads(made["datapackage.json"])
    cited = open_data.citation(of, FULL_TERMS)
    assert cited.vi.startswith("UBND tỉnh Thử (2026). Chỉ số cải cách hành chính (PAR INDEX) năm")
    assert cited.en.endswith(f"Sealed bundle {of.digest}. https://cchc.example.vn/2025/")
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert package["sources"] == [{"title": cited.vi, "path": "bundle.zip"}]
    assert package["homepage"] == FULL_TERMS.url
    assert package["created"] == "2026-01-15T00:00:00Z"
    assert package["contributors"] == [{"title": "UBND tỉnh Thử", "roles": ["publisher"]}]
    listed = {one["path"]: one for one in package["resources"]}
    assert all(one["licenses"][0]["path"] == FULL_TERMS.licence.url for one in listed.values())
    beside = {"README.md", "sdmx/README.md", "datapackage.json", "dcat.jsonld"}
    assert {*made} - {*listed} - beside == {one for one in made if one.endswith("-metadata.json")}
    for path, content in made.items():
        if path in listed and "hash" in listed[path]:
            assert listed[path]["hash"] == sha256(content)
            assert listed[path]["bytes"] == len(content)
        if path.endswith((".json", ".jsonld", ".md")):
            assert FULL_TERMS.licence.url in content.decode(), path
            assert of.digest in content.decode(), path
        if path.endswith(".csv") and path.startswith("csv/"):
            told = json.loads(made[f"{path}-metadata.json"])
            assert told["dc:license"] == {"@id": FULL_TERMS.licence.url}
            assert told["dc:bibliographicCitation"] == cited.vi
            names = [one["name"] for one in told["tableSchema"]["columns"]]
            assert names == rows_of(content)[0]


def test_the_catalogue_entry_points_to_every_file_with_its_digest():
    of = published(bundle(hostile(), public=True), file="x.zip")
    made = exported(of, FULL_TERMS)
    entry = json.loads(made["dcat.jsonld"])
    assert entry["@type"] == "dcat:Dataset"
    assert entry["@id"] == FULL_TERMS.url
    assert entry["dct:publisher"]["foaf:name"] == "UBND tỉnh Thử"
    assert entry["dct:issued"] == {"@value": "2026-01-15", "@type": "xsd:date"}
    assert {one["@language"] for one in entry["dct:title"]} == {"vi", "en"}
    told = {one["dct:title"]: one for one in entry["dcat:distribution"]}
    expected = {one for one in made if not one.endswith(("-metadata.json", "dcat.jsonld"))}
    assert {*told} == expected
    for path, one in told.items():
        assert one["dcat:downloadURL"] == {"@id": f"{FULL_TERMS.url}{path}"}
        assert "sha256:" + one["spdx:checksum"]["spdx:checksumValue"] == sha256(made[path])
        assert one["dcat:byteSize"]["@value"] == str(len(made[path]))
    plain_entry = json.loads(exported(of)["dcat.jsonld"])
    assert plain_entry["@id"] == f"urn:{of.digest}"
    assert "dct:issued" not in plain_entry
    assert plain_entry["dct:publisher"]["foaf:name"] == "thu"
    package = json.loads(exported(of)["datapackage.json"])
    assert package["contributors"] == [{"title": "thu", "roles": ["publisher"]}]
    assert "homepage" not in package
    assert package["name"] == package_name(of) == "parindex-thu"


def test_an_unknown_licence_is_refused_and_an_unknown_index_keeps_its_id():
    with pytest.raises(UnusableInputError) as caught:
        licence("MIT")
    assert caught.value.say("en") == [
        "unknown licence “MIT”; expected one of CC-BY-4.0, CC0-1.0, ODC-BY-1.0; got “MIT”; "
        "fix: choose a licence of the list"
    ]
    made = hostile()
    contents = {
        name: content.replace(b"index: par-index", b"index: chi-so-la")
        for name, content in made.contents.items()
    }
    of = published(bundle(MemoryFiles("r", contents), public=True), file="x.zip")
    assert open_data.title(of.run).vi == "chi-so-la năm 2025, kỳ thu"
    assert open_data.title(of.run).en == "chi-so-la 2025, round thu"


def test_the_bundle_inside_is_the_one_that_was_read():
    of = published(bundle(hostile(), public=True), file="x.zip")
    inside = exported(of)["bundle.zip"]
    assert inside == of.content
    assert read_bundle(inside, file="x").public
    assert "verify.py" in zipfile.ZipFile(io.BytesIO(inside)).namelist()


# ---- SDMX


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_sdmx_has_its_columns_its_codes_and_every_figure_once(seed: int, tmp_path: Path):
    of = published(bundle(season(tmp_path, seed), public=True), file="x.zip")
    made = exported(of)
    head, *lines = rows_of(made["sdmx/observations.csv"])
    assert tuple(head) == COLUMNS
    assert head[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    told = [dict(zip(head, line, strict=True)) for line in lines]
    keys = [tuple(one[name] for name in DIMENSIONS) for one in told]
    assert len(set(keys)) == len(keys)
    names = {
        (one["dimension"], one["code"]): one["id"]
        for one in csv.DictReader(io.StringIO(made["sdmx/codes.csv"].decode()))
    }
    for one in told:
        assert one["STRUCTURE"] == "dataflow"
        assert re.fullmatch(r"[A-Za-z0-9_@$-]+:[A-Za-z0-9_@$-]+\(1\.0\.0\)", one["STRUCTURE_ID"])
        assert one["ACTION"] == "I"
        assert re.fullmatch(r"[0-9]{4}", one["TIME_PERIOD"])
        assert all(one[name] for name in ATTRIBUTES)
        assert (one["OBS_STATUS"] == "M") == (one["OBS_VALUE"] == "")
        for name in DIMENSIONS[2:]:
            assert re.fullmatch(r"[A-Za-z0-9_@$-]+", one[name]), one
            assert one[name] == "_T" or (name, one[name]) in names
    tables = {one.name: one for one in data_tables(of)}
    index = {
        restored(names["UNIT", one["UNIT"]]): one["OBS_VALUE"]
        for one in told
        if (one["AREA"], one["ITEM"], one["MEASURE"]) == ("_T", "_T", "INDEX")
    }
    assert index == {one[1]: one[7] for one in tables["results"].rows}
    points = {
        (restored(names["UNIT", one["UNIT"]]), restored(names["ITEM", one["ITEM"]])): one[
            "OBS_VALUE"
        ]
        for one in told
        if one["ITEM"] != "_T" and one["MEASURE"] == "POINTS"
    }
    assert points == {(one[1], one[2]): one[3] for one in tables["items"].rows}
    ranks = [one for one in told if one["ITEM"] == "_T" and one["MEASURE"] == "RANK"]
    assert len(ranks) == len(tables["results"].rows) + len(tables["areas"].rows)


def test_ids_become_codes_that_differ_and_no_spreadsheet_runs():
    ids = ["so-noi-vu", "Sở Nội vụ", "1.1", "1_1", "1-1", "=1+1", "-1", "@x", "đ", "…", "_T", "_t"]
    codes = Codes(ids).of
    assert codes["so-noi-vu"] == "so-noi-vu"
    assert codes["Sở Nội vụ"] == "so_noi_vu"
    assert (codes["1.1"], codes["1_1"], codes["1-1"]) == ("1_1", "1_1-2", "1-1")
    assert (codes["=1+1"], codes["-1"], codes["@x"]) == ("1_1-3", "1", "x")
    assert (codes["đ"], codes["…"], codes["_T"], codes["_t"]) == ("d", "X-2", "T", "t-2")
    assert len({one.casefold() for one in codes.values()}) == len(ids)
