"""`parindex seal` and `parindex verify`: a round to a bundle, and a bundle to yes or no."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from parindex.canonical import sha256
from parindex.cli.output import command, say
from parindex.cli.score import RoundArgument, open_round
from parindex.scoring.run import score_index
from parindex.whole import whole_file

BundleArgument = Annotated[
    Path, typer.Argument(metavar="FILE.zip", help="Gói niêm phong. (The bundle.)")
]


def seal(
    folder: RoundArgument,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.zip", help="Gói. (Bundle.)")],
    public: Annotated[
        bool,
        typer.Option("--public", help="Ẩn điểm tự chấm và lý do. (Hide claims and reasons.)"),
    ] = False,
    journal_head: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Đầu nhật ký. (Head of the journal.)")
    ] = None,
    bundle_before: Annotated[
        str | None,
        typer.Option(metavar="FILE|DIGEST", help="Gói liền trước. (The bundle before.)"),
    ] = None,
    signature: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Chữ ký của bản kê. (Signature of the manifest.)"),
    ] = None,
) -> None:
    """Niêm phong một kỳ thành gói ai cũng tính lại được. (Seal a round.)"""
    from parindex.publication.bundle import Links  # noqa: PLC0415 - slow import
    from parindex.publication.seal import seal as freeze  # noqa: PLC0415 - slow import

    opened = open_round(folder, out)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    links = Links(
        journal_head=journal_head,
        bundle_before=_digest_of(bundle_before),
        signature=None if signature is None else signature.read_text(encoding="utf-8").strip(),
    )
    content = freeze(opened, run, public=public, links=links).to_bytes()
    with whole_file(out) as fresh:
        fresh.write_bytes(content)
    say(f"Đã niêm phong {out}\n{sha256(content)}", f"Sealed {out}\n{sha256(content)}")


def _digest_of(bundle: str | None) -> str | None:
    if bundle is None or bundle.startswith("sha256:"):
        return bundle
    return sha256(Path(bundle).read_bytes())


def verify(bundle: BundleArgument) -> None:
    """Tính lại toàn bộ từ dữ liệu trong gói. (Recompute a bundle from its own inputs.)"""
    from parindex.publication.verify import verify as recompute  # noqa: PLC0415 - slow import

    content = bundle.read_bytes()
    _, run = recompute(content, file=os.fspath(bundle))
    units = len(run.round.units)
    say(
        f"Đúng: {units} đơn vị tính lại khớp từng byte\n{sha256(content)}",
        f"Verified: {units} units recomputed to the last byte\n{sha256(content)}",
    )


def register(app: typer.Typer) -> None:
    """Put the commands of this module on the tree."""
    app.command("seal")(command(seal))
    app.command("verify")(command(verify))
