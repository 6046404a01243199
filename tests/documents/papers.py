"""Rounds published for the tests of documents, and what an office gives to a document."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from rounds import files, item, row

import parindex
from parindex.canonical import sha256
from parindex.criteria.catalogue import Catalogue
from parindex.documents.form import Dated, Head, Number, Provenance, Signature
from parindex.publication.bundle import Bundle, Links
from parindex.publication.seal import seal
from parindex.publication.verify import verify
from parindex.scoring.files import Files, FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import IndexRun, score_index

DEMONSTRATION = Path(parindex.__file__).parent / "demonstration"
JOURNAL = "sha256:" + "1" * 64
ADDRESS = "https://parindex.example.vn/kiem-chung/2025/"
# A name that is markup, a formula, a template, and not composed.
HOSTILE = (
    '=HYPERLINK("x") {{ 7*7 }} {% raw %} <w:p>&amp; #set $x$ *b* _i_ @a \\ Sơ\u0309 ' + "dài " * 60
)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A public bundle with the run recomputed from it."""

    bundle: Bundle
    run: IndexRun
    digest: str

    @property
    def provenance(self) -> Provenance:
        return Provenance(digest=self.digest, journal_head=JOURNAL, address=ADDRESS)

    def table(self, name: str) -> list[dict[str, str]]:
        """A result table of the bundle, as anybody may read it."""
        content = self.bundle.members[f"results/{name}.csv"].decode()
        return list(csv.DictReader(io.StringIO(content)))


def publish(made: Files) -> Published:
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    content = seal(opened, run, public=True, links=Links(journal_head=JOURNAL)).to_bytes()
    bundle, again = verify(content, file="bundle.zip")
    return Published(bundle=bundle, run=again, digest=sha256(content))


@cache
def demonstration(name: str = "province-template-2025") -> Published:
    return publish(FolderFiles(DEMONSTRATION / name, Catalogue.of([])))


@cache
def small(*, tail: str = "", first: str = HOSTILE, previous: str = "") -> Published:
    """Three units, one of them not ranked, two areas, an item that does not apply."""
    given = "{shape: given}"
    quoted = first.replace('"', '""')
    tables: dict[str, str] = {
        "units.csv": f'unit,name,group,ranked\nu1,"{quoted}",so,yes\nu2,Sở Y tế,so,yes\nu3,Công an,so,no\n'
    }
    if previous:
        tables["previous.csv"] = previous
    entries = [
        row("u1", "1.1.1", points="1.5"), row("u1", "2.1.1", points="2"),
        row("u2", "1.1.1", points="2"), row("u2", "2.1.1", points="1"),
        row("u3", "1.1.1", points="1"), row("u3", "2.1.1", not_applicable="yes", reason="x"),
    ]  # fmt: skip
    areas = {"1": [item("1.1.1", "2", given)], "2": [item("2.1.1", "2", given)]}
    return publish(files(areas, entries=entries, tail=tail, tables=tables))


@cache
def surveyed() -> Published:
    """Three units, each with two findings of a survey; one has no error, one no count."""
    ratio = "{shape: ratio}"
    items = [item("1.1.1", "2", ratio, source="survey"), item("1.1.2", "2", ratio, source="survey")]
    units = "unit,name,group,ranked\n" + "".join(f"u{at},Sở {at},so,yes\n" for at in (1, 2, 3))
    findings = (
        "unit,item,share,se,n\nu1,1.1.1,0.8512,0.0213,1204\nu1,1.1.2,0.99,0.02,1190\n"
        "u2,1.1.1,0.9,0.01,800\nu2,1.1.2,0.5,,700\nu3,1.1.1,0.75,0.03,\nu3,1.1.2,0.5,0.01,90\n"
    )
    return publish(files({"1": items}, tables={"units.csv": units, "findings.csv": findings}))


HEAD = Head(
    issuer="Ủy ban nhân dân tỉnh Tây Ninh",
    number=Number(symbol="QĐ-UBND", number=5),
    dated=Dated(place="Tây Ninh", day=date(2026, 1, 5)),
    bases=("Căn cứ Luật Tổ chức chính quyền địa phương", "Theo đề nghị của Giám đốc Sở Nội vụ;"),
    authority="Chủ tịch Ủy ban nhân dân tỉnh Tây Ninh",
    signatures=(Signature(lines=("KT. Chủ tịch", "Phó Chủ tịch"), name="Nguyễn Văn Ắằẳ"),),
    recipients=("Như Điều 3", "Bộ Nội vụ", "Lưu: VT, SNV"),
)


def comma(cell: str) -> str:
    """A figure of a result table as documents print it."""
    return cell.replace(".", ",") if cell else "–"


def names(published: Published) -> Mapping[str, str]:
    return {unit.id: unit.name for unit in published.run.round.units}
