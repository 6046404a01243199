"""`parindex demo`: real published tables, computed, ranked, sealed and verified."""

from __future__ import annotations

import os
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parindex.canonical import sha256
from parindex.cli.output import command, language
from parindex.cli.score import open_round
from parindex.cli.web import hand_over
from parindex.publication.tables import group_cells, result_files
from parindex.scoring.run import score_index
from parindex.whole import whole_file, whole_folder

if TYPE_CHECKING:
    from rich.console import Console

ROUNDS: Final = (
    "papi-2015",
    "pci-2014",
    "ministries-2023",
    "tay-ninh-2023",
    "province-template-2025",
)
FRAGMENTS: Final = "dak-lak-2022"


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Nơi ghi. (Where to.)")] = Path(
        "demo"
    ),
    only: Annotated[
        str | None,
        typer.Option(metavar="ROUND", help=f"Một kỳ: {', '.join(ROUNDS)}. (One round.)"),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Vẽ lại màn hình. (Draw the screen as SVG.)"),
    ] = None,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Rồi mở ứng dụng web mẫu. (Then serve the web application.)"),
    ] = False,
) -> None:
    """Chạy thử trên số liệu đã công bố. (Real published tables, start to end.)"""
    from rich.console import Console  # noqa: PLC0415 - slow import

    from parindex.cli.ranking import fragments, say_in, svg  # noqa: PLC0415 - slow import

    console = Console(record=picture is not None, width=112 if picture else None, highlight=False)
    with as_file(files("parindex").joinpath("demonstration")) as data, whole_folder(out) as fresh:
        for name in ROUNDS if only is None else (only,):
            _one_round(data / name, fresh, out, console)
        if only is None:
            console.print(f"\n[bold]{say_in('excerpt')}[/bold]")
            for table in fragments(data / FRAGMENTS / "fragments.csv"):
                console.print(table)
    console.print(f"\n{say_in('done', out=out)}")
    if picture is not None:
        with whole_file(picture) as fresh_picture:
            fresh_picture.write_text(svg(console), encoding="utf-8")
    if serve:
        place = {"PARINDEX_DEMO": "1", "PARINDEX_DATA": str(out.resolve() / "web")}
        raise typer.Exit(hand_over("serve", environment={**os.environ, **place}))


def _one_round(folder: Path, fresh: Path, out: Path, console: Console) -> None:
    from parindex.cli.ranking import QUIET, number, ranking, say_in  # noqa: PLC0415 - slow import
    from parindex.publication.seal import seal  # noqa: PLC0415 - slow import
    from parindex.publication.verify import verify  # noqa: PLC0415 - slow import
    from parindex.workbooks.results_sheets import write_results  # noqa: PLC0415 - slow import

    opened = open_round(folder)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    results = fresh / folder.name
    results.mkdir()
    for name, pieces in result_files(run):
        with (results / name).open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
    write_results(run, fresh / f"{folder.name}.xlsx", language=language())
    bundle = fresh / f"{folder.name}.zip"
    bundle.write_bytes(seal(opened, run).to_bytes())
    verify(bundle.read_bytes(), file=str(bundle))
    for group in run.groups:
        console.print(f"\n[bold]{group.criteria.title.say(language())}[/bold]")
        console.print(ranking(run, group))
        _, ranked, mean, least, most = group_cells(group)
        figures = {"mean": number(mean), "least": number(least), "most": number(most)}
        console.print(say_in("figures", n=ranked, **figures), style=QUIET)
    digest = sha256(bundle.read_bytes())
    console.print(say_in("sealed", file=out / bundle.name, digest=digest[:23] + "…"), style=QUIET)


def register(app: typer.Typer) -> None:
    """Put the command of this module on the tree."""
    app.command("demo")(command(demo))
