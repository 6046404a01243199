"""`parindex survey form`: check questionnaires, export them to XLSForm or XForm, import them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

import typer

from parindex.cli.output import NO, command, keep_apart, language, say
from parindex.csvtable import csv_line
from parindex.errors import ParindexError, Problem, Problems, UnusableInputError
from parindex.forms.columns import SHEETS
from parindex.forms.xlsform_reading import from_sheets
from parindex.forms.xlsform_writing import to_sheets
from parindex.survey.questionnaire import SHIPPED, Kind, Questionnaire
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.questionnaire_writer import digest, to_yaml
from parindex.survey.versions import check_succession, columns_of
from parindex.whole import whole_file

app = typer.Typer(no_args_is_help=True, help="Phiếu hỏi. (Questionnaires.)")

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Tệp YAML hoặc XLSForm. (YAML or XLSForm.)")
]
_XLSX: Final = ".xlsx"
_XML: Final = ".xml"
# The old and the macro kind too, for the guard to say what is wrong with them.
_WORKBOOKS: Final = (_XLSX, ".xls", ".xlsm")
_YAML: Final = (".yaml", ".yml")


def open_form(file: Path) -> Questionnaire:
    """The questionnaire of a file, or of a shipped instrument's name."""
    shipped = None if file.exists() else SHIPPED.find(file.as_posix())
    content = (shipped or file).read_bytes()
    if file.suffix.lower() not in _WORKBOOKS:
        return read_questionnaire(content, file=os.fspath(file))
    return _of_workbook(content, os.fspath(file))


def _of_workbook(content: bytes, file: str) -> Questionnaire:
    from parindex.workbooks.text_sheets import read_text_sheets  # noqa: PLC0415 - slow import

    return from_sheets(read_text_sheets(content, SHEETS, file_name=file), file=file)


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="YAML hoặc XLSForm. (YAML or XLSForm.)")
    ],
    after: Annotated[
        Path | None,
        typer.Option(
            "--after",
            metavar="OLD",
            help="Phiên bản trước: không được mất cột. (The version before: no column is lost.)",
        ),
    ] = None,
) -> None:
    """Soát phiếu hỏi, cả bằng ODK Validate khi có Java. (Check questionnaires.)"""
    found: list[Problem] = []
    for file in files:
        form = open_form(file)
        problems = [] if after is None else list(check_succession(open_form(after), form))
        told = {"vi": "", "en": ""}
        if not problems:
            problems, told = _look(form, os.fspath(file))
        found += problems
        if not problems:
            asked = sum(one.kind is not Kind.NOTE for one in form.questions())
            which = digest(form)
            say(
                f"{file}: {asked} câu hỏi, không có lỗi, {which}; {told['vi']}",
                f"{file}: {asked} questions, nothing to mend, {which}; {told['en']}",
            )
    for line in ParindexError(found).say(language()):
        typer.echo(line, err=True)
    if found:
        raise typer.Exit(NO)


def _look(form: Questionnaire, file: str) -> tuple[list[Problem], dict[str, str]]:
    """What the compiler of XForms and ODK Validate find; or who did not look, and why."""
    from parindex.forms.odk_validate import Verdict, validate_xform  # noqa: PLC0415 - slow import
    from parindex.forms.xform import to_xform  # noqa: PLC0415 - slow import

    try:
        verdict = validate_xform(to_xform(form), file=file)
    except ModuleNotFoundError:
        return [], {
            "vi": "CHƯA kiểm bằng ODK Validate vì chưa cài parindex[forms]",
            "en": "NOT checked by ODK Validate, since parindex[forms] is not installed",
        }
    except UnusableInputError as error:
        return list(error.problems), {}
    if verdict is Verdict.NO_JAVA:
        return [], {
            "vi": "CHƯA kiểm bằng ODK Validate vì máy không có Java",
            "en": "NOT checked by ODK Validate, since there is no Java",
        }
    return [], {"vi": "ODK Validate: đạt", "en": "ODK Validate: valid"}


def _xform(form: Questionnaire, file: str) -> str:
    from parindex.forms.xform import to_xform  # noqa: PLC0415 - slow import

    try:
        return to_xform(form)
    except ModuleNotFoundError as error:
        problems = Problems(file=file)
        problems.add("xform.no_compiler", detail=error.name)
        raise UnusableInputError(problems.found) from error


def columns(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Các phiên bản của một bộ phiếu. (Versions of an instrument.)"
        ),
    ],
) -> None:
    """Các cột của bảng trả lời qua mọi phiên bản. (The columns of answers to all versions.)"""
    forms = sorted((open_form(file) for file in files), key=lambda one: one.version)
    found = [one for pair in pairwise(forms) for one in check_succession(*pair)]
    if found:
        raise UnusableInputError(found)
    typer.echo(csv_line(("column", "question", "code")), nl=False)
    for one in columns_of(forms):
        typer.echo(csv_line((one.name, one.question, one.code)), nl=False)


def export(
    file: FileArgument,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="FILE.xlsx|FILE.xml", help="XLSForm hoặc XForm."),
    ],
) -> None:
    """Chuyển phiếu sang XLSForm để sửa, hoặc XForm cho ODK Collect. (To XLSForm or XForm.)"""
    keep_apart(out, file)
    form = open_form(file)
    if _ending(out, (_XLSX, _XML)) == _XML:
        content = _xform(form, os.fspath(file)).encode("utf-8")
    else:
        content = _workbook(form, os.fspath(out))
    with whole_file(out) as fresh:
        fresh.write_bytes(content)
    say(f"Đã ghi {out}, {digest(form)}", f"Written {out}, {digest(form)}")


def _workbook(form: Questionnaire, file: str) -> bytes:
    """The XLSForm, read back to make sure that nothing was lost."""
    from parindex.workbooks.text_sheets import text_sheets_book  # noqa: PLC0415 - slow import

    title = form.title.say("vi")
    content = text_sheets_book(to_sheets(form), title=title, file_name=file)
    if _of_workbook(content, file) != form:
        problems = Problems(file=file)
        problems.add("xlsform.not_the_same")
        problems.raise_if_any()
    return content


def import_(
    file: FileArgument,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.yaml")],
) -> None:
    """Đọc phiếu từ XLSForm. (The questionnaire of an XLSForm.)"""
    keep_apart(out, file)
    _ending(out, _YAML)
    form = open_form(file)
    with whole_file(out) as fresh:
        fresh.write_text(to_yaml(form), encoding="utf-8", newline="\n")
    say(f"Đã ghi {out}, {digest(form)}", f"Written {out}, {digest(form)}")


def _ending(out: Path, endings: tuple[str, ...]) -> str:
    ending = out.suffix.lower()
    if ending not in endings:
        problems = Problems(file=os.fspath(out))
        problems.add("xlsform.ending", got=ending, endings=", ".join(endings))
        problems.raise_if_any()
    return ending


app.command("check")(command(check))
app.command("columns")(command(columns))
app.command("export")(command(export))
app.command("import")(command(import_))
