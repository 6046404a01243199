"""`parindex score` and `parindex explain`: a round folder to tables, and the why of a number."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from parindex.cli.output import command, keep_apart, language, say
from parindex.criteria.catalogue import Catalogue
from parindex.errors import Problems
from parindex.publication.tables import result_files
from parindex.scoring.entries import EntryRow
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import RoundFolder, read_folder
from parindex.scoring.run import score_index
from parindex.whole import whole_folder

RoundArgument = Annotated[
    Path, typer.Argument(metavar="ROUND", help="Thư mục kỳ đánh giá. (The round folder.)")
]


def catalogue() -> Catalogue:
    """The rulebook path: the folders of PARINDEX_RULEBOOKS, then what is shipped."""
    own = os.environ.get("PARINDEX_RULEBOOKS", "")
    return Catalogue.of(Path(one) for one in own.split(os.pathsep) if one)


def open_round(folder: Path, *outputs: Path | None) -> RoundFolder:
    """The round of a folder, its rulebooks found on the path.

    Raises UnusableInputError also where an output would take the place of one of its files.
    """
    files = FolderFiles(folder, catalogue())
    opened = read_folder(files)
    for out in outputs:
        if out is not None:
            keep_apart(out, *files.inputs(opened.names()))
    return opened


def score(
    folder: RoundArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Thư mục kết quả. (Results.)")],
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="Thêm tệp Excel. (Also Excel.)")
    ] = None,
) -> None:
    """Tính chỉ số, xếp hạng, xếp loại của một kỳ. (Score a round.)"""
    opened = open_round(folder, out, xlsx)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    with whole_folder(out) as fresh:
        for name, pieces in result_files(run):
            with (fresh / name).open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(pieces)
        if xlsx is not None:
            from parindex.workbooks.results_sheets import (  # noqa: PLC0415 - slow import
                write_results,
            )

            inside = xlsx.resolve().is_relative_to(out.resolve())
            place = fresh / xlsx.resolve().relative_to(out.resolve()) if inside else xlsx
            write_results(run, place, language=language())
    units = len(run.round.units)
    say(f"Đã tính {units} đơn vị; kết quả ở {out}", f"{units} units scored; results in {out}")


def explain(
    folder: RoundArgument,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Mã đơn vị. (The unit's id.)")],
    item: Annotated[
        str | None, typer.Argument(metavar="[ITEM]", help="Mã mục. (An item's code.)")
    ] = None,
) -> None:
    """Giải thích vì sao có con số này. (Why a number is what it is.)"""
    from parindex.scoring.explain import Explainer, watch  # noqa: PLC0415 - slow import

    unit = unicodedata.normalize("NFC", unit)
    item = None if item is None else unicodedata.normalize("NFC", item)
    opened = open_round(folder)
    ids = [one.id for one in opened.round.units]
    kept: list[EntryRow] = []
    rows = opened.entries()
    if unit in ids:
        rows = watch(rows, ids.index(unit), kept)
    run = score_index(opened.round, rows, problems=opened.problems)
    unknown = Problems(file=str(folder))
    if unit not in ids:
        unknown.add("entry.unknown_unit", got=unit)
        unknown.raise_if_any()
    explainer = Explainer(run, unit, kept, language=language())
    try:
        why = explainer.unit() if item is None else explainer.item(item)
    except LookupError:
        group = next(one.group for one in opened.round.units if one.id == unit)
        unknown.add("entry.unknown_item", got=item, group=group)
        unknown.raise_if_any()
        raise
    for line in why.lines():
        typer.echo(line)


def register(app: typer.Typer) -> None:
    """Put the commands of this module on the tree."""
    app.command("score")(command(score))
    app.command("explain")(command(explain))
