"""The verifier of the browser, run in Node, agrees with the one inside the bundle.

PARINDEX_BROWSER_SEASONS sets how many seasons are generated and how many are changed, 48 by default.
"""

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from publication import bundles, mutations
from publication.archives import Layout, written
from publication.browser import MODULES, BrowserVerifier, node

from parindex.publication import standalone

SEASONS = int(os.environ.get("PARINDEX_BROWSER_SEASONS", "48"))
PARTS = 4


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserVerifier]:
    if node() is None:
        pytest.skip("node is not installed: make front")
    one = BrowserVerifier(tmp_path_factory.mktemp("verifying"))
    yield one
    one.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_both_verifiers_accept_every_season(browser: BrowserVerifier, part: int):
    for seed, bundle in bundles.generated(part * SEASONS // PARTS, SEASONS // PARTS):
        content = bundle.to_bytes()
        verdict = browser.verify(content)
        assert verdict.lines == [], seed
        assert verdict.ok
        assert verdict.told["digest"] == f"sha256:{sha256(content).hexdigest()}"
        assert verdict.told["plain"] == verdict.told["digest"], "where no SubtleCrypto is lent"
        assert verdict.told["items"] == bundle.members["results/items.csv"].count(b"\n") - 1
        assert verdict.told["public"] == bundle.public
        assert standalone.differences(content) == [], seed


@pytest.mark.parametrize("part", range(PARTS))
def test_both_verifiers_say_the_same_of_changed_bundles(browser: BrowserVerifier, part: int):
    count = SEASONS // PARTS
    wrong, open_to_doubt = list(mutations.ALWAYS.items()), list(mutations.SOMETIMES.items())
    for seed, bundle in bundles.generated(20_000 + part * count, count):
        assert written(mutations.members_of(bundle)) == bundle.to_bytes()
        for kinds, always in ((wrong, True), (open_to_doubt, False)):
            name, mutation = kinds[seed % len(kinds)]
            content = mutation(bundle, random.Random(f"{seed} {name}"))
            if content is None:
                continue
            verdict = browser.verify(content)
            found = standalone.differences(content)
            assert verdict.ok == (not found), (seed, name, verdict.lines[:3], found[:3])
            assert not (always and verdict.ok), (seed, name)


@pytest.mark.parametrize("public", [False, True])
def test_every_value_that_may_not_be_is_refused(browser: BrowserVerifier, public: bool):
    assert browser.verify(bundles.forged(bundles.wide(public=public), lambda _: None)).ok
    for case, (change, _) in bundles.VALUES.items():
        content = bundles.forged(bundles.wide(public=public), change)
        found = [
            one for one in browser.verify(content).findings if not one["code"].startswith("result")
        ]
        assert found, case


def test_a_public_bundle_that_says_too_much_is_refused(browser: BrowserVerifier):
    for case, (change, _) in bundles.PUBLIC.items():
        content = bundles.forged(bundles.wide(public=True), change)
        assert "normal/" in "".join(browser.verify(content).lines), case


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (bundles.entry("1.1.4", points="0.5"), ["results/results.csv: so · u1 · points|result|9.5000|10.0000", "results/items.csv: so · u1 · 1.1.4 · points|result|0.5000|1.0000"]),
        (bundles.entry("1.1.2", option="no"), ["results/areas.csv: so · u1 · 1 · index|result|33.33|50.00"]),
        (bundles.of_item("1.1.1", "law", "basis")("b"), ["normal/rulebooks.json: so [1.1.1] law.basis|reference|a|b"]),
        (bundles.entry("1.1.3", count="10.5"), ["normal/entries.json: u1 · 1.1.3 · appraised · count|value|0, 1, 2, …|10.5"]),
    ],
)  # fmt: skip
def test_what_differs_is_named_with_both_figures(
    browser: BrowserVerifier, change: bundles.Change, said: list[str]
):
    bundle = bundles.wide(public=True)
    documents = mutations.documents_of(bundle)
    change(documents)
    lines = browser.verify(mutations.rewritten(bundle, documents, results=False)).lines
    assert set(said) <= set(lines), lines


@pytest.mark.parametrize(
    "change",
    [
        bundles.of_book("schema")("parindex.rulebook/2"),
        bundles.of_book("status")("law"),
        bundles.of_item("1.1.1", "name")(["Mục"]),
        bundles.of_item("1.1.1", "name")({"en": "Item"}),
        bundles.of_item("1.1.1", "evidence")("perhaps"),
        bundles.of_item("1.1.1", "law")({"basis": "a"}),
        bundles.of_item("1.1.2", "zero_if")({"vi": "Vi phạm", "fr": "Violation"}),
    ],
)
def test_what_is_carried_along_has_its_form(browser: BrowserVerifier, change: bundles.Change):
    (found,) = browser.verify(bundles.forged(bundles.wide(public=True), change)).findings
    assert found["where"].startswith("normal/rulebooks.json: so")


def test_a_unit_of_before_has_a_name(browser: BrowserVerifier):
    content = bundles.forged(
        bundles.wide(public=True), bundles.cell(bundles.PREVIOUS, "u0", unit="")
    )
    assert browser.verify(content).lines == ["normal/previous.json:  · unit|empty||"]
    assert standalone.differences(content)


