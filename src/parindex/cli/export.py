"""`parindex export`: what leaves the house, from a bundle that verifies, as one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parindex.cli.output import command, keep_apart, say, show_progress
from parindex.cli.publish import BundleArgument
from parindex.errors import Problems
from parindex.points import parse_decimal
from parindex.validity import parse_date
from parindex.whole import whole_folder

if TYPE_CHECKING:
    from parindex.publication.open_data import Published, Terms


def _open_data(of: Published, terms: Terms) -> dict[str, bytes]:
    from parindex.publication.data_package import files  # noqa: PLC0415 - slow import
    from parindex.workbooks.open_data_book import open_data_book  # noqa: PLC0415 - slow import

    return files(of, terms, workbook=open_data_book(of, terms))


def _documents(
    of: Published, terms: Terms, letterhead: Path | None, confidence: Decimal, *, notices: bool
) -> Iterator[tuple[str, bytes]]:
    from parindex.documents import office, publishing  # noqa: PLC0415 - slow import

    if letterhead is None:
        issuer = next(iter(of.run.round.criteria.values())).issuer
        known = office.unsaid(terms.publisher or issuer)
    else:
        known = office.read_office(letterhead.read_bytes(), file=os.fspath(letterhead))
    return publishing.documents(
        of,
        known,
        day=terms.issued,
        address=terms.url,
        confidence=confidence,
        notices=notices,
        progress=show_progress,
    )


def export(
    bundle: BundleArgument,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Thư mục xuất bản. (Where it goes.)")
    ],
    licence: Annotated[
        str, typer.Option(metavar="ID", help="Giấy phép dữ liệu. (Licence of the data.)")
    ] = "CC-BY-4.0",
    publisher: Annotated[
        str, typer.Option(metavar="NAME", help="Cơ quan công bố. (Who publishes.)")
    ] = "",
    url: Annotated[
        str, typer.Option(metavar="URL", help="Địa chỉ công bố. (Where it will lie.)")
    ] = "",
    issued: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="Ngày công bố. (Day of issue.)")
    ] = "",
    letterhead: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="OFFICE.yaml",
            help="Thể thức của cơ quan; không có thì văn bản là dự thảo."
            " (The office's names and signatures; without them documents are drafts.)",
        ),
    ] = None,
    notices: Annotated[
        bool,
        typer.Option("--notices", help="Cả thông báo cho từng đơn vị. (Also each unit's notice.)"),
    ] = False,
    confidence: Annotated[
        str, typer.Option(metavar="P", help="Độ tin cậy của khảo sát. (Of the survey's intervals.)")
    ] = "0.95",
) -> None:
    """Xuất dữ liệu mở và văn bản từ một gói đã kiểm chứng. (Export open data and documents.)"""
    from parindex.publication import open_data  # noqa: PLC0415 - slow import

    keep_apart(to, bundle, *([] if letterhead is None else [letterhead]))
    problems = Problems()
    day = parse_date(issued) if issued else None
    if issued and day is None:
        problems.add("open_data.issued", got=issued)
    sure = parse_decimal(confidence)
    if sure is None or not 0 < sure < 1:
        problems.add("export.confidence", got=confidence)
        sure = Decimal(0)
    if url and not url.startswith(("https://", "http://")):
        problems.add("export.url", got=url)
    problems.raise_if_any()
    terms = open_data.Terms(
        licence=open_data.licence(licence),
        publisher=publisher,
        url=f"{url.rstrip('/')}/" if url else "",
        issued=day,
    )
    of = open_data.published(bundle.read_bytes(), file=os.fspath(bundle))
    made = _open_data(of, terms)
    n_files = len(made)
    with whole_folder(to) as fresh:
        for path, content in made.items():
            _put(fresh, path, content)
        for path, content in _documents(of, terms, letterhead, sure, notices=notices):
            _put(fresh, path, content)
            n_files += 1
    say(f"Đã xuất {n_files} tệp vào {to}", f"{n_files} files exported to {to}")


def _put(folder: Path, path: str, content: bytes) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def register(app: typer.Typer) -> None:
    """Put the command of this module on the tree."""
    app.command("export")(command(export))
