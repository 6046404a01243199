"""The command tree of `parindex`: the engine without a server."""

from __future__ import annotations

import gc
import re
import sys
from typing import Final

import typer

from parindex.cli import demo, export, publish, rulebook, score, survey, web
from parindex.cli.output import DONE, UNUSABLE, tell, utf8_terminal
from parindex.errors import ParindexError, Problem

app = typer.Typer(
    name="parindex",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Đo cải cách hành chính: chấm điểm, xếp hạng, niêm phong, kiểm chứng. "
    "(Score, rank, seal and verify an administrative-reform index.)",
)
app.add_typer(rulebook.app, name="rulebook")
app.add_typer(survey.app, name="survey")
for _module in (score, publish, export, demo, web):
    _module.register(app)


_SAYS: Final = (
    (re.compile(r"Missing (?:argument|option|parameter):? '?([^'.]+)'?"), "usage.missing"),
    (re.compile(r"No such (?:option|command):? '?([^'.\s]+)'?"), "usage.unknown"),
)


def _tell_usage(error: Exception, message: str) -> None:
    """A command typed wrongly, in the reader's language, with the way to its help."""
    context = getattr(error, "ctx", None)
    command = str(context.command_path if context is not None else app.info.name)
    code, told = "usage.other", {"detail": message}
    for pattern, known in _SAYS:
        found = pattern.search(message)
        if found:
            code, told = known, {"name": found.group(1)}
    tell(ParindexError([Problem(code=code, file=command, values={**told, "command": command})]))


def main() -> None:
    """The entry point of the `parindex` command."""
    utf8_terminal()
    # The engine makes no reference cycles; looking for them costs a third of a large run.
    gc.disable()
    try:
        status = app(standalone_mode=False)
    except typer.Abort:
        status = UNUSABLE
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        message = error.format_message()
        asked_nothing = type(error).__name__ == "NoArgsIsHelpError"
        if asked_nothing:
            typer.echo(message)
        else:
            _tell_usage(error, message)
        status = DONE if asked_nothing else UNUSABLE
    sys.exit(status)
