"""`parindex export`: what leaves the house, from a bundle that verifies, as one folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parindex.cli.output import command, keep_apart, say
from parindex.cli.publish import BundleArgument
from parindex.errors import Problem, UnusableInputError
from parindex.validity import parse_date
from parindex.whole import whole_folder

if TYPE_CHECKING:
    from parindex.publication.open_data import Published, Terms


def _open_data(of: Published, terms: Terms) -> dict[str, bytes]:
    from parindex.publication.data_package import files  # noqa: PLC0415 - slow import
    from parindex.workbooks.open_data_book import open_data_book  # noqa: PLC0415 - slow import

    return files(of, terms, workbook=open_data_book(of, terms))


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
) -> None:
    """Xuất dữ liệu mở từ một gói đã kiểm chứng. (Export open data from a bundle.)"""
    from parindex.publication import open_data  # noqa: PLC0415 - slow import

    keep_apart(to, bundle)
    day = parse_date(issued) if issued else None
    if issued and day is None:
        raise UnusableInputError([Problem(code="open_data.issued", values={"got": issued})])
    terms = open_data.Terms(
        licence=open_data.licence(licence),
        publisher=publisher,
        url=f"{url.rstrip('/')}/" if url else "",
        issued=day,
    )
    of = open_data.published(bundle.read_bytes(), file=os.fspath(bundle))
    made = _open_data(of, terms)
    with whole_folder(to) as fresh:
        for path, content in made.items():
            place = fresh / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    say(f"Đã xuất {len(made)} tệp vào {to}", f"{len(made)} files exported to {to}")


def register(app: typer.Typer) -> None:
    """Put the command of this module on the tree."""
    app.command("export")(command(export))