def test_the_original_files_must_be_there_unless_it_is_public(browser: BrowserVerifier):
    bundle = bundles.wide(public=False)
    for gone in ("input/round.yaml", "input/"):
        kept = {name: one for name, one in bundle.members.items() if not name.startswith(gone)}
        content = replace(bundle, members=kept).to_bytes()
        assert browser.verify(content).lines == ["input/round.yaml|absent||"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + b"\0" * 18,
        b"PK\x03\x04" + b"\xff" * 100,
        b"<!doctype html>" * 100,
        written([("manifest.json", b"{}")]),
        written([("normal/round.json", b"{}")]),
        written([("manifest.json", b"[" * 100_000)]),
    ],
    ids=range(8),
)
def test_bytes_that_are_no_bundle_are_refused_with_a_reason(
    browser: BrowserVerifier, content: bytes
):
    verdict = browser.verify(content)
    assert not verdict.ok
    assert verdict.findings


TINY = [("a", b"one"), ("bé", b""), ("\x7f", b"two")]


def of_the_archive(browser: BrowserVerifier, content: bytes) -> bool:
    """Whether what is wrong lies in the archive; a good one without a manifest lacks just that."""
    (first, *_) = browser.verify(content).findings
    assert first["code"] != "absent" or first["where"] == "manifest.json"
    return first["code"] != "absent"


def test_every_bit_of_an_archive_counts(browser: BrowserVerifier):
    content = written(TINY)
    assert not of_the_archive(browser, content)
    for at in range(len(content) * 8):
        flipped = bytearray(content)
        flipped[at // 8] ^= 1 << at % 8
        assert of_the_archive(browser, bytes(flipped)), at
    for length in range(len(content)):
        assert of_the_archive(browser, content[:length]), length


@pytest.mark.parametrize("wrong", [*mutations.LAYOUTS, {"flags": 0x800}], ids=str)
def test_what_an_archive_says_twice_wrongly_is_found_too(
    browser: BrowserVerifier, wrong: dict[str, Any]
):
    assert of_the_archive(browser, written(TINY, 0, Layout(**wrong)))


def test_an_archive_has_its_members_in_order_and_once(browser: BrowserVerifier):
    for members in (TINY[::-1], [TINY[0], TINY[0]], [("\U0001f600", b""), ("\ufb01", b"")]):
        assert of_the_archive(browser, written(members))
    assert not of_the_archive(browser, written([("\ufb01", b""), ("\U0001f600", b"")]))
    assert of_the_archive(browser, written(TINY, wrong=Layout(comment=b"x")))


@pytest.mark.parametrize(
    "text", ["\U0001f600", "\ufb01x", "__proto__", "10", 'Lắk "mới", cũ\nhai', "\u0085"]
)
def test_any_text_may_name_a_unit(browser: BrowserVerifier, text: str):
    """Names beyond the basic plane stand behind those within it; UTF-16 would have it otherwise."""

    def change(documents: bundles.Documents) -> None:
        for table in (bundles.UNITS, bundles.ENTRIES, bundles.FINDINGS, bundles.FACTS):
            rows = documents[table]["rows"]
            rows += [[text, *row[1:]] for row in rows if row[0] == "u1"]
            rows += [["\uffee", *row[1:]] for row in rows if row[0] == "u1"]
            rows.sort()
        documents[bundles.ENTRIES]["withheld"]["rows"].clear()

    content = bundles.forged(bundles.wide(public=True), change)
    assert standalone.differences(content) == []
    assert browser.verify(content).lines == []


@pytest.mark.parametrize("name", bundles.SHIPPED)
@pytest.mark.parametrize("public", [False, True])
def test_every_shipped_round_verifies_in_both(browser: BrowserVerifier, name: str, public: bool):
    content = bundles.sealed(bundles.SHIPPED[name], public=public).to_bytes()
    assert standalone.differences(content) == []
    assert browser.verify(content).lines == []


def test_every_finding_has_words_and_every_word_a_use():
    source = {path.name: path.read_text(encoding="utf-8") for path in MODULES.glob("*.js")}
    told = re.search(r"const FINDINGS = \{(.*?)\n\};", source["words.js"], re.DOTALL)
    assert told is not None
    worded = re.findall(r"^  (\w+): \[", told.group(1), re.MULTILINE)
    others = "".join(text for name, text in source.items() if name not in {"words.js", "page.js"})
    said = set(re.findall(r'(?:say|bad|Fault)\("(\w+)"|no\(say, "(\w+)"', others))
    assert {one or other for one, other in said} == set(worded)
    assert len(worded) == len(set(worded))


def test_the_verifier_has_no_dependency_and_makes_no_code():
    for path in MODULES.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for module in re.findall(
            r'^(?:import|export) .*?from "(.*?)"', text, re.MULTILINE | re.DOTALL
        ):
            assert re.fullmatch(r"\./[a-z]+\.js", module), (path.name, module)
        assert not re.search(r"\beval\(|new Function|innerHTML|parseFloat", text), path.name
