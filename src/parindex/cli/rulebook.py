"""`parindex rulebook`: check, diff, export to a workbook, import from one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from parindex.cli.output import NO, command, keep_apart, language, say
from parindex.criteria import diff as differences
from parindex.criteria import lint
from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.criteria.plain import digest
from parindex.errors import ParindexError
from parindex.scoring.examples import check_examples
from parindex.whole import whole_file

app = typer.Typer(no_args_is_help=True, help="Bộ tiêu chí. (Criteria sets.)")

_KINDS = {
    "vi": {"added": "thêm", "removed": "bỏ", "changed": "đổi"},
    "en": {"added": "added", "removed": "removed", "changed": "changed"},
}


def open_rulebook(file: Path) -> CriteriaSet:
    """The criteria set of a rulebook file."""
    return read_rulebook(file.read_bytes(), file=os.fspath(file))


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Tệp YAML. (YAML files.)")],
    structure: Annotated[
        str | None,
        typer.Option(
            metavar="DECISION",
            help="So với cấu trúc đã công bố. (Compare with a published structure.)",
        ),
    ] = None,
) -> None:
    """Soát bộ tiêu chí như một cán bộ pháp chế. (Check rulebooks.)"""
    from parindex.criteria.structures import compare  # noqa: PLC0415 - slow import

    findings = []
    for file in files:
        criteria = open_rulebook(file)
        found = lint.check(criteria) + check_examples(criteria)
        if structure is not None:
            found += compare(criteria, structure)
        findings += sorted(found, key=lambda one: one.line)
        if not found:
            items = sum(1 for _ in criteria.items())
            which = digest(criteria)
            say(
                f"{file}: {items} mục, không có lỗi, {which}",
                f"{file}: {items} items, nothing to mend, {which}",
            )
    for line in ParindexError(findings).say(language()):
        typer.echo(line, err=True)
    if findings:
        raise typer.Exit(NO)


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD")],
    new: Annotated[Path, typer.Argument(metavar="NEW")],
) -> None:
    """So hai bộ tiêu chí, từng mục. (What changed, item by item.)"""
    for change in differences.diff(open_rulebook(old), open_rulebook(new)):
        line = f"{_KINDS[language()][change.kind]}: {change.part}"
        if change.field:
            line += f" · {change.field}: {change.before or '–'} → {change.after or '–'}"
        typer.echo(line)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.xlsx")],
) -> None:
    """Chuyển bộ tiêu chí sang Excel để sửa. (A workbook that staff can edit.)"""
    from parindex.criteria.notes import notes_of  # noqa: PLC0415 - slow import
    from parindex.workbooks.rulebook_sheets import write_rulebook  # noqa: PLC0415 - slow import

    keep_apart(out, file)
    content = file.read_bytes()
    criteria = read_rulebook(content, file=os.fspath(file))
    write_rulebook(criteria, out, notes=notes_of(content))
    say(f"Đã ghi {out}, {digest(criteria)}", f"Written {out}, {digest(criteria)}")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.yaml")],
) -> None:
    """Đọc bộ tiêu chí từ Excel. (The rulebook of a workbook.)"""
    from parindex.workbooks.rulebook_reading import workbook_to_yaml  # noqa: PLC0415 - slow import

    keep_apart(out, file)
    text = workbook_to_yaml(file)
    criteria = read_rulebook(text.encode("utf-8"), file=os.fspath(out))
    with whole_file(out) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")
    say(f"Đã ghi {out}, {digest(criteria)}", f"Written {out}, {digest(criteria)}")


app.command("check")(command(check))
app.command("diff")(command(diff))
app.command("export")(command(export))
app.command("import")(command(import_))
